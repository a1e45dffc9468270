//! `ekatong district`: districts.

use clap::Subcommand;
use ekatong_host::Exit;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{Output, list, number, text};
use crate::session::{Context, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum District {
    /// 新建区县
    Add {
        /// 区县代码（6 位）
        #[arg(value_name = "代码")]
        code: String,
        /// 名称
        #[arg(value_name = "名称")]
        name: String,
    },
    /// 修改区县名称
    Rename {
        /// 区县代码
        #[arg(value_name = "代码")]
        code: String,
        /// 新名称
        #[arg(value_name = "名称")]
        name: String,
    },
    /// 查看区县
    List,
}

pub(crate) async fn run(command: District, context: &Context) -> Result<Exit, Failure> {
    let one = |output: Output, district: &Value| {
        output.line(&format!(
            "{} {}",
            text(district, "code"),
            text(district, "name")
        ));
    };
    signed_in(context, async |session| match command {
        District::Add { code, name } => {
            session
                .show(
                    "district.create",
                    json!({ "code": code, "name": name }),
                    one,
                )
                .await
        }
        District::Rename { code, name } => {
            session
                .show(
                    "district.rename",
                    json!({ "code": code, "name": name }),
                    one,
                )
                .await
        }
        District::List => {
            session
                .show("district.list", json!({}), |output, answer| {
                    let rows: Vec<Vec<String>> = list(answer, "items")
                        .iter()
                        .map(|item| {
                            vec![
                                text(item, "code").to_owned(),
                                text(item, "name").to_owned(),
                                number(item, "schools").to_string(),
                            ]
                        })
                        .collect();
                    output.table(&["代码", "名称", "学校数"], &rows);
                })
                .await
        }
    })
    .await
}
