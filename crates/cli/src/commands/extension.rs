//! `ekatong extension`: temporary validity extensions and what terminals recorded.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use ekatong_core::error::Code;
use ekatong_host::{Exit, chosen};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Fields, Page, class_of, id, step_result, template};
use crate::failure::Failure;
use crate::output::{Output, list, moment, next_page, number, text, yes};
use crate::secrets;
use crate::session::{Context, Session, check_free, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum Extension {
    /// 添加到临时增效名单
    Add(Add),
    /// 导入文件；不加 --commit 只核对
    Import(Import),
    /// 下载导入模板
    Template(Template),
    /// 查看名单
    List(List),
    /// 按本区的设置清理；--dry-run 只预览
    Clean(Clean),
    /// 撤销一次清理（30 天内）
    Undo {
        /// 清理编号
        #[arg(value_name = "编号", value_parser = id)]
        run: Uuid,
    },
    /// 查看清理记录
    Runs {
        /// 区县代码
        #[arg(long, value_name = "代码")]
        district: Option<String>,
        #[command(flatten)]
        page: Page,
    },
    /// 查看一张卡的增效记录
    Records {
        /// 卡号，不分大小写
        #[arg(value_name = "卡号")]
        number: String,
    },
}

/// What the rows of a file become.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Kind {
    /// 临时增效名单
    Entries,
    /// 终端的增效记录
    Records,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Records => "records",
        }
    }
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whom").required(true).args(["ids", "id_number"])))]
pub(crate) struct Add {
    /// 学生编号，用逗号分开
    #[arg(long, value_name = "编号", value_delimiter = ',', value_parser = id)]
    ids: Vec<Uuid>,
    /// 证件号码；写 - 从标准输入读取
    #[arg(long, value_name = "号码", allow_hyphen_values = true)]
    id_number: Option<String>,
    /// 原因
    #[arg(long, value_name = "原因")]
    reason: String,
    /// 卡号，不分大小写
    #[arg(long, value_name = "卡号")]
    card: Option<String>,
    /// 到这一天移出名单，例如 2026-12-31
    #[arg(long, value_name = "日期")]
    expires: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// .xlsx、.xls 或 .csv 文件
    #[arg(value_name = "文件")]
    file: PathBuf,
    /// 文件的种类
    #[arg(long, value_enum, value_name = "种类", default_value = "entries")]
    kind: Kind,
    /// 区县代码
    #[arg(long, value_name = "代码")]
    district: Option<String>,
    /// 写入：valid 只写入正确的行，all 全部正确才写入
    #[arg(long, value_name = "方式", value_parser = ["valid", "all"])]
    commit: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Template {
    /// 文件的种类
    #[arg(long, value_enum, value_name = "种类", default_value = "entries")]
    kind: Kind,
    /// 区县代码
    #[arg(long, value_name = "代码")]
    district: Option<String>,
    /// 保存为
    #[arg(long, value_name = "文件.xlsx")]
    out: PathBuf,
    /// 覆盖已有的文件
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// 区县代码
    #[arg(long, value_name = "代码")]
    district: Option<String>,
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: Option<String>,
    /// 姓名的开头、完整的证件号码或卡号
    #[arg(long, value_name = "文字")]
    text: Option<String>,
    /// 某次清理移出的
    #[arg(long, value_name = "清理编号", value_parser = id)]
    run: Option<Uuid>,
    #[command(flatten)]
    page: Page,
}

#[derive(Debug, Args)]
pub(crate) struct Clean {
    /// 区县代码
    #[arg(long, value_name = "代码")]
    district: Option<String>,
    /// 按哪一天的规则（默认今天）
    #[arg(long, value_name = "日期")]
    date: Option<String>,
    /// 只预览谁会移出和原因，不写入
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(command: Extension, context: &Context) -> Result<Exit, Failure> {
    match command {
        Extension::Add(mut command) => {
            let number = command
                .id_number
                .take()
                .map(secrets::argument)
                .transpose()?;
            signed_in(context, async |session| add(session, command, number).await).await
        }
        Extension::Import(command) => {
            let bytes = chosen::read(&command.file)?.bytes;
            signed_in(context, async |session| {
                import(session, command, bytes).await
            })
            .await
        }
        Extension::Template(command) => {
            check_free(&command.out, command.force)?;
            signed_in(context, async |session| {
                save_template(session, command).await
            })
            .await
        }
        Extension::List(command) => {
            signed_in(context, async |session| {
                let school = session.maybe_school_id(command.school.as_deref()).await?;
                let request = Fields::new()
                    .maybe("district", command.district)
                    .maybe("schoolId", school.map(|id| id.to_string()))
                    .maybe("text", command.text)
                    .maybe("runId", command.run.map(|id| id.to_string()))
                    .page(command.page)
                    .done();
                session
                    .show("extension.list", request, |output, answer| {
                        table(output, answer);
                        next_page(output, answer);
                    })
                    .await
            })
            .await
        }
        Extension::Clean(command) => {
            signed_in(context, async |session| {
                let request = Fields::new()
                    .maybe("district", command.district)
                    .maybe("date", command.date)
                    .done();
                if command.dry_run {
                    session.show("extension.preview", request, previewed).await
                } else {
                    session.show("extension.clean", request, cleaned).await
                }
            })
            .await
        }
        Extension::Undo { run } => {
            signed_in(context, async |session| {
                let request = json!({ "runId": run });
                session
                    .show("extension.undo", request, |output, answer| {
                        output.line(&format!("已恢复：{}", number(answer, "restored")));
                        let left_out = number(answer, "leftOut");
                        if left_out > 0 {
                            output.note(&format!(
                                "未恢复：{left_out}（已重新加入名单，或学生已被清除）"
                            ));
                        }
                    })
                    .await
            })
            .await
        }
        Extension::Runs { district, page } => {
            signed_in(context, async |session| {
                let request = Fields::new().maybe("district", district).page(page).done();
                session.show("extension.runs", request, runs).await
            })
            .await
        }
        Extension::Records { number } => {
            signed_in(context, async |session| {
                let request = json!({ "number": number });
                session.show("extension.records", request, records).await
            })
            .await
        }
    }
}

async fn add(session: &Session, command: Add, id_number: Option<String>) -> Result<Exit, Failure> {
    let pupils = match id_number {
        None => json!(command.ids),
        Some(number) => {
            let found = session
                .call("pupil.find", json!({ "idNumber": number }))
                .await?;
            match found.get("pupil").and_then(|pupil| pupil.get("id")) {
                Some(id) => json!([id]),
                None => return Err(Code::PupilUnknown.into()),
            }
        }
    };
    let request = Fields::new()
        .with("pupilIds", pupils)
        .with("reason", command.reason)
        .maybe("cardNo", command.card)
        .maybe("expiresOn", command.expires)
        .done();
    let answer = session.call("extension.add", request).await?;
    Ok(step_result(session.output, &answer, "已添加"))
}

async fn import(session: &Session, command: Import, bytes: Vec<u8>) -> Result<Exit, Failure> {
    let file_name = name_of(&command.file);
    let blob = session.stage(&file_name, &bytes).await?;
    drop(bytes);
    let written = command.commit.is_some();
    let request = Fields::new()
        .with("blobId", blob.to_string())
        .with("fileName", file_name)
        .with("kind", command.kind.as_str())
        .with(
            "mode",
            command.commit.unwrap_or_else(|| "preview".to_owned()),
        )
        .maybe("district", command.district)
        .done();
    let answer = session.job("extension.import", request).await?;
    session.output.answer(&answer, |output, answer| {
        let what = if written { "已加入" } else { "可加入" };
        output.line(&format!(
            "共 {} 行 · {what} {} · 已有 {} · 有错误 {}",
            number(answer, "rows"),
            number(answer, "added"),
            number(answer, "unchanged"),
            number(answer, "errors")
        ));
        output.problems(list(answer, "problems"));
    });
    Ok(Exit::Done)
}

fn name_of(file: &Path) -> String {
    file.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

async fn save_template(session: &Session, command: Template) -> Result<Exit, Failure> {
    let request = Fields::new()
        .with("kind", command.kind.as_str())
        .maybe("district", command.district)
        .done();
    let mut answer = session.job("extension.template", request).await?;
    session.save(&answer, &command.out, command.force).await?;
    template::saved(&mut answer, &command.out);
    session.output.answer(&answer, |output, _| {
        output.line(&format!("已保存：{}", command.out.display()));
    });
    Ok(Exit::Done)
}

fn table(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|entry| {
            vec![
                text(entry, "pupilName").to_owned(),
                text(entry, "schoolName").to_owned(),
                class_of(entry),
                text(entry, "statusName").to_owned(),
                text(entry, "cardNo").to_owned(),
                text(entry, "reason").to_owned(),
                moment(entry, "madeAt"),
                text(entry, "expiresOn").to_owned(),
                text(entry, "leavesOn").to_owned(),
                text(entry, "leaveReasonName").to_owned(),
            ]
        })
        .collect();
    output.table(
        &[
            "姓名",
            "学校",
            "班级",
            "状态",
            "卡号",
            "原因",
            "加入时间",
            "到期日期",
            "移出日期",
            "移出原因",
        ],
        &rows,
    );
}

fn counts(output: Output, answer: &Value) {
    for count in list(answer, "counts") {
        output.line(&format!(
            "  {}：{}",
            text(count, "name"),
            number(count, "count")
        ));
    }
}

fn previewed(output: Output, answer: &Value) {
    output.line(&format!(
        "{} {}（{}）：名单 {} 名，将移出 {} 名",
        text(answer, "districtName"),
        text(answer, "date"),
        text(answer, "policyName"),
        number(answer, "checked"),
        number(answer, "leaving")
    ));
    counts(output, answer);
    if number(answer, "leaving") > 0 {
        table(output, answer);
    }
}

fn cleaned(output: Output, answer: &Value) {
    output.line(&format!("已移出：{}", number(answer, "removed")));
    counts(output, answer);
    if let Some(run) = answer.get("run") {
        output.line(&format!("清理编号：{}（30 天内可以撤销）", text(run, "id")));
    }
}

fn runs(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|run| {
            let by = text(run, "runBy");
            vec![
                text(run, "districtName").to_owned(),
                text(run, "date").to_owned(),
                text(run, "policyName").to_owned(),
                number(run, "removed").to_string(),
                moment(run, "runAt"),
                if by.is_empty() { "自动" } else { by }.to_owned(),
                moment(run, "undoneAt"),
                if yes(run, "undoable") { "可以" } else { "" }.to_owned(),
                text(run, "id").to_owned(),
            ]
        })
        .collect();
    output.table(
        &[
            "区县",
            "日期",
            "方式",
            "移出",
            "时间",
            "清理人",
            "撤销时间",
            "可撤销",
            "编号",
        ],
        &rows,
    );
    next_page(output, answer);
}

fn records(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|record| {
            vec![
                moment(record, "extendedAt"),
                text(record, "terminal").to_owned(),
                text(record, "cardRaw").to_owned(),
            ]
        })
        .collect();
    output.table(&["增效时间", "终端", "终端记录的卡号"], &rows);
}
