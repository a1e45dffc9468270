//! What a section found, as Markdown for people and as JSON for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::Bench;
use crate::measure::load;

/// One cell of a table.
#[derive(Clone)]
pub(crate) enum Cell {
    /// A name.
    Text(String),
    /// A figure with its unit.
    Number(f64, &'static str),
    /// Not measured.
    None,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Cell {
    fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(value, unit) => {
                let digits = match value.abs() {
                    _ if *unit == "×" => 2,
                    ..10.0 => 2,
                    ..100.0 => 1,
                    _ => 0,
                };
                let space = if matches!(*unit, "" | "×") { "" } else { " " };
                format!("{value:.digits$}{space}{unit}")
            }
            Self::None => "–".to_owned(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Number(value, unit) => json!({ "value": value, "unit": unit }),
            Self::None => Value::Null,
        }
    }
}

/// A count with thin spaces between thousands.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A table under one caption.
pub(crate) struct Table {
    caption: String,
    head: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(caption: impl Into<String>, head: &[&str]) -> Self {
        Self {
            caption: caption.into(),
            head: head.iter().map(|&name| name.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }
}

/// What one section found.
pub(crate) struct Section {
    title: &'static str,
    tables: Vec<Table>,
    notes: Vec<String>,
    load: String,
}

impl Section {
    pub(crate) fn new(title: &'static str) -> Self {
        Self {
            title,
            tables: Vec::new(),
            notes: Vec::new(),
            load: load(),
        }
    }

    pub(crate) fn table(&mut self, table: Table) {
        self.tables.push(table);
    }

    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("## {}\n", self.title);
        for table in &self.tables {
            let _ = writeln!(text, "\n{}\n", table.caption);
            let _ = writeln!(text, "| {} |", table.head.join(" | "));
            let rule: Vec<&str> = (0..table.head.len())
                .map(|at| if at == 0 { "---" } else { "---:" })
                .collect();
            let _ = writeln!(text, "| {} |", rule.join(" | "));
            for row in &table.rows {
                let cells: Vec<String> = row.iter().map(Cell::shown).collect();
                let _ = writeln!(text, "| {} |", cells.join(" | "));
            }
        }
        text.push('\n');
        for note in &self.notes {
            let _ = writeln!(text, "- {note}");
        }
        let _ = writeln!(
            text,
            "- Load of the machine before and after (1, 5, 15 minutes): {}; {}.",
            self.load,
            load()
        );
        text
    }

    fn json(&self) -> Value {
        let tables: Vec<Value> = self
            .tables
            .iter()
            .map(|table| {
                let rows: Vec<Value> = table
                    .rows
                    .iter()
                    .map(|row| {
                        table
                            .head
                            .iter()
                            .zip(row)
                            .map(|(name, cell)| (name.clone(), cell.json()))
                            .collect::<serde_json::Map<_, _>>()
                            .into()
                    })
                    .collect();
                json!({ "caption": table.caption, "rows": rows })
            })
            .collect();
        json!({ "section": self.title, "tables": tables, "notes": self.notes, "load": self.load })
    }
}

/// All sections.
pub(crate) fn json(bench: &Bench, sections: &[Section]) -> Value {
    json!({
        "size": if bench.full { "full" } else { "small" },
        "sections": sections.iter().map(Section::json).collect::<Vec<_>>(),
    })
}
