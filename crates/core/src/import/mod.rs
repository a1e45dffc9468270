//! From cells to rows and problems; pure, so that the same rules run in every host.
//!
//! Another kind of import is another [`ImportKind`]: a table of columns, a rule
//! for one row, and the texts of its template (see [`new_pupils`]). Finding the
//! sheet, limits, merged cells, duplicates and streaming are here, once.

pub mod cells;
pub mod check;
pub mod duplicates;
mod locate;
pub mod new_pupils;
pub mod row;
pub mod snapshot;
pub mod table;

use std::ops::ControlFlow;

use cells::{FileLimits, Workbook};
use duplicates::{FileDuplicates, fingerprint};
use row::{CheckedRow, Column, Covered, RowNature, RowReader};
use snapshot::Snapshot;

use crate::domain::text;
use crate::error::{Code, OpError, Place, Problem};

/// Rows after which progress is reported.
const REPORT_EVERY: u32 = 100;
/// Row and column numbers that a note on the file lists.
const LISTED: usize = 8;

/// One kind of import.
pub struct ImportKind<E> {
    /// Its columns, in the order of the template.
    pub columns: &'static [Column],
    /// The column whose value tells children apart; duplicates point to it.
    pub identity_column: usize,
    /// Checks the cells of one row.
    pub check: fn(&mut RowReader<'_>, &Snapshot) -> Checked<E>,
}

/// What the rule of a kind makes of one row; its problems are with the reader.
pub struct Checked<E> {
    /// What would be written; none when a column it needs is wrong.
    pub entry: Option<E>,
    /// Text that is equal for equal children, known even when other columns are
    /// wrong; none while it cannot be read.
    pub identity: Option<String>,
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

/// Reads a workbook: every data row goes to `sink` once, in order; none is kept.
/// `progress` hears how many rows are done and may break off.
///
/// # Errors
/// When the file is refused as a whole: `file.too_many_rows` before any other
/// reason, then `file.empty`, `sheet.not_found`, `sheet.ambiguous`,
/// `column.missing`, `column.twice`, `template.old`, and what the workbook gives.
/// `cancelled` when `progress` broke off; what `sink` answered.
pub fn preview<E>(
    kind: &ImportKind<E>,
    workbook: &mut dyn Workbook,
    snapshot: &Snapshot,
    limits: FileLimits,
    sink: &mut dyn FnMut(CheckedRow<E>) -> Result<(), OpError>,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<PreviewSummary, OpError> {
    let located = locate::locate(workbook, kind.columns)?;
    let map = &located.map;
    let mut rows = 0_u32;
    workbook.rows(located.sheet, &mut |row| {
        let data = row.row > located.heading_row
            && row::nature(&row, kind.columns, map) == RowNature::Data;
        rows = rows.saturating_add(u32::from(data));
        ControlFlow::Continue(())
    })?;
    if rows > limits.rows {
        return Err(Problem::new(Code::FileTooManyRows)
            .message(format!(
                "文件有 {rows} 行数据，超过上限 {} 行，请分成几个文件。",
                limits.rows
            ))
            .into());
    }
    if !located.refused.is_empty() {
        return Err(located.refused.into());
    }
    if rows == 0 {
        return Err(Code::FileEmpty.into());
    }

    let container = workbook.container();
    let mut covered = Covered::new(workbook.merged_ranges(located.sheet)?, map);
    let mut duplicates = FileDuplicates::default();
    let mut hidden_rows = RowList::default();
    let mut repeated = RowList::default();
    let mut done = 0_u32;
    let mut stopped: Option<OpError> = None;
    let facts = workbook.rows(located.sheet, &mut |row| {
        if row.row <= located.heading_row {
            return ControlFlow::Continue(());
        }
        match row::nature(&row, kind.columns, map) {
            RowNature::Blank => return ControlFlow::Continue(()),
            RowNature::Heading => {
                repeated.push(row.row);
                return ControlFlow::Continue(());
            }
            RowNature::Data => {}
        }
        if row.hidden {
            hidden_rows.push(row.row);
        }
        covered.advance(row.row);
        let mut reader = RowReader::new(kind.columns, map, &row, &covered).of(container);
        let Checked { entry, identity } = (kind.check)(&mut reader, snapshot);
        let problems = reader.finish();
        let raw = row::raw(&row, map);
        let cells: Vec<String> = raw.iter().map(|cell| text::code(cell)).collect();
        duplicates.push(
            row.row,
            identity.map(|identity| fingerprint([identity.as_str()])),
            fingerprint(cells.iter().map(String::as_str)),
        );
        let checked = CheckedRow {
            row: row.row,
            raw,
            entry: entry.filter(|_| !problems.iter().any(Problem::is_error)),
            problems,
            identity_place: kind
                .columns
                .get(kind.identity_column)
                .map(|column| map.place(row.row, kind.identity_column, column))
                .unwrap_or_default(),
        };
        if let Err(error) = sink(checked) {
            stopped = Some(error);
            return ControlFlow::Break(());
        }
        done = done.saturating_add(1);
        if done.is_multiple_of(REPORT_EVERY) && progress(u64::from(done)).is_break() {
            stopped = Some(Code::Cancelled.into());
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    if let Some(error) = stopped {
        return Err(error);
    }
    if progress(u64::from(done)).is_break() {
        return Err(Code::Cancelled.into());
    }

    let mut file_problems = located.notes;
    file_problems.extend(hidden_note(&hidden_rows, &facts.hidden_columns, map));
    file_problems.extend(repeated_note(&repeated, map));
    let identity_column = kind.columns.get(kind.identity_column);
    let row_patches = duplicates
        .finish()
        .into_iter()
        .map(|(row, problem)| {
            let whole_row = Place {
                sheet: Some(map.sheet.clone()),
                row: Some(row),
                ..Place::default()
            };
            let place = match identity_column {
                Some(column) if problem.code == Code::RowConflict => {
                    map.place(row, kind.identity_column, column)
                }
                Some(_) | None => whole_row,
            };
            (row, problem.at(place))
        })
        .collect();
    Ok(PreviewSummary {
        sheet: map.sheet.clone(),
        heading_row: located.heading_row,
        rows: done,
        columns: kind
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
        row_patches,
    })
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
