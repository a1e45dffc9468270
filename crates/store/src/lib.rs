//! Storage on SQLite and PostgreSQL from one query source.
//!
//! [`open`] gives a [`Database`]; its [`Database::store`] is the port that the
//! rules are given, its other functions are for hosts: keys, copies, closing.
//! Queries are in `src/queries/`, written once and compiled for each engine.

#![expect(
    clippy::duplicate_mod,
    reason = "the queries are compiled once for each engine: that is the point of them"
)]

mod backup;
mod errors;
pub mod keys;
mod migrate;
mod postgres;
mod sqlite;
mod vault;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ekatong_core::ports::{Store, Stored, UnitOfWork};
use sqlx::{ConnectOptions as _, Connection as _, PgPool, SqliteConnection, SqlitePool};
use tokio::sync::Mutex;

pub use backup::BackupError;
use errors::Doing as _;
use keys::WrappedKey;
pub use migrate::{OpenError, schema_version};
pub use vault::Vault;

/// How a database is opened.
#[derive(Debug, Clone, Copy)]
pub struct OpenOptions {
    /// Make the SQLite file when there is none.
    pub create: bool,
    /// Connections to PostgreSQL, or reading ones to SQLite.
    pub connections: u32,
    /// How long a transaction waits for a lock or a connection before it is `busy`.
    pub wait: Duration,
}

impl Default for OpenOptions {
    /// Opens what exists, with connections for two cores.
    fn default() -> Self {
        Self {
            create: false,
            connections: 4,
            wait: Duration::from_secs(30),
        }
    }
}

/// Engine of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file on one machine.
    Sqlite,
    /// A server.
    Postgres,
}

/// An open database.
#[derive(Clone)]
pub struct Database {
    inner: Inner,
    /// Copy made before the schema was changed, if it was.
    copied_to: Option<PathBuf>,
}

#[derive(Clone)]
enum Inner {
    Sqlite(Arc<SqliteStore>),
    Postgres(Arc<PostgresStore>),
}

/// Opens `postgres://…` or a file (a path, or `sqlite:` and a path).
///
/// # Errors
/// [`OpenError`].
pub async fn open(address: &str, options: OpenOptions) -> Result<Database, OpenError> {
    if address.starts_with("postgres://") || address.starts_with("postgresql://") {
        return open_postgres(address, options).await;
    }
    let path = address
        .strip_prefix("sqlite://")
        .or_else(|| address.strip_prefix("sqlite:"))
        .unwrap_or(address);
    if path.is_empty() || path.contains("://") {
        return Err(OpenError::Address);
    }
    open_sqlite(Path::new(path), options).await
}

/// Opens a SQLite file and brings its schema up to date; an older file that is
/// not empty is copied beside itself first ([`Database::copied_to`]).
///
/// # Errors
/// [`OpenError`].
pub async fn open_sqlite(path: &Path, options: OpenOptions) -> Result<Database, OpenError> {
    const DOING: &str = "opening the database file";
    if !options.create && !tokio::fs::try_exists(path).await.unwrap_or(false) {
        return Err(OpenError::Missing(path.to_owned()));
    }
    let mut first = sqlite::options(path, options.create, options.wait)
        .connect()
        .await
        .map_err(OpenError::of_file(DOING))?;
    let migrated = migrate::sqlite(&mut first, path).await;
    first.close().await.map_err(OpenError::failed(DOING))?;
    let copied_to = migrated?;
    Ok(Database {
        inner: Inner::Sqlite(Arc::new(SqliteStore {
            path: path.to_owned(),
            writer: sqlite::writer(path, options.wait),
            readers: sqlite::readers(path, options.connections.max(1), options.wait),
            watch: Mutex::new(None),
            wait: options.wait,
        })),
        copied_to,
    })
}

/// Opens a PostgreSQL database and brings its schema up to date.
///
/// # Errors
/// [`OpenError`].
pub async fn open_postgres(url: &str, options: OpenOptions) -> Result<Database, OpenError> {
    const DOING: &str = "connecting to PostgreSQL";
    // The error of a bad address may quote the password in it.
    let pool = postgres::pool(url, options.connections.max(2), options.wait)
        .map_err(|_| OpenError::Address)?;
    let mut first = pool.acquire().await.map_err(OpenError::failed(DOING))?;
    migrate::postgres(&mut first).await?;
    drop(first);
    Ok(Database {
        inner: Inner::Postgres(Arc::new(PostgresStore { pool })),
        copied_to: None,
    })
}

impl Database {
    /// The port that the rules are given.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        match &self.inner {
            Inner::Sqlite(store) => Arc::clone(store) as Arc<dyn Store>,
            Inner::Postgres(store) => Arc::clone(store) as Arc<dyn Store>,
        }
    }

    /// Engine.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match &self.inner {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// Where the file was copied to before its schema was changed at this opening.
    #[must_use]
    pub fn copied_to(&self) -> Option<&Path> {
        self.copied_to.as_deref()
    }

    /// Every way to open the data key; empty in a database without one yet.
    ///
    /// # Errors
    /// `busy`, or an internal fault.
    pub async fn key_wraps(&self) -> Stored<Vec<WrappedKey>> {
        match &self.inner {
            Inner::Sqlite(s) => sqlite::Tx::read(&s.readers).await?.key_wraps().await,
            Inner::Postgres(s) => postgres::Tx::read(&s.pool).await?.key_wraps().await,
        }
    }

    /// Adds and removes ways to open the data key, all at once; a way of the same id is replaced.
    ///
    /// # Errors
    /// `busy`, or an internal fault.
    pub async fn change_key_wraps(&self, put: &[WrappedKey], delete: &[&str]) -> Stored<()> {
        match &self.inner {
            Inner::Sqlite(s) => {
                let mut tx = Box::new(sqlite::Tx::write(&s.writer).await?);
                for id in delete {
                    tx.delete_key_wrap(id).await?;
                }
                for key in put {
                    tx.put_key_wrap(key).await?;
                }
                tx.commit().await
            }
            Inner::Postgres(s) => {
                let mut tx = Box::new(postgres::Tx::write(&s.pool).await?);
                for id in delete {
                    tx.delete_key_wrap(id).await?;
                }
                for key in put {
                    tx.put_key_wrap(key).await?;
                }
                tx.commit().await
            }
        }
    }

    /// A transaction that reads, and notes the engine's plan of each of its
    /// statements: for tests, and for a query that is slow.
    ///
    /// # Errors
    /// `busy`, or an internal fault.
    pub async fn read_with_plans(&self) -> Stored<(Box<dyn UnitOfWork>, Plans)> {
        let plans = Plans::default();
        let unit: Box<dyn UnitOfWork> = match &self.inner {
            Inner::Sqlite(s) => Box::new(
                sqlite::Tx::read(&s.readers)
                    .await?
                    .with_plans(plans.clone()),
            ),
            Inner::Postgres(s) => {
                Box::new(postgres::Tx::read(&s.pool).await?.with_plans(plans.clone()))
            }
        };
        Ok((unit, plans))
    }

    /// Copies a SQLite file while others write to it; the copy is checked and made to last.
    ///
    /// # Errors
    /// [`BackupError`].
    pub async fn backup_to(&self, target: &Path) -> Result<(), BackupError> {
        match &self.inner {
            Inner::Sqlite(s) => {
                let mut connection = sqlite::options(&s.path, false, s.wait).connect().await?;
                let copied = backup::copy(&mut connection, target).await;
                connection.close().await?;
                copied
            }
            Inner::Postgres(_) => Err(BackupError::Postgres),
        }
    }

    /// Moves what SQLite's log holds into the file and empties the log; nothing on PostgreSQL.
    ///
    /// # Errors
    /// `busy`, or an internal fault.
    pub async fn checkpoint(&self) -> Stored<()> {
        match &self.inner {
            Inner::Sqlite(s) => sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
                .execute(&s.writer)
                .await
                .map(drop)
                .doing("emptying the log"),
            Inner::Postgres(_) => Ok(()),
        }
    }

    /// Closes every connection, after the work under way.
    pub async fn close(&self) {
        match &self.inner {
            Inner::Sqlite(s) => {
                if let Some(watch) = s.watch.lock().await.take() {
                    // A reader that does not close has nothing to lose.
                    let _ = watch.close().await;
                }
                s.readers.close().await;
                // The last to close: SQLite then empties and removes the log.
                s.writer.close().await;
            }
            Inner::Postgres(s) => s.pool.close().await,
        }
    }
}

/// Plans of the statements of a transaction, one text each.
#[derive(Debug, Clone, Default)]
pub struct Plans(Arc<std::sync::Mutex<Vec<String>>>);

impl Plans {
    /// The plans noted since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        self.0
            .lock()
            .map(|mut plans| std::mem::take(&mut *plans))
            .unwrap_or_default()
    }

    pub(crate) fn note(&self, plan: String) {
        if let Ok(mut plans) = self.0.lock() {
            plans.push(plan);
        }
    }
}

struct SqliteStore {
    path: PathBuf,
    writer: SqlitePool,
    readers: SqlitePool,
    /// A connection that never writes: `data_version` counts the commits of others.
    watch: Mutex<Option<SqliteConnection>>,
    wait: Duration,
}

#[async_trait]
impl Store for SqliteStore {
    async fn read(&self) -> Stored<Box<dyn UnitOfWork>> {
        Ok(Box::new(sqlite::Tx::read(&self.readers).await?))
    }

    async fn write(&self) -> Stored<Box<dyn UnitOfWork>> {
        Ok(Box::new(sqlite::Tx::write(&self.writer).await?))
    }

    async fn data_version(&self) -> Stored<i64> {
        const DOING: &str = "reading the data version";
        let mut watch = self.watch.lock().await;
        let connection = match watch.take() {
            Some(connection) => connection,
            None => sqlite::options(&self.path, false, self.wait)
                .pragma("cache_size", "-64")
                .connect()
                .await
                .doing(DOING)?,
        };
        let connection = watch.insert(connection);
        sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(connection)
            .await
            .doing(DOING)
    }
}

struct PostgresStore {
    pool: PgPool,
}

#[async_trait]
impl Store for PostgresStore {
    async fn read(&self) -> Stored<Box<dyn UnitOfWork>> {
        Ok(Box::new(postgres::Tx::read(&self.pool).await?))
    }

    async fn write(&self) -> Stored<Box<dyn UnitOfWork>> {
        Ok(Box::new(postgres::Tx::write(&self.pool).await?))
    }

    async fn data_version(&self) -> Stored<i64> {
        // The text of a snapshot differs as soon as any transaction that wrote has
        // ended, and costs no row that all writers would have to share.
        sqlx::query_scalar("SELECT hashtextextended(pg_current_snapshot()::text, 0)")
            .fetch_one(&self.pool)
            .await
            .doing("reading the data version")
    }
}
