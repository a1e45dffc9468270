//! The photo in the form of a new pupil: told at once what is wrong, kept with the record.

use ekatong_core::dispatch::Call;
use ekatong_core::error::OpError;
use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use ekatong_tests::photos::{jpeg, photo, portrait};
use ekatong_tests::workbook::id_number;
use serde_json::{Value, json};

use crate::entry::{form, told, with};

async fn staged(world: &World, token: &str, name: &str, bytes: &[u8]) -> Value {
    let blob = world.test.app.stage(Some(token), name, bytes).await;
    json!(blob.unwrap())
}

/// Codes of a refusal with the fields they belong to.
async fn refused(world: &World, token: &str, op: &str, request: Value) -> Vec<(String, String)> {
    match world.test.call(Some(token), op, request).await {
        Err(OpError::Rejected(problems)) => problems
            .into_iter()
            .map(|p| (p.code.as_str().to_owned(), p.field.unwrap_or_default()))
            .collect(),
        other => panic!("not refused: {other:?}"),
    }
}

fn files(world: &World) -> usize {
    let folder = world.test.folder.path().join("photos");
    let Ok(folders) = std::fs::read_dir(folder) else {
        return 0;
    };
    folders
        .map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count())
        .sum()
}

both_engines! {
    async fn a_chosen_photo_is_looked_at_and_nothing_is_kept_of_it(engine: Engine) {
        let world = World::new(engine).await;
        let (test, school) = (&world.test, world.test.sign_in("school").await);
        let large = jpeg(&portrait(1, 1800, 2250));
        let look = async |name: &str, bytes: &[u8]| {
            let blob = staged(&world, &school, name, bytes).await;
            test.call(Some(&school), "photo.examine", json!({ "schoolId": world.junior, "blobId": blob })).await
        };
        let good = look("IMG_0042.jpeg", &photo(0)).await.unwrap();
        assert_eq!((&good["width"], &good["height"], &good["problems"]), (&json!(358), &json!(441), &json!([])));
        assert_eq!(good["size"], json!(photo(0).len()));
        assert!(good["thumbnail"].as_str().unwrap().starts_with("/9j/"), "a JPEG");
        let scaled = look("大.JPG", &large).await.unwrap();
        assert_eq!((&scaled["problems"][0]["code"], &scaled["problems"][0]["severity"]), (&json!("photo.scaled"), &json!("note")));
        assert!(scaled["size"].as_u64().unwrap() <= 60 * 1024);
        let wrong = look("a.png", &photo(0)).await.unwrap();
        assert_eq!(wrong["problems"][0]["code"], "photo.extension");
        let zip = ekatong_tests::photos::zip([("a.jpg", photo(0).as_slice()), ("b.jpg", photo(1).as_slice())]);
        for (name, bytes, code) in [
            ("a.jpg", Vec::new(), "photo.empty"),
            ("a.jpg", vec![0; 900], "photo.too_small"),
            ("a.jpg", photo(0)[..9000].to_vec(), "photo.truncated"),
            ("a.jpg", vec![b'x'; 9000], "photo.not_image"),
            ("a.jpg", jpeg(&image::RgbImage::from_pixel(358, 441, image::Rgb([250; 3]))), "photo.blank"),
            ("a.jpg", jpeg(&portrait(3, 1200, 300)), "photo.shape"),
            ("a.zip", zip, "selection.empty"),
        ] {
            let told = look(name, &bytes).await.unwrap_err();
            assert_eq!(told.problems()[0].code.as_str(), code);
        }
        assert_eq!(files(&world), 0);
        let entries = test.done(&school, "audit.list", json!({})).await;
        assert!(!entries.to_string().contains("photo.examine"));
        // What another person staged is nobody else's.
        let theirs = staged(&world, &world.admin, "a.jpg", &photo(0)).await;
        assert_eq!(test.refused(&school, "photo.examine", json!({ "schoolId": world.junior, "blobId": theirs })).await, ["blob.unknown"]);
    }

    async fn it_stands_with_the_draft_and_with_what_is_submitted(engine: Engine) {
        let world = World::new(engine).await;
        let (test, school) = (&world.test, world.test.sign_in("school").await);
        let blob = staged(&world, &school, "a.jpg", &photo(0)).await;
        let request = json!({ "schoolId": world.junior, "form": form(0), "photoBlobId": blob });
        let call = || Call { key: Some("one key".into()), ..Call::local("pupil.create", request.clone(), Some(school.clone())) };
        let draft = test.app.dispatch(call()).await.unwrap();
        assert_eq!(test.app.dispatch(call()).await.unwrap()["id"], draft["id"], "asked again, it was done once");
        let id = draft["id"].clone();
        let opened = test.done(&school, "pupil.open", json!({ "id": id })).await;
        assert_eq!(opened["photo"]["width"], 358);
        assert!(opened["photo"]["thumbnail"].is_string());
        let page = test.done(&school, "pupil.show", json!({ "id": id })).await;
        assert_eq!(page["photo"]["id"], opened["photo"]["id"]);
        assert!(page["audit"].to_string().contains("录入一名新生，附照片"), "{}", page["audit"]);
        // The staged file was needed once.
        let again = json!({ "schoolId": world.junior, "form": form(1), "photoBlobId": blob });
        assert_eq!(refused(&world, &school, "pupil.create", again).await, [("blob.unknown".to_owned(), "photo".to_owned())]);

        // Another photo and nothing else: the record is the one it was, the photo gave way.
        let blob = staged(&world, &school, "b.jpg", &photo(1)).await;
        let save = json!({ "id": id, "version": opened["version"], "form": opened["form"], "photoBlobId": blob });
        let saved = test.done(&school, "pupil.save", save).await;
        assert_eq!(saved["version"], opened["version"]);
        let bin = test.done(&school, "photo.recycled", json!({ "schoolId": world.junior })).await;
        assert_eq!((&bin["items"][0]["photo"]["id"], &bin["items"][0]["pupil"]["id"]), (&opened["photo"]["id"], &id));
        let page = test.done(&school, "pupil.show", json!({ "id": id })).await;
        assert!(page["audit"].to_string().contains("保存新生录入：修改照片"), "{}", page["audit"]);
        // Saved without one, it stays; and it goes to the district with the rest.
        let save = json!({ "id": id, "version": saved["version"], "form": opened["form"], "submit": true });
        assert_eq!(test.done(&school, "pupil.save", save).await["state"], "submitted");
        assert_eq!(test.done(&school, "pupil.show", json!({ "id": id })).await["photo"]["id"], page["photo"]["id"]);
        // Submitted at once.
        let blob = staged(&world, &school, "c.jpg", &photo(2)).await;
        let request = json!({ "schoolId": world.junior, "form": form(2), "photoBlobId": blob, "submit": true });
        let entered = test.done(&school, "pupil.create", request).await;
        assert_eq!((&entered["state"], entered["problems"].as_array().unwrap().len()), (&json!("submitted"), 0));
        let missing = test.done(&school, "photo.list", json!({ "schoolId": world.junior, "missing": true })).await;
        assert_eq!(missing["items"], json!([]));
    }

    async fn a_photo_that_cannot_be_kept_is_told_with_the_rest_and_nothing_is(engine: Engine) {
        let world = World::new(engine).await;
        let (test, school) = (&world.test, world.test.sign_in("school").await);
        let bad = staged(&world, &school, "a.jpg", &photo(0)[..9000]).await;
        let nameless = with(form(0), json!({ "name": "沈", "class": "9" }));
        let request = json!({ "schoolId": world.junior, "form": nameless, "photoBlobId": bad });
        let want = [("pupil.name_length", "name"), ("class.unknown", "class"), ("photo.truncated", "photo")];
        assert_eq!(refused(&world, &school, "pupil.create", request).await, want.map(|(a, b)| (a.to_owned(), b.to_owned())));
        // The record is refused: the photo is not kept, and may be used once the record is right.
        let blob = staged(&world, &school, "a.jpg", &photo(0)).await;
        let request = |form: Value| json!({ "schoolId": world.junior, "form": form, "photoBlobId": blob });
        assert_eq!(refused(&world, &school, "pupil.create", request(with(form(0), json!({ "name": "沈" })))).await.len(), 1);
        assert_eq!(files(&world), 0);
        let first = test.done(&school, "pupil.create", request(form(0))).await;
        assert_eq!(files(&world), 1);

        // Another pupil has the same image: who, as far as the school may know.
        let same = staged(&world, &school, "b.jpg", &photo(0)).await;
        let told = test.call(Some(&school), "photo.examine", json!({ "schoolId": world.junior, "blobId": same })).await.unwrap_err();
        assert_eq!(told.problems()[0].message, "与七年级1班沈青禾现有的照片是同一张，请核对是谁的。");
        let own = json!({ "schoolId": world.junior, "blobId": same, "pupilId": first["id"] });
        assert_eq!(test.done(&school, "photo.examine", own).await["problems"], json!([]), "its own photo is no other's");
        let request = json!({ "schoolId": world.junior, "form": form(1), "photoBlobId": same });
        assert_eq!(refused(&world, &school, "pupil.create", request).await, [("photo.same_image".to_owned(), "photo".to_owned())]);
        let elsewhere = staged(&world, &world.admin, "b.jpg", &photo(0)).await;
        let told = test.call(Some(&world.admin), "photo.examine", json!({ "schoolId": world.foreign, "blobId": elsewhere })).await.unwrap_err();
        assert_eq!(told.problems()[0].message, "与其他学校一名学生现有的照片是同一张，请核对是谁的。");
        // A warning stops nothing and belongs to the photo.
        let small = staged(&world, &school, "s.jpg", &jpeg(&portrait(9, 180, 220))).await;
        let entered = test.done(&school, "pupil.create", json!({ "schoolId": world.junior, "form": form(1), "photoBlobId": small })).await;
        let told = told_of_photo(&entered);
        assert!(told.iter().all(|(_, severity)| severity == "warning") && told.iter().any(|(code, _)| code == "photo.few_pixels"), "{told:?}");
        let number = id_number(1, 7);
        assert!(!test.done(&school, "audit.list", json!({})).await.to_string().contains(&number));
    }
}

fn told_of_photo(answer: &Value) -> Vec<(String, String)> {
    told(answer)
        .into_iter()
        .filter(|(_, field, _)| field == "photo")
        .map(|(code, _, severity)| (code, severity))
        .collect()
}
