//! A person's workbook back with its errors marked.

mod fresh;
mod notes;
mod part;
mod patch;
mod sheet;
mod styles;

use std::panic::{AssertUnwindSafe, catch_unwind};

use ekatong_core::error::{OpError, Severity};
use ekatong_core::import::cells::FileLimits;
use ekatong_core::import::marked::{MarkedRows, MarkedTable, MarkedWorkbook};

use self::patch::Patch;
use crate::detect::extension;
use crate::fault::Fault;

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

/// Why a person's own workbook cannot be marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unfit {
    /// A change would break its signature.
    Signed,
    /// Something in it is not as known programs write it.
    Unknown,
}

impl From<Fault> for Unfit {
    fn from(_: Fault) -> Self {
        Self::Unknown
    }
}

/// Marks a workbook; see [`ekatong_core::import::table::Workbooks::mark`].
pub(crate) fn write(
    original: &[u8],
    file_name: &str,
    limits: FileLimits,
    table: &MarkedTable,
    rows: &mut dyn MarkedRows,
) -> Result<MarkedWorkbook, OpError> {
    let extension = extension(file_name);
    let why = if matches!(extension.as_str(), "xlsx" | "xlsm") {
        // As in `Sheets::open`: a panic over an odd file is no reason to give
        // nothing back.
        let patch = catch_unwind(AssertUnwindSafe(|| Patch::open(original, limits, table)));
        match patch.unwrap_or(Err(Unfit::Unknown)) {
            Ok(patch) => {
                return Ok(MarkedWorkbook {
                    bytes: patch.write(rows)?,
                    fresh: None,
                });
            }
            Err(Unfit::Signed) => "原文件带有数字签名，改动会使签名失效".to_owned(),
            Err(Unfit::Unknown) => "原文件的内部结构特殊，无法直接标注".to_owned(),
        }
    } else {
        format!("原文件是 .{extension}")
    };
    Ok(MarkedWorkbook {
        bytes: fresh::write(table, rows)?,
        fresh: Some(format!("{why}，已另做一个 .xlsx；格式没有保留")),
    })
}
