//! One batch with its ledger, package and result files (查看制卡批次).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{BatchView, PackageFile};
use crate::context::Cx;
use crate::error::{Code, OpError};
use crate::id::BatchId;
use crate::ops::touches;

/// Which batch.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowBatchRequest {
    /// Batch.
    pub id: BatchId,
}

touches!(ShowBatchRequest, self => Touched::Batch(self.id));

/// A result file that was read.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResultFileView {
    /// Its name.
    pub file_name: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Rows.
    #[ts(type = "number")]
    pub rows: i64,
    /// Cards made by it.
    #[ts(type = "number")]
    pub made: i64,
    /// Failures told by it.
    #[ts(type = "number")]
    pub failed: i64,
    /// Rows with errors.
    #[ts(type = "number")]
    pub errors: i64,
    /// When; epoch milliseconds.
    #[ts(type = "number")]
    pub read_at: i64,
    /// By whom.
    pub read_by: String,
}

/// A batch's page.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchPage {
    /// The batch with its ledger.
    pub batch: BatchView,
    /// Files of its package.
    pub files: Vec<PackageFile>,
    /// Result files, oldest first.
    pub results: Vec<ResultFileView>,
}

/// # Errors
/// `batch.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: ShowBatchRequest) -> Result<BatchPage, OpError> {
    let batch = cx.uow.batch(request.id).await?.ok_or(Code::BatchUnknown)?;
    let results = cx.uow.batch_results(batch.id).await?;
    Ok(BatchPage {
        batch: BatchView::new(&batch),
        files: serde_json::from_str(&batch.package_files)
            .map_err(|source| OpError::internal("reading a manifest", source))?,
        results: results
            .into_iter()
            .map(|file| ResultFileView {
                file_name: file.file_name,
                sha256: hex::encode(file.file_sha256),
                rows: file.rows_total,
                made: file.rows_made,
                failed: file.rows_failed,
                errors: file.rows_error,
                read_at: file.read_at,
                read_by: file.read_by_name,
            })
            .collect(),
    })
}
