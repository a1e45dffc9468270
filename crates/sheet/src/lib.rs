//! Workbook bytes to cells, and templates and tables to bytes.
//!
//! [`Sheets`] is the whole surface: hosts hand it to the rules as their
//! [`Workbooks`]. `detect` decides what a file is, `package`, `workbook` and
//! `read` read an .xlsx as a stream, `xls` and `csv` the other two containers,
//! `template`, `table`, `write_csv` and `zipped` write, `mark` puts errors into a person's own workbook.
//! A new container gets its own module that
//! implements [`Workbook`] and one arm in [`Sheets::open`].
//!
//! calamine is not used to walk the cells. Of an .xlsx it cannot bound what a
//! part inflates to, keeps every shared string on its own, tells nothing of
//! hidden rows and columns, and gives up a whole sheet for one `#SPILL!` or a
//! wrong `<dimension>`. Of an .xls it makes a grid of all cells between the
//! outermost two, so that one stray cell takes half a gigabyte and a forged one
//! ends the program, and it tells nothing of hidden rows and columns either. It
//! converts date serials here, and tests compare what both read.

mod csv;
mod detect;
mod fault;
mod mark;
mod merges;
mod package;
mod read;
mod strings;
mod styles;
mod table;
mod template;
mod text;
mod workbook;
mod write_csv;
mod xls;
mod zipped;

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ekatong_core::error::OpError;
use ekatong_core::import::cells::{Container, FileLimits, Workbook};
use ekatong_core::import::marked::{MarkedRows, MarkedTable, MarkedWorkbook};
use ekatong_core::import::table::{Packer, Table, TableRows, Template, Workbooks};
use ekatong_core::production::template::Encoding;

use crate::fault::Fault;

/// Opens and writes workbooks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sheets;

impl Workbooks for Sheets {
    fn open(
        &self,
        bytes: Vec<u8>,
        file_name: &str,
        limits: FileLimits,
    ) -> Result<Box<dyn Workbook>, OpError> {
        // The file comes from anywhere: should a reader below panic on it, the
        // person is told that the file is damaged and the program goes on.
        // Nothing of the half-read file outlives the closure.
        let opened = catch_unwind(AssertUnwindSafe(|| -> Result<Box<dyn Workbook>, Fault> {
            Ok(match detect::check(&bytes, file_name, limits)? {
                Container::Xlsx => Box::new(read::Xlsx::open(bytes, limits)?),
                Container::Xls => Box::new(xls::Xls::open(bytes, limits)?),
                Container::Csv => Box::new(csv::Csv::open(bytes, file_name)?),
            })
        }));
        match opened {
            Ok(Ok(book)) => Ok(book),
            Ok(Err(fault)) => Err((*fault).into()),
            Err(_) => Err((*fault::damaged("文件内容")).into()),
        }
    }

    fn template(&self, template: &Template) -> Result<Vec<u8>, OpError> {
        template::write(template).map_err(|e| OpError::internal("writing a template", e))
    }

    fn table(
        &self,
        table: &Table,
        rows: &mut dyn TableRows,
        out: &mut dyn Write,
    ) -> Result<(), OpError> {
        table::write(table, rows, out).map_err(|e| OpError::internal("writing a table", e))
    }

    fn csv(
        &self,
        table: &Table,
        encoding: Encoding,
        rows: &mut dyn TableRows,
        out: &mut dyn Write,
    ) -> Result<(), OpError> {
        write_csv::write(table, encoding, rows, out)
            .map_err(|e| OpError::internal("writing a table as text", e))
    }

    fn packer(&self) -> Box<dyn Packer> {
        Box::new(zipped::Zip::new())
    }

    fn mark(
        &self,
        original: &[u8],
        file_name: &str,
        limits: FileLimits,
        table: &MarkedTable,
        rows: &mut dyn MarkedRows,
    ) -> Result<MarkedWorkbook, OpError> {
        mark::write(original, file_name, limits, table, rows)
    }
}
