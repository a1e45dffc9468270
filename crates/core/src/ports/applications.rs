//! Applications: what the district reviews.

use async_trait::async_trait;

use super::Stored;
use crate::domain::application::ApplicationState;
use crate::id::{AccountId, ApplicationId, ClassId, PupilId, SchoolId};

/// An application as the review's list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationRecord {
    /// Id.
    pub id: ApplicationId,
    /// `ApplicationKind::as_str`.
    pub kind: String,
    /// `ApplicationState::as_str`.
    pub state: String,
    /// `desktop`, `import`, `mobile`.
    pub channel: String,
    /// District where the child will be.
    pub district: String,
    /// School where it will be.
    pub school_id: SchoolId,
    /// Its name.
    pub school_name: String,
    /// Class where it will be.
    pub class_id: ClassId,
    /// Grade number.
    pub grade: i64,
    /// 班级序号.
    pub class_number: i64,
    /// School it comes from.
    pub from_school: Option<SchoolId>,
    /// Its name.
    pub from_school_name: Option<String>,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Name of the pupil.
    pub pupil_name: String,
    /// `PupilStatus::as_str`.
    pub pupil_status: String,
    /// Kind of the pupil's paper.
    pub paper_kind: String,
    /// Sealed in `pupil.paper`.
    pub paper_sealed: Vec<u8>,
    /// First save (STU-1).
    pub first_saved_at: i64,
    /// Latest submission (STU-1).
    pub submitted_at: Option<i64>,
    /// 区审核通过时间.
    pub approved_at: Option<i64>,
    /// Latest return.
    pub returned_at: Option<i64>,
    /// Why it was returned.
    pub returned_reason: Option<String>,
    /// Grows with each step.
    pub version: i64,
}

/// Scope and filter of the review's list; each field narrows.
#[derive(Debug, Clone, Default)]
pub struct ApplicationQuery {
    /// District where the child will be.
    pub district: Option<String>,
    /// School where it will be.
    pub school: Option<SchoolId>,
    /// Only this kind.
    pub kind: Option<String>,
    /// Only this state; none means every state that an application has after its first submission.
    pub state: Option<String>,
    /// Only what was submitted by this moment (inclusive).
    pub submitted_by: Option<i64>,
    /// Only those whose pupil has a near match on record (`Pupils::near_pupils`).
    pub suspected: bool,
}

/// One step of one application.
#[derive(Debug, Clone)]
pub struct ApplicationStepRecord {
    /// Application.
    pub id: ApplicationId,
    /// Its pupil.
    pub pupil_id: PupilId,
    /// State after it.
    pub state: String,
}

/// What a step leaves on the application beside its state.
#[derive(Debug, Clone)]
pub enum ApplicationMark {
    /// The district approved.
    Approved,
    /// The district sent it back, for this reason.
    Returned(String),
}

/// Storage of applications.
#[async_trait]
pub trait Applications {
    /// A page of submitted applications, oldest submission first, after (submitted, id).
    async fn applications(
        &mut self,
        query: &ApplicationQuery,
        after: Option<(i64, ApplicationId)>,
        limit: u32,
    ) -> Stored<Vec<ApplicationRecord>>;
    /// Applications that fit, counted up to `cap`.
    async fn count_applications(&mut self, query: &ApplicationQuery, cap: u32) -> Stored<i64>;
    /// A page of a school's new pupils that are still the school's to work on, in one state
    /// (draft or returned), newest first, after this id.
    async fn unfinished(
        &mut self,
        school: SchoolId,
        state: ApplicationState,
        after: Option<ApplicationId>,
        limit: u32,
    ) -> Stored<Vec<ApplicationRecord>>;
    /// How many of them there are, counted up to `cap`.
    async fn count_unfinished(
        &mut self,
        school: SchoolId,
        state: ApplicationState,
        cap: u32,
    ) -> Stored<i64>;
    /// Applications by ids, locked with their pupils for the rest of a write transaction; those that
    /// do not exist are left out.
    async fn applications_by_ids(
        &mut self,
        ids: &[ApplicationId],
    ) -> Stored<Vec<ApplicationRecord>>;
    /// Districts and schools of these applications, and how many of the ids exist.
    async fn application_places(
        &mut self,
        ids: &[ApplicationId],
    ) -> Stored<(Vec<(String, SchoolId)>, i64)>;
    /// Takes steps of the district's review: sets state and mark, raises the version, and tells the
    /// pupils' rows. The caller holds the rows' lock.
    async fn step_applications(
        &mut self,
        steps: &[ApplicationStepRecord],
        mark: &ApplicationMark,
        by: AccountId,
        now: i64,
    ) -> Stored<()>;
    /// Sets the status of these pupils. The caller holds the rows' lock.
    async fn set_pupil_status(&mut self, pupils: &[PupilId], status: &str) -> Stored<()>;
}
