//! What the tests of this crate share.

use std::io::{Cursor, Write as _};
use std::ops::ControlFlow;
use std::path::PathBuf;

use ekatong_core::error::OpError;
use ekatong_core::import::cells::{CellValue, FileLimits, SheetFacts, SheetRow, Workbook};
use ekatong_core::import::table::Workbooks;
use ekatong_sheet::Sheets;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Bytes of a committed workbook.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/workbooks")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A committed workbook with some parts replaced or added.
pub(crate) fn patched<B: AsRef<[u8]>>(name: &str, parts: &[(&str, B)]) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(fixture(name))).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..old.len() {
        let file = old.by_index_raw(i).unwrap();
        if !parts.iter().any(|(part, _)| file.name().unwrap() == *part) {
            new.raw_copy_file(file).unwrap();
        }
    }
    for (part, bytes) in parts {
        new.start_file(*part, SimpleFileOptions::default()).unwrap();
        new.write_all(bytes.as_ref()).unwrap();
    }
    new.finish().unwrap().into_inner()
}

/// Opens bytes under the limits of 500 rows.
pub(crate) fn open(bytes: Vec<u8>, name: &str) -> Result<Box<dyn Workbook>, OpError> {
    Sheets.open(bytes, name, FileLimits::for_rows(500))
}

/// All rows of a sheet.
pub(crate) fn rows(
    book: &mut dyn Workbook,
    sheet: usize,
) -> Result<(Vec<SheetRow>, SheetFacts), OpError> {
    let mut rows = Vec::new();
    let facts = book.rows(sheet, &mut |row| {
        rows.push(row);
        ControlFlow::Continue(())
    })?;
    Ok((rows, facts))
}

/// All rows of the first sheet of a committed workbook.
pub(crate) fn first_sheet(name: &str) -> Vec<SheetRow> {
    let mut book = open(fixture(name), name).unwrap_or_else(|e| panic!("{name}: {e}"));
    rows(book.as_mut(), 0)
        .unwrap_or_else(|e| panic!("{name}: {e}"))
        .0
}

/// Text of cells, for comparing; other values as their debug form.
pub(crate) fn texts(row: &SheetRow) -> Vec<String> {
    row.cells
        .iter()
        .map(|cell| match &cell.value {
            CellValue::Text(text) => text.clone(),
            CellValue::Number(_)
            | CellValue::Bool(_)
            | CellValue::Date(_)
            | CellValue::Error(_)
            | CellValue::FormulaWithoutValue => format!("{:?}", cell.value),
        })
        .collect()
}
