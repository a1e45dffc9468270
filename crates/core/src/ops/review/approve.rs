//! The district approves applications (审核通过), STU-2.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use super::{ReviewFilter, SeenApplication, kind_of, state_of};
use crate::context::Cx;
use crate::domain::application::{ApplicationKind, ApplicationStep, PupilStatus, PupilStep};
use crate::domain::order::{OrderKind, OrderState, OrderStep};
use crate::error::{Code, OpError, Problem};
use crate::id::{ApplicationId, OrderId, PupilId};
use crate::ops::moving;
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

/// New pupils are at school from now on and, by the district's setting, have their card
/// order; those of a registration or transfer move to their new class: all at one moment.
/// Those that cannot take the step are listed.
///
/// # Errors
/// `application.unknown`, `selection.empty`, `forbidden`, `text.too_broad`.
pub async fn run(cx: &mut Cx, request: ApproveReviewRequest) -> Result<StepResult, OpError> {
    let step = ApplicationStep::Approve;
    // Who approves all that fit has not looked at each: what may be a child on record waits
    // for a look of its own, unless just those were asked for.
    let unseen = request.items.is_none() && !request.filter.as_ref().is_some_and(|f| f.suspected);
    let (records, mut problems) = super::chosen(cx, request.items, request.filter, step).await?;
    let (mut entered, mut moving) = (Vec::new(), Vec::new());
    for record in records {
        match kind_of(&record)? {
            ApplicationKind::New => entered.push(record),
            ApplicationKind::Registration | ApplicationKind::TransferIn => moving.push(record),
        }
    }
    if unseen {
        let pupils: Vec<PupilId> = entered.iter().map(|record| record.pupil_id).collect();
        let near = cx.uow.pupils_with_near(&pupils).await?;
        let near: HashSet<PupilId> = near.into_iter().collect();
        let left = entered.extract_if(.., |record| near.contains(&record.pupil_id));
        problems.extend(left.map(|record| {
            let problem = Problem::new(Code::PupilNearMatch)
                .message("疑似重复，没有审核通过。请打开这份申请，对照两份记录后单独审核。");
            super::about(&record, problem.warning())
        }));
    }
    let admitted = admissible(entered, &mut problems)?;
    let moved = arrive(cx, moving, &mut problems).await?;
    let mut steps = Vec::with_capacity(admitted.len() + moved.len());
    for record in admitted.iter().chain(&moved) {
        steps.push(ApplicationStepRecord {
            id: record.id,
            pupil_id: record.pupil_id,
            state: state_of(record)?.after(step)?.as_str().to_owned(),
        });
    }
    let (by, now) = (cx.actor()?.account, cx.now.ms());
    cx.uow
        .step_applications(&steps, &ApplicationMark::Approved, by, now)
        .await?;
    let pupils: Vec<PupilId> = admitted.iter().map(|record| record.pupil_id).collect();
    let status = PupilStatus::Pending.after(PupilStep::Approve)?;
    cx.uow.set_pupil_status(&pupils, status.as_str()).await?;
    let orders = order(cx, &admitted, &mut problems).await?;
    let mut parts = Vec::new();
    if !admitted.is_empty() || moved.is_empty() {
        parts.push(format!(
            "新生 {} 名，生成 {} 张制卡订单",
            admitted.len(),
            orders.len()
        ));
    }
    if !moved.is_empty() {
        parts.push(format!("注册报到和转入 {} 名", moved.len()));
    }
    let approved = admitted.iter().chain(&moved);
    let places = approved.map(|record| (record.district.as_str(), record.school_id));
    cx.note(
        note_of(places, format!("审核通过：{}", parts.join("；")))
            .with(serde_json::json!({
                "applications": steps.iter().map(|step| step.id).collect::<Vec<_>>(),
                "orders": orders,
            }))
            .about(steps.iter().map(|step| step.pupil_id.0)),
    );
    problems.truncate(super::PROBLEM_LIMIT);
    Ok(StepResult {
        done: i64::try_from(steps.len()).unwrap_or(i64::MAX),
        problems,
    })
}

/// New pupils who can be admitted.
fn admissible(
    entered: Vec<ApplicationRecord>,
    problems: &mut Vec<SubjectProblem>,
) -> Result<Vec<ApplicationRecord>, OpError> {
    let mut admitted = Vec::with_capacity(entered.len());
    for record in entered {
        let status = PupilStatus::from_stored(&record.pupil_status)
            .ok_or_else(|| OpError::internal("reading a pupil", "unknown status"))?;
        match status.after(PupilStep::Approve) {
            Ok(_) => admitted.push(record),
            Err(problem) => problems.push(super::about(&record, problem)),
        }
    }
    Ok(admitted)
}

/// Moves the children of registrations and transfers; gives those that have moved.
async fn arrive(
    cx: &mut Cx,
    moving: Vec<ApplicationRecord>,
    problems: &mut Vec<SubjectProblem>,
) -> Result<Vec<ApplicationRecord>, OpError> {
    let ids: Vec<ApplicationId> = moving.iter().map(|record| record.id).collect();
    let moves = cx.uow.moves_by_ids(&ids).await?;
    let held = moving::arrive(&mut *cx.uow, &moves, cx.now.ms()).await?;
    let held: HashMap<ApplicationId, Problem> = held.into_iter().collect();
    let (stayed, moved): (Vec<_>, Vec<_>) = moving
        .into_iter()
        .partition(|record| held.contains_key(&record.id));
    problems.extend(stayed.iter().filter_map(|record| {
        let problem = held.get(&record.id)?.clone();
        Some(super::about(record, problem))
    }));
    Ok(moved)
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
                step: OrderStep::Request.as_str().to_owned(),
                state: OrderState::Requested.as_str().to_owned(),
                reason: None,
                old_card_id: None,
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
