//! Single entry of new pupils, by command.

use serde_json::json;

use crate::program::{ADMIN, Program, SCHOOL, SCHOOL_NAME};

#[test]
fn a_pupil_is_added_from_the_command_line_or_standard_input() {
    let program = Program::sqlite();
    program.init();
    program.add_school(SCHOOL, SCHOOL_NAME, "320508");
    program.add_classes(SCHOOL, "1,2");
    let number = ekatong_tests::workbook::id_number(1, 7);
    let pupil = json!({
        "name": "林知夏", "paperNumber": number, "grade": 7, "class": "2",
        "guardianName": "林晓岚", "guardianRelation": "母亲", "guardianPhone": "0512-65123456", "bankCard": "6222021234567894",
    });
    let add = |pupil: &str, more: &[&str]| {
        program.by(
            "admin",
            &[&["pupil", "add", "--school", SCHOOL, pupil], more].concat(),
        )
    };
    let added = add(&pupil.to_string(), &[]);
    assert_eq!(added.code, 0, "{}", added.err);
    assert!(added.out.contains("已录入（草稿）"), "{}", added.out);
    assert!(
        added.err.contains("收不到短信") && !added.err.contains(&number),
        "{}",
        added.err
    );
    let again = add(&pupil.to_string(), &["--json"]);
    assert_eq!(again.code, 3);
    assert!(again.out.contains("pupil.duplicate") || again.err.contains("pupil.duplicate"));

    // A passport, from standard input, submitted at once.
    let foreign = json!({
        "name": "Anna Lee", "gender": "女", "birthDate": "2014-03-05", "paperKind": "passport", "paperNumber": "E1234567",
        "nationality": "USA", "grade": 7, "class": 1,
        "guardians": [{ "name": "John Lee", "relation": "父亲", "phone": "+1 202 555 0143" }],
    });
    let args = [
        "pupil", "add", "--school", SCHOOL, "-", "--submit", "--json",
    ];
    let admin = Some(("admin", ADMIN));
    let answer = program.run_as(admin, &args, &foreign.to_string());
    assert_eq!(answer.code, 0, "{answer:?}");
    let answer = answer.json();
    assert_eq!(answer["state"], "submitted");
    assert_eq!(answer["problems"][0]["code"], "phone.not_mobile");

    // Everything that is wrong, at once.
    let wrong = add(
        r#"{"name":"1","paperNumber":"1","grade":7}"#,
        &["--submit", "--json"],
    );
    assert_eq!(wrong.code, 3);
    for code in [
        "pupil.name_character",
        "paper.length",
        "class.invalid",
        "guardian.name_missing",
    ] {
        assert!(
            wrong.out.contains(code) || wrong.err.contains(code),
            "{code}: {} {}",
            wrong.out,
            wrong.err
        );
    }

    // With a photo; a file that is none is refused with the rest of what is wrong.
    let folder = tempfile::TempDir::new().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_string_lossy().into_owned()
    };
    let (empty, photo) = (
        file("空.jpg", b""),
        file("a.jpg", &ekatong_tests::photos::photo(2)),
    );
    let pupil = json!({ "name": "沈青禾", "paperNumber": ekatong_tests::workbook::id_number(2, 7), "grade": 7, "class": 1 });
    let refused = add(&pupil.to_string(), &["--photo", &empty, "--json"]);
    assert_eq!(refused.code, 3);
    assert!(refused.out.contains("photo.empty") || refused.err.contains("photo.empty"));
    let added = add(&pupil.to_string(), &["--photo", &photo, "--json"]);
    assert_eq!(added.code, 0, "{}", added.err);
    let id = added.json()["id"].as_str().unwrap().to_owned();
    let page = program.json("admin", &["pupil", "show", &id]);
    assert_eq!(page["photo"]["width"], 358);
    for bad in ["林知夏", "[]", r#"{"nme":"林知夏"}"#] {
        assert_eq!(add(bad, &[]).code, 3, "{bad}");
    }
    let list = program.json("admin", &["review", "list", "--suspected"]);
    assert_eq!(list["items"], json!([]));
}
