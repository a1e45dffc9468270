//! The rules for one row of 新生信息 (rules §3).

use uuid::Uuid;

use super::Checked;
use super::cells::Container;
use super::grade_class;
use super::new_pupils::at;
use super::row::{Field, RowReader};
use super::snapshot::Snapshot;
use crate::domain::Parsed;
use crate::domain::address::Address;
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
    let paper = paper(row, (at::PAPER_KIND, at::PAPER_NUMBER), snapshot);
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
pub(super) fn person_name(
    row: &mut RowReader<'_>,
    index: usize,
    missing: Option<Code>,
) -> Option<PersonName> {
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

/// Reads a resident ID; `at` are the columns of its kind and number.
pub(super) fn paper(
    row: &mut RowReader<'_>,
    (kind_at, number_at): (usize, usize),
    snapshot: &Snapshot,
) -> Option<Paper> {
    let resident = is_resident(row, kind_at);
    let (text, number, formula) = match row.field(number_at) {
        Field::Blank | Field::Unreadable => return None,
        Field::Text { date: true, .. } => {
            row.report(
                number_at,
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
        row.report(number_at, Problem::new(Code::PaperPrecision));
        return None;
    }
    if formula {
        row.report(number_at, Problem::new(Code::PaperFormula));
        return None;
    }
    match Paper::parse(PaperKind::ResidentId, &text, None, snapshot.today) {
        Ok(parsed) => Some(noted(row, number_at, parsed)),
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
                row.report(number_at, problem);
            }
            None
        }
    }
}

/// Reads 证件类型; blank means the resident ID.
fn is_resident(row: &mut RowReader<'_>, kind_at: usize) -> bool {
    let raw = match row.field(kind_at) {
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
                kind_at,
                Problem::new(Code::PaperKindNotInBulk)
                    .message(format!("批量导入只收居民身份证，{which}请使用单个录入。")),
            );
            false
        }
        Err(problem) => {
            row.report(
                kind_at,
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
    let (grade, stored) = grade_class::grade_of(row, at::GRADE, snapshot);
    let class = grade_class::class(row, at::CLASS, grade.zip(stored));
    let class_id = match (grade.zip(stored), class) {
        (Some((grade, stored)), Some(number)) => {
            grade_class::find(row, at::CLASS, grade, stored, number)
        }
        (_, _) => None,
    };
    (grade, class_id)
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
