//! `ekatong batch`: production batches and the bureau's result files.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use ekatong_core::domain::batch::BatchState;
use ekatong_core::production::template::PhotoNames;
use ekatong_host::{Exit, chosen};
use serde_json::{Value, json};
use uuid::Uuid;

use super::order::{fault_problems, faults};
use super::{Fields, Page, class_of, id, template};
use crate::failure::Failure;
use crate::output::{Output, list, moment, next_page, number, text, yes};
use crate::session::{Context, Session, check_free, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum Batch {
    /// 用已确认的订单建立批次；未通过检查的订单留下并列出原因
    Create(Create),
    /// 查看批次，最新的在前
    List(List),
    /// 导出制卡包；首次导出即移交，以后再导出内容完全相同
    Export(Export),
    /// 读入制卡单位的结果文件（默认只核对，加 --commit 写入）
    Return(Return),
    /// 查看批次的账：订单数 = 制成 + 失败 + 没有结果
    Ledger(Which),
    /// 登记没有结果的订单为制卡失败，须写原因
    Fail(Fail),
    /// 结清：每张订单都有结果之后
    Close(Which),
    /// 放弃尚未移交的批次，须写原因
    Discard(WhichWithReason),
    /// 查看制卡模板
    Templates {
        /// 区县代码
        #[arg(long, value_name = "代码")]
        district: String,
    },
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").required(true).multiple(true).args(
    ["ids", "confirmed_from", "confirmed_to", "district", "school"]
)))]
pub(crate) struct Create {
    /// 订单编号，用逗号分开
    #[arg(long, value_name = "编号", value_delimiter = ',', value_parser = id,
        conflicts_with_all = ["confirmed_from", "confirmed_to", "district", "school"])]
    ids: Vec<Uuid>,
    /// 确认制卡的首日，例如 2026-09-01
    #[arg(long, value_name = "日期")]
    confirmed_from: Option<String>,
    /// 确认制卡的末日（含）
    #[arg(long, value_name = "日期")]
    confirmed_to: Option<String>,
    /// 区县代码
    #[arg(long, value_name = "代码")]
    district: Option<String>,
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: Option<String>,
    /// 制卡模板的名称（默认为本区的第一个）
    #[arg(long, value_name = "名称")]
    template: Option<String>,
    /// 只检查和预览，不建立批次
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// 区县代码
    #[arg(long, value_name = "代码")]
    district: Option<String>,
    /// 状态：open、handed_over、closed、discarded，或“已移交”
    #[arg(long, value_name = "状态")]
    state: Option<String>,
    /// 只看逾期未结清的
    #[arg(long, conflicts_with = "state")]
    overdue: bool,
    #[command(flatten)]
    page: Page,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// 批次编号
    #[arg(value_name = "编号", value_parser = id)]
    id: Uuid,
    /// 存到这个文件夹
    #[arg(long, value_name = "文件夹")]
    out: PathBuf,
    /// 覆盖已有的文件
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Return {
    /// 批次编号
    #[arg(value_name = "编号", value_parser = id)]
    id: Uuid,
    /// 结果文件
    #[arg(value_name = "文件")]
    file: PathBuf,
    /// 写入：all 全部正确才写，valid 只写正确的行
    #[arg(long, value_name = "方式", num_args = 0..=1, default_missing_value = "all")]
    commit: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Fail {
    /// 批次编号
    #[arg(value_name = "编号", value_parser = id)]
    id: Uuid,
    /// 批次中的序号，用逗号分开
    #[arg(long, value_name = "序号", value_delimiter = ',', required = true)]
    numbers: Vec<i64>,
    /// 原因
    #[arg(
        long,
        value_name = "原因",
        default_value = "",
        hide_default_value = true
    )]
    reason: String,
}

#[derive(Debug, Args)]
pub(crate) struct Which {
    /// 批次编号
    #[arg(value_name = "编号", value_parser = id)]
    id: Uuid,
}

#[derive(Debug, Args)]
pub(crate) struct WhichWithReason {
    /// 批次编号
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

pub(crate) async fn run(command: Batch, context: &Context) -> Result<Exit, Failure> {
    signed_in(context, async |session| match command {
        Batch::Create(command) => create(session, command).await,
        Batch::List(command) => {
            // An unknown state goes on as it is, for the operation to refuse.
            let state = command.state.map(|state| {
                BatchState::find(&state).map_or(state, |known| known.as_str().to_owned())
            });
            let request = Fields::new()
                .maybe("district", command.district)
                .maybe("state", state)
                .maybe("overdue", command.overdue.then_some(true))
                .page(command.page)
                .done();
            session.show("batch.list", request, batches).await
        }
        Batch::Export(command) => export(session, command).await,
        Batch::Return(command) => give_back(session, command).await,
        Batch::Ledger(which) => {
            let mut answer = session
                .call("batch.show", json!({ "id": which.id }))
                .await?;
            let lines = missing(session, which.id).await?;
            if let Some(answer) = answer.as_object_mut() {
                answer.insert("missingLines".to_owned(), Value::Array(lines));
            }
            session.output.answer(&answer, ledger);
            Ok(Exit::Done)
        }
        Batch::Fail(command) => {
            let request = json!({
                "id": command.id, "numbers": command.numbers, "reason": command.reason,
            });
            session.show("batch.fail", request, counts).await
        }
        Batch::Close(which) => {
            let request = json!({ "id": which.id });
            session.show("batch.close", request, counts).await
        }
        Batch::Discard(which) => {
            let request = json!({ "id": which.id, "reason": which.reason });
            session.show("batch.discard", request, counts).await
        }
        Batch::Templates { district } => {
            let request = json!({ "district": district });
            session.show("batch.templates", request, templates).await
        }
    })
    .await
}

async fn create(session: &Session, command: Create) -> Result<Exit, Failure> {
    let school = session.maybe_school_id(command.school.as_deref()).await?;
    let request = if command.ids.is_empty() {
        let filter = Fields::new()
            .maybe("confirmedFrom", command.confirmed_from)
            .maybe("confirmedTo", command.confirmed_to)
            .maybe("district", command.district)
            .maybe("schoolId", school.map(|id| id.to_string()))
            .done();
        Fields::new().with("filter", filter)
    } else {
        Fields::new().with("ids", json!(command.ids))
    };
    let request = request.maybe("template", command.template).done();
    if command.dry_run {
        return session.show("batch.preview", request, preview).await;
    }
    session
        .show("batch.create", request, |output, answer| {
            counts(output, answer.get("batch").unwrap_or(&Value::Null));
            left_out(output, answer);
        })
        .await
}

fn preview(output: Output, answer: &Value) {
    output.line(&format!(
        "可以制卡：{} 张；未通过检查：{} 张（模板“{}”）",
        number(answer, "ready"),
        number(answer, "leftOut"),
        text(answer, "templateName")
    ));
    let heads: Vec<&str> = list(answer, "headings")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let rows: Vec<Vec<String>> = list(answer, "rows")
        .iter()
        .map(|row| {
            row.as_array()
                .into_iter()
                .flatten()
                .map(|cell| cell.as_str().unwrap_or_default().to_owned())
                .collect()
        })
        .collect();
    output.table(&heads, &rows);
    left_out(output, answer);
}

/// What stayed out, with the way to mend it.
fn left_out(output: Output, answer: &Value) {
    if number(answer, "leftOut") > 0 {
        output.note(&format!("未通过检查：{} 张", number(answer, "leftOut")));
    }
    faults(output, answer);
}

async fn export(session: &Session, command: Export) -> Result<Exit, Failure> {
    let shown = session
        .call("batch.show", json!({ "id": command.id }))
        .await?;
    let number_of = shown
        .get("batch")
        .map(|batch| text(batch, "batchNo").to_owned());
    let out = command
        .out
        .join(format!("{}.zip", number_of.unwrap_or_default()));
    check_free(&out, command.force)?;
    let mut answer = session
        .job("batch.export", json!({ "id": command.id }))
        .await?;
    session.save(&answer, &out, command.force).await?;
    template::saved(&mut answer, &out);
    session.output.answer(&answer, |output, answer| {
        let batch = answer.get("batch").cloned().unwrap_or_default();
        output.line(&format!(
            "已导出 {} 张订单：{}",
            number(&batch, "ordered"),
            out.display()
        ));
        output.line(&format!("校验值：{}", text(&batch, "packageSha256")));
        output.problems(&fault_problems(answer));
    });
    Ok(Exit::Done)
}

async fn give_back(session: &Session, command: Return) -> Result<Exit, Failure> {
    let bytes = chosen::read(&command.file)?.bytes;
    let file_name = command
        .file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let blob = session.stage(&file_name, &bytes).await?;
    let request = Fields::new()
        .with("id", command.id.to_string())
        .with("blobId", blob.to_string())
        .with("fileName", file_name);
    let (op, request) = match command.commit {
        None => ("batch.previewReturn", request.done()),
        Some(mode) => ("batch.return", request.with("mode", mode).done()),
    };
    let answer = session.job(op, request).await?;
    session.output.answer(&answer, report);
    Ok(Exit::Done)
}

fn report(output: Output, answer: &Value) {
    output.line(&format!(
        "{}：共 {} 行，制成 {}，失败 {}，没有变化 {}，有错误 {}",
        if yes(answer, "committed") {
            "已写入"
        } else {
            "只核对，没有写入"
        },
        number(answer, "rows"),
        number(answer, "made"),
        number(answer, "failed"),
        number(answer, "unchanged"),
        number(answer, "errors"),
    ));
    output.problems(list(answer, "problems"));
    counts(output, answer.get("batch").unwrap_or(&Value::Null));
}

/// The ledger in one line.
fn counts(output: Output, batch: &Value) {
    output.line(&format!(
        "批次 {}（{}）：{} 张 = 制成 {} + 失败 {} + 没有结果 {}  编号 {}",
        text(batch, "batchNo"),
        text(batch, "stateName"),
        number(batch, "ordered"),
        number(batch, "made"),
        number(batch, "failed"),
        number(batch, "missing"),
        text(batch, "id"),
    ));
}

async fn missing(session: &Session, id: Uuid) -> Result<Vec<Value>, Failure> {
    let request = json!({ "id": id, "result": "waiting", "limit": 500 });
    let answer = session.call("batch.lines", request).await?;
    Ok(list(&answer, "items").to_vec())
}

fn ledger(output: Output, answer: &Value) {
    counts(output, answer.get("batch").unwrap_or(&Value::Null));
    let files: Vec<Vec<String>> = list(answer, "files")
        .iter()
        .map(|file| {
            vec![
                text(file, "name").to_owned(),
                number(file, "bytes").to_string(),
                text(file, "sha256").to_owned(),
            ]
        })
        .collect();
    output.table(&["文件", "字节数", "校验值"], &files);
    let results: Vec<Vec<String>> = list(answer, "results")
        .iter()
        .map(|file| {
            vec![
                moment(file, "readAt"),
                text(file, "fileName").to_owned(),
                number(file, "made").to_string(),
                number(file, "failed").to_string(),
                number(file, "errors").to_string(),
                text(file, "readBy").to_owned(),
            ]
        })
        .collect();
    output.table(
        &["读入时间", "结果文件", "制成", "失败", "有错误", "经办人"],
        &results,
    );
    let lines: Vec<Vec<String>> = list(answer, "missingLines")
        .iter()
        .map(|line| {
            vec![
                number(line, "number").to_string(),
                text(line, "schoolName").to_owned(),
                class_of(line),
                text(line, "pupilName").to_owned(),
                text(line, "lineNo").to_owned(),
            ]
        })
        .collect();
    output.table(
        &["没有结果的序号", "学校", "班级", "姓名", "制卡编号"],
        &lines,
    );
}

fn batches(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|batch| {
            vec![
                text(batch, "batchNo").to_owned(),
                text(batch, "districtName").to_owned(),
                text(batch, "stateName").to_owned(),
                number(batch, "ordered").to_string(),
                number(batch, "made").to_string(),
                number(batch, "failed").to_string(),
                number(batch, "missing").to_string(),
                moment(batch, "handedOverAt"),
                text(batch, "id").to_owned(),
            ]
        })
        .collect();
    output.table(
        &[
            "批次号",
            "区县",
            "状态",
            "订单",
            "制成",
            "失败",
            "没有结果",
            "移交时间",
            "编号",
        ],
        &rows,
    );
    next_page(output, answer);
}

fn templates(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|template| {
            let content = template.get("content").cloned().unwrap_or_default();
            let headings: Vec<&str> = list(&content, "columns")
                .iter()
                .map(|column| text(column, "heading"))
                .collect();
            vec![
                text(template, "name").to_owned(),
                text(&content, "format").to_owned(),
                PhotoNames::from_stored(text(&content, "photos"))
                    .map_or("", PhotoNames::zh)
                    .to_owned(),
                headings.join("、"),
            ]
        })
        .collect();
    output.table(&["模板", "格式", "照片", "列"], &rows);
}
