//! A place in which a file has been checked and waits for its commit. Copies of it
//! are handed out, so that each round of a test begins alike; what is on record is
//! counted beside the program.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use ekatong_store::Engine;
use ekatong_tests::postgres::{self, TestDatabase};
use ekatong_tests::workbook::{child, new_pupils};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::program::{Program, SCHOOL, SCHOOL_NAME};

/// Code of another school, in another district.
pub(crate) const OTHER_SCHOOL: &str = "3132050002";

/// How often a random test is repeated: the value of this variable, or the number for `make test`.
pub(crate) fn rounds(variable: &str, few: usize) -> usize {
    std::env::var(variable).map_or(few, |text| text.parse().expect("a number of rounds"))
}

/// Random numbers that are the same at each run (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    /// From `EKATONG_SOAK_SEED`, so that long runs can differ.
    pub(crate) fn seeded() -> Self {
        let seed = std::env::var("EKATONG_SOAK_SEED").ok();
        Self(seed.map_or(20_260_901, |text| text.parse().expect("a seed")))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below a number, which is not 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A moment from one to another.
    pub(crate) fn between(&mut self, from: Duration, to: Duration) -> Duration {
        let span = to.saturating_sub(from).as_micros().max(1);
        from + Duration::from_micros(self.below(u64::try_from(span).unwrap()))
    }
}

/// What is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OnRecord {
    pub(crate) pupils: i64,
    /// State of the import, none when it is unknown.
    pub(crate) state: Option<String>,
}

/// The place and its copy.
pub(crate) struct Stand {
    pub(crate) program: Program,
    prepared: Prepared,
}

enum Prepared {
    Folder(PathBuf),
    Database(TestDatabase),
}

impl Stand {
    /// A place with two schools, classes 1–3 of grade 7 in each, and no import yet.
    pub(crate) async fn new(engine: Engine) -> Self {
        let program = match engine {
            Engine::Sqlite => Program::sqlite(),
            Engine::Postgres => Program::postgres().await,
        };
        program.init();
        for (school, name, district) in [
            (SCHOOL, SCHOOL_NAME, "320508"),
            (OTHER_SCHOOL, "虎丘银杏初级中学", "320505"),
        ] {
            program.add_school(school, name, district);
            program.add_classes(school, "1-3");
        }
        program.json("admin", &["setting", "set", "import.row_limit", "10000"]);
        let prepared = Self::copy(&program).await;
        Self { program, prepared }
    }

    /// Writes a file of these made-up children.
    pub(crate) fn file(&self, name: &str, children: impl Iterator<Item = usize>) -> PathBuf {
        let rows: Vec<_> = children.map(|n| child(n, 7, 1 + n % 3)).collect();
        let path = self.program.path(name);
        std::fs::write(&path, new_pupils(&rows)).unwrap();
        path
    }

    /// Checks a file of so many rows that are all right.
    pub(crate) fn preview(&self, file: &Path, school: &str, import: Uuid, rows: usize) {
        let done = self
            .program
            .json("admin", &strs(&preview(file, school, import)));
        assert_eq!(
            (&done["valid"], &done["rows"]),
            (&json!(rows), &json!(rows))
        );
    }

    /// From now on the rounds begin with what there is now.
    pub(crate) async fn keep(&mut self) {
        self.prepared = Self::copy(&self.program).await;
    }

    async fn copy(program: &Program) -> Prepared {
        match program.database() {
            Some(database) => Prepared::Database(postgres::copy_of(database).await),
            None => {
                let kept = program.path(&format!("kept-{}", Uuid::now_v7().simple()));
                copy_folder(&program.data(), &kept);
                Prepared::Folder(kept)
            }
        }
    }

    /// The folder that the rounds begin with, on SQLite.
    pub(crate) fn kept(&self) -> &Path {
        match &self.prepared {
            Prepared::Folder(folder) => folder,
            Prepared::Database(_) => panic!("a database on PostgreSQL has no folder"),
        }
    }

    /// Begins anew.
    pub(crate) async fn renew(&mut self) {
        match &self.prepared {
            Prepared::Folder(kept) => {
                let data = self.program.data();
                std::fs::remove_dir_all(&data).unwrap();
                copy_folder(kept, &data);
            }
            Prepared::Database(database) => {
                let copy = postgres::copy_of(database).await;
                self.program.use_database(copy);
            }
        }
    }

    /// What is on record of an import, counted beside the program. All tables must
    /// agree and nothing may be there twice.
    pub(crate) async fn on_record(&self, import: Uuid) -> OnRecord {
        let mut beside = match self.program.database() {
            Some(database) => Beside::postgres(&database.url).await,
            None => Beside::sqlite(&self.program.data().join("ekatong.db")).await,
        };
        beside.on_record(import).await
    }

    /// Runs the program and kills it with SIGKILL at a moment, if it has not ended by
    /// then. What it had answered.
    pub(crate) fn killed(&self, moment: Moment, arguments: &[&str]) -> String {
        let mut child = self.program.start(arguments);
        let answer = Answer::of(&mut child);
        let wait = match moment {
            Moment::After(wait) => wait,
            Moment::Answered(wait) => {
                // Nothing to hear when it ends without an answer.
                answer.begun.recv().ok();
                wait
            }
        };
        let in_time = answer.whole.recv_timeout(wait);
        child.kill().unwrap();
        child.wait().unwrap();
        match in_time {
            Ok(text) => text,
            Err(_) => answer.whole.recv().unwrap(),
        }
    }

    /// How long a run takes that must succeed.
    pub(crate) fn timed(&self, arguments: &[&str]) -> (Value, Duration) {
        let begun = Instant::now();
        let answer = self.program.json("admin", arguments);
        (answer, begun.elapsed())
    }
}

/// When a process is killed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    /// So long after its start.
    After(Duration),
    /// So long after it began to answer.
    Answered(Duration),
}

/// What a process prints, read on a thread of its own.
pub(crate) struct Answer {
    /// Hears that there is an answer.
    pub(crate) begun: mpsc::Receiver<()>,
    /// Hears all of it.
    whole: mpsc::Receiver<String>,
}

impl Answer {
    pub(crate) fn of(child: &mut Child) -> Self {
        let mut out = child.stdout.take().unwrap();
        let (begin, begun) = mpsc::channel();
        let (end, whole) = mpsc::channel();
        std::thread::spawn(move || {
            let mut bytes = vec![0];
            if out.read_exact(&mut bytes).is_ok() {
                begin.send(()).ok();
                out.read_to_end(&mut bytes).ok();
            } else {
                bytes.clear();
            }
            drop(begin);
            // A kill may cut a letter in two.
            end.send(String::from_utf8_lossy(&bytes).into_owned()).ok();
        });
        Self { begun, whole }
    }
}

/// Arguments that check a file.
pub(crate) fn preview(file: &Path, school: &str, import: Uuid) -> Vec<String> {
    let (file, import) = (file.to_str().unwrap(), import.to_string());
    [
        "import",
        "new-pupils",
        file,
        "--school",
        school,
        "--import-id",
        &import,
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Arguments that commit an import.
pub(crate) fn commit(import: Uuid, mode: &str) -> Vec<String> {
    let request = json!({ "importId": import, "mode": mode, "submit": true });
    ["call", "import.commit", &request.to_string()]
        .map(str::to_owned)
        .to_vec()
}

/// Arguments as the program takes them.
pub(crate) fn strs(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// A connection of the test's own.
pub(crate) enum Beside {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Beside {
    pub(crate) async fn sqlite(file: &Path) -> Self {
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(file)
            .busy_timeout(Duration::from_secs(30));
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let check: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert_eq!(check, ["ok"], "{}", file.display());
        let strays = sqlx::query("PRAGMA foreign_key_check")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert!(strays.is_empty(), "{} rows belong to nothing", strays.len());
        Self::Sqlite(connection)
    }

    pub(crate) async fn postgres(url: &str) -> Self {
        let mut beside = Self::Postgres(PgConnection::connect(url).await.unwrap());
        // A killed process sends nothing more, but the server may still be at work on
        // what it sent: what counts is what is left after that.
        let until = Instant::now() + Duration::from_secs(60);
        let others = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                      AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
        while beside.number(others).await > 0 {
            assert!(
                Instant::now() < until,
                "a killed process is still connected"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        beside
    }

    /// The one number of a query.
    pub(crate) async fn number(&mut self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(c) => sqlx::query_scalar(sql).fetch_one(c).await.unwrap(),
            Self::Postgres(c) => sqlx::query_scalar(sql).fetch_one(c).await.unwrap(),
        }
    }

    async fn texts(&mut self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(c) => sqlx::query_scalar(sql).fetch_all(c).await.unwrap(),
            Self::Postgres(c) => sqlx::query_scalar(sql).fetch_all(c).await.unwrap(),
        }
    }

    /// An id as SQL writes it.
    fn id(&self, id: Uuid) -> String {
        match self {
            Self::Sqlite(_) => format!("x'{}'", id.simple()),
            Self::Postgres(_) => format!("'{id}'::uuid"),
        }
    }

    /// What is on record of an import; all tables must agree, and the import with them.
    pub(crate) async fn on_record(&mut self, import: Uuid) -> OnRecord {
        let id = self.id(import);
        let of_import = format!("(SELECT pupil_id FROM application WHERE import_id = {id})");
        let pupils = self
            .number(&format!(
                "SELECT COUNT(*) FROM pupil WHERE id IN {of_import}"
            ))
            .await;
        for count in [
            format!("SELECT COUNT(*) FROM application WHERE import_id = {id}"),
            format!("SELECT COUNT(DISTINCT paper_index) FROM pupil WHERE id IN {of_import}"),
            format!("SELECT COUNT(*) FROM guardian WHERE pupil_id IN {of_import}"),
            format!("SELECT COUNT(*) FROM enrolment WHERE pupil_id IN {of_import}"),
        ] {
            assert_eq!(self.number(&count).await, pupils, "{count}");
        }
        let state = self
            .texts(&format!("SELECT state FROM import WHERE id = {id}"))
            .await
            .pop();
        if state.is_some() {
            let counted = self
                .number(&format!(
                    "SELECT rows_committed FROM import WHERE id = {id}"
                ))
                .await;
            assert_eq!(counted, pupils, "the import counts what it wrote");
        }
        // Whoever left children on record left its entry in the audit log.
        let entries = |op: &str| {
            format!(
                "SELECT COUNT(*) FROM audit_entry WHERE op = '{op}' AND outcome = 'done' AND detail LIKE '%{import}%'"
            )
        };
        let committed = self.number(&entries("import.commit")).await;
        let undone = self.number(&entries("import.undo")).await;
        assert!(
            if pupils > 0 {
                committed >= 1 && undone == 0
            } else {
                undone == committed.min(1)
            },
            "{pupils} pupils, {committed} commits and {undone} undos in the audit log"
        );
        OnRecord { pupils, state }
    }
}
