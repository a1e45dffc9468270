//! The audit log's entries and their keyed hash chain (SEC-3).
//!
//! Entries are written in the transaction of their change, unsealed. A job seals
//! them within seconds: each district has its own chain, so that districts do
//! not wait for each other. A removed, inserted or changed entry breaks it.

use serde_json::json;

use crate::access::Actor;
use crate::context::AuditNote;
use crate::domain::time::Timestamp;
use crate::error::OpError;
use crate::id::AuditId;
use crate::ports::{AuditRecord, ChainEnd, Cipher, Ports};

/// Entries sealed in one transaction.
const SEAL_BATCH: u32 = 500;

/// An unsealed entry.
#[must_use]
pub(crate) fn entry(
    actor: Option<&Actor>,
    address: &str,
    op: &str,
    now: Timestamp,
    outcome: &str,
    note: AuditNote,
) -> AuditRecord {
    AuditRecord {
        id: AuditId(crate::id::new()),
        at: now.ms(),
        account_id: actor.map(|actor| actor.account),
        login: actor.map(|actor| actor.login.clone()),
        address: address.to_owned(),
        op: op.to_owned(),
        outcome: outcome.to_owned(),
        district: note.district,
        school_id: note.school,
        summary: note.summary,
        detail: note.detail.to_string(),
        seq: None,
        hash: None,
    }
}

/// The bytes that are hashed: every field that says something, in a fixed order.
fn canonical(entry: &AuditRecord, seq: i64) -> Vec<u8> {
    json!([
        seq,
        entry.id,
        entry.at,
        entry.account_id,
        entry.login,
        entry.address,
        entry.op,
        entry.outcome,
        entry.district,
        entry.school_id,
        entry.summary,
        entry.detail,
    ])
    .to_string()
    .into_bytes()
}

fn chained(
    cipher: &dyn Cipher,
    previous: Option<&[u8; 32]>,
    entry: &AuditRecord,
    seq: i64,
) -> [u8; 32] {
    cipher.chain(
        previous.map_or(&[][..], <[u8; 32]>::as_slice),
        &canonical(entry, seq),
    )
}

/// Seals what is unsealed; hosts call it every few seconds and before they end.
/// Returns how many entries were sealed.
///
/// # Errors
/// Those of the store.
pub async fn seal_pending(ports: &Ports) -> Result<usize, OpError> {
    let mut read = ports.store.read().await?;
    let chains = read.unsealed_chains().await?;
    read.rollback().await?;
    let mut sealed = 0;
    for district in chains {
        loop {
            let mut uow = ports.store.write().await?;
            let mut end = uow.lock_chain(&district).await?;
            let entries = uow.unsealed(&district, SEAL_BATCH).await?;
            for entry in &entries {
                let seq = end.map_or(1, |end| end.seq + 1);
                let hash = chained(
                    &*ports.cipher,
                    end.as_ref().map(|end| &end.hash),
                    entry,
                    seq,
                );
                uow.seal_audit(entry.id, seq, &hash).await?;
                end = Some(ChainEnd { seq, hash });
            }
            if let Some(end) = end.filter(|_| !entries.is_empty()) {
                uow.put_chain(&district, end).await?;
            }
            uow.commit().await?;
            sealed += entries.len();
            if entries.len() < SEAL_BATCH as usize {
                break;
            }
        }
    }
    Ok(sealed)
}

/// What a check of one chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainCheck {
    /// Sealed entries that were read.
    pub entries: u64,
    /// First place where the chain does not hold: its number.
    pub broken_at: Option<i64>,
}

/// Walks a chain from its start and compares it with its recorded end.
///
/// # Errors
/// Those of the store.
pub async fn verify_chain(
    ports: &Ports,
    uow: &mut dyn crate::ports::UnitOfWork,
    district: &str,
) -> Result<ChainCheck, OpError> {
    let mut check = ChainCheck {
        entries: 0,
        broken_at: None,
    };
    let mut previous: Option<[u8; 32]> = None;
    let mut last = 0;
    loop {
        let entries = uow.sealed_entries(district, last, SEAL_BATCH).await?;
        for entry in &entries {
            let expected = last + 1;
            let hash = chained(&*ports.cipher, previous.as_ref(), entry, expected);
            if entry.seq != Some(expected) || entry.hash != Some(hash) {
                check.broken_at = Some(expected);
                return Ok(check);
            }
            check.entries += 1;
            previous = Some(hash);
            last = expected;
        }
        if entries.len() < SEAL_BATCH as usize {
            break;
        }
    }
    let end = uow.chain_end(district).await?;
    let complete = match (end, previous) {
        (None, None) => true,
        (Some(end), Some(hash)) => end.seq == last && end.hash == hash,
        (None, Some(_)) | (Some(_), None) => false,
    };
    if !complete {
        check.broken_at = Some(last + 1);
    }
    Ok(check)
}
