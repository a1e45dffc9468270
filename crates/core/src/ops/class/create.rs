//! Creates classes of one grade (新建班级), ORG-4.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ClassView, grade_name};
use crate::context::{AuditNote, Cx};
use crate::domain::class::ClassNumbers;
use crate::domain::text::{Nickname, Remark};
use crate::domain::year::SchoolYear;
use crate::error::{Code, OpError, Problem};
use crate::id::{ClassId, GradeId};
use crate::ops::school::year_of;
use crate::ops::touches;
use crate::ports::ClassRecord;

/// Classes to create; numbers are checked here, not by the caller.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateClassesRequest {
    /// Grade.
    pub grade_id: GradeId,
    /// 班级序号, 1–99 each.
    pub numbers: Vec<u32>,
    /// `2026-2027`: the school's current or next year; the current one when absent.
    #[ts(optional)]
    pub school_year: Option<String>,
    /// 班级昵称, for all of them.
    #[ts(optional)]
    pub nickname: Option<String>,
    /// 备注, for all of them.
    #[ts(optional)]
    pub remark: Option<String>,
}

/// The classes created.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateClassesResponse {
    /// By number.
    pub items: Vec<ClassView>,
}

touches!(CreateClassesRequest, self => Touched::Grade(self.grade_id));

/// # Errors
/// `class.invalid`, `class.numbers_empty`, `text.too_long`, `school_year.out_of_reach`;
/// `class.number_taken` for each number the grade already has, with the field `numbers.<index>`;
/// nothing is created then.
pub async fn run(
    cx: &mut Cx,
    request: CreateClassesRequest,
) -> Result<CreateClassesResponse, OpError> {
    let mut problems = Vec::new();
    let numbers = ClassNumbers::from_list(&request.numbers)
        .map_err(|found| problems.extend(found))
        .ok();
    let nickname = optional(
        request.nickname.as_deref(),
        "nickname",
        Nickname::parse,
        &mut problems,
    );
    let remark = optional(
        request.remark.as_deref(),
        "remark",
        Remark::parse,
        &mut problems,
    );
    let Some(numbers) = numbers.filter(|_| problems.is_empty()) else {
        return Err(problems.into());
    };

    let grade = cx
        .uow
        .grade(request.grade_id)
        .await?
        .ok_or(Code::GradeUnknown)?;
    let school = cx
        .uow
        .school(grade.school_id)
        .await?
        .ok_or(Code::SchoolUnknown)?;
    let current = year_of(school.school_year)?;
    let year = match request.school_year {
        None => current,
        Some(text) => SchoolYear::parse(&text).map_err(|problem| problem.field("schoolYear"))?,
    };
    if year != current && year != current.next() {
        return Err(Problem::new(Code::SchoolYearOutOfReach)
            .field("schoolYear")
            .message(format!(
                "只能建立本学年（{current}）或下一学年（{}）的班级。",
                current.next()
            ))
            .into());
    }
    let wanted: Vec<ClassRecord> = numbers
        .iter()
        .map(|number| ClassRecord {
            id: ClassId(crate::id::new()),
            school_id: school.id,
            district: school.district.clone(),
            grade_id: grade.id,
            grade: grade.number,
            school_year: i64::from(year.start()),
            number: i64::from(number.get()),
            nickname: nickname
                .as_ref()
                .map(|nickname| nickname.as_str().to_owned()),
            remark: remark.as_ref().map(|remark| remark.as_str().to_owned()),
            open: true,
            pupils: 0,
            version: 1,
        })
        .collect();
    // The unique key decides who was first; a look before it could be out of date.
    let created = cx.uow.insert_classes(&wanted, cx.now.ms()).await?;
    if created.len() < wanted.len() {
        let there = cx
            .uow
            .classes(school.id, i64::from(year.start()), Some(grade.number))
            .await?;
        let problems: Vec<Problem> = wanted
            .iter()
            .zip(numbers.iter())
            .filter(|(class, _)| !created.contains(&class.id))
            .map(|(_, number)| {
                let asked = request
                    .numbers
                    .iter()
                    .position(|asked| *asked == u32::from(number.get()));
                let field =
                    asked.map_or_else(|| "numbers".to_owned(), |at| format!("numbers.{at}"));
                super::taken(grade.number, *number, &there).field(field)
            })
            .collect();
        return Err(problems.into());
    }
    cx.note(
        AuditNote::school(
            school.district,
            school.id,
            format!(
                "新建班级：{} {year} 学年 {} {numbers} 班",
                school.name,
                grade_name(grade.number)
            ),
        )
        .with(serde_json::json!({ "classes": created })),
    );
    let mut items = wanted
        .into_iter()
        .map(ClassView::new)
        .collect::<Result<Vec<_>, _>>()?;
    items.sort_by_key(|class| class.number);
    Ok(CreateClassesResponse { items })
}

/// Parses an optional text; blank counts as absent.
pub(crate) fn optional<T>(
    raw: Option<&str>,
    field: &str,
    parse: impl Fn(&str) -> Result<T, Problem>,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    let raw = raw.map(str::trim).filter(|raw| !raw.is_empty())?;
    match parse(raw) {
        Ok(value) => Some(value),
        Err(problem) => {
            problems.push(problem.field(field));
            None
        }
    }
}
