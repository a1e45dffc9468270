//! What a bureau's result file would bring (核对结果文件), CARD-5: nothing is written.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::reading::ReturnReport;
use super::reading::{self, Mode};
use crate::context::Job;
use crate::error::OpError;
use crate::id::{BatchId, BlobId};
use crate::ops::touches;

/// Which file for which batch.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewReturnRequest {
    /// Batch.
    pub id: BatchId,
    /// Staged file.
    pub blob_id: BlobId,
    /// Name of the file; its extension must not contradict its content.
    pub file_name: String,
}

touches!(PreviewReturnRequest, self => Touched::Batch(self.id));

/// # Errors
/// `file.*`, `sheet.*`, `column.missing`, `column.twice` when the file is refused as a whole;
/// `blob.unknown`, `batch.state`, `cancelled`.
pub async fn run(job: &mut Job, request: PreviewReturnRequest) -> Result<ReturnReport, OpError> {
    reading::run(
        job,
        request.id,
        request.blob_id,
        &request.file_name,
        Mode::Preview,
    )
    .await
}
