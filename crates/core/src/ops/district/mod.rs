//! Districts (区县), ORG-1.

pub mod create;
pub mod list;
pub mod rename;

use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

/// A district as shown.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DistrictView {
    /// 6 digits.
    pub code: String,
    /// Name.
    pub name: String,
    /// Number of its schools.
    #[ts(type = "number")]
    pub schools: i64,
}
