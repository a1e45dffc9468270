//! The main job of a school without a mouse: only keys reach the window here, but
//! for the file, which the native dialog would give.

use ekatong_tests::window::Window;
use ekatong_tests::workbook::{child, new_pupils};
use serde_json::json;
use thirtyfour::Key;

use crate::world::{PASSWORD, World, id};

pub(crate) async fn key(window: &Window, key: Key) {
    window.press(&key.value().to_string()).await;
}

/// Tabs on until the element with this hook has the focus.
pub(crate) async fn tab_to(window: &Window, hook: &str) {
    for _ in 0..60 {
        let script = "return document.activeElement?.closest('[data-testid=\"' + arguments[0] + '\"]') != null";
        if window.run(script, vec![hook.into()]).await == true {
            return;
        }
        key(window, Key::Tab).await;
    }
    panic!("{hook} is not reached by Tab");
}

#[tokio::test]
async fn classes_import_and_submission_by_keys_alone() {
    let world = World::new().await;
    let school = world.school("3132000101", "平江中学", "311").await;
    let grant = json!({ "role": "school_staff", "district": "320508", "schoolId": school });
    world.account("school", "徐蕾", grant).await;
    let data = world.close().await;
    let window = data.launch().open().await;
    window.find(&id("sign-in-login")).await;
    // The first field has the focus.
    window.press("school").await;
    key(&window, Key::Tab).await;
    window.press(PASSWORD).await;
    key(&window, Key::Enter).await;
    window.find(&id("page-home")).await;

    tab_to(&window, "menu-organisation").await;
    key(&window, Key::Enter).await;
    window.find(&id("class-board")).await;
    tab_to(&window, "class-cell-1").await;
    // Space chooses, shifted arrows extend, Enter goes on to the form.
    window.press(" ").await;
    for _ in 0..2 {
        window
            .press(&format!("{}{}", Key::Shift.value(), Key::Right.value()))
            .await;
    }
    window.shows("1–3 班").await;
    key(&window, Key::Enter).await;
    window.press("启航").await;
    key(&window, Key::Enter).await;
    window
        .find(&format!("{}[data-state=used]", id("class-cell-3")))
        .await;

    tab_to(&window, "menu-import-new").await;
    key(&window, Key::Enter).await;
    window.find(&id("import-classes")).await;
    tab_to(&window, "import-pick").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("新生.xlsx");
    let mut rows: Vec<_> = (0..20).map(|n| child(n, 7, 1 + n % 3)).collect();
    rows[4][5] = "7".to_owned();
    std::fs::write(&path, new_pupils(&rows)).unwrap();
    window.upload(&id("import-file"), &path).await;
    window.find(&id("import-counts")).await;
    key(&window, Key::F8).await;
    window.shows("七年级没有 7 班").await;
    // The list of keys opens and closes.
    window.press("?").await;
    window.find(&id("keys-dialog")).await;
    key(&window, Key::Escape).await;
    window
        .press(&format!("{}{}", Key::Control.value(), Key::Enter.value()))
        .await;
    window.find(&id("import-result")).await;
    // What comes next has the focus already.
    key(&window, Key::Enter).await;
    window.find(&id("pupils")).await;
    window
        .wait_for("the pupils are listed", async || {
            window.find_all("[data-testid^=pupil-row-]").await.len() == 19
        })
        .await;
    tab_to(&window, "pupils-select-all").await;
    window.press(" ").await;
    tab_to(&window, "pupils-submit").await;
    key(&window, Key::Enter).await;
    window.shows("已提交 19 条").await;
    // Ctrl+F is the filter of the list.
    window.press(&format!("{}f", Key::Control.value())).await;
    window.press("不存在").await;
    window.find(&id("state-empty")).await;
    window.close().await;
}
