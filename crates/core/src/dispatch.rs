//! The one door: every host calls [`App::dispatch`].
//!
//! It signs the request in, checks permission and place, decodes, runs the
//! operation, writes the audit entry in the same transaction as the changes,
//! commits, encodes. So no operation can forget to check or to record.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::access::{Actor, Permission, Reach, forbidden};
use crate::audit;
use crate::context::{AuditNote, Cx, Job};
use crate::domain::time::Timestamp;
use crate::error::{Code, OpError, Problem};
use crate::id::BlobId;
use crate::ports::{Ports, Progress, Quiet, UnitOfWork};
use crate::registry::{Kind, Operation, Runner, find};
use crate::settings::Settings;
use crate::touches::{Touched, Touches, places};

/// Seconds between two writes of a session's last use.
const TOUCH_AFTER_MS: i64 = 60_000;

/// One request.
pub struct Call {
    /// Name of the operation.
    pub op: String,
    /// Its request.
    pub payload: Value,
    /// Token of the session; none before sign-in.
    pub token: Option<String>,
    /// Idempotency key: a repetition gives the stored answer.
    pub key: Option<String>,
    /// Where from; `local` on this machine.
    pub address: String,
    /// Hears how far long work is.
    pub progress: Arc<dyn Progress>,
}

impl Call {
    /// A request from this machine without key and progress.
    #[must_use]
    pub fn local(op: impl Into<String>, payload: Value, token: Option<String>) -> Self {
        Self {
            op: op.into(),
            payload,
            token,
            key: None,
            address: "local".to_owned(),
            progress: Arc::new(Quiet),
        }
    }
}

/// The rules with everything they were given.
#[derive(Clone)]
pub struct App {
    ports: Ports,
}

impl App {
    /// Puts the rules on top of what a host gives.
    #[must_use]
    pub const fn new(ports: Ports) -> Self {
        Self { ports }
    }

    /// What the host gave.
    #[must_use]
    pub const fn ports(&self) -> &Ports {
        &self.ports
    }

    /// Runs one operation.
    ///
    /// # Errors
    /// `operation.unknown`, `request.invalid`, `session.required`, `session.locked`,
    /// `password.must_change`, `forbidden`, `idempotency.mismatch`, and those of the operation.
    pub async fn dispatch(&self, call: Call) -> Result<Value, OpError> {
        let operation = find(&call.op).ok_or(Code::OperationUnknown)?;
        let now = Timestamp::from_ms(self.ports.clock.now_ms());
        match operation.runner {
            Runner::Unit(run) => self.run_unit(operation, run, call, now).await,
            Runner::Job(run) => self.run_job(operation, run, call, now).await,
        }
    }

    async fn run_unit(
        &self,
        operation: &'static Operation,
        run: crate::registry::UnitFn,
        call: Call,
        now: Timestamp,
    ) -> Result<Value, OpError> {
        let writes = operation.kind != Kind::Read;
        let mut uow = if writes {
            self.ports.store.write().await?
        } else {
            self.ports.store.read().await?
        };
        let (actor, stale) = match operation.kind {
            Kind::Public => (None, None),
            Kind::SelfService | Kind::Read | Kind::Write | Kind::Job => {
                let (actor, last_seen) =
                    authenticate(&mut *uow, operation, call.token.as_deref(), now).await?;
                let stale = (now.ms() - last_seen > TOUCH_AFTER_MS).then_some(actor.token_hash);
                (Some(actor), stale)
            }
        };
        let body = Sha256::digest(call.payload.to_string().as_bytes()).into();
        let keyed = match (&call.key, &actor) {
            (Some(key), Some(actor)) if writes => {
                if let Some(answer) =
                    stored_answer(&mut *uow, actor, operation.name, key, &body).await?
                {
                    uow.rollback().await?;
                    return Ok(answer);
                }
                Some(key.clone())
            }
            _ => None,
        };
        let mut cx = Cx {
            uow,
            ports: self.ports.clone(),
            now,
            address: call.address.clone(),
            actor,
            reach: Reach::Parts {
                districts: vec![],
                schools: vec![],
            },
            audit: None,
            keep_on_refusal: false,
        };
        match run(&mut cx, call.payload).await {
            Ok(answer) => {
                if writes {
                    // Public and self-service operations say themselves what is worth an entry.
                    let note = match (cx.audit.take(), operation.kind) {
                        (Some(note), _) => Some(note),
                        (None, Kind::Write) => Some(AuditNote::city(operation.zh)),
                        (None, Kind::Public | Kind::SelfService | Kind::Read | Kind::Job) => None,
                    };
                    if let Some(note) = note {
                        let entry = audit::entry(
                            cx.actor.as_ref(),
                            &call.address,
                            operation.name,
                            now,
                            "done",
                            note,
                        );
                        cx.uow.append_audit(&entry).await?;
                    }
                    if let (Some(hash), true) = (stale, operation.name != "session.signOut") {
                        cx.uow.touch_session(&hash, now.ms()).await?;
                    }
                    if let (Some(key), Some(actor)) = (&keyed, &cx.actor) {
                        let first = cx
                            .uow
                            .put_idempotent(
                                actor.account,
                                operation.name,
                                key,
                                &body,
                                &answer.to_string(),
                                now.ms(),
                            )
                            .await?;
                        if !first {
                            cx.uow.rollback().await?;
                            return Err(Code::Busy.into());
                        }
                    }
                    cx.uow.commit().await?;
                } else {
                    cx.uow.rollback().await?;
                    if let Some(hash) = stale {
                        let mut uow = self.ports.store.write().await?;
                        uow.touch_session(&hash, now.ms()).await?;
                        uow.commit().await?;
                    }
                }
                Ok(answer)
            }
            Err(error) => {
                let Cx {
                    uow,
                    actor,
                    keep_on_refusal,
                    audit,
                    ..
                } = cx;
                if keep_on_refusal && matches!(error, OpError::Rejected(_)) {
                    uow.commit().await?;
                } else {
                    uow.rollback().await?;
                }
                self.record_refusal(operation, actor.as_ref(), &call.address, now, audit, &error)
                    .await?;
                Err(error)
            }
        }
    }

    async fn run_job(
        &self,
        operation: &'static Operation,
        run: crate::registry::JobFn,
        call: Call,
        now: Timestamp,
    ) -> Result<Value, OpError> {
        // A short write transaction: it also notes the session's use.
        let mut uow = self.ports.store.write().await?;
        let (actor, _) = authenticate(&mut *uow, operation, call.token.as_deref(), now).await?;
        uow.touch_session(&actor.token_hash, now.ms()).await?;
        let body = Sha256::digest(call.payload.to_string().as_bytes()).into();
        let mut idempotency = None;
        if let Some(key) = call.key {
            if let Some(answer) =
                stored_answer(&mut *uow, &actor, operation.name, &key, &body).await?
            {
                uow.commit().await?;
                return Ok(answer);
            }
            idempotency = Some((key, body));
        }
        uow.commit().await?;
        let mut job = Job {
            ports: self.ports.clone(),
            actor,
            now,
            progress: call.progress,
            op: operation.name,
            address: call.address.clone(),
            idempotency,
            finished: false,
        };
        match run(&mut job, call.payload).await {
            Ok(answer) if job.finished => Ok(answer),
            Ok(_) => Err(OpError::internal(
                "ending a job",
                format!(
                    "{} returned without its closing transaction",
                    operation.name
                ),
            )),
            Err(error) => {
                self.record_refusal(
                    operation,
                    Some(&job.actor),
                    &call.address,
                    now,
                    None,
                    &error,
                )
                .await?;
                Err(error)
            }
        }
    }

    /// Refusals of permission are worth an entry, in a transaction of their own.
    async fn record_refusal(
        &self,
        operation: &'static Operation,
        actor: Option<&Actor>,
        address: &str,
        now: Timestamp,
        note: Option<AuditNote>,
        error: &OpError,
    ) -> Result<(), OpError> {
        let worth = [Code::Forbidden, Code::SignInRefused, Code::SignInLocked];
        let Some(problem) = error
            .problems()
            .iter()
            .find(|problem| worth.contains(&problem.code))
        else {
            return Ok(());
        };
        let mut note = note.unwrap_or_else(|| {
            let home = actor
                .and_then(|actor| actor.grants.first())
                .map(|grant| grant.place.clone());
            match home {
                Some(crate::access::Place::School(district, school)) => {
                    AuditNote::school(district, school, "")
                }
                Some(crate::access::Place::District(district)) => AuditNote::district(district, ""),
                Some(crate::access::Place::City) | None => AuditNote::city(""),
            }
        });
        note.summary = format!("{}：{}", operation.zh, problem.message);
        let mut uow = self.ports.store.write().await?;
        uow.append_audit(&audit::entry(
            actor,
            address,
            operation.name,
            now,
            "refused",
            note,
        ))
        .await?;
        uow.commit().await
    }

    /// Stages a file for the person of this session; it is forgotten after a day.
    ///
    /// # Errors
    /// `session.required`, and those of the store.
    pub async fn stage(
        &self,
        token: Option<&str>,
        file_name: &str,
        bytes: &[u8],
    ) -> Result<BlobId, OpError> {
        let now = Timestamp::from_ms(self.ports.clock.now_ms());
        let mut uow = self.ports.store.write().await?;
        let (actor, _) = sign_in_state(&mut *uow, token, now).await?;
        let id = crate::blobs::write(
            &mut *uow,
            &*self.ports.cipher,
            actor.account,
            file_name,
            bytes,
            now,
        )
        .await?;
        uow.commit().await?;
        Ok(id)
    }

    /// Reads a staged file of the person of this session: its name and bytes.
    ///
    /// # Errors
    /// `session.required`, `blob.unknown`, and those of the store.
    pub async fn fetch(
        &self,
        token: Option<&str>,
        id: BlobId,
    ) -> Result<(String, Vec<u8>), OpError> {
        let mut bytes = Vec::new();
        let name = self.fetch_to(token, id, &mut bytes).await?;
        Ok((name, bytes))
    }

    /// Writes a staged file of the person signed in somewhere, piece by piece: a package
    /// of photos is too large to be held. Its name.
    ///
    /// # Errors
    /// `session.required`, `blob.unknown`, `file.not_written`, and those of the store.
    pub async fn fetch_to(
        &self,
        token: Option<&str>,
        id: BlobId,
        to: &mut (dyn std::io::Write + Send),
    ) -> Result<String, OpError> {
        let now = Timestamp::from_ms(self.ports.clock.now_ms());
        let cipher = &*self.ports.cipher;
        let mut uow = self.ports.store.read().await?;
        let (actor, _) = sign_in_state(&mut *uow, token, now).await?;
        let name = crate::blobs::write_to(&mut *uow, cipher, actor.account, id, now, to).await?;
        uow.rollback().await?;
        Ok(name)
    }
}

/// Hash under which a session's token is stored.
#[must_use]
pub(crate) fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// The person of a session that is alive, and its last use.
async fn sign_in_state(
    uow: &mut dyn UnitOfWork,
    token: Option<&str>,
    now: Timestamp,
) -> Result<(Actor, i64), OpError> {
    let hash = token_hash(token.ok_or(Code::SessionRequired)?);
    let session = uow.session(&hash).await?.ok_or(Code::SessionRequired)?;
    if session.expires_at <= now.ms() {
        return Err(Code::SessionRequired.into());
    }
    let account = uow
        .account(session.account_id)
        .await?
        .ok_or(Code::SessionRequired)?;
    if account.disabled {
        return Err(Code::SessionRequired.into());
    }
    let grants = uow.grants(account.id).await?;
    Ok((Actor::new(account, &grants, &session), session.last_seen))
}

async fn authenticate(
    uow: &mut dyn UnitOfWork,
    operation: &Operation,
    token: Option<&str>,
    now: Timestamp,
) -> Result<(Actor, i64), OpError> {
    let (actor, last_seen) = sign_in_state(uow, token, now).await?;
    let unlocks = matches!(operation.name, "session.resume" | "session.signOut");
    let idle_ms = i64::from(Settings::city(uow).await?.idle_minutes) * 60_000;
    if now.ms() - last_seen > idle_ms && !unlocks {
        return Err(Code::SessionLocked.into());
    }
    if actor.must_change && operation.kind != Kind::SelfService {
        return Err(Code::PasswordMustChange.into());
    }
    Ok((actor, last_seen))
}

async fn stored_answer(
    uow: &mut dyn UnitOfWork,
    actor: &Actor,
    op: &str,
    key: &str,
    body: &[u8; 32],
) -> Result<Option<Value>, OpError> {
    match uow.idempotent(actor.account, op, key).await? {
        None => Ok(None),
        Some((stored, _)) if &stored != body => Err(Code::IdempotencyMismatch.into()),
        Some((_, answer)) => serde_json::from_str(&answer)
            .map(Some)
            .map_err(|source| OpError::internal("reading a stored answer", source)),
    }
}

/// Decodes a request; what does not fit is named in the log only by its path.
pub(crate) fn decode<T: DeserializeOwned>(payload: Value) -> Result<T, OpError> {
    serde_json::from_value(payload).map_err(|source| {
        tracing::debug!(line = source.line(), "request does not fit the operation");
        Problem::new(Code::RequestInvalid)
            .message(format!("请求格式不对：{}", describe(&source)))
            .into()
    })
}

/// Serde's message without the offending value, which may be personal.
fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if let Some(name) = text.split('`').nth(1) {
        if text.starts_with("missing field") {
            return format!("缺少“{name}”。");
        }
        if text.starts_with("unknown field") {
            return format!("没有“{name}”这一项。");
        }
    }
    "某一项的类型不对，请对照该操作的说明。".to_owned()
}

/// Encodes an answer.
pub(crate) fn encode<T: Serialize>(answer: &T) -> Result<Value, OpError> {
    serde_json::to_value(answer).map_err(|source| OpError::internal("encoding an answer", source))
}

/// Checks permission and place of a request inside a transaction.
pub(crate) async fn authorise(
    cx: &mut Cx,
    permission: Option<Permission>,
    request: &(impl Touches + Sync),
) -> Result<(), OpError> {
    let Some(permission) = permission else {
        return Ok(());
    };
    cx.reach = reach_over(
        &mut *cx.uow,
        cx.actor.as_ref(),
        permission,
        &request.touches(),
    )
    .await?;
    Ok(())
}

/// Checks permission and place of a job's request in a short transaction of its own.
pub(crate) async fn authorise_job(
    job: &Job,
    permission: Option<Permission>,
    request: &(impl Touches + Sync),
) -> Result<(), OpError> {
    let Some(permission) = permission else {
        return Ok(());
    };
    let mut uow = job.ports.store.read().await?;
    let reach = reach_over(&mut *uow, Some(&job.actor), permission, &request.touches()).await;
    uow.rollback().await?;
    reach.map(|_| ())
}

async fn reach_over(
    uow: &mut dyn UnitOfWork,
    actor: Option<&Actor>,
    permission: Permission,
    touched: &Touched,
) -> Result<Reach, OpError> {
    let actor = actor.ok_or(Code::SessionRequired)?;
    let reach = actor.reach(permission);
    // A person without the permission anywhere learns nothing about what exists.
    if !reach.is_somewhere() {
        return Err(forbidden(permission));
    }
    for place in places(uow, touched).await? {
        if !reach.covers(&place) {
            return Err(forbidden(permission));
        }
    }
    Ok(reach)
}
