//! All that is on record about one pupil (STU-6), and its corrections (STU-8).

use async_trait::async_trait;
use uuid::Uuid;

use super::Stored;
use crate::id::{AccountId, OrderId, PupilId, SchoolId};

/// A pupil's own row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PupilRow {
    /// Id.
    pub id: PupilId,
    /// District of the school.
    pub district: String,
    /// School.
    pub school_id: SchoolId,
    /// Name.
    pub name: String,
    /// `male`, `female`.
    pub gender: Option<String>,
    /// `2013-09-18`.
    pub birth_date: Option<String>,
    /// `PaperKind::as_str`.
    pub paper_kind: String,
    /// Three letters, of a passport.
    pub nationality: Option<String>,
    /// Sealed in `pupil.paper`.
    pub paper_sealed: Vec<u8>,
    /// Keyed hash of the identity key.
    pub paper_index: [u8; 16],
    /// Sealed in `pupil.student_number`.
    pub student_number_sealed: Option<Vec<u8>>,
    /// Keyed hash of it.
    pub student_number_index: Option<[u8; 16]>,
    /// Sealed in `pupil.address`.
    pub address_sealed: Option<Vec<u8>>,
    /// `PupilStatus::as_str`.
    pub status: String,
    /// State of the latest application.
    pub application_state: Option<String>,
    /// When it was entered.
    pub created_at: i64,
    /// Corrections so far: 1 for none.
    pub version: i64,
}

/// A guardian of a pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardianRow {
    /// Id.
    pub id: Uuid,
    /// GB/T 4761 code.
    pub relation: Option<String>,
    /// Name.
    pub name: String,
    /// Sealed in `guardian.phone`.
    pub phone_sealed: Option<Vec<u8>>,
    /// Keyed hash of it.
    pub phone_index: Option<[u8; 16]>,
    /// `PaperKind::as_str` of the guardian's own paper.
    pub paper_kind: Option<String>,
    /// Three letters, of a passport.
    pub nationality: Option<String>,
    /// Sealed in `guardian.paper`.
    pub paper_sealed: Option<Vec<u8>>,
    /// Keyed hash of the identity key.
    pub paper_index: Option<[u8; 16]>,
    /// Sealed in `guardian.bank_card`.
    pub bank_card_sealed: Option<Vec<u8>>,
    /// Keyed hash of it.
    pub bank_card_index: Option<[u8; 16]>,
}

/// An enrolment of a pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentRow {
    /// School.
    pub school_id: SchoolId,
    /// Its name.
    pub school_name: String,
    /// District of the school.
    pub district: String,
    /// First year of the class's school year.
    pub school_year: i64,
    /// Grade number.
    pub grade: i64,
    /// 班级序号.
    pub class_number: i64,
    /// 班级昵称.
    pub class_nickname: Option<String>,
    /// From.
    pub begin_at: i64,
    /// To; none while it lasts.
    pub end_at: Option<i64>,
    /// `EnrolmentReason::as_str`.
    pub reason: String,
    /// `EnrolmentOutcome::as_str`.
    pub outcome: Option<String>,
}

/// An application of a pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationRow {
    /// `new`, `registration`, `transfer_in`.
    pub kind: String,
    /// School that made it.
    pub school_name: String,
    /// `ApplicationState::as_str`.
    pub state: String,
    /// `desktop`, `import`, `mobile`.
    pub channel: String,
    /// Import that wrote it.
    pub import_id: Option<Uuid>,
    /// First save (STU-1).
    pub first_saved_at: i64,
    /// Latest submission (STU-1).
    pub submitted_at: Option<i64>,
    /// 区审核通过时间.
    pub approved_at: Option<i64>,
    /// Why it was returned.
    pub returned_reason: Option<String>,
}

/// A step of an order of a pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderStepRow {
    /// Order.
    pub order_id: OrderId,
    /// `OrderKind::as_str`.
    pub kind: String,
    /// E卡通号 of the order.
    pub card_no: Option<String>,
    /// `OrderStep::as_str`.
    pub step: String,
    /// State after it.
    pub state: String,
    /// When.
    pub at: i64,
    /// Name of who took it.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
}

/// A pupil's record as it was before a correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PupilVersionRow {
    /// Id.
    pub id: Uuid,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Its version until then.
    pub version: i64,
    /// When it was corrected.
    pub until_at: i64,
    /// By whom.
    pub account_id: AccountId,
    /// Name of who it was.
    pub by: String,
    /// Why.
    pub reason: String,
    /// JSON: what was corrected.
    pub fields: String,
    /// Sealed in `pupil_version.record`.
    pub sealed: Vec<u8>,
}

/// How many pupils a class, or a grade of a school, has in the school's current year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PupilCountRow {
    /// School.
    pub school_id: SchoolId,
    /// Its name.
    pub school_name: String,
    /// Its district.
    pub district: String,
    /// Grade number.
    pub grade: i64,
    /// 班级序号; none for a whole grade.
    pub class_number: Option<i64>,
    /// Classes.
    pub classes: i64,
    /// Pupils, the deleted left out.
    pub pupils: i64,
}

/// Storage of what a pupil's page shows.
#[async_trait]
pub trait PupilFile {
    /// A pupil's own row, locked for the rest of a write transaction.
    async fn pupil_row(&mut self, id: PupilId) -> Stored<Option<PupilRow>>;
    /// Its guardians, in the order they were entered.
    async fn guardians_of(&mut self, id: PupilId) -> Stored<Vec<GuardianRow>>;
    /// Its enrolments, oldest first.
    async fn enrolments_of(&mut self, id: PupilId) -> Stored<Vec<EnrolmentRow>>;
    /// Its applications, oldest first.
    async fn applications_of(&mut self, id: PupilId) -> Stored<Vec<ApplicationRow>>;
    /// The steps of its orders, orders oldest first.
    async fn order_steps_of(&mut self, id: PupilId) -> Stored<Vec<OrderStepRow>>;
    /// Its earlier versions, oldest first.
    async fn versions_of(&mut self, id: PupilId) -> Stored<Vec<PupilVersionRow>>;
    /// Keeps an earlier version.
    async fn insert_version(&mut self, version: &PupilVersionRow) -> Stored<()>;
    /// Writes what corrections change, with the row's version as given, and makes the
    /// name known to the search. A paper of another pupil: `pupil.duplicate`.
    async fn correct_pupil(&mut self, row: &PupilRow) -> Stored<()>;
    /// Pupils by school and grade, or by class of one school.
    async fn pupil_counts(
        &mut self,
        district: Option<&str>,
        school: Option<SchoolId>,
        by_class: bool,
    ) -> Stored<Vec<PupilCountRow>>;
    /// Makes these the guardians of a pupil.
    async fn put_guardians(&mut self, id: PupilId, guardians: &[GuardianRow]) -> Stored<()>;
}
