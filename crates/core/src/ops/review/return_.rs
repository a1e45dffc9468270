//! The district sends applications back with a reason (退回), STU-2.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use super::{ReviewFilter, SeenApplication, state_of};
use crate::context::Cx;
use crate::domain::application::ApplicationStep;
use crate::error::OpError;
pub use crate::ops::pupil::StepResult;
use crate::ops::pupil::{note_of, reason};
use crate::ops::touches;
use crate::ports::{ApplicationMark, ApplicationStepRecord};

/// Some applications, or all that fit a filter, and why.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReturnReviewRequest {
    /// These.
    #[ts(optional)]
    pub items: Option<Vec<SeenApplication>>,
    /// All that fit, at most 20 000.
    #[ts(optional)]
    pub filter: Option<ReviewFilter>,
    /// Why: the school reads it.
    pub reason: String,
}

touches!(ReturnReviewRequest, self => match &self.items {
    Some(items) => Touched::Applications(items.iter().map(|item| item.id).collect()),
    None => Touched::Filtered,
});

/// The school can repair and submit again; the first save stays as it is.
///
/// # Errors
/// `reason.required`, `text.too_long`, `application.unknown`, `selection.empty`,
/// `forbidden`, `text.too_broad`.
pub async fn run(cx: &mut Cx, request: ReturnReviewRequest) -> Result<StepResult, OpError> {
    let reason = reason(&request.reason)?;
    let step = ApplicationStep::Return;
    let (records, problems) = super::chosen(cx, request.items, request.filter, step).await?;
    let mut steps = Vec::with_capacity(records.len());
    for record in &records {
        steps.push(ApplicationStepRecord {
            id: record.id,
            pupil_id: record.pupil_id,
            state: state_of(record)?.after(step)?.as_str().to_owned(),
        });
    }
    let by = cx.actor()?.account;
    let mark = ApplicationMark::Returned(reason.clone());
    cx.uow
        .step_applications(&steps, &mark, by, cx.now.ms())
        .await?;
    let summary = format!("退回申请：{} 名学生", steps.len());
    cx.note(
        note_of(super::places(&records), summary)
            .with(serde_json::json!({
                "applications": steps.iter().map(|step| step.id).collect::<Vec<_>>(),
                    "reason": reason,
            }))
            .about(steps.iter().map(|step| step.pupil_id.0)),
    );
    Ok(StepResult {
        done: i64::try_from(steps.len()).unwrap_or(i64::MAX),
        problems,
    })
}
