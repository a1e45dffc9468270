//! Registering one leaver (登记注册报到), STU-3: for every kind of paper.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::access::Permission;
use crate::context::{AuditNote, Cx};
use crate::domain::leaver::FIRST_JUNIOR_GRADE;
use crate::domain::name::PersonName;
use crate::domain::paper::PaperKind;
use crate::error::{Code, OpError, Problem};
use crate::id::{ApplicationId, SchoolId};
use crate::ops::moving::{self, MoveView};
use crate::ops::touches;
use crate::ports::{Entering, NewMoveRecord};

/// A child, found by its paper, and the class that it is to come to.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateRegistrationRequest {
    /// School that registers.
    pub school_id: SchoolId,
    /// Name as on the paper.
    pub name: String,
    /// Kind of paper; the resident ID when absent.
    #[ts(optional, as = "Option<PaperKind>")]
    pub paper_kind: Option<String>,
    /// Number of the paper.
    pub paper_number: String,
    /// Nationality of a passport, three letters.
    #[ts(optional)]
    pub nationality: Option<String>,
    /// Grade number, 7–9.
    #[ts(type = "number")]
    pub grade: i64,
    /// 班级序号.
    #[ts(type = "number")]
    pub class_number: i64,
    /// Submits to the district as well; else it is saved as a draft.
    #[ts(optional)]
    pub submit: Option<bool>,
}

/// The registration, with what deserves a look.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateRegistrationResponse {
    /// The registration.
    pub registration: MoveView,
    /// Warnings.
    pub problems: Vec<Problem>,
}

touches!(CreateRegistrationRequest, self => Touched::School(self.school_id));

/// # Errors
/// `registration.*`, `pupil.deleted`, `paper.*`, `pupil.name_*`, `class.unknown`, `class.closed`.
pub async fn run(
    cx: &mut Cx,
    request: CreateRegistrationRequest,
) -> Result<CreateRegistrationResponse, OpError> {
    let name = PersonName::parse(&request.name).map_err(|problem| problem.field("name"))?;
    if !(FIRST_JUNIOR_GRADE..=9).contains(&request.grade) {
        return Err(Problem::new(Code::RegistrationGrade).field("grade").into());
    }
    let school = cx.uow.school(request.school_id).await?;
    let school = school.ok_or(Code::SchoolUnknown)?;
    let class =
        moving::class_of(&mut *cx.uow, &school, request.grade, request.class_number).await?;
    let kind = request
        .paper_kind
        .as_deref()
        .unwrap_or(PaperKind::ResidentId.as_str());
    let found = moving::found(
        cx,
        Some(kind),
        &request.paper_number,
        request.nationality.as_deref(),
    )
    .await?;
    let reach = cx.actor()?.reach(Permission::ReadPupils);
    if let Some(problem) = super::refusal(found.as_ref(), school.id, school.school_year, &reach) {
        return Err(problem.field("paperNumber").into());
    }
    let found = found.ok_or(Code::RegistrationNotFound)?;
    let submit = request.submit.unwrap_or(false);
    let new = NewMoveRecord {
        id: ApplicationId(crate::id::new()),
        kind: "registration",
        pupil_id: found.id,
        district: school.district.clone(),
        school_id: school.id,
        class_id: class.id,
        grade: class.grade,
        from_district: found.district,
        from_school_id: found.school_id,
        from_class_id: found.class_id,
        stated_name: Some(name.value.as_str().to_owned()),
        reason: None,
    };
    let how = Entering {
        channel: "desktop",
        import: None,
        submit,
        now: cx.now.ms(),
    };
    let made = cx.uow.insert_moves(std::slice::from_ref(&new), how).await?;
    if made.is_empty() {
        // Another was first in this instant: the key decided.
        return Err(Code::RegistrationTaken.into());
    }
    let mut problems = name.problems;
    if found.name != name.value.as_str() {
        problems.push(super::other_name().field("name"));
    }
    let what = if submit { "登记并提交" } else { "登记" };
    let note = AuditNote::school(
        school.district,
        school.id,
        format!("{what}注册报到：1 名学生"),
    );
    cx.note(
        note.with(serde_json::json!({ "application": new.id }))
            .about([found.id.0]),
    );
    Ok(CreateRegistrationResponse {
        registration: moving::view(cx, new.id).await?,
        problems,
    })
}
