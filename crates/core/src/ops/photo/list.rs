//! Pupils of a school with their photos (查看照片).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{PhotoPupilView, PhotoView, judged, lost, page_limit};
use crate::context::Cx;
use crate::error::{OpError, Problem};
use crate::id::{PupilId, SchoolId};
use crate::ops::page::{decode_cursor, next};
use crate::ops::touches;

/// Which pupils.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPhotosRequest {
    /// School.
    pub school_id: SchoolId,
    /// Only those without a photo.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub missing: bool,
    /// `next` of the page before.
    #[ts(optional)]
    pub after: Option<String>,
    /// Rows of the page, 1–100; 40 by default.
    #[ts(optional)]
    pub limit: Option<u32>,
}

touches!(ListPhotosRequest, self => Touched::School(self.school_id));

/// A page by name.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListPhotosResponse {
    /// Pupils.
    pub items: Vec<PupilPhoto>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

/// A pupil with the photo.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PupilPhoto {
    /// Pupil.
    pub pupil: PhotoPupilView,
    /// The photo.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub photo: Option<PhotoView>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// # Errors
/// `school.unknown`, `request.invalid`, `photo.no_folder`.
pub async fn run(cx: &mut Cx, request: ListPhotosRequest) -> Result<ListPhotosResponse, OpError> {
    let limit = page_limit(request.limit);
    let after: Option<(String, PupilId)> = decode_cursor(request.after.as_deref())?;
    let pupils = cx
        .uow
        .photo_pupils(request.school_id, request.missing, after, limit)
        .await?;
    let next = next(&pupils, limit, |pupil| (&pupil.name, pupil.id));
    let mut items = Vec::with_capacity(pupils.len());
    for pupil in pupils {
        let mut problems = judged(pupil.photo.as_ref());
        let photo = match pupil.photo {
            None => None,
            Some(facts) => {
                problems.extend(lost(&cx.ports, &facts).await?);
                Some(PhotoView::read(&cx.ports, facts).await?)
            }
        };
        items.push(PupilPhoto {
            pupil: PhotoPupilView::new(pupil.id, pupil.name, pupil.grade, pupil.class_number),
            photo,
            problems,
        });
    }
    Ok(ListPhotosResponse { items, next })
}
