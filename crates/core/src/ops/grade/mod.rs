//! Grades and the ladder of a school (年级阶梯), ORG-2 and ORG-3.

pub mod create_ladder;
pub mod list;
pub mod matrix;
pub mod preview_ladder;

use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

use crate::context::Cx;
use crate::domain::school::LadderGrade;
use crate::error::OpError;
use crate::id::{GradeId, SchoolId};
use crate::ops::school::kind_of;
use crate::ports::{GradeRecord, SchoolFilter, SchoolRecord};

/// What the repair of a ladder does to one grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LadderChangeKind {
    /// Missing: created.
    Create,
    /// Wrong name or flags: corrected.
    Correct,
    /// Not of the school's kind and without classes: removed.
    Remove,
    /// Not of the school's kind, but has classes: a person must decide.
    Blocked,
}

/// One change of a ladder.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LadderChange {
    /// School.
    pub school_id: SchoolId,
    /// Its name.
    pub school_name: String,
    /// Grade number.
    pub number: u8,
    /// Name of the grade.
    pub name: String,
    /// What is done.
    pub change: LadderChangeKind,
    /// Graduating afterwards.
    pub graduating: bool,
    /// Promoted by hand afterwards.
    pub manual_promotion: bool,
    /// What was wrong, or why it is blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<String>,
}

/// The changes of ladders, planned or made.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LadderResponse {
    /// Changes by school and grade; empty when all ladders are complete.
    pub changes: Vec<LadderChange>,
    /// Schools looked at.
    pub schools: u32,
}

/// What is wrong with a grade that should be there; none when it is right.
pub(crate) fn fault(grade: &GradeRecord, wanted: &LadderGrade) -> Option<String> {
    let mut faults = Vec::new();
    if grade.name != wanted.name {
        faults.push(format!("名称应为“{}”", wanted.name));
    }
    if grade.graduating != wanted.graduating {
        faults.push(
            if wanted.graduating {
                "应为毕业年级"
            } else {
                "不应为毕业年级"
            }
            .to_owned(),
        );
    }
    if grade.manual_promotion != wanted.manual_promotion {
        faults.push(
            if wanted.manual_promotion {
                "应为手动升级"
            } else {
                "应为自动升级"
            }
            .to_owned(),
        );
    }
    (!faults.is_empty()).then(|| faults.join("，"))
}

/// A planned repair: what people see, and what is written.
pub(crate) struct Plan {
    pub(crate) changes: Vec<LadderChange>,
    pub(crate) create: Vec<GradeRecord>,
    pub(crate) correct: Vec<GradeRecord>,
    pub(crate) remove: Vec<GradeId>,
}

/// Plans the repair of these schools' ladders; the preview and the action share it.
pub(crate) async fn plan(cx: &mut Cx, schools: &[SchoolRecord]) -> Result<Plan, OpError> {
    let ids: Vec<SchoolId> = schools.iter().map(|school| school.id).collect();
    let grades = cx.uow.grades(&ids).await?;
    let mut plan = Plan {
        changes: vec![],
        create: vec![],
        correct: vec![],
        remove: vec![],
    };
    for school in schools {
        let ladder = kind_of(school)?.ladder();
        let own: Vec<&GradeRecord> = grades
            .iter()
            .filter(|grade| grade.school_id == school.id)
            .collect();
        for wanted in &ladder {
            let number = wanted.number.get();
            let record = |id| GradeRecord {
                id,
                school_id: school.id,
                number: i64::from(number),
                name: wanted.name.to_string(),
                graduating: wanted.graduating,
                manual_promotion: wanted.manual_promotion,
                classes: 0,
            };
            let (change, reason) = match own.iter().find(|grade| grade.number == i64::from(number))
            {
                None => {
                    plan.create.push(record(GradeId(crate::id::new())));
                    (LadderChangeKind::Create, None)
                }
                Some(grade) => match fault(grade, wanted) {
                    None => continue,
                    Some(reason) => {
                        plan.correct.push(record(grade.id));
                        (LadderChangeKind::Correct, Some(reason))
                    }
                },
            };
            plan.changes.push(LadderChange {
                school_id: school.id,
                school_name: school.name.clone(),
                number,
                name: wanted.name.to_string(),
                change,
                graduating: wanted.graduating,
                manual_promotion: wanted.manual_promotion,
                reason,
            });
        }
        for extra in own {
            if ladder
                .iter()
                .any(|wanted| i64::from(wanted.number.get()) == extra.number)
            {
                continue;
            }
            let (change, reason) = if extra.classes > 0 {
                (
                    LadderChangeKind::Blocked,
                    format!(
                        "不属于本校的办学类型，但还有 {} 个班级，请先处理这些班级",
                        extra.classes
                    ),
                )
            } else {
                plan.remove.push(extra.id);
                (LadderChangeKind::Remove, "不属于本校的办学类型".to_owned())
            };
            plan.changes.push(LadderChange {
                school_id: school.id,
                school_name: school.name.clone(),
                number: u8::try_from(extra.number).unwrap_or_default(),
                name: extra.name.clone(),
                change,
                graduating: extra.graduating,
                manual_promotion: extra.manual_promotion,
                reason: Some(reason),
            });
        }
    }
    Ok(plan)
}

/// The schools a ladder request names: some, or all of a district.
pub(crate) async fn schools_of(
    cx: &mut Cx,
    district: Option<&String>,
    ids: Option<&Vec<SchoolId>>,
) -> Result<Vec<SchoolRecord>, OpError> {
    if let Some(ids) = ids {
        return cx.uow.schools_by_ids(ids).await;
    }
    let filter = SchoolFilter {
        districts: district.map(|code| vec![code.clone()]),
        ..SchoolFilter::default()
    };
    let mut all: Vec<SchoolRecord> = Vec::new();
    loop {
        let after = all
            .last()
            .map(|school| (school.district.clone(), school.code.clone()));
        let page = cx.uow.schools(&filter, after, 500).await?;
        let last = page.len() < 500;
        all.extend(page);
        if last {
            return Ok(all);
        }
    }
}
