//! Returning an order with a reason (退回制卡申请), CARD-1.

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
pub struct ReturnOrdersRequest {
    /// These.
    #[ts(optional)]
    pub ids: Option<Vec<OrderId>>,
    /// All that fit, at most 20 000; without a state those that can take the step.
    #[ts(optional)]
    pub filter: Option<OrderFilter>,
    /// Why: the school reads it.
    pub reason: String,
}

touches!(ReturnOrdersRequest, self => match &self.ids {
    Some(ids) => Touched::Orders(ids.clone()),
    None => Touched::Filtered,
});

/// The district returns what it reviews, the card office what it was to confirm;
/// one of the two permissions is needed in the place of every order.
///
/// # Errors
/// `reason.required`, `order.unknown`, `selection.empty`, `forbidden`, `text.too_broad`.
pub async fn run(cx: &mut Cx, request: ReturnOrdersRequest) -> Result<StepResult, OpError> {
    let step = OrderStep::Return;
    let may = step.permissions();
    let orders = super::chosen(cx, request.ids, request.filter, step, &may).await?;
    super::step(cx, orders, step, Some(request.reason)).await
}
