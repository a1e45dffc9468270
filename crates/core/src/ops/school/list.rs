//! Schools within one's reach (查看学校).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::SchoolView;
use crate::access::Reach;
use crate::context::Cx;
use crate::error::{Code, OpError};
use crate::ops::page::{decode_cursor, limit, next};
use crate::ops::touches;
use crate::ports::{SchoolFilter, SchoolRecord};

/// Filter and page.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListSchoolsRequest {
    /// Only of this district.
    #[ts(optional)]
    pub district: Option<String>,
    /// Part of the name, or start of the code.
    #[ts(optional)]
    pub text: Option<String>,
    /// `next` of the page before.
    #[ts(optional)]
    pub after: Option<String>,
    /// Rows of the page, 1–500; 50 by default.
    #[ts(optional)]
    pub limit: Option<u32>,
}

/// A page by district and code.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListSchoolsResponse {
    /// Schools.
    pub items: Vec<SchoolView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

touches!(ListSchoolsRequest, self => Touched::Filtered);

/// # Errors
/// `forbidden` for a district outside the reach.
pub async fn run(cx: &mut Cx, request: ListSchoolsRequest) -> Result<ListSchoolsResponse, OpError> {
    let (schools, next) = page(
        cx,
        request.district,
        request.text,
        request.after.as_deref(),
        limit(request.limit),
    )
    .await?;
    let items = schools
        .into_iter()
        .map(SchoolView::new)
        .collect::<Result<_, _>>()?;
    Ok(ListSchoolsResponse { items, next })
}

/// A page of schools within the reach, also for the ladder's matrix.
pub(crate) async fn page(
    cx: &mut Cx,
    district: Option<String>,
    text: Option<String>,
    after: Option<&str>,
    limit: u32,
) -> Result<(Vec<SchoolRecord>, Option<String>), OpError> {
    let mut filter = SchoolFilter {
        districts: district.map(|code| vec![code]),
        ids: None,
        text: text
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty()),
    };
    match cx.reach() {
        Reach::City => {}
        Reach::Parts { districts, schools } => {
            // A person with whole districts sees those; one with single schools sees these.
            let asked = filter.districts.take();
            let inside = |code: &String| asked.as_ref().is_none_or(|asked| asked.contains(code));
            let own: Vec<String> = districts
                .iter()
                .filter(|code| inside(code))
                .cloned()
                .collect();
            if own.is_empty() {
                let ids: Vec<_> = schools
                    .iter()
                    .filter(|(code, _)| inside(code))
                    .map(|(_, id)| *id)
                    .collect();
                if ids.is_empty() {
                    return Err(Code::Forbidden.into());
                }
                filter.ids = Some(ids);
            } else {
                filter.districts = Some(own);
            }
        }
    }
    let after = decode_cursor(after)?;
    let schools = cx.uow.schools(&filter, after, limit).await?;
    let next = next(&schools, limit, |school| (&school.district, &school.code));
    Ok((schools, next))
}
