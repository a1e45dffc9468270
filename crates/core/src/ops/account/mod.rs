//! Accounts and their roles (SEC-1).

pub mod change_password;
pub mod create;
pub mod disable;
pub mod enable;
pub mod list;
pub mod reset;
pub mod set_grants;
pub mod unlock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::access::{Actor, Permission, Place, Role, forbidden};
use crate::context::{AuditNote, Cx};
use crate::error::{Code, OpError, Problem};
use crate::id::{AccountId, SchoolId};
use crate::ops::session::GrantView;
use crate::ports::{AccountRecord, GrantRecord};

/// An account as shown.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// Id.
    pub id: AccountId,
    /// Login.
    pub login: String,
    /// Name shown.
    pub display_name: String,
    /// Roles with their scopes.
    pub grants: Vec<GrantView>,
    /// May not sign in.
    pub disabled: bool,
    /// Locked until; epoch milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub locked_until: Option<i64>,
    /// The password must be changed at the next sign-in.
    pub must_change_password: bool,
    /// Last good sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub last_sign_in_at: Option<i64>,
    /// Made at.
    #[ts(type = "number")]
    pub created_at: i64,
    /// Grows with each change.
    #[ts(type = "number")]
    pub version: i64,
}

/// A role to be granted, with its scope.
#[derive(Debug, Clone, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GrantInput {
    /// Role.
    pub role: Role,
    /// District code; absent for the whole city.
    #[ts(optional)]
    pub district: Option<String>,
    /// School.
    #[ts(optional)]
    pub school_id: Option<SchoolId>,
}

impl AccountView {
    /// From the stored account and its grants.
    #[must_use]
    pub fn new(account: AccountRecord, grants: Vec<GrantRecord>, now: i64) -> Self {
        Self {
            id: account.id,
            login: account.login,
            display_name: account.display_name,
            grants: grants
                .into_iter()
                .filter_map(GrantView::from_record)
                .collect(),
            disabled: account.disabled,
            locked_until: account.locked_until.filter(|until| *until > now),
            must_change_password: account.must_change,
            last_sign_in_at: account.last_sign_in_at,
            created_at: account.created_at,
            version: account.version,
        }
    }
}

/// The account as shown, after a change.
pub(crate) async fn view(cx: &mut Cx, id: AccountId) -> Result<AccountView, OpError> {
    let account = cx.uow.account(id).await?.ok_or(Code::NotFound)?;
    let grants = cx.uow.grants(id).await?;
    Ok(AccountView::new(account, grants, cx.now.ms()))
}

/// Checks that the person may give these roles, and gives them the stored form.
///
/// # Errors
/// `role.required`, `role.scope_mismatch`, `district.unknown`, `school.unknown`, `forbidden`.
pub(crate) async fn check_grants(
    cx: &mut Cx,
    inputs: &[GrantInput],
) -> Result<Vec<GrantRecord>, OpError> {
    if inputs.is_empty() {
        return Err(Problem::new(Code::RoleRequired).field("grants").into());
    }
    let districts = cx.uow.districts().await?;
    let mut records = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        let field = format!("grants.{index}");
        let school = match input.school_id {
            Some(id) => Some(
                cx.uow
                    .school(id)
                    .await?
                    .ok_or_else(|| Problem::new(Code::SchoolUnknown).field(&field))?,
            ),
            None => None,
        };
        let district = match (&input.district, &school) {
            (Some(code), Some(school)) if *code != school.district => {
                return Err(Problem::new(Code::RoleScopeMismatch)
                    .field(field)
                    .message("学校不属于所选区县。")
                    .into());
            }
            (_, Some(school)) => Some(school.district.clone()),
            (code, None) => code.clone(),
        };
        if !input
            .role
            .allows_scope(district.is_some(), school.is_some())
        {
            return Err(Problem::new(Code::RoleScopeMismatch)
                .field(field)
                .message(scope_text(input.role))
                .into());
        }
        let district_name = match &district {
            Some(code) => Some(
                districts
                    .iter()
                    .find(|district| &district.code == code)
                    .map(|district| district.name.clone())
                    .ok_or_else(|| Problem::new(Code::DistrictUnknown).field(&field))?,
            ),
            None => None,
        };
        let record = GrantRecord {
            role: input.role.as_str().to_owned(),
            district,
            district_name,
            school_id: school.as_ref().map(|school| school.id),
            school_name: school.map(|school| school.name),
        };
        if !may_manage(cx.actor()?, input.role, &Place::of_grant(&record)) {
            return Err(forbidden(Permission::ManageAccounts));
        }
        records.push(record);
    }
    Ok(records)
}

const fn scope_text(role: Role) -> &'static str {
    match role {
        Role::CityAdmin => "市级管理员的范围是全市，请不要选择区县或学校。",
        Role::Operator => "运维的范围是全市，请不要选择区县或学校。",
        Role::DistrictAdmin => "区级管理员须选择一个区县，不选学校。",
        Role::SchoolStaff => "学校管理员须选择一所学校。",
        Role::CardOffice => "卡务的范围是全市或一个区县，请不要选择学校。",
        Role::Auditor => "审计员的范围是全市或一个区县，请不要选择学校。",
    }
}

/// True when one of the person's roles manages this role in this place.
fn may_manage(actor: &Actor, role: Role, place: &Place) -> bool {
    actor
        .reach_of(|own| own.manages().contains(&role))
        .covers(place)
}

/// An account that the person wants to change, checked.
///
/// # Errors
/// `not_found`; `forbidden` when the person does not manage every role it holds;
/// `account.protected` for one's own account.
pub(crate) async fn managed(
    cx: &mut Cx,
    id: AccountId,
    permission: Permission,
) -> Result<AccountRecord, OpError> {
    let account = cx.uow.account(id).await?.ok_or(Code::NotFound)?;
    let actor = cx.actor()?.clone();
    if actor.account == id {
        return Err(Problem::new(Code::AccountProtected)
            .message("不能对自己的账户做这个操作，请由另一位管理员来做。")
            .into());
    }
    // The operator unlocks and resets anybody (model.md); all others only whom they manage.
    let by_duty = permission == Permission::UnlockAccounts
        && actor
            .grants
            .iter()
            .any(|grant| grant.role == Role::Operator);
    if !by_duty {
        for grant in cx.uow.grants(id).await? {
            let Some(role) = Role::parse(&grant.role) else {
                continue;
            };
            if !may_manage(&actor, role, &Place::of_grant(&grant)) {
                return Err(forbidden(permission));
            }
        }
    }
    Ok(account)
}

/// The audit note of a change to an account.
pub(crate) async fn note(cx: &mut Cx, account: &AccountRecord, what: &str) -> Result<(), OpError> {
    let home = cx
        .uow
        .grants(account.id)
        .await?
        .into_iter()
        .find_map(|grant| grant.district);
    let note = AuditNote::district(
        home.unwrap_or_default(),
        format!("{what}：{}", account.login),
    )
    .with(serde_json::json!({ "account": account.id }));
    cx.note(note);
    Ok(())
}

/// Writes an account back.
///
/// # Errors
/// `version.conflict`.
pub(crate) async fn save(cx: &mut Cx, account: &AccountRecord) -> Result<(), OpError> {
    if cx.uow.update_account(account).await? {
        Ok(())
    } else {
        Err(Code::VersionConflict.into())
    }
}
