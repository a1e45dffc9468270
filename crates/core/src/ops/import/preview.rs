//! Reads and checks a file (核对导入文件), IMP-3 to IMP-8.
//!
//! One thread reads and checks; this one looks up what is on record in bulk and
//! stages blocks of rows. Neither holds more than a few blocks, however long the
//! file is. Nothing but staged rows is written. A workbook that an import gave
//! back with its errors marked goes on with that import instead ([`super::reread`]).

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use ts_rs::TS;

pub use super::ImportSummary;
use super::kinds::{Beholder, Importing, of_kind};
use super::staging::{self, Tally};
use super::{ImportColumn, kind_of, require_kind, reread, to_json};
use crate::context::{AuditNote, Job};
use crate::domain::application::{ImportOf, ImportState};
use crate::error::{Code, OpError};
use crate::id::{BlobId, ImportId, SchoolId};
use crate::import::cells::{FileLimits, Workbook};
use crate::import::row::ColumnMap;
use crate::import::snapshot::Snapshot;
use crate::import::stored::{BLOCK, Fate, RowIndex, StoredRow};
use crate::import::{
    CheckedRow, ImportTable, Located, PreviewSummary, RULES_VERSION, first_token, locate, preview,
    token,
};
use crate::ops::touches;
use crate::ports::{Cipher, ImportFilter, ImportRecord, Progress, UnitOfWork};

/// Blocks staged in one transaction.
const BLOCKS: usize = 4;
/// Rows that the reading thread hands over at once.
const BATCH: usize = BLOCK as usize * BLOCKS;
/// No file takes this long to read.
const READING_MS: i64 = 60 * 60 * 1000;

/// Which file for which school.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewImportRequest {
    /// School.
    pub school_id: SchoolId,
    /// Staged file.
    pub blob_id: BlobId,
    /// Name of the file; its extension must not contradict its content.
    pub file_name: String,
    /// What the rows become; pupils by default.
    #[ts(optional, as = "Option<ImportOf>")]
    pub kind: Option<String>,
    /// Id that the import shall have, so that a repetition is harmless.
    #[ts(optional)]
    pub import_id: Option<ImportId>,
}

touches!(PreviewImportRequest, self => Touched::School(self.school_id));

/// # Errors
/// `file.*`, `sheet.*`, `column.missing`, `column.twice`, `template.old` when the file is refused as
/// a whole; `blob.unknown`, `school.unknown`, `cancelled`; `idempotency.mismatch` when the id
/// was used for another file.
pub async fn run(job: &mut Job, request: PreviewImportRequest) -> Result<ImportSummary, OpError> {
    let kind = kind_of(request.kind.as_deref())?;
    of_kind!(kind, K => run_kind::<K>(job, request, kind).await)
}

async fn run_kind<K: Importing>(
    job: &mut Job,
    request: PreviewImportRequest,
    kind: ImportOf,
) -> Result<ImportSummary, OpError> {
    let cipher = job.ports.cipher.clone();
    let mut uow = job.ports.store.read().await?;
    let school = uow
        .school(request.school_id)
        .await?
        .ok_or(Code::SchoolUnknown)?;
    require_kind::<K>(&job.actor, &school.district, school.id)?;
    let before = match request.import_id {
        Some(id) => uow.import(id).await?,
        None => None,
    };
    // Once an import keeps the file it is the import's, and a repeated call finds it there.
    let kept = before.as_ref().is_some_and(|before| {
        before.blob_id == Some(request.blob_id) && before.school_id == school.id
    });
    let (_, bytes) = if kept {
        crate::blobs::read_kept(&mut *uow, &*cipher, request.blob_id).await?
    } else {
        let account = job.actor.account;
        crate::blobs::read(&mut *uow, &*cipher, account, request.blob_id, job.now).await?
    };
    let snapshot = super::snapshot(&mut *uow, school.id, job.today()).await?;
    let sha256: [u8; 32] = Sha256::digest(&bytes).into();
    let id = request
        .import_id
        .unwrap_or_else(|| ImportId(crate::id::new()));
    uow.rollback().await?;
    let unfinished = match before {
        None => false,
        Some(before) if before.school_id != school.id || before.file_sha256 != sha256 => {
            return Err(Code::IdempotencyMismatch.into());
        }
        Some(before) if ImportState::from_stored(&before.state) == Some(ImportState::Reading) => {
            true
        }
        Some(before) => {
            let note = AuditNote::school(
                school.district,
                school.id,
                format!("再次核对同一导入：{}", before.file_name),
            );
            let answer = ImportSummary::new(before)?;
            let uow = job.ports.store.write().await?;
            job.finish(uow, note, &answer).await?;
            return Ok(answer);
        }
    };

    let opened = open(job, &K::kind().table, bytes, &request.file_name, &snapshot).await?;
    if let Some((import, _)) = opened.token.as_deref().and_then(token::parse) {
        let import = ImportId(import);
        if reread::goes_on(job, import, school.id, kind).await? {
            return reread::run::<K>(job, import, opened, &request.file_name).await;
        }
    }

    let mut record = ImportRecord {
        id,
        kind: kind.as_str().to_owned(),
        district: school.district.clone(),
        school_id: school.id,
        school_name: school.name.clone(),
        school_year: school.school_year,
        file_name: request.file_name.clone(),
        file_sha256: sha256,
        blob_id: Some(request.blob_id),
        state: ImportState::Reading.as_str().to_owned(),
        sheet: String::new(),
        heading_row: 0,
        columns: "[]".to_owned(),
        snapshot: to_json(&snapshot)?,
        rules_version: RULES_VERSION,
        rows_total: 0,
        rows_valid: 0,
        rows_error: 0,
        rows_warning: 0,
        rows_problem: 0,
        rows_duplicate: 0,
        rows_committed: 0,
        rows_undone: 0,
        file_problems: "[]".to_owned(),
        groups: "[]".to_owned(),
        edit_at: 0,
        edit_last: 0,
        created_by: job.actor.account,
        created_by_login: job.actor.login.clone(),
        created_at: job.now.ms(),
        committed_at: None,
        submitted_at: None,
        undone_at: None,
        purged_at: None,
    };
    let mut uow = job.ports.store.write().await?;
    if unfinished {
        // A reading that was cut off by a crash left rows behind.
        uow.delete_rows(id).await?;
    } else {
        uow.insert_import(&record).await?;
    }
    drop_cut_off(&mut *uow, school.id, job.now.ms()).await?;
    uow.commit().await?;

    let beholder = Beholder::new(&record, &snapshot, &job.actor);
    let staged = match stage::<K>(job, id, snapshot, &beholder, opened).await {
        Ok(staged) => staged,
        Err(error) => {
            let mut uow = job.ports.store.write().await?;
            uow.delete_import(id).await?;
            uow.commit().await?;
            return Err(error);
        }
    };
    let mut uow = job.ports.store.write().await?;
    close::<K>(&mut *uow, &*cipher, &mut record, staged).await?;
    super::keep_file(&mut *uow, &record).await?;
    uow.update_import(&record).await?;
    let summary = format!(
        "核对导入文件（{}）：{}，共 {} 行，可导入 {} 行，有错误 {} 行",
        kind.zh(),
        record.file_name,
        record.rows_total,
        record.rows_valid,
        record.rows_error
    );
    let note = super::note(&record, summary);
    let answer = ImportSummary::new(record)?;
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}

/// Forgets readings of the school that ended with their process: nobody goes on with them.
async fn drop_cut_off(uow: &mut dyn UnitOfWork, school: SchoolId, now: i64) -> Result<(), OpError> {
    let filter = ImportFilter {
        school: Some(school),
        state: Some(ImportState::Reading.as_str().to_owned()),
        ..ImportFilter::default()
    };
    for import in uow.imports(&filter, None, 20).await? {
        if import.created_at < now - READING_MS {
            uow.delete_import(import.id).await?;
        }
    }
    Ok(())
}

/// A workbook whose table was found.
pub(super) struct Opened {
    pub(super) workbook: Box<dyn Workbook>,
    pub(super) located: Located,
    pub(super) limits: FileLimits,
    /// The first token that it carries.
    pub(super) token: Option<String>,
}

/// Opens the file on a thread of its own.
async fn open(
    job: &Job,
    table: &'static ImportTable,
    bytes: Vec<u8>,
    file_name: &str,
    snapshot: &Snapshot,
) -> Result<Opened, OpError> {
    let workbooks = job.ports.workbooks.clone();
    let file_name = file_name.to_owned();
    let limits = FileLimits::for_rows(snapshot.row_limit);
    let opening = move || {
        let mut workbook = workbooks.open(bytes, &file_name, limits)?;
        let located = locate(&mut *workbook, table)?;
        let token = first_token(table, &mut *workbook, &located)?;
        Ok(Opened {
            workbook,
            located,
            limits,
            token,
        })
    };
    tokio::task::spawn_blocking(opening)
        .await
        .map_err(|source| OpError::internal("opening a workbook", source))?
}

/// What staging the rows came to.
struct Staged {
    summary: PreviewSummary,
    index: RowIndex,
    tally: Tally,
    map: ColumnMap,
}

/// A checked row and by what it is looked up.
type Prepared<K> = (
    CheckedRow<<K as Importing>::Entry>,
    Option<<K as Importing>::Key>,
);

/// Runs the reading thread and stages what it gives.
async fn stage<K: Importing>(
    job: &Job,
    import: ImportId,
    snapshot: Snapshot,
    beholder: &Beholder,
    opened: Opened,
) -> Result<Staged, OpError> {
    let map = opened.located.map().clone();
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<Vec<Prepared<K>>>(1);
    let reading = Reading::<K> {
        cipher: job.ports.cipher.clone(),
        progress: job.progress.clone(),
        snapshot,
        sender,
    };
    let worker = tokio::task::spawn_blocking(move || reading.run(opened));
    let mut index = RowIndex::default();
    let mut tally = Tally::default();
    let mut staged = Ok(());
    while let Some(batch) = receiver.recv().await {
        staged = stage_batch::<K>(job, import, batch, beholder, &map, &mut index, &mut tally).await;
        if staged.is_err() {
            break;
        }
    }
    // Closing the channel ends the worker when staging failed.
    drop(receiver);
    let summary = worker
        .await
        .map_err(|source| OpError::internal("reading a workbook", source))?;
    staged?;
    Ok(Staged {
        summary: summary?,
        index,
        tally,
        map,
    })
}

/// The reading thread.
struct Reading<K: Importing> {
    cipher: Arc<dyn Cipher>,
    progress: Arc<dyn Progress>,
    snapshot: Snapshot,
    sender: tokio::sync::mpsc::Sender<Vec<Prepared<K>>>,
}

impl<K: Importing> Reading<K> {
    fn run(self, mut opened: Opened) -> Result<PreviewSummary, OpError> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut sink = |row: CheckedRow<K::Entry>| -> Result<(), OpError> {
            let subject = row.subject.as_deref();
            let entry = row.entry.as_ref();
            let key = subject.map(|subject| K::key(subject, entry, &*self.cipher));
            batch.push((row, key));
            if batch.len() == BATCH {
                self.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)))?;
            }
            Ok(())
        };
        let mut heard = |done: u64| {
            self.progress.report(done, 0);
            if self.progress.cancelled() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let summary = preview(
            K::kind(),
            &mut *opened.workbook,
            opened.located,
            &self.snapshot,
            opened.limits,
            &mut sink,
            &mut heard,
        )?;
        if self.progress.cancelled() {
            return Err(Code::Cancelled.into());
        }
        self.send(batch)?;
        Ok(summary)
    }

    fn send(&self, batch: Vec<Prepared<K>>) -> Result<(), OpError> {
        // The other end closes only when staging failed; that failure is reported.
        self.sender
            .blocking_send(batch)
            .map_err(|_| Code::Cancelled.into())
    }
}

/// Looks a batch up at once and stages its blocks.
async fn stage_batch<K: Importing>(
    job: &Job,
    import: ImportId,
    batch: Vec<Prepared<K>>,
    beholder: &Beholder,
    map: &ColumnMap,
    index: &mut RowIndex,
    tally: &mut Tally,
) -> Result<(), OpError> {
    let cipher = &*job.ports.cipher;
    let keys: Vec<K::Key> = batch.iter().filter_map(|(_, key)| *key).collect();
    let mut uow = job.ports.store.write().await?;
    let mut found = K::on_record(&mut *uow, beholder, &keys).await?.into_iter();
    let mut rows = Vec::with_capacity(batch.len());
    for (checked, key) in batch {
        let mut problems = checked.problems;
        // What was found stands in the order of the keys.
        if let Some(problem) = key.and_then(|_| found.next()).flatten() {
            let problem = staging::place_on_record::<K>(problem, checked.row.row, map);
            problems.push(problem);
        }
        let row = StoredRow {
            position: index.len(),
            row: checked.row,
            edited: Vec::new(),
            problems,
            identity: checked.identity,
            content: checked.content,
            fate: Fate::Open,
        };
        tally.note(row.row.row, &row.problems);
        index.push(row.row.row, row.state());
        rows.push(row);
    }
    let mut blocks = Vec::with_capacity(BLOCKS);
    for of_block in rows.chunk_by(|a, b| a.block() == b.block()) {
        if let Some(first) = of_block.first() {
            blocks.push(staging::seal_block(
                cipher,
                import,
                first.block(),
                of_block,
            )?);
        }
    }
    uow.put_blocks(import, &blocks).await?;
    uow.commit().await
}

/// Ends the reading: rows that repeat each other, counts, notes on the file.
async fn close<K: Importing>(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    record: &mut ImportRecord,
    staged: Staged,
) -> Result<(), OpError> {
    let Staged {
        summary,
        mut index,
        mut tally,
        map,
    } = staged;
    staging::settle_between(
        uow,
        cipher,
        record.id,
        summary.row_patches,
        &BTreeMap::new(),
        &mut index,
        &mut tally,
    )
    .await?;
    record.state = ImportState::Preview.as_str().to_owned();
    record.sheet = map.sheet;
    record.heading_row = i64::from(summary.heading_row);
    let columns: Vec<ImportColumn> = summary
        .columns
        .into_iter()
        .map(|column| ImportColumn {
            key: column.key.to_owned(),
            heading: column.heading,
            letter: column.letter,
        })
        .collect();
    record.columns = to_json(&columns)?;
    record.file_problems = to_json(&summary.file_problems)?;
    staging::put_counts(uow, record, &K::kind().table, &index, tally).await
}
