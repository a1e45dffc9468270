//! Ending a lock after failed sign-ins (解锁账户).

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
pub struct UnlockAccountRequest {
    /// Account.
    pub id: AccountId,
}

touches!(UnlockAccountRequest, self => Touched::Account(self.id));

/// # Errors
/// `not_found`, `forbidden`, `account.protected`.
pub async fn run(cx: &mut Cx, request: UnlockAccountRequest) -> Result<AccountView, OpError> {
    let mut account = super::managed(cx, request.id, Permission::UnlockAccounts).await?;
    account.failures = 0;
    account.locked_until = None;
    super::save(cx, &account).await?;
    super::note(cx, &account, "解锁账户").await?;
    super::view(cx, account.id).await
}
