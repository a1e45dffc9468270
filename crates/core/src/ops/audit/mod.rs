//! The audit log (审计), SEC-3.

pub mod export;
pub mod list;
pub mod purge;
pub mod verify;

use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

use crate::access::{Actor, AuditView as Part, Reach};
use crate::domain::time::DayRange;
use crate::error::{Code, OpError, Problem};
use crate::id::{AuditId, SchoolId};
use crate::ports::{AuditFilter, AuditRecord};

/// Nouns of operations that concern the system, not the district's business.
const TECHNICAL: &[&str] = &["session", "account", "setting", "audit", "system"];

/// An entry as shown.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditView {
    /// Id.
    pub id: AuditId,
    /// When; epoch milliseconds.
    #[ts(type = "number")]
    pub at: i64,
    /// Login as it was then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub login: Option<String>,
    /// Operation.
    pub op: String,
    /// Its name.
    pub op_name: String,
    /// `done` or `refused`.
    #[ts(type = "\"done\" | \"refused\"")]
    pub outcome: String,
    /// District code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub district: Option<String>,
    /// School.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub school_id: Option<SchoolId>,
    /// One line for people.
    pub summary: String,
    /// Where from.
    pub address: String,
    /// True once the entry is part of the chain.
    pub sealed: bool,
}

impl From<AuditRecord> for AuditView {
    fn from(entry: AuditRecord) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            login: entry.login,
            op_name: op_name(&entry.op).to_owned(),
            op: entry.op,
            outcome: entry.outcome,
            district: Some(entry.district).filter(|district| !district.is_empty()),
            school_id: entry.school_id,
            summary: entry.summary,
            address: entry.address,
            sealed: entry.seq.is_some(),
        }
    }
}

/// Name of an operation, or of what a host did without one.
fn op_name(op: &str) -> &str {
    match op {
        "host.init" => "建立数据",
        "host.demo" => "演示数据",
        "key.recover" => "用恢复码打开",
        "key.rewrap" => "换发恢复码",
        _ => crate::registry::find(op).map_or(op, |found| found.zh),
    }
}

/// What a person asks of the log.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) login: Option<String>,
    pub(crate) op: Option<String>,
    pub(crate) outcome: Option<String>,
    pub(crate) district: Option<String>,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
}

/// Narrows the log to the part that the person's role reads (model.md).
///
/// # Errors
/// `forbidden` for a district outside the reach; `date_range.invalid`.
pub(crate) fn filter(actor: &Actor, asked: Asked) -> Result<AuditFilter, OpError> {
    let range = DayRange::parse(asked.from.as_deref(), asked.to.as_deref())?;
    let (from, to) = range.bounds_ms();
    let mut filter = AuditFilter {
        login: asked
            .login
            .map(|login| login.trim().to_lowercase())
            .filter(|login| !login.is_empty()),
        op: asked.op.filter(|op| !op.is_empty()),
        outcome: asked.outcome.filter(|outcome| !outcome.is_empty()),
        from,
        to,
        ..AuditFilter::default()
    };
    let reads = |part: Part| actor.reach_of(|role| role.audit_view() == part);
    let (all, business) = (reads(Part::All), reads(Part::Business));
    let wide = |reach: &Reach| match reach {
        Reach::City => Some(None),
        Reach::Parts { districts, .. } if !districts.is_empty() => Some(Some(districts.clone())),
        Reach::Parts { .. } => None,
    };
    if let Some(districts) = wide(&all) {
        filter.districts = districts;
    } else if let Some(districts) = wide(&business) {
        filter.districts = districts;
    } else if reads(Part::Technical).is_somewhere() {
        filter.nouns = Some(TECHNICAL.iter().map(|noun| (*noun).to_owned()).collect());
    } else {
        filter.account = Some(actor.account);
    }
    if let Some(code) = asked.district.filter(|code| !code.is_empty()) {
        if filter
            .districts
            .as_ref()
            .is_some_and(|own| !own.contains(&code))
        {
            return Err(Problem::new(Code::Forbidden).field("district").into());
        }
        filter.districts = Some(vec![code]);
    }
    Ok(filter)
}
