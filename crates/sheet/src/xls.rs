//! Cells of an .xls of Excel 97–2003 (BIFF8, \[MS-XLS\]) as rows.
//!
//! The workbook is one stream of records: type, length, data. The one walk of
//! [`Xls::open`] takes the shared strings and which formats show dates; each
//! reading of a sheet walks its records once to learn where the cells stand
//! ([`Layout`]) and then decodes them row by row. Nothing that is made grows
//! beyond what the records really hold.

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::ops::{ControlFlow, RangeInclusive};

use cfb::CompoundFile;
use ekatong_core::error::OpError;
use ekatong_core::import::cells::{
    Cell, CellValue, Container, FileLimits, MergedRange, SheetFacts, SheetInfo, SheetRow, Workbook,
};

use crate::fault::{self, Fault};
use crate::merges::{Merge, Merged, Merges};
use crate::read::{at, serial_date};
use crate::strings::Strings;
use crate::styles::{built_in_date, shows_date};

/// Columns of a sheet.
const COLUMNS: u16 = 256;

/// Types of the records that are read; \[MS-XLS\] 2.3 has all of them.
mod kind {
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const EOF: u16 = 0x000A;
    pub(super) const DATE_MODE: u16 = 0x0022;
    pub(super) const FILE_PASS: u16 = 0x002F;
    pub(super) const CONTINUE: u16 = 0x003C;
    pub(super) const COL_INFO: u16 = 0x007D;
    pub(super) const BOUND_SHEET: u16 = 0x0085;
    pub(super) const MUL_RK: u16 = 0x00BD;
    pub(super) const R_STRING: u16 = 0x00D6;
    pub(super) const XF: u16 = 0x00E0;
    pub(super) const MERGE_CELLS: u16 = 0x00E5;
    pub(super) const SST: u16 = 0x00FC;
    pub(super) const LABEL_SST: u16 = 0x00FD;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const LABEL: u16 = 0x0204;
    pub(super) const BOOL_ERR: u16 = 0x0205;
    pub(super) const STRING: u16 = 0x0207;
    pub(super) const ROW: u16 = 0x0208;
    pub(super) const ARRAY: u16 = 0x0221;
    pub(super) const TABLE: u16 = 0x0236;
    pub(super) const RK: u16 = 0x027E;
    pub(super) const FORMAT: u16 = 0x041E;
    pub(super) const SHARED_FORMULA: u16 = 0x04BC;
    pub(super) const BOF: u16 = 0x0809;
}

/// An opened .xls.
pub(crate) struct Xls {
    stream: Vec<u8>,
    sheets: Vec<SheetInfo>,
    /// Where the records of each sheet begin.
    starts: Vec<usize>,
    strings: Strings,
    /// For each cell style: true when it shows dates or times.
    dates: Vec<bool>,
    epoch_1904: bool,
    /// Bytes of text that the cells of a sheet may show, all together.
    limit: u64,
}

impl Xls {
    /// # Errors
    /// `file.damaged`, `file.encrypted`, `file.kind`, `file.too_large`.
    pub(crate) fn open(bytes: Vec<u8>, limits: FileLimits) -> Result<Self, Fault> {
        let stream = workbook_stream(bytes)?;
        let mut book = Self {
            stream: Vec::new(),
            sheets: Vec::new(),
            starts: Vec::new(),
            strings: Strings::default(),
            dates: Vec::new(),
            epoch_1904: false,
            limit: limits.unpacked,
        };
        book.read_globals(&stream).ok_or_else(damaged)??;
        book.stream = stream;
        if book.sheets.is_empty() {
            return Err(fault::damaged("没有工作表"));
        }
        if u64::try_from(book.strings.len()).unwrap_or(u64::MAX) > limits.unpacked {
            return Err(fault::unpacked(limits.unpacked + 1, limits.unpacked));
        }
        Ok(book)
    }

    /// Reads what all sheets share; none where the records are cut off.
    fn read_globals(&mut self, stream: &[u8]) -> Option<Result<(), Fault>> {
        let mut records = Records::new(stream, 0);
        let bof = records.next()?;
        // Excel 5 and 95 wrote bytes of the machine's own code page.
        if bof.kind != kind::BOF || word(bof.data, 0)? != 0x0600 {
            return Some(Err(fault::kind("不支持 Excel 5.0/95 的旧工作簿（.xls）")));
        }
        let mut formats = HashMap::new();
        let mut styles = Vec::new();
        loop {
            let Record { kind, data, .. } = records.next()?;
            match kind {
                kind::EOF => break,
                kind::FILE_PASS => return Some(Err(fault::encrypted())),
                kind::DATE_MODE => self.epoch_1904 = word(data, 0)? == 1,
                kind::FORMAT => {
                    let (id, text) = (word(data, 0)?, data.get(2..)?);
                    let mut code = Vec::new();
                    let length = word(text, 0)?;
                    Pieces::alone(text.get(2..)?).characters(length, &mut code)?;
                    formats.insert(id, shows_date(&String::from_utf16_lossy(&code)));
                }
                kind::XF => styles.push(word(data, 2)?),
                kind::BOUND_SHEET => self.bound_sheet(data)?,
                kind::SST => self.strings = shared_strings(stream, &records, data)?,
                _ => {}
            }
        }
        self.dates = styles
            .into_iter()
            .map(|id| {
                let own = formats.get(&id).copied();
                own.unwrap_or_else(|| built_in_date(u32::from(id)))
            })
            .collect();
        Some(Ok(()))
    }

    fn bound_sheet(&mut self, data: &[u8]) -> Option<()> {
        let start = usize::try_from(double(data, 0)?).ok()?;
        let (state, sort) = (*data.get(4)?, *data.get(5)?);
        // Charts and macro sheets hold no table.
        if sort == 0 {
            let mut name = Vec::new();
            let length = u16::from(*data.get(6)?);
            Pieces::alone(data.get(7..)?).characters(length, &mut name)?;
            self.starts.push(start);
            self.sheets.push(SheetInfo {
                name: String::from_utf16_lossy(&name),
                visible: state & 3 == 0,
            });
        }
        Some(())
    }

    fn layout(&self, sheet: usize) -> Result<Layout, Fault> {
        let start = *self
            .starts
            .get(sheet)
            .ok_or_else(|| fault::damaged("缺少工作表内容"))?;
        Layout::read(&self.stream, start).ok_or_else(damaged)
    }

    fn read(
        &self,
        sheet: usize,
        visit: &mut dyn FnMut(SheetRow) -> ControlFlow<()>,
    ) -> Result<SheetFacts, Fault> {
        let layout = self.layout(sheet)?;
        let mut merged = Merged::new(&layout.merges);
        let mut spent = 0_u64;
        for row in layout.cells.chunk_by(|a, b| a.row == b.row) {
            let Some(first) = row.first() else { continue };
            let number = u32::from(first.row) + 1;
            let mut cells = Vec::with_capacity(row.len());
            // Of a cell that is written twice, the later one counts.
            let last_of_each = row.chunk_by(|a, b| a.column == b.column);
            for spot in last_of_each.filter_map(<[Spot]>::last) {
                let (value, formula) = self.value(*spot).ok_or_else(damaged)?;
                let Some(value) = value else { continue };
                if let CellValue::Text(text) = &value {
                    // Many cells may point to one long string.
                    spent = spent.saturating_add(u64::try_from(text.len()).unwrap_or(u64::MAX));
                    if spent > self.limit {
                        return Err(fault::unpacked(spent, self.limit));
                    }
                }
                let column = u32::from(spot.column);
                cells.push(Cell {
                    column,
                    value,
                    formula,
                    merged: merged.holds(number, column),
                });
            }
            if cells.is_empty() {
                continue;
            }
            let row = SheetRow {
                row: number,
                hidden: layout.hidden_rows.binary_search(&first.row).is_ok(),
                cells,
            };
            if visit(row).is_break() {
                break;
            }
        }
        Ok(SheetFacts {
            hidden_columns: layout.hidden_columns,
        })
    }

    /// The value of a cell and whether it has a formula; none where its record
    /// is not what it should be. Blank cells have no value.
    fn value(&self, spot: Spot) -> Option<(Option<CellValue>, bool)> {
        let mut records = Records::new(&self.stream, usize::try_from(spot.at).ok()?);
        let Record { kind, data, .. } = records.next()?;
        let value = match kind {
            kind::LABEL_SST => {
                let number = usize::try_from(double(data, 6)?).ok()?;
                text(self.strings.get(number)?)
            }
            kind::LABEL | kind::R_STRING => {
                let mut pieces = Pieces::new(&self.stream, &records, data.get(8..)?);
                string(&mut pieces, word(data, 6)?)?
            }
            kind::NUMBER => Some(self.number(float(data, 6)?, word(data, 4)?)),
            kind::RK => Some(self.number(rk(double(data, 6)?), word(data, 4)?)),
            kind::MUL_RK => {
                let place = usize::from(spot.column.checked_sub(word(data, 2)?)?) * 6 + 4;
                Some(self.number(rk(double(data, place + 2)?), word(data, place)?))
            }
            kind::BOOL_ERR => Some(bool_or_error(*data.get(6)?, *data.get(7)? == 1)),
            kind::FORMULA => return Some((self.formula(&mut records, data)?, true)),
            _ => None,
        };
        Some((value, false))
    }

    fn number(&self, number: f64, style: u16) -> CellValue {
        if !number.is_finite() {
            return CellValue::Error("#NUM!".to_owned());
        }
        let date = self.dates.get(usize::from(style)).copied().unwrap_or(false);
        date.then(|| serial_date(number, self.epoch_1904))
            .flatten()
            .map_or(CellValue::Number(number), CellValue::Date)
    }

    /// The cached value of a formula; a text stands in a record behind it.
    fn formula(&self, records: &mut Records<'_>, data: &[u8]) -> Option<Option<CellValue>> {
        let result = data.get(6..14)?;
        let marked = word(result, 6)? == 0xFFFF;
        // Programs that do not compute write 0 or an empty text, and ask Excel
        // to do it when the file is opened.
        let asked = word(data, 14)? & 3 != 0;
        let nothing = if marked {
            *result.first()? == 3
        } else {
            double(result, 0)? == 0 && double(result, 4)? == 0
        };
        if asked && nothing {
            return Some(Some(CellValue::FormulaWithoutValue));
        }
        if !marked {
            return Some(Some(self.number(float(data, 6)?, word(data, 4)?)));
        }
        Some(match (*result.first()?, *result.get(2)?) {
            (0, _) => loop {
                let Record { kind, data, .. } = records.next()?;
                match kind {
                    kind::STRING => {
                        let mut pieces = Pieces::new(&self.stream, records, data.get(2..)?);
                        break string(&mut pieces, word(data, 0)?)?;
                    }
                    // What formulas share stands before the first one's text.
                    kind::SHARED_FORMULA | kind::ARRAY | kind::TABLE | kind::CONTINUE => {}
                    _ => break Some(CellValue::FormulaWithoutValue),
                }
            },
            (1, value) => Some(bool_or_error(value, false)),
            (2, value) => Some(bool_or_error(value, true)),
            // An empty text.
            (_, _) => None,
        })
    }
}

impl Workbook for Xls {
    fn container(&self) -> Container {
        Container::Xls
    }

    fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    fn rows(
        &mut self,
        sheet: usize,
        visit: &mut dyn FnMut(SheetRow) -> ControlFlow<()>,
    ) -> Result<SheetFacts, OpError> {
        let name = self.sheets.get(sheet).map(|s| s.name.clone());
        self.read(sheet, visit).map_err(|fault| at(&fault, name))
    }

    fn merged_ranges(&mut self, sheet: usize) -> Result<Vec<MergedRange>, OpError> {
        let name = self.sheets.get(sheet).map(|s| s.name.clone());
        let layout = self.layout(sheet).map_err(|fault| at(&fault, name))?;
        Ok(layout.merges.ranges())
    }
}

fn damaged() -> Fault {
    fault::damaged("工作表内容")
}

/// The stream that holds the workbook. The file's own bytes are let go.
fn workbook_stream(mut bytes: Vec<u8>) -> Result<Vec<u8>, Fault> {
    /// Bytes that one sector of the allocation table stands for.
    const SHARE: usize = 128 * 512;
    let broken = |_| fault::damaged("文件结构不完整");
    let most = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    // SheetJS, with which many web sites export, leaves the unused entries of
    // the table as sectors in use, and cfb misses those sectors.
    bytes.resize(
        512 + bytes.len().saturating_sub(512).next_multiple_of(SHARE),
        0,
    );
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(broken)?;
    if !file.is_stream("/Workbook") && file.is_stream("/Book") {
        return Err(fault::kind("不支持 Excel 5.0/95 的旧工作簿（.xls）"));
    }
    let stream = file.open_stream("/Workbook").map_err(broken)?;
    let mut records = Vec::with_capacity(usize::try_from(stream.len().min(most)).unwrap_or(0));
    // A forged directory may say that the stream is longer than the file.
    stream
        .take(most)
        .read_to_end(&mut records)
        .map_err(broken)?;
    Ok(records)
}

/// A record of the stream.
struct Record<'a> {
    kind: u16,
    data: &'a [u8],
    at: usize,
}

/// Records one after the other.
struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    const fn new(stream: &'a [u8], at: usize) -> Self {
        Self { stream, at }
    }

    /// The next record; none where the stream ends or is cut off.
    fn next(&mut self) -> Option<Record<'a>> {
        let at = self.at;
        let rest = self.stream.get(at..)?;
        let (kind, length) = (word(rest, 0)?, usize::from(word(rest, 2)?));
        let data = rest.get(4..4 + length)?;
        self.at = at + 4 + length;
        Some(Record { kind, data, at })
    }
}

/// The data of a record and of the `Continue` records behind it.
struct Pieces<'a> {
    rest: &'a [u8],
    behind: Records<'a>,
}

impl<'a> Pieces<'a> {
    /// `rest` of a record's data, with what follows the record.
    fn new(stream: &'a [u8], behind: &Records<'_>, rest: &'a [u8]) -> Self {
        Self {
            rest,
            behind: Records::new(stream, behind.at),
        }
    }

    /// A record without any behind it.
    const fn alone(rest: &'a [u8]) -> Self {
        Self {
            rest,
            behind: Records::new(&[], 0),
        }
    }

    /// Moves on to the next `Continue`.
    fn go_on(&mut self) -> Option<()> {
        let next = self.behind.next().filter(|r| r.kind == kind::CONTINUE)?;
        self.rest = next.data;
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        while self.rest.is_empty() {
            self.go_on()?;
        }
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn word(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn double(&mut self) -> Option<u32> {
        Some(u32::from(self.word()?) | u32::from(self.word()?) << 16)
    }

    fn skip(&mut self, mut bytes: usize) -> Option<()> {
        loop {
            let here = bytes.min(self.rest.len());
            self.rest = self.rest.get(here..)?;
            bytes -= here;
            if bytes == 0 {
                return Some(());
            }
            self.go_on()?;
        }
    }

    /// A flags byte and as many UTF-16 units, which are stored in one byte each
    /// where all of a piece are below 256.
    fn characters(&mut self, count: u16, units: &mut Vec<u16>) -> Option<()> {
        let flags = self.byte()?;
        self.units(count, flags, units)
    }

    fn units(&mut self, count: u16, mut flags: u8, units: &mut Vec<u16>) -> Option<()> {
        let mut left = usize::from(count);
        while left > 0 {
            if self.rest.is_empty() {
                // Each further piece begins with flags of its own.
                self.go_on()?;
                flags = self.byte()?;
                continue;
            }
            let width = if flags & 1 == 0 { 1 } else { 2 };
            let here = left.min(self.rest.len() / width);
            if here == 0 {
                // Half a unit.
                return None;
            }
            let (bytes, rest) = self.rest.split_at_checked(here * width)?;
            self.rest = rest;
            if width == 1 {
                units.extend(bytes.iter().copied().map(u16::from));
            } else {
                units.extend(bytes.chunks_exact(2).filter_map(|pair| word(pair, 0)));
            }
            left -= here;
        }
        Some(())
    }
}

/// The shared strings; stops early where the records end, as cells that point
/// behind it show.
fn shared_strings<'a>(stream: &'a [u8], records: &Records<'a>, data: &'a [u8]) -> Option<Strings> {
    let count = double(data, 4)?;
    let mut pieces = Pieces::new(stream, records, data.get(8..)?);
    let mut strings = Strings::default();
    let mut units = Vec::new();
    for _ in 0..count {
        let Some(length) = pieces.word() else { break };
        let flags = pieces.byte()?;
        let runs = if flags & 8 == 0 { 0 } else { pieces.word()? };
        let extra = if flags & 4 == 0 { 0 } else { pieces.double()? };
        units.clear();
        pieces.units(length, flags, &mut units)?;
        strings.push(characters(&units))?;
        // Formats of parts of the text, and phonetic hints.
        pieces.skip(usize::from(runs) * 4 + usize::try_from(extra).ok()?)?;
    }
    Some(strings)
}

/// Characters of UTF-16 units; one that has lost its other half becomes U+FFFD.
fn characters(units: &[u16]) -> impl Iterator<Item = char> + '_ {
    char::decode_utf16(units.iter().copied()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// A text of so many units that is a cell's value; blank without any.
fn string(pieces: &mut Pieces<'_>, count: u16) -> Option<Option<CellValue>> {
    let mut units = Vec::new();
    // Some writers leave the flags of an empty text out.
    if count > 0 {
        pieces.characters(count, &mut units)?;
    }
    Some(text(&characters(&units).collect::<String>()))
}

fn text(text: &str) -> Option<CellValue> {
    (!text.is_empty()).then(|| CellValue::Text(text.to_owned()))
}

/// Where the cells of a sheet stand, and what else is said of it.
#[derive(Default)]
struct Layout {
    /// Cells by row and column; those of one place in the order they came.
    cells: Vec<Spot>,
    merges: Merges,
    /// Rows from 0, rising.
    hidden_rows: Vec<u16>,
    /// Columns from 0, rising.
    hidden_columns: Vec<u32>,
}

/// A cell and where its record begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    row: u16,
    column: u16,
    at: u32,
}

impl Layout {
    /// Walks the records of a sheet; none where they are cut off.
    fn read(stream: &[u8], start: usize) -> Option<Self> {
        let mut records = Records::new(stream, start);
        if records.next()?.kind != kind::BOF {
            return None;
        }
        let mut layout = Self::default();
        let mut merges = Vec::new();
        // A chart inside the sheet has cells of its own.
        let mut inside = 0_u32;
        loop {
            let record = records.next()?;
            let data = record.data;
            match record.kind {
                kind::BOF => inside = inside.checked_add(1)?,
                kind::EOF if inside == 0 => break,
                kind::EOF => inside -= 1,
                _ if inside > 0 => {}
                kind::ROW if word(data, 12)? & 0x20 != 0 => {
                    layout.hidden_rows.push(word(data, 0)?);
                }
                kind::COL_INFO if word(data, 8)? & 1 != 0 => {
                    let columns = word(data, 0)?..=word(data, 2)?.min(COLUMNS - 1);
                    layout.hidden_columns.extend(columns.map(u32::from));
                }
                kind::MERGE_CELLS => {
                    let ranges = data.get(2..)?.chunks_exact(8);
                    merges.extend(ranges.take(usize::from(word(data, 0)?)).filter_map(merge));
                }
                kind::MUL_RK => {
                    let first = word(data, 2)?;
                    let last = word(data, data.len().checked_sub(2)?)?;
                    // Six bytes a cell, beside row, first and last column.
                    let held = u16::try_from(data.len().checked_sub(6)? / 6).ok()?;
                    if last.checked_sub(first)?.checked_add(1)? != held {
                        return None;
                    }
                    layout.push(word(data, 0)?, first..=last, record.at)?;
                }
                kind::LABEL_SST
                | kind::LABEL
                | kind::R_STRING
                | kind::NUMBER
                | kind::RK
                | kind::BOOL_ERR
                | kind::FORMULA => {
                    let column = word(data, 2)?;
                    layout.push(word(data, 0)?, column..=column, record.at)?;
                }
                _ => {}
            }
        }
        layout.merges = merges.into();
        layout.hidden_rows.sort_unstable();
        layout.hidden_columns.sort_unstable();
        layout.hidden_columns.dedup();
        // By place in the stream last, so that a later cell comes later.
        if !layout.cells.is_sorted() {
            layout.cells.sort_unstable();
        }
        Some(layout)
    }

    fn push(&mut self, row: u16, columns: RangeInclusive<u16>, at: usize) -> Option<()> {
        if *columns.end() >= COLUMNS {
            return None;
        }
        let at = u32::try_from(at).ok()?;
        self.cells
            .extend(columns.map(|column| Spot { row, column, at }));
        Some(())
    }
}

/// A merged range of a `MergeCells` record; none for a single cell.
fn merge(range: &[u8]) -> Option<Merge> {
    let (top, bottom) = (word(range, 0)?, word(range, 2)?);
    let (left, right) = (word(range, 4)?, word(range, 6)?);
    let sound = top <= bottom && left <= right && (top, left) != (bottom, right);
    sound.then(|| Merge {
        top: top.into(),
        bottom: bottom.into(),
        left,
        right: right.min(COLUMNS - 1),
    })
}

/// A number in 30 bits: the upper ones of a float or a whole number, and
/// whether it is to be divided by 100 (\[MS-XLS\] 2.5.122).
fn rk(bits: u32) -> f64 {
    let number = if bits & 2 == 0 {
        f64::from_bits(u64::from(bits & !3) << 32)
    } else {
        f64::from(bits.cast_signed() >> 2)
    };
    if bits & 1 == 0 {
        number
    } else {
        number / 100.0
    }
}

fn bool_or_error(value: u8, error: bool) -> CellValue {
    if !error {
        return CellValue::Bool(value != 0);
    }
    let shown = match value {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2B => "#GETTING_DATA",
        _ => "#N/A",
    };
    CellValue::Error(shown.to_owned())
}

fn bytes<const N: usize>(data: &[u8], at: usize) -> Option<[u8; N]> {
    data.get(at..)?.first_chunk().copied()
}

fn word(data: &[u8], at: usize) -> Option<u16> {
    bytes(data, at).map(u16::from_le_bytes)
}

fn double(data: &[u8], at: usize) -> Option<u32> {
    bytes(data, at).map(u32::from_le_bytes)
}

fn float(data: &[u8], at: usize) -> Option<f64> {
    bytes(data, at).map(f64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::rk;

    #[test]
    fn short_numbers_are_read() {
        for (bits, number) in [
            (0x3FF0_0000, 1.0),
            (0x3FF0_0001, 0.01),
            (0x0000_001E, 7.0),
            (0x004B_5646, 1_234_321.0),
            (0x004B_5647, 12_343.21),
            (0xFFFF_FFFE, -1.0),
        ] {
            assert!((rk(bits) - number).abs() < 1e-9, "{bits:#x}: {}", rk(bits));
        }
    }
}
