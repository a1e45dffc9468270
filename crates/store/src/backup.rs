//! Copies of a SQLite file, taken while others write to it (OPS-1).

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use crate::sqlite;

/// Why a copy was not made.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// PostgreSQL is backed up with its own tools.
    #[error("a PostgreSQL database is backed up with pg_dump or pg_basebackup")]
    Postgres,
    /// There is a file of this name already.
    #[error("there is a file at {} already", .0.display())]
    Exists(PathBuf),
    /// The copy was read back and is damaged.
    #[error("the copy is damaged: {0}")]
    Damaged(String),
    /// The engine failed.
    #[error("copying the database failed: {0}")]
    Engine(#[from] sqlx::Error),
    /// The file system failed.
    #[error("writing the copy failed: {0}")]
    File(#[from] std::io::Error),
}

/// Copies into a temporary file beside the target, checks it, makes it last, and
/// only then gives it its name: a half copy never looks like a whole one.
pub(crate) async fn copy(
    connection: &mut SqliteConnection,
    target: &Path,
) -> Result<(), BackupError> {
    if tokio::fs::try_exists(target).await? {
        return Err(BackupError::Exists(target.to_owned()));
    }
    let mut part = target.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let done = copy_checked(connection, &part).await;
    if done.is_ok() {
        tokio::fs::rename(&part, target).await?;
        sync_folder(target).await?;
    } else {
        // Best effort: the next copy removes what is left.
        let _ = tokio::fs::remove_file(&part).await;
    }
    done
}

async fn copy_checked(connection: &mut SqliteConnection, part: &Path) -> Result<(), BackupError> {
    if tokio::fs::try_exists(part).await? {
        tokio::fs::remove_file(part).await?;
    }
    let name = part.to_str().ok_or_else(|| {
        std::io::Error::new(std::io::ErrorKind::InvalidInput, "the path is not Unicode")
    })?;
    sqlx::query("VACUUM INTO $1")
        .bind(name)
        .execute(connection)
        .await?;
    let mut check = sqlite::options(part, false, Duration::ZERO)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Delete)
        .connect()
        .await?;
    let verdict: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(&mut check)
        .await?;
    check.close().await?;
    if verdict != "ok" {
        return Err(BackupError::Damaged(verdict));
    }
    tokio::fs::OpenOptions::new()
        .write(true)
        .open(part)
        .await?
        .sync_all()
        .await?;
    Ok(())
}

/// Makes the new name last. Windows has no such call and needs none.
async fn sync_folder(target: &Path) -> std::io::Result<()> {
    if cfg!(unix)
        && let Some(folder) = target.parent().filter(|f| !f.as_os_str().is_empty())
    {
        tokio::fs::File::open(folder).await?.sync_all().await?;
    }
    Ok(())
}
