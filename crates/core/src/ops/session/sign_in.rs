//! Signing in (登录).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::SessionView;
use crate::access::Actor;
use crate::context::{AuditNote, Cx};
use crate::error::{Code, OpError, Problem};
use crate::ops::touches;
use crate::password;
use crate::ports::{AccountRecord, AddressFailures, IndexOf, SessionRecord};
use crate::settings::{PasswordProfile, Settings};

/// Login and password.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignInRequest {
    /// Login, whatever its letters' case.
    pub login: String,
    /// Password.
    pub password: String,
}

/// The new session.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignInResponse {
    /// Token of the session; hosts keep it, the window's pages never see it.
    pub token: String,
    /// The session.
    pub session: SessionView,
}

touches!(SignInRequest, self => Touched::Self_);

/// # Errors
/// `sign_in.refused`, whichever of login and password was wrong; `sign_in.locked`
/// after too many failures of the account or of the address.
pub async fn run(cx: &mut Cx, request: SignInRequest) -> Result<SignInResponse, OpError> {
    let settings = Settings::city(&mut *cx.uow).await?;
    let now = cx.now.ms();
    let login = request.login.trim().to_lowercase();
    let address = hex::encode(cx.ports.cipher.index(IndexOf::Address, &cx.address));
    let mut from = cx.uow.address_failures(&address).await?;
    let found = cx.uow.account_by_login(&login).await?;
    cx.note(AuditNote::city(format!("登录名：{}", shown(&login))));
    cx.keep_changes_on_refusal();

    let locked = found
        .as_ref()
        .and_then(|account| account.locked_until)
        .max(from.locked_until);
    if let Some(until) = locked.filter(|until| *until > now) {
        return Err(locked_problem(until, now).into());
    }
    // The same work is done for an unknown login, so that time tells nothing either.
    let matches = match &found {
        Some(account) => password::verify(&request.password, &account.password_hash),
        None => password::verify_nobody(&request.password),
    };
    let account = match found {
        Some(account) if matches && !account.disabled => account,
        other => return Err(count_failure(cx, other, &address, &mut from, &settings).await?),
    };

    let mut account = account;
    account.failures = 0;
    account.locked_until = None;
    account.last_sign_in_at = Some(now);
    if password::needs_rehash(&account.password_hash) {
        account.password_hash = password::hash(&request.password)?;
    }
    cx.uow.record_sign_in(&account).await?;
    cx.uow
        .put_address_failures(&address, AddressFailures::default())
        .await?;
    let age_ms = i64::from(settings.password_days) * 24 * 60 * 60 * 1000;
    if settings.password_profile == PasswordProfile::Dengbao
        && now - account.password_changed_at > age_ms
        && !account.must_change
    {
        account.must_change = true;
        cx.uow.update_account(&account).await?;
    }

    let token = password::token()?;
    let session = SessionRecord {
        token_hash: crate::dispatch::token_hash(&token),
        account_id: account.id,
        address: cx.address.clone(),
        created_at: now,
        last_seen: now,
        expires_at: now + i64::from(settings.session_hours) * 60 * 60 * 1000,
    };
    cx.uow.insert_session(&session).await?;
    cx.uow.sweep(now).await?;
    let grants = cx.uow.grants(account.id).await?;
    let actor = Actor::new(account, &grants, &session);
    let view = super::view(&mut *cx.uow, &actor).await?;
    cx.actor = Some(actor);
    Ok(SignInResponse {
        token,
        session: view,
    })
}

/// Counts a failure for the account and the address; the answer is the same for both.
pub(super) async fn count_failure(
    cx: &mut Cx,
    account: Option<AccountRecord>,
    address: &str,
    from: &mut AddressFailures,
    settings: &Settings,
) -> Result<OpError, OpError> {
    let now = cx.now.ms();
    let lock_ms = i64::from(settings.lock_minutes) * 60_000;
    let max = i64::from(settings.max_failures);
    let mut until = None;
    if let Some(mut account) = account {
        account.failures += 1;
        if account.failures >= max {
            account.failures = 0;
            account.locked_until = Some(now + lock_ms);
            until = account.locked_until;
        }
        cx.uow.record_sign_in(&account).await?;
    }
    // An address serves a whole school, so it is given more tries than one account.
    from.failures = if now - from.last_at > lock_ms {
        1
    } else {
        from.failures + 1
    };
    from.last_at = now;
    if from.failures >= max * 4 {
        from.failures = 0;
        from.locked_until = Some(now + lock_ms);
        until = until.max(from.locked_until);
    }
    cx.uow.put_address_failures(address, *from).await?;
    Ok(match until {
        Some(until) => locked_problem(until, now).into(),
        None => Code::SignInRefused.into(),
    })
}

fn locked_problem(until: i64, now: i64) -> Problem {
    let minutes = (until - now + 59_999) / 60_000;
    Problem::new(Code::SignInLocked).message(format!(
        "失败次数过多，已锁定，请 {minutes} 分钟后再试，或请管理员解锁。"
    ))
}

/// A login as the log shows it: what cannot be a login may be a mistyped password.
fn shown(login: &str) -> &str {
    if crate::domain::login::Login::parse(login).is_ok() {
        login
    } else {
        "（不是登录名）"
    }
}
