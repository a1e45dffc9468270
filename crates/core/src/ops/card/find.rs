//! Cards by any of their three numbers, in one box (查找卡片), CARD-7.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::CardView;
use crate::access::Place;
use crate::context::Cx;
use crate::domain::card::CardNo;
use crate::error::OpError;
use crate::ops::touches;

/// A number as a person types or a reader gives it.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindCardRequest {
    /// E卡通号, 卡序列号 (letters in any case) or 市民卡卡号.
    pub number: String,
}

touches!(FindCardRequest, self => Touched::Filtered);

/// Cards that bear it.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindCardResponse {
    /// One as a rule; none when there is none, or none that the person may see.
    pub items: Vec<CardView>,
}

/// # Errors
/// `card.number_invalid`.
pub async fn run(cx: &mut Cx, request: FindCardRequest) -> Result<FindCardResponse, OpError> {
    let number = CardNo::parse(&request.number)?;
    let cipher = cx.ports.cipher.clone();
    let cards = cx.uow.cards_by_number(number.as_str()).await?;
    let actor = cx.actor()?;
    let items = cards
        .into_iter()
        .filter(|card| {
            cx.reach()
                .covers(&Place::School(card.district.clone(), card.school_id))
        })
        .map(|card| CardView::new(card, &*cipher, actor))
        .collect::<Result<_, _>>()?;
    Ok(FindCardResponse { items })
}
