//! Disabling an account (停用账户): its sessions end.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::AccountView;
use crate::access::Permission;
use crate::context::Cx;
use crate::error::OpError;
use crate::id::AccountId;
use crate::ops::touches;

/// Which account.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisableAccountRequest {
    /// Account.
    pub id: AccountId,
}

touches!(DisableAccountRequest, self => Touched::Account(self.id));

/// # Errors
/// `not_found`, `forbidden`, `account.protected`: nobody disables oneself, so one city admin is always left.
pub async fn run(cx: &mut Cx, request: DisableAccountRequest) -> Result<AccountView, OpError> {
    let mut account = super::managed(cx, request.id, Permission::ManageAccounts).await?;
    account.disabled = true;
    super::save(cx, &account).await?;
    cx.uow.delete_sessions(account.id, None).await?;
    super::note(cx, &account, "停用账户").await?;
    super::view(cx, account.id).await
}
