//! Takes a pupil's photo away (移除照片): it goes to the recycle folder.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::context::{AuditNote, Cx};
use crate::error::{Code, OpError};
use crate::id::{PhotoId, PupilId};
use crate::ops::pupil::reason;
use crate::ops::touches;

/// Whose photo, and why.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemovePhotoRequest {
    /// Pupil.
    pub pupil_id: PupilId,
    /// Why; 1–200 characters.
    pub reason: String,
}

touches!(RemovePhotoRequest, self => Touched::Pupils(vec![self.pupil_id]));

/// Where it is now.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovePhotoResponse {
    /// Photo, to be restored by.
    pub id: PhotoId,
}

/// # Errors
/// `reason.required`, `text.too_long`; `photo.missing` when there is none.
pub async fn run(cx: &mut Cx, request: RemovePhotoRequest) -> Result<RemovePhotoResponse, OpError> {
    let reason = reason(&request.reason)?;
    let by = cx.actor()?.account;
    let (_, facts) = cx
        .uow
        .current_photos(&[request.pupil_id])
        .await?
        .pop()
        .ok_or(Code::PhotoMissing)?;
    let photo = cx.uow.photo(facts.id).await?.ok_or(Code::PhotoUnknown)?;
    cx.uow
        .recycle_photos(&[facts.id], by, &reason, cx.now.ms())
        .await?;
    let note = AuditNote::school(
        photo.district,
        photo.school_id,
        format!("移除一名学生的照片（原因：{reason}）"),
    )
    .with(serde_json::json!({ "pupil": photo.pupil_id, "photo": facts.id, "reason": reason }))
    .about([photo.pupil_id.0]);
    cx.note(note);
    Ok(RemovePhotoResponse { id: facts.id })
}
