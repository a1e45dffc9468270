//! Giving up a batch that is not handed over (放弃制卡批次): its orders are confirmed again.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::BatchView;
use super::{all_lines, in_state, release};
use crate::context::Cx;
use crate::domain::batch::BatchState;
use crate::error::OpError;
use crate::id::{BatchId, OrderId};
use crate::ops::pupil::reason;
use crate::ops::touches;

/// Which batch, and why.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiscardBatchRequest {
    /// Batch.
    pub id: BatchId,
    /// Why.
    pub reason: String,
}

touches!(DiscardBatchRequest, self => Touched::Batch(self.id));

/// # Errors
/// `reason.required`, `batch.state` once it is handed over.
pub async fn run(cx: &mut Cx, request: DiscardBatchRequest) -> Result<BatchView, OpError> {
    let why = reason(&request.reason)?;
    let (by, now) = super::by(cx)?;
    let mut batch = in_state(&mut *cx.uow, request.id, BatchState::Open, "放弃").await?;
    let orders: Vec<OrderId> = all_lines(&mut *cx.uow, batch.id, None)
        .await?
        .iter()
        .map(|line| line.order_id)
        .collect();
    let reasons: HashMap<OrderId, String> =
        orders.iter().map(|order| (*order, why.clone())).collect();
    release(&mut *cx.uow, batch.id, &orders, &reasons, by, now).await?;
    batch.state = BatchState::Discarded.as_str().to_owned();
    cx.uow.update_batch(&batch).await?;
    batch.version += 1;
    cx.note(super::note(
        &batch,
        format!(
            "放弃制卡批次 {}：{} 张订单回到确认制卡（{why}）",
            batch.batch_no,
            orders.len()
        ),
    ));
    Ok(BatchView::new(&batch))
}
