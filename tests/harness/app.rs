//! The rules on a real database of either engine, with a clock that tests set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ekatong_core::access::Role;
use ekatong_core::dispatch::{App, Call};
use ekatong_core::error::OpError;
use ekatong_core::id::AccountId;
use ekatong_core::ports::{AccountRecord, Clock, GrantRecord, Ports};
use ekatong_core::{id, password};
use ekatong_host::photos::PhotoFolder;
use ekatong_photo::Images;
use ekatong_sheet::Sheets;
use ekatong_store::keys::DataKey;
use ekatong_store::{Database, Engine, OpenOptions, Vault};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;

use crate::postgres::{self, TestDatabase};

/// Password of every account that the harness makes.
pub const PASSWORD: &str = "Wutong-shu-7";
/// 2026-09-01 10:00 in Asia/Shanghai.
pub const START: i64 = 1_788_228_000_000;

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Sets the moment; epoch milliseconds.
    pub fn set(&self, ms: i64) {
        self.0.store(ms, Ordering::SeqCst);
    }

    /// Moves it forward.
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The rules on one database.
pub struct TestApp {
    /// The one door.
    pub app: App,
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// The database behind it.
    pub database: Database,
    /// Folder of the SQLite file, dropped with this value.
    pub folder: TempDir,
    postgres: Option<TestDatabase>,
}

impl TestApp {
    /// On an empty database of this engine, with the city's first admin `admin`.
    pub async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (database, postgres) = match engine {
            Engine::Sqlite => {
                let options = OpenOptions {
                    create: true,
                    ..OpenOptions::default()
                };
                let path = folder.path().join("ekatong.db");
                (
                    ekatong_store::open_sqlite(&path, options)
                        .await
                        .expect("a new file"),
                    None,
                )
            }
            Engine::Postgres => {
                let test = postgres::database().await;
                let database = ekatong_store::open(&test.url, OpenOptions::default())
                    .await
                    .expect("a new database");
                (database, Some(test))
            }
        };
        let clock = Arc::new(TestClock(AtomicI64::new(START)));
        let key = DataKey::generate().expect("a data key");
        let ports = Ports {
            store: database.store(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            cipher: Arc::new(Vault::new(&key).expect("a vault")),
            workbooks: Arc::new(Sheets),
            pictures: Arc::new(Images),
            photos: Arc::new(PhotoFolder::new(folder.path().join("photos"))),
        };
        let this = Self {
            app: App::new(ports),
            clock,
            database,
            folder,
            postgres,
        };
        this.account("admin", Role::CityAdmin, None, None).await;
        let mut uow = this.app.ports().store.write().await.unwrap();
        uow.put_meta("school_year", "2026-2027").await.unwrap();
        uow.commit().await.unwrap();
        this
    }

    /// The moment of its clock; epoch milliseconds.
    pub fn clock_now(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Another pool on the same database, as another process has.
    pub async fn another_store(&self) -> Arc<dyn ekatong_core::ports::Store> {
        let options = OpenOptions::default();
        let database = match &self.postgres {
            Some(test) => ekatong_store::open(&test.url, options).await,
            None => {
                ekatong_store::open_sqlite(&self.folder.path().join("ekatong.db"), options).await
            }
        };
        database.expect("the same database").store()
    }

    /// Address of the PostgreSQL database behind it.
    ///
    /// # Panics
    /// On SQLite.
    pub fn postgres_url(&self) -> &str {
        &self.postgres.as_ref().expect("a test on PostgreSQL").url
    }

    /// Runs a statement past the store, as an older program or a hand would have left things.
    pub async fn execute(&self, sql: &'static str) {
        use sqlx::{Connection as _, Executor as _};
        let done = match &self.postgres {
            Some(test) => {
                let mut connection = sqlx::PgConnection::connect(&test.url).await.unwrap();
                connection.execute(sql).await.map(drop)
            }
            None => {
                let path = self.folder.path().join("ekatong.db");
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
                let mut connection = sqlx::SqliteConnection::connect_with(&options)
                    .await
                    .unwrap();
                connection.execute(sql).await.map(drop)
            }
        };
        done.expect("a statement");
    }

    /// A literal for an id in SQL of this engine.
    pub fn literal(&self, id: &str) -> String {
        match &self.postgres {
            None => format!("x'{}'", id.replace('-', "")),
            Some(_) => format!("'{id}'"),
        }
    }

    /// Runs SQL beside the store, for states that no operation makes yet.
    pub async fn raw(&self, sql: &str) {
        match &self.postgres {
            None => {
                let path = self.folder.path().join("ekatong.db");
                let mut c = SqliteConnection::connect(path.to_str().unwrap())
                    .await
                    .unwrap();
                sqlx::raw_sql(AssertSqlSafe(sql))
                    .execute(&mut c)
                    .await
                    .unwrap();
                c.close().await.unwrap();
            }
            Some(database) => {
                let mut c = PgConnection::connect(&database.url).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(sql))
                    .execute(&mut c)
                    .await
                    .unwrap();
                c.close().await.unwrap();
            }
        }
    }

    /// All that the database holds, as text, the bytes of sealed columns too. What is sealed
    /// must not be found in it.
    pub async fn dump(&self) -> String {
        use sqlx::{Connection as _, Row as _};
        let mut out = String::new();
        let Some(test) = &self.postgres else {
            for entry in std::fs::read_dir(self.folder.path()).unwrap() {
                let bytes = std::fs::read(entry.unwrap().path()).unwrap();
                out.push_str(&String::from_utf8_lossy(&bytes));
            }
            return out;
        };
        let mut connection = sqlx::PgConnection::connect(&test.url).await.unwrap();
        let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
        let tables = sqlx::query(tables)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        for table in tables {
            let table: String = table.get(0);
            // Bytes as they are: the text of a sealed column would show.
            let rows = format!("SET bytea_output = 'escape'; SELECT t::text FROM {table} t");
            let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(rows))
                .fetch_all(&mut connection)
                .await;
            for row in rows.unwrap() {
                out.push_str(&row.get::<String, _>(0));
            }
        }
        out
    }

    /// An account with one role, written past the operations so that tests of these need none.
    pub async fn account(
        &self,
        login: &str,
        role: Role,
        district: Option<&str>,
        school: Option<&str>,
    ) -> AccountId {
        let account = AccountRecord {
            id: AccountId(id::new()),
            login: login.to_owned(),
            display_name: login.to_owned(),
            password_hash: hashed(),
            password_changed_at: self.clock.now_ms(),
            must_change: false,
            disabled: false,
            failures: 0,
            locked_until: None,
            last_sign_in_at: None,
            created_at: self.clock.now_ms(),
            version: 1,
        };
        let mut uow = self.app.ports().store.write().await.unwrap();
        uow.insert_account(&account).await.unwrap();
        let grant = GrantRecord {
            role: role.as_str().to_owned(),
            district: district.map(str::to_owned),
            district_name: None,
            school_id: school.map(|id| serde_json::from_value(json!(id)).unwrap()),
            school_name: None,
        };
        uow.put_grants(account.id, &[grant]).await.unwrap();
        uow.commit().await.unwrap();
        account.id
    }

    /// Signs in; the token.
    pub async fn sign_in(&self, login: &str) -> String {
        let answer = self
            .call(
                None,
                "session.signIn",
                json!({ "login": login, "password": PASSWORD }),
            )
            .await
            .unwrap();
        answer["token"].as_str().unwrap().to_owned()
    }

    /// Runs one operation.
    pub async fn call(
        &self,
        token: Option<&str>,
        op: &str,
        payload: Value,
    ) -> Result<Value, OpError> {
        self.app
            .dispatch(Call::local(op, payload, token.map(str::to_owned)))
            .await
    }

    /// Runs one operation that must succeed.
    pub async fn done(&self, token: &str, op: &str, payload: Value) -> Value {
        match self.call(Some(token), op, payload).await {
            Ok(answer) => answer,
            Err(error) => panic!("{op}: {error:?}"),
        }
    }

    /// Codes of the problems of an operation that must be refused.
    pub async fn refused(&self, token: &str, op: &str, payload: Value) -> Vec<&'static str> {
        match self.call(Some(token), op, payload).await {
            Ok(answer) => panic!("{op} was done: {answer}"),
            Err(OpError::Rejected(problems)) => problems
                .iter()
                .map(|problem| problem.code.as_str())
                .collect(),
            Err(error) => panic!("{op}: {error:?}"),
        }
    }

    /// Stages a file and previews it as an import of new pupils.
    pub async fn preview(
        &self,
        token: &str,
        school: &str,
        name: &str,
        bytes: &[u8],
    ) -> Result<Value, OpError> {
        let blob = self.app.stage(Some(token), name, bytes).await?;
        self.call(
            Some(token),
            "import.preview",
            json!({ "schoolId": school, "blobId": blob, "fileName": name }),
        )
        .await
    }

    /// All problems of a preview, in the order of the file.
    pub async fn problems(&self, token: &str, import: &str) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let request = json!({ "importId": import, "start": all.len(), "limit": 500, "onlyProblems": true });
            let answer = self.done(token, "import.rows", request).await;
            let rows = answer["rows"].as_array().unwrap().clone();
            if rows.is_empty() {
                return all
                    .iter()
                    .flat_map(|row: &Value| row["problems"].as_array().unwrap().clone())
                    .collect();
            }
            all.extend(rows);
        }
    }
}

/// One hash for all: hashing is slow on purpose.
fn hashed() -> String {
    use std::sync::LazyLock;
    static HASH: LazyLock<String> = LazyLock::new(|| password::hash(PASSWORD).expect("a hash"));
    HASH.clone()
}

/// Two districts with a primary and a junior school each, classes, and an account of every role in the first.
pub struct World {
    /// The rules.
    pub test: TestApp,
    /// Token of the city's admin.
    pub admin: String,
    /// Primary school of 320508.
    pub primary: String,
    /// Junior school of 320508.
    pub junior: String,
    /// Junior school of 320505.
    pub foreign: String,
}

impl World {
    /// On an empty database of this engine.
    pub async fn new(engine: Engine) -> Self {
        let test = TestApp::new(engine).await;
        let admin = test.sign_in("admin").await;
        for (code, name) in [("320508", "姑苏区"), ("320505", "虎丘区")] {
            test.done(
                &admin,
                "district.create",
                json!({ "code": code, "name": name }),
            )
            .await;
        }
        let mut schools = Vec::new();
        for (district, code, name, kind) in [
            ("320508", "2132000101", "梧桐实验小学", "211"),
            ("320508", "3132000102", "平江中学", "311"),
            ("320505", "3132000103", "枫桥中学", "311"),
        ] {
            let request = json!({ "district": district, "code": code, "name": name, "kind": kind });
            let school = test.done(&admin, "school.create", request).await;
            schools.push(school["school"]["id"].as_str().unwrap().to_owned());
        }
        test.done(&admin, "grade.createLadder", json!({})).await;
        let [primary, junior, foreign] = schools.try_into().expect("three schools");
        for (login, role, district, school) in [
            ("district", Role::DistrictAdmin, Some("320508"), None),
            (
                "school",
                Role::SchoolStaff,
                Some("320508"),
                Some(junior.as_str()),
            ),
            ("card", Role::CardOffice, Some("320508"), None),
            ("operator", Role::Operator, None, None),
            ("auditor", Role::Auditor, Some("320508"), None),
        ] {
            test.account(login, role, district, school).await;
        }
        let world = Self {
            test,
            admin,
            primary,
            junior,
            foreign,
        };
        for school in [&world.junior, &world.foreign] {
            let grade = world.grade(school, 7).await;
            world
                .test
                .done(
                    &world.admin,
                    "class.create",
                    json!({ "gradeId": grade, "numbers": [1, 2, 3] }),
                )
                .await;
        }
        world
    }

    /// Makes classes of a grade.
    pub async fn make_classes(&self, school: &str, grade: i64, numbers: &[u32]) {
        let id = self.grade(school, grade).await;
        let request = json!({ "gradeId": id, "numbers": numbers });
        self.test.done(&self.admin, "class.create", request).await;
    }

    /// Enters children at a school; their ids, in the order of the rows.
    pub async fn enter(&self, school: &str, rows: &[crate::workbook::Child]) -> Vec<String> {
        let bytes = crate::workbook::new_pupils(rows);
        let preview = self.test.preview(&self.admin, school, "新生.xlsx", &bytes);
        let id = preview.await.expect("a preview")["id"].clone();
        let request = json!({ "importId": id, "mode": "all", "submit": true });
        self.test.done(&self.admin, "import.commit", request).await;
        let mut ids = Vec::new();
        for row in rows {
            let request = json!({ "idNumber": row[3] });
            let found = self.test.done(&self.admin, "pupil.find", request).await;
            ids.push(found["pupil"]["id"].as_str().expect("a pupil").to_owned());
        }
        ids
    }

    /// Id of a grade.
    pub async fn grade(&self, school: &str, number: i64) -> String {
        let grades = self
            .test
            .done(&self.admin, "grade.list", json!({ "schoolId": school }))
            .await;
        let all = grades["items"].as_array().unwrap();
        let grade = all
            .iter()
            .find(|grade| grade["number"] == number)
            .expect("the grade");
        grade["id"].as_str().unwrap().to_owned()
    }

    /// The classes of a school by (grade, number).
    pub async fn classes(&self, school: &str) -> Vec<Value> {
        let list = self
            .test
            .done(&self.admin, "class.list", json!({ "schoolId": school }))
            .await;
        list["items"].as_array().unwrap().clone()
    }

    /// Gives a photo to each of these children of grade 7.
    pub async fn photos(&self, school: &str, first: usize, count: usize) {
        let (app, admin) = (&self.test.app, Some(self.admin.as_str()));
        let pack = crate::photos::pack(first, count);
        let blob = app.stage(admin, "照片.zip", &pack).await.expect("staging");
        let request = json!({ "schoolId": school, "blobIds": [blob], "source": "照片" });
        let batch = self.test.done(&self.admin, "photo.preview", request).await;
        let request = json!({ "batchId": batch["id"], "take": [] });
        let done = self.test.done(&self.admin, "photo.import", request).await;
        assert_eq!(done["added"], count, "{done}");
    }

    /// Commits an import of made-up children into classes of grade 7 and returns their ids.
    pub async fn pupils(
        &self,
        token: &str,
        school: &str,
        first: usize,
        count: usize,
    ) -> Vec<String> {
        let rows: Vec<crate::workbook::Child> = (first..first + count)
            .map(|n| crate::workbook::child(n, 7, 1 + n % 3))
            .collect();
        let bytes = crate::workbook::new_pupils(&rows);
        let preview = self
            .test
            .preview(token, school, "新生.xlsx", &bytes)
            .await
            .unwrap();
        assert_eq!(
            preview["valid"],
            count,
            "{:?}",
            self.test
                .problems(token, preview["id"].as_str().unwrap())
                .await
        );
        let id = preview["id"].clone();
        self.test
            .done(
                token,
                "import.commit",
                json!({ "importId": id, "mode": "all" }),
            )
            .await;
        let mut ids = Vec::new();
        let mut after = Value::Null;
        loop {
            let request =
                json!({ "importId": id, "schoolId": school, "limit": 500, "after": after });
            let page = self.test.done(token, "pupil.list", request).await;
            ids.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|p| p["id"].as_str().unwrap().to_owned()),
            );
            after = page["next"].clone();
            if after.is_null() {
                return ids;
            }
        }
    }
}

/// Runs a test on both engines, each on a database of its own.
#[macro_export]
macro_rules! both_engines {
    ($( $(#[$meta:meta])* async fn $name:ident($engine:ident: Engine) $body:block )*) => { $(
        mod $name {
            #[allow(unused_imports, reason = "what the test beside it uses")]
            use super::*;

            async fn run($engine: ekatong_store::Engine) $body

            #[tokio::test(flavor = "multi_thread")]
            $(#[$meta])*
            async fn sqlite() {
                run(ekatong_store::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            $(#[$meta])*
            async fn postgres() {
                run(ekatong_store::Engine::Postgres).await;
            }
        }
    )* };
}
