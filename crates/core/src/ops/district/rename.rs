//! Another name for a district (修改区县名称).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::DistrictView;
use crate::context::{AuditNote, Cx};
use crate::error::{Code, OpError, Problem};
use crate::ops::touches;

/// Code and new name.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RenameDistrictRequest {
    /// Code.
    pub code: String,
    /// New name.
    pub name: String,
}

touches!(RenameDistrictRequest, self => Touched::City);

/// # Errors
/// `district.unknown`, `name.invalid`, `forbidden`.
pub async fn run(cx: &mut Cx, request: RenameDistrictRequest) -> Result<DistrictView, OpError> {
    let (code, name) = super::create::parse(&request.code, &request.name)?;
    let before = cx
        .uow
        .districts()
        .await?
        .into_iter()
        .find(|district| district.code == code.as_str())
        .ok_or_else(|| Problem::new(Code::DistrictUnknown).field("code"))?;
    cx.uow.rename_district(code.as_str(), name.as_str()).await?;
    cx.note(AuditNote::district(
        code.as_str(),
        format!("区县改名：{} → {}", before.name, name.as_str()),
    ));
    Ok(DistrictView {
        code: before.code,
        name: name.as_str().to_owned(),
        schools: before.schools,
    })
}
