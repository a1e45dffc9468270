//! Cards (卡片), CARD-7: found by any of their three numbers, reported lost, made invalid.

pub mod find;
pub mod invalidate;
pub mod lose;
pub mod restore;
pub mod show;

use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

use crate::access::{Actor, Permission, Place};
use crate::context::Cx;
use crate::domain::card::{CardState, CardStep};
use crate::error::{Code, OpError};
use crate::id::{CardId, OrderId, PupilId, SchoolId};
use crate::ops::class::grade_name;
use crate::ops::pupil::{masked_paper, note_of};
use crate::ports::{CardRecord, CardStepRecord, Cipher};

/// Steps that a person takes; the others come with result files.
const BY_HAND: [CardStep; 3] = [CardStep::Lose, CardStep::Restore, CardStep::Invalidate];

/// A card as shown.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardView {
    /// Id.
    pub id: CardId,
    /// Holder.
    pub pupil_id: PupilId,
    /// Name of the holder.
    pub pupil_name: String,
    /// Masked number of the holder's paper.
    pub paper_masked: String,
    /// District code.
    pub district: String,
    /// School of the holder.
    pub school_id: SchoolId,
    /// Its name.
    pub school_name: String,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// 班级序号.
    #[ts(type = "number")]
    pub class_number: i64,
    /// Order that it was made for.
    pub order_id: OrderId,
    /// E卡通号.
    pub card_no: String,
    /// 卡序列号, in upper case.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub serial_no: Option<String>,
    /// 卡序列号 as it came, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub serial_raw: Option<String>,
    /// 市民卡卡号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub citizen_no: Option<String>,
    /// State.
    #[ts(as = "CardState")]
    pub state: String,
    /// Its name.
    pub state_name: String,
    /// When it came back from the bureau; epoch milliseconds.
    #[ts(type = "number")]
    pub made_at: i64,
    /// Grows with each step.
    #[ts(type = "number")]
    pub version: i64,
    /// Steps that the person may take now.
    pub steps: Vec<CardStep>,
}

impl CardView {
    /// From the stored card, for this person.
    ///
    /// # Errors
    /// An internal fault when a sealed value does not open.
    pub fn new(card: CardRecord, cipher: &dyn Cipher, actor: &Actor) -> Result<Self, OpError> {
        let state = CardState::from_stored(&card.state);
        let place = Place::School(card.district.clone(), card.school_id);
        let may = actor.reach(Permission::ManageCards).covers(&place);
        let steps = match state {
            Some(state) if may => BY_HAND
                .into_iter()
                .filter(|step| state.after(*step).is_ok())
                .collect(),
            Some(_) | None => Vec::new(),
        };
        Ok(Self {
            paper_masked: masked_paper(
                cipher,
                card.pupil_id,
                &card.paper_kind,
                &card.paper_sealed,
            )?,
            id: card.id,
            pupil_id: card.pupil_id,
            pupil_name: card.pupil_name,
            district: card.district,
            school_id: card.school_id,
            school_name: card.school_name,
            grade_name: grade_name(card.grade),
            class_number: card.class_number,
            order_id: card.order_id,
            card_no: card.card_no,
            serial_raw: card
                .serial_raw
                .filter(|raw| Some(raw) != card.serial_no.as_ref()),
            serial_no: card.serial_no,
            citizen_no: card.citizen_no,
            state_name: state.map_or("", CardState::zh).to_owned(),
            state: card.state,
            made_at: card.made_at,
            version: card.version,
            steps,
        })
    }
}

/// Takes one step of a card.
///
/// # Errors
/// `reason.required`, `card.unknown`; `card.state`, also when a card is found again whose
/// holder has a new one: the unique key of valid cards decides.
pub(crate) async fn step(
    cx: &mut Cx,
    id: CardId,
    step: CardStep,
    reason: Option<&str>,
) -> Result<CardView, OpError> {
    let reason = match reason.filter(|reason| !reason.trim().is_empty()) {
        None if !step.needs_reason() => None,
        given => Some(crate::ops::pupil::reason(given.unwrap_or_default())?),
    };
    let card = cx.uow.card(id).await?.ok_or(Code::CardUnknown)?;
    let after = CardState::from_stored(&card.state)
        .ok_or_else(|| OpError::internal("reading a card", "unknown state"))?
        .after(step)?;
    let by = cx.actor()?.account;
    let record = CardStepRecord {
        id,
        step: step.as_str().to_owned(),
        state: after.as_str().to_owned(),
        reason: reason.clone(),
    };
    cx.uow.step_cards(&[record], by, cx.now.ms()).await?;
    let why = reason.map_or_else(String::new, |reason| format!("（{reason}）"));
    let place = (card.district.as_str(), card.school_id);
    cx.note(
        note_of([place], format!("卡片{}：{}{why}", step.zh(), card.card_no))
            .about([card.pupil_id.0]),
    );
    let cipher = cx.ports.cipher.clone();
    let card = cx.uow.card(id).await?.ok_or(Code::CardUnknown)?;
    CardView::new(card, &*cipher, cx.actor()?)
}
