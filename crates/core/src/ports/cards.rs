//! Cards and their validity extensions.

use async_trait::async_trait;

use super::Stored;
use crate::id::{AccountId, CardId, OrderId, PupilId, SchoolId};

/// A card, with its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardRecord {
    /// Id.
    pub id: CardId,
    /// Holder.
    pub pupil_id: PupilId,
    /// Name of the holder.
    pub pupil_name: String,
    /// District of the holder's school.
    pub district: String,
    /// School of the holder.
    pub school_id: SchoolId,
    /// Its name.
    pub school_name: String,
    /// Grade number of the holder.
    pub grade: i64,
    /// 班级序号 of the holder.
    pub class_number: i64,
    /// Kind of the holder's paper.
    pub paper_kind: String,
    /// Sealed in `pupil.paper`.
    pub paper_sealed: Vec<u8>,
    /// Order that it was made for.
    pub order_id: OrderId,
    /// E卡通号, as searched.
    pub card_no: String,
    /// As it came.
    pub card_raw: String,
    /// 卡序列号, as searched.
    pub serial_no: Option<String>,
    /// As it came.
    pub serial_raw: Option<String>,
    /// 市民卡卡号, as searched.
    pub citizen_no: Option<String>,
    /// `CardState::as_str`.
    pub state: String,
    /// When it came back from the bureau.
    pub made_at: i64,
    /// Grows with each step.
    pub version: i64,
}

/// A card that came back from the bureau.
#[derive(Debug, Clone)]
pub struct NewCardRecord {
    /// Id.
    pub id: CardId,
    /// Holder.
    pub pupil_id: PupilId,
    /// Order.
    pub order_id: OrderId,
    /// E卡通号, as searched.
    pub card_no: String,
    /// As it came.
    pub card_raw: String,
    /// 卡序列号: as searched, as it came.
    pub serial: Option<(String, String)>,
    /// 市民卡卡号: as searched, as it came.
    pub citizen: Option<(String, String)>,
}

/// One step of one card.
#[derive(Debug, Clone)]
pub struct CardStepRecord {
    /// Card.
    pub id: CardId,
    /// Step, as `CardStep::as_str`.
    pub step: String,
    /// State after it.
    pub state: String,
    /// Why.
    pub reason: Option<String>,
}

/// A step that a card took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardEventRow {
    /// Step, as `CardStep::as_str`.
    pub step: String,
    /// State after it.
    pub state: String,
    /// When.
    pub at: i64,
    /// Name of the person.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
}

/// A validity extension (增效记录).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardExtensionRecord {
    /// Id.
    pub id: uuid::Uuid,
    /// 卡序列号, as searched.
    pub serial_no: String,
    /// As it was written.
    pub serial_raw: String,
    /// `result` of a batch, or `file` of records.
    pub source: String,
    /// Day of the extension, `2026-09-01`.
    pub extended_on: String,
    /// Valid until this day.
    pub valid_until: String,
    /// Remark.
    pub note: Option<String>,
    /// When it was read.
    pub recorded_at: i64,
    /// By whom.
    pub recorded_by: AccountId,
}

/// Which of a card's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardNumberKind {
    /// E卡通号.
    Card,
    /// 卡序列号.
    Serial,
    /// 市民卡卡号.
    Citizen,
}

/// Storage of cards.
#[async_trait]
pub trait Cards {
    /// Makes cards, notes their number with the orders, and writes their first event;
    /// `card.number_taken`.
    async fn insert_cards(
        &mut self,
        cards: &[NewCardRecord],
        by: AccountId,
        now: i64,
    ) -> Stored<()>;
    /// Cards that bear this number, as searched, as any of their three numbers.
    async fn cards_by_number(&mut self, number: &str) -> Stored<Vec<CardRecord>>;
    /// Those of these numbers, as searched, that are on cards.
    async fn numbers_taken(
        &mut self,
        kind: CardNumberKind,
        numbers: &[String],
    ) -> Stored<Vec<String>>;
    /// One card, locked for the rest of a write transaction.
    async fn card(&mut self, id: CardId) -> Stored<Option<CardRecord>>;
    /// Cards of these pupils, oldest first.
    async fn cards_of(&mut self, pupils: &[PupilId]) -> Stored<Vec<CardRecord>>;
    /// Takes steps of different cards: sets the state and adds an event each.
    async fn step_cards(&mut self, steps: &[CardStepRecord], by: AccountId, now: i64)
    -> Stored<()>;
    /// Steps that a card took.
    async fn card_events(&mut self, id: CardId) -> Stored<Vec<CardEventRow>>;
    /// Extensions of the card with this serial number, as searched; oldest first.
    async fn card_extensions(&mut self, serial_no: &str) -> Stored<Vec<CardExtensionRecord>>;
    /// Adds extensions; a record that is there already is left alone. How many are new.
    async fn insert_card_extensions(&mut self, extensions: &[CardExtensionRecord]) -> Stored<i64>;
}
