//! A new first password for somebody (重置密码).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::AccountView;
use crate::access::Permission;
use crate::context::Cx;
use crate::error::OpError;
use crate::id::AccountId;
use crate::ops::touches;
use crate::password;
use crate::settings::Settings;

/// The account and its new first password.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResetAccountRequest {
    /// Account.
    pub id: AccountId,
    /// New first password.
    pub password: String,
    /// Whether the next sign-in must change it; true unless said otherwise.
    #[ts(optional)]
    pub forced_change: Option<bool>,
}

touches!(ResetAccountRequest, self => Touched::Account(self.id));

/// The account's sessions end.
///
/// # Errors
/// `password.*`, `not_found`, `forbidden`, `account.protected`.
pub async fn run(cx: &mut Cx, request: ResetAccountRequest) -> Result<AccountView, OpError> {
    let mut account = super::managed(cx, request.id, Permission::UnlockAccounts).await?;
    let settings = Settings::city(&mut *cx.uow).await?;
    let problems = password::judge(&request.password, &account.login, settings.password_profile);
    if !problems.is_empty() {
        return Err(problems.into());
    }
    super::change_password::set(cx, &mut account, &request.password).await?;
    account.must_change = request.forced_change.unwrap_or(true);
    super::save(cx, &account).await?;
    cx.uow.delete_sessions(account.id, None).await?;
    super::note(cx, &account, "重置密码").await?;
    super::view(cx, account.id).await
}
