//! Who leaves the list of a district on a day, and taking them out.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

use crate::context::AuditNote;
use crate::domain::application::PupilStatus;
use crate::domain::extension::{ExtensionFacts, LeaveReason, Leaving, is_normal, leaving};
use crate::domain::time::{Timestamp, parse_date};
use crate::error::OpError;
use crate::id::{AccountId, ExtensionId, ExtensionRunId};
use crate::ports::{
    DistrictRecord, ExtensionQuery, ExtensionRecord, ExtensionRunRecord, UnitOfWork,
};
use crate::settings::{ExtensionSettings, Settings};

/// Entries read at once.
const BLOCK: u32 = 500;

/// How many leave for one reason.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeavingCount {
    /// Reason.
    pub reason: LeaveReason,
    /// Its name.
    pub name: String,
    /// Entries.
    #[ts(type = "number")]
    pub count: i64,
}

/// Who cleans: the schedule keeps what a person put back, and what it has looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// A person, who has seen who leaves.
    Hand(AccountId),
    /// The schedule, which looked the last time on this day.
    Schedule(Option<NaiveDate>),
}

/// Who leaves the list of a district.
pub(crate) struct Plan {
    pub(crate) settings: ExtensionSettings,
    /// Entries in the list.
    pub(crate) checked: i64,
    /// Those that leave, newest first.
    pub(crate) leaving: Vec<(ExtensionRecord, Leaving)>,
}

impl Plan {
    /// How many leave for each reason that there is.
    pub(crate) fn counts(&self) -> Vec<LeavingCount> {
        LeaveReason::ALL
            .into_iter()
            .filter_map(|reason| {
                let fitting = self.leaving.iter().filter(|(_, l)| l.reason == reason);
                let count = i64::try_from(fitting.count()).ok()?;
                (count > 0).then(|| LeavingCount {
                    reason,
                    name: reason.zh().to_owned(),
                    count,
                })
            })
            .collect()
    }
}

/// When and why an entry leaves under a district's settings, as things are now; for lists
/// without `by`.
pub(crate) fn leaving_of(
    entry: &ExtensionRecord,
    settings: &ExtensionSettings,
    by: Option<By>,
) -> Option<Leaving> {
    let made = Timestamp::from_ms(entry.made_at).date();
    let date = |text: &Option<String>| text.as_deref().and_then(parse_date);
    // A person has seen who leaves; the schedule keeps what a person put back.
    let (restored, looked) = match by {
        Some(By::Schedule(looked)) => (date(&entry.restored_on), looked),
        Some(By::Hand(_)) | None => (None, None),
    };
    let normal = PupilStatus::from_stored(&entry.status)
        .is_none_or(|status| is_normal(status, entry.registered, &settings.abnormal));
    let facts = ExtensionFacts {
        since: restored.map_or(made, |day| day.max(made)),
        looked,
        expires_on: date(&entry.expires_on),
        left_grade_9: entry.left_grade_9.and_then(|year| i32::try_from(year).ok()),
        normal,
    };
    leaving(settings.policy, &facts)
}

/// Looks through the list of a district; the rows are locked in a write transaction.
///
/// # Errors
/// Those of the store.
pub(crate) async fn plan(
    uow: &mut dyn UnitOfWork,
    district: &str,
    on: NaiveDate,
    by: By,
) -> Result<Plan, OpError> {
    let settings = Settings::extensions(uow, district).await?;
    let query = ExtensionQuery {
        district: Some(district.to_owned()),
        ..ExtensionQuery::default()
    };
    let mut plan = Plan {
        settings,
        checked: 0,
        leaving: Vec::new(),
    };
    let mut before: Option<ExtensionId> = None;
    loop {
        let entries = uow.extensions(&query, before, BLOCK).await?;
        let Some(last) = entries.last() else {
            return Ok(plan);
        };
        before = Some(last.id);
        for entry in entries {
            plan.checked += 1;
            let leaving = leaving_of(&entry, &plan.settings, Some(by));
            if let Some(leaving) = leaving.filter(|leaving| leaving.day <= on) {
                plan.leaving.push((entry, leaving));
            }
        }
    }
}

/// Takes out who leaves; the cleaning with its note for the audit log, or none when nobody does.
///
/// # Errors
/// Those of the store.
pub(crate) async fn carry_out(
    uow: &mut dyn UnitOfWork,
    district: &DistrictRecord,
    plan: &Plan,
    on: NaiveDate,
    by: By,
    now: Timestamp,
) -> Result<Option<(ExtensionRunRecord, AuditNote)>, OpError> {
    if plan.leaving.is_empty() {
        return Ok(None);
    }
    let run_by = match by {
        By::Hand(account) => Some(account),
        By::Schedule(_) => None,
    };
    let run = ExtensionRunRecord {
        id: ExtensionRunId(crate::id::new()),
        district: district.code.clone(),
        district_name: district.name.clone(),
        on_day: on.to_string(),
        policy: plan.settings.policy.as_str().to_owned(),
        removed: i64::try_from(plan.leaving.len()).unwrap_or(i64::MAX),
        run_at: now.ms(),
        run_by,
        run_by_login: None,
        undone_at: None,
        undone_by_login: None,
        restored: 0,
    };
    let leaving: Vec<(ExtensionId, &'static str)> = plan
        .leaving
        .iter()
        .map(|(entry, leaving)| (entry.id, leaving.reason.as_str()))
        .collect();
    uow.take_out(&run, &leaving).await?;
    let counts = plan.counts();
    let reasons: Vec<String> = counts
        .iter()
        .map(|count| format!("{} {} 名", count.name, count.count))
        .collect();
    let summary = format!(
        "清理临时增效（{}，{on}）：移出 {} 名，{}",
        plan.settings.policy.zh(),
        run.removed,
        reasons.join("、")
    );
    let note = AuditNote::district(district.code.clone(), summary)
        .with(serde_json::json!({ "run": run.id, "date": run.on_day, "counts": counts }))
        .about(plan.leaving.iter().map(|(entry, _)| entry.pupil_id.0));
    Ok(Some((run, note)))
}
