//! The district approves applications (审核通过), STU-2.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use super::{ReviewFilter, SeenApplication, state_of};
use crate::context::Cx;
use crate::domain::application::{ApplicationStep, PupilStatus, PupilStep};
use crate::domain::order::{OrderKind, OrderState, OrderStep};
use crate::error::{Code, OpError, Problem};
use crate::id::{OrderId, PupilId};
pub use crate::ops::pupil::StepResult;
use crate::ops::pupil::{SubjectProblem, note_of};
use crate::ops::touches;
use crate::ports::{
    ApplicationMark, ApplicationRecord, ApplicationStepRecord, NewOrderRecord, OrderStepRecord,
};
use crate::settings::Settings;

/// Some applications, or all that fit a filter.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApproveReviewRequest {
    /// These.
    #[ts(optional)]
    pub items: Option<Vec<SeenApplication>>,
    /// All that fit, at most 20 000.
    #[ts(optional)]
    pub filter: Option<ReviewFilter>,
}

touches!(ApproveReviewRequest, self => match &self.items {
    Some(items) => Touched::Applications(items.iter().map(|item| item.id).collect()),
    None => Touched::Filtered,
});

/// The pupils are at school from now on and, by the district's setting, have their card
/// order, all at one moment. Those that cannot take the step are listed.
///
/// # Errors
/// `application.unknown`, `selection.empty`, `forbidden`, `text.too_broad`.
pub async fn run(cx: &mut Cx, request: ApproveReviewRequest) -> Result<StepResult, OpError> {
    let step = ApplicationStep::Approve;
    let (records, mut problems) = super::chosen(cx, request.items, request.filter, step).await?;
    let mut admitted: Vec<ApplicationRecord> = Vec::with_capacity(records.len());
    let mut steps = Vec::with_capacity(records.len());
    for record in records {
        let status = PupilStatus::from_stored(&record.pupil_status)
            .ok_or_else(|| OpError::internal("reading a pupil", "unknown status"))?;
        if let Err(problem) = status.after(PupilStep::Approve) {
            problems.push(super::about(&record, problem));
            continue;
        }
        steps.push(ApplicationStepRecord {
            id: record.id,
            pupil_id: record.pupil_id,
            state: state_of(&record)?.after(step)?.as_str().to_owned(),
        });
        admitted.push(record);
    }
    let (by, now) = (cx.actor()?.account, cx.now.ms());
    cx.uow
        .step_applications(&steps, &ApplicationMark::Approved, by, now)
        .await?;
    let pupils: Vec<PupilId> = admitted.iter().map(|record| record.pupil_id).collect();
    let status = PupilStatus::Pending.after(PupilStep::Approve)?;
    cx.uow.set_pupil_status(&pupils, status.as_str()).await?;
    let orders = order(cx, &admitted, &mut problems).await?;
    let summary = format!(
        "审核通过新生：{} 名学生，生成 {} 张制卡订单",
        pupils.len(),
        orders.len()
    );
    cx.note(
        note_of(super::places(&admitted), summary)
            .with(serde_json::json!({
                "applications": steps.iter().map(|step| step.id).collect::<Vec<_>>(),
                "orders": orders,
            }))
            .about(pupils.iter().map(|id| id.0)),
    );
    problems.truncate(super::PROBLEM_LIMIT);
    Ok(StepResult {
        done: i64::try_from(pupils.len()).unwrap_or(i64::MAX),
        problems,
    })
}

/// Makes the 新办 orders, approved, where the district's setting says so. A pupil with an
/// open order keeps that one, and is told: the unique key decides.
async fn order(
    cx: &mut Cx,
    admitted: &[ApplicationRecord],
    problems: &mut Vec<SubjectProblem>,
) -> Result<Vec<OrderId>, OpError> {
    let mut by_district: HashMap<&str, bool> = HashMap::new();
    let mut orders = Vec::new();
    for record in admitted {
        let wanted = match by_district.get(record.district.as_str()) {
            Some(wanted) => *wanted,
            None => {
                let settings = Settings::district(&mut *cx.uow, &record.district).await?;
                by_district.insert(&record.district, settings.review_orders);
                settings.review_orders
            }
        };
        if wanted {
            orders.push(NewOrderRecord {
                id: OrderId(crate::id::new()),
                pupil_id: record.pupil_id,
                kind: OrderKind::New.as_str().to_owned(),
            });
        }
    }
    let (by, now) = (cx.actor()?.account, cx.now.ms());
    let made = cx.uow.insert_orders(&orders, by, now).await?;
    let made_set: HashSet<OrderId> = made.iter().copied().collect();
    let open: HashSet<PupilId> = orders
        .iter()
        .filter(|order| !made_set.contains(&order.id))
        .map(|order| order.pupil_id)
        .collect();
    problems.extend(
        admitted
            .iter()
            .filter(|record| open.contains(&record.pupil_id))
            .map(|record| {
                let problem = Problem::new(Code::OrderOpen)
                    .warning()
                    .message("已审核通过；该学生原有未完成的制卡订单，没有重复建立。");
                super::about(record, problem)
            }),
    );
    let state = OrderState::Requested.after(OrderStep::Approve)?;
    let steps: Vec<OrderStepRecord> = made
        .iter()
        .map(|id| OrderStepRecord {
            id: *id,
            step: OrderStep::Approve.as_str().to_owned(),
            state: state.as_str().to_owned(),
            reason: None,
        })
        .collect();
    cx.uow.step_orders(&steps, by, now).await?;
    Ok(made)
}
