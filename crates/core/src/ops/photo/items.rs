//! The files of a preview, with thumbnails (查看核对的照片).

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::preview::name_at;
use super::{PhotoBatch, PhotoPupilView, PhotoView, page_limit};
use crate::context::Cx;
use crate::domain::photo::PhotoState;
use crate::error::{Code, OpError, Problem};
use crate::id::{PhotoBatchId, PupilId};
use crate::ops::page::{decode_cursor, next};
use crate::ops::pupil::open_text;
use crate::ops::touches;
use crate::ports::PhotoFacts;

/// Which files.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PhotoItemsRequest {
    /// Batch.
    pub batch_id: PhotoBatchId,
    /// Only those in this state.
    #[ts(optional, as = "Option<PhotoState>")]
    pub state: Option<String>,
    /// Leave the thumbnails out.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub plain: bool,
    /// `next` of the page before.
    #[ts(optional)]
    pub after: Option<String>,
    /// Rows of the page, 1–100; 40 by default.
    #[ts(optional)]
    pub limit: Option<u32>,
}

touches!(PhotoItemsRequest, self => Touched::PhotoBatch(self.batch_id));

/// A page by number.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhotoItemsResponse {
    /// The batch.
    pub batch: PhotoBatch,
    /// Files.
    pub items: Vec<PhotoItem>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

/// A file that was looked at.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhotoItem {
    /// Number within the batch, from 1.
    #[ts(type = "number")]
    pub number: i64,
    /// Its path in the folder: the person's own file, so that it is shown as it is.
    pub path: String,
    /// What becomes of it.
    #[ts(as = "PhotoState")]
    pub state: String,
    /// Its name.
    pub state_name: String,
    /// Whose.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub pupil: Option<PhotoPupilView>,
    /// The picture, when it can be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub photo: Option<PhotoView>,
    /// The pupil's photo as it is now, to be compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub current: Option<PhotoView>,
    /// What is wrong, and what to know.
    pub problems: Vec<Problem>,
}

/// # Errors
/// `photo.batch_unknown`, `request.invalid`.
pub async fn run(cx: &mut Cx, request: PhotoItemsRequest) -> Result<PhotoItemsResponse, OpError> {
    let limit = page_limit(request.limit);
    let after: i64 = decode_cursor(request.after.as_deref())?.unwrap_or(0);
    let batch = cx
        .uow
        .photo_batch(request.batch_id)
        .await?
        .ok_or(Code::PhotoBatchUnknown)?;
    let stored = cx
        .uow
        .photo_items(batch.id, request.state.as_deref(), after, limit)
        .await?;
    let next = next(&stored, limit, |item| item.number);
    let pupils: Vec<PupilId> = stored.iter().filter_map(|item| item.pupil_id).collect();
    let names: HashMap<PupilId, PhotoPupilView> = cx
        .uow
        .pupils_by_ids(&pupils)
        .await?
        .into_iter()
        .map(|pupil| {
            let view = PhotoPupilView::new(pupil.id, pupil.name, pupil.grade, pupil.class_number);
            (pupil.id, view)
        })
        .collect();
    let current: HashMap<PupilId, PhotoFacts> =
        cx.uow.current_photos(&pupils).await?.into_iter().collect();
    let mut items = Vec::with_capacity(stored.len());
    for item in stored {
        let state = PhotoState::from_stored(&item.state)
            .ok_or_else(|| OpError::internal("reading staged photos", "a state is unknown"))?;
        let compared = matches!(state, PhotoState::Differs | PhotoState::Several);
        let current = item
            .pupil_id
            .filter(|_| compared)
            .and_then(|pupil| current.get(&pupil).copied());
        let view = async |facts: Option<PhotoFacts>| match facts {
            None => Ok(None),
            Some(facts) if request.plain => Ok(Some(PhotoView::plain(facts))),
            Some(facts) => PhotoView::read(&cx.ports, facts).await.map(Some),
        };
        items.push(PhotoItem {
            number: item.number,
            path: open_text(&*cx.ports.cipher, name_at(batch.id), &item.name_sealed)?,
            state: item.state,
            state_name: state.zh().to_owned(),
            pupil: item.pupil_id.and_then(|pupil| names.get(&pupil).cloned()),
            photo: view(item.facts).await?,
            current: view(current).await?,
            problems: serde_json::from_str(&item.problems)
                .map_err(|source| OpError::internal("reading kept problems", source))?,
        });
    }
    Ok(PhotoItemsResponse {
        batch: PhotoBatch::read(&mut *cx.uow, batch).await?,
        items,
        next,
    })
}
