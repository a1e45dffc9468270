//! A new school (新建学校).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::ChangedSchoolResponse;
use super::SchoolView;
use crate::context::{AuditNote, Cx};
use crate::domain::school::{SchoolCode, SchoolKind, SchoolName};
use crate::domain::year::SchoolYear;
use crate::error::{Code, OpError, Problem};
use crate::id::SchoolId;
use crate::ops::touches;
use crate::ports::SchoolRecord;

/// District, code, name and kind.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateSchoolRequest {
    /// District code.
    pub district: String,
    /// National code of 10 digits, or a provisional one of letters and digits.
    pub code: String,
    /// Name.
    pub name: String,
    /// 办学类型: its code (`211`) or name (`小学`).
    pub kind: String,
    /// Current school year; the city's usual one when absent.
    #[ts(optional)]
    pub school_year: Option<String>,
}

touches!(CreateSchoolRequest, self => Touched::District(self.district.clone()));

/// # Errors
/// `school.code_invalid`, `school.code_taken`, `school.kind_invalid`, `school.kind_senior`, `name.invalid`,
/// `school_year.invalid`, `district.unknown`, `forbidden`.
pub async fn run(
    cx: &mut Cx,
    request: CreateSchoolRequest,
) -> Result<ChangedSchoolResponse, OpError> {
    let year = match request.school_year {
        Some(text) => text,
        None => default_year(cx).await?,
    };
    let (code, name, kind, year) = match (
        SchoolCode::parse(&request.code),
        SchoolName::parse(&request.name),
        SchoolKind::parse(&request.kind),
        SchoolYear::parse(&year),
    ) {
        (Ok(code), Ok(name), Ok(kind), Ok(year)) => (code, name, kind, year),
        (code, name, kind, year) => {
            return Err([
                code.err().map(|problem| problem.field("code")),
                name.err().map(|problem| problem.field("name")),
                kind.err().map(|problem| problem.field("kind")),
                year.err().map(|problem| problem.field("schoolYear")),
            ]
            .into_iter()
            .flatten()
            .collect::<Vec<Problem>>()
            .into());
        }
    };
    let district = cx
        .uow
        .districts()
        .await?
        .into_iter()
        .find(|district| district.code == request.district)
        .ok_or(Code::DistrictUnknown)?;
    let school = SchoolRecord {
        id: SchoolId(crate::id::new()),
        district: district.code,
        district_name: district.name,
        code: code.as_str().to_owned(),
        name: name.as_str().to_owned(),
        kind: kind.code().to_owned(),
        school_year: i64::from(year.start()),
        version: 1,
    };
    cx.uow.insert_school(&school, cx.now.ms()).await?;
    cx.note(
        AuditNote::school(
            school.district.clone(),
            school.id,
            format!("新建学校：{}（{}）", school.name, kind.zh()),
        )
        .with(serde_json::json!({ "code": school.code, "kind": school.kind })),
    );
    let problems = kind.code_fits(&code).into_iter().collect();
    Ok(ChangedSchoolResponse {
        school: SchoolView::new(school)?,
        problems,
    })
}

/// The year given at init; it is only the first value of a school's own year.
async fn default_year(cx: &mut Cx) -> Result<String, OpError> {
    cx.uow.meta("school_year").await?.ok_or_else(|| {
        Problem::new(Code::SchoolYearInvalid)
            .field("schoolYear")
            .into()
    })
}
