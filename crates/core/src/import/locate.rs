//! Finds the sheet and the row of headings of a file (rules §3).

use std::ops::ControlFlow;

use super::ImportTable;
use super::cells::{CellValue, Container, SheetRow, Workbook};
use super::row::{Column, ColumnMap, RowNature, canonical, letter, nature};
use crate::error::{Code, OpError, Place, Problem};

/// Rows in which the heading is searched.
const HEADING_ROWS: u32 = 10;
/// Headings that a row must share with the template to be taken for its heading
/// when it is incomplete.
const ALIKE: usize = 2;

/// The columns that a workbook given back has more than its template: the
/// reasons, and the tokens by which its rows are known again.
const MARKS: [&str; 2] = ["错误原因", "核对标记"];

/// The table of a file.
#[derive(Debug)]
pub struct Located {
    /// Sheet in the order of the tabs.
    pub(super) sheet: usize,
    /// Row of the headings as Excel shows it.
    pub(super) heading_row: u32,
    /// Where the columns are.
    pub(super) map: ColumnMap,
    /// Column of the tokens, when the file has one.
    pub(super) token: Option<u32>,
    /// Why the file is refused; empty when it can be read.
    pub(super) refused: Vec<Problem>,
    /// Notes on the file.
    pub(super) notes: Vec<Problem>,
}

impl Located {
    /// Where the file has the columns.
    #[must_use]
    pub const fn map(&self) -> &ColumnMap {
        &self.map
    }
}

/// A row that looks like a heading.
struct Candidate {
    sheet: usize,
    visible: bool,
    row: u32,
    /// Canonical headings by column.
    headings: Vec<(u32, String)>,
    /// Required columns it lacks.
    missing: usize,
    /// Columns it has, under current or old names.
    alike: usize,
}

/// Finds the one table of a workbook. A table whose headings are not in order is
/// given too, with the reasons, so that its rows can be counted first.
///
/// # Errors
/// `sheet.not_found`, `sheet.ambiguous`, and what reading the file gives.
pub fn locate(workbook: &mut dyn Workbook, table: &ImportTable) -> Result<Located, OpError> {
    locate_columns(workbook, table.columns)
}

/// As [`locate`], for columns that are told by data.
///
/// # Errors
/// As there.
pub fn locate_columns(
    workbook: &mut dyn Workbook,
    columns: &[Column<'_>],
) -> Result<Located, OpError> {
    let mut candidates = Vec::new();
    for sheet in 0..workbook.sheets().len() {
        if let Some(candidate) = candidate(workbook, sheet, columns)? {
            candidates.push(candidate);
        }
    }
    let names: Vec<String> = workbook.sheets().iter().map(|s| s.name.clone()).collect();
    let name = |candidate: &Candidate| names.get(candidate.sheet).cloned().unwrap_or_default();
    let best = match pick(workbook, &candidates, columns, &name)? {
        Some(best) => best,
        None => candidates
            .iter()
            .filter(|c| c.alike >= ALIKE)
            .max_by_key(|c| (c.visible, c.alike, std::cmp::Reverse(c.sheet)))
            .ok_or_else(|| {
                Problem::new(Code::SheetNotFound).message(format!(
                    "在前 {HEADING_ROWS} 行中找不到标题行，请使用下载的模板，不要改动标题。"
                ))
            })?,
    };
    let mut located = judge(best, columns, name(best), workbook.container());
    if !best.visible {
        located.notes.push(
            Problem::new(Code::SheetHidden)
                .message(format!(
                    "数据在隐藏的工作表“{}”中，已照常读取。",
                    name(best)
                ))
                .at(Place {
                    sheet: Some(name(best)),
                    ..Place::default()
                })
                .note(),
        );
    }
    Ok(located)
}

/// The sheet that has all required headings: a visible one before a hidden one,
/// one with data before one without.
fn pick<'a>(
    workbook: &mut dyn Workbook,
    candidates: &'a [Candidate],
    columns: &[Column<'_>],
    name: &impl Fn(&Candidate) -> String,
) -> Result<Option<&'a Candidate>, OpError> {
    for visible in [true, false] {
        let complete: Vec<&Candidate> = candidates
            .iter()
            .filter(|c| c.visible == visible && c.missing == 0)
            .collect();
        let mut filled = Vec::new();
        if complete.len() > 1 {
            for candidate in &complete {
                if has_data(workbook, candidate, columns)? {
                    filled.push(*candidate);
                }
            }
        }
        match (filled.as_slice(), complete.first()) {
            (_, None) => {}
            ([], Some(only)) => return Ok(Some(only)),
            ([one], Some(_)) => return Ok(Some(one)),
            ([..], Some(_)) => {
                let names: Vec<String> = filled.iter().map(|c| format!("“{}”", name(c))).collect();
                return Err(Problem::new(Code::SheetAmbiguous)
                    .message(format!(
                        "工作表{}都可以导入，请只保留一个，或将其他的移到另一个文件。",
                        names.join("和")
                    ))
                    .into());
            }
        }
    }
    Ok(None)
}

fn candidate(
    workbook: &mut dyn Workbook,
    sheet: usize,
    columns: &[Column<'_>],
) -> Result<Option<Candidate>, OpError> {
    let visible = workbook.sheets().get(sheet).is_some_and(|s| s.visible);
    let mut best: Option<Candidate> = None;
    workbook.rows(sheet, &mut |row| {
        if row.row > HEADING_ROWS {
            return ControlFlow::Break(());
        }
        let headings = headings(&row);
        let has = |name: &str| headings.iter().any(|(_, heading)| heading == name);
        let missing = columns
            .iter()
            .filter(|c| c.required.is_some() && !has(&c.name()))
            .count();
        let alike = columns
            .iter()
            .filter(|c| has(&c.name()) || c.old_headings.iter().any(|old| has(old)))
            .count();
        if best.as_ref().is_none_or(|b| alike > b.alike) {
            best = Some(Candidate {
                sheet,
                visible,
                row: row.row,
                headings,
                missing,
                alike,
            });
        }
        // The first complete row is the heading, whatever stands below it.
        match &best {
            Some(found) if found.missing == 0 => ControlFlow::Break(()),
            Some(_) | None => ControlFlow::Continue(()),
        }
    })?;
    Ok(best)
}

fn headings(row: &SheetRow) -> Vec<(u32, String)> {
    row.cells
        .iter()
        .filter_map(|cell| match &cell.value {
            CellValue::Text(text) => Some((cell.column, canonical(text))),
            CellValue::Number(_)
            | CellValue::Bool(_)
            | CellValue::Date(_)
            | CellValue::Error(_)
            | CellValue::FormulaWithoutValue => None,
        })
        .filter(|(_, heading)| !heading.is_empty())
        .collect()
}

fn has_data(
    workbook: &mut dyn Workbook,
    candidate: &Candidate,
    columns: &[Column<'_>],
) -> Result<bool, OpError> {
    let map = column_map(candidate, columns, String::new(), workbook.container());
    let mut found = false;
    workbook.rows(candidate.sheet, &mut |row| {
        found = row.row > candidate.row && nature(&row, columns, &map) == RowNature::Data;
        if found {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    Ok(found)
}

fn column_map(
    candidate: &Candidate,
    columns: &[Column<'_>],
    sheet: String,
    container: Container,
) -> ColumnMap {
    let at = |name: &str| {
        let found = candidate
            .headings
            .iter()
            .find(|(_, heading)| heading == name);
        found.map(|(column, _)| *column)
    };
    ColumnMap {
        container,
        sheet,
        at: columns.iter().map(|column| at(&column.name())).collect(),
    }
}

/// Judges the headings: missing, old, repeated and superfluous ones.
fn judge(
    candidate: &Candidate,
    columns: &[Column<'_>],
    sheet: String,
    container: Container,
) -> Located {
    let place = |column: Option<u32>, heading: Option<String>| Place {
        sheet: Some(sheet.clone()),
        row: Some(candidate.row),
        column: column.map(letter),
        heading,
    };
    let map = column_map(candidate, columns, sheet.clone(), container);
    let mut refused = Vec::new();
    let mut notes = Vec::new();
    let mut absent = Vec::new();
    let mut old_columns = Vec::new();
    for (column, at) in columns.iter().zip(&map.at) {
        let name = column.name();
        let twice: Vec<u32> = candidate
            .headings
            .iter()
            .filter(|(_, heading)| *heading == name)
            .map(|(column, _)| *column)
            .collect();
        if let [first, second, ..] = twice.as_slice() {
            refused.push(
                Problem::new(Code::ColumnTwice)
                    .message(format!(
                        "标题“{name}”出现了两次：{} 列和 {} 列，请删去一列。",
                        letter(*first),
                        letter(*second)
                    ))
                    .at(place(Some(*second), Some(name.clone()))),
            );
        }
        if at.is_some() {
            continue;
        }
        let old = candidate
            .headings
            .iter()
            .find(|(_, heading)| column.old_headings.contains(&heading.as_str()));
        match (old, column.required) {
            (Some((column, heading)), _) => {
                old_columns.push(*column);
                refused.push(
                    Problem::new(Code::TemplateOld)
                        .message(format!(
                            "模板已更新，请重新下载。标题“{heading}”现在是“{name}”。"
                        ))
                        .suggest(name)
                        .at(place(Some(*column), Some(heading.clone()))),
                );
            }
            (None, Some(_)) => refused.push(
                Problem::new(Code::ColumnMissing)
                    .message(format!(
                        "缺少必填的“{name}”列，请使用下载的模板，不要改动标题。"
                    ))
                    .at(place(None, Some(name))),
            ),
            (None, None) => absent.push(format!("“{name}”")),
        }
    }
    if !absent.is_empty() {
        notes.push(
            Problem::new(Code::ColumnOptionalMissing)
                .message(format!("文件中没有{}列，按未填处理。", absent.join("、")))
                .at(place(None, None))
                .note(),
        );
    }
    let extra: Vec<String> = candidate
        .headings
        .iter()
        .filter(|(column, heading)| {
            !map.at.contains(&Some(*column))
                && !old_columns.contains(column)
                && !MARKS.contains(&heading.as_str())
        })
        .map(|(column, heading)| format!("{} 列（{}）", letter(*column), shortened(heading)))
        .collect();
    if !extra.is_empty() {
        let listed = extra
            .iter()
            .take(10)
            .cloned()
            .collect::<Vec<_>>()
            .join("、");
        let rest = if extra.len() > 10 {
            format!("等 {} 列", extra.len())
        } else {
            String::new()
        };
        notes.push(
            Problem::new(Code::ColumnIgnored)
                .message(format!("不属于模板的列未读取：{listed}{rest}。"))
                .at(place(None, None))
                .note(),
        );
    }
    let [_, token] = MARKS;
    let token = candidate
        .headings
        .iter()
        .find(|(_, heading)| heading == token)
        .map(|(column, _)| *column);
    Located {
        sheet: candidate.sheet,
        heading_row: candidate.row,
        map,
        token,
        refused,
        notes,
    }
}

/// A stranger's heading, cut to what a message can hold.
fn shortened(heading: &str) -> String {
    if heading.chars().count() > 12 {
        heading.chars().take(12).chain(['…']).collect()
    } else {
        heading.to_owned()
    }
}
