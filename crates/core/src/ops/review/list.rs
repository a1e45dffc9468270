//! What waits for the district and what it decided, oldest submission first (查看审核).

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ApplicationView, ReviewFilter};
use crate::context::Cx;
use crate::domain::application::ApplicationKind;
use crate::error::OpError;
use crate::id::{ApplicationId, PupilId};
use crate::ops::page::{COUNT_CAP, CappedCount, decode_cursor, limit, next};
use crate::ops::touches;
use crate::settings::Settings;

/// Filter and page.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListReviewRequest {
    /// Filter.
    #[serde(default)]
    #[ts(optional, as = "Option<ReviewFilter>")]
    pub filter: ReviewFilter,
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
pub struct ListReviewResponse {
    /// Applications.
    pub items: Vec<ApplicationView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
    /// How many fit, counted up to 1000.
    pub count: CappedCount,
    /// Reasons to choose from when some are returned: those of the first one's district.
    pub reasons: Vec<String>,
}

touches!(ListReviewRequest, self => Touched::Filtered);

/// # Errors
/// `forbidden`, `school.unknown`, `request.invalid`.
pub async fn run(cx: &mut Cx, request: ListReviewRequest) -> Result<ListReviewResponse, OpError> {
    let limit = limit(request.limit);
    let after: Option<(i64, ApplicationId)> = decode_cursor(request.after.as_deref())?;
    let mut records = Vec::new();
    let mut count = CappedCount {
        count: 0,
        more: false,
    };
    let queries = super::queries(cx, &request.filter).await?;
    for query in &queries {
        records.extend(cx.uow.applications(query, after, limit).await?);
        count = count.plus(CappedCount::from_counted(
            cx.uow.count_applications(query, COUNT_CAP + 1).await?,
        ));
    }
    if queries.len() > 1 {
        records.sort_by_key(|record| (record.submitted_at, record.id));
        records.truncate(limit as usize);
    }
    let next = next(&records, limit, |record| (record.submitted_at, record.id));
    let district = records.first().map(|record| record.district.clone());
    let reasons =
        Settings::review_reasons(&mut *cx.uow, district.as_deref().unwrap_or_default()).await?;
    let pupils: Vec<PupilId> = records
        .iter()
        .filter(|record| record.kind == ApplicationKind::New.as_str())
        .map(|record| record.pupil_id)
        .collect();
    let near = cx.uow.pupils_with_near(&pupils).await?;
    let near: HashSet<PupilId> = near.into_iter().collect();
    let items = records
        .into_iter()
        .map(|record| {
            let suspected = near.contains(&record.pupil_id);
            let view = ApplicationView::new(record, &*cx.ports.cipher)?;
            Ok(ApplicationView { suspected, ..view })
        })
        .collect::<Result<_, OpError>>()?;
    Ok(ListReviewResponse {
        items,
        next,
        count,
        reasons,
    })
}
