//! Classes (ORG-4, ORG-5).

use std::collections::BTreeSet;
use std::sync::Arc;

use ekatong_core::error::Code;
use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use serde_json::json;

both_engines! {
    async fn several_at_once_or_none(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let grade = world.grade(&world.junior, 8).await;
        let request = json!({ "gradeId": grade, "numbers": [1, 2, 3, 4, 5, 6, 7, 8], "nickname": "启航", "remark": "新校区" });
        let made = test.done(&staff, "class.create", request).await;
        assert_eq!(made["items"].as_array().unwrap().len(), 8);
        // Each taken number is named; nothing is created.
        let request = json!({ "gradeId": grade, "numbers": [8, 9, 2] });
        assert_eq!(test.refused(&staff, "class.create", request).await, ["class.number_taken", "class.number_taken"]);
        assert_eq!(world.classes(&world.junior).await.len(), 3 + 8);
        for (numbers, code) in [(json!([0]), "class.invalid"), (json!([100]), "class.invalid"), (json!([]), "class.numbers_empty")] {
            let request = json!({ "gradeId": grade, "numbers": numbers });
            assert_eq!(test.refused(&staff, "class.create", request).await, [code]);
        }
        let long = json!({ "gradeId": grade, "numbers": [20], "nickname": "十三个字的班级昵称确实太长了" });
        assert_eq!(test.refused(&staff, "class.create", long).await, ["text.too_long"]);
        let next = json!({ "gradeId": grade, "numbers": [1], "schoolYear": "2027-2028" });
        test.done(&staff, "class.create", next).await;
        let later = json!({ "gradeId": grade, "numbers": [1], "schoolYear": "2028-2029" });
        assert_eq!(test.refused(&staff, "class.create", later).await, ["school_year.out_of_reach"]);
    }

    async fn two_hundred_people_press_at_once(engine: Engine) {
        let world = Arc::new(World::new(engine).await);
        let grade = world.grade(&world.junior, 9).await;
        let mut tasks = Vec::new();
        for n in 0..200_u32 {
            let world = Arc::clone(&world);
            let request = json!({ "gradeId": grade, "numbers": [1 + n % 99] });
            tasks.push(tokio::spawn(async move {
                world.test.call(Some(&world.admin), "class.create", request).await
            }));
        }
        let (mut made, mut taken) = (0, 0);
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => made += 1,
                Err(error) if error.has(Code::ClassNumberTaken) => taken += 1,
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!((made, taken), (99, 101));
        let classes = world.classes(&world.junior).await;
        let numbers: BTreeSet<i64> =
            classes.iter().filter(|c| c["grade"] == 9).map(|c| c["number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, (1..=99).collect());
    }

    async fn a_class_is_edited_renumbered_closed_and_deleted_while_empty(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let class = world.classes(&world.junior).await[0].clone();
        let edited = test.done(&staff, "class.edit", json!({ "id": class["id"], "version": 1, "nickname": "追光" })).await;
        assert_eq!((edited["nickname"].as_str(), edited["version"].as_i64()), (Some("追光"), Some(2)));
        assert_eq!(
            test.refused(&staff, "class.edit", json!({ "id": class["id"], "version": 1, "nickname": "逐浪" })).await,
            ["version.conflict"]
        );
        assert_eq!(
            test.refused(&staff, "class.renumber", json!({ "id": class["id"], "version": 2, "number": 2 })).await,
            ["class.number_taken"]
        );
        let moved = test.done(&staff, "class.renumber", json!({ "id": class["id"], "version": 2, "number": 40 })).await;
        assert_eq!(moved["number"], 40);
        let closed = test.done(&staff, "class.close", json!({ "id": class["id"], "version": 3 })).await;
        assert_eq!(closed["open"], false);
        test.done(&staff, "class.reopen", json!({ "id": class["id"], "version": 4 })).await;
        test.done(&staff, "class.delete", json!({ "id": class["id"], "version": 5 })).await;
        assert_eq!(world.classes(&world.junior).await.len(), 2);
        // A class with pupils stays.
        world.pupils(&staff, &world.junior, 1, 2).await;
        let full = world.classes(&world.junior).await.into_iter().find(|c| c["pupils"].as_i64() > Some(0)).unwrap();
        assert_eq!(
            test.refused(&staff, "class.delete", json!({ "id": full["id"], "version": full["version"] })).await,
            ["class.not_empty"]
        );
    }

    async fn school_staff_may_not_touch_grades_and_it_is_recorded(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        for (op, request) in [
            ("grade.createLadder", json!({ "schoolIds": [world.junior] })),
            ("school.edit", json!({ "id": world.junior, "version": 1, "name": "改名中学" })),
            ("school.create", json!({ "district": "320508", "code": "3132000999", "name": "自建中学", "kind": "311" })),
        ] {
            assert_eq!(test.refused(&staff, op, request).await, ["forbidden"], "{op}");
        }
        let auditor = test.sign_in("auditor").await;
        let log = test.done(&auditor, "audit.list", json!({ "outcome": "refused" })).await;
        let ops: Vec<&str> = log["items"].as_array().unwrap().iter().map(|e| e["op"].as_str().unwrap()).collect();
        assert_eq!(ops, ["school.create", "school.edit", "grade.createLadder"]);
        assert!(log["items"].as_array().unwrap().iter().all(|e| e["login"] == "school"));
    }
}
