//! `ekatong user`: accounts.

use clap::{Args, Subcommand};
use ekatong_host::Exit;
use serde_json::{Value, json};

use super::{Fields, Page};
use crate::failure::Failure;
use crate::output::{Output, list, moment, next_page, text, yes};
use crate::secrets;
use crate::session::{Context, Session, signed_in};

const ROLES: [&str; 6] = [
    "city_admin",
    "district_admin",
    "school_staff",
    "card_office",
    "operator",
    "auditor",
];

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// 新建账户
    Add(Add),
    /// 修改账户的角色和范围
    SetRole(SetRole),
    /// 修改自己的密码（新密码用环境变量 EKATONG_NEW_PASSWORD）
    Passwd(Passwd),
    /// 停用账户
    Disable(Login),
    /// 启用账户
    Enable(Login),
    /// 解锁账户
    Unlock(Login),
    /// 重置密码
    Reset(Reset),
    /// 查看账户
    List(List),
}

#[derive(Debug, Args)]
pub(crate) struct Scope {
    /// 角色：city_admin district_admin school_staff card_office operator auditor
    #[arg(long, value_name = "角色", value_parser = ROLES)]
    role: String,
    /// 区县代码
    #[arg(long, value_name = "代码")]
    district: Option<String>,
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct FirstPassword {
    /// 放初始密码的环境变量的名称
    #[arg(long, value_name = "变量名")]
    initial_password_env: Option<String>,
    /// 首次登录不强制修改密码
    #[arg(long)]
    no_forced_change: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// 账号
    #[arg(value_name = "账号")]
    login: String,
    #[command(flatten)]
    scope: Scope,
    /// 姓名（默认同账号）
    #[arg(long, value_name = "姓名")]
    name: Option<String>,
    #[command(flatten)]
    password: FirstPassword,
}

#[derive(Debug, Args)]
pub(crate) struct SetRole {
    /// 账号
    #[arg(value_name = "账号")]
    login: String,
    #[command(flatten)]
    scope: Scope,
}

#[derive(Debug, Args)]
pub(crate) struct Passwd {
    /// 放新密码的环境变量的名称
    #[arg(long, value_name = "变量名", default_value = secrets::NEW_PASSWORD)]
    new_password_env: String,
}

#[derive(Debug, Args)]
pub(crate) struct Login {
    /// 账号
    #[arg(value_name = "账号")]
    login: String,
}

#[derive(Debug, Args)]
pub(crate) struct Reset {
    /// 账号
    #[arg(value_name = "账号")]
    login: String,
    #[command(flatten)]
    password: FirstPassword,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// 账号或姓名的一部分
    #[arg(long, value_name = "文字")]
    text: Option<String>,
    /// 角色
    #[arg(long, value_name = "角色", value_parser = ROLES)]
    role: Option<String>,
    #[command(flatten)]
    page: Page,
}

pub(crate) async fn run(command: User, context: &Context) -> Result<Exit, Failure> {
    match command {
        User::Add(add) => {
            let password = secrets::first_password(add.password.initial_password_env.as_deref())?;
            signed_in(context, async |session| {
                let request = json!({
                    "login": add.login,
                    "displayName": add.name.as_ref().unwrap_or(&add.login),
                    "password": password,
                    "grants": [grant(session, &add.scope).await?],
                    "forcedChange": !add.password.no_forced_change,
                });
                session
                    .show("account.create", request, |output, account| {
                        one(output, account, "已新建")
                    })
                    .await
            })
            .await
        }
        User::SetRole(set) => {
            signed_in(context, async |session| {
                let account = session.account(&set.login).await?;
                let request = json!({
                    "id": account.id,
                    "version": account.version,
                    "grants": [grant(session, &set.scope).await?],
                });
                session
                    .show("account.setGrants", request, |output, account| {
                        one(output, account, "已修改")
                    })
                    .await
            })
            .await
        }
        User::Passwd(passwd) => {
            let new = match secrets::of_env(&passwd.new_password_env) {
                Some(new) => new,
                None => secrets::ask_new("新密码")?.ok_or_else(|| {
                    Failure::Usage(format!(
                        "请把新密码放在环境变量 {} 中。",
                        passwd.new_password_env
                    ))
                })?,
            };
            let current = secrets::password()?;
            signed_in(context, async |session| {
                let request = json!({ "current": current, "new": new });
                session
                    .show("account.changePassword", request, |output, _| {
                        output.line("密码已修改。")
                    })
                    .await
            })
            .await
        }
        User::Disable(login) => simple(context, login, "account.disable", "已停用").await,
        User::Enable(login) => simple(context, login, "account.enable", "已启用").await,
        User::Unlock(login) => simple(context, login, "account.unlock", "已解锁").await,
        User::Reset(reset) => {
            let password = secrets::first_password(reset.password.initial_password_env.as_deref())?;
            signed_in(context, async |session| {
                let request = json!({
                    "id": session.account_id(&reset.login).await?,
                    "password": password,
                    "forcedChange": !reset.password.no_forced_change,
                });
                session
                    .show("account.reset", request, |output, account| {
                        one(output, account, "已重置密码")
                    })
                    .await
            })
            .await
        }
        User::List(list) => {
            let request = Fields::new()
                .maybe("text", list.text)
                .maybe("role", list.role)
                .page(list.page)
                .done();
            signed_in(context, async |session| {
                session.show("account.list", request, table).await
            })
            .await
        }
    }
}

async fn simple(context: &Context, login: Login, op: &str, done: &str) -> Result<Exit, Failure> {
    signed_in(context, async |session| {
        let request = json!({ "id": session.account_id(&login.login).await? });
        session
            .show(op, request, |output, account| one(output, account, done))
            .await
    })
    .await
}

async fn grant(session: &Session, scope: &Scope) -> Result<Value, Failure> {
    let school = session.maybe_school_id(scope.school.as_deref()).await?;
    Ok(Fields::new()
        .with("role", scope.role.as_str())
        .maybe("district", scope.district.as_deref())
        .maybe("schoolId", school.map(|id| id.to_string()))
        .done())
}

fn one(output: Output, account: &Value, done: &str) {
    output.line(&format!(
        "{done}：{}（{}）",
        text(account, "login"),
        grants(account)
    ));
}

fn grants(account: &Value) -> String {
    let role = |grant: &Value| {
        let place = [text(grant, "districtName"), text(grant, "schoolName")].concat();
        let role =
            ekatong_core::access::Role::parse(text(grant, "role")).map_or("", |role| role.zh());
        if place.is_empty() {
            role.to_owned()
        } else {
            format!("{role} {place}")
        }
    };
    list(account, "grants")
        .iter()
        .map(role)
        .collect::<Vec<_>>()
        .join("、")
}

fn table(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|account| {
            let state = if yes(account, "disabled") {
                "停用".to_owned()
            } else if account.get("lockedUntil").is_some() {
                format!("锁定至 {}", moment(account, "lockedUntil"))
            } else if yes(account, "mustChangePassword") {
                "待改密码".to_owned()
            } else {
                "正常".to_owned()
            };
            vec![
                text(account, "login").to_owned(),
                text(account, "displayName").to_owned(),
                grants(account),
                state,
                moment(account, "lastSignInAt"),
            ]
        })
        .collect();
    output.table(&["账号", "姓名", "角色", "状态", "最近登录"], &rows);
    next_page(output, answer);
}
