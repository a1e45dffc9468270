//! Letting a child go (同意转出), STU-8: by the old school, its district, or the city.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use crate::context::{AuditNote, Cx};
use crate::domain::application::TransferStep;
use crate::error::OpError;
use crate::id::{ApplicationId, SchoolId};
use crate::ops::moving;
pub use crate::ops::moving::MoveView;
use crate::ops::touches;
use crate::ports::MoveStep;

/// Which transfer.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleaseTransferRequest {
    /// The old school.
    pub from_school_id: SchoolId,
    /// Transfer.
    pub id: ApplicationId,
}

touches!(ReleaseTransferRequest, self => Touched::School(self.from_school_id));

/// It goes on to the district of the new school, which approves or returns it.
///
/// # Errors
/// `move.unknown`, `application.state`; `forbidden` for a school that has refused before.
pub async fn run(cx: &mut Cx, request: ReleaseTransferRequest) -> Result<MoveView, OpError> {
    let step = TransferStep::Release;
    let (record, state) = super::to_decide(cx, request.id, request.from_school_id, step).await?;
    let step = MoveStep {
        state: state.as_str(),
        by: cx.actor()?.account,
        returned_reason: None,
        now: cx.now.ms(),
    };
    cx.uow.step_moves(&[record.id], &step).await?;
    let note = AuditNote::school(
        record.from_district,
        record.from_school_id,
        format!("同意转出到{}：1 名学生", record.school_name),
    );
    cx.note(
        note.with(serde_json::json!({
            "application": record.id, "before": record.state,
        }))
        .about([record.pupil_id.0]),
    );
    moving::view(cx, record.id).await
}
