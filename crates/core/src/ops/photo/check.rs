//! Looks through the photos of a school (检查照片): who has none, and whose is lost,
//! damaged or poor. Reads every file, so that it finds what a disk has lost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{PhotoPupilView, judged, lost};
use crate::context::{AuditNote, Job};
use crate::error::{Code, OpError, Problem};
use crate::id::SchoolId;
use crate::ops::touches;

/// Pupils read at once.
const PAGE: u32 = 500;
/// Pupils listed at most.
const TOLD: usize = 2_000;

/// Which school.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckPhotosRequest {
    /// School.
    pub school_id: SchoolId,
}

touches!(CheckPhotosRequest, self => Touched::School(self.school_id));

/// What was found.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckPhotosResponse {
    /// Pupils who may need a photo.
    #[ts(type = "number")]
    pub pupils: i64,
    /// Those with a photo that is readable.
    #[ts(type = "number")]
    pub good: i64,
    /// Those without one.
    #[ts(type = "number")]
    pub missing: i64,
    /// Those whose file is missing or damaged.
    #[ts(type = "number")]
    pub lost: i64,
    /// Those whose photo is readable and poor.
    #[ts(type = "number")]
    pub poor: i64,
    /// Pupils with something to be done, by name; at most 2000.
    pub items: Vec<CheckedPhoto>,
}

/// A pupil with something to be done.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckedPhoto {
    /// Pupil.
    pub pupil: PhotoPupilView,
    /// What.
    pub problems: Vec<Problem>,
}

/// # Errors
/// `school.unknown`, `photo.no_folder`, `cancelled`.
pub async fn run(
    job: &mut Job,
    request: CheckPhotosRequest,
) -> Result<CheckPhotosResponse, OpError> {
    let mut answer = CheckPhotosResponse {
        pupils: 0,
        good: 0,
        missing: 0,
        lost: 0,
        poor: 0,
        items: Vec::new(),
    };
    let mut uow = job.ports.store.read().await?;
    let school = uow
        .school(request.school_id)
        .await?
        .ok_or(Code::SchoolUnknown)?;
    uow.rollback().await?;
    let mut after = None;
    loop {
        let mut uow = job.ports.store.read().await?;
        let page = uow.photo_pupils(school.id, false, after, PAGE).await?;
        uow.rollback().await?;
        after = page.last().map(|pupil| (pupil.name.clone(), pupil.id));
        let full = page.len() == PAGE as usize;
        for pupil in page {
            job.checkpoint()?;
            answer.pupils += 1;
            job.progress
                .report(u64::try_from(answer.pupils).unwrap_or(0), 0);
            let mut problems = judged(pupil.photo.as_ref());
            let gone = match &pupil.photo {
                Some(photo) => lost(&job.ports, photo).await?,
                None => None,
            };
            match (&pupil.photo, &gone) {
                (None, _) => answer.missing += 1,
                (Some(_), Some(_)) => answer.lost += 1,
                (Some(_), None) => {
                    answer.good += 1;
                    answer.poor += i64::from(!problems.is_empty());
                }
            }
            problems.extend(gone);
            if !problems.is_empty() && answer.items.len() < TOLD {
                answer.items.push(CheckedPhoto {
                    pupil: PhotoPupilView::new(
                        pupil.id,
                        pupil.name,
                        pupil.grade,
                        pupil.class_number,
                    ),
                    problems,
                });
            }
        }
        if !full {
            break;
        }
    }
    let note = AuditNote::school(
        school.district.clone(),
        school.id,
        format!(
            "检查照片：{} 名学生，缺 {} 张，丢失或损坏 {} 张",
            answer.pupils, answer.missing, answer.lost
        ),
    );
    let uow = job.ports.store.write().await?;
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}
