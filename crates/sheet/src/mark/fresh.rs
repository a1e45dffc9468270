//! A workbook made afresh, where the person's own cannot be changed.

use ekatong_core::error::{OpError, Severity};
use ekatong_core::import::marked::{
    MarkedRow, MarkedRows, MarkedTable, REASON_HEADING, TOKEN_HEADING,
};
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::{NOTES, colour};
use crate::table::fitting;
use crate::template::{TEXT, heading, note, print_setup, properties};

/// Name of the sheet when the one of the file is none that a workbook may have:
/// a .csv has only its file name.
const SHEET: &str = "数据";
/// Width of a template column and of the reasons, in characters.
const WIDTH: u16 = 16;
pub(super) const REASON_WIDTH: u16 = 60;

/// Bytes of the fresh workbook. The rows keep their numbers, since reasons name
/// other rows by them.
///
/// # Errors
/// Those of `rows`; an internal fault otherwise.
pub(super) fn write(table: &MarkedTable, rows: &mut dyn MarkedRows) -> Result<Vec<u8>, OpError> {
    let fault = |e| OpError::internal("writing a marked workbook", e);
    let mut book = Workbook::new();
    book.set_properties(&properties().map_err(fault)?);
    let sheet = book.add_worksheet_with_constant_memory().map_err(fault)?;
    if sheet.set_name(&table.sheet).is_err() {
        sheet.set_name(SHEET).map_err(fault)?;
    }
    let mut writer = Writer::new(sheet, table).map_err(fault)?;
    while let Some(row) = rows.next()? {
        writer.row(&row).map_err(fault)?;
    }
    writer.finish().map_err(fault)?;
    book.save_to_buffer().map_err(fault)
}

struct Writer<'a> {
    sheet: &'a mut Worksheet,
    heading_row: u32,
    /// Row that was written last, from 0.
    last: u32,
    /// Columns of the template.
    columns: u16,
    notes: usize,
    text: Format,
    reason: Format,
}

impl<'a> Writer<'a> {
    /// Writes the headings.
    fn new(sheet: &'a mut Worksheet, table: &MarkedTable) -> Result<Self, XlsxError> {
        let text = Format::new().set_num_format_index(TEXT);
        let reason = text.clone().set_text_wrap().set_align(FormatAlign::Top);
        let columns =
            u16::try_from(table.columns.len()).map_err(|_| XlsxError::RowColumnLimitError)?;
        for number in 0..columns {
            sheet.set_column_width(number, WIDTH)?;
            sheet.set_column_format(number, &text)?;
        }
        sheet.set_column_width(columns, REASON_WIDTH)?;
        sheet.set_column_format(columns, &reason)?;
        sheet.set_column_format(columns + 1, &text)?;
        sheet.set_column_hidden(columns + 1)?;
        let heading_row = table.heading_row.saturating_sub(1);
        print_setup(sheet, heading_row)?;
        sheet.set_freeze_panes(heading_row + 1, 0)?;
        let format = heading();
        let own = table.columns.iter().map(|column| column.heading.as_str());
        for (number, name) in (0_u16..).zip(own.chain([REASON_HEADING, TOKEN_HEADING])) {
            sheet.write_string_with_format(heading_row, number, fitting(name), &format)?;
        }
        Ok(Self {
            sheet,
            heading_row,
            last: heading_row,
            columns,
            notes: 0,
            text,
            reason,
        })
    }

    fn row(&mut self, row: &MarkedRow) -> Result<(), XlsxError> {
        let number = row.row.saturating_sub(1);
        for (at, text) in (0..self.columns).zip(&row.texts) {
            let cell = row.cells.iter().find(|c| c.column == usize::from(at));
            let format = filled(&self.text, cell.and_then(|c| c.severity));
            let text = cell.and_then(|c| c.value.as_ref()).unwrap_or(text);
            if !text.is_empty() {
                self.sheet
                    .write_string_with_format(number, at, fitting(text), &format)?;
            } else if format != self.text {
                self.sheet.write_blank(number, at, &format)?;
            }
            if let Some(cell) = cell
                && !cell.reason.is_empty()
                && cell.severity.and_then(colour).is_some()
                && self.notes < NOTES
            {
                self.notes += 1;
                self.sheet
                    .insert_note(number, at, &note(fitting(&cell.reason)))?;
            }
        }
        if !row.reason.is_empty() {
            let format = filled(&self.reason, row.severity);
            let reason = fitting(&row.reason);
            self.sheet
                .write_string_with_format(number, self.columns, reason, &format)?;
        }
        let token = fitting(&row.token);
        self.sheet
            .write_string_with_format(number, self.columns + 1, token, &self.text)?;
        self.last = number;
        Ok(())
    }

    /// The filter reaches over the tokens, so that a sort takes them along.
    fn finish(self) -> Result<(), XlsxError> {
        self.sheet
            .autofilter(self.heading_row, 0, self.last, self.columns + 1)?;
        Ok(())
    }
}

/// The format with the colour of a severity behind it.
fn filled(format: &Format, severity: Option<Severity>) -> Format {
    match severity.and_then(colour) {
        Some(rgb) => format.clone().set_background_color(Color::RGB(rgb)),
        None => format.clone(),
    }
}
