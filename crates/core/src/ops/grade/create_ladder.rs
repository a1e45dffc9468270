//! Creating and repairing the ladders of schools (补齐年级阶梯).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::LadderResponse;
use crate::context::{AuditNote, Cx};
use crate::error::OpError;
use crate::id::SchoolId;
use crate::ops::touches;

/// Some schools, or all of a district, or all of the city.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateLadderRequest {
    /// All schools of this district.
    #[ts(optional)]
    pub district: Option<String>,
    /// These schools.
    #[ts(optional)]
    pub school_ids: Option<Vec<SchoolId>>,
}

touches!(CreateLadderRequest, self => match (&self.school_ids, &self.district) {
    (Some(ids), _) => Touched::Schools(ids.clone()),
    (None, Some(code)) => Touched::District(code.clone()),
    (None, None) => Touched::City,
});

/// Running it twice changes nothing: what is right is left alone.
///
/// # Errors
/// `forbidden`, `district.unknown`, `school.unknown`, `selection.empty`.
pub async fn run(cx: &mut Cx, request: CreateLadderRequest) -> Result<LadderResponse, OpError> {
    let schools =
        super::schools_of(cx, request.district.as_ref(), request.school_ids.as_ref()).await?;
    let plan = super::plan(cx, &schools).await?;
    cx.uow.insert_grades(&plan.create).await?;
    for grade in &plan.correct {
        cx.uow.update_grade(grade).await?;
    }
    for id in &plan.remove {
        cx.uow.delete_grade(*id).await?;
    }
    let summary = format!(
        "补齐年级：{} 所学校，新建 {} 个、更正 {} 个、删除 {} 个年级",
        schools.len(),
        plan.create.len(),
        plan.correct.len(),
        plan.remove.len()
    );
    let detail = serde_json::json!({
        "schools": schools.iter().map(|school| school.id).collect::<Vec<_>>(),
        "changes": plan.changes,
    });
    let note = match schools.as_slice() {
        [school] => AuditNote::school(school.district.clone(), school.id, summary),
        [school, rest @ ..] if rest.iter().all(|other| other.district == school.district) => {
            AuditNote::district(school.district.clone(), summary)
        }
        _ => AuditNote::city(summary),
    };
    cx.note(note.with(detail));
    Ok(LadderResponse {
        changes: plan.changes,
        schools: u32::try_from(schools.len()).unwrap_or(u32::MAX),
    })
}
