//! A card's page (查看卡片), CARD-7: holder, orders, steps and every 增效记录.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::CardView;
use crate::context::Cx;
use crate::domain::card::{CardState, CardStep};
use crate::error::{Code, OpError};
use crate::id::CardId;
use crate::ops::order::OrderView;
use crate::ops::touches;
use crate::ports::{OrderQuery, OrderRecord};

/// Orders that a page shows.
const ORDERS: u32 = 100;

/// Which card.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowCardRequest {
    /// Card.
    pub id: CardId,
}

touches!(ShowCardRequest, self => Touched::Card(self.id));

/// A step that the card took.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardEventView {
    /// Its name.
    pub step_name: String,
    /// Name of the state after it.
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

/// A validity extension (增效记录).
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardExtensionView {
    /// 卡序列号 as it was written then.
    pub serial_raw: String,
    /// Day of the extension.
    pub extended_on: String,
    /// Valid until this day.
    pub valid_until: String,
    /// Remark.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<String>,
    /// When it was read; epoch milliseconds.
    #[ts(type = "number")]
    pub recorded_at: i64,
}

/// A card's page.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardPage {
    /// The card.
    pub card: CardView,
    /// Its steps, oldest first.
    pub events: Vec<CardEventView>,
    /// Other cards of the holder, newest first.
    pub others: Vec<CardView>,
    /// Orders of the holder that the person may see, newest first.
    pub orders: Vec<OrderView>,
    /// Its extensions, oldest first.
    pub extensions: Vec<CardExtensionView>,
}

/// # Errors
/// `card.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: ShowCardRequest) -> Result<CardPage, OpError> {
    let cipher = cx.ports.cipher.clone();
    let card = cx.uow.card(request.id).await?.ok_or(Code::CardUnknown)?;
    let events = cx
        .uow
        .card_events(card.id)
        .await?
        .into_iter()
        .map(|event| CardEventView {
            step_name: CardStep::from_stored(&event.step)
                .map_or("", CardStep::zh)
                .to_owned(),
            state_name: CardState::from_stored(&event.state)
                .map_or("", CardState::zh)
                .to_owned(),
            at: event.at,
            by: event.by,
            reason: event.reason,
        })
        .collect();
    let extensions = match &card.serial_no {
        Some(serial) => cx.uow.card_extensions(serial).await?,
        None => Vec::new(),
    };
    let others = cx.uow.cards_of(&[card.pupil_id]).await?;
    let query = OrderQuery {
        pupils: Some(vec![card.pupil_id]),
        ..OrderQuery::default()
    };
    let mut orders: Vec<OrderRecord> = cx.uow.orders(&query, None, ORDERS).await?;
    orders.sort_by_key(|order| std::cmp::Reverse(order.id));
    let actor = cx.actor()?;
    // An order of another district stays that district's.
    let reach = actor.reach(crate::access::Permission::ReadOrders);
    orders.retain(|order| {
        reach.covers(&crate::access::Place::School(
            order.district.clone(),
            order.school_id,
        ))
    });
    Ok(CardPage {
        events,
        others: others
            .into_iter()
            .rev()
            .filter(|other| other.id != card.id)
            .map(|other| CardView::new(other, &*cipher, actor))
            .collect::<Result<_, _>>()?,
        orders: orders
            .into_iter()
            .map(|order| OrderView::new(order, &*cipher, actor))
            .collect::<Result<_, _>>()?,
        card: CardView::new(card, &*cipher, actor)?,
        extensions: extensions
            .into_iter()
            .map(|extension| CardExtensionView {
                serial_raw: extension.serial_raw,
                extended_on: extension.extended_on,
                valid_until: extension.valid_until,
                note: extension.note,
                recorded_at: extension.recorded_at,
            })
            .collect(),
    })
}
