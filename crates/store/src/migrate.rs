//! Brings a database to the schema of this program, or says politely why not.
//!
//! To change the schema: a file with the next number in `migrations/sqlite` and
//! one of the same number in `migrations/postgres`. A file that was released is
//! never changed: its checksum is in every database.

use std::path::{Path, PathBuf};

use sqlx::migrate::{AppliedMigration, Migrate as _, Migrator};
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use crate::backup;
use crate::errors::is_full;

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");
const APPLIED: &str = "_sqlx_migrations";

/// Why a database was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such file, and none was to be made.
    #[error("there is no database at {}", .0.display())]
    Missing(PathBuf),
    /// A later version of the program has changed the database.
    #[error("the database has schema {found}, this program knows {known}: use the newer program")]
    Newer {
        /// Schema of the database.
        found: i64,
        /// Schema of this program.
        known: i64,
    },
    /// A released migration is not the one that was applied: a damaged or foreign database.
    #[error("schema change {version} of the database is not the one of this program")]
    Changed {
        /// Number of the migration.
        version: i64,
    },
    /// The file or database holds something else.
    #[error("this is not a database of ekatong")]
    Foreign,
    /// The address of the database has a wrong form.
    #[error("the address of the database is not of the form postgres://… or a file")]
    Address,
    /// There is no space on the disk of the database.
    #[error("the disk of the database is full")]
    Full,
    /// The engine could not be reached or failed.
    #[error("{doing} failed: {source}")]
    Failed {
        /// What was being done.
        doing: &'static str,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl OpenError {
    pub(crate) fn failed(doing: &'static str) -> impl Fn(sqlx::Error) -> Self {
        move |error| {
            if is_full(&error) {
                return Self::Full;
            }
            Self::Failed {
                doing,
                source: error.into(),
            }
        }
    }

    /// As [`OpenError::failed`], and tells a file that holds something else.
    pub(crate) fn of_file(doing: &'static str) -> impl Fn(sqlx::Error) -> Self {
        move |error| {
            let code = error.as_database_error().and_then(|e| e.code());
            if code.as_deref() == Some(NOT_A_DATABASE) {
                Self::Foreign
            } else {
                Self::failed(doing)(error)
            }
        }
    }
}

/// SQLite: the file is not a database.
const NOT_A_DATABASE: &str = "26";

/// Schema of this program: number of its last migration.
#[must_use]
pub fn schema_version() -> i64 {
    SQLITE.iter().map(|m| m.version).max().unwrap_or(0)
}

/// What is to be done to a database.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Nothing,
    Create,
    From(i64),
}

fn step(applied: &[AppliedMigration], migrator: &Migrator) -> Result<Step, OpenError> {
    for done in applied {
        match migrator.iter().find(|m| m.version == done.version) {
            None => {
                return Err(OpenError::Newer {
                    found: applied.iter().map(|m| m.version).max().unwrap_or(0),
                    known: schema_version(),
                });
            }
            Some(known) if known.checksum != done.checksum => {
                return Err(OpenError::Changed {
                    version: done.version,
                });
            }
            Some(_) => {}
        }
    }
    Ok(match applied.iter().map(|m| m.version).max() {
        None => Step::Create,
        Some(version) if version < schema_version() => Step::From(version),
        Some(_) => Step::Nothing,
    })
}

/// Brings a SQLite file up to date; the path of the copy made before, if any.
pub(crate) async fn sqlite(
    connection: &mut SqliteConnection,
    path: &Path,
) -> Result<Option<PathBuf>, OpenError> {
    let step = step(&sqlite_applied(connection).await?, &SQLITE)?;
    let copy = match step {
        Step::Nothing => return Ok(None),
        Step::Create => None,
        Step::From(version) => {
            let copy = copy_name(connection, path, version).await?;
            backup::copy(connection, &copy)
                .await
                .map_err(|source| OpenError::Failed {
                    doing: "copying the database before its schema is changed",
                    source: source.into(),
                })?;
            tracing::info!(copy = %copy.display(), from = version, "database copied before its schema is changed");
            Some(copy)
        }
    };
    const DOING: &str = "changing the schema";
    // One transaction around all: a crash leaves the old schema, and of two
    // processes that start together the second finds the work done.
    let mut tx = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(OpenError::failed(DOING))?;
    SQLITE
        .run_direct(None, &mut *tx, false)
        .await
        .map_err(|e| OpenError::Failed {
            doing: DOING,
            source: e.into(),
        })?;
    tx.commit().await.map_err(OpenError::failed(DOING))?;
    Ok(copy)
}

async fn sqlite_applied(
    connection: &mut SqliteConnection,
) -> Result<Vec<AppliedMigration>, OpenError> {
    const DOING: &str = "looking at the schema";
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
            .fetch_all(&mut *connection)
            .await
            .map_err(OpenError::of_file(DOING))?;
    if tables.iter().any(|t| t == APPLIED) {
        return connection
            .list_applied_migrations(APPLIED)
            .await
            .map_err(|e| OpenError::Failed {
                doing: DOING,
                source: e.into(),
            });
    }
    if tables.is_empty() {
        Ok(Vec::new())
    } else {
        Err(OpenError::Foreign)
    }
}

/// `<name>.before-v<N>-<moment>.db` beside the database.
async fn copy_name(
    connection: &mut SqliteConnection,
    path: &Path,
    version: i64,
) -> Result<PathBuf, OpenError> {
    // SQLite's own clock: the moment is for people and decides nothing.
    let moment: String = sqlx::query_scalar("SELECT strftime('%Y%m%d-%H%M%S', 'now', '+8 hours')")
        .fetch_one(connection)
        .await
        .map_err(OpenError::failed("reading the time"))?;
    let stem = path
        .file_stem()
        .map_or_else(|| "ekatong".into(), |s| s.to_string_lossy().into_owned());
    Ok(path.with_file_name(format!("{stem}.before-v{version}-{moment}.db")))
}

/// Brings a PostgreSQL database up to date.
pub(crate) async fn postgres(connection: &mut PgConnection) -> Result<(), OpenError> {
    const DOING: &str = "changing the schema";
    match step(&postgres_applied(connection).await?, &POSTGRES)? {
        Step::Nothing => return Ok(()),
        Step::Create => {}
        Step::From(version) => {
            tracing::info!(
                from = version,
                to = schema_version(),
                "the schema is changed; the copy of a PostgreSQL database is its administrator's"
            );
        }
    }
    // sqlx holds an advisory lock, so that of two servers one applies; each
    // migration is a transaction.
    POSTGRES
        .run_direct(None, connection, false)
        .await
        .map_err(|e| OpenError::Failed {
            doing: DOING,
            source: e.into(),
        })
}

async fn postgres_applied(
    connection: &mut PgConnection,
) -> Result<Vec<AppliedMigration>, OpenError> {
    const DOING: &str = "looking at the schema";
    let known: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(APPLIED)
        .fetch_one(&mut *connection)
        .await
        .map_err(OpenError::failed(DOING))?;
    if known {
        return connection
            .list_applied_migrations(APPLIED)
            .await
            .map_err(|e| OpenError::Failed {
                doing: DOING,
                source: e.into(),
            });
    }
    let foreign: bool = sqlx::query_scalar(
        "SELECT to_regclass('pupil') IS NOT NULL OR to_regclass('school') IS NOT NULL",
    )
    .fetch_one(connection)
    .await
    .map_err(OpenError::failed(DOING))?;
    if foreign {
        Err(OpenError::Foreign)
    } else {
        Ok(Vec::new())
    }
}
