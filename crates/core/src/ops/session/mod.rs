//! Signing in and out (SEC-1).

pub mod current;
pub mod resume;
pub mod sign_in;
pub mod sign_out;

use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

use crate::access::{Actor, Permission, Role};
use crate::error::OpError;
use crate::id::{AccountId, SchoolId};
use crate::ports::{GrantRecord, UnitOfWork};
use crate::settings::Settings;

/// A role within its scope, as shown.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GrantView {
    /// Role.
    pub role: Role,
    /// District code; absent for the whole city.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub district: Option<String>,
    /// Name of the district.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub district_name: Option<String>,
    /// School.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub school_id: Option<SchoolId>,
    /// Name of the school.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub school_name: Option<String>,
}

impl GrantView {
    /// From the stored grant; none for a role this version does not know.
    #[must_use]
    pub fn from_record(record: GrantRecord) -> Option<Self> {
        Some(Self {
            role: Role::parse(&record.role)?,
            district: record.district,
            district_name: record.district_name,
            school_id: record.school_id,
            school_name: record.school_name,
        })
    }
}

/// The person's session: who, and what the screen may offer.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// Account.
    pub account_id: AccountId,
    /// Login.
    pub login: String,
    /// Name shown.
    pub display_name: String,
    /// Roles with their scopes.
    pub grants: Vec<GrantView>,
    /// Everything the person may do somewhere.
    pub permissions: Vec<Permission>,
    /// The password must be changed before anything else.
    pub must_change_password: bool,
    /// End of the session at the latest; epoch milliseconds.
    #[ts(type = "number")]
    pub expires_at: i64,
    /// Minutes of idleness until the window is locked.
    pub idle_lock_minutes: u32,
    /// True for a database of made-up people.
    pub demo: bool,
}

/// The session as shown.
///
/// # Errors
/// Those of the store.
pub(crate) async fn view(uow: &mut dyn UnitOfWork, actor: &Actor) -> Result<SessionView, OpError> {
    let grants = uow.grants(actor.account).await?;
    Ok(SessionView {
        account_id: actor.account,
        login: actor.login.clone(),
        display_name: actor.display_name.clone(),
        permissions: actor.permissions(),
        grants: grants
            .into_iter()
            .filter_map(GrantView::from_record)
            .collect(),
        must_change_password: actor.must_change,
        expires_at: actor.expires_at,
        idle_lock_minutes: Settings::city(uow).await?.idle_minutes,
        demo: uow.meta("demo").await?.is_some(),
    })
}
