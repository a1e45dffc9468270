//! Card orders (CARD-1 to CARD-3).

use std::process::Command;

use ekatong_core::access::Role;
use ekatong_core::domain::time::Timestamp;
use ekatong_core::ports::Clock as _;
use ekatong_tests::app::{START, World};
use ekatong_tests::both_engines;
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;
/// Asia/Shanghai is eight hours ahead, always.
const AHEAD: i64 = 8 * 3_600_000;

fn ids(list: &Value) -> Vec<String> {
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|order| order["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Requests and approves orders for these pupils; the ids of the orders.
async fn approved(world: &World, pupils: &[String]) -> Vec<String> {
    let test = &world.test;
    let done = test
        .done(&world.admin, "order.request", json!({ "pupilIds": pupils }))
        .await;
    assert_eq!(done["done"], pupils.len());
    let mut orders = Vec::new();
    let mut after = Value::Null;
    loop {
        let list = test
            .done(
                &world.admin,
                "order.list",
                json!({ "filter": { "state": "requested" }, "limit": 500, "after": after }),
            )
            .await;
        orders.extend(ids(&list));
        after = list["next"].clone();
        if after.is_null() {
            break;
        }
    }
    test.done(&world.admin, "order.approve", json!({ "ids": orders }))
        .await;
    orders
}

both_engines! {
    async fn an_order_lives_from_request_to_confirmation(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let district = test.sign_in("district").await;
        let card = test.sign_in("card").await;
        let pupils = world.pupils(&staff, &world.junior, 0, 3).await;

        let requested = test.done(&staff, "order.request", json!({ "pupilIds": pupils })).await;
        assert_eq!(requested["done"], 3);
        let codes: Vec<&str> = requested["problems"].as_array().unwrap().iter().map(|p| p["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["photo.missing"], "a missing photo only warns");
        // One open order a pupil.
        let again = test.done(&staff, "order.request", json!({ "pupilIds": pupils })).await;
        assert_eq!((again["done"].as_i64(), again["problems"][0]["code"].as_str()), (Some(0), Some("order.open")));

        let orders = ids(&test.done(&district, "order.list", json!({})).await);
        // Not confirmed before it was approved.
        let early = test.done(&card, "order.confirm", json!({ "ids": orders })).await;
        assert_eq!((early["done"].as_i64(), early["problems"][0]["code"].as_str()), (Some(0), Some("order.state")));
        test.clock.set(START + 1000);
        test.done(&district, "order.approve", json!({ "ids": orders })).await;
        test.clock.set(START + 2000);
        // All that fit, by one filter.
        let confirmed = test.done(&card, "order.confirm", json!({ "filter": { "state": "approved" } })).await;
        assert_eq!(confirmed["done"], 3);
        let list = test.done(&card, "order.list", json!({ "filter": { "state": "confirmed" } })).await;
        for order in list["items"].as_array().unwrap() {
            assert_eq!(order["requestedAt"], START);
            assert_eq!(order["approvedAt"], START + 1000);
            assert_eq!(order["confirmedAt"], START + 2000);
            assert!(order["paperMasked"].as_str().unwrap().contains("********"));
        }
        // A confirmation is withdrawn with a reason, an order returned with one.
        assert_eq!(test.refused(&card, "order.withdraw", json!({ "ids": [orders[0]], "reason": " " })).await, ["reason.required"]);
        test.done(&card, "order.withdraw", json!({ "ids": [orders[0]], "reason": "姓名有误" })).await;
        test.done(&district, "order.return", json!({ "ids": [orders[0]], "reason": "请更正姓名" })).await;
        let returned = test.done(&staff, "order.list", json!({ "filter": { "state": "returned" } })).await;
        assert_eq!(returned["items"][0]["reason"], "请更正姓名");
        assert!(returned["items"][0]["confirmedAt"].is_null());
        // A returned order is no longer open: the pupil can be ordered for again.
        let pupil = returned["items"][0]["pupilId"].clone();
        assert_eq!(test.done(&staff, "order.request", json!({ "pupilIds": [pupil] })).await["done"], 1);
        let counts = test.done(&district, "order.counts", json!({})).await;
        let of = |state: &str| counts["states"].as_array().unwrap().iter().find(|c| c["state"] == state).unwrap()["count"]["count"].clone();
        assert_eq!((of("requested"), of("confirmed"), of("returned")), (json!(1), json!(2), json!(1)));
    }

    async fn steps_back_take_a_filter_too(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        // Children 0, 3, 6 are in class 1, the others in classes 2 and 3.
        let pupils = world.pupils(&world.admin, &world.junior, 0, 9).await;
        let foreign = world.pupils(&world.admin, &world.foreign, 100, 2).await;
        let orders = approved(&world, &[pupils, foreign].concat()).await;
        assert_eq!(orders.len(), 11);
        let card = test.sign_in("card").await;
        let district = test.sign_in("district").await;
        let class = json!({ "schoolId": world.junior, "grade": 7, "classNumber": 1 });
        let count = async |state: &str| {
            let list = test.done(&world.admin, "order.list", json!({ "filter": { "state": state } })).await;
            list["items"].as_array().unwrap().len()
        };
        // Without a state: those that can take the step, and no word about the others.
        let confirmed = test.done(&card, "order.confirm", json!({ "filter": class })).await;
        assert_eq!(confirmed, json!({ "done": 3, "problems": [] }));
        let back = json!({ "filter": { "schoolId": world.junior }, "reason": "停电" });
        let withdrawn = test.done(&card, "order.withdraw", back.clone()).await;
        assert_eq!(withdrawn, json!({ "done": 3, "problems": [] }));
        assert_eq!(test.refused(&card, "order.withdraw", back).await, ["selection.empty"]);
        test.done(&card, "order.confirm", json!({ "filter": class })).await;
        // A filter without a place is narrowed to where the person may return; so the other district's stay.
        let returned = test.done(&card, "order.return", json!({ "filter": {}, "reason": "照片不清" })).await;
        assert_eq!(returned, json!({ "done": 6, "problems": [] }));
        assert_eq!((count("confirmed").await, count("returned").await, count("approved").await), (3, 6, 2));
        // A state in which no order can take the step is said for each.
        let wrong = json!({ "filter": { "state": "confirmed" }, "reason": "试" });
        let wrong = test.done(&district, "order.return", wrong).await;
        assert_eq!((wrong["done"].as_i64(), wrong["problems"].as_array().unwrap().len()), (Some(0), 3));
        // The reason and the place are asked for as with ids.
        let bare = json!({ "filter": class, "reason": " " });
        assert_eq!(test.refused(&card, "order.withdraw", bare).await, ["reason.required"]);
        let elsewhere = json!({ "filter": { "schoolId": world.foreign }, "reason": "试" });
        assert_eq!(test.refused(&card, "order.return", elsewhere).await, ["forbidden"]);
        let staff = test.sign_in("school").await;
        for filter in [json!({}), class] {
            let request = json!({ "filter": filter, "reason": "试" });
            assert_eq!(test.refused(&staff, "order.return", request.clone()).await, ["forbidden"]);
            assert_eq!(test.refused(&staff, "order.withdraw", request).await, ["forbidden"]);
        }
        assert_eq!(test.refused(&card, "order.return", json!({ "reason": "试" })).await, ["selection.empty"]);
    }

    async fn the_list_narrows_by_everything_and_pages_without_gaps(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let pupils = world.pupils(&world.admin, &world.junior, 0, 25).await;
        let foreign = world.pupils(&world.admin, &world.foreign, 100, 5).await;
        let orders = approved(&world, &[pupils, foreign].concat()).await;
        test.account("cardcity", Role::CardOffice, None, None).await;
        let card = test.sign_in("cardcity").await;
        for (n, order) in orders.iter().take(20).enumerate() {
            test.clock.set(START + n as i64 / 3 * 1000);
            test.done(&card, "order.confirm", json!({ "ids": [order] })).await;
        }
        let mut seen = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = test.done(&card, "order.list", json!({ "limit": 7, "after": after })).await;
            for order in page["items"].as_array().unwrap() {
                seen.push((order["confirmedAt"].as_i64(), order["id"].as_str().unwrap().to_owned()));
            }
            after = page["next"].clone();
            if after.is_null() {
                break;
            }
        }
        assert_eq!(seen.len(), 30);
        let mut sorted = seen.clone();
        sorted.sort_by_key(|key| std::cmp::Reverse(key.clone()));
        sorted.dedup();
        assert_eq!(seen, sorted, "newest confirmed first, then the unconfirmed; none twice, none lost");

        let count = async |token: &str, filter: Value| {
            let list = test.done(token, "order.list", json!({ "filter": filter, "limit": 500 })).await;
            list["items"].as_array().unwrap().len()
        };
        assert_eq!(count(&card, json!({ "schoolId": world.foreign })).await, 5);
        assert_eq!(count(&card, json!({ "district": "320505" })).await, 5);
        assert_eq!(count(&card, json!({ "state": "approved" })).await, 10);
        assert_eq!(count(&card, json!({ "grade": 7 })).await, 30);
        assert_eq!(count(&card, json!({ "schoolId": world.junior, "grade": 7, "classNumber": 1 })).await, 9);
        assert_eq!(count(&card, json!({ "text": "王" })).await, 4, "numbers 0, 10, 20 and 100");
        assert_eq!(count(&card, json!({ "text": ekatong_tests::workbook::id_number(3, 7) })).await, 1);
        assert_eq!(count(&card, json!({ "confirmedFrom": "2026-09-01", "confirmedTo": "2026-09-01" })).await, 20);
        assert_eq!(count(&card, json!({ "confirmedFrom": "2026-09-02" })).await, 0);
        let district = test.sign_in("card").await;
        assert_eq!(count(&district, json!({})).await, 25, "the other district's orders are not seen");
        assert_eq!(
            test.refused(&district, "order.list", json!({ "filter": { "confirmedFrom": "2026-09-02", "confirmedTo": "2026-09-01" } })).await,
            ["date_range.invalid"]
        );
    }

    async fn totals_add_up_what_the_lists_hold(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let pupils = world.pupils(&world.admin, &world.junior, 0, 12).await;
        let foreign = world.pupils(&world.admin, &world.foreign, 100, 3).await;
        approved(&world, &[pupils, foreign].concat()).await;
        test.account("cardcity", Role::CardOffice, None, None).await;
        let card = test.sign_in("cardcity").await;
        let junior = json!({ "filter": { "schoolId": world.junior } });
        let orders = ids(&test.done(&card, "order.list", junior).await);
        // Half of the junior school's today, one tomorrow.
        test.done(&card, "order.confirm", json!({ "ids": orders[..6] })).await;
        test.clock.advance(DAY);
        let card = test.sign_in("cardcity").await;
        test.done(&card, "order.confirm", json!({ "ids": orders[6..7] })).await;
        let all = test.done(&card, "order.totals", json!({})).await;
        assert_eq!(all["orders"], 15);
        let states = |answer: &Value| -> Vec<(String, i64)> {
            answer["states"].as_array().unwrap().iter()
                .map(|s| (s["state"].as_str().unwrap().to_owned(), s["orders"].as_i64().unwrap())).collect()
        };
        assert_eq!(states(&all), [("approved".to_owned(), 8), ("confirmed".to_owned(), 7)]);
        let school = |answer: &Value, id: &str| answer["items"].as_array().unwrap().iter()
            .find(|s| s["schoolId"] == id).cloned().unwrap();
        assert_eq!(school(&all, &world.junior)["orders"], 12);
        assert_eq!(states(&school(&all, &world.foreign)), [("approved".to_owned(), 3)]);
        let first = Timestamp::from_ms(test.clock.now_ms() - DAY).day().to_string();
        let day = test.done(&card, "order.totals", json!({ "confirmedFrom": first, "confirmedTo": first })).await;
        assert_eq!(states(&day), [("confirmed".to_owned(), 6)]);
        assert_eq!(school(&day, &world.foreign)["states"], json!([]), "a school without orders is there");
        // The numbers beside the list are the same ones.
        let counts = test.done(&card, "order.counts", json!({ "filter": { "confirmedFrom": first, "confirmedTo": first } })).await;
        assert_eq!(counts["total"], json!({ "count": 6, "more": false }));
        // A school sees its own, and pages hold what they say.
        let staff = test.sign_in("school").await;
        let own = test.done(&staff, "order.totals", json!({})).await;
        assert_eq!((own["orders"].as_i64(), own["items"].as_array().unwrap().len()), (Some(12), 1));
        assert_eq!(test.refused(&staff, "order.totals", json!({ "schoolId": world.foreign })).await, ["forbidden"]);
        let mut codes = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = test.done(&card, "order.totals", json!({ "limit": 1, "after": after })).await;
            codes.extend(page["items"].as_array().unwrap().iter().map(|s| s["schoolCode"].as_str().unwrap().to_owned()));
            after = page["next"].clone();
            if after.is_null() {
                break;
            }
        }
        assert!(codes.len() >= 3 && codes.is_sorted(), "{codes:?}");
    }

    async fn a_submitted_draft_warns_as_a_request_does(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let pupils = world.pupils(&world.admin, &world.junior, 0, 3).await;
        let warned = |answer: &Value| -> Vec<(String, String)> {
            answer["problems"].as_array().unwrap().iter()
                .map(|p| (p["code"].as_str().unwrap().to_owned(), p["severity"].as_str().unwrap().to_owned())).collect()
        };
        let drafts = test.done(&world.admin, "order.request", json!({ "pupilIds": pupils, "draft": true })).await;
        assert_eq!(drafts["done"], 3);
        let orders = ids(&test.done(&world.admin, "order.list", json!({ "filter": { "state": "draft" } })).await);
        let done = test.done(&world.admin, "order.submit", json!({ "ids": orders })).await;
        assert_eq!(done["done"], 3);
        assert_eq!(warned(&done), [("photo.missing".to_owned(), "warning".to_owned())], "in one line for all: {done}");
        assert!(done["problems"][0]["message"].as_str().unwrap().starts_with("3 名学生"), "{done}");
    }

    async fn another_date_narrows_beside_the_confirmation(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let pupils = world.pupils(&world.admin, &world.junior, 0, 4).await;
        let orders = approved(&world, &pupils[..2]).await;
        let first = test.clock.now_ms();
        test.clock.advance(DAY);
        let admin = test.sign_in("admin").await;
        let later = test.done(&admin, "order.request", json!({ "pupilIds": pupils[2..] })).await;
        assert_eq!(later["done"], 2);
        let requested = ids(&test.done(&admin, "order.list", json!({ "filter": { "state": "requested" } })).await);
        test.done(&admin, "order.approve", json!({ "ids": requested })).await;
        // One of each day is confirmed on the second.
        let confirmed = [orders[0].clone(), requested[0].clone()];
        let card = test.sign_in("card").await;
        test.done(&card, "order.confirm", json!({ "ids": confirmed })).await;
        let day = |ago: i64| Timestamp::from_ms(first + ago).day().to_string();
        let found = async |filter: Value| {
            let mut found = ids(&test.done(&admin, "order.list", json!({ "filter": filter })).await);
            found.sort();
            found
        };
        let sorted = |ids: &[String]| { let mut ids = ids.to_vec(); ids.sort(); ids };
        let second = json!({ "otherDate": "approved", "otherFrom": day(DAY), "otherTo": day(DAY) });
        assert_eq!(found(second.clone()).await, sorted(&requested));
        assert_eq!(found(json!({ "otherDate": "requested", "otherTo": day(0) })).await, sorted(&orders));
        assert!(found(json!({ "otherDate": "returned", "otherFrom": day(0) })).await.is_empty());
        // Both ranges together, and the counts beside the list.
        let both = json!({ "confirmedFrom": day(DAY), "otherDate": "approved", "otherTo": day(0) });
        assert_eq!(found(both.clone()).await, [orders[0].clone()]);
        let counts = test.done(&admin, "order.counts", json!({ "filter": both })).await;
        assert_eq!(counts["total"], json!({ "count": 1, "more": false }));
        let counts = test.done(&admin, "order.counts", json!({ "filter": second })).await;
        assert_eq!(counts["total"]["count"], 2);
        // A range without its kind of date, and a kind that there is not.
        for filter in [json!({ "otherFrom": day(0) }), json!({ "otherDate": "printed", "otherFrom": day(0) })] {
            assert_eq!(test.refused(&admin, "order.list", json!({ "filter": filter })).await, ["request.invalid"]);
        }
        assert_eq!(
            test.refused(&admin, "order.list", json!({ "filter": { "otherDate": "approved", "otherFrom": day(DAY), "otherTo": day(0) } })).await,
            ["date_range.invalid"]
        );
    }

    async fn the_export_holds_the_filtered_list(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let pupils = world.pupils(&world.admin, &world.junior, 0, 4).await;
        approved(&world, &pupils).await;
        let card = test.sign_in("card").await;
        test.done(&card, "order.confirm", json!({ "filter": { "state": "approved" } })).await;
        let file = test.done(&card, "order.export", json!({ "filter": { "confirmedFrom": "2026-09-01" } })).await;
        assert_eq!(file["rows"], 4);
        let blob = serde_json::from_value(file["blobId"].clone()).unwrap();
        let (name, bytes) = test.app.fetch(Some(&card), blob).await.unwrap();
        assert_eq!(name, "制卡订单-20260901.xlsx");
        let text = ekatong_tests::workbook::all_text(bytes, &name);
        assert!(text.contains("确认制卡时间") && text.contains("区审核通过时间") && text.contains("2026-09-01 10:00"));
        assert!(!text.contains(&ekatong_tests::workbook::id_number(0, 7)), "numbers are masked");
        // Another person's file is not to be had.
        let staff = test.sign_in("school").await;
        assert!(test.app.fetch(Some(&staff), blob).await.is_err());
        // The same for other programs: a line a row under the headings.
        let file = test.done(&card, "order.export", json!({ "filter": {}, "format": "csv" })).await;
        let blob = serde_json::from_value(file["blobId"].clone()).unwrap();
        let (name, bytes) = test.app.fetch(Some(&card), blob).await.unwrap();
        assert_eq!(name, "制卡订单-20260901.csv");
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<&str> = text.trim_start_matches('\u{FEFF}').lines().collect();
        assert_eq!(lines.len(), 5, "{text}");
        assert!(lines[0].starts_with("区县,学校,年级") && lines[1].contains("2026-09-01 10:00"), "{text}");
        assert!(!text.contains(&ekatong_tests::workbook::id_number(0, 7)), "numbers are masked");
    }

    #[ignore = "run by the_range_is_in_shanghai_days_in_every_time_zone, under six values of TZ"]
    async fn edges(engine: Engine) {
        // First and last millisecond of a day, a month, a leap day, a year, and of days on which clocks
        // change in New York and Berlin; and the milliseconds around them.
        let world = World::new(engine).await;
        let test = &world.test;
        test.account("cardcity", Role::CardOffice, None, None).await;
        // Years pass in this test: passwords must not grow old on the way.
        test.done(&world.admin, "setting.set", json!({ "key": "password.profile", "value": "owasp" })).await;
        let days = ["2026-09-15", "2026-10-31", "2026-11-01", "2026-12-31", "2027-03-28", "2028-02-29"];
        let start = |day: &str| -> i64 {
            let date: chrono::NaiveDate = day.parse().unwrap();
            date.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_millis() - AHEAD
        };
        let mut moments: Vec<i64> = days.iter()
            .flat_map(|day| [start(day) - 1, start(day), start(day) + DAY - 1, start(day) + DAY]).collect();
        moments.sort_unstable();
        let pupils = world.pupils(&world.admin, &world.junior, 0, moments.len()).await;
        let orders = approved(&world, &pupils).await;
        for (order, moment) in orders.iter().zip(&moments) {
            test.clock.set(*moment);
            let card = test.sign_in("cardcity").await;
            test.done(&card, "order.confirm", json!({ "ids": [order] })).await;
        }
        let card = test.sign_in("cardcity").await;
        let found = async |from: Option<&str>, to: Option<&str>| -> Vec<i64> {
            let filter = json!({ "confirmedFrom": from, "confirmedTo": to });
            let list = test.done(&card, "order.list", json!({ "filter": filter, "limit": 500 })).await;
            let mut found: Vec<i64> = list["items"].as_array().unwrap().iter().map(|o| o["confirmedAt"].as_i64().unwrap()).collect();
            found.sort_unstable();
            found
        };
        let within = |from: i64, to: i64| -> Vec<i64> { moments.iter().copied().filter(|m| (from..to).contains(m)).collect() };
        for day in days {
            let from = start(day);
            assert_eq!(found(Some(day), Some(day)).await, within(from, from + DAY), "{day}");
            assert_eq!(found(Some(day), None).await, within(from, i64::MAX), "from {day}");
            assert_eq!(found(None, Some(day)).await, within(i64::MIN, from + DAY), "to {day}");
        }
        assert_eq!(found(Some("2026-10-31"), Some("2026-12-31")).await, within(start("2026-10-31"), start("2026-12-31") + DAY));
        assert_eq!(found(Some("2026-09-15"), Some("2028-02-29")).await.len(), moments.len() - 2);
    }
}

#[test]
fn the_range_is_in_shanghai_days_in_every_time_zone() {
    let mut children = Vec::new();
    for zone in [
        "UTC",
        "Asia/Shanghai",
        "America/New_York",
        "Europe/Berlin",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
    ] {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["orders::edges::", "--ignored", "--test-threads=1"])
            .env("TZ", zone)
            .output();
        children.push((zone, child.unwrap()));
    }
    for (zone, output) in children {
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains("2 passed"),
            "TZ={zone}: {text}"
        );
    }
}
