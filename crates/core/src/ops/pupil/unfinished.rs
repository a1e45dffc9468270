//! What a school has still to submit or to repair, newest first (查看待完成的录入).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::masked_paper;
use super::open::state_of;
use crate::context::Cx;
use crate::domain::application::{ApplicationState, ApplicationStep};
use crate::domain::paper::PaperKind;
use crate::error::{Code, OpError, Problem};
use crate::id::{ApplicationId, PupilId, SchoolId};
use crate::ops::class::grade_name;
use crate::ops::page::{COUNT_CAP, CappedCount, decode_cursor, limit, next};
use crate::ops::touches;
use crate::ports::{ApplicationRecord, Cipher};

/// School, state and page.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnfinishedPupilsRequest {
    /// School.
    pub school_id: SchoolId,
    /// `draft` or `returned`.
    #[ts(as = "ApplicationState")]
    pub state: String,
    /// `next` of the page before.
    #[ts(optional)]
    pub after: Option<String>,
    /// Rows of the page, 1–500; 50 by default.
    #[ts(optional)]
    pub limit: Option<u32>,
}

touches!(UnfinishedPupilsRequest, self => Touched::School(self.school_id));

/// A page.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnfinishedPupilsResponse {
    /// Pupils.
    pub items: Vec<UnfinishedPupil>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
    /// Drafts, counted up to 1000.
    pub drafts: CappedCount,
    /// Returned ones, counted up to 1000.
    pub returned: CappedCount,
}

/// A draft or a returned application, masked.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnfinishedPupil {
    /// Pupil.
    pub id: PupilId,
    /// Name.
    pub name: String,
    /// Name of the kind of paper.
    pub paper_kind_name: String,
    /// Masked number.
    pub paper_masked: String,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// 班级序号.
    #[ts(type = "number")]
    pub class_number: i64,
    /// State.
    #[ts(as = "ApplicationState")]
    pub state: String,
    /// Its name.
    pub state_name: String,
    /// 电脑 or 导入.
    pub channel_name: String,
    /// First save; epoch milliseconds, like the others.
    #[ts(type = "number")]
    pub first_saved_at: i64,
    /// 提交时间: latest submission.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub submitted_at: Option<i64>,
    /// Latest return.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub returned_at: Option<i64>,
    /// Why it was returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub returned_reason: Option<String>,
}

impl UnfinishedPupil {
    fn new(application: ApplicationRecord, cipher: &dyn Cipher) -> Result<Self, OpError> {
        Ok(Self {
            id: application.pupil_id,
            paper_masked: masked_paper(
                cipher,
                application.pupil_id,
                &application.paper_kind,
                &application.paper_sealed,
            )?,
            paper_kind_name: PaperKind::from_stored(&application.paper_kind)
                .map_or("", PaperKind::zh)
                .to_owned(),
            grade_name: grade_name(application.grade),
            class_number: application.class_number,
            state_name: state_of(&application)?.zh().to_owned(),
            channel_name: super::channel_name(&application.channel).to_owned(),
            name: application.pupil_name,
            state: application.state,
            first_saved_at: application.first_saved_at,
            submitted_at: application.submitted_at,
            returned_at: application.returned_at,
            returned_reason: application.returned_reason,
        })
    }
}

/// # Errors
/// `school.unknown`, `forbidden`; `request.invalid` for a state in which it is the district's.
pub async fn run(
    cx: &mut Cx,
    request: UnfinishedPupilsRequest,
) -> Result<UnfinishedPupilsResponse, OpError> {
    let state = ApplicationState::parse(&request.state).map_err(|p| p.field("state"))?;
    if state.after(ApplicationStep::Save).is_err() {
        return Err(Problem::new(Code::RequestInvalid)
            .field("state")
            .message("这里只有草稿和退回的录入，请从列表中选择。")
            .into());
    }
    let limit = limit(request.limit);
    let after: Option<ApplicationId> = decode_cursor(request.after.as_deref())?;
    let school = request.school_id;
    let found = cx.uow.unfinished(school, state, after, limit).await?;
    let next = next(&found, limit, |application| application.id);
    let cipher = cx.ports.cipher.clone();
    let items = found
        .into_iter()
        .map(|application| UnfinishedPupil::new(application, &*cipher))
        .collect::<Result<_, _>>()?;
    let cap = COUNT_CAP + 1;
    let drafts = cx
        .uow
        .count_unfinished(school, ApplicationState::Draft, cap)
        .await?;
    let returned = cx
        .uow
        .count_unfinished(school, ApplicationState::Returned, cap)
        .await?;
    Ok(UnfinishedPupilsResponse {
        items,
        next,
        drafts: CappedCount::from_counted(drafts),
        returned: CappedCount::from_counted(returned),
    })
}
