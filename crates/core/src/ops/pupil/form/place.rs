//! Where the child is to be.

use super::texts::{PupilForm, given};
use super::{Reading, Stops};
use crate::domain::class::{ClassNo, list_zh};
use crate::domain::grade::GradeNo;
use crate::error::{Code, OpError, Problem};
use crate::ports::{SchoolRecord, UnitOfWork};

impl Reading {
    /// Grade and class: open ones of the school's current year.
    pub(super) async fn place(
        &mut self,
        uow: &mut dyn UnitOfWork,
        school: &SchoolRecord,
        form: &PupilForm,
    ) -> Result<(), OpError> {
        let (grade, class) = (given(form.grade.as_ref()), given(form.class.as_ref()));
        if grade.is_none() {
            let missing = Problem::new(Code::GradeInvalid).message("年级未填，请选择。");
            self.missing.push((Stops::Save, missing.field("grade")));
        }
        if class.is_none() {
            let missing = Problem::new(Code::ClassInvalid).message("班级未填，请选择。");
            self.missing.push((Stops::Save, missing.field("class")));
        }
        self.grade = grade.and_then(|text| self.take("grade", GradeNo::parse(text)));
        self.class_number = class.and_then(|text| self.take("class", ClassNo::parse(text)));
        let (Some(grade), Some(number)) = (self.grade, self.class_number) else {
            return Ok(());
        };
        let classes = uow
            .classes(school.id, school.school_year, Some(i64::from(grade.get())))
            .await?;
        let found = classes
            .iter()
            .find(|class| class.number == i64::from(number.get()));
        match found {
            Some(class) if class.open => self.class = Some(class.id),
            Some(_) => self
                .problems
                .push(Problem::new(Code::ClassClosed).field("class")),
            None => {
                let open = classes.iter().filter(|class| class.open);
                let open = list_zh(open.filter_map(|class| ClassNo::new(class.number).ok()));
                let there = if open.is_empty() {
                    "还没有班级，请先在班级管理中新建。".to_owned()
                } else {
                    format!("现有 {open} 班。")
                };
                let message = format!("{}没有 {} 班。{there}", grade.zh(), number.get());
                self.problems.push(
                    Problem::new(Code::ClassUnknown)
                        .message(message)
                        .field("class"),
                );
            }
        }
        Ok(())
    }
}
