//! The audit log's entries and their keyed hash chain (SEC-3).
//!
//! Entries are written in the transaction of their change, unsealed. A job seals
//! them within seconds: each district has its own chain, so that districts do
//! not wait for each other. A removed, inserted or changed entry breaks it.
//!
//! Entries older than the retention setting are purged, oldest first and only
//! while they hold together. A checkpoint seals where the rest begins; checkpoints
//! are chained too, so that none of them can be added, changed or taken away.

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::access::Actor;
use crate::context::AuditNote;
use crate::domain::time::Timestamp;
use crate::error::OpError;
use crate::id::AuditId;
use crate::ports::{AuditRecord, ChainEnd, Checkpoint, Cipher, Ports, UnitOfWork};
use crate::settings::Settings;

/// Entries sealed in one transaction, or read at once.
const BATCH: u32 = 500;
/// Entries purged in one transaction: others may write in between.
const PURGE_BATCH: i64 = 10_000;

/// An unsealed entry.
#[must_use]
pub(crate) fn entry(
    actor: Option<&Actor>,
    address: &str,
    op: &str,
    now: Timestamp,
    outcome: &str,
    mut note: AuditNote,
) -> AuditRecord {
    note.subjects.sort_unstable();
    note.subjects.dedup();
    if !note.subjects.is_empty() {
        // The list stands beside the chain; its digest is inside, so that a changed list shows.
        let mut hasher = Sha256::new();
        for subject in &note.subjects {
            hasher.update(subject.as_bytes());
        }
        let digest = hex::encode(hasher.finalize());
        if note.detail.is_null() {
            note.detail = json!({});
        }
        if let Some(detail) = note.detail.as_object_mut() {
            let subjects = json!({ "count": note.subjects.len(), "sha256": digest });
            detail.insert("subjects".to_owned(), subjects);
        }
    }
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
        subjects: note.subjects,
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
            let entries = uow.unsealed(&district, BATCH).await?;
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
            if entries.len() < BATCH as usize {
                break;
            }
        }
    }
    Ok(sealed)
}

/// Where a chain does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// From the entry of this number on.
    Entry(i64),
    /// At the checkpoint after the entry of this number.
    Checkpoint(i64),
}

/// What a check of one chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainCheck {
    /// Sealed entries that were read.
    pub entries: u64,
    /// Entries that were purged by retention, as its checkpoints prove.
    pub purged: u64,
    /// First place where the chain does not hold.
    pub broken: Option<Broken>,
}

/// A walk along a chain: the number and hash it has come to, none at its start.
struct Walk<'a> {
    cipher: &'a dyn Cipher,
    at: Option<ChainEnd>,
    seal: Option<[u8; 32]>,
}

impl<'a> Walk<'a> {
    /// Starts where the checkpoints of the chain say that its entries begin.
    async fn start(
        cipher: &'a dyn Cipher,
        uow: &mut dyn UnitOfWork,
        district: &str,
    ) -> Result<Result<Self, Broken>, OpError> {
        let mut walk = Self {
            cipher,
            at: None,
            seal: None,
        };
        for checkpoint in uow.checkpoints(district).await? {
            let seal = walk.seal(district, &checkpoint);
            if checkpoint.seal != seal || checkpoint.entries != checkpoint.end.seq - walk.seq() {
                return Ok(Err(Broken::Checkpoint(checkpoint.end.seq)));
            }
            walk.at = Some(checkpoint.end);
            walk.seal = Some(seal);
        }
        Ok(Ok(walk))
    }

    fn seq(&self) -> i64 {
        self.at.map_or(0, |end| end.seq)
    }

    /// The seal that a checkpoint has here.
    fn seal(&self, district: &str, checkpoint: &Checkpoint) -> [u8; 32] {
        let text = json!([
            "checkpoint",
            district,
            checkpoint.end.seq,
            checkpoint.end.hash,
            checkpoint.entries,
            checkpoint.before,
            checkpoint.at,
        ]);
        self.cipher.chain(
            self.seal.as_ref().map_or(&[][..], <[u8; 32]>::as_slice),
            text.to_string().as_bytes(),
        )
    }

    /// Goes one entry on, if it is the one that belongs here.
    fn step(&mut self, entry: &AuditRecord) -> Result<(), Broken> {
        let seq = self.seq() + 1;
        let hash = chained(
            self.cipher,
            self.at.as_ref().map(|end| &end.hash),
            entry,
            seq,
        );
        if entry.seq != Some(seq) || entry.hash != Some(hash) {
            return Err(Broken::Entry(seq));
        }
        self.at = Some(ChainEnd { seq, hash });
        Ok(())
    }
}

/// Walks a chain from its start, or from its last checkpoint, and compares it with its
/// recorded end.
///
/// # Errors
/// Those of the store.
pub async fn verify_chain(
    ports: &Ports,
    uow: &mut dyn UnitOfWork,
    district: &str,
) -> Result<ChainCheck, OpError> {
    let mut check = ChainCheck {
        entries: 0,
        purged: 0,
        broken: None,
    };
    let mut walk = match Walk::start(&*ports.cipher, uow, district).await? {
        Ok(walk) => walk,
        Err(broken) => {
            check.broken = Some(broken);
            return Ok(check);
        }
    };
    check.purged = u64::try_from(walk.seq()).unwrap_or_default();
    // From the lowest number there is: what stands before the start was put there by others.
    let mut after = None;
    loop {
        let entries = uow.sealed_entries(district, after, BATCH).await?;
        for entry in &entries {
            if let Err(broken) = walk.step(entry) {
                check.broken = Some(broken);
                return Ok(check);
            }
            check.entries += 1;
        }
        after = Some(walk.seq());
        if entries.len() < BATCH as usize {
            break;
        }
    }
    if uow.chain_end(district).await? != walk.at {
        check.broken = Some(Broken::Entry(walk.seq() + 1));
    }
    Ok(check)
}

/// What a purge did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purged {
    /// Entries that are gone.
    pub entries: i64,
    /// Districts whose chains do not hold: nothing of them was purged, so that what
    /// happened there can still be looked into.
    pub broken: Vec<String>,
}

/// Purges the sealed entries that are older than the retention setting; each part that
/// goes leaves a checkpoint and an entry of its own. `by` is the person who asked, and
/// from where; none when the host does it by itself.
///
/// # Errors
/// Those of the store.
pub async fn purge_expired(
    ports: &Ports,
    by: Option<(&Actor, &str)>,
    now: Timestamp,
) -> Result<Purged, OpError> {
    let mut read = ports.store.read().await?;
    let days = Settings::city(&mut *read).await?.audit_days;
    let chains = read.chains().await?;
    read.rollback().await?;
    let before = now.day().minus(i64::from(days)).start_ms();
    let mut purged = Purged::default();
    for district in chains {
        loop {
            match purge_batch(ports, &district, by, before, now).await? {
                Ok(entries) => {
                    purged.entries += entries;
                    if entries < PURGE_BATCH {
                        break;
                    }
                }
                Err(broken) => {
                    tracing::error!(district, ?broken, "a chain of the audit log does not hold");
                    purged.broken.push(district);
                    break;
                }
            }
        }
    }
    Ok(purged)
}

/// Purges the oldest entries of a chain, as far as they are older than a moment.
async fn purge_batch(
    ports: &Ports,
    district: &str,
    by: Option<(&Actor, &str)>,
    before: i64,
    now: Timestamp,
) -> Result<Result<i64, Broken>, OpError> {
    let mut uow = ports.store.write().await?;
    // Nobody seals or purges this chain meanwhile.
    uow.lock_chain(district).await?;
    let mut walk = match Walk::start(&*ports.cipher, &mut *uow, district).await? {
        Ok(walk) => walk,
        Err(broken) => {
            uow.rollback().await?;
            return Ok(Err(broken));
        }
    };
    let first = walk.seq();
    let mut after = None;
    'walk: while walk.seq() - first < PURGE_BATCH {
        let entries = uow.sealed_entries(district, after, BATCH).await?;
        for entry in &entries {
            if entry.at >= before {
                break 'walk;
            }
            if let Err(broken) = walk.step(entry) {
                uow.rollback().await?;
                return Ok(Err(broken));
            }
        }
        after = Some(walk.seq());
        if entries.len() < BATCH as usize {
            break;
        }
    }
    let entries = walk.seq() - first;
    let Some(end) = walk.at.filter(|_| entries > 0) else {
        uow.rollback().await?;
        return Ok(Ok(0));
    };
    let mut checkpoint = Checkpoint {
        end,
        entries,
        before,
        at: now.ms(),
        seal: [0; 32],
    };
    checkpoint.seal = walk.seal(district, &checkpoint);
    if uow.purge_audit(district, &checkpoint).await? != entries {
        return Err(OpError::internal(
            "purging the audit log",
            "other entries would have gone than those that were checked",
        ));
    }
    let day = Timestamp::from_ms(before).day();
    let note = AuditNote::district(district, format!("清理 {day} 以前的审计记录：{entries} 条"))
        .with(json!({ "seq": end.seq, "entries": entries, "before": before }));
    let address = by.map_or("local", |(_, address)| address);
    let actor = by.map(|(actor, _)| actor);
    uow.append_audit(&entry(actor, address, "audit.purge", now, "done", note))
        .await?;
    uow.commit().await?;
    Ok(Ok(entries))
}
