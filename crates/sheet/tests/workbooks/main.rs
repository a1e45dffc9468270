//! Workbooks of many programs read, refused, written, and broken on purpose.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;
mod hostile;
mod memory;
mod read;
mod refuse;
mod write;
