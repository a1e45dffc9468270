//! Staged files: workbooks on their way in, workbooks on their way out.

use async_trait::async_trait;

use super::Stored;
use crate::id::{AccountId, BlobId};

/// A staged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRecord {
    /// Id.
    pub id: BlobId,
    /// Whose it is; nobody else can read it. Nil once it is kept.
    pub account_id: AccountId,
    /// Name for people.
    pub file_name: String,
    /// Bytes.
    pub size: i64,
    /// Forgotten after this moment.
    pub expires_at: i64,
}

/// Storage of staged files; chunks are sealed by the rules before they come here.
#[async_trait]
pub trait Blobs {
    /// Starts a file.
    async fn insert_blob(&mut self, blob: &BlobRecord) -> Stored<()>;
    /// Sets the bytes of a file that was started before they were known.
    async fn size_blob(&mut self, id: BlobId, size: i64) -> Stored<()>;
    /// Adds a chunk; numbers run from 0.
    async fn put_chunk(&mut self, blob: BlobId, number: i64, sealed: &[u8]) -> Stored<()>;
    /// One file.
    async fn blob(&mut self, id: BlobId) -> Stored<Option<BlobRecord>>;
    /// One chunk; none after the last.
    async fn chunk(&mut self, blob: BlobId, number: i64) -> Stored<Option<Vec<u8>>>;
    /// Keeps a file until a later moment, with what it was staged for: from then on it is
    /// nobody's own, so that whoever staged it reads it only where a role allows.
    async fn keep_blob(&mut self, id: BlobId, until: i64) -> Stored<()>;
    /// Forgets a file.
    async fn delete_blob(&mut self, id: BlobId) -> Stored<()>;
}
