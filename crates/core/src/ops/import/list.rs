//! Imports within one's reach, newest first (查看导入记录).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ImportSummary;
use crate::access::Reach;
use crate::context::Cx;
use crate::domain::application::{ImportOf, ImportState};
use crate::error::OpError;
use crate::id::{ImportId, SchoolId};
use crate::ops::page::{ListScope, asked_scopes, decode_cursor, limit, next};
use crate::ops::touches;
use crate::ports::{ImportFilter, ImportRecord};

/// Filter and page.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListImportsRequest {
    /// Only of this school.
    #[ts(optional)]
    pub school_id: Option<SchoolId>,
    /// Only in this state.
    #[ts(optional, as = "Option<ImportState>")]
    pub state: Option<String>,
    /// Only of this kind.
    #[ts(optional, as = "Option<ImportOf>")]
    pub kind: Option<String>,
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
pub struct ListImportsResponse {
    /// Imports.
    pub items: Vec<ImportSummary>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

touches!(ListImportsRequest, self => Touched::Filtered);

/// # Errors
/// `forbidden` for a school outside the reach.
pub async fn run(cx: &mut Cx, request: ListImportsRequest) -> Result<ListImportsResponse, OpError> {
    let limit = limit(request.limit);
    let before = decode_cursor(request.after.as_deref())?;
    let reach = cx.reach().clone();
    let state = request.state.as_deref().map(ImportState::parse).transpose();
    let kind = request.kind.as_deref().map(ImportOf::parse).transpose();
    let filter = ImportFilter {
        state: state
            .map_err(|problem| problem.field("state"))?
            .map(|state| state.as_str().to_owned()),
        kind: kind
            .map_err(|problem| problem.field("kind"))?
            .map(|kind| kind.as_str().to_owned()),
        ..ImportFilter::default()
    };
    let imports = within(cx, &reach, request.school_id, filter, before, limit).await?;
    let next = next(&imports, limit, |import| import.id);
    let items = imports
        .into_iter()
        .map(ImportSummary::new)
        .collect::<Result<_, _>>()?;
    Ok(ListImportsResponse { items, next })
}

/// Imports within a reach, also for the start page.
pub(crate) async fn within(
    cx: &mut Cx,
    reach: &Reach,
    school: Option<SchoolId>,
    filter: ImportFilter,
    before: Option<ImportId>,
    limit: u32,
) -> Result<Vec<ImportRecord>, OpError> {
    let (scopes, _) = asked_scopes(&mut *cx.uow, reach, None, school).await?;
    let mut all = Vec::new();
    for (district, school) in scopes.into_iter().map(ListScope::parts) {
        let filter = ImportFilter {
            district,
            school,
            ..filter.clone()
        };
        all.extend(cx.uow.imports(&filter, before, limit).await?);
    }
    all.sort_by_key(|import| std::cmp::Reverse(import.id));
    all.truncate(limit as usize);
    Ok(all)
}
