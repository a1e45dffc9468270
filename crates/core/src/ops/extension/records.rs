//! What terminals recorded of a card (查看增效记录), whatever the case of its number (CARD-7).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::access::Place;
use crate::context::Cx;
use crate::domain::card::CardNo;
use crate::error::OpError;
use crate::ops::touches;

/// Records of one card that an answer lists at most.
const LISTED: u32 = 500;

/// Which card.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListTerminalRecordsRequest {
    /// Number of the card in any case.
    pub number: String,
}

/// A record (增效记录).
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TerminalRecordView {
    /// Number as the terminal wrote it.
    pub card_raw: String,
    /// When the card was extended; epoch milliseconds.
    #[ts(type = "number")]
    pub extended_at: i64,
    /// Terminal; empty when the file does not say.
    pub terminal: String,
}

/// The records.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListTerminalRecordsResponse {
    /// Number in upper case.
    pub card_no: String,
    /// Records, newest first, at most 500.
    pub items: Vec<TerminalRecordView>,
}

touches!(ListTerminalRecordsRequest, self => Touched::Filtered);

/// # Errors
/// `card.number_invalid`.
pub async fn run(
    cx: &mut Cx,
    request: ListTerminalRecordsRequest,
) -> Result<ListTerminalRecordsResponse, OpError> {
    let card = CardNo::parse(&request.number).map_err(|problem| problem.field("number"))?;
    let mut records = cx.uow.terminal_records(card.as_str(), LISTED).await?;
    let reach = cx.reach();
    records.retain(|record| reach.covers(&Place::District(record.district.clone())));
    Ok(ListTerminalRecordsResponse {
        card_no: card.as_str().to_owned(),
        items: records
            .into_iter()
            .map(|record| TerminalRecordView {
                card_raw: record.card_raw,
                extended_at: record.extended_at,
                terminal: record.terminal,
            })
            .collect(),
    })
}
