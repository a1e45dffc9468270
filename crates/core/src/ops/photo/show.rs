//! One photo in its full size (查看照片原图). A face of a minor: lists show it small to
//! those whose work it is, and every look at the full size is on record.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::base64;
use crate::context::{AuditNote, Cx};
use crate::error::{Code, OpError};
use crate::id::PhotoId;
use crate::ops::touches;
use crate::photo::stored;

/// Which photo.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowPhotoRequest {
    /// Photo, current or recycled.
    pub id: PhotoId,
}

touches!(ShowPhotoRequest, self => Touched::Photo(self.id));

/// The photo.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShowPhotoResponse {
    /// The JPEG in base64.
    pub jpeg: String,
    /// Pixels from left to right.
    #[ts(type = "number")]
    pub width: i64,
    /// Pixels from top to bottom.
    #[ts(type = "number")]
    pub height: i64,
}

/// # Errors
/// `photo.unknown`, `photo.lost`, `photo.no_folder`.
pub async fn run(cx: &mut Cx, request: ShowPhotoRequest) -> Result<ShowPhotoResponse, OpError> {
    let photo = cx.uow.photo(request.id).await?.ok_or(Code::PhotoUnknown)?;
    let stored = stored::load(&cx.ports, photo.facts.address)
        .await?
        .ok_or(Code::PhotoLost)?;
    let note = AuditNote::school(photo.district, photo.school_id, "查看一名学生的照片原图")
        .with(serde_json::json!({ "pupil": photo.pupil_id, "photo": photo.facts.id }))
        .about([photo.pupil_id.0]);
    cx.note(note);
    Ok(ShowPhotoResponse {
        jpeg: base64(&stored.photo),
        width: photo.facts.width,
        height: photo.facts.height,
    })
}
