//! The real program, run as people and scripts run it, on both engines.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at the first surprise, and says what its random rounds came to"
)]

mod accounts;
mod cards;
mod crashes;
mod demo;
mod disk_full;
mod entries;
mod extensions;
mod imports;
mod keys;
mod photos;
mod power_cut;
mod program;
mod pupils;
mod reading;
mod registrations;
mod reviews;
mod stand;
mod story;
mod two_at_once;
mod workbook;
