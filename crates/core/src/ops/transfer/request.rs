//! Asking for a child of another school (申请转入), STU-8.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use crate::access::Permission;
use crate::context::{AuditNote, Cx};
use crate::domain::application::PupilStatus;
use crate::domain::leaver::{FIRST_JUNIOR_GRADE, is_leaver};
use crate::domain::paper::PaperKind;
use crate::error::{Code, OpError, Problem};
use crate::id::{ApplicationId, SchoolId};
use crate::ops::moving;
pub use crate::ops::moving::MoveView;
use crate::ops::pupil::reason;
use crate::ops::touches;
use crate::ports::{Entering, NewMoveRecord};

/// A child, found by its paper, the class that it is to come to, and why.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestTransferRequest {
    /// School that asks.
    pub school_id: SchoolId,
    /// Kind of paper; every kind that the number can be when absent.
    #[ts(optional, as = "Option<PaperKind>")]
    pub paper_kind: Option<String>,
    /// Number of the paper.
    pub paper_number: String,
    /// Nationality of a passport, three letters.
    #[ts(optional)]
    pub nationality: Option<String>,
    /// Grade number.
    #[ts(type = "number")]
    pub grade: i64,
    /// 班级序号.
    #[ts(type = "number")]
    pub class_number: i64,
    /// Why.
    pub reason: String,
}

touches!(RequestTransferRequest, self => Touched::School(self.school_id));

/// # Errors
/// `reason.required`, `registration.not_found`, `registration.here`, `registration.taken`,
/// `pupil.deleted`, `pupil.leaver`, `pupil.elsewhere`, `paper.*`, `class.unknown`, `class.closed`.
pub async fn run(cx: &mut Cx, request: RequestTransferRequest) -> Result<MoveView, OpError> {
    let reason = reason(&request.reason)?;
    let school = cx.uow.school(request.school_id).await?;
    let school = school.ok_or(Code::SchoolUnknown)?;
    let class =
        moving::class_of(&mut *cx.uow, &school, request.grade, request.class_number).await?;
    let found = moving::found(
        cx,
        request.paper_kind.as_deref(),
        &request.paper_number,
        request.nationality.as_deref(),
    )
    .await?;
    let found = found.ok_or_else(|| {
        Problem::new(Code::RegistrationNotFound)
            .field("paperNumber")
            .message("没有找到这名学生，请核对证件号码；没有记录的学生请使用新生录入。")
    })?;
    let refused = |problem: Problem| -> OpError { problem.field("paperNumber").into() };
    let status = PupilStatus::from_stored(&found.status);
    if status == Some(PupilStatus::Deleted) {
        return Err(refused(Problem::new(Code::PupilDeleted)));
    }
    let reach = cx.actor()?.reach(Permission::ReadPupils);
    if let Some(place) = moving::on_the_way_to(&found, &reach) {
        return Err(refused(Problem::new(Code::RegistrationTaken).message(
            format!("该学生正在办理到{place}的注册报到或转学，请勿重复办理。"),
        )));
    }
    if found.school_id == school.id {
        return Err(refused(
            Problem::new(Code::RegistrationHere).message("该学生已在本校，不用申请转入。"),
        ));
    }
    if class.grade >= FIRST_JUNIOR_GRADE
        && is_leaver(found.grade, found.school_year, school.school_year)
    {
        return Err(refused(
            Problem::new(Code::PupilLeaver)
                .message("该学生是小学毕业生，请使用注册报到，不用申请转入。"),
        ));
    }
    if status == Some(PupilStatus::Pending) {
        return Err(refused(Problem::new(Code::PupilElsewhere).message(
            "该学生刚由其他学校录入，区里还没有审核，暂时不能转学，请联系区级管理员。",
        )));
    }
    let new = NewMoveRecord {
        id: ApplicationId(crate::id::new()),
        kind: "transfer_in",
        pupil_id: found.id,
        district: school.district.clone(),
        school_id: school.id,
        class_id: class.id,
        grade: class.grade,
        from_district: found.district,
        from_school_id: found.school_id,
        from_class_id: found.class_id,
        stated_name: None,
        reason: Some(reason.clone()),
    };
    let how = Entering {
        channel: "desktop",
        import: None,
        submit: false,
        now: cx.now.ms(),
    };
    let made = cx.uow.insert_moves(std::slice::from_ref(&new), how).await?;
    if made.is_empty() {
        return Err(Code::RegistrationTaken.into());
    }
    let note = AuditNote::school(
        school.district,
        school.id,
        format!("申请从{}转入：1 名学生", found.school_name),
    );
    cx.note(
        note.with(serde_json::json!({
            "application": new.id, "reason": reason,
        }))
        .about([found.id.0]),
    );
    moving::view(cx, new.id).await
}
