//! The first start on a new machine, and how people get in from then on.

use ekatong_tests::window::Window;
use serde_json::json;

use crate::axe;
use crate::world::{PASSWORD, SECRET, World, id, menu_keys, sign_in, sign_out};

#[tokio::test]
async fn three_steps_a_recovery_code_and_the_first_sign_in() {
    let folder = tempfile::Builder::new()
        .prefix("ekatong-")
        .tempdir()
        .unwrap();
    // No passphrase in the environment and no keyring: the page asks for one.
    let window = Window::open(folder.path()).await;
    window.click(&id("first-sample-320508")).await;
    window.click(&id("first-district-add")).await;
    window.fill(&id("first-district-code-1"), "320505").await;
    window.fill(&id("first-district-name-1"), "虎丘区").await;
    axe::check(&window, "first start, districts").await;
    window.screenshot("first-start").await;
    window.click(&id("first-next")).await;

    // All that is missing is said at once.
    window.click(&id("first-create")).await;
    window.shows("请填写登录名").await;
    window.shows("请填写口令").await;
    window.fill(&id("first-display-name"), "顾明").await;
    window.fill(&id("first-login"), "guming").await;
    window.fill(&id("first-password"), PASSWORD).await;
    window.fill(&id("first-password-repeat"), PASSWORD).await;
    window.fill(&id("first-school-year"), "2026-2027").await;
    window.fill(&id("first-passphrase"), SECRET).await;
    window.fill(&id("first-passphrase-repeat"), SECRET).await;
    axe::check(&window, "first start, administrator").await;
    window.screenshot("first-start-admin").await;
    window.click(&id("first-create")).await;

    let code = window
        .find(&id("first-recovery-code"))
        .await
        .text()
        .await
        .unwrap();
    assert!(code.len() > 20, "{code}");
    axe::check(&window, "first start, recovery code").await;
    let go_on = window.find(&id("first-finish")).await;
    assert!(
        !go_on.is_enabled().await.unwrap(),
        "only who has noted the code goes on"
    );
    window.click(&id("first-recovery-noted")).await;
    window.click(&id("first-finish")).await;

    window.fill(&id("sign-in-login"), "guming").await;
    window
        .fill(&id("sign-in-password"), "not the password")
        .await;
    window.click(&id("sign-in-submit")).await;
    window.shows("账号或密码不正确").await;
    sign_in(&window, "guming", PASSWORD).await;
    // An empty system shows the four steps.
    for step in ["schools", "ladders", "classes", "pupils"] {
        window.find(&id(&format!("setup-{step}"))).await;
    }
    axe::check(&window, "home of an empty system").await;
    window.screenshot("home-empty").await;
    window.close().await;

    // From then on the passphrase opens the data, and so does the recovery code.
    let window = Window::open(folder.path()).await;
    window.fill(&id("unlock-secret"), "wrong passphrase").await;
    window.click(&id("unlock-submit")).await;
    window.shows("口令").await;
    window.find(&id("form-problems")).await;
    window.fill(&id("unlock-secret"), SECRET).await;
    window.click(&id("unlock-submit")).await;
    sign_in(&window, "guming", PASSWORD).await;
    window.close().await;

    let window = Window::open(folder.path()).await;
    window.click_text("恢复码").await;
    window.fill(&id("unlock-secret"), &code).await;
    window.click(&id("unlock-submit")).await;
    sign_in(&window, "guming", PASSWORD).await;
    window.close().await;
}

#[tokio::test]
async fn a_given_password_must_be_changed() {
    let world = World::new().await;
    let school = world.school("3132000101", "平江中学", "311").await;
    let request = json!({
        "login": "xulei", "displayName": "徐蕾", "password": PASSWORD, "forcedChange": true,
        "grants": [{ "role": "school_staff", "district": "320508", "schoolId": school }],
    });
    world.done("account.create", request).await;
    let data = world.close().await;
    let window = data.launch().open().await;
    window.fill(&id("sign-in-login"), "xulei").await;
    window.fill(&id("sign-in-password"), PASSWORD).await;
    window.click(&id("sign-in-submit")).await;
    window.find(&id("password-page")).await;
    // Nothing else is open until then, whatever the page shows.
    let refused = window.call("pupil.list", json!({})).await.unwrap_err();
    assert_eq!(refused["problems"][0]["code"], "password.must_change");
    axe::check(&window, "change of password").await;
    window.fill(&id("password-current"), PASSWORD).await;
    window.fill(&id("password-new"), "short").await;
    window.fill(&id("password-repeat"), "short").await;
    window.click(&id("password-submit")).await;
    window.find(".ant-form-item-explain-error").await;
    let new = "Yulan-hua-2026";
    window.fill(&id("password-new"), new).await;
    window.fill(&id("password-repeat"), new).await;
    window.click(&id("password-submit")).await;
    window.find(&id("page-home")).await;
    assert!(menu_keys(&window).await.contains(&"import-new".to_owned()));
    sign_out(&window).await;
    sign_in(&window, "xulei", new).await;
    window.close().await;
}
