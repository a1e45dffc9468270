//! The recycle folder of a school (查看照片回收站).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{PhotoPupilView, PhotoView, page_limit};
use crate::context::Cx;
use crate::error::{Code, OpError};
use crate::id::{PhotoId, SchoolId};
use crate::ops::page::{decode_cursor, next};
use crate::ops::touches;
use crate::settings::Settings;

/// A day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Which school.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecycledPhotosRequest {
    /// School.
    pub school_id: SchoolId,
    /// `next` of the page before.
    #[ts(optional)]
    pub after: Option<String>,
    /// Rows of the page, 1–100; 40 by default.
    #[ts(optional)]
    pub limit: Option<u32>,
}

touches!(RecycledPhotosRequest, self => Touched::School(self.school_id));

/// A page, newest first.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecycledPhotosResponse {
    /// Photos.
    pub items: Vec<RecycledPhoto>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

/// A recycled photo.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecycledPhoto {
    /// Whose it was.
    pub pupil: PhotoPupilView,
    /// The photo.
    pub photo: PhotoView,
    /// When it was recycled; epoch milliseconds.
    #[ts(type = "number")]
    pub recycled_at: i64,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When it is purged; epoch milliseconds.
    #[ts(type = "number")]
    pub purged_at: i64,
}

/// # Errors
/// `school.unknown`, `request.invalid`, `photo.no_folder`.
pub async fn run(
    cx: &mut Cx,
    request: RecycledPhotosRequest,
) -> Result<RecycledPhotosResponse, OpError> {
    let limit = page_limit(request.limit);
    let after: Option<(i64, PhotoId)> = decode_cursor(request.after.as_deref())?;
    let school = cx
        .uow
        .school(request.school_id)
        .await?
        .ok_or(Code::SchoolUnknown)?;
    let days = Settings::district(&mut *cx.uow, &school.district)
        .await?
        .photo_days;
    let photos = cx.uow.recycled_photos(school.id, after, limit).await?;
    let next = next(&photos, limit, |photo| {
        (photo.recycled_at.unwrap_or_default(), photo.facts.id)
    });
    let mut items = Vec::with_capacity(photos.len());
    for photo in photos {
        let recycled_at = photo.recycled_at.unwrap_or_default();
        items.push(RecycledPhoto {
            pupil: PhotoPupilView::of(&photo),
            photo: PhotoView::read(&cx.ports, photo.facts).await?,
            recycled_at,
            by: photo.recycled_by.unwrap_or_default(),
            reason: photo.reason.unwrap_or_default(),
            purged_at: recycled_at + i64::from(days) * DAY_MS,
        });
    }
    Ok(RecycledPhotosResponse { items, next })
}
