//! The card office: confirmation, the query by confirmation time, withdrawal, export.

use serde_json::json;
use thirtyfour::Key;

use crate::axe;
use crate::world::{World, id, junior_school, menu, menu_keys};

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
        [
            "home",
            "pupils",
            "orders-confirm",
            "orders",
            "batches",
            "cards",
            "extensions",
            "audit"
        ]
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

    // The same by school, exact; and the filter under a name of one's own.
    window.click(&id("orders-totals")).await;
    window.find(&id("orders-total-3132000101")).await;
    window.shows("共 14 条 · 确认制卡 14").await;
    axe::check(&window, "totals by school").await;
    window.screenshot("orders-totals").await;
    window
        .click("[data-testid=orders-totals-drawer] .ant-drawer-close")
        .await;
    window.click(&id("orders-saved")).await;
    window.click(&id("orders-saved-add")).await;
    window.fill(&id("orders-saved-name"), "今天确认的").await;
    window.click(&id("orders-saved-ok")).await;
    window.shows("已保存“今天确认的”").await;
    window.click(&id("orders-range-yesterday")).await;
    window.find(&id("state-empty")).await;
    window.click(&id("orders-saved")).await;
    window.click_text("今天确认的").await;
    window
        .wait_for("the named filter is back", async || rows().await == 14)
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

    // A batch of what was queried: none of these children has a photo, each with a way to mend it.
    window.click(&id("orders-batch")).await;
    window.find(&id("page-batches")).await;
    window.shows("可以制卡 0 张").await;
    window.shows("还没有照片").await;
    window.find("[data-testid^=mend-photo-]").await;
    axe::check(&window, "orders that stay out of a batch").await;
    window.screenshot("batch-faults").await;
    menu(&window, "home").await;
    window.find(&id("todo-orders_to_batch")).await;
    axe::check(&window, "the card office's first page").await;
    window.screenshot("home-card-office").await;
    window.close().await;
}

/// Headings of the shipped template's result file.
const RESULT: [&str; 6] = [
    "制卡编号",
    "姓名",
    "卡号",
    "卡序列号",
    "制卡结果",
    "失败原因",
];

#[tokio::test]
async fn makes_a_batch_hands_it_over_and_reads_the_result() {
    let mut world = World::new().await;
    let school = world.school("3132000101", "平江中学", "311").await;
    world.classes(&school, 7, &[1, 2, 3]).await;
    world.pupils(&school, 0, 4).await;
    world.photos(&school, 0, 4).await;
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
    world.become_("card").await;
    let orders = world.done("order.list", json!({})).await;
    let pupils: Vec<_> = orders["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|order| order["pupilId"].clone())
        .collect();
    world
        .done(
            "extension.add",
            json!({ "pupilIds": pupils, "reason": "补卡期间", "expiresOn": "2027-12-31" }),
        )
        .await;
    let data = world.close().await;

    let window = data.window("card").await;
    menu(&window, "batches").await;
    window.find(&id("state-empty")).await;
    axe::check(&window, "no batch").await;
    window.click(&id("batch-new")).await;
    window.find(&id("state-empty")).await;
    menu(&window, "orders-confirm").await;
    window.click(&id("orders-select-all")).await;
    // Many with one key.
    window
        .press(&format!("{}{}", Key::Control.value(), Key::Enter.value()))
        .await;
    window.find(&id("state-empty")).await;
    window.click(".ant-notification-notice-close").await;

    // Checked, looked at, made.
    menu(&window, "home").await;
    window.click(&id("todo-orders_to_batch")).await;
    window.shows("可以制卡 4 张").await;
    axe::check(&window, "a new batch").await;
    window.screenshot("batch-new").await;
    window.click(&id("batch-make")).await;
    window.shows("已建立批次").await;
    menu(&window, "home").await;
    window.click(&id("todo-batches_to_export")).await;
    follow(&window, "[data-testid^=batch-open-]").await;
    window.find(&id("batch-ledger")).await;
    window.click(&id("batch-export")).await;
    window.click(&id("batch-export-ok")).await;
    window.shows("已保存到").await;
    let package = std::fs::read_dir(window.saved())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .next()
        .unwrap();
    let number = package.file_stem().unwrap().to_string_lossy().into_owned();
    let bytes = std::fs::read(&package).unwrap();
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(package.len(), 4 + 3, "a photo each, the file, two lists");
    let first = package.by_index(0).unwrap();
    assert!(first.name().unwrap().starts_with("照片/"));

    // The bureau answers: two cards, one failure, one row that is wrong.
    let line = |n: u32| format!("{number}-{n:05}");
    let names = line_names(&window).await;
    let row = |n: u32, card: &str, word: &str, why: &str| {
        let serial = if card.is_empty() {
            String::new()
        } else {
            format!("04a1b2c{n}")
        };
        let name = names[n as usize - 1].clone();
        vec![
            line(n),
            name,
            card.to_owned(),
            serial,
            word.to_owned(),
            why.to_owned(),
        ]
    };
    let mut rows = vec![RESULT.map(str::to_owned).to_vec()];
    rows.push(row(1, "E2026000001", "成功", ""));
    rows.push(row(2, "E2026000002", "成功", ""));
    rows.push(row(3, "", "失败", "照片不清"));
    rows.push(row(4, "E2026000001", "成功", ""));
    let file = window.saved().join("结果.xlsx");
    std::fs::write(&file, ekatong_tests::workbook::table("结果", &rows)).unwrap();
    window.click(&id("batch-read")).await;
    window.upload(&id("result-input"), &file).await;
    window.shows("有错误 1").await;
    window.shows("与第 2 行相同").await;
    axe::check(&window, "a result file").await;
    window.screenshot("batch-result").await;
    window.click(&id("result-write")).await;
    window.shows("已写入：制成 2 张，失败 1 张").await;
    window.shows("没有结果 1").await;
    window.screenshot("batch-page").await;
    axe::check(&window, "a batch").await;

    // What never came is noted by hand; then it can be closed.
    window.click(&id("lines-waiting")).await;
    window.click("[data-testid=batch-lines] .ek-check").await;
    window.click(&id("lines-fail")).await;
    window.fill(&id("lines-fail-reason"), "邮寄丢失").await;
    window.click(&id("lines-fail-submit")).await;
    window.shows("没有结果 0").await;
    window.click(&id("batch-close")).await;
    window.shows("已结清").await;

    // One box, any case; the card's page; lost and found.
    menu(&window, "cards").await;
    window.fill(&id("card-number"), "04A1b2C1").await;
    window.press("\u{e007}").await;
    follow(&window, &id("card-open-E2026000001")).await;
    window.find(&id("card-facts")).await;
    window.find(&id("card-extensions")).await;
    window.shows("补卡期间").await;
    window.click(&id("card-lose")).await;
    window.fill(&id("card-reason"), "家长电话挂失").await;
    window.click(&id("card-reason-submit")).await;
    window.find(&id("card-restore")).await;
    axe::check(&window, "a card").await;
    window.screenshot("card-page").await;
    window.click(&id("card-restore")).await;
    window.find(&id("card-lose")).await;

    // The order's own page; the failed one goes on.
    menu(&window, "orders").await;
    window.click(&id("orders-state-failed")).await;
    follow(&window, "[data-testid^=order-row-] a").await;
    window.find(&id("order-facts")).await;
    window.shows("制卡失败").await;
    axe::check(&window, "an order").await;
    window.screenshot("order-page").await;
    window.click(&id("order-retry")).await;
    window.find(&id("order-confirm")).await;

    // A template of the district's own.
    menu(&window, "batches").await;
    window.click(&id("batch-templates")).await;
    window.find(&id("template-columns")).await;
    window.fill(&id("template-name"), "苏州制卡厂").await;
    window.fill(&id("template-heading-0"), "编号").await;
    window.click(&id("template-copy")).await;
    window.shows("已保存模板").await;
    window.find(&id("template-save")).await;
    axe::check(&window, "a template").await;
    window.screenshot("batch-templates").await;
    window.close().await;
}

#[tokio::test]
async fn corrects_orders_by_the_schools_record() {
    let mut data = junior_school(5).await;
    let world = data.reopen("school").await;
    let schools = world.done("school.list", json!({})).await;
    let school = schools["items"][0]["id"].clone();
    world
        .done("order.request", json!({ "schoolId": school }))
        .await;
    data = world.close().await;
    data.raw("UPDATE card_order SET district = '320505' WHERE id IN (SELECT id FROM card_order ORDER BY id LIMIT 2)")
        .await;
    data.raw("UPDATE pupil SET district = '320505' WHERE id = (SELECT pupil_id FROM card_order ORDER BY id DESC LIMIT 1)")
        .await;

    let window = data.window("card").await;
    menu(&window, "orders").await;
    window.click(&id("orders-mismatches")).await;
    let rows = async || {
        let rows = window.find_all("[data-testid^=mismatch-row-]").await;
        rows.len()
    };
    window
        .wait_for("three do not fit", async || rows().await == 3)
        .await;
    window
        .shows("订单的区县是虎丘区，平江中学登记在姑苏区。")
        .await;
    window.shows("学生资料的区县是虎丘区").await;
    axe::check(&window, "orders that do not fit").await;
    window.screenshot("orders-mismatches").await;
    // One by itself, then all that are left.
    window.click("[data-testid^=mismatch-row-] .ek-check").await;
    window.click(&id("mismatches-correct")).await;
    window.click(&id("mismatches-reason-submit")).await;
    window.shows("请填写原因").await;
    window
        .fill(&id("mismatches-reason"), "学校登记已变更")
        .await;
    window.click(&id("mismatches-reason-submit")).await;
    window
        .wait_for("two are left", async || rows().await == 2)
        .await;
    window.click(&id("mismatches-all")).await;
    window.click(&id("mismatches-correct")).await;
    window
        .fill(&id("mismatches-reason"), "学校登记已变更")
        .await;
    axe::check(&window, "reason of a correction").await;
    window.click(&id("mismatches-reason-submit")).await;
    window.find(&id("state-empty")).await;
    window.shows("没有不一致的订单").await;
    window.close().await;
}

/// Follows a link in a cell of a table: WebKitWebDriver calls such cells not displayed.
async fn follow(window: &ekatong_tests::window::Window, css: &str) {
    window.find(css).await;
    window
        .run(
            "document.querySelector(arguments[0]).click()",
            vec![json!(css)],
        )
        .await;
}

/// Names of the pupils of the batch that is shown, in its order.
async fn line_names(window: &ekatong_tests::window::Window) -> Vec<String> {
    let lines = window
        .run(
            "return [...document.querySelectorAll('[data-testid=batch-lines] a')] \
             .map((a) => a.textContent)",
            vec![],
        )
        .await;
    lines
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}
