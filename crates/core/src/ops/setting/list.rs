//! Settings with the values that hold (查看设置).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::SettingView;
use crate::context::Cx;
use crate::error::OpError;
use crate::ops::touches;
use crate::settings::ALL;

/// Of the city, or of a district.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListSettingsRequest {
    /// District code; absent for the city's.
    #[ts(optional)]
    pub district: Option<String>,
}

/// Settings in their fixed order.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListSettingsResponse {
    /// Settings; of a district only those it may set.
    pub items: Vec<SettingView>,
}

touches!(ListSettingsRequest, self => match &self.district {
    Some(code) => Touched::District(code.clone()),
    None => Touched::City,
});

/// # Errors
/// `forbidden`, `district.unknown`.
pub async fn run(
    cx: &mut Cx,
    request: ListSettingsRequest,
) -> Result<ListSettingsResponse, OpError> {
    let city = cx.uow.settings("").await?;
    let own = match &request.district {
        Some(code) => cx.uow.settings(code).await?,
        None => Vec::new(),
    };
    let of_district = request.district.is_some();
    let items = ALL
        .iter()
        .filter(|setting| !of_district || setting.per_district)
        .map(|setting| super::view(setting, &city, &own, of_district))
        .collect();
    Ok(ListSettingsResponse { items })
}
