//! A workbook that was given back with its errors marked, repaired and dropped
//! again (IMP-7): its rows are known by their tokens and go on in their import.
//!
//! Only rows that are not on record yet take what the file says, so the same
//! file dropped twice, or by two people, writes each row once.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ImportSummary;
use super::edit::{CellChange, Step};
use super::kinds::Importing;
use super::preview::Opened;
use super::staging::{self, Look};
use crate::context::Job;
use crate::domain::application::{ImportOf, ImportState};
use crate::domain::text;
use crate::error::{Code, OpError, Place, Problem};
use crate::id::{ImportId, SchoolId};
use crate::import::duplicates::{Fingerprint, fingerprint};
use crate::import::row::{ColumnMap, TableRow};
use crate::import::stored::{BLOCK, Fate, RowIndex, StoredRow};
use crate::import::{ImportTable, reread, token};
use crate::ports::{Cipher, ImportRecord, UnitOfWork};

/// Row numbers that one note lists.
const LISTED: usize = 8;

/// What a workbook that came back changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reread {
    /// Rows that took what the file says.
    pub applied: u32,
    /// Rows that say the same as before.
    pub unchanged: u32,
    /// Rows that are on record already and were left alone.
    pub committed: u32,
    /// Rows that belong to no row of the import.
    pub unmatched: u32,
    /// What a person should know of these.
    pub notes: Vec<Problem>,
}

/// True when an import of this school still waits for repaired rows, or has them all.
pub(super) async fn goes_on(
    job: &Job,
    import: ImportId,
    school: SchoolId,
    kind: ImportOf,
) -> Result<bool, OpError> {
    let mut uow = job.ports.store.read().await?;
    let found = uow.import(import).await?;
    uow.rollback().await?;
    Ok(found.is_some_and(|import| {
        let open = match ImportState::from_stored(&import.state) {
            Some(ImportState::Preview | ImportState::Partly | ImportState::Committed) => true,
            Some(ImportState::Reading | ImportState::Undone | ImportState::Discarded) | None => {
                false
            }
        };
        open && import.school_id == school
            && import.kind == kind.as_str()
            && import.purged_at.is_none()
    }))
}

/// A row of the file and where it belongs.
type Come = (TableRow, Option<String>);

pub(super) async fn run<K: Importing>(
    job: &mut Job,
    id: ImportId,
    opened: Opened,
    file_name: &str,
) -> Result<ImportSummary, OpError> {
    let cipher = job.ports.cipher.clone();
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<Vec<Come>>(1);
    let worker = tokio::task::spawn_blocking(move || read(opened, &K::kind().table, &sender));

    let mut uow = job.ports.store.write().await?;
    let mut import = uow.import(id).await?.ok_or(Code::ImportUnknown)?;
    let index = staging::index(&mut *uow, id).await?;
    let look = Look::now(&mut *uow, &import, &job.actor, job.today()).await?;
    let mut come = Coming::new(&index);
    let mut failed = None;
    while let Some(batch) = receiver.recv().await {
        if let Err(error) = come.take::<K>(&mut *uow, &*cipher, &import, batch).await {
            failed = Some(error);
            break;
        }
    }
    drop(receiver);
    worker
        .await
        .map_err(|source| OpError::internal("reading a workbook", source))??;
    if let Some(error) = failed {
        return Err(error);
    }

    come.match_strays::<K>(&mut *uow, &*cipher, &import).await?;
    let report = come.report(&import);
    let step = come.step;
    if !step.is_empty() {
        step.revise::<K>(&mut *uow, &*cipher, &mut import, &look)
            .await?;
        step.keep(&mut *uow, &*cipher, &mut import).await?;
    }
    uow.update_import(&import).await?;
    let summary = format!(
        "读回改好的文件：{file_name}，更新 {} 行，已导入不再改动 {} 行，不属于这次导入 {} 行",
        report.applied, report.committed, report.unmatched
    );
    let note = super::note(&import, summary);
    let mut answer = ImportSummary::new(import)?;
    answer.reread = Some(report);
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}

/// The reading thread.
fn read(
    mut opened: Opened,
    table: &ImportTable,
    sender: &tokio::sync::mpsc::Sender<Vec<Come>>,
) -> Result<(), OpError> {
    let size = BLOCK as usize;
    let mut batch = Vec::with_capacity(size);
    let mut sink = |row: TableRow, token: Option<String>| -> Result<(), OpError> {
        batch.push((row, token));
        if batch.len() == size {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(size));
            // The other end closes only when it failed; that failure is reported.
            sender
                .blocking_send(full)
                .map_err(|_| OpError::from(Code::Cancelled))?;
        }
        Ok(())
    };
    reread(
        table.columns,
        &mut *opened.workbook,
        &opened.located,
        opened.limits,
        &mut sink,
    )?;
    sender
        .blocking_send(batch)
        .map_err(|_| OpError::from(Code::Cancelled))
}

/// Rows as they come, compared with those that are kept.
struct Coming<'a> {
    index: &'a RowIndex,
    /// Positions that a row of the file was matched with.
    seen: BTreeSet<u32>,
    step: Step,
    applied: u32,
    unchanged: u32,
    committed: u32,
    /// Rows without a token, whose number may tell where they belong.
    strays: Vec<TableRow>,
    /// Rows of the file, as Excel shows them, that belong to no row of the import.
    unmatched: Vec<u32>,
    /// Rows of the file with a token that another row had before.
    again: Vec<u32>,
}

impl<'a> Coming<'a> {
    fn new(index: &'a RowIndex) -> Self {
        Self {
            index,
            seen: BTreeSet::new(),
            step: Step::default(),
            applied: 0,
            unchanged: 0,
            committed: 0,
            strays: Vec::new(),
            unmatched: Vec::new(),
            again: Vec::new(),
        }
    }

    async fn take<K: Importing>(
        &mut self,
        uow: &mut dyn UnitOfWork,
        cipher: &dyn Cipher,
        import: &ImportRecord,
        batch: Vec<Come>,
    ) -> Result<(), OpError> {
        let mut wanted: BTreeMap<u32, Vec<TableRow>> = BTreeMap::new();
        for (row, token) in batch {
            let position = token
                .as_deref()
                .and_then(token::parse)
                .filter(|(of, position)| *of == import.id.0 && *position < self.index.len())
                .map(|(_, position)| position);
            match position {
                None => self.strays.push(row),
                Some(position) => wanted.entry(position).or_default().push(row),
            }
        }
        self.compare_all::<K>(uow, cipher, import, wanted).await
    }

    /// A row that lost its token is known by its number, if that is in the import once.
    async fn match_strays<K: Importing>(
        &mut self,
        uow: &mut dyn UnitOfWork,
        cipher: &dyn Cipher,
        import: &ImportRecord,
    ) -> Result<(), OpError> {
        let strays = std::mem::take(&mut self.strays);
        if strays.is_empty() {
            return Ok(());
        }
        let column = K::kind().table.identity_column;
        let number = |row: &TableRow| {
            let text = text::code(&row.cells.get(column)?.text());
            (!text.is_empty()).then(|| fingerprint([text.as_str()]))
        };
        let mut known: BTreeMap<Fingerprint, Option<u32>> = BTreeMap::new();
        for block in 0..self.index.blocks() {
            for row in staging::block(uow, cipher, import.id, block).await? {
                if let Some(number) = number(&row.row) {
                    known
                        .entry(number)
                        .and_modify(|position| *position = None)
                        .or_insert(Some(row.position));
                }
            }
        }
        let mut wanted: BTreeMap<u32, Vec<TableRow>> = BTreeMap::new();
        for row in strays {
            let position = number(&row).and_then(|number| known.get(&number).copied().flatten());
            match position {
                Some(position) => wanted.entry(position).or_default().push(row),
                None => self.unmatched.push(row.row),
            }
        }
        self.compare_all::<K>(uow, cipher, import, wanted).await
    }

    async fn compare_all<K: Importing>(
        &mut self,
        uow: &mut dyn UnitOfWork,
        cipher: &dyn Cipher,
        import: &ImportRecord,
        mut wanted: BTreeMap<u32, Vec<TableRow>>,
    ) -> Result<(), OpError> {
        let positions: Vec<u32> = wanted.keys().copied().collect();
        let map = staging::map(import)?;
        for stored in staging::rows_at(uow, cipher, import.id, &positions).await? {
            for new in wanted.remove(&stored.position).unwrap_or_default() {
                self.compare(&K::kind().table, &map, &stored, new);
            }
        }
        Ok(())
    }

    fn compare(&mut self, table: &ImportTable, map: &ColumnMap, stored: &StoredRow, new: TableRow) {
        // Excel copies the token with the row: a copy made for another child is none
        // of ours, and of equal ones the first counts.
        if !same_row(table, stored, &new) {
            self.unmatched.push(new.row);
            return;
        }
        if !self.seen.insert(stored.position) {
            self.again.push(new.row);
            return;
        }
        if stored.fate != Fate::Open {
            self.committed += 1;
            return;
        }
        let before = self.step.len();
        for (column, (old, new)) in stored.row.cells.iter().zip(new.cells).enumerate() {
            if !map.has(column) || *old == new {
                continue;
            }
            // A wrong number that now is text is a repair too, though it looks the same;
            // elsewhere that is how a workbook made anew holds everything.
            let mut problems = stored.problems.iter();
            if old.text() != new.text() || problems.any(|p| table.column_of(p) == Some(column)) {
                self.step.push(CellChange::to(stored, column, new));
            }
        }
        if self.step.len() > before {
            self.applied += 1;
        } else {
            self.unchanged += 1;
        }
    }

    fn report(&self, import: &ImportRecord) -> Reread {
        let count = |rows: &[u32]| u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let note = |rows: &[u32], what: &str| {
            let listed: Vec<String> = rows.iter().take(LISTED).map(u32::to_string).collect();
            let more = if rows.len() > LISTED {
                format!("等 {} 行", rows.len())
            } else {
                String::new()
            };
            (!rows.is_empty()).then(|| {
                Problem::new(Code::RowUnmatched)
                    .message(format!("第 {} 行{more}{what}", listed.join("、")))
                    .at(Place {
                        sheet: Some(import.sheet.clone()),
                        ..Place::default()
                    })
                    .warning()
            })
        };
        Reread {
            applied: self.applied,
            unchanged: self.unchanged,
            committed: self.committed,
            unmatched: count(&self.unmatched) + count(&self.again),
            notes: [
                note(
                    &self.unmatched,
                    "不是这次导入的行，没有读取。新增的学生请用模板另做一个文件导入。",
                ),
                note(
                    &self.again,
                    "是复制出来的行，没有读取。新增的学生请用模板另做一个文件导入。",
                ),
            ]
            .into_iter()
            .flatten()
            .collect(),
        }
    }
}

/// False when a token came to stand beside another child's row: cells were moved
/// or sorted without it. What a repair may change is what was wrong; a row of
/// which nothing else is the same is another row.
fn same_row(table: &ImportTable, stored: &StoredRow, new: &TableRow) -> bool {
    let mut told = 0;
    for (column, (old, new)) in stored.row.cells.iter().zip(&new.cells).enumerate() {
        let is_identity = column == table.identity_column || column == 0;
        if !is_identity {
            continue;
        }
        let (old, new) = (text::code(&old.text()), text::code(&new.text()));
        let was_wrong = stored
            .problems
            .iter()
            .any(|problem| table.column_of(problem) == Some(column) && problem.is_error());
        if old == new || was_wrong || old.is_empty() {
            return true;
        }
        told += 1;
    }
    told == 0
}
