//! 证件号诊断: numbers that a spreadsheet damaged, and the children they belong to.

use ekatong_core::ports::AuditFilter;
use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use ekatong_tests::workbook::{Child, HEADINGS, child, with_check_digit};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

/// Column of 证件号码.
const NUMBER: usize = 3;

/// What stands in the cell of the number.
enum Cell {
    Number(f64),
    Text(String),
}

/// A workbook whose cells of numbers are what is given; 学籍号 is left blank.
fn workbook(rows: &[(Child, Cell)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write_string(0, column, heading).unwrap();
    }
    for (at, (row, number)) in (1..).zip(rows) {
        for (column, text) in (0..).zip(row) {
            match number {
                _ if usize::from(column) != NUMBER => sheet.write_string(at, column, text),
                Cell::Number(number) => sheet.write_number(at, column, *number),
                Cell::Text(text) => sheet.write_string(at, column, text),
            }
            .unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// The n-th child without a 学籍号, which would give the number away.
fn bare(n: usize) -> Child {
    let mut child = child(n, 7, 1 + n % 3);
    child[6].clear();
    child
}

/// As [`bare`]; a sixth of 240 have a namesake, as in a large school.
fn named(n: usize) -> Child {
    let mut child = bare(n);
    if (120..220).contains(&n) {
        child[0].push('儿');
    }
    child
}

/// What spreadsheets make of a number, one way after the other.
fn damage(number: &str, way: usize) -> Cell {
    let binary: f64 = number.parse().unwrap();
    let rounded = |digits: usize| format!("{binary:.*e}", digits - 1);
    match way % 6 {
        // Excel, in the cell and after saving as csv.
        0 => Cell::Number(format!("{}000", &number[..15]).parse().unwrap()),
        1 => Cell::Text(format!("{}000", &number[..15])),
        // LibreOffice and openpyxl.
        2 => Cell::Number(rounded(15).parse().unwrap()),
        3 => Cell::Number(rounded(16).parse().unwrap()),
        // All that the binary number holds.
        4 => Cell::Number(binary),
        // A narrow column.
        _ => Cell::Text(rounded(6).replace('e', "E+")),
    }
}

async fn preview(world: &World, token: &str, school: &str, rows: &[(Child, Cell)]) -> String {
    let preview = world
        .test
        .preview(token, school, "新生.xlsx", &workbook(rows))
        .await
        .unwrap();
    preview["id"].as_str().unwrap().to_owned()
}

async fn doctor(world: &World, token: &str, import: &str) -> Vec<Value> {
    let request = json!({ "importId": import, "limit": 500 });
    let answer = world.test.done(token, "import.doctor", request).await;
    let rows = answer["rows"].as_array().unwrap().clone();
    assert_eq!(answer["total"], rows.len());
    assert!(answer["next"].is_null());
    rows
}

fn has_x(child: &Child) -> bool {
    child[NUMBER].ends_with('X')
}

both_engines! {
    async fn planted_numbers_are_flagged_and_resolved(engine: Engine) {
        const PLANTED: usize = 200;
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        // A text with an X is never taken for a number, so these are not among the damaged.
        let all: Vec<(Child, Cell)> = (0..240)
            .map(named)
            .map(|child| {
                let number = Cell::Text(child[NUMBER].clone());
                (child, number)
            })
            .collect();
        let import = preview(&world, &staff, &world.junior, &all).await;
        let request = json!({ "importId": import, "mode": "all" });
        test.done(&staff, "import.commit", request).await;
        let rows: Vec<(Child, Cell)> = (0..240)
            .map(named)
            .filter(|child| !has_x(child))
            .take(PLANTED)
            .enumerate()
            .map(|(way, child)| {
                let cell = damage(&child[NUMBER], way);
                (child, cell)
            })
            .collect();
        assert_eq!(rows.len(), PLANTED);
        let import = preview(&world, &staff, &world.junior, &rows).await;
        let found = doctor(&world, &staff, &import).await;
        let flagged: Vec<u64> = found.iter().map(|row| row["row"].as_u64().unwrap()).collect();
        assert_eq!(flagged, (2..).take(PLANTED).collect::<Vec<u64>>(), "all are flagged");
        let mut resolved = 0;
        for (row, (child, cell)) in found.iter().zip(&rows) {
            let proposals = row["proposals"].as_array().unwrap();
            let right = proposals.iter().filter(|p| p["number"] == child[NUMBER]).count();
            assert_eq!(right, 1, "the child is among the proposals: {row}");
            resolved += usize::from(proposals.len() == 1);
            assert_eq!(row["name"], child[0]);
            assert!(child[NUMBER].starts_with(row["known"].as_str().unwrap()), "{row}");
            assert!(proposals.iter().all(|p| p["sameSchool"] == true && p["schoolName"] == "平江中学"));
            assert_eq!(row["elsewhere"], false);
            // Few are listed, of many only the number is told.
            let listed = row["candidates"].as_array().unwrap();
            let count = row["possible"]["count"].as_u64().unwrap();
            assert!(count > 0);
            assert_eq!(listed.len() as u64, if count <= 20 { count } else { 0 });
            if count <= 20 {
                assert!(listed.contains(&json!(child[NUMBER])), "{row}");
            }
            assert_eq!(row["possible"]["more"], matches!(cell, Cell::Text(t) if t.contains('E')));
        }
        println!("{resolved} of {PLANTED} damaged numbers have one proposal");
        assert!(resolved * 100 >= PLANTED * 95, "{resolved} of {PLANTED}");
    }

    async fn nothing_is_filled_in_and_each_look_is_recorded(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        world.pupils(&staff, &world.junior, 0, 3).await;
        let rows: Vec<(Child, Cell)> = (0..9)
            .map(bare)
            .filter(|child| !has_x(child))
            .map(|child| {
                let cell = damage(&child[NUMBER], 0);
                (child, cell)
            })
            .collect();
        let import = preview(&world, &staff, &world.junior, &rows).await;
        let request = json!({ "importId": import, "start": 0, "limit": 500 });
        let before = test.done(&staff, "import.rows", request.clone()).await;
        let found = doctor(&world, &staff, &import).await;
        assert_eq!(test.done(&staff, "import.rows", request).await, before);
        let known: Vec<&Value> = found
            .iter()
            .flat_map(|row| row["proposals"].as_array().unwrap())
            .map(|proposal| &proposal["pupilId"])
            .collect();
        assert!(!known.is_empty() && known.len() <= 3);
        let filter = AuditFilter {
            op: Some("import.doctor".to_owned()),
            ..AuditFilter::default()
        };
        let mut store = test.app.ports().store.read().await.unwrap();
        let entries = store.audit_entries(&filter, None, 9).await.unwrap();
        assert_eq!(entries.len(), 1);
        let entry = format!("{:?}", entries[0]);
        assert!(known.iter().all(|id| entry.contains(id.as_str().unwrap())), "{entry}");
        assert!(!entry.contains("320508201"), "no number is in the audit log");

        // Page after page, and one row alone.
        let mut paged = Vec::new();
        let mut after = Value::Null;
        loop {
            let request = json!({ "importId": import, "after": after, "limit": 2 });
            let page = test.done(&staff, "import.doctor", request).await;
            assert_eq!(page["total"], found.len());
            paged.extend(page["rows"].as_array().unwrap().clone());
            after = page["next"].clone();
            if after.is_null() {
                break;
            }
        }
        assert_eq!(paged, found);
        let one = json!({ "importId": import, "row": found[1]["row"] });
        let one = test.done(&staff, "import.doctor", one).await;
        assert_eq!(one["rows"], json!([found[1]]));
    }

    async fn a_child_elsewhere_is_told_without_its_number(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let n = (0..20).find(|n| !has_x(&bare(*n))).unwrap();
        world.pupils(&world.admin, &world.foreign, n, 1).await;
        let number = bare(n)[NUMBER].clone();
        let rows = [(bare(n), damage(&number, 0))];
        let import = preview(&world, &staff, &world.junior, &rows).await;
        let found = doctor(&world, &staff, &import).await;
        assert_eq!(found[0]["elsewhere"], true);
        assert_eq!(found[0]["proposals"], json!([]));
        let told = found[0].to_string();
        assert!(told.contains("其他学校有可能是同一名学生的记录"));
        assert!(!told.contains(&number) && !told.contains("枫桥"), "{told}");
        // Whoever works for both schools sees which it is.
        let found = doctor(&world, &world.admin, &import).await;
        let proposal = &found[0]["proposals"][0];
        assert_eq!((&proposal["number"], &proposal["schoolName"]), (&json!(number), &json!("枫桥中学")));
        assert_eq!((&proposal["sameSchool"], &proposal["source"]), (&json!(false), &json!("stored")));
        assert_eq!(found[0]["elsewhere"], false);
        assert!(found[0]["message"].as_str().unwrap().starts_with("与枫桥中学七年级 "), "{}", found[0]);
    }

    async fn rows_are_told_what_to_do(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let mut people: Vec<Child> = (0..40).map(bare).filter(|child| !has_x(child)).collect();
        world.pupils(&staff, &world.junior, 0, 40).await;
        people.truncate(8);
        let cut = |child: &Child| damage(&child[NUMBER], 0);
        let mut rows: Vec<(Child, Cell)> = Vec::new();
        // The name is not on record.
        let mut stranger = people[0].clone();
        stranger[0] = "诸葛无名".to_owned();
        rows.push((stranger, cut(&people[0])));
        // The name cannot be read.
        let mut nameless = people[1].clone();
        nameless[0] = "张?明".to_owned();
        rows.push((nameless, cut(&people[1])));
        // The 学籍号 holds the number.
        let mut numbered = people[2].clone();
        numbered[0] = "诸葛无名".to_owned();
        numbered[6] = format!("G{}", people[2][NUMBER]);
        rows.push((numbered, cut(&people[2])));
        // The other gender is stated.
        let mut other = people[3].clone();
        let male = other[NUMBER].as_bytes()[16] % 2 == 1;
        other[1] = if male { "2" } else { "1" }.to_owned();
        rows.push((other, cut(&people[3])));
        // No number of 18 digits at all, but a number.
        rows.push((people[4].clone(), Cell::Number(32_050_820.0)));
        // A mistyped number and a right one are no case for the doctor.
        let mistyped = people[5][NUMBER].replacen("3205", "3206", 1);
        rows.push((people[5].clone(), Cell::Text(mistyped)));
        let right = with_check_digit("32050820140901123");
        rows.push((people[6].clone(), Cell::Text(right)));
        let import = preview(&world, &staff, &world.junior, &rows).await;
        let found = doctor(&world, &staff, &import).await;
        let at: Vec<u64> = found.iter().map(|row| row["row"].as_u64().unwrap()).collect();
        assert_eq!(at, [2, 3, 4, 5, 6]);
        let message = |at: usize| found[at]["message"].as_str().unwrap();
        assert!(message(0).starts_with("没有找到能对上的已登记学生。可能的号码有 "), "{}", message(0));
        assert!(message(1).starts_with("姓名未填或有误"), "{}", message(1));
        assert_eq!(found[2]["fromStudentNumber"], people[2][NUMBER]);
        assert!(message(2).starts_with("这一行学籍号中的号码能对上"), "{}", message(2));
        assert_eq!(found[3]["proposals"][0]["genderDiffers"], true);
        assert!(message(3).starts_with("与本校七年级 ") && message(3).contains("性别"), "{}", message(3));
        assert_eq!((&found[4]["known"], &found[4]["possible"]["count"]), (&json!(""), &json!(0)));
        assert!(message(4).starts_with("从这个单元格推算不出"), "{}", message(4));
        for row in &found {
            let message = row["message"].as_str().unwrap();
            assert!(!message.contains("320508"), "no number is in a sentence: {message}");
        }
    }
}
