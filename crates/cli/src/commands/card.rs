//! `ekatong card`: cards by their numbers.

use clap::{Args, Subcommand};
use ekatong_host::Exit;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{class_of, id};
use crate::failure::Failure;
use crate::output::{Output, list, moment, text};
use crate::session::{Context, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum Card {
    /// 按 E卡通号、卡序列号（不分大小写）或市民卡卡号查找
    Find {
        /// 号码
        #[arg(value_name = "号码")]
        number: String,
    },
    /// 查看一张卡：持卡人、订单、办理记录和增效记录
    Show(Which),
    /// 挂失
    Lose(WhichWithReason),
    /// 解除挂失
    Restore(Which),
    /// 作废
    Invalidate(WhichWithReason),
}

#[derive(Debug, Args)]
pub(crate) struct Which {
    /// 卡片编号（查找结果中的编号）
    #[arg(value_name = "编号", value_parser = id)]
    id: Uuid,
}

#[derive(Debug, Args)]
pub(crate) struct WhichWithReason {
    /// 卡片编号（查找结果中的编号）
    #[arg(value_name = "编号", value_parser = id)]
    id: Uuid,
    /// 原因
    #[arg(
        long,
        value_name = "原因",
        default_value = "",
        hide_default_value = true
    )]
    reason: String,
}

pub(crate) async fn run(command: Card, context: &Context) -> Result<Exit, Failure> {
    signed_in(context, async |session| {
        let (op, request) = match command {
            Card::Find { number } => {
                let request = json!({ "number": number });
                return session.show("card.find", request, found).await;
            }
            Card::Show(which) => {
                let request = json!({ "id": which.id });
                return session.show("card.show", request, page).await;
            }
            Card::Lose(which) => (
                "card.lose",
                json!({ "id": which.id, "reason": which.reason }),
            ),
            Card::Restore(which) => ("card.restore", json!({ "id": which.id })),
            Card::Invalidate(which) => (
                "card.invalidate",
                json!({ "id": which.id, "reason": which.reason }),
            ),
        };
        session
            .show(op, request, |output, card| {
                output.line(&format!(
                    "卡 {} 现在是“{}”",
                    text(card, "cardNo"),
                    text(card, "stateName")
                ));
            })
            .await
    })
    .await
}

fn row(card: &Value) -> Vec<String> {
    vec![
        text(card, "cardNo").to_owned(),
        text(card, "serialNo").to_owned(),
        text(card, "citizenNo").to_owned(),
        text(card, "stateName").to_owned(),
        text(card, "pupilName").to_owned(),
        text(card, "schoolName").to_owned(),
        class_of(card),
        text(card, "id").to_owned(),
    ]
}

fn cards(output: Output, cards: &[Value]) {
    let rows: Vec<Vec<String>> = cards.iter().map(row).collect();
    output.table(
        &[
            "E卡通号",
            "卡序列号",
            "市民卡卡号",
            "状态",
            "持卡人",
            "学校",
            "班级",
            "编号",
        ],
        &rows,
    );
}

fn found(output: Output, answer: &Value) {
    let items = list(answer, "items");
    if items.is_empty() {
        output.line("没有这个号码的卡，或不在您的管理范围内。");
        return;
    }
    cards(output, items);
}

fn page(output: Output, answer: &Value) {
    let card = answer.get("card").cloned().unwrap_or_default();
    cards(output, std::slice::from_ref(&card));
    let events: Vec<Vec<String>> = list(answer, "events")
        .iter()
        .map(|event| {
            vec![
                moment(event, "at"),
                text(event, "stepName").to_owned(),
                text(event, "by").to_owned(),
                text(event, "reason").to_owned(),
            ]
        })
        .collect();
    output.table(&["时间", "办理", "经办人", "原因"], &events);
    let extensions: Vec<Vec<String>> = list(answer, "extensions")
        .iter()
        .map(|extension| {
            vec![
                text(extension, "originName").to_owned(),
                text(extension, "extendedOn").to_owned(),
                text(extension, "validUntil").to_owned(),
                text(extension, "serialRaw").to_owned(),
                text(extension, "note").to_owned(),
            ]
        })
        .collect();
    output.table(
        &["来源", "增效日期", "有效期至", "卡号", "备注"],
        &extensions,
    );
}
