//! Districts, schools, ladders (ORG-1 to ORG-3).

use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use serde_json::json;

both_engines! {
    async fn a_ladder_follows_the_kind_and_twice_changes_nothing(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        for (code, kind, numbers, manual) in [
            ("2132000201", "小学", vec![1, 2, 3, 4, 5, 6], vec![6]),
            ("3132000202", "311", vec![7, 8, 9], vec![9]),
            ("3132000203", "312", (1..=9).collect(), vec![6, 9]),
            ("3432000204", "341", vec![7, 8, 9], vec![9]),
            ("3432000205", "345", (1..=9).collect(), vec![6, 9]),
            ("5132000206", "511", (1..=9).collect(), (1..=9).collect::<Vec<i64>>()),
        ] {
            let request = json!({ "district": "320508", "code": code, "name": format!("学校{code}"), "kind": kind });
            let school = test.done(&world.admin, "school.create", request).await;
            let id = school["school"]["id"].as_str().unwrap();
            let preview = test.done(&world.admin, "grade.previewLadder", json!({ "schoolIds": [id] })).await;
            assert_eq!(preview["changes"].as_array().unwrap().len(), numbers.len());
            let made = test.done(&world.admin, "grade.createLadder", json!({ "schoolIds": [id] })).await;
            assert_eq!(made["changes"], preview["changes"], "the preview says what is done");
            let grades = test.done(&world.admin, "grade.list", json!({ "schoolId": id })).await;
            let grades = grades["items"].as_array().unwrap();
            assert_eq!(grades.iter().map(|g| g["number"].as_i64().unwrap()).collect::<Vec<_>>(), numbers);
            for grade in grades {
                let number = grade["number"].as_i64().unwrap();
                let graduates = matches!(number, 6 | 9) && numbers.contains(&number);
                assert_eq!(grade["graduating"], graduates, "{kind} {number}");
                assert_eq!(grade["manualPromotion"], manual.contains(&number), "{kind} {number}");
            }
            let again = test.done(&world.admin, "grade.createLadder", json!({ "schoolIds": [id] })).await;
            assert_eq!(again["changes"], json!([]), "twice changes nothing");
        }
        let senior = json!({ "district": "320508", "code": "3432000299", "name": "城北高级中学", "kind": "342" });
        assert_eq!(test.refused(&world.admin, "school.create", senior).await, ["school.kind_senior"]);
    }

    async fn a_wrong_ladder_is_shown_and_repaired(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        // As the old platform left it: a missing grade, a wrong name, a wrong flag, a grade too many.
        let mut uow = test.app.ports().store.write().await.unwrap();
        let id = serde_json::from_value(json!(world.primary)).unwrap();
        let grades = uow.grades(&[id]).await.unwrap();
        uow.delete_grade(grades[2].id).await.unwrap();
        let mut wrong = grades[0].clone();
        wrong.name = "1年级".to_owned();
        wrong.graduating = true;
        uow.update_grade(&wrong).await.unwrap();
        let mut extra = grades[0].clone();
        extra.id = ekatong_core::id::GradeId(ekatong_core::id::new());
        extra.number = 9;
        extra.name = "九年级".to_owned();
        uow.insert_grades(&[extra]).await.unwrap();
        uow.commit().await.unwrap();

        let matrix = test.done(&world.admin, "grade.matrix", json!({ "text": "梧桐" })).await;
        let row = &matrix["items"][0];
        assert_eq!(row["complete"], false);
        let states: Vec<&str> = row["grades"].as_array().unwrap().iter().map(|g| g["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["wrong", "present", "missing", "present", "present", "present", "none", "none", "extra"]);

        let done = test.done(&world.admin, "grade.createLadder", json!({ "district": "320508" })).await;
        let changes: Vec<(i64, &str)> = done["changes"].as_array().unwrap().iter()
            .map(|c| (c["number"].as_i64().unwrap(), c["change"].as_str().unwrap())).collect();
        assert_eq!(changes, [(1, "correct"), (3, "create"), (9, "remove")]);
        let matrix = test.done(&world.admin, "grade.matrix", json!({ "district": "320508" })).await;
        assert!(matrix["items"].as_array().unwrap().iter().all(|row| row["complete"] == true));
    }

    async fn a_school_is_found_edited_and_keeps_its_code_unique(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let request = json!({ "district": "320508", "code": "NEW01X", "name": "新建小学", "kind": "211" });
        let school = test.done(&world.admin, "school.create", request.clone()).await["school"].clone();
        assert_eq!(school["provisional"], true);
        assert_eq!(test.refused(&world.admin, "school.create", request).await, ["school.code_taken"]);
        let edit = json!({ "id": school["id"], "version": 1, "code": "3132000301" });
        let edited = test.done(&world.admin, "school.edit", edit.clone()).await;
        assert_eq!(edited["problems"][0]["code"], "school.code_kind_mismatch", "31 is not a primary school's");
        assert_eq!(edited["school"]["provisional"], false);
        assert_eq!(test.refused(&world.admin, "school.edit", edit).await, ["version.conflict"]);
        let junior = test.done(&world.admin, "school.get", json!({ "id": world.junior })).await;
        let kind = json!({ "id": world.junior, "version": junior["version"], "kind": "211" });
        assert_eq!(test.refused(&world.admin, "school.edit", kind).await, ["school.kind_in_use"]);
        let found = test.done(&world.admin, "school.list", json!({ "text": "新建" })).await;
        assert_eq!(found["items"][0]["code"], "3132000301");
        // School staff see their own school and no other.
        let staff = test.sign_in("school").await;
        let own = test.done(&staff, "school.list", json!({})).await;
        assert_eq!(own["items"].as_array().unwrap().len(), 1);
        assert_eq!(own["items"][0]["id"], json!(world.junior));
    }

    async fn each_school_has_its_own_school_year(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let school = test.done(&world.admin, "school.get", json!({ "id": world.junior })).await;
        let request = json!({ "id": world.junior, "version": school["version"], "schoolYear": "2027-2028" });
        test.done(&world.admin, "school.setYear", request).await;
        let list = test.done(&world.admin, "class.list", json!({ "schoolId": world.junior })).await;
        assert_eq!((list["schoolYear"].as_str(), list["items"].as_array().unwrap().len()), (Some("2027-2028"), 0));
        let foreign = test.done(&world.admin, "class.list", json!({ "schoolId": world.foreign })).await;
        assert_eq!(foreign["schoolYear"], "2026-2027");
        let bad = json!({ "id": world.junior, "version": 2, "schoolYear": "2027-2029" });
        assert_eq!(test.refused(&world.admin, "school.setYear", bad).await, ["school_year.invalid"]);
    }
}
