//! Eight people at once: four of five ask for a page of orders, one takes a step of an order.
//! The whole way through dispatch, against the same statements run bare.

use std::sync::Arc;
use std::time::Instant;

use ekatong_core::domain::order::{OrderState, OrderStep};
use ekatong_core::id::OrderId;
use ekatong_core::ports::{OrderQuery, OrderStepRecord};
use ekatong_store::Engine;
use serde_json::json;

use crate::Bench;
use crate::cluster::Cluster;
use crate::data::{self, END};
use crate::measure::{Random, median};
use crate::orders::{Contestant, KINDS, PAGE, name, question};
use crate::report::{Cell, Section, Table, count};

const WORKERS: usize = 8;
/// Actions of a worker in a round.
const ACTIONS: usize = 200;
const ROUNDS: usize = 3;
/// One action of so many is a step.
const STEPS: u64 = 5;

pub(crate) async fn run(bench: &Bench) -> Section {
    let mut section = Section::new("Mixed load on orders");
    let orders = if bench.full { 10_000_000 } else { 1_000_000 };
    let cluster = Cluster::start(&bench.data).await;
    let mut table = Table::new(
        format!(
            "{WORKERS} workers on {} orders, {ROUNDS} rounds of {} actions in turns; actions a second, medians.",
            count(orders),
            count((WORKERS * ACTIONS) as u64)
        ),
        &["engine", "through dispatch", "bare", "dispatch / bare"],
    );
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let cluster = (engine == Engine::Postgres).then_some(&cluster);
        let contestant = Arc::new(Contestant::new(&bench.data, engine, cluster, orders).await);
        let waiting = waiting(&contestant).await;
        let (mut through, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            through.push(round(&contestant, &waiting, true).await);
            bare.push(round(&contestant, &waiting, false).await);
        }
        let (through, bare) = (median(&through), median(&bare));
        table.row(vec![
            name(engine).into(),
            Cell::Number(through, ""),
            Cell::Number(bare, ""),
            Cell::Number(through / bare, "×"),
        ]);
    }
    section.table(table);
    section.note("A step confirms an order that waits, the next one withdraws that; bare: the same locks, statements and commits, without sign-in, permissions, checks, audit and views.");
    section
}

/// Orders that wait for their confirmation, a share a worker.
async fn waiting(contestant: &Contestant) -> Vec<Vec<OrderId>> {
    let mut uow = contestant
        .database
        .store()
        .read()
        .await
        .expect("a transaction");
    let query = OrderQuery {
        state: Some(OrderState::Approved.as_str().to_owned()),
        ..OrderQuery::default()
    };
    let limit = u32::try_from(WORKERS * ACTIONS).expect("a number");
    let orders = uow.orders(&query, None, limit).await.expect("orders");
    uow.rollback().await.expect("ending it");
    let ids: Vec<OrderId> = orders.into_iter().map(|order| order.id).collect();
    ids.chunks(ids.len().div_ceil(WORKERS).max(1))
        .map(<[OrderId]>::to_vec)
        .collect()
}

/// Actions a second.
async fn round(contestant: &Arc<Contestant>, waiting: &[Vec<OrderId>], through: bool) -> f64 {
    let begun = Instant::now();
    let workers: Vec<_> = waiting
        .iter()
        .enumerate()
        .map(|(number, orders)| {
            let (contestant, orders) = (contestant.clone(), orders.clone());
            tokio::spawn(async move { work(&contestant, number, &orders, through).await })
        })
        .collect();
    for worker in workers {
        worker.await.expect("a worker");
    }
    #[expect(clippy::cast_precision_loss, reason = "a number of actions")]
    let actions = (waiting.len() * ACTIONS) as f64;
    actions / begun.elapsed().as_secs_f64()
}

async fn work(contestant: &Contestant, number: usize, orders: &[OrderId], through: bool) {
    let mut random = Random::new(100 + number as u64);
    let mut confirmed: Option<OrderId> = None;
    let mut next = orders.iter().cycle();
    for _ in 0..ACTIONS {
        if random.below(STEPS) > 0 {
            let kind = random.of(&KINDS).1;
            let question = question(&mut random, &contestant.city, kind);
            if through {
                let request = json!({ "filter": question.filter, "limit": PAGE });
                contestant.call("order.list", &request).await;
            } else {
                contestant.page(&question.query, None).await;
            }
            continue;
        }
        let (id, step) = match confirmed.take() {
            Some(id) => (id, OrderStep::Withdraw),
            None => (*next.next().expect("an order"), OrderStep::Confirm),
        };
        if step == OrderStep::Confirm {
            confirmed = Some(id);
        }
        take(contestant, id, step, through).await;
    }
    if let Some(id) = confirmed {
        take(contestant, id, OrderStep::Withdraw, through).await;
    }
}

async fn take(contestant: &Contestant, id: OrderId, step: OrderStep, through: bool) {
    let confirms = step == OrderStep::Confirm;
    if through {
        let (op, request) = if confirms {
            ("order.confirm", json!({ "ids": [id] }))
        } else {
            ("order.withdraw", json!({ "ids": [id], "reason": "测量" }))
        };
        let (answer, _) = contestant.call(op, &request).await;
        assert_eq!(answer["done"], 1, "{op}");
        return;
    }
    let mut uow = contestant
        .database
        .store()
        .write()
        .await
        .expect("a transaction");
    uow.orders_by_ids(&[id]).await.expect("its lock");
    let state = if confirms {
        OrderState::Confirmed
    } else {
        OrderState::Approved
    };
    let record = OrderStepRecord {
        id,
        step: step.as_str().to_owned(),
        state: state.as_str().to_owned(),
        reason: (!confirms).then(|| "测量".to_owned()),
    };
    uow.step_orders(&[record], data::account_id(), END)
        .await
        .expect("a step");
    uow.commit().await.expect("a commit");
}
