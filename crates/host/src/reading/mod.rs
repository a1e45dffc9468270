//! Workbooks read in a process of their own with little memory.
//!
//! A file that a person chooses comes from anywhere. Every one of them is read
//! by a second process of the same program, which may take [`MEMORY`] more than
//! it starts with: whatever a file does to it, the window and its data live on.
//! `parent` starts that process and is a [`Workbooks`] to the rules, `child` is
//! what runs in it, `frames` is what the two tell each other.
//!
//! A program takes part by calling [`serve_if_asked`] first of all. In others
//! (tests that link this crate) the files are read in the process itself.

mod child;
mod frames;
mod parent;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ekatong_core::import::table::Workbooks;
use ekatong_sheet::Sheets;

use self::parent::ReadingProcess;

/// Bytes that a reading process may take beside what it starts with.
pub const MEMORY: u64 = 128 << 20;

/// The hidden command that makes a program read a workbook for another one. The
/// version behind it keeps a newer program from answering an older one that is
/// still open.
const COMMAND: &str = "read-workbook";

/// This program knows [`COMMAND`].
static SERVES: AtomicBool = AtomicBool::new(false);

/// Reads a workbook for another process if that is what this one was started
/// for; none otherwise. To be called before anything else is done: each thread
/// and each megabyte counts.
#[must_use]
pub fn serve_if_asked() -> Option<ExitCode> {
    let mut arguments = env::args_os().skip(1);
    if arguments.next().is_none_or(|first| first != COMMAND) {
        SERVES.store(true, Ordering::Relaxed);
        return None;
    }
    let same = arguments
        .next()
        .is_some_and(|version| version == env!("CARGO_PKG_VERSION"));
    Some(if same {
        child::run()
    } else {
        ExitCode::FAILURE
    })
}

/// How this program reads workbooks.
#[must_use]
pub fn workbooks() -> Arc<dyn Workbooks> {
    match program().filter(|_| SERVES.load(Ordering::Relaxed)) {
        Some(program) => Arc::new(ReadingProcess::new(program)),
        None => Arc::new(Sheets),
    }
}

/// The program that reads. The window's own would load all that a window needs
/// first, so it takes the `ekatong` beside it.
fn program() -> Option<PathBuf> {
    let own = env::current_exe().ok()?;
    let command = own.with_file_name(format!("ekatong{}", env::consts::EXE_SUFFIX));
    if command != own && command.is_file() {
        return Some(command);
    }
    // A path may name a newer program by now; this names the running one.
    let running = PathBuf::from("/proc/self/exe");
    Some(if running.exists() { running } else { own })
}
