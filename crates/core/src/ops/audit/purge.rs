//! Purging what the retention setting no longer keeps (清理审计), at once instead of at
//! the host's next daily purge. Nobody chooses what goes: the setting does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::audit::{purge_expired, seal_pending};
use crate::context::{AuditNote, Job};
use crate::error::OpError;
use crate::ops::touches;

/// No input.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PurgeAuditRequest {}

/// What went.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PurgeAuditResponse {
    /// Entries purged.
    #[ts(type = "number")]
    pub entries: i64,
    /// District codes of chains that do not hold, of which nothing was purged; empty
    /// text for the city's.
    pub broken: Vec<String>,
}

touches!(PurgeAuditRequest, self => Touched::City);

/// # Errors
/// `forbidden`.
pub async fn run(job: &mut Job, _: PurgeAuditRequest) -> Result<PurgeAuditResponse, OpError> {
    // An old entry that is not sealed yet can be neither proven nor purged.
    seal_pending(&job.ports).await?;
    let by = Some((&job.actor, job.address.as_str()));
    let purged = purge_expired(&job.ports, by, job.now).await?;
    let answer = PurgeAuditResponse {
        entries: purged.entries,
        broken: purged.broken,
    };
    let summary = format!("清理审计记录，共 {} 条", answer.entries);
    let uow = job.ports.store.write().await?;
    job.finish(uow, AuditNote::city(summary), &answer).await?;
    Ok(answer)
}
