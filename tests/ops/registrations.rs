//! 注册报到: one by one, in bulk, and what the district makes of it (STU-3, STU-4, IMP-2).

use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use ekatong_tests::workbook::{Child, all_text, child, id_number, new_pupils, registrations};
use serde_json::{Value, json};

/// Leavers of the primary school: made-up children of its sixth grade.
async fn leavers(world: &World, count: usize) -> (Vec<Child>, Vec<String>) {
    world.make_classes(&world.primary, 6, &[1, 2]).await;
    let rows: Vec<_> = (0..count).map(|n| child(n, 6, 1 + n % 2)).collect();
    let ids = world.enter(&world.primary, &rows).await;
    (rows, ids)
}

fn one(world: &World, row: &Child) -> Value {
    json!({ "schoolId": world.junior, "name": row[0], "paperNumber": row[3], "grade": 7, "classNumber": 2 })
}

async fn preview(world: &World, token: &str, school: &str, rows: &[[String; 4]]) -> Value {
    let bytes = registrations(rows);
    let blob = world
        .test
        .app
        .stage(Some(token), "注册报到.xlsx", &bytes)
        .await
        .unwrap();
    let request = json!({ "schoolId": school, "blobId": blob, "fileName": "注册报到.xlsx", "kind": "registrations" });
    world.test.done(token, "import.preview", request).await
}

fn line(row: &Child, class: &str) -> [String; 4] {
    [row[0].clone(), row[3].clone(), "7".into(), class.into()]
}

async fn registered(world: &World, token: &str, side: &str) -> Vec<Value> {
    let list = world
        .test
        .done(token, "registration.list", json!({ "side": side }))
        .await;
    list["items"].as_array().unwrap().clone()
}

both_engines! {
    async fn a_leaver_moves_when_the_district_approves(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let (rows, ids) = leavers(&world, 2).await;
        test.account("primary", ekatong_core::access::Role::SchoolStaff, Some("320508"), Some(&world.primary)).await;
        let primary = test.sign_in("primary").await;
        let staff = test.sign_in("school").await;
        let district = test.sign_in("district").await;
        let made = test.done(&staff, "registration.create", one(&world, &rows[0])).await;
        let registration = &made["registration"];
        assert_eq!((registration["state"].as_str(), made["problems"].as_array().unwrap().len()), (Some("draft"), 0));
        assert_eq!(registration["pupilId"], Value::Null, "the junior school does not see the pupil yet");
        // The primary school keeps the child and sees where it goes.
        let list = test.done(&primary, "pupil.list", json!({})).await;
        let pupil = list["items"].as_array().unwrap().iter().find(|p| p["id"] == ids[0]).unwrap().clone();
        assert_eq!(pupil["movingTo"], "已注册到平江中学 七年级 2 班（草稿）");
        assert_eq!(registered(&world, &primary, "out").await.len(), 1);
        // Only what was submitted is reviewed.
        let id = registration["id"].clone();
        let early = test.done(&district, "review.approve", json!({ "items": [{ "id": id }] })).await;
        assert_eq!((early["done"].as_i64(), early["problems"][0]["code"].as_str()), (Some(0), Some("application.state")));
        let submit = json!({ "schoolId": world.junior, "ids": [id] });
        assert_eq!(test.done(&staff, "registration.submit", submit.clone()).await["done"], 1);
        test.done(&district, "review.return", json!({ "items": [{ "id": id }], "reason": "请核对班级" })).await;
        assert_eq!(registered(&world, &staff, "in").await[0]["returnedReason"], "请核对班级");
        assert_eq!(test.done(&staff, "registration.submit", submit).await["done"], 1);
        assert_eq!(test.done(&district, "review.approve", json!({ "items": [{ "id": id }] })).await["done"], 1);
        let again = test.done(&district, "review.approve", json!({ "items": [{ "id": id }] })).await;
        assert_eq!((again["done"].as_i64(), again["problems"][0]["code"].as_str()), (Some(0), Some("application.state")), "the second reviewer is told");
        let list = test.done(&staff, "pupil.list", json!({})).await;
        let pupil = &list["items"][0];
        assert_eq!((pupil["id"].as_str(), pupil["status"].as_str()), (Some(ids[0].as_str()), Some("enrolled")));
        assert_eq!((pupil["grade"].as_i64(), pupil["classNumber"].as_i64()), (Some(7), Some(2)));
        assert_eq!(test.done(&primary, "pupil.list", json!({})).await["items"].as_array().unwrap().len(), 1);
        let out = registered(&world, &primary, "out").await;
        assert_eq!((out[0]["state"].as_str(), out[0]["schoolName"].as_str()), (Some("approved"), Some("平江中学")));
        // The history was added to: grade 6 ended with 小学毕业, the junior class is open.
        let pupil = test.literal(&ids[0]);
        test.raw(&format!("UPDATE pupil SET name = '历史完整' WHERE id = {pupil} \
            AND 1 = (SELECT COUNT(*) FROM enrolment WHERE pupil_id = {pupil} AND end_at IS NOT NULL AND outcome = 'primary_graduated') \
            AND 1 = (SELECT COUNT(*) FROM enrolment WHERE pupil_id = {pupil} AND end_at IS NULL AND reason = 'registration')")).await;
        assert_eq!(test.done(&staff, "pupil.list", json!({})).await["items"][0]["name"], "历史完整");
    }

    async fn each_refusal_has_a_message_of_its_own(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let (rows, ids) = leavers(&world, 3).await;
        let staff = test.sign_in("school").await;
        let create = async |request: Value| test.refused(&staff, "registration.create", request).await;
        let mut stranger = rows[0].clone();
        stranger[3] = id_number(500, 6);
        assert_eq!(create(one(&world, &stranger)).await, ["registration.not_found"]);
        let here = child(3, 7, 1);
        world.enter(&world.junior, std::slice::from_ref(&here)).await;
        assert_eq!(create(one(&world, &here)).await, ["registration.here"]);
        world.make_classes(&world.primary, 5, &[1]).await;
        let fifth = child(4, 5, 1);
        world.enter(&world.primary, std::slice::from_ref(&fifth)).await;
        assert_eq!(create(one(&world, &fifth)).await, ["registration.not_leaver"]);
        // Where the child is, is told to those who may see it only.
        let error = test.call(Some(&world.admin), "registration.create", one(&world, &fifth)).await.unwrap_err();
        assert!(error.problems()[0].message.contains("梧桐实验小学 五年级 1 班"));
        let error = test.call(Some(&staff), "registration.create", one(&world, &fifth)).await.unwrap_err();
        assert!(!error.problems()[0].message.contains("梧桐"));
        test.done(&world.admin, "registration.create", json!({ "schoolId": world.foreign, "name": rows[0][0], "paperNumber": rows[0][3], "grade": 7, "classNumber": 1 })).await;
        assert_eq!(create(one(&world, &rows[0])).await, ["registration.taken"]);
        test.done(&world.admin, "pupil.delete", json!({ "ids": [ids[1]], "reason": "录错" })).await;
        assert_eq!(create(one(&world, &rows[1])).await, ["pupil.deleted"]);
        let mut grade = one(&world, &rows[2]);
        grade["grade"] = json!(6);
        assert_eq!(create(grade).await, ["registration.grade"]);
        let mut class = one(&world, &rows[2]);
        class["classNumber"] = json!(9);
        assert_eq!(create(class).await, ["class.unknown"]);
        // Another name warns, and the district reads both.
        let mut renamed = one(&world, &rows[2]);
        renamed["name"] = json!("另一个名字");
        renamed["submit"] = json!(true);
        let made = test.done(&staff, "registration.create", renamed).await;
        assert_eq!(made["problems"][0]["code"], "registration.name");
        let district = test.sign_in("district").await;
        let seen = registered(&world, &district, "in").await.into_iter().find(|r| r["nameDiffers"] == true).unwrap();
        assert_eq!((seen["name"].as_str(), seen["recordedName"].as_str()), (Some("另一个名字"), Some(rows[2][0].as_str())));
        assert_eq!(registered(&world, &staff, "in").await[0]["recordedName"], Value::Null);
    }

    async fn a_withdrawn_registration_frees_the_child(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let (rows, _) = leavers(&world, 1).await;
        let staff = test.sign_in("school").await;
        let made = test.done(&staff, "registration.create", one(&world, &rows[0])).await;
        assert_eq!(test.refused(&staff, "registration.create", one(&world, &rows[0])).await, ["registration.taken"]);
        let ids = json!({ "schoolId": world.junior, "ids": [made["registration"]["id"]] });
        assert_eq!(test.done(&staff, "registration.withdraw", ids.clone()).await["done"], 1);
        assert_eq!(test.refused(&staff, "registration.withdraw", ids).await, ["move.unknown"]);
        test.done(&staff, "registration.create", one(&world, &rows[0])).await;
    }

    async fn the_card_is_not_looked_at(engine: Engine) {
        // STU-4. There is no table of cards yet: the order's card number and state stand for them.
        let world = World::new(engine).await;
        let test = &world.test;
        let (rows, ids) = leavers(&world, 3).await;
        let district = test.sign_in("district").await;
        test.done(&world.admin, "order.request", json!({ "pupilIds": [ids[1], ids[2]] })).await;
        let (empty, unknown) = (test.literal(&ids[1]), test.literal(&ids[2]));
        test.raw(&format!("UPDATE card_order SET card_no = '' WHERE pupil_id = {empty}")).await;
        test.raw(&format!("UPDATE card_order SET state = 'failed', card_no = NULL, reason = '挂失' WHERE pupil_id = {unknown}")).await;
        let mut made = Vec::new();
        for row in &rows {
            let mut request = one(&world, row);
            request["submit"] = json!(true);
            made.push(test.done(&world.admin, "registration.create", request).await["registration"]["id"].clone());
        }
        let made: Vec<Value> = made.iter().map(|id| json!({ "id": id })).collect();
        let approved = test.done(&district, "review.approve", json!({ "items": made })).await;
        assert_eq!((approved["done"].as_i64(), approved["problems"].as_array().unwrap().len()), (Some(3), 0));
    }

    async fn a_file_registers_the_whole_class(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let (rows, _) = leavers(&world, 6).await;
        let staff = test.sign_in("school").await;
        let district = test.sign_in("district").await;
        world.make_classes(&world.primary, 5, &[1]).await;
        let fifth = child(9, 5, 1);
        world.enter(&world.primary, std::slice::from_ref(&fifth)).await;
        let mut lines: Vec<_> = rows.iter().map(|row| line(row, "2")).collect();
        lines[1][0] = "另一个名字".into();
        lines.push(lines[0].clone());
        lines.push(line(&fifth, "1"));
        lines.push([rows[5][0].clone(), id_number(700, 6), "7".into(), "1".into()]);
        lines.push([rows[5][0].clone(), id_number(701, 6), "6".into(), "1".into()]);
        let summary = preview(&world, &staff, &world.junior, &lines).await;
        let id = summary["id"].as_str().unwrap().to_owned();
        let problems: Vec<(u64, String)> = test.problems(&staff, &id).await.iter()
            .map(|p| (p["row"].as_u64().unwrap(), p["code"].as_str().unwrap().to_owned())).collect();
        let problem = |row: u64, code: &str| (row, code.to_owned());
        assert_eq!(problems, [
            problem(3, "registration.name"), problem(6, "paper.trailing_zeros"), problem(8, "row.repeated"), problem(9, "registration.not_leaver"),
            problem(10, "registration.not_found"), problem(11, "grade.unknown"), problem(11, "registration.not_found"),
        ]);
        assert_eq!((summary["valid"].as_i64(), summary["warnings"].as_i64()), (Some(6), Some(2)));
        let name = test.problems(&staff, &id).await[0].clone();
        assert_eq!(name["heading"], "姓名");
        let commit = json!({ "importId": id, "mode": "valid", "submit": true });
        let done = test.done(&staff, "import.commit", commit).await;
        assert_eq!((done["committed"].as_i64(), done["state"].as_str()), (Some(6), Some("partly")));
        let list = registered(&world, &staff, "in").await;
        assert!(list.len() == 6 && list.iter().all(|r| r["state"] == "submitted"));
        assert_eq!(test.done(&staff, "pupil.list", json!({})).await["items"].as_array().unwrap().len(), 0);
        // The same file again: all are taken.
        let again = preview(&world, &staff, &world.junior, &lines[..6]).await;
        assert_eq!((again["valid"].as_i64(), again["duplicates"].as_i64()), (Some(0), Some(6)));
        // What the district has approved is held, the rest is taken back.
        test.done(&district, "review.approve", json!({ "items": [{ "id": list[0]["id"] }] })).await;
        assert_eq!(test.refused(&staff, "import.undo", json!({ "importId": id })).await, ["import.held"]);
        let undone = test.done(&staff, "import.undo", json!({ "importId": id, "keepHeld": true })).await;
        assert_eq!((undone["undone"].as_i64(), undone["held"].as_i64()), (Some(5), Some(1)));
        let free = preview(&world, &staff, &world.junior, &lines[..6]).await;
        assert_eq!(free["valid"], 5);
        let all = json!({ "importId": free["id"], "mode": "valid" });
        test.done(&staff, "import.commit", all).await;
        let submit = json!({ "schoolId": world.junior, "importId": free["id"] });
        assert_eq!(test.done(&staff, "registration.submit", submit).await["done"], 5);
        let waiting: Vec<Value> = registered(&world, &district, "in").await.into_iter()
            .filter(|r| r["state"] == "submitted").map(|r| json!({ "id": r["id"], "version": r["version"] })).collect();
        assert_eq!(test.done(&district, "review.approve", json!({ "items": waiting })).await["done"], 5);
        assert_eq!(test.done(&staff, "pupil.list", json!({})).await["items"].as_array().unwrap().len(), 6);
    }

    async fn the_template_names_the_school_and_its_classes(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let file = test.done(&staff, "import.template", json!({ "schoolId": world.junior, "kind": "registrations" })).await;
        let blob = serde_json::from_value(file["blobId"].clone()).unwrap();
        let (_, bytes) = test.app.fetch(Some(&staff), blob).await.unwrap();
        let text = all_text(bytes, "模板.xlsx");
        for want in ["平江中学", "七年级 3班 序号是 3", "班级序号*", "证件号码*"] {
            assert!(text.contains(want), "{want}: {text}");
        }
        let guide = test.done(&staff, "import.guide", json!({ "schoolId": world.junior, "kind": "registrations" })).await;
        assert_eq!(guide["classes"][0]["line"], "七年级 1班 序号是 1");
    }

    async fn a_leaver_is_not_entered_anew(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let (rows, _) = leavers(&world, 1).await;
        let staff = test.sign_in("school").await;
        let mut row = rows[0].clone();
        (row[4], row[5]) = ("7".into(), "1".into());
        let summary = test.preview(&staff, &world.junior, "新生.xlsx", &new_pupils(&[row])).await.unwrap();
        let problems = test.problems(&staff, summary["id"].as_str().unwrap()).await;
        let leaver = problems.iter().find(|p| p["code"] == "pupil.leaver").unwrap();
        assert!(leaver["message"].as_str().unwrap().contains("请使用注册报到"), "{leaver}");
    }

    async fn many_register_one_child_and_one_wins(engine: Engine) {
        let world = World::new(engine).await;
        let (rows, _) = leavers(&world, 1).await;
        let world = std::sync::Arc::new(world);
        let staff = world.test.sign_in("school").await;
        let tasks: Vec<_> = (0..20).map(|_| {
            let (world, staff, request) = (world.clone(), staff.clone(), one(&world, &rows[0]));
            tokio::spawn(async move { world.test.call(Some(&staff), "registration.create", request).await.is_ok() })
        }).collect();
        let mut won = 0;
        for task in tasks {
            won += usize::from(task.await.unwrap());
        }
        assert_eq!(won, 1);
    }
}
