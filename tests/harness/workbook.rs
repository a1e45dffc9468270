//! Workbooks of made-up children, written without the product's own code.

use rust_xlsxwriter::Workbook;

/// Headings of the template for 新生信息.
pub const HEADINGS: [&str; 11] = [
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

/// One row: cells in the order of [`HEADINGS`].
pub type Child = [String; 11];

/// A made-up child of a grade, the n-th of its kind; born so that its age fits.
pub fn child(n: usize, grade: usize, class: usize) -> Child {
    const SURNAMES: [&str; 10] = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"];
    const GIVEN: [&str; 12] = [
        "梓涵", "宇轩", "欣怡", "浩然", "诗琪", "子墨", "雨桐", "俊熙", "可馨", "明远", "思源",
        "嘉宁",
    ];
    let name = format!("{}{}", SURNAMES[n % 10], GIVEN[(n / 10) % 12]);
    let number = id_number(n, grade);
    [
        name.clone(),
        String::new(),
        String::new(),
        number.clone(),
        grade.to_string(),
        class.to_string(),
        format!("G{number}"),
        format!("{}家长", &name),
        "父亲".to_owned(),
        format!("139{:08}", n),
        "姑苏区梧桐路 1 号".to_owned(),
    ]
}

/// A valid resident number of a child that fits the grade in 2026-2027.
pub fn id_number(n: usize, grade: usize) -> String {
    // A child of grade g is g + 6 on 31 August 2027, so born between September 2020 - g and August 2021 - g.
    let year = 2021 - grade;
    let (month, day) = (1 + (n / 28) % 8, 1 + n % 28);
    let sequence = (n / 224) % 1000;
    with_check_digit(&format!("320508{year:04}{month:02}{day:02}{sequence:03}"))
}

/// Appends the check digit of GB 11643 to 17 digits.
pub fn with_check_digit(digits: &str) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits
        .chars()
        .zip(WEIGHTS)
        .map(|(c, w)| c.to_digit(10).expect("a digit") * w)
        .sum();
    format!("{digits}{}", b"10X98765432"[(sum % 11) as usize] as char)
}

/// A workbook with these rows under the template's headings.
pub fn new_pupils(rows: &[Child]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("新生信息").unwrap();
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write_string(0, column, heading).unwrap();
    }
    for (at, row) in (1..).zip(rows) {
        for (column, text) in (0..).zip(row) {
            if !text.is_empty() {
                sheet.write_string(at, column, text).unwrap();
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// A workbook of 注册报到: name, number, grade and class of each leaver.
pub fn registrations(rows: &[[String; 4]]) -> Vec<u8> {
    let mut all = vec![
        ["姓名*", "证件类型", "证件号码*", "年级*", "班级序号*"]
            .map(str::to_owned)
            .to_vec(),
    ];
    all.extend(rows.iter().map(|[name, number, grade, class]| {
        vec![
            name.clone(),
            String::new(),
            number.clone(),
            grade.clone(),
            class.clone(),
        ]
    }));
    table("注册报到", &all)
}

/// Every text of a workbook, for tests that look for one.
pub fn all_text(bytes: Vec<u8>, name: &str) -> String {
    use ekatong_core::import::cells::{CellValue, FileLimits};
    use ekatong_core::import::table::Workbooks as _;
    let mut book = ekatong_sheet::Sheets
        .open(bytes, name, FileLimits::for_rows(100_000))
        .expect("a workbook");
    let mut text = String::new();
    for sheet in 0..book.sheets().len() {
        book.rows(sheet, &mut |row| {
            for cell in row.cells {
                if let CellValue::Text(cell) = cell.value {
                    text.push_str(&cell);
                    text.push('\t');
                }
            }
            text.push('\n');
            std::ops::ControlFlow::Continue(())
        })
        .expect("its rows");
    }
    text
}

/// A workbook with one sheet of texts, its headings first.
pub fn table(sheet_name: &str, rows: &[Vec<String>]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name).unwrap();
    for (at, row) in (0..).zip(rows) {
        for (column, text) in (0..).zip(row) {
            if !text.is_empty() {
                sheet.write_string(at, column, text).unwrap();
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// The texts of the first sheet of a workbook, as another program reads them.
pub fn texts(bytes: &[u8]) -> Vec<Vec<String>> {
    use calamine::Reader as _;
    let mut book = calamine::Xlsx::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let range = book.worksheet_range_at(0).expect("a sheet").unwrap();
    let (last_row, last_column) = range.end().unwrap_or_default();
    // From A1 on, wherever the first cell is.
    (0..=last_row)
        .map(|row| {
            (0..=last_column)
                .map(|column| {
                    range
                        .get_value((row, column))
                        .map(ToString::to_string)
                        .unwrap_or_default()
                })
                .collect()
        })
        .collect()
}
