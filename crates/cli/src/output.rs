//! What the program prints. The only place that writes to its streams.

use std::io::{self, Write as _};

use ekatong_core::domain::time::Timestamp;
use ekatong_host::{Exit, HostError};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use crate::failure::Failure;

/// Results on standard output, all else on standard error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    /// A result: the JSON as it is, or what `people` make of it.
    pub(crate) fn answer(self, answer: &Value, people: impl FnOnce(Self, &Value)) {
        if self.json {
            self.json(answer)
        } else {
            people(self, answer)
        }
    }

    pub(crate) fn json(self, value: &Value) {
        self.line(&serde_json::to_string_pretty(value).unwrap_or_default());
    }

    /// A line of a result.
    // A reader that has gone, as `head` does, is no fault.
    pub(crate) fn line(self, text: &str) {
        let mut out = io::stdout().lock();
        let _ = writeln!(out, "{text}");
        let _ = out.flush();
    }

    /// A remark that is no result.
    pub(crate) fn note(self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Columns in line, also with Chinese in them.
    pub(crate) fn table(self, heads: &[&str], rows: &[Vec<String>]) {
        let mut widths: Vec<usize> = heads.iter().map(|head| head.width()).collect();
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let mut text = String::new();
            for (cell, width) in cells.zip(&widths) {
                text.push_str(cell);
                text.extend(std::iter::repeat_n(
                    ' ',
                    width.saturating_sub(cell.width()) + 2,
                ));
            }
            text.truncate(text.trim_end().len());
            text
        };
        self.line(&line(&mut heads.iter().copied()));
        for row in rows {
            self.line(&line(&mut row.iter().map(String::as_str)));
        }
        if rows.is_empty() {
            self.line("（没有记录）");
        }
    }

    /// Problems as a list: where, what, and what to write instead.
    pub(crate) fn problems(self, problems: &[Value]) {
        for problem in problems {
            self.note(&problem_line(problem));
        }
    }

    /// Says why a command ended, and gives its exit code.
    pub(crate) fn failure(self, failure: &Failure) -> Exit {
        let problems = failure.problems();
        match failure {
            Failure::Host(error) if problems.is_empty() => self.internal(error),
            Failure::Host(_) | Failure::Usage(_) if self.json => {
                self.json(&json!({ "problems": problems }))
            }
            Failure::Host(_) | Failure::Usage(_) => self.problems(&problems),
        }
        if let Failure::Host(error @ HostError::Open(_)) = failure {
            // The person's message stays general; the engine's own words help whoever set it up.
            tracing_error(error);
        }
        failure.exit()
    }

    fn internal(self, error: &HostError) {
        let trace = uuid::Uuid::now_v7().to_string();
        tracing::error!(trace, %error, "a command failed");
        if self.json {
            self.json(&json!({ "internal": true, "traceId": trace }));
        } else {
            self.note(&format!("{}（编号 {trace}）", error.message()));
        }
    }
}

fn tracing_error(error: &HostError) {
    tracing::error!(%error, "the data could not be opened");
}

/// `[错误] Sheet1!D5 证件号码：… 可改为：…`
fn problem_line(problem: &Value) -> String {
    let of = |key| text(problem, key);
    let kind = match of("severity") {
        "warning" => "[提醒] ",
        "note" => "[提示] ",
        _ => "",
    };
    let mut place = String::new();
    if let Some(row) = problem.get("row").and_then(Value::as_i64) {
        place = format!("第 {row} 行");
        if !of("column").is_empty() {
            place.push_str(&format!(" {} 列", of("column")));
        }
    }
    for part in [of("heading"), of("subjectName")] {
        if !part.is_empty() {
            place.push_str(if place.is_empty() { "" } else { " " });
            place.push_str(part);
        }
    }
    if !place.is_empty() {
        place.push('：');
    }
    let suggestion = match of("suggestion") {
        "" => String::new(),
        suggestion => format!("（可改为：{suggestion}）"),
    };
    format!(
        "{kind}{place}{}{suggestion} [{}]",
        of("message"),
        of("code")
    )
}

/// A text of an answer; empty when there is none.
pub(crate) fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A whole number of an answer; 0 when there is none.
pub(crate) fn number(value: &Value, key: &str) -> i64 {
    value.get(key).and_then(Value::as_i64).unwrap_or_default()
}

/// A yes of an answer.
pub(crate) fn yes(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or_default()
}

/// The list of an answer; empty when there is none.
pub(crate) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// A moment of an answer, in Asia/Shanghai; empty when there is none.
pub(crate) fn moment(value: &Value, key: &str) -> String {
    value
        .get(key)
        .and_then(Value::as_i64)
        .map(|ms| Timestamp::from_ms(ms).zh())
        .unwrap_or_default()
}

/// Where the next page of a list begins, for people.
pub(crate) fn next_page(output: Output, answer: &Value) {
    match text(answer, "next") {
        "" => {}
        next => output.note(&format!("还有更多，下一页：--after {next}")),
    }
}
