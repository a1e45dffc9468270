//! Another number for a class (修改班级序号).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::ClassView;
use crate::context::Cx;
use crate::domain::class::ClassNo;
use crate::error::{Code, OpError};
use crate::id::ClassId;
use crate::ops::touches;

/// Class and new number.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RenumberClassRequest {
    /// Class.
    pub id: ClassId,
    /// Version the person saw.
    #[ts(type = "number")]
    pub version: i64,
    /// 班级序号, 1–99.
    pub number: u32,
}

touches!(RenumberClassRequest, self => Touched::Class(self.id));

/// # Errors
/// `class.invalid`, `class.number_taken`, `class.unknown`, `version.conflict`, `forbidden`.
pub async fn run(cx: &mut Cx, request: RenumberClassRequest) -> Result<ClassView, OpError> {
    let number = ClassNo::new(request.number).map_err(|problem| problem.field("number"))?;
    let mut class = super::at_version(cx, request.id, request.version).await?;
    let there = cx
        .uow
        .classes(class.school_id, class.school_year, Some(class.grade))
        .await?;
    let before = class.number;
    class.number = i64::from(number.get());
    let grade = class.grade;
    match super::save(cx, class, &format!("班级序号 {before} 改为")).await {
        // The key said so; the list only tells who has it.
        Err(error) if error.has(Code::ClassNumberTaken) => {
            Err(super::taken(grade, number, &there).field("number").into())
        }
        other => other,
    }
}
