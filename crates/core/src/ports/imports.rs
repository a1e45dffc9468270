//! Imports and their staged rows.

use async_trait::async_trait;

use super::{FoundPupil, Stored};
use crate::id::{AccountId, ClassId, ImportId, PupilId, SchoolId};

/// An import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRecord {
    /// Id, given by the caller or made here.
    pub id: ImportId,
    /// Kind: `new_pupils`.
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
    /// `ImportState::as_str`.
    pub state: String,
    /// Sheet that was read.
    pub sheet: String,
    /// Row of the headings as Excel shows it.
    pub heading_row: i64,
    /// JSON: the columns with key, heading, letter.
    pub columns: String,
    /// Data rows.
    pub rows_total: i64,
    /// Rows that can be committed.
    pub rows_valid: i64,
    /// Rows with an error.
    pub rows_error: i64,
    /// Rows with a warning and no error.
    pub rows_warning: i64,
    /// Rows with any error or warning.
    pub rows_problem: i64,
    /// Rows whose child is twice in the file or on record.
    pub rows_duplicate: i64,
    /// Rows committed.
    pub rows_committed: i64,
    /// JSON: problems of the file as a whole.
    pub file_problems: String,
    /// JSON: problems of the rows by kind.
    pub groups: String,
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
}

/// A staged row that can be committed: what the pupil's rows will hold.
#[derive(Debug, Clone)]
pub struct StagedEntry {
    /// Id that the pupil will have; sealed values are bound to it.
    pub pupil_id: PupilId,
    /// Class.
    pub class_id: ClassId,
    /// Grade number.
    pub grade: i64,
    /// Name.
    pub name: String,
    /// `male`, `female`.
    pub gender: Option<String>,
    /// `2013-09-18`.
    pub birth_date: Option<String>,
    /// Kind of paper.
    pub paper_kind: String,
    /// Sealed for `pupil.paper`.
    pub paper_sealed: Vec<u8>,
    /// Keyed hash.
    pub paper_index: [u8; 16],
    /// Sealed for `pupil.student_number`.
    pub student_number_sealed: Option<Vec<u8>>,
    /// Keyed hash.
    pub student_number_index: Option<[u8; 16]>,
    /// Sealed for `pupil.address`.
    pub address_sealed: Option<Vec<u8>>,
    /// GB/T 4761 code.
    pub guardian_relation: Option<String>,
    /// Name of the guardian.
    pub guardian_name: Option<String>,
    /// Sealed for `guardian.phone`.
    pub guardian_phone_sealed: Option<Vec<u8>>,
    /// Keyed hash.
    pub guardian_phone_index: Option<[u8; 16]>,
}

/// A staged row.
#[derive(Debug, Clone)]
pub struct StagedRow {
    /// From 0, without gaps.
    pub position: i64,
    /// From 0 among the rows with problems.
    pub problem_position: Option<i64>,
    /// As Excel shows it.
    pub row_number: i64,
    /// `valid`, `warning`, `error`, `committed`.
    pub state: String,
    /// JSON of the cells, sealed in `import_row.cells` with row = pupil id or import id.
    pub cells_sealed: Vec<u8>,
    /// JSON of the problems.
    pub problems: String,
    /// What would be committed; none for rows with errors.
    pub entry: Option<StagedEntry>,
}

/// A staged row as the grid shows it.
#[derive(Debug, Clone)]
pub struct StagedRowView {
    /// From 0, without gaps.
    pub position: i64,
    /// From 0 among the rows with problems.
    pub problem_position: Option<i64>,
    /// As Excel shows it.
    pub row_number: i64,
    /// State.
    pub state: String,
    /// Sealed cells.
    pub cells_sealed: Vec<u8>,
    /// JSON of the problems.
    pub problems: String,
}

/// Storage of imports.
#[async_trait]
pub trait Imports {
    /// Starts an import in state `reading`.
    async fn insert_import(&mut self, import: &ImportRecord) -> Stored<()>;
    /// One import; locked for the rest of a write transaction.
    async fn import(&mut self, id: ImportId) -> Stored<Option<ImportRecord>>;
    /// Imports of these schools (`None`: all) and districts (`None`: all), newest first by id, before an id.
    async fn imports(
        &mut self,
        schools: Option<&[SchoolId]>,
        districts: Option<&[String]>,
        before: Option<ImportId>,
        limit: u32,
    ) -> Stored<Vec<ImportRecord>>;
    /// Writes state, counts, columns, problems, moments.
    async fn update_import(&mut self, import: &ImportRecord) -> Stored<()>;
    /// Drops an import that was still being read, with its rows.
    async fn delete_import(&mut self, id: ImportId) -> Stored<()>;
    /// Forgets the staged rows of an import.
    async fn delete_staged(&mut self, import: ImportId) -> Stored<()>;
    /// Adds staged rows.
    async fn stage_rows(&mut self, import: ImportId, rows: &[StagedRow]) -> Stored<()>;
    /// Rows by their numbers as Excel shows them.
    async fn staged_by_row(&mut self, import: ImportId, rows: &[i64])
    -> Stored<Vec<StagedRowView>>;
    /// Writes state and problems of rows, by position. A row that becomes an error loses its entry's class
    /// (it can no longer be committed).
    async fn patch_rows(&mut self, import: ImportId, rows: &[(i64, String, String)]) -> Stored<()>;
    /// Numbers the rows with problems from 0 in the order of the file; returns how many.
    async fn number_problem_rows(&mut self, import: ImportId) -> Stored<i64>;
    /// Rows from a position, or from a position among those with problems.
    async fn staged_rows(
        &mut self,
        import: ImportId,
        start: i64,
        limit: u32,
        only_problems: bool,
    ) -> Stored<Vec<StagedRowView>>;
    /// First row with problems after (or last before) a row number.
    async fn next_problem_row(
        &mut self,
        import: ImportId,
        after_row: i64,
        backwards: bool,
    ) -> Stored<Option<StagedRowView>>;
    /// Committable rows whose child is on record by now: (position, row number, where).
    async fn staged_conflicts(&mut self, import: ImportId) -> Stored<Vec<(i64, i64, FoundPupil)>>;
    /// Committable rows whose class is closed or gone by now: (position, row number).
    async fn staged_without_class(&mut self, import: ImportId) -> Stored<Vec<(i64, i64)>>;
    /// Copies every committable row to pupil, guardian, enrolment and application, inside the
    /// database, and marks it `committed`; returns how many. Applications are submitted when `submit`.
    ///
    /// # Errors
    /// `pupil.duplicate` when another transaction entered one of the children meanwhile.
    async fn commit_staged(&mut self, import: ImportId, submit: bool, now: i64) -> Stored<i64>;
}
