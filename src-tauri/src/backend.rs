//! What stands behind the window: the opened data, the session, the running calls.
//!
//! The session's token stays here; the pages never see it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ekatong_core::dispatch::{App, Call};
use ekatong_core::error::{Code, OpError};
use ekatong_core::id::BlobId;
use ekatong_core::ports::Progress;
use ekatong_host::{
    HostError, HostState, HostStateKind, InitRequest, LocalHost, OpenOptions, Place, RecoveryCode,
};
use serde::Serialize;
use serde_json::Value;
use tauri::{AppHandle, Emitter, Runtime};
use tokio::sync::RwLock;
use zeroize::Zeroizing;

/// Told to the pages while long work runs.
const PROGRESS: &str = "progress";
/// Told to the pages when the data changed, by whomever.
const DATA_CHANGED: &str = "data-changed";
/// How often the data is asked whether it changed.
const WATCH_EVERY: Duration = Duration::from_secs(2);
/// Progress is told at most this often, in milliseconds.
const TELL_EVERY_MS: u64 = 100;

/// The opened data, once it is open.
pub(crate) struct Backend {
    data: Option<PathBuf>,
    host: RwLock<Option<LocalHost>>,
    token: Mutex<Option<String>>,
    running: Mutex<HashMap<String, Arc<AtomicBool>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The values are plain, right also after a panic elsewhere.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Backend {
    /// Nothing is opened yet.
    pub(crate) fn new(data: Option<PathBuf>) -> Self {
        Self {
            data,
            host: RwLock::default(),
            token: Mutex::default(),
            running: Mutex::default(),
        }
    }

    /// Where the data is.
    pub(crate) fn place(&self) -> Result<Place, HostError> {
        Place::choose(self.data.clone(), None)
    }

    /// Whether there is data; opens it when that needs no question.
    pub(crate) async fn state<R: Runtime>(
        &self,
        app: &AppHandle<R>,
    ) -> Result<HostState, HostError> {
        let place = self.place()?;
        let mut state = LocalHost::state(&place).await?;
        if self.host.read().await.is_some() {
            // It was opened with what only the person knows: the place itself is still locked.
            state.state = HostStateKind::Ready;
            state.needs_passphrase = false;
        } else if state.state == HostStateKind::Ready {
            self.put(app, LocalHost::open(OpenOptions::new(place)).await?)
                .await;
        }
        Ok(state)
    }

    /// Makes the data and opens it; the recovery code.
    pub(crate) async fn init<R: Runtime>(
        &self,
        app: &AppHandle<R>,
        request: InitRequest,
    ) -> Result<String, HostError> {
        let made = LocalHost::init(&self.place()?, request).await?;
        self.put(app, made.host).await;
        Ok(made.recovery_code)
    }

    /// Opens the data with a passphrase or the recovery code, and lets this user's keyring open it from now on.
    pub(crate) async fn unlock<R: Runtime>(
        &self,
        app: &AppHandle<R>,
        passphrase: Option<String>,
        recovery: Option<String>,
    ) -> Result<(), HostError> {
        let recovery = recovery.as_deref().map(RecoveryCode::parse).transpose()?;
        let options = OpenOptions {
            place: self.place()?,
            passphrase: passphrase.map(Zeroizing::new),
            recovery,
            remember: true,
        };
        self.put(app, LocalHost::open(options).await?).await;
        Ok(())
    }

    async fn put<R: Runtime>(&self, app: &AppHandle<R>, mut host: LocalHost) {
        let mut slot = self.host.write().await;
        if slot.is_some() {
            // Two pages asked at the same time; the first one's is as good.
            host.close().await;
            return;
        }
        host.start_maintaining();
        watch(app.clone(), host.app.clone());
        *slot = Some(host);
    }

    async fn app(&self) -> Result<App, OpError> {
        self.host
            .read()
            .await
            .as_ref()
            .map(|host| host.app.clone())
            .ok_or_else(|| Code::SessionRequired.into())
    }

    fn token(&self) -> Option<String> {
        locked(&self.token).clone()
    }

    /// Runs one operation for the person who is signed in here.
    pub(crate) async fn call<R: Runtime>(
        &self,
        handle: AppHandle<R>,
        op: String,
        payload: Value,
        key: Option<String>,
    ) -> Result<Value, OpError> {
        let app = self.app().await?;
        let cancelled = Arc::new(AtomicBool::new(false));
        if let Some(key) = &key {
            locked(&self.running).insert(key.clone(), Arc::clone(&cancelled));
        }
        let progress = Told {
            handle,
            op: op.clone(),
            key: key.clone(),
            cancelled,
            told: AtomicU64::new(0),
        };
        let call = Call {
            op: op.clone(),
            payload,
            token: self.token(),
            key: key.clone(),
            address: "local".to_owned(),
            progress: Arc::new(progress),
        };
        let answer = app.dispatch(call).await;
        if let Some(key) = &key {
            locked(&self.running).remove(key);
        }
        let mut answer = answer?;
        match op.as_str() {
            "session.signIn" => {
                if let Some(token) = answer.get_mut("token") {
                    *locked(&self.token) = token.as_str().map(str::to_owned);
                    *token = Value::String(String::new());
                }
            }
            "session.signOut" => *locked(&self.token) = None,
            _ => {}
        }
        Ok(answer)
    }

    /// Cancels the call with this key; one that has ended is no fault.
    pub(crate) fn cancel(&self, key: &str) {
        if let Some(cancelled) = locked(&self.running).get(key) {
            cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Takes over a file for the person who is signed in.
    pub(crate) async fn stage(&self, file_name: &str, bytes: &[u8]) -> Result<BlobId, OpError> {
        self.app()
            .await?
            .stage(self.token().as_deref(), file_name, bytes)
            .await
    }

    /// Writes a file that an operation made for the person.
    pub(crate) async fn fetch_to(
        &self,
        id: BlobId,
        to: &mut (dyn std::io::Write + Send),
    ) -> Result<(), OpError> {
        self.app()
            .await?
            .fetch_to(self.token().as_deref(), id, to)
            .await
            .map(drop)
    }

    /// Seals the audit log and closes the database.
    pub(crate) async fn close(&self) {
        if let Some(host) = self.host.write().await.take() {
            host.close().await;
        }
    }
}

/// Tells the pages how far a call is.
struct Told<R: Runtime> {
    handle: AppHandle<R>,
    op: String,
    key: Option<String>,
    cancelled: Arc<AtomicBool>,
    /// When it was told last, in milliseconds since the call began to count.
    told: AtomicU64,
}

#[derive(Clone, Serialize)]
struct Heard<'a> {
    op: &'a str,
    key: &'a str,
    done: u64,
    total: u64,
}

impl<R: Runtime> Progress for Told<R> {
    fn report(&self, done: u64, total: u64) {
        static START: std::sync::LazyLock<std::time::Instant> =
            std::sync::LazyLock::new(std::time::Instant::now);
        let Some(key) = &self.key else { return };
        let now = u64::try_from(START.elapsed().as_millis())
            .unwrap_or(u64::MAX)
            .max(1);
        let before = self.told.load(Ordering::Relaxed);
        if before != 0 && now.saturating_sub(before) < TELL_EVERY_MS {
            return;
        }
        self.told.store(now, Ordering::Relaxed);
        // Nobody listening is no fault.
        self.handle
            .emit(
                PROGRESS,
                Heard {
                    op: &self.op,
                    key,
                    done,
                    total,
                },
            )
            .ok();
    }

    fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// Tells the pages when the data changed, until the window closes.
fn watch<R: Runtime>(handle: AppHandle<R>, app: App) {
    tauri::async_runtime::spawn(async move {
        let mut known = None;
        loop {
            tokio::time::sleep(WATCH_EVERY).await;
            // A database that does not answer is found by the next call, which says so.
            let Ok(version) = app.ports().store.data_version().await else {
                continue;
            };
            if known.is_some_and(|known| known != version) {
                handle.emit(DATA_CHANGED, ()).ok();
            }
            known = Some(version);
        }
    });
}
