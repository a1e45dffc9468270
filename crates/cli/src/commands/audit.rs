//! `ekatong audit`: the audit log.

use clap::{Args, Subcommand};
use ekatong_host::Exit;
use serde_json::{Value, json};

use super::{Fields, Page};
use crate::failure::Failure;
use crate::output::{Output, list, moment, next_page, number, text, yes};
use crate::session::{Context, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// 查看审计记录
    List(List),
    /// 校验审计链
    Verify {
        /// 区县代码（不写为范围内的全部）
        #[arg(long, value_name = "代码")]
        district: Option<String>,
    },
    /// 立即清理超过保存天数的记录（平时每天自动清理一次）
    Purge,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// 账号
    #[arg(long, value_name = "账号")]
    login: Option<String>,
    /// 操作，例如 class.create 或 class
    #[arg(long, value_name = "操作")]
    op: Option<String>,
    /// 结果：done 或 refused
    #[arg(long, value_name = "结果")]
    outcome: Option<String>,
    /// 区县代码
    #[arg(long, value_name = "代码")]
    district: Option<String>,
    /// 首日
    #[arg(long, value_name = "日期")]
    from: Option<String>,
    /// 末日（含）
    #[arg(long, value_name = "日期")]
    to: Option<String>,
    #[command(flatten)]
    page: Page,
}

pub(crate) async fn run(command: Audit, context: &Context) -> Result<Exit, Failure> {
    signed_in(context, async |session| match command {
        Audit::List(list) => {
            let request = Fields::new()
                .maybe("login", list.login)
                .maybe("op", list.op)
                .maybe("outcome", list.outcome)
                .maybe("district", list.district)
                .maybe("from", list.from)
                .maybe("to", list.to)
                .page(list.page)
                .done();
            session.show("audit.list", request, table).await
        }
        Audit::Verify { district } => {
            let answer = session
                .call(
                    "audit.verify",
                    Fields::new().maybe("district", district).done(),
                )
                .await?;
            session.output.answer(&answer, |output, answer| {
                if yes(answer, "intact") {
                    output.line(&format!(
                        "{} 条记录，审计链完整。",
                        number(answer, "entries")
                    ));
                    if number(answer, "purged") > 0 {
                        output.line(&format!(
                            "另有 {} 条已按保存天数清理，凭据完整。",
                            number(answer, "purged")
                        ));
                    }
                } else {
                    output.line(&format!("审计链不完整：{}", text(answer, "firstBroken")));
                }
            });
            Ok(if yes(&answer, "intact") {
                Exit::Done
            } else {
                Exit::Rejected
            })
        }
        Audit::Purge => {
            let answer = session.job("audit.purge", json!({})).await?;
            let broken: Vec<&str> = list(&answer, "broken")
                .iter()
                .filter_map(Value::as_str)
                .map(|district| {
                    if district.is_empty() {
                        "全市"
                    } else {
                        district
                    }
                })
                .collect();
            session.output.answer(&answer, |output, answer| {
                output.line(&format!("已清理 {} 条记录。", number(answer, "entries")));
                if !broken.is_empty() {
                    output.line(&format!(
                        "审计链不完整，没有清理：{}。请审计员校验。",
                        broken.join("、")
                    ));
                }
            });
            Ok(if broken.is_empty() {
                Exit::Done
            } else {
                Exit::Rejected
            })
        }
    })
    .await
}

fn table(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|entry| {
            vec![
                moment(entry, "at"),
                text(entry, "login").to_owned(),
                text(entry, "op").to_owned(),
                if text(entry, "outcome") == "refused" {
                    "拒绝"
                } else {
                    "完成"
                }
                .to_owned(),
                text(entry, "summary").to_owned(),
            ]
        })
        .collect();
    output.table(&["时间", "账号", "操作", "结果", "内容"], &rows);
    next_page(output, answer);
}
