//! Taking a request for a transfer back (撤回转入申请), STU-8.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::context::{AuditNote, Cx};
use crate::error::{Code, OpError};
use crate::id::{ApplicationId, SchoolId};
use crate::ops::touches;

/// Which transfer.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WithdrawTransferRequest {
    /// School that asked.
    pub school_id: SchoolId,
    /// Transfer.
    pub id: ApplicationId,
}

/// It is gone.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WithdrawTransferResponse {
    /// The transfer that was taken back.
    pub id: ApplicationId,
}

touches!(WithdrawTransferRequest, self => Touched::School(self.school_id));

/// # Errors
/// `move.unknown`; `move.state` once the child has come.
pub async fn run(
    cx: &mut Cx,
    request: WithdrawTransferRequest,
) -> Result<WithdrawTransferResponse, OpError> {
    let record = cx.uow.moves_by_ids(&[request.id]).await?.into_iter().next();
    let record = record
        .filter(|record| record.kind == "transfer_in" && record.school_id == request.school_id)
        .ok_or(Code::MoveUnknown)?;
    if cx.uow.delete_moves(&[record.id]).await? == 0 {
        return Err(Code::MoveState.into());
    }
    let note = AuditNote::school(
        record.district,
        record.school_id,
        format!("撤回从{}转入的申请：1 名学生", record.from_school_name),
    );
    cx.note(
        note.with(serde_json::json!({
            "application": record.id,
        }))
        .about([record.pupil_id.0]),
    );
    Ok(WithdrawTransferResponse { id: record.id })
}
