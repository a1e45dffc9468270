//! Taking imports back, forgetting them, and a second kind of import (IMP-9).

use ekatong_core::access::Role;
use ekatong_core::ops::import::purge::purge_expired;
use ekatong_core::ports::Clock as _;
use ekatong_core::upkeep::maintain;
use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use ekatong_tests::workbook::{child, new_pupils, table};
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Commits made-up children; the import and the pupils' ids by name.
async fn committed(world: &World, token: &str, count: usize) -> Value {
    let rows: Vec<_> = (0..count).map(|n| child(n, 7, 1 + n % 3)).collect();
    let preview = world
        .test
        .preview(token, &world.junior, "新生.xlsx", &new_pupils(&rows))
        .await
        .unwrap();
    let request = json!({ "importId": preview["id"], "mode": "all", "submit": true });
    world.test.done(token, "import.commit", request).await["id"].clone()
}

async fn pupils(world: &World) -> Vec<Value> {
    let list = world
        .test
        .done(&world.admin, "pupil.list", json!({ "limit": 500 }))
        .await;
    list["items"].as_array().unwrap().clone()
}

/// A workbook of classes: grade, number, nickname, remark.
fn classes(rows: &[[&str; 4]]) -> Vec<u8> {
    let mut all = vec![
        ["年级*", "班级序号*", "班级昵称", "备注"]
            .map(str::to_owned)
            .to_vec(),
    ];
    all.extend(rows.iter().map(|row| row.map(str::to_owned).to_vec()));
    table("批量建班", &all)
}

async fn preview_classes(world: &World, token: &str, rows: &[[&str; 4]]) -> Value {
    let blob = world
        .test
        .app
        .stage(Some(token), "班级.xlsx", &classes(rows))
        .await
        .unwrap();
    let request = json!({ "schoolId": world.junior, "blobId": blob, "fileName": "班级.xlsx", "kind": "classes" });
    world.test.done(token, "import.preview", request).await
}

both_engines! {
    async fn an_import_is_taken_back_and_made_again(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let import = committed(&world, &staff, 5).await;
        let id = json!({ "importId": import });
        let held = test.done(&staff, "import.held", id.clone()).await;
        assert_eq!((held["free"].as_i64(), held["heldTotal"].as_i64()), (Some(5), Some(0)));
        let undone = test.done(&staff, "import.undo", id.clone()).await;
        assert_eq!((undone["undone"].as_i64(), undone["summary"]["state"].as_str()), (Some(5), Some("undone")));
        assert_eq!((undone["summary"]["committed"].as_i64(), undone["summary"]["undone"].as_i64()), (Some(0), Some(5)));
        assert_eq!(pupils(&world).await.len(), 0);
        // It is over: nothing more can be done with it …
        assert_eq!(test.refused(&staff, "import.undo", id.clone()).await, ["import.closed"]);
        assert_eq!(test.refused(&staff, "import.commit", json!({ "importId": import, "mode": "valid" })).await, ["import.closed"]);
        let rows = test.done(&staff, "import.rows", json!({ "importId": import, "start": 0, "limit": 9 })).await;
        assert!(rows["rows"].as_array().unwrap().iter().all(|row| row["state"] == "undone"));
        // … and its children are free.
        let again = committed(&world, &staff, 5).await;
        assert_ne!(again, import);
        assert_eq!(pupils(&world).await.len(), 5);
        let auditor = test.sign_in("auditor").await;
        let audit = test.done(&auditor, "audit.list", json!({ "district": "320508", "op": "import.undo" })).await;
        let summary = audit["items"].as_array().unwrap().iter().find(|e| e["outcome"] == "done").unwrap()["summary"].as_str().unwrap().to_owned();
        assert!(summary.contains("新生 5 名") && summary.contains("新生.xlsx"), "{summary}");
    }

    async fn pupils_that_have_moved_on_are_named_and_stay(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let import = committed(&world, &staff, 6).await;
        let ordered = pupils(&world).await[0].clone();
        test.done(&staff, "order.request", json!({ "pupilIds": [ordered["id"]] })).await;
        let id = json!({ "importId": import });
        let held = test.done(&staff, "import.held", id.clone()).await;
        assert_eq!((held["free"].as_i64(), held["heldTotal"].as_i64()), (Some(5), Some(1)));
        let one = &held["held"][0];
        assert_eq!(one["name"], ordered["name"]);
        assert!(one["where"].as_str().unwrap().starts_with("七年级 "), "{one}");
        assert!(one["reasons"][0].as_str().unwrap().contains("制卡订单"), "{one}");
        let error = test.call(Some(&staff), "import.undo", id.clone()).await.unwrap_err();
        let problem = &error.problems()[0];
        assert_eq!(problem.code.as_str(), "import.held");
        assert!(problem.message.contains(ordered["name"].as_str().unwrap()) && problem.message.contains("其余 5 行"), "{}", problem.message);
        assert_eq!(pupils(&world).await.len(), 6, "nothing was taken back");
        let undone = test.done(&staff, "import.undo", json!({ "importId": import, "keepHeld": true })).await;
        assert_eq!((undone["undone"].as_i64(), undone["held"].as_i64()), (Some(5), Some(1)));
        let left = pupils(&world).await;
        assert_eq!((left.len(), &left[0]["id"]), (1, &ordered["id"]));
        // Of the same file only those that are gone can be imported.
        let rows: Vec<_> = (0..6).map(|n| child(n, 7, 1 + n % 3)).collect();
        let preview = test.preview(&staff, &world.junior, "新生.xlsx", &new_pupils(&rows)).await.unwrap();
        assert_eq!((preview["valid"].as_i64(), preview["duplicates"].as_i64()), (Some(5), Some(1)));
        let foreign = test.sign_in("district").await;
        test.done(&foreign, "import.commit", json!({ "importId": preview["id"], "mode": "valid" })).await;
        assert_eq!(pupils(&world).await.len(), 6);
    }

    async fn only_the_rows_of_a_partial_commit_are_taken_back(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let mut rows: Vec<_> = (0..4).map(|n| child(n, 7, 1)).collect();
        rows[3][5] = "9".to_owned();
        let preview = test.preview(&staff, &world.junior, "新生.xlsx", &new_pupils(&rows)).await.unwrap();
        let id = json!({ "importId": preview["id"] });
        assert_eq!(test.refused(&staff, "import.undo", id.clone()).await, ["import.closed"], "nothing is on record yet");
        test.done(&staff, "import.commit", json!({ "importId": preview["id"], "mode": "valid" })).await;
        let undone = test.done(&staff, "import.undo", id).await;
        assert_eq!((undone["undone"].as_i64(), undone["summary"]["errors"].as_i64()), (Some(3), Some(1)));
        assert!(pupils(&world).await.is_empty());
    }

    async fn classes_are_imported_by_the_same_steps(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let guide = test.done(&staff, "import.guide", json!({ "schoolId": world.junior, "kind": "classes" })).await;
        let keys: Vec<&str> = guide["columns"].as_array().unwrap().iter().map(|c| c["key"].as_str().unwrap()).collect();
        assert_eq!(keys, ["grade", "number", "nickname", "remark"]);
        let file = test.done(&staff, "import.template", json!({ "schoolId": world.junior, "kind": "classes" })).await;
        assert_eq!(file["fileName"], "批量建班导入模板-平江中学.xlsx");
        let preview = preview_classes(&world, &staff, &[
            ["8", "1", "启航", "一楼东侧"],
            ["8", "2", "", ""],
            ["八年级", "3", "", ""],
            ["8", "3班", "", ""],
            ["7", "2", "", ""],
            ["8", "100", "", ""],
            ["8", "2", "又一个", ""],
            ["6", "1", "", ""],
            ["9", "1", "超过十二个字的昵称是不可以的呀", ""],
        ]).await;
        assert_eq!((preview["kind"].as_str(), preview["valid"].as_i64()), (Some("classes"), Some(1)));
        let import = preview["id"].as_str().unwrap();
        let problems = test.problems(&staff, import).await;
        let mut found: Vec<(i64, &str, &str)> = problems.iter().filter(|p| p["severity"] == "error")
            .map(|p| (p["row"].as_i64().unwrap(), p["column"].as_str().unwrap_or_default(), p["code"].as_str().unwrap())).collect();
        found.sort_unstable();
        let codes: Vec<(i64, &str)> = found.iter().map(|(row, column, _)| (*row, *column)).collect();
        assert_eq!(codes, [(3, "B"), (4, "A"), (5, "B"), (6, "B"), (7, "B"), (8, "B"), (9, "A"), (10, "C")], "{problems:#?}");
        let taken = found.iter().find(|f| f.0 == 6).unwrap();
        assert_eq!(taken.2, "class.number_taken");
        // Repaired as pupils are.
        let accept = json!({ "importId": import, "code": "row.grade_invalid" });
        test.done(&staff, "import.acceptSuggestions", accept).await;
        let accept = json!({ "importId": import, "code": "row.class_invalid" });
        let change = test.done(&staff, "import.acceptSuggestions", accept).await;
        assert_eq!(change["summary"]["ready"], 2, "rows 4 and 5 are the same now, and the first counts: {change:#}");
        let edit = json!({ "importId": import, "edits": [{ "row": 5, "column": "number", "value": "4" }, { "row": 8, "column": "number", "value": "5" }] });
        let change = test.done(&staff, "import.edit", edit).await;
        assert_eq!(change["summary"]["ready"], 5, "{change:#}");
        let done = test.done(&staff, "import.commit", json!({ "importId": import, "mode": "valid" })).await;
        assert_eq!((done["committed"].as_i64(), done["state"].as_str()), (Some(5), Some("partly")));
        let made: Vec<(i64, Value)> = world.classes(&world.junior).await.iter().filter(|c| c["grade"] == 8)
            .map(|c| (c["number"].as_i64().unwrap(), c["nickname"].clone())).collect();
        assert_eq!(made.iter().map(|c| c.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert_eq!(made[0].1, "启航");
        // A class that has a pupil stays, the others can be taken back.
        let pupil = child(200, 8, 1);
        let preview = test.preview(&staff, &world.junior, "新生.xlsx", &new_pupils(&[pupil])).await.unwrap();
        test.done(&staff, "import.commit", json!({ "importId": preview["id"], "mode": "all" })).await;
        assert_eq!(test.refused(&staff, "import.undo", json!({ "importId": import })).await, ["import.held"]);
        let undone = test.done(&staff, "import.undo", json!({ "importId": import, "keepHeld": true })).await;
        assert_eq!((undone["undone"].as_i64(), undone["held"].as_i64()), (Some(4), Some(1)));
        assert_eq!(world.classes(&world.junior).await.iter().filter(|c| c["grade"] == 8).count(), 1);
    }

    async fn rows_and_file_are_forgotten_after_their_time(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let old = committed(&world, &staff, 3).await;
        let ports = test.app.ports().clone();
        let now = || ekatong_core::domain::time::Timestamp::from_ms(test.clock.now_ms());
        assert_eq!(purge_expired(&ports, now()).await.unwrap(), 0);
        test.clock.advance(100 * DAY);
        // Passwords grow old too.
        test.account("later", Role::SchoolStaff, Some("320508"), Some(&world.junior)).await;
        let staff = test.sign_in("later").await;
        let rows = [child(40, 7, 1)];
        let young = test.preview(&staff, &world.junior, "新.xlsx", &new_pupils(&rows)).await.unwrap()["id"].clone();
        test.clock.advance(81 * DAY);
        // 180 days are over for one of them.
        maintain(&ports).await.unwrap();
        assert_eq!(purge_expired(&ports, now()).await.unwrap(), 0);
        let staff = test.sign_in("later").await;
        let list = test.done(&staff, "import.list", json!({})).await;
        let gone = list["items"].as_array().unwrap().iter().find(|i| i["id"] == old).unwrap();
        assert_eq!((gone["rows"].as_i64(), gone["committed"].as_i64()), (Some(3), Some(3)), "the counts stay");
        assert_eq!(gone["purgedAt"], test.clock.now_ms());
        let rows = test.done(&staff, "import.rows", json!({ "importId": old, "start": 0, "limit": 9 })).await;
        assert_eq!((rows["total"].as_i64(), rows["rows"].as_array().unwrap().len()), (Some(0), 0));
        let id = json!({ "importId": old });
        assert_eq!(test.refused(&staff, "import.errorWorkbook", id.clone()).await, ["blob.unknown"]);
        for op in ["import.undo", "import.recheck"] {
            assert_eq!(test.refused(&staff, op, id.clone()).await, ["import.closed"], "{op}");
        }
        test.account("chief", Role::DistrictAdmin, Some("320508"), None).await;
        let district = test.sign_in("chief").await;
        let audit = test.done(&district, "audit.list", json!({ "district": "320508", "op": "import.purge" })).await;
        let entries = audit["items"].as_array().unwrap();
        assert_eq!((entries.len(), entries[0]["login"].as_str()), (1, None), "the system did it");
        assert!(entries[0]["summary"].as_str().unwrap().contains("新生.xlsx"));
        // The other is as it was, its file with it, though staged files live for a day only.
        let file = test.done(&staff, "import.errorWorkbook", json!({ "importId": young })).await;
        assert_eq!(file["fileName"], "新（错误标记）.xlsx");
        // A district may keep them for a shorter time.
        test.done(&district, "setting.set", json!({ "key": "import.keep_days", "value": "30", "district": "320508" })).await;
        assert_eq!(purge_expired(&ports, now()).await.unwrap(), 1);
    }
}
