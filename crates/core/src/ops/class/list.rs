//! Classes of a school in a year (查看班级), ORG-5.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ClassView;
use crate::context::Cx;
use crate::domain::year::SchoolYear;
use crate::error::{Code, OpError};
use crate::id::SchoolId;
use crate::ops::school::year_of;
use crate::ops::touches;

/// School, year, grade.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListClassesRequest {
    /// School.
    pub school_id: SchoolId,
    /// `2026-2027`; the school's current year when absent.
    #[ts(optional)]
    pub school_year: Option<String>,
    /// Only of this grade number.
    #[ts(optional, type = "number")]
    pub grade: Option<i64>,
}

/// Classes by grade and number.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListClassesResponse {
    /// Classes.
    pub items: Vec<ClassView>,
    /// The year they belong to.
    pub school_year: String,
}

touches!(ListClassesRequest, self => Touched::School(self.school_id));

/// # Errors
/// `school.unknown`, `school_year.invalid`, `forbidden`.
pub async fn run(cx: &mut Cx, request: ListClassesRequest) -> Result<ListClassesResponse, OpError> {
    let year = match request.school_year {
        Some(text) => SchoolYear::parse(&text).map_err(|problem| problem.field("schoolYear"))?,
        None => year_of(
            cx.uow
                .school(request.school_id)
                .await?
                .ok_or(Code::SchoolUnknown)?
                .school_year,
        )?,
    };
    let classes = cx
        .uow
        .classes(request.school_id, i64::from(year.start()), request.grade)
        .await?;
    let items = classes
        .into_iter()
        .map(ClassView::new)
        .collect::<Result<_, _>>()?;
    Ok(ListClassesResponse {
        items,
        school_year: year.to_string(),
    })
}
