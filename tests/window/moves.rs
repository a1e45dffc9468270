//! Children who change schools: 注册报到, 转入转出, and the recycle bin.

use ekatong_tests::window::Window;
use ekatong_tests::workbook::{child, id_number};
use serde_json::json;

use crate::axe;
use crate::world::{Data, World, choose, go, id, menu};

/// A primary and a junior school of one district and pupils in grade 6 and 7; staff
/// `primary` and `junior`, and the district's `district`.
async fn data() -> Data {
    let world = World::new().await;
    let primary = world.school("2132050002", "采莲小学", "211").await;
    let junior = world.school("3132000101", "平江中学", "311").await;
    world.classes(&primary, 6, &[1]).await;
    world.classes(&junior, 7, &[1, 2, 3]).await;
    let leavers: Vec<_> = (0..3).map(|n| child(n, 6, 1)).collect();
    world.enter(&primary, &leavers).await;
    world.pupils(&junior, 20, 3).await;
    for (login, name, school) in [("primary", "林晓", &primary), ("junior", "徐蕾", &junior)] {
        let grant = json!({ "role": "school_staff", "district": "320508", "schoolId": school });
        world.account(login, name, grant).await;
    }
    let grant = json!({ "role": "district_admin", "district": "320508" });
    world.account("district", "周敏", grant).await;
    world.close().await
}

async fn count(window: &Window, rows: &str) -> usize {
    let script = "return document.querySelectorAll(arguments[0]).length";
    let rows = format!("[data-testid^={rows}-row-]");
    let count = window.run(script, vec![rows.into()]).await;
    usize::try_from(count.as_u64().expect("a number")).expect("a count")
}

async fn wait_for(window: &Window, rows: &str, wanted: usize) {
    window
        .wait_for(format!("{wanted} of {rows}"), async || {
            count(window, rows).await == wanted
        })
        .await;
}

/// Ticks the first row of a table.
async fn pick(window: &Window, rows: &str) {
    window
        .click(&format!("[data-testid^={rows}-row-] .ant-checkbox-wrapper"))
        .await;
}

#[tokio::test]
async fn a_leaver_is_registered_and_the_district_approves() {
    let data = data().await;
    let window = data.window("junior").await;
    menu(&window, "registrations").await;
    window.click(&id("moves-add")).await;
    window.fill(&id("move-name"), "王梓晗").await;
    // A number that nobody has is told on its field.
    window.fill(&id("move-number"), &id_number(900, 6)).await;
    choose(&window, "move-class", "2 班").await;
    window.click(&id("move-save")).await;
    window.shows("没有找到这名学生").await;
    window.fill(&id("move-number"), &id_number(0, 6)).await;
    axe::check(&window, "a registration").await;
    window.screenshot("registration-form").await;
    window.click(&id("move-save")).await;
    // The name differs from the primary school's: said, and left to the district.
    window.shows("姓名与原记录不同").await;
    window.click_text("关闭").await;
    wait_for(&window, "move", 1).await;
    pick(&window, "move").await;
    window.click(&id("moves-submit")).await;
    window.shows("已提交").await;
    window.screenshot("registrations").await;
    axe::check(&window, "registrations").await;
    window.close().await;

    let window = data.window("primary").await;
    menu(&window, "registrations").await;
    window.click_text("从本校").await;
    wait_for(&window, "move", 1).await;
    window.shows("平江中学 七年级 2 班").await;
    window.close().await;

    let window = data.window("district").await;
    menu(&window, "review").await;
    window.click(&id("review-kind-registration")).await;
    wait_for(&window, "review", 1).await;
    window.click("[data-testid^=review-open-]").await;
    window.find(&id("review-record")).await;
    window
        .shows("学校登记的姓名是“王梓晗”，原记录是“王梓涵”")
        .await;
    window.shows("采莲小学 六年级 1 班").await;
    axe::check(&window, "a registration in review").await;
    window.screenshot("review-registration").await;
    window.click(&id("review-look-approve")).await;
    wait_for(&window, "review", 0).await;
    window.close().await;

    let mut world = data.reopen("city").await;
    world.become_("junior").await;
    let pupils = world
        .done("pupil.list", json!({ "classNumber": 2, "grade": 7 }))
        .await;
    let names: Vec<&str> = pupils["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pupil| pupil["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"王梓涵"), "{names:?}");
}

#[tokio::test]
async fn a_transfer_is_asked_for_and_refused() {
    let data = data().await;
    let window = data.window("primary").await;
    menu(&window, "transfers").await;
    window.click(&id("moves-add")).await;
    window.fill(&id("move-number"), &id_number(20, 7)).await;
    choose(&window, "move-grade", "六年级").await;
    choose(&window, "move-class", "1 班").await;
    window.fill(&id("move-why"), "随父母迁居").await;
    axe::check(&window, "a request for a transfer").await;
    window.click(&id("move-ask")).await;
    // Not yet approved where it is: the message says what to do.
    window.shows("区里还没有审核").await;
    window.screenshot("transfer-form").await;
    window.close().await;
}

#[tokio::test]
async fn a_pupil_is_deleted_and_restored() {
    let data = data().await;
    let window = data.window("junior").await;
    menu(&window, "pupils").await;
    wait_for(&window, "pupil", 3).await;
    pick(&window, "pupil").await;
    window.click(&id("pupils-delete")).await;
    window.click_text("重复录入").await;
    axe::check(&window, "a deletion").await;
    window.screenshot("pupils-delete").await;
    window.click(&id("pupils-delete-submit")).await;
    wait_for(&window, "pupil", 2).await;
    window.click(&id("pupils-bin")).await;
    wait_for(&window, "bin", 1).await;
    window.shows("重复录入").await;
    axe::check(&window, "the recycle bin").await;
    window.screenshot("recycle-bin").await;
    window.click("[data-testid^=bin-restore-]").await;
    wait_for(&window, "bin", 0).await;
    go(&window, "#/pupils").await;
    wait_for(&window, "pupil", 3).await;
    window.close().await;
}
