//! Searching, looking at, correcting, counting and exporting pupils, by command.

use serde_json::json;

use crate::program::{Program, SCHOOL, SCHOOL_NAME};
use crate::workbook::{row, write};
use ekatong_tests::workbook::all_text;

#[test]
fn a_pupil_is_found_shown_corrected_and_exported() {
    let program = Program::sqlite();
    program.init();
    program.add_school(SCHOOL, SCHOOL_NAME, "320508");
    program.add_classes(SCHOOL, "1,2");
    let file = program.path("新生.xlsx");
    let mut rows: Vec<_> = (1..=4).map(|n| row(n, 1 + n % 2)).collect();
    "单小鱼".clone_into(&mut rows[0][0]);
    let (number, phone) = (rows[0][3].clone(), rows[0][9].clone());
    write(&file, &rows);
    let file = file.to_str().unwrap();
    let import = [
        "import",
        "new-pupils",
        file,
        "--school",
        SCHOOL,
        "--commit",
        "all",
    ];
    program.json("admin", &import);

    let mut id = String::new();
    for text in ["小鱼", "shanxiao", "dxy", &number, &phone] {
        let found = program.json("admin", &["pupil", "search", text]);
        assert_eq!(
            found["items"].as_array().unwrap().len(),
            1,
            "{text}: {found}"
        );
        found["items"][0]["id"]
            .as_str()
            .unwrap()
            .clone_into(&mut id);
    }
    let class = program.json("admin", &["pupil", "search", "7-2"]);
    assert_eq!(class["items"].as_array().unwrap().len(), 2);

    let shown = program.by("admin", &["pupil", "show", &id]);
    assert!(
        shown.out.contains("单小鱼") && !shown.out.contains(&number),
        "{}",
        shown.out
    );
    let reveal = ["pupil", "show", &id, "--reveal", "--reason", "家长来电核对"];
    let revealed = program.by("admin", &reveal);
    assert!(revealed.out.contains(&number) && revealed.out.contains(&phone));
    assert_eq!(
        program
            .by("admin", &["pupil", "show", &id, "--reveal"])
            .code,
        2,
        "no reason"
    );
    assert_eq!(
        program
            .by("admin", &["pupil", "show", &id, "--as-of", "2020-01-01"])
            .code,
        3
    );

    let edit = [
        "pupil",
        "edit",
        &id,
        r#"{"name":"单小余"}"#,
        "--reason",
        "家长持户口簿更正",
    ];
    assert_eq!(program.json("admin", &edit)["corrected"], json!(["name"]));
    assert_eq!(
        program
            .by("admin", &["pupil", "edit", &id, "单", "--reason", "因"])
            .code,
        3
    );
    let page = program.json("admin", &["pupil", "show", &id]);
    assert_eq!(
        (&page["name"], &page["version"]),
        (&json!("单小余"), &json!(2))
    );
    assert_eq!(page["corrections"][0]["reason"], "家长持户口簿更正");

    let counts = program.json("admin", &["pupil", "statistics", "--school", SCHOOL]);
    assert_eq!(counts["total"], 4);
    let out = program.path("名单.xlsx");
    let list = [
        "pupil",
        "list",
        "--school",
        SCHOOL,
        "--out",
        out.to_str().unwrap(),
    ];
    assert_eq!(program.json("admin", &list)["rows"], 4);
    assert_eq!(program.by("admin", &list).code, 2, "it is not written over");
    let text = all_text(std::fs::read(&out).unwrap(), "名单.xlsx");
    assert!(text.contains("单小余") && !text.contains(&number), "{text}");
    let clear = [
        &list[..],
        &["--force", "--unmasked", "--reason", "学籍核对"],
    ]
    .concat();
    program.json("admin", &clear);
    assert!(all_text(std::fs::read(&out).unwrap(), "名单.xlsx").contains(&number));
}
