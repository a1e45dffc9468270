//! `ekatong grade`: grade ladders.

use clap::{ArgGroup, Args, Subcommand};
use ekatong_host::Exit;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{Output, list, number, text, yes};
use crate::session::{Context, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum Grade {
    /// 补齐年级阶梯；重复运行不会改变已正确的年级
    Ladder(Ladder),
    /// 查看年级
    List {
        /// 学校代码
        #[arg(long, value_name = "代码")]
        school: String,
    },
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("where").required(true).args(["school", "district"])))]
pub(crate) struct Ladder {
    /// 学校代码；可以重复
    #[arg(long, value_name = "代码")]
    school: Vec<String>,
    /// 区县代码：该区的全部学校
    #[arg(long, value_name = "代码")]
    district: Option<String>,
    /// 只预览，不写入
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(command: Grade, context: &Context) -> Result<Exit, Failure> {
    signed_in(context, async |session| match command {
        Grade::Ladder(ladder) => {
            let request = match &ladder.district {
                Some(district) => json!({ "district": district }),
                None => {
                    let mut ids = Vec::with_capacity(ladder.school.len());
                    for code in &ladder.school {
                        ids.push(session.school_id(code).await?);
                    }
                    json!({ "schoolIds": ids })
                }
            };
            let op = if ladder.dry_run {
                "grade.previewLadder"
            } else {
                "grade.createLadder"
            };
            session.show(op, request, changes).await
        }
        Grade::List { school } => {
            let request = json!({ "schoolId": session.school_id(&school).await? });
            session.show("grade.list", request, table).await
        }
    })
    .await
}

fn changes(output: Output, answer: &Value) {
    let changes = list(answer, "changes");
    if changes.is_empty() {
        output.line(&format!(
            "{} 所学校的年级都已齐全，没有更改。",
            number(answer, "schools")
        ));
        return;
    }
    let rows: Vec<Vec<String>> = changes
        .iter()
        .map(|change| {
            let what = match text(change, "change") {
                "create" => "新建",
                "correct" => "更正",
                "remove" => "删除",
                _ => "待处理",
            };
            vec![
                text(change, "schoolName").to_owned(),
                text(change, "name").to_owned(),
                what.to_owned(),
                text(change, "reason").to_owned(),
            ]
        })
        .collect();
    output.table(&["学校", "年级", "更改", "原因"], &rows);
}

fn table(output: Output, answer: &Value) {
    let mark = |value: bool| if value { "是" } else { "" }.to_owned();
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|grade| {
            vec![
                number(grade, "number").to_string(),
                text(grade, "name").to_owned(),
                mark(yes(grade, "graduating")),
                if yes(grade, "manualPromotion") {
                    "手动"
                } else {
                    "自动"
                }
                .to_owned(),
            ]
        })
        .collect();
    output.table(&["年级", "名称", "毕业年级", "升级"], &rows);
}
