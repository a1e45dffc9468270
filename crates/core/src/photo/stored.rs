//! A photo as it stands in the store: thumbnail and photo in one sealed file, so that
//! one write makes both last and no list has to decode a photo.

use crate::error::OpError;
use crate::ports::{Cipher, PhotoAddress, Ports, SealedAt};

use super::Picture;

/// An opened file of the store.
pub(crate) struct StoredPhoto {
    pub(crate) thumbnail: Vec<u8>,
    pub(crate) photo: Vec<u8>,
}

const fn place(address: PhotoAddress) -> SealedAt {
    SealedAt {
        table: "photo",
        column: "file",
        row: address.0,
    }
}

/// The address of a picture, and the file to be kept under it. Equal photos meet under
/// one address; the address is a keyed hash, so that a copy of the folder does not tell
/// whether it holds a certain photo.
///
/// # Errors
/// An internal fault when the system gives no random bytes.
pub(crate) fn seal(
    cipher: &dyn Cipher,
    picture: &Picture,
) -> Result<(PhotoAddress, Vec<u8>), OpError> {
    let address = PhotoAddress(uuid::Uuid::from_bytes(cipher.content(&picture.photo)));
    let length = u32::try_from(picture.thumbnail.len())
        .map_err(|source| OpError::internal("sealing a photo", source))?;
    let clear = [
        &length.to_be_bytes()[..],
        &picture.thumbnail,
        &picture.photo,
    ]
    .concat();
    Ok((address, cipher.seal(place(address), &clear)?))
}

/// Opens a file of the store; none when it is not what was sealed under this address.
pub(crate) fn open(
    cipher: &dyn Cipher,
    address: PhotoAddress,
    sealed: &[u8],
) -> Option<StoredPhoto> {
    let clear = cipher.open(place(address), sealed).ok()?;
    let (length, rest) = clear.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (thumbnail, photo) = rest.split_at_checked(length)?;
    Some(StoredPhoto {
        thumbnail: thumbnail.to_vec(),
        photo: photo.to_vec(),
    })
}

/// Reads a photo; none when its file is lost or damaged, which the log tells.
///
/// # Errors
/// Those of the photo store.
pub(crate) async fn load(
    ports: &Ports,
    address: PhotoAddress,
) -> Result<Option<StoredPhoto>, OpError> {
    let Some(sealed) = ports.photos.get(address).await? else {
        tracing::warn!(%address, "the file of a photo is missing");
        return Ok(None);
    };
    let opened = open(&*ports.cipher, address, &sealed);
    if opened.is_none() {
        tracing::warn!(%address, "the file of a photo does not open");
    }
    Ok(opened)
}
