//! Opening a closed class again (重新开放班级).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::ClassView;
use crate::context::Cx;
use crate::error::OpError;
use crate::id::ClassId;
use crate::ops::touches;

/// Which class.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReopenClassRequest {
    /// Class.
    pub id: ClassId,
    /// Version the person saw.
    #[ts(type = "number")]
    pub version: i64,
}

touches!(ReopenClassRequest, self => Touched::Class(self.id));

/// # Errors
/// `class.unknown`, `version.conflict`, `forbidden`.
pub async fn run(cx: &mut Cx, request: ReopenClassRequest) -> Result<ClassView, OpError> {
    let mut class = super::at_version(cx, request.id, request.version).await?;
    class.open = true;
    super::save(cx, class, "重新开放班级").await
}
