//! Whether an order may go into a production file (CARD-4): warned about at the request,
//! blocked at the export, each with its cause and where it is mended.
//!
//! A further check is one more block in [`faults`].

use chrono::NaiveDate;

use super::Subject;
use crate::domain::application::PupilStatus;
use crate::domain::district::DistrictCode;
use crate::domain::gender::Gender;
use crate::domain::name::PersonName;
use crate::domain::paper::Paper;
use crate::domain::words::words;
use crate::error::{Code, Problem};

words! {
    /// Where a fault of an order is mended.
    pub enum Mend {
        /// The pupil's record is corrected.
        Pupil = "pupil", "更正学生资料";
        /// The pupil's photo is given anew.
        Photo = "photo", "补交照片";
        /// The school's district is looked into.
        School = "school", "核对学校";
        /// The order is returned, cancelled or left to its batch.
        Order = "order", "处理订单";
        /// The template is changed.
        Template = "template", "修改模板";
    }
}

/// One thing that keeps an order out of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Cause.
    pub problem: Problem,
    /// Where it is mended.
    pub mend: Mend,
}

/// Everything that keeps an order out of a production file. `today` bounds birth dates.
#[must_use]
pub fn faults(subject: &Subject, today: NaiveDate) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut add = |problem: Problem, mend: Mend| found.push(Fault { problem, mend });

    if let Err(problem) = DistrictCode::parse(&subject.district) {
        let problem = if subject.district.trim().is_empty() {
            Problem::new(Code::OrderDistrictEmpty)
        } else {
            problem
        };
        add(problem, Mend::School);
    }
    if subject.school_district != subject.district {
        let problem = Problem::new(Code::OrderSchoolDistrict).message(format!(
            "{}不属于{}，请作废这张订单，在学校现在的区县重新申请。",
            subject.school_name, subject.district_name
        ));
        add(problem, Mend::Order);
    }
    if let Err(problem) = PersonName::parse(&subject.name) {
        add(problem, Mend::Pupil);
    }
    if subject
        .gender
        .as_deref()
        .and_then(Gender::from_stored)
        .is_none()
    {
        add(Problem::new(Code::OrderGenderMissing), Mend::Pupil);
    }
    if let Err(problems) = Paper::parse(
        subject.paper_kind,
        &subject.paper,
        subject.nationality.as_deref(),
        today,
    ) {
        for problem in problems {
            add(problem, Mend::Pupil);
        }
    }
    if let Err(problem) = &subject.photo {
        add(problem.clone(), Mend::Photo);
    }
    if let Some(status) = PupilStatus::from_stored(&subject.status)
        && matches!(
            status,
            PupilStatus::Left | PupilStatus::Graduated | PupilStatus::Deleted
        )
    {
        let problem = Problem::new(Code::PupilStatus).message(format!(
            "该学生现在是“{}”，不再制卡，请作废这张订单。",
            status.zh()
        ));
        add(problem, Mend::Order);
    }
    if let Some(batch) = &subject.batch_no {
        let problem = Problem::new(Code::OrderInBatch).message(format!(
            "已在批次 {batch} 中，请先读入它的结果文件，或放弃那个批次。"
        ));
        add(problem, Mend::Order);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::production::subject;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 9, 1).unwrap()
    }

    #[test]
    fn a_complete_order_has_no_fault() {
        assert_eq!(faults(&subject(), today()), []);
    }

    #[test]
    fn each_fault_has_its_cause_and_its_place() {
        type Change = fn(&mut Subject);
        let cases: [(Change, Code, Mend); 10] = [
            (
                |s| s.photo = Err(Problem::new(Code::PhotoMissing)),
                Code::PhotoMissing,
                Mend::Photo,
            ),
            (
                |s| {
                    s.district = String::new();
                    s.school_district = String::new();
                },
                Code::OrderDistrictEmpty,
                Mend::School,
            ),
            (
                |s| s.school_district = "320505".to_owned(),
                Code::OrderSchoolDistrict,
                Mend::Order,
            ),
            (
                |s| s.name = "林知?".to_owned(),
                Code::PupilNameLost,
                Mend::Pupil,
            ),
            (|s| s.gender = None, Code::OrderGenderMissing, Mend::Pupil),
            (
                |s| s.gender = Some("9".to_owned()),
                Code::OrderGenderMissing,
                Mend::Pupil,
            ),
            (|s| s.paper = String::new(), Code::PaperMissing, Mend::Pupil),
            (
                |s| s.nationality = None,
                Code::NationalityInvalid,
                Mend::Pupil,
            ),
            (
                |s| s.status = "graduated".to_owned(),
                Code::PupilStatus,
                Mend::Order,
            ),
            (
                |s| s.batch_no = Some("320508-20260901-01".to_owned()),
                Code::OrderInBatch,
                Mend::Order,
            ),
        ];
        for (change, code, mend) in cases {
            let mut order = subject();
            change(&mut order);
            let found = faults(&order, today());
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!((found[0].problem.code, found[0].mend), (code, mend));
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let mut order = subject();
        order.gender = None;
        order.name = String::new();
        order.paper = "1".to_owned();
        assert_eq!(faults(&order, today()).len(), 3);
    }
}
