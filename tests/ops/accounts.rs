//! Accounts and sessions (SEC-1, rules §6).

use ekatong_core::access::Role;
use ekatong_core::error::Code;
use ekatong_tests::app::{PASSWORD, World};
use ekatong_tests::both_engines;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

async fn sign_in(world: &World, login: &str, password: &str) -> Result<Value, Vec<&'static str>> {
    let answer = world
        .test
        .call(
            None,
            "session.signIn",
            json!({ "login": login, "password": password }),
        )
        .await;
    answer.map_err(|error| {
        error
            .problems()
            .iter()
            .map(|problem| problem.code.as_str())
            .collect()
    })
}

both_engines! {
    async fn five_failures_lock_for_fifteen_minutes(engine: Engine) {
        let world = World::new(engine).await;
        for _ in 0..4 {
            assert_eq!(sign_in(&world, "school", "wrong").await.unwrap_err(), ["sign_in.refused"]);
        }
        assert_eq!(sign_in(&world, "school", "wrong").await.unwrap_err(), ["sign_in.locked"]);
        // The right password does not help, and an unknown login is answered like a known one.
        assert_eq!(sign_in(&world, "school", PASSWORD).await.unwrap_err(), ["sign_in.locked"]);
        assert_eq!(sign_in(&world, "nobody", PASSWORD).await.unwrap_err(), ["sign_in.refused"]);
        world.test.clock.advance(15 * MINUTE + 1);
        sign_in(&world, "SCHOOL ", PASSWORD).await.unwrap();
        // The operator may unlock early.
        for _ in 0..5 {
            let _ = sign_in(&world, "card", "wrong").await;
        }
        let operator = world.test.sign_in("operator").await;
        let list = world.test.done(&operator, "account.list", json!({ "text": "card" })).await;
        assert!(list["items"][0]["lockedUntil"].is_number());
        world.test.done(&operator, "account.unlock", json!({ "id": list["items"][0]["id"] })).await;
        sign_in(&world, "card", PASSWORD).await.unwrap();
    }

    async fn an_address_is_counted_too(engine: Engine) {
        let world = World::new(engine).await;
        let mut last = Vec::new();
        for n in 0..20 {
            last = sign_in(&world, &format!("guess{n}"), "wrong").await.unwrap_err();
        }
        assert_eq!(last, ["sign_in.locked"]);
        assert_eq!(sign_in(&world, "school", PASSWORD).await.unwrap_err(), ["sign_in.locked"]);
    }

    async fn an_idle_session_is_locked_and_goes_on_with_the_password(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let token = test.sign_in("school").await;
        test.clock.advance(14 * MINUTE);
        test.done(&token, "school.list", json!({})).await;
        test.clock.advance(15 * MINUTE + 1);
        assert_eq!(test.refused(&token, "school.list", json!({})).await, ["session.locked"]);
        assert_eq!(test.refused(&token, "session.resume", json!({ "password": "wrong" })).await, ["sign_in.refused"]);
        test.done(&token, "session.resume", json!({ "password": PASSWORD })).await;
        test.done(&token, "school.list", json!({})).await;
        test.clock.advance(12 * 60 * MINUTE);
        assert_eq!(test.refused(&token, "session.resume", json!({ "password": PASSWORD })).await, ["session.required"]);
    }

    async fn signing_out_disabling_and_a_new_password_end_sessions(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let (one, two) = (test.sign_in("school").await, test.sign_in("school").await);
        test.done(&one, "session.signOut", json!({})).await;
        assert_eq!(test.refused(&one, "school.list", json!({})).await, ["session.required"]);
        let change = json!({ "current": PASSWORD, "new": "Qingfeng-lai-9" });
        let three = test.sign_in("school").await;
        test.done(&three, "account.changePassword", change).await;
        assert_eq!(test.refused(&two, "school.list", json!({})).await, ["session.required"]);
        test.done(&three, "school.list", json!({})).await;
        let list = test.done(&world.admin, "account.list", json!({ "text": "school" })).await;
        test.done(&world.admin, "account.disable", json!({ "id": list["items"][0]["id"] })).await;
        assert_eq!(test.refused(&three, "school.list", json!({})).await, ["session.required"]);
        assert_eq!(sign_in(&world, "school", "Qingfeng-lai-9").await.unwrap_err(), ["sign_in.refused"]);
    }

    async fn the_first_password_must_change_and_the_last_five_are_refused(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let request = json!({ "login": "Teacher.Li", "displayName": "李老师", "password": PASSWORD,
            "grants": [{ "role": "school_staff", "schoolId": world.junior }] });
        let made = test.done(&world.admin, "account.create", request).await;
        assert_eq!((made["login"].as_str(), made["mustChangePassword"].as_bool()), (Some("teacher.li"), Some(true)));
        let token = test.sign_in("teacher.li").await;
        assert_eq!(test.refused(&token, "school.list", json!({})).await, ["password.must_change"]);
        let mut current = PASSWORD.to_owned();
        for n in 0..6 {
            test.clock.advance(1000);
            let next = format!("Qingfeng-lai-{n}");
            test.done(&token, "account.changePassword", json!({ "current": current, "new": next })).await;
            current = next;
        }
        test.done(&token, "school.list", json!({})).await;
        for again in ["Qingfeng-lai-1", "Qingfeng-lai-5"] {
            let request = json!({ "current": current, "new": again });
            assert_eq!(test.refused(&token, "account.changePassword", request).await, ["password.reused"]);
        }
        // The sixth last may come again.
        test.done(&token, "account.changePassword", json!({ "current": current, "new": "Qingfeng-lai-0" })).await;
        // After 90 days it must change again.
        test.clock.advance(91 * 24 * 60 * MINUTE);
        let session = sign_in(&world, "teacher.li", "Qingfeng-lai-0").await.unwrap();
        assert_eq!(session["session"]["mustChangePassword"], true);
    }

    async fn a_district_admin_manages_its_staff_only(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let district = test.sign_in("district").await;
        let account = |login: &str, grant: Value| json!({ "login": login, "displayName": "张三", "password": "Xiangzhang-8", "grants": [grant] });
        let own = test.done(&district, "account.create", account("own.staff", json!({ "role": "school_staff", "schoolId": world.primary }))).await;
        test.done(&district, "account.create", account("own.card", json!({ "role": "card_office", "district": "320508" }))).await;
        for (login, grant) in [
            ("other.staff", json!({ "role": "school_staff", "schoolId": world.foreign })),
            ("other.card", json!({ "role": "card_office", "district": "320505" })),
            ("city.card", json!({ "role": "card_office" })),
            ("peer", json!({ "role": "district_admin", "district": "320508" })),
            ("city", json!({ "role": "city_admin" })),
            ("audit", json!({ "role": "auditor", "district": "320508" })),
        ] {
            assert_eq!(test.refused(&district, "account.create", account(login, grant)).await, ["forbidden"], "{login}");
        }
        for grant in [json!({ "role": "city_admin", "district": "320508" }), json!({ "role": "school_staff", "district": "320508" })] {
            assert_eq!(test.refused(&world.admin, "account.create", account("mismatch", grant)).await, ["role.scope_mismatch"]);
        }
        // Nor does it reach its peers or the city's accounts by their ids.
        let all = test.done(&world.admin, "account.list", json!({})).await;
        for login in ["admin", "operator", "auditor"] {
            let account = all["items"].as_array().unwrap().iter().find(|a| a["login"] == login).unwrap();
            let request = json!({ "id": account["id"], "password": "Xiangzhang-8" });
            assert_eq!(test.refused(&district, "account.reset", request).await, ["forbidden"], "{login}");
        }
        test.done(&district, "account.reset", json!({ "id": own["id"], "password": "Xiangzhang-99" })).await;
        let visible = test.done(&district, "account.list", json!({})).await;
        assert!(visible["items"].as_array().unwrap().iter().all(|a| a["login"] != "admin" && a["login"] != "operator"));
    }

    async fn nobody_disables_themselves_and_several_roles_add_up(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let me = test.done(&world.admin, "session.current", json!({})).await;
        assert_eq!(test.refused(&world.admin, "account.disable", json!({ "id": me["accountId"] })).await, ["account.protected"]);
        let id = test.account("both", Role::SchoolStaff, Some("320508"), Some(&world.junior)).await;
        let grants = json!([
            { "role": "school_staff", "schoolId": world.junior },
            { "role": "card_office", "district": "320508" },
        ]);
        test.done(&world.admin, "account.setGrants", json!({ "id": id, "version": 1, "grants": grants })).await;
        let token = test.sign_in("both").await;
        let session = test.done(&token, "session.current", json!({})).await;
        let permissions: Vec<&str> = session["permissions"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
        assert!(permissions.contains(&"manage_classes") && permissions.contains(&"confirm_orders"));
        let stale = json!({ "id": id, "version": 1, "grants": grants });
        assert_eq!(test.refused(&world.admin, "account.setGrants", stale).await, ["version.conflict"]);
    }

    async fn the_login_that_is_taken_is_refused(engine: Engine) {
        let world = World::new(engine).await;
        let request = json!({ "login": "SCHOOL", "displayName": "重名", "password": PASSWORD, "grants": [{ "role": "operator" }] });
        let error = world.test.call(Some(&world.admin), "account.create", request).await.unwrap_err();
        assert!(error.has(Code::LoginTaken));
    }
}
