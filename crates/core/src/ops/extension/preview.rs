//! Who a cleaning would take out, and why (预览临时增效清理), CARD-6: nothing is written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use super::cleaning::LeavingCount;
use super::cleaning::{self, By};
use super::{ExtensionView, the_district};
use crate::context::Cx;
use crate::domain::extension::ExtensionPolicy;
use crate::domain::time::Day;
use crate::error::OpError;
use crate::ops::touches;

/// Entries that one answer lists; the counts are of all.
const LISTED: usize = 1_000;

/// Which list, on which day.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewExtensionsRequest {
    /// District code; may be left out by who has one district only.
    #[ts(optional)]
    pub district: Option<String>,
    /// Day whose rules count; today by default.
    #[ts(optional)]
    pub date: Option<String>,
}

/// Who would leave.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewExtensionsResponse {
    /// District code.
    pub district: String,
    /// Its name.
    pub district_name: String,
    /// Day.
    pub date: String,
    /// Policy of the district.
    pub policy: ExtensionPolicy,
    /// Its name.
    pub policy_name: String,
    /// Entries in the list.
    #[ts(type = "number")]
    pub checked: i64,
    /// Entries that would leave.
    #[ts(type = "number")]
    pub leaving: i64,
    /// The same by reason.
    pub counts: Vec<LeavingCount>,
    /// Those entries, at most 1000, newest first.
    pub items: Vec<ExtensionView>,
}

touches!(PreviewExtensionsRequest, self => match &self.district {
    Some(code) => Touched::District(code.clone()),
    None => Touched::Filtered,
});

/// # Errors
/// `district.unknown`, `date_range.invalid`.
pub async fn run(
    cx: &mut Cx,
    request: PreviewExtensionsRequest,
) -> Result<PreviewExtensionsResponse, OpError> {
    let on = day(request.date.as_deref(), cx.now.day())?.date();
    let reach = cx.reach().clone();
    let account = cx.actor()?.account;
    let cipher = cx.ports.cipher.clone();
    let district = the_district(&mut *cx.uow, &reach, request.district.as_deref()).await?;
    let plan = cleaning::plan(&mut *cx.uow, &district.code, on, By::Hand(account)).await?;
    let counts = plan.counts();
    let leaving = i64::try_from(plan.leaving.len()).unwrap_or(i64::MAX);
    let items = plan
        .leaving
        .into_iter()
        .take(LISTED)
        .map(|(entry, leaving)| ExtensionView::new(entry, Some(leaving), &*cipher))
        .collect::<Result<_, _>>()?;
    Ok(PreviewExtensionsResponse {
        district: district.code,
        district_name: district.name,
        date: on.to_string(),
        policy: plan.settings.policy,
        policy_name: plan.settings.policy.zh().to_owned(),
        checked: plan.checked,
        leaving,
        counts,
        items,
    })
}

/// The day of a request.
///
/// # Errors
/// `date_range.invalid`.
pub(super) fn day(raw: Option<&str>, today: Day) -> Result<Day, OpError> {
    match raw.map(str::trim).filter(|raw| !raw.is_empty()) {
        None => Ok(today),
        Some(raw) => Ok(Day::parse(raw).map_err(|problem| problem.field("date"))?),
    }
}
