//! The session that is signed in (查看会话).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::SessionView;
use crate::context::Cx;
use crate::error::OpError;
use crate::ops::touches;

/// No input.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CurrentSessionRequest {}

touches!(CurrentSessionRequest, self => Touched::Self_);

/// # Errors
/// `session.required`, `session.locked`.
pub async fn run(cx: &mut Cx, _: CurrentSessionRequest) -> Result<SessionView, OpError> {
    let actor = cx.actor()?.clone();
    super::view(&mut *cx.uow, &actor).await
}
