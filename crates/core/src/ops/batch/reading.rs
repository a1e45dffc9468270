//! Reading a bureau's result file into a batch: the same for the preview and the commit.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use ts_rs::TS;

use super::{BatchView, all_lines, in_state, template_of};
use crate::context::Job;
use crate::domain::batch::{BatchState, LineResult};
use crate::domain::card::{CardState, CardStep};
use crate::domain::order::OrderStep;
use crate::domain::text;
use crate::domain::time::Timestamp;
use crate::error::{Code, OpError, Problem};
use crate::id::{BatchId, BlobId, CardId, OrderId, PupilId};
use crate::import::cells::FileLimits;
use crate::import::row::{ColumnMap, TableRow};
use crate::import::{locate_columns, reread};
use crate::ops::order::steps_of;
use crate::ops::pupil::open_text;
use crate::ports::{
    BatchLineRecord, BatchRecord, BatchResultRecord, CardExtensionRecord, CardNumberKind,
    CardStepRecord, Cipher, LineResultRecord, NewCardRecord, SealedAt, UnitOfWork,
};
use crate::production::file::line_no;
use crate::production::result::{
    CardNumbers, Known, Line, Outcome, ResultRow, TakenNumbers, check, columns, numbers,
    taken_elsewhere,
};
use crate::production::template::TemplateContent;

/// Rows of a result file at most: every line of the largest batch, a few times.
const ROWS: u32 = 20_000;
/// Problems that one answer lists.
const PROBLEMS: usize = 500;

/// What a result file says, and what came of it.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReturnReport {
    /// Rows.
    #[ts(type = "number")]
    pub rows: i64,
    /// Cards that it brings.
    #[ts(type = "number")]
    pub made: i64,
    /// Failures that it tells.
    #[ts(type = "number")]
    pub failed: i64,
    /// Rows that say what is on record.
    #[ts(type = "number")]
    pub unchanged: i64,
    /// Rows with errors: nothing of them is written.
    #[ts(type = "number")]
    pub errors: i64,
    /// Problems with their cells, at most 500.
    pub problems: Vec<Problem>,
    /// True when it was written.
    pub committed: bool,
    /// The batch with its ledger, after it.
    pub batch: BatchView,
}

/// What is done with the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Nothing is written.
    Preview,
    /// All of them or none.
    All,
    /// The right ones.
    Valid,
}

/// The mode of a commit as requests write it.
///
/// # Errors
/// `request.invalid`.
pub(super) fn mode(raw: Option<&str>) -> Result<Mode, Problem> {
    match raw {
        None | Some("all") => Ok(Mode::All),
        Some("valid") => Ok(Mode::Valid),
        Some(_) => Err(Problem::new(Code::RequestInvalid)
            .field("mode")
            .message("请选择全部写入，或只写入正确的行。")),
    }
}

/// The file's rows.
struct Content {
    map: ColumnMap,
    rows: Vec<TableRow>,
    sha256: [u8; 32],
}

/// Reads, checks and, unless it is a preview, writes.
///
/// # Errors
/// `file.*`, `sheet.*`, `column.missing`, `column.twice` when the file is refused as a whole;
/// `blob.unknown`, `batch.state`; `result.has_errors` for a commit of all.
pub(super) async fn run(
    job: &mut Job,
    id: BatchId,
    blob: BlobId,
    file_name: &str,
    mode: Mode,
) -> Result<ReturnReport, OpError> {
    let cipher = job.ports.cipher.clone();
    let mut uow = job.ports.store.read().await?;
    let batch = in_state(&mut *uow, id, BatchState::HandedOver, "读入结果文件").await?;
    let (_, bytes) =
        crate::blobs::read(&mut *uow, &*cipher, job.actor.account, blob, job.now).await?;
    uow.rollback().await?;
    let template = template_of(&batch)?;
    let content = read(job, bytes, file_name, template.clone()).await?;
    job.checkpoint()?;

    let mut uow = job.ports.store.write().await?;
    let mut batch = in_state(&mut *uow, id, BatchState::HandedOver, "读入结果文件").await?;
    let lines = all_lines(&mut *uow, id, None).await?;
    let rows = checked(&mut *uow, &*cipher, &batch, &template, &content, &lines).await?;
    let report = tally(&rows, &batch);
    if mode != Mode::Preview && report.errors > 0 && mode == Mode::All {
        return Err(Problem::new(Code::ResultHasErrors)
            .message(format!(
                "{} 行有错误，没有写入。请改正文件，或选择只写入正确的 {} 行。",
                report.errors,
                report.made + report.failed
            ))
            .into());
    }
    let (summary, subjects) = match mode {
        Mode::Preview => (
            format!(
                "核对结果文件：批次 {}，{file_name}，{} 行，有错误 {} 行",
                batch.batch_no, report.rows, report.errors
            ),
            Vec::new(),
        ),
        Mode::All | Mode::Valid => {
            let file = BatchResultRecord {
                file_sha256: content.sha256,
                file_name: file_name.to_owned(),
                rows_total: report.rows,
                rows_made: report.made,
                rows_failed: report.failed,
                rows_error: report.errors,
                read_at: job.now.ms(),
                read_by: job.actor.account,
                read_by_name: String::new(),
            };
            let subjects = write(job, &mut *uow, &mut batch, &lines, rows, &file).await?;
            (
                format!(
                    "读入结果文件：批次 {}，{file_name}，制成 {} 张，失败 {} 张",
                    batch.batch_no, report.made, report.failed
                ),
                subjects,
            )
        }
    };
    let answer = ReturnReport {
        committed: mode != Mode::Preview,
        batch: BatchView::new(&batch),
        ..report
    };
    let note = super::note(&batch, summary).about(subjects);
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}

/// Reads the file on a thread of its own.
async fn read(
    job: &Job,
    bytes: Vec<u8>,
    file_name: &str,
    template: TemplateContent,
) -> Result<Content, OpError> {
    let workbooks = job.ports.workbooks.clone();
    let file_name = file_name.to_owned();
    let reading = move || {
        let sha256 = Sha256::digest(&bytes).into();
        let limits = FileLimits::for_rows(ROWS);
        let columns = columns(&template.result);
        let mut workbook = workbooks.open(bytes, &file_name, limits)?;
        let located = locate_columns(&mut *workbook, &columns)?;
        let mut rows = Vec::new();
        reread(&columns, &mut *workbook, &located, limits, &mut |row, _| {
            rows.push(row);
            Ok(())
        })?;
        if rows.is_empty() {
            return Err(Code::FileEmpty.into());
        }
        Ok(Content {
            map: located.map().clone(),
            rows,
            sha256,
        })
    };
    tokio::task::spawn_blocking(reading)
        .await
        .map_err(|source| OpError::internal("reading a result file", source))?
}

/// The rows beside the lines of the batch and the numbers on record.
async fn checked(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    batch: &BatchRecord,
    template: &TemplateContent,
    content: &Content,
    lines: &[BatchLineRecord],
) -> Result<Vec<ResultRow>, OpError> {
    let known = lines
        .iter()
        .map(|line| known_line(cipher, batch, line))
        .collect::<Result<Vec<Line>, OpError>>()?;
    let handed_over = Timestamp::from_ms(batch.handed_over_at.unwrap_or(batch.created_at)).date();
    let mut rows = check(
        &template.result,
        &content.map,
        &content.rows,
        &known,
        handed_over,
    );
    let asked = numbers(&rows);
    let mut taken = TakenNumbers::default();
    for (kind, asked, taken) in [
        (CardNumberKind::Card, &asked.card, &mut taken.card),
        (CardNumberKind::Serial, &asked.serial, &mut taken.serial),
        (CardNumberKind::Citizen, &asked.citizen, &mut taken.citizen),
    ] {
        *taken = uow.numbers_taken(kind, asked).await?;
    }
    taken_elsewhere(&template.result, &content.map, &mut rows, &taken);
    Ok(rows)
}

fn known_line(
    cipher: &dyn Cipher,
    batch: &BatchRecord,
    line: &BatchLineRecord,
) -> Result<Line, OpError> {
    let at = SealedAt {
        table: "pupil",
        column: "paper",
        row: line.pupil_id.0,
    };
    let known = match LineResult::from_stored(&line.result) {
        Some(LineResult::Waiting) => Known::Waiting,
        Some(LineResult::Failed) => Known::Failed,
        Some(LineResult::Made) => Known::Made(CardNumbers {
            card: line.card_no.clone().unwrap_or_default(),
            serial: line.serial_no.clone(),
            citizen: line.citizen_no.clone(),
        }),
        None => return Err(OpError::internal("reading a batch", "unknown result")),
    };
    Ok(Line {
        number: line.number,
        line_no: line_no(&batch.batch_no, line.number),
        paper: text::code(&open_text(cipher, at, &line.paper_sealed)?),
        name: line.pupil_name.clone(),
        known,
    })
}

fn tally(rows: &[ResultRow], batch: &BatchRecord) -> ReturnReport {
    let count = |fits: &dyn Fn(&ResultRow) -> bool| {
        i64::try_from(rows.iter().filter(|row| fits(row)).count()).unwrap_or(i64::MAX)
    };
    ReturnReport {
        rows: count(&|_| true),
        made: count(&|row| matches!(row.outcome, Some(Outcome::Made { .. }))),
        failed: count(&|row| matches!(row.outcome, Some(Outcome::Failed { .. }))),
        unchanged: count(&|row| row.unchanged),
        errors: count(&ResultRow::is_wrong),
        problems: rows
            .iter()
            .flat_map(|row| row.problems.iter().cloned())
            .take(PROBLEMS)
            .collect(),
        committed: false,
        batch: BatchView::new(batch),
    }
}

/// Everything that the right rows change, gathered before anything is written.
#[derive(Default)]
struct Changes {
    cards: Vec<NewCardRecord>,
    results: Vec<LineResultRecord>,
    made: Vec<OrderId>,
    failed: Vec<OrderId>,
    reasons: HashMap<OrderId, String>,
    extensions: Vec<CardExtensionRecord>,
    pupils: Vec<PupilId>,
}

/// Writes what the right rows say. The pupils concerned.
async fn write(
    job: &Job,
    uow: &mut dyn UnitOfWork,
    batch: &mut BatchRecord,
    lines: &[BatchLineRecord],
    rows: Vec<ResultRow>,
    file: &BatchResultRecord,
) -> Result<Vec<uuid::Uuid>, OpError> {
    let (by, now) = (job.actor.account, job.now.ms());
    let changes = changes(job, lines, rows);
    if changes.results.is_empty() {
        // The same file once more, or nothing but errors.
        return Ok(Vec::new());
    }
    replace_old_cards(uow, &changes, by, now).await?;
    uow.insert_cards(&changes.cards, by, now).await?;
    for (orders, step) in [
        (&changes.made, OrderStep::Make),
        (&changes.failed, OrderStep::Fail),
    ] {
        let records = uow.orders_by_ids(orders).await?;
        let steps = steps_of(&records, step, |order| {
            changes.reasons.get(&order.id).cloned()
        })?;
        uow.step_orders(&steps, by, now).await?;
    }
    uow.settle_batch_lines(batch.id, &changes.results, now)
        .await?;
    uow.insert_card_extensions(&changes.extensions).await?;
    uow.insert_batch_result(batch.id, file).await?;
    batch.made += i64::try_from(changes.made.len()).unwrap_or(i64::MAX);
    batch.failed += i64::try_from(changes.failed.len()).unwrap_or(i64::MAX);
    uow.update_batch(batch).await?;
    batch.version += 1;
    Ok(changes.pupils.iter().map(|pupil| pupil.0).collect())
}

fn changes(job: &Job, lines: &[BatchLineRecord], rows: Vec<ResultRow>) -> Changes {
    let by_number: HashMap<i64, &BatchLineRecord> =
        lines.iter().map(|line| (line.number, line)).collect();
    let mut changes = Changes::default();
    for row in rows {
        let line = row.line.and_then(|number| by_number.get(&number).copied());
        let (Some(line), Some(outcome)) = (line, row.outcome) else {
            continue;
        };
        changes.pupils.push(line.pupil_id);
        match outcome {
            Outcome::Failed { reason } => {
                changes.failed.push(line.order_id);
                changes.reasons.insert(line.order_id, reason.clone());
                changes.results.push(LineResultRecord {
                    number: line.number,
                    result: LineResult::Failed.as_str().to_owned(),
                    reason: Some(reason),
                    card_id: None,
                });
            }
            Outcome::Made {
                card,
                serial,
                citizen,
                valid_until,
            } => {
                let id = CardId(crate::id::new());
                let pair = |number: &crate::domain::card::CardNo| {
                    (number.as_str().to_owned(), number.raw().to_owned())
                };
                if let (Some(serial), Some(until)) = (&serial, valid_until) {
                    changes.extensions.push(CardExtensionRecord {
                        id: crate::id::new(),
                        serial_no: serial.as_str().to_owned(),
                        serial_raw: serial.raw().to_owned(),
                        source: "result".to_owned(),
                        extended_on: job.today().min(until).to_string(),
                        valid_until: until.to_string(),
                        note: Some("制卡时的有效期".to_owned()),
                        recorded_at: job.now.ms(),
                        recorded_by: job.actor.account,
                    });
                }
                let (card_no, card_raw) = pair(&card);
                changes.cards.push(NewCardRecord {
                    id,
                    pupil_id: line.pupil_id,
                    order_id: line.order_id,
                    card_no,
                    card_raw,
                    serial: serial.as_ref().map(pair),
                    citizen: citizen.as_ref().map(pair),
                });
                changes.made.push(line.order_id);
                changes.results.push(LineResultRecord {
                    number: line.number,
                    result: LineResult::Made.as_str().to_owned(),
                    reason: None,
                    card_id: Some(id),
                });
            }
        }
    }
    changes
}

/// The cards that the new ones replace are invalid from now on.
async fn replace_old_cards(
    uow: &mut dyn UnitOfWork,
    changes: &Changes,
    by: crate::id::AccountId,
    now: i64,
) -> Result<(), OpError> {
    let new: HashMap<PupilId, &str> = changes
        .cards
        .iter()
        .map(|card| (card.pupil_id, card.card_no.as_str()))
        .collect();
    let pupils: Vec<PupilId> = new.keys().copied().collect();
    let steps: Vec<CardStepRecord> = uow
        .cards_of(&pupils)
        .await?
        .into_iter()
        .filter_map(|card| {
            let after = CardState::from_stored(&card.state)?
                .after(CardStep::Replace)
                .ok()?;
            let number = new.get(&card.pupil_id)?;
            Some(CardStepRecord {
                id: card.id,
                step: CardStep::Replace.as_str().to_owned(),
                state: after.as_str().to_owned(),
                reason: Some(format!("新卡 {number} 已制成")),
            })
        })
        .collect();
    uow.step_cards(&steps, by, now).await
}
