//! Import of classes (批量建班): grade, number, nickname, remark (ORG-4).

use super::row::{Column, Field, RowReader};
use super::snapshot::{Snapshot, SnapshotClass};
use super::table::Entry;
use super::{Checked, ImportKind, ImportTable, grade_class};
use crate::domain::class::ClassNo;
use crate::domain::grade::GradeNo;
use crate::domain::text::{Nickname, Remark};
use crate::error::{Code, Problem};

mod at {
    pub(super) const GRADE: usize = 0;
    pub(super) const NUMBER: usize = 1;
    pub(super) const NICKNAME: usize = 2;
    pub(super) const REMARK: usize = 3;
}

const COLUMNS: &[Column] = &[
    Column {
        old_headings: &["年级名称", "所在年级"],
        ..grade_class::GRADE
    },
    Column {
        key: "number",
        heading: "班级序号",
        required: Some(Code::RowClassInvalid),
        old_headings: &["班级", "班号", "班级名称"],
        entry: |_| Entry::Whole { min: 1, max: 99 },
        note: "填 1-99 的数字（3 班填 3）。同一年级的序号不能重复。",
        width: 10,
    },
    Column {
        key: "nickname",
        heading: "班级昵称",
        required: None,
        old_headings: &["昵称"],
        entry: |_| Entry::General,
        note: "最多 12 个字。可以不填。",
        width: 20,
    },
    Column {
        key: "remark",
        heading: "备注",
        required: None,
        old_headings: &[],
        entry: |_| Entry::General,
        note: "最多 200 个字。可以不填。",
        width: 36,
    },
];

/// The import of classes.
pub static KIND: ImportKind<ClassEntry> = ImportKind {
    table: ImportTable {
        name: "批量建班",
        columns: COLUMNS,
        identity_column: at::NUMBER,
        identity: "年级和班级序号",
        rules,
        class_line,
        no_classes: "本校还没有班级。",
        examples,
    },
    check,
};

/// A class as a right row describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassEntry {
    /// Grade; the school has it.
    pub grade: GradeNo,
    /// 班级序号; the grade does not have it yet.
    pub number: ClassNo,
    /// 班级昵称.
    pub nickname: Option<Nickname>,
    /// 备注.
    pub remark: Option<Remark>,
}

fn check(row: &mut RowReader<'_>, snapshot: &Snapshot) -> Checked<ClassEntry> {
    let (grade, stored) = grade_class::grade_of(row, at::GRADE, snapshot);
    let number = grade_class::class(row, at::NUMBER, grade.zip(stored));
    let mut free = true;
    if let (Some(grade), Some(stored), Some(number)) = (grade, stored, number)
        && let Some(class) = stored.class(number)
    {
        row.report(at::NUMBER, taken(grade, number, class));
        free = false;
    }
    let nickname = text(row, at::NICKNAME, Nickname::parse);
    let remark = text(row, at::REMARK, Remark::parse);
    let identity = grade
        .zip(number)
        .map(|(grade, number)| format!("{}/{}", grade.get(), number.get()));
    let entry = match (grade.filter(|_| stored.is_some()), number) {
        (Some(grade), Some(number)) if free => Some(ClassEntry {
            grade,
            number,
            nickname,
            remark,
        }),
        (_, _) => None,
    };
    Checked { entry, identity }
}

/// The refusal of a number that the grade has already.
#[must_use]
pub fn taken(grade: GradeNo, number: ClassNo, class: &SnapshotClass) -> Problem {
    let closed = if class.open { "" } else { "（已关闭）" };
    Problem::new(Code::ClassNumberTaken).message(format!(
        "{} {} 班已经有了{closed}，请换一个序号或删去这一行。",
        grade.zh(),
        number.get()
    ))
}

/// Nicknames and remarks may be numbers to Excel: 2026, or a date.
fn text<T>(
    row: &mut RowReader<'_>,
    index: usize,
    parse: fn(&str) -> Result<T, Problem>,
) -> Option<T> {
    match row.field(index) {
        Field::Blank | Field::Unreadable => None,
        Field::Text { text, .. } => row.take(index, parse(&text)),
    }
}

fn rules(snapshot: &Snapshot) -> Vec<String> {
    vec![
        format!(
            "一个文件最多 {} 行，一行一个班；超过的请分成几个文件。",
            snapshot.row_limit
        ),
        format!("班级建在 {} 学年。", snapshot.school_year),
        "年级和班级序号都填数字，不写名称；学校已有的班不要再填。".to_owned(),
        "请在“批量建班”工作表中填写，不要改动标题，不要合并单元格。".to_owned(),
        "上传后先核对，确认之前不会建立任何班级；有错误的行会逐一说明位置和改法。".to_owned(),
    ]
}

fn class_line(grade: GradeNo, number: ClassNo, class: Option<&SnapshotClass>) -> String {
    let nickname = class
        .and_then(|class| class.nickname.as_ref())
        .map_or_else(String::new, |nickname| format!("（{nickname}）"));
    format!("已有：{} {}{nickname}", grade.zh(), number.zh())
}

fn examples(snapshot: &Snapshot) -> Vec<String> {
    let Some(grade) = snapshot.grade_numbers().first().copied() else {
        return Vec::new();
    };
    let free = (1..=99_u8).find(|number| {
        ClassNo::new(*number).is_ok_and(|number| {
            snapshot
                .grade(grade)
                .is_some_and(|grade| grade.class(number).is_none())
        })
    });
    free.map(|number| {
        format!(
            "年级 {}，班级序号 {number}，班级昵称 启航，备注 一楼东侧",
            grade.get()
        )
    })
    .into_iter()
    .collect()
}
