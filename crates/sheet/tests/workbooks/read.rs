//! Workbooks of many programs, read.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crate::common::{first_sheet, fixture, open, rows, texts};
use chrono::{NaiveDate, NaiveDateTime};
use ekatong_core::import::cells::{Cell, CellValue, Container};

fn day(year: i32, month: u32, day: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(year, month, day).unwrap().into()
}

#[test]
fn the_same_table_is_read_from_every_writer() {
    for name in [
        "openpyxl.xlsx",
        "xlsxwriter.xlsx",
        "libreoffice.xlsx",
        "exceljs.xlsx",
        "xlwt.xls",
        "sheetjs.xls",
        "libreoffice.xls",
        "utf8.csv",
        "utf8-bom.csv",
        "gb18030.csv",
        "utf16-tabs.csv",
        "semicolons.csv",
    ] {
        let mut book = open(fixture(name), name).unwrap();
        let (stem, extension) = name.split_once('.').unwrap();
        let (sheet, container) = match extension {
            "xls" => ("新生信息", Container::Xls),
            "csv" => (stem, Container::Csv),
            _ => ("新生信息", Container::Xlsx),
        };
        assert_eq!(book.sheets()[0].name, sheet, "{name}");
        assert_eq!(book.container(), container, "{name}");
        assert!(book.sheets()[0].visible, "{name}");
        let (rows, facts) = rows(book.as_mut(), 0).unwrap();
        let table: Vec<_> = rows.iter().take(4).map(texts).collect();
        assert_eq!(
            table,
            [
                ["姓名*", "性别", "证件号码*", "年级*", "班级*", "手机*"],
                ["张三", "男", "320508201309189918", "7", "3", "13800000001"],
                [
                    "阿依古丽·买买提",
                    "女",
                    "32050520140206992X",
                    "7",
                    "1",
                    "13800000002"
                ],
                [
                    "𠮷田 一",
                    "女",
                    "32050620150310919X",
                    "6",
                    "2",
                    "13800000003"
                ],
            ],
            "{name}"
        );
        assert_eq!(
            rows.iter().take(4).map(|r| r.row).collect::<Vec<_>>(),
            [1, 2, 3, 4]
        );
        assert!(facts.hidden_columns.is_empty(), "{name}");
        assert!(rows.iter().all(|r| !r.hidden), "{name}");
    }
}

#[test]
fn rich_text_is_joined_and_escapes_are_resolved() {
    let rows = first_sheet("xlsxwriter.xlsx");
    assert_eq!(texts(&rows[4]), ["富文本 ", "两行\n文字", "_x0041_\u{1}"]);
    assert_eq!(rows[4].row, 6);
}

#[test]
fn numbers_stay_numbers() {
    let rows = first_sheet("numbers.xlsx");
    let values: Vec<_> = rows[1]
        .cells
        .iter()
        .skip(2)
        .map(|c| c.value.clone())
        .collect();
    // The digits that Excel loses are lost here as well; the rules tell by the type.
    assert_eq!(
        values,
        [320_508_201_309_189_918_f64, 7.0, 3.0, 13_800_000_001.0].map(CellValue::Number)
    );
}

#[test]
fn dates_are_read_in_both_epochs() {
    for name in [
        "dates.xlsx",
        "dates-1904.xlsx",
        "dates.xls",
        "dates-1904.xls",
    ] {
        let rows = first_sheet(name);
        let values: Vec<_> = rows[1].cells.iter().map(|c| c.value.clone()).collect();
        assert_eq!(values[0], CellValue::Date(day(2013, 9, 18)), "{name}");
        let at = NaiveDate::from_ymd_opt(2013, 9, 18)
            .unwrap()
            .and_hms_opt(13, 45, 30)
            .unwrap();
        assert_eq!(values[1], CellValue::Date(at), "{name}");
        assert_eq!(values[2], CellValue::Date(day(2016, 2, 29)), "{name}");
        assert!(matches!(values[3], CellValue::Date(_)), "{name}");
        assert_eq!(values[4], CellValue::Number(41535.0), "{name}");
        assert_eq!(values[5], CellValue::Text("2013-09-18".into()), "{name}");
    }
}

#[test]
fn merged_and_hidden_cells_are_told() {
    for name in ["hidden-merged.xlsx", "hidden-merged.xls"] {
        merged_and_hidden(name);
    }
}

fn merged_and_hidden(name: &str) {
    let mut book = open(fixture(name), name).unwrap();
    let sheets: Vec<_> = book
        .sheets()
        .iter()
        .map(|s| (s.name.as_str(), s.visible))
        .collect();
    assert_eq!(
        sheets,
        [
            ("数据", true),
            ("隐藏", false),
            ("深藏", false),
            ("末", true)
        ]
    );
    let (all, facts) = rows(book.as_mut(), 0).unwrap();
    assert_eq!(facts.hidden_columns, [2]);
    assert_eq!(
        all.iter().map(|r| r.row).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6, 7, 9]
    );
    assert_eq!(
        all.iter()
            .filter(|r| r.hidden)
            .map(|r| r.row)
            .collect::<Vec<_>>(),
        [3, 6]
    );
    let merged: Vec<_> = all
        .iter()
        .flat_map(|r| {
            r.cells
                .iter()
                .filter(|c| c.merged)
                .map(|c| (r.row, c.column))
        })
        .collect();
    assert_eq!(merged, [(1, 0), (4, 1)]);
    // A blank cell with a fill is no cell.
    assert_eq!(all[1].cells.len(), 3);
    assert_eq!(texts(&rows(book.as_mut(), 3).unwrap().0[0]), ["z"]);
    let ranges: Vec<_> = book.merged_ranges(0).unwrap();
    let rows_and_columns: Vec<_> = ranges
        .iter()
        .map(|r| (r.top, r.bottom, r.left, r.right))
        .collect();
    assert_eq!(rows_and_columns, [(1, 1, 0, 2), (4, 5, 1, 1)], "{name}");
    // A second reading tells the same, and one that is broken off too.
    assert_eq!(rows(book.as_mut(), 0).unwrap().0, all);
    let mut seen = 0;
    let facts = book
        .rows(0, &mut |_| {
            seen += 1;
            ControlFlow::Break(())
        })
        .unwrap();
    assert_eq!((seen, facts.hidden_columns), (1, vec![2]));
}

#[test]
fn formulas_and_errors_are_told() {
    let cell = |column, value, formula| Cell {
        column,
        value,
        formula,
        merged: false,
    };
    assert_eq!(
        first_sheet("formulas-openpyxl.xlsx")[0].cells,
        [
            cell(0, CellValue::FormulaWithoutValue, true),
            cell(1, CellValue::FormulaWithoutValue, true),
            cell(2, CellValue::Error("#N/A".into()), false),
            cell(3, CellValue::Error("#REF!".into()), false),
            cell(4, CellValue::Bool(true), false),
            cell(5, CellValue::Bool(false), false),
        ]
    );
    assert_eq!(
        first_sheet("formulas-xlsxwriter.xlsx")[0].cells,
        [
            cell(0, CellValue::Number(2.0), true),
            cell(1, CellValue::Text("ab".into()), true),
            cell(2, CellValue::Error("#N/A".into()), true),
            cell(3, CellValue::Bool(true), true),
            cell(4, CellValue::Date(day(2013, 9, 18)), true),
        ]
    );
    assert_eq!(
        first_sheet("libreoffice.xlsx")[4].cells,
        [
            cell(0, CellValue::Number(2.0), true),
            cell(1, CellValue::Error("#N/A".into()), true),
            cell(2, CellValue::Text("ab".into()), true),
        ]
    );
}

#[test]
fn every_type_of_cell_is_read() {
    let rows = first_sheet("types.xlsx");
    let values: Vec<_> = rows[0]
        .cells
        .iter()
        .map(|c| (c.column, c.value.clone()))
        .collect();
    let half_past_eight = NaiveDate::from_ymd_opt(2013, 9, 18)
        .unwrap()
        .and_hms_opt(8, 30, 0)
        .unwrap();
    assert_eq!(
        values,
        [
            (0, CellValue::Text("行内 ".into())),
            (1, CellValue::Text("a\rb".into())),
            (2, CellValue::Bool(true)),
            (3, CellValue::Error("#SPILL!".into())),
            (4, CellValue::Date(day(2013, 9, 18))),
            (5, CellValue::Date(half_past_eight)),
            (6, CellValue::Number(1000.0)),
            (9, CellValue::FormulaWithoutValue),
            (11, CellValue::Text("x&y".into())),
        ]
    );
    assert_eq!(
        (rows[1].row, texts(&rows[1])),
        (3, vec!["张<三>".to_owned()])
    );
}

#[test]
fn files_of_wps_are_read() {
    let rows = first_sheet("wps.xlsx");
    // The hint on how to pronounce the name is not part of it.
    assert_eq!(texts(&rows[1]), ["张三"]);
    assert_eq!(texts(&rows[2]), ["=DISPIMG(\"ID_0123456789ABCDEF\",1)"]);
    assert!(rows[2].cells[0].formula);
}

#[test]
fn odd_packages_are_read() {
    for name in [
        "targets-absolute.xlsx",
        "targets-parent.xlsx",
        "dimension-wrong.xlsx",
    ] {
        let rows = first_sheet(name);
        assert_eq!(
            rows.iter().map(texts).collect::<Vec<_>>(),
            [["姓名"], ["张三"]],
            "{name}"
        );
    }
    let rows = first_sheet("prefixed.xlsx");
    assert!(rows[0].cells[0].merged);
    assert_eq!(texts(&first_sheet("macro.xlsm")[1]), ["张三"]);
}

#[test]
fn a_stray_cell_costs_nothing() {
    let started = Instant::now();
    let rows = first_sheet("stray-cell.xlsx");
    assert_eq!(rows.len(), 3);
    assert_eq!((rows[2].row, rows[2].cells[0].column), (1_048_576, 16_383));
    // A grid of all cells would need a minute and all memory there is.
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[test]
fn every_record_of_a_cell_is_read() {
    let rows = first_sheet("values.xls");
    let values =
        |row: usize| -> Vec<_> { rows[row].cells.iter().map(|c| c.value.clone()).collect() };
    assert_eq!(
        rows.iter().map(|r| r.row).collect::<Vec<_>>(),
        [1, 3, 4, 65536]
    );
    assert_eq!(
        values(0),
        [
            CellValue::Number(7.0),
            CellValue::Number(-3.0),
            CellValue::Number(0.5),
            CellValue::Number(1234.56),
            CellValue::Number(320_508_201_309_189_918_f64),
            CellValue::Number(1e300),
            CellValue::Bool(true),
            CellValue::Bool(false),
        ]
    );
    let errors = [
        "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A",
    ];
    assert_eq!(values(1), errors.map(|e| CellValue::Error(e.into())));
    assert_eq!(texts(&rows[2]), ["富文本"]);
    // A cell in the last corner costs nothing.
    assert_eq!(
        (rows[3].cells[0].column, texts(&rows[3])),
        (255, vec!["角".to_owned()])
    );
    assert_eq!(
        first_sheet("libreoffice.xls")[4].cells,
        first_sheet("libreoffice.xlsx")[4].cells
    );
}

#[test]
fn strings_go_on_in_further_records() {
    // calamine loses a rare character here whose halves stand in two records.
    let rows = first_sheet("long-strings.xls");
    assert_eq!(rows.len(), 120);
    for (r, row) in rows.iter().enumerate() {
        let letter = if r % 2 == 1 { "甲" } else { "a" };
        assert!(
            texts(row) == [format!("{}é𠮷{r}", letter.repeat(200 + r * 3))],
            "{r}"
        );
    }
}

#[test]
fn old_workbooks_agree_with_calamine() {
    use calamine::{Data, Reader, Xls};
    for name in [
        "xlwt.xls",
        "sheetjs.xls",
        "libreoffice.xls",
        "import-xlwt.xls",
        "dates.xls",
        "hidden-merged.xls",
    ] {
        let mut theirs = Xls::new(std::io::Cursor::new(fixture(name))).unwrap();
        let sheet = theirs.sheet_names()[0].clone();
        let range = theirs.worksheet_range(&sheet).unwrap();
        let (top, left) = range.start().unwrap();
        let expected: Vec<_> = range
            .used_cells()
            .filter_map(|(row, column, value)| {
                let shown = match value {
                    Data::Empty => return None,
                    Data::String(text) if text.is_empty() => return None,
                    Data::String(text) => text.clone(),
                    Data::Float(number) => number.to_string(),
                    Data::Int(number) => number.to_string(),
                    Data::Bool(value) => value.to_string(),
                    Data::DateTime(_) => "date".to_owned(),
                    Data::Error(error) => error.to_string(),
                    Data::DateTimeIso(_) | Data::DurationIso(_) => unreachable!("{name}"),
                };
                let at = |n: usize| u32::try_from(n).unwrap();
                Some((top + at(row) + 1, left + at(column), shown))
            })
            .collect();
        let mut got = Vec::new();
        for row in first_sheet(name) {
            for cell in row.cells {
                let shown = match cell.value {
                    CellValue::Text(text) | CellValue::Error(text) => text,
                    CellValue::Number(number) => number.to_string(),
                    CellValue::Bool(value) => value.to_string(),
                    CellValue::Date(_) => "date".to_owned(),
                    CellValue::FormulaWithoutValue => unreachable!("{name}"),
                };
                got.push((row.row, cell.column, shown));
            }
        }
        assert_eq!(got, expected, "{name}");
    }
}

#[test]
fn values_agree_with_calamine() {
    use calamine::{DataRef, Reader, Xlsx};
    for name in [
        "openpyxl.xlsx",
        "xlsxwriter.xlsx",
        "libreoffice.xlsx",
        "exceljs.xlsx",
        "numbers.xlsx",
        "dates.xlsx",
        "hidden-merged.xlsx",
        "formulas-xlsxwriter.xlsx",
    ] {
        let mut theirs = Xlsx::new(std::io::Cursor::new(fixture(name))).unwrap();
        let sheet = theirs.sheet_names()[0].clone();
        let mut reader = theirs.worksheet_cells_reader(&sheet).unwrap();
        let mut expected = Vec::new();
        while let Some(cell) = reader.next_cell().unwrap() {
            let kind = match cell.get_value() {
                DataRef::Empty => continue,
                DataRef::String(text) => text.clone(),
                DataRef::SharedString(text) => (*text).to_owned(),
                DataRef::Float(number) => number.to_string(),
                DataRef::Int(number) => number.to_string(),
                DataRef::Bool(value) => value.to_string(),
                DataRef::DateTime(_) => "date".to_owned(),
                DataRef::Error(error) => error.to_string(),
                DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => unreachable!("{name}"),
            };
            expected.push((cell.get_position(), kind));
        }
        let mut got = Vec::new();
        for row in first_sheet(name) {
            for cell in row.cells {
                let kind = match cell.value {
                    CellValue::Text(text) | CellValue::Error(text) => text,
                    CellValue::Number(number) => number.to_string(),
                    CellValue::Bool(value) => value.to_string(),
                    CellValue::Date(_) => "date".to_owned(),
                    CellValue::FormulaWithoutValue => unreachable!("{name}"),
                };
                got.push(((row.row - 1, cell.column), kind));
            }
        }
        assert_eq!(got, expected, "{name}");
    }
}
