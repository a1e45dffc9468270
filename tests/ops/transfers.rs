//! Transfers between schools and districts (STU-8).

use ekatong_core::access::Role;
use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use ekatong_tests::workbook::child;
use serde_json::{Value, json};

/// A child in the foreign district, at school; its number and id.
async fn there(world: &World, n: usize) -> (String, String, String) {
    let row = child(n, 7, 1);
    let id = world
        .enter(&world.foreign, std::slice::from_ref(&row))
        .await
        .remove(0);
    let pupil = world.test.literal(&id);
    let sql = format!("UPDATE pupil SET status = 'enrolled' WHERE id = {pupil}");
    world.test.raw(&sql).await;
    (row[0].clone(), row[3].clone(), id)
}

fn request(world: &World, number: &str) -> Value {
    json!({ "schoolId": world.junior, "paperNumber": number, "grade": 7, "classNumber": 3, "reason": "随父母迁居" })
}

both_engines! {
    async fn a_child_comes_when_the_old_school_lets_it_go_and_the_district_approves(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let (name, number, id) = there(&world, 0).await;
        test.account("oldschool", Role::SchoolStaff, Some("320505"), Some(&world.foreign)).await;
        let (staff, old, district) = (test.sign_in("school").await, test.sign_in("oldschool").await, test.sign_in("district").await);
        assert_eq!(test.refused(&staff, "transfer.request", json!({ "schoolId": world.junior, "paperNumber": number, "grade": 7, "classNumber": 3, "reason": "" })).await, ["reason.required"]);
        let asked = test.done(&staff, "transfer.request", request(&world, &number)).await;
        // Before the release the new school learns a masked name and no number.
        let first: String = name.chars().take(1).collect();
        let masked = asked["name"].as_str().unwrap();
        assert!(masked.starts_with(&first) && masked.contains('*') && masked != name, "{asked}");
        assert_eq!((asked["paperMasked"].as_str(), &asked["pupilId"]), (Some(""), &Value::Null));
        assert_eq!(asked["stateName"], "等待转出");
        assert_eq!(test.refused(&staff, "transfer.request", request(&world, &number)).await, ["registration.taken"]);
        let seen = test.done(&old, "transfer.list", json!({ "side": "out" })).await["items"][0].clone();
        assert_eq!((seen["name"].as_str(), seen["reason"].as_str()), (Some(name.as_str()), Some("随父母迁居")));
        let decide = json!({ "fromSchoolId": world.foreign, "id": asked["id"] });
        // Neither the new school nor its district lets go of another's child.
        for token in [&staff, &district] {
            assert_eq!(test.refused(token, "transfer.release", decide.clone()).await, ["forbidden"]);
        }
        let refuse = json!({ "fromSchoolId": world.foreign, "id": asked["id"], "reason": "手续不全" });
        test.done(&old, "transfer.refuse", refuse).await;
        let list = test.done(&staff, "transfer.list", json!({})).await;
        assert_eq!(list["items"][0]["returnedReason"], "手续不全");
        // A refusal is final for the school; the city arbitrates between districts.
        assert_eq!(test.refused(&old, "transfer.release", decide.clone()).await, ["forbidden"]);
        test.done(&world.admin, "transfer.release", decide.clone()).await;
        assert_eq!(test.refused(&world.admin, "transfer.release", decide).await, ["application.state"]);
        let approved = test.done(&district, "review.approve", json!({ "items": [{ "id": asked["id"] }] })).await;
        assert_eq!(approved["done"], 1, "{approved}");
        let list = test.done(&staff, "pupil.list", json!({})).await;
        assert_eq!((list["items"][0]["id"].as_str(), list["items"][0]["classNumber"].as_i64()), (Some(id.as_str()), Some(3)));
        assert_eq!(test.done(&old, "pupil.list", json!({})).await["items"].as_array().unwrap().len(), 0);
        assert_eq!(test.done(&old, "transfer.list", json!({ "side": "out" })).await["items"][0]["stateName"], "已转入");
        let auditor = test.sign_in("auditor").await;
        let audit = test.done(&auditor, "audit.list", json!({ "district": "320508", "op": "transfer.request" })).await;
        assert!(!audit["items"].as_array().unwrap().is_empty());
    }

    async fn what_cannot_be_asked_for(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let (_, number, _) = there(&world, 0).await;
        let mut unknown = request(&world, &number);
        unknown["paperNumber"] = json!(ekatong_tests::workbook::id_number(400, 7));
        assert_eq!(test.refused(&staff, "transfer.request", unknown).await, ["registration.not_found"]);
        let pending = child(5, 7, 1);
        world.enter(&world.foreign, std::slice::from_ref(&pending)).await;
        assert_eq!(test.refused(&staff, "transfer.request", request(&world, &pending[3])).await, ["pupil.elsewhere"]);
        let here = child(6, 7, 1);
        world.enter(&world.junior, std::slice::from_ref(&here)).await;
        assert_eq!(test.refused(&staff, "transfer.request", request(&world, &here[3])).await, ["registration.here"]);
        world.make_classes(&world.primary, 6, &[1]).await;
        let leaver = child(7, 6, 1);
        world.enter(&world.primary, std::slice::from_ref(&leaver)).await;
        assert_eq!(test.refused(&staff, "transfer.request", request(&world, &leaver[3])).await, ["pupil.leaver"]);
        let asked = test.done(&staff, "transfer.request", request(&world, &number)).await;
        let back = json!({ "schoolId": world.junior, "id": asked["id"] });
        test.done(&staff, "transfer.withdraw", back.clone()).await;
        assert_eq!(test.refused(&staff, "transfer.withdraw", back).await, ["move.unknown"]);
    }
}
