//! Lists on their way into a workbook, page by page: however long the list is,
//! only a few pages of it are held. The file is written on a thread of its own, and staged
//! piece by piece while it is made.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinHandle, JoinSet};
use ts_rs::TS;

use crate::blobs::{Stage, Staged};
use crate::context::{AuditNote, Job};
use crate::domain::time::Timestamp;
use crate::error::{Code, OpError, Problem};
use crate::id::{AccountId, BlobId};
use crate::import::table::{Table, TableRows};
use crate::ports::Ports;
use crate::production::template::Encoding;

/// Rows read at once.
pub(crate) const PAGE: u32 = 500;
/// Bytes that are staged at once.
const PIECE: usize = 256 * 1024;
/// Rows that one workbook takes: what Excel's sheet holds, less title and heading.
const LIMIT: u32 = 1_000_000;

/// What kind of file a list becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ExportFormat {
    /// A workbook, for people.
    #[default]
    Xlsx,
    /// Text with commas in UTF-8 with a byte order mark, for other programs.
    Csv,
}

impl ExportFormat {
    const fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }
}

/// An exported list.
#[derive(Debug, Clone, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedFile {
    /// Id of the staged file.
    pub blob_id: BlobId,
    /// Name to save it under.
    pub file_name: String,
    /// Rows it holds.
    pub rows: u32,
}

/// A file that is being written.
pub(crate) struct Export {
    /// Noun of the list: sheet, title and file are named by it.
    name: &'static str,
    file_name: String,
    rows: u32,
    pages: Sender<Vec<Vec<String>>>,
    writer: JoinHandle<Result<(), OpError>>,
    /// Ended together with an export that is given up.
    stager: JoinSet<Result<Staged, OpError>>,
}

/// The file on its way to where it is staged, in pieces.
struct Pieces {
    held: Vec<u8>,
    sender: Sender<Vec<u8>>,
}

impl Pieces {
    fn send(&mut self) -> io::Result<()> {
        let piece = std::mem::replace(&mut self.held, Vec::with_capacity(PIECE));
        self.sender
            .blocking_send(piece)
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn stage(
    ports: Ports,
    account: AccountId,
    file_name: String,
    now: Timestamp,
    mut pieces: Receiver<Vec<u8>>,
) -> Result<Staged, OpError> {
    let mut stage = Stage::begin(&ports, account, &file_name, now).await?;
    while let Some(piece) = pieces.recv().await {
        stage.add(&piece).await?;
    }
    stage.finish().await
}

struct Pages(Receiver<Vec<Vec<String>>>);

impl TableRows for Pages {
    fn next(&mut self) -> Vec<Vec<String>> {
        self.0.blocking_recv().unwrap_or_default()
    }
}

impl Export {
    /// Starts the thread. Columns are headings with widths in characters.
    pub(crate) fn start(job: &Job, name: &'static str, columns: &[(&str, u16)]) -> Self {
        Self::start_as(ExportFormat::Xlsx, job, name, columns)
    }

    /// As [`Export::start`], in a format of the person's choice. Text with commas has no line
    /// above its headings, for programs do not expect one.
    pub(crate) fn start_as(
        format: ExportFormat,
        job: &Job,
        name: &'static str,
        columns: &[(&str, u16)],
    ) -> Self {
        let title = match format {
            ExportFormat::Xlsx => format!(
                "{name}（{} 由 {} 导出）",
                job.now.zh(),
                job.actor.display_name
            ),
            ExportFormat::Csv => String::new(),
        };
        let table = Table {
            sheet: name.to_owned(),
            title,
            columns: columns
                .iter()
                .map(|(heading, width)| ((*heading).to_owned(), *width))
                .collect(),
        };
        let workbooks = job.ports.workbooks.clone();
        let (pages, receiver) = channel(2);
        let (sender, pieces) = channel(2);
        let writer = tokio::task::spawn_blocking(move || {
            let mut pages = Pages(receiver);
            let held = Vec::with_capacity(PIECE);
            let mut out = Pieces { held, sender };
            match format {
                ExportFormat::Xlsx => workbooks.table(&table, &mut pages, &mut out),
                ExportFormat::Csv => workbooks.csv(&table, Encoding::Utf8, &mut pages, &mut out),
            }?;
            out.send()
                .map_err(|source| OpError::internal("writing a list", source))
        });
        let file_name = format!(
            "{name}-{}.{}",
            job.today().format("%Y%m%d"),
            format.extension()
        );
        let mut stager = JoinSet::new();
        stager.spawn(stage(
            job.ports.clone(),
            job.actor.account,
            file_name.clone(),
            job.now,
            pieces,
        ));
        Self {
            name,
            file_name,
            rows: 0,
            pages,
            writer,
            stager,
        }
    }

    /// Adds a page.
    ///
    /// # Errors
    /// `cancelled`; `file.too_many_rows` when the sheet is full.
    pub(crate) async fn push(&mut self, job: &Job, page: Vec<Vec<String>>) -> Result<(), OpError> {
        job.checkpoint()?;
        self.rows += u32::try_from(page.len()).unwrap_or(LIMIT);
        if self.rows > LIMIT {
            return Err(Problem::new(Code::FileTooManyRows)
                .message(format!(
                    "符合条件的超过 {LIMIT} 行，一个工作簿放不下，请缩小范围后分次导出。"
                ))
                .into());
        }
        job.progress.report(u64::from(self.rows), 0);
        // An empty page would end the table. A writer that has gone says why in `finish`.
        if !page.is_empty() && self.pages.send(page).await.is_err() {
            tracing::debug!("the workbook's writer ended early");
        }
        Ok(())
    }

    /// Rows so far.
    pub(crate) const fn rows(&self) -> u32 {
        self.rows
    }

    /// Stages the workbook for the person and closes the job.
    ///
    /// # Errors
    /// Those of the workbook and of the store.
    pub(crate) async fn finish(self, job: &mut Job) -> Result<ExportedFile, OpError> {
        let note = AuditNote::city(format!("导出{} {} 行", self.name, self.rows));
        self.finish_with(job, note).await
    }

    /// As [`Export::finish`], with words of the list's own for the audit log.
    ///
    /// # Errors
    /// Those of the workbook and of the store.
    pub(crate) async fn finish_with(
        mut self,
        job: &mut Job,
        note: AuditNote,
    ) -> Result<ExportedFile, OpError> {
        drop(self.pages);
        let staged = self.stager.join_next().await.transpose();
        let written = self.writer.await;
        // What stopped the staging stopped the writer, too, which knows no more than that.
        let staged = staged
            .map_err(|source| OpError::internal("staging a list", source))?
            .ok_or_else(|| OpError::internal("staging a list", "it was ended"))??;
        written.map_err(|source| OpError::internal("writing a list", source))??;
        let answer = ExportedFile {
            blob_id: staged.id,
            file_name: self.file_name,
            rows: self.rows,
        };
        let uow = job.ports.store.write().await?;
        job.finish(uow, note, &answer).await?;
        Ok(answer)
    }
}
