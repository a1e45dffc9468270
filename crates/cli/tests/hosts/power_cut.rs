//! The power fails while a commit is written, on SQLite: the file and its log are
//! copied as they would lie on the disk, and the copy must open whole.
//!
//! SQLite writes a transaction to the log, makes the log last, and only then moves
//! pages into the file. So two kinds of copies stand for what a cut leaves:
//! - copies taken from the living files, the file first and then the log;
//! - the file as it was before and a log that ends, or is spoilt, anywhere in what
//!   had not been made to last.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ekatong_store::{Engine, OpenOptions, open_sqlite};
use sqlx::{Connection as _, SqliteConnection};
use uuid::Uuid;

use crate::program::SCHOOL;
use crate::stand::{Answer, Beside, OnRecord, Random, Stand, commit, rounds, strs};

const ROWS: usize = 5000;
const PUPILS: i64 = 5000;
/// Bytes of a log's head, and of the head of each page in it.
const HEAD: u64 = 32;
const PAGE_HEAD: u64 = 24;

/// Copies that are opened, half of them from living files.
fn copies() -> usize {
    rounds("EKATONG_SOAK_COPIES", 24)
}

/// Copies of one run: enough that a long test needs few runs, few enough for the disk.
const A_RUN: usize = 12;

async fn previewed() -> (Stand, Uuid) {
    let mut stand = Stand::new(Engine::Sqlite).await;
    let import = Uuid::now_v7();
    let file = stand.file("新生.xlsx", 0..ROWS);
    stand.preview(&file, SCHOOL, import, ROWS);
    stand.keep().await;
    (stand, import)
}

fn database(folder: &Path) -> PathBuf {
    folder.join("ekatong.db")
}

fn log(folder: &Path) -> PathBuf {
    folder.join("ekatong.db-wal")
}

/// The head of a log: it changes when the log is begun anew.
fn log_head(path: &Path) -> Vec<u8> {
    let mut head = Vec::new();
    if let Ok(file) = fs::File::open(path) {
        file.take(HEAD).read_to_end(&mut head).ok();
    }
    head
}

/// How far the files are: head and length of the log, last change of the file.
fn moved(folder: &Path) -> (Vec<u8>, Option<u64>, Option<SystemTime>) {
    let length = fs::metadata(log(folder)).ok().map(|log| log.len());
    let changed = fs::metadata(database(folder)).and_then(|file| file.modified());
    (log_head(&log(folder)), length, changed.ok())
}

/// Copies the living files as a cut of the power would leave them. False when the
/// log was begun anew meanwhile: file and log would then be of different moments.
fn cut(from: &Path, to: &Path) -> bool {
    let head = log_head(&log(from));
    fs::create_dir_all(to).unwrap();
    fs::copy(database(from), database(to)).unwrap();
    // There is none before the first write, and none when the last process has left.
    fs::copy(log(from), log(to)).ok();
    let of_one_moment = head == log_head(&log(from)) && head == log_head(&log(to));
    if !of_one_moment {
        fs::remove_dir_all(to).unwrap();
    }
    of_one_moment
}

/// Opens a copy as the program does and counts.
async fn opened(folder: &Path, import: Uuid) -> OnRecord {
    let file = database(folder);
    let store = open_sqlite(&file, OpenOptions::default())
        .await
        .expect("a copy opens");
    store.close().await;
    // Checks the integrity, too.
    Beside::sqlite(&file).await.on_record(import).await
}

/// A copy taken while the program ran.
struct Taken {
    folder: PathBuf,
    /// The program had answered before.
    acknowledged: bool,
}

/// Commits once and copies the living files at random writes.
async fn run_and_copy(stand: &mut Stand, import: Uuid, random: &mut Random) -> Vec<Taken> {
    stand.renew().await;
    let data = stand.program.data();
    let command = commit(import, "all");
    let mut child = stand.program.start(&strs(&command));
    let answer = Answer::of(&mut child);
    let mut acknowledged = false;
    let mut taken: Vec<Taken> = Vec::new();
    let (mut seen, mut number) = (None, 0_u64);
    loop {
        let ended = child.try_wait().unwrap().is_some();
        // Printed before the process signs out, so that copies after it have to hold all.
        acknowledged = acknowledged || ended || answer.begun.try_recv().is_ok();
        let now = Some((moved(&data), acknowledged));
        if now != seen {
            seen = now;
            let folder = stand
                .program
                .path(&format!("cut-{}", Uuid::now_v7().simple()));
            if cut(&data, &folder) {
                number += 1;
                let taking = Taken {
                    folder,
                    acknowledged,
                };
                // Each write has the same chance to be among those that are kept.
                if taken.len() < A_RUN {
                    taken.push(taking);
                } else {
                    let at = usize::try_from(random.below(number)).unwrap();
                    let dropped = match taken.get_mut(at) {
                        Some(place) => std::mem::replace(place, taking),
                        None => taking,
                    };
                    fs::remove_dir_all(dropped.folder).unwrap();
                }
            }
        }
        if ended {
            break;
        }
        std::thread::yield_now();
    }
    taken
}

/// The file before a commit and the whole log of that commit.
async fn file_and_log(stand: &mut Stand, import: Uuid) -> Vec<u8> {
    stand.renew().await;
    let data = stand.program.data();
    // Somebody who reads keeps all pages in the log, and the log in its place.
    let mut reader = SqliteConnection::connect(database(&data).to_str().unwrap())
        .await
        .unwrap();
    sqlx::raw_sql("BEGIN; SELECT COUNT(*) FROM pupil")
        .execute(&mut reader)
        .await
        .unwrap();
    let command = commit(import, "all");
    let mut child = stand.program.start(&strs(&command));
    let answer = Answer::of(&mut child);
    answer.begun.recv().expect("it ends with an answer");
    let bytes = fs::read(log(&data)).unwrap();
    let unchanged = fs::read(database(&data)).unwrap() == fs::read(database(stand.kept())).unwrap();
    assert!(unchanged, "the file is as it was before");
    // Leaving, the program waits for readers before it empties the log.
    reader.close().await.unwrap();
    assert!(child.wait().unwrap().success());
    bytes
}

/// Spoils a log as a cut during its writing does: it ends anywhere, or one of its pages never arrived.
fn spoil(bytes: &[u8], page: u64, random: &mut Random) -> Vec<u8> {
    let length = bytes.len() as u64;
    let mut left = bytes.to_vec();
    let ends = HEAD + random.below(length - HEAD);
    match random.below(3) {
        0 => left.truncate(usize::try_from(ends).unwrap()),
        way => {
            // Ends within or behind a page of which only a part, or nothing, arrived.
            let step = PAGE_HEAD + page;
            let start = HEAD + (ends - HEAD) / step * step;
            let from = if way == 1 {
                start
            } else {
                start + random.below(step)
            };
            let end = (start + step).min(length);
            if random.below(2) == 0 {
                left.truncate(usize::try_from(end).unwrap());
            }
            if let Some(lost) =
                left.get_mut(usize::try_from(from).unwrap()..usize::try_from(end).unwrap())
            {
                lost.fill(0);
            }
        }
    }
    left
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_of_the_power_leaves_the_import_whole_or_nothing() {
    let mut random = Random::seeded();
    let (mut stand, import) = previewed().await;
    let wanted = copies().div_ceil(2);
    let (mut from_living, mut nothing, mut whole, mut acknowledged) = (0, 0, 0, 0);
    while from_living < wanted {
        for taken in run_and_copy(&mut stand, import, &mut random).await {
            let left = opened(&taken.folder, import).await;
            match (taken.acknowledged, left.pupils) {
                (false, 0) => {
                    assert_eq!(left.state.as_deref(), Some("preview"));
                    nothing += 1;
                }
                (acknowledgement, pupils) => {
                    assert_eq!((pupils, left.state.as_deref()), (PUPILS, Some("committed")));
                    whole += 1;
                    acknowledged += i32::from(acknowledgement);
                }
            }
            fs::remove_dir_all(&taken.folder).unwrap();
            from_living += 1;
        }
    }
    println!(
        "{from_living} copies of living files: {nothing} with nothing on record, {whole} with all \
         ({acknowledged} taken after the answer); 0 damaged, 0 half, 0 lost"
    );

    let bytes = file_and_log(&mut stand, import).await;
    let page = bytes
        .get(8..12)
        .and_then(|size| size.try_into().ok())
        .map(u32::from_be_bytes)
        .unwrap();
    let (mut nothing, mut whole) = (0, 0);
    let folder = stand.program.path("spoilt");
    for round in 0..copies() / 2 {
        fs::create_dir_all(&folder).unwrap();
        fs::copy(database(stand.kept()), database(&folder)).unwrap();
        // The first is the whole log, the check of the check.
        let left = if round == 0 {
            bytes.clone()
        } else {
            spoil(&bytes, page.into(), &mut random)
        };
        fs::write(log(&folder), left).unwrap();
        let left = opened(&folder, import).await;
        match left.pupils {
            0 if round > 0 => {
                assert_eq!(left.state.as_deref(), Some("preview"));
                nothing += 1;
            }
            pupils => {
                assert_eq!((pupils, left.state.as_deref()), (PUPILS, Some("committed")));
                whole += 1;
            }
        }
        fs::remove_dir_all(&folder).unwrap();
    }
    println!(
        "{} logs cut off or torn: {nothing} with nothing on record, {whole} with all; 0 damaged, 0 half",
        nothing + whole
    );
}
