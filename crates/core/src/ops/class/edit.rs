//! Another nickname or remark for a class (修改班级).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::ClassView;
use super::create::optional;
use crate::context::Cx;
use crate::domain::text::{Nickname, Remark};
use crate::error::OpError;
use crate::id::ClassId;
use crate::ops::touches;

/// The texts from now on; blank or absent removes them.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EditClassRequest {
    /// Class.
    pub id: ClassId,
    /// Version the person saw.
    #[ts(type = "number")]
    pub version: i64,
    /// 班级昵称.
    #[ts(optional)]
    pub nickname: Option<String>,
    /// 备注.
    #[ts(optional)]
    pub remark: Option<String>,
}

touches!(EditClassRequest, self => Touched::Class(self.id));

/// # Errors
/// `class.unknown`, `text.too_long`, `version.conflict`, `forbidden`.
pub async fn run(cx: &mut Cx, request: EditClassRequest) -> Result<ClassView, OpError> {
    let mut class = super::at_version(cx, request.id, request.version).await?;
    let mut problems = Vec::new();
    let nickname = optional(
        request.nickname.as_deref(),
        "nickname",
        Nickname::parse,
        &mut problems,
    );
    let remark = optional(
        request.remark.as_deref(),
        "remark",
        Remark::parse,
        &mut problems,
    );
    if !problems.is_empty() {
        return Err(problems.into());
    }
    class.nickname = nickname.map(|nickname| nickname.as_str().to_owned());
    class.remark = remark.map(|remark| remark.as_str().to_owned());
    super::save(cx, class, "修改班级").await
}
