//! The command line. Its forms are stable: scripts rely on them.

use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use ekatong_host::Exit;
use serde_json::json;

use crate::commands::{
    audit, batch, call, card, class, demo, district, extension, grade, import, init, key, order,
    photo, pupil, registration, review, school, setting, template, user,
};
use crate::output::Output;

/// 教育E卡通区级管理台
#[derive(Debug, Parser)]
#[command(
    name = "ekatong",
    version,
    about = "教育E卡通区级管理台",
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    /// 以 JSON 输出结果
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// 数据文件夹（默认为系统的用户数据文件夹；环境变量 EKATONG_DATA）
    #[arg(long, global = true, value_name = "文件夹")]
    pub(crate) data: Option<PathBuf>,
    /// PostgreSQL 数据库 postgres://…，代替数据文件夹（环境变量 EKATONG_DATABASE，密码用 PGPASSWORD）
    #[arg(long, global = true, value_name = "地址", conflicts_with = "data")]
    pub(crate) database: Option<String>,
    /// 登录账号（密码用环境变量 EKATONG_PASSWORD，或在终端输入）
    #[arg(long = "as", global = true, value_name = "账号")]
    pub(crate) acting: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Noun,
}

/// What a command is about.
#[derive(Debug, Subcommand)]
pub(crate) enum Noun {
    /// 建立数据：区县和首位市级管理员（密码用环境变量 EKATONG_PASSWORD）
    Init(init::Init),
    /// 建立演示数据，人物均为虚构
    Demo(demo::Demo),
    /// 查看数据的位置和状态
    Status,
    /// 账户
    #[command(subcommand)]
    User(user::User),
    /// 设置
    #[command(subcommand)]
    Setting(setting::Setting),
    /// 区县
    #[command(subcommand)]
    District(district::District),
    /// 学校
    #[command(subcommand)]
    School(school::School),
    /// 年级
    #[command(subcommand)]
    Grade(grade::Grade),
    /// 班级
    #[command(subcommand)]
    Class(class::Class),
    /// 导入模板
    #[command(subcommand)]
    Template(template::Template),
    /// 批量导入
    #[command(subcommand)]
    Import(import::Import),
    /// 学生
    #[command(subcommand)]
    Pupil(pupil::Pupil),
    /// 照片
    #[command(subcommand)]
    Photo(photo::Photo),
    /// 区审核
    #[command(subcommand)]
    Review(review::Review),
    /// 注册报到
    #[command(subcommand)]
    Registration(registration::Registration),
    /// 制卡订单
    #[command(subcommand)]
    Order(order::Order),
    /// 制卡批次与结果文件
    #[command(subcommand)]
    Batch(batch::Batch),
    /// 卡片
    #[command(subcommand)]
    Card(card::Card),
    /// 临时增效
    #[command(subcommand)]
    Extension(extension::Extension),
    /// 审计
    #[command(subcommand)]
    Audit(audit::Audit),
    /// 数据密钥
    #[command(subcommand)]
    Key(key::Key),
    /// 调用任一操作
    Call(call::Call),
    /// 列出全部操作
    Operations,
}

/// Reads the command line.
pub(crate) fn parse() -> Result<Cli, clap::Error> {
    let command = chinese(Cli::command());
    let command = command.arg(
        Arg::new("version")
            .short('V')
            .long("version")
            .action(ArgAction::Version)
            .help("显示版本")
            .help_heading("选项"),
    );
    let matches = command.try_get_matches()?;
    Cli::from_arg_matches(&matches)
}

/// Gives a command and all below it Chinese headings and help.
fn chinese(command: Command) -> Command {
    let has_commands = command.has_subcommands();
    let usage = if has_commands {
        "{usage}\n\n{subcommands}\n\n选项：\n{options}"
    } else {
        "{usage}\n\n{all-args}"
    };
    let lists = if has_commands { "命令：" } else { "" };
    let template = format!(
        "{{about-with-newline}}\n用法：{}",
        usage.replace("{subcommands}", &format!("{lists}\n{{subcommands}}"))
    );
    command
        .help_template(template)
        .subcommand_value_name("命令")
        .subcommand_help_heading("命令")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .mut_args(|argument| {
            let heading = if argument.is_positional() {
                "参数"
            } else {
                "选项"
            };
            let takes_value = argument.get_action().takes_values();
            argument
                .help_heading(heading)
                .hide_possible_values(takes_value)
                .hide_default_value(takes_value)
        })
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help("显示帮助")
                .help_heading("选项"),
        )
        .mut_subcommands(chinese)
        .arg_required_else_help(has_commands)
}

/// Shows help, or says in Chinese what is wrong with the command line.
pub(crate) fn report(error: &clap::Error, output: Output) -> Exit {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        output.line(&shown(error));
        return Exit::Done;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        output.note(&shown(error));
        return Exit::Usage;
    }
    let message = wrong(error);
    if output.is_json() {
        output.json(
            &json!({ "problems": [{ "code": "usage", "severity": "error", "message": message }] }),
        );
    } else {
        output.note(&message);
        output.note("用法见：ekatong --help，或在命令后加 --help。");
    }
    Exit::Usage
}

/// Clap's help; a few words of it are its own.
fn shown(error: &clap::Error) -> String {
    error
        .to_string()
        .replace("[OPTIONS]", "[选项]")
        .trim_end()
        .to_owned()
}

fn wrong(error: &clap::Error) -> String {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(_) | None => String::new(),
    };
    let argument = of(ContextKind::InvalidArg);
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "clap adds kinds; its own words serve for those"
    )]
    match error.kind() {
        ErrorKind::UnknownArgument => format!("没有这个参数：{argument}"),
        ErrorKind::InvalidSubcommand => {
            format!("没有这个命令：{}", of(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("缺少参数：{argument}"),
        ErrorKind::ArgumentConflict => format!(
            "参数不能同时使用：{argument} 与 {}",
            of(ContextKind::PriorArg)
        ),
        ErrorKind::InvalidValue if of(ContextKind::InvalidValue).is_empty() => {
            format!("参数 {argument} 缺少值")
        }
        ErrorKind::InvalidValue => {
            format!(
                "参数 {argument} 的值不对：{}（可用：{}）",
                of(ContextKind::InvalidValue),
                of(ContextKind::ValidValue)
            )
        }
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error)
                .map(ToString::to_string)
                .unwrap_or_default();
            format!(
                "参数 {argument} 的值不对：{}。{why}",
                of(ContextKind::InvalidValue)
            )
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("参数 {argument} 的个数不对")
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        chinese(Cli::command()).debug_assert();
    }

    #[test]
    fn every_command_has_chinese_help() {
        fn walk(command: &Command) {
            let about = command
                .get_about()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(!about.is_ascii(), "{}: {about:?}", command.get_name());
            for argument in command.get_arguments() {
                let help = argument
                    .get_help()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                assert!(
                    !help.is_ascii(),
                    "{} {}: {help:?}",
                    command.get_name(),
                    argument.get_id()
                );
            }
            command.get_subcommands().for_each(walk);
        }
        walk(&chinese(Cli::command()));
    }
}
