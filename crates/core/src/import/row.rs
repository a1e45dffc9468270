//! Columns of an import and the cells of one row under them; the same for every
//! kind of import.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::cells::{Cell, CellValue, Container, MergedRange, SheetRow};
use super::snapshot::Snapshot;
use super::table::Entry;
use crate::domain::text;
use crate::error::{Code, Place, Problem};

/// A column of an import.
#[derive(Debug)]
pub struct Column<'a> {
    /// Key in answers, camelCase.
    pub key: &'static str,
    /// Heading as printed, without the `*` of required columns.
    pub heading: &'a str,
    /// Code of the problem when a row leaves it blank; none for optional columns.
    pub required: Option<Code>,
    /// Headings it had in older templates and habits of other systems: a file
    /// that has one of them was not made from the current template.
    pub old_headings: &'static [&'static str],
    /// What the template's cells accept.
    pub entry: fn(&Snapshot) -> Entry,
    /// How to fill it: the note on the heading.
    pub note: &'static str,
    /// Width in characters.
    pub width: u16,
}

impl Column<'_> {
    /// The heading as printed in templates, `*` behind required ones.
    #[must_use]
    pub fn printed(&self) -> String {
        if self.required.is_some() {
            format!("{}*", self.heading)
        } else {
            self.heading.to_owned()
        }
    }

    /// The bare name used in messages: 性别 for `性别(1男2女)`.
    #[must_use]
    pub fn name(&self) -> String {
        canonical(self.heading)
    }
}

/// A heading as it is compared: without spaces, `*`, `：` and anything in brackets.
#[must_use]
pub fn canonical(heading: &str) -> String {
    let mut depth = 0_u32;
    let mut kept = String::new();
    for c in text::code(heading).chars() {
        match c {
            '(' | '[' | '【' => depth += 1,
            ')' | ']' | '】' => depth = depth.saturating_sub(1),
            '*' | ':' => {}
            c if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

/// Column letter as Excel shows it; `column` from 0.
#[must_use]
pub fn letter(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    loop {
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        match (rest / 26).checked_sub(1) {
            Some(next) => rest = next,
            None => return letters.iter().rev().collect(),
        }
    }
}

/// Column from 0 of a letter as Excel shows it; none for anything else.
#[must_use]
pub fn column_of(letter: &str) -> Option<u32> {
    let mut column = 0_u32;
    for c in letter.chars() {
        let digit = u32::from(c)
            .checked_sub(u32::from('A'))
            .filter(|d| *d < 26)?;
        column = column.checked_mul(26)?.checked_add(digit + 1)?;
    }
    column.checked_sub(1)
}

/// Where the file has the columns of an import, in the order of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMap {
    /// Kind of the file.
    pub container: Container,
    /// Name of the sheet.
    pub sheet: String,
    /// Column in the file, from 0; none where the file lacks it.
    pub at: Vec<Option<u32>>,
}

/// One cell of a row under its column: as the file holds it, or as a person
/// corrected it in the grid.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TableCell {
    /// What it holds; none when it is empty.
    pub value: Option<CellValue>,
    /// True when a formula computed the value.
    pub formula: bool,
    /// True when a merged range covers it.
    pub merged: bool,
}

impl TableCell {
    /// A cell that a person typed; blank text empties it.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self {
            value: (!is_blank(text)).then(|| CellValue::Text(text.to_owned())),
            ..Self::default()
        }
    }

    /// The cell as people see it.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.value.as_ref().map(display).unwrap_or_default()
    }

    /// [`Self::text`] without a copy of what is text already.
    #[must_use]
    pub fn into_text(self) -> String {
        match self.value {
            Some(CellValue::Text(text)) => text,
            Some(value) => display(&value).into_owned(),
            None => String::new(),
        }
    }
}

/// A data row with its cells in the order of the column table: all that the
/// rules look at, whether the file was just read or is kept from earlier.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// Row number as Excel shows it.
    pub row: u32,
    /// One cell a column.
    pub cells: Vec<TableCell>,
}

impl TableRow {
    /// The cells as people see them.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.cells
            .iter()
            .map(|cell| cell.text().into_owned())
            .collect()
    }
}

impl ColumnMap {
    /// True when the file has the column.
    #[must_use]
    pub fn has(&self, index: usize) -> bool {
        self.at.get(index).copied().flatten().is_some()
    }

    /// The place of a column in a row.
    #[must_use]
    pub fn place(&self, row: u32, index: usize, column: &Column<'_>) -> Place {
        Place {
            sheet: Some(self.sheet.clone()),
            row: Some(row),
            column: self.at.get(index).copied().flatten().map(letter),
            heading: Some(column.name()),
        }
    }
}

/// What one cell offers the rules.
#[derive(Debug, Clone, PartialEq)]
pub enum Field<'a> {
    /// Nothing; a required column was reported already.
    Blank,
    /// Something that cannot be read; reported already.
    Unreadable,
    /// Its text.
    Text {
        /// The text, numbers as Excel would type them.
        text: Cow<'a, str>,
        /// True when the workbook stores it as a number.
        number: bool,
        /// True when a formula computed it.
        formula: bool,
        /// True when the workbook stores it as a date.
        date: bool,
    },
}

/// The cells of one row, asked column by column; collects the problems.
pub struct RowReader<'a> {
    columns: &'a [Column<'a>],
    map: &'a ColumnMap,
    row: &'a TableRow,
    problems: Vec<Problem>,
}

impl<'a> RowReader<'a> {
    /// A reader of one row.
    #[must_use]
    pub const fn new(columns: &'a [Column<'a>], map: &'a ColumnMap, row: &'a TableRow) -> Self {
        Self {
            columns,
            map,
            row,
            problems: Vec::new(),
        }
    }

    /// The kind of file the row is from.
    #[must_use]
    pub const fn container(&self) -> Container {
        self.map.container
    }

    /// True when the cell shows nothing; says nothing about it.
    #[must_use]
    pub fn is_blank(&self, index: usize) -> bool {
        self.row
            .cells
            .get(index)
            .is_none_or(|cell| !cell.merged && is_blank(&cell.text()) && !cell.formula)
    }

    /// Reads a column. Blank required cells, merged cells, error values and
    /// formulas without a result are reported here, once for all kinds.
    pub fn field(&mut self, index: usize) -> Field<'a> {
        let Some(column) = self.columns.get(index) else {
            return Field::Blank;
        };
        let row: &'a TableRow = self.row;
        let Some(cell) = row.cells.get(index) else {
            return self.blank(index, column);
        };
        if cell.merged {
            self.report(index, Problem::new(Code::CellMerged));
            return Field::Unreadable;
        }
        let Some(value) = &cell.value else {
            return self.blank(index, column);
        };
        let (number, date) = match value {
            CellValue::FormulaWithoutValue => {
                self.report(index, Problem::new(Code::CellFormulaEmpty));
                return Field::Unreadable;
            }
            CellValue::Error(_) => {
                self.report(index, Problem::new(Code::CellError));
                return Field::Unreadable;
            }
            CellValue::Text(text) if is_blank(text) => return self.blank(index, column),
            CellValue::Text(_) | CellValue::Bool(_) => (false, false),
            CellValue::Number(_) => (true, false),
            CellValue::Date(_) => (false, true),
        };
        Field::Text {
            text: display(value),
            number,
            formula: cell.formula,
            date,
        }
    }

    fn blank(&mut self, index: usize, column: &Column<'_>) -> Field<'a> {
        if let Some(code) = column.required {
            let problem = Problem::new(code).message(format!("{}未填，请填写。", column.name()));
            self.report(index, problem);
        }
        Field::Blank
    }

    /// Reads a column whose cells are plain text. A date there was made by Excel
    /// out of something else, so it is refused.
    pub fn text(&mut self, index: usize) -> Option<Cow<'a, str>> {
        match self.field(index) {
            Field::Blank | Field::Unreadable => None,
            Field::Text { date: true, .. } => {
                let name = self
                    .columns
                    .get(index)
                    .map(Column::name)
                    .unwrap_or_default();
                self.report(
                    index,
                    Problem::new(Code::CellError).message(format!(
                        "{name}被 Excel 变成了日期，请将单元格设为文本格式，再重新输入。"
                    )),
                );
                None
            }
            Field::Text { text, .. } => Some(text),
        }
    }

    /// Reads a column as people see it, dates too.
    pub fn shown(&mut self, index: usize) -> Option<String> {
        match self.field(index) {
            Field::Blank | Field::Unreadable => None,
            Field::Text { text, .. } => Some(text.into_owned()),
        }
    }

    /// True when the workbook stores the cell as a number.
    #[must_use]
    pub fn is_number(&self, index: usize) -> bool {
        let cell = self.row.cells.get(index);
        cell.is_some_and(|cell| matches!(cell.value, Some(CellValue::Number(_))))
    }

    /// Adds a problem at a column of this row.
    pub fn report(&mut self, index: usize, problem: Problem) {
        let place = match self.columns.get(index) {
            Some(column) => self.map.place(self.row.row, index, column),
            None => Place::default(),
        };
        self.problems.push(problem.at(place));
    }

    /// Takes a parsed value or reports why there is none.
    pub fn take<T>(&mut self, index: usize, parsed: Result<T, Problem>) -> Option<T> {
        parsed.map_err(|problem| self.report(index, problem)).ok()
    }

    /// Row number as Excel shows it.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.row.row
    }

    /// The collected problems.
    #[must_use]
    pub fn finish(self) -> Vec<Problem> {
        self.problems
    }
}

fn cell(row: &SheetRow, column: u32) -> Option<&Cell> {
    row.cells.iter().find(|cell| cell.column == column)
}

/// True for text that shows nothing.
fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() || text::is_invisible(c))
}

/// A cell as people see it: numbers with all the digits the file has.
#[must_use]
pub fn display(value: &CellValue) -> Cow<'_, str> {
    match value {
        CellValue::Text(text) | CellValue::Error(text) => text.into(),
        CellValue::Number(number) => number.to_string().into(),
        CellValue::Bool(true) => "TRUE".into(),
        CellValue::Bool(false) => "FALSE".into(),
        CellValue::Date(date) if date.time() == chrono::NaiveTime::MIN => {
            date.format("%Y-%m-%d").to_string().into()
        }
        CellValue::Date(date) => date.format("%Y-%m-%d %H:%M:%S").to_string().into(),
        CellValue::FormulaWithoutValue => "".into(),
    }
}

/// The row's cells in the order of the column table.
#[must_use]
pub fn project(mut row: SheetRow, map: &ColumnMap, covered: &Covered) -> TableRow {
    let cells = map
        .at
        .iter()
        .map(|at| {
            let Some(at) = *at else {
                return TableCell::default();
            };
            let found = row.cells.iter_mut().find(|cell| cell.column == at);
            let covered = covered.holds(at);
            match found {
                None => TableCell {
                    merged: covered,
                    ..TableCell::default()
                },
                Some(cell) => TableCell {
                    formula: cell.formula,
                    merged: covered || cell.merged,
                    value: Some(std::mem::replace(&mut cell.value, CellValue::Bool(false))),
                },
            }
        })
        .collect();
    TableRow {
        row: row.row,
        cells,
    }
}

/// The text in a column that belongs to no column of the table.
#[must_use]
pub fn text_at(row: &SheetRow, column: u32) -> Option<Cow<'_, str>> {
    cell(row, column).map(|cell| display(&cell.value))
}

/// What a row under the heading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowNature {
    /// Nothing in the columns that are read.
    Blank,
    /// The heading once more.
    Heading,
    /// Data.
    Data,
}

/// Tells data from blank rows and from a repeated heading.
#[must_use]
pub fn nature(row: &SheetRow, columns: &[Column<'_>], map: &ColumnMap) -> RowNature {
    let mut filled = 0;
    let mut headings = 0;
    for (column, at) in columns.iter().zip(&map.at) {
        let Some(cell) = at.and_then(|at| cell(row, at)) else {
            continue;
        };
        if let CellValue::Text(text) = &cell.value {
            if is_blank(text) {
                continue;
            }
            // The first cell that is no heading settles it, and most show that they are
            // none by their characters: comparing all would take most of the time of a
            // long file.
            if headings == filled && text.contains(column.heading.chars().next().unwrap_or(' ')) {
                headings += u32::from(canonical(text) == column.name());
            }
        }
        filled += 1;
    }
    match filled {
        0 => RowNature::Blank,
        1 => RowNature::Data,
        _ if headings == filled => RowNature::Heading,
        _ => RowNature::Data,
    }
}

/// Which columns the merged ranges cover, row after row.
pub struct Covered {
    /// Ranges that begin further down, the nearest last.
    ahead: Vec<MergedRange>,
    /// Ranges that reach the current row.
    here: Vec<MergedRange>,
}

impl Covered {
    /// Takes the ranges of a sheet that lie in columns of the map.
    #[must_use]
    pub fn new(ranges: Vec<MergedRange>, map: &ColumnMap) -> Self {
        let mut ahead: Vec<_> = ranges
            .into_iter()
            .filter(|range| {
                map.at
                    .iter()
                    .flatten()
                    .any(|at| (range.left..=range.right).contains(at))
            })
            .collect();
        ahead.sort_unstable_by_key(|range| std::cmp::Reverse(range.top));
        Self {
            ahead,
            here: Vec::new(),
        }
    }

    /// Moves on to a row further down.
    pub fn advance(&mut self, row: u32) {
        self.here.retain(|range| range.bottom >= row);
        while let Some(range) = self.ahead.pop_if(|range| range.top <= row) {
            if range.bottom >= row {
                self.here.push(range);
            }
        }
    }

    /// True when a merged range covers the column in the current row.
    fn holds(&self, column: u32) -> bool {
        self.here
            .iter()
            .any(|range| (range.left..=range.right).contains(&column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_compared_without_decoration() {
        for (raw, want) in [
            ("姓名*", "姓名"),
            (" 姓 名 ＊", "姓名"),
            ("性别（1男2女）", "性别"),
            ("性别(1男2女)", "性别"),
            ("证件号码【必填】：", "证件号码"),
            ("年级[1-9]", "年级"),
            ("家长姓名", "家长姓名"),
            ("班级（序号", "班级"),
            ("\u{FEFF}学籍号", "学籍号"),
            ("*", ""),
        ] {
            assert_eq!(canonical(raw), want, "{raw:?}");
        }
    }

    #[test]
    fn letters_are_those_of_excel() {
        for (column, want) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (701, "ZZ"),
            (702, "AAA"),
            (16383, "XFD"),
        ] {
            assert_eq!(letter(column), want);
            assert_eq!(column_of(want), Some(column));
        }
        for wrong in ["", "a", "A1", "列", "ZZZZZZZZ"] {
            assert_eq!(column_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        for (number, want) in [
            (7.0, "7"),
            (3.5, "3.5"),
            (13_812_345_678.0, "13812345678"),
            (3.205_082_013_091_89e17, "320508201309189000"),
        ] {
            assert_eq!(display(&CellValue::Number(number)), want);
        }
    }

    #[test]
    fn covered_columns_follow_the_rows() {
        let map = ColumnMap {
            container: Container::Xlsx,
            sheet: "s".to_owned(),
            at: vec![Some(0), None, Some(3)],
        };
        let range = |top, bottom, left, right| MergedRange {
            top,
            bottom,
            left,
            right,
        };
        let mut covered = Covered::new(
            vec![range(9, 9, 0, 1), range(3, 5, 2, 3), range(4, 4, 1, 1)],
            &map,
        );
        let mut seen = Vec::new();
        for row in 1..12 {
            covered.advance(row);
            seen.extend(
                [0, 1, 3]
                    .into_iter()
                    .filter(|c| covered.holds(*c))
                    .map(|c| (row, c)),
            );
        }
        assert_eq!(seen, [(3, 3), (4, 3), (5, 3), (9, 0), (9, 1)]);
    }
}
