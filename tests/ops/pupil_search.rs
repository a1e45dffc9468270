//! The one search box: names, pinyin, numbers, classes (STU-6).

use ekatong_core::upkeep;
use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use ekatong_tests::workbook::{child, id_number, new_pupils};
use serde_json::{Value, json};

/// Enters children of these names, the n-th in class n % 3 + 1 of grade 7.
async fn enter(world: &World, school: &str, first: usize, names: &[&str]) {
    let rows: Vec<_> = names
        .iter()
        .zip(first..)
        .map(|(name, n)| {
            let mut child = child(n, 7, 1 + n % 3);
            (*name).clone_into(&mut child[0]);
            child
        })
        .collect();
    let bytes = new_pupils(&rows);
    let admin = &world.admin;
    let preview = world.test.preview(admin, school, "新生.xlsx", &bytes).await;
    let import = preview.unwrap()["id"].clone();
    let commit = json!({ "importId": import, "mode": "all" });
    world.test.done(admin, "import.commit", commit).await;
}

async fn search(world: &World, token: &str, request: Value) -> Vec<String> {
    let mut request = request;
    let mut all = Vec::new();
    loop {
        let page = world.test.done(token, "pupil.list", request.clone()).await;
        let items = page["items"].as_array().unwrap();
        all.extend(items.iter().map(|p| p["name"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => request["after"] = json!(next),
            None => return all,
        }
    }
}

async fn sorted(world: &World, token: &str, text: &str) -> Vec<String> {
    let mut names = search(world, token, json!({ "text": text })).await;
    names.sort();
    names
}

both_engines! {
    async fn a_name_is_found_by_any_part_of_it_and_by_its_pinyin(engine: Engine) {
        let world = World::new(engine).await;
        enter(&world, &world.junior, 0, &["王小明", "李明", "明明", "单雄信", "欧阳明月", "阿卜杜·热合曼"]).await;
        enter(&world, &world.foreign, 50, &["王小明", "周小明"]).await;
        let district = world.test.sign_in("district").await;
        let school = world.test.sign_in("school").await;
        let card = world.test.sign_in("card").await;
        for (text, want) in [
            ("明", vec!["明明", "李明", "欧阳明月", "王小明"]),
            ("小明", vec!["王小明"]),
            ("ming", vec!["明明", "李明", "欧阳明月", "王小明"]),
            ("WXM", vec!["王小明"]),
            ("wang xiao", vec!["王小明"]),
            ("oymy", vec!["欧阳明月"]),
            ("shan", vec!["单雄信"]),
            ("danx", vec!["单雄信"]),
            ("阿卜杜热合", vec!["阿卜杜·热合曼"]),
            ("rehe", vec!["阿卜杜·热合曼"]),
            ("周小明", vec![]),
            ("x明", vec![]),
            ("%", vec![]),
        ] {
            for token in [&district, &school, &card] {
                assert_eq!(sorted(&world, token, text).await, want, "{text}");
            }
        }
        let everywhere = sorted(&world, &world.admin, "小明").await;
        assert_eq!(everywhere, ["周小明", "王小明", "王小明"]);
        let narrowed = json!({ "text": "ming", "grade": 7, "classNumber": 2 });
        assert_eq!(search(&world, &district, narrowed).await, ["李明", "欧阳明月"]);
        let foreign = json!({ "text": "小明", "schoolId": world.foreign });
        assert_eq!(world.test.refused(&school, "pupil.list", foreign).await, ["forbidden"]);
    }

    async fn pages_follow_each_other_without_gap_or_repetition(engine: Engine) {
        let world = World::new(engine).await;
        let names: Vec<String> = "安白曹邓丁董杜范方冯高郭韩何胡黄贾江金孔李林刘龙卢吕马毛孟潘"
            .chars()
            .flat_map(|surname| [format!("{surname}明华"), format!("{surname}晓明")])
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        enter(&world, &world.junior, 0, &names).await;
        let mut want: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        want.sort();
        for token in [world.test.sign_in("district").await, world.test.sign_in("school").await] {
            for limit in [1, 7, 50, 100] {
                for text in ["明", "ming"] {
                    let mut got = search(&world, &token, json!({ "text": text, "limit": limit })).await;
                    got.sort();
                    assert_eq!(got, want, "{text} by {limit}");
                }
            }
        }
        let first = world.test.done(&world.admin, "pupil.list", json!({ "text": "明", "limit": 10 })).await;
        assert_eq!(first["count"], json!({ "count": 10, "more": true }));
    }

    async fn numbers_are_found_as_a_whole_and_classes_by_their_number(engine: Engine) {
        let world = World::new(engine).await;
        let admin = &world.admin;
        world.pupils(admin, &world.junior, 0, 9).await;
        world.pupils(admin, &world.foreign, 20, 3).await;
        let district = world.test.sign_in("district").await;
        let number = id_number(4, 7);
        let name = child(4, 7, 1)[0].clone();
        for text in [number.clone(), number.to_lowercase(), format!("G{number}"), "13900000004".into(), "139 0000 0004".into()] {
            assert_eq!(search(&world, &district, json!({ "text": text })).await, std::slice::from_ref(&name), "{text}");
        }
        for text in [&number[..17], "G320508", "1390000000", &id_number(21, 7), "13900000021", "2026"] {
            assert!(search(&world, &district, json!({ "text": text })).await.is_empty(), "{text}");
        }
        assert_eq!(search(&world, admin, json!({ "text": "13900000021" })).await.len(), 1);
        for text in ["7-2", "七年级2班", "七（2）班"] {
            assert_eq!(search(&world, &district, json!({ "text": text })).await.len(), 3, "{text}");
            assert_eq!(search(&world, &district, json!({ "text": text, "limit": 1 })).await.len(), 3, "{text}");
            assert_eq!(search(&world, admin, json!({ "text": text })).await.len(), 4, "{text}");
        }
        assert!(search(&world, &district, json!({ "text": "7-88" })).await.is_empty());
    }

    async fn what_was_entered_before_the_search_existed_is_found_after_upkeep(engine: Engine) {
        let world = World::new(engine).await;
        enter(&world, &world.junior, 0, &["王小明"]).await;
        world.test.execute("DELETE FROM name_token").await;
        assert!(sorted(&world, &world.admin, "小明").await.is_empty());
        upkeep::maintain(world.test.app.ports()).await.unwrap();
        assert_eq!(sorted(&world, &world.admin, "小明").await, ["王小明"]);
    }
}
