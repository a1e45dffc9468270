//! The district's review of new pupils (STU-1, STU-2).

use std::sync::Arc;

use ekatong_core::domain::application::{ApplicationState, ApplicationStep};
use ekatong_core::error::{Code, OpError};
use ekatong_tests::app::{START, World};
use ekatong_tests::both_engines;
use serde_json::{Value, json};

/// Enters and submits made-up children; their ids, which are those of their applications.
async fn submitted(world: &World, school: &str, first: usize, count: usize) -> Vec<String> {
    let pupils = world.pupils(&world.admin, school, first, count).await;
    let request = json!({ "schoolId": school, "ids": pupils });
    let done = world.test.done(&world.admin, "pupil.submit", request).await;
    assert_eq!(done["done"], count);
    pupils
}

fn choices(ids: &[String], version: i64) -> Value {
    ids.iter()
        .map(|id| json!({ "id": id, "version": version }))
        .collect()
}

async fn waiting(world: &World, token: &str, filter: Value) -> Vec<Value> {
    let list = world
        .test
        .done(
            token,
            "review.list",
            json!({ "filter": filter, "limit": 500 }),
        )
        .await;
    list["items"].as_array().unwrap().clone()
}

/// State of the latest application and status of a pupil.
async fn standing(world: &World, school: &str, pupil: &str) -> (String, String, Value) {
    let list = world
        .test
        .done(
            &world.admin,
            "pupil.list",
            json!({ "schoolId": school, "limit": 500 }),
        )
        .await;
    let found = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["id"] == pupil)
        .unwrap()
        .clone();
    let text = |key: &str| found[key].as_str().unwrap().to_owned();
    (text("applicationState"), text("status"), found)
}

fn codes(answer: &Value) -> Vec<&str> {
    answer["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["code"].as_str().unwrap())
        .collect()
}

both_engines! {
    async fn an_approval_enrols_the_child_and_makes_its_order(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        test.clock.set(START + 1000);
        let ids = submitted(&world, &world.junior, 0, 3).await;
        submitted(&world, &world.foreign, 100, 2).await;
        let district = test.sign_in("district").await;

        let list = waiting(&world, &district, json!({})).await;
        assert_eq!(list.len(), 3, "the other district's are not seen");
        assert_eq!(list[0]["submittedAt"], START + 1000);
        assert_eq!(list[0]["steps"], json!(["approve", "return"]));
        assert!(list[0]["paperMasked"].as_str().unwrap().contains("********"));
        let admin = waiting(&world, &world.admin, json!({})).await;
        assert_eq!(admin.len(), 5);

        test.clock.set(START + 2000);
        let version = list[0]["version"].as_i64().unwrap();
        let done = test.done(&district, "review.approve", json!({ "items": choices(&ids, version) })).await;
        assert_eq!(done, json!({ "done": 3, "problems": [] }));
        for id in &ids {
            let (state, status, pupil) = standing(&world, &world.junior, id).await;
            assert_eq!((state.as_str(), status.as_str()), ("approved", "enrolled"));
            assert_eq!(pupil["orderState"], "approved");
        }
        let orders = test.done(&district, "order.list", json!({ "filter": { "state": "approved" } })).await;
        let orders = orders["items"].as_array().unwrap();
        assert_eq!(orders.len(), 3);
        assert!(orders.iter().all(|order| order["approvedAt"] == START + 2000 && order["kind"] == "new"));
        let approved = waiting(&world, &district, json!({ "state": "approved" })).await;
        assert!(approved.iter().all(|item| item["approvedAt"] == START + 2000 && item["steps"] == json!([])));
        // Approved once is approved for good.
        let again = test.done(&district, "review.approve", json!({ "items": [{ "id": ids[0] }] })).await;
        assert_eq!((again["done"].as_i64(), codes(&again)), (Some(0), vec!["application.state"]));
        let back = json!({ "items": [{ "id": ids[0] }], "reason": "晚了" });
        assert_eq!(codes(&test.done(&district, "review.return", back).await), ["application.state"]);
    }

    async fn a_returned_application_comes_again_with_its_first_save(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let ids = submitted(&world, &world.junior, 0, 1).await;
        let district = test.sign_in("district").await;
        let staff = test.sign_in("school").await;
        let item = |reason: &str| json!({ "items": [{ "id": ids[0], "version": 2 }], "reason": reason });
        assert_eq!(test.refused(&district, "review.return", item(" ")).await, ["reason.required"]);
        assert_eq!(test.refused(&district, "review.return", item(&"长".repeat(201))).await, ["text.too_long"]);
        test.clock.set(START + 1000);
        assert_eq!(test.done(&district, "review.return", item("姓名有误")).await["done"], 1);
        let (state, status, pupil) = standing(&world, &world.junior, &ids[0]).await;
        assert_eq!((state.as_str(), status.as_str()), ("returned", "pending"));
        assert!(pupil["orderState"].is_null());
        let returned = waiting(&world, &district, json!({ "state": "returned" })).await;
        assert_eq!((&returned[0]["returnedReason"], &returned[0]["returnedAt"]), (&json!("姓名有误"), &json!(START + 1000)));

        test.clock.set(START + 2000);
        test.done(&staff, "pupil.submit", json!({ "schoolId": world.junior, "ids": ids })).await;
        let again = waiting(&world, &district, json!({})).await;
        assert_eq!((&again[0]["firstSavedAt"], &again[0]["submittedAt"]), (&json!(START), &json!(START + 2000)));
        // The version of the first round is no longer the one to decide on.
        let stale = test.done(&district, "review.approve", json!({ "items": [{ "id": ids[0], "version": 2 }] })).await;
        assert_eq!((stale["done"].as_i64(), codes(&stale)), (Some(0), vec!["version.conflict"]));
        assert_eq!(standing(&world, &world.junior, &ids[0]).await.0, "submitted", "nothing was overwritten");
        let version = again[0]["version"].clone();
        let done = test.done(&district, "review.approve", json!({ "items": [{ "id": ids[0], "version": version }] })).await;
        assert_eq!(done["done"], 1);
    }

    async fn an_opening_shows_all_and_is_recorded(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let ids = submitted(&world, &world.junior, 0, 1).await;
        let district = test.sign_in("district").await;
        let shown = test.done(&district, "review.show", json!({ "id": ids[0] })).await;
        let number = ekatong_tests::workbook::id_number(0, 7);
        assert_eq!(shown["paperNumber"], number);
        assert_eq!(shown["studentNumber"], format!("G{number}"));
        assert_eq!(shown["address"], "姑苏区梧桐路 1 号");
        assert_eq!(shown["guardians"], json!([{ "name": "王梓涵家长", "relationName": "父亲", "phone": "13900000000" }]));
        assert_eq!(shown["checks"], json!([]));
        assert!(shown["reasons"].as_array().unwrap().contains(&json!("证件号码有误")));
        let entries = test.done(&district, "audit.list", json!({ "district": "320508" })).await;
        let opened = entries["items"].as_array().unwrap().iter().filter(|entry| entry["op"] == "review.show").count();
        assert_eq!(opened, 1);
        assert!(!entries.to_string().contains(&number), "no number in the audit log");
        // A district has reasons of its own.
        let own = json!({ "district": "320508", "key": "review.reasons", "value": "一；二 ;三" });
        test.done(&district, "setting.set", own).await;
        let shown = test.done(&district, "review.show", json!({ "id": ids[0] })).await;
        assert_eq!(shown["reasons"], json!(["一", "二", "三"]));
        let blank = json!({ "district": "320508", "key": "review.reasons", "value": " " });
        assert_eq!(test.refused(&district, "setting.set", blank).await, ["setting.invalid"]);
        let none = json!({ "id": world.junior });
        assert_eq!(test.refused(&district, "review.show", none).await, ["application.unknown"]);
    }

    async fn a_district_may_leave_orders_to_the_schools(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let ids = submitted(&world, &world.junior, 0, 2).await;
        let district = test.sign_in("district").await;
        let off = json!({ "district": "320508", "key": "review.orders", "value": "no" });
        test.done(&district, "setting.set", off).await;
        test.done(&district, "review.approve", json!({ "items": [{ "id": ids[0] }] })).await;
        let (state, status, pupil) = standing(&world, &world.junior, &ids[0]).await;
        assert_eq!((state.as_str(), status.as_str()), ("approved", "enrolled"));
        assert!(pupil["orderState"].is_null());
        // One open order a pupil: the one the school has asked for stays, and is told.
        let on = json!({ "district": "320508", "key": "review.orders", "value": "yes" });
        test.done(&district, "setting.set", on).await;
        test.done(&world.admin, "order.request", json!({ "pupilIds": [ids[1]] })).await;
        let done = test.done(&district, "review.approve", json!({ "items": [{ "id": ids[1] }] })).await;
        assert_eq!((done["done"].as_i64(), codes(&done)), (Some(1), vec!["order.open"]));
        let orders = test.done(&district, "order.list", json!({})).await;
        assert_eq!(orders["items"].as_array().unwrap().len(), 1);
        assert_eq!(orders["items"][0]["state"], "requested");
    }

    async fn of_reviewers_at_once_one_decides(engine: Engine) {
        let world = Arc::new(World::new(engine).await);
        let ids = submitted(&world, &world.junior, 0, 1).await;
        let district = world.test.sign_in("district").await;
        let mut tasks = Vec::new();
        for n in 0..10 {
            let (world, district, id) = (Arc::clone(&world), district.clone(), ids[0].clone());
            tasks.push(tokio::spawn(async move {
                let item = json!([{ "id": id, "version": 2 }]);
                let (op, request) = if n % 2 == 0 {
                    ("review.approve", json!({ "items": item }))
                } else {
                    ("review.return", json!({ "items": item, "reason": "重复" }))
                };
                loop {
                    match world.test.call(Some(&district), op, request.clone()).await {
                        Ok(answer) => return answer,
                        Err(error) if error.has(Code::Busy) => {}
                        Err(error) => panic!("{error:?}"),
                    }
                }
            }));
        }
        let mut decided = 0;
        for task in tasks {
            let answer = task.await.unwrap();
            match answer["done"].as_i64().unwrap() {
                1 => decided += 1,
                _ => assert_eq!(codes(&answer), ["version.conflict"], "the others are told"),
            }
        }
        assert_eq!(decided, 1);
    }

    async fn a_thousand_are_approved_by_one_filter(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let mut ids = submitted(&world, &world.junior, 0, 500).await;
        ids.extend(submitted(&world, &world.junior, 500, 500).await);
        test.clock.advance(1000);
        let late = submitted(&world, &world.junior, 1000, 1).await;
        let district = test.sign_in("district").await;
        let filter = json!({ "schoolId": world.junior, "kind": "new", "submittedBy": START });
        let done = test.done(&district, "review.approve", json!({ "filter": filter })).await;
        assert_eq!(done, json!({ "done": 1000, "problems": [] }));
        assert_eq!(test.refused(&district, "review.approve", json!({ "filter": filter })).await, ["selection.empty"]);
        let left = waiting(&world, &district, json!({ "state": "submitted" })).await;
        assert_eq!(left.len(), 1, "what came after the look was left");
        assert_eq!(left[0]["id"], late[0]);
        // The list pages without gaps.
        let mut seen = Vec::new();
        let mut after = Value::Null;
        loop {
            let request = json!({ "filter": { "state": "approved" }, "limit": 300, "after": after });
            let page = test.done(&district, "review.list", request).await;
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            after = page["next"].clone();
            if after.is_null() {
                break;
            }
        }
        seen.sort();
        ids.sort();
        assert_eq!(seen, ids);
    }

    async fn no_sequence_of_calls_leaves_the_table_of_steps(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let mut random: u64 = 0x2545_F491_4F6C_DD1D;
        for round in 0..6 {
            let pupil = world.pupils(&world.admin, &world.junior, round, 1).await.remove(0);
            let mut state = ApplicationState::Draft;
            for _ in 0..12 {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let (step, op, request) = match random % 3 {
                    0 => (ApplicationStep::Submit, "pupil.submit", json!({ "schoolId": world.junior, "ids": [pupil] })),
                    1 => (ApplicationStep::Return, "review.return", json!({ "items": [{ "id": pupil }], "reason": "改" })),
                    // Rarely, as nothing comes after it.
                    _ if random.is_multiple_of(4) => (ApplicationStep::Approve, "review.approve", json!({ "items": [{ "id": pupil }] })),
                    _ => continue,
                };
                let answer: Result<Value, OpError> = test.call(Some(&world.admin), op, request).await;
                let done = answer.unwrap()["done"].as_i64().unwrap();
                let after = state.after(step);
                assert_eq!(done, i64::from(after.is_ok()), "{state:?} {step:?}");
                state = after.unwrap_or(state);
                let (stored, status, _) = standing(&world, &world.junior, &pupil).await;
                assert_eq!(stored, state.as_str());
                let enrolled = state == ApplicationState::Approved;
                assert_eq!(status, if enrolled { "enrolled" } else { "pending" });
            }
        }
    }
}
