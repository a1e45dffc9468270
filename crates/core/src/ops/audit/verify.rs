//! Checking the audit log's chains (校验审计): a removed, inserted or changed entry shows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::access::Reach;
use crate::audit::{Broken, verify_chain};
use crate::context::Cx;
use crate::error::OpError;
use crate::ops::touches;

/// One chain, or all within the reach.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyAuditRequest {
    /// District code; absent for every chain within the reach.
    #[ts(optional)]
    pub district: Option<String>,
}

/// What the check found.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyAuditResponse {
    /// Sealed entries that were checked.
    #[ts(type = "number")]
    pub entries: u64,
    /// Entries that were purged by retention, as proven by the checkpoints.
    #[ts(type = "number")]
    pub purged: u64,
    /// True when every chain holds.
    pub intact: bool,
    /// Where the first chain breaks, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub first_broken: Option<String>,
}

touches!(VerifyAuditRequest, self => match &self.district {
    Some(code) => Touched::District(code.clone()),
    None => Touched::Filtered,
});

/// # Errors
/// `forbidden`, `district.unknown`.
pub async fn run(cx: &mut Cx, request: VerifyAuditRequest) -> Result<VerifyAuditResponse, OpError> {
    let chains = match request.district {
        Some(code) => vec![code],
        None => {
            let all = cx.uow.chains().await?;
            match cx.reach() {
                Reach::City => all,
                Reach::Parts { districts, .. } => all
                    .into_iter()
                    .filter(|chain| districts.contains(chain))
                    .collect(),
            }
        }
    };
    let mut answer = VerifyAuditResponse {
        entries: 0,
        purged: 0,
        intact: true,
        first_broken: None,
    };
    let ports = cx.ports.clone();
    for chain in chains {
        let check = verify_chain(&ports, &mut *cx.uow, &chain).await?;
        answer.entries += check.entries;
        answer.purged += check.purged;
        if let (Some(broken), true) = (check.broken, answer.intact) {
            answer.intact = false;
            let name = if chain.is_empty() { "全市" } else { &chain };
            answer.first_broken = Some(match broken {
                Broken::Entry(seq) => format!("{name}的第 {seq} 条记录起与校验链不符"),
                Broken::Checkpoint(seq) => {
                    format!("{name}清理到第 {seq} 条的凭据与校验链不符")
                }
            });
        }
    }
    Ok(answer)
}
