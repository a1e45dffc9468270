//! `ekatong demo`: sample districts.

use std::sync::Arc;

use clap::Args;
use ekatong_core::ports::Progress;
use ekatong_host::demo::{DemoOptions, demo};
use ekatong_host::{Exit, HostError};
use serde_json::Value;

use super::init::ask_passphrase;
use crate::failure::Failure;
use crate::output::{list, number, text};
use crate::progress::Bar;
use crate::session::Context;

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// 学校数
    #[arg(long, value_name = "个数")]
    schools: Option<u32>,
    /// 学生数（默认 3000）
    #[arg(long, value_name = "个数")]
    pupils: Option<u64>,
    /// 订单数，不多于学生数（默认为学生数的四分之一）
    #[arg(long, value_name = "个数")]
    orders: Option<u64>,
    /// 种子：相同的种子生成相同的人物
    #[arg(long, value_name = "数字")]
    seed: Option<u64>,
}

pub(crate) async fn run(command: Demo, context: &Context) -> Result<Exit, Failure> {
    let options = DemoOptions {
        schools: command.schools,
        pupils: command.pupils,
        orders: command.orders,
        seed: command.seed,
    };
    let bar = Bar::start();
    let progress = || Arc::clone(&bar) as Arc<dyn Progress>;
    let made = match demo(&context.place, options, None, progress()).await {
        Err(HostError::PassphraseNeeded) => {
            let passphrase = ask_passphrase()?.ok_or(HostError::PassphraseNeeded)?;
            demo(&context.place, options, Some(passphrase.into()), progress()).await
        }
        other => other,
    };
    bar.finish();
    let answer = serde_json::to_value(made?)
        .map_err(|error| Failure::internal("writing the answer", error))?;
    context.output.answer(&answer, |output, answer| {
        let counts = answer.get("counts").cloned().unwrap_or(Value::Null);
        if !counts.is_null() {
            output.note(&format!(
                "演示数据：{}，{} 所学校、{} 个班级、{} 名学生、{} 张订单，人物均为虚构。",
                context.place.shown(),
                number(&counts, "schools"),
                number(&counts, "classes"),
                number(&counts, "pupils"),
                number(&counts, "orders")
            ));
        }
        let rows: Vec<Vec<String>> = list(answer, "accounts")
            .iter()
            .map(|account| {
                ["login", "roleName", "password"]
                    .map(|key| text(account, key).to_owned())
                    .into()
            })
            .collect();
        output.table(&["账号", "角色", "密码"], &rows);
    });
    Ok(Exit::Done)
}
