//! The list of temporary validity extensions, newest first (查看临时增效), CARD-6.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ExtensionView;
use super::cleaning::leaving_of;
use crate::context::Cx;
use crate::domain::card::CardNo;
use crate::error::OpError;
use crate::id::{ExtensionRunId, SchoolId};
use crate::ops::order::pupils_of_text;
use crate::ops::page::{COUNT_CAP, CappedCount, asked_scopes, decode_cursor, limit, next};
use crate::ops::touches;
use crate::ports::ExtensionQuery;
use crate::settings::Settings;

/// Filter and page.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListExtensionsRequest {
    /// Only of this district.
    #[ts(optional)]
    pub district: Option<String>,
    /// Only of pupils now at this school.
    #[ts(optional)]
    pub school_id: Option<SchoolId>,
    /// Start of a name, a whole number of a paper, or a card number.
    #[ts(optional)]
    pub text: Option<String>,
    /// Those that left with this cleaning instead of those in the list.
    #[ts(optional)]
    pub run_id: Option<ExtensionRunId>,
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
pub struct ListExtensionsResponse {
    /// Entries.
    pub items: Vec<ExtensionView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
    /// How many fit.
    pub total: CappedCount,
}

touches!(ListExtensionsRequest, self => Touched::Filtered);

/// # Errors
/// `forbidden`, `school.unknown`, `text.too_broad`.
pub async fn run(
    cx: &mut Cx,
    request: ListExtensionsRequest,
) -> Result<ListExtensionsResponse, OpError> {
    let limit = limit(request.limit);
    let (today, cipher) = (cx.today(), cx.ports.cipher.clone());
    let reach = cx.reach().clone();
    let text = request
        .text
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let (scopes, school) = asked_scopes(
        &mut *cx.uow,
        &reach,
        request.district.as_deref(),
        request.school_id,
    )
    .await?;
    let before = decode_cursor(request.after.as_deref())?;
    let mut entries = Vec::new();
    let mut total = CappedCount::from_counted(0);
    for scope in scopes {
        let (district, _) = scope.parts();
        let text = match text {
            None => None,
            Some(text) => {
                let pupils = pupils_of_text(
                    &mut *cx.uow,
                    &*cipher,
                    district.as_deref(),
                    school.as_ref().map(|school| school.id),
                    text,
                    today,
                )
                .await?;
                let card = CardNo::parse(text).ok();
                Some((pupils, card.map(|card| card.as_str().to_owned())))
            }
        };
        let query = ExtensionQuery {
            run: request.run_id,
            // An entry belongs to the district that made it, wherever the pupil is now.
            district: district.or_else(|| school.as_ref().map(|school| school.district.clone())),
            school: school.as_ref().map(|school| school.id),
            text,
        };
        entries.extend(cx.uow.extensions(&query, before, limit).await?);
        let counted = cx.uow.count_extensions(&query, COUNT_CAP + 1).await?;
        total = total.plus(CappedCount::from_counted(counted));
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    entries.truncate(limit as usize);
    let next = next(&entries, limit, |entry| entry.id);
    let mut settings = HashMap::new();
    let mut items = Vec::with_capacity(entries.len());
    for entry in entries {
        if !settings.contains_key(&entry.district) {
            let own = Settings::extensions(&mut *cx.uow, &entry.district).await?;
            settings.insert(entry.district.clone(), own);
        }
        let leaving = settings
            .get(&entry.district)
            .and_then(|settings| leaving_of(&entry, settings, None));
        items.push(ExtensionView::new(entry, leaving, &*cipher)?);
    }
    Ok(ListExtensionsResponse { items, next, total })
}
