//! Card orders (制卡订单), CARD-1 to CARD-3.

pub mod approve;
pub mod cancel;
pub mod check;
pub mod confirm;
pub mod correct;
pub mod counts;
pub mod deliver;
pub mod export;
pub mod list;
mod master;
pub mod mismatches;
pub mod request;
pub mod retry;
pub mod return_;
pub mod show;
pub mod submit;
pub mod totals;
pub mod withdraw;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::access::{Actor, Permission, Place, forbidden};
use crate::context::Cx;
use crate::domain::order::{OrderDate, OrderKind, OrderState, OrderStep};
use crate::domain::time::DayRange;
use crate::error::{Code, OpError, Problem};
use crate::id::{BatchId, CardId, OrderId, PupilId, SchoolId};
use crate::ops::class::{grade_name, numbered};
use crate::ops::page::asked_scopes;
use crate::ops::pupil::{StepResult, SubjectProblem, masked_paper, note_of, paper_indexes, reason};
use crate::ports::{Cipher, OrderQuery, OrderRecord, OrderStepRecord, OtherDate, UnitOfWork};

/// Orders that one action takes at once.
pub(crate) const STEP_LIMIT: u32 = 20_000;
/// Problems that one answer lists.
const PROBLEM_LIMIT: usize = 200;
/// Orders that one page or count of a sparse filter looks at: a few milliseconds' work.
pub(crate) const LOOK: u32 = 5_000;
/// Pupils that a text may stand for.
const TEXT_LIMIT: u32 = 500;

/// An order as shown.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    /// Id.
    pub id: OrderId,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Name of the pupil.
    pub pupil_name: String,
    /// Masked number of the paper.
    pub paper_masked: String,
    /// School at the request.
    pub school_id: SchoolId,
    /// Its name.
    pub school_name: String,
    /// District code.
    pub district: String,
    /// Its name.
    pub district_name: String,
    /// Grade number at the request.
    #[ts(type = "number")]
    pub grade: i64,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// 班级序号 at the request.
    #[ts(type = "number")]
    pub class_number: i64,
    /// 新办, 补办, 换卡.
    #[ts(as = "OrderKind")]
    pub kind: String,
    /// Its name.
    pub kind_name: String,
    /// State.
    #[ts(as = "OrderState")]
    pub state: String,
    /// Its name.
    pub state_name: String,
    /// 申请制卡时间; epoch milliseconds, like the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub requested_at: Option<i64>,
    /// 区审核通过时间 (CARD-3).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub approved_at: Option<i64>,
    /// 确认制卡时间 (CARD-2).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub confirmed_at: Option<i64>,
    /// 退回时间.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub returned_at: Option<i64>,
    /// Why it was returned or withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<String>,
    /// Why a card is ordered again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub request_reason: Option<String>,
    /// Card that is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub old_card_id: Option<CardId>,
    /// Latest batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub batch_id: Option<BatchId>,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub batch_no: Option<String>,
    /// E卡通号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub card_no: Option<String>,
    /// Grows with each step.
    #[ts(type = "number")]
    pub version: i64,
    /// Steps that the person may take now: the page's buttons.
    pub steps: Vec<OrderStep>,
}

impl OrderView {
    /// From the stored order, for this person.
    ///
    /// # Errors
    /// An internal fault when a sealed value does not open.
    pub fn new(order: OrderRecord, cipher: &dyn Cipher, actor: &Actor) -> Result<Self, OpError> {
        let place = Place::School(order.district.clone(), order.school_id);
        let steps = OrderState::from_stored(&order.state).map_or_else(Vec::new, |state| {
            OrderStep::ALL
                .into_iter()
                .filter(|step| may(actor, state.permissions(*step), &place))
                .collect()
        });
        Ok(Self {
            steps,
            paper_masked: masked_paper(
                cipher,
                order.pupil_id,
                &order.paper_kind,
                &order.paper_sealed,
            )?,
            id: order.id,
            pupil_id: order.pupil_id,
            pupil_name: order.pupil_name,
            school_id: order.school_id,
            school_name: order.school_name,
            district: order.district,
            district_name: order.district_name,
            grade: order.grade,
            grade_name: grade_name(order.grade),
            class_number: order.class_number,
            kind_name: OrderKind::from_stored(&order.kind)
                .map_or("", OrderKind::zh)
                .to_owned(),
            kind: order.kind,
            state_name: OrderState::from_stored(&order.state)
                .map_or("", OrderState::zh)
                .to_owned(),
            state: order.state,
            requested_at: order.requested_at,
            approved_at: order.approved_at,
            confirmed_at: order.confirmed_at,
            returned_at: order.returned_at,
            reason: order.reason,
            request_reason: order.request_reason,
            old_card_id: order.old_card_id,
            batch_id: order.batch_id,
            batch_no: order.batch_no,
            card_no: order.card_no,
            version: order.version,
        })
    }
}

/// True when the person holds one of the permissions in a place.
fn may(actor: &Actor, permissions: &[Permission], place: &Place) -> bool {
    permissions
        .iter()
        .any(|permission| actor.reach(*permission).covers(place))
}

/// Which orders: each field narrows. The date range is the confirmation time
/// (CARD-2), in Asia/Shanghai days, both ends included.
#[derive(Debug, Clone, Default, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderFilter {
    /// First day, `2026-09-01`.
    #[ts(optional)]
    pub confirmed_from: Option<String>,
    /// Last day.
    #[ts(optional)]
    pub confirmed_to: Option<String>,
    /// District code.
    #[ts(optional)]
    pub district: Option<String>,
    /// School.
    #[ts(optional)]
    pub school_id: Option<SchoolId>,
    /// Grade number.
    #[ts(optional, type = "number")]
    pub grade: Option<i64>,
    /// 班级序号.
    #[ts(optional, type = "number")]
    pub class_number: Option<i64>,
    /// State.
    #[ts(optional, as = "Option<OrderState>")]
    pub state: Option<String>,
    /// Start of a name, or a whole paper number.
    #[ts(optional)]
    pub text: Option<String>,
    /// A second date that narrows: its range stands in the next two.
    #[ts(optional, as = "Option<OrderDate>")]
    pub other_date: Option<String>,
    /// First day of it.
    #[ts(optional)]
    pub other_from: Option<String>,
    /// Last day of it.
    #[ts(optional)]
    pub other_to: Option<String>,
}

impl OrderFilter {
    /// The second date with its range; none when no end of it is given.
    fn other(&self) -> Result<Option<OtherDate>, OpError> {
        let days = DayRange::parse(self.other_from.as_deref(), self.other_to.as_deref())?;
        if days.from().is_none() && days.to().is_none() {
            return Ok(None);
        }
        let refuse = |text| {
            Problem::new(Code::RequestInvalid)
                .field("otherDate")
                .message(text)
        };
        let word = self.other_date.as_deref();
        let word = word.ok_or_else(|| refuse("给了第二个日期范围，请同时选择它是哪一种日期。"))?;
        let date = OrderDate::from_stored(word).ok_or_else(|| {
            refuse("没有这种日期，请在申请制卡时间、区审核通过时间、退回时间中选择。")
        })?;
        let (from, to) = days.bounds_ms();
        Ok(Some(OtherDate { date, from, to }))
    }
}

/// Turns a filter into queries: one for each scope of the person's reach, each of
/// which is one walk along an index. A text becomes keys first.
///
/// # Errors
/// `date_range.invalid`, `forbidden`, `school.unknown`, `order.state`, `text.too_broad`.
pub(crate) async fn queries(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    reach: &crate::access::Reach,
    filter: &OrderFilter,
    today: chrono::NaiveDate,
) -> Result<Vec<OrderQuery>, OpError> {
    let range = DayRange::parse(
        filter.confirmed_from.as_deref(),
        filter.confirmed_to.as_deref(),
    )?;
    let (from, to) = range.bounds_ms();
    let other = filter.other()?;
    if let Some(state) = &filter.state
        && OrderState::from_stored(state).is_none()
    {
        return Err(Problem::new(Code::RequestInvalid)
            .field("state")
            .message("没有这种订单状态。")
            .into());
    }
    let (scopes, school) =
        asked_scopes(uow, reach, filter.district.as_deref(), filter.school_id).await?;
    let text = filter
        .text
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let mut queries = Vec::with_capacity(scopes.len());
    for scope in scopes {
        let (district, school_id) = scope.parts();
        let class = match (&school, filter.grade, filter.class_number) {
            (Some(school), Some(grade), Some(number)) => numbered(uow, school, grade, number)
                .await?
                .map(|class| class.id),
            _ => None,
        };
        let pupils = match text {
            None => None,
            Some(text) => Some(
                pupils_of_text(uow, cipher, district.as_deref(), school_id, text, today).await?,
            ),
        };
        queries.push(OrderQuery {
            confirmed_from: from,
            confirmed_to: to,
            district,
            school: school_id,
            grade: filter.grade,
            class,
            class_number: filter.class_number,
            state: filter.state.clone(),
            pupils,
            other,
        });
    }
    Ok(queries)
}

pub(crate) async fn pupils_of_text(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    district: Option<&str>,
    school: Option<SchoolId>,
    text: &str,
    today: chrono::NaiveDate,
) -> Result<Vec<PupilId>, OpError> {
    if text.chars().any(|c| c.is_ascii_digit()) {
        let indexes = paper_indexes(cipher, None, text, today);
        // Places are checked again by the query itself.
        return Ok(uow
            .find_papers(&indexes)
            .await?
            .into_iter()
            .map(|found| found.id)
            .collect());
    }
    let pupils = uow
        .pupils_named(district, school, text, TEXT_LIMIT + 1)
        .await?;
    if pupils.len() > TEXT_LIMIT as usize {
        return Err(Problem::new(Code::TextTooBroad)
            .field("text")
            .message(format!(
                "以“{text}”开头的学生超过 {TEXT_LIMIT} 名，请再多输入一个字，或先选学校。"
            ))
            .into());
    }
    Ok(pupils)
}

/// Takes one step over orders and says which could not take it.
///
/// # Errors
/// `forbidden` when an order lies outside the permission's reach; `reason.required`.
pub(crate) async fn step(
    cx: &mut Cx,
    orders: Vec<OrderRecord>,
    step: OrderStep,
    reason: Option<String>,
) -> Result<StepResult, OpError> {
    let reason = match reason.filter(|reason| !reason.trim().is_empty()) {
        None if !step.needs_reason() => None,
        given => Some(self::reason(&given.unwrap_or_default())?),
    };
    let mut steps = Vec::with_capacity(orders.len());
    let mut problems = Vec::new();
    for order in &orders {
        let state = state_of(order)?;
        let by = state.permissions(step);
        let place = Place::School(order.district.clone(), order.school_id);
        let allowed = by.is_empty() || may(cx.actor()?, by, &place);
        let after = state.after(step).and_then(|after| {
            // Whose step it is depends on the state: what is approved is no longer the school's.
            allowed.then_some(after).ok_or_else(|| {
                Problem::new(Code::Forbidden).message(format!(
                    "订单已是“{}”，由区级管理员或卡务{}。",
                    state.zh(),
                    step.zh()
                ))
            })
        });
        match after {
            Ok(after) => steps.push(OrderStepRecord {
                id: order.id,
                step: step.as_str().to_owned(),
                state: after.as_str().to_owned(),
                reason: reason.clone(),
            }),
            Err(problem) if problems.len() < PROBLEM_LIMIT => problems.push(SubjectProblem {
                problem,
                subject_id: Some(order.id.to_string()),
                subject_name: Some(order.pupil_name.clone()),
            }),
            Err(_) => {}
        }
    }
    let by = cx.actor()?.account;
    cx.uow.step_orders(&steps, by, cx.now.ms()).await?;
    let done = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    let summary = format!("{}：{done} 张订单", step.zh());
    let detail = serde_json::json!({
        "orders": steps.iter().map(|step| step.id).collect::<Vec<_>>(),
        "reason": reason,
    });
    let places = orders
        .iter()
        .map(|order| (order.district.as_str(), order.school_id));
    let note = note_of(places, summary);
    let taken: std::collections::HashSet<OrderId> = steps.iter().map(|step| step.id).collect();
    let pupils = orders
        .iter()
        .filter(|order| taken.contains(&order.id))
        .map(|order| order.pupil_id.0);
    cx.note(note.with(detail).about(pupils));
    Ok(StepResult { done, problems })
}

/// State of a stored order.
///
/// # Errors
/// An internal fault for a state that this version does not know.
pub(crate) fn state_of(order: &OrderRecord) -> Result<OrderState, OpError> {
    OrderState::from_stored(&order.state)
        .ok_or_else(|| OpError::internal("reading an order", "unknown state"))
}

/// The steps of orders whose state allows it, for operations that take several at once.
///
/// # Errors
/// `order.state` for the first that cannot take the step.
pub(crate) fn steps_of(
    orders: &[OrderRecord],
    step: OrderStep,
    reason: impl Fn(&OrderRecord) -> Option<String>,
) -> Result<Vec<OrderStepRecord>, OpError> {
    orders
        .iter()
        .map(|order| {
            Ok(OrderStepRecord {
                id: order.id,
                step: step.as_str().to_owned(),
                state: state_of(order)?.after(step)?.as_str().to_owned(),
                reason: reason(order),
            })
        })
        .collect()
}

/// The orders a request names: by id, or all that fit a filter. A filter without a
/// state means those whose state allows the step. One of the permissions must be held
/// in the place of each.
///
/// # Errors
/// `order.unknown`, `selection.empty`, `forbidden`; `text.too_broad` when more than
/// 20 000 orders fit.
pub(crate) async fn chosen(
    cx: &mut Cx,
    ids: Option<Vec<OrderId>>,
    filter: Option<OrderFilter>,
    step: OrderStep,
    permissions: &[Permission],
) -> Result<Vec<OrderRecord>, OpError> {
    let refuse = || {
        permissions
            .first()
            .map_or_else(|| Code::Forbidden.into(), |first| forbidden(*first))
    };
    let reach = cx.actor()?.reach_of(|role| {
        role.permissions()
            .iter()
            .any(|held| permissions.contains(held))
    });
    if !reach.is_somewhere() {
        return Err(refuse());
    }
    let ids = match (ids, filter) {
        (Some(ids), _) => ids,
        (None, None) => return Err(Code::SelectionEmpty.into()),
        (None, Some(filter)) => {
            let today = cx.today();
            let cipher = cx.ports.cipher.clone();
            let states: Vec<String> = match &filter.state {
                Some(state) => vec![state.clone()],
                None => OrderState::ALL
                    .into_iter()
                    .filter(|state| state.after(step).is_ok())
                    .map(|state| state.as_str().to_owned())
                    .collect(),
            };
            let mut ids = Vec::new();
            for mut query in queries(&mut *cx.uow, &*cipher, &reach, &filter, today).await? {
                for state in &states {
                    query.state = Some(state.clone());
                    let orders = cx.uow.orders(&query, None, STEP_LIMIT + 1).await?;
                    ids.extend(orders.into_iter().map(|order| order.id));
                }
            }
            if ids.len() > STEP_LIMIT as usize {
                return Err(Problem::new(Code::TextTooBroad)
                    .message(format!(
                        "符合条件的订单超过 {STEP_LIMIT} 张，请缩小范围后分次处理。"
                    ))
                    .into());
            }
            ids
        }
    };
    if ids.is_empty() {
        return Err(Code::SelectionEmpty.into());
    }
    let orders = cx.uow.orders_by_ids(&ids).await?;
    if orders
        .iter()
        .any(|order| !reach.covers(&Place::School(order.district.clone(), order.school_id)))
    {
        return Err(refuse());
    }
    Ok(orders)
}
