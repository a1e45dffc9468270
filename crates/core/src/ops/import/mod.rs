//! Imports of 新生信息 (IMP): template, preview, commit.
//!
//! A preview writes only staged rows; each valid one holds, sealed and indexed,
//! what the pupil's rows will hold, so that a commit copies inside the database.

pub mod commit;
pub mod discard;
pub mod guide;
pub mod list;
pub mod next_problem;
pub mod preview;
pub mod rows;
pub mod show;
pub mod template;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::application::ImportState;
use crate::error::{Code, OpError, Problem, Severity};
use crate::id::{ImportId, SchoolId};
use crate::import::snapshot::{Snapshot, SnapshotClass, SnapshotGrade};
use crate::ops::school::year_of;
use crate::ports::{Cipher, ImportRecord, SealedAt, StagedRowView, UnitOfWork};
use crate::settings::Settings;

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
    /// Message of the first.
    pub sample: String,
    /// How many rows.
    pub count: u32,
    /// First row as Excel shows it.
    pub first_row: u32,
}

/// An import with its counts.
#[derive(Debug, Clone, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportSummary {
    /// Id.
    pub id: ImportId,
    /// School.
    pub school_id: SchoolId,
    /// Its name.
    pub school_name: String,
    /// Name of the file.
    pub file_name: String,
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
    /// Rows that can be committed.
    #[ts(type = "number")]
    pub valid: i64,
    /// Rows with an error.
    #[ts(type = "number")]
    pub errors: i64,
    /// Rows with a warning and no error.
    #[ts(type = "number")]
    pub warnings: i64,
    /// Rows whose child is twice in the file or on record.
    #[ts(type = "number")]
    pub duplicates: i64,
    /// Rows committed.
    #[ts(type = "number")]
    pub committed: i64,
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
    /// Columns of the template.
    pub columns: Vec<ImportColumn>,
    /// Problems of the file as a whole.
    pub file_problems: Vec<Problem>,
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
        Ok(Self {
            id: import.id,
            school_id: import.school_id,
            school_name: import.school_name,
            file_name: import.file_name,
            state: import.state,
            state_name,
            sheet: import.sheet,
            heading_row: import.heading_row,
            rows: import.rows_total,
            valid: import.rows_valid,
            errors: import.rows_error,
            warnings: import.rows_warning,
            duplicates: import.rows_duplicate,
            committed: import.rows_committed,
            created_at: import.created_at,
            created_by: import.created_by_login,
            committed_at: import.committed_at,
            submitted_at: import.submitted_at,
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
    #[ts(type = "number")]
    pub index: i64,
    /// Row as Excel shows it.
    #[ts(type = "number")]
    pub row: i64,
    /// `valid`, `warning`, `error`, `committed`.
    #[ts(type = "\"valid\" | \"warning\" | \"error\" | \"committed\"")]
    pub state: String,
    /// Cells in the order of the columns, as written in the file.
    pub cells: Vec<String>,
    /// Problems of the row.
    pub problems: Vec<Problem>,
}

impl ImportRowView {
    pub(crate) fn new(
        row: &StagedRowView,
        import: ImportId,
        only_problems: bool,
        cipher: &dyn Cipher,
    ) -> Result<Self, OpError> {
        let clear = cipher.open(cells_place(import), &row.cells_sealed)?;
        let cells = serde_json::from_slice(&clear)
            .map_err(|source| OpError::internal("reading staged cells", source))?;
        let index = if only_problems {
            row.problem_position.unwrap_or_default()
        } else {
            row.position
        };
        Ok(Self {
            index,
            row: row.row_number,
            state: row.state.clone(),
            cells,
            problems: stored_json(&row.problems)?,
        })
    }
}

/// Where the cells of an import's rows are sealed.
pub(crate) const fn cells_place(import: ImportId) -> SealedAt {
    SealedAt {
        table: "import_row",
        column: "cells",
        row: import.0,
    }
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
