//! A database with a few schools in it.

use std::sync::Arc;

use ekatong_core::error::OpError;
use ekatong_core::id::{AccountId, ClassId, GradeId, OrderId, PupilId, SchoolId};
use ekatong_core::ports::{
    AccountRecord, Cipher, ClassRecord, Entering, GradeRecord, IndexOf, NewOrderRecord,
    NewPupilRecord, SchoolRecord, SealedAt, Store, UnitOfWork,
};
use ekatong_store::keys::DataKey;
use ekatong_store::{Database, Engine, OpenOptions, Vault};
use ekatong_tests::postgres::TestDatabase;
use sqlx::{AssertSqlSafe, Connection};
use uuid::Uuid;

pub(crate) const NOW: i64 = 1_755_000_000_000;

/// Where the database is; kept until the test ends.
pub(crate) enum Home {
    Folder(tempfile::TempDir),
    Server(TestDatabase),
}

/// A database under test.
pub(crate) struct Place {
    pub(crate) db: Database,
    pub(crate) vault: Arc<Vault>,
    pub(crate) home: Home,
}

/// Pupils entered one by one.
pub(crate) const DESKTOP: Entering = Entering {
    channel: "desktop",
    import: None,
    submit: false,
    now: NOW,
};

pub(crate) fn id<I: From<Uuid>>() -> I {
    I::from(Uuid::now_v7())
}

impl Place {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = open(&folder.path().join("ekatong.db").display().to_string()).await;
        Self::with(db, Home::Folder(folder))
    }

    pub(crate) async fn postgres() -> Self {
        let database = ekatong_tests::postgres::database().await;
        let db = open(&database.url).await;
        Self::with(db, Home::Server(database))
    }

    fn with(db: Database, home: Home) -> Self {
        let vault = Arc::new(Vault::new(&DataKey::from_bytes([7; 32])).unwrap());
        Self { db, vault, home }
    }

    /// Path or URL.
    pub(crate) fn address(&self) -> String {
        match &self.home {
            Home::Folder(folder) => folder.path().join("ekatong.db").display().to_string(),
            Home::Server(database) => database.url.clone(),
        }
    }

    /// Another pool on the same database, as another process would have.
    pub(crate) async fn second(&self) -> Database {
        open(&self.address()).await
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        self.db.store()
    }

    pub(crate) async fn write(&self) -> Box<dyn UnitOfWork> {
        self.store().write().await.unwrap()
    }

    pub(crate) async fn read(&self) -> Box<dyn UnitOfWork> {
        self.store().read().await.unwrap()
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.db.engine() == Engine::Sqlite
    }

    /// Runs SQL beside the store.
    pub(crate) async fn raw(&self, sql: &str) -> Result<(), sqlx::Error> {
        match &self.home {
            Home::Folder(_) => {
                let mut c = sqlx::SqliteConnection::connect(&self.address()).await?;
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut c).await?;
                c.close().await
            }
            Home::Server(database) => {
                let mut c = sqlx::PgConnection::connect(&database.url).await?;
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut c).await?;
                c.close().await
            }
        }
    }

    /// One number by SQL beside the store.
    pub(crate) async fn raw_number(&self, sql: &str) -> i64 {
        match &self.home {
            Home::Folder(_) => {
                let mut c = sqlx::SqliteConnection::connect(&self.address())
                    .await
                    .unwrap();
                sqlx::query_scalar(AssertSqlSafe(sql))
                    .fetch_one(&mut c)
                    .await
                    .unwrap()
            }
            Home::Server(database) => {
                let mut c = sqlx::PgConnection::connect(&database.url).await.unwrap();
                sqlx::query_scalar(AssertSqlSafe(sql))
                    .fetch_one(&mut c)
                    .await
                    .unwrap()
            }
        }
    }

    /// A literal for an id in SQL of this engine.
    pub(crate) fn literal(&self, id: Uuid) -> String {
        if self.is_sqlite() {
            format!("x'{}'", id.simple())
        } else {
            format!("'{id}'")
        }
    }
}

async fn open(address: &str) -> Database {
    let options = OpenOptions {
        create: true,
        ..OpenOptions::default()
    };
    ekatong_store::open(address, options).await.unwrap()
}

/// What the tests find in a new database.
pub(crate) struct World {
    pub(crate) account: AccountRecord,
    pub(crate) schools: Vec<SchoolRecord>,
    pub(crate) grades: Vec<GradeRecord>,
    pub(crate) classes: Vec<ClassRecord>,
}

impl World {
    /// Two districts, a school in each (and a second one in the first), a grade
    /// and two classes in every school.
    pub(crate) async fn make(place: &Place) -> Self {
        let mut w = place.write().await;
        w.insert_district("320508", "姑苏区", NOW).await.unwrap();
        w.insert_district("320505", "虎丘区", NOW).await.unwrap();
        let account = account("admin");
        w.insert_account(&account).await.unwrap();
        let mut schools = Vec::new();
        let mut grades = Vec::new();
        let mut classes = Vec::new();
        for (district, district_name, code, name) in [
            ("320508", "姑苏区", "3132050801", "第一中学"),
            ("320508", "姑苏区", "3132050802", "100%实验中学"),
            ("320505", "虎丘区", "3132050501", "虎丘中学"),
        ] {
            let school = SchoolRecord {
                id: id(),
                district: district.into(),
                district_name: district_name.into(),
                code: code.into(),
                name: name.into(),
                kind: "311".into(),
                school_year: 2025,
                version: 1,
            };
            w.insert_school(&school, NOW).await.unwrap();
            let grade = grade(school.id, 7);
            w.insert_grades(std::slice::from_ref(&grade)).await.unwrap();
            for number in [1, 2] {
                let class = class(&school, &grade, number);
                let made = w
                    .insert_classes(std::slice::from_ref(&class), NOW)
                    .await
                    .unwrap();
                assert_eq!(made, [class.id]);
                classes.push(class);
            }
            schools.push(school);
            grades.push(grade);
        }
        w.commit().await.unwrap();
        Self {
            account,
            schools,
            grades,
            classes,
        }
    }
}

pub(crate) fn account(login: &str) -> AccountRecord {
    AccountRecord {
        id: id::<AccountId>(),
        login: login.into(),
        display_name: format!("{login} 老师"),
        password_hash: "$argon2id$v=19$…".into(),
        password_changed_at: NOW,
        must_change: true,
        disabled: false,
        failures: 0,
        locked_until: None,
        last_sign_in_at: None,
        created_at: NOW,
        version: 1,
    }
}

pub(crate) fn grade(school: SchoolId, number: i64) -> GradeRecord {
    GradeRecord {
        id: id::<GradeId>(),
        school_id: school,
        number,
        name: format!("{number}年级"),
        graduating: number == 9,
        manual_promotion: number == 9,
        classes: 0,
    }
}

pub(crate) fn class(school: &SchoolRecord, grade: &GradeRecord, number: i64) -> ClassRecord {
    ClassRecord {
        id: id::<ClassId>(),
        school_id: school.id,
        district: school.district.clone(),
        grade_id: grade.id,
        grade: grade.number,
        school_year: 2025,
        number,
        nickname: None,
        remark: None,
        open: true,
        pupils: 0,
        version: 1,
    }
}

/// A pupil of a class; `paper` is the number of the identity paper.
pub(crate) fn pupil(
    place: &Place,
    world: &World,
    class: usize,
    name: &str,
    paper: &str,
) -> NewPupilRecord {
    let class = &world.classes[class];
    let pupil: PupilId = id();
    let seal = |table, column, text: &str| {
        let at = SealedAt {
            table,
            column,
            row: pupil.0,
        };
        place.vault.seal(at, text.as_bytes()).unwrap()
    };
    NewPupilRecord {
        id: pupil,
        district: class.district.clone(),
        school_id: class.school_id,
        class_id: class.id,
        grade: class.grade,
        name: name.into(),
        gender: Some("male".into()),
        birth_date: Some("2013-09-18".into()),
        paper_kind: "resident_id".into(),
        nationality: None,
        paper_sealed: seal("pupil", "paper", paper),
        paper_index: place
            .vault
            .index(IndexOf::Paper, &format!("resident_id\0{paper}")),
        student_number_sealed: Some(seal("pupil", "student_number", &format!("G{paper}"))),
        student_number_index: Some(
            place
                .vault
                .index(IndexOf::StudentNumber, &format!("G{paper}")),
        ),
        address_sealed: None,
        guardian_relation: Some("51".into()),
        guardian_name: Some(format!("{name}父")),
        guardian_phone_sealed: Some(seal("guardian", "phone", "13812345678")),
        guardian_phone_index: Some(place.vault.index(IndexOf::Phone, "13812345678")),
    }
}

/// Enters pupils and gives their ids.
pub(crate) async fn enter(place: &Place, pupils: &[NewPupilRecord]) -> Vec<PupilId> {
    let mut w = place.write().await;
    let ids = w.insert_pupils(pupils, DESKTOP).await.unwrap();
    w.commit().await.unwrap();
    ids
}

pub(crate) fn order(pupil: PupilId) -> NewOrderRecord {
    NewOrderRecord {
        id: id::<OrderId>(),
        pupil_id: pupil,
        kind: "new".into(),
        step: "request".into(),
        state: "requested".into(),
        reason: None,
        old_card_id: None,
    }
}

/// True for a refusal with this code alone.
pub(crate) fn refused<T>(result: &Result<T, OpError>, code: ekatong_core::error::Code) -> bool {
    matches!(result, Err(e) if e.problems().len() == 1 && e.has(code))
}
