//! Photos of pupils (照片), STU-5, STU-6.
//!
//! Files are handed over as packs and looked at (`preview`): what can be kept is sealed
//! into the photo store at once, under an address that no row needs yet; a person then
//! decides and `import` only writes rows. So a crash leaves at worst files that nothing
//! needs, which `purge` clears away, and never a row without its file.

pub mod check;
pub mod discard;
pub mod examine;
pub mod import;
pub mod items;
pub mod list;
pub(crate) mod own;
pub mod preview;
pub(crate) mod purge;
pub mod recycled;
pub mod remove;
pub mod replace;
pub mod restore;
pub mod show;
mod taking;

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::context::AuditNote;
use crate::domain::photo::{PhotoBatchState, PhotoState};
use crate::error::{Code, OpError, Problem};
use crate::id::{PhotoBatchId, PhotoId, PupilId, SchoolId};
use crate::ops::class::grade_name;
use crate::photo::{PIXELS_POOR, SIZE_MIN, SIZE_SMALL, stored};
use crate::ports::{PhotoAddress, PhotoBatchRecord, PhotoFacts, PhotoRecord, Ports, UnitOfWork};

/// Rows of a page with thumbnails at most.
const PAGE_MAX: u32 = 100;
const PAGE_DEFAULT: u32 = 40;

fn page_limit(asked: Option<u32>) -> u32 {
    asked.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX)
}

/// A photo as lists show it.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhotoView {
    /// Photo; of a file that was only looked at, the photo that it becomes.
    pub id: PhotoId,
    /// Bytes of the JPEG.
    #[ts(type = "number")]
    pub size: i64,
    /// Pixels from left to right.
    #[ts(type = "number")]
    pub width: i64,
    /// Pixels from top to bottom.
    #[ts(type = "number")]
    pub height: i64,
    /// When it was taken over; epoch milliseconds.
    #[ts(type = "number")]
    pub created_at: i64,
    /// A small JPEG in base64; none when the file is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub thumbnail: Option<String>,
}

impl PhotoView {
    /// With the thumbnail from the store.
    ///
    /// # Errors
    /// Those of the photo store.
    pub(crate) async fn read(ports: &Ports, facts: PhotoFacts) -> Result<Self, OpError> {
        // Whoever may not reach the folder still sees that there is a photo.
        let stored = match stored::load(ports, facts.address).await {
            Err(error) if error.has(Code::PhotoNoFolder) => None,
            stored => stored?,
        };
        Ok(Self {
            thumbnail: stored.map(|stored| base64(&stored.thumbnail)),
            ..Self::plain(facts)
        })
    }

    /// Without a look at the face.
    pub(crate) const fn plain(facts: PhotoFacts) -> Self {
        Self {
            id: facts.id,
            size: facts.size,
            width: facts.width,
            height: facts.height,
            created_at: facts.created_at,
            thumbnail: None,
        }
    }
}

/// Whose photo it is.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhotoPupilView {
    /// Pupil.
    pub id: PupilId,
    /// Name.
    pub name: String,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// 班级序号.
    #[ts(type = "number")]
    pub class_number: i64,
}

impl PhotoPupilView {
    fn new(id: PupilId, name: String, grade: i64, class_number: i64) -> Self {
        Self {
            id,
            name,
            grade_name: grade_name(grade),
            class_number,
        }
    }

    fn of(photo: &PhotoRecord) -> Self {
        Self::new(
            photo.pupil_id,
            photo.pupil_name.clone(),
            photo.grade,
            photo.class_number,
        )
    }
}

/// Photos that were handed over together, and how many stand where.
#[derive(Debug, Clone, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhotoBatch {
    /// Id.
    pub id: PhotoBatchId,
    /// School.
    pub school_id: SchoolId,
    /// Name of the folder or file.
    pub source: String,
    /// Where it stands.
    #[ts(as = "PhotoBatchState")]
    pub state: String,
    /// Its name.
    pub state_name: String,
    /// When; epoch milliseconds.
    #[ts(type = "number")]
    pub created_at: i64,
    /// Files.
    #[ts(type = "number")]
    pub total: i64,
    /// Files by state; states without files are left out.
    pub counts: Vec<PhotoCount>,
}

/// Files in one state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhotoCount {
    /// State.
    #[ts(as = "PhotoState")]
    pub state: String,
    /// Its name.
    pub state_name: String,
    /// Files.
    #[ts(type = "number")]
    pub count: i64,
}

impl PhotoBatch {
    async fn read(uow: &mut dyn UnitOfWork, batch: PhotoBatchRecord) -> Result<Self, OpError> {
        let counted = uow.photo_item_counts(batch.id).await?;
        let counts: Vec<PhotoCount> = PhotoState::ALL
            .into_iter()
            .filter_map(|state| {
                let (_, count) = counted.iter().find(|(word, _)| word == state.as_str())?;
                Some(PhotoCount {
                    state: state.as_str().to_owned(),
                    state_name: state.zh().to_owned(),
                    count: *count,
                })
            })
            .collect();
        Ok(Self {
            id: batch.id,
            school_id: batch.school_id,
            state_name: PhotoBatchState::from_stored(&batch.state)
                .map_or("", PhotoBatchState::zh)
                .to_owned(),
            state: batch.state,
            source: batch.source,
            created_at: batch.created_at,
            total: counts.iter().map(|count| count.count).sum(),
            counts,
        })
    }
}

/// The note of something about a batch.
fn batch_note(batch: &PhotoBatchRecord, summary: String) -> AuditNote {
    AuditNote::school(batch.district.clone(), batch.school_id, summary)
        .with(serde_json::json!({ "batch": batch.id }))
}

/// Takes the open batch for a change.
async fn open_batch(
    uow: &mut dyn UnitOfWork,
    id: PhotoBatchId,
) -> Result<PhotoBatchRecord, OpError> {
    let batch = uow.photo_batch(id).await?.ok_or(Code::PhotoBatchUnknown)?;
    if PhotoBatchState::from_stored(&batch.state) == Some(PhotoBatchState::Open) {
        Ok(batch)
    } else {
        Err(Code::PhotoBatchClosed.into())
    }
}

/// Refuses when a file that rows are about to need is not there: it was cleared away
/// between the look and the decision. Called with the files locked, so that nothing is
/// cleared away between this and the commit.
async fn require_files(ports: &Ports, addresses: &[PhotoAddress]) -> Result<(), OpError> {
    if ports.photos.missing(addresses).await?.is_empty() {
        Ok(())
    } else {
        Err(Code::PhotoLost.into())
    }
}

/// What is to be said about a pupil's photo without reading it: nothing, or `photo.missing`,
/// `photo.small`, `photo.few_pixels`. With [`lost`] this is what a card order asks (CARD-4).
pub(crate) fn judged(photo: Option<&PhotoFacts>) -> Vec<Problem> {
    let Some(photo) = photo else {
        return vec![Problem::new(Code::PhotoMissing).warning()];
    };
    let mut problems = Vec::new();
    if usize::try_from(photo.size).is_ok_and(|size| size < SIZE_SMALL) {
        problems.push(Problem::new(Code::PhotoSmall).warning());
    }
    let (short, long) = (photo.width.min(photo.height), photo.width.max(photo.height));
    if short < i64::from(PIXELS_POOR.0) || long < i64::from(PIXELS_POOR.1) {
        problems.push(
            Problem::new(Code::PhotoFewPixels)
                .warning()
                .message(format!(
                    "照片只有 {}×{} 像素，印出来可能不清晰，最好换一张。",
                    photo.width, photo.height
                )),
        );
    }
    problems
}

/// Whether photos of pupils can be printed, as far as that is known without opening them:
/// `photo.missing`, `photo.too_small`, `photo.lost` (CARD-4). [`readable`] opens one.
///
/// # Errors
/// Those of the store and of the photo store.
pub(crate) async fn printable(
    ports: &Ports,
    uow: &mut dyn UnitOfWork,
    pupils: &[PupilId],
) -> Result<HashMap<PupilId, Result<PhotoFacts, Problem>>, OpError> {
    let current: HashMap<PupilId, PhotoFacts> =
        uow.current_photos(pupils).await?.into_iter().collect();
    let addresses: Vec<PhotoAddress> = current.values().map(|photo| photo.address).collect();
    let gone: HashSet<PhotoAddress> = match ports.photos.missing(&addresses).await {
        // Whoever may not reach the folder still sees that there is a photo; to export,
        // the folder is needed.
        Err(error) if error.has(Code::PhotoNoFolder) => HashSet::new(),
        gone => gone?.into_iter().collect(),
    };
    Ok(pupils
        .iter()
        .map(|pupil| {
            let judged = match current.get(pupil) {
                None => Err(Code::PhotoMissing),
                Some(photo) if gone.contains(&photo.address) => Err(Code::PhotoLost),
                Some(photo) if usize::try_from(photo.size).is_ok_and(|size| size <= SIZE_MIN) => {
                    Err(Code::PhotoTooSmall)
                }
                Some(photo) => Ok(*photo),
            };
            (*pupil, judged.map_err(Problem::new))
        })
        .collect())
}

/// Opens photos and decodes them: the JPEG of each, or `photo.lost`, `photo.too_small`,
/// and what else keeps a file from being a picture. In the order of the photos.
///
/// # Errors
/// Those of the photo store.
pub(crate) async fn readable(
    ports: &Ports,
    photos: &[PhotoFacts],
) -> Result<Vec<Result<Vec<u8>, Problem>>, OpError> {
    let mut opened = Vec::with_capacity(photos.len());
    for photo in photos {
        let stored = stored::load(ports, photo.address).await?;
        opened.push(stored.ok_or_else(|| Problem::new(Code::PhotoLost)));
    }
    let pictures = ports.pictures.clone();
    tokio::task::spawn_blocking(move || {
        opened
            .into_iter()
            .map(|opened| {
                let photo = opened?.photo;
                pictures.decode(&photo)?;
                Ok(photo)
            })
            .collect()
    })
    .await
    .map_err(|source| OpError::internal("decoding photos", source))
}

/// `photo.lost` when the file of a photo is missing or does not open.
///
/// # Errors
/// Those of the photo store.
pub(crate) async fn lost(ports: &Ports, photo: &PhotoFacts) -> Result<Option<Problem>, OpError> {
    Ok(match stored::load(ports, photo.address).await? {
        Some(_) => None,
        None => Some(Problem::new(Code::PhotoLost)),
    })
}

/// Base64 with padding, as `data:` addresses take it.
fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xFB, 0xEF, 0xFF]), "++//");
    }
}
