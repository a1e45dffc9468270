//! Photos of pupils: the rows about them, and the store that keeps their bytes.

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use super::Stored;
use crate::id::{AccountId, PhotoBatchId, PhotoId, PupilId, SchoolId};

/// Where the bytes of a photo are: a keyed hash of them, so that equal photos meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhotoAddress(pub Uuid);

impl std::fmt::Display for PhotoAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.simple().fmt(f)
    }
}

impl From<Uuid> for PhotoAddress {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

/// Keeps the bytes of photos outside of the database: a folder beside it, or whatever
/// a server has. The bytes are sealed by the rules before they come here.
#[async_trait]
pub trait PhotoStore: Send + Sync {
    /// Keeps files; they survive a cut of the power once this returns. A file of the
    /// same address is replaced as a whole: it held the same photo.
    ///
    /// # Errors
    /// `photo.no_folder`, `storage.full`, or an internal fault.
    async fn put(&self, files: Vec<(PhotoAddress, Vec<u8>)>) -> Stored<()>;
    /// The bytes of a file, if there is one.
    ///
    /// # Errors
    /// `photo.no_folder`, or an internal fault.
    async fn get(&self, address: PhotoAddress) -> Stored<Option<Vec<u8>>>;
    /// Those of the addresses that have no file.
    ///
    /// # Errors
    /// `photo.no_folder`, or an internal fault.
    async fn missing(&self, addresses: &[PhotoAddress]) -> Stored<Vec<PhotoAddress>>;
    /// Files that were put at least so long ago, and that a row may have forgotten.
    ///
    /// # Errors
    /// An internal fault.
    async fn older_than(&self, age: Duration) -> Stored<Vec<PhotoAddress>>;
    /// Deletes files; those that are gone are no fault.
    ///
    /// # Errors
    /// An internal fault.
    async fn delete(&self, addresses: &[PhotoAddress]) -> Stored<()>;
}

/// A pupil, as photos are matched with pupils.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoPupil {
    /// Pupil.
    pub id: PupilId,
    /// Name.
    pub name: String,
    /// Grade number.
    pub grade: i64,
    /// Class number.
    pub class_number: i64,
    /// `PaperKind::as_str`.
    pub paper_kind: String,
    /// Sealed in `pupil.paper`.
    pub paper_sealed: Vec<u8>,
    /// Sealed in `pupil.student_number`.
    pub student_number_sealed: Option<Vec<u8>>,
    /// The current photo.
    pub photo: Option<PhotoFacts>,
}

/// What is known of a photo without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoFacts {
    /// Photo.
    pub id: PhotoId,
    /// Where its bytes are.
    pub address: PhotoAddress,
    /// Bytes of the JPEG.
    pub size: i64,
    /// Pixels from left to right.
    pub width: i64,
    /// Pixels from top to bottom.
    pub height: i64,
    /// When it was taken over.
    pub created_at: i64,
}

/// A photo to be kept as the current one of a pupil who has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPhotoRecord {
    /// Whose.
    pub pupil_id: PupilId,
    /// The photo.
    pub facts: PhotoFacts,
    /// Who took it over.
    pub account_id: AccountId,
}

/// A photo with the pupil it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoRecord {
    /// The photo.
    pub facts: PhotoFacts,
    /// Whose.
    pub pupil_id: PupilId,
    /// Name of the pupil.
    pub pupil_name: String,
    /// District of the school.
    pub district: String,
    /// School of the pupil.
    pub school_id: SchoolId,
    /// Grade number.
    pub grade: i64,
    /// Class number.
    pub class_number: i64,
    /// When it went to the recycle folder; none while it is current.
    pub recycled_at: Option<i64>,
    /// Who put it there.
    pub recycled_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// Photos handed over together, kept until a person decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoBatchRecord {
    /// Id.
    pub id: PhotoBatchId,
    /// District of the school.
    pub district: String,
    /// School.
    pub school_id: SchoolId,
    /// Name of the folder or file.
    pub source: String,
    /// `PhotoBatchState::as_str`.
    pub state: String,
    /// Who.
    pub account_id: AccountId,
    /// When.
    pub created_at: i64,
    /// When it was imported.
    pub imported_at: Option<i64>,
}

/// One file of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoItemRecord {
    /// Number within the batch, from 1.
    pub number: i64,
    /// Path in the folder, sealed in `photo_item.name` with the batch's id.
    pub name_sealed: Vec<u8>,
    /// Whose.
    pub pupil_id: Option<PupilId>,
    /// `PhotoState::as_str`.
    pub state: String,
    /// The picture, when it can be kept; its id is that of the photo to be.
    pub facts: Option<PhotoFacts>,
    /// The pupil's current photo when the file was looked at.
    pub current: Option<PhotoId>,
    /// JSON list of problems, without personal data.
    pub problems: String,
}

/// Storage of the rows about photos.
#[async_trait]
pub trait Photos {
    /// Pupils of a school that may need a photo, by (name, id), with their current
    /// photo; only those without one when `missing`.
    async fn photo_pupils(
        &mut self,
        school: SchoolId,
        missing: bool,
        after: Option<(String, PupilId)>,
        limit: u32,
    ) -> Stored<Vec<PhotoPupil>>;
    /// The current photos of these pupils; locked for the rest of a write transaction.
    async fn current_photos(&mut self, pupils: &[PupilId]) -> Stored<Vec<(PupilId, PhotoFacts)>>;
    /// The current photos with one of these addresses, whoever's they are.
    async fn photos_at(&mut self, addresses: &[PhotoAddress]) -> Stored<Vec<PhotoRecord>>;
    /// One photo, current or recycled.
    async fn photo(&mut self, id: PhotoId) -> Stored<Option<PhotoRecord>>;
    /// Makes photos current; the unique keys decide: one a pupil, one pupil a photo.
    async fn insert_photos(&mut self, photos: &[NewPhotoRecord]) -> Stored<()>;
    /// Puts current photos into the recycle folder; how many.
    async fn recycle_photos(
        &mut self,
        photos: &[PhotoId],
        by: AccountId,
        reason: &str,
        now: i64,
    ) -> Stored<i64>;
    /// Takes a photo out of the recycle folder.
    async fn restore_photo(&mut self, photo: PhotoId) -> Stored<()>;
    /// Recycled photos of a school, newest first, after this moment and id.
    async fn recycled_photos(
        &mut self,
        school: SchoolId,
        after: Option<(i64, PhotoId)>,
        limit: u32,
    ) -> Stored<Vec<PhotoRecord>>;
    /// Photos of a district that were recycled before a moment.
    async fn photos_to_purge(
        &mut self,
        district: &str,
        before: i64,
        limit: u32,
    ) -> Stored<Vec<PhotoRecord>>;
    /// Forgets recycled photos.
    async fn delete_photos(&mut self, photos: &[PhotoId]) -> Stored<()>;

    /// Starts a batch.
    async fn insert_photo_batch(&mut self, batch: &PhotoBatchRecord) -> Stored<()>;
    /// One batch; locked for the rest of a write transaction.
    async fn photo_batch(&mut self, id: PhotoBatchId) -> Stored<Option<PhotoBatchRecord>>;
    /// Changes state and moment of a batch.
    async fn update_photo_batch(&mut self, batch: &PhotoBatchRecord) -> Stored<()>;
    /// Batches that were made before a moment.
    async fn photo_batches_to_purge(
        &mut self,
        before: i64,
        limit: u32,
    ) -> Stored<Vec<PhotoBatchRecord>>;
    /// Forgets a batch with its items.
    async fn delete_photo_batch(&mut self, id: PhotoBatchId) -> Stored<()>;
    /// Adds items to a batch.
    async fn insert_photo_items(
        &mut self,
        batch: PhotoBatchId,
        items: &[PhotoItemRecord],
    ) -> Stored<()>;
    /// Items of a batch by number, after this number.
    async fn photo_items(
        &mut self,
        batch: PhotoBatchId,
        state: Option<&str>,
        after: i64,
        limit: u32,
    ) -> Stored<Vec<PhotoItemRecord>>;
    /// Items of a batch by state.
    async fn photo_item_counts(&mut self, batch: PhotoBatchId) -> Stored<Vec<(String, i64)>>;
    /// Says what became of items.
    async fn set_photo_items(
        &mut self,
        batch: PhotoBatchId,
        numbers: &[i64],
        state: &str,
    ) -> Stored<()>;

    /// Those of the addresses that a photo or an item needs.
    async fn needed_photos(&mut self, addresses: &[PhotoAddress]) -> Stored<Vec<PhotoAddress>>;
    /// Lets those who take files over and those who clear files away come one after
    /// another until the transaction ends.
    async fn lock_photo_files(&mut self) -> Stored<()>;
}
