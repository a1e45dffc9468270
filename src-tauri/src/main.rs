//! The program that opens the window; the library beside it does the work.

// A console window beside the real one would puzzle people on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    ekatong_desktop::run(tauri::generate_context!())
}
