//! The district's review of new pupils, by command.

use serde_json::json;

use crate::program::{Program, SCHOOL, SCHOOL_NAME, ids};
use crate::workbook::{row, write};

#[test]
fn applications_are_listed_returned_and_approved() {
    let program = Program::sqlite();
    program.init();
    program.add_school(SCHOOL, SCHOOL_NAME, "320508");
    program.add_classes(SCHOOL, "1,2");
    let file = program.path("新生.xlsx");
    write(&file, &(1..=3).map(|n| row(n, 1)).collect::<Vec<_>>());
    let file = file.to_str().unwrap();
    let import = [
        "import",
        "new-pupils",
        file,
        "--school",
        SCHOOL,
        "--commit",
        "all",
        "--submit",
    ];
    program.json("admin", &import);

    let waiting = ids(&program.json("admin", &["review", "list", "--kind", "新生"]));
    assert_eq!(waiting.len(), 3);
    let none = program.json("admin", &["review", "list", "--kind", "registration"]);
    assert_eq!(none["items"], json!([]));
    assert_eq!(
        program
            .by("admin", &["review", "list", "--kind", "other"])
            .code,
        3
    );

    let bare = ["review", "return", "--ids", &waiting[0]];
    assert_eq!(program.by("admin", &bare).code, 3, "no reason");
    let back = [
        "review",
        "return",
        "--ids",
        &waiting[0],
        "--reason",
        "姓名有误",
    ];
    assert_eq!(program.json("admin", &back)["done"], 1);
    let returned = program.by("admin", &["review", "list", "--state", "退回"]);
    assert!(returned.out.contains("姓名有误"), "{}", returned.out);

    let two = waiting[1..].join(",");
    let approve = ["review", "approve", "--ids", &two];
    assert_eq!(program.json("admin", &approve)["done"], 2);
    assert_eq!(program.by("admin", &approve).code, 3, "approved already");
    let orders = program.json("admin", &["order", "list", "--state", "approved"]);
    assert_eq!(orders["items"].as_array().unwrap().len(), 2);
    assert_eq!(program.by("admin", &["review", "approve"]).code, 2);
}
