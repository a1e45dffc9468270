//! How much memory and how many steps a hostile file may cost. Each is read by a
//! process of its own, which is this test program once more, and says what it took.

use std::io::Write;
use std::ops::ControlFlow;
use std::process::Command;

use crate::common::{fixture, open, patched};

/// Kilobytes that reading a file may add.
const MOST: u64 = 128 << 10;

/// The file that a process started by [`cost`] reads.
const FILE: &str = "EKATONG_TEST_FILE";

/// What reading a file cost.
struct Cost {
    kilobytes: u64,
    rows: u64,
    refused: bool,
}

/// Reads a file in a process of its own.
fn cost(name: &str, bytes: &[u8]) -> Cost {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "memory::one_file",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(FILE, &path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<u64> = said
        .lines()
        .find_map(|line| line.split_once("cost ").map(|(_, numbers)| numbers))
        .unwrap_or_else(|| panic!("{name}: {said} {}", String::from_utf8_lossy(&output.stderr)))
        .split(' ')
        .map(|number| number.parse().unwrap())
        .collect();
    let [kilobytes, rows, refused] = numbers.as_slice() else {
        panic!("{name}: {said}");
    };
    Cost {
        kilobytes: *kilobytes,
        rows: *rows,
        refused: *refused == 1,
    }
}

/// Does nothing unless [`cost`] started this process.
#[test]
fn one_file() {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    let path = std::path::PathBuf::from(path);
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let before = peak();
    let bytes = std::fs::read(&path).unwrap();
    let mut rows = 0_u64;
    let refused = match open(bytes, &name) {
        Ok(mut book) => book
            .rows(0, &mut |_| {
                rows += 1;
                ControlFlow::Continue(())
            })
            .is_err(),
        Err(_) => true,
    };
    let cost = peak() - before;
    writeln!(
        std::io::stdout(),
        "cost {cost} {rows} {}",
        u8::from(refused)
    )
    .unwrap();
}

/// Most memory this process has had, in kilobytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix("VmHWM:"))
        .unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

fn sheet(rows: &str) -> Vec<u8> {
    let sheet = format!(
        "<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData>{rows}</sheetData></worksheet>"
    );
    patched(
        "wps.xlsx",
        &[("xl/worksheets/sheet1.xml", sheet.as_bytes())],
    )
}

#[test]
fn hostile_files_are_cheap() {
    let blank: String = (1..=10_000)
        .map(|row| {
            format!("<row r=\"{row}\" s=\"1\" customFormat=\"1\"><c r=\"A{row}\" s=\"1\"/></row>")
        })
        .collect();
    let wide: String = (1..=200)
        .map(|row| format!("<row r=\"{row}\">{}</row>", "<c><v>1</v></c>".repeat(1000)))
        .collect();
    let long = format!("<sst><si><t>{}</t></si></sst>", "长".repeat(32_767));
    let cells = "<row>".to_owned() + &"<c t='s'><v>0</v></c>".repeat(700) + "</row>";
    let many = format!("<worksheet><sheetData>{cells}</sheetData></worksheet>");
    let long_strings = patched(
        "wps.xlsx",
        &[
            ("xl/sharedStrings.xml", long.as_bytes()),
            ("xl/worksheets/sheet1.xml", many.as_bytes()),
        ],
    );
    // Within the 10 MB that a file for 500 rows may have, and one that is not.
    let endless = "一".repeat(3_000_000);
    let quoted = format!("a,b\n\"{}\"\n", "x\n".repeat(4_500_000));
    let huge = format!("a,b\n\"{}\"\n", "x".repeat(60_000_000));
    let empty = "\n".repeat(1_000_000) + "a,b\n";
    let separators = ",".repeat(9_000_000);
    for (name, bytes, rows, refused) in [
        ("空白.xlsx", sheet(&blank), 0, false),
        ("宽.xlsx", sheet(&wide), 200, false),
        (
            "尺寸.xlsx",
            sheet("<row r=\"1\"><c><v>1</v></c></row>"),
            1,
            false,
        ),
        ("长.xlsx", long_strings, 1, false),
        ("一行.csv", endless.into_bytes(), 0, true),
        ("引号.csv", quoted.into_bytes(), 1, true),
        ("大引号.csv", huge.into_bytes(), 0, true),
        ("空行.csv", empty.into_bytes(), 1, false),
        ("逗号.csv", separators.into_bytes(), 0, true),
        ("角.xls", fixture("values.xls"), 4, false),
    ] {
        let cost = cost(name, &bytes);
        assert_eq!((cost.rows, cost.refused), (rows, refused), "{name}");
        assert!(cost.kilobytes < MOST, "{name} took {} kB", cost.kilobytes);
    }
}
