//! Deleting pupils into the recycle bin (删除学生), STU-8.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::StepResult;
use super::{SubjectProblem, note_of, reason};
use crate::access::Permission;
use crate::context::Cx;
use crate::domain::application::PupilStatus;
use crate::domain::order::{OrderState, OrderStep};
use crate::error::{Code, OpError, Problem};
use crate::id::PupilId;
use crate::ops::touches;
use crate::ports::OrderStepRecord;

/// Which pupils, and why.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeletePupilsRequest {
    /// Pupils.
    pub ids: Vec<PupilId>,
    /// Why; kept with each of them.
    pub reason: String,
}

touches!(DeletePupilsRequest, self => Touched::Pupils(self.ids.clone()));

/// A pupil with an order that the district or the card office has in hand is named and left alone.
/// An order only requested is cancelled, a submitted application becomes a draft again, a
/// registration or transfer under way is taken back.
///
/// # Errors
/// `selection.empty`, `pupil.unknown`, `reason.required`; `pupil.held` when nobody can be deleted.
pub async fn run(cx: &mut Cx, request: DeletePupilsRequest) -> Result<StepResult, OpError> {
    let reason = reason(&request.reason)?;
    let now = cx.now.ms();
    // Locks the pupils: nothing new begins for them until this is over.
    cx.uow.pupil_progress(&request.ids).await?;
    let pupils = cx.uow.pupils_by_ids(&request.ids).await?;
    let orders = cx.uow.open_orders(&request.ids).await?;
    let mut problems: Vec<SubjectProblem> = Vec::new();
    let mut gone = Vec::new();
    let mut places = Vec::new();
    let mut steps = Vec::new();
    for pupil in &pupils {
        let order = orders.iter().find(|order| order.pupil_id == pupil.id);
        let state = order.and_then(|order| OrderState::from_stored(&order.state));
        let problem = if pupil.status == PupilStatus::Deleted.as_str() {
            Some(Problem::new(Code::PupilHeld).message("该学生已在回收站。"))
        } else {
            // What the district or the card office has before it is not the school's to give up.
            let waits = |state: &OrderState| {
                state
                    .permissions(OrderStep::Cancel)
                    .contains(&Permission::RequestOrders)
            };
            state.filter(|state| !waits(state)).map(|state| {
                Problem::new(Code::PupilHeld).message(format!(
                    "有一张制卡订单正在办理（{}），请先退回或办完这张订单，再删除学生。",
                    state.zh()
                ))
            })
        };
        if let Some(problem) = problem {
            problems.push(SubjectProblem {
                problem,
                subject_id: Some(pupil.id.to_string()),
                subject_name: Some(pupil.name.clone()),
            });
            continue;
        }
        gone.push(pupil.id);
        places.push((pupil.district.as_str(), pupil.school_id));
        steps.extend(order.map(|order| OrderStepRecord {
            id: order.id,
            step: OrderStep::Cancel.as_str().to_owned(),
            state: OrderState::Cancelled.as_str().to_owned(),
            reason: Some(reason.clone()),
        }));
    }
    if gone.is_empty() {
        return Err(match problems.into_iter().next() {
            Some(first) => first.problem.into(),
            None => Code::PupilUnknown.into(),
        });
    }
    let by = cx.actor()?.account;
    cx.uow.step_orders(&steps, by, now).await?;
    let moves = cx.uow.moves_of(&gone).await?;
    let moves: Vec<_> = moves.into_iter().map(|record| record.id).collect();
    cx.uow.delete_moves(&moves).await?;
    let done = cx.uow.delete_restorably(&gone, &reason, now).await?;
    let detail = serde_json::json!({
        "reason": reason,
        "cancelledOrders": steps.iter().map(|step| step.id).collect::<Vec<_>>(),
        "withdrawn": moves,
    });
    cx.note(
        note_of(places, format!("删除学生：{done} 名，放入回收站"))
            .with(detail)
            .about(gone.iter().map(|id| id.0)),
    );
    problems.truncate(200);
    Ok(StepResult { done, problems })
}
