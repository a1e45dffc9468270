//! Looks at photo files and says what would become of each (核对照片), STU-5.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::PhotoBatch;
use super::taking::{self, Asked, Outcome, Taken};
use super::{batch_note, require_files};
use crate::context::Job;
use crate::domain::photo::{PhotoBatchState, PhotoState};
use crate::error::{Code, OpError, Problem};
use crate::id::{BlobId, PhotoBatchId, PhotoId, SchoolId};
use crate::ops::class::grade_name;
use crate::ops::touches;
use crate::photo::match_names::{Meant, Roll};
use crate::photo::{FILES_MAX, PhotoLimits};
use crate::ports::{
    PhotoAddress, PhotoBatchRecord, PhotoFacts, PhotoItemRecord, PhotoRecord, SealedAt, UnitOfWork,
};
use crate::settings::Settings;

/// Packs of one request at most.
const PACKS: usize = 200;

/// Which files for which school.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewPhotosRequest {
    /// School.
    pub school_id: SchoolId,
    /// Staged packs: zips, or single photos.
    pub blob_ids: Vec<BlobId>,
    /// Name of the folder or file, for people.
    pub source: String,
}

touches!(PreviewPhotosRequest, self => Touched::School(self.school_id));

/// Nothing becomes a pupil's photo before `photo.import`. The staged packs are forgotten.
///
/// # Errors
/// `selection.empty`, `blob.unknown`, `file.kind`, `file.damaged`, `file.too_large`, `file.empty`,
/// `photo.no_folder`, `cancelled`.
pub async fn run(job: &mut Job, request: PreviewPhotosRequest) -> Result<PhotoBatch, OpError> {
    let cipher = job.ports.cipher.clone();
    if request.blob_ids.is_empty() {
        return Err(Code::SelectionEmpty.into());
    }
    if request.blob_ids.len() > PACKS {
        return Err(too_many());
    }
    let mut uow = job.ports.store.read().await?;
    let school = uow
        .school(request.school_id)
        .await?
        .ok_or(Code::SchoolUnknown)?;
    let settings = Settings::district(&mut *uow, &school.district).await?;
    let roll = Arc::new(Roll::read(&mut *uow, &*cipher, school.id).await?);
    uow.rollback().await?;
    let asked = Asked {
        limits: limits(&settings),
        wanted: {
            let roll = roll.clone();
            Arc::new(move |name| matches!(roll.meant(name), Meant::One(_)))
        },
    };

    let mut taken = Vec::new();
    for (number, blob) in request.blob_ids.iter().enumerate() {
        let mut uow = job.ports.store.read().await?;
        let (file_name, bytes) =
            taking::staged(&job.ports, &mut *uow, (job.actor.account, *blob), job.now).await?;
        uow.rollback().await?;
        let all = request.blob_ids.len();
        taken.extend(taking::pack(job, file_name, bytes, &asked, (number, all)).await?);
        if taken.len() > FILES_MAX {
            return Err(too_many());
        }
    }
    if taken.is_empty() {
        return Err(Problem::new(Code::FileEmpty)
            .message("里面没有照片文件，请选择照片所在的文件夹或压缩包。")
            .into());
    }

    let batch = PhotoBatchRecord {
        id: PhotoBatchId(crate::id::new()),
        district: school.district.clone(),
        school_id: school.id,
        source: source(&request.source),
        state: PhotoBatchState::Open.as_str().to_owned(),
        account_id: job.actor.account,
        created_at: job.now.ms(),
        imported_at: None,
    };
    let mut uow = job.ports.store.write().await?;
    uow.lock_photo_files().await?;
    let judged = judge(&mut *uow, &roll, &batch, taken).await?;
    let mut items = Vec::with_capacity(judged.len());
    for (number, item) in (1_i64..).zip(judged) {
        items.push(PhotoItemRecord {
            number,
            name_sealed: cipher.seal(name_at(batch.id), item.path.as_bytes())?,
            ..item.record
        });
    }
    let addresses: Vec<PhotoAddress> = items
        .iter()
        .filter_map(|item| item.facts.map(|facts| facts.address))
        .collect();
    require_files(&job.ports, &addresses).await?;
    uow.insert_photo_batch(&batch).await?;
    uow.insert_photo_items(batch.id, &items).await?;
    for blob in &request.blob_ids {
        uow.delete_blob(*blob).await?;
    }
    let note = batch_note(
        &batch,
        format!("核对照片：{}，{} 个文件", batch.source, items.len()),
    );
    let answer = PhotoBatch::read(&mut *uow, batch).await?;
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}

pub(super) const fn limits(settings: &Settings) -> PhotoLimits {
    PhotoLimits {
        max_bytes: settings.photo_kilobytes as usize * 1024,
    }
}

/// Where the name of an item is sealed: it may hold a paper number.
pub(super) const fn name_at(batch: PhotoBatchId) -> SealedAt {
    SealedAt {
        table: "photo_item",
        column: "name",
        row: batch.0,
    }
}

fn too_many() -> OpError {
    Problem::new(Code::FileTooLarge)
        .message(format!("一次最多导入 {FILES_MAX} 张照片，请分成几次。"))
        .into()
}

/// Name of a folder for people; one that holds a number is not kept in clear.
fn source(raw: &str) -> String {
    let name: String = raw
        .rsplit(['/', '\\'])
        .find(|part| !part.trim().is_empty())
        .unwrap_or("照片")
        .chars()
        .filter(|c| !c.is_control())
        .take(100)
        .collect();
    let digits = name.chars().filter(char::is_ascii_digit).count();
    if digits >= 8 || name.is_empty() {
        "照片".to_owned()
    } else {
        name
    }
}

/// A file with what becomes of it.
struct Judged {
    path: String,
    record: PhotoItemRecord,
}

/// Decides every file's state: the picture by itself, then with the others, then with
/// what is on record.
async fn judge(
    uow: &mut dyn UnitOfWork,
    roll: &Roll,
    batch: &PhotoBatchRecord,
    taken: Vec<Taken>,
) -> Result<Vec<Judged>, OpError> {
    let mut files: Vec<File> = taken
        .into_iter()
        .map(|taken| File::new(taken, roll, batch.created_at))
        .collect();
    repeated(&mut files);
    let mut addresses: Vec<PhotoAddress> = files.iter().filter_map(File::address).collect();
    addresses.sort_unstable();
    addresses.dedup();
    let stored: HashMap<PhotoAddress, PhotoRecord> = uow
        .photos_at(&addresses)
        .await?
        .into_iter()
        .map(|photo| (photo.facts.address, photo))
        .collect();
    same_image(&mut files, roll, &stored, batch.school_id);
    several(&mut files);
    files.into_iter().map(|file| file.judged(roll)).collect()
}

/// A file on its way to a decision.
struct File {
    path: String,
    /// Place of the pupil in the roll.
    pupil: Option<usize>,
    state: PhotoState,
    facts: Option<PhotoFacts>,
    problems: Vec<Problem>,
}

impl File {
    fn new(taken: Taken, roll: &Roll, now: i64) -> Self {
        let meant = taken.name.as_ref().map(|name| roll.meant(name));
        let pupil = match meant {
            Some(Meant::One(pupil)) => Some(pupil),
            Some(Meant::Nobody | Meant::Several) | None => None,
        };
        let file = |state, facts, problems| Self {
            path: taken.path,
            pupil,
            state,
            facts,
            problems,
        };
        match taken.outcome {
            Outcome::Refused(problem) => file(PhotoState::Bad, None, vec![problem]),
            Outcome::Skipped => {
                let code = match meant {
                    Some(Meant::Several) => Code::PhotoAmbiguous,
                    Some(Meant::One(_) | Meant::Nobody) | None => Code::PhotoNoPupil,
                };
                file(PhotoState::Unmatched, None, vec![Problem::new(code)])
            }
            Outcome::Kept {
                address,
                size,
                width,
                height,
                problems,
            } => {
                let facts = PhotoFacts {
                    id: PhotoId(crate::id::new()),
                    address,
                    size,
                    width,
                    height,
                    created_at: now,
                };
                let current = pupil
                    .and_then(|pupil| roll.pupils.get(pupil))
                    .and_then(|pupil| pupil.photo);
                let state = match current {
                    None => PhotoState::New,
                    Some(current) if current.address == address => PhotoState::Same,
                    Some(_) => PhotoState::Differs,
                };
                file(state, Some(facts), problems)
            }
        }
    }

    fn address(&self) -> Option<PhotoAddress> {
        self.facts.map(|facts| facts.address)
    }

    fn judged(mut self, roll: &Roll) -> Result<Judged, OpError> {
        let pupil = self.pupil.and_then(|pupil| roll.pupils.get(pupil));
        match self.state {
            PhotoState::Differs => self
                .problems
                .insert(0, Problem::new(Code::PhotoDiffers).warning()),
            PhotoState::Several => self
                .problems
                .insert(0, Problem::new(Code::PhotoSeveral).warning()),
            PhotoState::New
            | PhotoState::Same
            | PhotoState::Unmatched
            | PhotoState::Bad
            | PhotoState::Repeated
            | PhotoState::Imported => {}
        }
        Ok(Judged {
            path: self.path,
            record: PhotoItemRecord {
                number: 0,
                name_sealed: Vec::new(),
                pupil_id: pupil.map(|pupil| pupil.id),
                state: self.state.as_str().to_owned(),
                facts: self.facts,
                current: pupil
                    .and_then(|pupil| pupil.photo)
                    .map(|current| current.id),
                problems: serde_json::to_string(&self.problems)
                    .map_err(|source| OpError::internal("keeping problems", source))?,
            },
        })
    }
}

/// The same photo of the same pupil once more, under whatever name: the first counts.
fn repeated(files: &mut [File]) {
    let mut seen: HashSet<(usize, PhotoAddress)> = HashSet::new();
    for file in files {
        if let (Some(pupil), Some(address)) = (file.pupil, file.address())
            && !seen.insert((pupil, address))
        {
            file.state = PhotoState::Repeated;
            file.problems = vec![Problem::new(Code::PhotoRepeated).note()];
        }
    }
}

/// The same image for two pupils: in the folder, or with another one on record.
fn same_image(
    files: &mut [File],
    roll: &Roll,
    stored: &HashMap<PhotoAddress, PhotoRecord>,
    school: SchoolId,
) {
    let mut pupils: HashMap<PhotoAddress, Vec<usize>> = HashMap::new();
    for file in files.iter() {
        if let (Some(pupil), Some(address)) = (file.pupil, file.address()) {
            let all = pupils.entry(address).or_default();
            if !all.contains(&pupil) {
                all.push(pupil);
            }
        }
    }
    for file in files
        .iter_mut()
        .filter(|file| file.state != PhotoState::Repeated)
    {
        let (Some(pupil), Some(address)) = (file.pupil, file.address()) else {
            continue;
        };
        let other = pupils
            .get(&address)
            .and_then(|all| all.iter().find(|other| **other != pupil))
            .and_then(|other| roll.pupils.get(*other));
        let own = roll.pupils.get(pupil).map(|pupil| pupil.id);
        let on_record = stored
            .get(&address)
            .filter(|photo| Some(photo.pupil_id) != own);
        let message = match (other, on_record) {
            (Some(other), _) => format!(
                "与{}{}班{}的照片是同一张，请核对是谁的。",
                grade_name(other.grade),
                other.class_number,
                other.name
            ),
            (None, Some(photo)) => same_as_on_record(photo, school),
            (None, None) => continue,
        };
        file.state = PhotoState::Bad;
        file.problems
            .insert(0, Problem::new(Code::PhotoSameImage).message(message));
    }
}

/// Says whose photo on record is the same image, as far as the school may know.
pub(super) fn same_as_on_record(photo: &PhotoRecord, school: SchoolId) -> String {
    if photo.school_id == school {
        format!(
            "与{}{}班{}现有的照片是同一张，请核对是谁的。",
            grade_name(photo.grade),
            photo.class_number,
            photo.pupil_name
        )
    } else {
        "与其他学校一名学生现有的照片是同一张，请核对是谁的。".to_owned()
    }
}

/// Different photos of one pupil in the same folder: a person chooses.
fn several(files: &mut [File]) {
    let candidate = |file: &File| {
        matches!(
            file.state,
            PhotoState::New | PhotoState::Same | PhotoState::Differs
        )
    };
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for file in files.iter().filter(|file| candidate(file)) {
        if let Some(pupil) = file.pupil {
            *counts.entry(pupil).or_default() += 1;
        }
    }
    for file in files {
        let many = file
            .pupil
            .and_then(|pupil| counts.get(&pupil))
            .is_some_and(|count| *count > 1);
        if many && candidate(file) {
            file.state = PhotoState::Several;
        }
    }
}
