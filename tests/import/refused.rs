//! Files that are refused as a whole, each for one reason with its place.

use fastrand::Rng;

use crate::people::{Child, Col, School, of};
use crate::plan::Problem;
use crate::table::{Book, Cell, Quirks, Sheet, letter};

/// A file that is refused, and the one problem that says why.
pub(crate) struct Refused {
    pub(crate) kind: &'static str,
    pub(crate) book: Book,
    pub(crate) problem: Problem,
}

/// Kinds of refused files.
pub(crate) const REASONS: [&str; 8] = [
    "整个文件 required column left out",
    "整个文件 heading twice",
    "整个文件 heading of an old template",
    "整个文件 two tables with data",
    "整个文件 no row of data",
    "整个文件 heading below row 10",
    "整个文件 no heading",
    "整个文件 over the row limit",
];

/// Headings that columns had in older templates and have in other systems.
const OLD: [(Col, &str); 8] = [
    (Col::Name, "学生姓名"),
    (Col::Number, "身份证号"),
    (Col::Number, "身份证号码"),
    (Col::Grade, "年级名称"),
    (Col::Class, "班级名称"),
    (Col::Guardian, "监护人姓名"),
    (Col::Phone, "联系电话"),
    (Col::StudentNumber, "全国学籍号"),
];

/// A file refused for that reason. Nothing else is wrong with it, but for the one
/// over the limit: that is said before any other reason.
pub(crate) fn file(rng: &mut Rng, school: &School, reason: usize) -> Refused {
    let kind = REASONS[reason];
    let mut row = rng.u32(0..10);
    let mut headings: Vec<String> = Col::ALL.map(|c| c.heading().to_owned()).into();
    rng.shuffle(&mut headings);
    let place = |headings: &[String], heading: &str| {
        let at = headings.iter().position(|h| h == heading).expect("it");
        letter(at as u16)
    };
    let mut problem = Problem {
        sheet: "新生信息".to_owned(),
        row: None,
        column: String::new(),
        heading: String::new(),
        code: String::new(),
        severity: "error".to_owned(),
    };
    let mut rows = rng.u32(1..5);
    let mut copy = false;
    let required: Vec<Col> = Col::ALL.into_iter().filter(|c| c.required()).collect();
    match reason {
        0 | 7 => {
            let gone = of(rng, &required).heading();
            headings.retain(|heading| heading != gone);
            problem.code = "column.missing".to_owned();
            problem.heading = gone.to_owned();
            problem.row = Some(i64::from(row) + 1);
            if reason == 7 {
                rows = 501;
                problem = Problem {
                    sheet: String::new(),
                    row: None,
                    heading: String::new(),
                    code: "file.too_many_rows".to_owned(),
                    ..problem
                };
            }
        }
        1 => {
            let twice = of(rng, &Col::ALL).heading();
            let first = headings.iter().position(|h| h == twice).expect("it");
            let second = rng.usize(first + 1..=headings.len());
            headings.insert(second, twice.to_owned());
            problem.code = "column.twice".to_owned();
            problem.heading = twice.to_owned();
            problem.column = letter(second as u16);
            problem.row = Some(i64::from(row) + 1);
        }
        2 => {
            let (column, old) = *of(rng, &OLD);
            problem.code = "template.old".to_owned();
            problem.column = place(&headings, column.heading());
            problem.heading = old.to_owned();
            problem.row = Some(i64::from(row) + 1);
            for heading in &mut headings {
                if heading == column.heading() {
                    *heading = old.to_owned();
                }
            }
        }
        3 => {
            copy = true;
            problem.code = "sheet.ambiguous".to_owned();
            problem.sheet = String::new();
        }
        4 => {
            rows = 0;
            problem.code = "file.empty".to_owned();
            problem.sheet = String::new();
        }
        5 => {
            row = rng.u32(10..13);
            problem.code = "sheet.not_found".to_owned();
            problem.sheet = String::new();
        }
        _ => {
            headings.clear();
            problem.code = "sheet.not_found".to_owned();
            problem.sheet = String::new();
        }
    }
    let mut sheet = Sheet {
        name: "新生信息".to_owned(),
        ..Sheet::default()
    };
    for (at, heading) in (0..).zip(&headings) {
        sheet.cells.insert((row, at), Cell::text(heading));
    }
    for n in 0..rows {
        let child = Child::new(rng, school, n as usize);
        for (at, heading) in (0..).zip(&headings) {
            let text = match heading.as_str() {
                "证件号码" => child.id.clone(),
                "年级" => child.grade.to_string(),
                "班级" => child.class.to_string(),
                "家长手机" => child.phone.clone(),
                "性别" | "证件类型" | "学籍号" | "家长关系" => continue,
                _ => child.name.clone(),
            };
            sheet.cells.insert((row + 1 + n, at), Cell::text(text));
        }
    }
    let mut sheets = vec![sheet];
    if copy {
        let mut second = sheets[0].clone();
        second.name = "新生信息 (2)".to_owned();
        sheets.push(second);
    }
    Refused {
        kind,
        book: Book {
            sheets,
            table: 0,
            quirks: Quirks::default(),
        },
        problem,
    }
}
