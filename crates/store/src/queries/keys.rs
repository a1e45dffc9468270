//! The wrapped data key.

use ekatong_core::ports::Stored;

use super::{Sql, Tx, each};
use crate::keys::{WrapKind, WrappedKey};
use ekatong_core::error::OpError;

impl Tx {
    /// Every way to open the data key.
    pub(crate) async fn key_wraps(&mut self) -> Stored<Vec<WrappedKey>> {
        const DOING: &str = "reading the wrapped keys";
        let sql = Sql::new("SELECT id, kind, salt, sealed, created_at FROM key_wrap ORDER BY id");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(WrappedKey {
                id: c.take()?,
                kind: WrapKind::parse(&c.take::<String>()?)
                    .ok_or_else(|| OpError::internal(DOING, "unknown kind of wrapped key"))?,
                salt: c.take()?,
                sealed: c.take()?,
                created_at: c.take()?,
            })
        })
    }

    /// Adds a way, or replaces the one of this id.
    pub(crate) async fn put_key_wrap(&mut self, key: &WrappedKey) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO key_wrap (id, kind, salt, sealed, created_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, \
             salt = excluded.salt, sealed = excluded.sealed, created_at = excluded.created_at",
        )
        .arg(key.id.as_str())
        .arg(key.kind.as_str())
        .arg(key.salt.as_slice())
        .arg(key.sealed.as_slice())
        .arg(key.created_at);
        self.run(sql, "writing a wrapped key").await.map(drop)
    }

    /// Removes a way; false when there is none of this id.
    pub(crate) async fn delete_key_wrap(&mut self, id: &str) -> Stored<bool> {
        let sql = Sql::new("DELETE FROM key_wrap WHERE id = $1").arg(id);
        Ok(self.run(sql, "removing a wrapped key").await? == 1)
    }
}
