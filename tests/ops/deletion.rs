//! Deleting pupils, the recycle bin, restoring and purging (STU-8).

use ekatong_core::upkeep::maintain;
use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use ekatong_tests::workbook::{child, new_pupils};
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60 * 1000;

async fn names(world: &World, request: Value) -> Vec<String> {
    let list = world.test.done(&world.admin, "pupil.list", request).await;
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|p| p["name"].as_str().unwrap().to_owned())
        .collect()
}

both_engines! {
    async fn a_deleted_pupil_is_out_of_the_lists_and_comes_back(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let rows: Vec<_> = (0..3).map(|n| child(n, 7, 1)).collect();
        let ids = world.enter(&world.junior, &rows).await;
        test.done(&staff, "order.request", json!({ "pupilIds": [ids[0]] })).await;
        assert_eq!(test.refused(&staff, "pupil.delete", json!({ "ids": [ids[0]], "reason": " " })).await, ["reason.required"]);
        let done = test.done(&staff, "pupil.delete", json!({ "ids": [ids[0]], "reason": "重复录入" })).await;
        assert_eq!(done["done"], 1);
        let school = json!({ "schoolId": world.junior });
        assert_eq!(names(&world, school.clone()).await.len(), 2, "default lists leave it out");
        let bin = test.done(&staff, "pupil.list", json!({ "schoolId": world.junior, "deleted": true })).await;
        let one = &bin["items"][0];
        assert_eq!((bin["items"].as_array().unwrap().len(), one["name"].as_str()), (1, Some(rows[0][0].as_str())));
        assert_eq!((one["status"].as_str(), one["deletedReason"].as_str()), (Some("deleted"), Some("重复录入")));
        // The order that the district had not seen is given up, the application waits no more.
        assert_eq!((one["orderState"].as_str(), one["applicationState"].as_str()), (Some("cancelled"), Some("draft")));
        let submitted = test.done(&staff, "pupil.submit", json!({ "schoolId": world.junior, "grade": 7, "classNumber": 1 })).await;
        assert_eq!(submitted["done"], 0, "neither the submitted ones nor the deleted one");
        assert_eq!(test.done(&staff, "order.request", json!({ "pupilIds": [ids[0]] })).await["done"], 0);
        // A file with the child offers the restore, and says where.
        let again = test.preview(&staff, &world.junior, "新生.xlsx", &new_pupils(&rows[..1])).await.unwrap();
        let problems = test.problems(&staff, again["id"].as_str().unwrap()).await;
        let deleted = problems.iter().find(|p| p["code"] == "pupil.deleted").unwrap();
        assert!(deleted["message"].as_str().unwrap().contains("平江中学 七年级 1 班"), "{problems:?}");
        let restored = test.done(&staff, "pupil.restore", json!({ "id": ids[0] })).await;
        assert_eq!((restored["status"].as_str(), restored["classNumber"].as_i64()), (Some("pending"), Some(1)));
        assert_eq!(names(&world, school).await.len(), 3);
        assert_eq!(test.refused(&staff, "pupil.restore", json!({ "id": ids[0] })).await, ["pupil.status"]);
        let auditor = test.sign_in("auditor").await;
        for op in ["pupil.delete", "pupil.restore"] {
            let audit = test.done(&auditor, "audit.list", json!({ "district": "320508", "op": op })).await;
            assert!(audit["items"].as_array().unwrap().iter().any(|e| e["outcome"] == "done"), "{op}");
        }
    }

    async fn what_the_district_has_in_hand_holds_a_pupil(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let rows: Vec<_> = (0..2).map(|n| child(n, 7, 1)).collect();
        let ids = world.enter(&world.junior, &rows).await;
        test.done(&staff, "order.request", json!({ "pupilIds": [ids[0]] })).await;
        let orders = test.done(&staff, "order.list", json!({ "filter": {} })).await;
        test.done(&world.admin, "order.approve", json!({ "ids": [orders["items"][0]["id"]] })).await;
        let alone = test.call(Some(&staff), "pupil.delete", json!({ "ids": [ids[0]], "reason": "离校" })).await.unwrap_err();
        let problem = &alone.problems()[0];
        assert_eq!(problem.code.as_str(), "pupil.held");
        assert!(problem.message.contains("区审核通过"), "{}", problem.message);
        let both = test.done(&staff, "pupil.delete", json!({ "ids": ids, "reason": "离校" })).await;
        assert_eq!((both["done"].as_i64(), both["problems"][0]["subjectId"].as_str()), (Some(1), Some(ids[0].as_str())));
        assert_eq!(names(&world, json!({ "schoolId": world.junior })).await, [rows[0][0].clone()]);
    }

    async fn a_class_that_is_gone_is_chosen_anew(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let ids = world.enter(&world.junior, &[child(0, 7, 3)]).await;
        test.done(&staff, "pupil.delete", json!({ "ids": ids, "reason": "录错" })).await;
        let class = world.classes(&world.junior).await.remove(2);
        test.done(&staff, "class.close", json!({ "id": class["id"], "version": class["version"] })).await;
        assert_eq!(test.refused(&staff, "pupil.restore", json!({ "id": ids[0] })).await, ["class.closed"]);
        let restored = test.done(&staff, "pupil.restore", json!({ "id": ids[0], "grade": 7, "classNumber": 2 })).await;
        assert_eq!(restored["classNumber"], 2);
        // The history has both enrolments, the first one ended.
        let pupil = test.literal(&ids[0]);
        test.raw(&format!("UPDATE pupil SET name = 'x' WHERE id = {pupil} AND 2 = (SELECT COUNT(*) FROM enrolment WHERE pupil_id = {pupil}) \
            AND 1 = (SELECT COUNT(*) FROM enrolment WHERE pupil_id = {pupil} AND end_at IS NULL AND reason = 'correction')")).await;
        assert_eq!(names(&world, json!({ "schoolId": world.junior })).await, ["x"]);
    }

    async fn the_recycle_bin_is_emptied_after_its_days(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        // The days of the test are longer than a password's.
        test.done(&world.admin, "setting.set", json!({ "key": "password.max_age_days", "value": "3650" })).await;
        let rows: Vec<_> = (0..3).map(|n| child(n, 7, 1)).collect();
        let ids = world.enter(&world.junior, &rows).await;
        test.done(&staff, "order.request", json!({ "pupilIds": [ids[1]] })).await;
        test.done(&staff, "pupil.delete", json!({ "ids": ids[..2], "reason": "转往外省" })).await;
        test.clock.advance(89 * DAY);
        maintain(test.app.ports()).await.unwrap();
        let admin = test.sign_in("admin").await;
        let bin = json!({ "schoolId": world.junior, "deleted": true });
        assert_eq!(test.done(&admin, "pupil.list", bin.clone()).await["items"].as_array().unwrap().len(), 2);
        test.clock.advance(2 * DAY);
        maintain(test.app.ports()).await.unwrap();
        let admin = test.sign_in("admin").await;
        assert_eq!(test.done(&admin, "pupil.list", bin).await["items"].as_array().unwrap().len(), 0);
        assert_eq!(test.refused(&admin, "pupil.restore", json!({ "id": ids[0] })).await, ["pupil.unknown"]);
        assert_eq!(test.refused(&admin, "pupil.restore", json!({ "id": ids[1] })).await, ["pupil.unknown"]);
        // Of the one with an order only the order is left; both numbers are free again.
        let order = test.done(&admin, "order.list", json!({ "filter": {} })).await["items"][0].clone();
        assert_eq!((order["pupilName"].as_str(), order["paperMasked"].as_str()), (Some("已清除"), Some("")));
        for row in &rows[..2] {
            let found = test.done(&admin, "pupil.find", json!({ "idNumber": row[3] })).await;
            assert!(found["pupil"].is_null() && found["elsewhere"] == false, "{found}");
        }
        let again = test.preview(&admin, &world.junior, "新生.xlsx", &new_pupils(&rows[..2])).await.unwrap();
        assert_eq!((again["valid"].as_i64(), again["duplicates"].as_i64()), (Some(2), Some(0)));
        let auditor = test.sign_in("auditor").await;
        let audit = test.done(&auditor, "audit.list", json!({ "district": "320508", "op": "pupil.purge" })).await;
        assert!(audit["items"][0]["summary"].as_str().unwrap().contains("2 名"), "{audit}");
    }
}
