//! Every query, written once and compiled for each engine.
//!
//! A file here is the twin of one in `crates/core/src/ports/`. What differs
//! between the engines stands in `sqlite.rs` and `postgres.rs` (`super` here).
//! To add a query: a method in the port, its body in the twin, a test in
//! `tests/store/` that runs it on both engines.

mod accounts;
mod applications;
mod audit;
mod batches;
mod blobs;
mod cards;
mod extensions;
mod imports;
mod jobs;
mod keys;
mod mismatches;
mod moves;
mod names;
mod order_totals;
mod orders;
mod organisation;
mod photos;
mod pupil_file;
mod pupils;

use std::borrow::Cow;

use async_trait::async_trait;
use ekatong_core::error::OpError;
use ekatong_core::ports::{Stored, UnitOfWork};
use sqlx::{Arguments as _, AssertSqlSafe, Row as _};

use super::Db;
use crate::Plans;
use crate::errors::Doing as _;

type Args = <Db as sqlx::Database>::Arguments;
type Row = <Db as sqlx::Database>::Row;

/// Rows of a full multi-row statement: within 20 % of the best of each engine.
const ROWS: usize = 500;

/// One transaction.
pub(crate) struct Tx {
    inner: sqlx::Transaction<'static, Db>,
    writes: bool,
    plans: Option<Plans>,
}

#[async_trait]
impl UnitOfWork for Tx {
    async fn commit(self: Box<Self>) -> Stored<()> {
        self.inner.commit().await.doing("committing")
    }

    async fn rollback(self: Box<Self>) -> Stored<()> {
        // Nothing of it lasts either way: the engine has ended it by itself, as on a
        // full disk, or the connection is gone. The cause has been told already.
        if let Err(error) = self.inner.rollback().await.doing("rolling back") {
            tracing::info!(%error, "nothing was left to roll back");
        }
        Ok(())
    }
}

impl Tx {
    /// Begins a transaction that only reads.
    pub(crate) async fn read(pool: &sqlx::Pool<Db>) -> Stored<Self> {
        let inner = pool
            .begin_with(super::BEGIN_READ)
            .await
            .doing("beginning to read")?;
        Ok(Self {
            inner,
            writes: false,
            plans: None,
        })
    }

    /// Begins a transaction that writes.
    pub(crate) async fn write(pool: &sqlx::Pool<Db>) -> Stored<Self> {
        let inner = pool
            .begin_with(super::BEGIN_WRITE)
            .await
            .doing("beginning to write")?;
        Ok(Self {
            inner,
            writes: true,
            plans: None,
        })
    }

    /// Locks the rows of a table for the rest of a transaction that writes.
    fn lock(&self, alias: &str) -> String {
        if self.writes {
            super::lock(alias)
        } else {
            String::new()
        }
    }

    /// Notes the engine's plan of every statement.
    pub(crate) fn with_plans(mut self, plans: Plans) -> Self {
        self.plans = Some(plans);
        self
    }

    async fn explain(&mut self, text: &str, args: &Args, doing: &'static str) -> Stored<()> {
        let Some(plans) = self.plans.clone() else {
            return Ok(());
        };
        let text = format!("{} {text}", super::EXPLAIN);
        let rows = sqlx::query_with(AssertSqlSafe(text), args.clone())
            .persistent(false)
            .fetch_all(&mut *self.inner)
            .await
            .doing(doing)?;
        let mut plan = String::new();
        for row in &rows {
            // The text of the plan is the last column on both engines.
            let line: String = row.try_get(row.len().saturating_sub(1)).doing(doing)?;
            plan.push_str(&line);
            plan.push('\n');
        }
        plans.note(plan);
        Ok(())
    }

    async fn all(&mut self, sql: Sql, doing: &'static str) -> Stored<Vec<Row>> {
        let (text, args, cached) = sql.ready(doing)?;
        self.explain(&text, &args, doing).await?;
        sqlx::query_with(AssertSqlSafe(text), args)
            .persistent(cached)
            .fetch_all(&mut *self.inner)
            .await
            .doing(doing)
    }

    async fn first(&mut self, sql: Sql, doing: &'static str) -> Stored<Option<Row>> {
        let (text, args, cached) = sql.ready(doing)?;
        self.explain(&text, &args, doing).await?;
        sqlx::query_with(AssertSqlSafe(text), args)
            .persistent(cached)
            .fetch_optional(&mut *self.inner)
            .await
            .doing(doing)
    }

    /// Number of rows changed.
    async fn run(&mut self, sql: Sql, doing: &'static str) -> Stored<i64> {
        let (text, args, cached) = sql.ready(doing)?;
        self.explain(&text, &args, doing).await?;
        let done = sqlx::query_with(AssertSqlSafe(text), args)
            .persistent(cached)
            .execute(&mut *self.inner)
            .await
            .doing(doing)?;
        i64::try_from(done.rows_affected()).map_err(|e| OpError::internal(doing, e))
    }

    /// The one number that a query gives.
    async fn number(&mut self, sql: Sql, doing: &'static str) -> Stored<i64> {
        match self.first(sql, doing).await? {
            Some(row) => Cols::of(&row, doing).take(),
            None => Ok(0),
        }
    }
}

/// A statement: either a fixed text with `$n` and [`Sql::arg`], or a text that
/// grows with [`Sql::push`] and [`Sql::bind`]. Never both in one statement:
/// SQLite would number the places anew.
struct Sql {
    text: Cow<'static, str>,
    args: Args,
    cached: bool,
    fault: Option<sqlx::error::BoxDynError>,
}

impl Sql {
    fn new(text: &'static str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            args: Args::default(),
            cached: true,
            fault: None,
        }
    }

    fn push(&mut self, text: &str) -> &mut Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// A value for the next `$n` of the text.
    fn arg<'t, T>(mut self, value: T) -> Self
    where
        T: sqlx::Encode<'t, Db> + sqlx::Type<Db>,
    {
        self.add(value);
        self
    }

    /// A place in the text, with its value.
    // SQLite looks names up in a list, so that a thousand `$n` cost a million
    // steps: the engine's own placeholder (`?` there) is used for grown texts.
    fn bind<'t, T>(&mut self, value: T) -> &mut Self
    where
        T: sqlx::Encode<'t, Db> + sqlx::Type<Db>,
    {
        self.add(value);
        if let Err(fault) = self.args.format_placeholder(self.text.to_mut()) {
            self.fault = Some(fault.into());
        }
        self
    }

    /// ` LIMIT n`, as text. SQLite plans a statement anew at every run when its limit
    /// is a value, and PostgreSQL's plan for any limit reckons with a tenth of the
    /// table. There are few limits, so there are few texts.
    fn limit(&mut self, rows: u32) -> &mut Self {
        self.push(" LIMIT ").push(&rows.to_string())
    }

    fn add<'t, T>(&mut self, value: T)
    where
        T: sqlx::Encode<'t, Db> + sqlx::Type<Db>,
    {
        if let Err(fault) = self.args.add(value) {
            self.fault = Some(fault);
        }
    }

    /// `(v, v, v)`. The last value is repeated up to one of a few lengths, so
    /// that a handful of prepared statements serve every length.
    fn list<'t, T>(&mut self, items: impl IntoIterator<Item = T>) -> &mut Self
    where
        T: sqlx::Encode<'t, Db> + sqlx::Type<Db> + Clone,
    {
        self.push("(");
        let mut number = 0;
        let mut last = None;
        for item in items {
            if number > 0 {
                self.push(", ");
            }
            self.bind(item.clone());
            last = Some(item);
            number += 1;
        }
        match last {
            None => {
                self.push("NULL");
            }
            Some(last) => {
                let full = [1, 4, 16, 64, ROWS].into_iter().find(|n| *n >= number);
                for _ in number..full.unwrap_or(number) {
                    self.push(", ").bind(last.clone());
                }
                self.cached = self.cached && full.is_some();
            }
        }
        self.push(")")
    }

    /// `(v, …), (v, …)`, at most [`ROWS`] of them.
    fn rows<R>(&mut self, rows: &[R], each: impl Fn(&mut Fields<'_>, &R)) -> &mut Self {
        for (i, row) in rows.iter().enumerate() {
            self.push(if i == 0 { "(" } else { ", (" });
            let mut fields = Fields {
                sql: self,
                first: true,
            };
            each(&mut fields, row);
            self.push(")");
        }
        // Texts of odd lengths would push the others out of the cache.
        self.cached = self.cached && (rows.len() == ROWS || rows.len() == 1);
        self
    }

    fn ready(self, doing: &'static str) -> Stored<(Cow<'static, str>, Args, bool)> {
        match self.fault {
            None => Ok((self.text, self.args, self.cached)),
            Some(_) => Err(OpError::internal(doing, "a value does not encode")),
        }
    }
}

/// The values of one row of a multi-row statement.
struct Fields<'a> {
    sql: &'a mut Sql,
    first: bool,
}

impl Fields<'_> {
    fn v<'t, T>(&mut self, value: T) -> &mut Self
    where
        T: sqlx::Encode<'t, Db> + sqlx::Type<Db>,
    {
        if !self.first {
            self.sql.push(", ");
        }
        self.first = false;
        self.sql.bind(value);
        self
    }
}

/// The columns of a row, from left to right.
struct Cols<'r> {
    row: &'r Row,
    at: usize,
    doing: &'static str,
}

impl<'r> Cols<'r> {
    fn of(row: &'r Row, doing: &'static str) -> Self {
        Self { row, at: 0, doing }
    }

    fn take<T>(&mut self) -> Stored<T>
    where
        T: sqlx::Decode<'r, Db> + sqlx::Type<Db>,
    {
        let at = self.at;
        self.at += 1;
        self.row.try_get(at).doing(self.doing)
    }

    fn id<I: From<uuid::Uuid>>(&mut self) -> Stored<I> {
        self.take::<uuid::Uuid>().map(I::from)
    }

    fn id_or_none<I: From<uuid::Uuid>>(&mut self) -> Stored<Option<I>> {
        Ok(self.take::<Option<uuid::Uuid>>()?.map(I::from))
    }

    fn fixed<const N: usize>(&mut self) -> Stored<[u8; N]> {
        let doing = self.doing;
        self.take::<&[u8]>()?
            .try_into()
            .map_err(|e| OpError::internal(doing, e))
    }

    fn fixed_or_none<const N: usize>(&mut self) -> Stored<Option<[u8; N]>> {
        let doing = self.doing;
        self.take::<Option<&[u8]>>()?
            .map(|bytes| bytes.try_into().map_err(|e| OpError::internal(doing, e)))
            .transpose()
    }
}

/// Reads every row with the same function.
fn each<T>(
    rows: &[Row],
    doing: &'static str,
    read: impl Fn(&mut Cols<'_>) -> Stored<T>,
) -> Stored<Vec<T>> {
    rows.iter()
        .map(|row| read(&mut Cols::of(row, doing)))
        .collect()
}

/// Reads the row there is.
fn maybe<T>(
    row: Option<Row>,
    doing: &'static str,
    read: impl Fn(&mut Cols<'_>) -> Stored<T>,
) -> Stored<Option<T>> {
    row.map(|row| read(&mut Cols::of(&row, doing))).transpose()
}

/// `%text%` for `LIKE … ESCAPE '\'`, in lower case.
fn contains(text: &str) -> String {
    format!("%{}%", escaped(text))
}

/// `text%`, as [`contains`].
fn starts(text: &str) -> String {
    format!("{}%", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// The first text, in the order of code points, that no longer starts with this
/// one; none when there is no such text.
fn end_of_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // The successor of U+D7FF is no character; the next one is U+E000.
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            other => char::from_u32(u32::from(other) + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{contains, end_of_prefix};

    #[test]
    fn wildcards_are_letters() {
        assert_eq!(contains("50%_A\\"), "%50\\%\\_a\\\\%");
    }

    #[test]
    fn a_prefix_ends_at_the_next_code_point() {
        assert_eq!(end_of_prefix("张").as_deref(), Some("弡"));
        assert_eq!(end_of_prefix("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(end_of_prefix("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(end_of_prefix(""), None);
    }
}
