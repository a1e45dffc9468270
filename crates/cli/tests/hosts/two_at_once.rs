//! Two processes commit files with the same children at once: every child is on
//! record once, and the second is told which rows were there already, and where.

use std::time::{Duration, Instant};

use ekatong_tests::both_engines;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::program::{Done, SCHOOL};
use crate::stand::{OTHER_SCHOOL, Stand, commit, strs};

const ROWS: usize = 1000;
const SHARED: usize = 500;
/// A transaction waits no longer for another one (`ekatong_store::OpenOptions`).
const WAIT: Duration = Duration::from_secs(30);

fn record(pupils: usize, state: &str) -> crate::stand::OnRecord {
    crate::stand::OnRecord {
        pupils: i64::try_from(pupils).unwrap(),
        state: Some(state.to_owned()),
    }
}

/// Every row with an error. Some of the made-up numbers end in 000, which is only
/// warned about.
fn errors(stand: &Stand, import: Uuid) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let request =
            json!({ "importId": import, "start": all.len(), "limit": 500, "onlyProblems": true });
        let page = stand
            .program
            .json("admin", &["call", "import.rows", &request.to_string()]);
        all.extend(page["rows"].as_array().unwrap().iter().cloned());
        if all.len() == page["total"] {
            all.retain(|row| row["state"] == "error");
            return all;
        }
    }
}

both_engines! {
    async fn each_child_is_on_record_once(engine: Engine) {
        let mut stand = Stand::new(engine).await;
        // 500 are only in the first, 500 in both, 500 only in the second, which has the shared ones backwards.
        let first = stand.file("甲.xlsx", 0..ROWS);
        let second = stand.file("乙.xlsx", (SHARED..ROWS + SHARED).rev());
        // The second file once more, for a school of another district.
        let third = stand.file("丙.xlsx", (SHARED..ROWS + SHARED).rev());
        let [a, b, c] = [Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7()];
        stand.preview(&first, SCHOOL, a, ROWS);
        stand.preview(&second, SCHOOL, b, ROWS);
        stand.preview(&third, OTHER_SCHOOL, c, ROWS);
        stand.keep().await;

        // The second import, the mode of both, whether the second starts first.
        let rounds = [
            (b, "valid", false),
            (c, "valid", true),
            (b, "all", false),
            (b, "valid", true),
            (c, "all", false),
        ];
        let mut longest = Duration::ZERO;
        for (other, mode, other_first) in rounds {
            stand.renew().await;
            let (of_a, of_other) = (commit(a, mode), commit(other, mode));
            let begun = Instant::now();
            let start = |arguments: &[String]| stand.program.start(&strs(arguments));
            let (one, two) = if other_first {
                let two = start(&of_other);
                (start(&of_a), two)
            } else {
                (start(&of_a), start(&of_other))
            };
            let one = Done::from(one.wait_with_output().unwrap());
            let two = Done::from(two.wait_with_output().unwrap());
            let took = begun.elapsed();
            longest = longest.max(took);
            assert!(took < WAIT, "{took:?}");
            let at = format!("{mode}: {one:?} {two:?}");

            let (left_a, left_other) = (stand.on_record(a).await, stand.on_record(other).await);
            // Exactly one of them came first and has all its rows.
            let a_won = left_a.pupils == ROWS as i64;
            let (winner, loser, won, lost) = if a_won { (a, other, &left_a, &left_other) } else { (other, a, &left_other, &left_a) };
            let (won_done, lost_done) = if a_won { (&one, &two) } else { (&two, &one) };
            assert_eq!((won, won_done.code), (&record(ROWS, "committed"), 0), "{at}");
            if mode == "valid" {
                assert_eq!((lost, lost_done.code), (&record(ROWS - SHARED, "partly"), 0), "{at}");
                assert_eq!(lost_done.json()["errors"], SHARED, "{at}");
            } else {
                assert_eq!((lost, lost_done.code), (&record(0, "preview"), 3), "{at}");
                assert_eq!(lost_done.problem(), "import.has_errors", "{at}");
                assert!(lost_done.json()["problems"][0]["message"].as_str().unwrap().contains("500 行"), "{at}");
            }

            // The one that came second is told row by row.
            let told = errors(&stand, loser);
            assert_eq!(told.len(), SHARED, "{at}");
            // Of the first file the shared rows are the last, of the others too.
            let expected: Vec<i64> = (502..=1001).collect();
            let rows: Vec<i64> = told.iter().map(|row| row["row"].as_i64().unwrap()).collect();
            assert_eq!(rows, expected, "{at}");
            let school = if winner == c { "虎丘银杏初级中学" } else { "姑苏云杉初级中学" };
            for row in &told {
                let errors: Vec<&Value> = row["problems"].as_array().unwrap().iter().filter(|p| p["severity"] == "error").collect();
                let [problem] = errors.as_slice() else { panic!("{row}") };
                let class = row["cells"][5].as_str().unwrap();
                let place = format!("{school} 七年级 {class} 班");
                assert_eq!((&problem["code"], &problem["column"], &row["state"]), (&json!("pupil.duplicate"), &json!("D"), &json!("error")), "{row}");
                assert!(problem["message"].as_str().unwrap().contains(&place), "{problem}, wanted {place}");
            }
            assert!(errors(&stand, winner).is_empty());
        }
        println!("{engine:?}: 5 times two commits of {ROWS} rows at once, {SHARED} of them the same; the longest pair took {longest:?}");
    }
}
