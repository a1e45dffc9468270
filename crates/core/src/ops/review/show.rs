//! Opens an application for review (打开待审申请): its numbers are not masked, so each
//! opening is in the audit log.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::ApplicationView;
use crate::context::{AuditNote, Cx};
use crate::domain::application::ApplicationKind;
use crate::domain::gender::Gender;
use crate::domain::grade::GradeNo;
use crate::domain::paper::{Paper, PaperKind};
use crate::domain::relation::Relation;
use crate::domain::year::SchoolYear;
use crate::error::{Code, OpError, Problem};
use crate::id::{ApplicationId, PupilId};
use crate::ops::class::class_name;
use crate::ops::pupil::near::{self, Child, NearMatch};
use crate::ops::pupil::record::{Guardian, Record};
use crate::ops::registration::other_name;
use crate::ops::school::year_of;
use crate::ops::touches;
use crate::ports::Cipher;
use crate::settings::Settings;

/// Which application.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowReviewRequest {
    /// Application.
    pub id: ApplicationId,
}

/// A guardian, not masked.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GuardianInReview {
    /// Name.
    pub name: String,
    /// 父亲, 母亲 and the like.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub relation_name: Option<String>,
    /// Phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub phone: Option<String>,
    /// Number of the guardian's own paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub paper_number: Option<String>,
    /// Bank card (STU-7).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub bank_card: Option<String>,
}

/// An application with all that a decision needs, not masked.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShowReviewResponse {
    /// The application.
    pub application: ApplicationView,
    /// Number of the pupil's paper.
    pub paper_number: String,
    /// Gender.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<Gender>")]
    pub gender: Option<String>,
    /// `2013-09-18`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub birth_date: Option<String>,
    /// Three letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub nationality: Option<String>,
    /// 学籍号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub student_number: Option<String>,
    /// Home address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub address: Option<String>,
    /// The name as the school wrote it that registers the child, beside the one on record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub stated_name: Option<String>,
    /// Class that a child comes from that changes schools: 六年级 2 班.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub from_class: Option<String>,
    /// Why the new school asks for the child.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<String>,
    /// Guardians, in the order they were entered.
    pub guardians: Vec<GuardianInReview>,
    /// What the checks say now.
    pub checks: Vec<Problem>,
    /// Children on record that may be the same; not masked within the reach.
    pub near: Vec<NearMatch>,
    /// Reasons of the district to choose from when it is returned.
    pub reasons: Vec<String>,
}

touches!(ShowReviewRequest, self => Touched::Applications(vec![self.id]));

/// # Errors
/// `application.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: ShowReviewRequest) -> Result<ShowReviewResponse, OpError> {
    let application = cx
        .uow
        .applications_by_ids(&[request.id])
        .await?
        .into_iter()
        .next()
        .ok_or(Code::ApplicationUnknown)?;
    let row = cx
        .uow
        .pupil_row(application.pupil_id)
        .await?
        .ok_or(Code::PupilUnknown)?;
    let class = cx
        .uow
        .class(application.class_id)
        .await?
        .ok_or(Code::ClassUnknown)?;
    let reasons = Settings::review_reasons(&mut *cx.uow, &application.district).await?;
    let cipher = cx.ports.cipher.clone();
    let guardians = cx.uow.guardians_of(row.id).await?;
    let record = Record::open(&row, &guardians, &*cipher)?;
    let year = year_of(class.school_year)?;
    let mut checks = checks(&record, year, application.grade, cx.today());
    let moving = cx.uow.moves_by_ids(&[application.id]).await?.pop();
    if let Some(name) = moving
        .as_ref()
        .and_then(|moving| moving.stated_name.as_deref())
        && name != application.pupil_name
    {
        checks.push(other_name().message(format!(
            "学校登记的姓名是“{name}”，原记录是“{}”，请核对是不是同一个学生。",
            application.pupil_name
        )));
    }
    let near = match super::kind_of(&application)? {
        ApplicationKind::New => near(cx, &record, application.pupil_id, &*cipher).await?,
        // A child that moves was looked at when it came.
        ApplicationKind::Registration | ApplicationKind::TransferIn => Vec::new(),
    };
    if !near.is_empty() {
        checks.push(Problem::new(Code::PupilNearMatch).warning());
    }
    // Their numbers are shown, too: the entry is about them as well.
    let shown = near.iter().filter_map(|other| other.pupil_id);
    let about: Vec<Uuid> = std::iter::once(application.pupil_id)
        .chain(shown)
        .map(|id| id.0)
        .collect();
    cx.note(
        AuditNote::school(
            application.district.clone(),
            application.school_id,
            "打开待审申请，显示完整号码",
        )
        .with(serde_json::json!({ "applications": [application.id] }))
        .about(about),
    );
    Ok(ShowReviewResponse {
        application: ApplicationView {
            suspected: !near.is_empty(),
            ..ApplicationView::new(application, &*cipher)?
        },
        paper_number: record.paper,
        gender: record.gender,
        birth_date: record.birth_date,
        nationality: record.nationality,
        student_number: record.student_number,
        address: record.address,
        stated_name: moving
            .as_ref()
            .and_then(|moving| moving.stated_name.clone()),
        from_class: moving
            .as_ref()
            .map(|moving| class_name(moving.from_grade, moving.from_class_number)),
        reason: moving.and_then(|moving| moving.reason),
        guardians: record
            .guardians
            .into_iter()
            .map(GuardianInReview::from)
            .collect(),
        checks,
        near,
        reasons,
    })
}

/// Children on record that may be the same.
async fn near(
    cx: &mut Cx,
    record: &Record,
    own: PupilId,
    cipher: &dyn Cipher,
) -> Result<Vec<NearMatch>, OpError> {
    let Some(birth_date) = record.birth_date.as_deref() else {
        return Ok(Vec::new());
    };
    let child = Child {
        name: &record.name,
        birth_date,
        phones: record
            .guardians
            .iter()
            .filter_map(|guardian| guardian.phone.as_deref())
            .collect(),
    };
    let reach = cx.reach().clone();
    near::find(&mut *cx.uow, cipher, &child, &[own])
        .await?
        .into_iter()
        .map(|pupil| NearMatch::in_review(pupil, &reach, cipher))
        .collect()
}

/// Age against the grade, gender against the number.
fn checks(record: &Record, year: SchoolYear, grade: i64, today: NaiveDate) -> Vec<Problem> {
    let mut checks = Vec::new();
    let birth = record.birth_date.as_deref();
    if let (Some(birth), Ok(grade)) = (
        birth.and_then(|date| date.parse().ok()),
        GradeNo::new(grade),
    ) {
        checks.extend(year.check_age(birth, grade));
    }
    let stated = PaperKind::from_stored(&record.paper_kind)
        .and_then(|kind| {
            Paper::parse(kind, &record.paper, record.nationality.as_deref(), today).ok()
        })
        .and_then(|parsed| parsed.value.gender());
    let recorded = record.gender.as_deref().and_then(Gender::from_stored);
    if stated.is_some() && recorded.is_some() && stated != recorded {
        checks.push(Problem::new(Code::GenderMismatch).warning());
    }
    checks
}

impl From<Guardian> for GuardianInReview {
    fn from(guardian: Guardian) -> Self {
        Self {
            relation_name: guardian
                .relation
                .as_deref()
                .and_then(Relation::from_stored)
                .map(|relation| relation.zh().to_owned()),
            name: guardian.name,
            phone: guardian.phone,
            paper_number: guardian.paper,
            bank_card: guardian.bank_card,
        }
    }
}
