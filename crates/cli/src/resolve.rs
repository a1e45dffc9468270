//! From what people write (codes, logins, `7-3`) to the ids that operations take.
//!
//! Ids alone are looked up here, nothing is shown: whether the person may do what
//! is asked for is decided, and recorded, behind the one door.

use ekatong_core::domain::year::SchoolYear;
use ekatong_core::error::{Code, OpError, Problem};
use ekatong_core::id::{AccountId, ClassId, GradeId, SchoolId};
use ekatong_core::ports::{AccountRecord, ClassRecord, SchoolRecord};

use crate::failure::Failure;
use crate::session::Session;

/// A class as written: grade and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClassPlace {
    pub(crate) grade: i64,
    pub(crate) number: i64,
}

/// `7-3`.
pub(crate) fn class_place(text: &str) -> Result<ClassPlace, String> {
    let whole = |part: &str| {
        part.trim()
            .parse::<i64>()
            .ok()
            .filter(|number| (1..=99).contains(number))
    };
    text.split_once(['-', '－', '.'])
        .and_then(|(grade, number)| {
            Some(ClassPlace {
                grade: whole(grade)?,
                number: whole(number)?,
            })
        })
        .filter(|place| place.grade <= 9)
        .ok_or_else(|| "班级请写成 年级-序号，例如 7-3".to_owned())
}

/// `3`, or `7-3` with the grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClassFilter {
    pub(crate) grade: Option<i64>,
    pub(crate) number: i64,
}

/// `3` or `7-3`.
pub(crate) fn class_filter(text: &str) -> Result<ClassFilter, String> {
    if let Ok(number) = text.trim().parse::<i64>()
        && (1..=99).contains(&number)
    {
        return Ok(ClassFilter {
            grade: None,
            number,
        });
    }
    class_place(text).map(|place| ClassFilter {
        grade: Some(place.grade),
        number: place.number,
    })
}

impl Session {
    /// The school of a code.
    pub(crate) async fn school(&self, code: &str) -> Result<SchoolRecord, Failure> {
        let mut uow = self.host.app.ports().store.read().await?;
        let school = uow.school_by_code(&code.trim().to_uppercase()).await?;
        uow.rollback().await?;
        school.ok_or_else(|| {
            Problem::new(Code::SchoolUnknown)
                .field("school")
                .message(format!("没有代码为 {} 的学校，请核对。", code.trim()))
                .into()
        })
    }

    /// Id of the school of a code.
    pub(crate) async fn school_id(&self, code: &str) -> Result<SchoolId, Failure> {
        Ok(self.school(code).await?.id)
    }

    /// Id of the school of a code, if one was given.
    pub(crate) async fn maybe_school_id(
        &self,
        code: Option<&str>,
    ) -> Result<Option<SchoolId>, Failure> {
        match code {
            Some(code) => Ok(Some(self.school_id(code).await?)),
            None => Ok(None),
        }
    }

    /// A grade of a school.
    pub(crate) async fn grade(&self, school: SchoolId, number: i64) -> Result<GradeId, Failure> {
        let mut uow = self.host.app.ports().store.read().await?;
        let grades = uow.grades(&[school]).await?;
        uow.rollback().await?;
        let grade = grades.iter().find(|grade| grade.number == number);
        grade
            .map(|grade| grade.id)
            .ok_or_else(|| Problem::new(Code::GradeUnknown).field("grade").into())
    }

    /// A class of a school, in its current year or the one given.
    pub(crate) async fn class(
        &self,
        school: &SchoolRecord,
        place: ClassPlace,
        year: Option<&str>,
    ) -> Result<ClassRecord, Failure> {
        let year = match year {
            Some(text) => i64::from(SchoolYear::parse(text).map_err(OpError::from)?.start()),
            None => school.school_year,
        };
        let mut uow = self.host.app.ports().store.read().await?;
        let classes = uow.classes(school.id, year, Some(place.grade)).await?;
        uow.rollback().await?;
        classes
            .into_iter()
            .find(|class| class.number == place.number)
            .ok_or_else(|| Problem::new(Code::ClassUnknown).field("class").into())
    }

    /// The account of a login.
    pub(crate) async fn account(&self, login: &str) -> Result<AccountRecord, Failure> {
        let mut uow = self.host.app.ports().store.read().await?;
        let account = uow.account_by_login(&login.trim().to_lowercase()).await?;
        uow.rollback().await?;
        account.ok_or_else(|| {
            Problem::new(Code::NotFound)
                .field("login")
                .message(format!("没有账号 {}，请核对。", login.trim()))
                .into()
        })
    }

    /// Id of the account of a login.
    pub(crate) async fn account_id(&self, login: &str) -> Result<AccountId, Failure> {
        Ok(self.account(login).await?.id)
    }

    /// Id and version of a class.
    pub(crate) async fn class_at(
        &self,
        code: &str,
        place: ClassPlace,
        year: Option<&str>,
    ) -> Result<(ClassId, ClassRecord), Failure> {
        let school = self.school(code).await?;
        let class = self.class(&school, place, year).await?;
        Ok((class.id, class))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_written_with_their_grade() {
        assert_eq!(
            class_place("7-3").unwrap(),
            ClassPlace {
                grade: 7,
                number: 3
            }
        );
        assert_eq!(
            class_filter("7-12").unwrap(),
            ClassFilter {
                grade: Some(7),
                number: 12
            }
        );
        assert_eq!(
            class_filter("3").unwrap(),
            ClassFilter {
                grade: None,
                number: 3
            }
        );
        for wrong in ["7", "7班3", "0-3", "10-3", "7-100", "-3"] {
            assert!(class_place(wrong).is_err(), "{wrong}");
        }
    }
}
