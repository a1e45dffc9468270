//! The program is killed (SIGKILL) at random moments: what is on record is the whole
//! import or nothing of it, and the same command goes on afterwards.

use std::time::Duration;

use ekatong_store::Engine;
use ekatong_tests::both_engines;
use serde_json::json;
use uuid::Uuid;

use crate::program::SCHOOL;
use crate::stand::{Moment, OnRecord, Random, Stand, commit, preview, rounds, strs};

const ROWS: usize = 5000;
const PUPILS: i64 = 5000;

/// Rounds of each engine.
fn kills() -> usize {
    rounds("EKATONG_SOAK_KILLS", 10)
}

/// A stand with a file that was checked and waits for its commit.
async fn previewed(engine: Engine) -> (Stand, Uuid) {
    let mut stand = Stand::new(engine).await;
    let import = Uuid::now_v7();
    let file = stand.file("新生.xlsx", 0..ROWS);
    stand.preview(&file, SCHOOL, import, ROWS);
    stand.keep().await;
    (stand, import)
}

/// How long a command takes that only looks, and so what all spend on starting and signing in.
fn looking(stand: &Stand, import: Uuid) -> Duration {
    let request = json!({ "importId": import }).to_string();
    stand.timed(&["call", "import.show", &request]).1
}

fn record(pupils: i64, state: &str) -> OnRecord {
    OnRecord {
        pupils,
        state: Some(state.to_owned()),
    }
}

both_engines! {
    async fn a_killed_commit_is_whole_or_nothing(engine: Engine) {
        let mut random = Random::seeded();
        let (mut stand, import) = previewed(engine).await;
        let command = commit(import, "all");
        let command = strs(&command);
        let looking = looking(&stand, import);
        let (_, mut whole) = stand.timed(&command);
        assert_eq!(stand.on_record(import).await, record(PUPILS, "committed"));
        let (mut nothing, mut unanswered, mut answered) = (0, 0, 0);
        for round in 0..kills() {
            stand.renew().await;
            let moment = match round % 3 {
                // From the last of the signing in to a little after the end.
                0 => Moment::After(random.between(looking.mul_f64(0.8), whole.mul_f64(1.1))),
                // Most of what can go wrong goes wrong about the end.
                1 => Moment::After(random.between(whole.mul_f64(0.8), whole.mul_f64(1.2))),
                // The process still signs out, seals the audit log and empties SQLite's log.
                _ => Moment::Answered(random.between(Duration::ZERO, looking.mul_f64(0.1))),
            };
            let answer = stand.killed(moment, &command);
            let acknowledged = !answer.is_empty();
            let left = stand.on_record(import).await;
            let at = format!("round {round}, killed after {moment:?} of {whole:?}");
            match (acknowledged, left.pupils) {
                (false, 0) => {
                    assert_eq!(left, record(0, "preview"), "{at}");
                    nothing += 1;
                }
                (acknowledged, _) => {
                    assert!(acknowledged || matches!(moment, Moment::After(_)), "{at}");
                    assert_eq!(left, record(PUPILS, "committed"), "{at}, answered: {acknowledged}");
                    if acknowledged { answered += 1 } else { unanswered += 1 }
                }
            }
            let (again, took) = stand.timed(&command);
            assert_eq!((&again["committed"], &again["state"]), (&json!(PUPILS), &json!("committed")), "{at}");
            assert_eq!(stand.on_record(import).await, record(PUPILS, "committed"), "{at}");
            if left.pupils == 0 {
                // A whole commit as busy as the machine is now.
                whole = took;
            }
            if round % 5 == 0 {
                // A place that came through a crash goes on like any other.
                let undone = stand.program.json("admin", &["import", "undo", &import.to_string()]);
                assert_eq!(undone["undone"], PUPILS, "{at}");
                assert_eq!(stand.on_record(import).await, record(0, "undone"), "{at}");
            }
        }
        println!(
            "{engine:?}: {} commits of {ROWS} rows killed: {nothing} with nothing on record, \
             {unanswered} whole before the answer, {answered} whole and answered; 0 half, 0 lost, 0 doubled",
            kills()
        );
    }

    async fn a_killed_preview_is_repeated(engine: Engine) {
        let mut random = Random::seeded();
        let mut stand = Stand::new(engine).await;
        let file = stand.file("新生.xlsx", 0..ROWS);
        let import = Uuid::now_v7();
        let command = preview(&file, SCHOOL, import);
        let command = strs(&command);
        let (_, mut whole) = stand.timed(&command);
        let mut states = Vec::new();
        for round in 0..kills().div_ceil(4) {
            stand.renew().await;
            let moment = random.between(whole.mul_f64(0.1), whole.mul_f64(1.05));
            let answer = stand.killed(Moment::After(moment), &command);
            let left = stand.on_record(import).await;
            let at = format!("round {round}, killed after {moment:?} of {whole:?}");
            assert_eq!(left.pupils, 0, "{at}");
            let state = left.state.unwrap_or_default();
            let fits = if answer.is_empty() { ["", "reading", "preview"].contains(&state.as_str()) } else { state == "preview" };
            assert!(fits, "{at}: {state}");
            states.push(state);
            let (again, took) = stand.timed(&command);
            assert_eq!((&again["valid"], &again["importId"]), (&json!(ROWS), &json!(import)), "{at}");
            assert_eq!(stand.on_record(import).await, record(0, "preview"), "{at}");
            whole = took;
            if round == 0 {
                let all = commit(import, "all");
                stand.timed(&strs(&all));
                assert_eq!(stand.on_record(import).await, record(PUPILS, "committed"), "{at}");
            }
        }
        println!("{engine:?}: previews killed, what was left of them: {states:?}");
    }

    async fn a_killed_undo_is_whole_or_nothing(engine: Engine) {
        let mut random = Random::seeded();
        let (mut stand, import) = previewed(engine).await;
        let all = commit(import, "all");
        stand.timed(&strs(&all));
        stand.keep().await;
        let looking = looking(&stand, import);
        let id = import.to_string();
        let command = ["import", "undo", id.as_str()];
        let (_, mut whole) = stand.timed(&command);
        let (mut kept, mut gone) = (0, 0);
        for round in 0..kills().div_ceil(3) {
            stand.renew().await;
            let moment = random.between(looking.mul_f64(0.8), whole.mul_f64(1.1));
            let answer = stand.killed(Moment::After(moment), &command);
            let left = stand.on_record(import).await;
            let at = format!("round {round}, killed after {moment:?} of {whole:?}");
            if answer.is_empty() && left.pupils > 0 {
                kept += 1;
                assert_eq!(left, record(PUPILS, "committed"), "{at}");
                let (again, took) = stand.timed(&command);
                assert_eq!(again["undone"], PUPILS, "{at}");
                whole = took;
            } else {
                gone += 1;
                assert_eq!(left, record(0, "undone"), "{at}");
                let again = stand.program.by("admin", &["--json", "import", "undo", &id]);
                assert_eq!((again.code, again.problem().as_str()), (3, "import.closed"), "{at}");
            }
            assert_eq!(stand.on_record(import).await, record(0, "undone"), "{at}");
        }
        println!("{engine:?}: undos killed: {kept} with all on record, {gone} with nothing");
    }
}
