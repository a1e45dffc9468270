//! A table as a person made it, and the files it can be written to.
//!
//! Nothing here is the product's: an .xlsx is written by rust_xlsxwriter, and
//! what that cannot write (an error value without a formula, a formula that was
//! never computed, phonetic hints, a wrong dimension …) is patched into its XML.
//! Another container is a variant of [`Container`] and an arm of [`Book::write`].

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read, Write as _};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipArchive, ZipWriter};

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    /// Excel 2007 and later.
    Xlsx,
    /// Comma-separated text. It knows no types, formulas, merges, hidden rows
    /// and other sheets: what needs one of these is planted in workbooks only.
    Csv(Encoding),
}

impl Container {
    /// True when cells have types and sheets have properties.
    pub(crate) fn is_workbook(self) -> bool {
        self == Self::Xlsx
    }

    /// Name of a file of this kind.
    pub(crate) fn file_name(self) -> &'static str {
        match self {
            Self::Xlsx => "新生.xlsx",
            Self::Csv(_) => "新生.csv",
        }
    }
}

/// How a csv is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8 without a mark.
    Utf8,
    /// UTF-8 with a byte order mark, as Excel writes it.
    Utf8Mark,
    /// GB18030, as Chinese Windows programs write it.
    Gb18030,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Text.
    Text(String),
    /// A number stored as such.
    Number(f64),
    /// A number formatted as a date; the serial number in the 1900 system.
    Date(u32),
    /// `TRUE`.
    True,
    /// Nothing, but with a colour of its own.
    Styled,
    /// An error value; `true` when a formula gave it.
    Error(&'static str, bool),
    /// A formula and its cached text.
    Formula(String),
    /// A formula and its cached number.
    FormulaNumber(f64),
    /// A formula that no program computed yet.
    FormulaBare,
    /// Text inside the sheet instead of the shared strings, in two runs, the
    /// second one bold, as people colour half of a cell.
    Rich(String),
    /// Text with the phonetic hint that Japanese and Chinese input methods leave.
    Phonetic(String),
}

impl Cell {
    /// Text of a cell.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// What a csv has of it.
    fn plain(&self) -> String {
        match self {
            Self::Text(text) | Self::Formula(text) | Self::Rich(text) | Self::Phonetic(text) => {
                text.clone()
            }
            Self::Number(number) | Self::FormulaNumber(number) => number.to_string(),
            // Only ignored columns of a csv hold these.
            Self::Date(serial) => format!("第 {serial} 天"),
            Self::True => "TRUE".to_owned(),
            Self::Error(text, _) => (*text).to_owned(),
            Self::Styled | Self::FormulaBare => String::new(),
        }
    }

    /// The whole element, for what rust_xlsxwriter does not write.
    fn xml(&self, at: &str) -> Option<String> {
        Some(match self {
            Self::Error(text, false) => format!(r#"<c r="{at}" t="e"><v>{text}</v></c>"#),
            Self::Error(text, true) => {
                format!(r#"<c r="{at}" t="e"><f>VLOOKUP(1,Z1:Z9,1,0)</f><v>{text}</v></c>"#)
            }
            Self::Formula(text) => format!(
                r#"<c r="{at}" t="str"><f>TRIM(Z1)</f><v>{}</v></c>"#,
                escape(text)
            ),
            Self::FormulaNumber(number) => {
                format!(r#"<c r="{at}"><f>Z1+0</f><v>{number}</v></c>"#)
            }
            Self::FormulaBare => format!(r#"<c r="{at}"><f>Z1&amp;Z2</f></c>"#),
            Self::Rich(text) => {
                let (first, second) = halves(text);
                format!(
                    r#"<c r="{at}" t="inlineStr"><is><r><t xml:space="preserve">{}</t></r><r><rPr><b/></rPr><t xml:space="preserve">{}</t></r></is></c>"#,
                    escape(first),
                    escape(second)
                )
            }
            Self::Phonetic(text) => format!(
                r#"<c r="{at}" t="inlineStr"><is><t>{}</t><rPh sb="0" eb="1"><t>ヨミ</t></rPh><phoneticPr fontId="1"/></is></c>"#,
                escape(text)
            ),
            Self::Text(_) | Self::Number(_) | Self::Date(_) | Self::True | Self::Styled => {
                return None;
            }
        })
    }
}

/// A range of cells made one; rows and columns from 0, ends included.
pub(crate) type Merge = (u32, u16, u32, u16);

/// A sheet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sheet {
    /// Name on its tab.
    pub(crate) name: String,
    /// Hidden, or hidden so that only a program can show it.
    pub(crate) hidden: bool,
    /// Rows and columns from 0.
    pub(crate) cells: BTreeMap<(u32, u16), Cell>,
    /// Rows from 0.
    pub(crate) hidden_rows: Vec<u32>,
    /// Columns from 0.
    pub(crate) hidden_columns: Vec<u16>,
    /// Merged ranges; they do not overlap.
    pub(crate) merges: Vec<Merge>,
}

/// What other programs do to a workbook and nobody sees.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Quirks {
    /// Dates count from 1904, as on old Macs.
    pub(crate) epoch_1904: bool,
    /// A `<dimension>` that is not true.
    pub(crate) dimension: Option<&'static str>,
    /// What the targets of relationships begin with.
    pub(crate) targets: Option<&'static str>,
    /// Every shared string has a phonetic hint.
    pub(crate) phonetic_strings: bool,
    /// Heading fixed and filtered.
    pub(crate) frozen: bool,
}

/// A file before it is one.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    /// Its sheets in the order of the tabs.
    pub(crate) sheets: Vec<Sheet>,
    /// The sheet with the table.
    pub(crate) table: usize,
    /// Quirks of the workbook.
    pub(crate) quirks: Quirks,
}

impl Book {
    /// Bytes of the file.
    pub(crate) fn write(&self, container: Container) -> Vec<u8> {
        match container {
            Container::Xlsx => self.xlsx(),
            Container::Csv(encoding) => self.csv(encoding),
        }
    }

    fn xlsx(&self) -> Vec<u8> {
        let mut book = Workbook::new();
        // A file depends on its seed only, not on the second it was written in.
        let written = ExcelDateTime::from_ymd(2026, 9, 1).expect("a day");
        book.set_properties(&DocProperties::new().set_creation_datetime(&written));
        let date = Format::new().set_num_format("yyyy-mm-dd");
        let styled = Format::new().set_background_color("#FFFF00");
        let plain = Format::new();
        let shown = self.sheets.iter().position(|sheet| !sheet.hidden);
        for (at, table) in self.sheets.iter().enumerate() {
            let sheet = book.add_worksheet();
            sheet.set_name(&table.name).expect("a sheet name");
            if Some(at) == shown {
                sheet.set_active(true);
            }
            if table.hidden {
                sheet.set_hidden(true);
            }
            if self.quirks.frozen && at == self.table {
                sheet.set_freeze_panes(1, 1).expect("a pane");
            }
            // Merges first: they write their cells.
            for &(top, left, bottom, right) in &table.merges {
                sheet
                    .merge_range(top, left, bottom, right, "", &plain)
                    .expect("a range");
            }
            for (&(row, column), cell) in &table.cells {
                let written = match cell {
                    Cell::Text(text) => sheet.write_string(row, column, text),
                    Cell::Number(number) => sheet.write_number(row, column, *number),
                    Cell::Date(serial) => {
                        let before = if self.quirks.epoch_1904 { 1462 } else { 0 };
                        sheet.write_number_with_format(row, column, serial - before, &date)
                    }
                    Cell::True => sheet.write_boolean(row, column, true),
                    Cell::Styled => sheet.write_blank(row, column, &styled),
                    // Holds the place of what is patched in.
                    _ => sheet.write_number(row, column, 0),
                };
                written.expect("a cell");
            }
            for &row in &table.hidden_rows {
                sheet.set_row_hidden(row).expect("a row");
            }
            for &column in &table.hidden_columns {
                sheet.set_column_hidden(column).expect("a column");
            }
        }
        let bytes = book.save_to_buffer().expect("a workbook");
        self.patch(&bytes)
    }

    /// Rewrites the parts that hold what rust_xlsxwriter cannot write.
    fn patch(&self, bytes: &[u8]) -> Vec<u8> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("a zip");
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        for at in 0..archive.len() {
            let mut part = archive.by_index(at).expect("a part");
            let name = part.name().expect("a name").into_owned();
            let mut xml = String::new();
            let sheet = name
                .strip_prefix("xl/worksheets/sheet")
                .and_then(|rest| rest.strip_suffix(".xml"))
                .and_then(|number| number.parse::<usize>().ok())
                .map(|number| number - 1);
            let patched = match (sheet, name.as_str()) {
                (Some(sheet), _) => {
                    part.read_to_string(&mut xml).expect("XML");
                    self.patch_sheet(&xml, sheet)
                }
                (None, "xl/workbook.xml") if self.quirks.epoch_1904 => {
                    part.read_to_string(&mut xml).expect("XML");
                    replaced(&xml, "<workbookPr ", r#"<workbookPr date1904="1" "#)
                }
                (None, "xl/_rels/workbook.xml.rels") if self.quirks.targets.is_some() => {
                    part.read_to_string(&mut xml).expect("XML");
                    let before = self.quirks.targets.unwrap_or_default();
                    replaced(&xml, "Target=\"", &format!("Target=\"{before}"))
                }
                (None, "xl/sharedStrings.xml") if self.quirks.phonetic_strings => {
                    part.read_to_string(&mut xml).expect("XML");
                    let hint =
                        r#"</t><rPh sb="0" eb="1"><t>ヨミ</t></rPh><phoneticPr fontId="1"/></si>"#;
                    replaced(&xml, "</t></si>", hint)
                }
                _ => {
                    out.raw_copy_file(part).expect("a copied part");
                    continue;
                }
            };
            let options = SimpleFileOptions::default().last_modified_time(DateTime::DEFAULT);
            out.start_file(name, options).expect("a part");
            out.write_all(patched.as_bytes()).expect("its bytes");
        }
        out.finish().expect("a zip").into_inner()
    }

    fn patch_sheet(&self, xml: &str, at: usize) -> String {
        let mut out = String::with_capacity(xml.len());
        let mut rest = xml;
        if let Some(dimension) = self.quirks.dimension.filter(|_| at == self.table) {
            let from = rest.find("<dimension ref=\"").expect("a dimension");
            let to = from + rest[from..].find("/>").expect("its end");
            out.push_str(&rest[..from]);
            write!(out, r#"<dimension ref="{dimension}""#).expect("text");
            rest = &rest[to..];
        }
        // Cells stand in the same order in the table and in the part: one pass.
        for (&(row, column), cell) in &self.sheets[at].cells {
            let place = format!("{}{}", letter(column), row + 1);
            let Some(element) = cell.xml(&place) else {
                continue;
            };
            let from = rest
                .find(&format!(r#"<c r="{place}""#))
                .unwrap_or_else(|| panic!("no cell {place}"));
            let to = from + rest[from..].find("</c>").expect("its end") + "</c>".len();
            out.push_str(&rest[..from]);
            out.push_str(&element);
            rest = &rest[to..];
        }
        out.push_str(rest);
        out
    }

    fn csv(&self, encoding: Encoding) -> Vec<u8> {
        let cells = &self.sheets[self.table].cells;
        let (mut last_row, mut last_column) = (0, 0);
        for &(row, column) in cells.keys() {
            last_row = last_row.max(row);
            last_column = last_column.max(column);
        }
        let mut text = String::new();
        for row in 0..=last_row {
            let line: Vec<String> = (0..=last_column)
                .map(|column| cells.get(&(row, column)).map(Cell::plain))
                .map(|cell| quoted(&cell.unwrap_or_default()))
                .collect();
            text.push_str(&line.join(","));
            text.push_str("\r\n");
        }
        match encoding {
            Encoding::Utf8 => text.into_bytes(),
            Encoding::Utf8Mark => format!("\u{FEFF}{text}").into_bytes(),
            Encoding::Gb18030 => {
                let (bytes, _, lost) = encoding_rs::GB18030.encode(&text);
                assert!(!lost, "GB18030 holds all of Unicode");
                bytes.into_owned()
            }
        }
    }
}

/// A field of a csv, in quotes where it needs them (RFC 4180).
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// Replaces, and fails when there is nothing to replace: a quirk that is not in
/// the file would test nothing.
fn replaced(xml: &str, from: &str, to: &str) -> String {
    assert!(xml.contains(from), "no {from}");
    xml.replace(from, to)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn halves(text: &str) -> (&str, &str) {
    let middle = text.chars().count() / 2;
    let at = text.char_indices().nth(middle).map_or(0, |(at, _)| at);
    text.split_at(at)
}

/// Column letter as Excel shows it; `column` from 0.
pub(crate) fn letter(column: u16) -> String {
    let (high, low) = (column / 26, column % 26);
    let last = char::from(b'A' + low as u8);
    if high == 0 {
        last.to_string()
    } else {
        format!("{}{last}", letter(high - 1))
    }
}
