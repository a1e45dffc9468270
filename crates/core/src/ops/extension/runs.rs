//! Cleanings that took entries out, newest first (查看临时增效清理记录).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ExtensionRunView;
use crate::context::Cx;
use crate::error::OpError;
use crate::ops::page::{decode_cursor, limit, list_scopes, next};
use crate::ops::touches;

/// Of which district, and page.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListExtensionRunsRequest {
    /// Only of this district.
    #[ts(optional)]
    pub district: Option<String>,
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
pub struct ListExtensionRunsResponse {
    /// Cleanings.
    pub items: Vec<ExtensionRunView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

touches!(ListExtensionRunsRequest, self => Touched::Filtered);

/// # Errors
/// `forbidden` for a district outside the reach.
pub async fn run(
    cx: &mut Cx,
    request: ListExtensionRunsRequest,
) -> Result<ListExtensionRunsResponse, OpError> {
    let limit = limit(request.limit);
    let before = decode_cursor(request.after.as_deref())?;
    let mut runs = Vec::new();
    for scope in list_scopes(cx.reach(), request.district.as_deref(), None)? {
        let (district, _) = scope.parts();
        runs.extend(
            cx.uow
                .extension_runs(district.as_deref(), before, limit)
                .await?,
        );
    }
    runs.sort_by_key(|run| std::cmp::Reverse(run.id));
    runs.truncate(limit as usize);
    let next = next(&runs, limit, |run| run.id);
    let items = runs
        .into_iter()
        .map(|run| ExtensionRunView::new(run, cx.now))
        .collect();
    Ok(ListExtensionRunsResponse { items, next })
}
