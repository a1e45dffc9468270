//! Imports (IMP): template, preview, correction, commit, and taking them back.
//!
//! A preview writes only blocks of cells ([`staging`]). Every look at them is the
//! same check by the rules of `crate::import`: when the file is read, when a cell
//! is corrected, when the rows are committed. What a kind of import does with the
//! records is in [`kinds`].

pub mod accept_suggestions;
pub mod commit;
pub mod discard;
pub mod doctor;
pub mod edit;
pub mod error_workbook;
pub mod guide;
pub mod held;
pub(crate) mod kinds;
pub mod list;
pub mod next_problem;
pub mod open;
pub mod preview;
pub mod purge;
pub mod recheck;
pub mod redo_edit;
pub mod replace;
pub mod reread;
pub mod rows;
pub mod show;
pub(crate) mod staging;
pub mod template;
pub mod undo;
pub mod undo_edit;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::access::{Actor, Permission, Place, forbidden};
use crate::context::{AuditNote, Cx, Job};
use crate::domain::application::{ImportOf, ImportState};
use crate::error::{Code, OpError, Problem, Severity};
use crate::id::{ImportId, SchoolId};
use crate::import::snapshot::{Snapshot, SnapshotClass, SnapshotGrade};
use crate::import::stored::{RowIndex, StoredRow};
use crate::ops::school::year_of;
use crate::ports::{ImportRecord, UnitOfWork};
use crate::settings::Settings;
use kinds::Importing;
use reread::Reread;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A column of the template and where the file has it.
#[derive(Debug, Clone, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportColumn {
    /// Key: `name`, `paperNumber`, ….
    pub key: String,
    /// Heading of the template.
    pub heading: String,
    /// Column letter in the file; absent when the file lacks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub letter: Option<String>,
}

/// Problems of one kind in one column.
#[derive(Debug, Clone, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemGroup {
    /// Code.
    pub code: Code,
    /// Severity.
    pub severity: Severity,
    /// Heading of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub heading: Option<String>,
    /// Key of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub column: Option<String>,
    /// Message of the first.
    pub sample: String,
    /// How many rows.
    pub count: u32,
    /// How many of them say what to write instead.
    pub suggested: u32,
    /// First row as Excel shows it.
    pub first_row: u32,
}

/// An import with its counts.
#[derive(Debug, Clone, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportSummary {
    /// Id.
    pub id: ImportId,
    /// What the rows become.
    #[ts(as = "ImportOf")]
    pub kind: String,
    /// Its name.
    pub kind_name: String,
    /// School.
    pub school_id: SchoolId,
    /// Its name.
    pub school_name: String,
    /// Name of the file.
    pub file_name: String,
    /// SHA-256 of the file, in hexadecimal digits.
    pub file_sha256: String,
    /// Where it stands.
    #[ts(as = "ImportState")]
    pub state: String,
    /// Its name.
    pub state_name: String,
    /// Sheet that was read.
    pub sheet: String,
    /// Row of the headings as Excel shows it.
    #[ts(type = "number")]
    pub heading_row: i64,
    /// Data rows.
    #[ts(type = "number")]
    pub rows: i64,
    /// Rows without an error, committed ones included.
    #[ts(type = "number")]
    pub valid: i64,
    /// Rows that a commit would write now.
    #[ts(type = "number")]
    pub ready: i64,
    /// Rows with an error.
    #[ts(type = "number")]
    pub errors: i64,
    /// Rows with a warning and no error.
    #[ts(type = "number")]
    pub warnings: i64,
    /// Rows whose child is twice in the file or on record.
    #[ts(type = "number")]
    pub duplicates: i64,
    /// Rows that are on record through this import.
    #[ts(type = "number")]
    pub committed: i64,
    /// Rows that were taken back.
    #[ts(type = "number")]
    pub undone: i64,
    /// Corrections that can be taken back.
    #[ts(type = "number")]
    pub undoable: i64,
    /// Corrections that can be done again.
    #[ts(type = "number")]
    pub redoable: i64,
    /// When; epoch milliseconds, like the others.
    #[ts(type = "number")]
    pub created_at: i64,
    /// Login of who.
    pub created_by: String,
    /// Committed at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub committed_at: Option<i64>,
    /// Submitted at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub submitted_at: Option<i64>,
    /// Taken back at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub undone_at: Option<i64>,
    /// Rows forgotten at: only the counts are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub purged_at: Option<i64>,
    /// Columns of the template.
    pub columns: Vec<ImportColumn>,
    /// Problems of the file as a whole.
    pub file_problems: Vec<Problem>,
    /// What a workbook that came back changed; only in the answer to reading it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reread: Option<Reread>,
}

impl ImportSummary {
    /// From the stored import.
    ///
    /// # Errors
    /// An internal fault when the stored JSON does not fit.
    pub fn new(import: ImportRecord) -> Result<Self, OpError> {
        let state_name = ImportState::from_stored(&import.state)
            .map_or("", ImportState::zh)
            .to_owned();
        let kind_name = ImportOf::from_stored(&import.kind)
            .map_or("", ImportOf::zh)
            .to_owned();
        let file_sha256 = hex::encode(import.file_sha256);
        Ok(Self {
            id: import.id,
            kind: import.kind,
            kind_name,
            file_sha256,
            school_id: import.school_id,
            school_name: import.school_name,
            file_name: import.file_name,
            state: import.state,
            state_name,
            sheet: import.sheet,
            heading_row: import.heading_row,
            rows: import.rows_total,
            valid: import.rows_valid,
            ready: import.rows_valid - import.rows_committed,
            errors: import.rows_error,
            warnings: import.rows_warning,
            duplicates: import.rows_duplicate,
            committed: import.rows_committed,
            undone: import.rows_undone,
            undoable: import.edit_at,
            redoable: import.edit_last - import.edit_at,
            created_at: import.created_at,
            created_by: import.created_by_login,
            committed_at: import.committed_at,
            submitted_at: import.submitted_at,
            undone_at: import.undone_at,
            purged_at: import.purged_at,
            reread: None,
            columns: stored_json(&import.columns)?,
            file_problems: stored_json(&import.file_problems)?,
        })
    }
}

/// A staged row as the grid shows it.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportRowView {
    /// Position in the current filter, from 0.
    pub index: u32,
    /// Row as Excel shows it.
    pub row: u32,
    /// `valid`, `warning`, `error`, `committed`, `undone`.
    #[ts(type = "\"valid\" | \"warning\" | \"error\" | \"committed\" | \"undone\"")]
    pub state: &'static str,
    /// Cells in the order of the columns, as they stand now.
    pub cells: Vec<String>,
    /// Columns that a person corrected, by their place in `columns`, from 0.
    pub edited: Vec<u8>,
    /// Problems of the row.
    pub problems: Vec<Problem>,
}

impl ImportRowView {
    fn new(index: u32, row: StoredRow) -> Self {
        Self {
            index,
            row: row.row.row,
            state: row.state().as_str(),
            cells: row.row.texts(),
            edited: row.edited,
            problems: row.problems,
        }
    }
}

/// What a correction came to.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportChange {
    /// Counts after it.
    pub summary: ImportSummary,
    /// Problems by kind after it.
    pub groups: Vec<ProblemGroup>,
    /// Cells that it changed.
    #[ts(type = "number")]
    pub changed: usize,
    /// Rows that it changed, 200 at most; their `index` counts all rows.
    pub rows: Vec<ImportRowView>,
}

impl ImportChange {
    fn new(import: ImportRecord, rows: Vec<StoredRow>, changed: usize) -> Result<Self, OpError> {
        Ok(Self {
            groups: stored_json(&import.groups)?,
            summary: ImportSummary::new(import)?,
            changed,
            rows: rows
                .into_iter()
                .map(|row| ImportRowView::new(row.position, row))
                .collect(),
        })
    }
}

/// The kind of a request; pupils when it names none.
fn kind_of(word: Option<&str>) -> Result<ImportOf, OpError> {
    match word {
        None => Ok(ImportOf::NewPupils),
        Some(word) => Ok(ImportOf::parse(word).map_err(|problem| problem.field("kind"))?),
    }
}

/// What is done with an import, for the audit log.
fn note(import: &ImportRecord, summary: impl Into<String>) -> AuditNote {
    AuditNote::school(import.district.clone(), import.school_id, summary)
        .with(serde_json::json!({ "import": import.id }))
}

/// The kind of an import, before the transaction of a job begins.
async fn kind_of_id(job: &Job, id: ImportId) -> Result<ImportOf, OpError> {
    let mut uow = job.ports.store.read().await?;
    let import = uow.import(id).await?;
    uow.rollback().await?;
    kind_of_record(&import.ok_or(Code::ImportUnknown)?)
}

/// The kind of a stored import.
fn kind_of_record(import: &ImportRecord) -> Result<ImportOf, OpError> {
    ImportOf::from_stored(&import.kind)
        .ok_or_else(|| OpError::internal("reading an import", "its kind is unknown"))
}

/// Refuses a person who may import, but not this kind.
fn require_kind<K: Importing>(
    actor: &Actor,
    district: &str,
    school: SchoolId,
) -> Result<(), OpError> {
    let permission: Permission = K::permission();
    let place = Place::School(district.to_owned(), school);
    if actor.reach(permission).covers(&place) {
        Ok(())
    } else {
        Err(forbidden(permission))
    }
}

/// An import whose rows can still change.
async fn open_import(cx: &mut Cx, id: ImportId) -> Result<ImportRecord, OpError> {
    let import = cx.uow.import(id).await?.ok_or(Code::ImportUnknown)?;
    require_open(&import)?;
    kinds::of_kind!(kind_of_record(&import)?, K => {
        require_kind::<K>(cx.actor()?, &import.district, import.school_id)?;
    });
    Ok(import)
}

/// Refuses an import whose rows cannot change any more.
fn require_open(import: &ImportRecord) -> Result<(), OpError> {
    match ImportState::from_stored(&import.state) {
        Some(ImportState::Preview | ImportState::Partly) if import.purged_at.is_none() => Ok(()),
        Some(
            ImportState::Preview
            | ImportState::Partly
            | ImportState::Reading
            | ImportState::Committed
            | ImportState::Undone
            | ImportState::Discarded,
        )
        | None => Err(Code::ImportClosed.into()),
    }
}

/// Positions of a window of rows, of all or of those with problems only.
fn window(index: &RowIndex, only_problems: bool, start: u32, limit: u32) -> Vec<u32> {
    let (skip, take) = (start as usize, limit as usize);
    if only_problems {
        index.problems().skip(skip).take(take).collect()
    } else {
        (start..index.len()).take(take).collect()
    }
}

/// Keeps the file of an import as long as its rows are kept.
async fn keep_file(uow: &mut dyn UnitOfWork, import: &ImportRecord) -> Result<(), OpError> {
    if let Some(blob) = import.blob_id {
        let days = Settings::district(uow, &import.district).await?.import_days;
        let until = import.created_at + i64::from(days) * DAY_MS;
        uow.keep_blob(blob, until).await?;
    }
    Ok(())
}

pub(crate) fn stored_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, OpError> {
    serde_json::from_str(text).map_err(|source| OpError::internal("reading stored JSON", source))
}

pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String, OpError> {
    serde_json::to_string(value).map_err(|source| OpError::internal("writing stored JSON", source))
}

/// All that checking needs of a school: nothing else is read while a file is checked,
/// so that it can be stored for work without a network.
///
/// # Errors
/// `school.unknown`.
pub(crate) async fn snapshot(
    uow: &mut dyn UnitOfWork,
    school: SchoolId,
    today: chrono::NaiveDate,
) -> Result<Snapshot, OpError> {
    let school = uow.school(school).await?.ok_or(Code::SchoolUnknown)?;
    let settings = Settings::district(uow, &school.district).await?;
    let grades = uow.grades(&[school.id]).await?;
    let classes = uow.classes(school.id, school.school_year, None).await?;
    let grades = grades
        .into_iter()
        .map(|grade| SnapshotGrade {
            number: u8::try_from(grade.number).unwrap_or_default(),
            classes: classes
                .iter()
                .filter(|class| class.grade_id == grade.id)
                .map(|class| SnapshotClass {
                    number: u8::try_from(class.number).unwrap_or_default(),
                    class_id: class.id.0,
                    nickname: class.nickname.clone(),
                    open: class.open,
                })
                .collect(),
        })
        .collect();
    Ok(Snapshot {
        school_name: school.name,
        school_code: school.code,
        school_year: year_of(school.school_year)?.to_string(),
        row_limit: settings.row_limit,
        grades,
        today,
    })
}
