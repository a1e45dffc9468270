//! Every page on sample districts: nothing serious for axe, no complaint, and its picture.

use ekatong_host::demo::DemoAccount;
use ekatong_tests::window::Window;

use crate::axe;
use crate::world::{demo, id, sign_in, sign_out};

/// Opens a page by its address and waits until it has drawn what it read.
async fn open(window: &Window, hash: &str, sign: &str) {
    window
        .run("location.hash = arguments[0]", vec![hash.into()])
        .await;
    window.find(sign).await;
    settled(window).await;
}

async fn settled(window: &Window) {
    window
        .wait_for("nothing is being read", async || {
            let script = "return document.querySelector('.ek-loading, [data-busy=true], .ant-spin-spinning') === null
                && document.getAnimations().every(a => a.playState !== 'running')";
            window.run(script, vec![]).await == true
        })
        .await;
}

/// Axe at the usual size; pictures of both.
async fn look(window: &Window, name: &str, large: bool) {
    // The pointer lies where it was left: no row is to look chosen.
    window
        .driver()
        .action_chain()
        .move_to(700, 40)
        .move_to(700, 4)
        .perform()
        .await
        .expect("moving the pointer");
    axe::check(window, name).await;
    window.screenshot(name).await;
    if large && std::env::var_os("EKATONG_SHOTS").is_some() {
        window.resize(1920, 1080).await;
        settled(window).await;
        window.screenshot(&format!("{name}-1920")).await;
        window.resize(1280, 800).await;
        settled(window).await;
    }
}

fn account<'a>(accounts: &'a [DemoAccount], role: &str) -> &'a DemoAccount {
    accounts
        .iter()
        .find(|each| each.role == role)
        .expect("an account of the role")
}

async fn enter(window: &Window, accounts: &[DemoAccount], role: &str) {
    let who = account(accounts, role);
    sign_in(window, &who.login, &who.password).await;
}

#[tokio::test]
async fn of_the_districts() {
    let started = std::time::Instant::now();
    let (data, accounts) = demo().await;
    println!("a demo after {:?}", started.elapsed());
    let window = data.launch().open().await;
    window.find(&id("sign-in-login")).await;
    look(&window, "sign-in", false).await;

    enter(&window, &accounts, "city_admin").await;
    settled(&window).await;
    open(&window, "#/organisation/districts", &id("districts")).await;
    look(&window, "districts", false).await;
    open(&window, "#/organisation/schools", &id("schools")).await;
    look(&window, "schools", true).await;
    open(&window, "#/organisation/ladder", &id("ladder")).await;
    look(&window, "ladder", true).await;
    open(&window, "#/accounts", &id("accounts")).await;
    look(&window, "accounts", false).await;
    open(&window, "#/settings", &id("settings")).await;
    look(&window, "settings", false).await;
    sign_out(&window).await;

    enter(&window, &accounts, "district_admin").await;
    settled(&window).await;
    look(&window, "home", true).await;
    open(&window, "#/pupils", &id("pupils")).await;
    look(&window, "pupils", true).await;
    open(&window, "#/review", &id("review-state-submitted")).await;
    look(&window, "review-list", false).await;
    open(&window, "#/orders/approve", &id("page-orders-approve")).await;
    look(&window, "orders-approve", false).await;
    open(&window, "#/audit", &id("audit")).await;
    look(&window, "audit-district", false).await;
    sign_out(&window).await;

    enter(&window, &accounts, "card_office").await;
    open(&window, "#/orders/confirm", &id("page-orders-confirm")).await;
    look(&window, "orders-confirm", false).await;
    open(&window, "#/orders?range=year", &id("orders")).await;
    look(&window, "orders", true).await;
    sign_out(&window).await;

    enter(&window, &accounts, "auditor").await;
    open(&window, "#/audit", &id("audit")).await;
    look(&window, "audit", false).await;
    sign_out(&window).await;

    enter(&window, &accounts, "operator").await;
    settled(&window).await;
    look(&window, "home-operator", false).await;
    window.close().await;
}

#[tokio::test]
async fn of_a_school() {
    let (data, accounts) = demo().await;
    let window = data.launch().open().await;
    enter(&window, &accounts, "school_staff").await;
    settled(&window).await;
    look(&window, "home-school", false).await;
    open(&window, "#/organisation/classes", &id("class-board")).await;
    for number in 3..=6 {
        window.click(&id(&format!("class-cell-{number}"))).await;
    }
    look(&window, "class-board", true).await;
    open(&window, "#/pupils", &id("pupils")).await;
    look(&window, "pupils-school", false).await;
    for page in ["registrations", "transfers"] {
        open(&window, &format!("#/{page}"), &id("moves-add")).await;
        look(&window, &format!("{page}-empty"), false).await;
        window.click(&id("moves-add")).await;
        window.find(&id("move-number")).await;
        settled(&window).await;
        look(&window, &format!("{page}-form"), false).await;
        window.click(&id("dialog-cancel")).await;
    }
    open(&window, "#/entry", &id("entry-new")).await;
    look(&window, "entry", false).await;
    open(&window, "#/imports", &id("page-imports")).await;
    look(&window, "imports", false).await;
    open(&window, "#/imports/new", &id("import-classes")).await;
    look(&window, "import-choose", true).await;
    window.close().await;
}
