//! `ekatong init`: a new place with its first city admin.

use clap::Args;
use ekatong_host::{Exit, HostError, InitDistrict, InitRequest, LocalHost};
use serde_json::json;

use crate::failure::Failure;
use crate::secrets;
use crate::session::Context;

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// 区县代码=名称，例如 320508=姑苏区；可以重复
    #[arg(long = "district", value_name = "代码=名称", required = true, value_parser = district)]
    districts: Vec<(String, String)>,
    /// 首位市级管理员的账号
    #[arg(long, value_name = "账号")]
    admin: String,
    /// 管理员的姓名
    #[arg(long, value_name = "姓名")]
    display_name: Option<String>,
    /// 当前学年，例如 2026-2027（默认按日历）
    #[arg(long, value_name = "学年")]
    school_year: Option<String>,
}

fn district(text: &str) -> Result<(String, String), String> {
    text.split_once(['=', '＝'])
        .map(|(code, name)| (code.trim().to_owned(), name.trim().to_owned()))
        .ok_or_else(|| "区县请写成 代码=名称，例如 320508=姑苏区".to_owned())
}

pub(crate) async fn run(command: Init, context: &Context) -> Result<Exit, Failure> {
    let password = match secrets::of_env(secrets::PASSWORD) {
        Some(password) => password,
        None => secrets::ask_new("管理员密码")?
            .ok_or_else(|| Failure::sign_in("请用环境变量 EKATONG_PASSWORD 给出管理员密码。"))?,
    };
    let mut request = InitRequest {
        districts: command
            .districts
            .into_iter()
            .map(|(code, name)| InitDistrict { code, name })
            .collect(),
        login: command.admin.clone(),
        display_name: command.display_name.unwrap_or_default(),
        password,
        school_year: command.school_year,
        passphrase: None,
    };
    let made = match LocalHost::init(&context.place, request.clone()).await {
        Err(HostError::PassphraseNeeded) => {
            request.passphrase = Some(ask_passphrase()?.ok_or(HostError::PassphraseNeeded)?);
            LocalHost::init(&context.place, request).await
        }
        other => other,
    }?;
    made.host.close().await;
    let answer = json!({
        "dataDir": context.place.shown(),
        "admin": command.admin.trim().to_lowercase(),
        "recoveryCode": made.recovery_code,
    });
    context.output.answer(&answer, |output, _| {
        output.line(&format!("已建立：{}", context.place.shown()));
        recovery_code(output, &made.recovery_code);
    });
    Ok(Exit::Done)
}

/// Asks a person without a keyring for a passphrase.
pub(crate) fn ask_passphrase() -> Result<Option<String>, Failure> {
    if secrets::person() {
        secrets::ask_new("本机没有密钥环，请设置保护数据的口令（至少 8 个字符）")
    } else {
        Ok(None)
    }
}

/// The recovery code with what it is for.
pub(crate) fn recovery_code(output: crate::output::Output, code: &str) {
    output.line(&format!("恢复码：{code}"));
    output.note(
        "恢复码只显示这一次。换电脑、换系统用户或忘记口令时要用它打开数据，请抄下来妥善保管。",
    );
}
