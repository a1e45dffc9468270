//! Tables of cells and the problems they must give (rules §3).

use std::ops::ControlFlow;

use chrono::{NaiveDate, NaiveDateTime};
use proptest::prelude::*;
use uuid::Uuid;

use super::cells::{
    Cell, CellValue, Container, FileLimits, MergedRange, SheetFacts, SheetInfo, SheetRow, Workbook,
};
use super::check::PupilEntry;
use super::guide::ImportGuide;
use super::new_pupils::{COLUMNS, KIND, at};
use super::row::letter;
use super::snapshot::{Snapshot, SnapshotClass, SnapshotGrade};
use super::table::{Entry, Template};
use super::{PreviewSummary, locate, located_message, preview};
use crate::domain::gender::Gender;
use crate::error::{Code, OpError, Place, Problem, Severity};

const HEADINGS: [&str; 11] = [
    "姓名*",
    "性别(1男2女)",
    "证件类型",
    "证件号码*",
    "年级*",
    "班级*",
    "学籍号",
    "家长姓名*",
    "家长关系",
    "家长手机*",
    "家庭住址",
];
/// A boy of the seventh grade, made up like everybody here.
const BOY: [&str; 11] = [
    "林知夏",
    "1",
    "居民身份证",
    "320508201309189918",
    "7",
    "3",
    "G320508201309189918",
    "林晓岚",
    "母亲",
    "13800000001",
    "云杉路 8 号",
];
const GIRL: [&str; 11] = [
    "沈念安",
    "2",
    "",
    "32050520140206992X",
    "7",
    "12",
    "",
    "沈远",
    "51",
    "13900000002",
    "",
];

/// A sheet in memory.
#[derive(Clone)]
struct Sheet {
    info: SheetInfo,
    rows: Vec<SheetRow>,
    facts: SheetFacts,
    merged: Vec<MergedRange>,
}

/// A workbook in memory.
struct Book {
    infos: Vec<SheetInfo>,
    sheets: Vec<Sheet>,
    container: Container,
}

impl Book {
    fn new(sheets: Vec<Sheet>) -> Self {
        Self {
            infos: sheets.iter().map(|s| s.info.clone()).collect(),
            sheets,
            container: Container::Xlsx,
        }
    }
}

impl Workbook for Book {
    fn container(&self) -> Container {
        self.container
    }

    fn sheets(&self) -> &[SheetInfo] {
        &self.infos
    }

    fn rows(
        &mut self,
        sheet: usize,
        visit: &mut dyn FnMut(SheetRow) -> ControlFlow<()>,
    ) -> Result<SheetFacts, OpError> {
        for row in self.sheets[sheet].rows.clone() {
            if visit(row).is_break() {
                break;
            }
        }
        Ok(self.sheets[sheet].facts.clone())
    }

    fn merged_ranges(&mut self, sheet: usize) -> Result<Vec<MergedRange>, OpError> {
        Ok(self.sheets[sheet].merged.clone())
    }
}

fn text_cell(column: usize, text: &str) -> Cell {
    Cell {
        column: u32::try_from(column).unwrap(),
        value: CellValue::Text(text.to_owned()),
        formula: false,
        merged: false,
    }
}

fn sheet_row(number: u32, cells: &[&str]) -> SheetRow {
    SheetRow {
        row: number,
        hidden: false,
        cells: cells
            .iter()
            .enumerate()
            .filter(|(_, text)| !text.is_empty())
            .map(|(column, text)| text_cell(column, text))
            .collect(),
    }
}

/// A sheet whose rows follow each other from row 1; blank ones leave a gap.
fn sheet(name: &str, rows: &[&[&str]]) -> Sheet {
    Sheet {
        info: SheetInfo {
            name: name.to_owned(),
            visible: true,
        },
        rows: (1..)
            .zip(rows)
            .map(|(number, cells)| sheet_row(number, cells))
            .filter(|row| !row.cells.is_empty())
            .collect(),
        facts: SheetFacts::default(),
        merged: Vec::new(),
    }
}

fn with(row: &[&'static str; 11], index: usize, text: &'static str) -> [&'static str; 11] {
    let mut row = *row;
    row[index] = text;
    row
}

fn snapshot() -> Snapshot {
    let class = |number, open, nickname: Option<&str>| SnapshotClass {
        number,
        class_id: Uuid::from_u128(u128::from(number)),
        nickname: nickname.map(str::to_owned),
        open,
    };
    let seven = [12, 1, 2, 3, 4, 5, 6, 7, 8]
        .map(|n| class(n, true, (n == 3).then_some("启明星")))
        .into_iter()
        .chain([class(10, false, None)])
        .collect();
    let grade = |number, classes| SnapshotGrade { number, classes };
    Snapshot {
        school_name: "云杉中学".to_owned(),
        school_code: "3132000001".to_owned(),
        school_year: "2026-2027".to_owned(),
        row_limit: 500,
        grades: vec![
            grade(7, seven),
            grade(8, vec![class(1, true, None)]),
            grade(9, vec![]),
        ],
        today: NaiveDate::from_ymd_opt(2026, 9, 1).unwrap(),
    }
}

type CheckedRow = super::CheckedRow<PupilEntry>;

fn template(snapshot: &Snapshot) -> Template {
    super::guide::template(&KIND.table, snapshot)
}

fn guide(snapshot: &Snapshot) -> ImportGuide {
    super::guide::guide(&KIND.table, snapshot)
}

struct Outcome {
    summary: PreviewSummary,
    rows: Vec<CheckedRow>,
}

fn run_limited(book: &mut Book, limit: u32) -> Result<Outcome, OpError> {
    let mut rows = Vec::new();
    let limits = FileLimits {
        rows: limit,
        ..FileLimits::for_rows(limit)
    };
    let located = locate(book, &KIND.table)?;
    let summary = preview(
        &KIND,
        book,
        located,
        &snapshot(),
        limits,
        &mut |row| {
            rows.push(row);
            Ok(())
        },
        &mut |_| ControlFlow::Continue(()),
    )?;
    Ok(Outcome { summary, rows })
}

fn run(sheets: Vec<Sheet>) -> Result<Outcome, OpError> {
    run_limited(&mut Book::new(sheets), 500)
}

fn run_rows(rows: &[&[&str]]) -> Outcome {
    run(vec![sheet("新生信息", rows)]).unwrap()
}

fn refusal(sheets: Vec<Sheet>) -> Vec<Problem> {
    match run(sheets) {
        Ok(outcome) => panic!("read {} rows", outcome.rows.len()),
        Err(error) => error.problems().to_vec(),
    }
}

/// The one row of a file with `BOY` and one cell replaced.
fn row_with(index: usize, value: CellValue, formula: bool) -> CheckedRow {
    let mut sheet = sheet("新生信息", &[&HEADINGS, &BOY]);
    let cells = &mut sheet.rows[1].cells;
    cells.retain(|cell| cell.column != u32::try_from(index).unwrap());
    cells.push(Cell {
        column: u32::try_from(index).unwrap(),
        value,
        formula,
        merged: false,
    });
    cells.sort_by_key(|cell| cell.column);
    let mut outcome = run(vec![sheet]).unwrap();
    assert_eq!(outcome.rows.len(), 1);
    outcome.rows.remove(0)
}

fn codes(problems: &[Problem]) -> Vec<(Code, Severity)> {
    problems.iter().map(|p| (p.code, p.severity)).collect()
}

fn t(text: &str) -> CellValue {
    CellValue::Text(text.to_owned())
}

fn n(number: f64) -> CellValue {
    CellValue::Number(number)
}

fn date(text: &str) -> CellValue {
    CellValue::Date(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
}

#[test]
fn right_rows_become_entries() {
    let outcome = run_rows(&[&HEADINGS, &BOY, &GIRL]);
    assert_eq!(outcome.summary.rows, 2);
    assert_eq!(outcome.summary.heading_row, 1);
    assert!(outcome.summary.file_problems.is_empty());
    assert!(outcome.summary.row_patches.is_empty());
    let [boy, girl] = outcome.rows.as_slice() else {
        panic!("two rows");
    };
    assert_eq!((boy.row.row, girl.row.row), (2, 3));
    assert_eq!(boy.row.texts(), BOY);
    assert!(boy.problems.is_empty(), "{:?}", boy.problems);
    let entry = boy.entry.as_ref().unwrap();
    assert_eq!(entry.name.as_str(), "林知夏");
    assert_eq!(entry.paper.number(), "320508201309189918");
    assert_eq!(entry.class_id, Uuid::from_u128(3));
    assert_eq!(entry.gender, Some(Gender::Male));
    assert_eq!(entry.guardian_relation.unwrap().code(), "52");
    assert_eq!(
        entry.guardian_phone.as_ref().unwrap().masked(),
        "138****0001"
    );
    assert!(entry.address.is_some());
    let entry = girl.entry.as_ref().unwrap();
    assert_eq!(entry.class_id, Uuid::from_u128(12));
    assert!(entry.student_number.is_none() && entry.address.is_none());
}

/// Column, cell, the problems it gives, and what they suggest to write.
type Case = (
    usize,
    CellValue,
    &'static [(Code, Severity)],
    Option<&'static str>,
);

/// What one cell may hold and what the row then says: nothing for a right cell.
#[test]
fn cells() {
    use Severity::{Error, Note, Warning};
    const GRADE: Code = Code::RowGradeInvalid;
    const CLASS: Code = Code::RowClassInvalid;
    let table: Vec<Case> = vec![
        // 姓名
        (at::NAME, t(" 林知夏\u{3000}"), &[], None),
        (
            at::NAME,
            t("林\u{200B}知夏"),
            &[(Code::Normalised, Note)],
            None,
        ),
        (at::NAME, t("𠮷野 安"), &[], None),
        (at::NAME, t("阿卜杜·热合曼"), &[], None),
        (
            at::NAME,
            t("阿卜杜•热合曼"),
            &[(Code::Normalised, Note)],
            None,
        ),
        (at::NAME, t("林"), &[(Code::PupilNameLength, Error)], None),
        (
            at::NAME,
            t("林2"),
            &[(Code::PupilNameCharacter, Error)],
            None,
        ),
        (
            at::NAME,
            t("林😀"),
            &[(Code::PupilNameCharacter, Error)],
            None,
        ),
        (
            at::NAME,
            t("林\u{8}夏"),
            &[(Code::PupilNameCharacter, Error)],
            None,
        ),
        (at::NAME, t("林?夏"), &[(Code::PupilNameLost, Error)], None),
        (
            at::NAME,
            t("林\u{FFFD}"),
            &[(Code::PupilNameLost, Error)],
            None,
        ),
        (
            at::NAME,
            t("\u{FEFF} "),
            &[(Code::PupilNameMissing, Error)],
            None,
        ),
        (
            at::NAME,
            n(12.0),
            &[(Code::PupilNameCharacter, Error)],
            None,
        ),
        (
            at::NAME,
            date("2013-09-18 00:00"),
            &[(Code::CellError, Error)],
            None,
        ),
        // 性别
        (at::GENDER, t("男"), &[], None),
        (at::GENDER, t("１"), &[], None),
        (at::GENDER, t("1.0"), &[], None),
        (at::GENDER, n(1.0), &[], None),
        (at::GENDER, t(" "), &[(Code::GenderDerived, Note)], None),
        (
            at::GENDER,
            t("2"),
            &[(Code::GenderMismatch, Warning)],
            Some("1"),
        ),
        (
            at::GENDER,
            t("男性"),
            &[(Code::GenderInvalid, Error)],
            Some("1"),
        ),
        (
            at::GENDER,
            t("M"),
            &[(Code::GenderInvalid, Error)],
            Some("1"),
        ),
        (
            at::GENDER,
            t("female"),
            &[(Code::GenderInvalid, Error)],
            Some("2"),
        ),
        (at::GENDER, n(0.0), &[(Code::GenderInvalid, Error)], None),
        // 证件类型
        (at::PAPER_KIND, t(""), &[], None),
        (at::PAPER_KIND, t("身份证"), &[], None),
        (
            at::PAPER_KIND,
            t("护照"),
            &[(Code::PaperKindNotInBulk, Error)],
            None,
        ),
        (
            at::PAPER_KIND,
            t("其他"),
            &[(Code::PaperKindNotInBulk, Error)],
            None,
        ),
        (
            at::PAPER_KIND,
            t("学生证"),
            &[(Code::PaperKindUnknown, Error)],
            None,
        ),
        // 证件号码
        (
            at::PAPER_NUMBER,
            t("'320508 20130918-9918"),
            &[(Code::Normalised, Note)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            t("３２０５０８２０１３０９１８９９１８"),
            &[(Code::Normalised, Note)],
            None,
        ),
        (at::PAPER_NUMBER, t("320508201309189918\u{A0}"), &[], None),
        (
            at::PAPER_NUMBER,
            n(3.205_082_013_091_89e17),
            &[(Code::PaperPrecision, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            n(42.0),
            &[(Code::PaperPrecision, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            t("3.20508E+17"),
            &[(Code::PaperPrecision, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            date("2013-09-18 00:00"),
            &[(Code::PaperPrecision, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            t("320508201309189000"),
            &[(Code::PaperCheck, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            t("320508201309189917"),
            &[(Code::PaperCheck, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            t("32050520140206992×"),
            &[(Code::PaperCharacter, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            t("320508130918991"),
            &[(Code::PaperOld15, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            t("32050820130918991"),
            &[(Code::PaperLength, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            t("000000201309189915"),
            &[(Code::PaperRegion, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            t("320508201302299911"),
            &[(Code::PaperDate, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            t("320508209909019919"),
            &[(Code::PaperDateRange, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            t("810000201504129919"),
            &[(Code::PaperKindNotInBulk, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            t("932840201411209921"),
            &[(Code::PaperKindNotInBulk, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            t("E12345678"),
            &[(Code::PaperKindNotInBulk, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            t("H1234567801"),
            &[(Code::PaperKindNotInBulk, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            t(""),
            &[(Code::PaperMissing, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            CellValue::Error("#N/A".to_owned()),
            &[(Code::CellError, Error)],
            None,
        ),
        (
            at::PAPER_NUMBER,
            CellValue::FormulaWithoutValue,
            &[(Code::CellFormulaEmpty, Error)],
            None,
        ),
        // 年级
        (at::GRADE, t("７"), &[], None),
        (at::GRADE, t("7.0"), &[], None),
        (at::GRADE, t("07"), &[], None),
        (at::GRADE, n(7.0), &[], None),
        (at::GRADE, t("七年级"), &[(GRADE, Error)], Some("7")),
        (at::GRADE, t("初一"), &[(GRADE, Error)], Some("7")),
        (at::GRADE, t("12"), &[(GRADE, Error)], None),
        (at::GRADE, t("0"), &[(GRADE, Error)], None),
        (at::GRADE, n(7.5), &[(GRADE, Error)], None),
        (at::GRADE, CellValue::Bool(true), &[(GRADE, Error)], None),
        (at::GRADE, date("2026-07-01 00:00"), &[(GRADE, Error)], None),
        (at::GRADE, t(""), &[(GRADE, Error)], None),
        (at::GRADE, t("6"), &[(Code::GradeUnknown, Error)], None),
        // 班级
        (at::CLASS, t("03"), &[], None),
        (at::CLASS, t("3.0"), &[], None),
        (at::CLASS, n(3.0), &[], None),
        (at::CLASS, t("3班"), &[(CLASS, Error)], Some("3")),
        (at::CLASS, t("(3)班"), &[(CLASS, Error)], Some("3")),
        (at::CLASS, t("七年级三班"), &[(CLASS, Error)], Some("3")),
        (at::CLASS, t("0"), &[(CLASS, Error)], None),
        (at::CLASS, t("100"), &[(CLASS, Error)], None),
        (at::CLASS, n(3.5), &[(CLASS, Error)], None),
        (at::CLASS, date("2026-03-01 00:00"), &[(CLASS, Error)], None),
        (at::CLASS, t(""), &[(CLASS, Error)], None),
        (at::CLASS, t("9"), &[(Code::ClassUnknown, Error)], None),
        (at::CLASS, t("10"), &[(Code::ClassClosed, Error)], None),
        // 学籍号
        (at::STUDENT_NUMBER, t(""), &[], None),
        (at::STUDENT_NUMBER, t("J320508201309180001"), &[], None),
        (
            at::STUDENT_NUMBER,
            t("g320508201309189918"),
            &[(Code::Normalised, Note)],
            None,
        ),
        (
            at::STUDENT_NUMBER,
            t("G32050520140206992X"),
            &[(Code::StudentNumberMismatch, Warning)],
            None,
        ),
        (
            at::STUDENT_NUMBER,
            t("320508201309189918"),
            &[(Code::StudentNumberInvalid, Error)],
            None,
        ),
        // 家长
        (
            at::GUARDIAN_NAME,
            t(""),
            &[(Code::GuardianNameMissing, Error)],
            None,
        ),
        (
            at::GUARDIAN_NAME,
            t("林"),
            &[(Code::PupilNameLength, Error)],
            None,
        ),
        (at::GUARDIAN_RELATION, t(""), &[], None),
        (at::GUARDIAN_RELATION, t("爸爸"), &[], None),
        (at::GUARDIAN_RELATION, n(64.0), &[], None),
        (
            at::GUARDIAN_RELATION,
            t("邻居"),
            &[(Code::RelationUnknown, Error)],
            None,
        ),
        (at::GUARDIAN_PHONE, n(13_800_000_001.0), &[], None),
        (
            at::GUARDIAN_PHONE,
            t("+86 138-0000-0001"),
            &[(Code::Normalised, Note)],
            None,
        ),
        (
            at::GUARDIAN_PHONE,
            t("051212345678"),
            &[(Code::PhoneInvalid, Error)],
            None,
        ),
        (
            at::GUARDIAN_PHONE,
            t(""),
            &[(Code::PhoneMissing, Error)],
            None,
        ),
        (at::ADDRESS, t(""), &[], None),
        (
            at::ADDRESS,
            date("2026-03-01 00:00"),
            &[(Code::CellError, Error)],
            None,
        ),
    ];
    for (index, value, want, suggestion) in table {
        let shown = format!("{} {value:?}", COLUMNS[index].heading);
        let row = row_with(index, value, false);
        assert_eq!(codes(&row.problems), want, "{shown}: {:?}", row.problems);
        assert_eq!(
            row.entry.is_none(),
            want.iter().any(|(_, s)| *s == Error),
            "{shown}"
        );
        for problem in &row.problems {
            let place = &problem.place;
            assert_eq!(place.sheet.as_deref(), Some("新生信息"), "{shown}");
            assert_eq!(place.row, Some(2), "{shown}");
            assert_eq!(
                place.column,
                Some(letter(u32::try_from(index).unwrap())),
                "{shown}"
            );
            assert_eq!(place.heading, Some(COLUMNS[index].name()), "{shown}");
            assert_eq!(problem.suggestion.as_deref(), suggestion, "{shown}");
        }
    }
    let long = row_with(at::ADDRESS, t(&"路".repeat(201)), false);
    assert_eq!(codes(&long.problems), [(Code::TextTooLong, Error)]);
}

#[test]
fn a_lookalike_x_is_a_warning_where_the_check_fits() {
    let rows = with(&GIRL, at::PAPER_NUMBER, "32050520140206992Х");
    let outcome = run_rows(&[&HEADINGS, &rows]);
    assert_eq!(
        codes(&outcome.rows[0].problems),
        [(Code::PaperLookalike, Severity::Warning)]
    );
    assert!(outcome.rows[0].entry.is_some());
}

#[test]
fn formulas_are_read_but_not_in_the_number() {
    let row = row_with(at::NAME, t("林知夏"), true);
    assert!(row.problems.is_empty());
    let row = row_with(at::PAPER_NUMBER, t("320508201309189918"), true);
    assert_eq!(
        codes(&row.problems),
        [(Code::PaperFormula, Severity::Error)]
    );
}

#[test]
fn age_far_from_the_grade_is_a_warning() {
    // Born in February 2016: 11 at the end of a year that the eighth grade ends at 14.
    let mut young = GIRL;
    (young[at::PAPER_NUMBER], young[at::GRADE], young[at::CLASS]) =
        ("320583201602299948", "8", "1");
    let outcome = run_rows(&[&HEADINGS, &young]);
    let row = &outcome.rows[0];
    assert_eq!(codes(&row.problems), [(Code::AgeOff, Severity::Warning)]);
    assert_eq!(row.problems[0].place.column.as_deref(), Some("E"));
    assert!(row.entry.is_some());
}

#[test]
fn all_problems_of_a_row_show_at_once() {
    let row = [
        "?",
        "M",
        "",
        "123",
        "七年级",
        "3班",
        "K1",
        "",
        "邻居",
        "1",
        "",
    ];
    let outcome = run_rows(&[&HEADINGS, &row]);
    let found: Vec<&str> = outcome.rows[0]
        .problems
        .iter()
        .map(|p| p.code.as_str())
        .collect();
    assert_eq!(
        found,
        [
            "pupil.name_lost",
            "paper.length",
            "gender.invalid",
            "row.grade_invalid",
            "row.class_invalid",
            "student_number.invalid",
            "guardian.name_missing",
            "relation.unknown",
            "phone.invalid"
        ]
    );
    assert!(outcome.rows[0].entry.is_none());
}

#[test]
fn sentences_name_the_place_and_what_there_is() {
    let sentence = |index, text| {
        let row = row_with(index, t(text), false);
        located_message(&row.problems[0])
    };
    for (index, text, want) in [
        (
            at::CLASS,
            "9",
            "第 2 行 F 列（班级）：七年级没有 9 班。现有 1–8、12 班。",
        ),
        (
            at::CLASS,
            "10",
            "第 2 行 F 列（班级）：七年级 10 班已关闭。现有 1–8、12 班。",
        ),
        (
            at::CLASS,
            "3班",
            "第 2 行 F 列（班级）：班级只填序号数字（3 班填 3）。现有 1–8、12 班。",
        ),
        (
            at::GRADE,
            "七年级",
            "第 2 行 E 列（年级）：年级请填数字 1-9（七年级填 7）。",
        ),
        (
            at::GRADE,
            "6",
            "第 2 行 E 列（年级）：学校没有六年级。现有年级：7–9。",
        ),
        (
            at::GRADE,
            "9",
            "第 2 行 F 列（班级）：九年级没有 3 班。九年级还没有班级，请先在班级管理中新建。",
        ),
        (at::NAME, "", "第 2 行 A 列（姓名）：姓名未填，请填写。"),
        (
            at::GUARDIAN_NAME,
            "林?",
            "第 2 行 H 列（家长姓名）：家长姓名中有问号或乱码，疑似生僻字丢失，请重新输入。",
        ),
        (
            at::GENDER,
            "2",
            "第 2 行 B 列（性别）：性别填的是女，而证件号码第 17 位表示男，请核对。",
        ),
        (
            at::PAPER_KIND,
            "护照",
            "第 2 行 C 列（证件类型）：批量导入只收居民身份证，护照请使用单个录入。",
        ),
    ] {
        assert_eq!(sentence(index, text), want);
    }
    let bare = Problem::new(Code::FileEmpty);
    assert_eq!(located_message(&bare), bare.message);
    let whole = bare.clone().at(Place {
        row: Some(3),
        ..Place::default()
    });
    assert_eq!(
        located_message(&whole),
        format!("第 3 行：{}", bare.message)
    );
}

#[test]
fn lost_characters_are_judged_by_the_kind_of_file() {
    use Container::{Csv, Xls, Xlsx};
    use Severity::{Error, Warning};
    for (container, name, code, severity, says) in [
        (Xlsx, "林?夏", Code::PupilNameLost, Error, "请重新输入"),
        (Xls, "林?夏", Code::PupilNameLost, Error, "请重新输入"),
        (Csv, "林?夏", Code::PupilNameLost, Warning, "姓名中有问号"),
        (
            Csv,
            "林\u{FFFD}夏",
            Code::PupilNameLost,
            Error,
            "请重新输入",
        ),
        (Xls, "林\u{FFFD}夏", Code::PupilNameLost, Error, ".xlsx"),
        (Xls, "林\u{1}夏", Code::PupilNameCharacter, Error, ".xlsx"),
        (Xlsx, "林\u{1}夏", Code::PupilNameCharacter, Error, "间隔号"),
        (Xls, "林\n2", Code::PupilNameCharacter, Error, "间隔号"),
    ] {
        for (index, whose) in [(at::NAME, "姓名"), (at::GUARDIAN_NAME, "家长姓名")] {
            let mut boy = BOY;
            boy[index] = name;
            let mut book = Book::new(vec![sheet("新生信息", &[&HEADINGS, &boy])]);
            book.container = container;
            let row = run_limited(&mut book, 500).unwrap().rows.remove(0);
            let [problem] = row.problems.as_slice() else {
                panic!("{container:?} {name:?}: {:?}", row.problems);
            };
            assert_eq!((problem.code, problem.severity), (code, severity));
            assert!(problem.message.contains(says), "{}", problem.message);
            assert!(problem.message.starts_with(whose), "{}", problem.message);
            assert_eq!(row.entry.is_some(), severity == Warning);
        }
    }
}

#[test]
fn messages_never_hold_personal_data() {
    for (index, text) in [
        (at::PAPER_NUMBER, "320508201309189917"),
        (at::PAPER_NUMBER, "E12345678"),
        (at::GUARDIAN_PHONE, "1380000000"),
        (at::STUDENT_NUMBER, "320508201309189918"),
    ] {
        for problem in row_with(index, t(text), false).problems {
            assert!(!problem.message.contains(text), "{}", problem.message);
            assert!(problem.suggestion.is_none_or(|s| !s.contains(text)));
        }
    }
}

#[test]
fn the_heading_is_searched_in_ten_rows_and_numbers_are_those_of_excel() {
    let title: &[&str] = &["云杉中学新生名单"];
    let blank: &[&str] = &[];
    let outcome = run_rows(&[title, blank, &HEADINGS, blank, &BOY, blank, &GIRL]);
    assert_eq!(outcome.summary.heading_row, 3);
    assert_eq!(
        outcome.rows.iter().map(|r| r.row.row).collect::<Vec<_>>(),
        [5, 7]
    );
    let mut rows = vec![title; 10];
    rows.extend([&HEADINGS as &[&str], &BOY]);
    let problems = refusal(vec![sheet("新生信息", &rows)]);
    assert_eq!(codes(&problems), [(Code::SheetNotFound, Severity::Error)]);
}

#[test]
fn columns_may_be_moved_decorated_added_and_left_out() {
    let headings: &[&str] = &[
        "序号",
        "班 级 ＊",
        "年级（必填）",
        "证件号码：",
        "姓名【与证件一致】",
        "家长手机",
        "家长姓名",
        "备注",
    ];
    let row: &[&str] = &[
        "1",
        "3",
        "7",
        "320508201309189918",
        "林知夏",
        "13800000001",
        "林晓岚",
        "寄宿",
    ];
    let only_number: &[&str] = &["2"];
    let outcome = run_rows(&[headings, row, only_number]);
    assert_eq!(outcome.rows.len(), 1);
    assert_eq!(
        outcome.rows[0].row.texts()[..6],
        ["林知夏", "", "", "320508201309189918", "7", "3"]
    );
    assert!(outcome.rows[0].entry.is_some());
    let notes = &outcome.summary.file_problems;
    assert_eq!(
        codes(notes),
        [
            (Code::ColumnOptionalMissing, Severity::Note),
            (Code::ColumnIgnored, Severity::Note)
        ]
    );
    assert_eq!(
        notes[0].message,
        "文件中没有“性别”、“证件类型”、“学籍号”、“家长关系”、“家庭住址”列，按未填处理。"
    );
    assert_eq!(
        notes[1].message,
        "不属于模板的列未读取：A 列（序号）、H 列（备注）。"
    );
    let letters: Vec<_> = outcome
        .summary
        .columns
        .iter()
        .map(|c| c.letter.as_deref())
        .collect();
    assert_eq!(
        letters[..6],
        [Some("E"), None, None, Some("D"), Some("C"), Some("B")]
    );
}

#[test]
fn wrong_headings_refuse_the_file() {
    let headings = |change: &dyn Fn(&mut Vec<&'static str>)| {
        let mut all = HEADINGS.to_vec();
        change(&mut all);
        refusal(vec![sheet("新生信息", &[&all, &BOY])])
    };
    let problems = headings(&|all| all[at::PAPER_NUMBER] = "");
    assert_eq!(codes(&problems), [(Code::ColumnMissing, Severity::Error)]);
    assert!(problems[0].message.contains("“证件号码”"));
    let problems = headings(&|all| {
        all[at::GRADE] = "";
        all[at::CLASS] = "班主任";
    });
    assert_eq!(problems.len(), 2);
    let problems = headings(&|all| all[at::CLASS] = "班级名称");
    assert_eq!(codes(&problems), [(Code::TemplateOld, Severity::Error)]);
    assert!(problems[0].message.starts_with("模板已更新，请重新下载"));
    let problems = headings(&|all| all[at::ADDRESS] = "家庭地址");
    assert_eq!(problems[0].code, Code::TemplateOld);
    let problems = headings(&|all| all.push(" 姓 名"));
    assert_eq!(codes(&problems), [(Code::ColumnTwice, Severity::Error)]);
    assert!(problems[0].message.contains("A 列和 L 列"));
}

#[test]
fn which_sheet() {
    let data = |name: &str| sheet(name, &[&HEADINGS, &BOY]);
    let empty = |name: &str| sheet(name, &[&HEADINGS]);
    let hidden = |mut sheet: Sheet| {
        sheet.info.visible = false;
        sheet
    };
    let notes = sheet("填写说明", &[&["姓名：与证件一致"]]);

    let outcome = run(vec![notes.clone(), data("一")]).unwrap();
    assert_eq!(outcome.summary.sheet, "一");
    let outcome = run(vec![empty("一"), data("二")]).unwrap();
    assert_eq!(outcome.summary.sheet, "二");
    let outcome = run(vec![hidden(data("一")), data("二")]).unwrap();
    assert_eq!(outcome.summary.sheet, "二");
    assert!(outcome.summary.file_problems.is_empty());
    let outcome = run(vec![notes.clone(), hidden(data("一"))]).unwrap();
    assert_eq!(outcome.summary.sheet, "一");
    assert_eq!(
        codes(&outcome.summary.file_problems),
        [(Code::SheetHidden, Severity::Note)]
    );

    let problems = refusal(vec![data("一"), data("二")]);
    assert_eq!(problems[0].code, Code::SheetAmbiguous);
    assert!(problems[0].message.contains("“一”和“二”"));
    assert_eq!(refusal(vec![notes])[0].code, Code::SheetNotFound);
    assert_eq!(refusal(vec![])[0].code, Code::SheetNotFound);
    assert_eq!(refusal(vec![empty("一")])[0].code, Code::FileEmpty);
    assert_eq!(
        refusal(vec![sheet("一", &[&HEADINGS, &[" ", "\u{200B}"]])])[0].code,
        Code::FileEmpty
    );
}

#[test]
fn the_row_limit_comes_before_every_other_reason() {
    let mut rows: Vec<&[&str]> = vec![&HEADINGS];
    rows.extend([&BOY as &[&str]; 7]);
    rows.insert(3, &[]);
    let mut book = Book::new(vec![sheet("新生信息", &rows)]);
    let error = run_limited(&mut book, 6).err().unwrap();
    assert!(error.has(Code::FileTooManyRows));
    assert_eq!(
        error.problems()[0].message,
        "文件有 7 行数据，超过上限 6 行，请分成几个文件。"
    );
    assert!(run_limited(&mut book, 7).is_ok());
    // Also when a column is missing.
    let cut: Vec<&[&str]> = rows
        .iter()
        .map(|row| row.get(..9).unwrap_or_default())
        .collect();
    let mut book = Book::new(vec![sheet("新生信息", &cut)]);
    assert!(
        run_limited(&mut book, 6)
            .err()
            .unwrap()
            .has(Code::FileTooManyRows)
    );
    assert!(
        run_limited(&mut book, 7)
            .err()
            .unwrap()
            .has(Code::ColumnMissing)
    );
}

#[test]
fn hidden_rows_and_columns_are_read_with_a_note() {
    let mut file = sheet("新生信息", &[&HEADINGS, &BOY, &GIRL]);
    file.rows[2].hidden = true;
    file.facts.hidden_columns = vec![3, 20];
    let outcome = run(vec![file]).unwrap();
    assert_eq!(outcome.rows.len(), 2);
    let notes = &outcome.summary.file_problems;
    assert_eq!(codes(notes), [(Code::HiddenRead, Severity::Note)]);
    assert_eq!(notes[0].message, "第 3 行和 D 列是隐藏的，已照常读取。");
}

#[test]
fn a_repeated_heading_is_skipped() {
    let outcome = run_rows(&[&HEADINGS, &BOY, &HEADINGS, &GIRL]);
    assert_eq!(outcome.summary.rows, 2);
    let notes = &outcome.summary.file_problems;
    assert_eq!(codes(notes), [(Code::HeadingRepeated, Severity::Note)]);
    assert_eq!(notes[0].message, "第 3 行又是标题行，已跳过。");
}

#[test]
fn merged_cells_refuse_their_rows() {
    let mut file = sheet(
        "新生信息",
        &[&HEADINGS, &BOY, &with(&GIRL, at::GUARDIAN_RELATION, "")],
    );
    // 家长关系 of both rows is one cell, so the second row has none of its own.
    let range = |column| MergedRange {
        top: 2,
        bottom: 3,
        left: column,
        right: column,
    };
    file.rows[1].cells[at::GUARDIAN_RELATION].merged = true;
    file.merged = vec![range(8), range(15)];
    let outcome = run(vec![file.clone()]).unwrap();
    for row in &outcome.rows {
        assert_eq!(codes(&row.problems), [(Code::CellMerged, Severity::Error)]);
        assert_eq!(row.problems[0].place.column.as_deref(), Some("I"));
    }
    // Merges in ignored columns do not matter.
    file.rows[1].cells[at::GUARDIAN_RELATION].merged = false;
    file.rows[1].cells.push(Cell {
        merged: true,
        ..text_cell(15, "旁注")
    });
    file.merged = vec![range(15)];
    let outcome = run(vec![file]).unwrap();
    assert!(outcome.rows.iter().all(|row| row.entry.is_some()));
}

#[test]
fn duplicates_inside_the_file() {
    let other = with(&BOY, at::CLASS, "4");
    let spaced = with(&GIRL, at::PAPER_NUMBER, "320505 20140206 992x");
    let outcome = run_rows(&[&HEADINGS, &GIRL, &BOY, &GIRL, &other, &spaced]);
    let patches: Vec<_> = outcome
        .summary
        .row_patches
        .iter()
        .map(|(_, problem)| located_message(problem))
        .collect();
    // The last row differs from its like in blanks only, so it is the same again.
    assert_eq!(
        patches,
        [
            "第 3 行 D 列（证件号码）：证件号码与第 5 行相同，内容却不同，请核对后只保留正确的一行。",
            "第 4 行：与第 2 行完全相同，只算第 2 行，请删去这一行。",
            "第 5 行 D 列（证件号码）：证件号码与第 3 行相同，内容却不同，请核对后只保留正确的一行。",
            "第 6 行：与第 2 行完全相同，只算第 2 行，请删去这一行。",
        ]
    );
    assert!(
        outcome
            .summary
            .row_patches
            .iter()
            .all(|(row, p)| p.place.row == Some(*row) && p.is_error())
    );
}

#[test]
fn a_person_can_cancel_and_a_failing_sink_stops() {
    let mut rows: Vec<&[&str]> = vec![&HEADINGS];
    rows.extend([&BOY as &[&str]; 300]);
    let mut book = Book::new(vec![sheet("新生信息", &rows)]);
    let mut seen = 0;
    let located = locate(&mut book, &KIND.table).unwrap();
    let error = preview(
        &KIND,
        &mut book,
        located,
        &snapshot(),
        FileLimits::for_rows(500),
        &mut |_| {
            seen += 1;
            Ok(())
        },
        &mut |done| {
            if done >= 100 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
    )
    .unwrap_err();
    assert!(error.has(Code::Cancelled));
    assert_eq!(seen, 100);
    let located = locate(&mut book, &KIND.table).unwrap();
    let error = preview(
        &KIND,
        &mut book,
        located,
        &snapshot(),
        FileLimits::for_rows(500),
        &mut |_| Err(Code::Busy.into()),
        &mut |_| ControlFlow::Continue(()),
    )
    .unwrap_err();
    assert!(error.has(Code::Busy));
}

#[test]
fn the_template_shows_this_schools_classes() {
    let snapshot = snapshot();
    let printed = template(&snapshot);
    let headings: Vec<&str> = printed.columns.iter().map(|c| c.heading.as_str()).collect();
    assert_eq!(headings, HEADINGS);
    assert_eq!(printed.rows, 500);
    assert_eq!(printed.columns[at::PAPER_NUMBER].entry, Entry::Text);
    assert_eq!(printed.columns[at::GUARDIAN_PHONE].entry, Entry::Text);
    assert_eq!(
        printed.columns[at::GRADE].entry,
        Entry::Whole { min: 7, max: 9 }
    );
    assert!(
        printed
            .columns
            .iter()
            .all(|c| !c.note.is_empty() && !c.heading.contains('卡'))
    );
    let lines: Vec<&String> = printed.notes.iter().flat_map(|(_, lines)| lines).collect();
    assert!(
        lines
            .iter()
            .any(|l| *l == "七年级 3班（启明星） → 年级填 7，班级填 3"),
        "{lines:#?}"
    );
    assert!(
        lines
            .iter()
            .any(|l| *l == "八年级 1班 → 年级填 8，班级填 1")
    );
    assert!(
        !lines.iter().any(|l| l.contains("10班")),
        "a closed class takes no pupils"
    );
    let first = lines
        .iter()
        .position(|l| l.starts_with("七年级 1班"))
        .unwrap();
    let last = lines
        .iter()
        .position(|l| l.starts_with("七年级 12班"))
        .unwrap();
    assert!(first < last);
    assert!(
        lines.iter().any(|l| l.contains("单个录入")) && lines.iter().any(|l| l.contains("500 行"))
    );

    let none = Snapshot {
        grades: Vec::new(),
        ..snapshot
    };
    let lines = template(&none).notes;
    assert!(
        lines
            .iter()
            .any(|(_, lines)| lines.iter().any(|l| l.contains("还没有班级")))
    );
}

#[test]
fn the_examples_of_the_template_are_right() {
    let template = template(&snapshot());
    let (_, lines) = template.notes.last().unwrap();
    assert_eq!(lines.len(), 2);
    for line in lines {
        let fields: Vec<(&str, &str)> = line
            .split('，')
            .map(|f| f.split_once(' ').unwrap())
            .collect();
        let headings: Vec<&str> = fields.iter().map(|f| f.0).collect();
        let cells: Vec<&str> = fields.iter().map(|f| f.1).collect();
        let outcome = run_rows(&[&headings, &cells]);
        assert!(
            outcome.rows[0].problems.is_empty(),
            "{:?}",
            outcome.rows[0].problems
        );
    }
}

#[test]
fn the_guide_says_what_the_template_says() {
    let guide = guide(&snapshot());
    assert_eq!(
        (guide.school_name.as_str(), guide.row_limit),
        ("云杉中学", 500)
    );
    assert_eq!(guide.classes.len(), 10);
    let third = &guide.classes[2];
    assert_eq!(third.line, "七年级 3班 → 年级填 7，班级填 3");
    assert_eq!(third.nickname.as_deref(), Some("启明星"));
    let keys: Vec<&str> = guide.columns.iter().map(|c| c.key.as_str()).collect();
    assert_eq!(
        keys.join(" "),
        "name gender paperKind paperNumber grade class studentNumber guardianName guardianRelation guardianPhone address"
    );
    for (column, template) in guide.columns.iter().zip(template(&snapshot()).columns) {
        assert_eq!(column.note, template.note);
        assert_eq!(column.required, template.heading.ends_with('*'));
    }
}

#[test]
fn a_snapshot_can_be_stored() {
    let snapshot = snapshot();
    let text = serde_json::to_string(&snapshot).unwrap();
    assert_eq!(serde_json::from_str::<Snapshot>(&text).unwrap(), snapshot);
}

#[test]
fn names_of_columns_are_apart() {
    let mut seen = std::collections::BTreeSet::new();
    for column in COLUMNS {
        assert!(seen.insert(column.name()), "{}", column.heading);
        for old in column.old_headings {
            assert_eq!(super::row::canonical(old), *old);
            assert!(seen.insert((*old).to_owned()), "{old}");
        }
    }
}

fn any_value() -> impl Strategy<Value = CellValue> {
    prop_oneof![
        any::<String>().prop_map(CellValue::Text),
        "[0-9XxА-я班年级一二三十()（）.E+ -]{0,20}".prop_map(CellValue::Text),
        any::<f64>().prop_map(CellValue::Number),
        any::<bool>().prop_map(CellValue::Bool),
        any::<i32>().prop_map(|seconds| {
            let moment = chrono::DateTime::from_timestamp(i64::from(seconds), 0).unwrap();
            CellValue::Date(moment.naive_utc())
        }),
        Just(CellValue::Error("#REF!".to_owned())),
        Just(CellValue::FormulaWithoutValue),
        prop::sample::select(HEADINGS.to_vec()).prop_map(|h| CellValue::Text(h.to_owned())),
    ]
}

fn any_row() -> impl Strategy<Value = Vec<(u32, CellValue, bool, bool)>> {
    let cell = (0_u32..14, any_value(), any::<bool>(), any::<bool>());
    prop::collection::vec(cell, 0..14)
}

proptest! {
    #[test]
    fn arbitrary_cells_never_panic(
        rows in prop::collection::vec(any_row(), 0..6),
        heading in any::<bool>(),
    ) {
        let mut file = sheet("新生信息", if heading { &[&HEADINGS] } else { &[] });
        for (number, cells) in (2..).zip(rows) {
            let cells = cells
                .into_iter()
                .map(|(column, value, formula, merged)| Cell { column, value, formula, merged })
                .collect();
            file.rows.push(SheetRow { row: number, hidden: false, cells });
        }
        if let Ok(outcome) = run(vec![file]) {
            for row in outcome.rows {
                prop_assert_eq!(row.row.cells.len(), COLUMNS.len());
                let refused = row.problems.iter().any(Problem::is_error);
                prop_assert_eq!(row.entry.is_none(), refused);
                for problem in &row.problems {
                    let sentence = located_message(problem);
                    let place = format!("第 {} 行", row.row.row);
                    prop_assert!(sentence.starts_with(&place), "{}", sentence);
                    prop_assert!(sentence.ends_with('。'), "{}", sentence);
                }
            }
        }
    }
}
