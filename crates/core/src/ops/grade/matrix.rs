//! Schools down, grades 1–9 across: what is there, missing, wrong (查看年级阶梯).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::context::Cx;
use crate::domain::grade::GradeNo;
use crate::error::OpError;
use crate::id::{GradeId, SchoolId};
use crate::ops::page::limit;
use crate::ops::school::{SchoolView, kind_of};
use crate::ops::touches;

/// Filter and page.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GradeMatrixRequest {
    /// Only of this district.
    #[ts(optional)]
    pub district: Option<String>,
    /// Part of the school's name, or start of its code.
    #[ts(optional)]
    pub text: Option<String>,
    /// `next` of the page before.
    #[ts(optional)]
    pub after: Option<String>,
    /// Schools of the page, 1–500; 50 by default.
    #[ts(optional)]
    pub limit: Option<u32>,
}

/// How a grade stands in its school's ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum GradeState {
    /// There, and right.
    Present,
    /// Should be there, is not.
    Missing,
    /// There, with a wrong name or flag.
    Wrong,
    /// There, but not of the school's kind.
    Extra,
    /// Not of the school's kind, and not there.
    None,
}

/// One cell of the matrix.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GradeCell {
    /// 1–9.
    pub number: u8,
    /// 一年级 … 九年级.
    pub name: String,
    /// How it stands.
    pub state: GradeState,
    /// The grade, if it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub grade_id: Option<GradeId>,
    /// Graduating, as it is, or as it should be when missing.
    pub graduating: bool,
    /// Promoted by hand, likewise.
    pub manual_promotion: bool,
    /// Number of classes.
    #[ts(type = "number")]
    pub classes: i64,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub wrong: Option<String>,
}

/// One school with its nine cells.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatrixRow {
    /// School.
    pub school: SchoolView,
    /// Grades 1 to 9.
    pub grades: Vec<GradeCell>,
    /// True when nothing is to be repaired.
    pub complete: bool,
}

/// A page by district and code.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GradeMatrixResponse {
    /// Schools.
    pub items: Vec<MatrixRow>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

touches!(GradeMatrixRequest, self => Touched::Filtered);

/// # Errors
/// `forbidden` for a district outside the reach.
pub async fn run(cx: &mut Cx, request: GradeMatrixRequest) -> Result<GradeMatrixResponse, OpError> {
    let limit = limit(request.limit);
    let (schools, next) = crate::ops::school::list::page(
        cx,
        request.district,
        request.text,
        request.after.as_deref(),
        limit,
    )
    .await?;
    let ids: Vec<SchoolId> = schools.iter().map(|school| school.id).collect();
    let grades = cx.uow.grades(&ids).await?;
    let mut items = Vec::with_capacity(schools.len());
    for school in schools {
        let ladder = kind_of(&school)?.ladder();
        let cells: Vec<GradeCell> = GradeNo::ALL
            .into_iter()
            .map(|number| {
                let wanted = ladder.iter().find(|grade| grade.number == number);
                let stored = grades.iter().find(|grade| {
                    grade.school_id == school.id && grade.number == i64::from(number.get())
                });
                let (state, wrong) = match (wanted, stored) {
                    (None, None) => (GradeState::None, None),
                    (Some(_), None) => (GradeState::Missing, Some("缺少这个年级".to_owned())),
                    (None, Some(_)) => (GradeState::Extra, Some("不属于本校的办学类型".to_owned())),
                    (Some(wanted), Some(stored)) => match super::fault(stored, wanted) {
                        None => (GradeState::Present, None),
                        Some(fault) => (GradeState::Wrong, Some(fault)),
                    },
                };
                GradeCell {
                    number: number.get(),
                    name: stored.map_or_else(|| number.zh().to_owned(), |grade| grade.name.clone()),
                    state,
                    grade_id: stored.map(|grade| grade.id),
                    graduating: stored.map_or_else(
                        || wanted.is_some_and(|grade| grade.graduating),
                        |grade| grade.graduating,
                    ),
                    manual_promotion: stored.map_or_else(
                        || wanted.is_some_and(|grade| grade.manual_promotion),
                        |grade| grade.manual_promotion,
                    ),
                    classes: stored.map_or(0, |grade| grade.classes),
                    wrong,
                }
            })
            .collect();
        let complete = cells
            .iter()
            .all(|cell| matches!(cell.state, GradeState::Present | GradeState::None));
        items.push(MatrixRow {
            school: SchoolView::new(school)?,
            grades: cells,
            complete,
        });
    }
    Ok(GradeMatrixResponse { items, next })
}
