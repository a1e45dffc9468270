//! Reads and checks a file (核对导入文件), IMP-3 to IMP-6, IMP-8.
//!
//! One thread reads, checks and seals; this one looks the children up in bulk
//! and stages the rows. Neither holds more than a few batches, however long the
//! file is. Nothing but staged rows is written.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use ts_rs::TS;

pub use super::ImportSummary;
use super::{ImportColumn, ProblemGroup, cells_place, stored_json, to_json};
use crate::access::{self, Permission, Reach};
use crate::context::{AuditNote, Job};
use crate::domain::application::ImportState;
use crate::error::{Code, OpError, Place, Problem, Severity};
use crate::id::{BlobId, ImportId, PupilId, SchoolId};
use crate::import::cells::FileLimits;
use crate::import::check::{CheckedRow, PupilEntry};
use crate::import::snapshot::Snapshot;
use crate::import::table::Workbooks;
use crate::import::{PreviewSummary, new_pupils};
use crate::ops::class::grade_name;
use crate::ops::touches;
use crate::ports::{
    Cipher, FoundPupil, ImportRecord, IndexOf, Progress, SealedAt, StagedEntry, StagedRow,
    UnitOfWork,
};

/// Rows staged in one transaction.
const BATCH: usize = 2000;
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
    let cipher = job.ports.cipher.clone();
    let mut uow = job.ports.store.read().await?;
    let (_, bytes) = crate::blobs::read(
        &mut *uow,
        &*cipher,
        job.actor.account,
        request.blob_id,
        job.now,
    )
    .await?;
    let school = uow
        .school(request.school_id)
        .await?
        .ok_or(Code::SchoolUnknown)?;
    let snapshot = super::snapshot(&mut *uow, school.id, job.today()).await?;
    let sha256: [u8; 32] = Sha256::digest(&bytes).into();
    let id = request
        .import_id
        .unwrap_or_else(|| ImportId(crate::id::new()));
    let before = uow.import(id).await?;
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

    let mut record = ImportRecord {
        id,
        kind: "new_pupils".to_owned(),
        district: school.district.clone(),
        school_id: school.id,
        school_name: school.name.clone(),
        school_year: school.school_year,
        file_name: request.file_name.clone(),
        file_sha256: sha256,
        state: ImportState::Reading.as_str().to_owned(),
        sheet: String::new(),
        heading_row: 0,
        columns: "[]".to_owned(),
        rows_total: 0,
        rows_valid: 0,
        rows_error: 0,
        rows_warning: 0,
        rows_problem: 0,
        rows_duplicate: 0,
        rows_committed: 0,
        file_problems: "[]".to_owned(),
        groups: "[]".to_owned(),
        created_by: job.actor.account,
        created_by_login: job.actor.login.clone(),
        created_at: job.now.ms(),
        committed_at: None,
        submitted_at: None,
    };
    let mut uow = job.ports.store.write().await?;
    if unfinished {
        // A reading that was cut off by a crash left rows behind.
        uow.delete_staged(id).await?;
    } else {
        uow.insert_import(&record).await?;
    }
    drop_cut_off(&mut *uow, school.id, job.now.ms()).await?;
    uow.commit().await?;

    match stage(job, &mut record, snapshot, bytes, request.file_name).await {
        Ok(()) => {}
        Err(error) => {
            let mut uow = job.ports.store.write().await?;
            uow.delete_import(id).await?;
            uow.commit().await?;
            return Err(error);
        }
    }
    let mut uow = job.ports.store.write().await?;
    uow.update_import(&record).await?;
    let note = AuditNote::school(
        school.district,
        school.id,
        format!(
            "核对导入文件：{}，共 {} 行，可导入 {} 行，有错误 {} 行",
            record.file_name, record.rows_total, record.rows_valid, record.rows_error
        ),
    )
    .with(serde_json::json!({ "import": id }));
    let answer = ImportSummary::new(record)?;
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}

/// Forgets readings of the school that ended with their process: nobody goes on with them.
async fn drop_cut_off(uow: &mut dyn UnitOfWork, school: SchoolId, now: i64) -> Result<(), OpError> {
    let latest = uow.imports(Some(&[school]), None, None, 20).await?;
    for import in latest {
        let reading = ImportState::from_stored(&import.state) == Some(ImportState::Reading);
        if reading && import.created_at < now - READING_MS {
            uow.delete_import(import.id).await?;
        }
    }
    Ok(())
}

/// A checked row with its sealed values.
struct Prepared {
    row: u32,
    problems: Vec<Problem>,
    cells_sealed: Vec<u8>,
    entry: Option<StagedEntry>,
    identity_place: Place,
}

/// Runs the reading thread and stages what it gives; fills the record's counts.
async fn stage(
    job: &Job,
    record: &mut ImportRecord,
    snapshot: Snapshot,
    bytes: Vec<u8>,
    file_name: String,
) -> Result<(), OpError> {
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<Vec<Prepared>>(2);
    let reading = Reading {
        workbooks: job.ports.workbooks.clone(),
        cipher: job.ports.cipher.clone(),
        progress: job.progress.clone(),
        snapshot,
        import: record.id,
        sender,
    };
    let worker = tokio::task::spawn_blocking(move || reading.run(bytes, &file_name));
    let reach = job.actor.reach(Permission::ReadPupils);
    let mut tally = Tally::default();
    let mut staged = Ok(());
    while let Some(batch) = receiver.recv().await {
        staged = stage_batch(job, record.id, batch, &reach, &mut tally).await;
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
    let summary = summary?;
    patch_duplicates(job, record.id, &summary, &mut tally).await?;
    let mut uow = job.ports.store.write().await?;
    record.rows_problem = uow.number_problem_rows(record.id).await?;
    uow.commit().await?;

    record.state = ImportState::Preview.as_str().to_owned();
    record.sheet = summary.sheet;
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
    record.groups = to_json(&tally.groups())?;
    record.rows_total = count(tally.states.len());
    record.rows_error = tally.with(Severity::Error);
    record.rows_warning = tally.with(Severity::Warning);
    record.rows_valid = record.rows_total - record.rows_error;
    record.rows_duplicate = count(tally.duplicates);
    Ok(())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The reading thread.
struct Reading {
    workbooks: Arc<dyn Workbooks>,
    cipher: Arc<dyn Cipher>,
    progress: Arc<dyn Progress>,
    snapshot: Snapshot,
    import: ImportId,
    sender: tokio::sync::mpsc::Sender<Vec<Prepared>>,
}

impl Reading {
    fn run(self, bytes: Vec<u8>, file_name: &str) -> Result<PreviewSummary, OpError> {
        let limits = FileLimits::for_rows(self.snapshot.row_limit);
        let mut workbook = self.workbooks.open(bytes, file_name, limits)?;
        let mut batch = Vec::with_capacity(BATCH);
        let mut sink = |row: CheckedRow| -> Result<(), OpError> {
            batch.push(self.prepare(row)?);
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
        let summary = new_pupils::preview(
            &mut *workbook,
            &self.snapshot,
            limits,
            &mut sink,
            &mut heard,
        )?;
        if self.progress.cancelled() {
            return Err(Code::Cancelled.into());
        }
        self.send(batch)?;
        Ok(summary)
    }

    fn send(&self, batch: Vec<Prepared>) -> Result<(), OpError> {
        // The other end closes only when staging failed; that failure is reported.
        self.sender
            .blocking_send(batch)
            .map_err(|_| Code::Cancelled.into())
    }

    fn prepare(&self, row: CheckedRow) -> Result<Prepared, OpError> {
        let cells = serde_json::to_vec(&row.raw)
            .map_err(|source| OpError::internal("staging cells", source))?;
        let entry = row.entry.map(|entry| self.seal(entry)).transpose()?;
        Ok(Prepared {
            row: row.row,
            problems: row.problems,
            cells_sealed: self.cipher.seal(cells_place(self.import), &cells)?,
            entry,
            identity_place: row.identity_place,
        })
    }

    fn seal(&self, entry: PupilEntry) -> Result<StagedEntry, OpError> {
        let id = PupilId(crate::id::new());
        let seal = |table, column, clear: &str| {
            self.cipher.seal(
                SealedAt {
                    table,
                    column,
                    row: id.0,
                },
                clear.as_bytes(),
            )
        };
        let index = |of, clear: &str| self.cipher.index(of, clear);
        let student_number = entry.student_number.as_ref().map(|number| number.as_str());
        let phone = entry.guardian_phone.as_ref().map(|phone| phone.as_str());
        Ok(StagedEntry {
            pupil_id: id,
            class_id: crate::id::ClassId(entry.class_id),
            grade: i64::from(entry.grade.get()),
            name: entry.name.as_str().to_owned(),
            gender: entry.gender.map(|gender| gender.as_str().to_owned()),
            birth_date: entry
                .paper
                .birth_date()
                .map(|date| date.format("%Y-%m-%d").to_string()),
            paper_kind: entry.paper.kind().as_str().to_owned(),
            paper_sealed: seal("pupil", "paper", entry.paper.number())?,
            paper_index: index(IndexOf::Paper, &entry.paper.index_text()),
            student_number_sealed: student_number
                .map(|text| seal("pupil", "student_number", text))
                .transpose()?,
            student_number_index: student_number.map(|text| index(IndexOf::StudentNumber, text)),
            address_sealed: entry
                .address
                .as_ref()
                .map(|address| seal("pupil", "address", address.as_str()))
                .transpose()?,
            guardian_relation: entry
                .guardian_relation
                .map(|relation| relation.as_str().to_owned()),
            guardian_name: entry
                .guardian_name
                .as_ref()
                .map(|name| name.as_str().to_owned()),
            guardian_phone_sealed: phone
                .map(|text| seal("guardian", "phone", text))
                .transpose()?,
            guardian_phone_index: phone.map(|text| index(IndexOf::Phone, text)),
        })
    }
}

/// Counts kept while rows pass by: a few bytes a row.
#[derive(Default)]
struct Tally {
    /// Excel row and worst severity, by position.
    states: Vec<(u32, Option<Severity>)>,
    duplicates: usize,
    kinds: BTreeMap<(Code, Severity, Option<String>), ProblemGroup>,
}

impl Tally {
    fn push(&mut self, row: u32, problems: &[Problem]) {
        self.states.push((row, worst(problems)));
        self.note(row, problems);
    }

    fn note(&mut self, row: u32, problems: &[Problem]) {
        for problem in problems {
            let key = (
                problem.code,
                problem.severity,
                problem.place.heading.clone(),
            );
            let group = self.kinds.entry(key).or_insert_with(|| ProblemGroup {
                code: problem.code,
                severity: problem.severity,
                heading: problem.place.heading.clone(),
                sample: problem.message.clone(),
                count: 0,
                first_row: row,
            });
            group.count += 1;
            group.first_row = group.first_row.min(row);
        }
        let twice = [
            Code::PupilDuplicate,
            Code::PupilDeleted,
            Code::RowRepeated,
            Code::RowConflict,
        ];
        if problems.iter().any(|problem| twice.contains(&problem.code)) {
            self.duplicates += 1;
        }
    }

    fn with(&self, severity: Severity) -> i64 {
        count(
            self.states
                .iter()
                .filter(|(_, worst)| *worst == Some(severity))
                .count(),
        )
    }

    /// Errors before warnings, then the most frequent first.
    fn groups(&self) -> Vec<ProblemGroup> {
        let mut groups: Vec<ProblemGroup> = self.kinds.values().cloned().collect();
        groups.sort_by_key(|group| {
            (
                std::cmp::Reverse(group.severity),
                std::cmp::Reverse(group.count),
                group.first_row,
            )
        });
        groups
    }
}

fn worst(problems: &[Problem]) -> Option<Severity> {
    problems.iter().map(|problem| problem.severity).max()
}

pub(super) fn row_state(problems: &[Problem]) -> &'static str {
    match worst(problems) {
        Some(Severity::Error) => "error",
        Some(Severity::Warning) => "warning",
        Some(Severity::Note) | None => "valid",
    }
}

/// Looks a batch's children up at once and stages the rows.
async fn stage_batch(
    job: &Job,
    import: ImportId,
    batch: Vec<Prepared>,
    reach: &Reach,
    tally: &mut Tally,
) -> Result<(), OpError> {
    let mut uow = job.ports.store.write().await?;
    let indexes: Vec<[u8; 16]> = batch
        .iter()
        .filter_map(|row| row.entry.as_ref())
        .map(|entry| entry.paper_index)
        .collect();
    let found = uow.find_papers(&indexes).await?;
    let mut rows = Vec::with_capacity(batch.len());
    for mut row in batch {
        let index = row.entry.as_ref().map(|entry| entry.paper_index);
        if let Some(stored) = found.iter().find(|stored| Some(stored.index) == index) {
            row.problems
                .push(on_record(stored, reach).at(row.identity_place));
        }
        let state = row_state(&row.problems);
        let position = count(tally.states.len());
        tally.push(row.row, &row.problems);
        rows.push(StagedRow {
            position,
            problem_position: None,
            row_number: i64::from(row.row),
            state: state.to_owned(),
            cells_sealed: row.cells_sealed,
            problems: to_json(&row.problems)?,
            entry: row.entry.filter(|_| state != "error"),
        });
    }
    uow.stage_rows(import, &rows).await?;
    uow.commit().await
}

/// Marks rows whose child is twice in the file; that is known only at its end.
async fn patch_duplicates(
    job: &Job,
    import: ImportId,
    summary: &PreviewSummary,
    tally: &mut Tally,
) -> Result<(), OpError> {
    let mut added: BTreeMap<u32, Vec<Problem>> = BTreeMap::new();
    for (row, problem) in &summary.row_patches {
        added.entry(*row).or_default().push(problem.clone());
    }
    let added: Vec<(u32, Vec<Problem>)> = added.into_iter().collect();
    for chunk in added.chunks(BATCH) {
        let numbers: Vec<i64> = chunk.iter().map(|(row, _)| i64::from(*row)).collect();
        let mut uow = job.ports.store.write().await?;
        let views = uow.staged_by_row(import, &numbers).await?;
        let mut patches = Vec::with_capacity(views.len());
        for view in views {
            let Some((row, more)) = chunk
                .iter()
                .find(|(row, _)| i64::from(*row) == view.row_number)
            else {
                continue;
            };
            let mut problems: Vec<Problem> = stored_json(&view.problems)?;
            problems.extend(more.iter().cloned());
            if let Some(slot) = usize::try_from(view.position)
                .ok()
                .and_then(|at| tally.states.get_mut(at))
            {
                slot.1 = worst(&problems);
            }
            tally.note(*row, more);
            patches.push((
                view.position,
                row_state(&problems).to_owned(),
                to_json(&problems)?,
            ));
        }
        uow.patch_rows(import, &patches).await?;
        uow.commit().await?;
    }
    Ok(())
}

/// The problem of a child on record: where, if the person may see it (IMP-8).
pub(super) fn on_record(stored: &FoundPupil, reach: &Reach) -> Problem {
    let place = access::Place::School(stored.district.clone(), stored.school_id);
    let deleted = stored.status == "deleted";
    if !reach.covers(&place) {
        return Problem::new(Code::PupilDuplicate)
            .message("该学生已在其他学校登记，请联系区级管理员。");
    }
    let at = format!(
        "{} {} {} 班",
        stored.school_name,
        grade_name(stored.grade),
        stored.class_number
    );
    if deleted {
        Problem::new(Code::PupilDeleted).message(format!(
            "该学生曾在{at}登记，后被删除，请恢复原记录，不要重复录入。"
        ))
    } else {
        Problem::new(Code::PupilDuplicate)
            .message(format!("该学生已登记在{at}，请从文件中删除这一行。"))
    }
}
