//! Keeping a child (不同意转出), STU-8: with a reason that the new school reads.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use crate::context::{AuditNote, Cx};
use crate::domain::application::TransferStep;
use crate::error::OpError;
use crate::id::{ApplicationId, SchoolId};
use crate::ops::moving;
pub use crate::ops::moving::MoveView;
use crate::ops::pupil::reason;
use crate::ops::touches;
use crate::ports::MoveStep;

/// Which transfer, and why not.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefuseTransferRequest {
    /// The old school.
    pub from_school_id: SchoolId,
    /// Transfer.
    pub id: ApplicationId,
    /// Why not.
    pub reason: String,
}

touches!(RefuseTransferRequest, self => Touched::School(self.from_school_id));

/// # Errors
/// `reason.required`, `move.unknown`, `application.state`.
pub async fn run(cx: &mut Cx, request: RefuseTransferRequest) -> Result<MoveView, OpError> {
    let reason = reason(&request.reason)?;
    let step = TransferStep::Refuse;
    let (record, state) = super::to_decide(cx, request.id, request.from_school_id, step).await?;
    let step = MoveStep {
        state: state.as_str(),
        by: cx.actor()?.account,
        returned_reason: Some(reason.clone()),
        now: cx.now.ms(),
    };
    cx.uow.step_moves(&[record.id], &step).await?;
    let note = AuditNote::school(
        record.from_district,
        record.from_school_id,
        format!("不同意转出到{}：1 名学生", record.school_name),
    );
    cx.note(
        note.with(serde_json::json!({
            "application": record.id, "reason": reason,
        }))
        .about([record.pupil_id.0]),
    );
    moving::view(cx, record.id).await
}
