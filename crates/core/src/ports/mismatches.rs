//! Open orders whose place does not fit where their pupil and school are (CARD-8).

use async_trait::async_trait;
use uuid::Uuid;

use super::Stored;
use crate::id::{AccountId, ApplicationId, ClassId, OrderId, PupilId, SchoolId};

/// Which of them; each field narrows.
#[derive(Debug, Clone, Default)]
pub struct MismatchQuery {
    /// The order, its school or its pupil belongs to this district.
    pub district: Option<String>,
    /// The order or its pupil belongs to this school.
    pub school: Option<SchoolId>,
    /// These orders.
    pub ids: Option<Vec<OrderId>>,
}

/// Where a pupil is enrolled now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresentPlace {
    /// The open enrolment.
    pub enrolment_id: Uuid,
    /// Its class.
    pub class_id: ClassId,
    /// School of the class.
    pub school_id: SchoolId,
    /// Grade of the class.
    pub grade: i64,
}

/// An order with every place that is kept for it.
#[derive(Debug, Clone)]
pub struct MismatchRecord {
    /// Order.
    pub id: OrderId,
    /// `OrderState::as_str`.
    pub state: String,
    /// Batch that it is in.
    pub batch_no: Option<String>,
    /// District of the order.
    pub district: String,
    /// School of the order.
    pub school_id: SchoolId,
    /// Class of the order.
    pub class_id: ClassId,
    /// School of that class.
    pub class_school_id: SchoolId,
    /// Grade number at the request.
    pub grade: i64,
    /// 班级序号 at the request.
    pub class_number: i64,
    /// Enrolment of the order.
    pub enrolment_id: Uuid,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Name.
    pub pupil_name: String,
    /// `PupilStatus::as_str`.
    pub status: String,
    /// District of the pupil's record.
    pub pupil_district: String,
    /// School of the pupil's record.
    pub pupil_school_id: SchoolId,
    /// Class of the pupil's record.
    pub pupil_class_id: ClassId,
    /// Grade of the pupil's record.
    pub pupil_grade: i64,
    /// Where the pupil is enrolled now.
    pub present: Option<PresentPlace>,
    /// An application on its way whose district is not that of its school: itself, its
    /// district, its school.
    pub application: Option<(ApplicationId, String, SchoolId)>,
}

/// The place that an order gets.
#[derive(Debug, Clone)]
pub struct OrderPlaceRecord {
    /// Order.
    pub id: OrderId,
    /// District.
    pub district: String,
    /// School.
    pub school_id: SchoolId,
    /// Class.
    pub class_id: ClassId,
    /// Grade.
    pub grade: i64,
    /// Enrolment.
    pub enrolment_id: Uuid,
}

/// The place that a pupil's record gets.
#[derive(Debug, Clone)]
pub struct PupilPlaceRecord {
    /// Pupil.
    pub id: PupilId,
    /// District.
    pub district: String,
    /// School.
    pub school_id: SchoolId,
    /// Class.
    pub class_id: ClassId,
    /// Grade.
    pub grade: i64,
}

/// Storage of places that do not fit.
#[async_trait]
pub trait Mismatches {
    /// Open orders of which a place does not fit, by pupil, after this one: a pupil has
    /// one open order.
    async fn order_mismatches(
        &mut self,
        query: &MismatchQuery,
        after: Option<PupilId>,
        limit: u32,
    ) -> Stored<Vec<MismatchRecord>>;
    /// Gives orders another place and notes it among their events; the totals follow. The
    /// caller holds the rows' lock.
    async fn place_orders(
        &mut self,
        places: &[OrderPlaceRecord],
        (step, reason): (&str, &str),
        by: AccountId,
        now: i64,
    ) -> Stored<()>;
    /// Gives pupils' records another place.
    async fn place_pupils(&mut self, places: &[PupilPlaceRecord]) -> Stored<()>;
    /// Gives applications another district.
    async fn place_applications(&mut self, places: &[(ApplicationId, String)]) -> Stored<()>;
}
