//! Giving orders up with a reason (作废订单), CARD-1.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use super::OrderFilter;
use crate::context::Cx;
use crate::domain::order::OrderStep;
use crate::error::OpError;
use crate::id::OrderId;
pub use crate::ops::pupil::StepResult;
use crate::ops::touches;

/// Some orders, or all that fit a filter, and why.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelOrdersRequest {
    /// These.
    #[ts(optional)]
    pub ids: Option<Vec<OrderId>>,
    /// All that fit, at most 20 000; without a state those that can take the step.
    #[ts(optional)]
    pub filter: Option<OrderFilter>,
    /// Why.
    pub reason: String,
}

touches!(CancelOrdersRequest, self => match &self.ids {
    Some(ids) => Touched::Orders(ids.clone()),
    None => Touched::Filtered,
});

/// What waits at the school is the school's to give up, what is approved the district's
/// and the card office's; an order at the bureau is nobody's.
///
/// # Errors
/// `reason.required`, `order.unknown`, `selection.empty`, `forbidden`, `text.too_broad`.
pub async fn run(cx: &mut Cx, request: CancelOrdersRequest) -> Result<StepResult, OpError> {
    let step = OrderStep::Cancel;
    let may = step.permissions();
    let orders = super::chosen(cx, request.ids, request.filter, step, &may).await?;
    super::step(cx, orders, step, Some(request.reason)).await
}
