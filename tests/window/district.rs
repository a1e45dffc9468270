//! A district admin: schools, ladders, approval of orders.

use serde_json::json;

use crate::axe;
use crate::world::{World, choose, id, menu, menu_keys};

#[tokio::test]
async fn creates_a_school_and_its_ladder() {
    let world = World::new().await;
    world
        .account(
            "district",
            "周敏",
            json!({ "role": "district_admin", "district": "320508" }),
        )
        .await;
    let data = world.close().await;
    let window = data.window("district").await;
    assert_eq!(
        menu_keys(&window).await,
        [
            "home",
            "organisation",
            "import-new",
            "entry",
            "imports",
            "pupils",
            "photos",
            "review",
            "registrations",
            "transfers",
            "orders-approve",
            "orders",
            "batches",
            "cards",
            "extensions",
            "accounts",
            "audit",
            "settings"
        ]
    );
    menu(&window, "organisation").await;
    window.find(&id("state-empty")).await;
    axe::check(&window, "no schools yet").await;
    window.click(&id("school-create")).await;
    // All that is missing is said at once, and the first of it has the focus.
    window.click(&id("school-submit")).await;
    window.shows("请填写学校名称").await;
    window.shows("请选择办学类型").await;
    window
        .fill(&id("school-name"), " 梧桐九年一贯制学校 ")
        .await;
    window.fill(&id("school-code"), "31320001").await;
    choose(&window, "school-kind", "312 九年一贯制学校").await;
    window.click(&id("school-submit")).await;
    // A code of eight digits is refused, beside its field.
    window.shows("学校代码应为 10 位数字").await;
    axe::check(&window, "form of a school").await;
    window.screenshot("school-form").await;
    window.fill(&id("school-code"), "3132000101").await;
    window.click(&id("school-submit")).await;
    window.find(&id("school-row-3132000101")).await;
    window.shows("已新建 梧桐九年一贯制学校").await;

    window.click(&id("tab-ladder")).await;
    window.find(&id("ladder-row-3132000101")).await;
    let cells = async |state: &str| {
        window
            .find_all(&format!(
                "{} .ek-ladder-cell[data-state={state}]",
                id("ladder-row-3132000101")
            ))
            .await
            .len()
    };
    assert_eq!(cells("missing").await, 9);
    window.click(&id("ladder-preview")).await;
    window
        .wait_for("nine grades are announced", async || {
            window.find_all(&id("ladder-change")).await.len() == 9
        })
        .await;
    axe::check(&window, "preview of a ladder").await;
    window.screenshot("ladder-preview").await;
    window.click(&id("ladder-apply")).await;
    window
        .wait_for("the ladder is complete", async || {
            cells("present").await == 9
        })
        .await;
    // A second time there is nothing to do.
    window.click(&id("ladder-preview")).await;
    window.shows("不需要补齐").await;
    let apply = window.find(&id("ladder-apply")).await;
    assert!(!apply.is_enabled().await.unwrap());
    window.close().await;
}

#[tokio::test]
async fn approves_orders() {
    let world = World::new().await;
    let school = world.school("3132000101", "平江中学", "311").await;
    world.classes(&school, 7, &[1, 2, 3]).await;
    world.pupils(&school, 0, 12).await;
    world
        .done("order.request", json!({ "schoolId": school }))
        .await;
    world
        .account(
            "district",
            "周敏",
            json!({ "role": "district_admin", "district": "320508" }),
        )
        .await;
    let data = world.close().await;
    let window = data.window("district").await;
    window.click(&id("todo-orders_to_approve")).await;
    window.find(&id("page-orders-approve")).await;
    let rows = async || window.find_all("[data-testid^=order-row-]").await.len();
    window
        .wait_for("twelve orders wait", async || rows().await == 12)
        .await;
    // Two are sent back with a reason …
    for row in window
        .find_all("[data-testid^=order-row-] .ek-check")
        .await
        .into_iter()
        .take(2)
    {
        row.click().await.unwrap();
    }
    window.shows("已选 2 条").await;
    window.click(&id("orders-return")).await;
    window.click_text("照片不合要求").await;
    window.click(&id("orders-reason-submit")).await;
    window
        .wait_for("ten are left", async || rows().await == 10)
        .await;
    // … and all others approved.
    window.click(&id("orders-select-all")).await;
    window.click(&id("orders-approve")).await;
    window
        .wait_for("none is left", async || rows().await == 0)
        .await;
    window.find(&id("state-empty")).await;
    menu(&window, "orders").await;
    window.click(&id("orders-state-returned")).await;
    window
        .wait_for("the returned ones are listed", async || rows().await == 2)
        .await;
    window.close().await;
    let mut world = data.reopen("city").await;
    world.become_("city").await;
    let counts = world.done("order.counts", json!({ "filter": {} })).await;
    let of = |state: &str| {
        counts["states"]
            .as_array()
            .unwrap()
            .iter()
            .find(|each| each["state"] == state)
            .map_or(0, |each| each["count"]["count"].as_u64().unwrap())
    };
    assert_eq!((of("approved"), of("returned")), (10, 2));
}

#[tokio::test]
async fn reviews_new_pupils() {
    let world = World::new().await;
    let school = world.school("3132000101", "平江中学", "311").await;
    world.classes(&school, 7, &[1, 2, 3]).await;
    let import = world.pupils(&school, 0, 12).await;
    world
        .done(
            "pupil.submit",
            json!({ "schoolId": school, "importId": import }),
        )
        .await;
    world
        .account(
            "district",
            "周敏",
            json!({ "role": "district_admin", "district": "320508" }),
        )
        .await;
    let data = world.close().await;
    let window = data.window("district").await;
    menu(&window, "review").await;
    let rows = async || window.find_all("[data-testid^=review-row-]").await.len();
    window
        .wait_for("twelve wait", async || rows().await == 12)
        .await;
    axe::check(&window, "review of new pupils").await;
    window.screenshot("review").await;

    // One is looked at, with all its numbers, and sent back with a reason of the district's.
    window.click("[data-testid^=review-open-]").await;
    window.find(&id("review-record")).await;
    window.shows("320508201401010001").await;
    axe::check(&window, "an application in review").await;
    window.screenshot("review-look").await;
    window.click(&id("review-look-return")).await;
    window.click_text("家长信息不全").await;
    window.click(&id("review-reason-submit")).await;
    window
        .wait_for("eleven are left", async || rows().await == 11)
        .await;
    // All others are approved, and have their card orders.
    window.click(&id("review-select-all")).await;
    window.click(&id("review-approve")).await;
    window
        .wait_for("none is left", async || rows().await == 0)
        .await;
    window.click(&id("review-state-returned")).await;
    window
        .wait_for("the returned one is listed", async || rows().await == 1)
        .await;
    window.close().await;
    let mut world = data.reopen("city").await;
    world.become_("city").await;
    let filter = json!({ "filter": { "state": "approved" } });
    let orders = world.done("order.list", filter).await;
    assert_eq!(orders["items"].as_array().unwrap().len(), 11);
}
