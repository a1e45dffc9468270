//! The whole list as a workbook or as text with commas (导出制卡订单).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use super::OrderFilter;
use crate::access::Permission;
use crate::context::Job;
use crate::domain::order::{OrderKind, OrderState};
use crate::domain::time::Timestamp;
use crate::error::OpError;
use crate::ops::class::grade_name;
pub use crate::ops::export::ExportedFile;
use crate::ops::export::{Export, ExportFormat, PAGE};
use crate::ops::pupil::masked_paper;
use crate::ops::touches;
use crate::ports::{Cipher, OrderCursor, OrderRecord};

/// Filter.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportOrdersRequest {
    /// Filter.
    #[serde(default)]
    pub filter: OrderFilter,
    /// Kind of file; a workbook when absent.
    #[ts(optional)]
    pub format: Option<ExportFormat>,
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
    let format = request.format.unwrap_or_default();
    let reach = job.actor.reach(Permission::ReadOrders);
    let cipher = job.ports.cipher.clone();
    let mut uow = job.ports.store.read().await?;
    let queries = super::queries(&mut *uow, &*cipher, &reach, &request.filter, job.today()).await?;
    let mut export = Export::start_as(format, job, "制卡订单", &COLUMNS);
    let mut after = None;
    loop {
        let page = super::list::page(&mut *uow, &queries, after, PAGE).await?;
        let last = page.len() < PAGE as usize;
        after = page.last().map(|order| OrderCursor {
            confirmed_at: order.confirmed_at,
            id: order.id,
        });
        let rows = page
            .into_iter()
            .map(|order| row(order, &*cipher))
            .collect::<Result<_, _>>()?;
        export.push(job, rows).await?;
        if last {
            break;
        }
    }
    uow.rollback().await?;
    export.finish(job).await
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
