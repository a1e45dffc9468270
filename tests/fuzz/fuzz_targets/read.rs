//! Reads a file whole and checks what holds for every file.

use std::ops::ControlFlow;

use ekatong_core::error::OpError;
use ekatong_core::import::cells::FileLimits;
use ekatong_core::import::table::Workbooks as _;
use ekatong_sheet::Sheets;

/// Small, so that a bomb is stopped before the fuzzer takes it for a leak.
const LIMITS: FileLimits = FileLimits {
    rows: 500,
    packed: 1_000_000,
    unpacked: 4_000_000,
};

pub fn all(bytes: &[u8], name: &str) {
    let mut book = match Sheets.open(bytes.to_vec(), name, LIMITS) {
        Ok(book) => book,
        Err(error) => return told(&error),
    };
    // One sheet more than there is.
    for sheet in 0..=book.sheets().len().min(8) {
        let mut last = 0;
        let read = book.rows(sheet, &mut |row| {
            assert!(row.row > last, "rows rise");
            assert!(!row.cells.is_empty(), "rows hold something");
            assert!(row.cells.is_sorted_by(|a, b| a.column < b.column), "columns rise");
            last = row.row;
            ControlFlow::Continue(())
        });
        if let Err(error) = read {
            told(&error);
        }
        if let Err(error) = book.merged_ranges(sheet) {
            told(&error);
        }
    }
}

/// A refusal is a problem with words, never an internal fault.
fn told(error: &OpError) {
    assert!(!error.problems().is_empty(), "{error}");
    assert!(error.problems().iter().all(|problem| !problem.message.is_empty()));
}
