//! Puts back who a cleaning took out (撤销临时增效清理), within 30 days (CARD-6).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ExtensionRunView, is_undoable};
use crate::context::{AuditNote, Cx};
use crate::error::{Code, OpError};
use crate::id::ExtensionRunId;
use crate::ops::touches;
use crate::ports::ExtensionQuery;

/// Pupils that one undo names in the audit log.
const NAMED: u32 = 100_000;

/// Which cleaning.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UndoExtensionsRequest {
    /// Cleaning.
    pub run_id: ExtensionRunId,
}

/// Who came back.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UndoExtensionsResponse {
    /// Entries that came back.
    #[ts(type = "number")]
    pub restored: i64,
    /// Entries that did not: their pupils have been added anew since, or are purged.
    #[ts(type = "number")]
    pub left_out: i64,
    /// The cleaning.
    pub run: ExtensionRunView,
}

touches!(UndoExtensionsRequest, self => Touched::ExtensionRun(self.run_id));

/// The schedule leaves alone what came back until the next day of the policy; a person who
/// cleans sees it in the preview.
///
/// # Errors
/// `extension.run_unknown`; `extension.run_closed` when it was undone, or is over 30 days old.
pub async fn run(
    cx: &mut Cx,
    request: UndoExtensionsRequest,
) -> Result<UndoExtensionsResponse, OpError> {
    let id = request.run_id;
    let now = cx.now;
    let (account, login) = {
        let actor = cx.actor()?;
        (actor.account, actor.login.clone())
    };
    let mut run = cx
        .uow
        .extension_run(id)
        .await?
        .ok_or(Code::ExtensionRunUnknown)?;
    if !is_undoable(&run, now) {
        return Err(Code::ExtensionRunClosed.into());
    }
    let query = ExtensionQuery {
        run: Some(id),
        ..ExtensionQuery::default()
    };
    let pupils: Vec<_> = cx
        .uow
        .extensions(&query, None, NAMED)
        .await?
        .into_iter()
        .map(|entry| entry.pupil_id.0)
        .collect();
    let restored = cx
        .uow
        .undo_extension_run(id, &now.day().to_string(), account, now.ms())
        .await?;
    let left_out = run.removed - restored;
    let summary = format!(
        "撤销临时增效清理（{}）：恢复 {restored} 名，未恢复 {left_out} 名",
        run.on_day
    );
    cx.note(
        AuditNote::district(run.district.clone(), summary)
            .with(serde_json::json!({ "run": id, "restored": restored }))
            .about(pupils),
    );
    run.undone_at = Some(now.ms());
    run.undone_by_login = Some(login);
    run.restored = restored;
    Ok(UndoExtensionsResponse {
        restored,
        left_out,
        run: ExtensionRunView::new(run, now),
    })
}
