//! 临时增效: the card office adds a pupil, looks at who would leave, and takes it back.

use ekatong_tests::workbook::id_number;

use crate::axe;
use crate::world::{id, junior_school, menu};

#[tokio::test]
async fn a_pupil_is_added_and_the_cleaning_looked_at() {
    let data = junior_school(3).await;
    let window = data.window("card").await;
    menu(&window, "extensions").await;
    window.find(&id("state-empty")).await;
    axe::check(&window, "no temporary extensions").await;

    window.click(&id("extensions-add")).await;
    window
        .fill(&id("extension-number"), &id_number(900, 7))
        .await;
    window.click_text("补卡期间").await;
    window.click(&id("extension-add-submit")).await;
    window.shows("没有这名学生").await;
    window.fill(&id("extension-number"), &id_number(0, 7)).await;
    axe::check(&window, "adding a temporary extension").await;
    window.screenshot("extension-add").await;
    window.click(&id("extension-add-submit")).await;
    window.find("[data-testid^=extension-row-]").await;
    window.shows("王梓涵").await;
    axe::check(&window, "temporary extensions").await;
    window.screenshot("extensions").await;

    window.click(&id("extensions-clean")).await;
    window.find(&id("extension-preview")).await;
    window.shows("没有需要移出的").await;
    axe::check(&window, "preview of a cleaning").await;
    window.screenshot("extension-clean").await;
    window.click(&id("dialog-cancel")).await;
    window.click(&id("extensions-file")).await;
    window.find(&id("extension-file-choose")).await;
    axe::check(&window, "files of extensions").await;
    window.screenshot("extension-file").await;
    window.click(&id("dialog-cancel")).await;
    window.click(&id("extensions-runs")).await;
    window.shows("还没有清理过").await;
    axe::check(&window, "cleanings so far").await;
    window.close().await;
}
