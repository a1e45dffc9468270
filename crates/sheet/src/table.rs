//! Plain tables, written as they come.

use std::io::{self, BufWriter, Seek as _, Write};

use ekatong_core::import::table::{Table, TableRows};
use rust_xlsxwriter::{Format, FormatAlign, Workbook, XlsxError};

use crate::template::{TEXT, heading, print_setup, properties};

/// Longest text of a cell, in UTF-16 units; Excel refuses a file with more.
const LONGEST: usize = 32_767;

/// Writes a table. Rows go to an unnamed temporary file as they come, and the packed
/// result goes through another, as the archive's head is written last.
///
/// Every cell is a string cell: a text that begins with `=`, `+`, `-` or `@`
/// stays text, and no web address becomes a link.
pub(crate) fn write(
    table: &Table,
    rows: &mut dyn TableRows,
    out: &mut dyn Write,
) -> Result<(), XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&properties()?);
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_name(&table.sheet)?;
    // Text format, so that a number that somebody edits later keeps its digits.
    let text = Format::new().set_num_format_index(TEXT);
    for (number, (_, width)) in (0_u16..).zip(&table.columns) {
        sheet.set_column_width(number, *width)?;
        sheet.set_column_format(number, &text)?;
    }
    // Row heights are left to Excel: rust_xlsxwriter 0.102 writes the last row
    // twice in this mode when it has one.
    let heading_row = u32::from(!table.title.is_empty());
    print_setup(sheet, heading_row)?;
    sheet.set_freeze_panes(heading_row + 1, 0)?;
    if heading_row > 0 {
        let title = Format::new()
            .set_bold()
            .set_font_size(14)
            .set_align(FormatAlign::VerticalCenter);
        sheet.write_string_with_format(0, 0, &table.title, &title)?;
    }
    let format = heading();
    for (number, (name, _)) in (0_u16..).zip(&table.columns) {
        sheet.write_string_with_format(heading_row, number, name, &format)?;
    }
    let mut row = heading_row;
    loop {
        let batch = rows.next();
        if batch.is_empty() {
            break;
        }
        for cells in batch {
            row += 1;
            for (number, cell) in (0_u16..).zip(&cells) {
                if !cell.is_empty() {
                    sheet.write_string_with_format(row, number, fitting(cell), &text)?;
                }
            }
        }
    }
    if let Some(last) = u16::try_from(table.columns.len())
        .ok()
        .and_then(|n| n.checked_sub(1))
    {
        sheet.autofilter(heading_row, 0, row, last)?;
    }
    let mut packed = BufWriter::new(tempfile::tempfile()?);
    book.save_to_writer(&mut packed)?;
    let mut packed = packed.into_inner().map_err(|error| error.into_error())?;
    packed.rewind()?;
    io::copy(&mut packed, out)?;
    Ok(())
}

/// As much of a text as a cell holds.
pub(crate) fn fitting(text: &str) -> &str {
    // A character has at most as many UTF-16 units as bytes.
    if text.len() <= LONGEST {
        return text;
    }
    let mut units = 0;
    let over = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > LONGEST
    });
    over.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, fitting};

    #[test]
    fn texts_are_cut_at_characters() {
        assert_eq!(fitting("张三"), "张三");
        let long = "𠮷".repeat(LONGEST);
        assert_eq!(fitting(&long).chars().count(), LONGEST / 2);
        assert_eq!(fitting(&"a".repeat(LONGEST)).len(), LONGEST);
    }
}
