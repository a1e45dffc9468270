//! The person's own workbook back with its errors marked (下载错误工作簿), IMP-7:
//! to be repaired in Excel and dropped again ([`super::reread`]).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{Receiver, Sender};
use ts_rs::TS;

use super::kinds::{Importing, of_kind};
use super::staging;
use crate::context::Job;
use crate::domain::application::ImportState;
use crate::error::{Code, OpError, Problem, Severity};
use crate::id::{BlobId, ImportId};
use crate::import::cells::FileLimits;
use crate::import::marked::{MarkedCell, MarkedColumn, MarkedRow, MarkedRows, MarkedTable};
use crate::import::row::TableCell;
use crate::import::stored::{Fate, StoredRow};
use crate::import::{ImportTable, token};
use crate::ops::touches;
use crate::ports::{Cipher, ImportRecord, UnitOfWork};
use crate::settings::Settings;

/// Blocks of rows that are opened ahead of the writer, which takes them faster than a
/// thread wakes.
const BLOCKS_AHEAD: usize = 4;

/// Which import.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErrorWorkbookRequest {
    /// Import.
    pub import_id: ImportId,
}

/// The marked workbook.
#[derive(Debug, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorWorkbook {
    /// Staged file.
    pub blob_id: BlobId,
    /// Name under which it is offered.
    pub file_name: String,
    /// Why it is a new workbook and not the person's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fresh: Option<String>,
}

touches!(ErrorWorkbookRequest, self => Touched::Import(self.import_id));

/// # Errors
/// `import.unknown`; `import.closed` for one that was discarded; `blob.unknown` when the file was
/// forgotten by retention.
pub async fn run(job: &mut Job, request: ErrorWorkbookRequest) -> Result<ErrorWorkbook, OpError> {
    let cipher = job.ports.cipher.clone();
    let mut uow = job.ports.store.read().await?;
    let import = uow
        .import(request.import_id)
        .await?
        .ok_or(Code::ImportUnknown)?;
    if matches!(
        ImportState::from_stored(&import.state),
        Some(ImportState::Reading | ImportState::Discarded) | None
    ) {
        return Err(Code::ImportClosed.into());
    }
    let kept = import.blob_id.filter(|_| import.purged_at.is_none());
    let blob = kept.ok_or_else(|| {
        Problem::new(Code::BlobUnknown)
            .message("这次导入的文件已按保留期限清理，不能再下载错误工作簿。")
    })?;
    let (_, original) = crate::blobs::read_kept(&mut *uow, &*cipher, blob).await?;
    let settings = Settings::district(&mut *uow, &import.district).await?;
    let rows = u32::try_from(import.rows_total).unwrap_or(u32::MAX);
    // The limit may have become smaller since the file was read.
    let limits = FileLimits::for_rows(settings.row_limit.max(rows));
    let table = of_kind!(super::kind_of_record(&import)?, K => &K::kind().table);
    let marked_table = marked_table(table, &import)?;

    let workbooks = job.ports.workbooks.clone();
    let name = import.file_name.clone();
    let (sender, receiver) = tokio::sync::mpsc::channel(BLOCKS_AHEAD);
    let worker = tokio::task::spawn_blocking(move || {
        let mut rows = Rows {
            import: request.import_id,
            table,
            receiver,
            block: Vec::new().into_iter(),
        };
        workbooks.mark(&original, &name, limits, &marked_table, &mut rows)
    });
    send_blocks(&mut *uow, &*cipher, &import, sender).await?;
    uow.rollback().await?;
    let marked = worker
        .await
        .map_err(|source| OpError::internal("marking a workbook", source))??;
    job.checkpoint()?;

    let file_name = marked_name(&import.file_name, marked.fresh.is_some());
    let mut uow = job.ports.store.write().await?;
    let blob_id = crate::blobs::write(
        &mut *uow,
        &*cipher,
        job.actor.account,
        &file_name,
        &marked.bytes,
        job.now,
    )
    .await?;
    let summary = format!("下载错误工作簿：{file_name}，{} 行", import.rows_total);
    let note = super::note(&import, summary);
    let answer = ErrorWorkbook {
        blob_id,
        file_name,
        fresh: marked.fresh,
    };
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}

/// `新生.xls` becomes `新生（错误标记）.xlsx` when a new workbook was made.
fn marked_name(name: &str, fresh: bool) -> String {
    const MARK: &str = "（错误标记）";
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "xlsx"));
    let stem = stem.strip_suffix(MARK).unwrap_or(stem);
    let extension = if fresh { "xlsx" } else { extension };
    format!("{stem}{MARK}.{extension}")
}

fn marked_table(table: &ImportTable, import: &ImportRecord) -> Result<MarkedTable, OpError> {
    let map = staging::map(import)?;
    Ok(MarkedTable {
        sheet: map.sheet,
        heading_row: u32::try_from(import.heading_row).unwrap_or(1),
        columns: table
            .columns
            .iter()
            .zip(map.at)
            .map(|(column, at)| MarkedColumn {
                heading: column.printed(),
                at,
            })
            .collect(),
    })
}

/// Sends the blocks one after another, and what goes wrong with one.
async fn send_blocks(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    import: &ImportRecord,
    sender: Sender<Result<Vec<StoredRow>, OpError>>,
) -> Result<(), OpError> {
    for number in 0..staging::index(uow, import.id).await?.blocks() {
        let block = staging::block(uow, cipher, import.id, number).await;
        let failed = block.is_err();
        // The other end closes only when marking failed; that failure is reported.
        if sender.send(block).await.is_err() || failed {
            break;
        }
    }
    Ok(())
}

/// The rows of the import as the writer wants them.
struct Rows {
    import: ImportId,
    table: &'static ImportTable,
    receiver: Receiver<Result<Vec<StoredRow>, OpError>>,
    block: std::vec::IntoIter<StoredRow>,
}

impl MarkedRows for Rows {
    fn next(&mut self) -> Result<Option<MarkedRow>, OpError> {
        loop {
            if let Some(row) = self.block.next() {
                return Ok(Some(marked_row(self.import, self.table, row)));
            }
            match self.receiver.blocking_recv() {
                Some(block) => self.block = block?.into_iter(),
                None => return Ok(None),
            }
        }
    }
}

fn marked_row(import: ImportId, table: &ImportTable, row: StoredRow) -> MarkedRow {
    let open = row.fate == Fate::Open;
    // Notes ask nothing of the person, and a row on record nothing at all.
    let problems: Vec<&Problem> = row
        .problems
        .iter()
        .filter(|problem| open && problem.severity > Severity::Note)
        .collect();
    let mut cells: Vec<MarkedCell> = row
        .edited
        .iter()
        .map(|column| usize::from(*column))
        .map(|column| MarkedCell {
            column,
            severity: None,
            reason: String::new(),
            value: row
                .row
                .cells
                .get(column)
                .map(|cell| cell.text().into_owned()),
        })
        .collect();
    for problem in &problems {
        let Some(column) = table.column_of(problem) else {
            continue;
        };
        let at = match cells.iter().position(|cell| cell.column == column) {
            Some(at) => at,
            None => {
                cells.push(MarkedCell {
                    column,
                    severity: None,
                    reason: String::new(),
                    value: None,
                });
                cells.len() - 1
            }
        };
        if let Some(cell) = cells.get_mut(at) {
            cell.severity = cell.severity.max(Some(problem.severity));
            add_line(&mut cell.reason, &sentence(problem));
        }
    }
    let mut reason = match row.fate {
        Fate::Open => String::new(),
        Fate::Written(_) => "已导入，在这里改动不再有作用。".to_owned(),
        Fate::Undone => "已撤销。".to_owned(),
    };
    for problem in &problems {
        let heading = problem.place.heading.as_deref().unwrap_or_default();
        let colon = if heading.is_empty() { "" } else { "：" };
        add_line(
            &mut reason,
            &format!("{heading}{colon}{}", sentence(problem)),
        );
    }
    MarkedRow {
        row: row.row.row,
        token: token::write(import.0, row.position),
        reason,
        severity: problems.iter().map(|problem| problem.severity).max(),
        cells,
        texts: row
            .row
            .cells
            .into_iter()
            .map(TableCell::into_text)
            .collect(),
    }
}

/// The message, and what to write when it is known.
fn sentence(problem: &Problem) -> String {
    match &problem.suggestion {
        Some(suggestion) if !problem.message.contains(suggestion.as_str()) => {
            format!("{}建议改为：{suggestion}", problem.message)
        }
        Some(_) | None => problem.message.clone(),
    }
}

fn add_line(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}
