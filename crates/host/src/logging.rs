//! Log files and crash reports, which stay on the machine.

use std::io::Write as _;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt};

use crate::folder::{Folder, private_folder};

/// Log files kept: two weeks of days.
const FILES: usize = 14;

/// Writes the log to the folder's files, and to standard error what `RUST_LOG`
/// asks for. A folder that cannot be written costs the files, not the program.
pub fn start(folder: Option<&Folder>) {
    let stderr = std::env::var_os("RUST_LOG")
        .filter(|text| !text.is_empty())
        .map(|_| {
            fmt::layer()
                .with_writer(std::io::stderr)
                .with_ansi(false)
                .with_filter(EnvFilter::from_default_env())
        });
    let file = folder
        .and_then(|folder| appender(&folder.logs()))
        .map(|appender| {
            // Statements of the database may hold names: only what is wrong with it is kept.
            let filter = EnvFilter::builder()
                .with_default_directive(LevelFilter::INFO.into())
                .parse_lossy("info,sqlx=warn,zbus=warn");
            fmt::layer()
                .with_writer(appender)
                .with_ansi(false)
                .with_filter(filter)
        });
    // Fails only when a test has started a log already.
    let _ = tracing_subscriber::registry()
        .with(stderr)
        .with(file)
        .try_init();
    install_crash_reports(folder.map(|folder| folder.path().to_owned()));
}

fn appender(folder: &Path) -> Option<RollingFileAppender> {
    private_folder(folder).ok()?;
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("ekatong")
        .filename_suffix("log")
        .max_log_files(FILES)
        .build(folder)
        .ok()
}

/// On a panic leaves a report beside the log: where, never with what data.
fn install_crash_reports(folder: Option<PathBuf>) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let place = place_of(info);
        tracing::error!(place, "the program ran into a fault of its own");
        if let Some(folder) = &folder {
            report(folder, &place);
        }
        // The usual text quotes values, which may be personal: developers ask for it.
        if std::env::var_os("RUST_BACKTRACE").is_some() {
            before(info);
        }
    }));
}

fn place_of(info: &PanicHookInfo<'_>) -> String {
    info.location().map_or_else(
        || "unknown".to_owned(),
        |at| format!("{}:{}", at.file(), at.line()),
    )
}

fn report(folder: &Path, place: &str) {
    let text = format!(
        "ekatong {}\nsystem {} {}\nplace {place}\n\n{}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        std::backtrace::Backtrace::force_capture()
    );
    let name = format!("crash-{}.txt", uuid::Uuid::now_v7().simple());
    let folder = folder.join("logs");
    // Nothing more can be done inside a panic.
    let _ = private_folder(&folder)
        .and_then(|()| std::fs::File::create(folder.join(name)))
        .and_then(|mut file| file.write_all(text.as_bytes()));
}
