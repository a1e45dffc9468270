//! Batches, newest first (查看制卡批次).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::BatchView;
use crate::context::Cx;
use crate::domain::batch::BatchState;
use crate::error::{Code, OpError, Problem};
use crate::id::BatchId;
use crate::ops::page::{decode_cursor, limit, list_scopes, next};
use crate::ops::touches;
use crate::ports::BatchFilter;

/// Filter and page.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListBatchesRequest {
    /// District code.
    #[ts(optional)]
    pub district: Option<String>,
    /// State.
    #[ts(optional, as = "Option<BatchState>")]
    pub state: Option<String>,
    /// True for those alone that are at the bureau longer than the district allows.
    #[ts(optional)]
    pub overdue: Option<bool>,
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
pub struct ListBatchesResponse {
    /// Batches.
    pub items: Vec<BatchView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

touches!(ListBatchesRequest, self => Touched::Filtered);

/// # Errors
/// `forbidden` for a district outside the reach; `request.invalid` for an unknown state.
pub async fn run(cx: &mut Cx, request: ListBatchesRequest) -> Result<ListBatchesResponse, OpError> {
    let limit = limit(request.limit);
    if let Some(state) = &request.state
        && BatchState::from_stored(state).is_none()
    {
        return Err(Problem::new(Code::RequestInvalid)
            .field("state")
            .message("没有这种批次状态。")
            .into());
    }
    let after: Option<BatchId> = decode_cursor(request.after.as_deref())?;
    let mut batches = Vec::new();
    let scopes = list_scopes(cx.reach(), request.district.as_deref(), None)?;
    let filters = if request.overdue == Some(true) {
        super::overdue(&mut *cx.uow, scopes, cx.now).await?
    } else {
        scopes
            .into_iter()
            .map(|scope| BatchFilter {
                district: scope.parts().0,
                state: request.state.clone(),
                handed_over_before: None,
            })
            .collect()
    };
    for filter in filters {
        batches.extend(cx.uow.batches(&filter, after, limit).await?);
    }
    batches.sort_by_key(|batch| std::cmp::Reverse(batch.id));
    batches.truncate(limit as usize);
    let next = next(&batches, limit, |batch| batch.id);
    Ok(ListBatchesResponse {
        items: batches.iter().map(BatchView::new).collect(),
        next,
    })
}
