//! `ekatong status`: where the data is, and whether it opens.

use ekatong_host::{Exit, LocalHost};

use crate::failure::Failure;
use crate::output::text;
use crate::session::Context;

pub(crate) async fn run(context: &Context) -> Result<Exit, Failure> {
    let state = LocalHost::state(&context.place).await?;
    let mut answer = serde_json::to_value(state)
        .map_err(|error| Failure::internal("writing the answer", error))?;
    // The sign-in page offers the demo's accounts; here they would land in a log.
    if let Some(answer) = answer.as_object_mut() {
        answer.remove("demoAccounts");
    }
    context.output.answer(&answer, |output, answer| {
        let state = match text(answer, "state") {
            "empty" => "还没有数据",
            "locked" => "已上锁，需要口令或恢复码",
            _ => "可以打开",
        };
        output.line(&format!("位置：{}", text(answer, "dataDir")));
        output.line(&format!("状态：{state}"));
        output.line(&format!("版本：{}", text(answer, "version")));
    });
    Ok(Exit::Done)
}
