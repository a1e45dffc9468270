//! Photos by command: a folder, a zip, what is wrong, and what is left when the program is killed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ekatong_store::Engine;
use ekatong_tests::both_engines;
use ekatong_tests::photos::{photo, zip};
use ekatong_tests::workbook::{child, id_number, new_pupils};
use serde_json::{Value, json};

use crate::program::{Program, SCHOOL, SCHOOL_NAME};
use crate::stand::{Moment, Random, Stand, rounds};

/// A school with so many pupils.
fn school(program: &Program, pupils: usize) {
    program.init();
    program.add_school(SCHOOL, SCHOOL_NAME, "320508");
    program.add_classes(SCHOOL, "1-3");
    enter(program, pupils);
}

fn enter(program: &Program, pupils: usize) {
    let rows: Vec<_> = (0..pupils).map(|n| child(n, 7, 1 + n % 3)).collect();
    let file = program.path("新生.xlsx");
    std::fs::write(&file, new_pupils(&rows)).unwrap();
    let file = file.to_str().unwrap();
    let import = [
        "import",
        "new-pupils",
        file,
        "--school",
        SCHOOL,
        "--commit",
        "all",
    ];
    assert_eq!(program.json("admin", &import)["committed"], pupils);
}

/// A folder of photos of the children from one to another; `first` tells other pictures apart.
fn folder(program: &Program, name: &str, pupils: std::ops::Range<usize>, first: usize) -> PathBuf {
    let path = program.path(name);
    std::fs::create_dir_all(path.join("七年级")).unwrap();
    for n in pupils {
        let file = path.join(format!("七年级/g{}.jpg", id_number(n, 7)));
        std::fs::write(file, photo(first + n)).unwrap();
    }
    path
}

fn counts(answer: &Value) -> Vec<(String, i64)> {
    answer["batch"]["counts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|count| {
            let state = count["state"].as_str().unwrap().to_owned();
            (state, count["count"].as_i64().unwrap())
        })
        .collect()
}

fn import<'a>(path: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec![
        "photo",
        "import",
        path.to_str().unwrap(),
        "--school",
        SCHOOL,
    ];
    arguments.extend(more);
    arguments
}

fn check(program: &Program) -> (i64, i64, i64) {
    let answer = program.json("admin", &["photo", "check", "--school", SCHOOL]);
    let number = |key: &str| answer[key].as_i64().unwrap();
    (number("good"), number("missing"), number("lost"))
}

#[test]
fn a_folder_a_zip_and_what_is_wrong_with_them() {
    let program = Program::sqlite();
    school(&program, 6);
    let photos = folder(&program, "照片", 0..4, 0);
    std::fs::write(photos.join("空.jpg"), b"").unwrap();
    std::fs::write(photos.join(format!("{}.JPG", id_number(4, 7))), b"").unwrap();
    std::fs::write(photos.join("Thumbs.db"), [1; 3000]).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc", photos.join("etc")).unwrap();

    // A look alone changes nothing and leaves nothing.
    let looked = program.json("admin", &import(&photos, &["--dry-run"]));
    assert_eq!(
        counts(&looked),
        [("new".to_owned(), 4), ("bad".to_owned(), 2)]
    );
    assert_eq!(looked["import"], Value::Null);
    assert_eq!(check(&program), (0, 6, 0));

    let done = program.by("admin", &import(&photos, &[]));
    assert_eq!(done.code, 0, "{done:?}");
    assert!(
        done.out.contains("已导入 4 张") && done.out.contains("文件是空的"),
        "{done:?}"
    );
    assert_eq!(check(&program), (4, 2, 0));
    // Again: nothing to do is no fault.
    let again = program.json("admin", &import(&photos, &[]));
    assert_eq!(
        counts(&again),
        [("same".to_owned(), 4), ("bad".to_owned(), 2)]
    );

    // Other photos of the same pupils stay out until they are wanted.
    let other = folder(&program, "补拍", 0..1, 100);
    let kept = program.by("admin", &import(&other, &[]));
    assert_eq!(kept.code, 3, "{kept:?}");
    let replaced = program.json("admin", &import(&other, &["--replace"]));
    assert_eq!(
        (
            &replaced["import"]["replaced"],
            &replaced["import"]["added"]
        ),
        (&json!(1), &json!(0))
    );
    let bin = program.json("admin", &["photo", "recycled", "--school", SCHOOL]);
    let old = bin["items"][0]["photo"]["id"].as_str().unwrap().to_owned();
    assert_eq!(program.by("admin", &["photo", "restore", &old]).code, 0);
    let pupil = bin["items"][0]["pupil"]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        program.by("admin", &["photo", "remove", &pupil]).code,
        3,
        "without a reason"
    );
    let removed = program.by(
        "admin",
        &["photo", "remove", &pupil, "--reason", "拍错了人"],
    );
    assert_eq!(removed.code, 0, "{removed:?}");
    assert_eq!(check(&program), (3, 3, 0));

    // A zip, and what is neither.
    let names: Vec<String> = (4..6)
        .map(|n| format!("照片/{}.jpeg", id_number(n, 7)))
        .collect();
    let pictures: Vec<Vec<u8>> = (4..6).map(photo).collect();
    let files = names
        .iter()
        .map(String::as_str)
        .zip(pictures.iter().map(Vec::as_slice));
    let packed = program.path("照片.zip");
    std::fs::write(&packed, zip(files)).unwrap();
    let done = program.json("admin", &import(&packed, &[]));
    assert_eq!(done["import"]["added"], 2);
    for (name, bytes, code) in [
        ("无.zip", &b"PK\x03\x04..."[..], "file.damaged"),
        ("无", b"", "file.unreadable"),
    ] {
        let path = program.path(name);
        if !bytes.is_empty() {
            std::fs::write(&path, bytes).unwrap();
        }
        let mut arguments = vec!["--json"];
        arguments.extend(import(&path, &[]));
        let refused = program.by("admin", &arguments);
        assert_eq!(
            (refused.code, refused.problem().as_str()),
            (3, code),
            "{refused:?}"
        );
    }
    let empty = program.path("空文件夹");
    std::fs::create_dir(&empty).unwrap();
    assert!(
        program
            .by("admin", &import(&empty, &[]))
            .err
            .contains("没有文件")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_on_a_server_needs_a_folder_for_its_photos() {
    let mut program = Program::postgres().await;
    school(&program, 2);
    let photos = folder(&program, "照片", 0..2, 0);
    let mut arguments = vec!["--json"];
    arguments.extend(import(&photos, &[]));
    let refused = program.by("admin", &arguments);
    assert_eq!(
        (refused.code, refused.problem().as_str()),
        (3, "photo.no_folder"),
        "{refused:?}"
    );
    let kept = program.path("服务器照片");
    program.set("EKATONG_PHOTOS", kept.to_str().unwrap());
    assert_eq!(
        program.json("admin", &import(&photos, &[]))["import"]["added"],
        2
    );
    assert_eq!(files(&kept).len(), 2);
    // A program that was not told of the folder still shows the pupil.
    let pupil =
        program.json("admin", &["pupil", "list", "--school", SCHOOL])["items"][0]["id"].clone();
    program.unset("EKATONG_PHOTOS");
    let shown = program.json("admin", &["pupil", "show", pupil.as_str().unwrap()]);
    assert!(shown["photo"]["size"].is_number() && shown["photo"]["thumbnail"].is_null());
}

/// Files of a photo folder, whole ones and parts.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for folder in std::fs::read_dir(folder).into_iter().flatten() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            found.insert(file.unwrap().path());
        }
    }
    found
}

const PHOTOS: usize = 120;

both_engines! {
    async fn a_killed_import_leaves_no_row_without_its_file(engine: Engine) {
        let mut random = Random::seeded();
        let mut stand = Stand::new(engine).await;
        // On a server the photos lie in a folder of their own.
        let place = match engine {
            Engine::Sqlite => stand.program.data().join("photos"),
            Engine::Postgres => {
                let place = stand.program.path("服务器照片");
                stand.program.set("EKATONG_PHOTOS", place.to_str().unwrap());
                place
            }
        };
        enter(&stand.program, PHOTOS);
        stand.keep().await;
        let photos = folder(&stand.program, "照片", 0..PHOTOS, 0);
        let command = import(&photos, &[]);
        let looking = stand.timed(&["photo", "recycled", "--school", SCHOOL]).1;
        let (_, whole) = stand.timed(&command);
        let (mut nothing, mut all, mut orphans) = (0, 0, 0);
        for round in 0..rounds("EKATONG_SOAK_PHOTO_KILLS", 4) {
            stand.renew().await;
            if engine == Engine::Postgres {
                std::fs::remove_dir_all(&place).ok();
            }
            let moment = match round % 2 {
                0 => random.between(looking.mul_f64(0.8), whole),
                _ => random.between(whole.mul_f64(0.7), whole.mul_f64(1.1)),
            };
            stand.killed(Moment::After(moment), &command);
            let at = format!("round {round}, killed after {moment:?} of {whole:?}");
            let left = files(&place).len();
            let (good, missing, lost) = check(&stand.program);
            assert_eq!(lost, 0, "{at}");
            assert!(good == 0 || missing == 0, "{at}: half of an import: {good}, {missing}");
            if good == 0 { nothing += 1 } else { all += 1 }
            orphans += if good == 0 { left } else { 0 };
            // The same command goes on, whatever was left.
            let done = stand.program.json("admin", &command);
            assert_eq!(done["batch"]["total"], PHOTOS, "{at}");
            assert_eq!(check(&stand.program), (i64::try_from(PHOTOS).unwrap(), 0, 0), "{at}");
        }
        println!("{engine:?}: imports of {PHOTOS} photos killed: {nothing} with nothing on record ({orphans} files left, cleared away later), {all} whole; 0 rows without a file");
    }
}
