//! Giving up a preview of photos (放弃照片): its files are forgotten.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::PhotoBatch;
use super::{batch_note, open_batch};
use crate::context::Cx;
use crate::domain::photo::PhotoBatchState;
use crate::error::OpError;
use crate::id::PhotoBatchId;
use crate::ops::touches;

/// Which batch.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiscardPhotosRequest {
    /// Batch.
    pub batch_id: PhotoBatchId,
}

touches!(DiscardPhotosRequest, self => Touched::PhotoBatch(self.batch_id));

/// # Errors
/// `photo.batch_unknown`, `photo.batch_closed`.
pub async fn run(cx: &mut Cx, request: DiscardPhotosRequest) -> Result<PhotoBatch, OpError> {
    let mut batch = open_batch(&mut *cx.uow, request.batch_id).await?;
    batch.state = PhotoBatchState::Discarded.as_str().to_owned();
    cx.note(batch_note(&batch, format!("放弃照片：{}", batch.source)));
    let answer = PhotoBatch::read(&mut *cx.uow, batch.clone()).await?;
    cx.uow.delete_photo_batch(batch.id).await?;
    Ok(answer)
}
