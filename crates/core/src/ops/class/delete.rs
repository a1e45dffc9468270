//! Deleting a class that never had a pupil (删除班级).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::context::Cx;
use crate::error::{Code, OpError, Problem};
use crate::id::ClassId;
use crate::ops::touches;

/// Which class.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteClassRequest {
    /// Class.
    pub id: ClassId,
    /// Version the person saw.
    #[ts(type = "number")]
    pub version: i64,
}

/// Nothing.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteClassResponse {}

touches!(DeleteClassRequest, self => Touched::Class(self.id));

/// # Errors
/// `class.not_empty` when pupils are or were in it (close it instead); `class.unknown`,
/// `version.conflict`, `forbidden`.
pub async fn run(cx: &mut Cx, request: DeleteClassRequest) -> Result<DeleteClassResponse, OpError> {
    let class = super::at_version(cx, request.id, request.version).await?;
    if !cx.uow.delete_class(class.id, class.version).await? {
        let why = if class.pupils > 0 {
            format!(
                "班级里还有 {} 名学生，不能删除；可以关闭班级。",
                class.pupils
            )
        } else {
            "班级有历史记录，不能删除；可以关闭班级。".to_owned()
        };
        return Err(Problem::new(Code::ClassNotEmpty).message(why).into());
    }
    let text = format!("删除班级：{}", super::class_name(class.grade, class.number));
    super::note(cx, &class, text);
    Ok(DeleteClassResponse {})
}
