//! 临时增效 by command, and the schedule in real processes at once.

use std::process::{Child, Output};

use ekatong_tests::both_engines;
use ekatong_tests::workbook::{child, new_pupils, table};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use crate::program::{Program, SCHOOL, SCHOOL_NAME};

/// A school with three children, and a card office that cleans by month.
fn prepare(program: &Program) {
    program.init();
    program.add_school(SCHOOL, SCHOOL_NAME, "320508");
    program.add_classes(SCHOOL, "1-3");
    let rows: Vec<_> = (0..3).map(|n| child(n, 7, 1)).collect();
    let file = program.path("新生.xlsx");
    std::fs::write(&file, new_pupils(&rows)).unwrap();
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
    program.json(
        "admin",
        &[
            "setting",
            "set",
            "extension.policy",
            "age",
            "--district",
            "320508",
        ],
    );
    program.add_user("card", &["--role", "card_office", "--district", "320508"]);
}

/// Runs a statement beside the program.
async fn beside(program: &Program, sql: &str) {
    match program.database() {
        Some(database) => {
            let mut c = PgConnection::connect(&database.url).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(sql))
                .execute(&mut c)
                .await
                .unwrap();
            c.close().await.unwrap();
        }
        None => {
            let file = program.data().join("ekatong.db");
            let mut c = SqliteConnection::connect(file.to_str().unwrap())
                .await
                .unwrap();
            sqlx::raw_sql(AssertSqlSafe(sql))
                .execute(&mut c)
                .await
                .unwrap();
            c.close().await.unwrap();
        }
    }
}

fn added(program: &Program, n: usize) {
    let number = child(n, 7, 1)[3].clone();
    let answer = program.json(
        "card",
        &[
            "extension",
            "add",
            "--id-number",
            &number,
            "--reason",
            "补卡期间",
        ],
    );
    assert_eq!(answer["done"], 1, "{answer}");
}

#[test]
fn the_list_by_command() {
    let program = Program::sqlite();
    prepare(&program);
    added(&program, 0);
    let number = child(0, 7, 1)[3].clone();
    let again = program.by(
        "card",
        &[
            "--json",
            "extension",
            "add",
            "--id-number",
            &number,
            "--reason",
            "补卡期间",
        ],
    );
    assert_eq!(
        (again.code, again.problem().as_str()),
        (3, "extension.open")
    );
    let nobody = child(7, 7, 1)[3].clone();
    let unknown = program.by(
        "card",
        &[
            "--json",
            "extension",
            "add",
            "--id-number",
            &nobody,
            "--reason",
            "补卡",
        ],
    );
    assert_eq!(
        (unknown.code, unknown.problem().as_str()),
        (3, "pupil.unknown")
    );
    // The admin looks and does not touch.
    assert_eq!(program.by("admin", &["extension", "clean"]).code, 4);

    let [name, ..] = child(1, 7, 1);
    let file = program.path("增效.xlsx");
    let rows = [
        ["姓名*", "证件号码*", "原因*"].map(str::to_owned).to_vec(),
        vec![name, child(1, 7, 1)[3].clone(), "外出就医".to_owned()],
    ];
    std::fs::write(&file, table("临时增效", &rows)).unwrap();
    let file = file.to_str().unwrap();
    let preview = program.json("card", &["extension", "import", file]);
    assert_eq!(
        (&preview["added"], &preview["committed"]),
        (&json!(1), &json!(false))
    );
    let done = program.json("card", &["extension", "import", file, "--commit", "all"]);
    assert_eq!(
        (&done["added"], &done["committed"]),
        (&json!(1), &json!(true))
    );
    let terminals = program.path("终端.csv");
    std::fs::write(
        &terminals,
        "卡号,增效时间,终端\n04a1b2,2026-09-01 08:30:15,T1\n",
    )
    .unwrap();
    let terminals = terminals.to_str().unwrap();
    let done = program.json(
        "card",
        &[
            "extension",
            "import",
            terminals,
            "--kind",
            "records",
            "--commit",
            "valid",
        ],
    );
    assert_eq!(done["added"], 1, "{done}");
    let records = program.json("card", &["extension", "records", "04A1B2"]);
    assert_eq!(records["items"][0]["cardRaw"], "04a1b2");

    let list = program.json("card", &["extension", "list"]);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let far = ["extension", "clean", "--date", "2199-01-01"];
    let preview = program.json("card", &[&far[..], &["--dry-run"]].concat());
    assert_eq!(
        (&preview["leaving"], &preview["counts"][0]["name"]),
        (&json!(2), &json!("已满一个月"))
    );
    let cleaned = program.json("card", &far);
    assert_eq!(cleaned["removed"], 2);
    assert_eq!(
        program.json("card", &far)["removed"],
        0,
        "twice does nothing more"
    );
    let run = cleaned["run"]["id"].as_str().unwrap();
    let undone = program.by("card", &["extension", "undo", run]);
    assert_eq!(
        (undone.code, undone.out.trim()),
        (0, "已恢复：2"),
        "{undone:?}"
    );
    assert_eq!(program.by("card", &["extension", "undo", run]).code, 3);
    let shown = program.by("card", &["extension", "list"]);
    assert!(
        shown.out.contains("外出就医") && shown.out.contains("已满一个月"),
        "{shown:?}"
    );
    let shown = program.by("card", &["extension", "runs"]);
    assert!(shown.out.contains("按月"), "{shown:?}");
    let template = program.path("模板.xlsx");
    let out = template.to_str().unwrap();
    assert_eq!(
        program
            .by("card", &["extension", "template", "--out", out])
            .code,
        0
    );
    assert!(template.exists());
}

both_engines! {
    async fn of_processes_that_run_at_once_one_cleans(engine: Engine) {
        let program = match engine {
            ekatong_store::Engine::Sqlite => Program::sqlite(),
            ekatong_store::Engine::Postgres => Program::postgres().await,
        };
        prepare(&program);
        (0..3).for_each(|n| added(&program, n));
        // As if they had been made years ago, and nobody had looked today.
        beside(&program, "UPDATE extension SET made_at = 0").await;
        beside(&program, "DELETE FROM job_lease").await;
        let processes: Vec<Child> = (0..4).map(|_| program.start(&["extension", "list"])).collect();
        for process in processes {
            let Output { status, .. } = process.wait_with_output().unwrap();
            assert!(status.success(), "{status}");
        }
        let runs = program.json("card", &["extension", "runs"]);
        let runs = runs["items"].as_array().unwrap();
        assert_eq!((runs.len(), &runs[0]["removed"], &runs[0]["runBy"]), (1, &json!(3), &Value::Null), "{runs:?}");
    }
}
