//! Production batches and result files (制卡批次与结果文件), CARD-4 and CARD-5.
//!
//! Orders that are confirmed are checked and put into a batch ([`create`]); its package is
//! built once, when it is first exported ([`export`]), and stays as it is; the bureau's result
//! file is read back ([`return_`]) until every order has its result ([`close`]).

pub mod close;
pub mod create;
pub mod delete_template;
pub mod discard;
pub mod export;
pub mod fail;
pub mod lines;
pub mod list;
mod package;
pub mod preview;
pub mod preview_return;
mod reading;
pub mod return_;
pub mod save_template;
pub mod show;
pub mod templates;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::context::{AuditNote, Cx};
use crate::domain::batch::{BatchState, Ledger};
use crate::domain::time::Timestamp;
use crate::error::{Code, OpError, Problem};
use crate::id::{BatchId, OrderId};
use crate::ops::order::check::OrderFault;
use crate::ops::page::ListScope;
use crate::ports::{BatchFilter, BatchRecord, UnitOfWork};
use crate::production::template::{TemplateContent, samples};
use crate::settings::Settings;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Orders that one batch takes.
pub(crate) const LIMIT: usize = 5_000;

/// A batch as shown.
#[derive(Debug, Clone, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchView {
    /// Id.
    pub id: BatchId,
    /// Batch number.
    pub batch_no: String,
    /// District code.
    pub district: String,
    /// Its name.
    pub district_name: String,
    /// State.
    #[ts(as = "BatchState")]
    pub state: String,
    /// Its name.
    pub state_name: String,
    /// Name of the template.
    pub template_name: String,
    /// Orders.
    #[ts(type = "number")]
    pub ordered: i64,
    /// Cards made.
    #[ts(type = "number")]
    pub made: i64,
    /// Failures.
    #[ts(type = "number")]
    pub failed: i64,
    /// Orders without a result: ordered = made + failed + missing.
    #[ts(type = "number")]
    pub missing: i64,
    /// When it was made; epoch milliseconds.
    #[ts(type = "number")]
    pub created_at: i64,
    /// By whom.
    pub created_by: String,
    /// When its package was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub handed_over_at: Option<i64>,
    /// When it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub closed_at: Option<i64>,
    /// File name of its package.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub package_name: Option<String>,
    /// SHA-256 of its package.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub package_sha256: Option<String>,
    /// Grows with each change.
    #[ts(type = "number")]
    pub version: i64,
}

impl BatchView {
    /// From the stored batch.
    #[must_use]
    pub fn new(batch: &BatchRecord) -> Self {
        Self {
            id: batch.id,
            batch_no: batch.batch_no.clone(),
            district: batch.district.clone(),
            district_name: batch.district_name.clone(),
            state_name: BatchState::from_stored(&batch.state)
                .map_or("", BatchState::zh)
                .to_owned(),
            state: batch.state.clone(),
            template_name: batch.template_name.clone(),
            ordered: batch.ordered,
            made: batch.made,
            failed: batch.failed,
            missing: ledger(batch).missing(),
            created_at: batch.created_at,
            created_by: batch.created_by_name.clone(),
            handed_over_at: batch.handed_over_at,
            closed_at: batch.closed_at,
            package_name: batch.package_name.clone(),
            package_sha256: batch.package_sha256.map(hex::encode),
            version: batch.version,
        }
    }
}

pub(crate) const fn ledger(batch: &BatchRecord) -> Ledger {
    Ledger {
        ordered: batch.ordered,
        made: batch.made,
        failed: batch.failed,
    }
}

/// A file of a package, as its manifest names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PackageFile {
    /// Name inside the package.
    pub name: String,
    /// Bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// SHA-256.
    pub sha256: String,
}

/// The batch, locked, in the state that a step needs.
///
/// # Errors
/// `batch.unknown`, `batch.state`.
pub(crate) async fn in_state(
    uow: &mut dyn UnitOfWork,
    id: BatchId,
    wanted: BatchState,
    what: &str,
) -> Result<BatchRecord, OpError> {
    let batch = uow.batch(id).await?.ok_or(Code::BatchUnknown)?;
    state_of(&batch)?.require(wanted, what)?;
    Ok(batch)
}

pub(crate) fn state_of(batch: &BatchRecord) -> Result<BatchState, OpError> {
    BatchState::from_stored(&batch.state)
        .ok_or_else(|| OpError::internal("reading a batch", "unknown state"))
}

/// The template of a batch as it was when the batch was made.
pub(crate) fn template_of(batch: &BatchRecord) -> Result<TemplateContent, OpError> {
    serde_json::from_str(&batch.template)
        .map_err(|source| OpError::internal("reading a column template", source))
}

/// The template of a name: the district's own, else a shipped one. Without a name the
/// district's first, else the first that is shipped.
///
/// # Errors
/// `template.unknown`.
pub(crate) async fn template_named(
    uow: &mut dyn UnitOfWork,
    district: &str,
    name: Option<&str>,
) -> Result<(String, TemplateContent), OpError> {
    let own = uow.card_templates(district).await?;
    let found = own
        .into_iter()
        .find(|template| name.is_none_or(|name| template.name == name));
    if let Some(template) = found {
        let content = serde_json::from_str(&template.content)
            .map_err(|source| OpError::internal("reading a column template", source))?;
        return Ok((template.name, content));
    }
    samples()
        .into_iter()
        .find(|(sample, _)| name.is_none_or(|name| *sample == name))
        .map(|(sample, content)| (sample.to_owned(), content))
        .ok_or_else(|| Problem::new(Code::TemplateUnknown).field("template").into())
}

/// The note of a change of a batch.
pub(crate) fn note(batch: &BatchRecord, summary: impl Into<String>) -> AuditNote {
    AuditNote::district(batch.district.clone(), summary)
        .with(serde_json::json!({ "batch": batch.batch_no }))
}

/// Every line of a batch, in its order.
pub(crate) async fn all_lines(
    uow: &mut dyn UnitOfWork,
    id: BatchId,
    result: Option<&str>,
) -> Result<Vec<crate::ports::BatchLineRecord>, OpError> {
    let mut lines = Vec::new();
    loop {
        let after = lines
            .last()
            .map_or(0, |line: &crate::ports::BatchLineRecord| line.number);
        let page = uow.batch_lines(id, result, after, 500).await?;
        let last = page.len() < 500;
        lines.extend(page);
        if last {
            return Ok(lines);
        }
    }
}

/// Takes orders out of a batch that is not handed over: they are confirmed again.
pub(crate) async fn release(
    cx: &mut dyn UnitOfWork,
    batch: BatchId,
    orders: &[OrderId],
    reasons: &std::collections::HashMap<OrderId, String>,
    by: crate::id::AccountId,
    now: i64,
) -> Result<(), OpError> {
    let records = cx.orders_by_ids(orders).await?;
    let steps = super::order::steps_of(
        &records,
        crate::domain::order::OrderStep::Release,
        |order| reasons.get(&order.id).cloned(),
    )?;
    cx.step_orders(&steps, by, now).await?;
    cx.drop_batch_lines(batch, orders).await
}

/// Batches at the bureau for longer than each district allows: one filter a district.
pub(crate) async fn overdue(
    uow: &mut dyn UnitOfWork,
    scopes: Vec<ListScope>,
    now: Timestamp,
) -> Result<Vec<BatchFilter>, OpError> {
    let mut districts = Vec::new();
    for scope in scopes {
        match scope {
            ListScope::City => {
                districts.extend(uow.districts().await?.into_iter().map(|d| d.code));
            }
            ListScope::District(code) => districts.push(code),
            // A school has no batches.
            ListScope::School(_) => {}
        }
    }
    let mut filters = Vec::with_capacity(districts.len());
    for district in districts {
        let days = Settings::district(uow, &district).await?.batch_days;
        filters.push(BatchFilter {
            district: Some(district),
            state: Some(BatchState::HandedOver.as_str().to_owned()),
            handed_over_before: Some(now.ms() - i64::from(days) * DAY_MS),
        });
    }
    Ok(filters)
}

/// The refusal of a batch that would be empty, with the first causes.
pub(crate) fn nothing_ready(faults: &[OrderFault]) -> Vec<Problem> {
    let causes = faults.iter().take(20).map(|fault| {
        let mut problem = fault.problem.clone();
        problem.message = format!("{}：{}", fault.pupil_name, problem.message);
        problem
    });
    std::iter::once(Problem::new(Code::BatchNothingReady))
        .chain(causes)
        .collect()
}

/// Account and moment of a change.
pub(crate) fn by(cx: &Cx) -> Result<(crate::id::AccountId, i64), OpError> {
    Ok((cx.actor()?.account, cx.now.ms()))
}
