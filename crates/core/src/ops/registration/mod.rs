//! 注册报到: primary leavers at their junior school (STU-3).
//!
//! A registration is an application; the child stays with its primary school, which sees
//! where it goes, until the district approves.

pub mod create;
pub mod list;
pub mod submit;
pub mod withdraw;

use crate::access::{Place, Reach};
use crate::domain::application::PupilStatus;
use crate::domain::leaver::{FIRST_JUNIOR_GRADE, is_leaver};
use crate::error::{Code, OpError, Problem};
use crate::id::{ApplicationId, SchoolId};
use crate::ops::moving::{on_the_way_to, whereabouts};
use crate::ports::{MovableRecord, MoveRecord, UnitOfWork};

/// Why a child cannot be registered at a school, if so; single and bulk ask the same.
pub(crate) fn refusal(
    found: Option<&MovableRecord>,
    school: SchoolId,
    school_year: i64,
    reach: &Reach,
) -> Option<Problem> {
    let Some(found) = found else {
        return Some(Problem::new(Code::RegistrationNotFound));
    };
    let may_see = reach.covers(&Place::School(found.district.clone(), found.school_id));
    let at = if may_see {
        whereabouts(found)
    } else {
        "其他学校".to_owned()
    };
    if found.status == PupilStatus::Deleted.as_str() {
        return Some(Problem::new(Code::PupilDeleted).message(format!(
            "该学生曾在{at}登记，后被删除，请先恢复原记录，再注册报到。"
        )));
    }
    if let Some(place) = on_the_way_to(found, reach) {
        let here = found.moving_to == Some(school);
        let place = if here { "本校" } else { &place };
        let what = if found.moving.as_deref() == Some("registration") {
            "注册报到"
        } else {
            "申请转入"
        };
        return Some(Problem::new(Code::RegistrationTaken).message(format!(
            "该学生已在{place}{what}，请勿重复办理；有疑问请联系区级管理员。"
        )));
    }
    if is_leaver(found.grade, found.school_year, school_year) {
        return None;
    }
    Some(if found.school_id == school {
        Problem::new(Code::RegistrationHere)
            .message(format!("该学生已在本校（{at}），不用注册报到。"))
    } else if found.grade >= FIRST_JUNIOR_GRADE {
        Problem::new(Code::RegistrationTaken).message(format!(
            "该学生已在{at}就读，不能再注册报到；确需转学的，请提出转入申请。"
        ))
    } else {
        Problem::new(Code::RegistrationNotLeaver).message(format!(
            "该学生现在{at}就读，不是小学毕业生，不能注册报到；确需转学的，请提出转入申请。"
        ))
    })
}

/// The warning that the new school wrote another name than stands on record.
pub(crate) fn other_name() -> Problem {
    Problem::new(Code::RegistrationName).warning()
}

/// Registrations of a school by ids.
///
/// # Errors
/// `selection.empty`, `move.unknown` when one is not there or not the school's.
pub(crate) async fn of_school(
    uow: &mut dyn UnitOfWork,
    school: SchoolId,
    ids: &[ApplicationId],
) -> Result<Vec<MoveRecord>, OpError> {
    if ids.is_empty() {
        return Err(Code::SelectionEmpty.into());
    }
    let records = uow.moves_by_ids(ids).await?;
    let mut distinct = ids.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let theirs = records
        .iter()
        .all(|record| record.school_id == school && record.kind == "registration");
    if records.len() == distinct.len() && theirs {
        Ok(records)
    } else {
        Err(Code::MoveUnknown.into())
    }
}
