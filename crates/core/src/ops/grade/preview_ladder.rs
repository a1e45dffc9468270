//! What the repair of ladders would do (预览年级阶梯).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::LadderResponse;
use crate::context::Cx;
use crate::error::OpError;
use crate::id::SchoolId;
use crate::ops::touches;

/// Some schools, or all of a district, or all of the city.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewLadderRequest {
    /// All schools of this district.
    #[ts(optional)]
    pub district: Option<String>,
    /// These schools.
    #[ts(optional)]
    pub school_ids: Option<Vec<SchoolId>>,
}

touches!(PreviewLadderRequest, self => match (&self.school_ids, &self.district) {
    (Some(ids), _) => Touched::Schools(ids.clone()),
    (None, Some(code)) => Touched::District(code.clone()),
    (None, None) => Touched::City,
});

/// # Errors
/// `forbidden`, `district.unknown`, `school.unknown`, `selection.empty`.
pub async fn run(cx: &mut Cx, request: PreviewLadderRequest) -> Result<LadderResponse, OpError> {
    let schools =
        super::schools_of(cx, request.district.as_ref(), request.school_ids.as_ref()).await?;
    let plan = super::plan(cx, &schools).await?;
    Ok(LadderResponse {
        changes: plan.changes,
        schools: u32::try_from(schools.len()).unwrap_or(u32::MAX),
    })
}
