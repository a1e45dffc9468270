//! Restoring a pupil from the recycle bin (恢复学生), STU-8.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::PupilView;
use crate::context::{AuditNote, Cx};
use crate::domain::application::PupilStatus;
use crate::error::{Code, OpError, Problem};
use crate::id::PupilId;
use crate::ops::class::{class_name, numbered};
use crate::ops::touches;
use crate::ports::Arrival;

/// Which pupil, and where to.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RestorePupilRequest {
    /// Pupil.
    pub id: PupilId,
    /// With `classNumber`: another class of its school; the class of then when absent.
    #[ts(optional, type = "number")]
    pub grade: Option<i64>,
    /// 班级序号 of another class.
    #[ts(optional, type = "number")]
    pub class_number: Option<i64>,
}

touches!(RestorePupilRequest, self => Touched::Pupils(vec![self.id]));

/// # Errors
/// `pupil.unknown`, `pupil.status` when it is not deleted; `class.closed` when the class of then takes nobody any
/// more and no other is named; `class.unknown`.
pub async fn run(cx: &mut Cx, request: RestorePupilRequest) -> Result<PupilView, OpError> {
    let ids = [request.id];
    cx.uow.pupil_progress(&ids).await?;
    let pupil = cx.uow.pupils_by_ids(&ids).await?.into_iter().next();
    let pupil = pupil.ok_or(Code::PupilUnknown)?;
    let before = pupil
        .deleted_status
        .as_deref()
        .and_then(PupilStatus::from_stored)
        .unwrap_or(PupilStatus::Pending);
    let status = PupilStatus::from_stored(&pupil.status)
        .ok_or_else(|| OpError::internal("restoring a pupil", "unknown status"))?
        .restored(before)?;
    let school = cx.uow.school(pupil.school_id).await?;
    let school = school.ok_or(Code::SchoolUnknown)?;
    let class = match (request.grade, request.class_number) {
        (Some(grade), Some(number)) => numbered(&mut *cx.uow, &school, grade, number)
            .await?
            .ok_or_else(|| Problem::new(Code::ClassUnknown).field("classNumber"))?,
        (_, _) => {
            let class = cx.uow.class(pupil.class_id).await?;
            class.ok_or(Code::ClassUnknown)?
        }
    };
    // Who had left or graduated goes back to where it was then; all others need a class that is there now.
    let attends = match status {
        PupilStatus::Pending | PupilStatus::Enrolled | PupilStatus::Suspended => true,
        PupilStatus::Left | PupilStatus::Graduated | PupilStatus::Deleted => false,
    };
    if attends && (!class.open || class.school_year != school.school_year) {
        return Err(Problem::new(Code::ClassClosed)
            .field("classNumber")
            .message(format!(
                "原来的{}已关闭或不属于本学年，请选择现在的班级。",
                class_name(class.grade, class.number)
            ))
            .into());
    }
    if !cx.uow.restore_pupil(pupil.id, status.as_str()).await? {
        return Err(Code::PupilUnknown.into());
    }
    if attends {
        let to = Arrival {
            district: school.district.clone(),
            school_id: school.id,
            class_id: class.id,
            grade: class.grade,
            status: status.as_str(),
            reason: "correction",
            outcome: None,
            now: cx.now.ms(),
        };
        cx.uow.move_pupils(&ids, &to).await?;
    }
    let note = AuditNote::school(school.district, school.id, "从回收站恢复学生：1 名");
    cx.note(
        note.with(serde_json::json!({ "class": class.id }))
            .about([request.id.0]),
    );
    let restored = cx.uow.pupils_by_ids(&ids).await?.into_iter().next();
    PupilView::new(restored.ok_or(Code::PupilUnknown)?, &*cx.ports.cipher)
}
