//! Workbooks as a school fills them in.

use std::path::Path;

use ekatong_core::domain::paper::check_character;
use rust_xlsxwriter::Workbook;

/// Headings of the template.
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

/// The resident number of a made-up child of grade 7.
pub(crate) fn number(sequence: u32) -> String {
    let first = format!(
        "3205082013{}{:02}{:03}",
        10 + sequence / 25 % 3,
        1 + sequence % 25,
        sequence % 900 + 1
    );
    format!("{first}{}", check_character(&first).unwrap())
}

/// Phone of the child's guardian.
pub(crate) fn phone(sequence: u32) -> String {
    format!("1387654{sequence:04}")
}

/// One row.
pub(crate) fn row(sequence: u32, class: u32) -> [String; 11] {
    [
        format!(
            "{}{}",
            ["王", "李", "张"][sequence as usize % 3],
            ["小明", "小红", "子涵", "一诺", "若溪"][sequence as usize % 5]
        ),
        String::new(),
        String::new(),
        number(sequence),
        "7".to_owned(),
        class.to_string(),
        String::new(),
        "王大山".to_owned(),
        "父亲".to_owned(),
        phone(sequence),
        format!("云杉路{sequence}号"),
    ]
}

/// Writes rows under the template's headings.
pub(crate) fn write(path: &Path, rows: &[[String; 11]]) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write_string(0, column, heading).unwrap();
    }
    for (number, row) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            if !cell.is_empty() {
                sheet.write_string(number, column, cell).unwrap();
            }
        }
    }
    book.save(path).unwrap();
}
