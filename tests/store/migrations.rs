//! Older, newer, changed, foreign and missing databases.

use std::path::Path;

use ekatong_store::{OpenError, OpenOptions, open, open_sqlite, schema_version};
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection};

use crate::place::{Home, Place, World};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

const CREATE: OpenOptions = OpenOptions {
    create: true,
    connections: 2,
    wait: std::time::Duration::from_secs(30),
};

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |m: &Migrator| {
        m.iter()
            .map(|m| (m.version, m.description.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&SQLITE), names(&POSTGRES));
    assert_eq!(
        SQLITE.iter().map(|m| m.version).max(),
        Some(schema_version())
    );
}

/// A file of an earlier version with something in it.
async fn older(path: &Path) {
    let url = format!("sqlite:{}?mode=rwc", path.display());
    let mut c = sqlx::SqliteConnection::connect(&url).await.unwrap();
    SQLITE.run_to(2, &mut c).await.unwrap();
    sqlx::raw_sql("INSERT INTO meta VALUES ('a', '1')")
        .execute(&mut c)
        .await
        .unwrap();
    c.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_file_is_copied_and_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ekatong.db");
    older(&path).await;
    let db = open_sqlite(&path, OpenOptions::default()).await.unwrap();
    let mut r = db.store().read().await.unwrap();
    assert_eq!(r.meta("a").await.unwrap().as_deref(), Some("1"));
    assert!(r.find_papers(&[[0; 16]]).await.unwrap().is_empty());
    let copy = db.copied_to().unwrap();
    let name = copy.file_name().unwrap().to_str().unwrap();
    assert!(
        name.starts_with("ekatong.before-v2-") && name.ends_with(".db"),
        "{name}"
    );
    let url = format!("sqlite:{}?mode=ro", copy.display());
    let mut c = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let version: i64 = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations")
        .fetch_one(&mut c)
        .await
        .unwrap();
    assert_eq!(version, 2);
    let again = open_sqlite(&path, OpenOptions::default()).await.unwrap();
    assert_eq!(again.copied_to(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ekatong.db");
    older(&path).await;
    let url = format!("sqlite:{}", path.display());
    let mut c = sqlx::SqliteConnection::connect(&url).await.unwrap();
    // The last migration stumbles over a table of its name.
    sqlx::raw_sql("CREATE TABLE order_event (x TEXT)")
        .execute(&mut c)
        .await
        .unwrap();
    let refused = open_sqlite(&path, OpenOptions::default()).await.err();
    assert!(
        matches!(refused, Some(OpenError::Failed { .. })),
        "{refused:?}"
    );
    let version: i64 = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations")
        .fetch_one(&mut c)
        .await
        .unwrap();
    assert_eq!(version, 2);
    sqlx::raw_sql("DROP TABLE order_event")
        .execute(&mut c)
        .await
        .unwrap();
    c.close().await.unwrap();
    // The clock of the copy's name has seconds.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    open_sqlite(&path, OpenOptions::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_start_together_migrate_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ekatong.db");
    let database = ekatong_tests::postgres::database().await;
    for address in [path.display().to_string(), database.url.clone()] {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let address = address.clone();
            tasks.spawn(async move { open(&address, CREATE).await.map(drop) });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap().unwrap();
        }
    }
}

async fn refused_after(place: Place, sql: &str) -> OpenError {
    World::make(&place).await;
    place.raw(sql).await.unwrap();
    place.db.close().await;
    let before = match &place.home {
        Home::Folder(folder) => Some(std::fs::read_dir(folder.path()).unwrap().count()),
        Home::Server(_) => None,
    };
    let refused = open(&place.address(), OpenOptions::default())
        .await
        .err()
        .unwrap();
    if let Home::Folder(folder) = &place.home {
        let after = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(before, Some(after), "no copy of what is refused");
    }
    refused
}

const NEWER: &str = "INSERT INTO _sqlx_migrations \
    (version, description, success, checksum, execution_time) \
    SELECT 9999, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_database_is_refused_politely() {
    for place in [Place::sqlite().await, Place::postgres().await] {
        let refused = refused_after(place, NEWER).await;
        let OpenError::Newer { found, known } = refused else {
            unreachable!("{refused:?}");
        };
        assert_eq!((found, known), (9999, schema_version()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_migration_is_refused() {
    let sql = "UPDATE _sqlx_migrations SET checksum = \
               (SELECT checksum FROM _sqlx_migrations WHERE version = 1) WHERE version = 3";
    for place in [Place::sqlite().await, Place::postgres().await] {
        let refused = refused_after(place, sql).await;
        assert!(
            matches!(refused, OpenError::Changed { version: 3 }),
            "{refused:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_server_is_migrated() {
    let database = ekatong_tests::postgres::database().await;
    let mut c = sqlx::PgConnection::connect(&database.url).await.unwrap();
    POSTGRES.run_to(3, &mut c).await.unwrap();
    let db = open(&database.url, OpenOptions::default()).await.unwrap();
    let mut r = db.store().read().await.unwrap();
    assert!(
        r.orders(&Default::default(), None, 1)
            .await
            .unwrap()
            .is_empty()
    );
    drop(r);
    db.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_database_of_ours_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.db");
    let refused = open_sqlite(&missing, OpenOptions::default()).await.err();
    assert!(
        matches!(refused, Some(OpenError::Missing(_))),
        "{refused:?}"
    );
    assert!(!missing.exists());

    let text = folder.path().join("text.db");
    std::fs::write(&text, "这不是数据库".repeat(1_000)).unwrap();
    let refused = open_sqlite(&text, OpenOptions::default()).await.err();
    assert!(matches!(refused, Some(OpenError::Foreign)), "{refused:?}");

    let other = folder.path().join("other.db");
    let url = format!("sqlite:{}?mode=rwc", other.display());
    let mut c = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("CREATE TABLE song (name TEXT)")
        .execute(&mut c)
        .await
        .unwrap();
    let refused = open_sqlite(&other, CREATE).await.err();
    assert!(matches!(refused, Some(OpenError::Foreign)), "{refused:?}");

    let refused = open("mysql://somewhere/x", CREATE).await.err();
    assert!(matches!(refused, Some(OpenError::Address)), "{refused:?}");
    let refused = open("postgres://a:secret@[::bad/x", CREATE)
        .await
        .err()
        .unwrap();
    assert!(matches!(refused, OpenError::Address), "{refused:?}");
    assert!(!format!("{refused:?}{refused}").contains("secret"));

    let database = ekatong_tests::postgres::database().await;
    let mut c = sqlx::PgConnection::connect(&database.url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe("CREATE TABLE school (name TEXT)"))
        .execute(&mut c)
        .await
        .unwrap();
    let refused = open(&database.url, CREATE).await.err();
    assert!(matches!(refused, Some(OpenError::Foreign)), "{refused:?}");
}
