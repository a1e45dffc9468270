//! Photos of pupils (照片), STU-5: what a photo must be, and what stands in a stored file.
//!
//! The rules decide here; measuring, decoding and writing pictures is the work of
//! [`Pictures`] (`crates/photo`), keeping their bytes that of
//! [`PhotoStore`](crate::ports::PhotoStore). `stored` seals and opens, `match_names`
//! finds the pupil that a file name means.

pub(crate) mod match_names;
pub(crate) mod stored;

use crate::error::{OpError, Problem};
use crate::id::{AccountId, PhotoId, PupilId};
use crate::ports::{NewPhotoRecord, PhotoFacts, Ports, UnitOfWork};

/// Bytes of one photo file at most, as it comes from a camera.
pub const FILE_MAX: u64 = 20 * 1024 * 1024;
/// Bytes of a pack that a host hands over at most; larger folders come as several.
pub const PACK_MAX: u64 = 48 * 1024 * 1024;
/// Files of one preview at most.
pub const FILES_MAX: usize = 20_000;
/// Unpacked bytes of one pack at most: a zip of a megabyte can claim to hold terabytes.
pub const UNPACKED_MAX: u64 = 512 * 1024 * 1024;
/// Pixels of a picture at most: 90 MB decoded, whatever a file of a kilobyte claims.
pub const PIXELS_MAX: u64 = 30_000_000;
/// Bytes that a photo must have more than (rules §5).
pub const SIZE_MIN: usize = 1024;
/// Bytes under which a photo is worth a look (rules §5).
pub const SIZE_SMALL: usize = 5 * 1024;
/// Width and height that the bureau prefers (rules §5); larger photos are scaled to fit.
pub const PREFERRED: (u32, u32) = (358, 441);
/// Width and height under which a face cannot be printed (P).
pub const PIXELS_MIN: (u32, u32) = (120, 150);
/// Width and height under which the print is poor: a warning (P).
pub const PIXELS_POOR: (u32, u32) = (240, 300);
/// A side may be this many times as long as the other (P).
pub const SHAPE_MAX: u32 = 2;
/// Box of a thumbnail.
pub const THUMBNAIL: (u32, u32) = (120, 150);

/// What a district asks of photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoLimits {
    /// Bytes of a stored photo at most; larger ones are scaled down.
    pub max_bytes: usize,
}

/// A photo as it will be kept: a JPEG without metadata, upright.
#[derive(Clone)]
pub struct Picture {
    /// The JPEG.
    pub photo: Vec<u8>,
    /// A small JPEG for lists.
    pub thumbnail: Vec<u8>,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Warnings and notes.
    pub problems: Vec<Problem>,
}

/// One file of a pack.
pub struct PackedFile {
    /// Path inside the pack, as it came: never used as a path.
    pub path: String,
    /// The bytes, or why there are none.
    pub bytes: Result<Vec<u8>, Problem>,
}

/// Files that were handed over together.
pub trait PhotoPack: Send + Sync {
    /// How many; what systems leave in folders (`Thumbs.db`, `__MACOSX`) is not counted.
    fn count(&self) -> usize;
    /// One of them; several threads may ask at once.
    fn file(&self, number: usize) -> PackedFile;
}

/// Measures, checks and writes pictures.
pub trait Pictures: Send + Sync {
    /// Opens a zip, or a single photo as a pack of one.
    ///
    /// # Errors
    /// `file.kind`, `file.damaged`, `file.too_large`, `file.too_many_rows`.
    fn open(&self, file_name: &str, bytes: Vec<u8>) -> Result<Box<dyn PhotoPack>, OpError>;
    /// Checks a file and makes of it what is kept. `extension` is that of the
    /// normalised name, empty for none.
    ///
    /// # Errors
    /// `photo.empty`, `photo.too_small`, `photo.too_large`, `photo.not_image`, `photo.truncated`,
    /// `photo.damaged`, `photo.too_many_pixels`, `photo.few_pixels`, `photo.shape`, `photo.blank`.
    fn examine(
        &self,
        extension: &str,
        bytes: &[u8],
        limits: PhotoLimits,
    ) -> Result<Picture, Problem>;
    /// Whether a kept photo can still be looked at: decodes it and keeps nothing.
    ///
    /// # Errors
    /// Those of `examine`, but for `photo.blank`.
    fn decode(&self, bytes: &[u8]) -> Result<(), Problem>;
}

/// Keeps photos of pupils who have none, without a preview: the demo draws them.
///
/// # Errors
/// Those of the store and of the photo store.
pub async fn keep(
    ports: &Ports,
    uow: &mut dyn UnitOfWork,
    photos: Vec<(PupilId, Picture)>,
    by: AccountId,
    now: i64,
) -> Result<(), OpError> {
    let measured = |source| OpError::internal("measuring a photo", source);
    let mut files = Vec::with_capacity(photos.len());
    let mut records = Vec::with_capacity(photos.len());
    for (pupil_id, picture) in photos {
        let (address, sealed) = stored::seal(&*ports.cipher, &picture)?;
        files.push((address, sealed));
        records.push(NewPhotoRecord {
            pupil_id,
            facts: PhotoFacts {
                id: PhotoId(crate::id::new()),
                address,
                size: i64::try_from(picture.photo.len()).map_err(measured)?,
                width: i64::from(picture.width),
                height: i64::from(picture.height),
                created_at: now,
            },
            account_id: by,
        });
    }
    // Files before rows, as ever: a crash leaves no row without its file.
    ports.photos.put(files).await?;
    uow.insert_photos(&records).await
}
