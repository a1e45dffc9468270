//! Repairing, taking back and a second kind of import, by command.

use serde_json::{Value, json};

use crate::program::{Program, SCHOOL, SCHOOL_NAME};
use crate::workbook::{row, write};
use ekatong_tests::workbook::{table, texts};

const CLASS: usize = 5;

/// A junior school whose seventh grade has the classes 1 and 2.
fn school(program: &Program) {
    program.init();
    program.add_school(SCHOOL, SCHOOL_NAME, "320508");
    program.add_classes(SCHOOL, "1,2");
}

fn number(value: &Value, key: &str) -> i64 {
    value[key]
        .as_i64()
        .unwrap_or_else(|| panic!("{key} of {value}"))
}

#[test]
fn a_file_is_repaired_in_the_workbook_and_taken_back() {
    let program = Program::sqlite();
    school(&program);
    let file = program.path("新生.xlsx");
    let mut rows: Vec<_> = (1..=6).map(|n| row(n, 1 + n % 2)).collect();
    rows[2][CLASS] = "8".to_owned();
    write(&file, &rows);
    let marked = program.path("错误.xlsx");
    let import = [
        "import",
        "new-pupils",
        file.to_str().unwrap(),
        "--school",
        SCHOOL,
        "--commit",
        "valid",
        "--errors-to",
        marked.to_str().unwrap(),
    ];
    let done = program.json("admin", &import);
    assert_eq!(
        (number(&done, "committed"), &done["errorsTo"]),
        (5, &json!(marked))
    );
    let id = done["importId"].as_str().unwrap();
    // It is not written over a file that is there.
    assert_eq!(program.by("admin", &import).code, 2);

    let mut sheet = texts(&std::fs::read(&marked).unwrap());
    assert_eq!(sheet[3][CLASS], "8");
    sheet[3][CLASS] = "2".to_owned();
    let repaired = program.path("改好.xlsx");
    std::fs::write(&repaired, table("新生信息", &sheet)).unwrap();
    let again = [
        "import",
        "new-pupils",
        repaired.to_str().unwrap(),
        "--school",
        SCHOOL,
        "--commit",
        "valid",
    ];
    let done = program.json("admin", &again);
    assert_eq!(
        (done["importId"].as_str(), number(&done, "committed")),
        (Some(id), 6)
    );
    assert_eq!(
        (
            number(&done["reread"], "applied"),
            number(&done["reread"], "committed")
        ),
        (1, 5)
    );
    let people = program.by("admin", &again);
    assert!(
        people.out.contains("已导入 6 行") && people.code == 0,
        "{people:?}"
    );

    let list = program.json(
        "admin",
        &[
            "import",
            "list",
            "--state",
            "committed",
            "--kind",
            "new_pupils",
        ],
    );
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let undone = program.json("admin", &["import", "undo", id]);
    assert_eq!((number(&undone, "undone"), number(&undone, "held")), (6, 0));
    let twice = program.by("admin", &["--json", "import", "undo", id, "--keep-held"]);
    assert_eq!((twice.code, twice.problem().as_str()), (3, "import.closed"));
    let shown = program.json("admin", &["import", "show", id]);
    assert_eq!(shown["summary"]["state"], "undone");
}

#[test]
fn classes_come_from_a_workbook() {
    let program = Program::sqlite();
    school(&program);
    let template = program.path("模板.xlsx");
    let saved = program.by(
        "admin",
        &[
            "template",
            "classes",
            "--school",
            SCHOOL,
            "--out",
            template.to_str().unwrap(),
        ],
    );
    assert_eq!(saved.code, 0, "{saved:?}");
    let mut sheet = texts(&std::fs::read(&template).unwrap());
    sheet.truncate(1);
    for cells in [
        ["7", "2", "", ""],
        ["7", "3", "启航", ""],
        ["8", "1", "", "二楼"],
    ] {
        sheet.push(cells.map(str::to_owned).to_vec());
    }
    let file = program.path("班级.xlsx");
    std::fs::write(&file, table("批量建班", &sheet)).unwrap();
    let command = [
        "import",
        "classes",
        file.to_str().unwrap(),
        "--school",
        SCHOOL,
        "--commit",
    ];
    let all = program.by("admin", &[&["--json"], &command[..], &["all"]].concat());
    assert_eq!((all.code, all.problem().as_str()), (3, "import.has_errors"));
    let done = program.json("admin", &[&command[..], &["valid"]].concat());
    assert_eq!((number(&done, "valid"), number(&done, "committed")), (2, 2));
    assert_eq!(done["problems"][0]["code"], "class.number_taken");
    let classes = program.json("admin", &["class", "list", "--school", SCHOOL]);
    assert_eq!(classes["items"].as_array().unwrap().len(), 4);
}
