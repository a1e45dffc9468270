//! Workbooks of many programs read, refused, written, and broken on purpose.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;
mod hostile;
mod mark;
mod memory;
mod read;
mod refuse;
mod write;
