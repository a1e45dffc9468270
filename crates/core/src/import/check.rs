//! The rules for one row of 新生信息 (rules §3).

use uuid::Uuid;

use super::Checked;
use super::cells::Container;
use super::new_pupils::at;
use super::row::{self, Field, RowReader};
use super::snapshot::{Snapshot, SnapshotGrade};
use crate::domain::Parsed;
use crate::domain::address::Address;
use crate::domain::class::{self, ClassNo};
use crate::domain::gender::Gender;
use crate::domain::grade::GradeNo;
use crate::domain::name::PersonName;
use crate::domain::paper::{Paper, PaperKind};
use crate::domain::phone::MobileNumber;
use crate::domain::relation::Relation;
use crate::domain::student_number::StudentNumber;
use crate::domain::text;
use crate::domain::year::SchoolYear;
use crate::error::{Code, Problem};

/// A checked row of 新生信息.
pub type CheckedRow = row::CheckedRow<PupilEntry>;

/// A new pupil as a right row describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct PupilEntry {
    /// Name.
    pub name: PersonName,
    /// As written, else from the paper.
    pub gender: Option<Gender>,
    /// Resident ID.
    pub paper: Paper,
    /// Grade.
    pub grade: GradeNo,
    /// Class.
    pub class_id: Uuid,
    /// 学籍号.
    pub student_number: Option<StudentNumber>,
    /// Guardian's name.
    pub guardian_name: Option<PersonName>,
    /// Relation of the guardian.
    pub guardian_relation: Option<Relation>,
    /// Guardian's mobile number.
    pub guardian_phone: Option<MobileNumber>,
    /// Home address.
    pub address: Option<Address>,
}

/// Checks one row; every column is looked at, so that all its problems show at once.
pub(super) fn check(row: &mut RowReader<'_>, snapshot: &Snapshot) -> Checked<PupilEntry> {
    let name = person_name(row, at::NAME, None);
    let paper = paper(row, snapshot);
    let gender = gender(row, paper.as_ref());
    let (grade, class_id) = grade_and_class(row, snapshot);
    if let (Some(paper), Some(grade)) = (&paper, grade)
        && let (Some(birth), Ok(year)) =
            (paper.birth_date(), SchoolYear::parse(&snapshot.school_year))
        && let Some(problem) = year.check_age(birth, grade)
    {
        row.report(at::GRADE, problem);
    }
    let student_number = student_number(row, paper.as_ref());
    let guardian_name = person_name(row, at::GUARDIAN_NAME, Some(Code::GuardianNameMissing));
    let guardian_relation = optional(row, at::GUARDIAN_RELATION, Relation::parse);
    let guardian_phone = phone(row);
    let address = optional(row, at::ADDRESS, Address::parse);
    let identity = paper.as_ref().map(Paper::index_text);
    let entry = match (name, paper, grade, class_id) {
        (Some(name), Some(paper), Some(grade), Some(class_id)) => Some(PupilEntry {
            name,
            gender,
            paper,
            grade,
            class_id,
            student_number,
            guardian_name,
            guardian_relation,
            guardian_phone,
            address,
        }),
        (_, _, _, _) => None,
    };
    Checked { entry, identity }
}

/// Reads a name; `missing` renames the problems of a guardian's.
fn person_name(row: &mut RowReader<'_>, index: usize, missing: Option<Code>) -> Option<PersonName> {
    let raw = row.text(index)?;
    let container = row.container();
    let read = match container {
        Container::Csv => PersonName::parse_with_losses,
        Container::Xlsx | Container::Xls => PersonName::parse,
    };
    let rename = |mut problem: Problem| {
        if let Some(missing) = missing {
            if problem.code == Code::PupilNameMissing {
                problem.code = missing;
            }
            problem.message = problem.message.replacen("姓名", "家长姓名", 1);
        }
        problem
    };
    let parsed = read(&raw).map_err(|problem| {
        let garbled = |c: char| c == '\u{FFFD}' || (c.is_control() && !c.is_whitespace());
        rename(if container == Container::Xls && raw.contains(garbled) {
            problem
                .message("姓名中有乱码，疑似生僻字丢失，请打开原文件核对，另存为 .xlsx 后再导入。")
        } else {
            problem
        })
    });
    let Parsed { value, problems } = row.take(index, parsed)?;
    let problems = problems.into_iter().map(rename).collect();
    Some(noted(row, index, Parsed { value, problems }))
}

/// Reports the notes of a parsed value and gives the value.
fn noted<T>(row: &mut RowReader<'_>, index: usize, parsed: Parsed<T>) -> T {
    for problem in parsed.problems {
        row.report(index, problem);
    }
    parsed.value
}

fn optional<T>(
    row: &mut RowReader<'_>,
    index: usize,
    parse: fn(&str) -> Result<T, Problem>,
) -> Option<T> {
    let raw = row.text(index)?;
    row.take(index, parse(&raw))
}

fn paper(row: &mut RowReader<'_>, snapshot: &Snapshot) -> Option<Paper> {
    let resident = is_resident(row);
    let (text, number, formula) = match row.field(at::PAPER_NUMBER) {
        Field::Blank | Field::Unreadable => return None,
        Field::Text { date: true, .. } => {
            row.report(
                at::PAPER_NUMBER,
                Problem::new(Code::PaperPrecision).message(
                    "证件号码被 Excel 变成了日期，请将单元格设为文本格式，再重新输入完整号码。",
                ),
            );
            return None;
        }
        Field::Text {
            text,
            number,
            formula,
            ..
        } => (text, number, formula),
    };
    // The number of another kind of paper is none of this import's business.
    if !resident {
        return None;
    }
    // One in eleven numbers that lost their last digits still has a fitting check
    // digit, so the cell's type decides, not its text.
    if number {
        row.report(at::PAPER_NUMBER, Problem::new(Code::PaperPrecision));
        return None;
    }
    if formula {
        row.report(at::PAPER_NUMBER, Problem::new(Code::PaperFormula));
        return None;
    }
    match Paper::parse(PaperKind::ResidentId, &text, None, snapshot.today) {
        Ok(parsed) => Some(noted(row, at::PAPER_NUMBER, parsed)),
        Err(problems) => {
            for problem in problems {
                // Another paper's number is not wrong, it is only in the wrong place.
                let other = problem.code == Code::PaperForm || looks_like_other_paper(&text);
                let problem = if other {
                    Problem::new(Code::PaperKindNotInBulk).message(
                        "这不是居民身份证号码。批量导入只收居民身份证，其他证件请使用单个录入。",
                    )
                } else {
                    problem
                };
                row.report(at::PAPER_NUMBER, problem);
            }
            None
        }
    }
}

/// Reads 证件类型; blank means the resident ID.
fn is_resident(row: &mut RowReader<'_>) -> bool {
    let raw = match row.field(at::PAPER_KIND) {
        Field::Blank => return true,
        Field::Unreadable => return false,
        Field::Text { text, .. } => text,
    };
    match PaperKind::parse(&raw) {
        Ok(PaperKind::ResidentId) => true,
        Ok(
            kind @ (PaperKind::HmtResidence
            | PaperKind::ForeignPr
            | PaperKind::HmPermit
            | PaperKind::TwPermit
            | PaperKind::Passport
            | PaperKind::Other),
        ) => {
            let which = if kind == PaperKind::Other {
                "其他证件"
            } else {
                kind.zh()
            };
            row.report(
                at::PAPER_KIND,
                Problem::new(Code::PaperKindNotInBulk)
                    .message(format!("批量导入只收居民身份证，{which}请使用单个录入。")),
            );
            false
        }
        Err(problem) => {
            row.report(
                at::PAPER_KIND,
                problem.message(
                    "证件类型请留空或填“居民身份证”；批量导入只收居民身份证，其他证件请使用单个录入。",
                ),
            );
            false
        }
    }
}

/// Passports and permits: a few letters, then digits.
fn looks_like_other_paper(raw: &str) -> bool {
    let number = text::code_without_hyphens(raw);
    let digits = number.trim_start_matches(|c: char| c.is_ascii_uppercase());
    (1..=3).contains(&(number.len() - digits.len()))
        && (6..=12).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
}

fn gender(row: &mut RowReader<'_>, paper: Option<&Paper>) -> Option<Gender> {
    let stated = paper.and_then(Paper::gender);
    let raw = match row.field(at::GENDER) {
        Field::Unreadable => return None,
        Field::Blank => {
            if stated.is_some() {
                row.report(at::GENDER, Problem::new(Code::GenderDerived).note());
            }
            return stated;
        }
        Field::Text { text, .. } => text,
    };
    let parsed = Gender::parse(&raw);
    // The words of answers (male, female) are no way to fill the column.
    if raw.contains(|c: char| c.is_ascii_alphabetic()) {
        let problem = match &parsed {
            Ok(Gender::Male) => Gender::parse("M").err(),
            Ok(Gender::Female) => Gender::parse("F").err(),
            Err(_) => None,
        };
        if let Some(problem) = problem {
            row.report(at::GENDER, problem);
            return None;
        }
    }
    let gender = row.take(at::GENDER, parsed)?;
    if let Some(stated) = stated.filter(|stated| *stated != gender) {
        row.report(
            at::GENDER,
            Problem::new(Code::GenderMismatch)
                .message(format!(
                    "性别填的是{}，而证件号码第 17 位表示{}，请核对。",
                    gender.zh(),
                    stated.zh()
                ))
                .suggest(stated.code().to_string())
                .warning(),
        );
    }
    Some(gender)
}

fn grade_and_class(
    row: &mut RowReader<'_>,
    snapshot: &Snapshot,
) -> (Option<GradeNo>, Option<Uuid>) {
    let grade = grade(row);
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
                at::GRADE,
                Problem::new(Code::GradeUnknown)
                    .message(format!("学校没有{}。{there}", number.zh())),
            );
        }
        stored
    });
    let class = class(row, grade.zip(stored));
    let class_id = match (grade.zip(stored), class) {
        (Some((grade, stored)), Some(number)) => find_class(row, grade, stored, number),
        (_, _) => None,
    };
    (grade, class_id)
}

/// Grade numbers for people, `1–6`.
fn grade_list(grades: &[GradeNo]) -> String {
    class::list_zh(grades.iter().filter_map(|g| ClassNo::new(g.get()).ok()))
}

fn grade(row: &mut RowReader<'_>) -> Option<GradeNo> {
    let raw = match row.field(at::GRADE) {
        Field::Blank | Field::Unreadable => return None,
        Field::Text { date: true, .. } => String::new(),
        Field::Text { text, .. } => text,
    };
    let parsed = GradeNo::parse(&raw).map_err(|_| {
        let problem = Problem::new(Code::RowGradeInvalid);
        match grade_in_words(&raw) {
            Some(number) => problem.suggest(number.to_string()),
            None => problem,
        }
    });
    row.take(at::GRADE, parsed)
}

fn class(row: &mut RowReader<'_>, grade: Option<(GradeNo, &SnapshotGrade)>) -> Option<ClassNo> {
    let (raw, date) = match row.field(at::CLASS) {
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
    row.report(at::CLASS, problem);
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

fn find_class(
    row: &mut RowReader<'_>,
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
    row.report(at::CLASS, problem);
    None
}

fn student_number(row: &mut RowReader<'_>, paper: Option<&Paper>) -> Option<StudentNumber> {
    let raw = row.text(at::STUDENT_NUMBER)?;
    let number = row.take(at::STUDENT_NUMBER, StudentNumber::parse(&raw))?;
    if raw.trim() != number.as_str() {
        row.report(at::STUDENT_NUMBER, text::normalised());
    }
    if let Some(problem) = paper.and_then(|paper| number.compare(paper)) {
        row.report(at::STUDENT_NUMBER, problem);
    }
    Some(number)
}

fn phone(row: &mut RowReader<'_>) -> Option<MobileNumber> {
    let raw = row.text(at::GUARDIAN_PHONE)?;
    let phone = row.take(at::GUARDIAN_PHONE, MobileNumber::parse(&raw))?;
    if raw.trim() != phone.as_str() {
        row.report(at::GUARDIAN_PHONE, text::normalised());
    }
    Some(phone)
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
