//! Changing one's own password (修改密码).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use crate::context::{AuditNote, Cx};
use crate::error::{Code, OpError, Problem};
pub use crate::ops::session::SessionView;
use crate::ops::touches;
use crate::password;
use crate::settings::{PasswordProfile, Settings};

/// The password until now and the new one.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangePasswordRequest {
    /// Password until now.
    pub current: String,
    /// New password.
    pub new: String,
}

touches!(ChangePasswordRequest, self => Touched::Self_);

/// All other sessions of the account end.
///
/// # Errors
/// `sign_in.refused` on the field `current`; `password.*` on the field `new`.
pub async fn run(cx: &mut Cx, request: ChangePasswordRequest) -> Result<SessionView, OpError> {
    let mut actor = cx.actor()?.clone();
    let mut account = cx
        .uow
        .account(actor.account)
        .await?
        .ok_or(Code::SessionRequired)?;
    if !password::verify(&request.current, &account.password_hash) {
        return Err(Problem::new(Code::SignInRefused)
            .field("current")
            .message("原密码不对，请重新输入。")
            .into());
    }
    let settings = Settings::city(&mut *cx.uow).await?;
    let mut problems = password::judge(&request.new, &account.login, settings.password_profile);
    if settings.password_profile == PasswordProfile::Dengbao {
        let history = cx
            .uow
            .password_history(account.id, password::HISTORY)
            .await?;
        let again = history
            .iter()
            .chain([&account.password_hash])
            .any(|old| password::verify(&request.new, old));
        if again {
            problems.push(Problem::new(Code::PasswordReused));
        }
    }
    if !problems.is_empty() {
        return Err(problems
            .into_iter()
            .map(|problem| problem.field("new"))
            .collect::<Vec<_>>()
            .into());
    }
    set(cx, &mut account, &request.new).await?;
    account.must_change = false;
    super::save(cx, &account).await?;
    cx.uow
        .delete_sessions(account.id, Some(&actor.token_hash))
        .await?;
    cx.note(AuditNote::city(format!("账户：{}", account.login)));
    actor.must_change = false;
    crate::ops::session::view(&mut *cx.uow, &actor).await
}

/// Sets the password of a record and adds the old one to its history.
pub(crate) async fn set(
    cx: &mut Cx,
    account: &mut crate::ports::AccountRecord,
    new: &str,
) -> Result<(), OpError> {
    let hash = password::hash(new)?;
    cx.uow.push_password(account.id, &hash, cx.now.ms()).await?;
    account.password_hash = hash;
    account.password_changed_at = cx.now.ms();
    account.failures = 0;
    account.locked_until = None;
    Ok(())
}
