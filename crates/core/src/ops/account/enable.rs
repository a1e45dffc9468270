//! Enabling an account again (启用账户).

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
pub struct EnableAccountRequest {
    /// Account.
    pub id: AccountId,
}

touches!(EnableAccountRequest, self => Touched::Account(self.id));

/// # Errors
/// `not_found`, `forbidden`, `account.protected`.
pub async fn run(cx: &mut Cx, request: EnableAccountRequest) -> Result<AccountView, OpError> {
    let mut account = super::managed(cx, request.id, Permission::ManageAccounts).await?;
    account.disabled = false;
    super::save(cx, &account).await?;
    super::note(cx, &account, "启用账户").await?;
    super::view(cx, account.id).await
}
