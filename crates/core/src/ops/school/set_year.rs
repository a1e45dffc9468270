//! The current school year of a school (设置学年).
//!
//! It is stored, never computed from the clock: schools change over on different
//! days in August (rules §2).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::SchoolView;
use crate::context::{AuditNote, Cx};
use crate::domain::year::SchoolYear;
use crate::error::{Code, OpError};
use crate::id::SchoolId;
use crate::ops::touches;

/// School and year.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetSchoolYearRequest {
    /// School.
    pub id: SchoolId,
    /// Version the person saw.
    #[ts(type = "number")]
    pub version: i64,
    /// `2026-2027`.
    pub school_year: String,
}

touches!(SetSchoolYearRequest, self => Touched::School(self.id));

/// # Errors
/// `school_year.invalid`, `version.conflict`, `forbidden`.
pub async fn run(cx: &mut Cx, request: SetSchoolYearRequest) -> Result<SchoolView, OpError> {
    let year =
        SchoolYear::parse(&request.school_year).map_err(|problem| problem.field("schoolYear"))?;
    let mut school = cx
        .uow
        .school(request.id)
        .await?
        .ok_or(Code::SchoolUnknown)?;
    let before = super::year_of(school.school_year)?;
    school.version = request.version;
    school.school_year = i64::from(year.start());
    if !cx.uow.update_school(&school).await? {
        return Err(Code::VersionConflict.into());
    }
    cx.note(AuditNote::school(
        school.district.clone(),
        school.id,
        format!("{}学年：{before} → {year}", school.name),
    ));
    SchoolView::new(
        cx.uow
            .school(request.id)
            .await?
            .ok_or(Code::SchoolUnknown)?,
    )
}
