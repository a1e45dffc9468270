//! A page of 50 orders by confirmation range, as the window asks for it (CARD-2).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use ekatong_core::dispatch::{App, Call};
use ekatong_core::domain::order::OrderState;
use ekatong_core::domain::time::Timestamp;
use ekatong_core::id::{ClassId, SchoolId};
use ekatong_core::ports::{OrderCursor, OrderQuery, Ports};
use ekatong_host::FixedClock;
use ekatong_host::photos::PhotoFolder;
use ekatong_photo::Images;
use ekatong_sheet::Sheets;
use ekatong_store::{Database, Engine};
use serde_json::{Value, json};

use crate::Bench;
use crate::cluster::Cluster;
use crate::data::{self, City, DAY_MS, DAYS, END, PASSWORD};
use crate::measure::{Random, median, ms, percentile};
use crate::report::{Cell, Section, Table, count};

pub(crate) const PAGE: u32 = 50;
/// Queries of each kind.
const EACH: usize = 120;
/// The databases take turns after so many queries of each kind.
const TURN: usize = 20;

/// Filter combinations of the window.
pub(crate) const KINDS: [(&str, Kind); 9] = [
    ("whole city", Kind::City),
    ("district", Kind::District),
    ("district + state", Kind::DistrictState),
    ("school", Kind::School),
    ("school + state", Kind::SchoolState),
    ("school + grade", Kind::SchoolGrade),
    ("school + class", Kind::SchoolClass),
    ("next page of a district", Kind::NextPage),
    ("work list: district, 区审核通过, no range", Kind::WorkList),
];

/// What else the card office asks.
const CARD: &str = "a card by its number in small letters";
const TOTALS: &str = "totals of a district's month by school";
const SELECTION: &str = "a school's week chosen for a batch and checked";
/// Questions of each of these kinds; the first tenth warms the caches.
const ASKED: usize = 200;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    City,
    District,
    DistrictState,
    School,
    SchoolState,
    SchoolGrade,
    SchoolClass,
    NextPage,
    WorkList,
}

/// One question, for the store and for the door.
pub(crate) struct Question {
    pub(crate) query: OrderQuery,
    pub(crate) filter: Value,
    next_page: bool,
}

pub(crate) fn question(random: &mut Random, city: &City, kind: Kind) -> Question {
    let mut query = OrderQuery::default();
    let mut filter = json!({});
    if kind != Kind::WorkList {
        let days = *random.of(&[1, 7, 31, 92]);
        let last = i64::try_from(random.below((DAYS - days).unsigned_abs())).expect("a day");
        let (from, to) = (END - (last + days) * DAY_MS, END - last * DAY_MS);
        query.confirmed_from = Some(from);
        query.confirmed_to = Some(to);
        let day = |at| Timestamp::from_ms(at).date().format("%Y-%m-%d").to_string();
        filter["confirmedFrom"] = json!(day(from));
        filter["confirmedTo"] = json!(day(to - DAY_MS));
    }
    if matches!(
        kind,
        Kind::District | Kind::DistrictState | Kind::NextPage | Kind::WorkList
    ) {
        let code = random.of(&city.districts);
        query.district = Some(code.clone());
        filter["district"] = json!(code);
    }
    if matches!(
        kind,
        Kind::School | Kind::SchoolState | Kind::SchoolGrade | Kind::SchoolClass
    ) {
        let school = random.of(&city.schools);
        query.school = Some::<SchoolId>(school.id);
        filter["schoolId"] = json!(school.id);
        let (grade, number, class) = *random.of(&school.classes);
        if kind == Kind::SchoolGrade || kind == Kind::SchoolClass {
            query.grade = Some(grade);
            filter["grade"] = json!(grade);
        }
        if kind == Kind::SchoolClass {
            query.class = Some::<ClassId>(class);
            query.class_number = Some(number);
            filter["classNumber"] = json!(number);
        }
    }
    let state = match kind {
        Kind::DistrictState | Kind::SchoolState => Some(*random.of(&[
            OrderState::Confirmed,
            OrderState::Produced,
            OrderState::Delivered,
        ])),
        Kind::WorkList => Some(OrderState::Approved),
        _ => None,
    };
    if let Some(state) = state {
        query.state = Some(state.as_str().to_owned());
        filter["state"] = json!(state.as_str());
    }
    Question {
        query,
        filter,
        next_page: kind == Kind::NextPage,
    }
}

/// A database under measurement and what was measured on it, milliseconds.
pub(crate) struct Contestant {
    engine: Engine,
    orders: u64,
    pub(crate) database: Database,
    pub(crate) city: City,
    app: App,
    token: String,
    random: Random,
    store: BTreeMap<usize, Vec<f64>>,
    dispatch: BTreeMap<usize, Vec<f64>>,
    counts: BTreeMap<usize, Vec<f64>>,
    rows: BTreeMap<usize, Vec<f64>>,
}

impl Contestant {
    pub(crate) async fn new(
        data: &Path,
        engine: Engine,
        cluster: Option<&Cluster>,
        orders: u64,
    ) -> Self {
        let (city, database) = data::city(engine, data, cluster, orders).await;
        let app = App::new(Ports {
            store: database.store(),
            clock: Arc::new(FixedClock::new(END)),
            cipher: Arc::new(data::vault()),
            workbooks: Arc::new(Sheets),
            pictures: Arc::new(Images),
            photos: Arc::new(PhotoFolder::new(std::env::temp_dir())),
        });
        let sign_in = json!({ "login": "bench", "password": PASSWORD });
        let answer = app
            .dispatch(Call::local("session.signIn", sign_in, None))
            .await
            .expect("signing in");
        let token = answer["token"].as_str().expect("a token").to_owned();
        Self {
            engine,
            orders,
            database,
            city,
            app,
            token,
            random: Random::new(7),
            store: BTreeMap::new(),
            dispatch: BTreeMap::new(),
            counts: BTreeMap::new(),
            rows: BTreeMap::new(),
        }
    }

    /// Some queries of one kind; the first turn only warms the caches.
    async fn turn(&mut self, kind: usize, counted: bool) {
        for _ in 0..TURN {
            let question = question(&mut self.random, &self.city, KINDS[kind].1);
            let mut after = None;
            let mut request = json!({ "filter": question.filter, "limit": PAGE });
            if question.next_page {
                let (page, _) = self.page(&question.query, None).await;
                after = page;
                let answer = self.call("order.list", &request).await.0;
                request["after"] = answer["next"].clone();
                if after.is_none() || request["after"].is_null() {
                    continue;
                }
            }
            let begun = Instant::now();
            let (_, rows) = self.page(&question.query, after).await;
            let store = begun.elapsed();
            let (_, dispatch) = self.call("order.list", &request).await;
            let (_, counts) = self
                .call("order.counts", &json!({ "filter": question.filter }))
                .await;
            if counted {
                self.store.entry(kind).or_default().push(ms(store));
                self.dispatch.entry(kind).or_default().push(dispatch);
                self.counts.entry(kind).or_default().push(counts);
                #[expect(clippy::cast_precision_loss, reason = "rows of a page")]
                self.rows.entry(kind).or_default().push(rows as f64);
            }
        }
    }

    /// What else the card office asks, through dispatch: milliseconds, and orders chosen.
    async fn ask(&mut self, what: &str) -> (f64, f64) {
        let day = |at| Timestamp::from_ms(at).date().format("%Y-%m-%d").to_string();
        let back = i64::try_from(self.random.below(300)).expect("a day") * DAY_MS;
        let school = self.random.of(&self.city.schools);
        let (op, request) = match what {
            CARD => {
                let number = data::card_number(self.random.below(self.orders / 4));
                ("card.find", json!({ "number": number.to_lowercase() }))
            }
            TOTALS => {
                let (from, to) = (day(END - back - 30 * DAY_MS), day(END - back));
                let request = json!({ "confirmedFrom": from, "confirmedTo": to, "district": school.district });
                ("order.totals", request)
            }
            _ => {
                let filter = json!({ "district": school.district, "schoolId": school.id,
                    "confirmedFrom": day(END - back - 6 * DAY_MS), "confirmedTo": day(END - back) });
                let chosen = json!({ "filter": filter });
                let call = Call::local("batch.preview", chosen, Some(self.token.clone()));
                let begun = Instant::now();
                let answer = self.app.dispatch(call).await;
                let time = ms(begun.elapsed());
                // A school without an order to make that week is an answer, too.
                let number = |answer: &Value, name: &str| answer[name].as_f64().unwrap_or_default();
                let chosen = answer.map_or(0.0, |answer| {
                    number(&answer, "ready") + number(&answer, "leftOut")
                });
                return (time, chosen);
            }
        };
        let (answer, time) = self.call(op, &request).await;
        assert!(what != CARD || answer["items"][0].is_object(), "{answer}");
        (time, 0.0)
    }

    /// A page in a transaction of its own: where it ended if it was full, and its rows.
    pub(crate) async fn page(
        &self,
        query: &OrderQuery,
        after: Option<OrderCursor>,
    ) -> (Option<OrderCursor>, usize) {
        let mut uow = self.database.store().read().await.expect("a transaction");
        let page = uow.orders(query, after, PAGE).await.expect("a page");
        uow.rollback().await.expect("ending it");
        let last = page.last().filter(|_| page.len() == PAGE as usize);
        let cursor = last.map(|order| OrderCursor {
            confirmed_at: order.confirmed_at,
            id: order.id,
        });
        (cursor, page.len())
    }

    pub(crate) async fn call(&self, op: &str, request: &Value) -> (Value, f64) {
        let call = Call::local(op, request.clone(), Some(self.token.clone()));
        let begun = Instant::now();
        let answer = self.app.dispatch(call).await;
        let time = ms(begun.elapsed());
        (
            answer.unwrap_or_else(|error| panic!("{op}: {error:?}")),
            time,
        )
    }
}

fn all(times: &BTreeMap<usize, Vec<f64>>) -> Vec<f64> {
    times.values().flatten().copied().collect()
}

pub(crate) async fn run(bench: &Bench) -> Section {
    let mut section = Section::new("Orders by confirmation range");
    let sizes: &[u64] = if bench.full {
        &[100_000, 1_000_000, 10_000_000]
    } else {
        &[100_000, 1_000_000]
    };
    let cluster = Cluster::start(&bench.data).await;
    let mut contestants = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        for &orders in sizes {
            let cluster = (engine == Engine::Postgres).then_some(&cluster);
            contestants.push(Contestant::new(&bench.data, engine, cluster, orders).await);
        }
    }
    for turn in 0..=EACH / TURN {
        for kind in 0..KINDS.len() {
            for contestant in &mut contestants {
                contestant.turn(kind, turn > 0).await;
            }
        }
    }

    let mut table = Table::new(
        format!(
            "{} random queries a database; milliseconds a page of {PAGE}.",
            count((EACH * KINDS.len()) as u64)
        ),
        &[
            "engine",
            "orders",
            "store p50",
            "store p99",
            "dispatch p50",
            "dispatch p99",
            "counts p50",
            "counts p99",
            "growth of store p50",
            "growth of store p99",
        ],
    );
    let mut before: Option<(Engine, f64, f64)> = None;
    for contestant in &contestants {
        let (store, dispatch) = (all(&contestant.store), all(&contestant.dispatch));
        let counts = all(&contestant.counts);
        let (p50, p99) = (median(&store), percentile(&store, 0.99));
        let grown = before.filter(|(engine, ..)| *engine == contestant.engine);
        let growth = |now: f64, then: Option<f64>| match then {
            Some(then) => Cell::Number(now / then, "×"),
            None => Cell::None,
        };
        table.row(vec![
            name(contestant.engine).into(),
            count(contestant.orders).into(),
            Cell::Number(p50, ""),
            Cell::Number(p99, ""),
            Cell::Number(median(&dispatch), ""),
            Cell::Number(percentile(&dispatch, 0.99), ""),
            Cell::Number(median(&counts), ""),
            Cell::Number(percentile(&counts, 0.99), ""),
            growth(p50, grown.map(|(_, p50, _)| p50)),
            growth(p99, grown.map(|(.., p99)| p99)),
        ]);
        before = Some((contestant.engine, p50, p99));
    }
    section.table(table);

    let mut head = vec!["query", "engine"];
    let names: Vec<String> = sizes.iter().map(|&orders| count(orders)).collect();
    for name in &names {
        head.extend([name.as_str(), "rows"]);
    }
    let mut table = Table::new(
        "By kind of query: p50 / p99 in the store, milliseconds, and rows a page (median).",
        &head,
    );
    let mut counts_table = Table::new(
        "The numbers beside the list (`order.counts`: kept totals; with a class ten capped counts): p50 / p99 through dispatch, milliseconds.",
        &head
            .iter()
            .copied()
            .filter(|name| *name != "rows")
            .collect::<Vec<_>>(),
    );
    for (kind, (what, _)) in KINDS.iter().enumerate() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let mut cells: Vec<Cell> = vec![(*what).into(), name(engine).into()];
            let mut counted: Vec<Cell> = cells.clone();
            for contestant in contestants.iter().filter(|c| c.engine == engine) {
                let two = |times: &BTreeMap<usize, Vec<f64>>| {
                    let times = times.get(&kind).map(Vec::as_slice).unwrap_or_default();
                    format!("{:.2} / {:.2}", median(times), percentile(times, 0.99))
                };
                cells.push(two(&contestant.store).into());
                counted.push(two(&contestant.counts).into());
                let rows = contestant
                    .rows
                    .get(&kind)
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                cells.push(format!("{:.0}", median(rows)).into());
            }
            table.row(cells);
            counts_table.row(counted);
        }
    }
    section.table(table);
    section.table(counts_table);
    section.table(asked(&mut contestants, &names).await);
    section.note(
        "Times include beginning and ending the transaction; files lie in the system's cache.",
    );
    section.note("Ranges of 1, 7, 31 or 92 days, anywhere in a year of confirmations; the databases take turns every 20 queries.");
    for contestant in &contestants {
        contestant.database.close().await;
    }
    section
}

/// What else the card office asks, in turns.
async fn asked(contestants: &mut [Contestant], names: &[String]) -> Table {
    let mut head = vec!["question", "engine"];
    for name in names {
        head.extend([name.as_str(), "orders chosen"]);
    }
    let mut table = Table::new(
        format!("{ASKED} random questions of each kind: p50 / p99 through dispatch, milliseconds."),
        &head,
    );
    for what in [CARD, TOTALS, SELECTION] {
        let mut answers: Vec<Vec<(f64, f64)>> = vec![Vec::new(); contestants.len()];
        for round in 0..ASKED {
            for (contestant, answers) in contestants.iter_mut().zip(&mut answers) {
                let answer = contestant.ask(what).await;
                if round >= ASKED / 10 {
                    answers.push(answer);
                }
            }
        }
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let mut cells: Vec<Cell> = vec![what.into(), name(engine).into()];
            for (_, answers) in contestants
                .iter()
                .zip(&answers)
                .filter(|(c, _)| c.engine == engine)
            {
                let times: Vec<f64> = answers.iter().map(|(time, _)| *time).collect();
                let chosen: Vec<f64> = answers.iter().map(|(_, chosen)| *chosen).collect();
                let (p50, p99) = (median(&times), percentile(&times, 0.99));
                cells.push(format!("{p50:.2} / {p99:.2}").into());
                cells.push(match what {
                    SELECTION => format!("{:.0}", median(&chosen)).into(),
                    _ => Cell::None,
                });
            }
            table.row(cells);
        }
    }
    table
}

pub(crate) const fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    }
}
