//! Templates and tables, written and read back.

use std::io::{Cursor, Read};

use crate::common::{open, rows, texts};
use ekatong_core::import::table::{Entry, Table, TableRows, Template, TemplateColumn, Workbooks};
use ekatong_sheet::Sheets;
use zip::ZipArchive;

fn column(heading: &str, entry: Entry) -> TemplateColumn {
    TemplateColumn {
        heading: heading.into(),
        entry,
        note: format!("{heading}怎么填"),
        width: 14,
    }
}

fn template() -> Template {
    let words = |n| (0..n).map(|i| format!("选项{i}")).collect();
    Template {
        sheet: "新生信息".into(),
        columns: vec![
            column("姓名*", Entry::General),
            column("证件号码*", Entry::Text),
            column("年级*", Entry::Whole { min: 1, max: 9 }),
            column("性别", Entry::OneOf(vec!["男".into(), "女".into()])),
            column("关系", Entry::OneOf(words(100))),
            column("其他", Entry::OneOf(vec!["有,逗号".into()])),
        ],
        rows: 500,
        notes_sheet: "填写说明".into(),
        notes: vec![
            (
                "怎样填写".into(),
                vec!["年级填数字 1-9（七年级填 7）。".into(), "=不是公式".into()],
            ),
            ("本校班级".into(), vec!["七年级 3班 → 3".into()]),
        ],
    }
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut text = String::new();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    archive
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn a_template_is_read_back() {
    let bytes = Sheets.template(&template()).unwrap();
    let mut book = open(bytes, "模板.xlsx").unwrap();
    let sheets: Vec<_> = book
        .sheets()
        .iter()
        .map(|s| (s.name.clone(), s.visible))
        .collect();
    let expected = [("新生信息", true), ("填写说明", true), ("选项", false)];
    assert_eq!(
        sheets,
        expected.map(|(name, visible)| (name.to_owned(), visible))
    );
    let (table, _) = rows(book.as_mut(), 0).unwrap();
    assert_eq!(table.len(), 1);
    assert_eq!(
        texts(&table[0]),
        ["姓名*", "证件号码*", "年级*", "性别", "关系", "其他"]
    );
    let (notes, _) = rows(book.as_mut(), 1).unwrap();
    let lines: Vec<_> = notes.iter().map(|r| (r.row, texts(r).concat())).collect();
    let expected = [
        (1, "怎样填写"),
        (2, "年级填数字 1-9（七年级填 7）。"),
        (3, "=不是公式"),
        (5, "本校班级"),
        (6, "七年级 3班 → 3"),
    ];
    assert_eq!(lines, expected.map(|(row, text)| (row, text.to_owned())));
    assert!(notes.iter().all(|r| r.cells.iter().all(|c| !c.formula)));
}

#[test]
fn a_template_validates_and_explains() {
    let bytes = Sheets.template(&template()).unwrap();
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    for piece in [
        "sqref=\"C2:C501\"",
        "type=\"whole\"",
        "<formula1>1</formula1><formula2>9</formula2>",
        "error=\"请填 1 到 9 的整数\"",
        "errorTitle=\"年级填写有误\"",
        "<formula1>\"男,女\"</formula1>",
        "<formula1>选项!$A$1:$A$100</formula1>",
        "<formula1>选项!$B$1:$B$1</formula1>",
        "state=\"frozen\"",
        "orientation=\"landscape\"",
    ] {
        assert!(sheet.contains(piece), "{piece} in {sheet}");
    }
    assert!(part(&bytes, "xl/comments1.xml").contains("证件号码*怎么填"));
    assert!(part(&bytes, "xl/styles.xml").contains("numFmtId=\"49\""));
}

#[test]
fn the_same_template_gives_the_same_bytes() {
    let first = Sheets.template(&template()).unwrap();
    // The second round must not depend on the clock: DOS times count in steps
    // of two seconds, and the creation date in seconds.
    std::thread::sleep(std::time::Duration::from_millis(2100));
    assert_eq!(first, Sheets.template(&template()).unwrap());
}

struct Batches(Vec<Vec<Vec<String>>>);

impl TableRows for Batches {
    fn next(&mut self) -> Vec<Vec<String>> {
        if self.0.is_empty() {
            Vec::new()
        } else {
            self.0.remove(0)
        }
    }
}

#[test]
fn a_table_keeps_every_cell_as_text() {
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    let table = Table {
        sheet: "名单".into(),
        title: "2026-2027 学年新生名单".into(),
        columns: ["姓名", "证件号码", "备注", "网址"]
            .map(|h| (h.to_owned(), 20))
            .to_vec(),
    };
    let lines = [
        row(["张三", "320508201309189918", "=1+1", "https://example.com/"]),
        row(["李四", "007", "@SUM(A1)", "mailto:a@example.com"]),
        row(["_x0041_", "+86", "-1", "<&>\"\u{1}"]),
        row(["", "", "", "末"]),
    ];
    let mut batches = Batches(vec![lines[..2].to_vec(), lines[2..].to_vec()]);
    let mut bytes = Vec::new();
    Sheets.table(&table, &mut batches, &mut bytes).unwrap();
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(
        !sheet.contains("<f>") && !sheet.contains("hyperlink"),
        "{sheet}"
    );
    assert!(sheet.contains("<autoFilter ref=\"A2:D6\"/>"), "{sheet}");
    assert!(sheet.contains("ySplit=\"2\""), "{sheet}");
    let mut book = open(bytes, "名单.xlsx").unwrap();
    let (rows, _) = rows(book.as_mut(), 0).unwrap();
    let got: Vec<_> = rows.iter().map(texts).collect();
    assert_eq!(got[0], ["2026-2027 学年新生名单"]);
    assert_eq!(got[1], ["姓名", "证件号码", "备注", "网址"]);
    assert_eq!(got[2..5], lines[..3]);
    assert_eq!(got[5], ["末"]);
}

#[test]
fn a_table_may_be_empty() {
    let table = Table {
        sheet: "名单".into(),
        title: String::new(),
        columns: vec![("姓名".into(), 10)],
    };
    let mut bytes = Vec::new();
    Sheets
        .table(&table, &mut Batches(Vec::new()), &mut bytes)
        .unwrap();
    let mut book = open(bytes, "名单.xlsx").unwrap();
    let (rows, _) = rows(book.as_mut(), 0).unwrap();
    assert_eq!(rows.iter().map(texts).collect::<Vec<_>>(), [["姓名"]]);
}
