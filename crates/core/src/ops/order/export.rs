//! The whole list as a workbook (导出制卡订单).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use super::OrderFilter;
use crate::access::Permission;
use crate::context::{AuditNote, Job};
use crate::domain::order::{OrderKind, OrderState};
use crate::domain::time::Timestamp;
use crate::error::{Code, OpError, Problem};
use crate::import::table::{Table, TableRows};
use crate::ops::class::grade_name;
pub use crate::ops::page::ExportedFile;
use crate::ops::pupil::masked_paper;
use crate::ops::touches;
use crate::ports::{Cipher, OrderCursor, OrderRecord};

/// Orders that one workbook takes: what Excel's rows hold, less the heading.
const LIMIT: usize = 1_000_000;
/// Orders read at once.
const PAGE: u32 = 500;

/// Filter.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportOrdersRequest {
    /// Filter.
    #[serde(default)]
    pub filter: OrderFilter,
}

touches!(ExportOrdersRequest, self => Touched::Filtered);

const COLUMNS: [(&str, u16); 14] = [
    ("区县", 12),
    ("学校", 28),
    ("年级", 10),
    ("班级", 8),
    ("姓名", 14),
    ("证件号码", 22),
    ("种类", 8),
    ("状态", 14),
    ("区审核通过时间", 18),
    ("确认制卡时间", 18),
    ("申请制卡时间", 18),
    ("批次", 14),
    ("卡号", 18),
    ("退回或撤回原因", 30),
];

/// Numbers are masked; the export is audited.
///
/// # Errors
/// Those of `order.list`; `file.too_many_rows`; `cancelled`.
pub async fn run(job: &mut Job, request: ExportOrdersRequest) -> Result<ExportedFile, OpError> {
    let reach = job.actor.reach(Permission::ReadOrders);
    let cipher = job.ports.cipher.clone();
    let mut uow = job.ports.store.read().await?;
    let queries = super::queries(&mut *uow, &*cipher, &reach, &request.filter, job.today()).await?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut after = None;
    loop {
        job.checkpoint()?;
        let page = super::list::page(&mut *uow, &queries, after, PAGE).await?;
        let last = page.len() < PAGE as usize;
        after = page.last().map(|order| OrderCursor {
            confirmed_at: order.confirmed_at,
            id: order.id,
        });
        for order in page {
            rows.push(row(order, &*cipher)?);
        }
        if rows.len() > LIMIT {
            return Err(Problem::new(Code::FileTooManyRows)
                .message(format!(
                    "符合条件的订单超过 {LIMIT} 张，一个工作簿放不下，请缩小范围后分次导出。"
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
        sheet: "制卡订单".to_owned(),
        title: format!(
            "制卡订单（{count} 张，{} 由 {} 导出）",
            job.now.zh(),
            job.actor.display_name
        ),
        columns: COLUMNS
            .iter()
            .map(|(heading, width)| ((*heading).to_owned(), *width))
            .collect(),
    };
    let bytes = job.ports.workbooks.table(&table, &mut Pages { rows })?;
    let file_name = format!("制卡订单-{}.xlsx", job.today().format("%Y%m%d"));
    let mut uow = job.ports.store.write().await?;
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
        AuditNote::city(format!("导出 {count} 张制卡订单")),
        &answer,
    )
    .await?;
    Ok(answer)
}

fn row(order: OrderRecord, cipher: &dyn Cipher) -> Result<Vec<String>, OpError> {
    let time = |at: Option<i64>| at.map_or_else(String::new, |at| Timestamp::from_ms(at).zh());
    Ok(vec![
        order.district_name,
        order.school_name,
        grade_name(order.grade),
        order.class_number.to_string(),
        order.pupil_name,
        masked_paper(
            cipher,
            order.pupil_id,
            &order.paper_kind,
            &order.paper_sealed,
        )?,
        OrderKind::from_stored(&order.kind)
            .map_or("", OrderKind::zh)
            .to_owned(),
        OrderState::from_stored(&order.state)
            .map_or("", OrderState::zh)
            .to_owned(),
        time(order.approved_at),
        time(order.confirmed_at),
        time(order.requested_at),
        order.batch_no.unwrap_or_default(),
        order.card_no.unwrap_or_default(),
        order.reason.unwrap_or_default(),
    ])
}

/// Hands the rows over in portions.
pub(crate) struct Pages {
    pub(crate) rows: Vec<Vec<String>>,
}

impl TableRows for Pages {
    fn next(&mut self) -> Vec<Vec<String>> {
        std::mem::take(&mut self.rows)
    }
}
