//! Rows into a database as fast as it takes them, past the product's queries:
//! `COPY` on PostgreSQL, statements of many rows on SQLite.

use std::fmt::Write as _;

use ekatong_store::Engine;
use sqlx::postgres::PgPoolCopyExt as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgPool, SqliteConnection};
use uuid::Uuid;

/// Bytes of one statement or copy.
const PORTION: usize = 400_000;

/// A value of a row.
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Id(Uuid),
    Bytes(&'a [u8]),
}

/// A connection past the store.
pub(crate) enum Raw {
    Sqlite(Box<SqliteConnection>),
    Postgres(PgPool),
}

impl Raw {
    /// Opens a database to write to it as the product does.
    pub(crate) async fn safe(engine: Engine, address: &str) -> Self {
        Self::with(
            engine,
            address,
            "-16384",
            SqliteJournalMode::Wal,
            SqliteSynchronous::Full,
        )
        .await
    }

    /// Opens a database to fill it. What is written lasts only after [`Raw::close`].
    pub(crate) async fn fast(engine: Engine, address: &str) -> Self {
        let mut this = Self::with(
            engine,
            address,
            "-500000",
            SqliteJournalMode::Off,
            SqliteSynchronous::Off,
        )
        .await;
        // Neither foreign keys nor triggers: the rows are right by construction.
        match engine {
            Engine::Sqlite => {
                this.run("PRAGMA foreign_keys = OFF; PRAGMA locking_mode = EXCLUSIVE")
                    .await
            }
            Engine::Postgres => {
                this.run(
                    "SET session_replication_role = replica; SET maintenance_work_mem = '512MB'",
                )
                .await;
            }
        }
        this
    }

    async fn with(
        engine: Engine,
        address: &str,
        cache: &'static str,
        journal: SqliteJournalMode,
        synchronous: SqliteSynchronous,
    ) -> Self {
        match engine {
            Engine::Sqlite => {
                let connection = SqliteConnectOptions::new()
                    .filename(address)
                    .create_if_missing(true)
                    .journal_mode(journal)
                    .synchronous(synchronous)
                    .pragma("cache_size", cache)
                    .pragma("temp_store", "MEMORY")
                    .disable_statement_logging()
                    .connect()
                    .await
                    .expect("a connection past the store");
                Self::Sqlite(Box::new(connection))
            }
            Engine::Postgres => {
                let pool = sqlx::postgres::PgPoolOptions::new()
                    .max_connections(1)
                    .connect(address)
                    .await
                    .expect("a connection past the store");
                Self::Postgres(pool)
            }
        }
    }

    pub(crate) const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    pub(crate) async fn run(&mut self, sql: &str) {
        let done = match self {
            Self::Sqlite(c) => sqlx::raw_sql(AssertSqlSafe(sql))
                .execute(&mut **c)
                .await
                .map(drop),
            Self::Postgres(pool) => sqlx::raw_sql(AssertSqlSafe(sql))
                .execute(&*pool)
                .await
                .map(drop),
        };
        if let Err(error) = done {
            panic!("{error}: {}", sql.get(..300).unwrap_or(sql));
        }
    }

    pub(crate) async fn texts(&mut self, sql: &str) -> Vec<String> {
        let texts = match self {
            Self::Sqlite(c) => {
                sqlx::query_scalar(AssertSqlSafe(sql))
                    .fetch_all(&mut **c)
                    .await
            }
            Self::Postgres(pool) => {
                sqlx::query_scalar(AssertSqlSafe(sql))
                    .fetch_all(&*pool)
                    .await
            }
        };
        texts.unwrap_or_else(|error| panic!("{error}: {sql}"))
    }

    /// Number of rows that a query gives.
    pub(crate) async fn rows(&mut self, sql: &str) -> usize {
        let rows = match self {
            Self::Sqlite(c) => {
                let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut **c).await;
                rows.map(|rows| rows.len())
            }
            Self::Postgres(pool) => {
                let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&*pool).await;
                rows.map(|rows| rows.len())
            }
        };
        rows.unwrap_or_else(|error| panic!("{error}: {sql}"))
    }

    /// Drops the indexes of a table that are not keys; the statements that make them again.
    pub(crate) async fn drop_indexes(&mut self, table: &str) -> Vec<String> {
        let (names, makes) = match self.engine() {
            Engine::Sqlite => {
                let of = format!(
                    "FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = '{table}' ORDER BY name"
                );
                (format!("SELECT name {of}"), format!("SELECT sql {of}"))
            }
            Engine::Postgres => {
                let of = format!(
                    "FROM pg_indexes WHERE tablename = '{table}' AND indexname <> '{table}_pkey' ORDER BY indexname"
                );
                (
                    format!("SELECT indexname::text {of}"),
                    format!("SELECT indexdef {of}"),
                )
            }
        };
        let makes = self.texts(&makes).await;
        for name in self.texts(&names).await {
            self.run(&format!("DROP INDEX {name}")).await;
        }
        makes
    }

    /// Drops the triggers of a table; the statements that make them again.
    pub(crate) async fn drop_triggers(&mut self, table: &str) -> Vec<String> {
        let (names, makes) = match self.engine() {
            Engine::Sqlite => {
                let of = format!(
                    "FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = '{table}' ORDER BY name"
                );
                (format!("SELECT name {of}"), format!("SELECT sql {of}"))
            }
            Engine::Postgres => {
                let of = format!(
                    "FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal ORDER BY tgname"
                );
                (
                    format!("SELECT tgname::text {of}"),
                    format!("SELECT pg_get_triggerdef(oid) {of}"),
                )
            }
        };
        let makes = self.texts(&makes).await;
        for name in self.texts(&names).await {
            let on = match self.engine() {
                Engine::Sqlite => String::new(),
                Engine::Postgres => format!(" ON {table}"),
            };
            self.run(&format!("DROP TRIGGER {name}{on}")).await;
        }
        makes
    }

    pub(crate) async fn close(self) {
        match self {
            Self::Sqlite(mut c) => {
                sqlx::raw_sql("PRAGMA journal_mode = DELETE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
                    .execute(&mut *c)
                    .await
                    .expect("going back to a safe journal");
                c.close().await.expect("closing");
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Rows on their way into a table.
pub(crate) struct Rows<'a> {
    raw: &'a mut Raw,
    into: String,
    buffer: String,
    started: bool,
}

impl<'a> Rows<'a> {
    /// `into` is the table with its columns: `pupil (id, name)`.
    pub(crate) fn into(raw: &'a mut Raw, into: &str) -> Self {
        Self {
            raw,
            into: into.to_owned(),
            buffer: String::with_capacity(PORTION + 4096),
            started: false,
        }
    }

    pub(crate) async fn push(&mut self, row: &[Value<'_>]) {
        let engine = self.raw.engine();
        let out = &mut self.buffer;
        if engine == Engine::Sqlite {
            if self.started {
                out.push(',');
            } else {
                let _ = write!(out, "INSERT INTO {} VALUES ", self.into);
            }
            out.push('(');
        }
        self.started = true;
        for (at, value) in row.iter().enumerate() {
            match engine {
                Engine::Sqlite => {
                    if at > 0 {
                        out.push(',');
                    }
                    // None of the texts here has a quote in it.
                    let _ = match value {
                        Value::Null => write!(out, "NULL"),
                        Value::Int(number) => write!(out, "{number}"),
                        Value::Text(text) => write!(out, "'{text}'"),
                        Value::Id(id) => write!(out, "x'{}'", id.simple()),
                        Value::Bytes(bytes) => {
                            out.push_str("x'");
                            hex(out, bytes);
                            write!(out, "'")
                        }
                    };
                }
                Engine::Postgres => {
                    if at > 0 {
                        out.push('\t');
                    }
                    let _ = match value {
                        Value::Null => write!(out, "\\N"),
                        Value::Int(number) => write!(out, "{number}"),
                        Value::Text(text) => write!(out, "{text}"),
                        Value::Id(id) => write!(out, "{id}"),
                        Value::Bytes(bytes) => {
                            out.push_str("\\\\x");
                            hex(out, bytes);
                            Ok(())
                        }
                    };
                }
            }
        }
        out.push(if engine == Engine::Sqlite { ')' } else { '\n' });
        if out.len() >= PORTION {
            self.flush().await;
        }
    }

    /// Writes what is still on its way.
    pub(crate) async fn flush(&mut self) {
        if !self.started {
            return;
        }
        self.started = false;
        match self.raw {
            Raw::Sqlite(_) => self.raw.run(&self.buffer).await,
            Raw::Postgres(pool) => {
                let mut copy = pool
                    .copy_in_raw(&format!("COPY {} FROM STDIN", self.into))
                    .await
                    .expect("beginning a copy");
                copy.send(self.buffer.as_bytes()).await.expect("copying");
                copy.finish().await.expect("ending a copy");
            }
        }
        self.buffer.clear();
    }
}

fn hex(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}
