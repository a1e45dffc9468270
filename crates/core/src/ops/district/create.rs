//! A new district (新建区县).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::DistrictView;
use crate::context::{AuditNote, Cx};
use crate::domain::district::{DistrictCode, DistrictName};
use crate::error::{OpError, Problem};
use crate::ops::touches;

/// Code and name.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateDistrictRequest {
    /// 6 digits, GB/T 2260.
    pub code: String,
    /// Name.
    pub name: String,
}

touches!(CreateDistrictRequest, self => Touched::City);

/// # Errors
/// `district.code_invalid`, `district.taken`, `name.invalid`, `forbidden`.
pub async fn run(cx: &mut Cx, request: CreateDistrictRequest) -> Result<DistrictView, OpError> {
    let (code, name) = parse(&request.code, &request.name)?;
    cx.uow
        .insert_district(code.as_str(), name.as_str(), cx.now.ms())
        .await?;
    cx.note(AuditNote::district(
        code.as_str(),
        format!("新建区县：{} {}", code.as_str(), name.as_str()),
    ));
    Ok(DistrictView {
        code: code.as_str().to_owned(),
        name: name.as_str().to_owned(),
        schools: 0,
    })
}

/// Code and name, every problem at once.
pub(crate) fn parse(code: &str, name: &str) -> Result<(DistrictCode, DistrictName), Vec<Problem>> {
    match (DistrictCode::parse(code), DistrictName::parse(name)) {
        (Ok(code), Ok(name)) => Ok((code, name)),
        (code, name) => Err(code
            .err()
            .map(|problem| problem.field("code"))
            .into_iter()
            .chain(name.err().map(|problem| problem.field("name")))
            .collect()),
    }
}
