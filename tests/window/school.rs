//! School staff: classes, import of new pupils, submission, requests for cards.

use std::path::{Path, PathBuf};
use std::time::Instant;

use ekatong_tests::window::Window;
use ekatong_tests::workbook::{Child, child, new_pupils};
use serde_json::json;
use thirtyfour::Key;

use crate::axe;
use crate::world::{Data, PASSWORD, World, go, id, menu, menu_keys, sign_in, sign_out};

/// A junior school with its staff `school`; the folder for files beside it.
async fn data() -> (Data, tempfile::TempDir) {
    let world = World::new().await;
    let school = world.school("3132000101", "平江中学", "311").await;
    world.school("3132000102", "枫桥中学", "311").await;
    let grant = json!({ "role": "school_staff", "district": "320508", "schoolId": school });
    world.account("school", "徐蕾", grant).await;
    world
        .account("auditor", "沈岚", json!({ "role": "auditor" }))
        .await;
    world.classes(&school, 8, &[1, 2]).await;
    (world.close().await, tempfile::tempdir().expect("a folder"))
}

fn workbook(folder: &Path, name: &str, rows: &[Child]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, new_pupils(rows)).expect("writing a workbook");
    path
}

/// Creates the classes 1–8 of grade 7 by drawing over the board.
async fn classes(window: &Window) {
    menu(window, "organisation").await;
    window.click(&id("class-grade-7")).await;
    let mut drag = window.driver().action_chain();
    let first = window.find(&id("class-cell-1")).await;
    drag = drag.move_to_element_center(&first).click_and_hold();
    for number in 2..=8 {
        let cell = window.find(&id(&format!("class-cell-{number}"))).await;
        drag = drag.move_to_element_center(&cell);
    }
    drag.release().perform().await.expect("drawing");
    window.shows("1–8 班").await;
    window.click(&id("class-create-submit")).await;
    window
        .find(&format!("{}[data-state=used]", id("class-cell-8")))
        .await;
    window.shows("已建立七年级 1–8 班").await;
}

async fn count(window: &Window, which: &str) -> String {
    let counter = window.find(&id(&format!("import-count-{which}"))).await;
    counter.text().await.expect("its text")
}

#[tokio::test]
async fn from_classes_to_card_requests() {
    let (data, files) = data().await;
    let window = data.window("school").await;
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
            "registrations",
            "transfers",
            "orders",
            "cards",
            "audit"
        ]
    );
    // What the menu does not show does not open by its address either.
    go(&window, "#/accounts").await;
    window.find(&id("page-none")).await;

    classes(&window).await;
    let labels = window
        .run(
            "return [...document.querySelectorAll('[data-testid=class-form] label')].map(l => l.textContent)",
            vec![],
        )
        .await;
    assert_eq!(labels, json!(["班级昵称", "备注"]), "and nothing else");

    menu(&window, "import-new").await;
    window.shows("年级填 7，班级填 8").await;
    window.click(&id("import-template")).await;
    window.shows("已保存到").await;
    assert!(
        window
            .saved()
            .join("新生信息导入模板-平江中学.xlsx")
            .exists()
    );

    // Thirty children, of whom seven are wrong in ways that are known.
    let mut rows: Vec<Child> = (0..30).map(|n| child(n, 7, 1 + n % 8)).collect();
    rows[1][3] = "320508201309189917".to_owned();
    rows[2][4] = "七年级".to_owned();
    rows[3][5] = "9".to_owned();
    rows[5][9] = "12345".to_owned();
    rows[6][0] = String::new();
    rows[7][2] = "护照".to_owned();
    rows[8] = rows[0].clone();
    let path = workbook(files.path(), "新生 2026.xlsx", &rows);
    window.upload(&id("import-file"), &path).await;
    window.find(&id("import-counts")).await;
    assert_eq!(count(&window, "rows").await, "共 30 行");
    assert_eq!(count(&window, "valid").await, "可导入 23");
    assert_eq!(count(&window, "errors").await, "有错误 7");
    assert_eq!(count(&window, "duplicates").await, "重复 1");

    // The first problem is chosen: its cell is marked and the panel says why.
    let cell = |row: u32, column: &str| {
        format!("{} [data-col={column}]", id(&format!("import-row-{row}")))
    };
    for (row, column) in [(3, "D"), (4, "E"), (5, "F"), (7, "J"), (8, "A"), (9, "C")] {
        let bad = format!(
            "{}[data-severity=error][aria-invalid=true]",
            cell(row, column)
        );
        window.find(&bad).await;
    }
    // The same child again: the whole row.
    window
        .find(&format!(
            "{} [role=rowheader][data-severity=error]",
            id("import-row-10")
        ))
        .await;
    // By a sign in the corner, not by colour alone.
    let sign = window
        .run(
            "return getComputedStyle(document.querySelector(arguments[0]), '::after').borderTopWidth",
            vec![cell(3, "D").into()],
        )
        .await;
    assert_ne!(sign, "0px");
    let panel = async || {
        window
            .find(&id("import-cell-panel"))
            .await
            .text()
            .await
            .unwrap_or_default()
    };
    window
        .wait_for("the panel is at row 3", async || {
            panel().await.contains("第 3 行 D 列")
        })
        .await;
    axe::check(&window, "check of an import").await;
    window.screenshot("import-preview").await;
    // F8 goes on to the next, with the reason and what to write instead.
    window.press(&Key::F8.value().to_string()).await;
    window
        .wait_for("the panel is at row 4", async || {
            panel().await.contains("第 4 行 E 列")
        })
        .await;
    assert!(panel().await.contains("建议 7"), "{}", panel().await);
    window.press(&Key::F8.value().to_string()).await;
    window
        .wait_for("the panel is at row 5", async || {
            panel().await.contains("七年级没有 9 班。现有 1–8 班。")
        })
        .await;
    window
        .press(&format!("{}{}", Key::Shift.value(), Key::F8.value()))
        .await;
    window
        .wait_for("the panel is back at row 4", async || {
            panel().await.contains("第 4 行 E 列")
        })
        .await;
    // A kind of problem leads to its first row.
    window.click(&id("import-group-class.unknown")).await;
    window
        .wait_for("the panel is at row 5 again", async || {
            panel().await.contains("第 5 行 F 列")
        })
        .await;

    let rows_shown = async || {
        window.run("return document.querySelector('[data-testid=import-grid]')?.getAttribute('aria-rowcount')", vec![]).await
    };
    assert_eq!(rows_shown().await, "30");
    window.click(&id("import-only-problems")).await;
    window
        .wait_for("only rows with problems are listed", async || {
            rows_shown().await == "9"
        })
        .await;
    window.screenshot("import-problems").await;

    // All or nothing is not offered while there are errors.
    assert!(
        !window
            .find(&id("import-commit-all"))
            .await
            .is_enabled()
            .await
            .unwrap()
    );
    window.click(&id("import-commit")).await;
    window.find(&id("import-result")).await;
    window.shows("已导入 23 名学生").await;
    window.shows("其余 7 行有错误，没有导入").await;
    axe::check(&window, "result of an import").await;
    window.screenshot("import-result").await;
    // An address leads back to it, now and after a restart.
    menu(&window, "imports").await;
    window.shows("新生 2026.xlsx").await;

    menu(&window, "pupils").await;
    let pupils = async || window.find_all("[data-testid^=pupil-row-]").await.len();
    window
        .wait_for("the pupils are listed", async || pupils().await > 5)
        .await;
    window.shows("共 23 条").await;
    let text = window.text().await;
    assert!(!text.contains(&rows[0][3]), "numbers are masked");
    window.click(&id("pupils-select-all")).await;
    window.click(&id("pupils-submit")).await;
    window.shows("已提交 23 条").await;
    window.click(&id("pupils-select-all")).await;
    window.click(&id("pupils-request")).await;
    window.shows("已申请制卡 23 条").await;
    // A missing photo is a warning for each.
    window.shows("照片").await;
    window.click_text("关闭").await;
    menu(&window, "orders").await;
    window.shows("申请制卡").await;
    window
        .wait_for("the orders are listed", async || {
            window.find_all("[data-testid^=order-row-]").await.len() > 5
        })
        .await;
    window.close().await;
}

#[tokio::test]
async fn a_forged_request_is_refused_and_recorded() {
    let (data, _files) = data().await;
    let window = data.window("school").await;
    for (op, payload) in [
        ("grade.createLadder", json!({})),
        ("grade.createLadder", json!({ "district": "320508" })),
        (
            "school.create",
            json!({ "district": "320508", "code": "3132000109", "name": "某某中学", "kind": "311" }),
        ),
        ("account.list", json!({})),
    ] {
        let refused = window.call(op, payload).await.unwrap_err();
        assert_eq!(
            refused["problems"][0]["code"], "forbidden",
            "{op}: {refused}"
        );
    }
    // Only the own school is seen.
    let schools = window.call("school.list", json!({})).await.unwrap();
    assert_eq!(schools["items"].as_array().unwrap().len(), 1);
    sign_out(&window).await;
    sign_in(&window, "auditor", PASSWORD).await;
    menu(&window, "audit").await;
    window.shows("已拒绝").await;
    window.fill(&id("audit-login"), "school").await;
    let script = "return [...document.querySelectorAll('[data-testid^=audit-row-]')]
        .map(r => r.innerText).filter(t => t.includes('已拒绝') && t.includes(arguments[0])).length";
    window
        .wait_for("both refused ladders are in the log", async || {
            window.run(script, vec!["补齐年级".into()]).await == 2
        })
        .await;
    window.close().await;
}

#[tokio::test]
async fn five_hundred_rows_and_what_is_refused() {
    let (data, files) = data().await;
    let window = data.window("school").await;
    let rows: Vec<Child> = (0..501).map(|n| child(n, 8, 1 + n % 2)).collect();
    let full = workbook(files.path(), "八年级新生.xlsx", &rows[..500]);
    let over = workbook(files.path(), "八年级 501 人.xlsx", &rows);
    let broken = files.path().join("名单.xlsx");
    std::fs::write(&broken, "这不是工作簿").unwrap();
    menu(&window, "import-new").await;
    window.upload(&id("import-file"), &over).await;
    window.find(&id("import-refused")).await;
    window.shows("501").await;
    axe::check(&window, "a refused file").await;
    window.screenshot("import-refused").await;
    window.upload(&id("import-file"), &broken).await;
    window.shows("扩展名是 .xlsx，内容却是").await;

    let started = Instant::now();
    window.upload(&id("import-file"), &full).await;
    window.find(&id("import-counts")).await;
    window.find(&id("import-row-2")).await;
    println!(
        "500 rows: from choosing the file to the full report {:?}",
        started.elapsed()
    );
    assert_eq!(count(&window, "valid").await, "可导入 500");
    let started = Instant::now();
    window.click(&id("import-commit-all")).await;
    window.find(&id("import-result")).await;
    println!("500 rows: saved after {:?}", started.elapsed());
    // The same file again: every child is there already.
    window.click(&id("import-again")).await;
    window.upload(&id("import-file"), &full).await;
    window.find(&id("import-counts")).await;
    assert_eq!(count(&window, "duplicates").await, "重复 500");
    assert!(
        !window
            .find(&id("import-commit"))
            .await
            .is_enabled()
            .await
            .unwrap()
    );
    window.close().await;
}
