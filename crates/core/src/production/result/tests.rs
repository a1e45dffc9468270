use super::*;
use crate::import::cells::{CellValue, Container};
use crate::import::row::TableCell;
use crate::production::template::samples;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn lines() -> Vec<Line> {
    (1..=3)
        .map(|number| Line {
            number,
            line_no: format!("B-01-0000{number}"),
            paper: format!("E100000{number}"),
            name: format!("学生{number}"),
            known: Known::Waiting,
        })
        .collect()
}

fn result() -> ResultColumns {
    samples().remove(0).1.result
}

fn map() -> ColumnMap {
    ColumnMap {
        container: Container::Xlsx,
        sheet: "结果".to_owned(),
        at: (0..9).map(Some).collect(),
    }
}

/// 制卡编号, 证件号码, 姓名, 卡号, 卡序列号, 市民卡卡号, 制卡结果, 失败原因, 有效期至.
fn row(number: u32, cells: [&str; 9]) -> TableRow {
    TableRow {
        row: number,
        cells: cells.iter().map(|text| TableCell::typed(text)).collect(),
    }
}

fn run(result: &ResultColumns, rows: &[TableRow], lines: &[Line]) -> Vec<ResultRow> {
    check(result, &map(), rows, lines, day("2026-09-01"))
}

fn codes(row: &ResultRow) -> Vec<(Code, Option<&str>)> {
    row.problems
        .iter()
        .map(|p| (p.code, p.place.column.as_deref()))
        .collect()
}

#[test]
fn made_and_failed_rows_are_told() {
    let rows = [
        row(
            2,
            [
                "b-01-00001",
                "",
                "学生1",
                "a100",
                "04e1b2",
                "",
                "成功",
                "",
                "2027-08-31",
            ],
        ),
        row(
            3,
            ["B-01-00002", "", "", "", "", "", "失败", "照片不清", ""],
        ),
        row(4, ["B-01-00003", "", "", "", "", "", "失败", "", ""]),
    ];
    let checked = run(&result(), &rows, &lines());
    assert!(
        checked.iter().all(|row| row.problems.is_empty()),
        "{checked:?}"
    );
    let Some(Outcome::Made {
        card,
        serial,
        citizen,
        valid_until,
    }) = &checked[0].outcome
    else {
        panic!("{:?}", checked[0]);
    };
    assert_eq!((card.as_str(), card.raw()), ("A100", "a100"));
    assert_eq!(serial.as_ref().unwrap().raw(), "04e1b2");
    assert_eq!((citizen, *valid_until), (&None, Some(day("2027-08-31"))));
    let reason = |row: &ResultRow| match &row.outcome {
        Some(Outcome::Failed { reason }) => reason.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(&checked[1]), "照片不清");
    assert_eq!(reason(&checked[2]), "制卡单位没有写原因");
}

#[test]
fn every_wrong_cell_is_named() {
    let cases: [([&str; 9], Code, Option<&str>); 9] = [
        (
            ["B-01-00009", "", "", "A1", "", "", "成功", "", ""],
            Code::ResultLineUnknown,
            Some("A"),
        ),
        (
            ["", "", "", "A1", "", "", "成功", "", ""],
            Code::ResultLineMissing,
            Some("A"),
        ),
        (
            ["B-01-00001", "", "别人", "A1", "", "", "成功", "", ""],
            Code::ResultMismatch,
            Some("C"),
        ),
        (
            ["B-01-00001", "", "", "", "", "", "成功", "", ""],
            Code::ResultCardMissing,
            Some("D"),
        ),
        (
            ["B-01-00001", "", "", "A-1", "", "", "成功", "", ""],
            Code::CardNumberInvalid,
            Some("D"),
        ),
        (
            ["B-01-00001", "", "", "A1", "卡", "", "成功", "", ""],
            Code::CardNumberInvalid,
            Some("E"),
        ),
        (
            ["B-01-00001", "", "", "A1", "", "", "好了", "", ""],
            Code::ResultWordUnknown,
            Some("G"),
        ),
        (
            ["B-01-00001", "", "", "A1", "", "", "成功", "", "2026-08-31"],
            Code::ResultDateInvalid,
            Some("I"),
        ),
        (
            ["B-01-00001", "", "", "A1", "", "", "成功", "", "明年"],
            Code::ResultDateInvalid,
            Some("I"),
        ),
    ];
    for (cells, code, column) in cases {
        let checked = run(&result(), &[row(2, cells)], &lines());
        assert_eq!(codes(&checked[0]), [(code, column)], "{cells:?}");
        assert!(checked[0].outcome.is_none() && !checked[0].unchanged);
        assert_eq!(checked[0].problems[0].place.row, Some(2));
    }
    // By the paper, where the template says so; both must be of one order.
    let mut both = result();
    both.paper = Some("证件号码".to_owned());
    let cells = ["B-01-00001", "E1000002", "", "A1", "", "", "成功", "", ""];
    assert_eq!(
        codes(&run(&both, &[row(2, cells)], &lines())[0]),
        [(Code::ResultMismatch, Some("B"))]
    );
    both.line_no = None;
    let by_paper = run(
        &both,
        &[row(2, ["", "e1000002", "", "A1", "", "", "", "", ""])],
        &lines(),
    );
    assert_eq!((by_paper[0].line, by_paper[0].is_wrong()), (Some(2), false));
    let stranger = run(
        &both,
        &[row(2, ["", "E9", "", "A1", "", "", "", "", ""])],
        &lines(),
    );
    assert_eq!(codes(&stranger[0]), [(Code::ResultLineUnknown, Some("B"))]);
}

#[test]
fn numbers_that_excel_damaged_are_refused() {
    let mut numeric = row(2, ["B-01-00001", "", "", "x", "", "", "成功", "", ""]);
    for (value, error) in [
        (123_456.0, false),
        (1_234_567_890_123_456.0, true),
        (0.5, true),
    ] {
        numeric.cells[3].value = Some(CellValue::Number(value));
        let checked = run(&result(), std::slice::from_ref(&numeric), &lines());
        assert_eq!(codes(&checked[0]), [(Code::CardNumberPrecision, Some("D"))]);
        assert_eq!(checked[0].is_wrong(), error, "{value}");
        assert_eq!(checked[0].outcome.is_some(), !error);
    }
}

#[test]
fn what_is_on_record_is_unchanged_or_a_conflict() {
    let mut known = lines();
    known[0].known = Known::Made(CardNumbers {
        card: "A1".to_owned(),
        serial: None,
        citizen: None,
    });
    known[1].known = Known::Failed;
    let again = [
        row(2, ["B-01-00001", "", "", "a1", "", "", "成功", "", ""]),
        row(3, ["B-01-00002", "", "", "", "", "", "失败", "", ""]),
    ];
    let checked = run(&result(), &again, &known);
    assert!(
        checked
            .iter()
            .all(|row| row.unchanged && row.outcome.is_none())
    );
    let other = [
        row(2, ["B-01-00001", "", "", "A2", "", "", "成功", "", ""]),
        row(3, ["B-01-00002", "", "", "A3", "", "", "成功", "", ""]),
    ];
    for row in run(&result(), &other, &known) {
        assert_eq!(codes(&row), [(Code::ResultConflict, Some("D"))]);
    }
}

#[test]
fn lines_and_numbers_stand_once_in_a_file() {
    let made = |at, line, card| row(at, [line, "", "", card, "", "", "成功", "", ""]);
    let rows = [
        made(2, "B-01-00001", "A1"),
        made(3, "B-01-00001", "A1"),
        made(4, "B-01-00002", "A1"),
        made(5, "B-01-00003", "A5"),
        made(6, "B-01-00003", "A6"),
    ];
    let checked = run(&result(), &rows, &lines());
    assert!(checked[0].outcome.is_some() && checked[0].problems.is_empty());
    assert_eq!(codes(&checked[1]), [(Code::RowRepeated, None)]);
    assert!(!checked[1].is_wrong(), "the first of two alike counts");
    assert_eq!(codes(&checked[2]), [(Code::CardNumberTaken, Some("D"))]);
    assert!(checked[2].problems[0].message.contains("第 2 行"));
    for row in &checked[3..] {
        assert_eq!(codes(row), [(Code::RowConflict, None)]);
        assert!(row.outcome.is_none());
    }
    let mut checked = run(&result(), &rows[..1], &lines());
    assert_eq!(numbers(&checked).card, ["A1"]);
    let taken = TakenNumbers {
        card: vec!["A1".to_owned()],
        ..TakenNumbers::default()
    };
    taken_elsewhere(&result(), &map(), &mut checked, &taken);
    assert_eq!(codes(&checked[0]), [(Code::CardNumberTaken, Some("D"))]);
    assert!(checked[0].outcome.is_none());
}
