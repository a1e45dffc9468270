//! UUIDv7 against BIGINT as primary keys: settles what the design left to measuring.

use std::fmt::Write as _;
use std::time::Instant;

use ekatong_store::Engine;
use uuid::Uuid;

use crate::Bench;
use crate::bulk::Raw;
use crate::cluster::Cluster;
use crate::measure::{Random, median, mix, ms, percentile};
use crate::report::{Cell, Section, Table, count};

/// Rows of a statement, as in the store.
const ROWS: u64 = 500;
const PAGES: usize = 1000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Uuid,
    Bigint,
}

impl Key {
    fn value(self, engine: Engine, n: u64) -> String {
        match self {
            Self::Bigint => (n + 1).to_string(),
            Self::Uuid => {
                // Sixteen of a millisecond.
                let id = Uuid::from_u64_pair(
                    (1_790_000_000_000 + n / 16) << 16 | 0x7000 | mix(n) >> 52,
                    mix(n ^ 1) >> 2 | 1 << 63,
                );
                match engine {
                    Engine::Sqlite => format!("x'{}'", id.simple()),
                    Engine::Postgres => format!("'{id}'::uuid"),
                }
            }
        }
    }

    fn tables(self, engine: Engine) -> String {
        let (key, kind, text) = match (engine, self) {
            (Engine::Sqlite, Self::Uuid) => {
                ("BLOB PRIMARY KEY CHECK (length(id) = 16)", "BLOB", "TEXT")
            }
            (Engine::Sqlite, Self::Bigint) => ("INTEGER PRIMARY KEY", "INTEGER", "TEXT"),
            (Engine::Postgres, Self::Uuid) => ("UUID PRIMARY KEY", "UUID", "TEXT COLLATE \"C\""),
            (Engine::Postgres, Self::Bigint) => {
                ("BIGINT PRIMARY KEY", "BIGINT", "TEXT COLLATE \"C\"")
            }
        };
        let (strict, number) = match engine {
            Engine::Sqlite => (" STRICT", "INTEGER"),
            Engine::Postgres => ("", "BIGINT"),
        };
        format!(
            "CREATE TABLE child (id {key}, name {text} NOT NULL){strict};
             CREATE TABLE item (id {key}, child_id {kind} NOT NULL, state {text} NOT NULL, at {number} NOT NULL){strict};
             CREATE INDEX item_at ON item (at, id);
             CREATE INDEX item_state_at ON item (state, at, id);
             CREATE INDEX item_child ON item (child_id, id);"
        )
    }
}

/// What one key gave.
struct Found {
    insert_us: f64,
    page_p50: f64,
    page_p99: f64,
    bytes: f64,
}

pub(crate) async fn run(bench: &Bench) -> Section {
    let mut section = Section::new("Primary keys: UUIDv7 and BIGINT");
    let rows: u64 = if bench.full { 1_000_000 } else { 100_000 };
    let cluster = Cluster::start(&bench.data).await;
    let mut table = Table::new(
        format!(
            "{} rows with three indexes and a table they point to; {} pages of 50, newest first, joined to it.",
            count(rows),
            count(PAGES as u64)
        ),
        &[
            "engine",
            "key",
            "insert, µs a row",
            "page p50, ms",
            "page p99, ms",
            "size, MiB",
        ],
    );
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mut found: [Vec<Found>; 2] = [Vec::new(), Vec::new()];
        for _ in 0..3 {
            for (at, key) in [Key::Uuid, Key::Bigint].into_iter().enumerate() {
                found[at].push(one(bench, &cluster, engine, key, rows).await);
            }
        }
        let figure = |at: usize, of: fn(&Found) -> f64| {
            median(&found[at].iter().map(of).collect::<Vec<_>>())
        };
        let columns: [fn(&Found) -> f64; 4] = [
            |f| f.insert_us,
            |f| f.page_p50,
            |f| f.page_p99,
            |f| f.bytes / 1_048_576.0,
        ];
        let engine = match engine {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        };
        for (at, key) in ["UUIDv7", "BIGINT"].into_iter().enumerate() {
            let mut cells: Vec<Cell> = vec![engine.into(), key.into()];
            cells.extend(columns.iter().map(|of| Cell::Number(figure(at, *of), "")));
            table.row(cells);
        }
        let mut cells: Vec<Cell> = vec![engine.into(), "UUIDv7 / BIGINT".into()];
        cells.extend(
            columns
                .iter()
                .map(|of| Cell::Number(figure(0, *of) / figure(1, *of), "×")),
        );
        table.row(cells);
    }
    section.table(table);
    section.note("Medians of three rounds, in turns. Both as the schema would have them: a STRICT table with a 16-byte BLOB, or an INTEGER PRIMARY KEY, which in SQLite is the row itself.");
    section
}

async fn one(bench: &Bench, cluster: &Cluster, engine: Engine, key: Key, rows: u64) -> Found {
    match engine {
        Engine::Sqlite => {
            let folder = tempfile::tempdir_in(&bench.data).expect("a folder");
            let path = folder.path().join("ids.db");
            let mut raw = Raw::safe(engine, &path.display().to_string()).await;
            let mut found = contest(&mut raw, key, rows).await;
            raw.close().await;
            #[expect(clippy::cast_precision_loss, reason = "a size to be shown")]
            let bytes = std::fs::metadata(&path).expect("the file").len() as f64;
            found.bytes = bytes;
            found
        }
        Engine::Postgres => {
            cluster
                .run("DROP DATABASE IF EXISTS ids WITH (FORCE)")
                .await;
            cluster.run("CREATE DATABASE ids").await;
            let mut raw = Raw::safe(engine, &cluster.url("ids")).await;
            let mut found = contest(&mut raw, key, rows).await;
            let sizes =
                "SELECT (pg_total_relation_size('item') + pg_total_relation_size('child'))::text";
            found.bytes = raw.texts(sizes).await[0].parse().expect("a size");
            raw.close().await;
            cluster.run("DROP DATABASE ids WITH (FORCE)").await;
            found
        }
    }
}

/// Moment of the n-th row: not in the order of the ids, as confirmations are not.
fn moment(n: u64, rows: u64) -> u64 {
    1_790_000_000_000 + mix(n) % (rows * 1000)
}

async fn contest(raw: &mut Raw, key: Key, rows: u64) -> Found {
    const STATES: [&str; 4] = ["approved", "confirmed", "produced", "delivered"];
    let engine = raw.engine();
    raw.run(&key.tables(engine)).await;
    let state = |n: u64| STATES[usize::try_from(mix(n) >> 40 & 3).expect("a state")];
    let begun = Instant::now();
    let mut n = 0;
    while n < rows {
        // Four statements a transaction, as a portion of an import.
        let mut sql = String::from("BEGIN;");
        for _ in 0..4 {
            let these = n..(n + ROWS).min(rows);
            sql.push_str("INSERT INTO child (id, name) VALUES ");
            for n in these.clone() {
                let comma = if n == these.start { "" } else { "," };
                let _ = write!(sql, "{comma}({}, '第{n}名学生')", key.value(engine, n));
            }
            sql.push_str("; INSERT INTO item (id, child_id, state, at) VALUES ");
            for n in these.clone() {
                let comma = if n == these.start { "" } else { "," };
                let id = key.value(engine, n);
                let _ = write!(
                    sql,
                    "{comma}({id}, {id}, '{}', {})",
                    state(n),
                    moment(n, rows)
                );
            }
            sql.push(';');
            n = these.end;
            if n == rows {
                break;
            }
        }
        sql.push_str("COMMIT;");
        raw.run(&sql).await;
    }
    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    let insert_us = begun.elapsed().as_secs_f64() * 1e6 / rows as f64;
    if engine == Engine::Postgres {
        raw.run("VACUUM ANALYZE").await;
    }

    let mut random = Random::new(11);
    let mut pages = Vec::with_capacity(PAGES);
    for page in 0..PAGES + 100 {
        let n = random.below(rows);
        let (id, at) = (key.value(engine, n), moment(n, rows));
        let index = if engine == Engine::Sqlite {
            " INDEXED BY item_state_at"
        } else {
            ""
        };
        let sql = format!(
            "SELECT page.id, page.at, c.id, c.name FROM (SELECT o.* FROM item o{index} WHERE o.state = '{}' \
             AND (o.at, o.id) < ({at}, {id}) ORDER BY o.at DESC, o.id DESC LIMIT 50) AS page \
             CROSS JOIN child c WHERE c.id = page.child_id",
            state(n)
        );
        let begun = Instant::now();
        let rows = raw.rows(&sql).await;
        let time = ms(begun.elapsed());
        assert!(rows <= 50, "a page has too many rows");
        if page >= 100 {
            pages.push(time);
        }
    }
    Found {
        insert_us,
        page_p50: median(&pages),
        page_p99: percentile(&pages, 0.99),
        bytes: 0.0,
    }
}
