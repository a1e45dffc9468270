//! Classes (班级), ORG-4.

pub mod close;
pub mod create;
pub mod delete;
pub mod edit;
pub mod list;
pub mod renumber;
pub mod reopen;

use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

use crate::context::{AuditNote, Cx};
use crate::domain::class::ClassNo;
use crate::domain::grade::GradeNo;
use crate::error::{Code, OpError, Problem};
use crate::id::{ClassId, GradeId};
use crate::ops::school::year_of;
use crate::ports::{ClassRecord, SchoolRecord, UnitOfWork};

/// A class as shown.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClassView {
    /// Id.
    pub id: ClassId,
    /// Grade.
    pub grade_id: GradeId,
    /// Number of the grade, 1–9.
    #[ts(type = "number")]
    pub grade: i64,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// 班级序号, 1–99.
    #[ts(type = "number")]
    pub number: i64,
    /// `2026-2027`.
    pub school_year: String,
    /// 班级昵称.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub nickname: Option<String>,
    /// 备注.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub remark: Option<String>,
    /// False once closed.
    pub open: bool,
    /// Pupils whose current class it is.
    #[ts(type = "number")]
    pub pupils: i64,
    /// Grows with each change.
    #[ts(type = "number")]
    pub version: i64,
}

impl ClassView {
    /// From the stored class.
    ///
    /// # Errors
    /// An internal fault when the database holds what this version does not know.
    pub fn new(class: ClassRecord) -> Result<Self, OpError> {
        Ok(Self {
            id: class.id,
            grade_id: class.grade_id,
            grade: class.grade,
            grade_name: grade_name(class.grade),
            number: class.number,
            school_year: year_of(class.school_year)?.to_string(),
            nickname: class.nickname,
            remark: class.remark,
            open: class.open,
            pupils: class.pupils,
            version: class.version,
        })
    }
}

/// 一年级 … 九年级 for a stored grade number.
pub(crate) fn grade_name(number: i64) -> String {
    u8::try_from(number)
        .ok()
        .and_then(|number| GradeNo::new(number).ok())
        .map_or_else(|| format!("{number} 年级"), |grade| grade.zh().to_owned())
}

/// `七年级 3 班`.
pub(crate) fn class_name(grade: i64, number: i64) -> String {
    format!("{} {number} 班", grade_name(grade))
}

/// A class that a person wants to change, at the version the person saw.
pub(crate) async fn at_version(
    cx: &mut Cx,
    id: ClassId,
    version: i64,
) -> Result<ClassRecord, OpError> {
    let class = cx.uow.class(id).await?.ok_or(Code::ClassUnknown)?;
    if class.version == version {
        Ok(class)
    } else {
        Err(Code::VersionConflict.into())
    }
}

/// Writes a class back and gives what is shown.
///
/// # Errors
/// `version.conflict`; `class.number_taken`.
pub(crate) async fn save(
    cx: &mut Cx,
    class: ClassRecord,
    what: &str,
) -> Result<ClassView, OpError> {
    if !cx.uow.update_class(&class).await? {
        return Err(Code::VersionConflict.into());
    }
    let text = format!("{what}：{}", class_name(class.grade, class.number));
    note(cx, &class, text);
    ClassView::new(cx.uow.class(class.id).await?.ok_or(Code::ClassUnknown)?)
}

/// The class of this number in the school's current year.
pub(crate) async fn numbered(
    uow: &mut dyn UnitOfWork,
    school: &SchoolRecord,
    grade: i64,
    number: i64,
) -> Result<Option<ClassRecord>, OpError> {
    let classes = uow
        .classes(school.id, school.school_year, Some(grade))
        .await?;
    Ok(classes.into_iter().find(|class| class.number == number))
}

/// Records a change of a class.
pub(crate) fn note(cx: &mut Cx, class: &ClassRecord, summary: String) {
    cx.note(
        AuditNote::school(class.district.clone(), class.school_id, summary)
            .with(serde_json::json!({ "class": class.id })),
    );
}

/// The problem of a number that another class of the grade has; suggests the first free one.
/// `there` are the classes of the grade.
pub(crate) fn taken(grade: i64, number: ClassNo, there: &[ClassRecord]) -> Problem {
    let name = grade_name(grade);
    let by = there
        .iter()
        .find(|class| class.number == i64::from(number.get()));
    let who = by.map_or_else(String::new, |class| {
        let nickname = class
            .nickname
            .as_ref()
            .map_or_else(String::new, |nickname| format!("“{nickname}”"));
        format!("（{nickname}{} 名学生）", class.pupils)
    });
    let problem = Problem::new(Code::ClassNumberTaken).message(format!(
        "{name}已有 {} 班{who}，请换一个序号。",
        number.get()
    ));
    match (1..=99).find(|free| !there.iter().any(|class| class.number == *free)) {
        Some(free) => problem.suggest(free.to_string()),
        None => problem,
    }
}
