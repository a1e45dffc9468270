//! Photos: a folder dropped on the window, photos that compete, the recycle folder, one pupil's own.

use std::path::{Path, PathBuf};

use ekatong_tests::photos::{jpeg, photo, portrait, with_exif};
use ekatong_tests::window::Window;
use ekatong_tests::workbook::id_number;
use serde_json::json;
use tempfile::TempDir;

use crate::axe;
use crate::world::{go, id, junior_school, menu};

/// A folder as a school keeps it: classes as folders, names as they come.
fn folder(pupils: std::ops::Range<usize>, first: usize) -> TempDir {
    let folder = tempfile::Builder::new()
        .prefix("九月照片-")
        .tempdir()
        .unwrap();
    for n in pupils {
        let class = folder.path().join(format!("七年级{}班", 1 + n % 3));
        std::fs::create_dir_all(&class).unwrap();
        let number = id_number(n, 7).to_lowercase();
        std::fs::write(class.join(format!("{number}.jpg")), photo(first + n)).unwrap();
    }
    folder
}

pub(crate) async fn drop_on(window: &Window, path: &Path) {
    let event = json!({
        "target": { "kind": "Any" },
        "event": "tauri://drag-drop",
        "payload": { "paths": [path], "position": { "x": 400, "y": 400 } },
    });
    window
        .invoke("plugin:event|emit_to", event)
        .await
        .expect("dropping on the window");
}

/// Leaves pictures at both sizes.
pub(crate) async fn look(window: &Window, name: &str) {
    axe::check(window, name).await;
    window.screenshot(name).await;
    if std::env::var_os("EKATONG_SHOTS").is_some() {
        window.resize(1920, 1080).await;
        window.screenshot(&format!("{name}-1920")).await;
        window.resize(1280, 800).await;
    }
}

pub(crate) fn file(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[tokio::test]
async fn a_school_imports_its_photos() {
    let data = junior_school(24).await;
    let window = data.window("school").await;
    menu(&window, "photos").await;
    window.find(&id("photos-drop")).await;
    look(&window, "photos-import").await;

    let first = folder(0..20, 0);
    file(&first, "空.jpg", b"");
    file(&first, &format!("{}.jpg", id_number(20, 7)), b"");
    file(
        &first,
        &format!("{}.jpg", id_number(21, 7)),
        &photo(21)[..9000],
    );
    file(&first, "320508201409199999.jpg", &photo(60));
    file(
        &first,
        &format!("{}.png", id_number(22, 7)),
        &jpeg(&portrait(22, 1800, 2250)),
    );
    drop_on(&window, first.path()).await;
    window.find(&id("photos-summary")).await;
    // What cannot be used comes first, with its reason.
    window.shows("文件是空的").await;
    window.shows("后半截丢失").await;
    look(&window, "photos-bad").await;
    window.click(&id("photos-state-unmatched")).await;
    window.shows("本校没有这个号码的学生").await;
    window.click(&id("photos-state-new")).await;
    window.find(&id("photos-wall")).await;
    window.shows("已自动缩小").await;
    look(&window, "photos-new").await;
    window.shows("将导入 21 张").await;
    // One looks wrong and stays out.
    let taken = window.find_all("[data-testid^=photos-take-]").await;
    taken[0].click().await.unwrap();
    window.shows("将导入 20 张").await;
    window.click(&id("photos-import")).await;
    window.find(&id("photos-result")).await;
    window.shows("已导入 20 张照片").await;
    look(&window, "photos-result").await;
    window.click(&id("photos-to-missing")).await;
    window
        .wait_for("four are without", async || {
            window.find_all("[data-testid^=photos-pupil-]").await.len() == 4
        })
        .await;
    look(&window, "photos-missing").await;
    window.click(&id("photos-check")).await;
    window.shows("照片正常 20，缺照片 4").await;

    // Two of them again with other photos, and one pupil twice: side by side.
    let second = folder(1..3, 100);
    file(&second, &format!("{}.jpg", id_number(23, 7)), &photo(23));
    file(&second, &format!("g{}.jpg", id_number(23, 7)), &photo(123));
    menu(&window, "photos").await;
    window.click(&id("photos-tab-import")).await;
    window.find(&id("photos-drop")).await;
    drop_on(&window, second.path()).await;
    window.find("[data-testid^=photos-rivals-]").await;
    look(&window, "photos-choose").await;
    let uses = window
        .find_all("input[data-testid^=photos-use-], [data-testid^=photos-use-] input")
        .await;
    uses[0].click().await.unwrap();
    window.shows("将导入 1 张，有 4 张由您选择").await;
    window.click(&id("photos-state-several")).await;
    window.shows("都不导入").await;
    look(&window, "photos-several").await;
    window.click(&id("photos-import")).await;
    window.shows("其中替换 1 张").await;

    // What gave way is in the recycle folder and comes back.
    go(&window, "#/photos?tab=bin").await;
    window.find(&id("photos-bin")).await;
    window.shows("被新照片替换").await;
    look(&window, "photos-bin").await;
    window.click("[data-testid^=photos-restore-]").await;
    window.shows("已恢复这张照片").await;
    assert_eq!(window.complaints().await, Vec::<String>::new());
    window.close().await;
}

#[tokio::test]
async fn one_pupils_photo_is_uploaded_seen_and_taken_away() {
    let data = junior_school(24).await;
    let files = TempDir::new().unwrap();
    // As a phone held upright keeps it: lying, with a word about which way is up.
    let lying = image::imageops::rotate270(&portrait(5, 358, 441));
    let lying = file(&files, "IMG_0042.JPG", &with_exif(&jpeg(&lying), 6));
    let empty = file(&files, "坏.jpg", b"");
    let window = data.window("district").await;
    menu(&window, "pupils").await;
    window.fill(&id("pupils-search"), &id_number(5, 7)).await;
    window
        .wait_for("one is found", async || {
            window.find_all("[data-testid^=pupil-row-]").await.len() == 1
        })
        .await;
    window.click("[data-testid^=pupil-open-]").await;
    window.find(&id("pupil-photo")).await;
    window.shows("还没有照片").await;
    window.upload(&id("pupil-photo-file"), &empty).await;
    window.find(&id("pupil-photo-refused")).await;
    window.shows("文件是空的").await;
    window.upload(&id("pupil-photo-file"), &lying).await;
    window.find("[data-testid=pupil-photo] img").await;
    look(&window, "pupil-photo").await;
    window.click(&id("pupil-photo-view")).await;
    let full = window.find(&id("pupil-photo-full")).await;
    let script = "const e = document.querySelector('[data-testid=pupil-photo-full]'); return [e.naturalWidth, e.naturalHeight]";
    window
        .wait_for("it stands upright", async || {
            window.run(script, vec![]).await == json!([358, 441])
        })
        .await;
    drop(full);
    look(&window, "pupil-photo-full").await;
    window
        .press(&thirtyfour::Key::Escape.value().to_string())
        .await;
    window.shows("查看一名学生的照片原图").await;
    window.click(&id("pupil-photo-remove")).await;
    window.fill(&id("pupil-photo-reason"), "拍错了人").await;
    axe::check(&window, "the reason of a removal").await;
    window.click(&id("pupil-photo-remove-submit")).await;
    window.shows("还没有照片").await;
    window.click(&id("undo")).await;
    window.find("[data-testid=pupil-photo] img").await;
    window.close().await;

    // The card office sees that there is one, and no face.
    let window = data.window("card").await;
    menu(&window, "pupils").await;
    window.fill(&id("pupils-search"), &id_number(5, 7)).await;
    window
        .wait_for("one is found", async || {
            window.find_all("[data-testid^=pupil-row-]").await.len() == 1
        })
        .await;
    window.click("[data-testid^=pupil-open-]").await;
    window.find(&id("pupil-photo")).await;
    window.shows("有照片").await;
    assert!(
        window
            .find_all("[data-testid=pupil-photo] img")
            .await
            .is_empty()
    );
    window.close().await;
}
