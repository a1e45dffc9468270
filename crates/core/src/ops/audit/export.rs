//! Entries of the audit log as a workbook (导出审计).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use super::{Asked, AuditView};
use crate::context::Job;
use crate::domain::time::Timestamp;
use crate::error::OpError;
pub use crate::ops::export::ExportedFile;
use crate::ops::export::{Export, PAGE};
use crate::ops::touches;

const COLUMNS: [(&str, u16); 7] = [
    ("时间", 18),
    ("登录名", 16),
    ("操作", 16),
    ("结果", 8),
    ("区县", 10),
    ("内容", 60),
    ("来源", 14),
];

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
    let mut export = Export::start(job, "审计", &COLUMNS);
    let mut before = None;
    loop {
        let page = uow.audit_entries(&filter, before, PAGE).await?;
        let last = page.len() < PAGE as usize;
        before = page.last().map(|entry| (entry.at, entry.id));
        let rows = page.into_iter().map(AuditView::from).map(row).collect();
        export.push(job, rows).await?;
        if last {
            break;
        }
    }
    uow.rollback().await?;
    export.finish(job).await
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
