//! Numbers, on demand: `cargo test -p ekatong-tests --test store -- --ignored --nocapture measure`.

use std::time::Instant;

use crate::both;
use crate::imports::{import, row};
use crate::place::{NOW, Place, World};

mod on_demand {
    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "prints numbers, decides nothing"]
    async fn measure() {
        for place in [
            crate::place::Place::sqlite().await,
            crate::place::Place::postgres().await,
        ] {
            super::numbers(place).await;
        }
    }
}

both!(a_thousand_rows_are_staged_and_committed);

async fn a_thousand_rows_are_staged_and_committed(place: Place) {
    assert_eq!(staged(&place, 1_203).await, 1_203);
}

async fn staged(place: &Place, number: i64) -> i64 {
    let world = World::make(place).await;
    let record = import(&world, 0);
    let rows: Vec<_> = (0..number)
        .map(|i| {
            row(
                place,
                &world,
                i,
                "valid",
                usize::try_from(i % 2).unwrap(),
                &i.to_string(),
            )
        })
        .collect();
    let start = Instant::now();
    let mut w = place.write().await;
    w.insert_import(&record).await.unwrap();
    w.stage_rows(record.id, &rows).await.unwrap();
    w.commit().await.unwrap();
    let staged = start.elapsed();
    let indexes: Vec<_> = rows
        .iter()
        .filter_map(|r| r.entry.as_ref().map(|e| e.paper_index))
        .collect();
    let start = Instant::now();
    let mut w = place.write().await;
    w.lock_classes(record.school_id, 2025).await.unwrap();
    assert!(w.staged_conflicts(record.id).await.unwrap().is_empty());
    assert!(w.staged_without_class(record.id).await.unwrap().is_empty());
    let done = w.commit_staged(record.id, true, NOW).await.unwrap();
    w.commit().await.unwrap();
    let committed = start.elapsed();
    let start = Instant::now();
    let mut r = place.read().await;
    assert_eq!(r.find_papers(&indexes).await.unwrap().len(), indexes.len());
    let found = start.elapsed();
    println!(
        "{:?}: {number} rows staged {staged:?}, committed {committed:?}, found {found:?}",
        place.db.engine()
    );
    done
}

async fn numbers(place: Place) {
    staged(&place, 100_000).await;
    let start = Instant::now();
    for i in 0..200 {
        let mut w = place.write().await;
        w.put_meta("measure", &i.to_string()).await.unwrap();
        w.commit().await.unwrap();
    }
    println!(
        "{:?}: small commit {:?}",
        place.db.engine(),
        start.elapsed() / 200
    );
    let filter = Default::default();
    let mut r = place.read().await;
    r.pupils(&filter, None, 50).await.unwrap();
    let start = Instant::now();
    for _ in 0..100 {
        r.pupils(&filter, None, 50).await.unwrap();
    }
    println!(
        "{:?}: page of 50 pupils {:?}",
        place.db.engine(),
        start.elapsed() / 100
    );
}
