//! Cells of an .xlsx or .xlsm as a stream of rows.
//!
//! A sheet is read twice: merged ranges stand after the cells, so a quick
//! search over the bytes collects them first ([`Merges::search`]); it also
//! measures the sheet before any cell is handed out.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use calamine::{ExcelDateTime, ExcelDateTimeType};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use ekatong_core::error::{OpError, Place, Problem};
use ekatong_core::import::cells::{
    Cell, CellValue, FileLimits, MergedRange, SheetFacts, SheetInfo, SheetRow, Workbook,
};
use quick_xml::events::BytesStart;

use crate::fault::{self, Fault};
use crate::merges::{Merged, Merges};
use crate::package::{Node, Package, Xml, attributes, local, truth};
use crate::strings::{Strings, rich_text};
use crate::styles::Styles;
use crate::text::{COLUMNS, ROWS, reference, unescape};
use crate::workbook::Outline;

/// An opened .xlsx or .xlsm.
pub(crate) struct Xlsx {
    package: Package,
    sheets: Vec<SheetInfo>,
    parts: Vec<Option<usize>>,
    lookup: Lookup,
    /// Merged ranges of the sheets that were searched already.
    merges: HashMap<usize, Merges>,
}

/// What cells refer to.
struct Lookup {
    strings: Strings,
    styles: Styles,
    epoch_1904: bool,
}

impl Xlsx {
    /// # Errors
    /// `file.damaged`, `file.unsafe`, `file.too_large`, `file.encrypted`.
    pub(crate) fn open(bytes: Vec<u8>, limits: FileLimits) -> Result<Self, Fault> {
        let mut package = Package::open(bytes, limits.unpacked)?;
        let outline = Outline::read(&mut package)?;
        if outline.sheets.is_empty() {
            return Err(fault::damaged("没有工作表"));
        }
        let mut styles = Styles::default();
        if let Some(part) = outline.styles {
            styles = package.walk(part, "样式", Styles::read)?;
        }
        let mut strings = Strings::default();
        if let Some(part) = outline.strings {
            strings = package.walk(part, "共享文本", Strings::read)?;
        }
        Ok(Self {
            package,
            sheets: outline.sheets,
            parts: outline.parts,
            lookup: Lookup {
                strings,
                styles,
                epoch_1904: outline.epoch_1904,
            },
            merges: HashMap::new(),
        })
    }

    /// The part of a sheet, its merged ranges searched once.
    fn searched(&mut self, sheet: usize) -> Result<usize, Fault> {
        let part = self
            .parts
            .get(sheet)
            .copied()
            .flatten()
            .ok_or_else(|| fault::damaged("缺少工作表内容"))?;
        if !self.merges.contains_key(&part) {
            let merges = self
                .package
                .scan(part, |meter| Merges::search(&mut *meter))?;
            self.merges.insert(part, merges);
        }
        Ok(part)
    }

    fn read(
        &mut self,
        sheet: usize,
        visit: &mut dyn FnMut(SheetRow) -> ControlFlow<()>,
    ) -> Result<SheetFacts, Fault> {
        let part = self.searched(sheet)?;
        let limit = self.package.limit();
        let mut reader = SheetReader {
            xml: self.package.xml(part, "工作表内容")?,
            lookup: &self.lookup,
            merged: self.merges.get(&part).map(Merged::new).unwrap_or_default(),
            facts: SheetFacts::default(),
            row: 0,
            text: String::new(),
            piece: String::new(),
            width: 0,
            spent: 0,
            limit,
        };
        reader.rows(visit)?;
        Ok(reader.facts)
    }
}

impl Workbook for Xlsx {
    fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    fn rows(
        &mut self,
        sheet: usize,
        visit: &mut dyn FnMut(SheetRow) -> ControlFlow<()>,
    ) -> Result<SheetFacts, OpError> {
        let name = self.sheets.get(sheet).map(|s| s.name.clone());
        let mut visiting = false;
        // As in `Sheets::open`: a panic over a hostile file is reported as
        // damage. What the reader keeps between calls is only replaced whole,
        // so nothing half-done is left behind.
        let result = catch_unwind(AssertUnwindSafe(|| {
            self.read(sheet, &mut |row| {
                visiting = true;
                let flow = visit(row);
                visiting = false;
                flow
            })
        }));
        match result {
            Ok(Ok(facts)) => Ok(facts),
            Ok(Err(fault)) => Err(at(&fault, name)),
            // The visitor's own panic is not the file's fault.
            Err(panic) if visiting => resume_unwind(panic),
            Err(_) => Err(at(&fault::damaged("工作表内容"), name)),
        }
    }

    fn merged_ranges(&mut self, sheet: usize) -> Result<Vec<MergedRange>, OpError> {
        let name = self.sheets.get(sheet).map(|s| s.name.clone());
        // The search is a walk over bytes that cannot panic on their content.
        let part = self.searched(sheet).map_err(|fault| at(&fault, name))?;
        Ok(self
            .merges
            .get(&part)
            .map(Merges::ranges)
            .unwrap_or_default())
    }
}

pub(crate) fn at(fault: &Fault, sheet: Option<String>) -> OpError {
    let place = Place {
        sheet,
        ..Place::default()
    };
    Problem::clone(fault).at(place).into()
}

struct SheetReader<'a> {
    xml: Xml<'a>,
    lookup: &'a Lookup,
    merged: Merged<'a>,
    facts: SheetFacts,
    /// Row that was read last, as Excel numbers them; 0 before the first.
    row: u32,
    /// Scratch for the text of one cell.
    text: String,
    /// Scratch for one run of it.
    piece: String,
    /// Cells of the row before, as a guess at those of the next.
    width: usize,
    /// Bytes of text handed out. Many cells may point to one long shared
    /// string, so the size of the parts does not bound it.
    spent: u64,
    limit: u64,
}

/// Attributes of a cell.
#[derive(Clone, Copy)]
struct CellHead {
    column: u32,
    style: usize,
    kind: Kind,
}

/// Type of a cell (ECMA-376 part 1, 18.18.11).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Shared,
    Inline,
    Formula,
    Bool,
    Error,
    Date,
}

impl SheetReader<'_> {
    fn rows(&mut self, visit: &mut dyn FnMut(SheetRow) -> ControlFlow<()>) -> Result<(), Fault> {
        // Up to the cells.
        loop {
            match self.xml.next()? {
                Node::Open(tag) => match local(&tag) {
                    "sheetData" => break,
                    "col" => hidden_columns(&tag, &mut self.facts.hidden_columns),
                    _ => {}
                },
                Node::Close | Node::Text(_) | Node::Other => {}
                Node::End => return Err(self.xml.damaged()),
            }
        }
        let mut last = 0;
        loop {
            let hidden = match self.xml.next()? {
                Node::Open(tag) if local(&tag) == "row" => {
                    let mut row = None;
                    let mut hidden = false;
                    for (key, value) in attributes(&tag) {
                        match key {
                            "r" => row = Some(value.trim().parse::<u32>().unwrap_or(0)),
                            "hidden" => hidden = truth(value),
                            _ => {}
                        }
                    }
                    self.row = row.unwrap_or(self.row.saturating_add(1));
                    hidden
                }
                Node::Open(_) => {
                    self.xml.skip()?;
                    continue;
                }
                // Elements inside were passed whole, so this is the end of the cells.
                Node::Close => return Ok(()),
                Node::Text(_) | Node::Other => continue,
                Node::End => return Err(self.xml.damaged()),
            };
            let cells = self.cells()?;
            if cells.is_empty() {
                continue;
            }
            // Rows out of order, twice or beyond the last one: Excel refuses
            // such a sheet too. Blank ones do no harm, and some writers repeat them.
            if self.row <= last || self.row > ROWS {
                return Err(self.xml.damaged());
            }
            last = self.row;
            let row = SheetRow {
                row: self.row,
                hidden,
                cells,
            };
            if visit(row).is_break() {
                return Ok(());
            }
        }
    }

    /// The cells of the row that was just opened; passes its end.
    fn cells(&mut self) -> Result<Vec<Cell>, Fault> {
        let mut cells: Vec<Cell> = Vec::with_capacity(self.width);
        let mut next = 0_u32;
        loop {
            let head = match self.xml.next()? {
                Node::Open(tag) if local(&tag) == "c" => cell_head(&tag, next),
                Node::Open(_) => {
                    self.xml.skip()?;
                    continue;
                }
                Node::Close => {
                    self.width = cells.len();
                    return Ok(cells);
                }
                Node::Text(_) | Node::Other => continue,
                Node::End => return Err(self.xml.damaged()),
            };
            // Cells out of order, twice, beyond the last column or of an
            // unknown type.
            let head = head
                .filter(|h| h.column >= next && h.column < COLUMNS)
                .ok_or_else(|| self.xml.damaged())?;
            next = head.column + 1;
            let (value, formula) = self.value(head)?;
            if let Some(value) = value {
                cells.push(Cell {
                    column: head.column,
                    value,
                    formula,
                    merged: self.merged.holds(self.row, head.column),
                });
            }
        }
    }

    /// Value of the cell that was just opened, and whether it has a formula;
    /// passes its end. Blank cells have no value.
    fn value(&mut self, head: CellHead) -> Result<(Option<CellValue>, bool), Fault> {
        enum Part {
            Value,
            Formula,
            Inline,
            Unknown,
        }
        let mut formula = false;
        let mut stored = false;
        self.text.clear();
        loop {
            let part = match self.xml.next()? {
                Node::Open(tag) => match local(&tag) {
                    "v" => Part::Value,
                    "f" => Part::Formula,
                    "is" => Part::Inline,
                    _ => Part::Unknown,
                },
                Node::Close => break,
                Node::Text(_) | Node::Other => continue,
                Node::End => return Err(self.xml.damaged()),
            };
            match part {
                // An inline string stands in `is`; a `v` beside it repeats it.
                Part::Value if head.kind == Kind::Inline && !self.text.is_empty() => {
                    self.xml.skip()?
                }
                Part::Value => {
                    stored = true;
                    self.text.clear();
                    self.xml.text(&mut self.text)?;
                }
                Part::Inline => {
                    self.text.clear();
                    rich_text(&mut self.xml, &mut self.text, &mut self.piece)?;
                }
                Part::Formula => {
                    formula = true;
                    self.xml.skip()?;
                }
                Part::Unknown => self.xml.skip()?,
            }
        }
        if self.text.is_empty() {
            // A formula whose result is an empty text is blank; without any
            // result it was never computed.
            let missing = formula && !(stored && head.kind == Kind::Formula);
            return Ok((missing.then_some(CellValue::FormulaWithoutValue), formula));
        }
        let value = match head.kind {
            Kind::Shared => {
                let number = self.text.trim().parse().ok();
                let text = number.and_then(|n| self.lookup.strings.get(n));
                let text = text.ok_or_else(|| self.xml.damaged())?;
                if text.is_empty() {
                    return Ok((None, formula));
                }
                CellValue::Text(text.to_owned())
            }
            Kind::Inline => CellValue::Text(self.text.clone()),
            Kind::Formula => CellValue::Text(unescape(&self.text).into_owned()),
            Kind::Bool => match self.text.trim() {
                "1" | "true" | "TRUE" => CellValue::Bool(true),
                "0" | "false" | "FALSE" => CellValue::Bool(false),
                _ => return Err(self.xml.damaged()),
            },
            Kind::Error => CellValue::Error(self.text.trim().to_owned()),
            Kind::Date => iso_date(self.text.trim())
                .map_or_else(|| CellValue::Text(self.text.clone()), CellValue::Date),
            Kind::Number => match self.text.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => {
                    let date = self
                        .lookup
                        .styles
                        .is_date(head.style)
                        .then(|| serial_date(number, self.lookup.epoch_1904))
                        .flatten();
                    date.map_or(CellValue::Number(number), CellValue::Date)
                }
                // Not a number after all: the rules judge what stands there.
                Ok(_) | Err(_) => CellValue::Text(self.text.clone()),
            },
        };
        if let CellValue::Text(text) = &value {
            self.spent = self
                .spent
                .saturating_add(u64::try_from(text.len()).unwrap_or(u64::MAX));
            if self.spent > self.limit {
                return Err(fault::unpacked(self.spent, self.limit));
            }
        }
        Ok((Some(value), formula))
    }
}

/// Reads a cell's attributes; a cell without reference stands in column `next`.
fn cell_head(tag: &BytesStart<'_>, next: u32) -> Option<CellHead> {
    let mut head = CellHead {
        column: next,
        style: 0,
        kind: Kind::Number,
    };
    for (key, value) in attributes(tag) {
        match key {
            // The row in it is not looked at: the row's own number counts.
            "r" => head.column = reference(value.trim())?.0,
            "s" => head.style = value.trim().parse().unwrap_or(0),
            "t" => {
                head.kind = match value {
                    "n" => Kind::Number,
                    "s" => Kind::Shared,
                    "inlineStr" => Kind::Inline,
                    "str" => Kind::Formula,
                    "b" => Kind::Bool,
                    "e" => Kind::Error,
                    "d" => Kind::Date,
                    _ => return None,
                }
            }
            _ => {}
        }
    }
    Some(head)
}

fn hidden_columns(tag: &BytesStart<'_>, hidden: &mut Vec<u32>) {
    let find = |key| attributes(tag).find(|a| a.0 == key).map(|a| a.1);
    if !find("hidden").is_some_and(truth) {
        return;
    }
    let number = |key| find(key)?.trim().parse::<u32>().ok();
    let (Some(min), Some(max)) = (number("min"), number("max")) else {
        return;
    };
    // Ranges rise in a sound file; holding on to that also bounds the list.
    let from = hidden
        .last()
        .map_or(0, |last| last + 1)
        .max(min.saturating_sub(1));
    hidden.extend(from..max.min(COLUMNS));
}

/// Date of a serial number. 1900-02-29, which Excel shows but which never was,
/// and numbers outside the calendar have none.
pub(crate) fn serial_date(serial: f64, epoch_1904: bool) -> Option<NaiveDateTime> {
    // Up to the end of 9999; without the bound the conversion would wrap.
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let (year, month, day, hour, minute, second, milli) =
        ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, epoch_1904).to_ymd_hms_milli();
    NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day))?.and_hms_milli_opt(
        u32::from(hour),
        u32::from(minute),
        u32::from(second),
        u32::from(milli),
    )
}

/// A cell of type `d`: ISO 8601, date with or without a time.
fn iso_date(text: &str) -> Option<NaiveDateTime> {
    if let Ok(zoned) = DateTime::parse_from_rfc3339(text) {
        return Some(zoned.naive_local());
    }
    if let Ok(local) = text.parse::<NaiveDateTime>() {
        return Some(local);
    }
    Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN))
}
