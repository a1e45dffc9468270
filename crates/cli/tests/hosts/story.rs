//! The main job from an empty place to confirmed orders.

use serde_json::json;

use crate::program::{Program, SCHOOL, SCHOOL_NAME, files};
use crate::workbook::{number, phone, row, write};

#[test]
fn the_whole_story_in_a_folder() {
    let program = Program::sqlite();
    story(&program);
    // SEC-2: neither the database nor its log nor any log file holds a number in clear.
    let clear: Vec<Vec<u8>> = (1..=20)
        .flat_map(|n| [number(n).into_bytes(), phone(n).into_bytes()])
        .collect();
    let written = files(&program.data());
    assert!(written.iter().any(|path| path.ends_with("ekatong.db")));
    for path in written {
        let bytes = std::fs::read(&path).unwrap();
        for secret in &clear {
            assert!(
                !bytes.windows(secret.len()).any(|window| window == secret),
                "{} holds {}",
                path.display(),
                String::from_utf8_lossy(secret)
            );
        }
    }
}

#[tokio::test]
async fn the_whole_story_on_postgres() {
    let program = Program::postgres().await;
    tokio::task::spawn_blocking(move || story(&program))
        .await
        .unwrap();
}

fn story(program: &Program) {
    // Nothing is there yet; then it is, once.
    assert_eq!(
        program.by("admin", &["--json", "school", "list"]).problem(),
        "data.missing"
    );
    program.init();
    let again = program.run_with_password(
        crate::program::ADMIN,
        &[
            "--json",
            "init",
            "--district",
            "320508=姑苏区",
            "--admin",
            "other",
        ],
    );
    assert_eq!((again.code, again.problem().as_str()), (3, "data.exists"));

    organisation(program);
    let pupil = import(program);
    orders(program, &pupil);
    refusals(program);
}

fn organisation(program: &Program) {
    let made = program.add_school(SCHOOL, SCHOOL_NAME, "320508");
    assert_eq!(made["school"]["schoolYear"], "2026-2027");
    let twice = program.by(
        "admin",
        &[
            "--json",
            "school",
            "add",
            SCHOOL,
            "又一所中学",
            "--kind",
            "311",
            "--district",
            "320508",
        ],
    );
    assert_eq!(
        (twice.code, twice.problem().as_str()),
        (3, "school.code_taken")
    );

    let plan = program.json(
        "admin",
        &["grade", "ladder", "--district", "320508", "--dry-run"],
    );
    assert_eq!(plan["changes"].as_array().unwrap().len(), 3);
    let made = program.json("admin", &["grade", "ladder", "--school", SCHOOL]);
    assert_eq!(made["changes"].as_array().unwrap().len(), 3);
    let again = program.json("admin", &["grade", "ladder", "--district", "320508"]);
    assert_eq!(
        again["changes"],
        json!([]),
        "running it twice changes nothing"
    );
    let grades = program.json("admin", &["grade", "list", "--school", SCHOOL]);
    let graduating: Vec<bool> = grades["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|grade| grade["graduating"].as_bool().unwrap())
        .collect();
    assert_eq!(graduating, [false, false, true]);

    program.add_user("staff", &["--role", "school_staff", "--school", SCHOOL]);
    program.add_user("card", &["--role", "card_office", "--district", "320508"]);
    program.add_user(
        "district",
        &["--role", "district_admin", "--district", "320508"],
    );
    program.add_user("auditor", &["--role", "auditor"]);

    let classes = program.json(
        "staff",
        &[
            "class",
            "add",
            "--school",
            SCHOOL,
            "--grade",
            "7",
            "--numbers",
            "1-3,12",
        ],
    );
    assert_eq!(classes["items"].as_array().unwrap().len(), 4);
    let taken = program.by(
        "staff",
        &[
            "--json",
            "class",
            "add",
            "--school",
            SCHOOL,
            "--grade",
            "7",
            "--numbers",
            "2-4",
        ],
    );
    assert_eq!(
        (taken.code, taken.problem().as_str()),
        (3, "class.number_taken")
    );
    assert_eq!(
        program
            .by(
                "staff",
                &[
                    "class", "renumber", "--school", SCHOOL, "--class", "7-12", "--to", "9"
                ]
            )
            .code,
        0
    );
    assert_eq!(
        program
            .by(
                "staff",
                &[
                    "class",
                    "edit",
                    "--school",
                    SCHOOL,
                    "--class",
                    "7-9",
                    "--nickname",
                    "启明班"
                ]
            )
            .code,
        0
    );
    let remarked = program.json(
        "staff",
        &[
            "class", "edit", "--school", SCHOOL, "--class", "7-9", "--remark", "试点",
        ],
    );
    assert_eq!(remarked["nickname"], "启明班", "what was not named stays");
    assert_eq!(
        program
            .by(
                "staff",
                &["class", "close", "--school", SCHOOL, "--class", "7-9"]
            )
            .code,
        0
    );
    assert_eq!(
        program
            .by(
                "staff",
                &["class", "delete", "--school", SCHOOL, "--class", "7-9"]
            )
            .code,
        0
    );
    let left = program.json("staff", &["class", "list", "--school", SCHOOL]);
    assert_eq!(left["items"].as_array().unwrap().len(), 3);
}

/// Id of a pupil of class 7-3.
fn import(program: &Program) -> String {
    let template = program.path("template.xlsx");
    let template = template.to_str().unwrap();
    assert_eq!(
        program
            .by(
                "staff",
                &[
                    "template",
                    "new-pupils",
                    "--school",
                    SCHOOL,
                    "--out",
                    template
                ]
            )
            .code,
        0
    );
    assert!(std::fs::read(template).unwrap().starts_with(b"PK"));
    let there = program.by(
        "staff",
        &[
            "template",
            "new-pupils",
            "--school",
            SCHOOL,
            "--out",
            template,
        ],
    );
    assert_eq!(
        there.code, 2,
        "a file that is there is not overwritten: {there:?}"
    );

    let file = program.path("新生.xlsx");
    let mut rows: Vec<[String; 11]> = (1..=10)
        .map(|n| row(n, if n <= 6 { 3 } else { 1 }))
        .collect();
    rows[4][5] = "8".to_owned();
    write(&file, &rows);
    let file = file.to_str().unwrap();
    let command = ["import", "new-pupils", file, "--school", SCHOOL];

    let preview = program.json("staff", &command);
    assert_eq!(
        (&preview["rows"], &preview["valid"], &preview["committed"]),
        (&json!(10), &json!(9), &json!(0))
    );
    let keys: Vec<&str> = preview
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(keys.len(), 5, "{keys:?}");
    let problem = preview["problems"]
        .as_array()
        .unwrap()
        .iter()
        .find(|problem| problem["severity"] == "error")
        .expect("the class that is not there");
    assert_eq!(
        (&problem["row"], &problem["column"], &problem["code"]),
        (&json!(6), &json!("F"), &json!("class.unknown"))
    );
    let mut keys: Vec<&str> = problem
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "code",
            "column",
            "heading",
            "message",
            "row",
            "severity",
            "sheet",
            "suggestion"
        ]
    );

    let all = program.by(
        "staff",
        &[&["--json"], &command[..], &["--commit", "all"]].concat(),
    );
    assert_eq!(all.code, 3, "{all:?}");
    assert_eq!(all.json()["committed"], 0);
    assert!(
        all.json()["problems"]
            .as_array()
            .unwrap()
            .iter()
            .any(|problem| problem["code"] == "import.has_errors")
    );

    let id = "0198a2c4-7d10-7c3e-9d55-3f2f6f9f0001";
    let commit = [&command[..], &["--commit", "valid", "--import-id", id]].concat();
    let first = program.json("staff", &commit);
    assert_eq!(
        (&first["importId"], &first["committed"]),
        (&json!(id), &json!(9))
    );
    let second = program.json("staff", &commit);
    assert_eq!(
        second["committed"], 9,
        "the same import again writes nothing"
    );
    let pupils = program.json("staff", &["pupil", "list", "--school", SCHOOL]);
    assert_eq!(pupils["count"]["count"], 9);

    // The same children in another import are on record.
    let other = program.json("staff", &command);
    assert_eq!(other["valid"], 0);

    // The same children once more, their numbers as a spreadsheet keeps them.
    let damaged = program.path("改动.xlsx");
    let cut: Vec<String> = (1..=6)
        .map(|n| format!("{}000", &number(n)[..15]))
        .collect();
    let mut rows: Vec<[String; 11]> = (1..=6).map(|n| row(n, 3)).collect();
    for (row, number) in rows.iter_mut().zip(&cut) {
        row[3].clone_from(number);
    }
    write(&damaged, &rows);
    let damaged = damaged.to_str().unwrap();
    let command = ["import", "doctor", damaged, "--school", SCHOOL];
    let found = program.json("staff", &command);
    let found = found["rows"].as_array().unwrap();
    assert_eq!(found.len(), 6);
    for (n, row) in (1..).zip(found) {
        // The fifth child had a class that is not there, so it is not on record; a
        // number with an X is never one that was cut.
        let known = n != 5 && !number(n).ends_with('X');
        let proposals = row["proposals"].as_array().unwrap();
        let numbers: Vec<&str> = proposals
            .iter()
            .filter_map(|p| p["number"].as_str())
            .collect();
        assert_eq!(numbers.contains(&number(n).as_str()), known, "{row}");
    }
    let people = program.by("staff", &command);
    assert_eq!(people.code, 0, "{people:?}");
    assert!(people.out.contains("被改动的证件号码共 6 个"), "{people:?}");

    // A file that is none.
    let broken = program.path("broken.xlsx");
    std::fs::write(&broken, "no workbook").unwrap();
    let refused = program.by(
        "staff",
        &[
            "--json",
            "import",
            "new-pupils",
            broken.to_str().unwrap(),
            "--school",
            SCHOOL,
        ],
    );
    assert_eq!(
        (refused.code, &refused.json()["rows"]),
        (3, &json!(0)),
        "{refused:?}"
    );

    let submitted = program.json(
        "staff",
        &["pupil", "submit", "--school", SCHOOL, "--import", id],
    );
    assert_eq!(submitted["done"], 9);
    let input = number(1);
    let found = program.run_as(
        Some(("staff", crate::program::OTHERS)),
        &["--json", "pupil", "find", "--id-number", "-"],
        &input,
    );
    assert_eq!(found.code, 0, "{found:?}");
    let pupil = &found.json()["pupil"];
    assert!(pupil["submittedAt"].is_number());
    assert!(pupil["paperMasked"].as_str().unwrap().contains('*'));
    let class = program.json(
        "staff",
        &[
            "pupil", "list", "--school", SCHOOL, "--grade", "7", "--class", "3",
        ],
    );
    assert_eq!(class["items"].as_array().unwrap().len(), 5);
    pupil["id"].as_str().unwrap().to_owned()
}

fn orders(program: &Program, pupil: &str) {
    let requested = program.json(
        "staff",
        &["order", "request", "--school", SCHOOL, "--class", "7-3"],
    );
    assert_eq!(requested["done"], 5);
    let again = program.by("staff", &["--json", "order", "request", "--ids", pupil]);
    assert_eq!((again.code, again.problem().as_str()), (3, "order.open"));
    let early = program.by("card", &["--json", "order", "confirm", "--school", SCHOOL]);
    assert_eq!(
        (early.code, early.problem().as_str()),
        (3, "selection.empty")
    );
    assert_eq!(
        program.json(
            "district",
            &["order", "approve", "--school", SCHOOL, "--class", "7-3"]
        )["done"],
        5
    );
    let listed = program.json(
        "card",
        &["order", "list", "--school", SCHOOL, "--state", "区审核通过"],
    );
    let ids: Vec<&str> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|order| order["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 5);

    let without = program.by("district", &["--json", "order", "return", "--ids", ids[4]]);
    assert_eq!(
        (without.code, without.problem().as_str()),
        (3, "reason.required")
    );
    assert_eq!(
        program.json(
            "district",
            &["order", "return", "--ids", ids[4], "--reason", "照片不清楚"]
        )["done"],
        1
    );
    assert_eq!(
        program.json("card", &["order", "confirm", "--school", SCHOOL])["done"],
        4
    );
    // A class at once goes back as it went forward.
    let class = ["--school", SCHOOL, "--class", "7-3"];
    let back = [
        &["order", "withdraw"],
        &class[..],
        &["--reason", "机器故障"],
    ]
    .concat();
    assert_eq!(program.json("card", &back)["done"], 4);
    let again = [&["order", "confirm"], &class[..]].concat();
    assert_eq!(program.json("card", &again)["done"], 4);
    assert_eq!(
        program.json(
            "card",
            &["order", "withdraw", "--ids", ids[0], "--reason", "点错了"]
        )["done"],
        1
    );

    let sums = program.json("card", &["order", "list", "--totals"]);
    let confirmed = program.json("card", &["order", "list", "--state", "confirmed"]);
    let states = sums["states"].as_array().unwrap();
    let sum = states.iter().find(|state| state["state"] == "confirmed");
    assert_eq!(
        sum.unwrap()["orders"].as_u64().unwrap(),
        confirmed["items"].as_array().unwrap().len() as u64
    );
    let school = sums["items"].as_array().unwrap();
    assert!(school.iter().any(|one| one["schoolCode"] == SCHOOL));
    assert!(
        program
            .by("card", &["order", "list", "--totals"])
            .out
            .contains("共 ")
    );
    let csv = program.path("订单.csv");
    program.json("card", &["order", "list", "--out", csv.to_str().unwrap()]);
    assert!(
        std::fs::read_to_string(&csv)
            .unwrap()
            .contains("确认制卡时间")
    );
    let order = &confirmed["items"][0];
    assert!(order["approvedAt"].is_number());
    let moment = order["confirmedAt"].as_i64().unwrap();
    let day = ekatong_core::domain::time::Timestamp::from_ms(moment).day();
    let (today, before) = (day.to_string(), day.minus(1).to_string());
    let of = |from: &str, to: &str| {
        let list = [
            "order",
            "list",
            "--confirmed-from",
            from,
            "--confirmed-to",
            to,
        ];
        program.json("card", &list)["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        of(&today, &today),
        3,
        "the confirmation day, both ends included"
    );
    assert_eq!(of(&before, &before), 0);
    let page = program.json("card", &["order", "list", "--limit", "2"]);
    let next = program.json(
        "card",
        &[
            "order",
            "list",
            "--limit",
            "2",
            "--after",
            page["next"].as_str().unwrap(),
        ],
    );
    assert_ne!(page["items"][0]["id"], next["items"][0]["id"]);

    let out = program.path("orders.xlsx");
    let exported = program.json("card", &["order", "list", "--out", out.to_str().unwrap()]);
    assert_eq!(exported["rows"], 5);
    assert!(std::fs::read(&out).unwrap().starts_with(b"PK"));
}

fn refusals(program: &Program) {
    let forged = program.by("staff", &["--json", "grade", "ladder", "--school", SCHOOL]);
    assert_eq!((forged.code, forged.problem().as_str()), (4, "forbidden"));
    let forged = program.by(
        "staff",
        &[
            "--json",
            "call",
            "district.create",
            r#"{"code":"320509","name":"吴江区"}"#,
        ],
    );
    assert_eq!((forged.code, forged.problem().as_str()), (4, "forbidden"));
    let confirm = program.by("staff", &["--json", "order", "confirm", "--school", SCHOOL]);
    assert_eq!((confirm.code, confirm.problem().as_str()), (4, "forbidden"));
    let log = program.json(
        "auditor",
        &[
            "audit",
            "list",
            "--op",
            "grade.createLadder",
            "--outcome",
            "refused",
        ],
    );
    assert_eq!(log["items"][0]["login"], "staff", "{log}");
    assert_eq!(
        program.json("auditor", &["audit", "verify"])["intact"],
        true
    );

    let unknown = program.by("staff", &["--json", "call", "no.such", "{}"]);
    assert_eq!(
        (unknown.code, unknown.problem().as_str()),
        (3, "operation.unknown")
    );
    let usage = program.by("staff", &["--json", "class", "add", "--school", SCHOOL]);
    assert_eq!((usage.code, usage.problem().as_str()), (2, "usage"));
    assert_eq!(program.run(&["--help"]).code, 0);
    let operations = program.run(&["operations", "--json"]).json();
    assert!(operations["operations"].as_array().unwrap().len() > 40);
}
