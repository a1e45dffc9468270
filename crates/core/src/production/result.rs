//! The bureau's result file (结果文件): card numbers and results, by the headings of the
//! template, with the same finding of sheet and heading and the same row errors as imports.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::template::ResultColumns;
use crate::domain::card::CardNo;
use crate::domain::text;
use crate::domain::time::parse_date;
use crate::domain::words::redacted_debug;
use crate::error::{Code, Problem};
use crate::import::duplicates::{FileDuplicates, fingerprint};
use crate::import::row::{Column, ColumnMap, Field, RowReader, TableRow};
use crate::import::table::Entry;

/// Digits that a number of a workbook keeps for certain.
const EXACT_DIGITS: usize = 15;
/// Characters of a reason at most.
const REASON: usize = 200;

/// Places in [`columns`].
mod at {
    pub(super) const LINE: usize = 0;
    pub(super) const PAPER: usize = 1;
    pub(super) const NAME: usize = 2;
    pub(super) const CARD: usize = 3;
    pub(super) const SERIAL: usize = 4;
    pub(super) const CITIZEN: usize = 5;
    pub(super) const OUTCOME: usize = 6;
    pub(super) const REASON: usize = 7;
    pub(super) const VALID: usize = 8;
}

/// A heading that no file has, for columns that the template does not read.
const NOT_READ: &str = "\u{1}";

fn column<'h>(key: &'static str, heading: Option<&'h str>, required: Option<Code>) -> Column<'h> {
    Column {
        key,
        heading: heading.unwrap_or(NOT_READ),
        required,
        old_headings: &[],
        entry: |_| Entry::Text,
        note: "",
        width: 0,
    }
}

/// The columns of a result file; those that the template does not read are never found.
#[must_use]
pub fn columns(result: &ResultColumns) -> Vec<Column<'_>> {
    // Only what the file cannot do without: by it the heading is found.
    let line = result.line_no.as_ref().map(|_| Code::ResultLineMissing);
    let paper = match line {
        None => Some(Code::ResultLineMissing),
        Some(_) => None,
    };
    vec![
        column("lineNo", result.line_no.as_deref(), line),
        column("paper", result.paper.as_deref(), paper),
        column("name", result.name.as_deref(), None),
        column(
            "cardNo",
            Some(&result.card_no),
            Some(Code::ResultCardMissing),
        ),
        column("serialNo", result.serial_no.as_deref(), None),
        column("citizenNo", result.citizen_no.as_deref(), None),
        column("outcome", result.outcome.as_deref(), None),
        column("reason", result.reason.as_deref(), None),
        column("validUntil", result.valid_until.as_deref(), None),
    ]
}

/// What a line of the batch is, as a row is compared with it.
#[derive(Clone)]
pub struct Line {
    /// Number in the batch.
    pub number: i64,
    /// 制卡编号.
    pub line_no: String,
    /// Number of the pupil's paper, as [`text::code`] has it.
    pub paper: String,
    /// Name of the pupil.
    pub name: String,
    /// What is on record.
    pub known: Known,
}

redacted_debug!(Line);

/// What is on record about a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    Waiting,
    /// Made, with these numbers.
    Made(CardNumbers),
    /// Failed.
    Failed,
}

/// The numbers of a card as they are searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardNumbers {
    /// E卡通号.
    pub card: String,
    /// 卡序列号.
    pub serial: Option<String>,
    /// 市民卡卡号.
    pub citizen: Option<String>,
}

/// What a row says.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The card is made.
    Made {
        /// E卡通号.
        card: CardNo,
        /// 卡序列号.
        serial: Option<CardNo>,
        /// 市民卡卡号.
        citizen: Option<CardNo>,
        /// Valid until this day.
        valid_until: Option<NaiveDate>,
    },
    /// It could not be made.
    Failed {
        /// Why.
        reason: String,
    },
}

impl Outcome {
    fn numbers(&self) -> Option<CardNumbers> {
        match self {
            Self::Failed { .. } => None,
            Self::Made {
                card,
                serial,
                citizen,
                ..
            } => Some(CardNumbers {
                card: card.as_str().to_owned(),
                serial: serial.as_ref().map(|n| n.as_str().to_owned()),
                citizen: citizen.as_ref().map(|n| n.as_str().to_owned()),
            }),
        }
    }
}

/// A row that was read.
#[derive(Debug)]
pub struct ResultRow {
    /// Row as Excel shows it.
    pub row: u32,
    /// Number of the line it is about, when it is known.
    pub line: Option<i64>,
    /// What it says; none when something is wrong, and when it says what is on record.
    pub outcome: Option<Outcome>,
    /// True when the same is on record.
    pub unchanged: bool,
    /// Problems with their places.
    pub problems: Vec<Problem>,
}

impl ResultRow {
    /// True when something is wrong with it.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.problems.iter().any(Problem::is_error)
    }
}

/// Checks the rows of a result file against the lines of the batch. `today` is the day
/// of the cards: none is valid only until a day before.
#[must_use]
pub fn check(
    result: &ResultColumns,
    map: &ColumnMap,
    rows: &[TableRow],
    lines: &[Line],
    today: NaiveDate,
) -> Vec<ResultRow> {
    let columns = columns(result);
    let by_no: HashMap<String, &Line> = lines
        .iter()
        .map(|line| (text::code(&line.line_no), line))
        .collect();
    let mut by_paper: HashMap<&str, &Line> = HashMap::new();
    for line in lines {
        by_paper.insert(&line.paper, line);
    }
    let book = Book {
        result,
        by_no,
        by_paper,
        today,
    };
    let mut duplicates = FileDuplicates::new("制卡编号");
    let mut checked: Vec<ResultRow> = rows
        .iter()
        .map(|row| {
            let mut reader = RowReader::new(&columns, map, row);
            let line = book.line(&mut reader);
            let outcome = book.outcome(&mut reader);
            let outcome = match (line, outcome) {
                (Some(line), Some(outcome)) => settle(&mut reader, line, outcome),
                (_, _) => Settled::Wrong,
            };
            let problems = reader.finish();
            let wrong = problems.iter().any(Problem::is_error);
            duplicates.push(
                row.row,
                line.map(|line| fingerprint([line.line_no.as_str()])),
                fingerprint(row.cells.iter().map(|cell| text::code(&cell.text()))),
            );
            ResultRow {
                row: row.row,
                line: line.map(|line| line.number),
                unchanged: !wrong && matches!(outcome, Settled::Unchanged),
                outcome: match outcome {
                    Settled::New(outcome) if !wrong => Some(outcome),
                    Settled::New(_) | Settled::Unchanged | Settled::Wrong => None,
                },
                problems,
            }
        })
        .collect();
    repeated_rows(duplicates, map, &mut checked);
    repeated_numbers(&columns, map, &mut checked);
    checked
}

/// What a row comes to beside what is on record.
enum Settled {
    New(Outcome),
    Unchanged,
    Wrong,
}

fn settle(reader: &mut RowReader<'_>, line: &Line, outcome: Outcome) -> Settled {
    let same = match (&line.known, outcome.numbers()) {
        (Known::Waiting, _) => return Settled::New(outcome),
        (Known::Made(known), Some(numbers)) => *known == numbers,
        (Known::Failed, None) => true,
        (Known::Made(_), None) | (Known::Failed, Some(_)) => false,
    };
    if same {
        return Settled::Unchanged;
    }
    let known = match line.known {
        Known::Made(_) => "已制卡",
        Known::Failed => "制卡失败",
        Known::Waiting => "没有结果",
    };
    reader.report(
        at::CARD,
        Problem::new(Code::ResultConflict).message(format!(
            "这张订单已记为“{known}”，与这一行不同，没有更改，请与制卡单位核对。"
        )),
    );
    Settled::Wrong
}

/// The batch's lines as a row is looked up.
struct Book<'a> {
    result: &'a ResultColumns,
    by_no: HashMap<String, &'a Line>,
    by_paper: HashMap<&'a str, &'a Line>,
    today: NaiveDate,
}

impl<'a> Book<'a> {
    /// The line a row is about: by 制卡编号, else by the paper; name and paper must fit.
    fn line(&self, reader: &mut RowReader<'_>) -> Option<&'a Line> {
        let no = self
            .result
            .line_no
            .as_ref()
            .and_then(|_| reader.text(at::LINE));
        let paper = self
            .result
            .paper
            .as_ref()
            .and_then(|_| reader.text(at::PAPER));
        let line = match (&no, &paper) {
            (Some(no), _) => {
                let line = self.by_no.get(&text::code(no)).copied();
                if line.is_none() {
                    reader.report(
                        at::LINE,
                        Problem::new(Code::ResultLineUnknown)
                            .message("本批次没有这个制卡编号，请核对是否选错了批次或文件。"),
                    );
                }
                line?
            }
            (None, Some(paper)) => {
                let line = self.by_paper.get(text::code(paper).as_str()).copied();
                if line.is_none() {
                    reader.report(
                        at::PAPER,
                        Problem::new(Code::ResultLineUnknown)
                            .message("本批次没有这个证件号码，请核对是否选错了批次或文件。"),
                    );
                }
                line?
            }
            (None, None) => return None,
        };
        if no.is_some()
            && let Some(paper) = &paper
            && text::code(paper) != line.paper
        {
            reader.report(
                at::PAPER,
                Problem::new(Code::ResultMismatch)
                    .message("证件号码与这个制卡编号的订单不一致，请与制卡单位核对。"),
            );
        }
        if self.result.name.is_some()
            && let Some(name) = reader.text(at::NAME)
            && text::code(&name) != text::code(&line.name)
        {
            reader.report(
                at::NAME,
                Problem::new(Code::ResultMismatch)
                    .message("姓名与这张订单的学生不一致，请与制卡单位核对。"),
            );
        }
        Some(line)
    }

    fn outcome(&self, reader: &mut RowReader<'_>) -> Option<Outcome> {
        let made = match self.result.outcome {
            None => !reader.is_blank(at::CARD),
            Some(_) => match reader.text(at::OUTCOME) {
                None => !reader.is_blank(at::CARD),
                Some(word) => self.word(reader, &word)?,
            },
        };
        if !made {
            let reason = match self.result.reason {
                Some(_) => reader.text(at::REASON),
                None => None,
            };
            let reason: String = reason
                .map(|reason| text::plain(&reason).chars().take(REASON).collect())
                .filter(|reason: &String| !reason.is_empty())
                .unwrap_or_else(|| "制卡单位没有写原因".to_owned());
            return Some(Outcome::Failed { reason });
        }
        let card = number(reader, at::CARD);
        let serial = self
            .result
            .serial_no
            .as_ref()
            .map_or(Ok(None), |_| optional(reader, at::SERIAL));
        let citizen = self
            .result
            .citizen_no
            .as_ref()
            .map_or(Ok(None), |_| optional(reader, at::CITIZEN));
        let valid_until = match self.result.valid_until {
            Some(_) => self.day(reader),
            None => Ok(None),
        };
        match (card, serial, citizen, valid_until) {
            (Some(card), Ok(serial), Ok(citizen), Ok(valid_until)) => Some(Outcome::Made {
                card,
                serial,
                citizen,
                valid_until,
            }),
            (_, _, _, _) => None,
        }
    }

    /// Made or failed, by the template's words.
    fn word(&self, reader: &mut RowReader<'_>, word: &str) -> Option<bool> {
        let is = |known: &String| text::code(known) == text::code(word);
        if self.result.made_words.iter().any(is) {
            return Some(true);
        }
        if self.result.failed_words.iter().any(is) {
            return Some(false);
        }
        let words = [&self.result.made_words, &self.result.failed_words]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("、");
        reader.report(
            at::OUTCOME,
            Problem::new(Code::ResultWordUnknown)
                .message(format!("看不懂这个制卡结果，模板中的写法是：{words}。")),
        );
        None
    }

    fn day(&self, reader: &mut RowReader<'_>) -> Result<Option<NaiveDate>, ()> {
        match reader.field(at::VALID) {
            Field::Blank => Ok(None),
            Field::Unreadable => Err(()),
            Field::Text { text, .. } => match parse_date(&text).filter(|day| *day >= self.today) {
                Some(day) => Ok(Some(day)),
                None => {
                    reader.report(at::VALID, Problem::new(Code::ResultDateInvalid));
                    Err(())
                }
            },
        }
    }
}

fn optional(reader: &mut RowReader<'_>, index: usize) -> Result<Option<CardNo>, ()> {
    if reader.is_blank(index) {
        return Ok(None);
    }
    number(reader, index).map(Some).ok_or(())
}

/// A card number. What Excel keeps as a number has lost its leading zeros, and from
/// the sixteenth digit on its digits.
fn number(reader: &mut RowReader<'_>, index: usize) -> Option<CardNo> {
    match reader.field(index) {
        Field::Blank | Field::Unreadable => None,
        Field::Text { date: true, .. } => {
            reader.report(index, Problem::new(Code::CardNumberPrecision));
            None
        }
        Field::Text {
            text, number: true, ..
        } if text.len() > EXACT_DIGITS || !text.bytes().all(|b| b.is_ascii_digit()) => {
            reader.report(index, Problem::new(Code::CardNumberPrecision));
            None
        }
        Field::Text { text, number, .. } => {
            if number {
                let problem = Problem::new(Code::CardNumberPrecision).warning().message(
                    "卡号被 Excel 当作数字保存，开头如有 0 已丢失，请核对；建议设为文本格式。",
                );
                reader.report(index, problem);
            }
            reader.take(index, CardNo::parse(&text))
        }
    }
}

/// A line in several rows: alike, the first counts; else all of them are wrong.
fn repeated_rows(duplicates: FileDuplicates, map: &ColumnMap, rows: &mut [ResultRow]) {
    for (at, problem) in duplicates.finish() {
        let Some(row) = rows.iter_mut().find(|row| row.row == at) else {
            continue;
        };
        if row.line.is_none() {
            // It is wrong for its own reason.
            continue;
        }
        let place = crate::error::Place {
            sheet: Some(map.sheet.clone()),
            row: Some(at),
            ..crate::error::Place::default()
        };
        let problem = if problem.code == Code::RowRepeated {
            problem.warning()
        } else {
            problem
        };
        row.problems.push(problem.at(place));
        row.outcome = None;
        row.unchanged = false;
    }
}

/// A number on two cards of one file.
fn repeated_numbers(columns: &[Column<'_>], map: &ColumnMap, rows: &mut [ResultRow]) {
    let mut first: HashMap<(usize, String), u32> = HashMap::new();
    for row in rows {
        let Some(numbers) = row.outcome.as_ref().and_then(Outcome::numbers) else {
            continue;
        };
        let numbers = [
            (at::CARD, Some(numbers.card)),
            (at::SERIAL, numbers.serial),
            (at::CITIZEN, numbers.citizen),
        ];
        for (index, number) in numbers {
            let Some(number) = number else { continue };
            match first.get(&(index, number.clone())) {
                None => {
                    first.insert((index, number), row.row);
                }
                Some(other) => {
                    let problem = Problem::new(Code::CardNumberTaken).message(format!(
                        "与第 {other} 行相同，一个号码只能用于一张卡，请核对。"
                    ));
                    row.problems
                        .push(placed(columns, map, row.row, index, problem));
                }
            }
        }
        if row.is_wrong() {
            row.outcome = None;
        }
    }
}

/// Marks the rows whose numbers are on other cards. `taken` holds, for each kind of
/// number, those that are.
pub fn taken_elsewhere(
    result: &ResultColumns,
    map: &ColumnMap,
    rows: &mut [ResultRow],
    taken: &TakenNumbers,
) {
    let columns = columns(result);
    for row in rows {
        let Some(numbers) = row.outcome.as_ref().and_then(Outcome::numbers) else {
            continue;
        };
        let numbers = [
            (at::CARD, Some(numbers.card), &taken.card),
            (at::SERIAL, numbers.serial, &taken.serial),
            (at::CITIZEN, numbers.citizen, &taken.citizen),
        ];
        for (index, number, taken) in numbers {
            if number.is_some_and(|number| taken.contains(&number)) {
                let problem = Problem::new(Code::CardNumberTaken);
                row.problems
                    .push(placed(&columns, map, row.row, index, problem));
            }
        }
        if row.is_wrong() {
            row.outcome = None;
        }
    }
}

fn placed(
    columns: &[Column<'_>],
    map: &ColumnMap,
    row: u32,
    index: usize,
    problem: Problem,
) -> Problem {
    match columns.get(index) {
        Some(column) => problem.at(map.place(row, index, column)),
        None => problem,
    }
}

/// Numbers that are on cards already.
#[derive(Debug, Clone, Default)]
pub struct TakenNumbers {
    /// E卡通号.
    pub card: Vec<String>,
    /// 卡序列号.
    pub serial: Vec<String>,
    /// 市民卡卡号.
    pub citizen: Vec<String>,
}

/// The numbers that the rows would put on cards, to be looked up.
#[must_use]
pub fn numbers(rows: &[ResultRow]) -> TakenNumbers {
    let mut all = TakenNumbers::default();
    for numbers in rows
        .iter()
        .filter_map(|row| row.outcome.as_ref().and_then(Outcome::numbers))
    {
        all.card.push(numbers.card);
        all.serial.extend(numbers.serial);
        all.citizen.extend(numbers.citizen);
    }
    all
}

#[cfg(test)]
mod tests;
