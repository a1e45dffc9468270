//! Reading a bureau's result file (读入结果文件), CARD-5: card numbers and failures.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::reading::ReturnReport;
use super::reading::{self, mode};
use crate::context::Job;
use crate::error::OpError;
use crate::id::{BatchId, BlobId};
use crate::ops::touches;

/// Which file for which batch.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReturnBatchRequest {
    /// Batch.
    pub id: BatchId,
    /// Staged file.
    pub blob_id: BlobId,
    /// Name of the file; its extension must not contradict its content.
    pub file_name: String,
    /// `all` writes all rows or, when one has an error, none; `valid` the right ones.
    #[ts(optional, type = "\"all\" | \"valid\"")]
    pub mode: Option<String>,
}

touches!(ReturnBatchRequest, self => Touched::Batch(self.id));

/// All in one transaction; the same file once more changes nothing.
///
/// # Errors
/// Those of `batch.previewReturn`; `result.has_errors` when `all` is asked for and some
/// rows have errors; `card.number_taken` when another batch took a number meanwhile.
pub async fn run(job: &mut Job, request: ReturnBatchRequest) -> Result<ReturnReport, OpError> {
    let mode = mode(request.mode.as_deref())?;
    reading::run(job, request.id, request.blob_id, &request.file_name, mode).await
}
