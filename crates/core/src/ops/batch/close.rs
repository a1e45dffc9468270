//! Closing a batch whose every order has its result (结清制卡批次), CARD-5.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::BatchView;
use super::{in_state, ledger};
use crate::context::Cx;
use crate::domain::batch::BatchState;
use crate::error::OpError;
use crate::id::BatchId;
use crate::ops::touches;

/// Which batch.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CloseBatchRequest {
    /// Batch.
    pub id: BatchId,
}

touches!(CloseBatchRequest, self => Touched::Batch(self.id));

/// The table refuses it too, should the ledger not add up.
///
/// # Errors
/// `batch.state`; `batch.not_settled` while orders have no result.
pub async fn run(cx: &mut Cx, request: CloseBatchRequest) -> Result<BatchView, OpError> {
    let (by, now) = super::by(cx)?;
    let mut batch = in_state(&mut *cx.uow, request.id, BatchState::HandedOver, "结清").await?;
    ledger(&batch).settled()?;
    batch.state = BatchState::Closed.as_str().to_owned();
    batch.closed_at = Some(now);
    batch.closed_by = Some(by);
    cx.uow.update_batch(&batch).await?;
    batch.version += 1;
    cx.note(super::note(
        &batch,
        format!(
            "结清制卡批次 {}：{} 张，制成 {} 张，失败 {} 张",
            batch.batch_no, batch.ordered, batch.made, batch.failed
        ),
    ));
    Ok(BatchView::new(&batch))
}
