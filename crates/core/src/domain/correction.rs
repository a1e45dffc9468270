//! Corrections of a pupil's record (更正): what may be corrected by whom (STU-8).
//!
//! | application | school | district, city |
//! | --- | --- | --- |
//! | 草稿, 退回 | everything | everything |
//! | 已提交, 区审核通过, none | 学籍号, address, guardians | everything |
//!
//! What the district has before it or has approved must stay the child it was: name,
//! gender, birth date and paper are then the district's to correct. A deleted pupil is
//! restored first.

use super::application::{ApplicationState, PupilStatus};

words! {
    /// Part of a record that is corrected as one.
    pub enum RecordPart {
        /// 姓名.
        Name = "name", "姓名";
        /// 性别.
        Gender = "gender", "性别";
        /// 出生日期.
        BirthDate = "birthDate", "出生日期";
        /// 证件: kind, nationality and number.
        Paper = "paper", "证件";
        /// 学籍号.
        StudentNumber = "studentNumber", "学籍号";
        /// 家庭住址.
        Address = "address", "家庭住址";
        /// 家长.
        Guardians = "guardians", "家长";
    }
}

impl RecordPart {
    /// True for what says which child it is.
    #[must_use]
    pub const fn is_identity(self) -> bool {
        matches!(
            self,
            Self::Name | Self::Gender | Self::BirthDate | Self::Paper
        )
    }

    /// Whether it may be corrected now: the table above.
    #[must_use]
    pub const fn correctable(
        self,
        status: PupilStatus,
        application: Option<ApplicationState>,
        by_district: bool,
    ) -> bool {
        if matches!(status, PupilStatus::Deleted) {
            return false;
        }
        by_district
            || !self.is_identity()
            || matches!(
                application,
                Some(ApplicationState::Draft | ApplicationState::Returned)
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table() {
        use ApplicationState as A;
        use PupilStatus as S;
        for (part, status, application, school, district) in [
            (RecordPart::Name, S::Pending, Some(A::Draft), true, true),
            (RecordPart::Paper, S::Pending, Some(A::Returned), true, true),
            (
                RecordPart::Paper,
                S::Pending,
                Some(A::Submitted),
                false,
                true,
            ),
            (
                RecordPart::Name,
                S::Enrolled,
                Some(A::Approved),
                false,
                true,
            ),
            (RecordPart::BirthDate, S::Enrolled, None, false, true),
            (
                RecordPart::Guardians,
                S::Pending,
                Some(A::Submitted),
                true,
                true,
            ),
            (
                RecordPart::Address,
                S::Enrolled,
                Some(A::Approved),
                true,
                true,
            ),
            (RecordPart::Name, S::Deleted, Some(A::Draft), false, false),
            (RecordPart::Address, S::Deleted, None, false, false),
        ] {
            assert_eq!(
                part.correctable(status, application, false),
                school,
                "{part:?}"
            );
            assert_eq!(
                part.correctable(status, application, true),
                district,
                "{part:?}"
            );
        }
    }
}
