//! How many pupils there are by school, grade and class (学生统计).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::context::Cx;
use crate::error::OpError;
use crate::id::SchoolId;
use crate::ops::class::grade_name;
use crate::ops::page::{ListScope, asked_scopes};
use crate::ops::touches;

/// Where.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PupilStatisticsRequest {
    /// Only this district.
    #[ts(optional)]
    pub district: Option<String>,
    /// Only this school; its classes are counted too.
    #[ts(optional)]
    pub school_id: Option<SchoolId>,
}

touches!(PupilStatisticsRequest, self => Touched::Filtered);

/// Counts in the current year of each school.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PupilStatisticsResponse {
    /// Pupils in all.
    #[ts(type = "number")]
    pub total: i64,
    /// By grade over all schools.
    pub grades: Vec<GradeCount>,
    /// By school.
    pub schools: Vec<SchoolCount>,
    /// By class, when one school was asked for.
    pub classes: Vec<ClassCount>,
}

/// A grade.
#[derive(Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GradeCount {
    /// Grade number.
    #[ts(type = "number")]
    pub grade: i64,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// Classes.
    #[ts(type = "number")]
    pub classes: i64,
    /// Pupils.
    #[ts(type = "number")]
    pub pupils: i64,
}

/// A school.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SchoolCount {
    /// School.
    pub school_id: SchoolId,
    /// Its name.
    pub school_name: String,
    /// District code.
    pub district: String,
    /// Classes.
    #[ts(type = "number")]
    pub classes: i64,
    /// Pupils.
    #[ts(type = "number")]
    pub pupils: i64,
    /// By grade.
    pub grades: Vec<GradeCount>,
}

/// A class.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClassCount {
    /// Grade number.
    #[ts(type = "number")]
    pub grade: i64,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// 班级序号.
    #[ts(type = "number")]
    pub class_number: i64,
    /// Pupils.
    #[ts(type = "number")]
    pub pupils: i64,
}

/// # Errors
/// `forbidden` for a district or school outside the reach; `school.unknown`.
pub async fn run(
    cx: &mut Cx,
    request: PupilStatisticsRequest,
) -> Result<PupilStatisticsResponse, OpError> {
    let (reach, district) = (cx.reach().clone(), request.district.as_deref());
    let (scopes, _) = asked_scopes(&mut *cx.uow, &reach, district, request.school_id).await?;
    let one_school = match scopes.as_slice() {
        [ListScope::School(id)] => Some(*id),
        _ => None,
    };
    let mut schools: Vec<SchoolCount> = Vec::new();
    let mut grades: BTreeMap<i64, GradeCount> = BTreeMap::new();
    for scope in scopes {
        let (district, school) = scope.parts();
        let counts = cx.uow.pupil_counts(district.as_deref(), school, false);
        for row in counts.await? {
            let count = GradeCount {
                grade: row.grade,
                grade_name: grade_name(row.grade),
                classes: row.classes,
                pupils: row.pupils,
            };
            let all = grades.entry(row.grade).or_insert_with(|| GradeCount {
                classes: 0,
                pupils: 0,
                ..count.clone()
            });
            all.classes += row.classes;
            all.pupils += row.pupils;
            match schools
                .last_mut()
                .filter(|school| school.school_id == row.school_id)
            {
                Some(school) => {
                    school.classes += row.classes;
                    school.pupils += row.pupils;
                    school.grades.push(count);
                }
                None => schools.push(SchoolCount {
                    school_id: row.school_id,
                    school_name: row.school_name,
                    district: row.district,
                    classes: row.classes,
                    pupils: row.pupils,
                    grades: vec![count],
                }),
            }
        }
    }
    let classes = match one_school {
        None => Vec::new(),
        Some(id) => cx
            .uow
            .pupil_counts(None, Some(id), true)
            .await?
            .into_iter()
            .filter_map(|row| {
                Some(ClassCount {
                    grade: row.grade,
                    grade_name: grade_name(row.grade),
                    class_number: row.class_number?,
                    pupils: row.pupils,
                })
            })
            .collect(),
    };
    Ok(PupilStatisticsResponse {
        total: grades.values().map(|grade| grade.pupils).sum(),
        grades: grades.into_values().collect(),
        schools,
        classes,
    })
}
