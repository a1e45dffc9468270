//! Temporary validity extensions (临时增效): the list, its cleaning, what terminals recorded (CARD-6).
//!
//! Which entry leaves when is decided in [`crate::domain::extension`]; [`cleaning`] applies
//! it to a district, for the preview, the hand and the schedule alike.

pub mod add;
pub mod clean;
pub(crate) mod cleaning;
pub mod import;
mod import_rows;
pub mod list;
pub mod preview;
pub mod records;
pub mod runs;
pub mod template;
pub mod undo;

use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

use crate::access::Reach;
use crate::domain::application::PupilStatus;
use crate::domain::extension::{ExtensionPolicy, ExtensionSource, LeaveReason, Leaving, UNDO_DAYS};
use crate::domain::time::Timestamp;
use crate::error::{Code, OpError, Problem};
use crate::id::{ExtensionId, ExtensionRunId, PupilId, SchoolId};
use crate::ops::class::grade_name;
use crate::ops::pupil::masked_paper;
use crate::ports::{Cipher, DistrictRecord, ExtensionRecord, ExtensionRunRecord, UnitOfWork};

/// An entry as lists show it.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExtensionView {
    /// Id.
    pub id: ExtensionId,
    /// District whose card office made it.
    pub district: String,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Name of the pupil.
    pub pupil_name: String,
    /// Masked number of the paper.
    pub paper_masked: String,
    /// School of the pupil now.
    pub school_id: SchoolId,
    /// Its name.
    pub school_name: String,
    /// Grade number.
    #[ts(type = "number")]
    pub grade: i64,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// 班级序号.
    #[ts(type = "number")]
    pub class_number: i64,
    /// Status of the pupil.
    #[ts(as = "PupilStatus")]
    pub status: String,
    /// Its name.
    pub status_name: String,
    /// Card number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub card_no: Option<String>,
    /// Why it was made.
    pub reason: String,
    /// How it came into the list.
    #[ts(as = "ExtensionSource")]
    pub source: String,
    /// The same in words.
    pub source_name: String,
    /// Made at; epoch milliseconds.
    #[ts(type = "number")]
    pub made_at: i64,
    /// Login of who made it.
    pub made_by: String,
    /// Last day of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub expires_on: Option<String>,
    /// First day on which it is no longer in the list, as things are now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub leaves_on: Option<String>,
    /// Why it leaves, or left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub leave_reason: Option<LeaveReason>,
    /// The same in words: `初三毕业`, `状态不正常（休学）`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub leave_reason_name: Option<String>,
    /// Left at; epoch milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub left_at: Option<i64>,
}

impl ExtensionView {
    /// From the stored entry, and when it is about to leave.
    fn new(
        entry: ExtensionRecord,
        leaving: Option<Leaving>,
        cipher: &dyn Cipher,
    ) -> Result<Self, OpError> {
        let paper_masked = masked_paper(
            cipher,
            entry.pupil_id,
            &entry.paper_kind,
            &entry.paper_sealed,
        )?;
        let status_name = PupilStatus::from_stored(&entry.status)
            .map_or("", PupilStatus::zh)
            .to_owned();
        let left = entry
            .left_reason
            .as_deref()
            .and_then(LeaveReason::from_stored);
        // Of an entry that left long ago the status of today says nothing.
        let (leave_reason, leave_reason_name) = match (left, leaving) {
            (Some(reason), _) => (Some(reason), Some(reason.zh().to_owned())),
            (None, Some(leaving)) if leaving.reason == LeaveReason::NotNormal => (
                Some(leaving.reason),
                Some(format!("{}（{status_name}）", leaving.reason.zh())),
            ),
            (None, Some(leaving)) => (Some(leaving.reason), Some(leaving.reason.zh().to_owned())),
            (None, None) => (None, None),
        };
        Ok(Self {
            id: entry.id,
            district: entry.district,
            pupil_id: entry.pupil_id,
            pupil_name: entry.pupil_name,
            paper_masked,
            school_id: entry.school_id,
            school_name: entry.school_name,
            grade: entry.grade,
            grade_name: grade_name(entry.grade),
            class_number: entry.class_number,
            status: entry.status,
            status_name,
            card_no: entry.card_no,
            reason: entry.reason,
            source_name: ExtensionSource::from_stored(&entry.source)
                .map_or("", ExtensionSource::zh)
                .to_owned(),
            source: entry.source,
            made_at: entry.made_at,
            made_by: entry.made_by_login,
            expires_on: entry.expires_on,
            leaves_on: leaving.map(|leaving| leaving.day.to_string()),
            leave_reason,
            leave_reason_name,
            left_at: entry.left_at,
        })
    }
}

/// A cleaning as lists show it.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExtensionRunView {
    /// Id.
    pub id: ExtensionRunId,
    /// District.
    pub district: String,
    /// Its name.
    pub district_name: String,
    /// Day whose rules it followed.
    pub date: String,
    /// Policy that it followed.
    #[ts(as = "ExtensionPolicy")]
    pub policy: String,
    /// Its name.
    pub policy_name: String,
    /// Entries that it took out.
    #[ts(type = "number")]
    pub removed: i64,
    /// When; epoch milliseconds.
    #[ts(type = "number")]
    pub run_at: i64,
    /// Login of who; absent when it ran by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub run_by: Option<String>,
    /// Undone at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub undone_at: Option<i64>,
    /// Login of who undid it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub undone_by: Option<String>,
    /// Entries that came back.
    #[ts(type = "number")]
    pub restored: i64,
    /// True while it can be undone.
    pub undoable: bool,
}

impl ExtensionRunView {
    fn new(run: ExtensionRunRecord, now: Timestamp) -> Self {
        Self {
            id: run.id,
            district: run.district.clone(),
            district_name: run.district_name.clone(),
            date: run.on_day.clone(),
            policy_name: ExtensionPolicy::from_stored(&run.policy)
                .map_or("", ExtensionPolicy::zh)
                .to_owned(),
            policy: run.policy.clone(),
            removed: run.removed,
            run_at: run.run_at,
            run_by: run.run_by_login.clone(),
            undone_at: run.undone_at,
            undone_by: run.undone_by_login.clone(),
            restored: run.restored,
            undoable: is_undoable(&run, now),
        }
    }
}

/// Whether a cleaning can be undone: once, within 30 days of Asia/Shanghai.
fn is_undoable(run: &ExtensionRunRecord, now: Timestamp) -> bool {
    run.undone_at.is_none() && Timestamp::from_ms(run.run_at).day() >= now.day().minus(UNDO_DAYS)
}

/// The one district that an operation is about: the one that is asked for, else the only
/// one within the person's reach.
///
/// # Errors
/// `district.unknown` when there are several to choose from.
async fn the_district(
    uow: &mut dyn UnitOfWork,
    reach: &Reach,
    asked: Option<&str>,
) -> Result<DistrictRecord, OpError> {
    let mut possible = uow.districts().await?;
    possible.retain(|district| match (asked, reach) {
        // Dispatch has compared it with the reach.
        (Some(code), _) => district.code == code,
        (None, Reach::City) => true,
        (None, Reach::Parts { districts, .. }) => districts.contains(&district.code),
    });
    match possible.pop() {
        Some(only) if possible.is_empty() => Ok(only),
        _ => Err(Problem::new(Code::DistrictUnknown)
            .field("district")
            .message("请选择区县。")
            .into()),
    }
}
