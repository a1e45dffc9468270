//! Checking, correcting and marking a workbook, against reading its cells.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use ekatong_core::error::OpError;
use ekatong_core::import::cells::{FileLimits, Workbook};
use ekatong_core::import::snapshot::{Snapshot, SnapshotClass, SnapshotGrade};
use ekatong_core::import::table::Workbooks as _;
use ekatong_core::import::{locate, new_pupils, preview};
use ekatong_host::{Folder, LocalHost, OpenOptions, PASSPHRASE, Place, reading};
use ekatong_sheet::Sheets;
use ekatong_tests::workbook::{self, Child};
use serde_json::{Value, json};

use crate::Bench;
use crate::import::{self, Copy};
use crate::measure::{median, ms, spent};
use crate::report::{Cell, Section, Table, count};

const NAME: &str = "new.xlsx";
const ROUNDS: usize = 3;
/// One row in this many names a class that the school does not have.
const ODD: usize = 50;

const FIGURES: [&str; 7] = [
    "read", "check", "preview", "edit", "replace", "mark", "reread",
];

pub(crate) async fn run(bench: &Bench) -> Section {
    let mut section = Section::new("Checking, correcting and marking a workbook");
    let sizes: &[usize] = if bench.full {
        &[500, 10_000, 100_000]
    } else {
        &[500, 10_000]
    };
    let store = import::store(bench, 100_000).await;
    let mut table = Table::new(
        format!(
            "Milliseconds in one process beside 100 000 pupils on SQLite, one row in {ODD} wrong; reading and checking: medians of {ROUNDS} rounds, in turns."
        ),
        &[
            "rows",
            "reading",
            "check without staging",
            "check / reading",
            "preview, staging included",
            "one cell corrected",
            "a value replaced in the column",
            "errors marked",
            "marking / reading",
            "marked file read again",
        ],
    );
    for &rows in sizes {
        let file = bench.data.join(format!("odd_{rows}.xlsx"));
        if !file.exists() {
            let children: Vec<Child> = (0..rows)
                .map(|n| {
                    let mut child = import::newcomer(n);
                    if n % ODD == ODD / 2 {
                        child[5] = "77".to_owned();
                    }
                    child
                })
                .collect();
            std::fs::write(&file, workbook::new_pupils(&children)).expect("writing a workbook");
        }
        let copy = Copy::of(&store, bench);
        let mut contestant = import::contestant_of("contestant-check", &file, copy.path());
        let run = spent(contestant.env(PASSPHRASE, import::SECRET));
        let times: Value = serde_json::from_str(&run.output).expect("the figures");
        let time = |name: &str| times[name].as_f64().expect("a time");
        table.row(vec![
            count(rows as u64).into(),
            Cell::Number(time("read"), ""),
            Cell::Number(time("check"), ""),
            Cell::Number(time("check") / time("read"), "×"),
            Cell::Number(time("preview"), ""),
            Cell::Number(time("edit"), ""),
            Cell::Number(time("replace"), ""),
            Cell::Number(time("mark"), ""),
            Cell::Number(time("mark") / time("read"), "×"),
            Cell::Number(time("reread"), ""),
        ]);
    }
    section.table(table);
    section.note("Reading: our reader visits every cell of the file in this process, nothing else. Check without staging: as the program does it, the file read by a process of its own, every row checked by all rules and compared with all others, nothing kept. A correction is checked, compared with all rows, sealed and committed.");
    section
}

/// `FILE FOLDER`.
pub(crate) async fn contestant(arguments: &[String]) {
    let [file, folder] = arguments else {
        panic!("two arguments")
    };
    let bytes = std::fs::read(file).expect("the workbook");
    let mut times = serde_json::Map::new();
    let mut rounds: [Vec<f64>; 2] = Default::default();
    let mut rows = 0;
    for round in 0..ROUNDS {
        for turn in 0..2 {
            let which = (round + turn) % 2;
            let copy = bytes.clone();
            let begun = Instant::now();
            if which == 0 {
                rows = read(copy);
            } else {
                check(reading::workbooks().open(copy, NAME, limits()));
            }
            rounds[which].push(ms(begun.elapsed()));
        }
    }
    for (name, rounds) in FIGURES.iter().zip(&rounds) {
        times.insert((*name).to_owned(), json!(median(rounds)));
    }

    let host = LocalHost::open(OpenOptions::new(Place::Folder(Folder::new(folder))))
        .await
        .expect("the data folder");
    let token = import::sign_in(&host, Path::new(folder)).await;
    let request = json!({ "text": import::SCHOOL });
    let schools = import::call(&host, &token, "school.list", request).await;
    let school = schools["items"][0]["id"].clone();
    let mut summary = Value::Null;
    for (name, marked) in [("preview", false), ("reread", true)] {
        let bytes = if marked {
            let begun = Instant::now();
            let request = json!({ "importId": summary["id"] });
            let file = import::call(&host, &token, "import.errorWorkbook", request).await;
            times.insert("mark".to_owned(), json!(ms(begun.elapsed())));
            let blob = serde_json::from_value(file["blobId"].clone()).expect("a blob");
            let (_, bytes) = host.app.fetch(Some(&token), blob).await.expect("the file");
            bytes
        } else {
            bytes.clone()
        };
        let blob = host
            .app
            .stage(Some(&token), NAME, &bytes)
            .await
            .expect("staging the file");
        let begun = Instant::now();
        let request = json!({ "schoolId": school, "blobId": blob, "fileName": NAME });
        summary = import::call(&host, &token, "import.preview", request).await;
        times.insert(name.to_owned(), json!(ms(begun.elapsed())));
        assert_eq!(summary["rows"], rows - 1, "{summary}");
        if !marked {
            let wrong = 2 + ODD / 2;
            let begun = Instant::now();
            let request = json!({ "importId": summary["id"],
                "edits": [{ "row": wrong, "column": "class", "value": "2" }] });
            let change = import::call(&host, &token, "import.edit", request).await;
            times.insert("edit".to_owned(), json!(ms(begun.elapsed())));
            assert_eq!(change["rows"][0]["state"], "valid", "{change}");
            let begun = Instant::now();
            let request =
                json!({ "importId": summary["id"], "column": "class", "from": "1", "to": "2" });
            let change = import::call(&host, &token, "import.replace", request).await;
            times.insert("replace".to_owned(), json!(ms(begun.elapsed())));
            assert!(change["changed"].as_i64().is_some_and(|cells| cells > 0));
        }
    }
    host.close().await;
    println!("{}", Value::from(times));
}

fn limits() -> FileLimits {
    FileLimits::for_rows(100_000)
}

/// Rows of the first sheet.
fn read(bytes: Vec<u8>) -> usize {
    let mut rows = 0;
    let mut cells = 0;
    Sheets
        .open(bytes, NAME, limits())
        .expect("a workbook")
        .rows(0, &mut |row| {
            rows += 1;
            cells += row.cells.len();
            ControlFlow::Continue(())
        })
        .expect("its rows");
    assert!(cells > rows);
    rows
}

fn check(opened: Result<Box<dyn Workbook>, OpError>) {
    let mut workbook = opened.expect("a workbook");
    let located = locate(&mut *workbook, &new_pupils::KIND.table).expect("the table");
    let snapshot = Snapshot {
        school_name: "云杉中学".to_owned(),
        school_code: import::SCHOOL.to_owned(),
        school_year: "2026-2027".to_owned(),
        row_limit: 100_000,
        grades: vec![SnapshotGrade {
            number: 7,
            classes: [1, 2]
                .map(|number| SnapshotClass {
                    number,
                    class_id: uuid::Uuid::from_u128(u128::from(number)),
                    nickname: None,
                    open: true,
                })
                .to_vec(),
        }],
        today: chrono::NaiveDate::from_ymd_opt(2026, 9, 1).expect("a day"),
    };
    let mut right = 0;
    let summary = preview(
        &new_pupils::KIND,
        &mut *workbook,
        located,
        &snapshot,
        limits(),
        &mut |row| {
            right += u32::from(row.entry.is_some());
            Ok(())
        },
        &mut |_| ControlFlow::Continue(()),
    )
    .expect("a preview");
    assert!(right > 0 && right < summary.rows);
}
