//! Grade and class columns, the same in every kind of import (rules §3).

use uuid::Uuid;

use super::row::{Column, Field, RowReader};
use super::snapshot::{Snapshot, SnapshotGrade};
use super::table::Entry;
use crate::domain::class::{self, ClassNo};
use crate::domain::grade::GradeNo;
use crate::domain::text;
use crate::error::{Code, Problem};

/// The column of the grade; each kind adds the headings that it had before.
pub(super) const GRADE: Column = Column {
    key: "grade",
    heading: "年级",
    required: Some(Code::RowGradeInvalid),
    old_headings: &[],
    entry: |snapshot| {
        let numbers = snapshot.grade_numbers();
        let end = |grade: Option<&GradeNo>, other| grade.map_or(other, |g| i32::from(g.get()));
        Entry::Whole {
            min: end(numbers.first(), 1),
            max: end(numbers.last(), 9),
        }
    },
    note: "填数字 1-9（七年级填 7），不要写“七年级”或“初一”。",
    width: 8,
};

/// Reads the grade of a column, and what the school has of it.
pub(super) fn grade_of<'s>(
    row: &mut RowReader<'_>,
    at: usize,
    snapshot: &'s Snapshot,
) -> (Option<GradeNo>, Option<&'s SnapshotGrade>) {
    let grade = grade(row, at);
    let stored = grade.and_then(|number| {
        let stored = snapshot.grade(number);
        if stored.is_none() {
            let list = grade_list(&snapshot.grade_numbers());
            let there = if list.is_empty() {
                "学校还没有年级，请联系区级管理员。".to_owned()
            } else {
                format!("现有年级：{list}。")
            };
            row.report(
                at,
                Problem::new(Code::GradeUnknown)
                    .message(format!("学校没有{}。{there}", number.zh())),
            );
        }
        stored
    });
    (grade, stored)
}

/// Grade numbers for people, `1–6`.
fn grade_list(grades: &[GradeNo]) -> String {
    class::list_zh(grades.iter().filter_map(|g| ClassNo::new(g.get()).ok()))
}

fn grade(row: &mut RowReader<'_>, at: usize) -> Option<GradeNo> {
    let raw = match row.field(at) {
        Field::Blank | Field::Unreadable => return None,
        Field::Text { date: true, .. } => "".into(),
        Field::Text { text, .. } => text,
    };
    let parsed = GradeNo::parse(&raw).map_err(|_| {
        let problem = Problem::new(Code::RowGradeInvalid);
        match grade_in_words(&raw) {
            Some(number) => problem.suggest(number.to_string()),
            None => problem,
        }
    });
    row.take(at, parsed)
}

/// Reads the class number of a column; `grade` is for what the message says there is.
pub(super) fn class(
    row: &mut RowReader<'_>,
    at: usize,
    grade: Option<(GradeNo, &SnapshotGrade)>,
) -> Option<ClassNo> {
    let (raw, date) = match row.field(at) {
        Field::Blank | Field::Unreadable => return None,
        Field::Text { text, date, .. } => (text, date),
    };
    if !date && let Ok(number) = ClassNo::parse(&raw) {
        return Some(number);
    }
    let problem = Problem::new(Code::RowClassInvalid);
    let there = grade.map_or_else(String::new, |(grade, stored)| existing(grade, stored));
    let problem = if date {
        problem.message(format!(
            "班级被 Excel 变成了日期，请填序号数字（3 班填 3）。{there}"
        ))
    } else if let Some(number) = class_in_words(&raw) {
        problem
            .message(format!(
                "班级只填序号数字（{number} 班填 {number}）。{there}"
            ))
            .suggest(number.to_string())
    } else {
        problem.message(format!("班级请填 1-99 的整数（3 班填 3）。{there}"))
    };
    row.report(at, problem);
    None
}

/// `现有 1–8、12 班。`
fn existing(grade: GradeNo, stored: &SnapshotGrade) -> String {
    match stored.open_list() {
        list if list.is_empty() => {
            format!("{}还没有班级，请先在班级管理中新建。", grade.zh())
        }
        list => format!("现有 {list} 班。"),
    }
}

/// The open class of this number.
pub(super) fn find(
    row: &mut RowReader<'_>,
    at: usize,
    grade: GradeNo,
    stored: &SnapshotGrade,
    number: ClassNo,
) -> Option<Uuid> {
    let there = existing(grade, stored);
    let (name, number_shown) = (grade.zh(), number.get());
    let problem = match stored.class(number) {
        Some(class) if class.open => return Some(class.class_id),
        Some(_) => Problem::new(Code::ClassClosed)
            .message(format!("{name} {number_shown} 班已关闭。{there}")),
        None => Problem::new(Code::ClassUnknown)
            .message(format!("{name}没有 {number_shown} 班。{there}")),
    };
    row.report(at, problem);
    None
}

/// The grade that words mean: 七年级, 初一, 7年级.
fn grade_in_words(raw: &str) -> Option<u8> {
    let text = text::code(raw);
    let (offset, rest) = match text
        .strip_prefix("初中")
        .or_else(|| text.strip_prefix('初'))
    {
        Some(rest) => (6, rest),
        None => (0, text.strip_prefix("小学").unwrap_or(&text)),
    };
    let rest = rest.strip_prefix('第').unwrap_or(rest);
    let rest = rest
        .strip_suffix("年级")
        .or_else(|| rest.strip_suffix('年'))
        .unwrap_or(rest);
    let number = number_in_words(rest)?;
    // 初中七年级 is the seventh, 初一 too.
    let number = if offset > 0 && number <= 3 {
        number + offset
    } else {
        number
    };
    (1..=9).contains(&number).then_some(number)
}

/// The class that words mean: 3班, (3)班, 七年级3班, 三班.
fn class_in_words(raw: &str) -> Option<u8> {
    let text = text::code(raw);
    let rest = match text.rsplit_once("年级") {
        Some((_, rest)) => rest,
        None => &text,
    };
    let bracketed = rest
        .split_once(['(', '[', '【'])
        .and_then(|(_, inside)| inside.split_once([')', ']', '】']))
        .map(|(inside, _)| inside);
    let rest = bracketed.unwrap_or(rest);
    let rest = rest.strip_suffix('班').unwrap_or(rest);
    let rest = rest.strip_prefix('第').unwrap_or(rest);
    // A number that was read as such and refused (0, 100, 3.5) has no better form.
    if rest == text {
        return number_in_words(rest).filter(|_| text::whole_number(rest).is_none());
    }
    number_in_words(rest)
}

/// 1–99 in digits or Chinese numerals.
fn number_in_words(word: &str) -> Option<u8> {
    let digit = |word: &str| -> Option<u8> {
        let at = ["一", "二", "三", "四", "五", "六", "七", "八", "九"]
            .iter()
            .position(|d| *d == word)?;
        u8::try_from(at + 1).ok()
    };
    let number = if word.bytes().all(|b| b.is_ascii_digit()) {
        word.parse().ok()?
    } else {
        match word.split_once('十') {
            None => digit(word)?,
            Some((tens, ones)) => {
                let tens = if tens.is_empty() { 1 } else { digit(tens)? };
                let ones = if ones.is_empty() { 0 } else { digit(ones)? };
                tens * 10 + ones
            }
        }
    };
    (1..=99).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_people_write_for_numbers() {
        for (raw, want) in [
            ("七年级", Some(7)),
            ("初一", Some(7)),
            ("初三年级", Some(9)),
            ("初中二年级", Some(8)),
            ("初中七年级", Some(7)),
            ("小学六年级", Some(6)),
            ("7年级", Some(7)),
            ("７年级", Some(7)),
            ("一", Some(1)),
            ("高一", None),
            ("7.5", None),
            ("", None),
        ] {
            assert_eq!(grade_in_words(raw), want, "{raw}");
        }
        for (raw, want) in [
            ("3班", Some(3)),
            ("(3)班", Some(3)),
            ("（12）班", Some(12)),
            ("七年级3班", Some(3)),
            ("七（3）班", Some(3)),
            ("三班", Some(3)),
            ("第十二班", Some(12)),
            ("二十", Some(20)),
            ("一年级九十九班", Some(99)),
            ("0", None),
            ("100", None),
            ("3.5", None),
            ("实验班", None),
            ("703班", None),
        ] {
            assert_eq!(class_in_words(raw), want, "{raw}");
        }
    }
}
