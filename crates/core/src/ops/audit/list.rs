//! Entries of the audit log, newest first (查看审计).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Asked, AuditView};
use crate::context::Cx;
use crate::error::OpError;
use crate::id::AuditId;
use crate::ops::page::{decode_cursor, limit, next};
use crate::ops::touches;

/// Filter and page.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAuditRequest {
    /// Login, exactly.
    #[ts(optional)]
    pub login: Option<String>,
    /// Operation (`class.create`) or its noun (`class`).
    #[ts(optional)]
    pub op: Option<String>,
    /// `done` or `refused`.
    #[ts(optional)]
    pub outcome: Option<String>,
    /// District code.
    #[ts(optional)]
    pub district: Option<String>,
    /// First day, `2026-09-01`.
    #[ts(optional)]
    pub from: Option<String>,
    /// Last day.
    #[ts(optional)]
    pub to: Option<String>,
    /// `next` of the page before.
    #[ts(optional)]
    pub after: Option<String>,
    /// Rows of the page, 1–500; 50 by default.
    #[ts(optional)]
    pub limit: Option<u32>,
}

/// A page.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListAuditResponse {
    /// Entries, newest first.
    pub items: Vec<AuditView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

touches!(ListAuditRequest, self => Touched::Filtered);

/// # Errors
/// `forbidden` for a district outside the reach; `date_range.invalid`.
pub async fn run(cx: &mut Cx, request: ListAuditRequest) -> Result<ListAuditResponse, OpError> {
    let limit = limit(request.limit);
    let asked = Asked {
        login: request.login,
        op: request.op,
        outcome: request.outcome,
        district: request.district,
        from: request.from,
        to: request.to,
    };
    let filter = super::filter(cx.actor()?, asked)?;
    let before: Option<(i64, AuditId)> = decode_cursor(request.after.as_deref())?;
    let entries = cx.uow.audit_entries(&filter, before, limit).await?;
    let next = next(&entries, limit, |entry| (entry.at, entry.id));
    Ok(ListAuditResponse {
        items: entries.into_iter().map(AuditView::from).collect(),
        next,
    })
}
