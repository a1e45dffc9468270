//! A person's own workbook back with its errors marked.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use crate::common::{fixture, open, patched, rows, texts};
use calamine::{Data, Reader, Xlsx};
use ekatong_core::error::{Code, OpError, Severity};
use ekatong_core::import::cells::{CellValue, FileLimits, SheetRow};
use ekatong_core::import::marked::{
    MarkedCell, MarkedColumn, MarkedRow, MarkedRows, MarkedTable, MarkedWorkbook, REASON_HEADING,
    TOKEN_HEADING,
};
use ekatong_core::import::row::{display, letter};
use ekatong_core::import::table::Workbooks;
use ekatong_sheet::Sheets;
use proptest::prelude::*;
use zip::ZipArchive;

const RED: &str = "FFFFC2C9";
const AMBER: &str = "FFFFE08A";

struct Source<'a>(std::slice::Iter<'a, MarkedRow>);

impl MarkedRows for Source<'_> {
    fn next(&mut self) -> Result<Option<MarkedRow>, OpError> {
        Ok(self.0.next().cloned())
    }
}

fn mark(bytes: &[u8], name: &str, table: &MarkedTable, rows: &[MarkedRow]) -> MarkedWorkbook {
    let mut source = Source(rows.iter());
    Sheets
        .mark(bytes, name, FileLimits::for_rows(500), table, &mut source)
        .unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// Marks a workbook that must come back as the person's own.
fn marked(bytes: &[u8], name: &str, table: &MarkedTable, rows: &[MarkedRow]) -> Vec<u8> {
    let book = mark(bytes, name, table, rows);
    assert_eq!(book.fresh, None, "{name}");
    book.bytes
}

/// All parts, unpacked.
fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|i| {
            let mut file = archive.by_index(i).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn part(bytes: &[u8], name: &str) -> String {
    let part = parts(bytes).remove(name);
    String::from_utf8(part.unwrap_or_else(|| panic!("no {name}"))).unwrap()
}

fn sheet_rows(bytes: &[u8], name: &str, sheet: &str) -> Vec<SheetRow> {
    let mut book = open(bytes.to_vec(), name).unwrap_or_else(|e| panic!("{name}: {e}"));
    let at = book.sheets().iter().position(|s| s.name == sheet).unwrap();
    rows(book.as_mut(), at).unwrap().0
}

/// The first sheet's table as the import would find it; every text in the
/// heading's row is a column of the template.
fn table(bytes: &[u8], name: &str, heading_row: u32) -> (MarkedTable, Vec<SheetRow>) {
    let sheet = open(bytes.to_vec(), name).unwrap().sheets()[0].name.clone();
    let mut rows = sheet_rows(bytes, name, &sheet);
    rows.retain(|row| row.row >= heading_row);
    let heading = rows.remove(0);
    assert_eq!(heading.row, heading_row, "{name}");
    let columns = heading
        .cells
        .iter()
        .zip(texts(&heading))
        .filter(|(_, text)| text != REASON_HEADING && text != TOKEN_HEADING)
        .map(|(cell, heading)| MarkedColumn {
            heading,
            at: Some(cell.column),
        })
        .collect();
    let table = MarkedTable {
        sheet,
        heading_row,
        columns,
    };
    (table, rows)
}

/// A row without problems.
fn right(table: &MarkedTable, row: &SheetRow) -> MarkedRow {
    let text = |at: Option<u32>| {
        let cell = row.cells.iter().find(|cell| Some(cell.column) == at);
        cell.map(|cell| display(&cell.value)).unwrap_or_default()
    };
    MarkedRow {
        row: row.row,
        token: format!("token-{}", row.row),
        reason: String::new(),
        severity: None,
        cells: Vec::new(),
        texts: table
            .columns
            .iter()
            .map(|column| text(column.at).into_owned())
            .collect(),
    }
}

fn cell(column: usize, severity: Severity, reason: &str) -> MarkedCell {
    MarkedCell {
        column,
        severity: Some(severity),
        reason: reason.to_owned(),
        value: None,
    }
}

/// The first column wrong in every other row, the last one doubtful in all
/// others, and in the first row a new value for the second column.
fn faults(table: &MarkedTable, rows: &[SheetRow]) -> Vec<MarkedRow> {
    let last = table.columns.len() - 1;
    let mut marked: Vec<MarkedRow> = rows.iter().map(|row| right(table, row)).collect();
    for (number, row) in marked.iter_mut().enumerate() {
        let wrong = number % 2 == 0;
        let (severity, column, reason) = if wrong {
            (Severity::Error, 0, "=姓名<不对>\n请改")
        } else {
            (Severity::Warning, last, "班级请再看一眼")
        };
        row.severity = Some(severity);
        row.reason = reason.to_owned();
        row.cells.push(cell(column, severity, reason));
    }
    if last > 0 {
        marked[0].cells.push(MarkedCell {
            column: 1,
            severity: None,
            reason: String::new(),
            value: Some("=007&<320508201309189918>".to_owned()),
        });
    }
    marked
}

/// Colour behind a cell of the first sheet; none without a solid fill.
fn fill(bytes: &[u8], sheet: &str, place: &str) -> Option<String> {
    let text = part(bytes, sheet);
    let (_, cell) = text.split_once(&format!("c r=\"{place}\""))?;
    let (cell, _) = cell.split_once('>')?;
    let number = |text: &str, key: &str| {
        let (_, value) = text.split_once(&format!(" {key}=\""))?;
        value.split('"').next()?.parse::<usize>().ok()
    };
    let style = number(cell, "s").unwrap_or(0);
    let styles = parts(bytes)
        .into_iter()
        .find(|(name, _)| name.contains("styles"))?
        .1;
    let styles = String::from_utf8(styles).unwrap();
    let list = |name: &str, item: &str| -> Vec<String> {
        let (_, rest) = styles.split_once(&format!("<{name} ")).unwrap();
        let (list, _) = rest.split_once(&format!("</{name}>")).unwrap();
        let start = format!("<{item}");
        let items = list.split(&start).skip(1);
        items
            .map(|item| format!(" {}", item.trim_start()))
            .collect()
    };
    let xf = list("cellXfs", "xf ").get(style)?.clone();
    let fill = list("fills", "fill>").get(number(&xf, "fillId")?)?.clone();
    let (_, colour) = fill.split_once("fgColor rgb=\"")?;
    Some(colour.split('"').next()?.to_owned())
}

/// Workbooks of many programs: file, row of the headings, parts that change and
/// parts that come new.
const BOOKS: [(&str, u32, &[&str], &[&str]); 11] = [
    (
        "openpyxl.xlsx",
        1,
        PLAIN,
        &[RELS, "xl/comments1.xml", DRAWING],
    ),
    (
        "xlsxwriter.xlsx",
        1,
        PLAIN,
        &[RELS, "xl/comments1.xml", DRAWING],
    ),
    (
        "libreoffice.xlsx",
        1,
        PLAIN,
        &[RELS, "xl/comments1.xml", DRAWING],
    ),
    (
        "exceljs.xlsx",
        1,
        PLAIN,
        &[RELS, "xl/comments1.xml", DRAWING],
    ),
    (
        "import-openpyxl.xlsx",
        1,
        PLAIN,
        &[RELS, "xl/comments1.xml", DRAWING],
    ),
    (
        "import-xlsxwriter.xlsx",
        1,
        PLAIN,
        &[RELS, "xl/comments1.xml", DRAWING],
    ),
    (
        "import-libreoffice.xlsx",
        1,
        PLAIN,
        &[RELS, "xl/comments1.xml", DRAWING],
    ),
    (
        "wps.xlsx",
        1,
        &[SHEET, TYPES, "xl/_rels/workbook.xml.rels"],
        &[RELS, "xl/comments1.xml", DRAWING, "xl/styles1.xml"],
    ),
    (
        "macro.xlsm",
        1,
        &[SHEET, TYPES, "xl/_rels/workbook.xml.rels"],
        &[RELS, "xl/comments1.xml", DRAWING, "xl/styles1.xml"],
    ),
    (
        "rich-xlsxwriter.xlsx",
        2,
        &[
            SHEET,
            STYLES,
            "xl/workbook.xml",
            "xl/comments1.xml",
            DRAWING,
        ],
        &[],
    ),
    (
        "rich-openpyxl.xlsx",
        1,
        &[
            SHEET,
            STYLES,
            "xl/tables/table1.xml",
            "xl/comments/comment1.xml",
            "xl/drawings/commentsDrawing1.vml",
        ],
        &[],
    ),
];
const SHEET: &str = "xl/worksheets/sheet1.xml";
const STYLES: &str = "xl/styles.xml";
const TYPES: &str = "[Content_Types].xml";
const RELS: &str = "xl/worksheets/_rels/sheet1.xml.rels";
const DRAWING: &str = "xl/drawings/vmlDrawing1.vml";
const PLAIN: &[&str] = &[SHEET, STYLES, TYPES];

#[test]
fn only_the_needed_parts_change() {
    for (name, heading_row, changed, added) in BOOKS {
        let bytes = fixture(name);
        let (table, data) = table(&bytes, name, heading_row);
        let once = marked(&bytes, name, &table, &faults(&table, &data));
        let (before, after) = (parts(&bytes), parts(&once));
        for (part, bytes) in &before {
            let same = after.get(part) == Some(bytes);
            assert_eq!(same, !changed.contains(&part.as_str()), "{name}: {part}");
        }
        let new: Vec<&String> = after.keys().filter(|k| !before.contains_key(*k)).collect();
        let mut added = added.to_vec();
        added.sort_unstable();
        assert_eq!(new, added, "{name}");
        // Programs that guess a file's kind look at the first part.
        let first = |bytes: &[u8]| {
            let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
            archive.by_index(0).unwrap().name().unwrap().into_owned()
        };
        assert_eq!(first(&bytes), first(&once), "{name}");
    }
}

/// What our reader must find: the cells as they were but for new values, and the
/// two columns.
fn expected(
    data: &[SheetRow],
    rows: &[MarkedRow],
    table: &MarkedTable,
) -> Vec<(u32, Vec<(u32, String)>)> {
    data.iter()
        .zip(rows)
        .map(|(row, mark)| {
            let mut cells: BTreeMap<u32, String> = row
                .cells
                .iter()
                .map(|cell| (cell.column, format!("{:?}", cell.value)))
                .collect();
            let text = |text: &str| format!("{:?}", CellValue::Text(text.to_owned()));
            for cell in &mark.cells {
                if let Some(value) = &cell.value {
                    let at = table.columns[cell.column].at.unwrap();
                    if value.is_empty() {
                        cells.remove(&at);
                    } else {
                        cells.insert(at, text(value));
                    }
                }
            }
            cells.insert(u32::MAX, text(&mark.token));
            if !mark.reason.is_empty() {
                cells.insert(u32::MAX - 1, text(&mark.reason));
            }
            (mark.row, cells.into_iter().collect())
        })
        .collect()
}

/// What our reader finds, the two columns numbered as in [`expected`].
fn found(bytes: &[u8], name: &str, table: &MarkedTable) -> Vec<(u32, Vec<(u32, String)>)> {
    let mut rows = sheet_rows(bytes, name, &table.sheet);
    rows.retain(|row| row.row >= table.heading_row);
    let heading = rows.remove(0);
    let at = |heading_text: &str| {
        let mut all = heading.cells.iter().zip(texts(&heading));
        let found = all.find(|(_, text)| text == heading_text);
        found
            .unwrap_or_else(|| panic!("{name}: {heading_text}"))
            .0
            .column
    };
    let (reason, token) = (at(REASON_HEADING), at(TOKEN_HEADING));
    rows.iter()
        .map(|row| {
            let mut cells: Vec<(u32, String)> = row
                .cells
                .iter()
                .map(|cell| {
                    let own = cell.column == reason || cell.column == token;
                    assert!(!(own && cell.formula), "{name}");
                    let column = match cell.column {
                        column if column == reason => u32::MAX - 1,
                        column if column == token => u32::MAX,
                        column => column,
                    };
                    (column, format!("{:?}", cell.value))
                })
                .collect();
            cells.sort();
            (row.row, cells)
        })
        .collect()
}

#[test]
fn every_value_survives_and_marks_are_where_they_should_be() {
    for (name, heading_row, _, _) in BOOKS {
        let bytes = fixture(name);
        let (table, data) = table(&bytes, name, heading_row);
        let rows = faults(&table, &data);
        let once = marked(&bytes, name, &table, &rows);
        let mut expected = expected(&data, &rows, &table);
        for (_, cells) in &mut expected {
            cells.sort();
        }
        assert_eq!(found(&once, name, &table), expected, "{name}");

        let after = parts(&once);
        let notes = after
            .iter()
            .find(|(part, _)| part.contains("comment") && part.ends_with(".xml"));
        let notes = String::from_utf8(notes.unwrap().1.clone()).unwrap();
        for row in &rows {
            for cell in row.cells.iter().filter(|cell| cell.severity.is_some()) {
                let at = table.columns[cell.column].at.unwrap();
                let place = format!("{}{}", letter(at), row.row);
                let colour = if cell.severity == Some(Severity::Error) {
                    RED
                } else {
                    AMBER
                };
                assert_eq!(
                    fill(&once, SHEET, &place).as_deref(),
                    Some(colour),
                    "{name} {place}"
                );
                assert!(
                    notes.contains(&format!("ref=\"{place}\"")),
                    "{name} {place}: {notes}"
                );
            }
        }
        assert!(notes.contains("=姓名&lt;不对&gt;\n请改"), "{name}: {notes}");

        // The other reader sees the same.
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(once.clone())).unwrap();
        let range = book.worksheet_range(&table.sheet).unwrap();
        for row in &rows {
            let has = |text: &str| {
                let cells = range
                    .rows()
                    .nth((row.row - 1 - range.start().unwrap().0) as usize);
                cells
                    .unwrap()
                    .iter()
                    .any(|cell| *cell == Data::String(text.to_owned()))
            };
            assert!(has(&row.token) && has(&row.reason), "{name} {}", row.row);
        }
    }
}

#[test]
fn marking_again_replaces_and_taking_back_restores() {
    for (name, heading_row, _, _) in BOOKS {
        let bytes = fixture(name);
        let (first, data) = table(&bytes, name, heading_row);
        let once = marked(&bytes, name, &first, &faults(&first, &data));
        let (again, data) = table(&once, name, heading_row);
        assert_eq!(again, first, "{name}");
        // The new value stands in the file by now.
        let mut rows = faults(&again, &data);
        for row in &mut rows {
            row.cells.retain(|cell| cell.value.is_none());
        }
        let twice = marked(&once, name, &again, &rows);
        let (one, two) = (parts(&once), parts(&twice));
        for (part, bytes) in &one {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let other = two.get(part).map(|bytes| text(bytes));
            assert_eq!(Some(text(bytes)), other, "{name}: {part}");
        }
        assert_eq!(one.len(), two.len(), "{name}");

        let rows: Vec<MarkedRow> = data.iter().map(|row| right(&again, row)).collect();
        let bare = marked(&twice, name, &again, &rows);
        let all = parts(&bare);
        for (part, text) in &all {
            let text = String::from_utf8_lossy(text);
            assert!(
                !text.contains("班级请再看一眼") && !text.contains("姓名&lt;不对"),
                "{name}: {part}"
            );
        }
        for row in &rows {
            for column in [&again.columns[0], again.columns.last().unwrap()] {
                let place = format!("{}{}", letter(column.at.unwrap()), row.row);
                let before = fill(&bytes, SHEET, &place);
                assert_eq!(fill(&bare, SHEET, &place), before, "{name} {place}");
            }
        }
    }
}

#[test]
fn filters_tables_names_and_widths_go_on_to_the_marks() {
    let rich = |name: &str, row| {
        let bytes = fixture(name);
        let (table, data) = table(&bytes, name, row);
        marked(&bytes, name, &table, &faults(&table, &data))
    };
    let bytes = rich("rich-xlsxwriter.xlsx", 2);
    let sheet = part(&bytes, SHEET);
    for piece in [
        "<autoFilter ref=\"A2:H8\">",
        "<dimension ref=\"A1:H8\"/>",
        "<col min=\"2\" max=\"6\" ",
        "<col min=\"7\" max=\"7\" width=\"60\" customWidth=\"1\"/><col min=\"8\" max=\"8\" width=\"24\" hidden=\"1\"",
        "<col min=\"9\" max=\"26\" ",
        "<sheetProtection ",
        "<dataValidations ",
        "<conditionalFormatting ",
        "hidden=\"1\"",
    ] {
        assert!(sheet.contains(piece), "{piece} in {sheet}");
    }
    let row = sheet.split_once("<row r=\"5\"").unwrap().1;
    assert!(
        row.split('>').next().unwrap().contains("hidden=\"1\""),
        "{row}"
    );
    let book = part(&bytes, "xl/workbook.xml");
    assert!(
        book.contains("localSheetId=\"0\" hidden=\"1\">新生信息!$A$2:$H$8<"),
        "{book}"
    );
    assert!(book.contains("'汇总 ''26'!$A$1:$B$1"), "{book}");
    // The person's notes are there, one of them with ours behind it.
    let notes = part(&bytes, "xl/comments1.xml");
    assert!(
        notes.contains("填身份证上的姓名") && notes.contains("家长说证件在补办"),
        "{notes}"
    );

    let bytes = rich("rich-openpyxl.xlsx", 1);
    let table = part(&bytes, "xl/tables/table1.xml");
    for piece in [
        "ref=\"A1:H4\"",
        "<autoFilter ref=\"A1:H4\"",
        "<tableColumns count=\"8\">",
        "id=\"7\" name=\"错误原因\"",
        "id=\"8\" name=\"核对标记（请勿改动）\"",
    ] {
        assert!(table.contains(piece), "{piece} in {table}");
    }
}

#[test]
fn elements_keep_their_prefix() {
    let bytes = fixture("prefixed.xlsx");
    let (table, _) = table(&bytes, "prefixed.xlsx", 1);
    let row = MarkedRow {
        row: 3,
        token: "t".into(),
        reason: "缺行".into(),
        severity: Some(Severity::Error),
        cells: vec![cell(0, Severity::Error, "缺行")],
        texts: vec!["李四".into()],
    };
    let once = marked(&bytes, "prefixed.xlsx", &table, std::slice::from_ref(&row));
    let sheet = part(&once, SHEET);
    assert!(
        sheet.contains("<x:row r=\"3\"><x:c r=\"A3\" s=\""),
        "{sheet}"
    );
    assert!(
        sheet.contains("</x:mergeCells><x:legacyDrawing "),
        "{sheet}"
    );
    let rows = sheet_rows(&once, "prefixed.xlsx", &table.sheet);
    assert_eq!(texts(&rows[1]), ["李四", "缺行", "t"]);
}

#[test]
fn what_is_left_of_a_replaced_formula_keeps_its_value() {
    let bytes = fixture("shared-formulas.xlsx");
    let (table, data) = table(&bytes, "a.xlsx", 1);
    let mut rows: Vec<MarkedRow> = data.iter().map(|row| right(&table, row)).collect();
    rows[0].cells.push(MarkedCell {
        column: 1,
        severity: None,
        reason: String::new(),
        value: Some("=1+1".into()),
    });
    let once = marked(&bytes, "a.xlsx", &table, &rows);
    let sheet = part(&once, SHEET);
    assert!(!sheet.contains("shared"), "{sheet}");
    assert_eq!(sheet.matches("<f>").count(), 1, "{sheet}");
    let found = sheet_rows(&once, "a.xlsx", &table.sheet);
    let years: Vec<_> = found
        .iter()
        .map(|row| (row.cells[1].value.clone(), row.cells[1].formula))
        .collect();
    assert_eq!(years[1], (CellValue::Text("=1+1".into()), false));
    assert_eq!(
        years[2..],
        [
            (CellValue::Number(7.0), false),
            (CellValue::Number(7.0), false)
        ]
    );
    assert!(found[3].hidden);
    assert!(sheet.contains("<autoFilter ref=\"A1:E4\"/>"), "{sheet}");
    // Excel takes an order of computing that names a formula which is gone for damage.
    let all = parts(&once);
    assert!(!all.contains_key("xl/calcChain.xml"));
    for name in [TYPES, "xl/_rels/workbook.xml.rels"] {
        assert!(!part(&once, name).contains("calcChain"), "{name}");
    }
}

#[test]
fn a_cleared_cell_is_blank_and_odd_characters_stay() {
    let bytes = fixture("openpyxl.xlsx");
    let (table, data) = table(&bytes, "a.xlsx", 1);
    let mut rows: Vec<MarkedRow> = data.iter().map(|row| right(&table, row)).collect();
    let values = ["", "_x0041_\u{1}", "  两端 \t"];
    for (row, value) in rows.iter_mut().zip(values) {
        row.cells.push(MarkedCell {
            column: 0,
            severity: Some(Severity::Warning),
            reason: "_x000D_\r".into(),
            value: Some(value.into()),
        });
        row.reason = "一\n二_x000D_".into();
    }
    let once = marked(&bytes, "a.xlsx", &table, &rows);
    assert_eq!(
        found(&once, "a.xlsx", &table),
        expected(&data, &rows, &table)
    );
    assert_eq!(fill(&once, SHEET, "A2").as_deref(), Some(AMBER));
}

#[test]
fn notes_are_few_and_reasons_are_all() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "姓名").unwrap();
    for row in 1..=1100 {
        sheet.write_string(row, 0, "张三").unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    let (table, data) = table(&bytes, "a.xlsx", 1);
    let mut rows: Vec<MarkedRow> = data.iter().map(|row| right(&table, row)).collect();
    for row in &mut rows {
        row.reason = "不对".into();
        row.cells.push(cell(0, Severity::Error, "不对"));
    }
    let once = marked(&bytes, "a.xlsx", &table, &rows);
    assert_eq!(
        part(&once, "xl/comments1.xml").matches("<comment ").count(),
        1000
    );
    assert_eq!(part(&once, DRAWING).matches("<v:shape ").count(), 1000);
    assert_eq!(part(&once, SHEET).matches("不对").count(), 1100);
    assert_eq!(fill(&once, SHEET, "A1101").as_deref(), Some(RED));
}

#[test]
fn a_column_of_reasons_of_the_persons_own_is_left_alone() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, text) in (0..).zip(["姓名", "错误原因"]) {
        sheet.write_string(0, column, text).unwrap();
        sheet.write_string(1, column, "自己的").unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    let (mut table, data) = table(&bytes, "a.xlsx", 1);
    table.columns.truncate(1);
    let rows = [right(&table, &data[0])];
    let once = marked(&bytes, "a.xlsx", &table, &rows);
    let found = sheet_rows(&once, "a.xlsx", &table.sheet);
    assert_eq!(
        texts(&found[0]),
        ["姓名", "错误原因", "错误原因", TOKEN_HEADING]
    );
    assert_eq!(texts(&found[1]), ["自己的", "自己的", "token-2"]);
}

#[test]
fn where_the_own_workbook_cannot_be_changed_a_fresh_one_says_so() {
    let row = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>姓名</t></is></c></row>";
    let strict = format!(
        "<worksheet xmlns=\"http://purl.oclc.org/ooxml/spreadsheetml/main\"><sheetData>{row}</sheetData></worksheet>"
    );
    let special = "原文件的内部结构特殊，无法直接标注，已另做一个 .xlsx；格式没有保留";
    let wide = fixture("stray-cell.xlsx");
    let csv = "姓名,年级\r\n".as_bytes().to_vec();
    for (bytes, name, says) in [
        (
            fixture("libreoffice.xls"),
            "新生.XLS",
            "原文件是 .xls，已另做一个 .xlsx；格式没有保留",
        ),
        (
            csv,
            "新生.csv",
            "原文件是 .csv，已另做一个 .xlsx；格式没有保留",
        ),
        (
            patched(
                "openpyxl.xlsx",
                &[("_xmlsignatures/sig1.xml", "<Signature/>")],
            ),
            "a.xlsx",
            "原文件带有数字签名，改动会使签名失效，已另做一个 .xlsx；格式没有保留",
        ),
        (wide, "a.xlsx", special),
        (
            patched("openpyxl.xlsx", &[(SHEET, &strict)]),
            "a.xlsx",
            special,
        ),
        (
            patched("openpyxl.xlsx", &[(STYLES, "<styleSheet/>")]),
            "a.xlsx",
            special,
        ),
        (fixture("dtd-sheet.xlsx"), "a.xlsx", special),
        (fixture("malformed-sheet.xlsx"), "a.xlsx", special),
        (fixture("encrypted.xlsx"), "a.xlsx", special),
        (b"PK\x03\x04".to_vec(), "a.xlsx", special),
    ] {
        let table = MarkedTable {
            sheet: "新生信息".into(),
            heading_row: 3,
            columns: ["姓名*", "证件号码*"]
                .map(|heading| MarkedColumn {
                    heading: heading.into(),
                    at: Some(5),
                })
                .to_vec(),
        };
        let mut wrong = MarkedRow {
            row: 7,
            token: "t7".into(),
            reason: "=姓名不对\n请改".into(),
            severity: Some(Severity::Error),
            cells: vec![
                cell(0, Severity::Error, "姓名不对"),
                cell(1, Severity::Warning, "再看"),
            ],
            texts: vec!["=1+1".into(), "320508201309189918".into()],
        };
        wrong.cells[1].value = Some("007".into());
        let fine = MarkedRow {
            row: 9,
            token: "t9".into(),
            reason: String::new(),
            severity: None,
            cells: Vec::new(),
            texts: vec![String::new(), "+86".into()],
        };
        let book = mark(&bytes, name, &table, &[wrong, fine]);
        assert_eq!(book.fresh.as_deref(), Some(says), "{name}");
        let rows = sheet_rows(&book.bytes, "a.xlsx", "新生信息");
        let got: Vec<_> = rows.iter().map(|row| (row.row, texts(row))).collect();
        assert_eq!(got[0].0, 3);
        assert_eq!(
            got[0].1,
            ["姓名*", "证件号码*", REASON_HEADING, TOKEN_HEADING]
        );
        assert_eq!(
            got[1],
            (
                7,
                ["=1+1", "007", "=姓名不对\n请改", "t7"]
                    .map(str::to_owned)
                    .to_vec()
            )
        );
        assert_eq!(got[2], (9, ["+86", "t9"].map(str::to_owned).to_vec()));
        assert!(
            rows.iter()
                .all(|row| row.cells.iter().all(|cell| !cell.formula))
        );
        assert_eq!(fill(&book.bytes, SHEET, "A7").as_deref(), Some(RED));
        assert_eq!(fill(&book.bytes, SHEET, "B7").as_deref(), Some(AMBER));
        let sheet = part(&book.bytes, SHEET);
        assert!(sheet.contains("<autoFilter ref=\"A3:D9\"/>"), "{sheet}");
        assert!(part(&book.bytes, "xl/comments1.xml").contains("姓名不对"));
        // A fresh workbook is marked again as any other.
        let (again, data) = self::table(&book.bytes, "a.xlsx", 3);
        marked(&book.bytes, "a.xlsx", &again, &faults(&again, &data));
    }
}

#[test]
fn a_name_that_no_sheet_may_have_is_replaced() {
    let table = MarkedTable {
        sheet: "新生[1]".into(),
        heading_row: 1,
        columns: Vec::new(),
    };
    let book = mark(b"", "新生[1].csv", &table, &[]);
    assert_eq!(open(book.bytes, "a.xlsx").unwrap().sheets()[0].name, "数据");
}

struct Failing;

impl MarkedRows for Failing {
    fn next(&mut self) -> Result<Option<MarkedRow>, OpError> {
        Err(Code::Cancelled.into())
    }
}

#[test]
fn errors_of_the_source_are_given_through() {
    for name in ["openpyxl.xlsx", "libreoffice.xls"] {
        let bytes = fixture(name);
        let table = MarkedTable {
            sheet: "新生信息".into(),
            heading_row: 1,
            columns: Vec::new(),
        };
        let limits = FileLimits::for_rows(500);
        let error = Sheets
            .mark(&bytes, name, limits, &table, &mut Failing)
            .unwrap_err();
        assert!(error.has(Code::Cancelled), "{name}: {error}");
    }
}

/// A cell of a random workbook.
#[derive(Debug, Clone)]
enum Made {
    Absent,
    Blank,
    Text(String),
    Number(f64),
    Formula,
}

fn made() -> impl Strategy<Value = Made> {
    prop_oneof![
        1 => Just(Made::Absent),
        1 => Just(Made::Blank),
        3 => "[ -~张三𠮷·\n]{1,6}".prop_map(Made::Text),
        2 => (-1e6..1e6).prop_map(Made::Number),
        1 => Just(Made::Formula),
    ]
}

/// A mark: column, severity, reason, new value.
type Mark = (prop::sample::Index, Option<bool>, String, Option<String>);

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_workbooks(
        width in 1..5_usize,
        top in 0..3_u32,
        grid in proptest::collection::vec((proptest::collection::vec(made(), 5), any::<[u8; 3]>()), 1..8),
        marks in proptest::collection::vec(proptest::collection::vec(
            (any::<prop::sample::Index>(), any::<Option<bool>>(), "[ -~原因\n]{1,8}", proptest::option::of("[ -~新值]{0,6}")), 0..3), 8),
        extras in any::<[bool; 5]>(),
    ) {
        let (bytes, heading_row) = make(width, top, &grid, extras);
        let (table, data) = table(&bytes, "a.xlsx", heading_row);
        let rows: Vec<MarkedRow> = data.iter().zip(&marks).map(|(row, marks)| decorate(right(&table, row), marks, &table)).collect();
        let once = marked(&bytes, "a.xlsx", &table, &rows);
        let mut expected = expected(&data, &rows, &table);
        for (_, cells) in &mut expected {
            cells.sort();
        }
        prop_assert_eq!(found(&once, "a.xlsx", &table), expected);
        let mut other: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(once.clone())).unwrap();
        prop_assert!(other.worksheet_range(&table.sheet).is_ok());
        let twice = marked(&once, "a.xlsx", &table, &rows);
        prop_assert_eq!(parts(&once), parts(&twice));
    }
}

fn decorate(mut row: MarkedRow, marks: &[Mark], table: &MarkedTable) -> MarkedRow {
    for (column, severity, reason, value) in marks {
        let column = column.index(table.columns.len());
        if row.cells.iter().any(|cell| cell.column == column) {
            continue;
        }
        let severity = severity.map(|error| {
            if error {
                Severity::Error
            } else {
                Severity::Warning
            }
        });
        row.severity = row.severity.max(severity);
        if severity.is_some() {
            row.reason.push_str(reason);
        }
        row.cells.push(MarkedCell {
            column,
            severity,
            reason: reason.clone(),
            value: value.clone(),
        });
    }
    row
}

/// A workbook of random cells with formats, widths, a filter and notes; the row of
/// its headings.
fn make(
    width: usize,
    top: u32,
    grid: &[(Vec<Made>, [u8; 3])],
    extras: [bool; 5],
) -> (Vec<u8>, u32) {
    use rust_xlsxwriter::{Color, Format, Note, Workbook};
    let [widths, filter, notes, row_formats, second] = extras;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let format = |n: u8| {
        let format = Format::new();
        let format = if n & 1 == 0 {
            format
        } else {
            format.set_bold()
        };
        let format = if n & 2 == 0 {
            format
        } else {
            format.set_num_format("@")
        };
        let format = if n & 4 == 0 {
            format
        } else {
            format.set_background_color(Color::Yellow)
        };
        if n & 8 == 0 {
            format
        } else {
            format.set_font_color(Color::White)
        }
    };
    let right = u16::try_from(width).unwrap() - 1;
    if widths {
        sheet.set_column_width(0, 20).unwrap();
        sheet
            .set_column_range_format(right, right + 5, &format(2))
            .unwrap();
    }
    for column in 0..=right {
        sheet
            .write_string(top, column, format!("列{column}"))
            .unwrap();
    }
    let mut last = top;
    for (cells, formats) in grid {
        last += 1 + u32::from(formats[1] % 4 == 0);
        if row_formats && formats[2] % 3 == 0 {
            sheet.set_row_format(last, &format(formats[2])).unwrap();
        }
        for (column, cell) in (0..=right).zip(cells) {
            let format = format(formats[0].wrapping_add(u8::try_from(column).unwrap()));
            match cell {
                Made::Absent => continue,
                Made::Blank => sheet.write_blank(last, column, &format).unwrap(),
                Made::Text(text) => sheet
                    .write_string_with_format(last, column, text, &format)
                    .unwrap(),
                Made::Number(number) => sheet
                    .write_number_with_format(last, column, *number, &format)
                    .unwrap(),
                Made::Formula => sheet
                    .write_formula_with_format(last, column, "=1+1", &format)
                    .unwrap(),
            };
        }
        if notes && formats[1] % 3 == 0 {
            sheet.insert_note(last, 0, &Note::new("自己的")).unwrap();
        }
    }
    if filter {
        sheet.autofilter(top, 0, last, right).unwrap();
    }
    if second {
        let sheet = book.add_worksheet();
        sheet.insert_note(3, 3, &Note::new("另一张")).unwrap();
    }
    (book.save_to_buffer().unwrap(), top + 1)
}
