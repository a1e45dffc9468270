//! Schools (学校), ORG-1.

pub mod create;
pub mod edit;
pub mod get;
pub mod list;
pub mod set_year;

use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

use crate::domain::school::{SchoolCode, SchoolKind};
use crate::domain::year::SchoolYear;
use crate::error::{OpError, Problem};
use crate::id::SchoolId;
use crate::ports::SchoolRecord;

/// A school as shown.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SchoolView {
    /// Id.
    pub id: SchoolId,
    /// National code of 10 digits, or a provisional one.
    pub code: String,
    /// True for a provisional code.
    pub provisional: bool,
    /// Name.
    pub name: String,
    /// Code of its kind (办学类型).
    pub kind: String,
    /// Name of its kind.
    pub kind_name: String,
    /// District code.
    pub district: String,
    /// Name of the district.
    pub district_name: String,
    /// Its current school year, `2026-2027`.
    pub school_year: String,
    /// Grows with each change.
    #[ts(type = "number")]
    pub version: i64,
}

/// A school after a change, with what deserves a look.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangedSchoolResponse {
    /// The school.
    pub school: SchoolView,
    /// Warnings.
    pub problems: Vec<Problem>,
}

impl SchoolView {
    /// From the stored school.
    ///
    /// # Errors
    /// An internal fault when the database holds what this version does not know.
    pub fn new(school: SchoolRecord) -> Result<Self, OpError> {
        let kind = kind_of(&school)?;
        Ok(Self {
            id: school.id,
            provisional: SchoolCode::parse(&school.code).is_ok_and(|code| code.is_provisional()),
            code: school.code,
            name: school.name,
            kind_name: kind.zh().to_owned(),
            kind: school.kind,
            district: school.district,
            district_name: school.district_name,
            school_year: year_of(school.school_year)?.to_string(),
            version: school.version,
        })
    }
}

/// Kind of a stored school.
pub(crate) fn kind_of(school: &SchoolRecord) -> Result<SchoolKind, OpError> {
    SchoolKind::parse(&school.kind)
        .map_err(|_| OpError::internal("reading a school", "unknown kind"))
}

/// A stored school year.
pub(crate) fn year_of(start: i64) -> Result<SchoolYear, OpError> {
    SchoolYear::parse(&start.to_string())
        .map_err(|_| OpError::internal("reading a school year", "out of range"))
}
