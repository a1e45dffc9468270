//! Random files with known faults: the same seed gives the same file.
//!
//! A row begins right. Kinds of the catalogue are planted in it, rows are
//! repeated, contradicted or taken from the children on record, and the table is
//! laid out with all that surrounds one in the field. What the importer has to
//! say follows from what was planted, never from what it does:
//!
//! - a blank 性别 is noted whenever the number can be read, and an age over two
//!   years off is warned of whenever number and grade can be read;
//! - a child on record is looked up for right rows only, so such a row takes no
//!   fault of its own; nor does one that is like a child on record, which is warned of
//!   when name, birth date and phone are all the same;
//! - of rows alike in every column the first counts and the later ones are errors;
//!   rows of one number that differ are errors all, which needs a readable number;
//! - a merged cell cannot be read, whatever it holds, so nothing else is planted
//!   in it or compares with it.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;

use crate::kinds::{Draft, KINDS, Kind, Pen, Severity};
use crate::people::{Child, Col, School, id_of, of};
use crate::table::{Book, Cell, Container, Quirks, Sheet, letter};

/// Children on record that a file may name.
#[derive(Debug, Clone, Default)]
pub(crate) struct OnRecord {
    /// Numbers in a school that the importing person may see.
    pub(crate) here: Vec<String>,
    /// Numbers in a school of another district.
    pub(crate) elsewhere: Vec<String>,
    /// Numbers of deleted pupils in a school that the person may see.
    pub(crate) deleted: Vec<String>,
    /// Those of `here` and `elsewhere`, by what another child may have in common with them.
    pub(crate) people: Vec<Person>,
    /// The deleted in the same way.
    pub(crate) gone: Vec<Person>,
}

/// What two records of one child would have in common, whatever their numbers.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) birth: (i32, u32, u32),
    pub(crate) phone: String,
}

/// How a row is like a person on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Like {
    Wholly,
    ButForTheName,
    ButForTheBirth,
    ButForThePhone,
}

/// A problem that the importer has to report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    /// Kind that was planted.
    pub(crate) kind: &'static str,
    pub(crate) place: Problem,
}

/// Place, code and severity of a problem; ordered by place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// Name of the sheet; empty for a csv, whose sheet has no name of its own.
    pub(crate) sheet: String,
    /// Row as Excel shows it.
    pub(crate) row: Option<i64>,
    /// Column letter.
    pub(crate) column: String,
    /// Bare heading.
    pub(crate) heading: String,
    pub(crate) code: String,
    pub(crate) severity: String,
}

/// A file and what is known of it.
pub(crate) struct Case {
    pub(crate) book: Book,
    pub(crate) sheet: String,
    /// As Excel shows it.
    pub(crate) heading_row: i64,
    /// Data rows, and those of them without an error.
    pub(crate) rows: i64,
    pub(crate) valid: i64,
    /// Problems of rows and of the file, every note included.
    pub(crate) expected: Vec<Expected>,
    /// What was planted without anything to report: kind and row (none for the file).
    pub(crate) quiet: Vec<(&'static str, Option<i64>)>,
    /// Kinds by row, for messages of failures.
    pub(crate) planted: BTreeMap<i64, Vec<&'static str>>,
}

/// How much of what a file gets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Data rows, before repeats and contradictions.
    pub(crate) rows: usize,
    /// In how many of a hundred rows something is planted.
    pub(crate) planted: u32,
    /// Whether 性别 may be left blank and optional columns left out, which gives
    /// every row a note.
    pub(crate) bare: bool,
}

/// Something that concerns a row as one: its name, what the importer has to say and where.
type Whole = (&'static str, Option<(&'static str, Severity)>, Option<Col>);

/// A row of the table.
#[derive(Clone)]
struct Row {
    draft: Draft,
    kinds: Vec<&'static Kind>,
    /// What concerns the row as one or its merged cells.
    whole: Vec<Whole>,
    /// Row in the sheet, from 0.
    at: u32,
    /// Belongs to rows that repeat or contradict each other.
    tied: bool,
    merged: BTreeSet<Col>,
}

impl Row {
    fn new(child: Child) -> Self {
        Self {
            draft: Draft {
                child,
                cells: BTreeMap::new(),
            },
            kinds: Vec::new(),
            whole: Vec::new(),
            at: 0,
            tied: false,
            merged: BTreeSet::new(),
        }
    }

    /// Columns that a fault makes unreadable.
    fn readable(&self, column: Col) -> bool {
        let merged = self.merged.contains(&column)
            || column == Col::Number && self.merged.contains(&Col::Kind);
        let faulty = |kind: &Kind| kind.is_fault() && kind.columns.contains(&column);
        !merged && !self.kinds.iter().any(|kind| faulty(kind))
    }

    /// True when a merged cell in this column changes nothing else of the row.
    fn can_merge(&self, column: Col) -> bool {
        // Without the kind of paper the number is not read either.
        let lost = match column {
            Col::Kind => &[Col::Kind, Col::Number][..],
            _ => &[column],
        };
        let touches = |kind: &Kind| {
            kind.columns
                .iter()
                .chain(kind.needs)
                .any(|c| lost.contains(c))
        };
        self.whole.is_empty()
            && !self.tied
            && self.merged.is_empty()
            && !self.kinds.iter().any(|kind| touches(kind))
    }

    fn has_fault(&self) -> bool {
        self.kinds.iter().any(|kind| kind.is_fault())
    }
}

/// Where the columns are.
struct Layout {
    at: BTreeMap<Col, u16>,
    /// Columns that are none of the template's, with their headings.
    extra: Vec<(u16, &'static str)>,
    heading_row: u32,
    width: u16,
}

impl Layout {
    fn letter(&self, column: Col) -> String {
        self.at
            .get(&column)
            .copied()
            .map(letter)
            .unwrap_or_default()
    }
}

/// Makes files.
pub(crate) struct Planner<'a> {
    rng: &'a mut Rng,
    container: Container,
    school: &'a School,
    /// Numbers that the file has.
    used: BTreeSet<String>,
    people: usize,
    size: Size,
}

impl<'a> Planner<'a> {
    pub(crate) fn new(
        rng: &'a mut Rng,
        container: Container,
        school: &'a School,
        size: Size,
    ) -> Self {
        Self {
            rng,
            container,
            school,
            used: BTreeSet::new(),
            people: 0,
            size,
        }
    }

    /// A file that is read.
    pub(crate) fn file(&mut self, record: &OnRecord) -> Case {
        let layout = self.layout();
        let mut rows = Vec::with_capacity(self.size.rows);
        for _ in 0..self.size.rows {
            rows.push(self.row(&layout));
        }
        self.on_record(&mut rows, record);
        self.like_on_record(&mut rows, record);
        let mut rows = self.tie(rows);
        let mut sheet = Sheet {
            name: (*of(self.rng, &SHEET_NAMES)).to_owned(),
            ..Sheet::default()
        };
        if !self.container.is_workbook() {
            sheet.name = String::new();
        }
        let mut case = Case {
            book: Book {
                sheets: Vec::new(),
                table: 0,
                quirks: Quirks::default(),
            },
            sheet: sheet.name.clone(),
            heading_row: i64::from(layout.heading_row) + 1,
            rows: 0,
            valid: 0,
            expected: Vec::new(),
            quiet: Vec::new(),
            planted: BTreeMap::new(),
        };
        self.preamble(&mut sheet, &layout, &mut case);
        self.headings(&mut sheet, &layout, layout.heading_row);
        self.arrange(&mut rows, &mut sheet, &layout, &mut case);
        if self.container.is_workbook() {
            self.merge(&mut rows, &mut sheet, &layout, &mut case);
        }
        for row in &rows {
            write(row, &mut sheet, &layout);
            self.extras(row.at, &mut sheet, &layout);
            settle(row, &layout, &mut case);
        }
        if self.container.is_workbook() {
            self.hide(&rows, &mut sheet, &layout, &mut case);
            self.quirks(&mut sheet, &layout, &mut case);
        }
        self.file_notes(&layout, &mut case);
        self.sheets(sheet, &mut case);
        case
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(..100) < percent
    }

    // ---- the rows ----

    fn row(&mut self, layout: &Layout) -> Row {
        let mut row = Row::new(self.child());
        if self.chance(self.size.planted) {
            let count = *of(self.rng, &[1, 1, 1, 2, 2, 3, 5]);
            for _ in 0..count {
                self.choose(&mut row, layout);
            }
        }
        self.fill(&mut row);
        row
    }

    /// A child whose number the file does not have yet.
    fn child(&mut self) -> Child {
        self.people += 1;
        loop {
            let child = Child::new(self.rng, self.school, self.people);
            if self.used.insert(child.id.clone()) {
                return child;
            }
        }
    }

    /// Adds a kind to a row if it goes with those the row has.
    fn choose(&mut self, row: &mut Row, layout: &Layout) {
        let kind = of(self.rng, &KINDS);
        let here = |column: &Col| layout.at.contains_key(column);
        let taken = |column: &Col| row.kinds.iter().any(|k| k.columns.contains(column));
        let needed = |column: &Col| row.kinds.iter().any(|k| k.needs.contains(column));
        let fits = (!kind.workbook || self.container.is_workbook())
            && kind.columns.iter().all(|c| here(c) && !taken(c))
            && !(kind.is_fault() && kind.columns.iter().any(needed))
            && kind.needs.iter().all(|c| row.readable(*c));
        if fits {
            row.kinds.push(kind);
        }
    }

    /// Fills the cells: those that were planted, numbers first because others
    /// follow them, then the right ones.
    fn fill(&mut self, row: &mut Row) {
        row.kinds.sort_by_key(|kind| match kind.columns[0] {
            Col::Number => 0,
            Col::Grade | Col::Class => 1,
            _ => 2,
        });
        let before = row.draft.child.id.clone();
        for kind in row.kinds.clone() {
            let column = kind.columns[0];
            if kind.is_fault() && kind.columns.contains(&Col::Grade) {
                row.draft.child.stated_grade = None;
            }
            loop {
                let cell = (kind.fill)(&mut Pen {
                    rng: self.rng,
                    school: self.school,
                    draft: &mut row.draft,
                });
                row.draft.cells.insert(column, cell);
                // A number that the kind chose anew must not be another row's.
                let id = &row.draft.child.id;
                if *id == before || self.used.insert(id.clone()) || column != Col::Number {
                    break;
                }
            }
        }
        for column in Col::ALL {
            if !row.draft.cells.contains_key(&column) {
                let cell = self.right_cell(column, &row.draft.child);
                row.draft.cells.insert(column, cell);
            }
        }
    }

    fn right_cell(&mut self, column: Col, child: &Child) -> Option<Cell> {
        let text = match column {
            Col::Name => child.name.clone(),
            Col::Gender => {
                if self.size.bare && self.chance(20) {
                    return None;
                }
                let words = if child.is_male() {
                    ["1", "男"]
                } else {
                    ["2", "女"]
                };
                (*of(self.rng, &words)).to_owned()
            }
            Col::Kind if self.chance(70) => return None,
            Col::Kind => "居民身份证".to_owned(),
            Col::Number => child.id.clone(),
            Col::Grade => child.grade.to_string(),
            Col::Class => child.class.to_string(),
            Col::StudentNumber if self.chance(40) => return None,
            Col::StudentNumber => format!("G{}", child.id),
            Col::Guardian => child.guardian.clone(),
            Col::Relation if self.chance(20) => return None,
            Col::Relation => child.relation.to_owned(),
            Col::Phone => child.phone.clone(),
            Col::Address if self.chance(20) => return None,
            Col::Address => child.address.clone(),
        };
        Some(Cell::Text(text))
    }

    /// Makes some rows children on record, each at most once.
    fn on_record(&mut self, rows: &mut [Row], record: &OnRecord) {
        for (list, name, code) in [
            (&record.here, "整行 on record here", "pupil.duplicate"),
            (
                &record.elsewhere,
                "整行 on record where one may not look",
                "pupil.duplicate",
            ),
            (&record.deleted, "整行 deleted here", "pupil.deleted"),
        ] {
            let wanted = self.rng.usize(0..=2).min(list.len());
            let first = self.rng.usize(..list.len().max(1));
            for n in 0..wanted {
                let id = &list[(first + n) % list.len()];
                // Right rows only: the others are not looked up.
                let Some(row) = self.free(rows, |row| {
                    !row.has_fault()
                        && !row.kinds.iter().any(|kind| {
                            kind.columns.iter().chain(kind.needs).any(|c| {
                                matches!(c, Col::Number | Col::Gender | Col::StudentNumber)
                            })
                        })
                }) else {
                    continue;
                };
                let row = &mut rows[row];
                row.draft.child.id.clone_from(id);
                for column in [Col::Number, Col::Gender, Col::StudentNumber] {
                    let cell = self.right_cell(column, &row.draft.child);
                    row.draft.cells.insert(column, cell);
                }
                row.whole
                    .push((name, Some((code, Severity::Error)), Some(Col::Number)));
                row.tied = true;
            }
        }
    }

    /// Makes some rows children that may be one on record, or look so.
    fn like_on_record(&mut self, rows: &mut [Row], record: &OnRecord) {
        const COLUMNS: [Col; 5] = [
            Col::Name,
            Col::Number,
            Col::Gender,
            Col::StudentNumber,
            Col::Phone,
        ];
        let near = Some(("pupil.near_match", Severity::Warning));
        let known = &record.people;
        for (people, like, said, name) in [
            (known, Like::Wholly, near, "整行 near one on record"),
            (
                known,
                Like::ButForTheName,
                None,
                "整行 near but for the name",
            ),
            (
                known,
                Like::ButForTheBirth,
                None,
                "整行 near but for the birth",
            ),
            (
                known,
                Like::ButForThePhone,
                None,
                "整行 near but for the phone",
            ),
            (&record.gone, Like::Wholly, None, "整行 near a deleted one"),
        ] {
            if people.is_empty() || self.chance(50) {
                continue;
            }
            let Some(at) = self.free(rows, |row| {
                let touches = |c: &Col| COLUMNS.contains(c);
                !row.has_fault()
                    && !row
                        .kinds
                        .iter()
                        .any(|kind| kind.columns.iter().chain(kind.needs).any(touches))
            }) else {
                continue;
            };
            let person = of(self.rng, people).clone();
            let stranger = self.child();
            let child = &mut rows[at].draft.child;
            child.name = match like {
                // Nobody is called so.
                Like::ButForTheName => format!("{}甲", person.name),
                _ => person.name,
            };
            child.phone = match like {
                Like::ButForThePhone => stranger.phone,
                _ => person.phone,
            };
            let birth = match like {
                Like::ButForTheBirth => {
                    let (year, month, day) = person.birth;
                    (year, month, if day == 1 { 2 } else { 1 })
                }
                _ => person.birth,
            };
            // A number of its own, also among those of the file.
            child.id = loop {
                let id = id_of(self.rng, birth);
                if self.used.insert(id.clone()) {
                    break id;
                }
            };
            let child = child.clone();
            for column in COLUMNS {
                let cell = self.right_cell(column, &child);
                rows[at].draft.cells.insert(column, cell);
            }
            rows[at].whole.push((name, said, Some(Col::Number)));
            rows[at].tied = true;
        }
    }

    /// A row that belongs to nothing yet.
    fn free(&mut self, rows: &[Row], wanted: impl Fn(&Row) -> bool) -> Option<usize> {
        (0..20).find_map(|_| {
            let at = self.rng.usize(..rows.len());
            let row = &rows[at];
            (row.whole.is_empty() && !row.tied && wanted(row)).then_some(at)
        })
    }

    /// Adds rows that repeat or contradict others.
    fn tie(&mut self, mut rows: Vec<Row>) -> Vec<Row> {
        // Rows to add, with the row before which they stand.
        let mut added: Vec<(usize, Row)> = Vec::new();
        let most = 2 + self.size.rows / 200;
        for _ in 0..self.rng.usize(0..=most) {
            // With faults of its own too: those show in both.
            let Some(at) = self.free(&rows, |_| true) else {
                continue;
            };
            rows[at].tied = true;
            for _ in 0..*of(self.rng, &[1, 1, 2]) {
                let mut copy = rows[at].clone();
                let said = Some(("row.repeated", Severity::Error));
                copy.whole.push(("整行 repeated", said, None));
                added.push((self.rng.usize(at + 1..=rows.len()), copy));
            }
        }
        for _ in 0..self.rng.usize(0..=most) {
            // What a number says of itself, both rows would say.
            let plain = |row: &Row| {
                !row.kinds.iter().any(|kind| {
                    kind.columns[0] == Col::Number
                        && matches!(
                            kind.shows,
                            Some(("paper.trailing_zeros" | "paper.county_unknown", _))
                        )
                })
            };
            let Some(at) = self.free(&rows, |row| row.readable(Col::Number) && plain(row)) else {
                continue;
            };
            // Another row with the same number: of another child, or of the same
            // one in another class, or with another phone.
            let stranger = self.child();
            let mut child = Child {
                phone: stranger.phone,
                ..rows[at].draft.child.clone()
            };
            let kind = match self.rng.u32(..3) {
                0 => {
                    child.name = stranger.name;
                    "整行 same number, another child"
                }
                1 => {
                    child.grade = stranger.grade;
                    child.class = stranger.class;
                    "整行 same number, another class"
                }
                _ => "整行 same number, another phone",
            };
            child.stated_grade = Some(child.grade);
            let mut other = Row::new(child);
            self.fill(&mut other);
            for row in [&mut rows[at], &mut other] {
                row.tied = true;
                let said = Some(("row.conflict", Severity::Error));
                row.whole.push((kind, said, Some(Col::Number)));
            }
            added.push((self.rng.usize(at + 1..=rows.len()), other));
        }
        added.sort_by_key(|(before, _)| *before);
        let mut added = added.into_iter().peekable();
        let mut all = Vec::with_capacity(rows.len() + added.len());
        for (at, row) in rows.into_iter().map(Some).chain([None]).enumerate() {
            while let Some((_, row)) = added.next_if(|(before, _)| *before == at) {
                all.push(row);
            }
            all.extend(row);
        }
        all
    }

    // ---- the sheet ----

    fn layout(&mut self) -> Layout {
        let mut order: Vec<Result<Col, &'static str>> = Vec::new();
        for column in Col::ALL {
            let absent = self.size.bare && !column.required() && self.chance(8);
            if !absent {
                order.push(Ok(column));
            }
        }
        if self.chance(30) {
            self.rng.shuffle(&mut order);
        }
        let mut headings = EXTRA.to_vec();
        self.rng.shuffle(&mut headings);
        let extras = *of(self.rng, &[0, 0, 1, 1, 2, 4]);
        for heading in headings.into_iter().take(extras) {
            let at = if heading == "序号" {
                0
            } else {
                self.rng.usize(0..=order.len())
            };
            order.insert(at, Err(heading));
        }
        // Some tables stand further to the right.
        let mut next = *of(self.rng, &[0, 0, 0, 0, 1, 25]);
        let mut layout = Layout {
            at: BTreeMap::new(),
            extra: Vec::new(),
            heading_row: *of(self.rng, &[0, 0, 0, 1, 2, 3, 5, 9]),
            width: 0,
        };
        for column in order {
            match column {
                Ok(column) => {
                    layout.at.insert(column, next);
                }
                Err(heading) => layout.extra.push((next, heading)),
            }
            next += 1 + u16::from(self.chance(3));
        }
        layout.width = next;
        layout
    }

    fn headings(&mut self, sheet: &mut Sheet, layout: &Layout, row: u32) {
        for (column, at) in &layout.at {
            let bare = column.heading();
            let text = match self.rng.u32(..8) {
                0 => format!(" {bare} "),
                1 => format!("{bare}（必填）"),
                2 => format!("{bare}："),
                3 => format!("＊{bare}"),
                4 => format!("{bare}【请核对】"),
                5 => bare
                    .chars()
                    .flat_map(|c| [c, '\u{3000}'])
                    .collect::<String>(),
                6 => format!("{bare}\n[见说明]"),
                _ if column.required() => format!("{bare}*"),
                _ => bare.to_owned(),
            };
            sheet.cells.insert((row, *at), Cell::Text(text));
        }
        for (at, heading) in &layout.extra {
            if !heading.is_empty() {
                sheet.cells.insert((row, *at), Cell::text(*heading));
            }
        }
    }

    /// Title and instructions above the heading.
    fn preamble(&mut self, sheet: &mut Sheet, layout: &Layout, case: &mut Case) {
        if layout.heading_row == 0 {
            return;
        }
        let left = *layout.at.values().min().expect("a column");
        sheet
            .cells
            .insert((0, left), Cell::text("2026 级新生信息登记表"));
        if self.container.is_workbook() && self.chance(50) && layout.width > left + 1 {
            sheet.merges.push((0, left, 0, layout.width - 1));
            case.quiet.push(("文件 merged title", None));
        }
        let lines = [
            "填表说明：姓名、证件号码、年级、班级、家长姓名、家长手机必填",
            "年级填数字，七年级填 7",
            "姓名",
            "填表人：教务处",
        ];
        for row in 1..layout.heading_row {
            if self.chance(70) {
                let line = *of(self.rng, &lines);
                sheet.cells.insert((row, left), Cell::text(line));
                if self.chance(30) {
                    // Parts of the heading are no heading.
                    sheet.cells.insert((row, left + 1), Cell::text("年级"));
                }
            }
        }
        case.quiet.push(("文件 rows above the heading", None));
    }

    /// Gives every row its place, with blank rows and repeated headings between.
    fn arrange(&mut self, rows: &mut [Row], sheet: &mut Sheet, layout: &Layout, case: &mut Case) {
        let mut at = layout.heading_row + 1;
        let mut repeated = false;
        let blanks = self.chance(60);
        for row in rows.iter_mut() {
            if blanks && self.chance(4) {
                for _ in 0..self.rng.u32(1..4) {
                    self.blank(at, sheet, layout, case);
                    at += 1;
                }
            }
            if blanks && self.chance(1) {
                self.headings(sheet, layout, at);
                at += 1;
                repeated = true;
            }
            row.at = at;
            at += 1;
        }
        if repeated {
            expect_file(
                case,
                "文件 heading repeated",
                None,
                ("heading.repeated", Severity::Note),
            );
        }
        // Prepared rows below the data.
        for _ in 0..self.rng.u32(0..6) {
            self.blank(at, sheet, layout, case);
            at += 1;
        }
    }

    /// A row that holds no data although it may hold something.
    fn blank(&mut self, at: u32, sheet: &mut Sheet, layout: &Layout, case: &mut Case) {
        let number = i64::from(at) + 1;
        match self.rng.u32(..4) {
            0 => case.quiet.push(("空行 nothing", Some(number))),
            1 => {
                let columns: Vec<u16> = layout.at.values().copied().collect();
                for _ in 0..3 {
                    let column = *of(self.rng, &columns);
                    let text = *of(self.rng, &[" ", "\u{3000}", "\u{200B}", "\t"]);
                    sheet.cells.insert((at, column), Cell::text(text));
                }
                case.quiet.push(("空行 only spaces", Some(number)));
            }
            2 => {
                self.extras(at, sheet, layout);
                case.quiet.push(("空行 only ignored columns", Some(number)));
            }
            _ => {
                for column in layout.at.values() {
                    sheet.cells.insert((at, *column), Cell::Styled);
                }
                case.quiet.push(("空行 only colours", Some(number)));
            }
        }
    }

    /// Fills the columns that are not read with what would be wrong in others.
    fn extras(&mut self, at: u32, sheet: &mut Sheet, layout: &Layout) {
        for (column, heading) in &layout.extra {
            if sheet.merges.iter().any(|&(top, left, bottom, right)| {
                (top..=bottom).contains(&at) && (left..=right).contains(column)
            }) {
                continue;
            }
            let cell = match *heading {
                "序号" => Cell::Number(f64::from(at)),
                "出生日期" if self.chance(50) => Cell::text("2013年9月31日"),
                "出生日期" => Cell::Date(self.rng.u32(40_000..42_000)),
                // As WPS stores a picture in a cell.
                "照片" if self.chance(50) => Cell::Formula("=DISPIMG(\"ID_7F\",1)".to_owned()),
                "照片" => Cell::Error("#N/A", true),
                "身份证号校验" => Cell::FormulaBare,
                "联系电话" => Cell::text("0512-65123456?"),
                "家庭住址备注" => Cell::text("同上 😀 \u{FFFD}"),
                _ => {
                    if self.chance(50) {
                        continue;
                    }
                    Cell::Number(3.20508e17)
                }
            };
            sheet.cells.insert((at, *column), cell);
        }
    }

    /// Merges cells that nothing else is planted in or compares with.
    fn merge(&mut self, rows: &mut [Row], sheet: &mut Sheet, layout: &Layout, case: &mut Case) {
        if self.chance(30) {
            return;
        }
        let columns: Vec<(Col, u16)> = layout.at.iter().map(|(c, at)| (*c, *at)).collect();
        for _ in 0..self.rng.usize(3..10) {
            let (column, at) = *of(self.rng, &columns);
            let first = self.rng.usize(..rows.len());
            if self.chance(60) {
                // Down over rows that follow each other.
                let wanted = self.rng.usize(2..=4);
                let last = (first..rows.len())
                    .take(wanted)
                    .take_while(|n| {
                        let below = (*n - first) as u32;
                        rows[*n].can_merge(column) && rows[*n].at == rows[first].at + below
                    })
                    .last();
                let Some(last) = last.filter(|last| *last > first) else {
                    continue;
                };
                sheet.merges.push((rows[first].at, at, rows[last].at, at));
                for row in &mut rows[first..=last] {
                    row.merged.insert(column);
                }
                // Excel keeps the first value only.
                for row in &mut rows[first + 1..=last] {
                    row.draft.cells.insert(column, None);
                }
            } else {
                // To the right, over a column that is read or one that is not.
                let row = &mut rows[first];
                let beside = columns.iter().find(|(_, other)| *other == at + 1);
                if !row.can_merge(column) || beside.is_some_and(|(c, _)| !row.can_merge(*c)) {
                    continue;
                }
                sheet.merges.push((row.at, at, row.at, at + 1));
                row.merged.insert(column);
                if let Some((other, _)) = beside {
                    row.merged.insert(*other);
                    row.draft.cells.insert(*other, None);
                }
            }
        }
        for row in rows.iter_mut() {
            for column in row.merged.clone() {
                row.whole.push((
                    MERGED[column as usize],
                    Some(("cell.merged", Severity::Error)),
                    Some(column),
                ));
            }
        }
        // In a column that is not read, merges do not matter.
        let free = layout.extra.iter().find(|(at, _)| {
            !sheet.merges.iter().any(|(_, left, bottom, right)| {
                *bottom > layout.heading_row && (left..=right).contains(&at)
            })
        });
        if let (Some((at, _)), Some(row)) = (free, rows.first()) {
            sheet.merges.push((row.at, *at, row.at + 3, *at));
            case.quiet.push(("文件 merges in an ignored column", None));
        }
    }

    fn hide(&mut self, rows: &[Row], sheet: &mut Sheet, layout: &Layout, case: &mut Case) {
        let mut hidden = false;
        if self.chance(20) {
            for row in rows {
                if self.chance(10) {
                    sheet.hidden_rows.push(row.at);
                    hidden = true;
                }
            }
        }
        if self.chance(10) {
            let columns: Vec<u16> = layout.at.values().copied().collect();
            sheet.hidden_columns.push(*of(self.rng, &columns));
            hidden = true;
        }
        if let Some((at, _)) = layout.extra.first().filter(|_| self.chance(30)) {
            sheet.hidden_columns.push(*at);
            case.quiet.push(("文件 ignored column hidden", None));
        }
        if hidden {
            expect_file(
                case,
                "文件 rows or columns hidden",
                None,
                ("hidden.read", Severity::Note),
            );
        }
    }

    fn quirks(&mut self, sheet: &mut Sheet, layout: &Layout, case: &mut Case) {
        let mut quirks = Quirks::default();
        if self.chance(20) {
            quirks.epoch_1904 = true;
            case.quiet.push(("文件 dates from 1904", None));
        }
        if self.chance(30) {
            quirks.dimension = Some(*of(
                self.rng,
                &["A1", "A1:B2", "A1:XFD1048576", "C3:D4", "A1:Z65536"],
            ));
            case.quiet.push(("文件 wrong dimension", None));
        }
        if self.chance(30) {
            quirks.targets = Some(*of(self.rng, &["/xl/", "../xl/"]));
            case.quiet.push(("文件 absolute or climbing targets", None));
        }
        if self.chance(20) {
            quirks.phonetic_strings = true;
            case.quiet.push(("文件 phonetic hints everywhere", None));
        }
        quirks.frozen = self.chance(30);
        if self.chance(10) {
            // A forgotten cell in the last corner of the sheet.
            sheet.cells.insert((1_048_575, 16_383), Cell::text("x"));
            case.quiet
                .push(("文件 stray cell in the last corner", None));
        }
        if self.chance(10) {
            let row = layout.heading_row + 1;
            sheet
                .cells
                .insert((row, layout.width + 2), Cell::Error("#REF!", false));
            case.quiet.push(("文件 stray cell beside the table", None));
        }
        case.book.quirks = quirks;
    }

    /// Notes on the file that follow from its columns.
    fn file_notes(&mut self, layout: &Layout, case: &mut Case) {
        let row = Some(case.heading_row);
        if layout.extra.iter().any(|(_, heading)| !heading.is_empty()) {
            expect_file(
                case,
                "文件 columns that are not the template's",
                row,
                ("column.ignored", Severity::Note),
            );
        }
        if layout.at.len() < Col::ALL.len() {
            expect_file(
                case,
                "文件 optional column left out",
                row,
                ("column.optional_missing", Severity::Note),
            );
        }
    }

    /// Puts the table among other sheets.
    fn sheets(&mut self, mut table: Sheet, case: &mut Case) {
        let mut before = Vec::new();
        let mut after = Vec::new();
        if self.container.is_workbook() {
            if self.chance(40) {
                let mut notes = Sheet {
                    name: "填写说明".to_owned(),
                    ..Sheet::default()
                };
                for (row, text) in
                    (0..).zip(["姓名、证件号码必填", "七年级 3班 → 年级填 7，班级填 3"])
                {
                    notes.cells.insert((row, 0), Cell::text(text));
                }
                case.quiet.push(("文件 sheet with notes", None));
                if self.chance(50) {
                    before.push(notes);
                } else {
                    after.push(notes);
                }
            }
            if self.chance(15) {
                // The same table without a row of data.
                let mut empty = Sheet {
                    name: "空表".to_owned(),
                    ..Sheet::default()
                };
                for (at, column) in (0..).zip(Col::ALL) {
                    empty.cells.insert((0, at), Cell::text(column.heading()));
                }
                case.quiet.push(("文件 sheet with headings only", None));
                before.push(empty);
            }
            if self.chance(15) {
                // Last year's table, hidden: the visible one counts.
                let mut old = table.clone();
                old.name = "去年".to_owned();
                old.hidden = true;
                case.quiet.push(("文件 hidden sheet with data", None));
                if self.chance(50) {
                    before.push(old);
                } else {
                    after.push(old);
                }
            } else if self.chance(10) && before.iter().chain(&after).all(|s| s.name != "空表") {
                // Only hidden: read, with a note. A workbook needs a visible sheet.
                table.hidden = true;
                after.push(Sheet {
                    name: "封面".to_owned(),
                    ..Sheet::default()
                });
                expect_file(
                    case,
                    "文件 table on a hidden sheet",
                    None,
                    ("sheet.hidden", Severity::Note),
                );
            }
        }
        case.book.table = before.len();
        case.book.sheets = before;
        case.book.sheets.push(table);
        case.book.sheets.extend(after);
    }
}

/// Writes the cells of a row.
fn write(row: &Row, sheet: &mut Sheet, layout: &Layout) {
    for (column, cell) in &row.draft.cells {
        if let (Some(at), Some(cell)) = (layout.at.get(column), cell) {
            sheet.cells.insert((row.at, *at), cell.clone());
        }
    }
}

/// Writes down what the importer has to say of a row.
fn settle(row: &Row, layout: &Layout, case: &mut Case) {
    let number = i64::from(row.at) + 1;
    let mut problems: Vec<(&'static str, &'static str, Severity, Option<Col>)> = Vec::new();
    for kind in &row.kinds {
        match kind.shows {
            Some((code, severity)) => {
                problems.push((&kind.name, code, severity, Some(kind.columns[0])));
            }
            None => case.quiet.push((&kind.name, Some(number))),
        }
    }
    for (kind, said, column) in &row.whole {
        match said {
            Some((code, severity)) => problems.push((kind, code, *severity, *column)),
            None => case.quiet.push((kind, Some(number))),
        }
    }
    let blank_gender = !layout.at.contains_key(&Col::Gender)
        || row.readable(Col::Gender) && shows_nothing(row.draft.cells[&Col::Gender].as_ref());
    if row.readable(Col::Number) {
        if blank_gender {
            let kind = "性别 blank, filled from the number";
            problems.push((kind, "gender.derived", Severity::Note, Some(Col::Gender)));
        }
        if !row.merged.contains(&Col::Grade) && row.draft.child.age_is_off() {
            let kind = "年级 age over two years off";
            problems.push((kind, "age.off", Severity::Warning, Some(Col::Grade)));
        }
    }
    case.rows += 1;
    case.valid += i64::from(problems.iter().all(|p| p.2 != Severity::Error));
    let kinds: Vec<&'static str> = problems.iter().map(|p| p.0).collect();
    if !kinds.is_empty() || !row.kinds.is_empty() {
        let planted = case.planted.entry(number).or_default();
        planted.extend(row.kinds.iter().map(|kind| kind.name.as_str()));
        planted.extend(kinds);
    }
    for (kind, code, severity, column) in problems {
        case.expected.push(Expected {
            kind,
            place: Problem {
                sheet: case.sheet.clone(),
                row: Some(number),
                column: column.map(|c| layout.letter(c)).unwrap_or_default(),
                heading: column.map(Col::heading).unwrap_or_default().to_owned(),
                code: code.to_owned(),
                severity: severity.as_str().to_owned(),
            },
        });
    }
}

/// A note on the file.
fn expect_file(
    case: &mut Case,
    kind: &'static str,
    row: Option<i64>,
    (code, severity): (&str, Severity),
) {
    case.expected.push(Expected {
        kind,
        place: Problem {
            sheet: case.sheet.clone(),
            row,
            column: String::new(),
            heading: String::new(),
            code: code.to_owned(),
            severity: severity.as_str().to_owned(),
        },
    });
}

fn shows_nothing(cell: Option<&Cell>) -> bool {
    match cell {
        None | Some(Cell::Styled) => true,
        Some(Cell::Text(text) | Cell::Formula(text)) => text
            .chars()
            .all(|c| c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}')),
        Some(_) => false,
    }
}

/// Names of the kinds of merged cells, by column.
const MERGED: [&str; 11] = [
    "姓名 merged",
    "性别 merged",
    "证件类型 merged",
    "证件号码 merged",
    "年级 merged",
    "班级 merged",
    "学籍号 merged",
    "家长姓名 merged",
    "家长关系 merged",
    "家长手机 merged",
    "家庭住址 merged",
];
/// Columns of the schools' own; the last one has no heading.
const EXTRA: [&str; 9] = [
    "序号",
    "出生日期",
    "照片",
    "身份证号校验",
    "联系电话",
    "家庭住址备注",
    "毕业小学",
    "身高(cm)",
    "",
];
const SHEET_NAMES: [&str; 5] = ["新生信息", "Sheet1", "七年级 & 八年级", "2026级", "数 据"];
