//! `ekatong setting`: settings of the city and of districts.

use clap::Subcommand;
use ekatong_host::Exit;

use super::Fields;
use crate::failure::Failure;
use crate::output::{list, text};
use crate::session::{Context, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum Setting {
    /// 修改设置
    Set {
        /// 设置项，例如 import.row_limit
        #[arg(value_name = "设置项")]
        key: String,
        /// 值
        #[arg(value_name = "值")]
        value: String,
        /// 区县代码（不写为全市）
        #[arg(long, value_name = "代码")]
        district: Option<String>,
    },
    /// 查看设置
    List {
        /// 区县代码（不写为全市）
        #[arg(long, value_name = "代码")]
        district: Option<String>,
    },
}

pub(crate) async fn run(command: Setting, context: &Context) -> Result<Exit, Failure> {
    signed_in(context, async |session| match command {
        Setting::Set {
            key,
            value,
            district,
        } => {
            let request = Fields::new()
                .with("key", key)
                .with("value", value)
                .maybe("district", district)
                .done();
            session
                .show("setting.set", request, |output, setting| {
                    output.line(&format!(
                        "{}：{}",
                        text(setting, "name"),
                        text(setting, "value")
                    ));
                })
                .await
        }
        Setting::List { district } => {
            let request = Fields::new().maybe("district", district).done();
            session
                .show("setting.list", request, |output, answer| {
                    let rows: Vec<Vec<String>> = list(answer, "items")
                        .iter()
                        .map(|item| {
                            ["key", "value", "defaultValue", "name"]
                                .map(|key| text(item, key).to_owned())
                                .into()
                        })
                        .collect();
                    output.table(&["设置项", "值", "默认", "说明"], &rows);
                })
                .await
        }
    })
    .await
}
