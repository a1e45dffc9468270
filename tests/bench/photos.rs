//! Photos from a folder until they are the pupils', against decoding them and nothing else.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Instant;

use ekatong_host::photos::bundles;
use ekatong_store::Engine;
use ekatong_tests::app::World;
use ekatong_tests::photos::photo;
use ekatong_tests::workbook::id_number;
use serde_json::json;

use crate::Bench;
use crate::measure::median;
use crate::report::{Cell, Section, Table, count};

const ROUNDS: usize = 3;

pub(crate) async fn run(bench: &Bench) -> Section {
    let photos = if bench.full { 10_000 } else { 1_000 };
    let mut section = Section::new("Photos of a school");
    let folder = folder(bench, photos);
    let files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the folder of photos")
        .map(|entry| entry.expect("a photo").path())
        .collect();
    let mut decoding = Vec::new();
    let mut writing = Vec::new();
    let (mut staging, mut preview, mut import) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        decoding.push(on_all_cores(&files, |_, bytes| {
            std::hint::black_box(image::load_from_memory(&bytes).expect("a picture"));
        }));
        let place = tempfile::tempdir_in(&bench.data).expect("a folder");
        writing.push(on_all_cores(&files, |number, bytes| {
            std::hint::black_box(image::load_from_memory(&bytes).expect("a picture"));
            keep(&place.path().join(number.to_string()), &bytes);
        }));
        let world = World::new(Engine::Sqlite).await;
        let (test, token) = (&world.test, world.admin.as_str());
        let limit = json!({ "key": "import.row_limit", "value": "20000" });
        test.done(token, "setting.set", limit).await;
        world.pupils(token, &world.junior, 0, photos).await;
        let begun = Instant::now();
        let mut blobs = Vec::new();
        for bundle in bundles(std::slice::from_ref(&folder)).expect("the folder") {
            let bundle = bundle.expect("a pack");
            let staged = test.app.stage(Some(token), &bundle.name, &bundle.bytes);
            blobs.push(staged.await.expect("staging"));
        }
        staging.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        let request = json!({ "schoolId": world.junior, "blobIds": blobs, "source": "bench" });
        let batch = test.done(token, "photo.preview", request).await;
        preview.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        let request = json!({ "batchId": batch["id"], "take": [] });
        let done = test.done(token, "photo.import", request).await;
        import.push(begun.elapsed().as_secs_f64());
        assert_eq!(done["added"], photos, "{done}");
    }
    let (floor, durable) = (median(&decoding), median(&writing));
    let parts = [median(&staging), median(&preview), median(&import)];
    let whole: f64 = parts.iter().sum();
    let mut table = Table::new(
        format!(
            "{} JPEGs of 358 × 441 pixels in a folder, {} KB each, on SQLite, {} threads; medians of {ROUNDS} rounds, in turns.",
            count(photos as u64),
            average(&files) / 1024,
            threads()
        ),
        &["what", "seconds", "photos a second", "whole / this"],
    );
    #[expect(clippy::cast_precision_loss, reason = "thousands of photos")]
    let rate = |seconds: f64| photos as f64 / seconds;
    for (name, seconds) in [
        ("reading and decoding alone", floor),
        ("the same, and each written durably", durable),
        ("folder to staged packs", parts[0]),
        ("preview: checked, stripped, sealed, written", parts[1]),
        ("import: rows", parts[2]),
        ("whole", whole),
    ] {
        table.row(vec![
            Cell::from(name),
            Cell::Number(seconds, "s"),
            Cell::Number(rate(seconds), ""),
            Cell::Number(whole / seconds, "×"),
        ]);
    }
    section.table(table);
    section
}

fn threads() -> usize {
    available_parallelism().map_or(1, usize::from)
}

fn average(files: &[PathBuf]) -> u64 {
    let sizes = files
        .iter()
        .map(|file| file.metadata().expect("a photo").len());
    sizes.sum::<u64>() / files.len().max(1) as u64
}

/// Seconds until some work was done on every file, on all cores.
fn on_all_cores(files: &[PathBuf], work: impl Fn(usize, Vec<u8>) + Sync) -> f64 {
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads() {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(file) = files.get(number) else { break };
                    work(number, std::fs::read(file).expect("a photo"));
                }
            });
        }
    });
    begun.elapsed().as_secs_f64()
}

fn keep(path: &Path, bytes: &[u8]) {
    use std::io::Write as _;
    let mut file = std::fs::File::create(path).expect("a file");
    file.write_all(bytes).expect("writing");
    file.sync_all().expect("syncing");
}

/// Photos of as many children, kept between runs.
fn folder(bench: &Bench, photos: usize) -> PathBuf {
    let folder = bench.data.join(format!("photos-{photos}"));
    if folder.exists() {
        return folder;
    }
    let part = bench.data.join("photos.part");
    std::fs::remove_dir_all(&part).ok();
    std::fs::create_dir_all(&part).expect("a folder");
    for n in 0..photos {
        let file = part.join(format!("{}.jpg", id_number(n, 7)));
        std::fs::write(file, photo(n)).expect("a photo");
    }
    std::fs::rename(&part, &folder).expect("the folder");
    folder
}
