//! Imports, the blocks of their rows, and the steps of their correction.

use async_trait::async_trait;

use super::Stored;
use crate::id::{AccountId, BlobId, ImportId, SchoolId};

/// An import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRecord {
    /// Id, given by the caller or made here.
    pub id: ImportId,
    /// `ImportOf::as_str`.
    pub kind: String,
    /// District of the school.
    pub district: String,
    /// School.
    pub school_id: SchoolId,
    /// Name of the school.
    pub school_name: String,
    /// First calendar year of the school year it was checked for.
    pub school_year: i64,
    /// Name of the file.
    pub file_name: String,
    /// SHA-256 of the file.
    pub file_sha256: [u8; 32],
    /// The file itself, kept with the import.
    pub blob_id: Option<BlobId>,
    /// `ImportState::as_str`.
    pub state: String,
    /// Sheet that was read.
    pub sheet: String,
    /// Row of the headings as Excel shows it.
    pub heading_row: i64,
    /// JSON: the columns with key, heading, letter.
    pub columns: String,
    /// JSON: the school as the rows were checked against it, without personal data.
    pub snapshot: String,
    /// Rules that the rows were checked by.
    pub rules_version: i64,
    /// Data rows.
    pub rows_total: i64,
    /// Rows without an error, committed ones included.
    pub rows_valid: i64,
    /// Rows with an error.
    pub rows_error: i64,
    /// Rows with a warning and no error.
    pub rows_warning: i64,
    /// Rows with any error or warning.
    pub rows_problem: i64,
    /// Rows that stand twice in the file or are on record.
    pub rows_duplicate: i64,
    /// Rows that are on record through this import.
    pub rows_committed: i64,
    /// Rows that were taken back.
    pub rows_undone: i64,
    /// JSON: problems of the file as a whole.
    pub file_problems: String,
    /// JSON: problems of the rows by kind.
    pub groups: String,
    /// Number of the correction that holds now; later ones can be done again.
    pub edit_at: i64,
    /// Number of the last correction.
    pub edit_last: i64,
    /// Who.
    pub created_by: AccountId,
    /// Login of who.
    pub created_by_login: String,
    /// When.
    pub created_at: i64,
    /// Committed at.
    pub committed_at: Option<i64>,
    /// Submitted at.
    pub submitted_at: Option<i64>,
    /// Taken back at.
    pub undone_at: Option<i64>,
    /// Rows forgotten at.
    pub purged_at: Option<i64>,
}

/// Which imports a list shows.
#[derive(Debug, Clone, Default)]
pub struct ImportFilter {
    /// Only of this district.
    pub district: Option<String>,
    /// Only of this school.
    pub school: Option<SchoolId>,
    /// Only in this state.
    pub state: Option<String>,
    /// Only of this kind.
    pub kind: Option<String>,
}

/// Storage of imports. Blocks, index and corrections are packed and sealed by the
/// rules before they come here.
#[async_trait]
pub trait Imports {
    /// Starts an import in state `reading`.
    async fn insert_import(&mut self, import: &ImportRecord) -> Stored<()>;
    /// One import; locked for the rest of a write transaction.
    async fn import(&mut self, id: ImportId) -> Stored<Option<ImportRecord>>;
    /// Imports that fit, newest first by id, before an id.
    async fn imports(
        &mut self,
        filter: &ImportFilter,
        before: Option<ImportId>,
        limit: u32,
    ) -> Stored<Vec<ImportRecord>>;
    /// Writes all that can change: file, state, counts, columns, problems, moments.
    async fn update_import(&mut self, import: &ImportRecord) -> Stored<()>;
    /// Drops an import that was still being read, with its rows.
    async fn delete_import(&mut self, id: ImportId) -> Stored<()>;
    /// Forgets blocks, index and corrections of an import.
    async fn delete_rows(&mut self, import: ImportId) -> Stored<()>;

    /// Adds blocks or replaces those of the same number.
    async fn put_blocks(&mut self, import: ImportId, blocks: &[(i64, Vec<u8>)]) -> Stored<()>;
    /// One block; none after the last.
    async fn block(&mut self, import: ImportId, number: i64) -> Stored<Option<Vec<u8>>>;
    /// Adds or replaces the index of the rows.
    async fn put_row_index(&mut self, import: ImportId, index: &[u8]) -> Stored<()>;
    /// The index of the rows.
    async fn row_index(&mut self, import: ImportId) -> Stored<Option<Vec<u8>>>;

    /// Adds a correction; those of the same or a higher number are dropped.
    async fn put_edit(&mut self, import: ImportId, number: i64, sealed: &[u8]) -> Stored<()>;
    /// One correction.
    async fn edit(&mut self, import: ImportId, number: i64) -> Stored<Option<Vec<u8>>>;
    /// Forgets all corrections.
    async fn delete_edits(&mut self, import: ImportId) -> Stored<()>;

    /// Imports created before a moment whose rows are still kept, of any state but `reading`.
    async fn imports_to_purge(
        &mut self,
        district: &str,
        before: i64,
        limit: u32,
    ) -> Stored<Vec<ImportRecord>>;
    /// Lets commits of imports come one after another until the transaction ends: two
    /// files with the same children in another order would wait for each other for ever.
    async fn lock_commits(&mut self) -> Stored<()>;
}
