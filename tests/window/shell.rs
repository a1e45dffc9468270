//! The window itself: it opens, talks to its host and closes; and what the
//! harness promises about driving it.

use ekatong_tests::window::{Launch, Window};
use serde_json::json;

#[tokio::test]
async fn opens_answers_and_closes() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::open(data.path()).await;
    window
        .wait_for("the page shows something", async || {
            !window.text().await.trim().is_empty()
        })
        .await;
    let refused = window
        .call("no.such.operation", json!({}))
        .await
        .unwrap_err();
    assert_eq!(refused["problems"][0]["severity"], "error", "{refused}");
    window.close().await;
}

#[tokio::test]
async fn types_clicks_and_hands_over_files() {
    let data = tempfile::tempdir().unwrap();
    let workbook = data.path().join("新生 信息.xlsx");
    std::fs::write(&workbook, "not really").unwrap();
    let window = Launch::new(data.path()).size(1366, 768).open().await;
    // Elements of the test's own, so that it does not depend on any page.
    window
        .run(
            "document.body.innerHTML = '<input id=a value=old><input id=f type=file hidden>'
               + '<button>导 出</button>';
             document.querySelector('button').onclick = e => { e.target.textContent = '好'; };",
            vec![],
        )
        .await;
    window.fill("#a", "三年级 '2' 班").await;
    window.upload("#f", &workbook).await;
    window.click_text("导 出").await;
    window.by_text("好").await;
    let seen = window
        .run(
            "return [document.querySelector('#a').value, document.querySelector('#f').files[0].name,
                     innerWidth, innerHeight]",
            vec![],
        )
        .await;
    assert_eq!(seen, json!(["三年级 '2' 班", "新生 信息.xlsx", 1366, 768]));
    window.fill("#a", "").await;
    let left = window
        .run("return document.querySelector('#a').value", vec![])
        .await;
    assert_eq!(left, "");
    assert!(window.complaints().await.is_empty());
    window.run("console.error('坏', 1)", vec![]).await;
    assert_eq!(window.complaints().await, ["console.error: 坏 1"]);
}
