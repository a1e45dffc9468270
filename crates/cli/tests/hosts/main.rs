//! The real program, run as people and scripts run it, on both engines.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod accounts;
mod demo;
mod imports;
mod keys;
mod program;
mod reading;
mod story;
mod workbook;
