//! The audit log (SEC-3).

use async_trait::async_trait;

use super::Stored;
use crate::id::{AccountId, AuditId, SchoolId};

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Id.
    pub id: AuditId,
    /// When.
    pub at: i64,
    /// Who; none for an unknown person.
    pub account_id: Option<AccountId>,
    /// Login as it was then.
    pub login: Option<String>,
    /// Where from.
    pub address: String,
    /// Operation.
    pub op: String,
    /// `done` or `refused`.
    pub outcome: String,
    /// District whose chain it belongs to; empty for the city's.
    pub district: String,
    /// School, if one is concerned.
    pub school_id: Option<SchoolId>,
    /// One line for people, without personal data.
    pub summary: String,
    /// JSON: subjects, before and after.
    pub detail: String,
    /// Place in the chain; none until sealed.
    pub seq: Option<i64>,
    /// Chained hash; none until sealed.
    pub hash: Option<[u8; 32]>,
    /// Pupils and imports it is about, written beside it and not read back: they only
    /// find it, the chain covers their digest in the detail.
    pub subjects: Vec<uuid::Uuid>,
}

/// Which entries a list shows.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only of these districts' chains; `None` for all.
    pub districts: Option<Vec<String>>,
    /// Only by this account.
    pub account: Option<AccountId>,
    /// Login, exactly.
    pub login: Option<String>,
    /// Operation, or its noun (`class`).
    pub op: Option<String>,
    /// `done` or `refused`.
    pub outcome: Option<String>,
    /// Only operations whose noun is one of these; `None` for all.
    pub nouns: Option<Vec<String>>,
    /// From this moment.
    pub from: Option<i64>,
    /// To before this moment.
    pub to: Option<i64>,
}

/// End of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainEnd {
    /// Number of the last sealed entry.
    pub seq: i64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// A purge of the oldest entries of a chain: what the rest of the chain hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Number and hash of the last purged entry.
    pub end: ChainEnd,
    /// Entries purged at once.
    pub entries: i64,
    /// All of them are older than this moment.
    pub before: i64,
    /// When they were purged.
    pub at: i64,
    /// Keyed hash over the above and the seal of the checkpoint before.
    pub seal: [u8; 32],
}

/// Storage of the audit log.
#[async_trait]
pub trait Audit {
    /// Adds an entry, unsealed.
    async fn append_audit(&mut self, entry: &AuditRecord) -> Stored<()>;
    /// Entries, newest first by (at, id), before that pair.
    async fn audit_entries(
        &mut self,
        filter: &AuditFilter,
        before: Option<(i64, AuditId)>,
        limit: u32,
    ) -> Stored<Vec<AuditRecord>>;
    /// Entries about any of these subjects, newest first by id.
    async fn audit_about(
        &mut self,
        subjects: &[uuid::Uuid],
        limit: u32,
    ) -> Stored<Vec<AuditRecord>>;
    /// Chains with unsealed entries.
    async fn unsealed_chains(&mut self) -> Stored<Vec<String>>;
    /// End of a chain, locked for the rest of a write transaction; made when new.
    async fn lock_chain(&mut self, district: &str) -> Stored<Option<ChainEnd>>;
    /// Unsealed entries of a chain by id.
    async fn unsealed(&mut self, district: &str, limit: u32) -> Stored<Vec<AuditRecord>>;
    /// Writes place and hash of an entry.
    async fn seal_audit(&mut self, id: AuditId, seq: i64, hash: &[u8; 32]) -> Stored<()>;
    /// Writes the end of a chain.
    async fn put_chain(&mut self, district: &str, end: ChainEnd) -> Stored<()>;
    /// End of a chain, without lock.
    async fn chain_end(&mut self, district: &str) -> Stored<Option<ChainEnd>>;
    /// Names of all chains that have an end.
    async fn chains(&mut self) -> Stored<Vec<String>>;
    /// Sealed entries of a chain by seq, after a seq or from the lowest.
    async fn sealed_entries(
        &mut self,
        district: &str,
        after: Option<i64>,
        limit: u32,
    ) -> Stored<Vec<AuditRecord>>;
    /// Checkpoints of a chain by seq.
    async fn checkpoints(&mut self, district: &str) -> Stored<Vec<Checkpoint>>;
    /// Adds a checkpoint and removes the entries of the chain up to it; how many they were.
    async fn purge_audit(&mut self, district: &str, checkpoint: &Checkpoint) -> Stored<i64>;
    /// Latest moment the database has recorded, 0 when it is new.
    async fn last_moment(&mut self) -> Stored<i64>;
}
