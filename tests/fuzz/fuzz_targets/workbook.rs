//! Any bytes, opened as .xlsx and as .xls, all rows and merged ranges read.
#![no_main]

#[path = "read.rs"]
mod read;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let name = if bytes.starts_with(b"PK") { "a.xlsx" } else { "a.xls" };
    read::all(bytes, name);
});
