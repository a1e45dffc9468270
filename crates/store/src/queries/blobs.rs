//! Staged files.

use async_trait::async_trait;
use ekatong_core::id::BlobId;
use ekatong_core::ports::{BlobRecord, Blobs, Stored};
use uuid::Uuid;

use super::{Sql, Tx, maybe};

#[async_trait]
impl Blobs for Tx {
    async fn insert_blob(&mut self, blob: &BlobRecord) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO blob (id, account_id, file_name, size, expires_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .arg(blob.id.0)
        .arg(blob.account_id.0)
        .arg(blob.file_name.as_str())
        .arg(blob.size)
        .arg(blob.expires_at);
        self.run(sql, "starting a staged file").await.map(drop)
    }

    async fn size_blob(&mut self, id: BlobId, size: i64) -> Stored<()> {
        let sql = Sql::new("UPDATE blob SET size = $1 WHERE id = $2")
            .arg(size)
            .arg(id.0);
        self.run(sql, "measuring a staged file").await.map(drop)
    }

    async fn put_chunk(&mut self, blob: BlobId, number: i64, sealed: &[u8]) -> Stored<()> {
        let sql = Sql::new("INSERT INTO blob_chunk (blob_id, number, sealed) VALUES ($1, $2, $3)")
            .arg(blob.0)
            .arg(number)
            .arg(sealed);
        self.run(sql, "adding to a staged file").await.map(drop)
    }

    async fn blob(&mut self, id: BlobId) -> Stored<Option<BlobRecord>> {
        const DOING: &str = "reading a staged file";
        let sql =
            Sql::new("SELECT id, account_id, file_name, size, expires_at FROM blob WHERE id = $1")
                .arg(id.0);
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, |c| {
            Ok(BlobRecord {
                id: c.id()?,
                account_id: c.id()?,
                file_name: c.take()?,
                size: c.take()?,
                expires_at: c.take()?,
            })
        })
    }

    async fn chunk(&mut self, blob: BlobId, number: i64) -> Stored<Option<Vec<u8>>> {
        const DOING: &str = "reading a chunk of a staged file";
        let sql = Sql::new("SELECT sealed FROM blob_chunk WHERE blob_id = $1 AND number = $2")
            .arg(blob.0)
            .arg(number);
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, |c| c.take())
    }

    async fn keep_blob(&mut self, id: BlobId, until: i64) -> Stored<()> {
        let sql = Sql::new(
            "UPDATE blob SET account_id = $3, \
             expires_at = CASE WHEN expires_at < $1 THEN $1 ELSE expires_at END WHERE id = $2",
        )
        .arg(until)
        .arg(id.0)
        .arg(Uuid::nil());
        self.run(sql, "keeping a staged file").await.map(drop)
    }

    async fn delete_blob(&mut self, id: BlobId) -> Stored<()> {
        let sql = Sql::new("DELETE FROM blob WHERE id = $1").arg(id.0);
        self.run(sql, "forgetting a staged file").await.map(drop)
    }
}
