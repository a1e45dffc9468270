//! Lists on their way into a workbook, page by page: however long the list is,
//! only a few pages of it are held. The workbook is written on a thread of its own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use ts_rs::TS;

use crate::context::{AuditNote, Job};
use crate::error::{Code, OpError, Problem};
use crate::id::BlobId;
use crate::import::table::{Table, TableRows};
use crate::production::template::Encoding;

/// Rows read at once.
pub(crate) const PAGE: u32 = 500;
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

/// A workbook that is being written.
pub(crate) struct Export {
    /// Noun of the list: sheet, title and file are named by it.
    name: &'static str,
    format: ExportFormat,
    rows: u32,
    pages: Sender<Vec<Vec<String>>>,
    writer: JoinHandle<Result<Vec<u8>, OpError>>,
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
        let writer = tokio::task::spawn_blocking(move || {
            let mut pages = Pages(receiver);
            match format {
                ExportFormat::Xlsx => workbooks.table(&table, &mut pages),
                ExportFormat::Csv => workbooks.csv(&table, Encoding::Utf8, &mut pages),
            }
        });
        Self {
            name,
            format,
            rows: 0,
            pages,
            writer,
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
        self,
        job: &mut Job,
        note: AuditNote,
    ) -> Result<ExportedFile, OpError> {
        drop(self.pages);
        let bytes = self
            .writer
            .await
            .map_err(|source| OpError::internal("writing a workbook", source))??;
        let file_name = format!(
            "{}-{}.{}",
            self.name,
            job.today().format("%Y%m%d"),
            self.format.extension()
        );
        let cipher = job.ports.cipher.clone();
        let mut uow = job.ports.store.write().await?;
        let account = job.actor.account;
        let blob_id =
            crate::blobs::write(&mut *uow, &*cipher, account, &file_name, &bytes, job.now).await?;
        let answer = ExportedFile {
            blob_id,
            file_name,
            rows: self.rows,
        };
        job.finish(uow, note, &answer).await?;
        Ok(answer)
    }
}
