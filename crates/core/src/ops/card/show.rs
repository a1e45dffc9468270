//! A card's page (查看卡片), CARD-7: holder, orders, steps and every 增效记录.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::CardView;
use crate::context::Cx;
use crate::domain::card::{CardState, CardStep};
use crate::domain::extension::LeaveReason;
use crate::domain::time::{Day, Timestamp};
use crate::domain::words::words;
use crate::error::{Code, OpError};
use crate::id::CardId;
use crate::ops::order::OrderView;
use crate::ops::touches;
use crate::ports::{
    CardExtensionRecord, CardRecord, ExtensionRecord, OrderQuery, OrderRecord, TerminalRecord,
    UnitOfWork,
};

/// Orders that a page shows.
const ORDERS: u32 = 100;
/// Records of terminals that a page shows of each number.
const RECORDS: u32 = 500;

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

words! {
    /// Who told of a validity extension.
    pub enum ExtensionOrigin {
        /// The bureau's result file, with the card.
        Result = "result", "制卡结果";
        /// Records of another system.
        File = "file", "其他系统的记录";
        /// A terminal's file.
        Terminal = "terminal", "终端记录";
        /// The card office's list.
        Temporary = "temporary", "临时增效";
    }
}

/// A validity extension (增效记录), whoever told of it.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardExtensionView {
    /// Who told of it.
    #[ts(as = "ExtensionOrigin")]
    pub origin: String,
    /// Its name.
    pub origin_name: String,
    /// Number of the card as it was written then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub serial_raw: Option<String>,
    /// Day of the extension.
    pub extended_on: String,
    /// Its moment, where it is known; epoch milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub extended_at: Option<i64>,
    /// Last day on which it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub valid_until: Option<String>,
    /// Remark, terminal, or reason and how it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<String>,
}

impl CardExtensionView {
    fn new(origin: ExtensionOrigin, extended_on: String) -> Self {
        Self {
            origin: origin.as_str().to_owned(),
            origin_name: origin.zh().to_owned(),
            serial_raw: None,
            extended_on,
            extended_at: None,
            valid_until: None,
            note: None,
        }
    }

    fn of_card(record: CardExtensionRecord) -> Self {
        let origin = ExtensionOrigin::from_stored(&record.source).unwrap_or(ExtensionOrigin::File);
        Self {
            serial_raw: Some(record.serial_raw),
            valid_until: Some(record.valid_until),
            note: record.note,
            ..Self::new(origin, record.extended_on)
        }
    }

    fn of_terminal(record: TerminalRecord) -> Self {
        Self {
            serial_raw: Some(record.card_raw),
            extended_at: Some(record.extended_at),
            note: Some(record.terminal).filter(|terminal| !terminal.is_empty()),
            ..Self::new(ExtensionOrigin::Terminal, day(record.extended_at))
        }
    }

    fn temporary(entry: ExtensionRecord) -> Self {
        let left = entry.left_at.map(|at| {
            let why = entry
                .left_reason
                .as_deref()
                .and_then(LeaveReason::from_stored);
            format!("；{} 移出：{}", day(at), why.map_or("", LeaveReason::zh))
        });
        Self {
            serial_raw: entry.card_no,
            extended_at: Some(entry.made_at),
            // It leaves the list on its own day: the one before is the last.
            valid_until: entry
                .expires_on
                .and_then(|day| Day::parse(&day).ok())
                .map(|day| day.minus(1).to_string()),
            note: Some(format!("{}{}", entry.reason, left.unwrap_or_default())),
            ..Self::new(ExtensionOrigin::Temporary, day(entry.made_at))
        }
    }
}

fn day(ms: i64) -> String {
    Timestamp::from_ms(ms).date().format("%Y-%m-%d").to_string()
}

/// Every extension of a card, oldest first: by any of its numbers, in whatever case they
/// were written; and what the card office granted its holder for a while.
async fn extensions(
    uow: &mut dyn UnitOfWork,
    card: &CardRecord,
) -> Result<Vec<CardExtensionView>, OpError> {
    let mut all = Vec::new();
    if let Some(serial) = &card.serial_no {
        let records = uow.card_extensions(serial).await?;
        all.extend(records.into_iter().map(CardExtensionView::of_card));
    }
    let numbers: BTreeSet<&String> = [
        Some(&card.card_no),
        card.serial_no.as_ref(),
        card.citizen_no.as_ref(),
    ]
    .into_iter()
    .flatten()
    .collect();
    for number in numbers {
        let records = uow.terminal_records(number, RECORDS).await?;
        all.extend(records.into_iter().map(CardExtensionView::of_terminal));
    }
    let entries = uow.extensions_of(card.pupil_id).await?;
    all.extend(entries.into_iter().map(CardExtensionView::temporary));
    all.sort_by(|a, b| (&a.extended_on, a.extended_at).cmp(&(&b.extended_on, b.extended_at)));
    Ok(all)
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
    let extensions = extensions(&mut *cx.uow, &card).await?;
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
        extensions,
    })
}
