//! The pupils: the search box, a pupil's page, corrections, the roster, the counts.

use ekatong_tests::window::Window;
use ekatong_tests::workbook::id_number;
use serde_json::json;

use crate::axe;
use crate::world::{go, id, junior_school, menu};

async fn rows(window: &Window) -> usize {
    window.find_all("[data-testid^=pupil-row-]").await.len()
}

/// Types into the search box and waits for so many pupils.
async fn search(window: &Window, text: &str, count: usize) {
    window.fill(&id("pupils-search"), text).await;
    window
        .wait_for(format!("{count} are found by {text}"), async || {
            rows(window).await == count
        })
        .await;
}

async fn paper(window: &Window) -> String {
    let field = window.find(&id("pupil-paper")).await;
    field.text().await.expect("its text")
}

#[tokio::test]
async fn a_school_searches_looks_and_corrects() {
    let data = junior_school(9).await;
    let window = data.window("school").await;
    menu(&window, "pupils").await;
    search(&window, "7-2", 3).await;
    search(&window, "zihan", 9).await;
    search(&window, "wzh", 1).await;
    axe::check(&window, "search").await;
    window.screenshot("pupils-search").await;
    let number = id_number(0, 7);
    search(&window, &number, 1).await;
    assert!(
        !window
            .run("return location.href", vec![])
            .await
            .to_string()
            .contains(&number),
        "a number is in no address"
    );
    window.click("[data-testid^=pupil-open-]").await;

    // Masked until asked, and again when the person says so.
    window.find(&id("pupil-content")).await;
    assert!(!window.text().await.contains(&number));
    axe::check(&window, "a pupil's page").await;
    window.screenshot("pupil").await;
    window.click(&id("pupil-reveal")).await;
    window.click(&id("pupil-reveal-submit")).await;
    window.shows("原因").await;
    window
        .fill(&id("pupil-reveal-reason"), "家长来电核对")
        .await;
    axe::check(&window, "the reason of a look").await;
    window.click(&id("pupil-reveal-submit")).await;
    window.find(&id("pupil-revealed")).await;
    assert_eq!(paper(&window).await, number);
    window.shows("13900000000").await;
    window.click(&id("pupil-hide")).await;
    window
        .wait_for("the number is masked again", async || {
            paper(&window).await.contains('*')
        })
        .await;
    window.shows("查看一名学生的证件号码").await;

    // A draft is gone on with; there is nothing to correct beside it.
    window.find(&id("pupil-go-on")).await;
    assert!(window.find_all(&id("pupil-edit")).await.is_empty());
    let school = window.call("school.list", json!({})).await.unwrap()["items"][0]["id"].clone();
    let class = json!({ "schoolId": school, "grade": 7, "classNumber": 1 });
    window.call("pupil.submit", class).await.unwrap();
    window.close().await;

    // Once it is submitted, the district corrects it.
    let window = data.window("district").await;
    menu(&window, "pupils").await;
    search(&window, &number, 1).await;
    window.click("[data-testid^=pupil-open-]").await;
    window.click(&id("pupil-edit")).await;
    assert!(window.find_all(&id("pupil-go-on")).await.is_empty());
    window.fill(&id("pupil-edit-name"), "王梓晗").await;
    axe::check(&window, "a correction").await;
    window.screenshot("pupil-edit").await;
    window.click(&id("pupil-edit-submit")).await;
    window.shows("请填写原因").await;
    window
        .fill(&id("pupil-edit-reason"), "家长持户口簿更正")
        .await;
    window.click(&id("pupil-edit-submit")).await;
    window.find(&id("pupil-correction")).await;
    window.shows("学生档案 · 王梓晗").await;
    window.shows("更正姓名").await;
    window.shows("139****0000").await;
    assert!(
        !window.text().await.contains("更正姓名、"),
        "only what was typed is corrected"
    );

    // The paper was another: its kind, country and number, and the birth date it does not say.
    window.click(&id("pupil-edit")).await;
    crate::world::choose(&window, "pupil-edit-paperKind", "护照").await;
    window.fill(&id("pupil-edit-nationality"), "usa").await;
    window
        .fill(&id("pupil-edit-birthDate"), "2014年5月6日")
        .await;
    window
        .fill(&id("pupil-edit-reason"), "持护照，录入时选错")
        .await;
    window.click(&id("pupil-edit-submit")).await;
    window.shows("请填写这份证件的号码").await;
    axe::check(&window, "a correction of the paper").await;
    window.screenshot("pupil-edit-paper").await;
    window.fill(&id("pupil-edit-paper"), "E1234567").await;
    window
        .fill(&id("pupil-edit-phone-0"), "0512-65123456")
        .await;
    window.click(&id("pupil-edit-submit")).await;
    window.shows("更正出生日期、证件、家长").await;
    window.shows("E1****67").await;
    window.shows("USA").await;
    window.click(&id("pupil-back")).await;
    search(&window, "梓晗", 1).await;
    window.close().await;
}

#[tokio::test]
async fn the_district_counts_exports_and_prints() {
    let data = junior_school(9).await;
    let window = data.window("district").await;
    menu(&window, "pupils").await;
    window.click(&id("pupils-statistics")).await;
    window.find(&id("statistics")).await;
    window.shows("本学年共 9 名学生").await;
    axe::check(&window, "counts").await;
    window.screenshot("pupils-statistics").await;
    go(&window, "#/pupils").await;
    window.click(&id("pupils-export")).await;
    window.click(&id("pupils-export-submit")).await;
    window.shows("已导出 9 行").await;
    let school = window.call("school.list", json!({})).await.unwrap()["items"][0]["id"].clone();
    let school = school.as_str().unwrap();
    go(
        &window,
        &format!("#/pupils/roster?s={school}&grade=7&class=2"),
    )
    .await;
    window.find(&id("roster")).await;
    window.shows("平江中学 七年级 2 班学生名单").await;
    assert_eq!(
        window.find_all("[data-testid=roster] tbody tr").await.len(),
        3
    );
    axe::check(&window, "roster").await;
    window.screenshot("roster").await;
    window.close().await;
}

#[tokio::test]
async fn the_card_office_sees_masked_pages_alone() {
    let data = junior_school(9).await;
    let window = data.window("card").await;
    menu(&window, "pupils").await;
    search(&window, "wzh", 1).await;
    window.click("[data-testid^=pupil-open-]").await;
    window.find(&id("pupil-content")).await;
    assert!(paper(&window).await.contains("********"));
    assert!(window.find_all(&id("pupil-reveal")).await.is_empty());
    assert!(window.find_all(&id("pupil-edit")).await.is_empty());
    window.close().await;
}
