//! One photo for one pupil, whatever its file is called (上传照片).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::PhotoView;
use super::own::{self, Chosen};
use crate::context::{AuditNote, Job};
use crate::error::{Code, OpError, Problem};
use crate::id::{BlobId, PhotoId, PupilId};
use crate::ops::touches;

/// Whose photo, and which file.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplacePhotoRequest {
    /// Pupil.
    pub pupil_id: PupilId,
    /// Staged file.
    pub blob_id: BlobId,
}

touches!(ReplacePhotoRequest, self => Touched::Pupils(vec![self.pupil_id]));

/// The photo that is the pupil's now.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplacePhotoResponse {
    /// The photo.
    pub photo: PhotoView,
    /// The photo that gave way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub replaced: Option<PhotoId>,
    /// Warnings and notes.
    pub problems: Vec<Problem>,
}

/// The photo that was the pupil's goes to the recycle folder.
///
/// # Errors
/// `pupil.unknown`, `photo.no_folder`, and those of [`own::check`].
pub async fn run(
    job: &mut Job,
    request: ReplacePhotoRequest,
) -> Result<ReplacePhotoResponse, OpError> {
    let mut uow = job.ports.store.read().await?;
    let pupil = uow
        .pupil_row(request.pupil_id)
        .await?
        .ok_or(Code::PupilUnknown)?;
    let chosen = Chosen {
        blob: request.blob_id,
        account: job.actor.account,
        school: pupil.school_id,
        district: &pupil.district,
        pupil: Some(pupil.id),
    };
    let checked = own::check(&job.ports, &mut *uow, &chosen, job.now).await?;
    uow.rollback().await?;
    let problems = checked.picture.problems.clone();
    let mut uow = job.ports.store.write().await?;
    let by = (job.actor.account, job.now);
    let kept = own::keep(&job.ports, &mut *uow, pupil.id, checked, by).await?;
    uow.delete_blob(request.blob_id).await?;
    let summary = if kept.replaced.is_some() {
        "替换一名学生的照片"
    } else {
        "上传一名学生的照片"
    };
    let note = AuditNote::school(pupil.district, pupil.school_id, summary)
        .with(serde_json::json!({ "pupil": pupil.id, "photo": kept.facts.id, "replaced": kept.replaced }))
        .about([pupil.id.0]);
    let answer = ReplacePhotoResponse {
        photo: PhotoView::read(&job.ports, kept.facts).await?,
        replaced: kept.replaced,
        problems,
    };
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}
