//! Looks at one chosen file before there is anybody to give it to (检查所选照片): the form of a
//! new pupil shows at once what is wrong with a photo.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::base64;
use super::own::{self, Chosen};
use crate::context::Cx;
use crate::error::{Code, OpError, Problem};
use crate::id::{BlobId, PupilId, SchoolId};
use crate::ops::touches;

/// Which file, and whose photo it is to be.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExaminePhotoRequest {
    /// School.
    pub school_id: SchoolId,
    /// The pupil, once there is one: its own photo is no other's.
    #[ts(optional)]
    pub pupil_id: Option<PupilId>,
    /// Staged file.
    pub blob_id: BlobId,
}

touches!(ExaminePhotoRequest, self => Touched::School(self.school_id));

/// The photo as it would be kept.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExaminePhotoResponse {
    /// A small JPEG in base64.
    pub thumbnail: String,
    /// Bytes of the JPEG.
    #[ts(type = "number")]
    pub size: i64,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Warnings and notes.
    pub problems: Vec<Problem>,
}

/// # Errors
/// `school.unknown`, and those of `photo.replace`.
pub async fn run(
    cx: &mut Cx,
    request: ExaminePhotoRequest,
) -> Result<ExaminePhotoResponse, OpError> {
    let school = cx
        .uow
        .school(request.school_id)
        .await?
        .ok_or(Code::SchoolUnknown)?;
    let chosen = Chosen {
        blob: request.blob_id,
        account: cx.actor()?.account,
        school: school.id,
        district: &school.district,
        pupil: request.pupil_id,
    };
    let picture = own::check(&cx.ports, &mut *cx.uow, &chosen, cx.now)
        .await?
        .picture;
    Ok(ExaminePhotoResponse {
        size: own::size(&picture)?,
        thumbnail: base64(&picture.thumbnail),
        width: picture.width,
        height: picture.height,
        problems: picture.problems,
    })
}
