//! All that is on record about one pupil, masked, today or as it was (查看学生档案), STU-6.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::birth_year;
use super::record::{self, Guardian, Record};
use crate::access::{Permission, Place};
use crate::context::Cx;
use crate::domain::application::{ApplicationKind, ApplicationState, ApplicationStep, PupilStatus};
use crate::domain::bank_card::mask_bank_card;
use crate::domain::correction::RecordPart;
use crate::domain::enrolment::{EnrolmentOutcome, EnrolmentReason};
use crate::domain::gender::Gender;
use crate::domain::order::{OrderKind, OrderState, OrderStep};
use crate::domain::paper::PaperKind;
use crate::domain::phone::mask_phone;
use crate::domain::relation::Relation;
use crate::error::{Code, OpError};
use crate::id::{CardId, OrderId, PupilId, SchoolId};
use crate::ops::audit::AuditView;
use crate::ops::class::grade_name;
use crate::ops::photo::PhotoView;
use crate::ops::school::year_of;
use crate::ops::touches;
use crate::ports::{ApplicationRow, EnrolmentRow, OrderStepRow, PupilRow, PupilVersionRow};

/// Entries of the audit log that a page shows.
const ENTRIES: u32 = 200;

/// Which pupil, and when.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowPupilRequest {
    /// Pupil.
    pub id: PupilId,
    /// As it was at the end of this day, `2026-09-01`; today's without.
    #[ts(optional)]
    pub as_of: Option<String>,
}

touches!(ShowPupilRequest, self => Touched::Pupils(vec![self.id]));

/// A pupil's page.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PupilPage {
    /// Id.
    pub id: PupilId,
    /// Version of the record as it is today; corrections name it.
    #[ts(type = "number")]
    pub version: i64,
    /// Name.
    pub name: String,
    /// `male`, `female`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<Gender>")]
    pub gender: Option<String>,
    /// Year of birth; the day is masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub birth_year: Option<i32>,
    /// Kind of paper.
    #[ts(as = "PaperKind")]
    pub paper_kind: String,
    /// Name of the kind.
    pub paper_kind_name: String,
    /// Nationality of a passport.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub nationality: Option<String>,
    /// Masked number.
    pub paper_masked: String,
    /// Masked 学籍号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub student_number_masked: Option<String>,
    /// True when an address is on record; nothing of it is shown.
    pub has_address: bool,
    /// Status.
    #[ts(as = "PupilStatus")]
    pub status: String,
    /// Its name.
    pub status_name: String,
    /// State of the application, as of the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<ApplicationState>")]
    pub application_state: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub application_state_name: Option<String>,
    /// Enrolment of the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub enrolment: Option<EnrolmentView>,
    /// Latest card.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub card_id: Option<CardId>,
    /// Its E卡通号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub card_number: Option<String>,
    /// Its 市民卡卡号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub citizen_card_number: Option<String>,
    /// Guardians.
    pub guardians: Vec<GuardianView>,
    /// Applications, oldest first.
    pub applications: Vec<PupilApplication>,
    /// Enrolments, oldest first.
    pub enrolments: Vec<EnrolmentView>,
    /// Card orders, oldest first.
    pub orders: Vec<PupilOrderView>,
    /// Corrections, oldest first.
    pub corrections: Vec<CorrectionView>,
    /// What the audit log has about the pupil, newest first: all of it for the
    /// district and the city, one's own actions for others.
    pub audit: Vec<AuditView>,
    /// The photo of today; its thumbnail for those who may change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub photo: Option<PhotoView>,
    /// Whether the photo may be seen, uploaded, taken away; not on a page of the past.
    pub may_change_photo: bool,
    /// Whether masked fields may be asked for.
    pub may_reveal: bool,
    /// Parts that the person may correct now; none on a page of the past.
    pub may_correct: Vec<RecordPart>,
    /// Whether the person may go on with the entry: a draft, or an application that came back.
    pub may_continue: bool,
    /// When the pupil was entered; epoch milliseconds.
    #[ts(type = "number")]
    pub created_at: i64,
}

/// A guardian, masked.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GuardianView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// GB/T 4761 code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<Relation>")]
    pub relation: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub relation_name: Option<String>,
    /// Masked phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub phone_masked: Option<String>,
    /// Masked number of the guardian's own paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub paper_masked: Option<String>,
    /// Masked number of the bank card (STU-7).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub bank_card_masked: Option<String>,
}

/// An enrolment.
#[derive(Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentView {
    /// School.
    pub school_id: SchoolId,
    /// Its name.
    pub school_name: String,
    /// District code.
    pub district: String,
    /// `2026-2027`.
    pub school_year: String,
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
    /// From; epoch milliseconds.
    #[ts(type = "number")]
    pub begin_at: i64,
    /// To; none while it lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub end_at: Option<i64>,
    /// Why it began.
    pub reason_name: String,
    /// What it led to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub outcome_name: Option<String>,
}

/// An application.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PupilApplication {
    /// 新生, 注册报到, 转入.
    pub kind_name: String,
    /// School that made it.
    pub school_name: String,
    /// State, as of the day.
    #[ts(as = "ApplicationState")]
    pub state: String,
    /// Its name.
    pub state_name: String,
    /// 电脑, 导入, 移动.
    pub channel_name: String,
    /// First save; epoch milliseconds, like the others.
    #[ts(type = "number")]
    pub first_saved_at: i64,
    /// 提交时间.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub submitted_at: Option<i64>,
    /// 区审核通过时间.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub approved_at: Option<i64>,
    /// Why it was returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub returned_reason: Option<String>,
}

/// A card order.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PupilOrderView {
    /// Id.
    pub id: OrderId,
    /// 新办, 补办, 换卡.
    pub kind_name: String,
    /// State after the last step.
    #[ts(as = "OrderState")]
    pub state: String,
    /// Its name.
    pub state_name: String,
    /// E卡通号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub card_number: Option<String>,
    /// Steps, oldest first.
    pub steps: Vec<OrderStepView>,
}

/// A step of an order.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderStepView {
    /// Its name.
    pub name: String,
    /// When; epoch milliseconds.
    #[ts(type = "number")]
    pub at: i64,
    /// Who.
    pub by: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<String>,
}

/// A correction.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrectionView {
    /// When; epoch milliseconds.
    #[ts(type = "number")]
    pub at: i64,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Names of what was corrected.
    pub parts: Vec<String>,
}

/// # Errors
/// `pupil.unknown`, `pupil.not_yet`, `date_range.invalid`, `forbidden`.
pub async fn run(cx: &mut Cx, request: ShowPupilRequest) -> Result<PupilPage, OpError> {
    let row = cx
        .uow
        .pupil_row(request.id)
        .await?
        .ok_or(Code::PupilUnknown)?;
    let moment = record::moment(request.as_of.as_deref(), &row)?;
    let cipher = cx.ports.cipher.clone();
    let versions = cx.uow.versions_of(row.id).await?;
    let record = Record::at(&mut *cx.uow, &*cipher, &row, &versions, moment).await?;
    let until = |at: i64| moment.is_none_or(|moment| at <= moment);

    let enrolments: Vec<EnrolmentRow> = cx
        .uow
        .enrolments_of(row.id)
        .await?
        .into_iter()
        .filter(|enrolment| until(enrolment.begin_at))
        .map(|mut enrolment| {
            enrolment.end_at = enrolment.end_at.filter(|end| until(*end));
            enrolment
        })
        .collect();
    let applications = cx.uow.applications_of(row.id).await?;
    let subjects: Vec<Uuid> = std::iter::once(row.id.0)
        .chain(applications.iter().filter_map(|made| made.import_id))
        .collect();
    let applications: Vec<ApplicationRow> = applications
        .into_iter()
        .filter(|application| until(application.first_saved_at))
        .map(|application| match moment {
            None => application,
            Some(moment) => application_at(application, moment),
        })
        .collect();
    let steps: Vec<OrderStepRow> = cx
        .uow
        .order_steps_of(row.id)
        .await?
        .into_iter()
        .filter(|step| until(step.at))
        .collect();
    let orders = orders(steps);
    // The latest of the day, whatever became of it since.
    let card = cx
        .uow
        .cards_of(&[row.id])
        .await?
        .into_iter()
        .rfind(|card| until(card.made_at));

    let place = Place::School(row.district.clone(), row.school_id);
    let actor = cx.actor()?;
    let may_enter = actor.reach(Permission::EnterPupils);
    let by_district = may_enter.covers(&Place::District(row.district.clone()));
    let may_reveal = actor.reach(Permission::RevealPupils).covers(&place);
    let account = actor.account;
    let application = row
        .application_state
        .as_deref()
        .and_then(ApplicationState::from_stored);
    let status = PupilStatus::from_stored(&row.status);
    let may_correct = match status {
        Some(status) if moment.is_none() && may_enter.covers(&place) => RecordPart::ALL
            .into_iter()
            .filter(|part| part.correctable(status, application, by_district))
            .collect(),
        Some(_) | None => Vec::new(),
    };
    let may_continue = moment.is_none()
        && status != Some(PupilStatus::Deleted)
        && may_enter.covers(&place)
        && applications.last().is_some_and(|latest| {
            latest.kind == ApplicationKind::New.as_str()
                && application.is_some_and(|state| state.after(ApplicationStep::Save).is_ok())
        });
    let may_change_photo = moment.is_none() && may_enter.covers(&place);
    let current = match moment {
        None => cx.uow.current_photos(&[row.id]).await?.pop(),
        Some(_) => None,
    };
    let photo = match current {
        Some((_, facts)) if may_change_photo => Some(PhotoView::read(&cx.ports, facts).await?),
        Some((_, facts)) => Some(PhotoView::plain(facts)),
        None => None,
    };
    let audit = cx
        .uow
        .audit_about(&subjects, ENTRIES)
        .await?
        .into_iter()
        .filter(|entry| until(entry.at) && (by_district || entry.account_id == Some(account)))
        .map(AuditView::from)
        .collect();

    let status = match moment {
        None => row.status.clone(),
        Some(_) => status_at(&row, &enrolments, &applications).to_owned(),
    };
    let state = applications.last().map(|made| made.state.clone());
    let enrolment = enrolments
        .iter()
        .rev()
        .find(|enrolment| enrolment.end_at.is_none())
        .or(enrolments.last())
        .cloned()
        .map(EnrolmentView::try_from)
        .transpose()?;
    Ok(PupilPage {
        id: row.id,
        version: row.version,
        paper_masked: record.paper_masked(),
        student_number_masked: record.student_number_masked(),
        has_address: record.address.is_some(),
        birth_year: birth_year(record.birth_date.as_deref()),
        name: record.name,
        gender: record.gender,
        paper_kind_name: PaperKind::from_stored(&record.paper_kind)
            .map_or("", PaperKind::zh)
            .to_owned(),
        paper_kind: record.paper_kind,
        nationality: record.nationality,
        status_name: PupilStatus::from_stored(&status)
            .map_or("", PupilStatus::zh)
            .to_owned(),
        status,
        application_state_name: state
            .as_deref()
            .and_then(ApplicationState::from_stored)
            .map(|state| state.zh().to_owned()),
        application_state: state,
        enrolment,
        citizen_card_number: card.as_ref().and_then(|card| card.citizen_no.clone()),
        card_id: card.as_ref().map(|card| card.id),
        card_number: card.map(|card| card.card_no),
        guardians: record
            .guardians
            .into_iter()
            .map(GuardianView::from)
            .collect(),
        applications: applications
            .into_iter()
            .map(PupilApplication::from)
            .collect(),
        enrolments: enrolments
            .into_iter()
            .map(EnrolmentView::try_from)
            .collect::<Result<_, _>>()?,
        orders,
        corrections: versions
            .into_iter()
            .filter(|version| until(version.until_at))
            .map(CorrectionView::from)
            .collect(),
        audit,
        photo,
        may_change_photo,
        may_reveal,
        may_correct,
        may_continue,
        created_at: row.created_at,
    })
}

/// An application as it was: its moments tell its state. A return has no moment of its
/// own, so that a returned application shows as submitted on days before.
fn application_at(application: ApplicationRow, moment: i64) -> ApplicationRow {
    let then = |at: Option<i64>| at.filter(|at| *at <= moment);
    let (submitted_at, approved_at) = (
        then(application.submitted_at),
        then(application.approved_at),
    );
    let unchanged =
        (submitted_at, approved_at) == (application.submitted_at, application.approved_at);
    let state = match (unchanged, approved_at, submitted_at) {
        (true, ..) => application.state,
        (false, Some(_), _) => ApplicationState::Approved.as_str().to_owned(),
        (false, None, Some(_)) => ApplicationState::Submitted.as_str().to_owned(),
        (false, None, None) => ApplicationState::Draft.as_str().to_owned(),
    };
    ApplicationRow {
        state,
        submitted_at,
        approved_at,
        ..application
    }
}

/// A status as it was, from the enrolments and applications of that day.
fn status_at<'r>(
    row: &'r PupilRow,
    enrolments: &[EnrolmentRow],
    applications: &[ApplicationRow],
) -> &'r str {
    let at_school = enrolments
        .iter()
        .any(|enrolment| enrolment.end_at.is_none());
    if applications.iter().all(|made| made.approved_at.is_none()) {
        PupilStatus::Pending.as_str()
    } else if at_school {
        PupilStatus::Enrolled.as_str()
    } else {
        &row.status
    }
}

/// Steps by order; the state is that after the last of them.
fn orders(steps: Vec<OrderStepRow>) -> Vec<PupilOrderView> {
    let mut orders: Vec<PupilOrderView> = Vec::new();
    for step in steps {
        let view = OrderStepView {
            name: OrderStep::from_stored(&step.step)
                .map_or("", OrderStep::zh)
                .to_owned(),
            at: step.at,
            by: step.by,
            reason: step.reason,
        };
        let state_name = OrderState::from_stored(&step.state)
            .map_or("", OrderState::zh)
            .to_owned();
        match orders.last_mut().filter(|order| order.id == step.order_id) {
            Some(order) => {
                order.state = step.state;
                order.state_name = state_name;
                order.steps.push(view);
            }
            None => orders.push(PupilOrderView {
                id: step.order_id,
                kind_name: OrderKind::from_stored(&step.kind)
                    .map_or("", OrderKind::zh)
                    .to_owned(),
                state: step.state,
                state_name,
                card_number: step.card_no,
                steps: vec![view],
            }),
        }
    }
    orders
}

impl From<Guardian> for GuardianView {
    fn from(guardian: Guardian) -> Self {
        Self {
            id: guardian.id.to_string(),
            paper_masked: guardian.paper_masked(),
            bank_card_masked: guardian.bank_card.as_deref().map(mask_bank_card),
            name: guardian.name,
            relation_name: guardian
                .relation
                .as_deref()
                .and_then(Relation::from_stored)
                .map(|relation| relation.zh().to_owned()),
            relation: guardian.relation,
            phone_masked: guardian.phone.as_deref().map(mask_phone),
        }
    }
}

impl TryFrom<EnrolmentRow> for EnrolmentView {
    type Error = OpError;

    fn try_from(enrolment: EnrolmentRow) -> Result<Self, OpError> {
        Ok(Self {
            school_id: enrolment.school_id,
            school_name: enrolment.school_name,
            district: enrolment.district,
            school_year: year_of(enrolment.school_year)?.to_string(),
            grade: enrolment.grade,
            grade_name: grade_name(enrolment.grade),
            class_number: enrolment.class_number,
            class_nickname: enrolment.class_nickname,
            begin_at: enrolment.begin_at,
            end_at: enrolment.end_at,
            reason_name: EnrolmentReason::from_stored(&enrolment.reason)
                .map_or("", EnrolmentReason::zh)
                .to_owned(),
            outcome_name: enrolment
                .outcome
                .as_deref()
                .and_then(EnrolmentOutcome::from_stored)
                .map(|outcome| outcome.zh().to_owned()),
        })
    }
}

impl From<ApplicationRow> for PupilApplication {
    fn from(application: ApplicationRow) -> Self {
        Self {
            kind_name: ApplicationKind::from_stored(&application.kind)
                .map_or("", ApplicationKind::zh)
                .to_owned(),
            school_name: application.school_name,
            state_name: ApplicationState::from_stored(&application.state)
                .map_or("", ApplicationState::zh)
                .to_owned(),
            state: application.state,
            channel_name: super::channel_name(&application.channel).to_owned(),
            first_saved_at: application.first_saved_at,
            submitted_at: application.submitted_at,
            approved_at: application.approved_at,
            returned_reason: application.returned_reason,
        }
    }
}

impl From<PupilVersionRow> for CorrectionView {
    fn from(version: PupilVersionRow) -> Self {
        let parts: Vec<String> = serde_json::from_str(&version.fields).unwrap_or_default();
        Self {
            at: version.until_at,
            by: version.by,
            reason: version.reason,
            parts: parts
                .iter()
                .filter_map(|part| RecordPart::from_stored(part))
                .map(|part| part.zh().to_owned())
                .collect(),
        }
    }
}
