//! Rows of a .csv: comma, tab or semicolon, in UTF-8, UTF-16 or GB18030.
//!
//! csv-core splits the records. The `csv` crate above it would hold a record
//! of any length, and skips blank lines unseen, after which no row has the
//! number that Excel shows.

use std::ops::ControlFlow;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use ekatong_core::error::{OpError, Place, Problem};
use ekatong_core::import::cells::{
    Cell, CellValue, Container, MergedRange, SheetFacts, SheetInfo, SheetRow, Workbook,
};
use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8};
use memchr::memchr;

use crate::fault::{self, Fault};
use crate::text::COLUMNS;

/// Decoded bytes held at once.
const CHUNK: usize = 1 << 16;
/// Longest record in bytes. Excel's longest cell has 32 767 characters.
const LONGEST_RECORD: usize = 2_000_000;
/// Lines at the start that the separator is looked for in: a title or some
/// instructions may stand above the headings.
const LINES: usize = 10;
/// Separators, the likelier one first.
const SEPARATORS: [u8; 3] = [b',', b'\t', b';'];

/// An opened .csv.
pub(crate) struct Csv {
    bytes: Vec<u8>,
    encoding: &'static Encoding,
    /// Length of the byte order mark.
    mark: usize,
    /// Length of a `sep=` line in decoded bytes. Excel takes it as an order
    /// and shows the line after it as row 1.
    order: usize,
    separator: u8,
    sheet: SheetInfo,
}

impl Csv {
    /// Decides on encoding and separator, and proves that all of the file is text.
    ///
    /// # Errors
    /// `file.damaged`.
    pub(crate) fn open(bytes: Vec<u8>, file_name: &str) -> Result<Self, Fault> {
        let (encoding, mark) = Encoding::for_bom(&bytes).unwrap_or_else(|| {
            let strict = std::str::from_utf8(&bytes).is_ok();
            (if strict { UTF_8 } else { GB18030 }, 0)
        });
        let mut text = Text::new(&bytes, encoding, mark);
        let mut chunk = vec![0; CHUNK];
        let mut head = Vec::new();
        loop {
            let read = text.read(&mut chunk).ok_or_else(fault::encoding)?;
            let decoded = chunk.get(..read).unwrap_or_default();
            if decoded.is_empty() {
                break;
            }
            if memchr(0, decoded).is_some() {
                return Err(fault::nul());
            }
            if head.is_empty() {
                head = decoded.to_vec();
            }
        }
        let (separator, order) = match order(&head) {
            Some((separator, length)) => (separator, length),
            None => (separator(&head), 0),
        };
        let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
        let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        Ok(Self {
            bytes,
            encoding,
            mark,
            order,
            separator,
            sheet: SheetInfo {
                name: name.to_owned(),
                visible: true,
            },
        })
    }

    fn read(&self, visit: &mut dyn FnMut(SheetRow) -> ControlFlow<()>) -> Result<(), Problem> {
        let mut records = Records::new(self);
        while let Some(row) = records.next()? {
            // A record of separators alone counts as a row, but holds nothing.
            if !row.cells.is_empty() && visit(row).is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl Workbook for Csv {
    fn container(&self) -> Container {
        Container::Csv
    }

    fn sheets(&self) -> &[SheetInfo] {
        std::slice::from_ref(&self.sheet)
    }

    fn rows(
        &mut self,
        sheet: usize,
        visit: &mut dyn FnMut(SheetRow) -> ControlFlow<()>,
    ) -> Result<SheetFacts, OpError> {
        if sheet != 0 {
            return Err((*fault::damaged("缺少工作表内容")).into());
        }
        self.read(visit)?;
        Ok(SheetFacts::default())
    }

    fn merged_ranges(&mut self, _sheet: usize) -> Result<Vec<MergedRange>, OpError> {
        Ok(Vec::new())
    }
}

/// The file's text in UTF-8, piece by piece.
struct Text<'a> {
    decoder: Decoder,
    rest: &'a [u8],
    done: bool,
}

impl<'a> Text<'a> {
    fn new(bytes: &'a [u8], encoding: &'static Encoding, mark: usize) -> Self {
        Self {
            decoder: encoding.new_decoder_without_bom_handling(),
            rest: bytes.get(mark..).unwrap_or_default(),
            done: false,
        }
    }

    /// Fills the buffer from its start; 0 at the end, none where a byte does
    /// not belong to the encoding.
    fn read(&mut self, buffer: &mut [u8]) -> Option<usize> {
        if self.done {
            return Some(0);
        }
        let (result, read, written) = self
            .decoder
            .decode_to_utf8_without_replacement(self.rest, buffer, true);
        self.rest = self.rest.get(read..).unwrap_or_default();
        match result {
            DecoderResult::OutputFull => Some(written),
            DecoderResult::InputEmpty => {
                self.done = true;
                Some(written)
            }
            DecoderResult::Malformed(_, _) => None,
        }
    }
}

/// The records of the file with the numbers that Excel shows for them.
struct Records<'a> {
    text: Text<'a>,
    parser: Reader,
    /// Decoded bytes, of which those from `at` to `end` are not used yet.
    chunk: Vec<u8>,
    at: usize,
    end: usize,
    /// Fields of one record, one after the other, and where each ends.
    fields: Vec<u8>,
    ends: Vec<usize>,
    row: u32,
}

impl<'a> Records<'a> {
    fn new(csv: &'a Csv) -> Self {
        let mut records = Self {
            text: Text::new(&csv.bytes, csv.encoding, csv.mark),
            parser: ReaderBuilder::new().delimiter(csv.separator).build(),
            chunk: vec![0; CHUNK],
            at: 0,
            end: 0,
            fields: vec![0; 1024],
            ends: vec![0; 32],
            row: 0,
        };
        // An order lies within the first piece that `open` saw, which has the
        // same size.
        records.fill();
        records.at = csv.order.min(records.end);
        records
    }

    /// The next byte without taking it; none at the end.
    fn peek(&mut self) -> Option<u8> {
        if self.at == self.end {
            self.fill();
        }
        self.chunk.get(self.at..self.end)?.first().copied()
    }

    fn fill(&mut self) {
        // `open` proved the encoding, so there is nothing left to refuse here.
        self.end = self.text.read(&mut self.chunk).unwrap_or(0);
        self.at = 0;
    }

    /// Passes the end of a line, `\r`, `\n` or both; false when there is none.
    fn line_end(&mut self) -> bool {
        match self.peek() {
            Some(b'\n') => self.at += 1,
            Some(b'\r') => {
                self.at += 1;
                self.line_feed();
            }
            Some(_) | None => return false,
        }
        true
    }

    /// Passes the `\n` of a `\r\n`.
    fn line_feed(&mut self) {
        if self.peek() == Some(b'\n') {
            self.at += 1;
        }
    }

    /// The next record; none at the end. One that holds nothing has no cells.
    fn next(&mut self) -> Result<Option<SheetRow>, Problem> {
        // The parser would pass blank lines without a word.
        while self.line_end() {
            self.row = self.row.saturating_add(1);
        }
        if self.peek().is_none() {
            return Ok(None);
        }
        self.row = self.row.saturating_add(1);
        let (mut written, mut ended) = (0, 0);
        loop {
            let input = match self.peek() {
                Some(_) => self.chunk.get(self.at..self.end).unwrap_or_default(),
                // A line end closes the last record, unless a quote is open.
                None => b"\n",
            };
            let at_end = self.at == self.end;
            let output = self.fields.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(ended..).unwrap_or_default();
            let (result, read, bytes, fields) = self.parser.read_record(input, output, ends);
            let last = read.checked_sub(1).and_then(|i| input.get(i)).copied();
            written += bytes;
            ended += fields;
            if !at_end {
                self.at += read;
            }
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => {
                    if last == Some(b'\r') {
                        self.line_feed();
                    }
                    return Ok(Some(self.row(ended)));
                }
                ReadRecordResult::InputEmpty if at_end => {
                    return Err(self.problem("这一行的引号（\"）没有成对"));
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.fields.len() < LONGEST_RECORD => {
                    let longer = (self.fields.len() * 2).min(LONGEST_RECORD);
                    self.fields.resize(longer, 0);
                }
                ReadRecordResult::OutputFull => {
                    return Err(self.problem("这一行过长，可能是引号（\"）没有成对"));
                }
                ReadRecordResult::OutputEndsFull
                    if self.ends.len() < usize::try_from(COLUMNS).unwrap_or(usize::MAX) =>
                {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    return Err(self.problem("这一行的列太多"));
                }
            }
        }
    }

    fn row(&self, fields: usize) -> SheetRow {
        let mut cells = Vec::with_capacity(fields);
        let mut start = 0;
        for (column, end) in (0_u32..).zip(self.ends.iter().take(fields)) {
            let field = self.fields.get(start..*end).unwrap_or_default();
            start = *end;
            // Separators and quotes are ASCII, so fields of UTF-8 are UTF-8.
            let text = String::from_utf8_lossy(field);
            let text = as_text(&text);
            if !text.is_empty() {
                cells.push(Cell {
                    column,
                    value: CellValue::Text(text),
                    formula: false,
                    merged: false,
                });
            }
        }
        SheetRow {
            row: self.row,
            hidden: false,
            cells,
        }
    }

    fn problem(&self, what: &str) -> Problem {
        Problem::clone(&fault::damaged(what)).at(Place {
            row: Some(self.row),
            ..Place::default()
        })
    }
}

/// The text of a field. `="…"` is how programs keep Excel from making a number
/// of a text; the digits inside are meant.
fn as_text(field: &str) -> String {
    field
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .map_or_else(|| field.to_owned(), |inner| inner.replace("\"\"", "\""))
}

/// The separator that a first line `sep=;` orders, and the length of that line.
fn order(head: &[u8]) -> Option<(u8, usize)> {
    let line = head.split(|b| matches!(b, b'\r' | b'\n')).next()?;
    let inner = line
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""))
        .unwrap_or(line);
    let (key, value) = inner.split_at_checked(4)?;
    let &[separator] = value else {
        return None;
    };
    if !key.eq_ignore_ascii_case(b"sep=") || !separator.is_ascii() || separator == b'"' {
        return None;
    }
    let end = match head.get(line.len()..) {
        Some([b'\r', b'\n', ..]) => 2,
        Some([]) | None => 0,
        Some(_) => 1,
    };
    Some((separator, line.len() + end))
}

/// The separator that one of the first lines has most of, outside quotes.
fn separator(head: &[u8]) -> u8 {
    let mut most = [0_usize; SEPARATORS.len()];
    let mut here = [0_usize; SEPARATORS.len()];
    let mut lines = 0;
    let mut quoted = false;
    for byte in head.iter().chain(b"\n") {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => {
                lines += usize::from(here != [0; SEPARATORS.len()]);
                for (most, here) in most.iter_mut().zip(&mut here) {
                    *most = (*most).max(std::mem::take(here));
                }
                if lines == LINES {
                    break;
                }
            }
            byte if !quoted => {
                for (here, separator) in here.iter_mut().zip(SEPARATORS) {
                    *here += usize::from(*byte == separator);
                }
            }
            _ => {}
        }
    }
    // `max_by_key` gives the last of equals, and the first is the likelier one.
    SEPARATORS
        .into_iter()
        .zip(most)
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(separator, _)| separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &[u8]) -> Csv {
        Csv::open(text.to_vec(), "新生.csv").unwrap()
    }

    fn rows(csv: &mut Csv) -> Vec<(u32, Vec<(u32, String)>)> {
        let mut rows = Vec::new();
        csv.rows(0, &mut |row| {
            let cells = row.cells.iter().map(|cell| {
                let CellValue::Text(text) = &cell.value else {
                    panic!("{cell:?}");
                };
                (cell.column, text.clone())
            });
            rows.push((row.row, cells.collect()));
            ControlFlow::Continue(())
        })
        .unwrap();
        rows
    }

    fn texts(text: &[u8]) -> Vec<(u32, Vec<String>)> {
        rows(&mut open(text))
            .into_iter()
            .map(|(row, cells)| (row, cells.into_iter().map(|(_, text)| text).collect()))
            .collect()
    }

    fn owned(rows: &[(u32, &[&str])]) -> Vec<(u32, Vec<String>)> {
        rows.iter()
            .map(|(row, cells)| (*row, cells.iter().map(|c| (*c).to_owned()).collect()))
            .collect()
    }

    #[test]
    fn rows_have_the_numbers_that_excel_shows() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "", ",", "\"x\ny\",z", "\"p\r\nq\"", "", "", "last,"].join(end);
            for text in [text.clone(), text + end] {
                assert_eq!(
                    texts(text.as_bytes()),
                    owned(&[
                        (1, &["a", "b"]),
                        (4, &["x\ny", "z"]),
                        (5, &["p\r\nq"]),
                        (8, &["last"]),
                    ]),
                    "{end:?}"
                );
            }
        }
        assert_eq!(texts(b"\n\n\n"), []);
        assert_eq!(texts(b"\r\r\na"), owned(&[(3, &["a"])]));
    }

    #[test]
    fn numbers_hold_across_pieces() {
        // Line ends and quotes fall on every place of a piece's border.
        for shift in 0..4 {
            let mut text = "x".repeat(shift) + "\r\n";
            let mut expected = if shift > 0 { vec![1] } else { vec![] };
            for row in 2..40_000 {
                if row % 3 == 0 {
                    text.push_str("\r\n");
                } else {
                    text.push_str("甲,\"一\r\n二\"\r\n");
                    expected.push(row);
                }
            }
            let got: Vec<u32> = texts(text.as_bytes()).iter().map(|r| r.0).collect();
            assert!(got == expected, "{shift}");
        }
    }

    #[test]
    fn encodings_are_told_apart() {
        let text = "姓名,住址\r\n𠮷田,\"梧桐路,1号\"\r\n";
        let utf16: Vec<u16> = text.encode_utf16().collect();
        let little = utf16.iter().flat_map(|unit| unit.to_le_bytes());
        let big = utf16.iter().flat_map(|unit| unit.to_be_bytes());
        let gb = GB18030.encode(text).0.into_owned();
        assert!(std::str::from_utf8(&gb).is_err());
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            gb,
            b"\xFF\xFE".iter().copied().chain(little).collect(),
            b"\xFE\xFF".iter().copied().chain(big).collect(),
        ] {
            assert_eq!(
                texts(&bytes),
                owned(&[(1, &["姓名", "住址"]), (2, &["𠮷田", "梧桐路,1号"])])
            );
        }
    }

    #[test]
    fn separators_are_found_or_ordered() {
        for text in [
            "a,b;c\n1,2;3\n",
            "sep=,\na,b;c\n1,2;3",
            "\"sep=,\"\r\na,b;c\r1,2;3",
        ] {
            assert_eq!(
                texts(text.as_bytes()),
                owned(&[(1, &["a", "b;c"]), (2, &["1", "2;3"])]),
                "{text}"
            );
        }
        for (text, want) in [
            ("标题：一,二\na\tb\tc\n", vec!["a", "b", "c"]),
            ("说明\n\"x,y,z\";b;c\n", vec!["x,y,z", "b", "c"]),
            ("SEP=|\na|b,c\n", vec!["a", "b,c"]),
        ] {
            let rows = texts(text.as_bytes());
            assert_eq!(rows.last().map(|r| r.1.clone()).unwrap_or_default(), want);
        }
        assert_eq!(texts(b"sep=;"), []);
        assert_eq!(texts(b"sep=ab,c"), owned(&[(1, &["sep=ab", "c"])]));
    }

    #[test]
    fn every_field_is_the_text_it_is() {
        let text = "3.20508E+17,=\"0123\",\"=\"\"0\"\"\"\"1\"\"\",=1+1, 0 ,\"\",00\n";
        assert_eq!(
            rows(&mut open(text.as_bytes()))[0].1,
            [
                (0, "3.20508E+17"),
                (1, "0123"),
                (2, "0\"1"),
                (3, "=1+1"),
                (4, " 0 "),
                (6, "00"),
            ]
            .map(|(column, text)| (column, text.to_owned()))
        );
        let csv = open(text.as_bytes());
        assert_eq!(csv.sheets()[0].name, "新生");
        assert_eq!(csv.container(), Container::Csv);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for (bytes, says) in [
            (&b"a,b\n1,\0\n"[..], "空字符"),
            (b"\xFF\xFEa\0\0\0", "空字符"),
            (b"\xFF\xFEa", "编码"),
            (b"a\xFF\xFF", "编码"),
            (b"\xEF\xBB\xBFa\xB5", "编码"),
        ] {
            let Err(fault) = Csv::open(bytes.to_vec(), "a.csv") else {
                panic!("{bytes:?} was opened");
            };
            assert!(fault.message.contains(says), "{}", fault.message);
            assert!(fault.message.contains(".xlsx"), "{}", fault.message);
        }
    }

    #[test]
    fn open_quotes_and_endless_rows_are_told_with_their_row() {
        let long = "a\n\nb,\"".to_owned() + &"x\n".repeat(1_500_000);
        let wide = "a\n\n\"b".to_owned() + &"\",\"".repeat(20_000) + "\"";
        for (text, says) in [
            ("a\n\nb,\"c\nd\n", "没有成对"),
            (long.as_str(), "过长"),
            (wide.as_str(), "列太多"),
        ] {
            let error = open(text.as_bytes())
                .rows(0, &mut |_| ControlFlow::Continue(()))
                .unwrap_err();
            let problem = &error.problems()[0];
            assert_eq!(problem.place.row, Some(3), "{says}");
            assert!(problem.message.contains(says), "{}", problem.message);
        }
    }
}
