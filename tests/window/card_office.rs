//! The card office: confirmation, the query by confirmation time, withdrawal, export.

use serde_json::json;

use crate::axe;
use crate::world::{World, id, menu, menu_keys};

#[tokio::test]
async fn confirms_queries_withdraws_and_exports() {
    let world = World::new().await;
    let school = world.school("3132000101", "平江中学", "311").await;
    world.classes(&school, 7, &[1, 2, 3]).await;
    world.pupils(&school, 0, 15).await;
    world
        .done("order.request", json!({ "schoolId": school }))
        .await;
    let grant = json!({ "role": "card_office", "district": "320508" });
    world.account("card", "陈默", grant).await;
    world
        .done(
            "order.approve",
            json!({ "filter": { "state": "requested" } }),
        )
        .await;
    let data = world.close().await;

    let window = data.window("card").await;
    assert_eq!(
        menu_keys(&window).await,
        ["home", "pupils", "orders-confirm", "orders", "audit"]
    );
    window.click(&id("todo-orders_to_confirm")).await;
    window.find(&id("page-orders-confirm")).await;
    let rows = async || window.find_all("[data-testid^=order-row-]").await.len();
    window
        .wait_for("fifteen wait", async || rows().await == 15)
        .await;
    window.click(&id("orders-select-all")).await;
    window.click(&id("orders-confirm")).await;
    window
        .wait_for("none waits any more", async || rows().await == 0)
        .await;
    window.find(&id("state-empty")).await;
    axe::check(&window, "nothing to confirm").await;

    menu(&window, "orders").await;
    window.click(&id("orders-range-yesterday")).await;
    window.find(&id("state-empty")).await;
    window.click(&id("orders-range-today")).await;
    window
        .wait_for("all were confirmed today", async || rows().await == 15)
        .await;
    window.shows("按确认制卡时间").await;
    window.shows("区审核通过时间").await;
    assert!(!window.text().await.contains("申请制卡时间"));
    // The filter is in the address: Back returns to it.
    menu(&window, "home").await;
    window.run("history.back()", vec![]).await;
    window.find(&id("page-orders")).await;
    window
        .wait_for("the same list is back", async || rows().await == 15)
        .await;

    // One was a mistake.
    window.click("[data-testid^=order-row-] .ek-check").await;
    window.click(&id("orders-withdraw")).await;
    window.click(&id("orders-reason-submit")).await;
    window.shows("请填写原因").await;
    window.fill(&id("orders-reason"), "照片需要重拍").await;
    axe::check(&window, "reason of a withdrawal").await;
    window.click(&id("orders-reason-submit")).await;
    window
        .wait_for("fourteen are left", async || rows().await == 14)
        .await;

    window.click(&id("orders-export")).await;
    window.shows("已导出 14 行").await;
    let files: Vec<_> = std::fs::read_dir(window.saved())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let text = ekatong_tests::workbook::all_text(std::fs::read(&files[0]).unwrap(), "orders.xlsx");
    assert_eq!(text.matches("平江中学").count(), 14, "{text}");
    assert!(text.contains("确认制卡时间") && text.contains("区审核通过时间"));
    window.close().await;
}
