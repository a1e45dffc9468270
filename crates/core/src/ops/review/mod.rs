//! The district's review of applications (区审核), STU-2.

pub mod approve;
pub mod list;
pub mod return_;
pub mod show;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::access::{Permission, Place, forbidden};
use crate::context::Cx;
use crate::domain::application::{ApplicationKind, ApplicationState, ApplicationStep};
use crate::domain::paper::PaperKind;
use crate::error::{Code, OpError, Problem};
use crate::id::{ApplicationId, PupilId, SchoolId};
use crate::ops::class::grade_name;
use crate::ops::page::{ListScope, asked_scopes};
use crate::ops::pupil::{SubjectProblem, masked_paper};
use crate::ports::{ApplicationQuery, ApplicationRecord, Cipher};

/// Applications that one action takes at once.
const STEP_LIMIT: u32 = 20_000;
/// Problems that one answer lists.
const PROBLEM_LIMIT: usize = 200;

/// An application as the review shows it: masked.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationView {
    /// Id.
    pub id: ApplicationId,
    /// Kind.
    #[ts(as = "ApplicationKind")]
    pub kind: String,
    /// Its name.
    pub kind_name: String,
    /// State.
    #[ts(as = "ApplicationState")]
    pub state: String,
    /// Its name.
    pub state_name: String,
    /// Steps that the district can take now.
    pub steps: Vec<ApplicationStep>,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Name of the pupil.
    pub pupil_name: String,
    /// Kind of paper.
    #[ts(as = "PaperKind")]
    pub paper_kind: String,
    /// Masked number of the pupil's paper.
    pub paper_masked: String,
    /// District where the child will be.
    pub district: String,
    /// School where it will be.
    pub school_id: SchoolId,
    /// Name of that school.
    pub school_name: String,
    /// Grade number there.
    #[ts(type = "number")]
    pub grade: i64,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// 班级序号 there.
    #[ts(type = "number")]
    pub class_number: i64,
    /// School that it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub from_school_name: Option<String>,
    /// First save, by the backend's clock (STU-1); epoch milliseconds, like the others.
    #[ts(type = "number")]
    pub first_saved_at: i64,
    /// 提交时间: latest submission (STU-1).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub submitted_at: Option<i64>,
    /// 区审核通过时间.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub approved_at: Option<i64>,
    /// Latest return.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub returned_at: Option<i64>,
    /// Why it was returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub returned_reason: Option<String>,
    /// True when another child on record may be the same (疑似重复).
    pub suspected: bool,
    /// Grows with each step.
    #[ts(type = "number")]
    pub version: i64,
}

impl ApplicationView {
    /// From the stored application; `suspected` is the caller's to look up.
    ///
    /// # Errors
    /// An internal fault when a sealed value does not open or a word is unknown.
    pub fn new(record: ApplicationRecord, cipher: &dyn Cipher) -> Result<Self, OpError> {
        let state = state_of(&record)?;
        Ok(Self {
            paper_masked: masked_paper(
                cipher,
                record.pupil_id,
                &record.paper_kind,
                &record.paper_sealed,
            )?,
            kind_name: kind_of(&record)?.zh().to_owned(),
            state_name: state.zh().to_owned(),
            steps: state
                .steps()
                .into_iter()
                .filter(|step| step.by_district())
                .collect(),
            grade_name: grade_name(record.grade),
            id: record.id,
            kind: record.kind,
            state: record.state,
            pupil_id: record.pupil_id,
            pupil_name: record.pupil_name,
            paper_kind: record.paper_kind,
            district: record.district,
            school_id: record.school_id,
            school_name: record.school_name,
            grade: record.grade,
            class_number: record.class_number,
            from_school_name: record.from_school_name,
            first_saved_at: record.first_saved_at,
            submitted_at: record.submitted_at,
            approved_at: record.approved_at,
            returned_at: record.returned_at,
            returned_reason: record.returned_reason,
            suspected: false,
            version: record.version,
        })
    }
}

/// Which applications; each field narrows. Drafts never submitted are in no review.
#[derive(Debug, Clone, Default, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReviewFilter {
    /// District where the child will be.
    #[ts(optional)]
    pub district: Option<String>,
    /// School where it will be.
    #[ts(optional)]
    pub school_id: Option<SchoolId>,
    /// Kind.
    #[ts(optional, as = "Option<ApplicationKind>")]
    pub kind: Option<String>,
    /// State; for an action those that can take the step when absent.
    #[ts(optional, as = "Option<ApplicationState>")]
    pub state: Option<String>,
    /// Only what was submitted by this moment: an action takes what the person has
    /// seen, not what came since.
    #[ts(optional, type = "number")]
    pub submitted_by: Option<i64>,
    /// True for those alone that wait and have a near match on record (疑似重复).
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub suspected: bool,
}

/// An application with the version that the person has seen.
#[derive(Debug, Clone, Copy, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeenApplication {
    /// Application.
    pub id: ApplicationId,
    /// Version seen; without it only the state decides.
    #[ts(optional, type = "number")]
    pub version: Option<i64>,
}

fn state_of(record: &ApplicationRecord) -> Result<ApplicationState, OpError> {
    ApplicationState::from_stored(&record.state)
        .ok_or_else(|| OpError::internal("reading an application", "unknown state"))
}

fn kind_of(record: &ApplicationRecord) -> Result<ApplicationKind, OpError> {
    ApplicationKind::from_stored(&record.kind)
        .ok_or_else(|| OpError::internal("reading an application", "unknown kind"))
}

/// Turns a filter into queries: one for each scope of the person's reach.
///
/// # Errors
/// `forbidden`, `school.unknown`, `request.invalid`.
async fn queries(cx: &mut Cx, filter: &ReviewFilter) -> Result<Vec<ApplicationQuery>, OpError> {
    let kind = filter
        .kind
        .as_deref()
        .map(ApplicationKind::parse)
        .transpose()?;
    let state = filter
        .state
        .as_deref()
        .map(ApplicationState::parse)
        .transpose()?;
    let (kind, state) = match (filter.suspected, kind, state) {
        (false, kind, state) => (kind, state),
        // Only new pupils that wait are looked through for near matches: the rest is without end.
        (true, None | Some(ApplicationKind::New), None | Some(ApplicationState::Submitted)) => (
            Some(ApplicationKind::New),
            Some(ApplicationState::Submitted),
        ),
        (true, ..) => {
            return Err(Problem::new(Code::RequestInvalid)
                .field("suspected")
                .message("疑似重复只能在待审核的新生中筛选。")
                .into());
        }
    };
    let (reach, district) = (cx.reach().clone(), filter.district.as_deref());
    let (scopes, _) = asked_scopes(&mut *cx.uow, &reach, district, filter.school_id).await?;
    Ok(scopes
        .into_iter()
        .map(ListScope::parts)
        .map(|(district, school)| ApplicationQuery {
            district,
            school,
            kind: kind.map(|kind| kind.as_str().to_owned()),
            state: state.map(|state| state.as_str().to_owned()),
            submitted_by: filter.submitted_by,
            suspected: filter.suspected,
        })
        .collect())
}

/// The applications that an action names, by themselves or by a filter, that can take
/// the step; and for the others why they cannot. Two reviewers of one application: the
/// second finds it locked, then changed, and is told.
///
/// # Errors
/// `selection.empty`, `application.unknown`, `forbidden`; `text.too_broad` when more
/// than 20 000 fit.
async fn chosen(
    cx: &mut Cx,
    items: Option<Vec<SeenApplication>>,
    filter: Option<ReviewFilter>,
    step: ApplicationStep,
) -> Result<(Vec<ApplicationRecord>, Vec<SubjectProblem>), OpError> {
    let seen = match (items, filter) {
        (Some(items), _) => items,
        (None, None) => return Err(Code::SelectionEmpty.into()),
        (None, Some(filter)) => fitting(cx, &filter, step).await?,
    };
    if seen.is_empty() {
        return Err(Code::SelectionEmpty.into());
    }
    let ids: Vec<ApplicationId> = seen.iter().map(|item| item.id).collect();
    let records = cx.uow.applications_by_ids(&ids).await?;
    let outside = records.iter().any(|record| {
        let place = Place::School(record.district.clone(), record.school_id);
        !cx.reach().covers(&place)
    });
    if outside {
        return Err(forbidden(Permission::ReviewPupils));
    }
    let versions: std::collections::HashMap<ApplicationId, i64> = seen
        .into_iter()
        .filter_map(|item| Some((item.id, item.version?)))
        .collect();
    let mut able = Vec::with_capacity(records.len());
    let mut problems = Vec::new();
    for record in records {
        let stale = versions
            .get(&record.id)
            .is_some_and(|version| *version != record.version);
        match refusal(&record, step, stale)? {
            None => able.push(record),
            Some(problem) if problems.len() < PROBLEM_LIMIT => {
                problems.push(about(&record, problem));
            }
            Some(_) => {}
        }
    }
    Ok((able, problems))
}

/// Why an application cannot take a step of the review, if so.
fn refusal(
    record: &ApplicationRecord,
    step: ApplicationStep,
    stale: bool,
) -> Result<Option<Problem>, OpError> {
    // A version goes first: whoever looked before another decided is told just that.
    if stale {
        return Ok(Some(Problem::new(Code::VersionConflict).message(
            "这份申请在您打开之后有了变化，没有处理，请重新查看后再审核。",
        )));
    }
    if let Err(problem) = state_of(record)?.after(step) {
        return Ok(Some(problem));
    }
    Ok(None)
}

/// Applications that fit a filter and can take the step.
async fn fitting(
    cx: &mut Cx,
    filter: &ReviewFilter,
    step: ApplicationStep,
) -> Result<Vec<SeenApplication>, OpError> {
    let mut seen = Vec::new();
    for mut query in queries(cx, filter).await? {
        let states: Vec<String> = match query.state.take() {
            Some(state) => vec![state],
            None => ApplicationState::ALL
                .into_iter()
                .filter(|state| state.after(step).is_ok())
                .map(|state| state.as_str().to_owned())
                .collect(),
        };
        for state in states {
            query.state = Some(state);
            let found = cx.uow.applications(&query, None, STEP_LIMIT + 1).await?;
            seen.extend(found.into_iter().map(|record| SeenApplication {
                id: record.id,
                version: Some(record.version),
            }));
        }
    }
    if seen.len() > STEP_LIMIT as usize {
        return Err(Problem::new(Code::TextTooBroad)
            .message(format!(
                "符合条件的申请超过 {STEP_LIMIT} 份，请缩小范围后分次处理。"
            ))
            .into());
    }
    Ok(seen)
}

/// A problem with one application.
fn about(record: &ApplicationRecord, problem: Problem) -> SubjectProblem {
    SubjectProblem {
        problem,
        subject_id: Some(record.id.to_string()),
        subject_name: Some(record.pupil_name.clone()),
    }
}

/// The schools that applications are for, for the audit log.
fn places(records: &[ApplicationRecord]) -> impl Iterator<Item = (&str, SchoolId)> {
    records
        .iter()
        .map(|record| (record.district.as_str(), record.school_id))
}
