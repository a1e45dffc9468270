//! A table as text with commas (RFC 4180), for programs that read no workbook.

use std::io::{self, Write};

use ekatong_core::import::table::{Table, TableRows};
use ekatong_core::production::template::Encoding;
use encoding_rs::GB18030;

/// Writes a table. Every character has a form in both encodings, so nothing is lost.
pub(crate) fn write(
    table: &Table,
    encoding: Encoding,
    rows: &mut dyn TableRows,
    out: &mut dyn Write,
) -> io::Result<()> {
    if encoding == Encoding::Utf8 {
        out.write_all(b"\xEF\xBB\xBF")?;
    }
    let mut line = String::new();
    let mut push = |cells: &mut dyn Iterator<Item = &str>| {
        line.clear();
        for (number, cell) in cells.enumerate() {
            if number > 0 {
                line.push(',');
            }
            field(&mut line, cell);
        }
        line.push_str("\r\n");
        match encoding {
            Encoding::Utf8 => out.write_all(line.as_bytes()),
            Encoding::Gb18030 => out.write_all(&GB18030.encode(&line).0),
        }
    };
    push(&mut table.columns.iter().map(|(heading, _)| heading.as_str()))?;
    loop {
        let batch = rows.next();
        if batch.is_empty() {
            return Ok(());
        }
        for cells in &batch {
            push(&mut cells.iter().map(String::as_str))?;
        }
    }
}

/// One field; a text that Excel would take for a formula is marked as text.
fn field(line: &mut String, text: &str) {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if !formula && !text.contains(['"', ',', '\r', '\n']) {
        line.push_str(text);
        return;
    }
    line.push('"');
    if formula {
        line.push('\'');
    }
    line.push_str(&text.replace('"', "\"\""));
    line.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Once(Vec<Vec<String>>);

    impl TableRows for Once {
        fn next(&mut self) -> Vec<Vec<String>> {
            std::mem::take(&mut self.0)
        }
    }

    fn bytes(encoding: Encoding, cells: [&str; 3]) -> Vec<u8> {
        let table = Table {
            sheet: String::new(),
            title: String::new(),
            columns: ["姓名", "备注", "号"]
                .iter()
                .map(|h| ((*h).to_owned(), 1))
                .collect(),
        };
        let rows = vec![cells.iter().map(|c| (*c).to_owned()).collect()];
        let mut bytes = Vec::new();
        write(&table, encoding, &mut Once(rows), &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        let text = bytes(Encoding::Utf8, ["𠮷田", "一,\"二\"", "=1+1"]);
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "\u{FEFF}姓名,备注,号\r\n𠮷田,\"一,\"\"二\"\"\",\"'=1+1\"\r\n"
        );
    }

    #[test]
    fn the_national_encoding_keeps_rare_characters() {
        let text = bytes(Encoding::Gb18030, ["𠮷田", "", "1"]);
        let (decoded, _, lost) = GB18030.decode(&text);
        assert!(!lost);
        assert_eq!(decoded, "姓名,备注,号\r\n𠮷田,,1\r\n");
    }
}
