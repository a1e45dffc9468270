//! Grades of a school (查看年级).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::context::Cx;
use crate::error::OpError;
use crate::id::{GradeId, SchoolId};
use crate::ops::touches;

/// Which school.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListGradesRequest {
    /// School.
    pub school_id: SchoolId,
}

/// A grade as shown.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GradeView {
    /// Id.
    pub id: GradeId,
    /// 1–9.
    #[ts(type = "number")]
    pub number: i64,
    /// 一年级 … 九年级.
    pub name: String,
    /// Pupils leave the school after it.
    pub graduating: bool,
    /// Promotion is started by a person.
    pub manual_promotion: bool,
}

/// Grades by number.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListGradesResponse {
    /// Grades.
    pub items: Vec<GradeView>,
}

touches!(ListGradesRequest, self => Touched::School(self.school_id));

/// # Errors
/// `school.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: ListGradesRequest) -> Result<ListGradesResponse, OpError> {
    let items = cx
        .uow
        .grades(&[request.school_id])
        .await?
        .into_iter()
        .map(|grade| GradeView {
            id: grade.id,
            number: grade.number,
            name: grade.name,
            graduating: grade.graduating,
            manual_promotion: grade.manual_promotion,
        })
        .collect();
    Ok(ListGradesResponse { items })
}
