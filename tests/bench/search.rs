//! The first page of the one search box, as the window asks for it (STU-6).

use std::sync::Arc;
use std::time::Instant;

use ekatong_core::dispatch::{App, Call};
use ekatong_core::domain::search;
use ekatong_core::ports::Ports;
use ekatong_core::upkeep;
use ekatong_host::FixedClock;
use ekatong_host::photos::PhotoFolder;
use ekatong_photo::Images;
use ekatong_sheet::Sheets;
use ekatong_store::Engine;
use serde_json::{Value, json};

use crate::Bench;
use crate::cluster::Cluster;
use crate::data::{self, City, END, GIVEN, PASSWORD, SURNAMES};
use crate::measure::{Random, median, ms, percentile};
use crate::report::{Cell, Section, Table, count};

/// What is typed.
const KINDS: [&str; 7] = [
    "start of a name (王)",
    "whole name (王子涵)",
    "part of a name (子涵)",
    "one character inside (涵)",
    "initials (wzh)",
    "part of the pinyin (zihan)",
    "class (7-3)",
];

fn typed(random: &mut Random, kind: usize) -> String {
    let surname = *random.of(&SURNAMES);
    let (first, second) = (*random.of(&GIVEN), *random.of(&GIVEN));
    let pinyin = |text: &str, long: bool| {
        let all = search::tokens(text);
        let latin = all.iter().filter(|token| token.is_ascii());
        let by_length = latin.max_by_key(|token| (token.len(), long));
        by_length.cloned().unwrap_or_default()
    };
    match kind {
        0 => surname.to_owned(),
        1 => format!("{surname}{first}{second}"),
        2 => format!("{first}{second}"),
        3 => second.to_owned(),
        4 => [surname, first, second]
            .iter()
            .filter_map(|part| pinyin(part, false).chars().next())
            .collect(),
        5 => pinyin(&format!("{first}{second}"), true),
        _ => format!("{}-{}", 7 + random.below(3), 1 + random.below(6)),
    }
}

pub(crate) async fn run(bench: &Bench) -> Section {
    let mut section = Section::new("Search for pupils");
    // A quarter as many pupils as orders.
    let (orders, each) = if bench.full {
        (4_000_000, 1_000)
    } else {
        (1_000_000, 200)
    };
    let cluster = Cluster::start(&bench.data).await;
    let mut table = Table::new(
        format!(
            "{} pupils; {} random queries of each kind, half in a district and half in the city; \
             milliseconds a first page of 50 through dispatch: p50 / p99.",
            count(orders / 4),
            count(each)
        ),
        &["typed", "SQLite", "PostgreSQL"],
    );
    let mut columns: Vec<Vec<String>> = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let cluster = (engine == Engine::Postgres).then_some(&cluster);
        let (city, database) = data::city(engine, &bench.data, cluster, orders).await;
        let ports = Ports {
            store: database.store(),
            clock: Arc::new(FixedClock::new(END)),
            cipher: Arc::new(data::vault()),
            workbooks: Arc::new(Sheets),
            pictures: Arc::new(Images),
            photos: Arc::new(PhotoFolder::new(std::env::temp_dir())),
        };
        // The generated pupils are older than the search: as after an update, names become known first.
        let begun = Instant::now();
        for _ in 0..4 {
            upkeep::maintain(&ports).await.expect("upkeep");
        }
        section.note(format!(
            "{engine:?}: names of a database older than the search known after {:.1} s.",
            begun.elapsed().as_secs_f64()
        ));
        let app = App::new(ports);
        let sign_in = json!({ "login": "bench", "password": PASSWORD });
        let answer = app
            .dispatch(Call::local("session.signIn", sign_in, None))
            .await
            .expect("signing in");
        let token = answer["token"].as_str().expect("a token").to_owned();
        columns.push(times(&app, &token, &city, each).await);
        database.close().await;
    }
    for (kind, name) in KINDS.iter().enumerate() {
        let mut cells: Vec<Cell> = vec![(*name).into()];
        cells.extend(columns.iter().map(|column| column[kind].clone().into()));
        table.row(cells);
    }
    section.table(table);
    section.note("The generated city has 32 000 different names, each borne by several pupils.");
    section
}

/// p50 / p99 of each kind.
async fn times(app: &App, token: &str, city: &City, each: u64) -> Vec<String> {
    let mut random = Random::new(11);
    let mut all = Vec::new();
    for kind in 0..KINDS.len() {
        let mut times = Vec::new();
        for n in 0..each {
            let mut request: Value = json!({ "text": typed(&mut random, kind), "limit": 50 });
            if n % 2 == 0 {
                request["district"] = json!(random.of(&city.districts));
            }
            let call = Call::local("pupil.list", request, Some(token.to_owned()));
            let begun = Instant::now();
            app.dispatch(call).await.expect("a page");
            times.push(ms(begun.elapsed()));
        }
        all.push(format!(
            "{:.1} / {:.1}",
            median(&times),
            percentile(&times, 0.99)
        ));
    }
    all
}
