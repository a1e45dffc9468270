//! A lost card that was found again (解除挂失), CARD-7.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::CardView;
use crate::context::Cx;
use crate::domain::card::CardStep;
use crate::error::OpError;
use crate::id::CardId;
use crate::ops::touches;

/// Which card.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RestoreCardRequest {
    /// Card.
    pub id: CardId,
}

touches!(RestoreCardRequest, self => Touched::Card(self.id));

/// # Errors
/// `card.unknown`; `card.state`, also when the holder has a new card by now.
pub async fn run(cx: &mut Cx, request: RestoreCardRequest) -> Result<CardView, OpError> {
    super::step(cx, request.id, CardStep::Restore, None).await
}
