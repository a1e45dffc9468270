//! Staged files: cut into chunks, each sealed; forgotten after a day.

use crate::domain::time::Timestamp;
use crate::error::{Code, OpError};
use crate::id::{AccountId, BlobId};
use crate::ports::{BlobRecord, Cipher, SealedAt, UnitOfWork};

/// Bytes of a chunk.
const CHUNK: usize = 256 * 1024;
/// How long a file is kept.
const KEEP_MS: i64 = 24 * 60 * 60 * 1000;

const fn place(id: BlobId) -> SealedAt {
    SealedAt {
        table: "blob_chunk",
        column: "sealed",
        row: id.0,
    }
}

/// Stages a file.
///
/// # Errors
/// Those of the store.
pub(crate) async fn write(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    account: AccountId,
    file_name: &str,
    bytes: &[u8],
    now: Timestamp,
) -> Result<BlobId, OpError> {
    write_until(uow, cipher, account, file_name, bytes, now.ms() + KEEP_MS).await
}

/// Keeps a file without a term, for what holds its id.
///
/// # Errors
/// Those of the store.
pub(crate) async fn write_kept(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    account: AccountId,
    file_name: &str,
    bytes: &[u8],
) -> Result<BlobId, OpError> {
    write_until(uow, cipher, account, file_name, bytes, i64::MAX).await
}

async fn write_until(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    account: AccountId,
    file_name: &str,
    bytes: &[u8],
    expires_at: i64,
) -> Result<BlobId, OpError> {
    let id = BlobId(crate::id::new());
    let size =
        i64::try_from(bytes.len()).map_err(|source| OpError::internal("staging a file", source))?;
    uow.insert_blob(&BlobRecord {
        id,
        account_id: account,
        file_name: file_name.to_owned(),
        size,
        expires_at,
    })
    .await?;
    for (number, chunk) in (0_i64..).zip(bytes.chunks(CHUNK)) {
        // The number stands inside the seal, so that chunks can not change places.
        let mut clear = number.to_be_bytes().to_vec();
        clear.extend_from_slice(chunk);
        uow.put_chunk(id, number, &cipher.seal(place(id), &clear)?)
            .await?;
    }
    Ok(id)
}

/// Reads a staged file of this account: its name and bytes.
///
/// # Errors
/// `blob.unknown` when it expired, never existed or is another person's.
pub(crate) async fn read(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    account: AccountId,
    id: BlobId,
    now: Timestamp,
) -> Result<(String, Vec<u8>), OpError> {
    let blob = uow
        .blob(id)
        .await?
        .filter(|blob| blob.account_id == account && blob.expires_at > now.ms())
        .ok_or(Code::BlobUnknown)?;
    content(uow, cipher, blob).await
}

/// Reads a file that is kept with something the person may see, whoever staged it.
///
/// # Errors
/// `blob.unknown` when it is kept no longer.
pub(crate) async fn read_kept(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    id: BlobId,
) -> Result<(String, Vec<u8>), OpError> {
    let blob = uow.blob(id).await?.ok_or(Code::BlobUnknown)?;
    content(uow, cipher, blob).await
}

async fn content(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    blob: BlobRecord,
) -> Result<(String, Vec<u8>), OpError> {
    let id = blob.id;
    let mut bytes = Vec::with_capacity(usize::try_from(blob.size).unwrap_or_default());
    for number in 0_i64.. {
        let Some(sealed) = uow.chunk(id, number).await? else {
            break;
        };
        let clear = cipher.open(place(id), &sealed)?;
        match clear.split_at_checked(8) {
            Some((head, chunk)) if head == number.to_be_bytes() => bytes.extend_from_slice(chunk),
            _ => {
                return Err(OpError::internal(
                    "reading a staged file",
                    "a chunk is out of place",
                ));
            }
        }
    }
    Ok((blob.file_name, bytes))
}
