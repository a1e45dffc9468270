//! Those who watch: the auditor and the operator.

use ekatong_tests::window::Window;
use serde_json::json;

use crate::world::{Data, PASSWORD, World, id, menu, menu_keys, sign_in, sign_out};

async fn data() -> Data {
    let world = World::new().await;
    for (login, name, role) in [
        ("auditor", "沈岚", "auditor"),
        ("operator", "陆工", "operator"),
    ] {
        world.account(login, name, json!({ "role": role })).await;
    }
    world.school("3132000101", "平江中学", "311").await;
    world.close().await
}

async fn saved(window: &Window) -> usize {
    std::fs::read_dir(window.saved()).unwrap().count()
}

#[tokio::test]
async fn an_auditor_reads_checks_and_exports() {
    let data = data().await;
    let window = data.window("auditor").await;
    assert_eq!(menu_keys(&window).await, ["home", "audit"]);
    menu(&window, "audit").await;
    window.shows("新建学校").await;
    window.shows("平江中学").await;
    window.click(&id("audit-verify")).await;
    window.find(&id("audit-intact")).await;
    window.click_text("关闭").await;
    window.click(&id("audit-export")).await;
    window.shows("已导出").await;
    assert_eq!(saved(&window).await, 1);
    let refused = window.call("school.list", json!({})).await.unwrap_err();
    assert_eq!(refused["problems"][0]["code"], "forbidden");
    window.close().await;
}

#[tokio::test]
async fn an_operator_unlocks_and_sees_no_pupil() {
    let data = data().await;
    let window = data.launch().open().await;
    window.find(&id("sign-in-login")).await;
    // Somebody forgot the password.
    for _ in 0..5 {
        let wrong = json!({ "login": "auditor", "password": "Wutong-shu-8" });
        window.call("session.signIn", wrong).await.unwrap_err();
    }
    let locked = json!({ "login": "auditor", "password": PASSWORD });
    let refused = window.call("session.signIn", locked).await.unwrap_err();
    assert_eq!(refused["problems"][0]["code"], "sign_in.locked");

    sign_in(&window, "operator", PASSWORD).await;
    assert_eq!(menu_keys(&window).await, ["home", "accounts", "audit"]);
    for op in ["pupil.list", "order.list"] {
        let refused = window.call(op, json!({ "filter": {} })).await.unwrap_err();
        assert!(
            refused["problems"][0]["code"] == "forbidden"
                || refused["problems"][0]["code"] == "request.invalid",
            "{refused}"
        );
    }
    menu(&window, "accounts").await;
    window.click(&id("account-unlock-auditor")).await;
    window.shows("已解锁").await;
    sign_out(&window).await;
    sign_in(&window, "auditor", PASSWORD).await;
    window.close().await;
}
