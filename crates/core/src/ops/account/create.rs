//! A new account (新建账户).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::AccountView;
use super::GrantInput;
use crate::context::Cx;
use crate::domain::login::Login;
use crate::error::{Code, OpError, Problem};
use crate::id::AccountId;
use crate::ops::touches;
use crate::password;
use crate::ports::AccountRecord;
use crate::settings::Settings;

/// The account and its first password.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateAccountRequest {
    /// Login: 3–32 letters, digits, `.`, `_`, `-`.
    pub login: String,
    /// Name shown.
    pub display_name: String,
    /// First password.
    pub password: String,
    /// Roles with their scopes.
    pub grants: Vec<GrantInput>,
    /// Whether the first sign-in must change it; true unless said otherwise.
    #[ts(optional)]
    pub forced_change: Option<bool>,
}

// The grants inside are checked one by one: a district admin may create staff of own schools.
touches!(CreateAccountRequest, self => Touched::Filtered);

/// # Errors
/// `login.invalid`, `login.taken`, `name.invalid`, `password.*`, `role.*`, `forbidden`.
pub async fn run(cx: &mut Cx, request: CreateAccountRequest) -> Result<AccountView, OpError> {
    let grants = super::check_grants(cx, &request.grants).await?;
    let settings = Settings::city(&mut *cx.uow).await?;
    let mut problems = password::judge(
        &request.password,
        request.login.trim(),
        settings.password_profile,
    );
    let display_name = request.display_name.trim().to_owned();
    if display_name.is_empty() || display_name.chars().count() > 40 {
        problems.push(Problem::new(Code::NameInvalid).field("displayName"));
    }
    let login = match Login::parse(&request.login) {
        Ok(login) if problems.is_empty() => login,
        Ok(_) => return Err(problems.into()),
        Err(problem) => {
            problems.insert(0, problem.field("login"));
            return Err(problems.into());
        }
    };
    let now = cx.now.ms();
    let account = AccountRecord {
        id: AccountId(crate::id::new()),
        login: login.as_str().to_owned(),
        display_name,
        password_hash: password::hash(&request.password)?,
        password_changed_at: now,
        must_change: request.forced_change.unwrap_or(true),
        disabled: false,
        failures: 0,
        locked_until: None,
        last_sign_in_at: None,
        created_at: now,
        version: 1,
    };
    cx.uow.insert_account(&account).await?;
    cx.uow
        .push_password(account.id, &account.password_hash, now)
        .await?;
    cx.uow.put_grants(account.id, &grants).await?;
    let roles: Vec<&str> = request.grants.iter().map(|grant| grant.role.zh()).collect();
    super::note(cx, &account, &format!("新建账户（{}）", roles.join("、"))).await?;
    super::view(cx, account.id).await
}
