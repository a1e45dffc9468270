//! Returning an order with a reason (退回制卡申请), CARD-1.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use crate::access::{Permission, Place, forbidden};
use crate::context::Cx;
use crate::domain::order::OrderStep;
use crate::error::OpError;
use crate::id::OrderId;
pub use crate::ops::pupil::StepResult;
use crate::ops::touches;

/// Which orders, and why.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReturnOrdersRequest {
    /// Orders.
    pub ids: Vec<OrderId>,
    /// Why: the school reads it.
    pub reason: String,
}

touches!(ReturnOrdersRequest, self => Touched::Orders(self.ids.clone()));

/// The district returns what it reviews, the card office what it was to confirm;
/// each needs its own permission in the place of every order.
///
/// # Errors
/// `reason.required`, `order.unknown`, `selection.empty`, `forbidden`.
pub async fn run(cx: &mut Cx, request: ReturnOrdersRequest) -> Result<StepResult, OpError> {
    let orders = super::chosen(cx, Some(request.ids), None, Permission::ReadOrders).await?;
    let actor = cx.actor()?;
    let (review, confirm) = (
        actor.reach(Permission::ReviewOrders),
        actor.reach(Permission::ConfirmOrders),
    );
    let may = |order: &crate::ports::OrderRecord| {
        let place = Place::School(order.district.clone(), order.school_id);
        review.covers(&place) || confirm.covers(&place)
    };
    if !orders.iter().all(may) {
        return Err(forbidden(Permission::ReviewOrders));
    }
    super::step(cx, orders, OrderStep::Return, Some(request.reason)).await
}
