//! What a card bureau is given and gives back; pure, like [`crate::import`].
//!
//! [`template`] says how a bureau wants its files (editable data), [`check`] which
//! orders may go into one (CARD-4), [`file`] what stands in it, [`result`] how its
//! result file is read.

pub mod check;
pub mod file;
pub mod result;
pub mod template;

use crate::domain::order::OrderKind;
use crate::domain::paper::PaperKind;
use crate::domain::words::redacted_debug;
use crate::error::Problem;
use crate::ports::PhotoFacts;

/// An order with all that a bureau may be told about it, in clear: it lives as long as
/// a check or a file takes and is never logged.
#[derive(Clone)]
pub struct Subject {
    /// District of the order.
    pub district: String,
    /// Its name.
    pub district_name: String,
    /// District that the school belongs to now.
    pub school_district: String,
    /// 学校代码.
    pub school_code: String,
    /// Name of the school.
    pub school_name: String,
    /// Grade number at the request.
    pub grade: i64,
    /// 班级序号 at the request.
    pub class_number: i64,
    /// Why the card is made.
    pub kind: OrderKind,
    /// Name of the pupil.
    pub name: String,
    /// `PupilStatus::as_str`.
    pub status: String,
    /// `male`, `female`.
    pub gender: Option<String>,
    /// `2013-09-18`.
    pub birth_date: Option<String>,
    /// Kind of the paper.
    pub paper_kind: PaperKind,
    /// Nationality, 3 letters.
    pub nationality: Option<String>,
    /// Number of the paper.
    pub paper: String,
    /// 学籍号.
    pub student_number: Option<String>,
    /// E卡通号 of the card that is replaced.
    pub old_card_no: Option<String>,
    /// Batch that the order is in.
    pub batch_no: Option<String>,
    /// Photo of the pupil, or what keeps it from being printed.
    pub photo: Result<PhotoFacts, Problem>,
}

redacted_debug!(Subject);

#[cfg(test)]
pub(crate) fn subject() -> Subject {
    Subject {
        district: "320508".to_owned(),
        district_name: "姑苏区".to_owned(),
        school_district: "320508".to_owned(),
        school_code: "3132000102".to_owned(),
        school_name: "平江中学".to_owned(),
        grade: 7,
        class_number: 3,
        kind: OrderKind::New,
        name: "林知夏".to_owned(),
        status: "enrolled".to_owned(),
        gender: Some("female".to_owned()),
        birth_date: Some("2013-09-18".to_owned()),
        paper_kind: PaperKind::Passport,
        nationality: Some("SGP".to_owned()),
        paper: "E1234567".to_owned(),
        student_number: None,
        old_card_no: None,
        batch_no: None,
        photo: Ok(PhotoFacts {
            id: crate::id::PhotoId(uuid::Uuid::nil()),
            address: crate::ports::PhotoAddress(uuid::Uuid::nil()),
            size: 30_000,
            width: 358,
            height: 441,
            created_at: 0,
        }),
    }
}
