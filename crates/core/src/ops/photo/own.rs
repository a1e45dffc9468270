//! One photo for one pupil: what the pupil's page, the form of a new pupil and the look at a
//! chosen file share.

use super::import::REPLACED;
use super::preview::{limits, same_as_on_record};
use super::{require_files, taking};
use crate::context::Cx;
use crate::domain::time::Timestamp;
use crate::error::{Code, OpError, Problem};
use crate::id::{AccountId, BlobId, PhotoId, PupilId, SchoolId};
use crate::photo::{Picture, stored};
use crate::ports::{NewPhotoRecord, PhotoAddress, PhotoFacts, Ports, UnitOfWork};
use crate::settings::Settings;

/// A staged file, and whose photo it is to be.
pub(crate) struct Chosen<'a> {
    pub(crate) blob: BlobId,
    /// Who staged it.
    pub(crate) account: AccountId,
    pub(crate) school: SchoolId,
    pub(crate) district: &'a str,
    /// The pupil, once there is one.
    pub(crate) pupil: Option<PupilId>,
}

/// A photo that can be kept.
pub(crate) struct Checked {
    pub(crate) picture: Picture,
    address: PhotoAddress,
    sealed: Vec<u8>,
}

/// What was kept.
pub(crate) struct Kept {
    pub(crate) facts: PhotoFacts,
    /// The photo that gave way.
    pub(crate) replaced: Option<PhotoId>,
}

/// Checks a staged file by rules §5, and whether another pupil has the same image.
///
/// # Errors
/// `blob.unknown`, `file.too_large`, `selection.empty` for a zip, `photo.same_image`, and those
/// of a file that cannot be a photo.
pub(crate) async fn check(
    ports: &Ports,
    uow: &mut dyn UnitOfWork,
    chosen: &Chosen<'_>,
    now: Timestamp,
) -> Result<Checked, OpError> {
    let limits = limits(&Settings::district(uow, chosen.district).await?);
    let (file_name, bytes) = taking::staged(ports, uow, (chosen.account, chosen.blob), now).await?;
    let pictures = ports.pictures.clone();
    let cipher = ports.cipher.clone();
    let checked = taking::on_thread(move || {
        let pack = pictures.open(&file_name, bytes)?;
        if pack.count() != 1 {
            return Err(Problem::new(Code::SelectionEmpty)
                .message("请选择一张照片，不要选择压缩包。")
                .into());
        }
        let file = pack.file(0);
        // It may have any name; only its extension is looked at.
        let extension = file.path.rsplit_once('.').map_or("", |(_, end)| end);
        let picture = pictures.examine(&extension.to_ascii_uppercase(), &file.bytes?, limits)?;
        let (address, sealed) = stored::seal(&*cipher, &picture)?;
        Ok::<_, OpError>(Checked {
            picture,
            address,
            sealed,
        })
    })
    .await??;
    let other = uow.photos_at(&[checked.address]).await?;
    match other
        .iter()
        .find(|photo| Some(photo.pupil_id) != chosen.pupil)
    {
        Some(other) => Err(Problem::new(Code::PhotoSameImage)
            .message(same_as_on_record(other, chosen.school))
            .into()),
        None => Ok(checked),
    }
}

/// Makes a photo the pupil's current one; the one that it had goes to the recycle folder.
///
/// # Errors
/// `photo.same_image` when another was given the same meanwhile, `photo.lost`,
/// `photo.no_folder`, and those of the stores.
pub(crate) async fn keep(
    ports: &Ports,
    uow: &mut dyn UnitOfWork,
    pupil: PupilId,
    checked: Checked,
    (account, now): (AccountId, Timestamp),
) -> Result<Kept, OpError> {
    let (width, height) = (checked.picture.width, checked.picture.height);
    let facts = PhotoFacts {
        id: PhotoId(crate::id::new()),
        address: checked.address,
        size: size(&checked.picture)?,
        width: i64::from(width),
        height: i64::from(height),
        created_at: now.ms(),
    };
    // From here to the commit nothing is cleared away: the file lasts before a row needs it.
    uow.lock_photo_files().await?;
    ports
        .photos
        .put(vec![(checked.address, checked.sealed)])
        .await?;
    require_files(ports, &[facts.address]).await?;
    let current = uow.current_photos(&[pupil]).await?.pop();
    let replaced = match current {
        // The same photo again: nothing changes.
        Some((_, current)) if current.address == facts.address => {
            return Ok(Kept {
                facts: current,
                replaced: None,
            });
        }
        current => current.map(|(_, current)| current.id),
    };
    if let Some(current) = replaced {
        uow.recycle_photos(&[current], account, REPLACED, now.ms())
            .await?;
    }
    uow.insert_photos(&[NewPhotoRecord {
        pupil_id: pupil,
        facts,
        account_id: account,
    }])
    .await?;
    Ok(Kept { facts, replaced })
}

/// Bytes of the JPEG as rows have them.
pub(super) fn size(picture: &Picture) -> Result<i64, OpError> {
    i64::try_from(picture.photo.len())
        .map_err(|source| OpError::internal("measuring a photo", source))
}

/// The photo that a form of a new pupil brings, if it brings one. What is to be said about it
/// joins what the form itself says, so that all is told at once.
///
/// # Errors
/// Those of the store.
pub(crate) async fn of_form(
    cx: &mut Cx,
    blob: Option<BlobId>,
    (school, district): (SchoolId, &str),
    pupil: Option<PupilId>,
    problems: &mut Vec<Problem>,
) -> Result<Option<Checked>, OpError> {
    let Some(blob) = blob else { return Ok(None) };
    let chosen = Chosen {
        blob,
        account: cx.actor()?.account,
        school,
        district,
        pupil,
    };
    let place = |problem: Problem| problem.field("photo");
    match check(&cx.ports, &mut *cx.uow, &chosen, cx.now).await {
        Ok(checked) => {
            problems.extend(checked.picture.problems.iter().cloned().map(place));
            Ok(Some(checked))
        }
        Err(OpError::Rejected(refused)) => {
            problems.extend(refused.into_iter().map(place));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Keeps the photo that a form brought, and forgets the staged file.
///
/// # Errors
/// Those of [`keep`].
pub(crate) async fn keep_of_form(
    cx: &mut Cx,
    pupil: PupilId,
    blob: Option<BlobId>,
    checked: Option<Checked>,
) -> Result<Option<Kept>, OpError> {
    let (Some(blob), Some(checked)) = (blob, checked) else {
        return Ok(None);
    };
    let by = (cx.actor()?.account, cx.now);
    let kept = keep(&cx.ports, &mut *cx.uow, pupil, checked, by).await?;
    cx.uow.delete_blob(blob).await?;
    Ok(Some(kept))
}
