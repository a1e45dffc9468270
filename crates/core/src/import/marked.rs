//! A person's own workbook back with its errors marked (错误工作簿): what the
//! rules say about each row, for `crates/sheet` to write beside the cells.

use crate::error::{OpError, Severity};

/// Heading of the column that holds the reasons.
pub const REASON_HEADING: &str = "错误原因";
/// Heading of the hidden column of row tokens. The token tells a row again after
/// the person sorted, deleted or inserted some.
pub const TOKEN_HEADING: &str = "核对标记（请勿改动）";

/// The table of a workbook that is to be marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedTable {
    /// Name of the sheet.
    pub sheet: String,
    /// Row of the headings as Excel shows it.
    pub heading_row: u32,
    /// Columns of the template, in order.
    pub columns: Vec<MarkedColumn>,
}

/// A column of the template and where the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedColumn {
    /// Heading as printed in the template.
    pub heading: String,
    /// Column in the file, from 0; none where the file lacks it.
    pub at: Option<u32>,
}

/// One data row of the table. Every data row is given once, in rising order,
/// also those in which nothing is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedRow {
    /// Row number as Excel shows it.
    pub row: u32,
    /// What tells the row again: ASCII, less than 64 characters.
    pub token: String,
    /// All reasons of the row, one a line; empty when nothing is to be said.
    pub reason: String,
    /// Worst of the row.
    pub severity: Option<Severity>,
    /// Cells with a problem or a changed value, in any order.
    pub cells: Vec<MarkedCell>,
    /// Texts of all template columns, for a workbook that is made afresh.
    pub texts: Vec<String>,
}

/// A cell with a problem or a changed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedCell {
    /// Index in [`MarkedTable::columns`].
    pub column: usize,
    /// Worst of the cell; none when nothing is wrong with it.
    pub severity: Option<Severity>,
    /// What is wrong; empty when nothing is.
    pub reason: String,
    /// Text that replaces what the file holds: the person edited it in the grid.
    pub value: Option<String>,
}

/// A source of marked rows, asked until it has none left, so that a long file
/// is never held at once.
pub trait MarkedRows: Send {
    /// The next row; none at the end.
    ///
    /// # Errors
    /// What the source gives; it is handed on to the caller.
    fn next(&mut self) -> Result<Option<MarkedRow>, OpError>;
}

/// A workbook with its errors marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedWorkbook {
    /// Its bytes: of the person's own kind (.xlsx, .xlsm), or .xlsx when fresh.
    pub bytes: Vec<u8>,
    /// Why it is a fresh workbook and not the person's own, in Chinese; none
    /// when it is their own.
    pub fresh: Option<String>,
}
