//! A batch of confirmed orders (建立制卡批次), CARD-4 and CARD-5.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use super::BatchView;
use super::preview::{PreviewBatchRequest, assemble};
use crate::context::Cx;
use crate::domain::batch::BatchState;
use crate::domain::order::OrderStep;
use crate::error::{Code, OpError};
use crate::id::{BatchId, OrderId};
use crate::ops::order::check::OrderFault;
use crate::ops::order::{OrderFilter, steps_of};
use crate::ops::touches;
use crate::ports::BatchRecord;

/// Which confirmed orders.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateBatchRequest {
    /// These.
    #[ts(optional)]
    pub ids: Option<Vec<OrderId>>,
    /// All confirmed ones that fit.
    #[ts(optional)]
    pub filter: Option<OrderFilter>,
    /// Name of the template; the district's first when absent.
    #[ts(optional)]
    pub template: Option<String>,
}

touches!(CreateBatchRequest, self => match &self.ids {
    Some(ids) => Touched::Orders(ids.clone()),
    None => Touched::Filtered,
});

/// The batch, and what stayed out of it.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateBatchResponse {
    /// The batch.
    pub batch: BatchView,
    /// Orders that stayed out.
    #[ts(type = "number")]
    pub left_out: i64,
    /// Why, at most 500.
    pub faults: Vec<OrderFault>,
}

/// What fails a check stays out and is listed.
///
/// # Errors
/// Those of `batch.preview`; `batch.nothing_ready` when no order passed; `busy` when
/// another batch of the district is made in the same instant.
pub async fn run(cx: &mut Cx, request: CreateBatchRequest) -> Result<CreateBatchResponse, OpError> {
    let assembly = assemble(
        cx,
        PreviewBatchRequest {
            ids: request.ids,
            filter: request.filter,
            template: request.template,
        },
    )
    .await?;
    if assembly.ready.is_empty() {
        return Err(super::nothing_ready(&assembly.faults).into());
    }
    let batch_no = next_number(cx, &assembly.district).await?;
    let template = serde_json::to_string(&assembly.template)
        .map_err(|source| OpError::internal("keeping a column template", source))?;
    let (by, now) = super::by(cx)?;
    let ids: Vec<OrderId> = assembly
        .ready
        .iter()
        .map(|(record, _)| record.order_id)
        .collect();
    let batch = BatchRecord {
        id: BatchId(crate::id::new()),
        district: assembly.district,
        district_name: String::new(),
        batch_no,
        state: BatchState::Open.as_str().to_owned(),
        template,
        template_name: assembly.template_name,
        ordered: i64::try_from(ids.len()).unwrap_or(i64::MAX),
        made: 0,
        failed: 0,
        created_at: now,
        created_by: by,
        created_by_name: String::new(),
        handed_over_at: None,
        handed_over_by: None,
        closed_at: None,
        closed_by: None,
        package_id: None,
        package_name: None,
        package_sha256: None,
        package_files: "[]".to_owned(),
        version: 1,
    };
    cx.uow.insert_batch(&batch, &ids).await?;
    let orders = cx.uow.orders_by_ids(&ids).await?;
    let steps = steps_of(&orders, OrderStep::Batch, |_| None)?;
    cx.uow.step_orders(&steps, by, now).await?;
    cx.note(
        super::note(
            &batch,
            format!(
                "建立制卡批次 {}：{} 张订单，{} 张未通过检查",
                batch.batch_no, batch.ordered, assembly.left_out
            ),
        )
        .about(orders.iter().map(|order| order.pupil_id.0)),
    );
    let stored = cx.uow.batch(batch.id).await?.ok_or(Code::BatchUnknown)?;
    Ok(CreateBatchResponse {
        batch: BatchView::new(&stored),
        left_out: assembly.left_out,
        faults: assembly.faults,
    })
}

/// The district's next batch number of the day: `320508-20260901-01`.
async fn next_number(cx: &mut Cx, district: &str) -> Result<String, OpError> {
    let beginning = format!("{district}-{}-", cx.today().format("%Y%m%d"));
    let last = cx.uow.last_batch_no(&beginning).await?;
    let number = last
        .as_deref()
        .and_then(|last| last.strip_prefix(&beginning)?.parse::<u32>().ok())
        .unwrap_or(0);
    Ok(format!("{beginning}{:02}", number + 1))
}
