//! The whole list of orders as a file (`order.export`): time and most memory of the process.

use std::path::Path;
use std::time::Instant;

use ekatong_core::ports::{OrderCursor, OrderQuery};
use ekatong_store::Engine;
use serde_json::{Value, json};

use crate::Bench;
use crate::data;
use crate::import::contestant_of;
use crate::measure::spent;
use crate::orders::Contestant;
use crate::report::{Cell, Section, Table, count};

const ORDERS: u64 = 1_000_000;
/// Rows that the export reads at once.
const PAGE: u32 = 500;

pub(crate) async fn run(bench: &Bench) -> Section {
    let mut section = Section::new("Export of orders");
    let (_, database) = data::city(Engine::Sqlite, &bench.data, None, ORDERS).await;
    database.close().await;
    let mut table = Table::new(
        format!(
            "`order.export` of {} orders on SQLite in a process of its own.",
            count(ORDERS)
        ),
        &[
            "file",
            "seconds",
            "MiB of the file",
            "peak MiB",
            "reading the pages alone, seconds",
            "export / reading",
        ],
    );
    for format in ["csv", "xlsx"] {
        // The file is staged in the database: each begins with the same one.
        let folder = tempfile::tempdir_in(&bench.data).expect("a folder");
        let name = format!("orders_{ORDERS}.db");
        std::fs::copy(bench.data.join(&name), folder.path().join(&name))
            .expect("copying the database");
        let run = spent(&mut contestant_of(
            "contestant-export",
            folder.path(),
            Path::new(format),
        ));
        let figures: Value = serde_json::from_str(&run.output).expect("the figures");
        let figure = |name: &str| figures[name].as_f64().expect("a figure");
        table.row(vec![
            format.into(),
            Cell::Number(figure("export"), ""),
            Cell::Number(figure("bytes") / 1024.0 / 1024.0, ""),
            Cell::Number(run.peak_mib, ""),
            Cell::Number(figure("read"), ""),
            Cell::Number(figure("export") / figure("read"), "×"),
        ]);
    }
    section.table(table);
    section.note("Peak memory is the kernel's high-water mark of resident memory, code and libraries included.");
    section
}

/// `FOLDER FORMAT`.
pub(crate) async fn contestant(arguments: &[String]) {
    let [folder, format] = arguments else {
        panic!("two arguments")
    };
    let contestant = Contestant::new(Path::new(folder), Engine::Sqlite, None, ORDERS).await;
    let begun = Instant::now();
    let request = json!({ "filter": {}, "format": format });
    let (answer, _) = contestant.call("order.export", &request).await;
    let export = begun.elapsed().as_secs_f64();
    assert_eq!(answer["rows"], ORDERS);
    let blob = serde_json::from_value(answer["blobId"].clone()).expect("a blob");
    let begun = Instant::now();
    let mut uow = contestant
        .database
        .store()
        .read()
        .await
        .expect("a transaction");
    let bytes = uow
        .blob(blob)
        .await
        .expect("a blob")
        .expect("the file")
        .size;
    let (mut after, mut rows) = (None, 0);
    loop {
        let page = uow
            .orders(&OrderQuery::default(), after, PAGE)
            .await
            .expect("a page");
        rows += page.len() as u64;
        let Some(last) = page.last() else { break };
        after = Some(OrderCursor {
            confirmed_at: last.confirmed_at,
            id: last.id,
        });
    }
    uow.rollback().await.expect("ending it");
    assert_eq!(rows, ORDERS);
    let read = begun.elapsed().as_secs_f64();
    contestant.database.close().await;
    println!(
        "{}",
        json!({ "export": export, "read": read, "bytes": bytes })
    );
}
