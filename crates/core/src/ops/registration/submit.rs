//! Submitting registrations to the district (提交注册报到), STU-3.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use crate::context::{AuditNote, Cx};
use crate::domain::application::{ApplicationState, ApplicationStep};
use crate::error::{Code, OpError, Problem};
use crate::id::{ApplicationId, ImportId, SchoolId};
pub use crate::ops::pupil::StepResult;
use crate::ops::pupil::SubjectProblem;
use crate::ops::touches;
use crate::ports::{MoveFilter, MoveStep};

/// Registrations that one request takes at most.
const LIMIT: u32 = 20_000;

/// Some registrations of a school, or those of an import, or all its drafts.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubmitRegistrationsRequest {
    /// School that registers.
    pub school_id: SchoolId,
    /// These.
    #[ts(optional)]
    pub ids: Option<Vec<ApplicationId>>,
    /// All that this import wrote.
    #[ts(optional)]
    pub import_id: Option<ImportId>,
}

touches!(SubmitRegistrationsRequest, self => Touched::School(self.school_id));

/// A resubmission after a return keeps the first save and shows the latest submission.
///
/// # Errors
/// `selection.empty`, `move.unknown`.
pub async fn run(cx: &mut Cx, request: SubmitRegistrationsRequest) -> Result<StepResult, OpError> {
    let school = cx.uow.school(request.school_id).await?;
    let school = school.ok_or(Code::SchoolUnknown)?;
    let records = match request.ids {
        Some(ids) => super::of_school(&mut *cx.uow, school.id, &ids).await?,
        None => {
            let mut ids = Vec::new();
            for state in [ApplicationState::Draft, ApplicationState::Returned] {
                // What the district returned one by one goes back one by one, or by its import.
                if state == ApplicationState::Returned && request.import_id.is_none() {
                    continue;
                }
                let filter = MoveFilter {
                    kind: "registration".to_owned(),
                    to_school: Some(school.id),
                    state: Some(state.as_str().to_owned()),
                    import: request.import_id,
                    ..MoveFilter::default()
                };
                let some = cx.uow.moves(&filter, None, LIMIT).await?;
                ids.extend(some.into_iter().map(|record| record.id));
            }
            if ids.is_empty() {
                return Err(Code::SelectionEmpty.into());
            }
            super::of_school(&mut *cx.uow, school.id, &ids).await?
        }
    };
    let (ready, others): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| {
        ApplicationState::from_stored(&record.state)
            .is_some_and(|state| state.after(ApplicationStep::Submit).is_ok())
    });
    let ids: Vec<ApplicationId> = ready.iter().map(|record| record.id).collect();
    let step = MoveStep {
        state: ApplicationState::Submitted.as_str(),
        by: cx.actor()?.account,
        returned_reason: None,
        now: cx.now.ms(),
    };
    let pupils: Vec<_> = ready.iter().map(|record| record.pupil_id.0).collect();
    let done = cx.uow.step_moves(&ids, &step).await?;
    if let Some(import) = request.import_id
        && done > 0
        && let Some(mut record) = cx.uow.import(import).await?
    {
        record.submitted_at = Some(cx.now.ms());
        cx.uow.update_import(&record).await?;
    }
    let note = AuditNote::school(
        school.district,
        school.id,
        format!("提交注册报到：{done} 名学生"),
    );
    cx.note(
        note.with(serde_json::json!({ "applications": ids }))
            .about(pupils),
    );
    let problems = others
        .into_iter()
        .take(200)
        .map(|record| SubjectProblem {
            problem: Problem::new(Code::ApplicationSubmitted).warning(),
            subject_id: Some(record.id.to_string()),
            subject_name: record.stated_name,
        })
        .collect();
    Ok(StepResult { done, problems })
}
