//! Brings a photo back from the recycle folder (恢复照片). The present photo changes places
//! with it, so that restoring is undone by restoring.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::import::REPLACED;
use super::require_files;
use crate::context::{AuditNote, Cx};
use crate::error::{Code, OpError};
use crate::id::PhotoId;
use crate::ops::touches;

/// Which photo.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RestorePhotoRequest {
    /// A recycled photo.
    pub id: PhotoId,
}

touches!(RestorePhotoRequest, self => Touched::Photo(self.id));

/// What gave way.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RestorePhotoResponse {
    /// The photo that was the pupil's until now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub replaced: Option<PhotoId>,
}

/// # Errors
/// `photo.unknown` also for one that is not recycled; `photo.lost`; `photo.same_image` when it is
/// another pupil's by now.
pub async fn run(
    cx: &mut Cx,
    request: RestorePhotoRequest,
) -> Result<RestorePhotoResponse, OpError> {
    cx.uow.lock_photo_files().await?;
    let photo = cx
        .uow
        .photo(request.id)
        .await?
        .filter(|photo| photo.recycled_at.is_some())
        .ok_or(Code::PhotoUnknown)?;
    require_files(&cx.ports, &[photo.facts.address]).await?;
    let by = cx.actor()?.account;
    let current = cx.uow.current_photos(&[photo.pupil_id]).await?.pop();
    let replaced = current.map(|(_, facts)| facts.id);
    if let Some(current) = replaced {
        cx.uow
            .recycle_photos(&[current], by, REPLACED, cx.now.ms())
            .await?;
    }
    cx.uow.restore_photo(photo.facts.id).await?;
    let note = AuditNote::school(photo.district, photo.school_id, "恢复一名学生的照片")
        .with(serde_json::json!({ "pupil": photo.pupil_id, "photo": photo.facts.id }))
        .about([photo.pupil_id.0]);
    cx.note(note);
    Ok(RestorePhotoResponse { replaced })
}
