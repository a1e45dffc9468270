//! Near matches (疑似重复): the same name, birth date and guardian's phone, another number.

use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use ekatong_tests::workbook::{self, with_check_digit};
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

    async fn an_import_warns_of_them_with_where_they_are(engine: Engine) {
        let world = World::new(engine).await;
        let (test, school) = (&world.test, world.test.sign_in("school").await);
        create(&world, &school, child(1), true).await;
        let away = with(child(3), json!({ "name": "沈青林" }));
        enter(&world, &world.foreign, away).await;
        let gone = create(&world, &school, with(child(5), json!({ "name": "沈青山" })), false).await;
        test.done(&school, "pupil.delete", json!({ "ids": [gone["id"]], "reason": "录错了" })).await;
        // Several guardians of whom the second has the phone, and the same child twice.
        let both = json!([
            { "name": "沈大禾", "relation": "父亲", "phone": "13700000008" },
            { "name": "林晓岚", "relation": "母亲", "phone": "13700000009" },
        ]);
        for sequence in [7, 9] {
            create(&world, &school, with(child(sequence), json!({ "name": "沈青松", "guardians": both })), false).await;
        }
        let row = |sequence: u32, name: &str, phone: &str| {
            let mut row = workbook::child(0, 7, 2);
            row[0] = name.to_owned();
            row[3] = with_check_digit(&format!("32050820140305{sequence:03}"));
            row[6] = String::new();
            row[9] = phone.to_owned();
            row
        };
        let mut born_later = row(102, "沈青禾", "13700000001");
        born_later[3] = with_check_digit("32050820140306102");
        let mut no_class = row(110, "沈青禾", "13700000001");
        no_class[5] = "9".to_owned();
        let rows = [
            row(101, "沈青禾", "137 0000 0001"),
            born_later,
            row(103, "沈青禾", "13700000002"),
            row(104, "沈青苗", "13700000001"),
            row(105, "沈青林", "13700000001"),
            row(106, "沈青山", "13700000001"),
            row(107, "沈青松", "13700000009"),
            // The child itself is a duplicate and not near itself; what is wrong is not looked up.
            row(1, "沈青禾", "13700000001"),
            no_class,
            // Near each other only: the records do not have them yet.
            row(111, "沈青竹", "13700000007"),
            row(113, "沈青竹", "13700000007"),
        ];
        let file = workbook::new_pupils(&rows);
        let preview = test.preview(&school, &world.junior, "新生.xlsx", &file).await.unwrap();
        let id = preview["id"].as_str().unwrap().to_owned();
        let said = async || -> Vec<(i64, String)> {
            let problems = test.problems(&school, &id).await;
            let near = problems.iter().filter(|p| p["code"] == "pupil.near_match");
            near.map(|p| {
                assert_eq!((&p["severity"], &p["column"]), (&json!("warning"), &json!("D")));
                (p["row"].as_i64().unwrap(), p["message"].as_str().unwrap().to_owned())
            })
            .collect()
        };
        let told = said().await;
        assert_eq!(told.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [2, 6, 8]);
        assert!(told[0].1.contains("平江中学 七年级 1 班的一名学生姓名"), "{}", told[0].1);
        assert!(told[1].1.contains("与其他学校的一名学生") && !told[1].1.contains("枫桥"), "{}", told[1].1);
        assert!(told[2].1.contains("平江中学 七年级 1 班的一名学生等 2 名学生姓名"), "{}", told[2].1);
        assert_eq!((&preview["rows"], &preview["valid"], &preview["duplicates"]), (&json!(11), &json!(9), &json!(1)));

        // A corrected name is another child; the correction taken back, it is near again.
        let edits = json!([{ "row": 2, "column": "name", "value": "沈青麦" }]);
        test.done(&school, "import.edit", json!({ "importId": id, "edits": edits })).await;
        assert_eq!(said().await.len(), 2);
        test.done(&school, "import.undoEdit", json!({ "importId": id })).await;
        assert_eq!(said().await, told);

        // It stops nothing, and the look that the commit takes says the same.
        let done = test.done(&school, "import.commit", json!({ "importId": id, "mode": "valid" })).await;
        assert_eq!(done["committed"], 9);
        let rows = test.done(&school, "import.rows", json!({ "importId": id, "start": 0, "limit": 20 })).await;
        let still = rows["rows"].as_array().unwrap().iter().filter(|row| row["problems"].to_string().contains("pupil.near_match"));
        let still: Vec<i64> = still.map(|row| row["row"].as_i64().unwrap()).collect();
        assert_eq!(still, [2, 6, 8]);
        let listed = listed(&world, &world.admin, json!({ "state": "submitted" })).await;
        assert_eq!(listed.iter().filter(|(_, suspected)| *suspected).count(), 2, "one of each school was submitted");
    }
}
