//! Opens a draft or a returned application to go on with it (打开录入): its numbers are not
//! masked, so each opening is in the audit log (model.md).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::form::PupilForm;
use super::record::Record;
use crate::context::{AuditNote, Cx};
use crate::domain::application::{ApplicationKind, ApplicationState, ApplicationStep, PupilStatus};
use crate::error::{Code, OpError, Problem};
use crate::id::{ApplicationId, PupilId, SchoolId};
use crate::ops::photo::PhotoView;
use crate::ops::touches;
use crate::ports::{ApplicationRecord, PupilRow};

/// Which pupil.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenPupilRequest {
    /// Pupil.
    pub id: PupilId,
}

touches!(OpenPupilRequest, self => Touched::Pupils(vec![self.id]));

/// A draft or a returned application, not masked.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenedPupil {
    /// Pupil.
    pub id: PupilId,
    /// Version of the record; a save names it.
    #[ts(type = "number")]
    pub version: i64,
    /// School.
    pub school_id: SchoolId,
    /// Name of the school.
    pub school_name: String,
    /// What was filled in.
    pub form: PupilForm,
    /// The photo that it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub photo: Option<PhotoView>,
    /// State.
    #[ts(as = "ApplicationState")]
    pub state: String,
    /// Its name.
    pub state_name: String,
    /// Steps that the school can take now.
    pub steps: Vec<ApplicationStep>,
    /// First save; epoch milliseconds, like the others.
    #[ts(type = "number")]
    pub first_saved_at: i64,
    /// 提交时间: latest submission.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub submitted_at: Option<i64>,
    /// Latest return.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub returned_at: Option<i64>,
    /// Why it was returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub returned_reason: Option<String>,
}

/// # Errors
/// `pupil.unknown`, `application.state` once it is the district's, `forbidden`.
pub async fn run(cx: &mut Cx, request: OpenPupilRequest) -> Result<OpenedPupil, OpError> {
    let (application, row) = unfinished(cx, request.id).await?;
    let state = state_of(&application)?;
    let cipher = cx.ports.cipher.clone();
    let guardians = cx.uow.guardians_of(row.id).await?;
    let record = Record::open(&row, &guardians, &*cipher)?;
    let photo = match cx.uow.current_photos(&[row.id]).await?.pop() {
        Some((_, facts)) => Some(PhotoView::read(&cx.ports, facts).await?),
        None => None,
    };
    cx.note(
        AuditNote::school(
            row.district.clone(),
            row.school_id,
            format!("打开{}的新生录入，显示完整号码", state.zh()),
        )
        .with(serde_json::json!({ "pupil": row.id }))
        .about([row.id.0]),
    );
    Ok(OpenedPupil {
        id: row.id,
        version: row.version,
        school_id: row.school_id,
        school_name: application.school_name,
        form: PupilForm::of(record, application.grade, application.class_number),
        photo,
        state_name: state.zh().to_owned(),
        steps: state
            .steps()
            .into_iter()
            .filter(|step| !step.by_district())
            .collect(),
        state: application.state,
        first_saved_at: application.first_saved_at,
        submitted_at: application.submitted_at,
        returned_at: application.returned_at,
        returned_reason: application.returned_reason,
    })
}

/// A pupil whose application as a new pupil is still the school's, locked.
///
/// # Errors
/// `pupil.unknown`; `pupil.status` when it is deleted, `application.submitted` and
/// `application.state` when it cannot be saved any more.
pub(super) async fn unfinished(
    cx: &mut Cx,
    id: PupilId,
) -> Result<(ApplicationRecord, PupilRow), OpError> {
    // The application as a new pupil bears the pupil's own id.
    let application = cx
        .uow
        .applications_by_ids(&[ApplicationId(id.0)])
        .await?
        .into_iter()
        .find(|made| made.kind == ApplicationKind::New.as_str())
        .ok_or(Code::PupilUnknown)?;
    let row = cx.uow.pupil_row(id).await?.ok_or(Code::PupilUnknown)?;
    if row.status == PupilStatus::Deleted.as_str() {
        return Err(Problem::new(Code::PupilStatus)
            .message("该学生已删除，请先在回收站恢复，再继续录入。")
            .into());
    }
    state_of(&application)?
        .after(ApplicationStep::Save)
        .map_err(|problem| match state_of(&application) {
            Ok(ApplicationState::Submitted) => Problem::new(Code::ApplicationSubmitted),
            Ok(_) | Err(_) => problem,
        })?;
    Ok((application, row))
}

pub(super) fn state_of(application: &ApplicationRecord) -> Result<ApplicationState, OpError> {
    ApplicationState::from_stored(&application.state)
        .ok_or_else(|| OpError::internal("reading an application", "unknown state"))
}
