//! Children who change schools: 注册报到 and 转入, and the enrolments that follow.

use async_trait::async_trait;

use super::{Entering, Stored};
use crate::id::{AccountId, ApplicationId, ClassId, ImportId, PupilId, SchoolId};

/// A child on record, as one who wants to move it must know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovableRecord {
    /// Keyed hash of its paper.
    pub index: [u8; 16],
    /// Pupil.
    pub id: PupilId,
    /// Name.
    pub name: String,
    /// Status.
    pub status: String,
    /// District.
    pub district: String,
    /// School.
    pub school_id: SchoolId,
    /// Name of the school.
    pub school_name: String,
    /// Class of the latest enrolment.
    pub class_id: ClassId,
    /// Its grade number.
    pub grade: i64,
    /// Its number.
    pub class_number: i64,
    /// School year of that class.
    pub school_year: i64,
    /// `registration` or `transfer_in` that is under way.
    pub moving: Option<String>,
    /// School that applied for it.
    pub moving_to: Option<SchoolId>,
    /// District of that school.
    pub moving_district: Option<String>,
    /// Name of that school.
    pub moving_to_name: Option<String>,
}

/// An application that moves a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveRecord {
    /// Id.
    pub id: ApplicationId,
    /// `registration`, `transfer_in`.
    pub kind: String,
    /// `ApplicationState::as_str`.
    pub state: String,
    /// Grows with each step.
    pub version: i64,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Its name on record.
    pub pupil_name: String,
    /// Its status.
    pub pupil_status: String,
    /// Kind of its paper.
    pub paper_kind: String,
    /// Sealed in `pupil.paper`.
    pub paper_sealed: Vec<u8>,
    /// Where it is enrolled now.
    pub pupil_school_id: SchoolId,
    /// The name that the new school wrote.
    pub stated_name: Option<String>,
    /// District that it comes to.
    pub district: String,
    /// School that it comes to.
    pub school_id: SchoolId,
    /// Name of that school.
    pub school_name: String,
    /// Class there.
    pub class_id: ClassId,
    /// Grade number of that class.
    pub grade: i64,
    /// Number of that class.
    pub class_number: i64,
    /// False once that class was closed.
    pub class_open: bool,
    /// District that it comes from.
    pub from_district: String,
    /// School that it comes from.
    pub from_school_id: SchoolId,
    /// Name of that school.
    pub from_school_name: String,
    /// Class that it comes from.
    pub from_class_id: ClassId,
    /// Grade number of that class.
    pub from_grade: i64,
    /// Number of that class.
    pub from_class_number: i64,
    /// Why the new school asks.
    pub reason: Option<String>,
    /// First save.
    pub first_saved_at: i64,
    /// Latest submission, or the release.
    pub submitted_at: Option<i64>,
    /// Approval.
    pub approved_at: Option<i64>,
    /// Why it was returned or refused.
    pub returned_reason: Option<String>,
}

/// An application to be made.
#[derive(Debug, Clone)]
pub struct NewMoveRecord {
    /// Id.
    pub id: ApplicationId,
    /// `registration`, `transfer_in`.
    pub kind: &'static str,
    /// Pupil.
    pub pupil_id: PupilId,
    /// District that it comes to.
    pub district: String,
    /// School that it comes to.
    pub school_id: SchoolId,
    /// Class there.
    pub class_id: ClassId,
    /// Its grade number.
    pub grade: i64,
    /// District that it comes from.
    pub from_district: String,
    /// School that it comes from.
    pub from_school_id: SchoolId,
    /// Class that it comes from.
    pub from_class_id: ClassId,
    /// The name that the new school wrote.
    pub stated_name: Option<String>,
    /// Why the new school asks.
    pub reason: Option<String>,
}

/// Which applications a list shows.
#[derive(Debug, Clone, Default)]
pub struct MoveFilter {
    /// `registration`, `transfer_in`.
    pub kind: String,
    /// Only to this district.
    pub to_district: Option<String>,
    /// Only to this school.
    pub to_school: Option<SchoolId>,
    /// Only from this district.
    pub from_district: Option<String>,
    /// Only from this school.
    pub from_school: Option<SchoolId>,
    /// Only in this state.
    pub state: Option<String>,
    /// Only those that this import wrote.
    pub import: Option<ImportId>,
}

/// Where children arrive, and how what they were in ends.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// District.
    pub district: String,
    /// School.
    pub school_id: SchoolId,
    /// Class.
    pub class_id: ClassId,
    /// Its grade number.
    pub grade: i64,
    /// Status from now on.
    pub status: &'static str,
    /// Reason of the new enrolment.
    pub reason: &'static str,
    /// Outcome of the enrolment that ends.
    pub outcome: Option<&'static str>,
    /// When.
    pub now: i64,
}

/// A step of an application that is not the district's.
#[derive(Debug, Clone)]
pub struct MoveStep {
    /// State after it.
    pub state: &'static str,
    /// Why it was returned.
    pub returned_reason: Option<String>,
    /// Who takes it.
    pub by: AccountId,
    /// When.
    pub now: i64,
}

/// Storage of the applications that move children, and of enrolments.
#[async_trait]
pub trait Moves {
    /// Children with one of these keyed hashes; looked up in bulk.
    async fn movable(&mut self, indexes: &[[u8; 16]]) -> Stored<Vec<MovableRecord>>;
    /// Makes applications, as drafts or submitted at once. Returns the ids made: a child on the way
    /// already is left out, the unique key decides.
    async fn insert_moves(
        &mut self,
        moves: &[NewMoveRecord],
        how: Entering,
    ) -> Stored<Vec<ApplicationId>>;
    /// Applications, newest first, before this id.
    async fn moves(
        &mut self,
        filter: &MoveFilter,
        before: Option<ApplicationId>,
        limit: u32,
    ) -> Stored<Vec<MoveRecord>>;
    /// Applications that fit, counted up to `cap`.
    async fn count_moves(&mut self, filter: &MoveFilter, cap: u32) -> Stored<i64>;
    /// Applications by ids, locked for the rest of a write transaction; those that do not exist or move nobody are left out.
    async fn moves_by_ids(&mut self, ids: &[ApplicationId]) -> Stored<Vec<MoveRecord>>;
    /// The applications of these pupils that are under way, locked like the others.
    async fn moves_of(&mut self, pupils: &[PupilId]) -> Stored<Vec<MoveRecord>>;
    /// Sets state, moment and reason of applications; the caller holds the rows' lock.
    async fn step_moves(&mut self, ids: &[ApplicationId], step: &MoveStep) -> Stored<i64>;
    /// Takes applications back as if they had never been made; approved ones stay. Returns how many went.
    async fn delete_moves(&mut self, ids: &[ApplicationId]) -> Stored<i64>;
    /// Moves pupils: ends the open enrolment of each, adds the new one, and has the pupil follow.
    /// Returns how many moved.
    async fn move_pupils(&mut self, ids: &[PupilId], to: &Arrival) -> Stored<i64>;
    /// Approves what is still open of these pupils' first entry: the district has seen the children.
    async fn close_entries(&mut self, ids: &[PupilId], now: i64) -> Stored<()>;
}
