//! Reads a file of entries (临时增效) or of what terminals recorded (增效记录): first to
//! check it, then to write it (CARD-6, CARD-7).
//!
//! The rows are found and checked by the same rules as any import. They are not staged:
//! both kinds are harmless to read again, since keys tell what is on record.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::import_rows::{Counted, entries, records};
use super::the_district;
use crate::access::{Permission, Place};
use crate::context::{AuditNote, Job};
use crate::error::{Code, OpError, Problem};
use crate::id::BlobId;
use crate::import::cells::FileLimits;
use crate::import::row::ColumnMap;
use crate::import::snapshot::Snapshot;
use crate::import::{CheckedRow, ImportKind, extensions, locate, preview, terminal_records};
use crate::ops::touches;
use crate::ports::{DistrictRecord, UnitOfWork};
use crate::settings::Settings;

/// Rows of terminals' files at most: they are written by machines.
const RECORD_ROWS: u32 = 100_000;
/// Problems that one answer lists.
const PROBLEMS: usize = 500;

/// What the rows become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ExtensionFile {
    /// Entries of the list (临时增效).
    #[default]
    Entries,
    /// What terminals recorded (增效记录).
    Records,
}

impl ExtensionFile {
    /// The name for people.
    pub(super) const fn zh(self) -> &'static str {
        match self {
            Self::Entries => "临时增效",
            Self::Records => "增效记录",
        }
    }
}

/// What is done with the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ExtensionImportMode {
    /// Nothing is written.
    #[default]
    Preview,
    /// The right ones are written.
    Valid,
    /// All are written, or none when one is wrong.
    All,
}

/// Which file.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportExtensionsRequest {
    /// Staged file.
    pub blob_id: BlobId,
    /// Name of the file; its extension must not contradict its content.
    pub file_name: String,
    /// What the rows become; entries by default.
    #[ts(optional)]
    pub kind: Option<ExtensionFile>,
    /// District code; may be left out by who has one district only.
    #[ts(optional)]
    pub district: Option<String>,
    /// What is done with them; by default nothing is written.
    #[ts(optional)]
    pub mode: Option<ExtensionImportMode>,
}

/// What the file says, and what came of it.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportExtensionsResponse {
    /// What the rows become.
    pub kind: ExtensionFile,
    /// Data rows.
    #[ts(type = "number")]
    pub rows: i64,
    /// Rows that would be, or were, added.
    #[ts(type = "number")]
    pub added: i64,
    /// Rows that say what is on record.
    #[ts(type = "number")]
    pub unchanged: i64,
    /// Rows with errors: nothing of them is written.
    #[ts(type = "number")]
    pub errors: i64,
    /// True when it was written.
    pub committed: bool,
    /// Problems with their cells, at most 500, and notes on the file.
    pub problems: Vec<Problem>,
}

touches!(ImportExtensionsRequest, self => match &self.district {
    Some(code) => Touched::District(code.clone()),
    None => Touched::Filtered,
});

/// # Errors
/// `file.*`, `sheet.*`, `column.missing`, `column.twice`, `template.old` when the file is refused as
/// a whole; `blob.unknown`, `district.unknown`, `cancelled`; `import.has_errors` with mode `all`,
/// `import.nothing_valid`.
pub async fn run(
    job: &mut Job,
    request: ImportExtensionsRequest,
) -> Result<ImportExtensionsResponse, OpError> {
    let (kind, mode) = (
        request.kind.unwrap_or_default(),
        request.mode.unwrap_or_default(),
    );
    let cipher = job.ports.cipher.clone();
    let mut uow = job.ports.store.read().await?;
    let reach = job.actor.reach(Permission::ManageExtensions);
    let district = the_district(&mut *uow, &reach, request.district.as_deref()).await?;
    if !reach.covers(&Place::District(district.code.clone())) {
        return Err(Code::Forbidden.into());
    }
    let snapshot = snapshot(&mut *uow, &district, kind, job.today()).await?;
    let account = job.actor.account;
    let (_, bytes) =
        crate::blobs::read(&mut *uow, &*cipher, account, request.blob_id, job.now).await?;
    uow.rollback().await?;
    let file = (bytes, request.file_name.as_str());
    let write = mode != ExtensionImportMode::Preview;
    let (counted, uow) = match kind {
        ExtensionFile::Entries => {
            let read = read(job, &extensions::KIND, file, snapshot).await?;
            let mut uow = job.ports.store.write().await?;
            let counted = entries(&mut *uow, job, &district, read, mode).await?;
            (counted, uow)
        }
        ExtensionFile::Records => {
            let read = read(job, &terminal_records::KIND, file, snapshot).await?;
            let mut uow = job.ports.store.write().await?;
            let counted = records(&mut *uow, job, &district, read, mode).await?;
            (counted, uow)
        }
    };
    let uow = if write {
        uow
    } else {
        // A preview leaves its entry in the audit log only.
        uow.rollback().await?;
        job.ports.store.write().await?
    };
    let Counted {
        rows,
        added,
        unchanged,
        errors,
        mut problems,
        subjects,
    } = counted;
    problems.truncate(PROBLEMS);
    let answer = ImportExtensionsResponse {
        kind,
        rows,
        added,
        unchanged,
        errors,
        committed: write,
        problems,
    };
    let what = if write { "导入" } else { "核对" };
    let summary = format!(
        "{what}{}：{}，共 {rows} 行，加入 {added} 行，已有 {unchanged} 行，有错误 {errors} 行",
        kind.zh(),
        request.file_name
    );
    let note = AuditNote::district(district.code, summary).about(subjects);
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}

/// What checking the rows needs to know: a district has no classes to look up.
pub(super) async fn snapshot(
    uow: &mut dyn UnitOfWork,
    district: &DistrictRecord,
    kind: ExtensionFile,
    today: chrono::NaiveDate,
) -> Result<Snapshot, OpError> {
    let row_limit = match kind {
        ExtensionFile::Entries => Settings::district(uow, &district.code).await?.row_limit,
        ExtensionFile::Records => RECORD_ROWS,
    };
    Ok(Snapshot {
        school_name: district.name.clone(),
        school_code: String::new(),
        school_year: String::new(),
        row_limit,
        grades: Vec::new(),
        today,
    })
}

/// The checked rows of a file.
pub(super) struct Read<E> {
    pub(super) rows: Vec<CheckedRow<E>>,
    pub(super) map: ColumnMap,
    /// Notes on the file.
    pub(super) notes: Vec<Problem>,
}

/// Reads and checks the file on a thread of its own.
async fn read<E: Send + Sync + 'static>(
    job: &Job,
    kind: &'static ImportKind<E>,
    (bytes, file_name): (Vec<u8>, &str),
    snapshot: Snapshot,
) -> Result<Read<E>, OpError> {
    let workbooks = job.ports.workbooks.clone();
    let progress = Arc::clone(&job.progress);
    let file_name = file_name.to_owned();
    let reading = move || {
        let limits = FileLimits::for_rows(snapshot.row_limit);
        let mut workbook = workbooks.open(bytes, &file_name, limits)?;
        let located = locate(&mut *workbook, &kind.table)?;
        let map = located.map().clone();
        let mut rows: Vec<CheckedRow<E>> = Vec::new();
        let summary = preview(
            kind,
            &mut *workbook,
            located,
            &snapshot,
            limits,
            &mut |row| {
                rows.push(row);
                Ok(())
            },
            &mut |done| {
                progress.report(done, 0);
                if progress.cancelled() {
                    std::ops::ControlFlow::Break(())
                } else {
                    std::ops::ControlFlow::Continue(())
                }
            },
        )?;
        for (number, problem) in summary.row_patches {
            // Where nothing tells rows apart, none is wrong because of another.
            let repeated = rows
                .binary_search_by_key(&number, |row| row.row.row)
                .ok()
                .and_then(|at| rows.get_mut(at))
                .filter(|row| row.identity.is_some());
            if let Some(row) = repeated {
                if problem.is_error() {
                    row.entry = None;
                }
                row.problems.push(problem);
            }
        }
        Ok(Read {
            rows,
            map,
            notes: summary.file_problems,
        })
    };
    tokio::task::spawn_blocking(reading)
        .await
        .map_err(|source| OpError::internal("reading a workbook", source))?
}
