//! From cells to rows and problems; pure, so that the same rules run in every host.
//!
//! Another kind of import is another [`ImportKind`]: a table of columns and a rule
//! for one row (see [`new_pupils`], [`classes`], [`registrations`], [`extensions`], [`terminal_records`]). Finding the sheet, limits,
//! merged cells, duplicates, streaming, templates ([`guide`]) and what is kept
//! of a row ([`stored`]) are here, once.

pub mod cells;
pub mod check;
pub mod classes;
pub mod doctor;
pub mod duplicates;
pub mod extensions;
mod grade_class;
pub mod guide;
mod locate;
pub mod marked;
pub mod new_pupils;
pub mod registrations;
pub mod row;
pub mod snapshot;
pub mod stored;
pub mod table;
pub mod terminal_records;
pub mod token;

use std::borrow::Cow;
use std::ops::ControlFlow;

use cells::{FileLimits, SheetFacts, Workbook};
use duplicates::{FileDuplicates, Fingerprint, fingerprint, fingerprint_of_cells};
pub use locate::{Located, locate, locate_columns};
use row::{Column, ColumnMap, Covered, RowNature, RowReader, TableRow};
use snapshot::{Snapshot, SnapshotClass};

use crate::domain::class::ClassNo;
use crate::domain::grade::GradeNo;
use crate::error::{Code, OpError, Place, Problem};

/// Grows whenever a rule of this folder changes: rows that were checked by
/// other rules are checked anew before anything is done with them.
pub const RULES_VERSION: i64 = 1;

/// Rows after which progress is reported.
const REPORT_EVERY: u32 = 100;
/// Row and column numbers that a note on the file lists.
const LISTED: usize = 8;

/// The table of one kind of import: what files, templates and grids of this
/// kind have in common, whatever a row stands for.
pub struct ImportTable {
    /// Name of the template's sheet, and of the kind for people: 新生信息.
    pub name: &'static str,
    /// Its columns, in the order of the template.
    pub columns: &'static [Column<'static>],
    /// The column whose value tells rows apart; duplicates point to it.
    pub identity_column: usize,
    /// What tells rows apart, for messages: 证件号码.
    pub identity: &'static str,
    /// Rules for a file as a whole, for the template and the import page.
    pub rules: fn(&Snapshot) -> Vec<String>,
    /// How a class of the school is told in the template: what to write for it.
    pub class_line: fn(GradeNo, ClassNo, Option<&SnapshotClass>) -> String,
    /// What the template says when the school has no class.
    pub no_classes: &'static str,
    /// Made-up rows for the template's second sheet.
    pub examples: fn(&Snapshot) -> Vec<String>,
}

impl ImportTable {
    /// Index of the column with a key.
    #[must_use]
    pub fn column(&self, key: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.key == key)
    }

    /// Index of the column with a bare name, as places have it.
    #[must_use]
    pub fn column_named(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name() == name)
    }

    /// Index of the column that a problem is about; none for a whole row.
    #[must_use]
    pub fn column_of(&self, problem: &Problem) -> Option<usize> {
        self.column_named(problem.place.heading.as_deref()?)
    }
}

/// One kind of import.
pub struct ImportKind<E> {
    /// Its table.
    pub table: ImportTable,
    /// Checks the cells of one row.
    pub check: fn(&mut RowReader<'_>, &Snapshot) -> Checked<E>,
}

/// What the rule of a kind makes of one row; its problems are with the reader.
pub struct Checked<E> {
    /// What would be written; none when a column it needs is wrong.
    pub entry: Option<E>,
    /// Text that is equal for rows about the same thing, known even when other
    /// columns are wrong; none while it cannot be read.
    pub identity: Option<String>,
}

/// A checked row.
#[derive(Debug)]
pub struct CheckedRow<E> {
    /// The row.
    pub row: TableRow,
    /// Problems with their places; at least one error when `entry` is none.
    pub problems: Vec<Problem>,
    /// What would be written; none when a column it needs is wrong.
    pub entry: Option<E>,
    /// What the row is about, by which it is looked up on record: known even when
    /// other columns are wrong.
    pub subject: Option<String>,
    /// Fingerprint of that.
    pub identity: Option<Fingerprint>,
    /// Fingerprint of all its cells.
    pub content: Fingerprint,
}

impl<E> ImportKind<E> {
    /// Checks one row: the same for a file that was just read, a cell that was
    /// just corrected and a commit.
    pub fn check(&self, row: TableRow, map: &ColumnMap, snapshot: &Snapshot) -> CheckedRow<E> {
        let mut reader = RowReader::new(self.table.columns, map, &row);
        let Checked { entry, identity } = (self.check)(&mut reader, snapshot);
        let problems = reader.finish();
        CheckedRow {
            entry: entry.filter(|_| !problems.iter().any(Problem::is_error)),
            problems,
            identity: identity.as_deref().map(|subject| fingerprint([subject])),
            subject: identity,
            content: fingerprint_of_cells(&row.cells),
            row,
        }
    }
}

/// A column of the template and where the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundColumn {
    /// Key in answers.
    pub key: &'static str,
    /// Heading as printed in the template, without `*`.
    pub heading: String,
    /// Letter in the file; none when the file lacks it.
    pub letter: Option<String>,
}

/// What is known once all rows were read.
#[derive(Debug)]
pub struct PreviewSummary {
    /// Name of the sheet that was read.
    pub sheet: String,
    /// Row of the headings as Excel shows it.
    pub heading_row: u32,
    /// Data rows.
    pub rows: u32,
    /// Columns of the template, in order.
    pub columns: Vec<FoundColumn>,
    /// Notes on the file.
    pub file_problems: Vec<Problem>,
    /// Problems that show only when all rows are known, by row as Excel shows it.
    pub row_patches: Vec<(u32, Problem)>,
}

/// Checks a workbook: every data row goes to `sink` once, in order; none is kept.
/// `progress` hears how many rows are done and may break off.
///
/// Rows over the limit are only counted, so that the refusal can name both
/// numbers; what `sink` was given by then is to be forgotten.
///
/// # Errors
/// When the file is refused as a whole: `file.too_many_rows` before any other
/// reason, then `file.empty`, `column.missing`, `column.twice`, `template.old`,
/// and what the workbook gives. `cancelled` when `progress` broke off; what
/// `sink` answered.
pub fn preview<E>(
    kind: &ImportKind<E>,
    workbook: &mut dyn Workbook,
    located: Located,
    snapshot: &Snapshot,
    limits: FileLimits,
    sink: &mut dyn FnMut(CheckedRow<E>) -> Result<(), OpError>,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<PreviewSummary, OpError> {
    let table = &kind.table;
    let map = &located.map;
    let mut duplicates = FileDuplicates::new(table.identity);
    let mut rows = 0_u32;
    let mut stopped: Option<OpError> = None;
    let walked = walk(table.columns, workbook, &located, &mut |row, _| {
        rows = rows.saturating_add(1);
        if rows <= limits.rows && located.refused.is_empty() {
            let checked = kind.check(row, map, snapshot);
            duplicates.push(checked.row.row, checked.identity, checked.content);
            if let Err(error) = sink(checked) {
                stopped = Some(error);
                return ControlFlow::Break(());
            }
        }
        if rows.is_multiple_of(REPORT_EVERY) && progress(u64::from(rows)).is_break() {
            stopped = Some(Code::Cancelled.into());
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    if let Some(error) = stopped {
        return Err(error);
    }
    if progress(u64::from(rows)).is_break() {
        return Err(Code::Cancelled.into());
    }
    within_limit(rows, limits)?;
    if !located.refused.is_empty() {
        return Err(located.refused.into());
    }
    if rows == 0 {
        return Err(Code::FileEmpty.into());
    }

    let mut file_problems = located.notes;
    file_problems.extend(hidden_note(
        &walked.hidden,
        &walked.facts.hidden_columns,
        map,
    ));
    file_problems.extend(repeated_note(&walked.repeated, map));
    Ok(PreviewSummary {
        sheet: map.sheet.clone(),
        heading_row: located.heading_row,
        rows,
        columns: table
            .columns
            .iter()
            .zip(&map.at)
            .map(|(column, at)| FoundColumn {
                key: column.key,
                heading: column.name(),
                letter: at.map(row::letter),
            })
            .collect(),
        file_problems,
        row_patches: patches(table, map, duplicates),
    })
}

/// # Errors
/// `file.too_many_rows` with both numbers.
fn within_limit(rows: u32, limits: FileLimits) -> Result<(), OpError> {
    if rows <= limits.rows {
        return Ok(());
    }
    Err(Problem::new(Code::FileTooManyRows)
        .message(format!(
            "文件有 {rows} 行数据，超过上限 {} 行，请分成几个文件。",
            limits.rows
        ))
        .into())
}

/// The problems of rows that repeat or contradict each other, with their places.
#[must_use]
pub fn patches(
    table: &ImportTable,
    map: &ColumnMap,
    duplicates: FileDuplicates,
) -> Vec<(u32, Problem)> {
    let identity = table.columns.get(table.identity_column);
    duplicates
        .finish()
        .into_iter()
        .map(|(row, problem)| {
            let whole_row = Place {
                sheet: Some(map.sheet.clone()),
                row: Some(row),
                ..Place::default()
            };
            let place = match identity {
                Some(column) if problem.code == Code::RowConflict => {
                    map.place(row, table.identity_column, column)
                }
                Some(_) | None => whole_row,
            };
            (row, problem.at(place))
        })
        .collect()
}

/// What a walk over the data rows noticed.
struct Walked {
    hidden: RowList,
    repeated: RowList,
    facts: SheetFacts,
}

/// Visits the data rows of a table, each with the token of its marker column.
fn walk(
    columns: &[Column<'_>],
    workbook: &mut dyn Workbook,
    located: &Located,
    visit: &mut dyn FnMut(TableRow, Option<String>) -> ControlFlow<()>,
) -> Result<Walked, OpError> {
    let map = &located.map;
    let mut covered = Covered::new(workbook.merged_ranges(located.sheet)?, map);
    let mut hidden = RowList::default();
    let mut repeated = RowList::default();
    let facts = workbook.rows(located.sheet, &mut |row| {
        if row.row <= located.heading_row {
            return ControlFlow::Continue(());
        }
        match row::nature(&row, columns, map) {
            RowNature::Blank => return ControlFlow::Continue(()),
            RowNature::Heading => {
                repeated.push(row.row);
                return ControlFlow::Continue(());
            }
            RowNature::Data => {}
        }
        if row.hidden {
            hidden.push(row.row);
        }
        covered.advance(row.row);
        let token = located
            .token
            .and_then(|at| row::text_at(&row, at))
            .map(Cow::into_owned);
        visit(row::project(row, map, &covered), token)
    })?;
    Ok(Walked {
        hidden,
        repeated,
        facts,
    })
}

/// Visits every data row with its token: for a workbook that was given back with its
/// errors marked and now returns, and for files whose columns are told by data.
///
/// # Errors
/// As [`preview`], but the rows themselves are not checked.
pub fn reread(
    columns: &[Column<'_>],
    workbook: &mut dyn Workbook,
    located: &Located,
    limits: FileLimits,
    sink: &mut dyn FnMut(TableRow, Option<String>) -> Result<(), OpError>,
) -> Result<(), OpError> {
    if !located.refused.is_empty() {
        return Err(located.refused.clone().into());
    }
    let mut rows = 0_u32;
    let mut stopped = None;
    walk(columns, workbook, located, &mut |row, token| {
        rows = rows.saturating_add(1);
        if rows <= limits.rows
            && let Err(error) = sink(row, token)
        {
            stopped = Some(error);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    match stopped {
        Some(error) => Err(error),
        None => within_limit(rows, limits),
    }
}

/// The first token that a file carries; none when it was not given back by an import.
///
/// # Errors
/// What the workbook gives.
pub fn first_token(
    table: &ImportTable,
    workbook: &mut dyn Workbook,
    located: &Located,
) -> Result<Option<String>, OpError> {
    if located.token.is_none() {
        return Ok(None);
    }
    let mut found = None;
    walk(table.columns, workbook, located, &mut |_, token| {
        found = token.filter(|token| token::parse(token).is_some());
        match found {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    })?;
    Ok(found)
}

/// The first few of many rows, and how many there are.
#[derive(Default)]
struct RowList {
    first: Vec<u32>,
    count: usize,
}

impl RowList {
    fn push(&mut self, row: u32) {
        if self.first.len() < LISTED {
            self.first.push(row);
        }
        self.count += 1;
    }

    fn zh(&self) -> String {
        list_rows(self.first.iter().copied(), self.count)
    }
}

/// `第 3、4 行`, or `第 3、4…等 99 行` when only some of `count` are given.
fn list_rows(rows: impl Iterator<Item = u32>, count: usize) -> String {
    let rows: Vec<String> = rows.map(|row| row.to_string()).collect();
    if rows.len() < count {
        format!("第 {} 行等 {count} 行", rows.join("、"))
    } else {
        format!("第 {} 行", rows.join("、"))
    }
}

fn hidden_note(rows: &RowList, columns: &[u32], map: &row::ColumnMap) -> Option<Problem> {
    let mut parts = Vec::new();
    if rows.count > 0 {
        parts.push(rows.zh());
    }
    let letters: Vec<String> = columns
        .iter()
        .filter(|column| map.at.contains(&Some(**column)))
        .map(|column| row::letter(*column))
        .collect();
    if !letters.is_empty() {
        parts.push(format!("{} 列", letters.join("、")));
    }
    (!parts.is_empty()).then(|| {
        Problem::new(Code::HiddenRead)
            .message(format!("{}是隐藏的，已照常读取。", parts.join("和 ")))
            .at(sheet_place(map))
            .note()
    })
}

fn repeated_note(rows: &RowList, map: &row::ColumnMap) -> Option<Problem> {
    (rows.count > 0).then(|| {
        Problem::new(Code::HeadingRepeated)
            .message(format!("{}又是标题行，已跳过。", rows.zh()))
            .at(sheet_place(map))
            .note()
    })
}

fn sheet_place(map: &row::ColumnMap) -> Place {
    Place {
        sheet: Some(map.sheet.clone()),
        ..Place::default()
    }
}

/// The whole sentence of a problem, with its place in front:
/// `第 12 行 F 列（班级）：七年级没有 9 班。现有 1–8、12 班。`
#[must_use]
pub fn located_message(problem: &Problem) -> String {
    let place = &problem.place;
    let mut words = Vec::new();
    if let Some(row) = place.row {
        words.push(format!("第 {row} 行"));
    }
    if let Some(column) = &place.column {
        words.push(format!("{column} 列"));
    }
    let mut text = words.join(" ");
    if let Some(heading) = &place.heading {
        text.push_str(&format!("（{heading}）"));
    }
    if text.is_empty() {
        return problem.message.clone();
    }
    format!("{text}：{}", problem.message)
}

#[cfg(test)]
mod tests;
