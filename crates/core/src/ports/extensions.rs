//! Temporary validity extensions, their cleanings, and what terminals recorded.

use async_trait::async_trait;

use super::Stored;
use crate::id::{AccountId, ExtensionId, ExtensionRunId, PupilId, SchoolId};

/// An entry of the list (临时增效) with what the rules look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionRecord {
    /// Id.
    pub id: ExtensionId,
    /// District whose card office made it.
    pub district: String,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Name of the pupil.
    pub pupil_name: String,
    /// Kind of the pupil's paper.
    pub paper_kind: String,
    /// Sealed in `pupil.paper`.
    pub paper_sealed: Vec<u8>,
    /// School of the pupil now.
    pub school_id: SchoolId,
    /// Its name.
    pub school_name: String,
    /// Grade number of the pupil now.
    pub grade: i64,
    /// Class number.
    pub class_number: i64,
    /// `PupilStatus::as_str`.
    pub status: String,
    /// Card number in upper case.
    pub card_no: Option<String>,
    /// Why it was made.
    pub reason: String,
    /// `ExtensionSource::as_str`.
    pub source: String,
    /// Made at.
    pub made_at: i64,
    /// Login of who made it.
    pub made_by_login: String,
    /// Day of its own on which it leaves the list, `2026-09-01`.
    pub expires_on: Option<String>,
    /// Day on which a cleaning of it was undone.
    pub restored_on: Option<String>,
    /// First calendar year of the school year in which the pupil left grade 9.
    pub left_grade_9: Option<i64>,
    /// Registered, or about to be, at a junior school.
    pub registered: bool,
    /// `LeaveReason::as_str`, once it has left.
    pub left_reason: Option<String>,
    /// Left at.
    pub left_at: Option<i64>,
}

/// Which entries a list shows.
#[derive(Debug, Clone, Default)]
pub struct ExtensionQuery {
    /// Those that left with this cleaning; else those in the list.
    pub run: Option<ExtensionRunId>,
    /// Only of this district.
    pub district: Option<String>,
    /// Only of pupils now at this school.
    pub school: Option<SchoolId>,
    /// Only of these pupils, or with this card number.
    pub text: Option<(Vec<PupilId>, Option<String>)>,
}

/// An entry to be made.
#[derive(Debug, Clone)]
pub struct NewExtensionRecord {
    /// Id.
    pub id: ExtensionId,
    /// District.
    pub district: String,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Card number in upper case.
    pub card_no: Option<String>,
    /// Why.
    pub reason: String,
    /// `ExtensionSource::as_str`.
    pub source: &'static str,
    /// Day of its own on which it leaves the list, `2026-09-01`.
    pub expires_on: Option<String>,
}

/// A cleaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionRunRecord {
    /// Id.
    pub id: ExtensionRunId,
    /// District.
    pub district: String,
    /// Name of the district.
    pub district_name: String,
    /// Day whose rules it followed, `2026-09-01`.
    pub on_day: String,
    /// `ExtensionPolicy::as_str`.
    pub policy: String,
    /// Entries that it took out.
    pub removed: i64,
    /// When.
    pub run_at: i64,
    /// Who; none when it ran by itself.
    pub run_by: Option<AccountId>,
    /// Login of who.
    pub run_by_login: Option<String>,
    /// Undone at.
    pub undone_at: Option<i64>,
    /// Login of who undid it.
    pub undone_by_login: Option<String>,
    /// Entries that came back.
    pub restored: i64,
}

/// What a terminal recorded (增效记录).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerminalRecord {
    /// District whose card office read the file.
    pub district: String,
    /// Card number in upper case, as it is searched.
    pub card_no: String,
    /// As the terminal wrote it.
    pub card_raw: String,
    /// When the card was extended.
    pub extended_at: i64,
    /// Terminal; empty when the file does not say.
    pub terminal: String,
}

/// Storage of temporary validity extensions.
#[async_trait]
pub trait Extensions {
    /// Entries that fit, newest first, before an id; locked for the rest of a write transaction.
    async fn extensions(
        &mut self,
        query: &ExtensionQuery,
        before: Option<ExtensionId>,
        limit: u32,
    ) -> Stored<Vec<ExtensionRecord>>;
    /// Entries that fit, counted up to `cap`.
    async fn count_extensions(&mut self, query: &ExtensionQuery, cap: u32) -> Stored<i64>;
    /// Every entry of a pupil, oldest first, also those that have left the list.
    async fn extensions_of(&mut self, pupil: PupilId) -> Stored<Vec<ExtensionRecord>>;
    /// Those of these pupils that are in the list.
    async fn pupils_in_list(&mut self, pupils: &[PupilId]) -> Stored<Vec<PupilId>>;
    /// Adds entries. Returns the ids made: a pupil in the list is left out, the unique key decides.
    async fn insert_extensions(
        &mut self,
        entries: &[NewExtensionRecord],
        by: AccountId,
        now: i64,
    ) -> Stored<Vec<ExtensionId>>;
    /// Notes a cleaning and takes entries out, each with its `LeaveReason::as_str`. The caller
    /// holds the rows' lock.
    async fn take_out(
        &mut self,
        run: &ExtensionRunRecord,
        leaving: &[(ExtensionId, &'static str)],
    ) -> Stored<()>;
    /// Cleanings of a district, or of all, newest first, before an id.
    async fn extension_runs(
        &mut self,
        district: Option<&str>,
        before: Option<ExtensionRunId>,
        limit: u32,
    ) -> Stored<Vec<ExtensionRunRecord>>;
    /// One cleaning; locked for the rest of a write transaction.
    async fn extension_run(&mut self, id: ExtensionRunId) -> Stored<Option<ExtensionRunRecord>>;
    /// Puts the entries of a cleaning back, but for pupils who are in the list again, and notes
    /// who did so; how many came back.
    async fn undo_extension_run(
        &mut self,
        id: ExtensionRunId,
        on_day: &str,
        by: AccountId,
        now: i64,
    ) -> Stored<i64>;
    /// Adds what terminals recorded; how many were new.
    async fn insert_terminal_records(
        &mut self,
        records: &[TerminalRecord],
        by: AccountId,
        now: i64,
    ) -> Stored<i64>;
    /// What terminals recorded of a card number in upper case, newest first, at most `limit`.
    async fn terminal_records(&mut self, card: &str, limit: u32) -> Stored<Vec<TerminalRecord>>;
}
