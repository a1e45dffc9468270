//! Other roles for an account (修改账户角色).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::AccountView;
use super::GrantInput;
use crate::access::Permission;
use crate::context::Cx;
use crate::error::{Code, OpError};
use crate::id::AccountId;
use crate::ops::touches;

/// The account and all its roles from now on.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetGrantsRequest {
    /// Account.
    pub id: AccountId,
    /// Version the person saw.
    #[ts(type = "number")]
    pub version: i64,
    /// Roles with their scopes.
    pub grants: Vec<GrantInput>,
}

touches!(SetGrantsRequest, self => Touched::Account(self.id));

/// The account's sessions end, so that nothing goes on with the old roles.
///
/// # Errors
/// `role.*`, `version.conflict`, `not_found`, `forbidden`, `account.protected`.
pub async fn run(cx: &mut Cx, request: SetGrantsRequest) -> Result<AccountView, OpError> {
    let account = super::managed(cx, request.id, Permission::ManageAccounts).await?;
    if account.version != request.version {
        return Err(Code::VersionConflict.into());
    }
    let grants = super::check_grants(cx, &request.grants).await?;
    super::save(cx, &account).await?;
    cx.uow.put_grants(account.id, &grants).await?;
    cx.uow.delete_sessions(account.id, None).await?;
    super::note(cx, &account, "修改角色").await?;
    super::view(cx, account.id).await
}
