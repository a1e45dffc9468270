//! Entries of the audit log as a workbook (导出审计).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use super::{Asked, AuditView};
use crate::context::{AuditNote, Job};
use crate::domain::time::Timestamp;
use crate::error::{Code, OpError, Problem};
use crate::import::table::Table;
use crate::ops::order::export::Pages;
pub use crate::ops::page::ExportedFile;
use crate::ops::touches;

/// Entries of one workbook at most.
const LIMIT: usize = 500_000;
const PAGE: u32 = 500;

/// Days and district.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportAuditRequest {
    /// First day, `2026-09-01`.
    #[ts(optional)]
    pub from: Option<String>,
    /// Last day.
    #[ts(optional)]
    pub to: Option<String>,
    /// District code.
    #[ts(optional)]
    pub district: Option<String>,
}

touches!(ExportAuditRequest, self => Touched::Filtered);

/// # Errors
/// Those of `audit.list`; `file.too_many_rows`; `cancelled`.
pub async fn run(job: &mut Job, request: ExportAuditRequest) -> Result<ExportedFile, OpError> {
    let asked = Asked {
        from: request.from,
        to: request.to,
        district: request.district,
        ..Asked::default()
    };
    let filter = super::filter(&job.actor, asked)?;
    let mut uow = job.ports.store.read().await?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut before = None;
    loop {
        job.checkpoint()?;
        let page = uow.audit_entries(&filter, before, PAGE).await?;
        let last = page.len() < PAGE as usize;
        before = page.last().map(|entry| (entry.at, entry.id));
        rows.extend(page.into_iter().map(AuditView::from).map(row));
        if rows.len() > LIMIT {
            return Err(Problem::new(Code::FileTooManyRows)
                .message(format!(
                    "审计记录超过 {LIMIT} 条，请缩小日期范围后分次导出。"
                ))
                .into());
        }
        job.progress.report(rows.len() as u64, 0);
        if last {
            break;
        }
    }
    uow.rollback().await?;
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let table = Table {
        sheet: "审计".to_owned(),
        title: format!(
            "审计记录（{count} 条，{} 由 {} 导出）",
            job.now.zh(),
            job.actor.display_name
        ),
        columns: [
            ("时间", 18),
            ("登录名", 16),
            ("操作", 16),
            ("结果", 8),
            ("区县", 10),
            ("内容", 60),
            ("来源", 14),
        ]
        .into_iter()
        .map(|(heading, width)| (heading.to_owned(), width))
        .collect(),
    };
    let bytes = job.ports.workbooks.table(&table, &mut Pages { rows })?;
    let file_name = format!("审计-{}.xlsx", job.today().format("%Y%m%d"));
    let mut uow = job.ports.store.write().await?;
    let cipher = job.ports.cipher.clone();
    let blob_id = crate::blobs::write(
        &mut *uow,
        &*cipher,
        job.actor.account,
        &file_name,
        &bytes,
        job.now,
    )
    .await?;
    let answer = ExportedFile {
        blob_id,
        file_name,
        rows: count,
    };
    job.finish(
        uow,
        AuditNote::city(format!("导出 {count} 条审计记录")),
        &answer,
    )
    .await?;
    Ok(answer)
}

fn row(entry: AuditView) -> Vec<String> {
    vec![
        Timestamp::from_ms(entry.at).zh(),
        entry.login.unwrap_or_default(),
        entry.op_name,
        if entry.outcome == "done" {
            "完成"
        } else {
            "拒绝"
        }
        .to_owned(),
        entry.district.unwrap_or_default(),
        entry.summary,
        if entry.address == "local" {
            "本机".to_owned()
        } else {
            entry.address
        },
    ]
}
