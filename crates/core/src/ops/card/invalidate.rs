//! A card that is made invalid for good (作废卡片), CARD-7.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::CardView;
use crate::context::Cx;
use crate::domain::card::CardStep;
use crate::error::OpError;
use crate::id::CardId;
use crate::ops::touches;

/// Which card, and why.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InvalidateCardRequest {
    /// Card.
    pub id: CardId,
    /// Why.
    pub reason: String,
}

touches!(InvalidateCardRequest, self => Touched::Card(self.id));

/// # Errors
/// `reason.required`, `card.unknown`, `card.state`.
pub async fn run(cx: &mut Cx, request: InvalidateCardRequest) -> Result<CardView, OpError> {
    super::step(cx, request.id, CardStep::Invalidate, Some(&request.reason)).await
}
