//! Asking for the cards of drafts and returned orders (提交制卡申请), CARD-1.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use super::request::warn;
use super::{OrderFilter, PROBLEM_LIMIT, state_of};
use crate::context::Cx;
use crate::domain::order::{OrderState, OrderStep};
use crate::error::{Code, OpError, Problem};
use crate::id::{OrderId, PupilId};
pub use crate::ops::pupil::StepResult;
use crate::ops::pupil::SubjectProblem;
use crate::ops::touches;

/// Some orders, or all that fit a filter.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubmitOrdersRequest {
    /// These.
    #[ts(optional)]
    pub ids: Option<Vec<OrderId>>,
    /// All that fit, at most 20 000; without a state those that can take the step.
    #[ts(optional)]
    pub filter: Option<OrderFilter>,
}

touches!(SubmitOrdersRequest, self => match &self.ids {
    Some(ids) => Touched::Orders(ids.clone()),
    None => Touched::Filtered,
});

/// What will keep an order out of a production file is told as a warning, as at the request.
/// A returned order of a pupil who has another open one by now is listed and left alone.
///
/// # Errors
/// `order.unknown`, `selection.empty`, `forbidden`, `text.too_broad`.
pub async fn run(cx: &mut Cx, request: SubmitOrdersRequest) -> Result<StepResult, OpError> {
    let step = OrderStep::Request;
    let may = step.permissions();
    let orders = super::chosen(cx, request.ids, request.filter, step, &may).await?;
    let pupils: Vec<PupilId> = orders.iter().map(|order| order.pupil_id).collect();
    let mut busy: HashSet<PupilId> = cx
        .uow
        .open_orders(&pupils)
        .await?
        .into_iter()
        .map(|order| order.pupil_id)
        .collect();
    let mut taken = Vec::with_capacity(orders.len());
    let mut problems = Vec::new();
    for order in orders {
        // A draft is the pupil's open order itself; a returned one becomes it.
        let waits = state_of(&order)?.is_open() || busy.insert(order.pupil_id);
        if waits {
            taken.push(order);
        } else {
            problems.push(SubjectProblem {
                problem: Problem::new(Code::OrderOpen),
                subject_id: Some(order.id.to_string()),
                subject_name: Some(order.pupil_name),
            });
        }
    }
    let ids: Vec<OrderId> = taken.iter().map(|order| order.id).collect();
    let mut result = super::step(cx, taken, step, None).await?;
    let requested: Vec<OrderId> = cx
        .uow
        .orders_by_ids(&ids)
        .await?
        .into_iter()
        .filter(|order| order.state == OrderState::Requested.as_str())
        .map(|order| order.id)
        .collect();
    let (warnings, photos) = warn(cx, &requested).await?;
    result.problems.extend(problems);
    result.problems.extend(warnings);
    result.problems.truncate(PROBLEM_LIMIT - photos.len());
    result.problems.extend(photos);
    Ok(result)
}
