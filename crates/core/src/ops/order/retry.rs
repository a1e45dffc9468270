//! Going on with an order that the bureau could not make (重新制卡), CARD-1: from the
//! district's approval, to be confirmed anew.

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

/// Some orders, or all that fit a filter.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetryOrdersRequest {
    /// These.
    #[ts(optional)]
    pub ids: Option<Vec<OrderId>>,
    /// All that fit, at most 20 000; without a state those that can take the step.
    #[ts(optional)]
    pub filter: Option<OrderFilter>,
}

touches!(RetryOrdersRequest, self => match &self.ids {
    Some(ids) => Touched::Orders(ids.clone()),
    None => Touched::Filtered,
});

/// Orders whose state does not allow the step are listed; the others take it.
///
/// # Errors
/// `order.unknown`, `selection.empty`, `forbidden`, `text.too_broad`.
pub async fn run(cx: &mut Cx, request: RetryOrdersRequest) -> Result<StepResult, OpError> {
    let step = OrderStep::Retry;
    let may = step.permissions();
    let orders = super::chosen(cx, request.ids, request.filter, step, &may).await?;
    super::step(cx, orders, step, None).await
}
