//! Signing out (退出登录): the session ends on the backend.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::context::{AuditNote, Cx};
use crate::error::OpError;
use crate::ops::touches;

/// No input.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignOutRequest {}

/// Nothing.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignOutResponse {}

touches!(SignOutRequest, self => Touched::Self_);

/// # Errors
/// `session.required`.
pub async fn run(cx: &mut Cx, _: SignOutRequest) -> Result<SignOutResponse, OpError> {
    let actor = cx.actor()?.clone();
    cx.uow.delete_session(&actor.token_hash).await?;
    cx.note(AuditNote::city("退出登录"));
    Ok(SignOutResponse {})
}
