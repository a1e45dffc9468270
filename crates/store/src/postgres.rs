//! PostgreSQL: any number of processes on any number of machines.

use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

#[path = "queries/mod.rs"]
mod queries;

pub(crate) use queries::Tx;

/// The engine that the queries beside this file are compiled for.
pub(crate) type Db = sqlx::Postgres;

pub(crate) const BEGIN_WRITE: &str = "BEGIN";
// A page and its counts see one state of the data.
pub(crate) const EXPLAIN: &str = "EXPLAIN";
pub(crate) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Read-modify-write without it loses updates.
pub(crate) fn lock(alias: &str) -> String {
    format!(" FOR UPDATE OF {alias}")
}

/// Keeps the rows as they are, and lets others do the same.
pub(crate) fn share(alias: &str) -> String {
    format!(" FOR SHARE OF {alias}")
}

/// One commit of an import at a time; the number only has to differ from other advisory locks.
pub(crate) fn lock_commits() -> Option<&'static str> {
    Some("SELECT pg_advisory_xact_lock(1164664143)")
}

/// One at a time of those who take files of photos over or clear them away.
pub(crate) fn lock_photo_files() -> Option<&'static str> {
    Some("SELECT pg_advisory_xact_lock(1164664144)")
}

/// Nothing: the planner knows how common each value is.
pub(crate) fn index(_name: &str) -> String {
    String::new()
}

/// A pool; 4–6 connections are best for 2 cores, 16–32 are slower.
pub(crate) fn pool(url: &str, size: u32, wait: Duration) -> Result<PgPool, sqlx::Error> {
    let options = PgConnectOptions::from_str(url)?
        .application_name("ekatong")
        .statement_cache_capacity(200)
        .disable_statement_logging();
    Ok(PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(wait)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                sqlx::query("SELECT set_config('lock_timeout', $1, false)")
                    .bind(wait.as_millis().to_string())
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .connect_lazy_with(options))
}
