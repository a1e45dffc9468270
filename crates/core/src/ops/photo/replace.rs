//! One photo for one pupil, whatever its file is called (上传照片).

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::import::REPLACED;
use super::preview::limits;
use super::taking::{self, Asked, Outcome};
use super::{PhotoView, require_files};
use crate::context::{AuditNote, Job};
use crate::error::{Code, OpError, Problem};
use crate::id::{BlobId, PhotoId, PupilId};
use crate::ops::touches;
use crate::ports::{NewPhotoRecord, PhotoFacts};
use crate::settings::Settings;

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
/// `blob.unknown`, `file.too_large`, `selection.empty` for a zip, `photo.same_image`,
/// `photo.no_folder`, and those of a file that cannot be a photo.
pub async fn run(
    job: &mut Job,
    request: ReplacePhotoRequest,
) -> Result<ReplacePhotoResponse, OpError> {
    let mut uow = job.ports.store.read().await?;
    let pupil = uow
        .pupil_row(request.pupil_id)
        .await?
        .ok_or(Code::PupilUnknown)?;
    let settings = Settings::district(&mut *uow, &pupil.district).await?;
    uow.rollback().await?;
    let (file_name, bytes) = taking::staged(job, request.blob_id).await?;
    // The file may have any name; only its extension is looked at.
    let extension = file_name.rsplit_once('.').map_or("", |(_, end)| end);
    let file_name = format!("PHOTO.{extension}");
    let asked = Asked {
        limits: limits(&settings),
        wanted: Arc::new(|_| true),
    };
    let mut taken = taking::pack(job, file_name, bytes, &asked, (0, 1)).await?;
    let outcome = match (taken.pop(), taken.is_empty()) {
        (Some(taken), true) => taken.outcome,
        (Some(_), false) | (None, _) => {
            return Err(Problem::new(Code::SelectionEmpty)
                .message("请选择一张照片，不要选择压缩包。")
                .into());
        }
    };
    let (address, size, width, height, problems) = match outcome {
        Outcome::Kept {
            address,
            size,
            width,
            height,
            problems,
        } => (address, size, width, height, problems),
        Outcome::Refused(problem) => return Err(problem.into()),
        Outcome::Skipped => return Err(Code::PhotoNoPupil.into()),
    };
    let mut uow = job.ports.store.write().await?;
    uow.lock_photo_files().await?;
    require_files(&job.ports, &[address]).await?;
    let current = uow.current_photos(&[pupil.id]).await?.pop();
    let facts = PhotoFacts {
        id: PhotoId(crate::id::new()),
        address,
        size,
        width,
        height,
        created_at: job.now.ms(),
    };
    let (facts, replaced) = match current {
        // The same photo again: nothing changes.
        Some((_, current)) if current.address == address => (current, None),
        current => {
            let replaced = current.map(|(_, current)| current.id);
            if let Some(current) = replaced {
                uow.recycle_photos(&[current], job.actor.account, REPLACED, job.now.ms())
                    .await?;
            }
            uow.insert_photos(&[NewPhotoRecord {
                pupil_id: pupil.id,
                facts,
                account_id: job.actor.account,
            }])
            .await?;
            (facts, replaced)
        }
    };
    uow.delete_blob(request.blob_id).await?;
    let summary = if replaced.is_some() {
        "替换一名学生的照片"
    } else {
        "上传一名学生的照片"
    };
    let note = AuditNote::school(pupil.district, pupil.school_id, summary)
        .with(serde_json::json!({ "pupil": pupil.id, "photo": facts.id, "replaced": replaced }))
        .about([pupil.id.0]);
    let answer = ReplacePhotoResponse {
        photo: PhotoView::read(&job.ports, facts).await?,
        replaced,
        problems,
    };
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}
