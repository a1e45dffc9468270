//! Card orders.

use async_trait::async_trait;

use super::{OrderStepRow, Stored};
use crate::domain::order::OrderDate;
use crate::id::{AccountId, BatchId, CardId, ClassId, OrderId, PupilId, SchoolId};

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
    /// Why a card is ordered again.
    pub request_reason: Option<String>,
    /// Card that is replaced.
    pub old_card_id: Option<CardId>,
    /// Latest batch.
    pub batch_id: Option<BatchId>,
    /// Its number.
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
    /// A second date that narrows.
    pub other: Option<OtherDate>,
}

impl OrderQuery {
    /// True when a part of the filter is not in the index that the orders are walked by, so
    /// that those which fit may lie far apart. A class and some pupils have few orders.
    #[must_use]
    pub const fn is_sparse(&self) -> bool {
        self.pupils.is_none()
            && self.class.is_none()
            && (self.grade.is_some() || self.class_number.is_some() || self.other.is_some())
    }
}

/// A range of another date than the confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherDate {
    /// Which.
    pub date: OrderDate,
    /// From this moment (inclusive).
    pub from: Option<i64>,
    /// Before this moment (exclusive).
    pub to: Option<i64>,
}

/// Where a page of orders ended: newest confirmed first, then those never
/// confirmed, newest request first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    /// Step that it begins with: `OrderStep::Save` or `OrderStep::Request`.
    pub step: String,
    /// State after that step.
    pub state: String,
    /// Why a card is ordered again.
    pub reason: Option<String>,
    /// Card that is replaced.
    pub old_card_id: Option<CardId>,
}

/// An order with all that a production file may hold.
#[derive(Clone)]
pub struct ProductionRecord {
    /// Order.
    pub order_id: OrderId,
    /// `OrderState::as_str`.
    pub state: String,
    /// `OrderKind::as_str`.
    pub kind: String,
    /// Batch that it is in now.
    pub batch_no: Option<String>,
    /// District of the order.
    pub district: String,
    /// Its name.
    pub district_name: String,
    /// School of the order.
    pub school_id: SchoolId,
    /// 学校代码.
    pub school_code: String,
    /// Its name.
    pub school_name: String,
    /// District that the school belongs to.
    pub school_district: String,
    /// Grade number at the request.
    pub grade: i64,
    /// 班级序号 at the request.
    pub class_number: i64,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Name.
    pub pupil_name: String,
    /// `PupilStatus::as_str`.
    pub status: String,
    /// `male`, `female`.
    pub gender: Option<String>,
    /// `2013-09-18`.
    pub birth_date: Option<String>,
    /// `PaperKind::as_str`.
    pub paper_kind: String,
    /// Nationality.
    pub nationality: Option<String>,
    /// Sealed in `pupil.paper`.
    pub paper_sealed: Vec<u8>,
    /// Sealed in `pupil.student_number`.
    pub student_number_sealed: Option<Vec<u8>>,
    /// E卡通号 of the card that is replaced.
    pub old_card_no: Option<String>,
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
    /// As [`Self::orders`], but of a sparse query `look` orders at most are looked at. The
    /// second is where that ended before the page was full; the next page begins there.
    async fn orders_within(
        &mut self,
        query: &OrderQuery,
        after: Option<OrderCursor>,
        limit: u32,
        look: u32,
    ) -> Stored<(Vec<OrderRecord>, Option<OrderCursor>)>;
    /// Orders that fit, counted up to `cap`, of a sparse query among the newest `look`; true
    /// when there may be more behind those.
    async fn count_orders(
        &mut self,
        query: &OrderQuery,
        cap: u32,
        look: u32,
    ) -> Stored<(i64, bool)>;
    /// Orders by ids, locked for the rest of a write transaction; those that do not exist are left out.
    async fn orders_by_ids(&mut self, ids: &[OrderId]) -> Stored<Vec<OrderRecord>>;
    /// The open orders of these pupils, locked like the others.
    async fn open_orders(&mut self, pupils: &[PupilId]) -> Stored<Vec<OrderRecord>>;
    /// Districts and schools these orders belong to, and how many of the ids exist.
    async fn order_places(&mut self, ids: &[OrderId]) -> Stored<(Vec<(String, SchoolId)>, i64)>;
    /// Makes orders for these pupils, with the place and enrolment they have now, and their first event. Returns the ids made: a pupil with an open order is left out, the unique key decides.
    async fn insert_orders(
        &mut self,
        orders: &[NewOrderRecord],
        by: AccountId,
        now: i64,
    ) -> Stored<Vec<OrderId>>;
    /// Takes steps: sets the state, the step's moment (`request`, `approve`, `confirm`, `return`; `withdraw` and
    /// `retry` clear the confirmation, `release` the batch), the reason, and adds an event each. The caller holds the rows' lock.
    async fn step_orders(
        &mut self,
        steps: &[OrderStepRecord],
        by: AccountId,
        now: i64,
    ) -> Stored<()>;
    /// Orders with all that a production file may hold, in the order of the ids.
    async fn production_records(&mut self, ids: &[OrderId]) -> Stored<Vec<ProductionRecord>>;
    /// Steps of one order.
    async fn steps_of_order(&mut self, id: OrderId) -> Stored<Vec<OrderStepRow>>;
    /// Pupils by the start of their name within a scope, at most `limit`: a text filter becomes keys first.
    async fn pupils_named(
        &mut self,
        district: Option<&str>,
        school: Option<SchoolId>,
        name: &str,
        limit: u32,
    ) -> Stored<Vec<PupilId>>;
}
