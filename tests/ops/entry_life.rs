//! A draft from its first save to the approval (STU-1, STU-2): states, moments, versions, lists.

use ekatong_tests::app::{START, World};
use ekatong_tests::both_engines;
use ekatong_tests::workbook::id_number;
use serde_json::{Value, json};

use crate::entry::{create, form, with};

async fn open(world: &World, token: &str, id: &Value) -> Value {
    world
        .test
        .done(token, "pupil.open", json!({ "id": id }))
        .await
}

async fn unfinished(world: &World, token: &str, state: &str) -> Value {
    let request = json!({ "schoolId": world.junior, "state": state });
    world.test.done(token, "pupil.unfinished", request).await
}

fn save(opened: &Value, form: Value, submit: bool) -> Value {
    json!({ "id": opened["id"], "version": opened["version"], "form": form, "submit": submit })
}

async fn todos(world: &World, token: &str) -> Vec<(String, i64)> {
    let home = world.test.done(token, "home.summary", json!({})).await;
    home["todos"]
        .as_array()
        .unwrap()
        .iter()
        .map(|todo| {
            (
                todo["key"].as_str().unwrap().to_owned(),
                todo["count"]["count"].as_i64().unwrap(),
            )
        })
        .filter(|(key, _)| key.starts_with("pupils_"))
        .collect()
}

fn count(key: &str, number: i64) -> (String, i64) {
    (key.to_owned(), number)
}

both_engines! {
    async fn from_the_first_save_to_the_approval(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let school = test.sign_in("school").await;
        let district = test.sign_in("district").await;
        let draft = create(&world, &school, form(0), false).await;
        assert_eq!(todos(&world, &school).await, [count("pupils_to_submit", 1)]);
        assert_eq!(todos(&world, &district).await, []);

        // Opened again it is as it was, not masked, and the opening is in the audit log.
        test.clock.set(START + 1000);
        let opened = open(&world, &school, &draft["id"]).await;
        assert_eq!(opened["form"]["paperNumber"], id_number(0, 7));
        assert_eq!(opened["form"]["guardians"][0]["phone"], "13700000000");
        assert_eq!(opened["steps"], json!(["save", "submit"]));
        let page = test.done(&school, "pupil.show", json!({ "id": draft["id"] })).await;
        let ops: Vec<&str> = page["audit"].as_array().unwrap().iter().map(|e| e["op"].as_str().unwrap()).collect();
        assert_eq!(ops, ["pupil.open", "pupil.create"]);
        assert!(!page["audit"].to_string().contains(&id_number(0, 7)));

        // Every field can change, the paper and the class among them.
        let changed = with(opened["form"].clone(), json!({
            "name": "沈青和", "paperKind": "passport", "nationality": "USA", "paperNumber": "E1234567",
            "gender": "male", "birthDate": "2014-03-05", "class": "2", "address": null, "studentNumber": "J320508201309180001",
            "guardians": [opened["form"]["guardians"][0], { "name": "林晓岚", "relation": "母亲", "phone": "13700000009" }],
        }));
        let saved = test.done(&school, "pupil.save", save(&opened, changed, false)).await;
        assert_eq!((&saved["state"], &saved["version"], &saved["firstSavedAt"]), (&json!("draft"), &json!(2), &json!(START)));
        let opened = open(&world, &school, &draft["id"]).await;
        assert_eq!((&opened["form"]["class"], &opened["form"]["nationality"]), (&json!("2"), &json!("USA")));
        assert_eq!(opened["form"]["guardians"].as_array().unwrap().len(), 2);
        assert!(opened["form"]["address"].is_null());
        let page = test.done(&school, "pupil.show", json!({ "id": draft["id"] })).await;
        assert_eq!((&page["enrolment"]["classNumber"], &page["enrolments"].as_array().unwrap().len()), (&json!(2), &1));
        // The number it had is free again, the one it has is not.
        create(&world, &school, with(form(0), json!({ "name": "另一名" })), false).await;
        let twice = with(form(3), json!({ "paperKind": "passport", "nationality": "usa", "paperNumber": "E1234567" }));
        let request = json!({ "schoolId": world.junior, "form": twice });
        assert_eq!(test.refused(&school, "pupil.create", request).await, ["pupil.duplicate"]);

        test.clock.set(START + 2000);
        let submitted = test.done(&school, "pupil.save", save(&opened, opened["form"].clone(), true)).await;
        assert_eq!((&submitted["state"], &submitted["submittedAt"], &submitted["firstSavedAt"]), (&json!("submitted"), &json!(START + 2000), &json!(START)));
        assert_eq!(submitted["version"], 2, "nothing was changed");
        assert_eq!(todos(&world, &district).await, [count("pupils_to_review", 1)]);
        // It is the district's now.
        for (op, request) in [
            ("pupil.open", json!({ "id": draft["id"] })),
            ("pupil.save", save(&opened, opened["form"].clone(), false)),
            ("pupil.save", save(&opened, opened["form"].clone(), true)),
        ] {
            assert_eq!(test.refused(&school, op, request).await, ["application.submitted"]);
        }

        test.clock.set(START + 3000);
        let back = json!({ "items": [{ "id": draft["id"] }], "reason": "班级有误" });
        assert_eq!(test.done(&district, "review.return", back).await["done"], 1);
        assert_eq!(todos(&world, &school).await, [count("pupils_returned", 1), count("pupils_to_submit", 1)]);
        let list = unfinished(&world, &school, "returned").await;
        assert_eq!((&list["items"][0]["name"], &list["items"][0]["returnedReason"]), (&json!("沈青和"), &json!("班级有误")));
        assert_eq!((&list["returned"]["count"], &list["drafts"]["count"]), (&json!(1), &json!(1)));
        let opened = open(&world, &school, &draft["id"]).await;
        assert_eq!((&opened["state"], &opened["returnedReason"], &opened["returnedAt"]), (&json!("returned"), &json!("班级有误"), &json!(START + 3000)));
        // Saved in between it stays returned, with its reason.
        let mended = with(opened["form"].clone(), json!({ "class": "3" }));
        let saved = test.done(&school, "pupil.save", save(&opened, mended.clone(), false)).await;
        assert_eq!(saved["state"], "returned");
        test.clock.set(START + 4000);
        let opened = open(&world, &school, &draft["id"]).await;
        let again = test.done(&school, "pupil.save", save(&opened, mended, true)).await;
        assert_eq!((&again["firstSavedAt"], &again["submittedAt"]), (&json!(START), &json!(START + 4000)));
        let review = test.done(&district, "review.show", json!({ "id": draft["id"] })).await;
        assert_eq!((&review["application"]["classNumber"], &review["application"]["submittedAt"]), (&json!(3), &json!(START + 4000)));
        assert_eq!(test.done(&district, "review.approve", json!({ "items": [{ "id": draft["id"] }] })).await["done"], 1);
        assert_eq!(test.refused(&school, "pupil.open", json!({ "id": draft["id"] })).await, ["application.state"]);
        // The page of the pupil shows what was before each save.
        let page = test.done(&school, "pupil.show", json!({ "id": draft["id"] })).await;
        assert_eq!(page["corrections"][0]["reason"], "修改草稿");
        assert_eq!((&page["applications"][0]["firstSavedAt"], &page["applications"][0]["submittedAt"]), (&json!(START), &json!(START + 4000)));
    }

    async fn a_second_window_overwrites_nothing(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let school = test.sign_in("school").await;
        let draft = create(&world, &school, form(0), false).await;
        let opened = open(&world, &school, &draft["id"]).await;
        test.done(&school, "pupil.save", save(&opened, with(opened["form"].clone(), json!({ "name": "沈青一" })), false)).await;
        let stale = save(&opened, with(opened["form"].clone(), json!({ "name": "沈青二", "studentNumber": "J320508201309180001" })), false);
        let error = test.call(Some(&school), "pupil.save", stale).await.unwrap_err();
        let told: Vec<(&str, &str)> = error.problems().iter().map(|p| (p.code.as_str(), p.field.as_deref().unwrap())).collect();
        assert_eq!(told, [("version.conflict", "name"), ("version.conflict", "studentNumber")]);
        assert_eq!(error.problems()[0].message, "姓名已被他人修改：现在是“沈青一”，您填的是“沈青二”。请核对后再保存。");
        assert_eq!(open(&world, &school, &draft["id"]).await["form"]["name"], "沈青一");
        // A guardian of another pupil cannot be taken over by its id.
        let other = create(&world, &school, form(1), false).await;
        let theirs = open(&world, &school, &other["id"]).await;
        let opened = open(&world, &school, &draft["id"]).await;
        let stolen = with(opened["form"].clone(), json!({ "guardians": [theirs["form"]["guardians"][0], theirs["form"]["guardians"][0]] }));
        test.done(&school, "pupil.save", save(&opened, stolen, false)).await;
        assert_eq!(open(&world, &school, &other["id"]).await["form"], theirs["form"]);
        assert_eq!(open(&world, &school, &draft["id"]).await["form"]["guardians"].as_array().unwrap().len(), 2);
    }

    async fn what_is_unfinished_is_listed_by_page_for_ones_own_school(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let school = test.sign_in("school").await;
        for n in 0..7 {
            create(&world, &school, with(form(n), json!({ "name": format!("沈青{}", ["一", "二", "三", "四", "五", "六", "七"][n]) })), false).await;
        }
        // Drafts of an import are unfinished, too.
        world.pupils(&school, &world.junior, 20, 1).await;
        let (mut names, mut after) = (Vec::new(), Value::Null);
        loop {
            let request = json!({ "schoolId": world.junior, "state": "draft", "limit": 3, "after": after });
            let page = test.done(&school, "pupil.unfinished", request).await;
            assert_eq!((&page["drafts"]["count"], &page["returned"]["count"]), (&json!(8), &json!(0)));
            assert!(!page.to_string().contains(&id_number(0, 7)), "masked");
            names.extend(page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()));
            after = page["next"].clone();
            if after.is_null() {
                break;
            }
        }
        assert_eq!(names, ["王欣怡", "沈青七", "沈青六", "沈青五", "沈青四", "沈青三", "沈青二", "沈青一"], "the newest first");
        for state in ["approved", "submitted", "gone"] {
            let request = json!({ "schoolId": world.junior, "state": state });
            assert_eq!(test.refused(&school, "pupil.unfinished", request).await, ["request.invalid"]);
        }
        // What the district admin entered is the school's to submit all the same.
        let district = test.sign_in("district").await;
        assert_eq!(todos(&world, &district).await, []);
    }
}
