//! Near matches (疑似重复): the same name, birth date and guardian's phone, another number.

use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use ekatong_tests::workbook::with_check_digit;
use serde_json::{Value, json};

use crate::entry::{create, form, with};

/// A child with a birth date, and a sequence that makes its number its own.
fn child(sequence: u32) -> Value {
    let number = with_check_digit(&format!("32050820140305{sequence:03}"));
    let guardian = json!([{ "name": "沈大禾", "relation": "父亲", "phone": "13700000001" }]);
    with(
        form(0),
        json!({ "paperNumber": number, "guardians": guardian }),
    )
}

async fn enter(world: &World, school: &str, form: Value) -> Value {
    let request = json!({ "schoolId": school, "form": form, "submit": true });
    world.test.done(&world.admin, "pupil.create", request).await
}

async fn listed(world: &World, token: &str, filter: Value) -> Vec<(String, bool)> {
    let list = world
        .test
        .done(token, "review.list", json!({ "filter": filter }))
        .await;
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (
                item["pupilName"].as_str().unwrap().to_owned(),
                item["suspected"].as_bool().unwrap(),
            )
        })
        .collect()
}

both_engines! {
    async fn both_records_are_side_by_side_and_the_district_decides(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let school = test.sign_in("school").await;
        let district = test.sign_in("district").await;
        let first = create(&world, &school, child(1), true).await;
        assert_eq!(first["near"], json!([]));
        // One thing else and it is another child.
        let other_name = with(child(3), json!({ "name": "沈青林" }));
        let other_phone = with(child(5), json!({ "guardians": [{ "name": "沈大禾", "relation": "父亲", "phone": "13700000002" }] }));
        for form in [other_name, other_phone] {
            assert_eq!(create(&world, &school, form, true).await["near"], json!([]));
        }
        let live = test.done(&school, "pupil.check", json!({ "schoolId": world.junior, "form": child(7) })).await;
        assert_eq!(live["problems"], json!([]), "a warning beside the form, no problem of a field");
        let near = &live["near"][0];
        assert_eq!((&near["schoolName"], &near["className"], &near["guardianPhone"]), (&json!("平江中学"), &json!("七年级 1 班"), &json!("137****0001")));
        assert!(near["paper"].as_str().unwrap().contains("********"));
        // It needs no confirmation.
        let second = create(&world, &school, child(7), true).await;
        assert_eq!(second["state"], "submitted");
        assert_eq!(second["near"][0]["pupilId"], first["id"]);

        let all = listed(&world, &district, json!({ "state": "submitted" })).await;
        assert_eq!(all.iter().filter(|(_, suspected)| *suspected).count(), 2, "each is near the other");
        assert_eq!(all.len(), 4);
        let only = listed(&world, &district, json!({ "suspected": true })).await;
        assert_eq!(only, [("沈青禾".to_owned(), true), ("沈青禾".to_owned(), true)]);
        for other in [json!({ "suspected": true, "state": "approved" }), json!({ "suspected": true, "kind": "registration" })] {
            let refused = json!({ "filter": other });
            assert_eq!(test.refused(&district, "review.list", refused).await, ["request.invalid"]);
        }

        let shown = test.done(&district, "review.show", json!({ "id": second["id"] })).await;
        assert_eq!(shown["checks"][0]["code"], "pupil.near_match");
        assert_eq!(shown["near"][0]["paper"], with_check_digit("32050820140305001"), "within the reach not masked");
        assert_eq!(shown["near"][0]["guardianPhone"], "13700000001");
        // Both pages tell of the look.
        for id in [&first["id"], &second["id"]] {
            let page = test.done(&district, "pupil.show", json!({ "id": id })).await;
            assert!(page["audit"].as_array().unwrap().iter().any(|e| e["op"] == "review.show"));
        }

        // Who approves all that fit has not looked: the two wait for a look.
        let done = test.done(&district, "review.approve", json!({ "filter": { "schoolId": world.junior } })).await;
        assert_eq!(done["done"], 2);
        let left: Vec<&str> = done["problems"].as_array().unwrap().iter().map(|p| p["code"].as_str().unwrap()).collect();
        assert_eq!(left, ["pupil.near_match", "pupil.near_match"]);
        let one = json!({ "items": [{ "id": first["id"], "version": 1 }] });
        assert_eq!(test.done(&district, "review.approve", one).await["done"], 1);
        let back = json!({ "items": [{ "id": second["id"] }], "reason": "与另一名学生重复" });
        assert_eq!(test.done(&district, "review.return", back).await["done"], 1);
    }

    async fn outside_of_the_reach_it_is_masked(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        enter(&world, &world.foreign, child(1)).await;
        let school = test.sign_in("school").await;
        let near = create(&world, &school, child(3), true).await;
        let pupil = near["id"].clone();
        let number = with_check_digit("32050820140305001");
        let hidden = |other: &Value| {
            for field in ["pupilId", "schoolName", "className", "district", "guardianName"] {
                assert!(other[field].is_null(), "{field}: {other}");
            }
            assert_eq!((&other["name"], &other["guardianPhone"]), (&json!("沈青禾"), &json!("137****0001")));
            assert!(!other.to_string().contains(&number));
        };
        hidden(&near["near"][0]);
        let district = test.sign_in("district").await;
        let shown = test.done(&district, "review.show", json!({ "id": pupil })).await;
        hidden(&shown["near"][0]);
        let city = test.done(&world.admin, "review.show", json!({ "id": pupil })).await;
        assert_eq!((&city["near"][0]["schoolName"], &city["near"][0]["paper"]), (&json!("枫桥中学"), &json!(number)));
    }
}
