//! Pupils with their guardians, enrolments and applications.

use async_trait::async_trait;

use super::Stored;
use crate::id::{ClassId, ImportId, PupilId, SchoolId};

/// A pupil as lists show it: joined with school, class, guardian, latest
/// application and open order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PupilRecord {
    /// Id.
    pub id: PupilId,
    /// District of the school.
    pub district: String,
    /// School.
    pub school_id: SchoolId,
    /// Name of the school.
    pub school_name: String,
    /// Class of the open enrolment.
    pub class_id: ClassId,
    /// Grade number.
    pub grade: i64,
    /// Class number.
    pub class_number: i64,
    /// Nickname of the class.
    pub class_nickname: Option<String>,
    /// Name.
    pub name: String,
    /// `male`, `female`.
    pub gender: Option<String>,
    /// `2013-09-18`.
    pub birth_date: Option<String>,
    /// `PaperKind::as_str`.
    pub paper_kind: String,
    /// Sealed in `pupil.paper`.
    pub paper_sealed: Vec<u8>,
    /// `PupilStatus::as_str`.
    pub status: String,
    /// State of the latest application.
    pub application_state: Option<String>,
    /// First save of the latest application (STU-1).
    pub first_saved_at: Option<i64>,
    /// Latest submission (STU-1).
    pub submitted_at: Option<i64>,
    /// State of the latest order.
    pub order_state: Option<String>,
    /// Name of a guardian.
    pub guardian_name: Option<String>,
    /// Sealed in `guardian.phone`, row = `guardian_id`.
    pub guardian_phone_sealed: Option<Vec<u8>>,
    /// Id of that guardian.
    pub guardian_id: Option<uuid::Uuid>,
    /// Deleted at.
    pub deleted_at: Option<i64>,
    /// Status before the deletion.
    pub deleted_status: Option<String>,
    /// Why it was deleted.
    pub deleted_reason: Option<String>,
    /// `registration` or `transfer_in` that is under way.
    pub moving: Option<String>,
    /// State of that application.
    pub moving_state: Option<String>,
    /// School that applied for the pupil.
    pub moving_school: Option<String>,
    /// Grade number there.
    pub moving_grade: Option<i64>,
    /// Class number there.
    pub moving_class: Option<i64>,
}

/// Which pupils a list shows; the deleted ones only when asked for.
#[derive(Debug, Clone, Default)]
pub struct PupilFilter {
    /// Only of this district.
    pub district: Option<String>,
    /// Only of this school.
    pub school: Option<SchoolId>,
    /// Only of this class.
    pub class: Option<ClassId>,
    /// Only of this grade.
    pub grade: Option<i64>,
    /// Only of classes with this number.
    pub class_number: Option<i64>,
    /// Start of the name.
    pub name: Option<String>,
    /// State of the latest application.
    pub application_state: Option<String>,
    /// Only those that this import wrote.
    pub import: Option<ImportId>,
    /// Only those with one of these names.
    pub names: Option<Vec<String>>,
    /// Only those of one of these classes.
    pub classes: Option<Vec<ClassId>>,
    /// Only these.
    pub ids: Option<Vec<PupilId>>,
    /// The deleted pupils, and no others.
    pub deleted: bool,
}

/// Where a stored child is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPupil {
    /// Keyed hash that was looked for.
    pub index: [u8; 16],
    /// Pupil.
    pub id: PupilId,
    /// District.
    pub district: String,
    /// School.
    pub school_id: SchoolId,
    /// Name of the school.
    pub school_name: String,
    /// Grade number.
    pub grade: i64,
    /// Class number.
    pub class_number: i64,
    /// First calendar year of the class's school year.
    pub school_year: i64,
    /// Status.
    pub status: String,
}

/// A child on record by what tells that another may be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearChild {
    /// Keyed hash of a guardian's phone that was looked for.
    pub phone: [u8; 16],
    /// Name.
    pub name: String,
    /// `2013-09-18`, if it is known.
    pub birth_date: Option<String>,
    /// Where the child is.
    pub found: FoundPupil,
    /// The import that brought it, if one did.
    pub import: Option<ImportId>,
}

/// A pupil with a resident number, as the search for namesakes finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namesake {
    /// Pupil.
    pub id: PupilId,
    /// District.
    pub district: String,
    /// School.
    pub school_id: SchoolId,
    /// Name of the school.
    pub school_name: String,
    /// Grade number.
    pub grade: i64,
    /// Class number.
    pub class_number: i64,
    /// Sealed in `pupil.paper`.
    pub paper_sealed: Vec<u8>,
    /// Status.
    pub status: String,
}

/// A pupil to be entered with guardian, first enrolment and application, all of
/// which take the pupil's id.
#[derive(Debug, Clone)]
pub struct NewPupilRecord {
    /// Id.
    pub id: PupilId,
    /// District.
    pub district: String,
    /// School.
    pub school_id: SchoolId,
    /// Class.
    pub class_id: ClassId,
    /// Grade number.
    pub grade: i64,
    /// Name.
    pub name: String,
    /// `male`, `female`.
    pub gender: Option<String>,
    /// `2013-09-18`.
    pub birth_date: Option<String>,
    /// Kind of paper.
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
    /// GB/T 4761 code.
    pub guardian_relation: Option<String>,
    /// Name of the guardian.
    pub guardian_name: Option<String>,
    /// Sealed in `guardian.phone`, row = the pupil's id.
    pub guardian_phone_sealed: Option<Vec<u8>>,
    /// Keyed hash of it.
    pub guardian_phone_index: Option<[u8; 16]>,
}

/// How pupils come on record.
#[derive(Debug, Clone, Copy)]
pub struct Entering {
    /// `desktop`, `import`, `mobile`.
    pub channel: &'static str,
    /// Import that writes them.
    pub import: Option<ImportId>,
    /// Submits them at once; else they are drafts.
    pub submit: bool,
    /// When.
    pub now: i64,
}

/// What became of a pupil after it was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PupilProgress {
    /// Pupil.
    pub id: PupilId,
    /// Name.
    pub name: String,
    /// Grade number.
    pub grade: i64,
    /// Class number.
    pub class_number: i64,
    /// State of the latest application.
    pub application_state: Option<String>,
    /// The pupil's own status.
    pub status: String,
    /// Corrections so far: 1 for none.
    pub version: i64,
    /// Enrolments.
    pub enrolments: i64,
    /// Card orders.
    pub orders: i64,
}

/// What is left of a purged pupil that has card orders, which stay: its number is free again.
#[derive(Debug, Clone)]
pub struct BlankedPupil {
    /// Pupil.
    pub id: PupilId,
    /// Sealed in `pupil.paper`: nothing.
    pub paper_sealed: Vec<u8>,
    /// A hash that no number has.
    pub paper_index: [u8; 16],
}

/// Storage of pupils.
#[async_trait]
pub trait Pupils {
    /// Pupils by (name, id), after that pair.
    async fn pupils(
        &mut self,
        filter: &PupilFilter,
        after: Option<(String, PupilId)>,
        limit: u32,
    ) -> Stored<Vec<PupilRecord>>;
    /// Pupils that fit, counted up to `cap`.
    async fn count_pupils(&mut self, filter: &PupilFilter, cap: u32) -> Stored<i64>;
    /// Pupils by ids; those that do not exist are left out.
    async fn pupils_by_ids(&mut self, ids: &[PupilId]) -> Stored<Vec<PupilRecord>>;
    /// Districts and schools that these pupils belong to, and how many of the ids exist.
    async fn pupil_places(&mut self, ids: &[PupilId]) -> Stored<(Vec<(String, SchoolId)>, i64)>;
    /// Stored children with one of these keyed hashes; looked up in bulk.
    async fn find_papers(&mut self, indexes: &[[u8; 16]]) -> Stored<Vec<FoundPupil>>;
    /// Pupils with this 学籍号, or with a guardian of this phone; at most `limit` of either.
    async fn pupils_by_hash(
        &mut self,
        student_number: Option<[u8; 16]>,
        guardian_phone: Option<[u8; 16]>,
        limit: u32,
    ) -> Stored<Vec<PupilId>>;
    /// Pupils with resident numbers that have exactly this name and were born from
    /// one day to another (`2013-09-18`), both included; by id, in all schools.
    async fn namesakes(
        &mut self,
        name: &str,
        born: (&str, &str),
        limit: u32,
    ) -> Stored<Vec<Namesake>>;
    /// Enters pupils with their applications, and returns the ids entered: a child on
    /// record already is left out, the unique key decides.
    async fn insert_pupils(
        &mut self,
        pupils: &[NewPupilRecord],
        how: Entering,
    ) -> Stored<Vec<PupilId>>;
    /// Pupils of exactly this name and birth date (`2013-09-18`) with a guardian of one of
    /// these phones, the deleted left out; by id, in all schools.
    async fn near_pupils(
        &mut self,
        name: &str,
        birth_date: &str,
        phones: &[[u8; 16]],
        limit: u32,
    ) -> Stored<Vec<PupilId>>;
    /// Children with a guardian of one of these phones, the deleted left out, in all schools:
    /// among them are the near matches of many children at once. A child comes once for each
    /// of the phones.
    async fn children_by_phone(&mut self, phones: &[[u8; 16]]) -> Stored<Vec<NearChild>>;
    /// Those of these pupils for which [`Self::near_pupils`] would find another.
    async fn pupils_with_near(&mut self, ids: &[PupilId]) -> Stored<Vec<PupilId>>;
    /// What became of these pupils; locked for the rest of a write transaction.
    async fn pupil_progress(&mut self, ids: &[PupilId]) -> Stored<Vec<PupilProgress>>;
    /// Takes pupils off the record with guardian, enrolments and applications, as if
    /// they had never been entered; returns how many. Those with orders cannot go.
    async fn delete_pupils(&mut self, ids: &[PupilId]) -> Stored<i64>;
    /// Moves a pupil whose application is a draft or was returned to another class of its
    /// school: pupil, open enrolment and application.
    async fn move_draft(&mut self, id: PupilId, class: ClassId, grade: i64) -> Stored<()>;
    /// Submits the draft or returned applications of these pupils; returns the pupils concerned.
    /// Those without gender, birth date or a guardian's phone stay as they are.
    async fn submit_pupils(&mut self, ids: &[PupilId], now: i64) -> Stored<Vec<PupilId>>;
    /// Submits all draft or returned applications that fit, with the same exception; returns how many.
    async fn submit_fitting(&mut self, filter: &PupilFilter, now: i64) -> Stored<i64>;
    /// Deletes pupils so that they can be restored: their enrolment ends, a submitted application becomes a draft.
    /// Returns how many; those deleted already are left alone.
    async fn delete_restorably(&mut self, ids: &[PupilId], reason: &str, now: i64) -> Stored<i64>;
    /// Takes the deletion of a pupil back and sets its status; false for one that was purged.
    /// Its new enrolment is `move_pupils`' work.
    async fn restore_pupil(&mut self, id: PupilId, status: &str) -> Stored<bool>;
    /// Pupils of a district deleted before a moment and not purged, oldest first, each with the number of its orders.
    async fn deleted_before(
        &mut self,
        district: &str,
        before: i64,
        limit: u32,
    ) -> Stored<Vec<(PupilId, i64)>>;
    /// Takes from deleted pupils all that says who they were; their rows and enrolments stay for their orders.
    async fn blank_pupils(&mut self, pupils: &[BlankedPupil], now: i64) -> Stored<()>;
}
