//! Closing the window while it saves: it waits, and the data are whole.

use ekatong_tests::workbook::{child, new_pupils};
use serde_json::json;

use crate::world::{World, id, menu};

const ROWS: usize = 3000;

#[tokio::test]
async fn waits_for_a_commit() {
    let world = World::new().await;
    let school = world.school("3132000101", "平江中学", "311").await;
    world.classes(&school, 7, &[1, 2, 3]).await;
    let limit = json!({ "key": "import.row_limit", "value": "100000" });
    world.done("setting.set", limit).await;
    let grant = json!({ "role": "school_staff", "district": "320508", "schoolId": school });
    world.account("school", "徐蕾", grant).await;
    let data = world.close().await;

    let window = data.window("school").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("新生.xlsx");
    let rows: Vec<_> = (0..ROWS).map(|n| child(n, 7, 1 + n % 3)).collect();
    std::fs::write(&path, new_pupils(&rows)).unwrap();
    menu(&window, "import-new").await;
    window.upload(&id("import-file"), &path).await;
    window.find(&id("import-counts")).await;
    window.click(&id("import-commit-all")).await;
    // The commit is on its way, and is not done when the window is asked to close.
    window.find(&id("jobs")).await;
    window.ask_to_close().await;

    let mut world = data.reopen("city").await;
    world.become_("city").await;
    let imports = world.done("import.list", json!({})).await;
    let import = &imports["items"][0];
    assert_eq!(import["state"], "committed", "{imports}");
    assert_eq!(import["committed"], ROWS);
    let filter = json!({ "schoolId": school, "grade": 7, "classNumber": 1, "limit": 1 });
    let pupils = world.done("pupil.list", filter).await;
    assert_eq!(pupils["count"]["count"], ROWS / 3);
}
