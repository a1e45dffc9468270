//! Makes the photos of a preview the pupils' own (导入照片), STU-5.
//!
//! Nothing is overwritten: a photo that gives way goes to the recycle folder.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{PhotoBatch, batch_note, open_batch, require_files};
use crate::context::Job;
use crate::domain::photo::{PhotoBatchState, PhotoState};
use crate::error::{Code, OpError, Problem};
use crate::id::{PhotoBatchId, PhotoId, PupilId};
use crate::ops::pupil::SubjectProblem;
use crate::ops::touches;
use crate::ports::{
    NewPhotoRecord, PhotoAddress, PhotoBatchRecord, PhotoFacts, PhotoItemRecord, PhotoPupil,
    UnitOfWork,
};

/// Items read at once.
const PAGE: u32 = 500;
/// Problems listed at most.
const TOLD: usize = 200;
/// Why a photo that gives way is in the recycle folder.
pub(super) const REPLACED: &str = "被新照片替换";

/// Which photos.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportPhotosRequest {
    /// Batch.
    pub batch_id: PhotoBatchId,
    /// Numbers of files that a person chose where one had to choose: instead of the
    /// present photo, or of several.
    #[serde(default)]
    #[ts(type = "Array<number>")]
    pub take: Vec<i64>,
    /// Numbers of files that are not to be imported.
    #[serde(default)]
    #[ts(optional, type = "Array<number>")]
    pub leave: Vec<i64>,
}

touches!(ImportPhotosRequest, self => Touched::PhotoBatch(self.batch_id));

/// What was done.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportPhotosResponse {
    /// The batch after it.
    pub batch: PhotoBatch,
    /// Pupils who have a photo now and had none.
    #[ts(type = "number")]
    pub added: i64,
    /// Pupils whose photo gave way to a new one.
    #[ts(type = "number")]
    pub replaced: i64,
    /// Files that could have been imported and were not, as the person wanted.
    #[ts(type = "number")]
    pub left: i64,
    /// Pupils left alone as something changed since the preview; at most 200.
    pub problems: Vec<SubjectProblem>,
}

/// All chosen photos become current in one transaction, or none does.
///
/// # Errors
/// `photo.batch_unknown`, `photo.batch_closed`; `photo.several` when two photos of one pupil
/// are chosen; `selection.empty` when nothing is left to import; `request.invalid` for a number
/// that cannot be chosen; `photo.lost`, `photo.same_image`, `photo.changed`, `cancelled`.
pub async fn run(
    job: &mut Job,
    request: ImportPhotosRequest,
) -> Result<ImportPhotosResponse, OpError> {
    job.checkpoint()?;
    let mut uow = job.ports.store.write().await?;
    uow.lock_photo_files().await?;
    let mut batch = open_batch(&mut *uow, request.batch_id).await?;
    let all = items(&mut *uow, batch.id).await?;
    let chosen = choose(&all, &request)?;
    let left = all
        .iter()
        .filter(|item| {
            importable(item) && !chosen.iter().any(|(number, ..)| *number == item.number)
        })
        .count();
    let pupils: HashMap<PupilId, PhotoPupil> = roll(&mut *uow, &batch).await?;
    let mut problems = Vec::new();
    let mut new = Vec::new();
    let mut recycled = Vec::new();
    let mut done = Vec::new();
    for (number, pupil_id, facts, seen) in chosen {
        let Some(pupil) = pupils.get(&pupil_id) else {
            problems.push(changed(pupil_id, None));
            continue;
        };
        let current = pupil.photo.map(|photo| photo.id);
        if current != seen {
            problems.push(changed(pupil_id, Some(pupil.name.clone())));
            continue;
        }
        done.push(number);
        // The present photo, chosen among several: nothing changes.
        if pupil
            .photo
            .is_some_and(|photo| photo.address == facts.address)
        {
            continue;
        }
        recycled.extend(current);
        new.push(NewPhotoRecord {
            pupil_id,
            facts: PhotoFacts {
                created_at: job.now.ms(),
                ..facts
            },
            account_id: job.actor.account,
        });
    }
    let addresses: Vec<PhotoAddress> = new.iter().map(|photo| photo.facts.address).collect();
    require_files(&job.ports, &addresses).await?;
    uow.recycle_photos(&recycled, job.actor.account, REPLACED, job.now.ms())
        .await?;
    uow.insert_photos(&new).await?;
    uow.set_photo_items(batch.id, &done, PhotoState::Imported.as_str())
        .await?;
    batch.state = PhotoBatchState::Imported.as_str().to_owned();
    batch.imported_at = Some(job.now.ms());
    uow.update_photo_batch(&batch).await?;
    job.checkpoint()?;
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let summary = format!(
        "导入照片：{}，{} 名学生，其中替换 {} 名",
        batch.source,
        new.len(),
        recycled.len()
    );
    let note = batch_note(&batch, summary).about(new.iter().map(|photo| photo.pupil_id.0));
    problems.truncate(TOLD);
    let answer = ImportPhotosResponse {
        added: count(new.len() - recycled.len()),
        replaced: count(recycled.len()),
        left: count(left),
        problems,
        batch: PhotoBatch::read(&mut *uow, batch).await?,
    };
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}

async fn items(
    uow: &mut dyn UnitOfWork,
    batch: PhotoBatchId,
) -> Result<Vec<PhotoItemRecord>, OpError> {
    let mut all: Vec<PhotoItemRecord> = Vec::new();
    loop {
        let after = all.last().map_or(0, |item| item.number);
        let page = uow.photo_items(batch, None, after, PAGE).await?;
        let full = page.len() == PAGE as usize;
        all.extend(page);
        if !full {
            return Ok(all);
        }
    }
}

fn importable(item: &PhotoItemRecord) -> bool {
    matches!(
        PhotoState::from_stored(&item.state),
        Some(PhotoState::New | PhotoState::Differs | PhotoState::Several)
    )
}

type Chosen = (i64, PupilId, PhotoFacts, Option<PhotoId>);

/// Files to be imported: the new ones but for those left, and the chosen ones.
fn choose(all: &[PhotoItemRecord], request: &ImportPhotosRequest) -> Result<Vec<Chosen>, OpError> {
    let take: HashSet<i64> = request.take.iter().copied().collect();
    let leave: HashSet<i64> = request.leave.iter().copied().collect();
    let can = |number: &i64| {
        all.iter()
            .any(|item| item.number == *number && importable(item))
    };
    if !take.iter().all(can) {
        return Err(Problem::new(Code::RequestInvalid)
            .field("take")
            .message("选中的照片里有不能导入的，请刷新页面后重新选择。")
            .into());
    }
    let mut chosen: Vec<Chosen> = Vec::new();
    let mut pupils: HashSet<PupilId> = HashSet::new();
    for item in all.iter().filter(|item| importable(item)) {
        let wanted = take.contains(&item.number)
            || (item.state == PhotoState::New.as_str() && !leave.contains(&item.number));
        let (Some(pupil), Some(facts)) = (item.pupil_id, item.facts) else {
            continue;
        };
        if !wanted {
            continue;
        }
        if !pupils.insert(pupil) {
            return Err(Problem::new(Code::PhotoSeveral)
                .field("take")
                .message("同一名学生选了两张照片，请只选一张。")
                .into());
        }
        chosen.push((item.number, pupil, facts, item.current));
    }
    if chosen.is_empty() {
        return Err(Problem::new(Code::SelectionEmpty)
            .message("没有可以导入的照片，请先处理不合格的文件，或选择要采用的照片。")
            .into());
    }
    Ok(chosen)
}

async fn roll(
    uow: &mut dyn UnitOfWork,
    batch: &PhotoBatchRecord,
) -> Result<HashMap<PupilId, PhotoPupil>, OpError> {
    let mut all = HashMap::new();
    let mut after = None;
    loop {
        let page = uow
            .photo_pupils(batch.school_id, false, after, PAGE)
            .await?;
        after = page.last().map(|pupil| (pupil.name.clone(), pupil.id));
        let full = page.len() == PAGE as usize;
        all.extend(page.into_iter().map(|pupil| (pupil.id, pupil)));
        if !full {
            return Ok(all);
        }
    }
}

fn changed(pupil: PupilId, name: Option<String>) -> SubjectProblem {
    SubjectProblem {
        problem: Problem::new(Code::PhotoChanged).warning(),
        subject_id: Some(pupil.to_string()),
        subject_name: name,
    }
}
