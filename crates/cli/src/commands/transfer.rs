//! `ekatong pupil transfer`: children who change schools.

use clap::Subcommand;
use ekatong_host::Exit;
use serde_json::{Value, json};
use uuid::Uuid;

use super::registration::{ListMoves, moves, table};
use super::{Fields, id};
use crate::failure::Failure;
use crate::output::Output;
use crate::resolve::{ClassPlace, class_place};
use crate::secrets;
use crate::session::{Context, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum Transfer {
    /// 申请转入在其他学校就读的学生
    Request {
        /// 新学校的代码
        #[arg(long, value_name = "代码")]
        school: String,
        /// 证件号码；写 - 从标准输入读取
        #[arg(long, value_name = "号码", allow_hyphen_values = true)]
        id_number: String,
        /// 班级，例如 7-3
        #[arg(long, value_name = "班级", value_parser = class_place)]
        class: ClassPlace,
        /// 原因
        #[arg(long, value_name = "原因")]
        reason: String,
    },
    /// 同意转出；区里和市里可以代学校决定
    Release {
        /// 申请编号
        #[arg(value_name = "编号", value_parser = id)]
        transfer: Uuid,
        /// 原学校的代码
        #[arg(long, value_name = "代码")]
        school: String,
    },
    /// 不同意转出
    Refuse {
        /// 申请编号
        #[arg(value_name = "编号", value_parser = id)]
        transfer: Uuid,
        /// 原学校的代码
        #[arg(long, value_name = "代码")]
        school: String,
        /// 原因
        #[arg(long, value_name = "原因")]
        reason: String,
    },
    /// 撤回转入申请
    Withdraw {
        /// 申请编号
        #[arg(value_name = "编号", value_parser = id)]
        transfer: Uuid,
        /// 新学校的代码
        #[arg(long, value_name = "代码")]
        school: String,
    },
    /// 查看转入转出
    List(ListMoves),
}

pub(crate) async fn run(command: Transfer, context: &Context) -> Result<Exit, Failure> {
    match command {
        Transfer::Request {
            school,
            id_number,
            class,
            reason,
        } => {
            let number = secrets::argument(id_number)?;
            signed_in(context, async |session| {
                let request = Fields::new()
                    .with("schoolId", session.school_id(&school).await?.to_string())
                    .with("paperNumber", number)
                    .with("grade", class.grade)
                    .with("classNumber", class.number)
                    .with("reason", reason)
                    .done();
                session.show("transfer.request", request, one).await
            })
            .await
        }
        Transfer::Release { transfer, school } => {
            signed_in(context, async |session| {
                let school = session.school_id(&school).await?;
                let request = json!({ "fromSchoolId": school, "id": transfer });
                session.show("transfer.release", request, one).await
            })
            .await
        }
        Transfer::Refuse {
            transfer,
            school,
            reason,
        } => {
            signed_in(context, async |session| {
                let school = session.school_id(&school).await?;
                let request = json!({ "fromSchoolId": school, "id": transfer, "reason": reason });
                session.show("transfer.refuse", request, one).await
            })
            .await
        }
        Transfer::Withdraw { transfer, school } => {
            signed_in(context, async |session| {
                let school = session.school_id(&school).await?;
                let request = json!({ "schoolId": school, "id": transfer });
                session
                    .show("transfer.withdraw", request, |output, _| {
                        output.line("已撤回。");
                    })
                    .await
            })
            .await
        }
        Transfer::List(list) => moves(context, "transfer.list", list).await,
    }
}

fn one(output: Output, answer: &Value) {
    table(output, &json!({ "items": [answer] }));
}
