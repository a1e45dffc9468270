//! Going on after the window was locked for idleness (解锁会话).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::SessionView;
use crate::context::{AuditNote, Cx};
use crate::error::{Code, OpError};
use crate::ops::touches;
use crate::password;
use crate::ports::IndexOf;
use crate::settings::Settings;

/// The password again.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResumeSessionRequest {
    /// Password.
    pub password: String,
}

touches!(ResumeSessionRequest, self => Touched::Self_);

/// # Errors
/// `sign_in.refused`; after too many failures the session ends (`session.required`).
pub async fn run(cx: &mut Cx, request: ResumeSessionRequest) -> Result<SessionView, OpError> {
    let actor = cx.actor()?.clone();
    let account = cx
        .uow
        .account(actor.account)
        .await?
        .ok_or(Code::SessionRequired)?;
    cx.note(AuditNote::city("空闲锁定后继续"));
    if !password::verify(&request.password, &account.password_hash) {
        cx.keep_changes_on_refusal();
        let settings = Settings::city(&mut *cx.uow).await?;
        let address = hex::encode(cx.ports.cipher.index(IndexOf::Address, &cx.address));
        let mut from = cx.uow.address_failures(&address).await?;
        let error =
            super::sign_in::count_failure(cx, Some(account), &address, &mut from, &settings)
                .await?;
        if error.has(Code::SignInLocked) {
            cx.uow.delete_session(&actor.token_hash).await?;
        }
        return Err(error);
    }
    cx.uow.touch_session(&actor.token_hash, cx.now.ms()).await?;
    super::view(&mut *cx.uow, &actor).await
}
