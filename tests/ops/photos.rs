//! Photos of pupils: planted faults, decisions, the recycle folder, what a crash leaves.

use std::collections::{BTreeMap, HashSet};
use std::fs::{File, FileTimes};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use ekatong_core::dispatch::{App, Call};
use ekatong_core::error::{Code, OpError};
use ekatong_core::ports::{PhotoAddress, PhotoStore, Progress, Stored};
use ekatong_core::upkeep::maintain;
use ekatong_host::photos::PhotoFolder;
use ekatong_store::Engine;
use ekatong_tests::app::{TestApp, World};
use ekatong_tests::both_engines;
use ekatong_tests::photos::{claims_pixels, jpeg, photo, png, portrait, with_exif, zip};
use ekatong_tests::workbook::id_number;
use image::GenericImageView as _;
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// Photos of the test with planted faults: the engines differ in rows only, so that the
/// pictures of one of them are enough.
const fn planted(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 1_000,
        Engine::Postgres => 200,
    }
}

/// Number of the n-th child, as the workbooks of the tests have it.
fn number(n: usize) -> String {
    id_number(n, 7)
}

async fn preview(
    test: &TestApp,
    token: &str,
    school: &str,
    files: &[(String, Vec<u8>)],
) -> Result<Value, OpError> {
    let pack = zip(files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
    let blob = test.app.stage(Some(token), "照片.zip", &pack).await?;
    let request = json!({ "schoolId": school, "blobIds": [blob], "source": "九月照片" });
    test.call(Some(token), "photo.preview", request).await
}

/// All items of a batch.
async fn items(test: &TestApp, token: &str, batch: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    let mut after = Value::Null;
    loop {
        let request =
            json!({ "batchId": batch["id"], "plain": true, "limit": 100, "after": after });
        let page = test.done(token, "photo.items", request).await;
        all.extend(page["items"].as_array().unwrap().clone());
        after = page["next"].clone();
        if after.is_null() {
            return all;
        }
    }
}

/// State and codes of every file, by path.
fn found(items: &[Value]) -> BTreeMap<String, (String, Vec<String>)> {
    items
        .iter()
        .map(|item| {
            let codes = item["problems"]
                .as_array()
                .unwrap()
                .iter()
                .map(|problem| problem["code"].as_str().unwrap().to_owned())
                .collect();
            let state = item["state"].as_str().unwrap().to_owned();
            (item["path"].as_str().unwrap().to_owned(), (state, codes))
        })
        .collect()
}

fn counts(batch: &Value) -> BTreeMap<String, i64> {
    batch["counts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|count| {
            let state = count["state"].as_str().unwrap().to_owned();
            (state, count["count"].as_i64().unwrap())
        })
        .collect()
}

fn folder(world: &World) -> PathBuf {
    world.test.folder.path().join("photos")
}

/// Every file of the photo folder.
fn stored(world: &World) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(folders) = std::fs::read_dir(folder(world)) else {
        return found;
    };
    for folder in folders {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            found.push(file.unwrap().path());
        }
    }
    found.sort();
    found
}

/// Makes every file of the folder as old as the sweep wants.
fn age(world: &World) {
    for file in stored(world) {
        let times = FileTimes::new().set_modified(UNIX_EPOCH + Duration::from_secs(1));
        File::options()
            .write(true)
            .open(file)
            .unwrap()
            .set_times(times)
            .unwrap();
    }
}

/// The full photo of a pupil, decoded.
async fn full(test: &TestApp, token: &str, pupil: &str) -> Vec<u8> {
    let page = test.done(token, "pupil.show", json!({ "id": pupil })).await;
    let shown = test
        .done(token, "photo.show", json!({ "id": page["photo"]["id"] }))
        .await;
    unbase64(shown["jpeg"].as_str().unwrap())
}

fn unbase64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut out) = (0_u32, 0, Vec::new());
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        let value = LETTERS.iter().position(|known| *known == letter).unwrap();
        bits = bits << 6 | u32::try_from(value).unwrap();
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xFF).unwrap());
        }
    }
    out
}

/// A fault: what the file is, which state and codes it must get, and no other.
struct Planted {
    kind: &'static str,
    make: fn(usize) -> Vec<u8>,
    state: &'static str,
    codes: &'static [&'static str],
}

fn flat(n: usize, colour: [u8; 3]) -> Vec<u8> {
    let mut picture = portrait(n, 358, 441);
    for (at, pixel) in picture.pixels_mut().enumerate() {
        let noise = u8::try_from((at * 31 + n) % 7).unwrap();
        *pixel = image::Rgb(colour.map(|value| value - noise));
    }
    jpeg(&picture)
}

fn truncated(mut bytes: Vec<u8>, part: usize) -> Vec<u8> {
    bytes.truncate(bytes.len() * part / 100);
    bytes
}

/// A byte of the compressed pixels turned over: the check of the PNG's part fails.
fn damaged_png(n: usize) -> Vec<u8> {
    let mut bytes = png(&portrait(n, 358, 441));
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    bytes
}

/// Tables of a JPEG overwritten: whole to the eye, nothing to decode with.
fn damaged_jpeg(n: usize) -> Vec<u8> {
    let mut bytes = photo(n);
    let table = bytes
        .windows(2)
        .position(|pair| pair == [0xFF, 0xC4])
        .unwrap();
    for byte in &mut bytes[table + 4..table + 24] {
        *byte = 0xEE;
    }
    bytes
}

const PLANTED: &[Planted] = &[
    Planted {
        kind: "no bytes",
        make: |_| Vec::new(),
        state: "bad",
        codes: &["photo.empty"],
    },
    Planted {
        kind: "1 KB",
        make: |n| truncated(photo(n), 100)[..1024].to_vec(),
        state: "bad",
        codes: &["photo.too_small"],
    },
    Planted {
        kind: "text",
        make: |_| "不是照片".repeat(400).into_bytes(),
        state: "bad",
        codes: &["photo.not_image"],
    },
    Planted {
        kind: "BMP",
        make: |n| [b"BM".as_slice(), &photo(n)].concat(),
        state: "bad",
        codes: &["photo.not_image"],
    },
    Planted {
        kind: "JPEG cut at 95 %",
        make: |n| truncated(photo(n), 95),
        state: "bad",
        codes: &["photo.truncated"],
    },
    Planted {
        kind: "JPEG cut at 30 %",
        make: |n| truncated(photo(n), 30),
        state: "bad",
        codes: &["photo.truncated"],
    },
    Planted {
        kind: "PNG cut",
        make: |n| truncated(png(&portrait(n, 358, 441)), 90),
        state: "bad",
        codes: &["photo.truncated"],
    },
    Planted {
        kind: "PNG damaged",
        make: damaged_png,
        state: "bad",
        codes: &["photo.damaged"],
    },
    Planted {
        kind: "JPEG damaged",
        make: damaged_jpeg,
        state: "bad",
        codes: &["photo.damaged"],
    },
    Planted {
        kind: "blank",
        make: |n| flat(n, [255; 3]),
        state: "bad",
        codes: &["photo.blank"],
    },
    Planted {
        kind: "one colour",
        make: |n| flat(n, [60, 90, 160]),
        state: "bad",
        codes: &["photo.blank"],
    },
    Planted {
        kind: "few pixels",
        make: |n| jpeg(&portrait(n, 100, 124)),
        state: "bad",
        codes: &["photo.few_pixels"],
    },
    Planted {
        kind: "a strip",
        make: |n| jpeg(&portrait(n, 900, 300)),
        state: "bad",
        codes: &["photo.shape"],
    },
    Planted {
        kind: "claims 1.6 gigapixels",
        make: |n| claims_pixels(&png(&portrait(n, 358, 441)), 40_000, 40_000),
        state: "bad",
        codes: &["photo.too_many_pixels"],
    },
    Planted {
        kind: "over 20 MB",
        make: |n| [photo(n), vec![0; 20 * 1024 * 1024]].concat(),
        state: "bad",
        codes: &["photo.too_large"],
    },
    // Not faults that stop: imported, with what a person should know.
    Planted {
        kind: "PNG named .jpg",
        make: |n| png(&portrait(n, 358, 441)),
        state: "new",
        codes: &["photo.extension", "photo.scaled"],
    },
    Planted {
        kind: "large",
        make: |n| jpeg(&portrait(n, 1600, 2000)),
        state: "new",
        codes: &["photo.scaled"],
    },
    Planted {
        kind: "lying",
        make: |n| with_exif(&jpeg(&portrait(n, 441, 358)), 6),
        state: "new",
        codes: &[],
    },
    Planted {
        kind: "across",
        make: |n| jpeg(&portrait(n, 500, 400)),
        state: "new",
        codes: &["photo.shape"],
    },
    Planted {
        kind: "poor",
        make: |n| jpeg(&portrait(n, 230, 290)),
        state: "new",
        codes: &["photo.few_pixels"],
    },
];

/// One name of many that mean the same child.
fn spelled(n: usize) -> String {
    let number = number(n);
    match n % 6 {
        0 => format!("{number}.jpg"),
        1 => format!("七年级/1班/g{}.JPG", number.to_lowercase()),
        2 => format!("照片/{} {}.jpeg", &number[..6], &number[6..]),
        3 => format!("G{number}张同学.Jpg"),
        4 => format!("{}.jpg", number.chars().map(wide).collect::<String>()),
        _ => format!("D:\\照片\\{number}.jpg"),
    }
}

fn wide(c: char) -> char {
    char::from_u32(u32::from(c) - 0x20 + 0xFF00).unwrap()
}

both_engines! {
    async fn planted_faults_are_found_and_nothing_else(engine: Engine) {
        let all = planted(engine);
        let world = World::new(engine).await;
        let test = &world.test;
        let token = test.sign_in("school").await;
        for first in (0..all).step_by(500) {
            world.pupils(&token, &world.junior, first, 500.min(all - first)).await;
        }
        let mut random = fastrand::Rng::with_seed(20_260_901);
        let mut free: Vec<usize> = (0..all).collect();
        random.shuffle(&mut free);
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        let mut expected: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
        let mut expect = |path: &str, state: &str, codes: &[&str]| {
            let codes = codes.iter().map(|code| (*code).to_owned()).collect();
            expected.insert(path.to_owned(), (state.to_owned(), codes));
        };
        // Each kind two times, the one over 20 MB once.
        for planted in PLANTED {
            for _ in 0..if planted.kind == "over 20 MB" { 1 } else { 2 } {
                let n = free.pop().unwrap();
                expect(&spelled(n), planted.state, planted.codes);
                files.push((spelled(n), (planted.make)(n)));
            }
        }
        for round in 0..2 {
            // The same image for two pupils.
            let (a, b) = (free.pop().unwrap(), free.pop().unwrap());
            for n in [a, b] {
                expect(&spelled(n), "bad", &["photo.same_image"]);
            }
            files.push((spelled(a), photo(a)));
            files.push((spelled(b), with_exif(&photo(a), 1)));
            // Two photos of one pupil.
            let n = free.pop().unwrap();
            let other = format!("补拍/{}.png", number(n));
            expect(&spelled(n), "several", &["photo.several"]);
            expect(&other, "several", &["photo.several", "photo.scaled"]);
            files.push((spelled(n), photo(n)));
            files.push((other, png(&portrait(n + 30_000, 358, 441))));
            // The same photo of one pupil twice.
            let n = free.pop().unwrap();
            let copy = format!("备份/G{}.jpg", number(n));
            expect(&spelled(n), "new", &[]);
            expect(&copy, "repeated", &["photo.repeated"]);
            files.push((spelled(n), photo(n)));
            files.push((copy, photo(n)));
            // Nobody's, and no number at all.
            let nobody = format!("{}.jpg", number(all + 100 + round));
            expect(&nobody, "unmatched", &["photo.no_pupil"]);
            files.push((nobody, photo(all + 100 + round)));
            let unnamed = format!("合影{}/张三.jpg", ["一", "二"][round]);
            expect(&unnamed, "bad", &["photo.name_invalid"]);
            files.push((unnamed, photo(40_000 + round)));
        }
        // What systems leave behind is no file of a person's.
        for left in ["Thumbs.db", "__MACOSX/._x.jpg", "七年级/.DS_Store", "desktop.ini"] {
            files.push((left.to_owned(), vec![1; 3000]));
        }
        for n in free {
            expect(&spelled(n), "new", &[]);
            files.push((spelled(n), photo(n)));
        }
        random.shuffle(&mut files);
        // Repeated: whichever comes first counts, so the pairs are put in order.
        files.sort_by_key(|(path, _)| path.starts_with("备份/"));

        let batch = preview(test, &token, &world.junior, &files).await.unwrap();
        let found = found(&items(test, &token, &batch).await);
        let wrong: Vec<_> = expected.iter().filter(|(path, want)| found.get(*path) != Some(want)).map(|(path, want)| (path, want, found.get(path))).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(found.len(), expected.len(), "nothing else was taken for a photo");
        let new = i64::try_from(expected.values().filter(|(state, _)| state == "new").count()).unwrap();
        assert_eq!(counts(&batch)["new"], new);

        let done = test.done(&token, "photo.import", json!({ "batchId": batch["id"], "take": [] })).await;
        assert_eq!((done["added"].as_i64(), done["replaced"].as_i64(), done["left"].as_i64()), (Some(new), Some(0), Some(4)));
        let check = test.done(&token, "photo.check", json!({ "schoolId": world.junior })).await;
        assert_eq!(check["pupils"], all);
        assert_eq!((check["good"].as_i64(), check["lost"].as_i64(), check["poor"].as_i64()), (Some(new), Some(0), Some(2)));
        println!("{engine:?}: {} files, {} kinds of fault, all found, none false", files.len(), PLANTED.len() + 6);
    }

    async fn what_is_kept_is_upright_small_and_says_nothing_of_place(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let token = test.sign_in("school").await;
        let pupils = world.pupils(&token, &world.junior, 0, 3).await;
        let lying = with_exif(&jpeg(&portrait(7, 441, 358)), 6);
        assert!(lying.windows(10).any(|part| part == b"GPS-SUZHOU"), "the fixture has a place in it");
        let upright = with_exif(&photo(8), 1);
        for (pupil, bytes) in [(&pupils[0], &lying), (&pupils[1], &upright), (&pupils[2], &jpeg(&portrait(9, 1600, 2000)))] {
            let blob = test.app.stage(Some(&token), "IMG 0001.jpg", bytes).await.unwrap();
            test.done(&token, "photo.replace", json!({ "pupilId": pupil, "blobId": blob })).await;
            let kept = full(test, &token, pupil).await;
            assert!(kept.len() <= 60 * 1024 && kept.len() > 1024, "{}", kept.len());
            for told in [b"Exif".as_slice(), b"GPS-SUZHOU"] {
                assert!(!kept.windows(told.len()).any(|part| part == told));
            }
            let (width, height) = image::load_from_memory(&kept).unwrap().dimensions();
            assert!(height > width && width <= 358 && height <= 441, "{width}×{height}");
        }
        // Nothing but the metadata is gone of a photo that is as it should be.
        assert_eq!(full(test, &token, &pupils[1]).await, photo(8));
        // At rest a photo is neither a JPEG nor named by anything that it holds.
        for file in stored(&world) {
            let bytes = std::fs::read(&file).unwrap();
            assert!(!bytes.windows(3).any(|part| part == [0xFF, 0xD8, 0xFF]), "{}", file.display());
        }
        let entries = test.done(&world.admin, "pupil.show", json!({ "id": pupils[0] })).await;
        let summaries: HashSet<&str> = entries["audit"].as_array().unwrap().iter().map(|entry| entry["summary"].as_str().unwrap()).collect();
        assert!(summaries.contains("上传一名学生的照片") && summaries.contains("查看一名学生的照片原图"), "{summaries:?}");
    }

    async fn a_person_decides_and_nothing_is_overwritten(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let token = test.sign_in("school").await;
        let pupils = world.pupils(&token, &world.junior, 0, 4).await;
        let by_number = |n: usize| {
            let (test, token, number) = (&world.test, token.clone(), number(n));
            async move { test.done(&token, "pupil.list", json!({ "text": number })).await["items"][0]["id"].as_str().unwrap().to_owned() }
        };
        let files: Vec<_> = (0..3).map(|n| (format!("{}.jpg", number(n)), photo(n))).collect();
        let first = preview(test, &token, &world.junior, &files).await.unwrap();
        test.done(&token, "photo.import", json!({ "batchId": first["id"], "take": [] })).await;
        assert_eq!(test.refused(&token, "photo.import", json!({ "batchId": first["id"], "take": [] })).await, ["photo.batch_closed"]);

        // The same again, another one, two of one pupil, and another pupil's photo.
        let files = vec![
            (format!("{}.jpg", number(0)), photo(0)),
            (format!("{}.jpg", number(1)), photo(101)),
            (format!("{}.jpg", number(2)), photo(2)),
            (format!("补拍/{}.jpg", number(2)), photo(102)),
            (format!("{}.jpg", number(3)), photo(0)),
        ];
        let second = preview(test, &token, &world.junior, &files).await.unwrap();
        let all = items(test, &token, &second).await;
        let states: Vec<&str> = all.iter().map(|item| item["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["bad", "differs", "several", "several", "bad"], "the photo of 0 is for 3, too");
        let ask = |take: Value| json!({ "batchId": second["id"], "take": take });
        assert_eq!(test.refused(&token, "photo.import", ask(json!([]))).await, ["selection.empty"]);
        assert_eq!(test.refused(&token, "photo.import", ask(json!([3, 4]))).await, ["photo.several"]);
        assert_eq!(test.refused(&token, "photo.import", ask(json!([1]))).await, ["request.invalid"]);
        // With thumbnails, side by side.
        let page = test.done(&token, "photo.items", json!({ "batchId": second["id"], "state": "differs" })).await;
        let differs = &page["items"][0];
        assert!(differs["photo"]["thumbnail"].is_string() && differs["current"]["thumbnail"].is_string());
        assert_ne!(differs["photo"]["thumbnail"], differs["current"]["thumbnail"]);
        let done = test.done(&token, "photo.import", ask(json!([2, 4]))).await;
        assert_eq!((done["added"].as_i64(), done["replaced"].as_i64(), done["left"].as_i64()), (Some(0), Some(2), Some(1)));
        let (one, two) = (by_number(1).await, by_number(2).await);
        assert_eq!((full(test, &token, &one).await, full(test, &token, &two).await), (photo(101), photo(102)));

        // The photos that gave way are in the recycle folder and come back.
        let bin = test.done(&token, "photo.recycled", json!({ "schoolId": world.junior })).await;
        let bin = bin["items"].as_array().unwrap().clone();
        assert_eq!(bin.len(), 2);
        let old = bin.iter().find(|item| item["pupil"]["id"] == json!(one)).unwrap();
        let restored = test.done(&token, "photo.restore", json!({ "id": old["photo"]["id"] })).await;
        assert!(restored["replaced"].is_string());
        assert_eq!(full(test, &token, &one).await, photo(1));
        assert_eq!(test.refused(&token, "photo.restore", json!({ "id": old["photo"]["id"] })).await, ["photo.unknown"], "it is not recycled now");
        assert_eq!(test.refused(&token, "photo.remove", json!({ "pupilId": one, "reason": " " })).await, ["reason.required"]);
        let removed = test.done(&token, "photo.remove", json!({ "pupilId": one, "reason": "拍错了人" })).await;
        assert_eq!(test.refused(&token, "photo.remove", json!({ "pupilId": one, "reason": "再试" })).await, ["photo.missing"]);
        // What was another's meanwhile does not come back.
        let blob = test.app.stage(Some(&token), "a.jpg", &photo(1)).await.unwrap();
        test.done(&token, "photo.replace", json!({ "pupilId": by_number(3).await, "blobId": blob })).await;
        assert_eq!(test.refused(&token, "photo.restore", json!({ "id": removed["id"] })).await, ["photo.same_image"]);
        assert_eq!(pupils.len(), 4);
    }

    async fn a_change_since_the_preview_is_told_and_left_alone(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let token = test.sign_in("school").await;
        let pupils = world.pupils(&token, &world.junior, 0, 2).await;
        let files: Vec<_> = (0..2).map(|n| (format!("{}.jpg", number(n)), photo(n))).collect();
        let batch = preview(test, &token, &world.junior, &files).await.unwrap();
        let blob = test.app.stage(Some(&token), "a.jpg", &photo(50)).await.unwrap();
        test.done(&token, "photo.replace", json!({ "pupilId": pupils[0], "blobId": blob })).await;
        let done = test.done(&token, "photo.import", json!({ "batchId": batch["id"], "take": [] })).await;
        assert_eq!((done["added"].as_i64(), done["replaced"].as_i64()), (Some(1), Some(0)));
        assert_eq!(done["problems"][0]["code"], "photo.changed");
        assert_eq!(full(test, &token, &pupils[0]).await, photo(50));
        let given_up = preview(test, &token, &world.junior, &files).await.unwrap();
        test.done(&token, "photo.discard", json!({ "batchId": given_up["id"] })).await;
        assert_eq!(test.refused(&token, "photo.items", json!({ "batchId": given_up["id"] })).await, ["photo.batch_unknown"]);
        // Requesting a card says who is without.
        test.done(&token, "photo.remove", json!({ "pupilId": pupils[1], "reason": "重拍" })).await;
        let asked = test.done(&token, "order.request", json!({ "pupilIds": pupils })).await;
        assert_eq!(asked["problems"].as_array().unwrap().len(), 1);
        assert!(asked["problems"][0]["message"].as_str().unwrap().starts_with("1 名学生还没有照片"), "{asked}");
    }

    async fn a_number_that_two_pupils_have_is_nobodys(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let token = test.sign_in("school").await;
        world.pupils(&token, &world.junior, 0, 2).await;
        test.execute("UPDATE pupil SET student_number_sealed = NULL, student_number_index = NULL").await;
        // A pupil without a 学籍号 is found by the usual one.
        let files = vec![(format!("g{}.jpg", number(0)), photo(0))];
        let batch = preview(test, &token, &world.junior, &files).await.unwrap();
        assert_eq!(counts(&batch)["new"], 1);
        // Both get the same 学籍号, which nothing forbids.
        for n in 0..2 {
            let pupil = test.done(&token, "pupil.list", json!({ "text": number(n) })).await["items"][0].clone();
            let page = test.done(&world.admin, "pupil.show", json!({ "id": pupil["id"] })).await;
            let edit = json!({ "id": pupil["id"], "version": page["version"], "reason": "补学籍号", "studentNumber": "L320508201309180001" });
            test.done(&world.admin, "pupil.edit", edit).await;
        }
        let files = vec![("L320508201309180001.jpg".to_owned(), photo(0))];
        let batch = preview(test, &token, &world.junior, &files).await.unwrap();
        let found = found(&items(test, &token, &batch).await);
        assert_eq!(found["L320508201309180001.jpg"], ("unmatched".to_owned(), vec!["photo.ambiguous".to_owned()]));
    }

    async fn packs_that_are_no_packs_are_refused(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let token = test.sign_in("school").await;
        let pupils = world.pupils(&token, &world.junior, 0, 1).await;
        let ask = async |bytes: &[u8]| {
            let blob = test.app.stage(Some(&token), "照片.zip", bytes).await.unwrap();
            test.call(Some(&token), "photo.preview", json!({ "schoolId": world.junior, "blobIds": [blob], "source": "x" })).await
        };
        let good = zip([("a.jpg", photo(0).as_slice())]);
        assert!(ask(&good[..good.len() - 30]).await.unwrap_err().has(Code::FileDamaged));
        assert!(ask(&zip([("Thumbs.db", [1].as_slice())])).await.unwrap_err().has(Code::FileEmpty));
        let none = json!({ "schoolId": world.junior, "blobIds": [], "source": "x" });
        assert_eq!(test.refused(&token, "photo.preview", none).await, ["selection.empty"]);
        // One photo by itself is a pack of one; a zip is no photo of one pupil.
        let batch = ask(&photo(0)).await.unwrap();
        assert_eq!(batch["total"], 1);
        let two = zip([("a.jpg", photo(0).as_slice()), ("b.jpg", photo(1).as_slice())]);
        let blob = test.app.stage(Some(&token), "a.zip", &two).await.unwrap();
        assert_eq!(test.refused(&token, "photo.replace", json!({ "pupilId": pupils[0], "blobId": blob })).await, ["selection.empty"]);
        let blob = test.app.stage(Some(&token), "a.jpg", &vec![0; 49 * 1024 * 1024]).await.unwrap();
        assert_eq!(test.refused(&token, "photo.replace", json!({ "pupilId": pupils[0], "blobId": blob })).await, ["file.too_large"]);
    }

    async fn a_preview_that_is_stopped_leaves_nothing(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let token = test.sign_in("school").await;
        world.pupils(&token, &world.junior, 0, 3).await;
        let files: Vec<_> = (0..3).map(|n| (format!("{}.jpg", number(n)), photo(n))).collect();
        let pack = zip(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
        let blob = test.app.stage(Some(&token), "照片.zip", &pack).await.unwrap();
        let request = json!({ "schoolId": world.junior, "blobIds": [blob], "source": "x" });
        let call = Call { progress: Arc::new(Stopped), ..Call::local("photo.preview", request.clone(), Some(token.clone())) };
        assert!(test.app.dispatch(call).await.unwrap_err().has(Code::Cancelled));
        assert_eq!(stored(&world), Vec::<PathBuf>::new());
        // The pack is still there: the person may begin again.
        assert_eq!(test.done(&token, "photo.preview", request.clone()).await["total"], 3);
        assert_eq!(test.refused(&token, "photo.preview", request).await, ["blob.unknown"], "and then it is forgotten");
    }

    async fn rows_and_files_agree_whatever_fails_between(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let token = test.sign_in("school").await;
        let pupils = world.pupils(&token, &world.junior, 0, 3).await;
        let files: Vec<_> = (0..3).map(|n| (format!("{}.jpg", number(n)), photo(n))).collect();
        let pack = zip(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
        // The disk is full, the files never arrive, they go before the row is written.
        for (fault, code) in [(Fault::Full, Code::StorageFull), (Fault::Vanish, Code::PhotoLost)] {
            let mut ports = test.app.ports().clone();
            ports.photos = Arc::new(Faulty { inner: PhotoFolder::new(folder(&world)), fault });
            let app = App::new(ports);
            let blob = app.stage(Some(&token), "照片.zip", &pack).await.unwrap();
            let request = json!({ "schoolId": world.junior, "blobIds": [blob], "source": "x" });
            let refused = app.dispatch(Call::local("photo.preview", request, Some(token.clone()))).await.unwrap_err();
            assert!(refused.has(code), "{refused:?}");
            let blob = app.stage(Some(&token), "a.jpg", &photo(0)).await.unwrap();
            let request = json!({ "pupilId": pupils[0], "blobId": blob });
            let refused = app.dispatch(Call::local("photo.replace", request, Some(token.clone()))).await.unwrap_err();
            assert!(refused.has(code), "{refused:?}");
        }
        let list = test.done(&token, "photo.list", json!({ "schoolId": world.junior, "missing": true })).await;
        assert_eq!(list["items"].as_array().unwrap().len(), 3, "no row without a file");

        // Files were put and the process ended before its rows: the sweep clears them, but only when old.
        let batch = preview(test, &token, &world.junior, &files).await.unwrap();
        let half = folder(&world).join("ab/half.0.part");
        std::fs::create_dir_all(half.parent().unwrap()).unwrap();
        std::fs::write(&half, b"x").unwrap();
        test.execute("DELETE FROM photo_item").await;
        maintain(test.app.ports()).await.unwrap();
        assert_eq!(stored(&world).len(), 4, "young files may still get their rows");
        test.execute("DELETE FROM meta WHERE key = 'purged_on'").await;
        age(&world);
        maintain(test.app.ports()).await.unwrap();
        assert_eq!(stored(&world), Vec::<PathBuf>::new());
        assert_eq!(test.refused(&token, "photo.import", json!({ "batchId": batch["id"], "take": [] })).await, ["selection.empty"]);

        // A file that is lost behind our back is told, and uploading it again mends it.
        let batch = preview(test, &token, &world.junior, &files).await.unwrap();
        for file in stored(&world) {
            std::fs::remove_file(file).unwrap();
        }
        assert_eq!(test.refused(&token, "photo.import", json!({ "batchId": batch["id"], "take": [] })).await, ["photo.lost"]);
        let batch = preview(test, &token, &world.junior, &files).await.unwrap();
        test.done(&token, "photo.import", json!({ "batchId": batch["id"], "take": [] })).await;
        let files = stored(&world);
        std::fs::remove_file(&files[0]).unwrap();
        std::fs::write(&files[1], b"rotten").unwrap();
        let check = test.done(&token, "photo.check", json!({ "schoolId": world.junior })).await;
        assert_eq!((check["good"].as_i64(), check["lost"].as_i64()), (Some(1), Some(2)));
        let codes: Vec<_> = check["items"].as_array().unwrap().iter().map(|item| item["problems"][0]["code"].clone()).collect();
        assert_eq!(codes, [json!("photo.lost"), json!("photo.lost")]);
        for n in 0..3 {
            let pupil = test.done(&token, "pupil.list", json!({ "text": number(n) })).await["items"][0]["id"].clone();
            let blob = test.app.stage(Some(&token), "a.jpg", &photo(n)).await.unwrap();
            test.done(&token, "photo.replace", json!({ "pupilId": pupil, "blobId": blob })).await;
        }
        let check = test.done(&token, "photo.check", json!({ "schoolId": world.junior })).await;
        assert_eq!(check["good"], 3);
    }

    async fn the_recycle_folder_is_emptied_after_its_days(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let token = test.sign_in("school").await;
        let pupils = world.pupils(&token, &world.junior, 0, 2).await;
        for (n, pupil) in pupils.iter().enumerate() {
            let blob = test.app.stage(Some(&token), "a.jpg", &photo(n)).await.unwrap();
            test.done(&token, "photo.replace", json!({ "pupilId": pupil, "blobId": blob })).await;
        }
        let removed = test.done(&token, "photo.remove", json!({ "pupilId": pupils[0], "reason": "转学" })).await;
        test.clock.advance(29 * DAY);
        age(&world);
        maintain(test.app.ports()).await.unwrap();
        assert_eq!(stored(&world).len(), 2, "30 days are not over");
        test.clock.advance(2 * DAY);
        maintain(test.app.ports()).await.unwrap();
        assert_eq!(stored(&world).len(), 1);
        let token = test.sign_in("school").await;
        assert_eq!(test.refused(&token, "photo.restore", json!({ "id": removed["id"] })).await, ["photo.unknown"]);
        assert_eq!(full(test, &token, &pupils[1]).await, photo(1), "the current one stays");
        let admin = test.sign_in("admin").await;
        let page = test.done(&admin, "pupil.show", json!({ "id": pupils[0] })).await;
        assert!(page["audit"].as_array().unwrap().iter().any(|entry| entry["summary"].as_str().unwrap().contains("清理回收站")), "{page}");
    }

    async fn a_face_is_shown_to_those_whose_work_it_is(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let token = test.sign_in("school").await;
        let pupils = world.pupils(&token, &world.junior, 0, 1).await;
        let blob = test.app.stage(Some(&token), "a.jpg", &photo(0)).await.unwrap();
        test.done(&token, "photo.replace", json!({ "pupilId": pupils[0], "blobId": blob })).await;
        let card = test.sign_in("card").await;
        let page = test.done(&card, "pupil.show", json!({ "id": pupils[0] })).await;
        assert!(page["photo"]["size"].is_number() && page["photo"]["thumbnail"].is_null(), "{page}");
        assert_eq!(test.refused(&card, "photo.show", json!({ "id": page["photo"]["id"] })).await, ["forbidden"]);
        let own = test.done(&token, "pupil.show", json!({ "id": pupils[0] })).await;
        assert!(own["photo"]["thumbnail"].is_string() && own["mayChangePhoto"] == true);
    }
}

/// A person who stopped at once.
struct Stopped;

impl Progress for Stopped {
    fn report(&self, _done: u64, _total: u64) {}

    fn cancelled(&self) -> bool {
        true
    }
}

/// What goes wrong with the disk.
#[derive(Clone, Copy)]
enum Fault {
    Full,
    Vanish,
}

struct Faulty {
    inner: PhotoFolder,
    fault: Fault,
}

#[async_trait::async_trait]
impl PhotoStore for Faulty {
    async fn put(&self, files: Vec<(PhotoAddress, Vec<u8>)>) -> Stored<()> {
        match self.fault {
            Fault::Full => Err(Code::StorageFull.into()),
            Fault::Vanish => Ok(()),
        }
        .inspect(|()| drop(files))
    }

    async fn get(&self, address: PhotoAddress) -> Stored<Option<Vec<u8>>> {
        self.inner.get(address).await
    }

    async fn missing(&self, addresses: &[PhotoAddress]) -> Stored<Vec<PhotoAddress>> {
        self.inner.missing(addresses).await
    }

    async fn older_than(&self, age: Duration) -> Stored<Vec<PhotoAddress>> {
        self.inner.older_than(age).await
    }

    async fn delete(&self, addresses: &[PhotoAddress]) -> Stored<()> {
        self.inner.delete(addresses).await
    }
}
