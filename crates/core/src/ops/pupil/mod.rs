//! Pupils (学生), STU.

pub mod check;
pub mod create;
pub mod delete;
pub mod edit;
pub mod export;
pub mod find;
pub mod form;
pub mod list;
pub mod near;
pub(crate) mod on_record;
pub mod open;
pub mod purge;
pub(crate) mod record;
pub mod restore;
pub mod reveal;
pub mod save;
mod seek;
pub mod show;
pub mod statistics;
pub mod submit;
pub mod unfinished;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

use crate::context::AuditNote;
use crate::domain::application::{ApplicationKind, ApplicationState, PupilStatus, transfer_state};
use crate::domain::gender::Gender;
use crate::domain::order::OrderState;
use crate::domain::paper::{Paper, PaperKind, mask_number};
use crate::domain::phone::mask_phone;
use crate::error::{Code, OpError, Problem};
use crate::id::{PupilId, SchoolId};
use crate::ops::class::{class_name, grade_name};
use crate::ports::{Cipher, IndexOf, PupilRecord, SealedAt};

/// A pupil as lists show it: masked.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PupilView {
    /// Id.
    pub id: PupilId,
    /// Name.
    pub name: String,
    /// `male`, `female`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<Gender>")]
    pub gender: Option<String>,
    /// Year of birth; the day is masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub birth_year: Option<i32>,
    /// Kind of paper.
    #[ts(as = "PaperKind")]
    pub paper_kind: String,
    /// Name of the kind.
    pub paper_kind_name: String,
    /// Masked number.
    pub paper_masked: String,
    /// School.
    pub school_id: SchoolId,
    /// Name of the school.
    pub school_name: String,
    /// District code.
    pub district: String,
    /// Grade number.
    #[ts(type = "number")]
    pub grade: i64,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// 班级序号.
    #[ts(type = "number")]
    pub class_number: i64,
    /// 班级昵称.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub class_nickname: Option<String>,
    /// Status of the pupil.
    #[ts(as = "PupilStatus")]
    pub status: String,
    /// Its name.
    pub status_name: String,
    /// State of the latest application.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<ApplicationState>")]
    pub application_state: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub application_state_name: Option<String>,
    /// First save, by the backend's clock (STU-1); epoch milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub first_saved_at: Option<i64>,
    /// 提交时间: latest submission (STU-1).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub submitted_at: Option<i64>,
    /// State of the latest order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<OrderState>")]
    pub order_state: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub order_state_name: Option<String>,
    /// Name of a guardian.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub guardian_name: Option<String>,
    /// Masked phone of that guardian.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub guardian_phone_masked: Option<String>,
    /// `已注册到平江中学 七年级 3 班（已提交）`: where the pupil is about to go.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub moving_to: Option<String>,
    /// Deleted at; epoch milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub deleted_at: Option<i64>,
    /// Why it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub deleted_reason: Option<String>,
}

impl PupilView {
    /// From the stored pupil.
    ///
    /// # Errors
    /// An internal fault when a sealed value does not open.
    pub fn new(pupil: PupilRecord, cipher: &dyn Cipher) -> Result<Self, OpError> {
        let paper_masked = masked_paper(cipher, pupil.id, &pupil.paper_kind, &pupil.paper_sealed)?;
        let phone = guardian_phone(&pupil, cipher)?.map(|phone| mask_phone(&phone));
        let moving_to = moving_to(&pupil);
        Ok(Self {
            moving_to,
            deleted_at: pupil.deleted_at,
            deleted_reason: pupil.deleted_reason,
            id: pupil.id,
            name: pupil.name,
            gender: pupil.gender,
            birth_year: birth_year(pupil.birth_date.as_deref()),
            paper_kind_name: PaperKind::from_stored(&pupil.paper_kind)
                .map_or("", PaperKind::zh)
                .to_owned(),
            paper_kind: pupil.paper_kind,
            paper_masked,
            school_id: pupil.school_id,
            school_name: pupil.school_name,
            district: pupil.district,
            grade: pupil.grade,
            grade_name: grade_name(pupil.grade),
            class_number: pupil.class_number,
            class_nickname: pupil.class_nickname,
            status_name: PupilStatus::from_stored(&pupil.status)
                .map_or("", PupilStatus::zh)
                .to_owned(),
            status: pupil.status,
            application_state_name: pupil
                .application_state
                .as_deref()
                .and_then(ApplicationState::from_stored)
                .map(|state| state.zh().to_owned()),
            application_state: pupil.application_state,
            first_saved_at: pupil.first_saved_at,
            submitted_at: pupil.submitted_at,
            order_state_name: pupil
                .order_state
                .as_deref()
                .and_then(OrderState::from_stored)
                .map(|state| state.zh().to_owned()),
            order_state: pupil.order_state,
            guardian_name: pupil.guardian_name,
            guardian_phone_masked: phone,
        })
    }
}

/// Where a pupil is about to go, as its school sees it.
fn moving_to(pupil: &PupilRecord) -> Option<String> {
    let kind = pupil.moving.as_deref()?;
    let state = pupil
        .moving_state
        .as_deref()
        .and_then(ApplicationState::from_stored)?;
    let school = pupil.moving_school.as_deref()?;
    let class = class_name(pupil.moving_grade?, pupil.moving_class?);
    Some(if kind == ApplicationKind::Registration.as_str() {
        format!("已注册到{school} {class}（{}）", state.zh())
    } else {
        format!("申请转入{school} {class}（{}）", transfer_state(state))
    })
}

/// Where a record came from, for people.
fn channel_name(channel: &str) -> &'static str {
    match channel {
        "import" => "导入",
        "mobile" => "移动",
        _ => "电脑",
    }
}

/// The masked number of a pupil's paper (rules §6).
pub(crate) fn masked_paper(
    cipher: &dyn Cipher,
    id: PupilId,
    kind: &str,
    sealed: &[u8],
) -> Result<String, OpError> {
    let clear = open_paper(cipher, id, sealed)?;
    Ok(PaperKind::from_stored(kind).map_or_else(String::new, |kind| mask_number(kind, &clear)))
}

/// The number of a pupil's paper.
fn open_paper(cipher: &dyn Cipher, id: PupilId, sealed: &[u8]) -> Result<String, OpError> {
    let at = SealedAt {
        table: "pupil",
        column: "paper",
        row: id.0,
    };
    open_text(cipher, at, sealed)
}

/// The phone of the guardian that lists show.
fn guardian_phone(pupil: &PupilRecord, cipher: &dyn Cipher) -> Result<Option<String>, OpError> {
    let (Some(sealed), Some(row)) = (&pupil.guardian_phone_sealed, pupil.guardian_id) else {
        return Ok(None);
    };
    let at = SealedAt {
        table: "guardian",
        column: "phone",
        row,
    };
    open_text(cipher, at, sealed).map(Some)
}

/// What is shown of a date of birth: its year (rules §6).
fn birth_year(date: Option<&str>) -> Option<i32> {
    date?.get(..4)?.parse().ok()
}

pub(crate) fn open_text(
    cipher: &dyn Cipher,
    at: SealedAt,
    sealed: &[u8],
) -> Result<String, OpError> {
    String::from_utf8(cipher.open(at, sealed)?)
        .map_err(|_| OpError::internal("opening a sealed value", "it is not text"))
}

/// A reason as it is kept.
///
/// # Errors
/// `reason.required`, `text.too_long`.
pub(crate) fn reason(raw: &str) -> Result<String, OpError> {
    let reason = raw.trim();
    if reason.is_empty() {
        return Err(Problem::new(Code::ReasonRequired).field("reason").into());
    }
    if reason.chars().count() > 200 {
        return Err(Problem::new(Code::TextTooLong)
            .field("reason")
            .message("原因最多 200 个字。")
            .into());
    }
    Ok(reason.to_owned())
}

/// A problem with one of several subjects.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubjectProblem {
    /// The problem.
    #[serde(flatten)]
    pub problem: Problem,
    /// Pupil or order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub subject_id: Option<String>,
    /// Name of the pupil.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub subject_name: Option<String>,
}

/// The note of a change of some pupils: of their school, their district or the city.
pub(crate) fn note_of<'p>(
    places: impl IntoIterator<Item = (&'p str, SchoolId)>,
    summary: String,
) -> AuditNote {
    let mut places = places.into_iter();
    let Some((district, school)) = places.next() else {
        return AuditNote::city(summary);
    };
    let (mut one_district, mut one_school) = (true, true);
    for place in places {
        one_district &= place.0 == district;
        one_school &= place.1 == school;
    }
    match (one_district, one_school) {
        (true, true) => AuditNote::school(district.to_owned(), school, summary),
        (true, false) => AuditNote::district(district.to_owned(), summary),
        (false, _) => AuditNote::city(summary),
    }
}

/// Keyed hashes of a number as a paper of every kind that it can be: a number says
/// little about its kind.
pub(crate) fn paper_indexes(
    cipher: &dyn Cipher,
    nationality: Option<&str>,
    number: &str,
    today: NaiveDate,
) -> Vec<[u8; 16]> {
    PaperKind::ALL
        .into_iter()
        .filter_map(|kind| Paper::parse(kind, number, nationality, today).ok())
        .map(|parsed| cipher.index(IndexOf::Paper, &parsed.value.index_text()))
        .collect()
}

/// A passport is written as `USA:123456789`: its nationality, and the number.
pub(crate) fn nationality_and_number(text: &str) -> (Option<&str>, &str) {
    match text.split_once(':') {
        Some((nationality, number)) => (Some(nationality), number),
        None => (None, text),
    }
}

/// What a step over several subjects did.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepResult {
    /// Subjects that took the step.
    #[ts(type = "number")]
    pub done: i64,
    /// Why others did not, and warnings; at most 200.
    pub problems: Vec<SubjectProblem>,
}
