//! Workbooks as the rules see them, read by another process.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use ekatong_core::error::{Code, OpError, Problem};
use ekatong_core::import::cells::{
    Container, FileLimits, MergedRange, SheetFacts, SheetInfo, SheetRow, Workbook,
};
use ekatong_core::import::marked::{MarkedRows, MarkedTable, MarkedWorkbook};
use ekatong_core::import::table::{Packer, Table, TableRows, Template, Workbooks};
use ekatong_core::production::template::Encoding;
use ekatong_sheet::Sheets;

use super::frames::{Answer, Ask, receive, send};
use super::{COMMAND, MEMORY};

/// Opens each workbook in a process of its own; writes them in this one, as
/// what is written is the program's own.
#[derive(Debug)]
pub(super) struct ReadingProcess {
    program: PathBuf,
}

impl ReadingProcess {
    pub(super) const fn new(program: PathBuf) -> Self {
        Self { program }
    }

    fn start(&self) -> io::Result<Link> {
        let mut command = Command::new(&self.program);
        command
            .args([COMMAND, env!("CARGO_PKG_VERSION")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        // Passwords may stand there, and reading needs nothing of it. Windows
        // does not start programs without it.
        if cfg!(unix) {
            command.env_clear();
        }
        let mut child = command.spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Link {
                child,
                input,
                output,
            }),
            (_, _) => Err(io::Error::from(io::ErrorKind::BrokenPipe)),
        }
    }
}

impl Workbooks for ReadingProcess {
    fn open(
        &self,
        bytes: Vec<u8>,
        file_name: &str,
        limits: FileLimits,
    ) -> Result<Box<dyn Workbook>, OpError> {
        let mut link = self
            .start()
            .map_err(|error| OpError::internal("starting a reading process", error))?;
        let open = Ask::Open {
            file_name: file_name.to_owned(),
            limits,
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        };
        // A child that is gone shows when its answer is waited for.
        send(&mut link.input, &open)
            .and_then(|()| link.input.write_all(&bytes))
            .ok();
        drop(bytes);
        match link.answer()? {
            Answer::Opened { container, sheets } => Ok(Box::new(Book {
                link: Some(link),
                container,
                sheets,
            })),
            Answer::Rows(_) | Answer::Read(_) | Answer::Merged(_) | Answer::Refused(_) => {
                Err(link.ended())
            }
        }
    }

    fn template(&self, template: &Template) -> Result<Vec<u8>, OpError> {
        Sheets.template(template)
    }

    fn table(
        &self,
        table: &Table,
        rows: &mut dyn TableRows,
        out: &mut dyn Write,
    ) -> Result<(), OpError> {
        Sheets.table(table, rows, out)
    }

    fn csv(
        &self,
        table: &Table,
        encoding: Encoding,
        rows: &mut dyn TableRows,
        out: &mut dyn Write,
    ) -> Result<(), OpError> {
        Sheets.csv(table, encoding, rows, out)
    }

    fn packer(&self) -> Box<dyn Packer> {
        Sheets.packer()
    }

    /// In this process: the file was read by the other one before it was kept.
    fn mark(
        &self,
        original: &[u8],
        file_name: &str,
        limits: FileLimits,
        table: &MarkedTable,
        rows: &mut dyn MarkedRows,
    ) -> Result<MarkedWorkbook, OpError> {
        Sheets.mark(original, file_name, limits, table, rows)
    }
}

/// The reading process. It ends with this.
struct Link {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Link {
    /// Waits for an answer; a refusal and the end of the process are errors.
    fn answer(&mut self) -> Result<Answer, OpError> {
        match receive(&mut self.output) {
            Ok(Some(Answer::Refused(text))) => match serde_json::from_str::<Vec<Problem>>(&text) {
                Ok(problems) if !problems.is_empty() => Err(problems.into()),
                Ok(_) | Err(_) => Err(self.ended()),
            },
            Ok(Some(answer)) => Ok(answer),
            Ok(None) | Err(_) => Err(self.ended()),
        }
    }

    /// What to tell of a process that did not say what is wrong.
    fn ended(&mut self) -> OpError {
        // It ended, or speaks nonsense and has to.
        let status = self.child.try_wait().ok().flatten();
        let status = status.or_else(|| {
            self.child.kill().ok();
            self.child.wait().ok()
        });
        tracing::warn!(?status, "the process that reads a workbook ended early");
        died(status)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // It holds nothing worth keeping, and waiting leaves no zombie.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The problem of a process that ended by itself.
fn died(status: Option<ExitStatus>) -> OpError {
    let (code, message) = match status.and_then(signal) {
        // Rust ends a program so that gets no memory.
        Some(6) => (
            Code::FileTooLarge,
            format!(
                "读取这个文件需要的内存超过上限 {} MB，请删去图片、多余的工作表和空白行列，或分成几个文件后再导入",
                MEMORY >> 20
            ),
        ),
        Some(24) => (
            Code::FileTooLarge,
            "读取这个文件的时间超过上限，请删去多余的工作表和空白行列，或分成几个文件后再导入".to_owned(),
        ),
        Some(_) | None => (
            Code::FileDamaged,
            "读取文件的过程意外中断，没有写入任何数据；请重试，如仍出现，请重新打开程序，或将文件另存为 .xlsx 后再导入"
                .to_owned(),
        ),
    };
    Problem::new(code).message(message).into()
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> Option<i32> {
    None
}

/// A workbook that another process has open.
struct Book {
    /// None once the process failed.
    link: Option<Link>,
    container: Container,
    sheets: Vec<SheetInfo>,
}

impl Book {
    /// Asks for rows and gives them to the visitor.
    fn read(
        link: &mut Link,
        sheet: usize,
        visit: &mut dyn FnMut(SheetRow) -> ControlFlow<()>,
    ) -> Result<SheetFacts, OpError> {
        // That a process is gone shows when its answer is waited for.
        send(&mut link.input, &Ask::Rows(number(sheet))).ok();
        let mut enough = false;
        loop {
            match link.answer()? {
                Answer::Rows(rows) if !enough => {
                    enough = rows.into_iter().any(|row| visit(row).is_break());
                    let next = if enough { Ask::Enough } else { Ask::More };
                    send(&mut link.input, &next).ok();
                }
                Answer::Rows(_) => {}
                Answer::Read(facts) => return Ok(facts),
                Answer::Opened { .. } | Answer::Merged(_) | Answer::Refused(_) => {
                    return Err(link.ended());
                }
            }
        }
    }
}

impl Workbook for Book {
    fn container(&self) -> Container {
        self.container
    }

    fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    fn rows(
        &mut self,
        sheet: usize,
        visit: &mut dyn FnMut(SheetRow) -> ControlFlow<()>,
    ) -> Result<SheetFacts, OpError> {
        // Taken out meanwhile: after an error the two no longer agree on what
        // comes next, and neither do they when the visitor panics.
        let mut link = self.link.take().ok_or_else(|| died(None))?;
        let facts = Self::read(&mut link, sheet, visit)?;
        self.link = Some(link);
        Ok(facts)
    }

    fn merged_ranges(&mut self, sheet: usize) -> Result<Vec<MergedRange>, OpError> {
        let mut link = self.link.take().ok_or_else(|| died(None))?;
        send(&mut link.input, &Ask::Merged(number(sheet))).ok();
        let Answer::Merged(ranges) = link.answer()? else {
            return Err(link.ended());
        };
        self.link = Some(link);
        Ok(ranges)
    }
}

fn number(sheet: usize) -> u32 {
    u32::try_from(sheet).unwrap_or(u32::MAX)
}
