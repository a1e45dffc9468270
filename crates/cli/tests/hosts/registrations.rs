//! 注册报到, transfers and the recycle bin, by command.

use serde_json::Value;

use crate::program::{Program, SCHOOL, SCHOOL_NAME};
use crate::workbook::{row, write};
use ekatong_tests::workbook::{all_text, registrations};

const PRIMARY: &str = "2132050003";
const GRADE: usize = 4;

/// A junior school with two classes, and a primary school whose sixth grade has three children.
fn schools(program: &Program) -> Vec<[String; 11]> {
    program.init();
    program.add_school(SCHOOL, SCHOOL_NAME, "320508");
    program.add_classes(SCHOOL, "1,2");
    for arguments in [
        &[
            "school",
            "add",
            PRIMARY,
            "云杉小学",
            "--kind",
            "211",
            "--district",
            "320508",
        ][..],
        &["grade", "ladder", "--district", "320508"],
        &[
            "class",
            "add",
            "--school",
            PRIMARY,
            "--grade",
            "6",
            "--numbers",
            "1",
        ],
    ] {
        program.json("admin", arguments);
    }
    let mut rows: Vec<_> = (1..=3).map(|n| row(n, 1)).collect();
    for row in &mut rows {
        row[GRADE] = "6".to_owned();
    }
    let file = program.path("小学.xlsx");
    write(&file, &rows);
    let file = file.to_str().unwrap();
    program.json(
        "admin",
        &[
            "import",
            "new-pupils",
            file,
            "--school",
            PRIMARY,
            "--commit",
            "all",
        ],
    );
    rows
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap_or_else(|| panic!("{value}"))
}

#[test]
fn leavers_are_registered_from_a_file_and_approved() {
    let program = Program::sqlite();
    let rows = schools(&program);
    let template = program.path("模板.xlsx");
    let out = template.to_str().unwrap();
    program.json(
        "admin",
        &[
            "template",
            "registrations",
            "--school",
            SCHOOL,
            "--out",
            out,
        ],
    );
    let text = all_text(std::fs::read(&template).unwrap(), "模板.xlsx");
    assert!(
        text.contains(SCHOOL_NAME) && text.contains("七年级 2班 序号是 2"),
        "{text}"
    );

    let lines: Vec<_> = rows
        .iter()
        .map(|row| {
            [
                row[0].clone(),
                row[3].clone(),
                "7".to_owned(),
                "2".to_owned(),
            ]
        })
        .collect();
    let file = program.path("注册报到.xlsx");
    std::fs::write(&file, registrations(&lines)).unwrap();
    let file = file.to_str().unwrap();
    let import = ["import", "registrations", file, "--school", SCHOOL];
    let preview = program.json("admin", &import);
    assert_eq!(preview["valid"], 3, "{preview}");
    let commit = [&import[..], &["--commit", "all", "--submit"]].concat();
    assert_eq!(program.json("admin", &commit)["committed"], 3);

    let list = program.json("admin", &["registration", "list", "--school", SCHOOL]);
    let items = list["items"].as_array().unwrap();
    assert!(items.len() == 3 && items.iter().all(|one| one["state"] == "submitted"));
    let at_home = program.json("admin", &["pupil", "list", "--school", PRIMARY]);
    let moving = at_home["items"][0]["movingTo"].as_str().unwrap();
    assert!(
        moving.starts_with(&format!("已注册到{SCHOOL_NAME}")),
        "{moving}"
    );
    let ids = [id(&items[0]), id(&items[1])].join(",");
    assert_eq!(
        program.json("admin", &["review", "approve", "--ids", &ids])["done"],
        2
    );
    let back = [
        "review",
        "return",
        "--ids",
        id(&items[2]),
        "--reason",
        "请核对",
    ];
    assert_eq!(program.json("admin", &back)["done"], 1);
    let pupils = program.json("admin", &["pupil", "list", "--school", SCHOOL]);
    assert_eq!(pupils["items"].as_array().unwrap().len(), 2);
}

#[test]
fn a_pupil_is_deleted_restored_and_transferred() {
    let program = Program::sqlite();
    let rows = schools(&program);
    let list = program.json("admin", &["pupil", "list", "--school", PRIMARY]);
    let pupil = id(&list["items"][0]);
    // Without a reason nothing is deleted.
    assert_eq!(
        program
            .by("admin", &["pupil", "delete", pupil, "--reason", " "])
            .code,
        3
    );
    let delete = ["pupil", "delete", pupil, "--reason", "重复录入"];
    assert_eq!(program.json("admin", &delete)["done"], 1);
    let bin = program.json("admin", &["pupil", "list", "--deleted"]);
    assert_eq!(id(&bin["items"][0]), pupil);
    program.json("admin", &["pupil", "restore", pupil]);
    let bin = program.json("admin", &["pupil", "list", "--deleted"]);
    assert!(bin["items"].as_array().unwrap().is_empty());

    // Registered and approved at the junior school, the child is asked for by another one.
    let one = &rows[0];
    let add = [
        "registration",
        "add",
        "--school",
        SCHOOL,
        "--name",
        &one[0],
        "--id-number",
        &one[3],
        "--class",
        "7-1",
        "--submit",
    ];
    let made = program.json("admin", &add);
    let registration = id(&made["registration"]).to_owned();
    program.json("admin", &["review", "approve", "--ids", &registration]);
    let other = "3132050009";
    program.add_school(other, "第二中学", "320508");
    program.add_classes(other, "3");
    let request = [
        "pupil",
        "transfer",
        "request",
        "--school",
        other,
        "--id-number",
        &one[3],
        "--class",
        "7-3",
        "--reason",
        "迁居",
    ];
    let asked = program.json("admin", &request);
    let transfer = id(&asked).to_owned();
    let refuse = [
        "pupil",
        "transfer",
        "refuse",
        &transfer,
        "--school",
        SCHOOL,
        "--reason",
        "手续不全",
    ];
    assert_eq!(program.json("admin", &refuse)["state"], "returned");
    let release = [
        "pupil", "transfer", "release", &transfer, "--school", SCHOOL,
    ];
    assert_eq!(program.json("admin", &release)["state"], "submitted");
    program.json("admin", &["review", "approve", "--ids", &transfer]);
    let out = program.json(
        "admin",
        &["pupil", "transfer", "list", "--school", SCHOOL, "--out"],
    );
    assert_eq!(out["items"][0]["stateName"], "已转入");
    let pupils = program.json("admin", &["pupil", "list", "--school", other]);
    assert_eq!(pupils["items"].as_array().unwrap().len(), 1);
}
