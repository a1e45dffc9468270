//! The process that reads one workbook and ends with its parent.

use std::io::{self, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;

use ekatong_core::error::{Code, OpError, Problem};
use ekatong_core::import::cells::{CellValue, SheetRow, Workbook};
use ekatong_core::import::table::Workbooks;
use ekatong_sheet::Sheets;

use super::frames::{AHEAD, Answer, Ask, LARGEST, receive, send};

/// Bytes of a batch of rows, about.
const BATCH: usize = 64 << 10;
/// Bytes of one row at most, with room for what encodes it.
const LARGEST_ROW: usize = LARGEST / 2;

/// Serves the parent until it is gone.
pub(super) fn run() -> ExitCode {
    if let Err(error) = confine() {
        // The parent reads no words here, but a person may who tries the command.
        writeln!(io::stderr(), "the limits cannot be set: {error}").ok();
        return ExitCode::FAILURE;
    }
    let mut output = BufWriter::new(io::stdout().lock());
    match serve(&mut io::stdin().lock(), &mut output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Takes away what reading does not need: memory, most of the time, and the
/// image of a crash, which would hold the pupils of the file.
#[cfg(unix)]
fn confine() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    /// Seconds of work; the largest file takes some.
    const SECONDS: u64 = 120;
    let limit = |resource, most| {
        let both = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, both).map_err(io::Error::from)
    };
    limit(Resource::Core, 0)?;
    limit(Resource::Cpu, SECONDS)?;
    if let Some(taken) = address_space() {
        limit(Resource::As, taken.saturating_add(super::MEMORY))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn confine() -> io::Result<()> {
    Ok(())
}

/// Bytes of addresses that the program itself takes; none where the system does
/// not tell.
#[cfg(unix)]
fn address_space() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmSize:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

fn serve(input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    let Some(Ask::Open {
        file_name,
        limits,
        bytes,
    }) = receive(input)?
    else {
        return Err(io::Error::from(io::ErrorKind::InvalidData));
    };
    let mut file = Vec::new();
    let length = usize::try_from(bytes).map_err(io::Error::other)?;
    file.try_reserve_exact(length).map_err(io::Error::other)?;
    if input.take(bytes).read_to_end(&mut file)? < length {
        return Ok(());
    }
    let mut book = match Sheets.open(file, &file_name, limits) {
        Ok(book) => book,
        Err(error) => return send(output, &refused(&error)),
    };
    let opened = Answer::Opened {
        container: book.container(),
        sheets: book.sheets().to_vec(),
    };
    send(output, &opened)?;
    while let Some(ask) = receive(input)? {
        match ask {
            Ask::Rows(sheet) => rows(book.as_mut(), sheet, input, output)?,
            Ask::Merged(sheet) => {
                let answer = match book.merged_ranges(index(sheet)) {
                    Ok(ranges) => Answer::Merged(ranges),
                    Err(error) => refused(&error),
                };
                send(output, &answer)?;
            }
            // What was on its way when the last row was sent.
            Ask::More | Ask::Enough => {}
            Ask::Open { .. } => return Err(io::Error::from(io::ErrorKind::InvalidData)),
        }
    }
    Ok(())
}

fn rows(
    book: &mut dyn Workbook,
    sheet: u32,
    input: &mut impl Read,
    output: &mut impl Write,
) -> io::Result<()> {
    let mut batch = Batch {
        rows: Vec::new(),
        bytes: 0,
        room: AHEAD,
    };
    let mut ended = Ok(());
    let mut too_large = None;
    let read = book.rows(index(sheet), &mut |row| {
        let bytes = size(&row);
        if bytes > LARGEST_ROW {
            too_large = Some(row.row);
            return ControlFlow::Break(());
        }
        batch.rows.push(row);
        batch.bytes += bytes;
        if batch.bytes < BATCH {
            return ControlFlow::Continue(());
        }
        match batch.pass(input, output) {
            Ok(flow) => flow,
            Err(error) => {
                ended = Err(error);
                ControlFlow::Break(())
            }
        }
    });
    ended?;
    let answer = match (read, too_large) {
        (_, Some(row)) => refused(
            &Problem::new(Code::FileTooLarge)
                .message(format!(
                    "第 {row} 行的内容太多，请删去多余的列和文字后再导入"
                ))
                .into(),
        ),
        (Ok(facts), None) => {
            if !batch.rows.is_empty() {
                send(output, &Answer::Rows(batch.rows))?;
            }
            Answer::Read(facts)
        }
        (Err(error), None) => refused(&error),
    };
    send(output, &answer)
}

/// Rows on their way.
struct Batch {
    rows: Vec<SheetRow>,
    bytes: usize,
    /// Batches that may be sent before the parent asks for more.
    room: u32,
}

impl Batch {
    /// Sends the rows when there is room; breaks when no more are wanted.
    fn pass(
        &mut self,
        input: &mut impl Read,
        output: &mut impl Write,
    ) -> io::Result<ControlFlow<()>> {
        while self.room == 0 {
            match receive(input)? {
                Some(Ask::More) => self.room += 1,
                Some(Ask::Enough) => {
                    self.rows.clear();
                    return Ok(ControlFlow::Break(()));
                }
                Some(_) => return Err(io::Error::from(io::ErrorKind::InvalidData)),
                None => return Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            }
        }
        self.room -= 1;
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        send(output, &Answer::Rows(rows))?;
        Ok(ControlFlow::Continue(()))
    }
}

/// Bytes of a row, about.
fn size(row: &SheetRow) -> usize {
    row.cells
        .iter()
        .map(|cell| match &cell.value {
            CellValue::Text(text) | CellValue::Error(text) => 16 + text.len(),
            CellValue::Number(_)
            | CellValue::Bool(_)
            | CellValue::Date(_)
            | CellValue::FormulaWithoutValue => 16,
        })
        .sum()
}

fn refused(error: &OpError) -> Answer {
    // Reading ends with problems only; an internal fault would have none.
    let problems = match error.problems() {
        [] => vec![Problem::new(Code::FileDamaged)],
        problems => problems.to_vec(),
    };
    Answer::Refused(serde_json::to_string(&problems).unwrap_or_default())
}

fn index(sheet: u32) -> usize {
    usize::try_from(sheet).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ekatong_core::import::cells::FileLimits;

    fn asks(file: &[u8], name: &str, asks: &[Ask]) -> Vec<Answer> {
        let mut input = Vec::new();
        let open = Ask::Open {
            file_name: name.to_owned(),
            limits: FileLimits::for_rows(500),
            bytes: file.len() as u64,
        };
        send(&mut input, &open).unwrap();
        input.extend(file);
        for ask in asks {
            send(&mut input, ask).unwrap();
        }
        let mut output = Vec::new();
        // A parent that is gone in the middle ends the child, with an error or not.
        serve(&mut input.as_slice(), &mut output).ok();
        let mut output = output.as_slice();
        let mut answers = Vec::new();
        while let Some(answer) = receive(&mut output).unwrap() {
            answers.push(answer);
        }
        answers
    }

    #[test]
    fn only_so_many_rows_are_sent_ahead() {
        let row = "x".repeat(1000) + "\n";
        let file = row.repeat(1000);
        let count = |answers: &[Answer]| {
            let batches = answers.iter().filter(|a| matches!(a, Answer::Rows(_)));
            batches.count()
        };
        let waiting = asks(file.as_bytes(), "a.csv", &[Ask::Rows(0)]);
        assert_eq!(count(&waiting), AHEAD as usize);
        let stopped = asks(
            file.as_bytes(),
            "a.csv",
            &[Ask::Rows(0), Ask::More, Ask::Enough],
        );
        assert_eq!(count(&stopped), AHEAD as usize + 1);
        assert!(matches!(stopped.last(), Some(Answer::Read(_))));
        let mut all = vec![Ask::Rows(0)];
        all.extend((0..20).map(|_| Ask::More));
        all.push(Ask::Merged(0));
        let all = asks(file.as_bytes(), "a.csv", &all);
        let rows: usize = all
            .iter()
            .filter_map(|answer| {
                if let Answer::Rows(rows) = answer {
                    Some(rows.len())
                } else {
                    None
                }
            })
            .sum();
        assert_eq!(rows, 1000);
        assert!(matches!(all.last(), Some(Answer::Merged(ranges)) if ranges.is_empty()));
    }

    #[test]
    fn refusals_keep_their_words() {
        let answers = asks(b"%PDF-1.7", "a.xlsx", &[]);
        let [Answer::Refused(text)] = answers.as_slice() else {
            panic!("{answers:?}");
        };
        let problems: Vec<Problem> = serde_json::from_str(text).unwrap();
        assert_eq!(problems[0].code, Code::FileKind);
        assert!(problems[0].message.contains("PDF"));
    }
}
