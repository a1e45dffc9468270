//! Taking registrations back before the district approves (撤回注册报到), STU-3.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use crate::context::{AuditNote, Cx};
use crate::error::{Code, OpError, Problem};
use crate::id::{ApplicationId, SchoolId};
pub use crate::ops::pupil::StepResult;
use crate::ops::pupil::SubjectProblem;
use crate::ops::touches;

/// Which registrations of a school.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WithdrawRegistrationsRequest {
    /// School that registered.
    pub school_id: SchoolId,
    /// These.
    pub ids: Vec<ApplicationId>,
}

touches!(WithdrawRegistrationsRequest, self => Touched::School(self.school_id));

/// They are gone as if they had never been made: the children can register elsewhere.
///
/// # Errors
/// `selection.empty`, `move.unknown`.
pub async fn run(
    cx: &mut Cx,
    request: WithdrawRegistrationsRequest,
) -> Result<StepResult, OpError> {
    let school = cx.uow.school(request.school_id).await?;
    let school = school.ok_or(Code::SchoolUnknown)?;
    let records = super::of_school(&mut *cx.uow, school.id, &request.ids).await?;
    let (approved, open): (Vec<_>, Vec<_>) = records
        .into_iter()
        .partition(|record| record.state == "approved");
    let ids: Vec<ApplicationId> = open.iter().map(|record| record.id).collect();
    let pupils: Vec<_> = open.iter().map(|record| record.pupil_id.0).collect();
    let done = cx.uow.delete_moves(&ids).await?;
    let note = AuditNote::school(
        school.district,
        school.id,
        format!("撤回注册报到：{done} 名学生"),
    );
    cx.note(
        note.with(serde_json::json!({ "applications": ids }))
            .about(pupils),
    );
    let problems = approved
        .into_iter()
        .take(200)
        .map(|record| SubjectProblem {
            problem: Problem::new(Code::MoveState).message("区里已审核通过，不能撤回。"),
            subject_id: Some(record.id.to_string()),
            subject_name: record.stated_name,
        })
        .collect();
    Ok(StepResult { done, problems })
}
