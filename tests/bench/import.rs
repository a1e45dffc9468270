//! The whole program on a workbook of new pupils, against two floors (`floors`).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use ekatong_core::dispatch::Call;
use ekatong_core::ports::Quiet;
use ekatong_host::demo::{DemoOptions, demo};
use ekatong_host::{Folder, LocalHost, OpenOptions, PASSPHRASE, Place};
use ekatong_tests::workbook::{self, Child};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::Bench;
use crate::measure::{Spent, median, ms, spent};
use crate::report::{Cell, Section, Table, count};

/// Code of the first school of a demo, a 初级中学.
pub(crate) const SCHOOL: &str = "3132050001";
/// Grade of the new pupils.
pub(crate) const GRADE: i64 = 7;

pub(crate) const SECRET: &str = "bench-passphrase";
const ROUNDS: usize = 3;

pub(crate) async fn run(bench: &Bench) -> Section {
    let mut section = Section::new("Import of new pupils from Excel");
    let (pupils, sizes): (u64, &[usize]) = if bench.full {
        (1_000_000, &[500, 10_000, 100_000])
    } else {
        (100_000, &[500, 10_000])
    };
    let program = bench.programs.join("ekatong");
    if !program.exists() {
        section.note(format!(
            "Left out: {} is not built (`make release`).",
            program.display()
        ));
        return section;
    }
    let store = store(bench, pupils).await;
    let mut table = Table::new(
        format!(
            "`ekatong import new-pupils FILE --school {SCHOOL} --commit valid` into {} pupils on SQLite, from the start of the process to its end; medians of {ROUNDS} rounds, in turns.",
            count(pupils)
        ),
        &[
            "rows",
            "what",
            "seconds",
            "processor seconds",
            "peak MiB",
            "program / this, time",
            "program / this, processor",
        ],
    );
    let mut phase_table = Table::new(
        "Where the program's time goes: the same calls in one process, milliseconds (one round).",
        &[
            "rows",
            "open",
            "sign in",
            "file staged",
            "preview",
            "commit",
            "close",
        ],
    );
    for &rows in sizes {
        let file = workbook(bench, rows);
        let mut runs: [Vec<Spent>; 3] = Default::default();
        for round in 0..ROUNDS {
            // Each begins with the same store; who begins changes.
            for turn in 0..3 {
                let contestant = (round + turn) % 3;
                let copy = Copy::of(&store, bench);
                let mut command = match contestant {
                    0 => {
                        let mut command = Command::new(&program);
                        command
                            .arg("--data")
                            .arg(copy.path())
                            .args(["--as", "demo_city", "--json", "import", "new-pupils"])
                            .arg(&file)
                            .args(["--school", SCHOOL, "--commit", "valid"])
                            .env("EKATONG_PASSWORD", password(copy.path()));
                        command
                    }
                    1 => contestant_of("contestant-plain", &file, &copy.path().join("plain.db")),
                    _ => contestant_of("contestant-like", &file, copy.path()),
                };
                let run = spent(command.env(PASSPHRASE, SECRET));
                if contestant == 0 {
                    let answer: Value =
                        serde_json::from_str(&run.output).expect("the program's answer");
                    assert_eq!(answer["committed"], rows, "{}", head(&run.output));
                }
                runs[contestant].push(run);
            }
        }
        let middle = |contestant: usize, of: fn(&Spent) -> f64| {
            median(&runs[contestant].iter().map(of).collect::<Vec<_>>())
        };
        let figures: [fn(&Spent) -> f64; 3] =
            [|run| run.seconds, |run| run.cpu_seconds, |run| run.peak_mib];
        for (contestant, name) in ["program", "plain floor", "like floor"]
            .into_iter()
            .enumerate()
        {
            let mut cells: Vec<Cell> = vec![count(rows as u64).into(), name.into()];
            cells.extend(
                figures
                    .iter()
                    .map(|of| Cell::Number(middle(contestant, *of), "")),
            );
            cells.extend(figures.iter().take(2).map(|of| match contestant {
                0 => Cell::None,
                _ => Cell::Number(middle(0, *of) / middle(contestant, *of), "×"),
            }));
            table.row(cells);
        }

        let copy = Copy::of(&store, bench);
        let run =
            spent(contestant_of("contestant-phases", &file, copy.path()).env(PASSPHRASE, SECRET));
        let phases: Value = serde_json::from_str(&run.output).expect("the phases");
        let mut cells: Vec<Cell> = vec![count(rows as u64).into()];
        for phase in PHASES {
            cells.push(Cell::Number(phases[phase].as_f64().expect("a time"), ""));
        }
        phase_table.row(cells);
    }
    section.table(table);
    section.table(phase_table);
    section.note("Plain floor: calamine reads the cells, prepared inserts of 500 rows into one table without index, one transaction, no check; one thread reads, one writes.");
    section.note("Like floor: the same reading; values sealed and indexed with our keys, prepared inserts into our four tables with all their indexes, one transaction, no check, no staging.");
    section.note("Peak memory is the kernel's high-water mark of resident memory, code and libraries included.");
    section
}

fn head(text: &str) -> &str {
    text.get(..2000).unwrap_or(text)
}

pub(crate) fn contestant_of(name: &str, file: &Path, place: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("the program's own path"));
    command.arg(name).arg(file).arg(place);
    command
}

/// The data folder with this many pupils, made once.
pub(crate) async fn store(bench: &Bench, pupils: u64) -> PathBuf {
    let folder = bench.data.join(format!("pupils_{pupils}"));
    if folder.exists() {
        return folder;
    }
    eprintln!("making {} pupils …", count(pupils));
    let begun = Instant::now();
    let draft = bench.data.join("pupils.draft");
    std::fs::remove_dir_all(&draft).ok();
    let options = DemoOptions {
        pupils: Some(pupils),
        orders: Some(0),
        seed: Some(1),
        schools: None,
    };
    let place = Place::Folder(Folder::new(&draft));
    let secret = Some(Zeroizing::new(SECRET.to_owned()));
    demo(&place, options, secret.clone(), Arc::new(Quiet))
        .await
        .expect("a demo");
    let mut open = OpenOptions::new(place);
    open.passphrase = secret;
    let host = LocalHost::open(open).await.expect("the data folder");
    let token = sign_in(&host, &draft).await;
    let limit = json!({ "key": "import.row_limit", "value": "100000" });
    call(&host, &token, "setting.set", limit).await;
    host.close().await;
    std::fs::rename(&draft, &folder).expect("naming the folder");
    eprintln!("made in {:.0} s", begun.elapsed().as_secs_f64());
    folder
}

/// Password of the demo's city admin.
fn password(folder: &Path) -> String {
    let bytes = std::fs::read(folder.join("demo-accounts.json")).expect("the demo's accounts");
    let stored: Value = serde_json::from_slice(&bytes).expect("the demo's accounts");
    stored["accounts"]
        .as_array()
        .and_then(|accounts| {
            accounts
                .iter()
                .find(|account| account["login"] == "demo_city")
        })
        .and_then(|account| account["password"].as_str())
        .expect("the city's admin")
        .to_owned()
}

pub(crate) async fn sign_in(host: &LocalHost, folder: &Path) -> String {
    let request = json!({ "login": "demo_city", "password": password(folder) });
    let answer = host
        .app
        .dispatch(Call::local("session.signIn", request, None))
        .await
        .expect("signing in");
    answer["token"].as_str().expect("a token").to_owned()
}

pub(crate) async fn call(host: &LocalHost, token: &str, op: &str, request: Value) -> Value {
    host.app
        .dispatch(Call::local(op, request, Some(token.to_owned())))
        .await
        .unwrap_or_else(|error| panic!("{op}: {error:?}"))
}

/// A copy of the store, dropped with this value.
pub(crate) struct Copy(tempfile::TempDir);

impl Copy {
    pub(crate) fn of(store: &Path, bench: &Bench) -> Self {
        let folder = tempfile::tempdir_in(&bench.data).expect("a folder");
        for entry in std::fs::read_dir(store).expect("the store") {
            let entry = entry.expect("a file of the store");
            if entry.file_type().expect("its type").is_file() {
                let target = folder.path().join(entry.file_name());
                std::fs::copy(entry.path(), &target).expect("copying the store");
                // Else the system writes the copy back while somebody is measured.
                std::fs::File::open(&target)
                    .and_then(|file| file.sync_all())
                    .expect("writing the copy back");
            }
        }
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// A workbook of children that no demo has, made once.
fn workbook(bench: &Bench, rows: usize) -> PathBuf {
    let path = bench.data.join(format!("new_{rows}.xlsx"));
    if !path.exists() {
        let children: Vec<Child> = (0..rows).map(newcomer).collect();
        std::fs::write(&path, workbook::new_pupils(&children)).expect("writing a workbook");
    }
    path
}

/// A child of the grade in 2026-2027 whose number was given in a town from which the sample district has no children.
pub(crate) fn newcomer(n: usize) -> Child {
    const TOWNS: [&str; 4] = ["110101", "310104", "350102", "420102"];
    let mut child = workbook::child(n, 7, 1 + n % 2);
    // Born between March and August 2014, 28 days a month.
    let (day, rest) = (1 + n % 28, n / 28);
    let (month, rest) = (3 + rest % 6, rest / 6);
    let (town, sequence) = (TOWNS[rest % 4], 1 + rest / 4);
    let number = workbook::with_check_digit(&format!("{town}2014{month:02}{day:02}{sequence:03}"));
    child[6] = format!("G{number}");
    child[3] = number;
    child[9] = format!("177{n:08}");
    child[10] = format!(
        "姑苏区梧桐路 {} 号 {} 幢 {} 室",
        1 + n % 397,
        1 + n % 29,
        101 + n % 17 * 100
    );
    child
}

const PHASES: [&str; 6] = ["open", "signIn", "stage", "preview", "commit", "close"];

/// `FILE FOLDER`: what the program does, timed between its calls.
pub(crate) async fn phases(arguments: &[String]) {
    let [file, folder] = arguments else {
        panic!("two arguments")
    };
    let mut times = serde_json::Map::new();
    let mut begun = Instant::now();
    let mut note = |name: usize| {
        times.insert(PHASES[name].to_owned(), json!(ms(begun.elapsed())));
        begun = Instant::now();
    };
    let host = LocalHost::open(OpenOptions::new(Place::Folder(Folder::new(folder))))
        .await
        .expect("the data folder");
    note(0);
    let token = sign_in(&host, Path::new(folder)).await;
    note(1);
    let schools = call(&host, &token, "school.list", json!({ "text": SCHOOL })).await;
    let school = schools["items"][0]["id"].clone();
    let bytes = std::fs::read(file).expect("the workbook");
    let blob = host
        .app
        .stage(Some(&token), "new.xlsx", &bytes)
        .await
        .expect("staging the file");
    drop(bytes);
    note(2);
    let request = json!({ "schoolId": school, "blobId": blob, "fileName": "new.xlsx" });
    let preview = call(&host, &token, "import.preview", request).await;
    note(3);
    let request = json!({ "importId": preview["id"], "mode": "valid" });
    let committed = call(&host, &token, "import.commit", request).await;
    note(4);
    assert_eq!(committed["committed"], preview["rows"], "{preview}");
    host.close().await;
    note(5);
    println!("{}", Value::from(times));
}
