//! Temporary validity extensions: adding, files, cleaning, undo, the schedule (CARD-6, CARD-7).

use ekatong_core::access::Role;
use ekatong_core::upkeep;
use ekatong_tests::app::{START, TestApp, World};
use ekatong_tests::both_engines;
use ekatong_tests::workbook::{self, Child, child};
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Moves the clock to 10:00 of a day that lies so many days after 1 September 2026, and signs
/// the card office in anew.
async fn days_later(test: &TestApp, days: i64) -> String {
    test.clock.set(START + days * DAY);
    // Passwords hold for 90 days only.
    let now = START + days * DAY;
    test.raw(&format!("UPDATE account SET password_changed_at = {now}"))
        .await;
    test.sign_in("card").await
}

async fn add(test: &TestApp, token: &str, pupils: &[&String]) -> Value {
    let request = json!({ "pupilIds": pupils, "reason": "补卡期间" });
    test.done(token, "extension.add", request).await
}

/// Names in the list, newest first.
async fn names(test: &TestApp, token: &str) -> Vec<String> {
    let list = test.done(token, "extension.list", json!({})).await;
    let items = list["items"].as_array().unwrap();
    assert_eq!(list["total"]["count"], items.len());
    items
        .iter()
        .map(|item| item["pupilName"].as_str().unwrap().to_owned())
        .collect()
}

async fn status(test: &TestApp, pupil: &str, status: &str) {
    let id = test.literal(pupil);
    test.raw(&format!(
        "UPDATE pupil SET status = '{status}' WHERE id = {id}"
    ))
    .await;
}

/// The pupil left grade 9 at the end of a school year.
async fn graduate(test: &TestApp, pupil: &str, school_year: i64) {
    let id = test.literal(pupil);
    test.raw(&format!(
        "UPDATE enrolment SET end_at = begin_at, outcome = 'junior_graduated' WHERE pupil_id = {id}"
    ))
    .await;
    test.raw(&format!(
        "UPDATE class SET school_year = {school_year} WHERE id IN \
         (SELECT class_id FROM enrolment WHERE pupil_id = {id})"
    ))
    .await;
    status(test, pupil, "graduated").await;
}

/// Four pupils at school: one graduated in 2026, one who left, one registered elsewhere after
/// grade 6, one who stays.
async fn four(world: &World) -> (Vec<Child>, Vec<String>) {
    let test = &world.test;
    world.make_classes(&world.junior, 9, &[1]).await;
    let rows = vec![
        child(0, 9, 1),
        child(1, 7, 1),
        child(2, 7, 2),
        child(3, 7, 3),
    ];
    let ids = world.enter(&world.junior, &rows).await;
    for id in &ids {
        status(test, id, "enrolled").await;
    }
    graduate(test, &ids[0], 2025).await;
    status(test, &ids[1], "left").await;
    status(test, &ids[2], "graduated").await;
    let id = test.literal(&ids[2]);
    test.raw(&format!("UPDATE application SET kind = 'registration', from_district = district, from_school_id = school_id, from_class_id = class_id WHERE pupil_id = {id}")).await;
    (rows, ids)
}

fn reasons(answer: &Value) -> Vec<(String, i64)> {
    let counts = answer["counts"].as_array().unwrap();
    counts
        .iter()
        .map(|count| {
            (
                count["reason"].as_str().unwrap().to_owned(),
                count["count"].as_i64().unwrap(),
            )
        })
        .collect()
}

both_engines! {
    async fn by_the_calendar_previewed_cleaned_and_undone(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let (rows, ids) = four(&world).await;
        // Made in August.
        let card = days_later(test, -20).await;
        let added = add(test, &card, &ids.iter().collect::<Vec<_>>()).await;
        assert_eq!((&added["done"], added["problems"].as_array().unwrap().len()), (&json!(4), 0));
        let again = add(test, &card, &[&ids[3]]).await;
        assert_eq!((&again["done"], &again["problems"][0]["code"]), (&json!(0), &json!("extension.open")));
        assert_eq!(names(test, &card).await.len(), 4);
        let list = test.done(&card, "extension.list", json!({ "text": rows[0][0] })).await;
        let first = &list["items"][0];
        assert_eq!((first["leavesOn"].as_str(), first["leaveReasonName"].as_str(), first["sourceName"].as_str()), (Some("2026-09-01"), Some("初三毕业"), Some("手工添加")), "{first}");
        assert!(first["paperMasked"].as_str().unwrap().contains('*'));

        for (date, want) in [
            ("2026-08-31", vec![]),
            ("2026-09-01", vec![("graduated".to_owned(), 1)]),
            ("2026-09-30", vec![("graduated".to_owned(), 1)]),
            ("2026-10-01", vec![("graduated".to_owned(), 1), ("not_normal".to_owned(), 1)]),
        ] {
            let preview = test.done(&card, "extension.preview", json!({ "date": date })).await;
            assert_eq!(reasons(&preview), want, "{date}");
            assert_eq!((&preview["checked"], &preview["date"], &preview["policy"]), (&json!(4), &json!(date), &json!("calendar")));
            assert_eq!(preview["items"].as_array().unwrap().len(), want.len());
        }
        let preview = test.done(&card, "extension.preview", json!({ "date": "2026-10-01" })).await;
        let said: Vec<&str> = preview["items"].as_array().unwrap().iter().map(|i| i["leaveReasonName"].as_str().unwrap()).collect();
        assert!(said.contains(&"状态不正常（转出）"), "{said:?}");
        // A preview wrote nothing.
        assert_eq!(names(test, &card).await.len(), 4);

        let card = days_later(test, 30).await;
        let cleaned = test.done(&card, "extension.clean", json!({})).await;
        assert_eq!((&cleaned["removed"], cleaned["run"]["date"].as_str()), (&json!(2), Some("2026-10-01")));
        assert_eq!(names(test, &card).await.len(), 2);
        // Twice does nothing more.
        let twice = test.done(&card, "extension.clean", json!({})).await;
        assert_eq!((&twice["removed"], &twice["run"]), (&json!(0), &Value::Null));
        let run = cleaned["run"]["id"].clone();
        let gone = test.done(&card, "extension.list", json!({ "runId": run })).await;
        assert_eq!(gone["items"].as_array().unwrap().len(), 2);
        assert!(gone["items"][0]["leftAt"].is_i64());
        let runs = test.done(&card, "extension.runs", json!({})).await;
        assert_eq!((runs["items"].as_array().unwrap().len(), runs["items"][0]["undoable"].as_bool(), runs["items"][0]["runBy"].as_str()), (1, Some(true), Some("card")));

        // One of them is added anew, the other comes back.
        add(test, &card, &[&ids[1]]).await;
        let undone = test.done(&card, "extension.undo", json!({ "runId": run })).await;
        assert_eq!((&undone["restored"], &undone["leftOut"]), (&json!(1), &json!(1)));
        assert_eq!(names(test, &card).await.len(), 4);
        assert_eq!(test.refused(&card, "extension.undo", json!({ "runId": run })).await, ["extension.run_closed"]);
        // A person who cleans again takes it out again; the schedule would not.
        upkeep::maintain(test.app.ports()).await.unwrap();
        assert_eq!(names(test, &card).await.len(), 4);
        let third = test.done(&card, "extension.clean", json!({})).await;
        assert_eq!(reasons(&third), [("graduated".to_owned(), 1)]);

        // 30 days, not 31.
        let card = days_later(test, 30 + 31).await;
        assert_eq!(test.refused(&card, "extension.undo", json!({ "runId": third["run"]["id"] })).await, ["extension.run_closed"]);
        let card = days_later(test, 30 + 30).await;
        test.done(&card, "extension.undo", json!({ "runId": third["run"]["id"] })).await;

        let auditor = test.sign_in("auditor").await;
        for (op, count) in [("extension.add", 3), ("extension.clean", 3), ("extension.undo", 2)] {
            let audit = test.done(&auditor, "audit.list", json!({ "district": "320508", "op": op })).await;
            let items = audit["items"].as_array().unwrap();
            let done = items.iter().filter(|item| item["outcome"] == "done").count();
            assert_eq!(done, count, "{op}: {items:?}");
            assert!(rows.iter().all(|row| !audit.to_string().contains(&row[3])), "no numbers");
        }
    }

    async fn by_month_and_by_a_last_day(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let ids = world.pupils(&world.admin, &world.junior, 0, 3).await;
        test.done(&world.admin, "setting.set", json!({ "district": "320508", "key": "extension.policy", "value": "按月" })).await;
        // 31 August, so that a month ends on 30 September.
        let card = days_later(test, -1).await;
        add(test, &card, &[&ids[0]]).await;
        let request = json!({ "pupilIds": [ids[1]], "reason": "短期", "expiresOn": "2026-09-10", "cardNo": "04a1b2c3" });
        test.done(&card, "extension.add", request).await;
        let by_card = test.done(&card, "extension.list", json!({ "text": "04A1b2c3" })).await;
        assert_eq!(by_card["items"][0]["cardNo"], "04A1B2C3");
        for (field, value, code) in [("expiresOn", "2026-08-31", "date_range.invalid"), ("expiresOn", "明天", "date_range.invalid"), ("cardNo", "04-A1", "card.number_invalid"), ("reason", " ", "reason.required")] {
            let mut request = json!({ "pupilIds": [ids[2]], "reason": "短期" });
            request[field] = json!(value);
            assert_eq!(test.refused(&card, "extension.add", request).await, [code], "{field}");
        }
        for (date, want) in [
            ("2026-09-09", vec![]),
            ("2026-09-10", vec![("expired".to_owned(), 1)]),
            ("2026-09-29", vec![("expired".to_owned(), 1)]),
            ("2026-09-30", vec![("expired".to_owned(), 1), ("month_passed".to_owned(), 1)]),
        ] {
            let preview = test.done(&card, "extension.preview", json!({ "date": date })).await;
            assert_eq!(reasons(&preview), want, "{date}");
        }
        assert_eq!(test.refused(&card, "extension.clean", json!({ "date": "2026-02-30" })).await, ["date_range.invalid"]);
    }

    async fn which_statuses_are_not_normal_is_a_setting(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let ids = world.pupils(&world.admin, &world.junior, 0, 2).await;
        status(test, &ids[0], "suspended").await;
        let card = days_later(test, 0).await;
        add(test, &card, &[&ids[0], &ids[1]]).await;
        let set = |value: &'static str| json!({ "district": "320508", "key": "extension.abnormal_statuses", "value": value });
        let admin = &world.admin;
        let october = json!({ "date": "2026-10-01" });
        assert_eq!(reasons(&test.done(&card, "extension.preview", october.clone()).await), [("not_normal".to_owned(), 1)]);
        let view = test.done(admin, "setting.set", set("转出、待审核")).await;
        assert_eq!((&view["value"], &view["several"]), (&json!("pending,left"), &json!(true)));
        let preview = test.done(&card, "extension.preview", october.clone()).await;
        assert_eq!(preview["items"][0]["statusName"], "待审核");
        test.done(admin, "setting.set", set("")).await;
        assert_eq!(test.done(&card, "extension.preview", october).await["leaving"], 0);
        assert_eq!(test.refused(admin, "setting.set", set("休学,走了")).await, ["setting.invalid"]);
    }

    async fn files_of_entries(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let rows: Vec<Child> = (0..4).map(|n| child(n, 7, 1)).collect();
        let ids = world.enter(&world.junior, &rows).await;
        let far = child(9, 7, 1);
        world.enter(&world.foreign, std::slice::from_ref(&far)).await;
        let card = days_later(test, 0).await;
        add(test, &card, &[&ids[3]]).await;
        let row = |name: &str, number: &str, reason: &str, card: &str, until: &str| -> Vec<String> {
            [name, "", number, reason, card, until].map(str::to_owned).to_vec()
        };
        let headings = ["姓名*", "证件类型", "证件号码*", "原因*", "卡号", "到期日期"].map(str::to_owned).to_vec();
        let right = row(&rows[0][0], &rows[0][3], "补卡", "ab12", "2026-12-31");
        let wrong = vec![
            row("不是他", &rows[1][3], "补卡", "", ""),
            row(&far[0], &far[3], "补卡", "", ""),
            row(&rows[2][0], &rows[2][3], "", "", "2026-08-01"),
            row(&rows[3][0], &rows[3][3], "已经在了", "", ""),
        ];
        let mut all = vec![headings.clone(), right.clone()];
        all.extend(wrong);
        let import = async |rows: &[Vec<String>], mode: &str| {
            let bytes = workbook::table("临时增效", rows);
            let blob = test.app.stage(Some(&card), "增效.xlsx", &bytes).await.unwrap();
            test.call(Some(&card), "extension.import", json!({ "blobId": blob, "fileName": "增效.xlsx", "mode": mode })).await
        };
        let preview = import(&all, "preview").await.unwrap();
        assert_eq!((&preview["rows"], &preview["added"], &preview["unchanged"], &preview["errors"], &preview["committed"]), (&json!(5), &json!(1), &json!(1), &json!(3), &json!(false)), "{preview}");
        let told: Vec<(i64, String, String)> = preview["problems"].as_array().unwrap().iter()
            .map(|p| (p["row"].as_i64().unwrap(), p["column"].as_str().unwrap().to_owned(), p["code"].as_str().unwrap().to_owned())).collect();
        let want = [(3, "A", "extension.name"), (4, "C", "pupil.unknown"), (5, "D", "reason.required"), (5, "F", "date_range.invalid"), (6, "C", "extension.open")];
        assert_eq!(told, want.map(|(row, column, code)| (row, column.to_owned(), code.to_owned())), "{preview}");
        assert_eq!(names(test, &card).await.len(), 1);
        assert!(import(&all, "all").await.unwrap_err().has(ekatong_core::error::Code::ImportHasErrors));
        assert_eq!(names(test, &card).await.len(), 1);
        let done = import(&all, "valid").await.unwrap();
        assert_eq!((&done["added"], &done["committed"]), (&json!(1), &json!(true)));
        // The same file once more changes nothing.
        let twice = import(&all, "valid").await.unwrap();
        assert_eq!((&twice["added"], &twice["unchanged"]), (&json!(0), &json!(2)));
        let list = test.done(&card, "extension.list", json!({ "text": rows[0][3] })).await;
        let entry = &list["items"][0];
        assert_eq!((entry["source"].as_str(), entry["cardNo"].as_str(), entry["expiresOn"].as_str(), entry["reason"].as_str()), (Some("import"), Some("AB12"), Some("2026-12-31"), Some("补卡")));
        let none = import(&[headings, row("不是他", &rows[1][3], "补卡", "", "")], "valid").await.unwrap_err();
        assert!(none.has(ekatong_core::error::Code::ImportNothingValid));

        // The template that the program gives is the one that it reads.
        let staged = test.done(&card, "extension.template", json!({ "kind": "entries" })).await;
        let blob = serde_json::from_value(staged["blobId"].clone()).unwrap();
        let (name, bytes) = test.app.fetch(Some(&card), blob).await.unwrap();
        assert_eq!((name.as_str(), &workbook::texts(&bytes)[0][0]), ("临时增效导入模板-姑苏区.xlsx", &"姓名*".to_owned()));
    }

    async fn files_of_terminals(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let card = days_later(test, 0).await;
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [
            row(["卡号", "增效时间", "终端"]),
            row(["04a1b2c3", "2026-09-01 08:30:15", "T-01"]),
            row(["04A1B2C3", "2026/9/2 8:30", "T-02"]),
            // The same record as the first, written in upper case.
            row(["04A1B2C3", "2026-09-01 08:30:15", "T-01"]),
            row(["卡04", "2026-09-01", ""]),
            row(["04ff", "昨天", ""]),
        ];
        let bytes = workbook::table("增效记录", &rows);
        let import = async |mode: &str| {
            let blob = test.app.stage(Some(&card), "终端.xlsx", &bytes).await.unwrap();
            test.done(&card, "extension.import", json!({ "blobId": blob, "fileName": "终端.xlsx", "kind": "records", "mode": mode })).await
        };
        for (mode, added, unchanged) in [("preview", 2, 1), ("preview", 2, 1), ("valid", 2, 1), ("valid", 0, 3)] {
            let answer = import(mode).await;
            assert_eq!((&answer["rows"], &answer["added"], &answer["unchanged"], &answer["errors"]), (&json!(5), &json!(added), &json!(unchanged), &json!(2)), "{mode}: {answer}");
        }
        for number in ["04a1b2c3", "04A1B2C3", " 04A1b2C3 "] {
            let records = test.done(&card, "extension.records", json!({ "number": number })).await;
            let raw: Vec<&str> = records["items"].as_array().unwrap().iter().map(|r| r["cardRaw"].as_str().unwrap()).collect();
            assert_eq!((records["cardNo"].as_str(), raw), (Some("04A1B2C3"), vec!["04A1B2C3", "04a1b2c3"]));
        }
        test.account("othercard", Role::CardOffice, Some("320505"), None).await;
        let other = test.sign_in("othercard").await;
        let records = test.done(&other, "extension.records", json!({ "number": "04a1b2c3" })).await;
        assert_eq!(records["items"].as_array().unwrap().len(), 0);
        assert_eq!(test.refused(&card, "extension.records", json!({ "number": "卡" })).await, ["card.number_invalid"]);
    }

    async fn scopes(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let own = world.pupils(&world.admin, &world.junior, 0, 1).await;
        let far = world.pupils(&world.admin, &world.foreign, 10, 1).await;
        let card = days_later(test, 0).await;
        assert_eq!(test.refused(&card, "extension.add", json!({ "pupilIds": far, "reason": "不是本区" })).await, ["forbidden"]);
        add(test, &card, &[&own[0]]).await;
        test.account("citycard", Role::CardOffice, None, None).await;
        let city = test.sign_in("citycard").await;
        add(test, &city, &[&far[0]]).await;
        assert_eq!((names(test, &card).await.len(), names(test, &city).await.len()), (1, 2));
        // Who has several districts says which.
        assert_eq!(test.refused(&city, "extension.clean", json!({})).await, ["district.unknown"]);
        let preview = test.done(&city, "extension.preview", json!({ "district": "320505" })).await;
        assert_eq!((&preview["checked"], preview["districtName"].as_str()), (&json!(1), Some("虎丘区")));
        assert_eq!(test.refused(&card, "extension.undo", json!({ "runId": own[0] })).await, ["extension.run_unknown"]);
        // A deleted pupil is not added, and one that is purged leaves the list.
        test.done(&world.admin, "pupil.delete", json!({ "ids": own, "reason": "重复录入" })).await;
        let refused = test.done(&city, "extension.add", json!({ "pupilIds": own, "reason": "补卡" })).await;
        assert_eq!(refused["problems"][0]["code"], "pupil.status");
        assert_eq!(names(test, &card).await.len(), 1);
        let card = days_later(test, 100).await;
        upkeep::maintain(test.app.ports()).await.unwrap();
        assert_eq!(names(test, &card).await.len(), 0);
    }

    async fn the_schedule_runs_once_makes_up_for_missed_days_and_can_be_switched_off(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let (_, ids) = four(&world).await;
        let ports = test.app.ports();
        let card = days_later(test, -20).await;
        add(test, &card, &ids.iter().collect::<Vec<_>>()).await;
        upkeep::maintain(ports).await.unwrap();
        assert_eq!(names(test, &card).await.len(), 4);
        // Nobody ran the program on 1 September nor on 1 October.
        let card = days_later(test, 34).await;
        upkeep::maintain(ports).await.unwrap();
        upkeep::maintain(ports).await.unwrap();
        let runs = test.done(&card, "extension.runs", json!({})).await;
        let runs = runs["items"].as_array().unwrap().clone();
        assert_eq!((runs.len(), &runs[0]["removed"], &runs[0]["runBy"], runs[0]["date"].as_str()), (1, &json!(2), &Value::Null, Some("2026-10-05")));
        // What a person puts back the schedule leaves alone until the next year's day.
        test.done(&card, "extension.undo", json!({ "runId": runs[0]["id"] })).await;
        for day in [35, 36, 200] {
            let card = days_later(test, day).await;
            upkeep::maintain(ports).await.unwrap();
            assert_eq!(names(test, &card).await.len(), 4, "day {day}");
        }
        // Whoever leaves school in winter stays until 1 October.
        status(test, &ids[3], "left").await;
        let card = days_later(test, 201).await;
        upkeep::maintain(ports).await.unwrap();
        assert_eq!(names(test, &card).await.len(), 4);
        let set = |value: &str| json!({ "district": "320508", "key": "extension.schedule", "value": value });
        test.done(&test.sign_in("district").await, "setting.set", set("off")).await;
        let card = days_later(test, 380).await;
        upkeep::maintain(ports).await.unwrap();
        assert_eq!(names(test, &card).await.len(), 4);
        test.done(&test.sign_in("district").await, "setting.set", set("on")).await;
        let card = days_later(test, 395).await;
        upkeep::maintain(ports).await.unwrap();
        // The graduate of 2026 is due since 1 September 2027; both who left since 1 October.
        assert_eq!(names(test, &card).await.len(), 1);
        let auditor = test.sign_in("auditor").await;
        let audit = test.done(&auditor, "audit.list", json!({ "district": "320508", "op": "extension.clean" })).await;
        assert_eq!(audit["items"].as_array().unwrap().len(), 2);
    }

    async fn of_many_that_look_at_once_one_cleans(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let (_, ids) = four(&world).await;
        let card = days_later(test, -20).await;
        add(test, &card, &ids.iter().collect::<Vec<_>>()).await;
        test.clock.set(START + 34 * DAY);
        // Other pools on the same database, as other processes have.
        let mut looking = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let mut ports = test.app.ports().clone();
            ports.store = test.another_store().await;
            looking.spawn(async move { upkeep::maintain(&ports).await });
        }
        while let Some(done) = looking.join_next().await {
            done.unwrap().unwrap();
        }
        let card = test.sign_in("card").await;
        let runs = test.done(&card, "extension.runs", json!({})).await;
        assert_eq!((runs["items"].as_array().unwrap().len(), &runs["items"][0]["removed"]), (1, &json!(2)), "{runs}");
    }

    async fn a_lease_of_one_that_died_is_taken_over(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let (_, ids) = four(&world).await;
        let card = days_later(test, -20).await;
        add(test, &card, &ids.iter().collect::<Vec<_>>()).await;
        let card = days_later(test, 0).await;
        let now = test.clock_now();
        let take = async |from: i64| {
            let mut uow = test.app.ports().store.write().await.unwrap();
            let taken = uow.take_lease("extension.clean", "320508", ekatong_core::id::new(), "2026-09-01", (from, from + 600_000)).await.unwrap();
            uow.commit().await.unwrap();
            taken.is_some()
        };
        assert!(take(now).await);
        assert!(!take(now + 1).await, "held");
        upkeep::maintain(test.app.ports()).await.unwrap();
        assert_eq!(names(test, &card).await.len(), 4, "another holds it");
        test.clock.advance(600_000);
        upkeep::maintain(test.app.ports()).await.unwrap();
        assert_eq!(names(test, &card).await.len(), 3);
        assert!(!take(now + 10 * 600_000).await, "done for the day");
    }
}
