//! Another code, name or kind for a school (修改学校).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::ChangedSchoolResponse;
use super::SchoolView;
use crate::context::{AuditNote, Cx};
use crate::domain::school::{SchoolCode, SchoolKind, SchoolName};
use crate::error::{Code, OpError, Problem};
use crate::id::SchoolId;
use crate::ops::touches;

/// What is to change; absent fields stay.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EditSchoolRequest {
    /// School.
    pub id: SchoolId,
    /// Version the person saw.
    #[ts(type = "number")]
    pub version: i64,
    /// New code: a provisional one is replaced by the national one this way.
    #[ts(optional)]
    pub code: Option<String>,
    /// New name.
    #[ts(optional)]
    pub name: Option<String>,
    /// New kind; its ladder is repaired by `grade.createLadder`.
    #[ts(optional)]
    pub kind: Option<String>,
}

touches!(EditSchoolRequest, self => Touched::School(self.id));

/// # Errors
/// `school.*`, `name.invalid`, `version.conflict`; `school.kind_in_use` when a grade that
/// the new kind lacks still has classes.
pub async fn run(
    cx: &mut Cx,
    request: EditSchoolRequest,
) -> Result<ChangedSchoolResponse, OpError> {
    let before = cx
        .uow
        .school(request.id)
        .await?
        .ok_or(Code::SchoolUnknown)?;
    let mut school = before.clone();
    school.version = request.version;
    let mut problems = Vec::new();
    if let Some(raw) = &request.code {
        match SchoolCode::parse(raw) {
            Ok(code) => school.code = code.as_str().to_owned(),
            Err(problem) => problems.push(problem.field("code")),
        }
    }
    if let Some(raw) = &request.name {
        match SchoolName::parse(raw) {
            Ok(name) => school.name = name.as_str().to_owned(),
            Err(problem) => problems.push(problem.field("name")),
        }
    }
    if let Some(raw) = &request.kind {
        match SchoolKind::parse(raw) {
            Ok(kind) => school.kind = kind.code().to_owned(),
            Err(problem) => problems.push(problem.field("kind")),
        }
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let kind = super::kind_of(&school)?;
    if school.kind != before.kind {
        let kept: Vec<i64> = kind
            .ladder()
            .iter()
            .map(|grade| i64::from(grade.number.get()))
            .collect();
        let lost: Vec<String> = cx
            .uow
            .grades(&[school.id])
            .await?
            .into_iter()
            .filter(|grade| grade.classes > 0 && !kept.contains(&grade.number))
            .map(|grade| grade.name)
            .collect();
        if !lost.is_empty() {
            return Err(Problem::new(Code::SchoolKindInUse)
                .field("kind")
                .message(format!(
                    "{}没有{}，但这些年级还有班级，请先处理班级。",
                    kind.zh(),
                    lost.join("、")
                ))
                .into());
        }
    }
    if !cx.uow.update_school(&school).await? {
        return Err(Code::VersionConflict.into());
    }
    cx.note(
        AuditNote::school(
            school.district.clone(),
            school.id,
            format!("修改学校：{}", school.name),
        )
        .with(serde_json::json!({
            "before": { "code": before.code, "name": before.name, "kind": before.kind },
            "after": { "code": school.code, "name": school.name, "kind": school.kind },
        })),
    );
    let warnings = SchoolCode::parse(&school.code)
        .ok()
        .and_then(|code| kind.code_fits(&code))
        .into_iter()
        .collect();
    let school = cx.uow.school(school.id).await?.ok_or(Code::SchoolUnknown)?;
    Ok(ChangedSchoolResponse {
        school: SchoolView::new(school)?,
        problems: warnings,
    })
}
