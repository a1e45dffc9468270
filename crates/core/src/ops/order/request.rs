//! Requesting cards (申请制卡), CARD-1.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use super::PROBLEM_LIMIT;
use super::check::subjects;
use crate::context::Cx;
use crate::domain::card::{CardState, CardStep};
use crate::domain::order::{OrderKind, OrderState, OrderStep};
use crate::error::{Code, OpError, Problem};
use crate::id::{ImportId, OrderId, PupilId, SchoolId};
use crate::ops::photo::judged;
pub use crate::ops::pupil::StepResult;
use crate::ops::pupil::{SubjectProblem, note_of, reason};
use crate::ops::touches;
use crate::ports::{CardRecord, CardStepRecord, NewOrderRecord, PupilFilter, PupilRecord};
use crate::production::check::{Mend, faults};

/// Pupils that one request takes at most.
const LIMIT: u32 = 20_000;

/// Some pupils, or all of a school, of a class, of an import.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestOrdersRequest {
    /// These.
    #[ts(optional)]
    pub pupil_ids: Option<Vec<PupilId>>,
    /// All of this school; with `grade` and `classNumber` all of one class.
    #[ts(optional)]
    pub school_id: Option<SchoolId>,
    /// Grade number.
    #[ts(optional, type = "number")]
    pub grade: Option<i64>,
    /// 班级序号.
    #[ts(optional, type = "number")]
    pub class_number: Option<i64>,
    /// With `schoolId`: only those that this import wrote.
    #[ts(optional)]
    pub import_id: Option<ImportId>,
    /// `new`, `replacement`, `exchange`; new when absent.
    #[ts(optional, as = "Option<OrderKind>")]
    pub kind: Option<String>,
    /// Why a card is ordered again: needed for 补办 and 换卡.
    #[ts(optional)]
    pub reason: Option<String>,
    /// True to write the orders down without asking for the cards yet (草稿).
    #[ts(optional)]
    pub draft: Option<bool>,
}

touches!(RequestOrdersRequest, self => match (&self.pupil_ids, self.school_id) {
    (Some(ids), _) => Touched::Pupils(ids.clone()),
    (None, Some(school)) => Touched::School(school),
    (None, None) => Touched::Pupils(Vec::new()),
});

/// A pupil with an open order is listed and left alone: the unique key decides. So is a
/// first card for a pupil who has one. A lost card (补办) is reported lost at once. What
/// would keep an order out of a production file only warns (CARD-4).
///
/// # Errors
/// `reason.required`, `selection.empty`, `pupil.unknown`, `school.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: RequestOrdersRequest) -> Result<StepResult, OpError> {
    let kind = match request.kind.as_deref() {
        None => OrderKind::New,
        Some(kind) => OrderKind::from_stored(kind).ok_or_else(|| {
            Problem::new(Code::RequestInvalid)
                .field("kind")
                .message("订单种类请选择新办、补办或换卡。")
        })?,
    };
    let why = match request.reason.filter(|why| !why.trim().is_empty()) {
        None if !kind.replaces() => None,
        given => Some(reason(&given.unwrap_or_default())?),
    };
    let pupils = match (request.pupil_ids, request.school_id) {
        (Some(ids), _) => cx.uow.pupils_by_ids(&ids).await?,
        (None, Some(school)) => {
            let filter = PupilFilter {
                school: Some(school),
                grade: request.grade,
                class_number: request.class_number,
                import: request.import_id,
                ..PupilFilter::default()
            };
            cx.uow.pupils(&filter, None, LIMIT).await?
        }
        (None, None) => Vec::new(),
    };
    if pupils.is_empty() {
        return Err(Code::SelectionEmpty.into());
    }
    let step = if request.draft == Some(true) {
        OrderStep::Save
    } else {
        OrderStep::Request
    };
    let state = step
        .begins()
        .ok_or_else(|| OpError::internal("requesting orders", "no beginning step"))?;
    let mut problems = Vec::new();
    let old = old_cards(cx, kind, &pupils, &mut problems).await?;
    let orders: Vec<NewOrderRecord> = pupils
        .iter()
        .filter(|pupil| kind.replaces() || !old.contains_key(&pupil.id))
        .map(|pupil| NewOrderRecord {
            id: OrderId(crate::id::new()),
            pupil_id: pupil.id,
            kind: kind.as_str().to_owned(),
            step: step.as_str().to_owned(),
            state: state.as_str().to_owned(),
            reason: why.clone(),
            old_card_id: old.get(&pupil.id).map(|card| card.id),
        })
        .collect();
    let by = cx.actor()?.account;
    let made = cx.uow.insert_orders(&orders, by, cx.now.ms()).await?;
    let made_set: HashSet<OrderId> = made.iter().copied().collect();
    let names: HashMap<PupilId, &PupilRecord> =
        pupils.iter().map(|pupil| (pupil.id, pupil)).collect();
    problems.extend(
        orders
            .iter()
            .filter(|order| !made_set.contains(&order.id))
            .filter_map(|order| names.get(&order.pupil_id).map(|pupil| open_order(pupil))),
    );
    if kind == OrderKind::Replacement {
        let lost = orders
            .iter()
            .filter(|order| made_set.contains(&order.id))
            .filter_map(|order| old.get(&order.pupil_id));
        lose(cx, lost, why.as_deref()).await?;
    }
    let (warnings, photos) = warn(cx, &made).await?;
    problems.extend(warnings);
    problems.truncate(PROBLEM_LIMIT - photos.len());
    problems.extend(photos);
    let summary = format!("{}：{} 名学生（{}）", step.zh(), made.len(), kind.zh());
    let places = pupils
        .iter()
        .map(|pupil| (pupil.district.as_str(), pupil.school_id));
    let note = note_of(places, summary);
    let with_order = orders
        .iter()
        .filter(|order| made_set.contains(&order.id))
        .map(|order| order.pupil_id.0);
    cx.note(
        note.with(serde_json::json!({ "orders": made, "reason": why }))
            .about(with_order),
    );
    Ok(StepResult {
        done: i64::try_from(made.len()).unwrap_or(i64::MAX),
        problems,
    })
}

/// The cards that pupils have: in the way of a first card, replaced by the other kinds.
async fn old_cards(
    cx: &mut Cx,
    kind: OrderKind,
    pupils: &[PupilRecord],
    problems: &mut Vec<SubjectProblem>,
) -> Result<HashMap<PupilId, CardRecord>, OpError> {
    let ids: Vec<PupilId> = pupils.iter().map(|pupil| pupil.id).collect();
    let mut cards: HashMap<PupilId, CardRecord> = HashMap::new();
    // Oldest first, so that the latest stays.
    for card in cx.uow.cards_of(&ids).await? {
        let state = CardState::from_stored(&card.state);
        let in_the_way = matches!(state, Some(CardState::Valid | CardState::Lost));
        if in_the_way || (kind.replaces() && state == Some(CardState::Invalid)) {
            cards.insert(card.pupil_id, card);
        }
    }
    for pupil in pupils {
        let problem = match (kind.replaces(), cards.contains_key(&pupil.id)) {
            (false, true) => Problem::new(Code::OrderCardValid),
            (true, false) => Problem::new(Code::OrderOldCardUnknown).warning(),
            (false, false) | (true, true) => continue,
        };
        problems.push(about(pupil, problem));
    }
    Ok(cards)
}

/// Reports the cards lost that are in use.
async fn lose<'c>(
    cx: &mut Cx,
    cards: impl Iterator<Item = &'c CardRecord>,
    why: Option<&str>,
) -> Result<(), OpError> {
    let steps: Vec<CardStepRecord> = cards
        .filter_map(|card| {
            let state = CardState::from_stored(&card.state)?;
            Some(CardStepRecord {
                id: card.id,
                step: CardStep::Lose.as_str().to_owned(),
                state: state.after(CardStep::Lose).ok()?.as_str().to_owned(),
                reason: why.map(str::to_owned),
            })
        })
        .collect();
    let by = cx.actor()?.account;
    cx.uow.step_cards(&steps, by, cx.now.ms()).await
}

/// What will keep the orders out of a production file, as warnings; what is to be said of
/// photos comes in numbers, as a whole grade may be without.
pub(super) async fn warn(
    cx: &mut Cx,
    orders: &[OrderId],
) -> Result<(Vec<SubjectProblem>, Vec<SubjectProblem>), OpError> {
    let today = cx.today();
    let ports = cx.ports.clone();
    let mut problems = Vec::new();
    let (mut missing, mut lost, mut poor) = (0, 0, 0);
    for (record, subject) in subjects(&mut *cx.uow, &ports, orders).await? {
        match &subject.photo {
            Ok(photo) => poor += usize::from(!judged(Some(photo)).is_empty()),
            Err(problem) if problem.code == Code::PhotoMissing => missing += 1,
            Err(_) => lost += 1,
        }
        problems.extend(
            faults(&subject, today)
                .into_iter()
                .filter(|fault| fault.mend != Mend::Photo)
                .map(|fault| SubjectProblem {
                    problem: fault.problem.warning(),
                    subject_id: Some(record.pupil_id.to_string()),
                    subject_name: Some(record.pupil_name.clone()),
                }),
        );
    }
    let photos = [
        (
            missing,
            Code::PhotoMissing,
            "还没有照片。可以先申请，制卡导出前须补齐照片。",
        ),
        (
            lost,
            Code::PhotoLost,
            "的照片文件丢失或不可用。可以先申请，制卡导出前须重新上传。",
        ),
        (
            poor,
            Code::PhotoFewPixels,
            "的照片可能不清晰，请在“照片”页检查。",
        ),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, code, what)| SubjectProblem {
        problem: Problem::new(code)
            .warning()
            .message(format!("{count} 名学生{what}")),
        subject_id: None,
        subject_name: None,
    })
    .collect();
    Ok((problems, photos))
}

fn about(pupil: &PupilRecord, problem: Problem) -> SubjectProblem {
    SubjectProblem {
        problem,
        subject_id: Some(pupil.id.to_string()),
        subject_name: Some(pupil.name.clone()),
    }
}

fn open_order(pupil: &PupilRecord) -> SubjectProblem {
    let state = pupil
        .order_state
        .as_deref()
        .and_then(OrderState::from_stored)
        .map_or("处理中", OrderState::zh);
    about(
        pupil,
        Problem::new(Code::OrderOpen)
            .message(format!("已有未完成的制卡订单（{state}），没有重复申请。")),
    )
}
