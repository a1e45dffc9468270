//! Made-up children for the generator, and what the standards say of their numbers.

use fastrand::Rng;

/// Columns of 新生信息 in the order of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Col {
    Name,
    Gender,
    Kind,
    Number,
    Grade,
    Class,
    StudentNumber,
    Guardian,
    Relation,
    Phone,
    Address,
}

impl Col {
    /// All of them.
    pub(crate) const ALL: [Self; 11] = [
        Self::Name,
        Self::Gender,
        Self::Kind,
        Self::Number,
        Self::Grade,
        Self::Class,
        Self::StudentNumber,
        Self::Guardian,
        Self::Relation,
        Self::Phone,
        Self::Address,
    ];

    /// The bare heading.
    pub(crate) fn heading(self) -> &'static str {
        [
            "姓名",
            "性别",
            "证件类型",
            "证件号码",
            "年级",
            "班级",
            "学籍号",
            "家长姓名",
            "家长关系",
            "家长手机",
            "家庭住址",
        ][self as usize]
    }

    /// Whether the template demands it (starred).
    pub(crate) fn required(self) -> bool {
        matches!(
            self,
            Self::Name | Self::Number | Self::Grade | Self::Class | Self::Guardian | Self::Phone
        )
    }
}

/// A school as the generator knows it.
#[derive(Debug, Clone)]
pub(crate) struct School {
    /// Id in the product.
    pub(crate) id: String,
    /// Its grades with their open and their closed classes.
    pub(crate) grades: Vec<(u8, Vec<u8>, Vec<u8>)>,
}

impl School {
    /// The open classes of a grade; none when the school lacks it.
    fn open(&self, grade: u8) -> Option<&[u8]> {
        self.grades
            .iter()
            .find(|(number, _, _)| *number == grade)
            .map(|(_, open, _)| open.as_slice())
    }

    /// A grade in which children can be put.
    pub(crate) fn some_grade(&self, rng: &mut Rng) -> u8 {
        let filled: Vec<u8> = self
            .grades
            .iter()
            .filter(|(_, open, _)| !open.is_empty())
            .map(|(number, _, _)| *number)
            .collect();
        *of(rng, &filled)
    }

    /// An open class of a grade.
    pub(crate) fn some_class(&self, rng: &mut Rng, grade: u8) -> u8 {
        *of(rng, self.open(grade).expect("a grade of the school"))
    }
}

/// The year in which the school year of the tests ends.
const END: i32 = 2027;

/// A made-up child.
#[derive(Debug, Clone)]
pub(crate) struct Child {
    pub(crate) name: String,
    /// 18 characters.
    pub(crate) id: String,
    pub(crate) grade: u8,
    pub(crate) class: u8,
    /// The grade that the file states, as far as it can be read: the age is
    /// compared with it even if the school has no such grade.
    pub(crate) stated_grade: Option<u8>,
    pub(crate) guardian: String,
    pub(crate) relation: &'static str,
    pub(crate) phone: String,
    pub(crate) address: String,
}

impl Child {
    /// The n-th child of a file; no two have a phone in common.
    pub(crate) fn new(rng: &mut Rng, school: &School, n: usize) -> Self {
        let grade = school.some_grade(rng);
        let class = school.some_class(rng, grade);
        let (surname, given) = (*of(rng, &SURNAMES), *of(rng, &GIVEN));
        let prefix = *of(rng, &["13", "15", "17", "18", "19"]);
        let birth = fitting_birth(rng, grade);
        Self {
            name: format!("{surname}{given}"),
            id: id_of(rng, birth),
            grade,
            class,
            stated_grade: Some(grade),
            guardian: format!("{surname}{}", *of(rng, &GIVEN)),
            relation: *of(rng, &RELATIONS),
            phone: format!("{prefix}{:09}", 100_000_000 + n),
            address: format!("{}{} 号", *of(rng, &STREETS), rng.u32(1..300)),
        }
    }

    /// Born on.
    pub(crate) fn birth(&self) -> (i32, u32, u32) {
        let number = |from: usize, to: usize| self.id[from..to].parse::<u32>().expect("digits");
        (number(6, 10) as i32, number(10, 12), number(12, 14))
    }

    /// Odd place 17.
    pub(crate) fn is_male(&self) -> bool {
        self.id.as_bytes()[16] % 2 == 1
    }

    /// Whether the age on 31 August 2027 is more than two years off what the
    /// stated grade expects, grade + 6 (rules §2).
    pub(crate) fn age_is_off(&self) -> bool {
        let (year, month, day) = self.birth();
        let age = END - year - i32::from((month, day) > (8, 31));
        self.stated_grade
            .is_some_and(|grade| (age - i32::from(grade) - 6).abs() > 2)
    }
}

/// A birth date at most two years off the grade's age.
pub(crate) fn fitting_birth(rng: &mut Rng, grade: u8) -> (i32, u32, u32) {
    let shift = *of(rng, &[0, 0, 0, 0, -2, -1, 1, 2]);
    let year = END - i32::from(grade) - 6 + shift;
    (year, rng.u32(1..=8), rng.u32(1..=28))
}

/// The birth date of one whose age on 31 August is `years` over the grade's
/// (below 0: under it), the last day or the first one on which that is so.
pub(crate) fn boundary_birth(grade: u8, years: i32) -> (i32, u32, u32) {
    let year = END - i32::from(grade) - 6 - years;
    if years > 0 {
        (year, 8, 31)
    } else {
        (year - 1, 9, 1)
    }
}

/// A right number of someone born on that day, without warning or note.
pub(crate) fn id_of(rng: &mut Rng, birth: (i32, u32, u32)) -> String {
    let county = *of(rng, &COUNTIES);
    id_at(rng, county, birth)
}

/// A right number of someone of that county.
pub(crate) fn id_at(rng: &mut Rng, county: &str, (year, month, day): (i32, u32, u32)) -> String {
    loop {
        // Numbers of children on record begin their sequences at 000.
        let sequence = rng.u32(100..1000);
        let id = checked(&format!("{county}{year:04}{month:02}{day:02}{sequence:03}"));
        if !id.ends_with("000") {
            return id;
        }
    }
}

/// A right number with this check character.
pub(crate) fn id_ending(rng: &mut Rng, birth: (i32, u32, u32), end: char) -> String {
    loop {
        let id = id_of(rng, birth);
        if id.ends_with(end) {
            return id;
        }
    }
}

/// Appends the check character of GB 11643-1999 to 17 digits.
pub(crate) fn checked(digits: &str) -> String {
    assert_eq!(digits.len(), 17, "{digits}");
    // ISO 7064 MOD 11-2 by its recursion, not by the table of weights that the product uses.
    let product = digits
        .bytes()
        .fold(0, |sum, digit| ((sum + u32::from(digit - b'0')) * 2) % 11);
    let check = (12 - product) % 11;
    let last = if check == 10 {
        'X'
    } else {
        char::from(b'0' + check as u8)
    };
    format!("{digits}{last}")
}

/// One of a list.
pub(crate) fn of<'a, T>(rng: &mut Rng, list: &'a [T]) -> &'a T {
    &list[rng.usize(..list.len())]
}

/// Counties whose numbers cause no note: of 苏州, and of provinces anywhere. 320508
/// belongs to the children on record.
const COUNTIES: [&str; 12] = [
    "320505", "320506", "320507", "320509", "320581", "320583", "110101", "310104", "440106",
    "653101", "540102", "460105",
];
const SURNAMES: [&str; 14] = [
    "王", "李", "张", "刘", "陈", "欧阳", "赵", "黄", "周", "吴", "沈", "陆", "司徒", "顾",
];
const GIVEN: [&str; 16] = [
    "梓涵", "宇轩", "欣怡", "浩然", "诗琪", "子墨", "雨桐", "俊熙", "可馨", "明远", "思源", "嘉宁",
    "一", "乐", "若曦", "景行",
];
const RELATIONS: [&str; 12] = [
    "父亲",
    "母亲",
    "爸爸",
    "妈妈",
    "祖父",
    "祖母",
    "外祖父",
    "外祖母",
    "爷爷",
    "外婆",
    "其他亲属",
    "非亲属",
];
const STREETS: [&str; 5] = [
    "姑苏区梧桐路",
    "平江路, 3 单元",
    "工业园区星湖街",
    "枫桥镇南浜村",
    "干将东路“启明”里",
];
