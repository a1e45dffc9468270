//! A city admin keeps accounts.

use serde_json::json;

use crate::axe;
use crate::world::{PASSWORD, World, choose, id, menu, sign_in, sign_out};

#[tokio::test]
async fn creates_disables_resets_and_enables() {
    let world = World::new().await;
    world.school("3132000101", "平江中学", "311").await;
    let data = world.close().await;
    let window = data.window("city").await;
    menu(&window, "accounts").await;
    window.click(&id("account-create")).await;
    window.fill(&id("account-name"), "徐蕾").await;
    window.fill(&id("account-login"), "xulei").await;
    choose(&window, "account-role-0", "学校管理员").await;
    choose(&window, "account-scope-0", "平江中学").await;
    window.fill(&id("account-password"), "12345").await;
    window.click(&id("account-submit")).await;
    // The rules are said beside the field.
    window.shows("密码太短").await;
    axe::check(&window, "form of an account").await;
    window.screenshot("account-form").await;
    window.click(&id("account-generate")).await;
    window.fill(&id("account-password"), PASSWORD).await;
    window.click(&id("account-forced")).await;
    window.click(&id("account-submit")).await;
    window.find(&id("account-row-xulei")).await;
    window.shows("学校管理员 · 平江中学").await;

    sign_out(&window).await;
    sign_in(&window, "xulei", PASSWORD).await;
    sign_out(&window).await;
    sign_in(&window, "city", PASSWORD).await;
    menu(&window, "accounts").await;
    window.click(&id("account-disable-xulei")).await;
    window.find(&id("account-enable-xulei")).await;
    // Undo is offered instead of a question.
    window.click(&id("undo")).await;
    window.find(&id("account-disable-xulei")).await;
    window.click(&id("account-disable-xulei")).await;
    window.find(&id("account-enable-xulei")).await;
    let refused = window
        .call(
            "session.signIn",
            json!({ "login": "xulei", "password": PASSWORD }),
        )
        .await
        .unwrap_err();
    assert_eq!(refused["problems"][0]["code"], "sign_in.refused");
    window.click(&id("account-enable-xulei")).await;
    window.find(&id("account-disable-xulei")).await;

    window.click(&id("account-reset-xulei")).await;
    let new = "Yulan-hua-2026";
    window.fill(&id("account-password"), new).await;
    window.click(&id("account-submit")).await;
    window.shows("已重置 徐蕾 的密码").await;
    window.shows("待改密码").await;
    sign_out(&window).await;
    window.fill(&id("sign-in-login"), "xulei").await;
    window.fill(&id("sign-in-password"), new).await;
    window.click(&id("sign-in-submit")).await;
    window.find(&id("password-page")).await;
    window.close().await;
}
