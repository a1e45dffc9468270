//! The kept rows of an import: sealed blocks, their index, and the counts that
//! follow from them.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds::{Beholder, Importing};
use super::{ImportColumn, ProblemGroup, stored_json, to_json};
use crate::error::{Code, OpError, Problem, Severity};
use crate::id::ImportId;
use crate::import::cells::Container;
use crate::import::duplicates::FileDuplicates;
use crate::import::row::{ColumnMap, TableRow, column_of};
use crate::import::snapshot::Snapshot;
use crate::import::stored::{
    BLOCK, Fate, RowIndex, RowState, StoredRow, is_between_rows, is_twice, pack, unpack,
};
use crate::import::{ImportTable, RULES_VERSION};
use crate::ports::{Cipher, ImportRecord, SealedAt, UnitOfWork};

/// Where the blocks of an import are sealed.
const fn block_place(import: ImportId) -> SealedAt {
    SealedAt {
        table: "import_block",
        column: "sealed",
        row: import.0,
    }
}

/// Seals the rows of a block; its number stands inside the seal, so that blocks
/// cannot change places.
pub(crate) fn seal_block(
    cipher: &dyn Cipher,
    import: ImportId,
    number: u32,
    rows: &[StoredRow],
) -> Result<(i64, Vec<u8>), OpError> {
    let mut clear = number.to_be_bytes().to_vec();
    clear.extend(pack(rows)?);
    Ok((i64::from(number), cipher.seal(block_place(import), &clear)?))
}

/// Opens a block.
pub(crate) fn open_block(
    cipher: &dyn Cipher,
    import: ImportId,
    number: u32,
    sealed: &[u8],
) -> Result<Vec<StoredRow>, OpError> {
    let clear = cipher.open(block_place(import), sealed)?;
    match clear.split_at_checked(4) {
        Some((head, packed)) if head == number.to_be_bytes() => unpack(number, packed),
        Some(_) | None => Err(OpError::internal(
            "reading a block of staged rows",
            "a block is out of place",
        )),
    }
}

/// The rows of a block.
pub(crate) async fn block(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    import: ImportId,
    number: u32,
) -> Result<Vec<StoredRow>, OpError> {
    let sealed = uow
        .block(import, i64::from(number))
        .await?
        .ok_or_else(|| OpError::internal("reading a block of staged rows", "it is missing"))?;
    open_block(cipher, import, number, &sealed)
}

/// Writes a block.
pub(crate) async fn put_block(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    import: ImportId,
    number: u32,
    rows: &[StoredRow],
) -> Result<(), OpError> {
    let sealed = seal_block(cipher, import, number, rows)?;
    uow.put_blocks(import, &[sealed]).await
}

/// The index of an import's rows; empty when they were forgotten.
pub(crate) async fn index(uow: &mut dyn UnitOfWork, import: ImportId) -> Result<RowIndex, OpError> {
    match uow.row_index(import).await? {
        Some(packed) => RowIndex::unpack(&packed),
        None => Ok(RowIndex::default()),
    }
}

/// Rows at some positions, which rise.
pub(crate) async fn rows_at(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    import: ImportId,
    positions: &[u32],
) -> Result<Vec<StoredRow>, OpError> {
    let mut out = Vec::with_capacity(positions.len());
    for of_block in positions.chunk_by(|a, b| a / BLOCK == b / BLOCK) {
        let Some(number) = of_block.first().map(|position| position / BLOCK) else {
            continue;
        };
        let rows = block(uow, cipher, import, number).await?;
        out.extend(
            rows.into_iter()
                .filter(|row| of_block.binary_search(&row.position).is_ok()),
        );
    }
    Ok(out)
}

/// Rows whose problems are wanted.
pub(crate) async fn rows_with(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    import: &ImportRecord,
    wanted: &(dyn Fn(&[Problem]) -> bool + Sync),
) -> Result<Vec<StoredRow>, OpError> {
    let positions: Vec<u32> = index(uow, import.id).await?.problems().collect();
    let mut out = Vec::new();
    // A few blocks at a time: of many rows with problems few may be wanted.
    for some in positions.chunks(1000) {
        let rows = rows_at(uow, cipher, import.id, some).await?;
        out.extend(rows.into_iter().filter(|row| wanted(&row.problems)));
    }
    Ok(out)
}

/// Kinds of problems while rows pass by: memory for kinds, not for rows.
#[derive(Default)]
pub(crate) struct Tally {
    /// Rows that stand twice in the file or are on record.
    twice: BTreeSet<u32>,
    kinds: BTreeMap<(Code, Severity, Option<String>), ProblemGroup>,
}

impl Tally {
    /// Notes the problems of a row that is still open.
    pub(crate) fn note<'p>(&mut self, row: u32, problems: impl IntoIterator<Item = &'p Problem>) {
        for problem in problems {
            if is_between_rows(problem.code) || is_twice(problem.code) {
                self.twice.insert(row);
            }
            let heading = &problem.place.heading;
            let key = (problem.code, problem.severity, heading.clone());
            let group = self.kinds.entry(key).or_insert_with(|| ProblemGroup {
                code: problem.code,
                severity: problem.severity,
                heading: heading.clone(),
                column: None,
                sample: problem.message.clone(),
                count: 0,
                suggested: 0,
                first_row: row,
            });
            group.count += 1;
            group.suggested += u32::from(problem.suggestion.is_some());
            group.first_row = group.first_row.min(row);
        }
    }

    /// Errors before warnings, then the most frequent first.
    fn groups(self, table: &ImportTable) -> Vec<ProblemGroup> {
        let mut groups: Vec<ProblemGroup> = self.kinds.into_values().collect();
        for group in &mut groups {
            group.column = group
                .heading
                .as_deref()
                .and_then(|heading| table.columns.get(table.column_named(heading)?))
                .map(|column| column.key.to_owned());
        }
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

/// Writes the index, and into the record the counts and groups that follow.
pub(crate) async fn put_counts(
    uow: &mut dyn UnitOfWork,
    import: &mut ImportRecord,
    table: &ImportTable,
    index: &RowIndex,
    tally: Tally,
) -> Result<(), OpError> {
    import.rows_total = i64::from(index.len());
    import.rows_error = index.count(|state| state == RowState::Error);
    import.rows_warning = index.count(|state| state == RowState::Warning);
    import.rows_problem = index.count(RowState::has_problem);
    import.rows_committed = index.count(|state| state == RowState::Committed);
    import.rows_undone = index.count(|state| state == RowState::Undone);
    import.rows_valid = import.rows_total - import.rows_error - import.rows_undone;
    import.rows_duplicate = i64::try_from(tally.twice.len()).unwrap_or(i64::MAX);
    import.groups = to_json(&tally.groups(table))?;
    uow.put_row_index(import.id, &index.pack()).await
}

/// Gives the rows that repeat or contradict each other their problems, and takes
/// them from rows that no longer do. `before` holds those that rows have now.
pub(crate) async fn settle_between(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    import: ImportId,
    patches: Vec<(u32, Problem)>,
    before: &BTreeMap<u32, Problem>,
    index: &mut RowIndex,
    tally: &mut Tally,
) -> Result<(), OpError> {
    let mut after: BTreeMap<u32, Problem> = BTreeMap::new();
    for (row, problem) in patches {
        let position = index.position(row);
        let state = position.and_then(|position| index.state(position));
        if state.is_some_and(RowState::is_open) {
            after.insert(row, problem);
        }
    }
    let mut touched: Vec<u32> = Vec::new();
    for (row, problem) in &after {
        tally.note(*row, [problem]);
        if let Some(position) = index.position(*row) {
            index.set(position, RowState::Error);
            if before.get(row) != Some(problem) {
                touched.push(position);
            }
        }
    }
    touched.extend(
        before
            .keys()
            .filter(|row| !after.contains_key(row))
            .filter_map(|row| index.position(*row)),
    );
    touched.sort_unstable();
    for of_block in touched.chunk_by(|a, b| a / BLOCK == b / BLOCK) {
        let Some(number) = of_block.first().map(|position| position / BLOCK) else {
            continue;
        };
        let mut rows = block(uow, cipher, import, number).await?;
        for row in &mut rows {
            if of_block.binary_search(&row.position).is_err() {
                continue;
            }
            row.problems
                .retain(|problem| !is_between_rows(problem.code));
            row.problems.extend(after.get(&row.row.row).cloned());
        }
        put_block(uow, cipher, import, number, &rows).await?;
    }
    Ok(())
}

/// What rows are checked against.
pub(crate) struct Look {
    pub(crate) snapshot: Snapshot,
    pub(crate) map: ColumnMap,
    /// Who asks what is on record.
    pub(crate) beholder: Beholder,
}

impl Look {
    /// As the school is now.
    pub(crate) async fn now(
        uow: &mut dyn UnitOfWork,
        import: &ImportRecord,
        actor: &crate::access::Actor,
        today: chrono::NaiveDate,
    ) -> Result<Self, OpError> {
        let snapshot = super::snapshot(uow, import.school_id, today).await?;
        Ok(Self {
            beholder: Beholder::new(import, &snapshot, actor),
            snapshot,
            map: map(import)?,
        })
    }

    /// True when rows were checked against a school or by rules that were other than now.
    pub(crate) fn is_newer(&self, import: &ImportRecord) -> Result<bool, OpError> {
        if import.rules_version != RULES_VERSION {
            return Ok(true);
        }
        let before: Snapshot = stored_json(&import.snapshot)?;
        // Another day alone makes no row wrong that was right.
        Ok(Snapshot {
            today: self.snapshot.today,
            ..before
        } != self.snapshot)
    }

    /// Notes in the record what its rows are checked against now.
    pub(crate) fn put(&self, import: &mut ImportRecord) -> Result<(), OpError> {
        import.snapshot = to_json(&self.snapshot)?;
        import.rules_version = RULES_VERSION;
        Ok(())
    }
}

/// Where the file of an import has its columns.
pub(crate) fn map(import: &ImportRecord) -> Result<ColumnMap, OpError> {
    let columns: Vec<ImportColumn> = stored_json(&import.columns)?;
    Ok(ColumnMap {
        container: Container::of_name(&import.file_name),
        sheet: import.sheet.clone(),
        at: columns
            .iter()
            .map(|column| column.letter.as_deref().and_then(column_of))
            .collect(),
    })
}

/// The place of a problem that the records showed.
pub(crate) fn place_on_record<K: Importing>(
    problem: Problem,
    row: u32,
    map: &ColumnMap,
) -> Problem {
    let table = &K::kind().table;
    let about_name = problem.code == Code::RegistrationName;
    let at = about_name
        .then(|| table.column("name"))
        .flatten()
        .unwrap_or(table.identity_column);
    match table.columns.get(at) {
        Some(column) => problem.at(map.place(row, at, column)),
        None => problem,
    }
}

/// Checks a row by the rules alone; what it would write, and by what it is looked up. What it has between rows stays, what the
/// records said goes: both are looked at again by the callers.
pub(crate) fn check_again<K: Importing>(
    row: &mut StoredRow,
    look: &Look,
    cipher: &dyn Cipher,
) -> (Option<K::Entry>, Option<K::Key>) {
    let between: Vec<Problem> = row
        .problems
        .extract_if(.., |problem| is_between_rows(problem.code))
        .collect();
    let cells = std::mem::take(&mut row.row.cells);
    let taken = TableRow {
        row: row.row.row,
        cells,
    };
    let checked = K::kind().check(taken, &look.map, &look.snapshot);
    row.row = checked.row;
    row.problems = checked.problems;
    row.problems.extend(between);
    row.identity = checked.identity;
    row.content = checked.content;
    let key = checked
        .subject
        .as_deref()
        .map(|subject| K::key(subject, checked.entry.as_ref(), cipher));
    (checked.entry, key)
}

/// How far a revision goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Rows that change; all of them when the school or the rules have changed.
    Changed,
    /// All rows, and what is on record for them.
    All,
}

/// Goes over all rows once: `change` may correct a row and says whether it did.
/// Corrected rows are checked again, the whole file is looked through for rows
/// that repeat each other, and counts, groups and index are written anew.
pub(crate) async fn revise<K: Importing>(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    import: &mut ImportRecord,
    look: &Look,
    scope: Scope,
    change: &mut (dyn FnMut(&mut StoredRow) -> bool + Send),
) -> Result<(), OpError> {
    let table = &K::kind().table;
    let all = scope == Scope::All || look.is_newer(import)?;
    let blocks = index(uow, import.id).await?.blocks();
    let mut next = RowIndex::default();
    let mut tally = Tally::default();
    let mut duplicates = FileDuplicates::new(table.identity);
    let mut before: BTreeMap<u32, Problem> = BTreeMap::new();
    for number in 0..blocks {
        let mut rows = block(uow, cipher, import.id, number).await?;
        let mut dirty = false;
        let mut at = Vec::new();
        let mut keys = Vec::new();
        for (i, row) in rows.iter_mut().enumerate() {
            if row.fate != Fate::Open || !(change(row) || all) {
                continue;
            }
            dirty = true;
            if let (_, Some(key)) = check_again::<K>(row, look, cipher) {
                at.push(i);
                keys.push(key);
            }
        }
        if !keys.is_empty() {
            let found = K::on_record(uow, &look.beholder, &keys).await?;
            for (i, problem) in at.into_iter().zip(found) {
                if let (Some(row), Some(problem)) = (rows.get_mut(i), problem) {
                    let problem = place_on_record::<K>(problem, row.row.row, &look.map);
                    row.problems.push(problem);
                }
            }
        }
        if dirty {
            put_block(uow, cipher, import.id, number, &rows).await?;
        }
        for mut row in rows {
            if row.fate != Fate::Undone {
                duplicates.push(row.row.row, row.identity, row.content);
            }
            if row.fate == Fate::Open {
                let mut between = row
                    .problems
                    .extract_if(.., |problem| is_between_rows(problem.code));
                if let Some(problem) = between.next() {
                    before.insert(row.row.row, problem);
                }
                drop(between);
                tally.note(row.row.row, &row.problems);
            }
            next.push(row.row.row, row.state());
        }
    }
    let patches = crate::import::patches(table, &look.map, duplicates);
    settle_between(
        uow, cipher, import.id, patches, &before, &mut next, &mut tally,
    )
    .await?;
    look.put(import)?;
    put_counts(uow, import, table, &next, tally).await
}
