//! A person's workbook back with its errors marked.

mod fresh;

use ekatong_core::error::{OpError, Severity};
use ekatong_core::import::cells::FileLimits;
use ekatong_core::import::marked::{MarkedRows, MarkedTable, MarkedWorkbook};

use crate::detect::extension;

/// Notes at most: LibreOffice takes minutes to open some thousands of them, and
/// the column of reasons holds all.
const NOTES: usize = 1000;

/// Colour behind cells of a severity. Not colours that people pick, as marking
/// again knows its earlier marks by them. A mere note has none: there is nothing
/// to do about it.
const fn colour(severity: Severity) -> Option<u32> {
    match severity {
        Severity::Error => Some(0xFF_C2C9),
        Severity::Warning => Some(0xFF_E08A),
        Severity::Note => None,
    }
}

/// Marks a workbook; see [`ekatong_core::import::table::Workbooks::mark`].
pub(crate) fn write(
    _original: &[u8],
    file_name: &str,
    _limits: FileLimits,
    table: &MarkedTable,
    rows: &mut dyn MarkedRows,
) -> Result<MarkedWorkbook, OpError> {
    Ok(MarkedWorkbook {
        bytes: fresh::write(table, rows)?,
        fresh: Some(format!(
            "原文件是 .{}，已另做一个 .xlsx；格式没有保留",
            extension(file_name)
        )),
    })
}
