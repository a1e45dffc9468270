//! Any bytes, opened as .csv, all rows read.
#![no_main]

#[path = "read.rs"]
mod read;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| read::all(bytes, "a.csv"));
