//! The release window: from the start of its process to the first paint, memory, size.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use ekatong_core::ports::Quiet;
use ekatong_host::demo::{DemoOptions, demo};
use ekatong_host::{Folder, PASSPHRASE, Place};
use ekatong_tests::window::Launch;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::Bench;
use crate::measure::{median, spent};
use crate::report::{Cell, Section, Table};

const SECRET: &str = "bench-passphrase";
const STARTS: usize = 6;

pub(crate) async fn run(bench: &Bench) -> Section {
    let mut section = Section::new("Start of the window, memory, size");
    let program = bench.programs.join("ekatong-desktop");
    if !program.exists() {
        section.note(format!(
            "Left out: {} is not built (`make release`).",
            program.display()
        ));
        return section;
    }
    let folder = bench.data.join("window");
    if !folder.exists() {
        let options = DemoOptions {
            seed: Some(1),
            ..DemoOptions::default()
        };
        let place = Place::Folder(Folder::new(&folder));
        let secret = Some(Zeroizing::new(SECRET.to_owned()));
        demo(&place, options, secret, std::sync::Arc::new(Quiet))
            .await
            .expect("a demo");
    }
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let mut command = Command::new(std::env::current_exe().expect("the program's own path"));
        command
            .arg("contestant-window")
            .arg(&folder)
            .env("EKATONG_DESKTOP", &program);
        let found: Value = serde_json::from_str(&spent(&mut command).output).expect("a start");
        starts.push(found);
    }
    let figure = |key: &str| -> Vec<f64> {
        starts
            .iter()
            .map(|start| start[key].as_f64().unwrap_or(f64::NAN))
            .collect()
    };
    let paints = figure("paintMs");
    let mut table = Table::new(
        format!(
            "`ekatong-desktop` on a sample district, on a virtual screen under WebDriver; {STARTS} starts."
        ),
        &["what", "figure"],
    );
    let rows = [
        ("first start to first contentful paint", paints[0], "ms"),
        ("later starts, median", median(&paints[1..]), "ms"),
        (
            "proportional memory, program",
            median(&figure("programMib")),
            "MiB",
        ),
        (
            "proportional memory, network process",
            median(&figure("networkMib")),
            "MiB",
        ),
        (
            "proportional memory, page process",
            median(&figure("pageMib")),
            "MiB",
        ),
    ];
    for (what, value, unit) in rows {
        table.row(vec![what.into(), Cell::Number(value, unit)]);
    }
    for name in ["ekatong-desktop", "ekatong"] {
        if let Ok(file) = std::fs::metadata(bench.programs.join(name)) {
            table.row(vec![format!("size of `{name}`").into(), mib(file.len())]);
        }
    }
    match package(&bench.programs) {
        Some((packed, installed)) => {
            table.row(vec!["size of the .deb".into(), mib(packed)]);
            table.row(vec!["installed size of the .deb".into(), mib(installed)]);
        }
        None => section.note("The .deb is not built (`make package`)."),
    }
    section.table(table);
    section.note("The start of the process is known to 10 ms. The system's cache is warm except, perhaps, at the first start.");
    section
}

#[expect(clippy::cast_precision_loss, reason = "a size to be shown")]
fn mib(bytes: u64) -> Cell {
    Cell::Number(bytes as f64 / 1_048_576.0, "MiB")
}

/// Size of the newest package, and of what it installs.
fn package(programs: &Path) -> Option<(u64, u64)> {
    let newest = std::fs::read_dir(programs.join("bundle/deb"))
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .max_by_key(|path| {
            std::fs::metadata(path)
                .and_then(|file| file.modified())
                .ok()
        })?;
    let contents = Command::new("dpkg-deb")
        .arg("--contents")
        .arg(&newest)
        .output()
        .ok()?;
    let installed = String::from_utf8_lossy(&contents.stdout)
        .lines()
        .filter(|line| line.starts_with('-'))
        .filter_map(|line| line.split_whitespace().nth(2)?.parse::<u64>().ok())
        .sum();
    Some((std::fs::metadata(newest).ok()?.len(), installed))
}

/// `FOLDER`: opens the window once and prints what it took.
pub(crate) async fn window(arguments: &[String]) {
    let [folder] = arguments else {
        panic!("one argument")
    };
    let window = Launch::new(folder).env(PASSPHRASE, SECRET).open().await;
    window
        .wait_for("something is painted", async || {
            let script = "return performance.getEntriesByName('first-contentful-paint').length";
            window.run(script, vec![]).await == json!(1)
        })
        .await;
    let processes = Processes::look();
    let program = processes
        .descendants(std::process::id())
        .into_iter()
        .find(|id| processes.name(*id) == "ekatong-desktop")
        .expect("the program");
    let script = "return Date.now() - performance.timeOrigin \
        - performance.getEntriesByName('first-contentful-paint')[0].startTime";
    let since_paint = window.run(script, vec![]).await.as_f64().expect("a time");
    let age = Processes::age_ms(program).expect("the program's age");
    let mut memory = HashMap::from([("programMib", pss_mib(program))]);
    for id in processes.descendants(program) {
        let key = match processes.name(id) {
            name if name.contains("Network") => "networkMib",
            name if name.contains("Web") => "pageMib",
            _ => "programMib",
        };
        *memory.entry(key).or_default() += pss_mib(id);
    }
    let mut found = json!(memory);
    found["paintMs"] = json!(age - since_paint);
    println!("{found}");
}

/// The processes of the machine: name and parent.
struct Processes(HashMap<u32, (String, u32)>);

impl Processes {
    fn look() -> Self {
        let entries = std::fs::read_dir("/proc").expect("reading /proc");
        let one = |path: PathBuf| -> Option<(u32, (String, u32))> {
            let id = path.file_name()?.to_str()?.parse().ok()?;
            let (name, fields) = stat(id)?;
            Some((id, (name, fields.get(1)?.parse().ok()?)))
        };
        Self(
            entries
                .filter_map(Result::ok)
                .filter_map(|entry| one(entry.path()))
                .collect(),
        )
    }

    fn name(&self, id: u32) -> &str {
        self.0.get(&id).map_or("", |(name, _)| name)
    }

    fn descendants(&self, of: u32) -> Vec<u32> {
        let mut found = vec![of];
        let mut at = 0;
        while let Some(&parent) = found.get(at) {
            found.extend(
                self.0
                    .iter()
                    .filter(|(_, (_, own))| *own == parent)
                    .map(|(id, _)| *id),
            );
            at += 1;
        }
        found.split_off(1)
    }

    /// Milliseconds since a process began.
    fn age_ms(id: u32) -> Option<f64> {
        /// The kernel tells times in hundredths of a second.
        const TICKS: f64 = 100.0;
        let (_, fields) = stat(id)?;
        let started: f64 = fields.get(19)?.parse().ok()?;
        let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
        let uptime: f64 = uptime.split(' ').next()?.parse().ok()?;
        Some((uptime - started / TICKS) * 1000.0)
    }
}

/// Name of a process and the fields after it in `/proc/ID/stat`, from its state on.
fn stat(id: u32) -> Option<(String, Vec<String>)> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (before, after) = text.rsplit_once(')')?;
    let name = before.split_once('(')?.1.to_owned();
    Some((name, after.split_whitespace().map(str::to_owned).collect()))
}

fn pss_mib(id: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
    text.lines()
        .find_map(|line| {
            line.strip_prefix("Pss:")?
                .split_whitespace()
                .next()?
                .parse::<f64>()
                .ok()
        })
        .map_or(0.0, |kib| kib / 1024.0)
}
