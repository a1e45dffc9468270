//! Districts within one's reach (查看区县).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::DistrictView;
use crate::access::Reach;
use crate::context::Cx;
use crate::error::OpError;
use crate::ops::touches;

/// No input.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListDistrictsRequest {}

/// Districts by code.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListDistrictsResponse {
    /// Districts.
    pub items: Vec<DistrictView>,
}

touches!(ListDistrictsRequest, self => Touched::Filtered);

/// # Errors
/// Those of the store.
pub async fn run(cx: &mut Cx, _: ListDistrictsRequest) -> Result<ListDistrictsResponse, OpError> {
    let reach = cx.reach().clone();
    let visible = |code: &String| match &reach {
        Reach::City => true,
        Reach::Parts { districts, schools } => {
            districts.contains(code) || schools.iter().any(|(district, _)| district == code)
        }
    };
    let items = cx
        .uow
        .districts()
        .await?
        .into_iter()
        .filter(|district| visible(&district.code))
        .map(|district| DistrictView {
            code: district.code,
            name: district.name,
            schools: district.schools,
        })
        .collect();
    Ok(ListDistrictsResponse { items })
}
