//! The audit log (SEC-3): written with the change, chained, narrowed by role.

use ekatong_core::audit::seal_pending;
use ekatong_store::Engine;
use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use serde_json::json;
use sqlx::{Connection, Executor};

/// Changes the database behind the program's back.
async fn tamper(world: &World, engine: Engine, sql: &'static str) {
    match engine {
        Engine::Sqlite => {
            let path = world.test.folder.path().join("ekatong.db");
            let mut connection = sqlx::SqliteConnection::connect(path.to_str().unwrap())
                .await
                .unwrap();
            connection.execute(sql).await.unwrap();
        }
        Engine::Postgres => {
            let mut connection = sqlx::PgConnection::connect(world.test.postgres_url())
                .await
                .unwrap();
            connection.execute(sql).await.unwrap();
        }
    }
}

async fn verify(world: &World) -> serde_json::Value {
    let auditor = world.test.sign_in("auditor").await;
    world
        .test
        .done(&auditor, "audit.verify", json!({ "district": "320508" }))
        .await
}

both_engines! {
    async fn a_removed_changed_or_inserted_entry_shows(engine: Engine) {
        for (what, sql) in [
            ("changed", "UPDATE audit_entry SET summary = 'x' WHERE district = '320508' AND seq = 2"),
            ("removed", "DELETE FROM audit_entry WHERE district = '320508' AND seq = 2"),
            ("last removed", "DELETE FROM audit_entry WHERE district = '320508' AND seq = (SELECT MAX(seq) FROM audit_entry WHERE district = '320508')"),
            ("moved", "UPDATE audit_entry SET district = '320508', seq = 999 WHERE district = '320505' AND seq = 1"),
        ] {
            let world = World::new(engine).await;
            assert!(seal_pending(world.test.app.ports()).await.unwrap() > 3);
            let before = verify(&world).await;
            assert_eq!(before["intact"], true, "{before}");
            assert!(before["entries"].as_i64().unwrap() > 3);
            tamper(&world, engine, sql).await;
            assert_eq!(verify(&world).await["intact"], false, "{what}");
        }
    }

    async fn sealing_goes_on_where_it_ended(engine: Engine) {
        let world = World::new(engine).await;
        seal_pending(world.test.app.ports()).await.unwrap();
        let grade = world.grade(&world.junior, 8).await;
        world.test.done(&world.admin, "class.create", json!({ "gradeId": grade, "numbers": [7] })).await;
        assert!(seal_pending(world.test.app.ports()).await.unwrap() >= 1);
        assert_eq!(seal_pending(world.test.app.ports()).await.unwrap(), 0);
        assert_eq!(verify(&world).await["intact"], true);
    }

    async fn each_role_reads_its_part(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let grade = world.grade(&world.junior, 8).await;
        test.done(&staff, "class.create", json!({ "gradeId": grade, "numbers": [1] })).await;
        let ops = async |login: &str| -> Vec<(String, String)> {
            let token = test.sign_in(login).await;
            let log = test.done(&token, "audit.list", json!({ "limit": 500 })).await;
            log["items"].as_array().unwrap().iter()
                .map(|e| (e["login"].as_str().unwrap_or("").to_owned(), e["op"].as_str().unwrap().to_owned())).collect()
        };
        assert!(ops("school").await.iter().all(|(login, _)| login == "school"), "one's own actions");
        let operator = ops("operator").await;
        assert!(operator.iter().all(|(_, op)| ["session", "account", "setting", "audit"].iter().any(|noun| op.starts_with(noun))));
        let auditor = ops("auditor").await;
        assert!(auditor.contains(&("school".to_owned(), "class.create".to_owned())));
        let token = test.sign_in("auditor").await;
        let foreign = json!({ "district": "320505" });
        assert_eq!(test.refused(&token, "audit.list", foreign).await, ["forbidden"]);
    }
}
