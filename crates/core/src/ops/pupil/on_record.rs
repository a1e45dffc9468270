//! How a person is told that a child is on record already (IMP-8): the one place of these words,
//! for single entry, corrections and imports.

use crate::access::{Place, Reach};
use crate::domain::application::{PupilStatus, PupilStep};
use crate::domain::leaver::is_leaver;
use crate::error::{Code, Problem};
use crate::ops::class::class_name;
use crate::ports::FoundPupil;

/// Who asks, and where the child is to be entered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking<'a> {
    /// Where the person may see pupils.
    pub(crate) reach: &'a Reach,
    /// First calendar year of the school's year when it has grades 7–9: its new pupils may be
    /// primary leavers, who register instead of being entered. None for other schools.
    pub(crate) junior_year: Option<i64>,
    /// True for a row of a file, false for a form.
    pub(crate) in_file: bool,
}

/// The problem of a child on record: where, if the person may see it.
pub(crate) fn on_record(stored: &FoundPupil, asking: Asking<'_>) -> Problem {
    let place = Place::School(stored.district.clone(), stored.school_id);
    let seen = asking.reach.covers(&place);
    let at = format!(
        "{} {}",
        stored.school_name,
        class_name(stored.grade, stored.class_number)
    );
    if registers(stored, asking.junior_year) {
        let at = if seen { &at } else { "其他学校" };
        return Problem::new(Code::PupilLeaver).message(format!(
            "该学生是{at}的小学毕业生，请使用注册报到，不要作为新生录入。"
        ));
    }
    if !seen {
        return Problem::new(Code::PupilDuplicate)
            .message("该学生已在其他学校登记，请提出转入申请，或联系区级管理员。");
    }
    if stored.status == PupilStatus::Deleted.as_str() {
        return Problem::new(Code::PupilDeleted).message(format!(
            "该学生曾在{at}登记，后被删除，请在回收站恢复原记录，不要重复录入。"
        ));
    }
    Problem::new(Code::PupilDuplicate).message(if asking.in_file {
        format!("该学生已登记在{at}，请从文件中删除这一行。")
    } else {
        format!("该学生已登记在{at}，请核对证件号码，不要重复录入。")
    })
}

/// The warning of a row whose child may be one of these on record (疑似重复); none without any.
/// It stops nothing: the district sees both records and decides.
pub(crate) fn near_on_record(near: &[FoundPupil], reach: &Reach) -> Option<Problem> {
    // One that the person may see says most; the ids make it the same one every time.
    let (seen, other) = near
        .iter()
        .map(|other| {
            let place = Place::School(other.district.clone(), other.school_id);
            (reach.covers(&place), other)
        })
        .max_by_key(|(seen, other)| (*seen, std::cmp::Reverse(other.id)))?;
    let at = if seen {
        format!(
            "{} {}",
            other.school_name,
            class_name(other.grade, other.class_number)
        )
    } else {
        "其他学校".to_owned()
    };
    let others = match near.len() {
        1 => String::new(),
        number => format!("等 {number} 名学生"),
    };
    Some(
        Problem::new(Code::PupilNearMatch)
            .warning()
            .message(format!(
                "疑似重复：与{at}的一名学生{others}姓名、出生日期和家长手机都相同，证件号码不同。\
                 请核对号码；不是同一人可以照样导入，由区里对照后决定。"
            )),
    )
}

/// True for a primary leaver who may register at the school, graduated or not.
fn registers(stored: &FoundPupil, junior_year: Option<i64>) -> bool {
    let may = PupilStatus::from_stored(&stored.status)
        .is_some_and(|status| status.after(PupilStep::Register).is_ok());
    may && junior_year.is_some_and(|year| is_leaver(stored.grade, stored.school_year, year))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{PupilId, SchoolId};

    fn stored(grade: i64, school_year: i64, status: &str) -> FoundPupil {
        FoundPupil {
            index: [0; 16],
            id: PupilId(crate::id::new()),
            district: "320508".into(),
            school_id: SchoolId(crate::id::new()),
            school_name: "梧桐实验小学".into(),
            grade,
            class_number: 2,
            school_year,
            status: status.into(),
        }
    }

    #[test]
    fn who_registers_and_who_is_a_duplicate() {
        for (grade, year, status, junior_year, want) in [
            (6, 2026, "enrolled", Some(2026), Code::PupilLeaver),
            (6, 2024, "graduated", Some(2026), Code::PupilLeaver),
            (6, 2025, "suspended", Some(2026), Code::PupilLeaver),
            (6, 2027, "enrolled", Some(2026), Code::PupilDuplicate),
            (6, 2026, "pending", Some(2026), Code::PupilLeaver),
            (6, 2026, "left", Some(2026), Code::PupilLeaver),
            (6, 2026, "deleted", Some(2026), Code::PupilDeleted),
            (5, 2026, "enrolled", Some(2026), Code::PupilDuplicate),
            (7, 2026, "enrolled", Some(2026), Code::PupilDuplicate),
            (6, 2026, "enrolled", None, Code::PupilDuplicate),
        ] {
            let child = stored(grade, year, status);
            let reach = Reach::City;
            let asking = Asking {
                reach: &reach,
                junior_year,
                in_file: false,
            };
            let told = on_record(&child, asking);
            assert_eq!(told.code, want, "{grade} {year} {status}");
            assert!(told.message.contains("梧桐实验小学 "), "{}", told.message);
            // Who may not see the other school is not told which it is.
            let reach = Reach::Parts {
                districts: Vec::new(),
                schools: Vec::new(),
            };
            let asking = Asking {
                reach: &reach,
                ..asking
            };
            let told = on_record(&child, asking);
            assert!(!told.message.contains("梧桐"), "{}", told.message);
            let hidden = if want == Code::PupilLeaver {
                want
            } else {
                Code::PupilDuplicate
            };
            assert_eq!(told.code, hidden);
        }
    }
}
