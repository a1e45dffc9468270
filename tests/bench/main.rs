//! The benchmarks: `make bench`, or
//! `cargo run --release -p ekatong-tests --bin bench -- [orders] [mixed] [export] [search] [import] [check] [photos] [start] [ids] [--json]`.
//!
//! Small by default; `BENCH=full` for the large sizes. What is generated is kept
//! under `target/bench-data`. Figures are for reading, never for assertions: what
//! is compared is measured in one run, in turns, and medians are taken.
//!
//! To add a section: a module with `run(&Bench) -> Section`, and its line in [`SECTIONS`].

mod bulk;
mod check;
mod cluster;
mod data;
mod export;
mod floors;
mod ids;
mod import;
mod measure;
mod mixed;
mod orders;
mod photos;
mod report;
mod search;
mod start;

use std::path::PathBuf;
use std::process::ExitCode;

use ekatong_host::reading;

use report::Section;

/// What every section is given.
pub(crate) struct Bench {
    /// The large sizes.
    pub(crate) full: bool,
    /// Where generated data is kept.
    pub(crate) data: PathBuf,
    /// Folder of the programs built beside this one.
    pub(crate) programs: PathBuf,
}

const SECTIONS: [&str; 9] = [
    "orders", "mixed", "export", "search", "import", "check", "photos", "start", "ids",
];

fn main() -> ExitCode {
    // Files are read as the program reads them: by a process of their own.
    if let Some(end) = reading::serve_if_asked() {
        return end;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run());
    ExitCode::SUCCESS
}

async fn run() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    // Contestants that are measured from outside, each in a process of its own.
    match arguments.first().map(String::as_str) {
        Some("contestant-plain") => return floors::plain(&arguments[1..]).await,
        Some("contestant-like") => return floors::like(&arguments[1..]).await,
        Some("contestant-phases") => return import::phases(&arguments[1..]).await,
        Some("contestant-export") => return export::contestant(&arguments[1..]).await,
        Some("contestant-check") => return check::contestant(&arguments[1..]).await,
        Some("contestant-window") => return start::window(&arguments[1..]).await,
        _ => {}
    }
    let as_json = arguments.iter().any(|argument| argument == "--json");
    arguments.retain(|argument| argument != "--json");
    if let Some(unknown) = arguments
        .iter()
        .find(|argument| !SECTIONS.contains(&argument.as_str()))
    {
        eprintln!(
            "there is no section {unknown}; there are {}",
            SECTIONS.join(", ")
        );
        std::process::exit(2);
    }

    let program = std::env::current_exe().expect("the program's own path");
    let programs = program.parent().expect("its folder").to_owned();
    let target = programs.parent().expect("the target folder");
    let bench = Bench {
        full: std::env::var("BENCH").is_ok_and(|size| size == "full"),
        data: target.join("bench-data").join(data::key()),
        programs,
    };
    std::fs::create_dir_all(&bench.data).expect("a folder for generated data");

    let mut sections: Vec<Section> = Vec::new();
    for name in SECTIONS {
        if !arguments.is_empty() && !arguments.iter().any(|argument| argument == name) {
            continue;
        }
        let section = match name {
            "orders" => orders::run(&bench).await,
            "mixed" => mixed::run(&bench).await,
            "export" => export::run(&bench).await,
            "search" => search::run(&bench).await,
            "import" => import::run(&bench).await,
            "check" => check::run(&bench).await,
            "photos" => photos::run(&bench).await,
            "start" => start::run(&bench).await,
            _ => ids::run(&bench).await,
        };
        if !as_json {
            // Each as soon as it is there: the later ones may take long.
            println!("{}", section.markdown());
        }
        sections.push(section);
    }
    if as_json {
        println!("{}", report::json(&bench, &sections));
    }
}
