//! Repairing a preview: in the grid, by re-checking, and by the person's own
//! workbook that comes back (IMP-6, IMP-7).

use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use ekatong_tests::workbook::{Child, child, new_pupils, table, texts};
use serde_json::{Value, json};

const PAPER: usize = 3;
const GRADE: usize = 4;
const CLASS: usize = 5;
const PHONE: usize = 9;

/// A preview of these rows by the school's staff.
async fn preview(world: &World, staff: &str, rows: &[Child]) -> Value {
    let bytes = new_pupils(rows);
    world
        .test
        .preview(staff, &world.junior, "新生.xlsx", &bytes)
        .await
        .unwrap()
}

fn children(count: usize) -> Vec<Child> {
    (0..count).map(|n| child(n, 7, 1 + n % 3)).collect()
}

fn counts(summary: &Value) -> (i64, i64, i64) {
    let number = |key: &str| summary[key].as_i64().unwrap();
    (number("ready"), number("errors"), number("committed"))
}

fn one(import: &Value, row: i64, column: &str, value: &str) -> Value {
    json!({ "importId": import, "edits": [{ "row": row, "column": column, "value": value }] })
}

/// Downloads the marked workbook of an import.
async fn marked(world: &World, token: &str, import: &Value) -> (String, Vec<u8>) {
    let file = world
        .test
        .done(token, "import.errorWorkbook", json!({ "importId": import }))
        .await;
    let blob = serde_json::from_value(file["blobId"].clone()).unwrap();
    world.test.app.fetch(Some(token), blob).await.unwrap()
}

/// Number of pupils on record.
async fn on_record(world: &World) -> usize {
    let list = world
        .test
        .done(&world.admin, "pupil.list", json!({ "limit": 500 }))
        .await;
    list["items"].as_array().unwrap().len()
}

both_engines! {
    async fn a_cell_is_corrected_taken_back_and_done_again(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let mut rows = children(4);
        rows[1][CLASS] = "9".to_owned();
        rows[2][PHONE] = "123".to_owned();
        let import = preview(&world, &staff, &rows).await["id"].clone();
        let change = test.done(&staff, "import.edit", one(&import, 3, "class", "2")).await;
        assert_eq!(counts(&change["summary"]), (3, 1, 0));
        assert_eq!((change["changed"].as_i64(), change["summary"]["undoable"].as_i64()), (Some(1), Some(1)));
        let row = &change["rows"][0];
        assert_eq!((row["row"].as_i64(), row["state"].as_str()), (Some(3), Some("valid")));
        assert_eq!((row["cells"][CLASS].as_str(), &row["edited"]), (Some("2"), &json!([CLASS])));
        let groups: Vec<&str> = change["groups"].as_array().unwrap().iter().map(|g| g["code"].as_str().unwrap()).collect();
        assert_eq!(groups, ["phone.invalid", "gender.derived"], "errors before notes");
        // A wrong correction is told like a wrong file.
        let wrong = test.done(&staff, "import.edit", one(&import, 4, "guardianPhone", "1380000000")).await;
        let problem = wrong["rows"][0]["problems"].as_array().unwrap().iter().find(|p| p["severity"] == "error").unwrap();
        assert_eq!((problem["code"].as_str(), problem["column"].as_str(), problem["row"].as_i64()), (Some("phone.invalid"), Some("J"), Some(4)));
        let id = json!({ "importId": import });
        let back = test.done(&staff, "import.undoEdit", id.clone()).await;
        assert_eq!((back["rows"][0]["cells"][PHONE].as_str(), counts(&back["summary"])), (Some("123"), (3, 1, 0)));
        let back = test.done(&staff, "import.undoEdit", id.clone()).await;
        assert_eq!((back["rows"][0]["cells"][CLASS].as_str(), counts(&back["summary"])), (Some("9"), (2, 2, 0)));
        assert_eq!(back["rows"][0]["edited"], json!([]), "a cell as the file has it is not a corrected one");
        assert_eq!(test.refused(&staff, "import.undoEdit", id.clone()).await, ["import.no_edit"]);
        let again = test.done(&staff, "import.redoEdit", id.clone()).await;
        assert_eq!((again["summary"]["undoable"].as_i64(), again["summary"]["redoable"].as_i64()), (Some(1), Some(1)));
        assert_eq!(counts(&again["summary"]), (3, 1, 0));
        // A new correction takes the place of those that could be done again.
        let new = test.done(&staff, "import.edit", one(&import, 4, "guardianPhone", "13900000077")).await;
        assert_eq!((counts(&new["summary"]), new["summary"]["redoable"].as_i64()), ((4, 0, 0), Some(0)));
        assert_eq!(test.refused(&staff, "import.redoEdit", id.clone()).await, ["import.no_edit"]);
        // All of it is there for another person, and what is committed is what the grid shows.
        let district = test.sign_in("district").await;
        let opened = test.done(&district, "import.open", id.clone()).await;
        assert_eq!(counts(&opened["summary"]), (4, 0, 0));
        let done = test.done(&district, "import.commit", json!({ "importId": import, "mode": "all" })).await;
        assert_eq!((done["committed"].as_i64(), done["state"].as_str()), (Some(4), Some("committed")));
        let audit = test.done(&district, "audit.list", json!({ "district": "320508", "op": "import.open" })).await;
        let opened = audit["items"].as_array().unwrap();
        assert_eq!((opened.len(), opened[0]["login"].as_str()), (1, Some("district")), "one entry an opening");
    }

    async fn corrections_that_fit_nothing_are_refused(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let mut rows = children(3);
        rows[1][CLASS] = "9".to_owned();
        let import = preview(&world, &staff, &rows).await["id"].clone();
        for (row, column) in [(99, "class"), (1, "class"), (3, "card")] {
            assert_eq!(test.refused(&staff, "import.edit", one(&import, row, column, "1")).await, ["import.cell_unknown"]);
        }
        let none = json!({ "importId": import, "edits": [] });
        assert_eq!(test.refused(&staff, "import.edit", none).await, ["selection.empty"]);
        // Two people have the same cell open: the second is told.
        let seen = |value: &str| json!({ "importId": import, "edits": [{ "row": 3, "column": "class", "value": value, "was": "9" }] });
        test.done(&staff, "import.edit", seen("2")).await;
        assert_eq!(test.refused(&staff, "import.edit", seen("3")).await, ["version.conflict"]);
        // What is on record is not corrected here.
        test.done(&staff, "import.commit", json!({ "importId": import, "mode": "valid" })).await;
        assert_eq!(test.refused(&staff, "import.edit", one(&import, 2, "class", "2")).await, ["import.closed"]);
    }

    async fn the_whole_file_is_looked_through_for_duplicates(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let mut rows = children(600);
        test.done(&world.admin, "setting.set", json!({ "key": "import.row_limit", "value": "1000" })).await;
        let right = rows[599][PAPER].clone();
        rows[599][PAPER] = rows[0][PAPER].clone();
        rows[599][6] = String::new();
        let summary = preview(&world, &staff, &rows).await;
        // The rows contradict each other in different blocks.
        assert_eq!((counts(&summary), summary["duplicates"].as_i64()), ((598, 2, 0), Some(2)));
        let import = &summary["id"];
        let change = test.done(&staff, "import.edit", one(import, 601, "paperNumber", &right)).await;
        assert_eq!((counts(&change["summary"]), change["summary"]["duplicates"].as_i64()), ((600, 0, 0), Some(0)));
        let other = &rows[7][PAPER];
        let change = test.done(&staff, "import.edit", one(import, 601, "paperNumber", other)).await;
        assert_eq!((counts(&change["summary"]), change["summary"]["duplicates"].as_i64()), ((598, 2, 0), Some(2)));
        let problems = test.problems(&staff, import.as_str().unwrap()).await;
        let mut at: Vec<(i64, &str)> = problems.iter().filter(|p| p["severity"] == "error").map(|p| (p["row"].as_i64().unwrap(), p["code"].as_str().unwrap())).collect();
        at.sort_unstable();
        assert_eq!(at, [(9, "row.conflict"), (601, "row.conflict")]);
        test.done(&staff, "import.undoEdit", json!({ "importId": import })).await;
        let done = test.done(&staff, "import.commit", json!({ "importId": import, "mode": "all" })).await;
        assert_eq!(done["committed"], 600);
    }

    async fn values_are_replaced_and_suggestions_accepted(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let mut rows = children(6);
        for row in &mut rows[..4] {
            row[GRADE] = "七年级".to_owned();
        }
        rows[4][GRADE] = "初一".to_owned();
        rows[5][CLASS] = "3班".to_owned();
        let summary = preview(&world, &staff, &rows).await;
        assert_eq!(counts(&summary), (0, 6, 0));
        let import = &summary["id"];
        let shown = test.done(&staff, "import.show", json!({ "importId": import })).await;
        let grade = shown["groups"].as_array().unwrap().iter().find(|g| g["code"] == "row.grade_invalid").unwrap();
        assert_eq!((grade["column"].as_str(), grade["count"].as_i64(), grade["suggested"].as_i64()), (Some("grade"), Some(5), Some(5)));
        let replace = |from: &str, to: &str| json!({ "importId": import, "column": "grade", "from": from, "to": to });
        let change = test.done(&staff, "import.replace", replace("七年级", "7")).await;
        assert_eq!((change["changed"].as_i64(), counts(&change["summary"])), (Some(4), (4, 2, 0)));
        let nothing = test.done(&staff, "import.replace", replace("七年级", "7")).await;
        assert_eq!((nothing["changed"].as_i64(), nothing["summary"]["undoable"].as_i64()), (Some(0), Some(1)), "nothing to take back");
        let back = test.done(&staff, "import.undoEdit", json!({ "importId": import })).await;
        assert_eq!(counts(&back["summary"]), (0, 6, 0), "one step for all rows");
        let accept = json!({ "importId": import, "code": "row.grade_invalid", "column": "grade" });
        let change = test.done(&staff, "import.acceptSuggestions", accept).await;
        assert_eq!((change["changed"].as_i64(), counts(&change["summary"])), (Some(5), (5, 1, 0)));
        let accept = json!({ "importId": import, "code": "row.class_invalid", "row": 7 });
        let change = test.done(&staff, "import.acceptSuggestions", accept).await;
        assert_eq!((change["changed"].as_i64(), counts(&change["summary"])), (Some(1), (6, 0, 0)));
        let unknown = json!({ "importId": import, "column": "card", "from": "", "to": "" });
        assert_eq!(test.refused(&staff, "import.replace", unknown).await, ["import.cell_unknown"]);
    }

    async fn repaired_rows_are_committed_later_each_once(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let mut rows = children(6);
        rows[1][CLASS] = "9".to_owned();
        rows[4][CLASS] = "9".to_owned();
        let import = preview(&world, &staff, &rows).await["id"].clone();
        let valid = json!({ "importId": import, "mode": "valid" });
        let done = test.done(&staff, "import.commit", valid.clone()).await;
        assert_eq!((counts(&done), done["state"].as_str()), ((0, 2, 4), Some("partly")));
        let again = test.done(&staff, "import.commit", valid.clone()).await;
        assert_eq!(counts(&again), (0, 2, 4));
        test.done(&staff, "import.edit", one(&import, 3, "class", "2")).await;
        let done = test.done(&staff, "import.commit", valid.clone()).await;
        assert_eq!((counts(&done), done["state"].as_str()), ((0, 1, 5), Some("partly")));
        // The class is made, so that the row is right without a correction.
        let grade = world.grade(&world.junior, 7).await;
        test.done(&world.admin, "class.create", json!({ "gradeId": grade, "numbers": [9] })).await;
        let change = test.done(&staff, "import.recheck", json!({ "importId": import })).await;
        assert_eq!(counts(&change["summary"]), (1, 0, 5));
        let done = test.done(&staff, "import.commit", valid.clone()).await;
        assert_eq!((counts(&done), done["state"].as_str()), ((0, 0, 6), Some("committed")));
        assert_eq!(on_record(&world).await, 6);
    }

    async fn a_marked_workbook_comes_back_and_only_repairs_are_applied(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let mut rows = children(6);
        rows[1][CLASS] = "9".to_owned();
        rows[2][CLASS] = "9".to_owned();
        rows[4][PHONE] = "12".to_owned();
        let import = preview(&world, &staff, &rows).await["id"].clone();
        let done = test.done(&staff, "import.commit", json!({ "importId": import, "mode": "valid" })).await;
        assert_eq!(counts(&done), (0, 3, 3));
        let (name, bytes) = marked(&world, &staff, &import).await;
        assert_eq!(name, "新生（错误标记）.xlsx");
        let mut sheet = texts(&bytes);
        let at = |sheet: &[Vec<String>], heading: &str| sheet[0].iter().position(|h| h.starts_with(heading)).unwrap();
        let (reasons, tokens) = (at(&sheet, "错误原因"), at(&sheet, "核对标记"));
        assert!(sheet[2][reasons].contains("班级：七年级没有 9 班。"), "{}", sheet[2][reasons]);
        assert!(sheet[5][reasons].contains("家长手机"), "{}", sheet[5][reasons]);
        assert!(sheet[1][reasons].contains("已导入"));
        assert!(sheet[1..].iter().all(|row| row[tokens].starts_with("EK-")));
        // Two are repaired, one of those on record is changed, the rows are sorted otherwise,
        // one is copied for a new child, and one is typed anew.
        sheet[2][CLASS] = "2".to_owned();
        sheet[5][PHONE] = "13911112222".to_owned();
        sheet[1][CLASS] = "2".to_owned();
        let mut copied = sheet[2].clone();
        copied[..11].clone_from_slice(&child(30, 7, 1));
        sheet.push(copied);
        let mut new = vec![String::new(); sheet[0].len()];
        new[..11].clone_from_slice(&child(31, 7, 1));
        sheet.push(new);
        sheet[1..].sort_by(|a, b| b[0].cmp(&a[0]));
        let repaired = table("新生信息", &sheet);
        let back = test.preview(&staff, &world.junior, "改好.xlsx", &repaired).await.unwrap();
        assert_eq!(back["id"], import, "the import goes on");
        assert_eq!(counts(&back), (2, 1, 3));
        let reread = &back["reread"];
        let number = |reread: &Value, key: &str| reread[key].as_i64().unwrap();
        assert_eq!((number(reread, "applied"), number(reread, "unchanged"), number(reread, "committed"), number(reread, "unmatched")), (2, 1, 3, 2), "{reread}");
        assert!(reread["notes"].as_array().unwrap().iter().all(|n| n["code"] == "row.unmatched"), "{reread}");
        // By another person, and again: nothing is applied twice.
        let district = test.sign_in("district").await;
        for token in [&district, &staff] {
            let again = test.preview(token, &world.junior, "改好.xlsx", &repaired).await.unwrap();
            assert_eq!((number(&again["reread"], "applied"), counts(&again)), (0, (2, 1, 3)));
        }
        let done = test.done(&staff, "import.commit", json!({ "importId": import, "mode": "valid" })).await;
        assert_eq!(counts(&done), (0, 1, 5));
        let again = test.preview(&district, &world.junior, "改好.xlsx", &repaired).await.unwrap();
        assert_eq!((number(&again["reread"], "committed"), counts(&again)), (5, (0, 1, 5)));
        assert_eq!(on_record(&world).await, 5);
        let list = test.done(&world.admin, "import.list", json!({})).await;
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "no second import");
        // The tokens of another school's import are a file like any other there.
        let foreign = test.preview(&world.admin, &world.foreign, "改好.xlsx", &repaired).await.unwrap();
        assert_ne!(foreign["id"], import);
    }

    async fn imports_are_found_by_kind_and_state(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let first = preview(&world, &staff, &children(1)).await["id"].clone();
        test.done(&staff, "import.commit", json!({ "importId": first, "mode": "all" })).await;
        let second = preview(&world, &staff, &[child(5, 7, 1)]).await;
        assert_eq!((second["kind"].as_str(), second["kindName"].as_str()), (Some("new_pupils"), Some("新生信息")));
        assert_eq!(second["fileSha256"].as_str().unwrap().len(), 64);
        let ids = async |request: Value| -> Vec<Value> {
            let list = test.done(&staff, "import.list", request).await;
            list["items"].as_array().unwrap().iter().map(|i| i["id"].clone()).collect()
        };
        assert_eq!(ids(json!({})).await, [second["id"].clone(), first.clone()]);
        assert_eq!(ids(json!({ "state": "committed" })).await, [first]);
        assert_eq!(ids(json!({ "state": "preview", "kind": "new_pupils" })).await, [second["id"].clone()]);
        assert!(ids(json!({ "kind": "classes" })).await.is_empty());
    }
}
