//! Orders whose district or school does not fit (CARD-8).

use std::collections::BTreeMap;

use ekatong_core::access::Role;
use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use serde_json::{Value, json};

/// Causes by order.
type Found = BTreeMap<String, Vec<String>>;

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn causes(list: &Value) -> Found {
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let faults = item["faults"].as_array().unwrap();
            (
                text(&item["id"]),
                faults.iter().map(|fault| text(&fault["cause"])).collect(),
            )
        })
        .collect()
}

fn expected(planted: &[(&String, &[&str])]) -> Found {
    planted
        .iter()
        .map(|(id, causes)| {
            let causes = causes.iter().map(|cause| (*cause).to_owned()).collect();
            ((*id).clone(), causes)
        })
        .collect()
}

/// Twelve orders at the junior school of 320508, approved; then what an older program, a hand
/// or a school that changed its district would have left.
struct Planted {
    world: World,
    card: String,
    orders: Vec<String>,
}

impl Planted {
    async fn new(engine: ekatong_store::Engine) -> Self {
        let world = World::new(engine).await;
        let test = &world.test;
        let mut pupils = world.pupils(&world.admin, &world.junior, 0, 12).await;
        pupils.sort();
        test.done(&world.admin, "order.request", json!({ "pupilIds": pupils }))
            .await;
        let list = json!({ "filter": { "state": "requested" }, "limit": 500 });
        let list = test.done(&world.admin, "order.list", list).await;
        let mut orders = Vec::new();
        for pupil in &pupils {
            let order = list["items"]
                .as_array()
                .unwrap()
                .iter()
                .find(|order| order["pupilId"] == pupil.as_str())
                .unwrap();
            orders.push(text(&order["id"]));
        }
        test.done(&world.admin, "order.approve", json!({ "ids": orders }))
            .await;
        let foreign_class = text(&world.classes(&world.foreign).await[0]["id"]);
        let id = |id: &str| test.literal(id);
        let (foreign, primary, class) =
            (id(&world.foreign), id(&world.primary), id(&foreign_class));
        let order = |n: usize| id(&orders[n]);
        let pupil = |n: usize| id(&pupils[n]);
        for sql in [
            // Its district is not its school's.
            format!(
                "UPDATE card_order SET district = '320505' WHERE id = {}",
                order(0)
            ),
            // The child has moved to the other district.
            format!(
                "UPDATE enrolment SET class_id = {class} WHERE pupil_id = {}",
                pupil(1)
            ),
            format!(
                "UPDATE pupil SET class_id = {class}, school_id = {foreign}, district = '320505' WHERE id = {}",
                pupil(1)
            ),
            format!(
                "UPDATE application SET school_id = {foreign}, district = '320505' WHERE pupil_id = {}",
                pupil(1)
            ),
            // Another school was written down.
            format!(
                "UPDATE card_order SET school_id = {foreign} WHERE id = {}",
                order(2)
            ),
            // What is kept beside the order.
            format!(
                "UPDATE pupil SET district = '320505' WHERE id = {}",
                pupil(3)
            ),
            format!(
                "UPDATE pupil SET school_id = {primary} WHERE id = {}",
                pupil(4)
            ),
            format!(
                "UPDATE application SET district = '320505' WHERE pupil_id = {}",
                pupil(5)
            ),
            // At the bureau: told, and left as it is.
            format!(
                "UPDATE card_order SET district = '320505', state = 'in_production', confirmed_at = 1, batch_no = '320505-20260901-01' WHERE id = {}",
                order(6)
            ),
            // Handed out long ago: history.
            format!(
                "UPDATE card_order SET district = '320505', state = 'delivered', confirmed_at = 1 WHERE id = {}",
                order(7)
            ),
            // Nobody knows where a child belongs who has left.
            format!(
                "UPDATE card_order SET class_id = {class} WHERE id = {}",
                order(8)
            ),
            format!("UPDATE pupil SET status = 'left' WHERE id = {}", pupil(8)),
        ] {
            test.raw(&sql).await;
        }
        let card = test.sign_in("card").await;
        Self {
            card,
            orders,
            world,
        }
    }

    async fn list(&self, token: &str, request: Value) -> Value {
        self.world
            .test
            .done(token, "order.mismatches", request)
            .await
    }

    /// Orders of a school by state, as the kept totals say and as they are counted.
    async fn totals(&self, school: &str) -> (i64, i64) {
        let (test, admin) = (&self.world.test, &self.world.admin);
        let kept = test
            .done(
                admin,
                "order.counts",
                json!({ "filter": { "schoolId": school } }),
            )
            .await;
        let kept = kept["states"]
            .as_array()
            .unwrap()
            .iter()
            .map(|state| state["count"]["count"].as_i64().unwrap())
            .sum();
        let list = json!({ "filter": { "schoolId": school }, "limit": 500 });
        let list = test.done(admin, "order.list", list).await;
        (
            kept,
            i64::try_from(list["items"].as_array().unwrap().len()).unwrap(),
        )
    }
}

both_engines! {
    async fn every_order_that_does_not_fit_is_told_and_no_other(engine: Engine) {
        let planted = Planted::new(engine).await;
        let (test, world, orders) = (&planted.world.test, &planted.world, &planted.orders);
        let all: [(&String, &[&str]); 8] = [
            (&orders[0], &["order_district"]),
            (&orders[1], &["order_school"]),
            (&orders[2], &["order_district", "order_school", "order_class"]),
            (&orders[3], &["pupil_district"]),
            (&orders[4], &["pupil_school"]),
            (&orders[5], &["application_district"]),
            (&orders[6], &["order_district"]),
            (&orders[8], &["order_class"]),
        ];
        let list = planted.list(&world.admin, json!({})).await;
        assert_eq!(causes(&list), expected(&all));
        assert_eq!(causes(&planted.list(&planted.card, json!({})).await), expected(&all), "one of the places is theirs");
        // The other district is told of what it has a part in.
        test.account("cardother", Role::CardOffice, Some("320505"), None).await;
        let other = test.sign_in("cardother").await;
        let theirs = [all[0], all[1], all[2], all[6]];
        assert_eq!(causes(&planted.list(&other, json!({})).await), expected(&theirs));
        assert_eq!(causes(&planted.list(&world.admin, json!({ "schoolId": world.foreign })).await), expected(&[all[1], all[2]]));
        assert_eq!(causes(&planted.list(&world.admin, json!({ "district": "320505" })).await), expected(&theirs));
        assert_eq!(test.refused(&other, "order.mismatches", json!({ "schoolId": world.junior })).await, ["forbidden"]);

        // Page by page, each once.
        let (mut paged, mut after, mut pages) = (Found::new(), Value::Null, 0);
        loop {
            let page = planted.list(&world.admin, json!({ "limit": 3, "after": after })).await;
            paged.append(&mut causes(&page));
            after = page["next"].clone();
            pages += 1;
            if after.is_null() {
                break;
            }
        }
        assert_eq!((paged, pages), (expected(&all), 3));

        // With words that say what stands where, and what it becomes.
        let item = |id: &String| list["items"].as_array().unwrap().iter().find(|item| item["id"] == id.as_str()).unwrap().clone();
        let first = item(&orders[0]);
        assert_eq!(first["faults"][0]["message"], "订单的区县是虎丘区，平江中学登记在姑苏区。");
        assert_eq!((first["place"]["districtName"].as_str(), first["right"]["districtName"].as_str(), &first["obstacle"]), (Some("虎丘区"), Some("姑苏区"), &Value::Null));
        let moved = item(&orders[1]);
        assert_eq!(moved["faults"][0]["message"], "订单的学校是平江中学，学生现在就读于枫桥中学。");
        assert_eq!((moved["right"]["schoolName"].as_str(), moved["right"]["district"].as_str()), (Some("枫桥中学"), Some("320505")));
        assert!(text(&item(&orders[6])["obstacle"]).contains("320505-20260901-01"));
        assert!(text(&item(&orders[8])["obstacle"]).contains("作废"));
    }

    async fn corrections_follow_the_schools_record_one_by_one_or_all(engine: Engine) {
        let planted = Planted::new(engine).await;
        let (test, world, orders, card) = (&planted.world.test, &planted.world, &planted.orders, &planted.card);
        let correct = |ids: &[&String]| json!({ "ids": ids, "reason": "按学校登记更正" });
        assert_eq!(test.refused(card, "order.correct", json!({ "ids": [orders[0]], "reason": " " })).await, ["reason.required"]);
        assert_eq!(test.refused(card, "order.correct", json!({ "reason": "空" })).await, ["selection.empty"]);
        let staff = test.sign_in("school").await;
        assert_eq!(test.refused(&staff, "order.correct", correct(&[&orders[0]])).await, ["forbidden"]);
        test.account("cardother", Role::CardOffice, Some("320505"), None).await;
        let other = test.sign_in("cardother").await;
        for ids in [&orders[3], &orders[9]] {
            assert_eq!(test.refused(&other, "order.correct", correct(&[ids])).await, ["forbidden"], "nothing of it is theirs");
        }

        // One: by the office of the district that the school belongs to.
        let done = test.done(card, "order.correct", correct(&[&orders[0], &orders[9]])).await;
        assert_eq!((done["done"].as_i64(), done["problems"][0]["code"].as_str(), done["problems"][0]["subjectId"].as_str()), (Some(1), Some("order.fits"), Some(orders[9].as_str())));
        let page = test.done(card, "order.show", json!({ "id": orders[0] })).await;
        assert_eq!((page["order"]["district"].as_str(), page["order"]["state"].as_str()), (Some("320508"), Some("approved")));
        let last = page["events"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((last["stepName"].as_str(), last["reason"].as_str(), last["stateName"].as_str()), (Some("更正区县和学校"), Some("按学校登记更正"), Some("区审核通过")));

        // All: what can not be corrected is listed.
        let done = test.done(&world.admin, "order.correct", json!({ "all": true, "reason": "按学校登记更正" })).await;
        let mut codes: Vec<&str> = done["problems"].as_array().unwrap().iter().map(|p| p["code"].as_str().unwrap()).collect();
        codes.sort_unstable();
        assert_eq!((done["done"].as_i64(), codes), (Some(5), vec!["order.in_batch", "pupil.status"]));
        let left = expected(&[(&orders[6], &["order_district"]), (&orders[8], &["order_class"])]);
        assert_eq!(causes(&planted.list(&world.admin, json!({})).await), left);
        // The order that moved is in the class where the child is now; the totals went with it.
        let moved = test.done(&other, "order.show", json!({ "id": orders[1] })).await;
        assert_eq!((moved["order"]["schoolId"].as_str(), moved["order"]["district"].as_str(), moved["order"]["classNumber"].as_i64()), (Some(world.foreign.as_str()), Some("320505"), Some(1)));
        let (junior, foreign) = (planted.totals(&world.junior).await, planted.totals(&world.foreign).await);
        assert_eq!((junior, foreign), ((11, 11), (1, 1)));
        // What was right beside the order is right again.
        for n in [3, 4] {
            let order = test.done(&world.admin, "order.show", json!({ "id": orders[n] })).await;
            let pupil = test.done(&staff, "pupil.show", json!({ "id": order["order"]["pupilId"] })).await;
            assert_eq!(pupil["id"], order["order"]["pupilId"], "the school sees its child again");
        }
        // Audited, with what was before and after.
        let auditor = test.sign_in("auditor").await;
        let audit = test.done(&auditor, "audit.list", json!({ "district": "320508", "op": "order.correct" })).await;
        assert!(audit["items"].as_array().unwrap().iter().any(|entry| entry["summary"] == "更正区县和学校：1 张订单"), "{audit}");
        let pupil = text(&page["order"]["pupilId"]);
        let mut uow = test.app.ports().store.read().await.unwrap();
        let about = uow.audit_about(&[pupil.parse().unwrap()], 50).await.unwrap();
        uow.rollback().await.unwrap();
        let entry = about.iter().find(|entry| entry.op == "order.correct").unwrap();
        let detail: Value = serde_json::from_str(&entry.detail).unwrap();
        assert_eq!((detail["orders"][0]["from"][0].as_str(), detail["orders"][0]["to"][0].as_str(), detail["reason"].as_str()), (Some("320505"), Some("320508"), Some("按学校登记更正")));
        // Once more changes nothing.
        let again = test.done(&world.admin, "order.correct", json!({ "all": true, "reason": "再次" })).await;
        assert_eq!(again["done"], 0);
    }
}
