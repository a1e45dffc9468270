//! SQLite: one process or a few on one machine, one file.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};

#[path = "queries/mod.rs"]
mod queries;

pub(crate) use queries::Tx;

/// The engine that the queries beside this file are compiled for.
pub(crate) type Db = sqlx::Sqlite;

// Deferred transactions fail half of the time when two of them want to write.
pub(crate) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
pub(crate) const EXPLAIN: &str = "EXPLAIN QUERY PLAN";
pub(crate) const BEGIN_READ: &str = "BEGIN DEFERRED";

/// Nothing: the writing transaction holds the only write lock.
pub(crate) fn lock(_alias: &str) -> String {
    String::new()
}

/// Nothing, as [`lock`].
pub(crate) fn share(_alias: &str) -> String {
    String::new()
}

/// Nothing, as [`lock`].
pub(crate) fn lock_commits() -> Option<&'static str> {
    None
}

/// Nothing, as [`lock`].
pub(crate) fn lock_photo_files() -> Option<&'static str> {
    None
}

/// Names the index to walk. SQLite has no statistics of a young database and
/// breaks ties as it likes; PostgreSQL has them and needs no hint.
pub(crate) fn index(name: &str) -> String {
    format!(" INDEXED BY {name}")
}

/// How a file is opened, whatever for.
pub(crate) fn options(path: &Path, create: bool, wait: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        // A commit is on the disk before it is acknowledged. With NORMAL a cut of the
        // power can lose the last ones; tests copy the files as a cut leaves them.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(wait)
        .pragma("journal_size_limit", "67108864")
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
}

/// The connection that writes; there is one a process, as SQLite has one writer anyway.
pub(crate) fn writer(path: &Path, wait: Duration) -> SqlitePool {
    pool(
        1,
        wait,
        options(path, false, wait)
            .pragma("cache_size", "-16384")
            .statement_cache_capacity(200),
    )
}

/// The connections that read.
pub(crate) fn readers(path: &Path, number: u32, wait: Duration) -> SqlitePool {
    pool(
        number,
        wait,
        options(path, false, wait)
            .pragma("cache_size", "-4096")
            .pragma("query_only", "ON"),
    )
}

fn pool(size: u32, wait: Duration, options: SqliteConnectOptions) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(size)
        .acquire_timeout(wait)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        // On a full disk SQLite ends the transaction by itself. The connection does
        // not know and would refuse every later one, so another takes its place.
        .before_acquire(|connection, _| {
            let free = !connection.is_in_transaction();
            Box::pin(async move { Ok(free) })
        })
        .connect_lazy_with(options)
}
