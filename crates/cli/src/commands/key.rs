//! `ekatong key`: the data key.

use clap::{Args, Subcommand};
use ekatong_core::access::{Permission, Role, forbidden};
use ekatong_core::id::AccountId;
use ekatong_host::{Exit, HostError, LocalHost, passphrase_from_env};
use serde_json::json;

use super::init::{ask_passphrase, recovery_code};
use crate::failure::Failure;
use crate::output::{list, text};
use crate::secrets;
use crate::session::{Context, Session, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// 用恢复码打开数据，以后由密钥环打开；没有密钥环或设置了 EKATONG_PASSPHRASE 时改由口令打开
    Recover(Recover),
    /// 换发恢复码，并重新封装数据密钥（市级管理员或运维）
    Rewrap(Rewrap),
}

#[derive(Debug, Args)]
pub(crate) struct Recover {
    /// 写 - 从标准输入读取恢复码（否则用环境变量 EKATONG_RECOVERY_CODE，或在终端输入）
    #[arg(value_name = "-", allow_hyphen_values = true, value_parser = ["-"])]
    stdin: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Rewrap {
    /// 放新口令的环境变量的名称
    #[arg(long, value_name = "变量名")]
    new_passphrase_env: Option<String>,
}

pub(crate) async fn run(command: Key, context: &Context) -> Result<Exit, Failure> {
    match command {
        Key::Recover(recover) => self::recover(recover, context).await,
        Key::Rewrap(rewrap) => {
            let passphrase = match &rewrap.new_passphrase_env {
                Some(name) => Some(
                    secrets::of_env(name)
                        .ok_or_else(|| Failure::Usage(format!("环境变量 {name} 没有设置。")))?,
                ),
                None => None,
            };
            signed_in(context, async |session| {
                let by = key_holder(session)?;
                let code = session.host.rewrap(passphrase.map(Into::into), by).await?;
                let answer = json!({ "recoveryCode": code });
                session.output.answer(&answer, |output, _| {
                    recovery_code(output, &code);
                    output.note("旧恢复码已作废；其他系统用户下次打开数据时需要口令或新恢复码。");
                });
                Ok(Exit::Done)
            })
            .await
        }
    }
}

async fn recover(command: Recover, context: &Context) -> Result<Exit, Failure> {
    let code = if command.stdin.is_some() {
        secrets::standard_input()?
    } else if let Some(code) = secrets::of_env(secrets::RECOVERY_CODE) {
        code
    } else {
        secrets::ask_line("恢复码：")?.ok_or_else(|| {
            Failure::Usage(
                "请用环境变量 EKATONG_RECOVERY_CODE 给出恢复码，或写 - 从标准输入读取。".to_owned(),
            )
        })?
    };
    let recovered =
        match LocalHost::recover(context.place.clone(), &code, passphrase_from_env()).await {
            Err(HostError::PassphraseNeeded) => {
                let passphrase = ask_passphrase()?.ok_or(HostError::PassphraseNeeded)?;
                LocalHost::recover(context.place.clone(), &code, Some(passphrase.into())).await
            }
            other => other,
        };
    let (host, recovered) = recovered?;
    host.close().await;
    let answer = json!({ "keyring": recovered.keyring, "passphrase": recovered.passphrase });
    context.output.answer(&answer, |output, _| {
        let by = if recovered.passphrase {
            "口令"
        } else {
            "本用户的密钥环"
        };
        output.line(&format!("已恢复，以后由{by}打开。"));
    });
    Ok(Exit::Done)
}

/// The person may replace the recovery code that the office keeps on paper.
fn key_holder(session: &Session) -> Result<(AccountId, String), Failure> {
    if session
        .view
        .get("mustChangePassword")
        .and_then(serde_json::Value::as_bool)
        .unwrap_or(true)
    {
        return Err(ekatong_core::error::Code::PasswordMustChange.into());
    }
    let holds = list(&session.view, "grants")
        .iter()
        .filter_map(|grant| Role::parse(text(grant, "role")))
        .any(|role| matches!(role, Role::CityAdmin | Role::Operator));
    if !holds {
        return Err(forbidden(Permission::ManageDistricts).into());
    }
    let id = text(&session.view, "accountId")
        .parse::<uuid::Uuid>()
        .map_err(|error| Failure::internal("reading an answer", error))?;
    Ok((AccountId(id), text(&session.view, "login").to_owned()))
}
