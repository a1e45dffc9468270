//! The catalogue of what can be planted in a cell: faults, with the code that the
//! importer has to give for them, and traps that look odd and are right.
//!
//! The codes come from the rules (docs of the columns and of each rule), not from
//! the importer. A kind says which columns it takes, so that two kinds of one row
//! never touch the same cell, and which columns it needs to be readable:
//!
//! - a number that cannot be read tells neither gender nor age nor 学籍号, so
//!   whatever compares with it needs it readable;
//! - a class is looked up in the grade, so an unknown class needs a readable grade
//!   that the school has;
//! - under another kind of paper the number is not read at all, so a fault of
//!   证件类型 takes 证件号码 too.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fastrand::Rng;

use crate::people::{
    Child, Col, School, boundary_birth, checked, fitting_birth, id_at, id_ending, id_of, of,
};
use crate::table::Cell;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    Error,
    Warning,
    Note,
}

impl Severity {
    /// Its word in answers.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A row under construction.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// The child of the row.
    pub(crate) child: Child,
    /// Cells that are settled; none for one that stays blank.
    pub(crate) cells: BTreeMap<Col, Option<Cell>>,
}

/// What a kind writes with.
pub(crate) struct Pen<'a> {
    pub(crate) rng: &'a mut Rng,
    pub(crate) school: &'a School,
    pub(crate) draft: &'a mut Draft,
}

impl Pen<'_> {
    fn child(&mut self) -> &mut Child {
        &mut self.draft.child
    }

    fn id(&self) -> String {
        self.draft.child.id.clone()
    }

    fn of<T: Clone>(&mut self, list: &[T]) -> T {
        of(self.rng, list).clone()
    }

    fn put(&mut self, column: Col, cell: Cell) {
        self.draft.cells.insert(column, Some(cell));
    }

    /// Gives the child a right number that ends with this character.
    fn id_ending(&mut self, end: char) -> String {
        let birth = self.draft.child.birth();
        let id = id_ending(self.rng, birth, end);
        self.draft.child.id = id.clone();
        id
    }

    /// Puts the child's birth on another day.
    fn born(&mut self, birth: (i32, u32, u32)) -> Option<Cell> {
        let id = id_of(self.rng, birth);
        self.draft.child.id = id.clone();
        text(id)
    }
}

type Fill = dyn Fn(&mut Pen<'_>) -> Option<Cell> + Send + Sync;

/// One kind of thing that can be planted in a row.
pub(crate) struct Kind {
    /// What it is, for the table that the test prints.
    pub(crate) name: String,
    /// Columns that it takes; it is written into, and shows in, the first one.
    pub(crate) columns: Vec<Col>,
    /// What the importer has to say; nothing for a trap.
    pub(crate) shows: Option<(&'static str, Severity)>,
    /// Columns that must be readable.
    pub(crate) needs: &'static [Col],
    /// True when only a workbook can hold it: a csv has no types, formulas and
    /// control characters.
    pub(crate) workbook: bool,
    /// The cell; may change the child first.
    pub(crate) fill: Box<Fill>,
}

impl Kind {
    fn new(
        column: Col,
        name: impl Into<String>,
        shows: Option<(&'static str, Severity)>,
        fill: impl Fn(&mut Pen<'_>) -> Option<Cell> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: format!("{} {}", column.heading(), name.into()),
            columns: vec![column],
            shows,
            needs: &[],
            workbook: false,
            fill: Box::new(fill),
        }
    }

    fn workbook(mut self) -> Self {
        self.workbook = true;
        self
    }

    fn also(mut self, column: Col) -> Self {
        self.columns.push(column);
        self
    }

    fn needs(mut self, columns: &'static [Col]) -> Self {
        self.needs = columns;
        self
    }

    /// True when the importer refuses the row for it.
    pub(crate) fn is_fault(&self) -> bool {
        matches!(self.shows, Some((_, Severity::Error)))
    }
}

/// Every kind, in the order of the columns.
pub(crate) static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let mut kinds = Vec::new();
    numbers(&mut kinds);
    paper_kinds(&mut kinds);
    grades(&mut kinds);
    classes(&mut kinds);
    genders(&mut kinds);
    student_numbers(&mut kinds);
    for column in [Col::Name, Col::Guardian] {
        names(&mut kinds, column);
    }
    relations(&mut kinds);
    phones(&mut kinds);
    addresses(&mut kinds);
    any_column(&mut kinds);
    kinds
});

fn fault(
    column: Col,
    name: impl Into<String>,
    code: &'static str,
    fill: impl Fn(&mut Pen<'_>) -> Option<Cell> + Send + Sync + 'static,
) -> Kind {
    Kind::new(column, name, Some((code, Severity::Error)), fill)
}

fn warning(
    column: Col,
    name: impl Into<String>,
    code: &'static str,
    fill: impl Fn(&mut Pen<'_>) -> Option<Cell> + Send + Sync + 'static,
) -> Kind {
    Kind::new(column, name, Some((code, Severity::Warning)), fill)
}

/// Accepted, and counted as 已规范化.
fn normalised(
    column: Col,
    name: impl Into<String>,
    fill: impl Fn(&mut Pen<'_>) -> Option<Cell> + Send + Sync + 'static,
) -> Kind {
    Kind::new(column, name, Some(("normalised", Severity::Note)), fill)
}

/// Right without a word.
fn trap(
    column: Col,
    name: impl Into<String>,
    fill: impl Fn(&mut Pen<'_>) -> Option<Cell> + Send + Sync + 'static,
) -> Kind {
    Kind::new(column, name, None, fill)
}

fn text(text: impl Into<String>) -> Option<Cell> {
    Some(Cell::text(text))
}

/// One of these texts.
fn one_of(
    texts: &'static [&'static str],
) -> impl Fn(&mut Pen<'_>) -> Option<Cell> + Send + Sync + 'static {
    move |pen| text(pen.of(texts))
}

/// The 18 characters cut as people cut them.
fn grouped(id: &str, by: &str) -> String {
    format!("{}{by}{}{by}{}", &id[..6], &id[6..14], &id[14..])
}

fn full_width(code: &str) -> String {
    code.chars()
        .map(|c| char::from_u32(u32::from(c) - 0x21 + 0xFF01).expect("a full-width form"))
        .collect()
}

/// Another number than `id` by one digit of its sequence.
fn misread(rng: &mut Rng, id: &str) -> String {
    let mut digits: Vec<u8> = id.bytes().collect();
    let at = rng.usize(14..17);
    digits[at] = b'0' + (digits[at] - b'0' + rng.u8(1..10)) % 10;
    String::from_utf8(digits).expect("digits")
}

/// A number with a right check character whose birth date is that of the text.
fn dated(pen: &mut Pen<'_>, date: &str) -> Option<Cell> {
    let id = pen.id();
    text(checked(&format!("{}{date}{}", &id[..6], &id[14..17])))
}

/// 17 digits before a check character 0, the sequence ending with 00, and that 0:
/// one in eleven numbers that Excel rounded still fits.
fn zeros_that_fit(pen: &mut Pen<'_>) -> String {
    loop {
        let birth = fitting_birth(pen.rng, pen.draft.child.grade);
        let id = id_of(pen.rng, birth);
        let id = checked(&format!("{}00", &id[..15]));
        if id.ends_with("000") {
            return id;
        }
    }
}

fn numbers(kinds: &mut Vec<Kind>) {
    use Col::Number as C;
    kinds.extend([
        fault(C, "wrong check digit", "paper.check", |pen| {
            let id = pen.id();
            let last = id.as_bytes()[17];
            let others: Vec<char> = "0123456789X"
                .chars()
                .filter(|c| u32::from(*c) != u32::from(last))
                .collect();
            text(format!("{}{}", &id[..17], pen.of(&others)))
        }),
        fault(C, "one digit misread", "paper.check", |pen| {
            text(misread(pen.rng, &pen.draft.child.id))
        }),
        fault(C, "two digits swapped", "paper.check", |pen| {
            let id = pen.id();
            let mut digits: Vec<u8> = id.bytes().collect();
            match (14..16).find(|at| digits[*at] != digits[at + 1]) {
                Some(at) => digits.swap(at, at + 1),
                None => return text(misread(pen.rng, &id)),
            }
            text(String::from_utf8(digits).expect("digits"))
        }),
        fault(C, "15 digits", "paper.old15", |pen| {
            let id = pen.id();
            text(format!("{}{}", &id[..6], &id[8..17]))
        }),
        fault(C, "a place too few", "paper.length", |pen| {
            let id = pen.id();
            text(&id[..17])
        }),
        fault(C, "a place too many", "paper.length", |pen| {
            let id = pen.id();
            text(format!("{}0{}", &id[..10], &id[10..]))
        }),
        fault(C, "far too short", "paper.length", |pen| {
            let id = pen.id();
            text(&id[6..14])
        }),
        fault(C, "month 13", "paper.date", |pen| dated(pen, "20131318")),
        fault(C, "day 31 of a short month", "paper.date", |pen| {
            let date = pen.of(&["20130431", "20130631", "20130931", "20131131", "20130230"]);
            dated(pen, date)
        }),
        fault(C, "day 0", "paper.date", |pen| dated(pen, "20130900")),
        fault(C, "29 February of a common year", "paper.date", |pen| {
            let date = pen.of(&["20130229", "20150229", "19000229"]);
            dated(pen, date)
        }),
        fault(C, "born tomorrow", "paper.date_range", |pen| {
            let date = pen.of(&["20260902", "20270101", "20991231"]);
            dated(pen, date)
        }),
        fault(C, "born before 1900", "paper.date_range", |pen| {
            let date = pen.of(&["18991231", "18130918"]);
            dated(pen, date)
        }),
        fault(C, "unknown province", "paper.region", |pen| {
            let id = pen.id();
            let province = pen.of(&[
                "00", "10", "16", "24", "38", "47", "55", "60", "66", "71", "80", "84",
            ]);
            text(checked(&format!("{province}{}", &id[2..17])))
        }),
        fault(C, "stored as a number", "paper.precision", |pen| {
            let digits = pen.id().replace('X', "0");
            Some(Cell::Number(digits.parse().expect("a number")))
        })
        .workbook(),
        fault(
            C,
            "stored as a number that passes the check",
            "paper.precision",
            |pen| Some(Cell::Number(zeros_that_fit(pen).parse().expect("a number"))),
        )
        .workbook(),
        fault(
            C,
            "scientific notation",
            "paper.precision",
            one_of(&[
                "3.20508E+17",
                "3.20508201309189E+17",
                "3.2E+17",
                "1.10101e+17",
            ]),
        ),
        fault(C, "ends with 000, check fails", "paper.check", |pen| {
            let id = pen.id();
            let first = format!("{}00", &id[..15]);
            // The check digit of the number itself may happen to be 0.
            let first = if checked(&first).ends_with('0') {
                format!("{}{}00", &id[..14], (id.as_bytes()[14] - b'0' + 1) % 10)
            } else {
                first
            };
            text(format!("{first}0"))
        }),
        fault(C, "from a formula", "paper.formula", |pen| {
            Some(Cell::Formula(pen.id()))
        })
        .workbook(),
        fault(C, "a date", "paper.precision", |pen| {
            Some(Cell::Date(pen.rng.u32(40_000..46_000)))
        })
        .workbook(),
        fault(C, "× for X", "paper.character", |pen| {
            let id = pen.id_ending('X');
            let times = pen.of(&["×", "*", "＊"]);
            text(format!("{}{times}", &id[..17]))
        }),
        fault(C, "Cyrillic Х that does not fit", "paper.check", |pen| {
            let id = pen.id_ending('3');
            text(format!("{}\u{0425}", &id[..17]))
        }),
        fault(C, "X in the middle", "paper.character", |pen| {
            let id = pen.id();
            text(format!("{}X{}", &id[..9], &id[10..]))
        }),
        fault(C, "letter O for 0", "paper.character", |pen| {
            let id = pen.id();
            text(id.replacen('0', "O", 1))
        }),
        fault(C, "two numbers in one cell", "paper.character", |pen| {
            let id = pen.id();
            text(format!("{id}/{id}"))
        }),
        fault(
            C,
            "words",
            "paper.character",
            one_of(&["无", "待补", "身份证", "正在办理"]),
        ),
        fault(
            C,
            "a passport's number",
            "paper.kind_not_in_bulk",
            one_of(&["E12345678", "EA1234567", "P1234567"]),
        ),
        fault(
            C,
            "a 回乡证's number",
            "paper.kind_not_in_bulk",
            one_of(&["H12345678", "M1234567801", "h1234567801"]),
        ),
        fault(
            C,
            "a residence permit's number",
            "paper.kind_not_in_bulk",
            |pen| {
                let id = pen.id();
                let region = pen.of(&["810000", "820000", "830000"]);
                text(checked(&format!("{region}{}", &id[6..17])))
            },
        ),
        fault(C, "a foreigner's number", "paper.kind_not_in_bulk", |pen| {
            let id = pen.id();
            text(checked(&format!("932840{}", &id[6..17])))
        }),
        fault(
            C,
            "a foreigner's old number",
            "paper.kind_not_in_bulk",
            one_of(&["USA110000000012", "JPN320000000034"]),
        ),
        warning(
            C,
            "Cyrillic or Greek Х that fits",
            "paper.lookalike",
            |pen| {
                let id = pen.id_ending('X');
                let x = pen.of(&['\u{0425}', '\u{0445}', '\u{03A7}', '\u{03C7}']);
                text(format!("{}{x}", &id[..17]))
            },
        ),
        warning(
            C,
            "ends with 000, check fits",
            "paper.trailing_zeros",
            |pen| {
                let id = zeros_that_fit(pen);
                pen.child().id = id.clone();
                text(id)
            },
        ),
        Kind::new(
            C,
            "county that no table has",
            Some(("paper.county_unknown", Severity::Note)),
            |pen| {
                let birth = pen.draft.child.birth();
                let county = pen.of(&["320571", "320599", "321091"]);
                let id = id_at(pen.rng, county, birth);
                pen.child().id = id.clone();
                text(id)
            },
        ),
        trap(C, "retired county", |pen| {
            let birth = pen.draft.child.birth();
            let county = pen.of(&["320502", "320503", "320504", "320584", "320586"]);
            let id = id_at(pen.rng, county, birth);
            pen.child().id = id.clone();
            text(id)
        }),
        normalised(C, "lower-case x", |pen| {
            text(pen.id_ending('X').to_lowercase())
        }),
        normalised(C, "full-width digits", |pen| text(full_width(&pen.id()))),
        normalised(C, "full-width X", |pen| {
            let id = pen.id_ending('X');
            text(format!("{}Ｘ", &id[..17]))
        }),
        normalised(C, "spaces inside", |pen| {
            let space = pen.of(&[" ", "\u{A0}", "\u{3000}", "\t", "\n"]);
            text(grouped(&pen.id(), space))
        }),
        normalised(C, "hyphens inside", |pen| {
            let hyphen = pen.of(&["-", "–", "－"]);
            text(grouped(&pen.id(), hyphen))
        }),
        normalised(C, "zero-width characters", |pen| {
            let id = pen.id();
            let nothing = pen.of(&["\u{200B}", "\u{200E}", "\u{2060}", "\u{FEFF}", "\u{AD}"]);
            text(format!("{}{nothing}{}", &id[..14], &id[14..]))
        }),
        normalised(C, "byte order mark in front", |pen| {
            text(format!("\u{FEFF}{}", pen.id()))
        }),
        normalised(C, "leading apostrophe", |pen| {
            let mark = pen.of(&["'", "\u{2018}"]);
            text(format!("{mark}{}", pen.id()))
        }),
        trap(C, "spaces around", |pen| {
            let space = pen.of(&[" ", "\u{A0}", "\u{3000}", "\t", "\n", "  \u{3000}"]);
            let id = pen.id();
            text(pen.of(&[
                format!("{space}{id}"),
                format!("{id}{space}"),
                format!("{space}{id}{space}"),
            ]))
        }),
        trap(C, "born on 29 February", |pen| {
            // The age may be off by this; the row says so then.
            let year = (2027 - i32::from(pen.draft.child.grade) - 6) / 4 * 4;
            pen.born((year, 2, 29))
        }),
        trap(C, "born today", |pen| pen.born((2026, 9, 1))),
        trap(C, "born on the first day of 1900", |pen| {
            pen.born((1900, 1, 1))
        }),
        trap(C, "three years over the grade's age (age.off)", |pen| {
            pen.born(boundary_birth(pen.draft.child.grade, 3))
        }),
        trap(C, "three years under the grade's age (age.off)", |pen| {
            pen.born(boundary_birth(pen.draft.child.grade, -3))
        }),
        trap(C, "two years over the grade's age to the day", |pen| {
            let (year, _, _) = boundary_birth(pen.draft.child.grade, 3);
            pen.born((year, 9, 1))
        }),
        trap(C, "two years under the grade's age to the day", |pen| {
            let (year, _, _) = boundary_birth(pen.draft.child.grade, -3);
            pen.born((year, 8, 31))
        }),
    ]);
}

fn paper_kinds(kinds: &mut Vec<Kind>) {
    use Col::Kind as C;
    const OTHERS: &[&str] = &[
        "护照",
        "回乡证",
        "台胞证",
        "港澳台居民居住证",
        "外国人永久居留身份证",
        "其他",
    ];
    kinds.extend([
        fault(C, "another kind", "paper.kind_not_in_bulk", one_of(OTHERS)).also(Col::Number),
        fault(
            C,
            "passport with its number",
            "paper.kind_not_in_bulk",
            |pen| {
                pen.put(Col::Number, Cell::text("E12345678"));
                text("护照")
            },
        )
        .also(Col::Number),
        fault(
            C,
            "unknown kind",
            "paper.kind_unknown",
            one_of(&["学生证", "户口簿", "出生证", "ID", "1"]),
        )
        .also(Col::Number),
        trap(
            C,
            "named",
            one_of(&["居民身份证", "身份证", " 居民身份证 ", "身份证\u{200B}"]),
        ),
    ]);
}

fn grades(kinds: &mut Vec<Kind>) {
    use Col::Grade as C;
    const CODE: &str = "row.grade_invalid";
    kinds.extend([
        fault(
            C,
            "words",
            CODE,
            one_of(&[
                "七年级",
                "初一",
                "小学六年级",
                "七",
                "第七年级",
                "7年级",
                "初中一年级",
                "新生",
            ]),
        ),
        fault(C, "0", CODE, one_of(&["0", "00", "0.0"])),
        fault(C, "over 9", CODE, one_of(&["10", "12", "99", "2026"])),
        fault(
            C,
            "no whole number",
            CODE,
            one_of(&["7.5", "6,5", "-7", "7/8", "7-3", "7."]),
        ),
        fault(C, "stored as 7.5", CODE, |_| Some(Cell::Number(7.5))),
        fault(C, "TRUE", CODE, |_| Some(Cell::True)).workbook(),
        fault(C, "a date", CODE, |pen| {
            Some(Cell::Date(pen.rng.u32(45_000..46_000)))
        })
        .workbook(),
        fault(C, "that the school lacks", "grade.unknown", |pen| {
            let lacking: Vec<u8> = (1..=9)
                .filter(|n| pen.school.grades.iter().all(|(g, _, _)| g != n))
                .collect();
            let grade = pen.of(&lacking);
            pen.child().stated_grade = Some(grade);
            text(grade.to_string())
        }),
        trap(C, "full-width", |pen| {
            text(full_width(&pen.draft.child.grade.to_string()))
        }),
        trap(C, "with .0", |pen| {
            text(format!("{}.0", pen.draft.child.grade))
        }),
        trap(C, "with a leading 0", |pen| {
            text(format!("0{}", pen.draft.child.grade))
        }),
        trap(C, "spaces and zero-width characters", |pen| {
            let grade = pen.draft.child.grade;
            text(pen.of(&[
                format!(" {grade} "),
                format!("{grade}\u{3000}"),
                format!("\u{200B}{grade}"),
                format!("\u{A0}{grade}"),
                format!("'{grade}"),
            ]))
        }),
        trap(C, "stored as a number", |pen| {
            Some(Cell::Number(pen.draft.child.grade.into()))
        }),
        trap(C, "from a formula", |pen| {
            let grade = pen.draft.child.grade;
            Some(pen.of(&[
                Cell::FormulaNumber(grade.into()),
                Cell::Formula(grade.to_string()),
            ]))
        })
        .workbook(),
    ]);
}

fn classes(kinds: &mut Vec<Kind>) {
    use Col::Class as C;
    const CODE: &str = "row.class_invalid";
    kinds.extend([
        fault(C, "words", CODE, |pen| {
            let class = pen.draft.child.class;
            text(pen.of(&[
                format!("{class}班"),
                format!("({class})班"),
                format!("（{class}）班"),
                format!("七年级{class}班"),
                format!("第{class}班"),
                "三班".to_owned(),
                "一".to_owned(),
                "实验班".to_owned(),
            ]))
        }),
        fault(C, "0", CODE, one_of(&["0", "00", "0.0"])),
        fault(C, "over 99", CODE, one_of(&["100", "999", "2026"])),
        fault(
            C,
            "no whole number",
            CODE,
            one_of(&["3.5", "-1", "1/2", "1,2", "7-3", "3."]),
        ),
        fault(C, "stored as 3.5", CODE, |_| Some(Cell::Number(3.5))),
        fault(C, "7-3 made a date by Excel", CODE, |pen| {
            Some(Cell::Date(pen.rng.u32(45_000..46_000)))
        })
        .workbook(),
        fault(C, "that does not exist", "class.unknown", |pen| {
            let grade = pen.draft.child.grade;
            let (_, open, closed) = pen
                .school
                .grades
                .iter()
                .find(|(number, _, _)| *number == grade)
                .expect("a grade of the school");
            let free: Vec<u8> = (1..=99)
                .filter(|n| !open.contains(n) && !closed.contains(n))
                .collect();
            text(pen.of(&free).to_string())
        })
        .needs(&[Col::Grade]),
        fault(C, "of a grade without classes", "class.unknown", |pen| {
            let empty =
                |(_, open, closed): &&(u8, Vec<u8>, Vec<u8>)| open.is_empty() && closed.is_empty();
            let (grade, _, _) = pen.school.grades.iter().find(empty).expect("such a grade");
            pen.draft.child.stated_grade = Some(*grade);
            pen.put(Col::Grade, Cell::text(grade.to_string()));
            text("1")
        })
        .also(Col::Grade),
        fault(C, "that is closed", "class.closed", |pen| {
            let (grade, _, closed) = pen
                .school
                .grades
                .iter()
                .find(|(_, _, closed)| !closed.is_empty())
                .expect("a closed class");
            pen.draft.child.stated_grade = Some(*grade);
            let class = pen.rng.usize(..closed.len());
            pen.put(Col::Grade, Cell::text(grade.to_string()));
            text(closed[class].to_string())
        })
        .also(Col::Grade),
        trap(C, "full-width", |pen| {
            text(full_width(&pen.draft.child.class.to_string()))
        }),
        trap(C, "with .0", |pen| {
            text(format!("{}.0", pen.draft.child.class))
        }),
        trap(C, "with a leading 0", |pen| {
            text(format!("0{}", pen.draft.child.class))
        }),
        trap(C, "spaces and zero-width characters", |pen| {
            let class = pen.draft.child.class;
            text(pen.of(&[
                format!(" {class} "),
                format!("{class}\u{3000}"),
                format!("\u{FEFF}{class}"),
                format!("{class}\n"),
                format!("'{class}"),
            ]))
        }),
        trap(C, "stored as a number", |pen| {
            Some(Cell::Number(pen.draft.child.class.into()))
        }),
        trap(C, "from a formula", |pen| {
            let class = pen.draft.child.class;
            Some(pen.of(&[
                Cell::FormulaNumber(class.into()),
                Cell::Formula(class.to_string()),
            ]))
        })
        .workbook(),
    ]);
}

fn genders(kinds: &mut Vec<Kind>) {
    use Col::Gender as C;
    const CODE: &str = "gender.invalid";
    kinds.extend([
        fault(
            C,
            "words",
            CODE,
            one_of(&["男性", "女生", "男孩", "M", "f", "male", "Female", "男/女"]),
        ),
        fault(
            C,
            "unknown code",
            CODE,
            one_of(&["0", "3", "9", "12", "1.5", "未知"]),
        ),
        fault(C, "stored as 0 or 9", CODE, |pen| {
            Some(Cell::Number(pen.of(&[0.0, 9.0])))
        }),
        fault(C, "a date", CODE, |_| Some(Cell::Date(45_000))).workbook(),
        warning(C, "differs from place 17", "gender.mismatch", |pen| {
            let male = pen.draft.child.is_male();
            text(pen.of(if male { &["女", "2"] } else { &["男", "1"] }))
        })
        .needs(&[Col::Number]),
        trap(C, "as words, codes, full-width or with .0", |pen| {
            let male = pen.draft.child.is_male();
            text(pen.of(if male {
                &["男", "1", "１", "1.0", " 男 ", "男\u{200B}"]
            } else {
                &["女", "2", "２", "2.0", "女\u{3000}", "\u{A0}女"]
            }))
        }),
        trap(C, "stored as a number", |pen| {
            let male = pen.draft.child.is_male();
            Some(Cell::Number(if male { 1.0 } else { 2.0 }))
        }),
        trap(C, "blank", |_| None),
    ]);
}

fn student_numbers(kinds: &mut Vec<Kind>) {
    use Col::StudentNumber as C;
    const CODE: &str = "student_number.invalid";
    kinds.extend([
        fault(C, "without its letter", CODE, |pen| text(pen.id())),
        fault(C, "a place too few", CODE, |pen| {
            let id = pen.id();
            text(format!("G{}", &id[..17]))
        }),
        fault(C, "a place too many", CODE, |pen| {
            let id = pen.id();
            text(format!("G{id}0"))
        }),
        fault(C, "another letter", CODE, |pen| {
            let letter = pen.of(&["K", "A", "8"]);
            let id = pen.id();
            text(format!("{letter}{id}"))
        }),
        fault(C, "letter inside a G number", CODE, |pen| {
            let id = pen.id();
            text(format!("G{}A{}", &id[..8], &id[9..]))
        }),
        fault(C, "stored as a number", CODE, |_| {
            Some(Cell::Number(3.205_082_013_091_89e17))
        })
        .workbook(),
        fault(C, "words", CODE, one_of(&["无", "待办", "新生暂无学籍号"])),
        warning(C, "of another number", "student_number.mismatch", |pen| {
            let birth = pen.draft.child.birth();
            let mut other = id_of(pen.rng, birth);
            while other == pen.draft.child.id {
                other = id_of(pen.rng, birth);
            }
            text(format!("G{other}"))
        })
        .needs(&[Col::Number]),
        trap(C, "with J or L", |pen| {
            let first = pen.of(&["J", "L"]);
            let last = pen.of(&["0", "7", "A"]);
            let id = pen.id();
            text(format!("{first}{}{last}", &id[..17]))
        }),
        trap(C, "spaces around", |pen| {
            let id = pen.id();
            text(format!(" G{id}\u{3000}"))
        }),
        normalised(C, "lower case", |pen| text(format!("g{}", pen.id()))),
        normalised(C, "spaces or hyphens inside", |pen| {
            let by = pen.of(&[" ", "-", "\u{3000}"]);
            let id = pen.id();
            text(format!("G{by}{}", grouped(&id, by)))
        }),
        normalised(C, "full-width", |pen| {
            text(full_width(&format!("G{}", pen.id())))
        }),
        normalised(C, "leading apostrophe", |pen| {
            text(format!("'G{}", pen.id()))
        }),
    ]);
}

fn names(kinds: &mut Vec<Kind>, c: Col) {
    const CHARACTER: &str = "pupil.name_character";
    const LOST: &str = "pupil.name_lost";
    const LENGTH: &str = "pupil.name_length";
    kinds.extend([
        // A csv written in a code page without the character has `?` for it, and the
        // rules for csv speak of a warning there; in a workbook it is a fault.
        fault(c, "? inside", LOST, one_of(&["张?明", "李？", "?雨桐"])).workbook(),
        fault(
            c,
            "replacement character",
            LOST,
            one_of(&["张\u{FFFD}明", "\u{FFFD}\u{FFFD}", "王\u{FFFD}"]),
        ),
        fault(
            c,
            "private-use character",
            LOST,
            one_of(&["王\u{E863}", "\u{E000}小满", "李\u{F0001}"]),
        ),
        fault(
            c,
            "digits",
            CHARACTER,
            one_of(&["王2", "李明1", "张３丰", "12345"]),
        ),
        fault(c, "stored as a number", CHARACTER, |_| {
            Some(Cell::Number(20_260_001.0))
        }),
        fault(
            c,
            "emoji",
            CHARACTER,
            one_of(&["王😀", "李明❤️", "🌸张欣怡"]),
        ),
        fault(
            c,
            "brackets and other signs",
            CHARACTER,
            one_of(&[
                "王明（转学）",
                "王明/李明",
                "王明、李明",
                "阿卜杜.热合曼",
                "王_明",
                "王明*",
            ]),
        ),
        fault(
            c,
            "control character",
            CHARACTER,
            one_of(&["王\u{7}明", "李\u{1}"]),
        )
        .workbook(),
        fault(
            c,
            "one character",
            LENGTH,
            one_of(&["王", "𠮷", " 李 ", "A"]),
        ),
        fault(c, "51 characters", LENGTH, |_| text("林".repeat(51))),
        trap(c, "50 characters", |_| text("林".repeat(50))),
        trap(
            c,
            "middle dot",
            one_of(&["阿卜杜·热合曼", "古丽·买买提·艾力"]),
        ),
        normalised(
            c,
            "another middle dot",
            one_of(&[
                "阿卜杜•热合曼",
                "阿卜杜・热合曼",
                "阿卜杜．热合曼",
                "阿卜杜‧热合曼",
            ]),
        ),
        trap(
            c,
            "rare characters",
            one_of(&["𠮷野家", "𱁬小满", "王㛃", "李𬀩", "张䶮"]),
        ),
        trap(
            c,
            "Latin letters",
            one_of(&["Anna Smith", "Zoë O'Neil-Li", "Nguyễn An", "李Anna"]),
        ),
        normalised(c, "full-width letters", one_of(&["Ａｎｎａ", "李Ａｎ"])),
        trap(
            c,
            "spaces around",
            one_of(&[
                " 王一鸣",
                "王一鸣\u{3000}",
                "\u{A0}王一鸣\t",
                "王一鸣\n",
                "王 明",
            ]),
        ),
        normalised(
            c,
            "wide or many spaces inside",
            one_of(&["王\u{3000}明", "王  明", "王\u{A0}明", "王\n明"]),
        ),
        normalised(
            c,
            "zero-width characters",
            one_of(&["王\u{200B}明", "\u{FEFF}王明", "王明\u{200E}"]),
        ),
    ]);
}

fn relations(kinds: &mut Vec<Kind>) {
    use Col::Relation as C;
    const CODE: &str = "relation.unknown";
    kinds.extend([
        fault(
            C,
            "unknown word",
            CODE,
            one_of(&["邻居", "老师", "本人", "朋友", "父亲/母亲", "Father"]),
        ),
        fault(
            C,
            "unknown code",
            CODE,
            one_of(&["50", "0", "1", "53", "510"]),
        ),
        fault(C, "stored as an unknown number", CODE, |_| {
            Some(Cell::Number(50.0))
        }),
        trap(
            C,
            "codes and everyday words",
            one_of(&[
                "51", "５２", "51.0", "62", "爸爸", "妈", "奶奶", "外公", "姥姥", "继父", "养母",
                "其他", "舅舅", "父 亲",
            ]),
        ),
        trap(C, "stored as a number", |pen| {
            Some(Cell::Number(pen.of(&[51.0, 52.0, 64.0, 97.0])))
        }),
    ]);
}

fn phones(kinds: &mut Vec<Kind>) {
    use Col::Phone as C;
    const CODE: &str = "phone.invalid";
    kinds.extend([
        fault(C, "a digit too few", CODE, |pen| {
            let phone = &pen.draft.child.phone;
            text(&phone[..10])
        }),
        fault(C, "a digit too many", CODE, |pen| {
            text(format!("{}0", pen.draft.child.phone))
        }),
        fault(
            C,
            "no mobile prefix",
            CODE,
            one_of(&["12812345678", "11012345678", "23812345678", "03812345678"]),
        ),
        fault(
            C,
            "landline",
            CODE,
            one_of(&[
                "0512-12345678",
                "051212345678",
                "65123456",
                "(0512)65123456",
            ]),
        ),
        fault(C, "two numbers", CODE, |pen| {
            let by = pen.of(&["/", "、", " ", "\n", "或"]);
            let phone = &pen.draft.child.phone;
            text(format!("{phone}{by}13912345678"))
        }),
        fault(
            C,
            "words",
            CODE,
            one_of(&["无", "同上", "手机13812345678", "138123456七八"]),
        ),
        fault(
            C,
            "scientific notation",
            CODE,
            one_of(&["1.38E+10", "1.38123E+10"]),
        ),
        fault(C, "stored with a fraction", CODE, |_| {
            Some(Cell::Number(13_812_345_678.5))
        }),
        fault(C, "stored as a short number", CODE, |_| {
            Some(Cell::Number(1_381_234_567.0))
        }),
        trap(C, "stored as a number", |pen| {
            Some(Cell::Number(
                pen.draft.child.phone.parse().expect("a number"),
            ))
        }),
        trap(C, "spaces around", |pen| {
            let phone = &pen.draft.child.phone;
            text(format!("\u{A0}{phone} "))
        }),
        normalised(C, "country code", |pen| {
            let before = pen.of(&["+86", "+86 ", "+86-", "86", "0086 ", "(+86)", "＋86"]);
            let phone = &pen.draft.child.phone;
            text(format!("{before}{phone}"))
        }),
        normalised(C, "spaces or hyphens inside", |pen| {
            let by = pen.of(&[" ", "-", "\u{3000}", "–"]);
            let phone = &pen.draft.child.phone;
            text(format!(
                "{}{by}{}{by}{}",
                &phone[..3],
                &phone[3..7],
                &phone[7..]
            ))
        }),
        normalised(C, "full-width digits", |pen| {
            text(full_width(&pen.draft.child.phone))
        }),
        normalised(C, "apostrophe or zero-width character in front", |pen| {
            let before = pen.of(&["'", "\u{200B}", "\u{FEFF}", "\u{202D}"]);
            let phone = &pen.draft.child.phone;
            text(format!("{before}{phone}"))
        }),
    ]);
}

fn addresses(kinds: &mut Vec<Kind>) {
    use Col::Address as C;
    kinds.extend([
        fault(C, "201 characters", "text.too_long", |_| {
            text("路".repeat(201))
        }),
        trap(C, "200 characters", |_| text("𠮷".repeat(200))),
        trap(C, "stored as a number", |_| Some(Cell::Number(1201.0))),
        trap(
            C,
            "signs of every kind",
            one_of(&[
                "平江路 3-2# (北)",
                "<甲>&乙 1 号",
                "=1+1",
                "#N/A",
                "?",
                "路\n二单元",
                "A座, \"东\"楼；3",
            ]),
        ),
    ]);
}

/// What goes wrong in the same way wherever it stands.
fn any_column(kinds: &mut Vec<Kind>) {
    const NOTHING: &[&str] = &[" ", "\u{3000}", "\u{200B}", "\u{A0}\t", "\n", "\u{FEFF} "];
    const ERRORS: &[&str] = &["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#SPILL!"];
    for column in Col::ALL {
        let of_number = |kind: Kind| {
            if column == Col::Kind {
                kind.also(Col::Number)
            } else {
                kind
            }
        };
        kinds.push(of_number(
            fault(column, "error value", "cell.error", |pen| {
                let from_formula = pen.rng.bool();
                Some(Cell::Error(pen.of(ERRORS), from_formula))
            })
            .workbook(),
        ));
        kinds.push(of_number(
            fault(
                column,
                "formula never computed",
                "cell.formula_empty",
                |_| Some(Cell::FormulaBare),
            )
            .workbook(),
        ));
        let missing = match column {
            Col::Name => "pupil.name_missing",
            Col::Number => "paper.missing",
            Col::Grade => "row.grade_invalid",
            Col::Class => "row.class_invalid",
            Col::Guardian => "guardian.name_missing",
            Col::Phone => "phone.missing",
            _ => {
                kinds.push(trap(column, "shows nothing", one_of(NOTHING)));
                kinds.push(
                    trap(column, "blank with a colour or an empty formula", |pen| {
                        Some(pen.of(&[Cell::Styled, Cell::Formula(String::new())]))
                    })
                    .workbook(),
                );
                continue;
            }
        };
        kinds.push(fault(column, "blank", missing, |_| None));
        kinds.push(fault(column, "shows nothing", missing, one_of(NOTHING)));
        kinds.push(
            fault(column, "formula with an empty result", missing, |_| {
                Some(Cell::Formula(String::new()))
            })
            .workbook(),
        );
    }
    for column in [
        Col::Name,
        Col::StudentNumber,
        Col::Guardian,
        Col::Relation,
        Col::Phone,
        Col::Address,
    ] {
        kinds.push(
            fault(column, "a date", "cell.error", |pen| {
                Some(Cell::Date(pen.rng.u32(40_000..46_000)))
            })
            .workbook(),
        );
    }
    // The right text, stored in an odd way.
    for column in [Col::Name, Col::Number, Col::Guardian, Col::Phone] {
        let right = move |child: &Child| match column {
            Col::Name => child.name.clone(),
            Col::Number => child.id.clone(),
            Col::Guardian => child.guardian.clone(),
            _ => child.phone.clone(),
        };
        kinds.push(
            trap(column, "half of it bold", move |pen| {
                Some(Cell::Rich(right(&pen.draft.child)))
            })
            .workbook(),
        );
        kinds.push(
            trap(column, "phonetic hint", move |pen| {
                Some(Cell::Phonetic(right(&pen.draft.child)))
            })
            .workbook(),
        );
        if column != Col::Number {
            kinds.push(
                trap(column, "from a formula", move |pen| {
                    Some(Cell::Formula(right(&pen.draft.child)))
                })
                .workbook(),
            );
        }
    }
}
