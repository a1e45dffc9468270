//! The harness itself: what every other test relies on.

use ekatong_tests::postgres;
use sqlx::{Connection, PgConnection};

#[tokio::test]
async fn each_test_has_a_database_of_its_own() {
    let first = postgres::database().await;
    let second = postgres::database().await;
    assert_ne!(first.url, second.url);
    let mut connection = PgConnection::connect(&first.url).await.unwrap();
    sqlx::query("CREATE TABLE pupil (name TEXT)")
        .execute(&mut connection)
        .await
        .unwrap();
    let mut other = PgConnection::connect(&second.url).await.unwrap();
    assert!(
        sqlx::query("SELECT name FROM pupil")
            .execute(&mut other)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_template_is_filled_once_and_copied() {
    let mut filled = 0;
    for _ in 0..2 {
        let database = postgres::database_from("harness", async |url| {
            filled += 1;
            let mut connection = PgConnection::connect(&url).await?;
            sqlx::query("CREATE TABLE school (name TEXT)")
                .execute(&mut connection)
                .await
                .map(drop)
        })
        .await;
        let mut connection = PgConnection::connect(&database.url).await.unwrap();
        sqlx::query("INSERT INTO school VALUES ('实验小学')")
            .execute(&mut connection)
            .await
            .unwrap();
        let names: Vec<String> = sqlx::query_scalar("SELECT name FROM school")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert_eq!(names, ["实验小学"]);
    }
    assert!(filled <= 1, "filled {filled} times");
}
