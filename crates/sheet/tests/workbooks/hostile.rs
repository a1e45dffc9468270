//! Whatever the bytes, nothing panics and every refusal is a problem.

use std::io::{Cursor, Read, Write};

use crate::common::{fixture, open, rows};
use ekatong_core::error::OpError;
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Opens and reads all; a refusal must be one that a person can act on.
fn read_all(bytes: Vec<u8>, name: &str) {
    let check = |error: OpError| {
        assert!(!error.problems().is_empty(), "{error}");
        assert!(error.problems().iter().all(|p| !p.message.is_empty()));
    };
    match open(bytes, name) {
        Ok(mut book) => {
            for sheet in 0..book.sheets().len() + 1 {
                if let Err(error) = rows(book.as_mut(), sheet) {
                    check(error);
                }
            }
        }
        Err(error) => check(error),
    }
}

const FIXTURES: [&str; 11] = [
    "openpyxl.xlsx",
    "hidden-merged.xlsx",
    "types.xlsx",
    "wps.xlsx",
    "libreoffice.xls",
    "encrypted.xlsx",
    "hidden-merged.xls",
    "values.xls",
    "long-strings.xls",
    "gb18030.csv",
    "semicolons.csv",
];

const PARTS: [&str; 5] = [
    "_rels/.rels",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
];

/// A workbook whose part's text was changed but whose archive is sound, so that
/// the change reaches the XML.
fn repacked(name: &str, part: &str, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(fixture(name))).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..old.len() {
        let mut file = old.by_index(i).unwrap();
        let own = file.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        if own == part {
            change(&mut bytes);
        }
        new.start_file(own, SimpleFileOptions::default()).unwrap();
        new.write_all(&bytes).unwrap();
    }
    new.finish().unwrap().into_inner()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..2000), start in 0..4_usize) {
        let marks: [&[u8]; 4] = [b"", b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"<?xml"];
        let all = [marks[start], &bytes].concat();
        for name in ["a.xlsx", "a.xls", "a.csv"] {
            read_all(all.clone(), name);
        }
    }

    #[test]
    fn changed_files(
        file in 0..FIXTURES.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = fixture(FIXTURES[file]);
        for (at, byte) in &changes {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let extension = FIXTURES[file].rsplit_once('.').unwrap().1;
        read_all(bytes, &format!("a.{extension}"));
    }

    #[test]
    fn changed_parts(
        file in 0..4_usize,
        part in 0..PARTS.len(),
        at in any::<prop::sample::Index>(),
        length in 0..20_usize,
        with in "(<!--|]]>|<c|<row r='9'>|</v>|&#x41;|&|\"|'|>|<|\u{0}|张|<mergeCell ref=|r=\"XFD1048576\"|[ -~]{0,8})",
    ) {
        read_all(repacked(FIXTURES[file], PARTS[part], |bytes| {
            let from = at.index(bytes.len() + 1);
            let to = (from + length).min(bytes.len());
            bytes.splice(from..to, with.bytes());
        }), "a.xlsx");
    }
}
