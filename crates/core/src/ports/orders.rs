//! Card orders.

use async_trait::async_trait;

use super::Stored;
use crate::id::{AccountId, ClassId, OrderId, PupilId, SchoolId};

/// An order as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRecord {
    /// Id.
    pub id: OrderId,
    /// District.
    pub district: String,
    /// Name of the district.
    pub district_name: String,
    /// School at the request.
    pub school_id: SchoolId,
    /// Name of the school.
    pub school_name: String,
    /// Class at the request.
    pub class_id: ClassId,
    /// Grade number at the request.
    pub grade: i64,
    /// Class number.
    pub class_number: i64,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Name of the pupil.
    pub pupil_name: String,
    /// Kind of the pupil's paper.
    pub paper_kind: String,
    /// Sealed in `pupil.paper`.
    pub paper_sealed: Vec<u8>,
    /// `OrderKind::as_str`.
    pub kind: String,
    /// `OrderState::as_str`.
    pub state: String,
    /// 申请制卡时间.
    pub requested_at: Option<i64>,
    /// 区审核通过时间.
    pub approved_at: Option<i64>,
    /// 确认制卡时间, the latest.
    pub confirmed_at: Option<i64>,
    /// 退回时间.
    pub returned_at: Option<i64>,
    /// Why it was returned or withdrawn.
    pub reason: Option<String>,
    /// Batch.
    pub batch_no: Option<String>,
    /// E卡通号.
    pub card_no: Option<String>,
    /// Grows with each step.
    pub version: i64,
}

/// Scope and filter of a list of orders; each field narrows.
#[derive(Debug, Clone, Default)]
pub struct OrderQuery {
    /// Confirmed from this moment (inclusive).
    pub confirmed_from: Option<i64>,
    /// Confirmed before this moment (exclusive).
    pub confirmed_to: Option<i64>,
    /// District.
    pub district: Option<String>,
    /// School.
    pub school: Option<SchoolId>,
    /// Grade number.
    pub grade: Option<i64>,
    /// Class.
    pub class: Option<ClassId>,
    /// Class number, for lists over several grades or years.
    pub class_number: Option<i64>,
    /// State.
    pub state: Option<String>,
    /// Only orders of these pupils.
    pub pupils: Option<Vec<PupilId>>,
}

/// Where a page of orders ended: newest confirmed first, then those never
/// confirmed, newest request first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderCursor {
    /// Confirmation time; none among the unconfirmed.
    pub confirmed_at: Option<i64>,
    /// Id.
    pub id: OrderId,
}

/// An order to be made.
#[derive(Debug, Clone)]
pub struct NewOrderRecord {
    /// Id.
    pub id: OrderId,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Kind.
    pub kind: String,
}

/// One step of one order.
#[derive(Debug, Clone)]
pub struct OrderStepRecord {
    /// Order.
    pub id: OrderId,
    /// Step, as `OrderStep::as_str`.
    pub step: String,
    /// State after it.
    pub state: String,
    /// Why.
    pub reason: Option<String>,
}

/// Storage of orders.
#[async_trait]
pub trait Orders {
    /// A page of orders (CARD-2). A date range leaves out what was never confirmed.
    async fn orders(
        &mut self,
        query: &OrderQuery,
        after: Option<OrderCursor>,
        limit: u32,
    ) -> Stored<Vec<OrderRecord>>;
    /// Orders that fit, counted up to `cap`.
    async fn count_orders(&mut self, query: &OrderQuery, cap: u32) -> Stored<i64>;
    /// Orders by ids, locked for the rest of a write transaction; those that do not exist are left out.
    async fn orders_by_ids(&mut self, ids: &[OrderId]) -> Stored<Vec<OrderRecord>>;
    /// The open orders of these pupils, locked like the others.
    async fn open_orders(&mut self, pupils: &[PupilId]) -> Stored<Vec<OrderRecord>>;
    /// Districts and schools these orders belong to, and how many of the ids exist.
    async fn order_places(&mut self, ids: &[OrderId]) -> Stored<(Vec<(String, SchoolId)>, i64)>;
    /// Makes orders in state `requested` for these pupils, with the place and enrolment they have now, and their
    /// first event. Returns the ids made: a pupil with an open order is left out, the unique key decides.
    async fn insert_orders(
        &mut self,
        orders: &[NewOrderRecord],
        by: AccountId,
        now: i64,
    ) -> Stored<Vec<OrderId>>;
    /// Takes steps: sets the state, the step's moment (`approve`, `confirm`, `return`; `withdraw` clears the
    /// confirmation), the reason, and adds an event each. The caller holds the rows' lock.
    async fn step_orders(
        &mut self,
        steps: &[OrderStepRecord],
        by: AccountId,
        now: i64,
    ) -> Stored<()>;
    /// Pupils by the start of their name within a scope, at most `limit`: a text filter becomes keys first.
    async fn pupils_named(
        &mut self,
        district: Option<&str>,
        school: Option<SchoolId>,
        name: &str,
        limit: u32,
    ) -> Stored<Vec<PupilId>>;
}
