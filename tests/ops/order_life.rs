//! The life of an order as random people live it: whatever is called in whatever order, an
//! order only takes steps of the table, and each has who and when (CARD-1).

use std::collections::HashMap;

use ekatong_core::domain::order::{OrderState, OrderStep};
use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use serde_json::{Value, json};

const CALLS: usize = 600;
const PUPILS: usize = 4;

/// Logins with what each of them calls, may it or not.
const PEOPLE: [&str; 5] = ["school", "district", "card", "auditor", "operator"];

const FORWARD: [&str; 5] = [
    "order.submit",
    "order.approve",
    "order.confirm",
    "order.retry",
    "order.deliver",
];
const BACK: [&str; 3] = ["order.withdraw", "order.return", "order.cancel"];

/// Every order by id: its events as (step, state), and its state.
async fn orders(world: &World) -> HashMap<String, (Vec<(String, String)>, String)> {
    let test = &world.test;
    let list = test
        .done(&world.admin, "order.list", json!({ "limit": 500 }))
        .await;
    let mut all = HashMap::new();
    for order in list["items"].as_array().unwrap() {
        let page = test
            .done(&world.admin, "order.show", json!({ "id": order["id"] }))
            .await;
        let events = page["events"].as_array().unwrap();
        for event in events {
            assert!(
                event["at"].as_i64().is_some_and(|at| at > 0),
                "when: {event}"
            );
            assert!(
                event["by"].as_str().is_some_and(|by| !by.is_empty()),
                "who: {event}"
            );
        }
        let steps = events
            .iter()
            .map(|e| {
                let step = OrderStep::find(e["stepName"].as_str().unwrap()).unwrap();
                (
                    step.as_str().to_owned(),
                    e["state"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        let state = order["state"].as_str().unwrap().to_owned();
        all.insert(order["id"].as_str().unwrap().to_owned(), (steps, state));
    }
    all
}

/// Fails unless the events lead from nothing to the state by steps of the table.
fn check(id: &str, events: &[(String, String)], state: &str) {
    let mut at: Option<OrderState> = None;
    for (step, after) in events {
        let step = OrderStep::from_stored(step).unwrap();
        let after = OrderState::from_stored(after).unwrap();
        let expected = match at {
            None => step.begins(),
            Some(at) => at.after(step).ok(),
        };
        assert_eq!(expected, Some(after), "{id}: {events:?}");
        at = Some(after);
    }
    assert_eq!(at.map(OrderState::as_str), Some(state), "{id}: {events:?}");
}

both_engines! {
    async fn no_sequence_of_calls_reaches_an_illegal_state(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let pupils = world.pupils(&world.admin, &world.junior, 0, PUPILS).await;
        world.photos(&world.junior, 0, PUPILS).await;
        let mut tokens = Vec::new();
        for login in PEOPLE {
            tokens.push(test.sign_in(login).await);
        }
        let mut random = fastrand::Rng::with_seed(20_260_901);
        let mut ids: Vec<String> = Vec::new();
        let mut batches: Vec<Value> = Vec::new();
        let mut reached = std::collections::BTreeSet::new();
        for call in 0..CALLS {
            test.clock.advance(1000);
            // The people who may are called on more often than those who may not.
            let token = if random.f64() < 0.9 {
                &tokens[random.usize(0..3)]
            } else {
                random.choice(&tokens).unwrap()
            };
            let card = &tokens[2];
            match random.u32(0..14) {
                0 | 1 => {
                    let kind = random.choice(["new", "replacement", "exchange"]).unwrap();
                    let request = json!({
                        "pupilIds": [random.choice(&pupils).unwrap()], "kind": kind,
                        "reason": "遗失", "draft": random.f64() < 0.3,
                    });
                    test.call(Some(token), "order.request", request).await.ok();
                }
                2 => {
                    let made = test.call(Some(card), "batch.create", json!({ "filter": {} })).await;
                    batches.extend(made.ok().map(|answer| answer["batch"]["id"].clone()));
                    // The older ones have seen it all.
                    batches.drain(..batches.len().saturating_sub(2));
                }
                3 | 5 => {
                    let Some(batch) = random.choice(&batches) else { continue };
                    let lines = test.done(card, "batch.lines", json!({ "id": batch })).await;
                    let numbers: Vec<&Value> = lines["items"].as_array().unwrap().iter().map(|l| &l["number"]).collect();
                    let (op, request) = match random.u32(0..9) {
                        0 => ("batch.discard", json!({ "id": batch, "reason": "重做" })),
                        1..4 => ("batch.export", json!({ "id": batch })),
                        4 => ("batch.fail", json!({ "id": batch, "numbers": numbers, "reason": "损坏" })),
                        _ => {
                            make(&world, card, batch, &lines, call).await;
                            continue;
                        }
                    };
                    test.call(Some(card), op, request).await.ok();
                }
                4 => {
                    // Steps back take one order, or nothing would ever get far.
                    let Some(id) = random.choice(&ids) else { continue };
                    let op = random.choice(BACK).unwrap();
                    test.call(Some(token), op, json!({ "ids": [id], "reason": "再议" })).await.ok();
                }
                _ => {
                    let op = random.choice(FORWARD).unwrap();
                    let request = match random.choice(&ids) {
                        Some(id) if random.bool() => json!({ "ids": [id] }),
                        _ => json!({ "filter": {} }),
                    };
                    test.call(Some(token), op, request).await.ok();
                }
            }
            if call % 10 == 9 {
                let all = orders(&world).await;
                let mut open: HashMap<&str, usize> = HashMap::new();
                for (id, (events, state)) in &all {
                    check(id, events, state);
                    reached.extend(events.iter().map(|(_, state)| state.clone()));
                    if OrderState::from_stored(state).unwrap().is_open() {
                        *open.entry(state).or_default() += 1;
                    }
                }
                assert!(open.values().sum::<usize>() <= PUPILS, "one open order a pupil");
                ids = all.into_keys().collect();
                ids.sort();
            }
        }
        let all: std::collections::BTreeSet<String> = OrderState::ALL.iter().map(|s| s.as_str().to_owned()).collect();
        assert_eq!(reached, all, "every state was lived");
    }
}

/// Reads a result file that says every waiting line is made.
async fn make(world: &World, card: &str, batch: &Value, lines: &Value, call: usize) {
    let mut rows = vec![["制卡编号", "卡号", "制卡结果"].map(str::to_owned).to_vec()];
    for line in lines["items"].as_array().unwrap() {
        rows.push(vec![
            line["lineNo"].as_str().unwrap().to_owned(),
            format!("E{call}X{}", line["number"]),
            "成功".to_owned(),
        ]);
    }
    let bytes = ekatong_tests::workbook::table("结果", &rows);
    let test = &world.test;
    let blob = test.app.stage(Some(card), "r.xlsx", &bytes).await.unwrap();
    let request = json!({ "id": batch, "blobId": blob, "fileName": "r.xlsx", "mode": "valid" });
    test.call(Some(card), "batch.return", request).await.ok();
}
