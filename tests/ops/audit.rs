//! The audit log (SEC-3): written with the change, chained, narrowed by role.

use ekatong_core::audit::seal_pending;
use ekatong_core::ports::AuditRecord;
use ekatong_core::upkeep::maintain;
use ekatong_store::Engine;
use ekatong_tests::app::{START, World};
use ekatong_tests::both_engines;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor};

/// Changes the database behind the program's back; how many rows.
async fn tamper(world: &World, engine: Engine, sql: &str) -> u64 {
    let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    match engine {
        Engine::Sqlite => {
            let path = world.test.folder.path().join("ekatong.db");
            let mut connection = sqlx::SqliteConnection::connect(path.to_str().unwrap())
                .await
                .unwrap();
            connection.execute(sql).await.unwrap().rows_affected()
        }
        Engine::Postgres => {
            let mut connection = sqlx::PgConnection::connect(world.test.postgres_url())
                .await
                .unwrap();
            connection.execute(sql).await.unwrap().rows_affected()
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

const DAY: i64 = 86_400_000;
/// Days that entries are kept unless the city says otherwise.
const KEPT: i64 = 730;

/// A world in which years may pass: passwords do not grow old on the way.
async fn ageless(engine: Engine) -> World {
    let world = World::new(engine).await;
    let profile = json!({ "key": "password.profile", "value": "owasp" });
    world.test.done(&world.admin, "setting.set", profile).await;
    world
}

/// A world whose first entries of 320508 were purged, with newer ones that are sealed.
async fn purged(engine: Engine) -> World {
    let world = ageless(engine).await;
    let test = &world.test;
    for days in [0, 400, KEPT] {
        test.clock.set(START + days * DAY);
        let admin = test.sign_in("admin").await;
        for number in 0..3 {
            let code = format!("213200{days:03}{number}");
            let school = json!({ "district": "320508", "code": code, "name": format!("第{days}小学{number}"), "kind": "211" });
            test.done(&admin, "school.create", school).await;
        }
        maintain(test.app.ports()).await.unwrap();
    }
    // A day later the entries of the first day are older than the setting allows.
    test.clock.set(START + (KEPT + 1) * DAY);
    maintain(test.app.ports()).await.unwrap();
    world
}

/// Entries of a chain that are still there.
async fn entries(world: &World, district: &str) -> Vec<AuditRecord> {
    let mut uow = world.test.app.ports().store.read().await.unwrap();
    uow.sealed_entries(district, None, 500).await.unwrap()
}

both_engines! {
    async fn what_is_older_than_the_setting_is_purged_once_a_day(engine: Engine) {
        let world = ageless(engine).await;
        let test = &world.test;
        let ports = test.app.ports();
        maintain(ports).await.unwrap();
        let all = entries(&world, "320508").await;
        // On the last day that the setting keeps them nothing goes.
        test.clock.set(START + KEPT * DAY);
        maintain(ports).await.unwrap();
        assert_eq!(entries(&world, "320508").await, all);
        // The day after they go, with an entry that says so.
        test.clock.set(START + (KEPT + 1) * DAY);
        maintain(ports).await.unwrap();
        let rest = entries(&world, "320508").await;
        assert_eq!(rest.len(), 1, "{rest:?}");
        assert_eq!((rest[0].op.as_str(), rest[0].seq), ("audit.purge", Some(all.len() as i64 + 1)));
        assert_eq!(rest[0].summary, format!("清理 2026-09-02 以前的审计记录：{} 条", all.len()));
        assert_eq!((&rest[0].account_id, &rest[0].login), (&None, &None), "the system did it");
        let check = verify(&world).await;
        assert_eq!(check, json!({ "entries": 1, "purged": all.len(), "intact": true }));
        // Later that day nothing more goes, even if the setting now says so; the next day it does.
        let year = json!({ "key": "audit.keep_days", "value": "365" });
        let admin = test.sign_in("admin").await;
        test.done(&admin, "setting.set", year).await;
        test.clock.set(START + (KEPT + 300) * DAY);
        maintain(ports).await.unwrap();
        let city = entries(&world, "").await;
        test.clock.set(START + (KEPT + 366) * DAY);
        maintain(ports).await.unwrap();
        assert_eq!(entries(&world, "").await, city, "one day too early");
        test.clock.set(START + (KEPT + 367) * DAY);
        maintain(ports).await.unwrap();
        let rest = entries(&world, "").await;
        assert!(rest.iter().all(|entry| !city.contains(entry)), "{rest:?}");
        // A second look at the same day seals, but purges nothing more.
        maintain(ports).await.unwrap();
        assert_eq!(entries(&world, "").await, rest);
        let check = verify(&world).await;
        assert_eq!(check, json!({ "entries": 1, "purged": all.len() + 1, "intact": true }));
    }

    async fn a_shorter_time_than_a_year_is_refused(engine: Engine) {
        let world = World::new(engine).await;
        let set = |value: &str| json!({ "key": "audit.keep_days", "value": value });
        assert_eq!(world.test.refused(&world.admin, "setting.set", set("364")).await, ["setting.invalid"]);
        assert_eq!(world.test.done(&world.admin, "setting.set", set("365")).await["value"], "365");
        // It is the city's alone.
        let own = json!({ "key": "audit.keep_days", "value": "400", "district": "320508" });
        assert_eq!(world.test.refused(&world.admin, "setting.set", own).await, ["setting.unknown"]);
    }

    async fn an_operator_purges_what_the_setting_no_longer_keeps_and_nothing_else(engine: Engine) {
        let world = ageless(engine).await;
        let test = &world.test;
        let first = test.done(&test.sign_in("operator").await, "audit.purge", json!({})).await;
        assert_eq!(first, json!({ "entries": 0, "broken": [] }));
        let (city, own) = (entries(&world, "").await.len(), entries(&world, "320508").await.len());
        let foreign = entries(&world, "320505").await.len();
        assert!(city > 0 && own > 0 && foreign > 0);
        test.clock.set(START + (KEPT + 1) * DAY);
        tamper(&world, engine, "UPDATE audit_entry SET summary = 'x' WHERE district = '320505' AND seq = 1").await;
        let operator = test.sign_in("operator").await;
        let answer = test.done(&operator, "audit.purge", json!({})).await;
        // What does not hold stays, to be looked into. The purge of the first day is unsealed until now.
        assert_eq!(answer["broken"], json!(["320505"]));
        assert_eq!(answer["entries"], city + own + 1);
        assert_eq!(entries(&world, "320505").await.len(), foreign);
        seal_pending(test.app.ports()).await.unwrap();
        let mine = entries(&world, "320508").await;
        assert_eq!((mine.len(), mine[0].login.as_deref(), mine[0].op.as_str()), (1, Some("operator"), "audit.purge"));
        assert_eq!(verify(&world).await["intact"], true);
    }

    async fn tampering_beside_a_checkpoint_shows(engine: Engine) {
        let forged = "INSERT INTO audit_checkpoint (district, seq, hash, entries, before, at, seal) \
                      SELECT district, seq, hash, seq - (SELECT MAX(seq) FROM audit_checkpoint WHERE district = '320508'), at, at, hash \
                      FROM audit_entry WHERE district = '320508' AND seq = (SELECT MIN(seq) + 1 FROM audit_entry WHERE district = '320508')";
        let inserted = "INSERT INTO audit_entry (id, at, address, op, outcome, district, summary, detail, seq, hash) \
                        SELECT c.seal_id, e.at, e.address, e.op, e.outcome, e.district, e.summary, e.detail, {seq}, e.hash \
                        FROM audit_entry e, (SELECT id AS seal_id FROM school LIMIT 1) c WHERE e.district = '320508' ORDER BY e.seq LIMIT 1";
        let cases: Vec<(&str, Vec<String>)> = vec![
            ("the checkpoint is removed", vec!["DELETE FROM audit_checkpoint WHERE district = '320508'".into()]),
            ("its count is changed", vec!["UPDATE audit_checkpoint SET entries = entries + 1 WHERE district = '320508'".into()]),
            ("its moment is changed", vec!["UPDATE audit_checkpoint SET before = before - 1 WHERE district = '320508'".into()]),
            ("another district's seal is put in", vec!["UPDATE audit_checkpoint SET seal = (SELECT seal FROM audit_checkpoint WHERE district = '320505') WHERE district = '320508'".into()]),
            ("it is moved to cover a removed entry", vec![
                "UPDATE audit_checkpoint SET seq = seq + 1, entries = entries + 1, hash = (SELECT hash FROM audit_entry e WHERE e.district = '320508' ORDER BY e.seq LIMIT 1) WHERE district = '320508'".into(),
                "DELETE FROM audit_entry WHERE district = '320508' AND seq = (SELECT MIN(seq) FROM audit_entry WHERE district = '320508')".into(),
            ]),
            ("a second one is forged over removed entries", vec![
                forged.into(),
                "DELETE FROM audit_entry WHERE district = '320508' AND seq <= (SELECT MAX(seq) FROM audit_checkpoint WHERE district = '320508')".into(),
            ]),
            ("the first entry after it is removed", vec!["DELETE FROM audit_entry WHERE district = '320508' AND seq = (SELECT MIN(seq) FROM audit_entry WHERE district = '320508')".into()]),
            ("the first entry after it is changed", vec!["UPDATE audit_entry SET login = 'x' WHERE district = '320508' AND seq = (SELECT MIN(seq) FROM audit_entry WHERE district = '320508')".into()]),
            ("an entry in the middle is removed", vec!["DELETE FROM audit_entry WHERE district = '320508' AND seq = (SELECT MIN(seq) + 2 FROM audit_entry WHERE district = '320508')".into()]),
            ("the last entry is removed", vec!["DELETE FROM audit_entry WHERE district = '320508' AND seq = (SELECT MAX(seq) FROM audit_entry WHERE district = '320508')".into()]),
            ("all entries are removed", vec!["DELETE FROM audit_entry WHERE district = '320508'".into()]),
            ("the chain's end is removed too", vec!["DELETE FROM audit_entry WHERE district = '320508'".into(), "DELETE FROM audit_chain WHERE district = '320508'".into()]),
            ("an entry is put back before it", vec![inserted.replace("{seq}", "1")]),
            ("an entry is put before the first number", vec![inserted.replace("{seq}", "-9223372036854775807 - 1")]),
        ];
        // One world for all: each tampering is undone by putting the tables back as they were.
        let world = purged(engine).await;
        let whole = verify(&world).await;
        assert_eq!(whole["intact"], true, "{whole}");
        assert!(whole["purged"].as_i64().unwrap() > 3 && whole["entries"].as_i64().unwrap() > 6, "{whole}");
        let tables = ["audit_entry", "audit_checkpoint", "audit_chain"];
        for table in tables {
            tamper(&world, engine, &format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
        }
        for (what, statements) in cases {
            for sql in &statements {
                assert!(tamper(&world, engine, sql).await > 0, "{what}: nothing was changed by {sql}");
            }
            assert_eq!(verify(&world).await["intact"], false, "{what}");
            for table in tables {
                tamper(&world, engine, &format!("DELETE FROM {table}")).await;
                tamper(&world, engine, &format!("INSERT INTO {table} SELECT * FROM kept_{table}")).await;
            }
            assert_eq!(verify(&world).await["intact"], true, "{what}, undone");
        }
    }

    async fn nothing_is_purged_of_a_chain_that_does_not_hold(engine: Engine) {
        for sql in [
            "UPDATE audit_entry SET summary = 'x' WHERE district = '320508' AND seq = (SELECT MIN(seq) FROM audit_entry WHERE district = '320508')",
            "UPDATE audit_checkpoint SET at = at + 1 WHERE district = '320508'",
        ] {
            let world = purged(engine).await;
            tamper(&world, engine, sql).await;
            let before = entries(&world, "320508").await;
            world.test.clock.set(START + 3 * KEPT * DAY);
            maintain(world.test.app.ports()).await.unwrap();
            let after = entries(&world, "320508").await;
            assert!(after.starts_with(&before), "{sql}");
            assert_eq!(verify(&world).await["intact"], false, "{sql}");
        }
    }

    async fn the_log_says_in_the_screens_words_what_was_done(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let class = world.classes(&world.junior).await.remove(0);
        let (id, version) = (class["id"].clone(), class["version"].as_i64().unwrap());
        test.done(&world.admin, "class.close", json!({ "id": id, "version": version })).await;
        test.done(&world.admin, "class.reopen", json!({ "id": id, "version": version + 1 })).await;
        let profile = json!({ "key": "password.profile", "value": "owasp" });
        test.done(&world.admin, "setting.set", profile).await;
        test.done(&world.admin, "session.signOut", json!({})).await;
        seal_pending(test.app.ports()).await.unwrap();
        let last = async |district: &str, number: usize| -> Vec<String> {
            let all = entries(&world, district).await;
            all.iter().rev().take(number).map(|entry| entry.summary.clone()).collect()
        };
        assert_eq!(last("", 2).await, ["退出登录", "密码规则：等保 → 简明"]);
        assert_eq!(last("320508", 2).await, ["重新开放班级：七年级 1 班", "关闭班级：七年级 1 班"]);
        let auditor = test.sign_in("auditor").await;
        let log = test.done(&auditor, "audit.list", json!({ "op": "class", "limit": 2 })).await;
        let names: Vec<&str> = log["items"].as_array().unwrap().iter().map(|e| e["opName"].as_str().unwrap()).collect();
        assert_eq!(names, ["重新开放班级", "关闭班级"]);
    }

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
