//! The card office's day, by command: batch, package, result file, ledger, cards.

use ekatong_tests::photos::photo;
use serde_json::json;

use crate::program::{Program, SCHOOL, SCHOOL_NAME, ids};
use crate::workbook::{number, row, write};

/// A result file with these rows under the shipped template's headings.
fn result(program: &Program, rows: &[[&str; 4]]) -> String {
    let mut text = String::from("\u{FEFF}制卡编号,卡号,卡序列号,制卡结果\r\n");
    for row in rows {
        text.push_str(&row.join(","));
        text.push_str("\r\n");
    }
    let path = program.path("结果.csv");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_batch_from_confirmed_orders_to_cards() {
    let program = Program::sqlite();
    day(&program);
}

#[tokio::test]
async fn a_batch_from_confirmed_orders_to_cards_on_postgres() {
    let mut program = Program::postgres().await;
    let folder = program.path("存放");
    program.set("EKATONG_PHOTOS", folder.to_str().unwrap());
    tokio::task::spawn_blocking(move || day(&program))
        .await
        .unwrap();
}

fn day(program: &Program) {
    program.init();
    program.add_school(SCHOOL, SCHOOL_NAME, "320508");
    program.add_classes(SCHOOL, "1,2");
    program.add_user("card", &["--role", "card_office", "--district", "320508"]);
    let file = program.path("新生.xlsx");
    write(&file, &(1..=3).map(|n| row(n, 1)).collect::<Vec<_>>());
    let file = file.to_str().unwrap();
    program.json(
        "admin",
        &[
            "import",
            "new-pupils",
            file,
            "--school",
            SCHOOL,
            "--commit",
            "all",
        ],
    );
    let photos = program.path("照片");
    std::fs::create_dir(&photos).unwrap();
    for n in 1..=3 {
        let file = photos.join(format!("{}.jpg", number(n)));
        std::fs::write(file, photo(n as usize)).unwrap();
    }
    let photos = photos.to_str().unwrap();
    program.json("admin", &["photo", "import", photos, "--school", SCHOOL]);
    let draft = ["order", "request", "--school", SCHOOL, "--draft"];
    assert_eq!(program.json("admin", &draft)["done"], 3);
    assert_eq!(
        program.json("admin", &["order", "submit", "--school", SCHOOL])["done"],
        3
    );
    program.json("admin", &["order", "approve", "--school", SCHOOL]);
    program.json("card", &["order", "confirm", "--school", SCHOOL]);
    let fitting = program.json("card", &["order", "mismatches", "--school", SCHOOL]);
    assert_eq!(fitting["items"], json!([]), "none is told that fits");
    let order = ids(&program.json("card", &["order", "list"])).remove(0);
    let correct = ["order", "correct", "--ids", &order];
    assert_eq!(program.by("card", &correct).code, 3, "no reason");
    let corrected = program.by("card", &[&correct[..], &["--reason", "核对"]].concat());
    assert!(corrected.err.contains("与登记一致"), "{corrected:?}");
    let all = [
        "order", "correct", "--all", "--school", SCHOOL, "--reason", "核对",
    ];
    assert_eq!(program.json("card", &all)["done"], 0);
    assert_eq!(program.by("card", &["order", "correct"]).code, 2);
    let check = program.json("card", &["order", "check", "--school", SCHOOL]);
    assert_eq!(
        (&check["checked"], &check["faulty"]),
        (&json!(3), &json!(0))
    );

    // The preview makes nothing; the batch has a number.
    let create = ["batch", "create", "--district", "320508"];
    let preview = program.json("card", &[&create[..], &["--dry-run"]].concat());
    assert_eq!(preview["ready"], 3);
    assert_eq!(program.json("card", &["batch", "list"])["items"], json!([]));
    assert_eq!(program.by("card", &["batch", "create"]).code, 2);
    assert_eq!(program.by("admin", &create).code, 4, "the card office's");
    let made = program.json("card", &create);
    let batch = made["batch"]["id"].as_str().unwrap().to_owned();
    let number = made["batch"]["batchNo"].as_str().unwrap().to_owned();
    assert_eq!(program.by("card", &create).code, 3, "nothing is left");

    // The package, and the same once more.
    let out = program.path("包");
    std::fs::create_dir(&out).unwrap();
    let folder = out.to_str().unwrap();
    program.json("card", &["batch", "export", &batch, "--out", folder]);
    let package = out.join(format!("{number}.zip"));
    let first = std::fs::read(&package).unwrap();
    let again = program.by("card", &["batch", "export", &batch, "--out", folder]);
    assert_eq!(again.code, 2, "a file that is there is not overwritten");
    program.json(
        "card",
        &["batch", "export", &batch, "--out", folder, "--force"],
    );
    assert_eq!(std::fs::read(&package).unwrap(), first);

    // The result file: looked at, refused as a whole, written.
    let lines: Vec<String> = (1..=3).map(|n| format!("{number}-{n:05}")).collect();
    let bad = result(
        program,
        &[
            [&lines[0], "E1", "0a1", "成功"],
            [&lines[1], "E1", "0a2", "成功"],
        ],
    );
    let looked = program.json("card", &["batch", "return", &batch, &bad]);
    assert_eq!(
        (&looked["committed"], &looked["errors"]),
        (&json!(false), &json!(1))
    );
    assert_eq!(looked["problems"][0]["code"], "card.number_taken");
    let refused = program.by(
        "card",
        &["--json", "batch", "return", &batch, &bad, "--commit"],
    );
    assert_eq!(
        (refused.code, refused.problem().as_str()),
        (3, "result.has_errors")
    );
    let good = result(
        program,
        &[
            [&lines[0], "E1", "0a1", "成功"],
            [&lines[1], "", "", "失败"],
        ],
    );
    let commit = ["batch", "return", &batch, &good, "--commit"];
    let written = program.json("card", &commit);
    assert_eq!(
        (&written["made"], &written["failed"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(program.json("card", &commit)["unchanged"], 2);

    // The ledger names what is missing; the batch is closed once nothing is.
    let ledger = program.json("card", &["batch", "ledger", &batch]);
    assert_eq!(ledger["batch"]["missing"], 1);
    assert_eq!(ledger["missingLines"][0]["number"], 3);
    let shown = program.by("card", &["batch", "ledger", &batch]);
    assert!(
        shown.out.contains("3 张 = 制成 1 + 失败 1 + 没有结果 1"),
        "{}",
        shown.out
    );
    let overdue = program.json("card", &["batch", "list", "--overdue"]);
    assert_eq!(overdue["items"], json!([]), "handed over today");
    assert_eq!(program.by("card", &["batch", "close", &batch]).code, 3);
    let fail = ["batch", "fail", &batch, "--numbers", "3"];
    assert_eq!(program.by("card", &fail).code, 3, "no reason");
    program.json("card", &[&fail[..], &["--reason", "邮寄丢失"]].concat());
    let closed = program.json("card", &["batch", "close", &batch]);
    assert_eq!(closed["state"], "closed");

    // The card, by any number and case; its order, step by step.
    for number in ["e1", "0A1"] {
        let found = program.json("admin", &["card", "find", number]);
        assert_eq!(found["items"][0]["cardNo"], "E1", "{number}");
    }
    let card = ids(&program.json("card", &["card", "find", "E1"])).remove(0);
    assert_eq!(program.by("card", &["card", "lose", &card]).code, 3);
    let lost = program.json("card", &["card", "lose", &card, "--reason", "家长报失"]);
    assert_eq!(lost["state"], "lost");
    let page = program.by("card", &["card", "show", &card]);
    assert!(page.out.contains("家长报失"), "{}", page.out);
    let order = ids(&program.json("card", &["order", "list", "--state", "制卡失败"])).remove(0);
    let shown = program.by("card", &["order", "show", &order]);
    assert!(
        shown.out.contains("加入批次") && shown.out.contains("制卡失败"),
        "{}",
        shown.out
    );
    assert_eq!(
        program.json("card", &["order", "retry", "--ids", &order])["done"],
        1
    );
    let cancel = ["order", "cancel", "--ids", &order, "--reason", "学生已转出"];
    assert_eq!(program.json("card", &cancel)["done"], 1);
    let templates = program.by("card", &["batch", "templates", "--district", "320508"]);
    assert!(templates.out.contains("工作簿样式"), "{}", templates.out);
}
