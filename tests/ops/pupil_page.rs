//! The page of a pupil: masked, revealed with a reason, corrected, as it was (STU-6, STU-8).

use ekatong_core::ports::SealedAt;
use ekatong_tests::app::{START, World};
use ekatong_tests::both_engines;
use ekatong_tests::workbook::{all_text, id_number};
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

async fn show(world: &World, token: &str, id: &str) -> Value {
    world
        .test
        .done(token, "pupil.show", json!({ "id": id }))
        .await
}

async fn as_of(world: &World, token: &str, id: &str, day: &str) -> Value {
    let request = json!({ "id": id, "asOf": day });
    world.test.done(token, "pupil.show", request).await
}

both_engines! {
    async fn a_page_shows_all_and_no_number_in_clear(engine: Engine) {
        let world = World::new(engine).await;
        let school = world.test.sign_in("school").await;
        let id = world.pupils(&school, &world.junior, 0, 1).await.remove(0);
        world.test.done(&school, "order.request", json!({ "pupilIds": [id] })).await;
        let page = show(&world, &school, &id).await;
        let text = page.to_string();
        let number = id_number(0, 7);
        assert!(!text.contains(&number) && !text.contains("13900000000") && !text.contains("梧桐路"), "{text}");
        assert_eq!(page["paperMasked"], format!("{}********{}", &number[..6], &number[14..]));
        assert_eq!(page["studentNumberMasked"], format!("G{}********{}", &number[..6], &number[14..]));
        assert_eq!(page["hasAddress"], true);
        assert_eq!(page["guardians"][0]["phoneMasked"], "139****0000");
        assert_eq!(page["guardians"][0]["relationName"], "父亲");
        assert_eq!(page["enrolment"]["schoolName"], "平江中学");
        assert_eq!(page["applications"][0]["stateName"], "草稿");
        assert_eq!(page["applications"][0]["channelName"], "导入");
        assert_eq!(page["orders"][0]["stateName"], "申请制卡");
        assert_eq!(page["orders"][0]["steps"][0]["by"], "school");
        // The import wrote one entry for all of its pupils; the page finds it.
        let ops: Vec<&str> = page["audit"].as_array().unwrap().iter().map(|e| e["op"].as_str().unwrap()).collect();
        assert_eq!(ops, ["order.request", "import.commit"]);
        assert_eq!(page["mayCorrect"].as_array().unwrap().len(), 7);
        let card = world.test.sign_in("card").await;
        let theirs = show(&world, &card, &id).await;
        assert_eq!(theirs["mayReveal"], false);
        assert_eq!(theirs["mayCorrect"], json!([]));
        assert_eq!(theirs["audit"], json!([]), "only one's own actions");
        let district = world.test.sign_in("district").await;
        assert_eq!(show(&world, &district, &id).await["audit"].as_array().unwrap().len(), 2);
    }

    async fn a_look_at_a_masked_field_needs_a_reason_and_is_recorded(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.pupils(&world.admin, &world.junior, 3, 1).await.remove(0);
        let school = world.test.sign_in("school").await;
        let ask = |fields: Value, reason: &str| json!({ "id": id, "fields": fields, "reason": reason });
        for (request, code) in [
            (ask(json!(["paper"]), " "), "reason.required"),
            (ask(json!(["paper"]), &"因".repeat(201)), "text.too_long"),
            (ask(json!([]), "家长来电"), "selection.empty"),
            (ask(json!(["password"]), "家长来电"), "request.invalid"),
        ] {
            assert_eq!(world.test.refused(&school, "pupil.reveal", request).await, [code]);
        }
        let card = world.test.sign_in("card").await;
        assert_eq!(world.test.refused(&card, "pupil.reveal", ask(json!(["paper"]), "查")).await, ["forbidden"]);
        let some = world.test.done(&school, "pupil.reveal", ask(json!(["paper"]), "家长来电核对")).await;
        assert_eq!(some, json!({ "paper": id_number(3, 7), "phones": [], "guardianPapers": [], "bankCards": [], "until": START + 60_000 }));
        let all = json!(["paper", "birthDate", "studentNumber", "address", "phones"]);
        let all = world.test.done(&school, "pupil.reveal", ask(all, "家长来电核对")).await;
        assert_eq!(all["phones"][0]["phone"], "13900000003");
        assert_eq!(all["address"], "姑苏区梧桐路 1 号");
        assert_eq!(all["studentNumber"], format!("G{}", id_number(3, 7)));
        let page = show(&world, &school, &id).await;
        let entries: Vec<&Value> = page["audit"].as_array().unwrap().iter().filter(|e| e["op"] == "pupil.reveal").collect();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[1]["summary"], "查看一名学生的证件号码（原因：家长来电核对）");
        assert!(!page["audit"].to_string().contains(&id_number(3, 7)));
    }

    async fn a_correction_keeps_what_was_and_the_page_shows_any_day(engine: Engine) {
        let world = World::new(engine).await;
        let school = world.test.sign_in("school").await;
        let id = world.pupils(&school, &world.junior, 0, 1).await.remove(0);
        let before = show(&world, &school, &id).await;
        let guardian = before["guardians"][0].clone();
        world.test.clock.advance(2 * DAY);
        let school = world.test.sign_in("school").await;
        let edit = json!({
            "id": id, "version": 1, "reason": "家长持户口簿来校更正",
            "name": "曾小鱼", "paperNumber": id_number(500, 7), "address": "",
            "guardians": [
                { "id": guardian["id"], "name": "曾大鱼", "relation": "父亲" },
                { "name": "林晓岚", "relation": "母亲", "phone": "138 0000 0009" },
            ],
        });
        let done = world.test.done(&school, "pupil.edit", edit.clone()).await;
        assert_eq!(done["version"], 2);
        assert_eq!(done["corrected"], json!(["name", "birthDate", "paper", "address", "guardians"]));
        // Lost on the way and sent again: nothing is corrected twice.
        let again = world.test.done(&school, "pupil.edit", json!({ "id": id, "version": 2, "reason": "再来", "name": "曾小鱼" })).await;
        assert_eq!(again["corrected"], json!([]));
        assert_eq!(again["version"], 2);

        let now = show(&world, &school, &id).await;
        assert_eq!(now["name"], "曾小鱼");
        assert_eq!(now["guardians"].as_array().unwrap().len(), 2);
        assert_eq!(now["guardians"][0]["phoneMasked"], "139****0000", "a phone that is not named stays");
        assert_eq!(now["guardians"][1]["phoneMasked"], "138****0009");
        assert_eq!(now["hasAddress"], false);
        assert_eq!(now["corrections"][0]["parts"], json!(["姓名", "出生日期", "证件", "家庭住址", "家长"]));
        assert_eq!(now["corrections"][0]["reason"], "家长持户口簿来校更正");
        for day in ["2026-09-01", "2026-09-02"] {
            let then = as_of(&world, &school, &id, day).await;
            for field in ["name", "paperMasked", "guardians", "hasAddress"] {
                assert_eq!(then[field], before[field], "{field} on {day}");
            }
            assert_eq!(then["corrections"], json!([]));
            assert_eq!(then["mayCorrect"], json!([]), "the past is not corrected");
        }
        assert_eq!(as_of(&world, &school, &id, "2026-09-03").await["name"], "曾小鱼");
        let revealed = json!({ "id": id, "fields": ["paper"], "reason": "核对", "asOf": "2026-09-01" });
        assert_eq!(world.test.done(&school, "pupil.reveal", revealed).await["paper"], id_number(0, 7));
        assert_eq!(world.test.refused(&school, "pupil.show", json!({ "id": id, "asOf": "2026-08-31" })).await, ["pupil.not_yet"]);
        assert_eq!(world.test.refused(&school, "pupil.show", json!({ "id": id, "asOf": "gestern" })).await, ["date_range.invalid"]);

        // Found under the new name, number and phone, and no longer under the old.
        for (text, count) in [("zeng", 1), ("ceng", 1), ("小鱼", 1), (&*id_number(500, 7), 1), (&*id_number(0, 7), 0), ("13800000009", 1), ("王梓涵", 0)] {
            let list = world.test.done(&school, "pupil.list", json!({ "text": text })).await;
            assert_eq!(list["items"].as_array().unwrap().len(), count, "{text}");
        }
        // The audit log holds both values, sealed; in clear it names what was corrected.
        let mut uow = world.test.app.ports().store.read().await.unwrap();
        let entries = uow.audit_about(&[id.parse().unwrap()], 50).await.unwrap();
        let entry = entries.iter().find(|e| e.op == "pupil.edit" && e.summary.contains("姓名")).unwrap();
        for secret in ["曾小鱼", &id_number(0, 7), &id_number(500, 7), "13800000009"] {
            assert!(!format!("{} {}", entry.summary, entry.detail).contains(secret), "{secret}");
        }
        let detail: Value = serde_json::from_str(&entry.detail).unwrap();
        let sealed = detail["sealed"].as_str().unwrap();
        let sealed: Vec<u8> = (0..sealed.len()).step_by(2).map(|at| u8::from_str_radix(&sealed[at..at + 2], 16).unwrap()).collect();
        let at = SealedAt { table: "audit_entry", column: "detail", row: id.parse().unwrap() };
        let values: Value = serde_json::from_slice(&world.test.app.ports().cipher.open(at, &sealed).unwrap()).unwrap();
        assert_eq!(values["before"]["paper"], id_number(0, 7));
        assert_eq!(values["after"]["paper"], id_number(500, 7));
        assert_eq!(detail["subjects"]["count"], 1);
    }

    async fn lists_are_exported_masked_unless_permitted(engine: Engine) {
        let world = World::new(engine).await;
        world.pupils(&world.admin, &world.junior, 0, 20).await;
        world.pupils(&world.admin, &world.foreign, 30, 3).await;
        let district = world.test.sign_in("district").await;
        let school = world.test.sign_in("school").await;
        let text = async |token: &str, request: Value| {
            let file = world.test.done(token, "pupil.export", request).await;
            let blob = serde_json::from_value(file["blobId"].clone()).unwrap();
            let (_, bytes) = world.test.app.fetch(Some(token), blob).await.unwrap();
            (file["rows"].clone(), all_text(bytes, "a.xlsx"))
        };
        let (rows, masked) = text(&school, json!({})).await;
        assert_eq!(rows, 20);
        assert!(masked.contains("由 school 导出") && masked.contains("139****0004"), "{masked}");
        assert!(!masked.contains(&id_number(4, 7)) && !masked.contains("13900000004"));
        let (rows, _) = text(&district, json!({ "filter": { "text": "梓涵", "limit": 1 } })).await;
        assert_eq!(rows, 10, "a search is exported to its end");
        let clear = json!({ "filter": {}, "unmasked": true, "reason": "学籍核对" });
        let (rows, clear_text) = text(&district, clear.clone()).await;
        assert_eq!(rows, 20);
        assert!(clear_text.contains(&id_number(4, 7)) && clear_text.contains("13900000004"));
        assert_eq!(world.test.refused(&school, "pupil.export", clear).await, ["forbidden"]);
        assert_eq!(world.test.refused(&district, "pupil.export", json!({ "unmasked": true })).await, ["reason.required"]);
        let log = world.test.done(&district, "audit.list", json!({ "op": "pupil.export" })).await;
        assert!(log.to_string().contains("导出学生名单 20 行（未遮盖，原因：学籍核对）"), "{log}");
    }

    async fn pupils_are_counted_by_school_grade_and_class(engine: Engine) {
        let world = World::new(engine).await;
        world.pupils(&world.admin, &world.junior, 0, 7).await;
        world.pupils(&world.admin, &world.foreign, 30, 3).await;
        let district = world.test.sign_in("district").await;
        let all = world.test.done(&world.admin, "pupil.statistics", json!({})).await;
        assert_eq!((&all["total"], all["schools"].as_array().unwrap().len()), (&json!(10), 2));
        assert_eq!(all["grades"].as_array().unwrap().iter().find(|g| g["grade"] == 7).unwrap()["pupils"], 10);
        let own = world.test.done(&district, "pupil.statistics", json!({})).await;
        assert_eq!((&own["total"], &own["classes"]), (&json!(7), &json!([])));
        let one = world.test.done(&district, "pupil.statistics", json!({ "schoolId": world.junior })).await;
        let classes: Vec<_> = one["classes"].as_array().unwrap().iter().map(|c| c["pupils"].as_i64().unwrap()).collect();
        assert_eq!(classes.iter().sum::<i64>(), 7);
        assert_eq!(&classes[..3], [3, 2, 2]);
        world.test.execute("UPDATE pupil SET status = 'deleted'").await;
        let none = world.test.done(&world.admin, "pupil.statistics", json!({})).await;
        assert_eq!(none["total"], 0, "the deleted are not counted");
    }

    async fn who_corrects_an_old_version_sees_both_values(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.pupils(&world.admin, &world.junior, 0, 1).await.remove(0);
        let first = json!({ "id": id, "version": 1, "reason": "更正", "name": "王小名" });
        world.test.done(&world.admin, "pupil.edit", first).await;
        let second = json!({ "id": id, "version": 1, "reason": "更正", "name": "王小明", "studentNumber": "" });
        let refusal = world.test.call(Some(&world.admin), "pupil.edit", second).await.unwrap_err();
        let problems = refusal.problems();
        assert!(problems.iter().all(|p| p.code.as_str() == "version.conflict"));
        assert_eq!(problems[0].message, "姓名已被他人修改：现在是“王小名”，您填的是“王小明”。请核对后再保存。");
        assert!(problems[1].message.contains("********"), "{}", problems[1].message);
        assert_eq!(show(&world, &world.admin, &id).await["name"], "王小名");
    }

    async fn identity_is_the_districts_to_correct_once_submitted(engine: Engine) {
        let world = World::new(engine).await;
        let school = world.test.sign_in("school").await;
        let district = world.test.sign_in("district").await;
        let ids = world.pupils(&school, &world.junior, 0, 2).await;
        let id = &ids[0];
        world.test.done(&school, "pupil.submit", json!({ "schoolId": world.junior, "ids": [id] })).await;
        let page = show(&world, &school, id).await;
        assert_eq!(page["mayCorrect"], json!(["studentNumber", "address", "guardians"]));
        let edit = |fields: Value| {
            let mut request = json!({ "id": id, "version": 1, "reason": "更正" });
            request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            request
        };
        assert_eq!(world.test.refused(&school, "pupil.edit", edit(json!({ "name": "王小明", "gender": "1", "address": "新址" }))).await.first(), Some(&"pupil.part_locked"));
        world.test.done(&school, "pupil.edit", edit(json!({ "address": "新址" }))).await;
        let mut named = edit(json!({ "name": "王小明" }));
        named["version"] = json!(2);
        world.test.done(&district, "pupil.edit", named).await;
        // Another child's number: the unique key decides, and the words say where it is.
        let mut taken = edit(json!({ "paperNumber": id_number(0, 7) }));
        taken["version"] = json!(3);
        let refusal = world.test.call(Some(&district), "pupil.edit", taken).await.unwrap_err();
        assert_eq!(refusal.problems()[0].code.as_str(), "pupil.duplicate");
        assert!(refusal.problems()[0].message.contains("平江中学"), "{}", refusal.problems()[0].message);
        for (fields, code) in [
            (json!({ "name": "" }), "pupil.name_missing"),
            (json!({ "paperNumber": "12" }), "paper.length"),
            (json!({ "birthDate": "2013-01-01" }), "paper.date"),
            (json!({ "birthDate": "2099-01-01" }), "paper.date_range"),
            (json!({ "paperKind": "passport" }), "paper.missing"),
            (json!({ "guardians": [{ "name": "" }] }), "guardian.name_missing"),
            (json!({ "guardians": [{ "id": "x", "name": "王大明" }] }), "not_found"),
            (json!({ "guardians": [{ "name": "王大明", "phone": "12" }] }), "phone.invalid"),
        ] {
            let mut request = edit(fields.clone());
            request["version"] = json!(3);
            assert_eq!(world.test.refused(&district, "pupil.edit", request).await, [code], "{fields}");
        }
    }

    async fn papers_of_every_kind_are_corrected(engine: Engine) {
        let world = World::new(engine).await;
        let school = world.test.sign_in("school").await;
        let id = world.pupils(&school, &world.junior, 0, 1).await.remove(0);
        let edit = |version: i64, fields: Value| {
            let mut request = json!({ "id": id, "version": version, "reason": "持护照，录入时选错" });
            request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            request
        };
        // Kind, country and number at once; the birth date is another fact that the paper does not say.
        let passport = json!({ "paperKind": "passport", "nationality": "usa", "paperNumber": "E1234567", "birthDate": "2014年5月6日" });
        let done = world.test.done(&school, "pupil.edit", edit(1, passport)).await;
        assert_eq!(done["corrected"], json!(["birthDate", "paper"]));
        let page = show(&world, &school, &id).await;
        assert_eq!((&page["paperKind"], &page["nationality"], &page["paperMasked"]), (&json!("passport"), &json!("USA"), &json!("E1****67")));
        let clear = json!({ "id": id, "fields": ["paper", "birthDate"], "reason": "核对" });
        let clear = world.test.done(&school, "pupil.reveal", clear).await;
        assert_eq!((&clear["paper"], &clear["birthDate"]), (&json!("E1234567"), &json!("2014-05-06")));
        // Another country is another passport, and the birth date alone can be wrong as well.
        let country = json!({ "nationality": "CAN", "paperNumber": "E1234567" });
        assert_eq!(world.test.done(&school, "pupil.edit", edit(2, country)).await["corrected"], json!(["paper"]));
        assert_eq!(world.test.done(&school, "pupil.edit", edit(3, json!({ "birthDate": "2014-05-07" }))).await["corrected"], json!(["birthDate"]));
        for (day, code) in [("1899-12-31", "birth_date.invalid"), ("5 月", "birth_date.invalid"), ("2099-01-01", "paper.date_range")] {
            assert_eq!(world.test.refused(&school, "pupil.edit", edit(4, json!({ "birthDate": day }))).await, [code], "{day}");
        }
        // A permanent residence card says the birth date in its new form only.
        let old = json!({ "paperKind": "foreign_pr", "paperNumber": "USA110000000012", "birthDate": "2014-05-08" });
        assert_eq!(world.test.done(&school, "pupil.edit", edit(4, old)).await["corrected"], json!(["birthDate", "paper"]));
        assert_eq!(world.test.done(&school, "pupil.edit", edit(5, json!({ "birthDate": "2014-05-09" }))).await["corrected"], json!(["birthDate"]));
        let number = ekatong_tests::workbook::with_check_digit("93284020140305002");
        let new = json!({ "paperKind": "foreign_pr", "paperNumber": number, "birthDate": "2014-05-09" });
        assert_eq!(world.test.refused(&school, "pupil.edit", edit(6, new)).await, ["paper.date"]);
        assert_eq!(world.test.done(&school, "pupil.edit", edit(6, json!({ "paperNumber": number }))).await["corrected"], json!(["birthDate", "paper"]));
        let page = show(&world, &school, &id).await;
        assert_eq!((&page["birthYear"], &page["nationality"]), (&json!(2014), &Value::Null));
        let parts: Vec<&Value> = page["corrections"].as_array().unwrap().iter().map(|c| &c["parts"]).collect();
        assert_eq!(parts.len(), 6);

        // A guardian's phone is what it may be at entry: the rule is one.
        let guardian = page["guardians"][0].clone();
        for (phone, kept) in [("138 0000 0009", "138****0009"), ("0512-65123456", "051****3456"), ("+1 202 555 0143", "+12****0143")] {
            let version = show(&world, &school, &id).await["version"].as_i64().unwrap();
            let guardians = json!([{ "id": guardian["id"], "name": guardian["name"], "relation": guardian["relation"], "phone": phone }]);
            let edited = world.test.done(&school, "pupil.edit", edit(version, json!({ "guardians": guardians }))).await;
            assert_eq!(edited["corrected"], json!(["guardians"]), "{phone}");
            assert_eq!(show(&world, &school, &id).await["guardians"][0]["phoneMasked"], kept);
            let form = json!({ "guardians": [{ "phone": phone }] });
            let entry = world.test.done(&school, "pupil.check", json!({ "schoolId": world.junior, "form": form })).await;
            let warned = |answer: &Value| answer["problems"].as_array().unwrap().iter().filter(|p| p["severity"] != "note").map(|p| p["code"].clone()).collect::<Vec<_>>();
            assert_eq!(warned(&edited), warned(&entry), "{phone}");
        }
    }
}
