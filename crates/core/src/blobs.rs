//! Staged files: cut into chunks, each sealed; forgotten after a day.

use std::io::Write;

use sha2::{Digest as _, Sha256};

use crate::domain::time::Timestamp;
use crate::error::{Code, OpError};
use crate::id::{AccountId, BlobId};
use crate::ports::{BlobRecord, Cipher, Ports, SealedAt, UnitOfWork};

/// Bytes of a chunk.
const CHUNK: usize = 256 * 1024;
/// Bytes that one transaction writes of a file that is staged while it is made.
const AT_ONCE: usize = 16 * CHUNK;
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
    let id = BlobId(crate::id::new());
    let size =
        i64::try_from(bytes.len()).map_err(|source| OpError::internal("staging a file", source))?;
    uow.insert_blob(&BlobRecord {
        id,
        account_id: account,
        file_name: file_name.to_owned(),
        size,
        expires_at: now.ms() + KEEP_MS,
    })
    .await?;
    for (number, chunk) in (0_i64..).zip(bytes.chunks(CHUNK)) {
        put(uow, cipher, id, number, chunk).await?;
    }
    Ok(id)
}

async fn put(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    id: BlobId,
    number: i64,
    chunk: &[u8],
) -> Result<(), OpError> {
    // The number stands inside the seal, so that chunks can not change places.
    let mut clear = number.to_be_bytes().to_vec();
    clear.extend_from_slice(chunk);
    uow.put_chunk(id, number, &cipher.seal(place(id), &clear)?)
        .await
}

/// A file that is staged while it is made, so that it is never held as a whole. It is
/// written in transactions of its own, each of them short; what was begun and not
/// finished is forgotten like any staged file.
pub(crate) struct Stage {
    ports: Ports,
    blob: BlobRecord,
    chunks: i64,
    held: Vec<u8>,
    hash: Sha256,
}

impl Stage {
    /// # Errors
    /// Those of the store.
    pub(crate) async fn begin(
        ports: &Ports,
        account: AccountId,
        file_name: &str,
        now: Timestamp,
    ) -> Result<Self, OpError> {
        let blob = BlobRecord {
            id: BlobId(crate::id::new()),
            account_id: account,
            file_name: file_name.to_owned(),
            size: 0,
            expires_at: now.ms() + KEEP_MS,
        };
        let mut uow = ports.store.write().await?;
        uow.insert_blob(&blob).await?;
        uow.commit().await?;
        Ok(Self {
            ports: ports.clone(),
            blob,
            chunks: 0,
            held: Vec::new(),
            hash: Sha256::new(),
        })
    }

    /// Adds to its end.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn add(&mut self, bytes: &[u8]) -> Result<(), OpError> {
        self.hash.update(bytes);
        self.held.extend_from_slice(bytes);
        self.blob.size += i64::try_from(bytes.len())
            .map_err(|source| OpError::internal("staging a file", source))?;
        if self.held.len() < AT_ONCE {
            return Ok(());
        }
        self.put(self.held.len() - self.held.len() % CHUNK).await
    }

    /// Writes the first of the bytes that are held.
    async fn put(&mut self, bytes: usize) -> Result<(), OpError> {
        let rest = self.held.split_off(bytes);
        let whole = std::mem::replace(&mut self.held, rest);
        let mut uow = self.ports.store.write().await?;
        for chunk in whole.chunks(CHUNK) {
            put(
                &mut *uow,
                &*self.ports.cipher,
                self.blob.id,
                self.chunks,
                chunk,
            )
            .await?;
            self.chunks += 1;
        }
        uow.commit().await
    }

    /// Writes the rest, and reads the whole once more: what is told of a file is true of
    /// what was stored.
    ///
    /// # Errors
    /// Those of the store; an internal fault when the stored bytes are not those added.
    pub(crate) async fn finish(mut self) -> Result<Staged, OpError> {
        self.put(self.held.len()).await?;
        let mut uow = self.ports.store.write().await?;
        uow.size_blob(self.blob.id, self.blob.size).await?;
        uow.commit().await?;
        let staged = Staged {
            id: self.blob.id,
            sha256: self.hash.finalize().into(),
        };
        let mut stored = Sha256::new();
        let mut uow = self.ports.store.read().await?;
        for number in 0.. {
            let Some(bytes) = chunk(&mut *uow, &*self.ports.cipher, staged.id, number).await?
            else {
                break;
            };
            stored.update(&bytes);
        }
        uow.rollback().await?;
        let stored: [u8; 32] = stored.finalize().into();
        if stored == staged.sha256 {
            Ok(staged)
        } else {
            Err(OpError::internal(
                "staging a file",
                "what was stored is not what was written",
            ))
        }
    }
}

/// A file that was staged piece by piece.
pub(crate) struct Staged {
    pub(crate) id: BlobId,
    pub(crate) sha256: [u8; 32],
}

/// Stages a copy of a kept file for a person, chunk by chunk.
///
/// # Errors
/// `blob.unknown` when it is kept no longer, and those of the store.
pub(crate) async fn copy_kept(
    ports: &Ports,
    account: AccountId,
    id: BlobId,
    now: Timestamp,
) -> Result<Staged, OpError> {
    let mut uow = ports.store.read().await?;
    let blob = uow.blob(id).await?.ok_or(Code::BlobUnknown)?;
    let mut stage = Stage::begin(ports, account, &blob.file_name, now).await?;
    for number in 0.. {
        let Some(bytes) = chunk(&mut *uow, &*ports.cipher, id, number).await? else {
            break;
        };
        stage.add(&bytes).await?;
    }
    uow.rollback().await?;
    stage.finish().await
}

/// A staged file of this account.
///
/// # Errors
/// `blob.unknown` when it expired, never existed or is another person's.
async fn own(
    uow: &mut dyn UnitOfWork,
    account: AccountId,
    id: BlobId,
    now: Timestamp,
) -> Result<BlobRecord, OpError> {
    uow.blob(id)
        .await?
        .filter(|blob| blob.account_id == account && blob.expires_at > now.ms())
        .ok_or_else(|| Code::BlobUnknown.into())
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
    let blob = own(uow, account, id, now).await?;
    content(uow, cipher, blob).await
}

/// Writes a staged file of this account somewhere, chunk by chunk; its name.
///
/// # Errors
/// `blob.unknown` when it expired, never existed or is another person's;
/// `file.not_written` when `to` refuses.
pub(crate) async fn write_to(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    account: AccountId,
    id: BlobId,
    now: Timestamp,
    to: &mut (dyn Write + Send),
) -> Result<String, OpError> {
    let blob = own(uow, account, id, now).await?;
    for number in 0.. {
        let Some(bytes) = chunk(uow, cipher, id, number).await? else {
            break;
        };
        to.write_all(&bytes).map_err(|error| {
            tracing::warn!(%error, "a file could not be written");
            OpError::from(Code::FileNotWritten)
        })?;
    }
    Ok(blob.file_name)
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
    let mut bytes = Vec::with_capacity(usize::try_from(blob.size).unwrap_or_default());
    for number in 0.. {
        let Some(chunk) = chunk(uow, cipher, blob.id, number).await? else {
            break;
        };
        bytes.extend_from_slice(&chunk);
    }
    Ok((blob.file_name, bytes))
}

/// One chunk, opened; none after the last.
async fn chunk(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    id: BlobId,
    number: i64,
) -> Result<Option<Vec<u8>>, OpError> {
    let Some(sealed) = uow.chunk(id, number).await? else {
        return Ok(None);
    };
    let mut clear = cipher.open(place(id), &sealed)?;
    if clear.starts_with(&number.to_be_bytes()) {
        Ok(Some(clear.split_off(8)))
    } else {
        Err(OpError::internal(
            "reading a staged file",
            "a chunk is out of place",
        ))
    }
}
