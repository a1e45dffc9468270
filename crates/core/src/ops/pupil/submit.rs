//! Submitting drafts to the district (提交学生), STU-1.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::StepResult;
use super::SubjectProblem;
use crate::context::{AuditNote, Cx};
use crate::domain::application::{ApplicationState, ApplicationStep};
use crate::error::{Code, OpError, Problem};
use crate::id::{ImportId, PupilId, SchoolId};
use crate::ops::class::{class_name, numbered};
use crate::ops::touches;
use crate::ports::{PupilFilter, PupilRecord};

/// Pupils that one answer lists.
const LISTED: u32 = 200;

/// Which pupils of a school: some, those of an import, or those of a class.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubmitPupilsRequest {
    /// School.
    pub school_id: SchoolId,
    /// All that this import wrote.
    #[ts(optional)]
    pub import_id: Option<ImportId>,
    /// With `classNumber`: all of this class.
    #[ts(optional, type = "number")]
    pub grade: Option<i64>,
    /// With `grade`: all of this class.
    #[ts(optional, type = "number")]
    pub class_number: Option<i64>,
    /// These.
    #[ts(optional)]
    pub ids: Option<Vec<PupilId>>,
}

touches!(SubmitPupilsRequest, self => Touched::School(self.school_id));

/// The moment is the backend's; a resubmission keeps the first save and shows the latest submission.
///
/// # Errors
/// `selection.empty`, `class.unknown`, `import.unknown`, `pupil.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: SubmitPupilsRequest) -> Result<StepResult, OpError> {
    let school = cx
        .uow
        .school(request.school_id)
        .await?
        .ok_or(Code::SchoolUnknown)?;
    let now = cx.now.ms();
    let mut problems = Vec::new();
    let (done, what) = match (
        request.ids,
        request.import_id,
        request.grade,
        request.class_number,
    ) {
        (Some(ids), ..) => {
            if ids.is_empty() {
                return Err(Code::SelectionEmpty.into());
            }
            let pupils = cx.uow.pupils_by_ids(&ids).await?;
            if pupils.len() != ids.len() || pupils.iter().any(|pupil| pupil.school_id != school.id)
            {
                return Err(Code::PupilUnknown.into());
            }
            let submitted = cx.uow.submit_pupils(&ids, now).await?;
            problems.extend(
                pupils
                    .into_iter()
                    .filter(|pupil| !submitted.contains(&pupil.id))
                    .map(left),
            );
            (
                i64::try_from(submitted.len()).unwrap_or(i64::MAX),
                "所选学生".to_owned(),
            )
        }
        (None, Some(import), ..) => {
            let mut record = cx
                .uow
                .import(import)
                .await?
                .filter(|record| record.school_id == school.id)
                .ok_or(Code::ImportUnknown)?;
            let filter = PupilFilter {
                school: Some(school.id),
                import: Some(import),
                ..PupilFilter::default()
            };
            let done = submit_fitting(cx, &filter, &mut problems).await?;
            if done > 0 {
                record.submitted_at = Some(now);
                cx.uow.update_import(&record).await?;
            }
            (done, "一次导入的学生".to_owned())
        }
        (None, None, Some(grade), Some(number)) => {
            let class = numbered(&mut *cx.uow, &school, grade, number)
                .await?
                .ok_or(Code::ClassUnknown)?;
            let filter = PupilFilter {
                school: Some(school.id),
                class: Some(class.id),
                ..PupilFilter::default()
            };
            (
                submit_fitting(cx, &filter, &mut problems).await?,
                class_name(grade, number),
            )
        }
        (None, None, ..) => return Err(Code::SelectionEmpty.into()),
    };
    cx.note(AuditNote::school(
        school.district,
        school.id,
        format!("提交 {done} 名学生（{what}）"),
    ));
    problems.truncate(LISTED as usize);
    Ok(StepResult { done, problems })
}

/// Why a pupil was not submitted: its application is the district's, or lacks something.
fn left(pupil: PupilRecord) -> SubjectProblem {
    let unfinished = pupil
        .application_state
        .as_deref()
        .and_then(ApplicationState::from_stored)
        .is_some_and(|state| state.after(ApplicationStep::Submit).is_ok());
    let code = if unfinished {
        Code::PupilIncomplete
    } else {
        Code::ApplicationSubmitted
    };
    SubjectProblem {
        problem: Problem::new(code).warning(),
        subject_id: Some(pupil.id.to_string()),
        subject_name: Some(pupil.name),
    }
}

/// Submits all that fit; those that lack something are listed and stay.
async fn submit_fitting(
    cx: &mut Cx,
    filter: &PupilFilter,
    problems: &mut Vec<SubjectProblem>,
) -> Result<i64, OpError> {
    let done = cx.uow.submit_fitting(filter, cx.now.ms()).await?;
    for state in [ApplicationState::Draft, ApplicationState::Returned] {
        let rest = PupilFilter {
            application_state: Some(state.as_str().to_owned()),
            ..filter.clone()
        };
        let rest = cx.uow.pupils(&rest, None, LISTED).await?;
        problems.extend(rest.into_iter().map(left));
    }
    Ok(done)
}
