//! One order with all its steps (查看订单).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::OrderView;
use super::check::{OrderFault, subjects};
use crate::context::Cx;
use crate::domain::order::{OrderState, OrderStep};
use crate::error::{Code, OpError};
use crate::id::{CardId, OrderId};
use crate::ops::touches;
use crate::production::check::faults;

/// Which order.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowOrderRequest {
    /// Order.
    pub id: OrderId,
}

touches!(ShowOrderRequest, self => Touched::Orders(vec![self.id]));

/// A step that the order took.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderEventView {
    /// Its name.
    pub step_name: String,
    /// State after it.
    #[ts(as = "OrderState")]
    pub state: String,
    /// Name of that.
    pub state_name: String,
    /// When; epoch milliseconds.
    #[ts(type = "number")]
    pub at: i64,
    /// Who.
    pub by: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<String>,
}

/// A card beside an order.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderCardView {
    /// Id.
    pub id: CardId,
    /// E卡通号.
    pub card_no: String,
    /// Name of its state.
    pub state_name: String,
}

/// An order's page.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderPage {
    /// The order.
    pub order: OrderView,
    /// Its steps, oldest first.
    pub events: Vec<OrderEventView>,
    /// The card that was made for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub card: Option<OrderCardView>,
    /// The card that it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub old_card: Option<OrderCardView>,
    /// What keeps it out of a production file; empty once it is in one.
    pub faults: Vec<OrderFault>,
}

/// # Errors
/// `order.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: ShowOrderRequest) -> Result<OrderPage, OpError> {
    let cipher = cx.ports.cipher.clone();
    let order = cx
        .uow
        .orders_by_ids(&[request.id])
        .await?
        .pop()
        .ok_or(Code::OrderUnknown)?;
    let events = cx
        .uow
        .steps_of_order(request.id)
        .await?
        .into_iter()
        .map(|event| OrderEventView {
            step_name: OrderStep::from_stored(&event.step)
                .map_or("", OrderStep::zh)
                .to_owned(),
            state_name: OrderState::from_stored(&event.state)
                .map_or("", OrderState::zh)
                .to_owned(),
            state: event.state,
            at: event.at,
            by: event.by,
            reason: event.reason,
        })
        .collect();
    let cards = cx.uow.cards_of(&[order.pupil_id]).await?;
    let view = |fits: &dyn Fn(&crate::ports::CardRecord) -> bool| {
        cards
            .iter()
            .find(|card| fits(card))
            .map(|card| OrderCardView {
                id: card.id,
                card_no: card.card_no.clone(),
                state_name: crate::domain::card::CardState::from_stored(&card.state)
                    .map_or("", crate::domain::card::CardState::zh)
                    .to_owned(),
            })
    };
    let card = view(&|card| card.order_id == order.id);
    let old_card = view(&|card| Some(card.id) == order.old_card_id);
    let state = super::state_of(&order)?;
    let found = if matches!(
        state,
        OrderState::InProduction
            | OrderState::Produced
            | OrderState::Delivered
            | OrderState::Cancelled
    ) {
        Vec::new()
    } else {
        let today = cx.today();
        let ports = cx.ports.clone();
        subjects(&mut *cx.uow, &ports, &[order.id])
            .await?
            .into_iter()
            .flat_map(|(record, subject)| {
                faults(&subject, today)
                    .into_iter()
                    .map(move |fault| OrderFault::new(&record, fault))
            })
            .collect()
    };
    Ok(OrderPage {
        order: OrderView::new(order, &*cipher, cx.actor()?)?,
        events,
        card,
        old_card,
        faults: found,
    })
}
