//! Cells as a workbook holds them: what `crates/sheet` produces and the rules read.

use std::ops::ControlFlow;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use crate::error::OpError;

/// Value of one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CellValue {
    /// Text, exactly as stored.
    Text(String),
    /// A number that the workbook stores as a number and does not format as a date.
    Number(f64),
    /// `TRUE` or `FALSE`.
    Bool(bool),
    /// A number that the workbook formats as a date or time; 1904 workbooks are converted.
    Date(NaiveDateTime),
    /// `#N/A`, `#REF!` and the like, as Excel shows them.
    Error(String),
    /// A formula whose cached value the file lacks.
    FormulaWithoutValue,
}

/// One cell that is not empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Column, from 0.
    pub column: u32,
    /// What it holds.
    pub value: CellValue,
    /// True when a formula computed the value.
    pub formula: bool,
    /// True when it belongs to a merged range.
    pub merged: bool,
}

/// One row that has at least one non-empty cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SheetRow {
    /// Row number as Excel shows it, from 1.
    pub row: u32,
    /// True when the row is hidden.
    pub hidden: bool,
    /// Its non-empty cells, by column.
    pub cells: Vec<Cell>,
}

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetInfo {
    /// Name on its tab.
    pub name: String,
    /// False when the tab is hidden.
    pub visible: bool,
}

/// Facts about a sheet that hold for all its rows; complete once its rows were read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SheetFacts {
    /// Columns that are hidden, from 0.
    pub hidden_columns: Vec<u32>,
}

/// A merged range; rows as Excel shows them from 1, columns from 0, ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedRange {
    /// First row.
    pub top: u32,
    /// Last row.
    pub bottom: u32,
    /// First column.
    pub left: u32,
    /// Last column.
    pub right: u32,
}

/// How much of a file is read before it is refused (model.md, file limits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLimits {
    /// Data rows at most (IMP-4).
    pub rows: u32,
    /// Bytes of the file itself.
    pub packed: u64,
    /// Bytes of its parts once unpacked.
    pub unpacked: u64,
}

impl FileLimits {
    /// Limits that grow with the row limit: 500 rows 10 MB packed and 100 MB
    /// unpacked, 100 000 rows 64 MB and 512 MB, in between in proportion.
    #[must_use]
    pub fn for_rows(rows: u32) -> Self {
        const MB: u64 = 1_000_000;
        let share = |low: u64, high: u64| {
            let over = u64::from(rows.clamp(500, 100_000) - 500);
            (low + (high - low) * over / 99_500) * MB
        };
        Self {
            rows,
            packed: share(10, 64),
            unpacked: share(100, 512),
        }
    }
}

/// What kind of file the cells came from: some of them lose characters on the
/// way, and what a person should do about it differs (rules §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Container {
    /// .xlsx or .xlsm.
    #[default]
    Xlsx,
    /// .xls.
    Xls,
    /// .csv.
    Csv,
}

impl Container {
    /// The kind that a name tells; a file whose content is another is not read.
    #[must_use]
    pub fn of_name(file_name: &str) -> Self {
        let extension = file_name.rsplit_once('.').map_or("", |(_, end)| end);
        if extension.eq_ignore_ascii_case("xls") {
            Self::Xls
        } else if extension.eq_ignore_ascii_case("csv") {
            Self::Csv
        } else {
            Self::Xlsx
        }
    }
}

/// A workbook opened for reading. Rows are streamed: memory does not grow with
/// the sheet beyond what the file's shared strings need.
pub trait Workbook: Send {
    /// The kind of file that was opened.
    fn container(&self) -> Container {
        Container::Xlsx
    }

    /// Its sheets in the order of their tabs.
    fn sheets(&self) -> &[SheetInfo];

    /// Visits the rows of a sheet in order until the visitor breaks off.
    ///
    /// # Errors
    /// `file.damaged`, `file.unsafe`, `file.too_large`.
    fn rows(
        &mut self,
        sheet: usize,
        visit: &mut dyn FnMut(SheetRow) -> ControlFlow<()>,
    ) -> Result<SheetFacts, OpError>;

    /// The merged ranges of a sheet, in any order. Only the first cell of a range
    /// holds a value, so rows alone do not show which other cells it covers: a
    /// child whose address stands in the row above would lose it silently.
    ///
    /// # Errors
    /// `file.damaged`, `file.unsafe`, `file.too_large`.
    fn merged_ranges(&mut self, sheet: usize) -> Result<Vec<MergedRange>, OpError>;
}
