//! Withdrawing a confirmation (撤回确认), until the order is in a batch.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use crate::access::Permission;
use crate::context::Cx;
use crate::domain::order::OrderStep;
use crate::error::OpError;
use crate::id::OrderId;
pub use crate::ops::pupil::StepResult;
use crate::ops::touches;

/// Which orders, and why.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WithdrawOrdersRequest {
    /// Orders.
    pub ids: Vec<OrderId>,
    /// Why.
    pub reason: String,
}

touches!(WithdrawOrdersRequest, self => Touched::Orders(self.ids.clone()));

/// # Errors
/// `reason.required`, `order.unknown`, `selection.empty`, `forbidden`.
pub async fn run(cx: &mut Cx, request: WithdrawOrdersRequest) -> Result<StepResult, OpError> {
    let orders = super::chosen(cx, Some(request.ids), None, Permission::ConfirmOrders).await?;
    super::step(cx, orders, OrderStep::Withdraw, Some(request.reason)).await
}
