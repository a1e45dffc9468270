//! One command is one session: open, sign in, ask, sign out, close.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ekatong_core::dispatch::Call;
use ekatong_core::error::{Code, OpError};
use ekatong_core::id::BlobId;
use ekatong_core::ports::{Progress, Quiet};
use ekatong_host::{Exit, HostError, LocalHost, OpenOptions, Place};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{Output, text};
use crate::progress::Bar;
use crate::secrets;

/// What every command is given.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) place: Place,
    pub(crate) login: Option<String>,
    pub(crate) output: Output,
}

/// An open host with somebody signed in.
pub(crate) struct Session {
    pub(crate) host: LocalHost,
    pub(crate) output: Output,
    token: Option<String>,
    /// What signing in answered.
    pub(crate) view: Value,
}

/// Opens the place; asks for the passphrase when it is needed and a person is there.
pub(crate) async fn open(context: &Context) -> Result<LocalHost, Failure> {
    let opened = LocalHost::open(OpenOptions::new(context.place.clone())).await;
    let host = match opened {
        Err(HostError::Locked { passphrase: true }) => match secrets::ask("数据口令：")? {
            Some(passphrase) => {
                let options = OpenOptions {
                    passphrase: Some(passphrase.into()),
                    remember: true,
                    ..OpenOptions::new(context.place.clone())
                };
                LocalHost::open(options).await?
            }
            None => return Err(HostError::Locked { passphrase: true }.into()),
        },
        other => other?,
    };
    let behind = host.clock.behind_ms();
    if behind > 60_000 {
        context.output.note(&format!(
            "提醒：本机时钟比数据中最后的时间慢 {} 分钟，已按后者计时，请校准时钟。",
            behind / 60_000
        ));
    }
    Ok(host)
}

/// Runs a command as the person of `--as`.
pub(crate) async fn signed_in(
    context: &Context,
    work: impl AsyncFnOnce(&Session) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let login = match &context.login {
        Some(login) => login.clone(),
        None => {
            secrets::ask_line("账号：")?.ok_or_else(|| Failure::sign_in("请用 --as 指明账号。"))?
        }
    };
    let password = secrets::password()?;
    let host = open(context).await?;
    let mut session = Session {
        host,
        output: context.output,
        token: None,
        view: Value::Null,
    };
    let ended = async {
        let answer = session
            .call(
                "session.signIn",
                json!({ "login": login, "password": password }),
            )
            .await?;
        session.token = Some(text(&answer, "token").to_owned());
        session.view = answer.get("session").cloned().unwrap_or_default();
        work(&session).await
    }
    .await;
    session.end().await;
    ended
}

/// Runs a command that needs nobody.
pub(crate) async fn unsigned(
    context: &Context,
    work: impl AsyncFnOnce(&Session) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let host = open(context).await?;
    let session = Session {
        host,
        output: context.output,
        token: None,
        view: Value::Null,
    };
    let ended = work(&session).await;
    session.end().await;
    ended
}

impl Session {
    /// Asks the one door.
    pub(crate) async fn call(&self, op: &str, request: Value) -> Result<Value, Failure> {
        self.ask(op, request, Arc::new(Quiet)).await
    }

    /// Asks the one door for long work, with a bar.
    pub(crate) async fn job(&self, op: &str, request: Value) -> Result<Value, Failure> {
        let bar = Bar::start();
        let answer = self
            .ask(op, request, Arc::clone(&bar) as Arc<dyn Progress>)
            .await;
        bar.finish();
        answer
    }

    async fn ask(
        &self,
        op: &str,
        request: Value,
        progress: Arc<dyn Progress>,
    ) -> Result<Value, Failure> {
        let call = Call {
            progress,
            ..Call::local(op, request, self.token.clone())
        };
        Ok(self.host.app.dispatch(call).await?)
    }

    /// Asks and prints.
    pub(crate) async fn show(
        &self,
        op: &str,
        request: Value,
        people: impl FnOnce(Output, &Value),
    ) -> Result<Exit, Failure> {
        let answer = self.call(op, request).await?;
        self.output.answer(&answer, people);
        Ok(Exit::Done)
    }

    /// Stages a file for the person.
    pub(crate) async fn stage(&self, file_name: &str, bytes: &[u8]) -> Result<BlobId, Failure> {
        Ok(self
            .host
            .app
            .stage(self.token.as_deref(), file_name, bytes)
            .await?)
    }

    /// Writes the staged file of an answer to a path; an existing one only when forced.
    pub(crate) async fn save(
        &self,
        answer: &Value,
        out: &Path,
        force: bool,
    ) -> Result<(), Failure> {
        let id: BlobId = serde_json::from_value(answer.get("blobId").cloned().unwrap_or_default())
            .map_err(|error| OpError::internal("reading an answer", error))?;
        let mut part = Part::create(out, force)?;
        let fetched = self
            .host
            .app
            .fetch_to(self.token.as_deref(), id, &mut part.file)
            .await;
        match fetched {
            Err(error) if error.has(Code::FileNotWritten) => Err(not_written(out)),
            Err(error) => Err(error.into()),
            Ok(_) => part.place(out, force),
        }
    }

    /// Signs out, seals, closes.
    async fn end(self) {
        if self.token.is_some()
            && let Err(error) = self.call("session.signOut", json!({})).await
        {
            // The session ends by itself after a while.
            tracing::warn!(?error, "signing out failed");
        }
        self.host.close().await;
    }
}

/// Refuses a path that is taken, before any work is done for it.
pub(crate) fn check_free(out: &Path, force: bool) -> Result<(), Failure> {
    if !force && out.exists() {
        return Err(Failure::Usage(format!(
            "文件已存在：{}。请换一个文件名，或加 --force 覆盖。",
            out.display()
        )));
    }
    Ok(())
}

fn not_written(out: &Path) -> Failure {
    Failure::Usage(format!(
        "写不了文件：{}，请检查文件夹和权限。",
        out.display()
    ))
}

/// A whole file or none: written beside its place, then given its name. What is not given
/// its name goes with this value.
struct Part {
    path: PathBuf,
    file: File,
}

impl Part {
    fn create(out: &Path, force: bool) -> Result<Self, Failure> {
        check_free(out, force)?;
        let mut path = out.as_os_str().to_owned();
        path.push(format!(".{}.part", std::process::id()));
        let path = PathBuf::from(path);
        let file = File::create(&path).map_err(|error| failed(out, &error))?;
        Ok(Self { path, file })
    }

    fn place(self, out: &Path, force: bool) -> Result<(), Failure> {
        let placed = self.file.sync_all().and_then(|()| {
            if force {
                return std::fs::rename(&self.path, out);
            }
            std::fs::hard_link(&self.path, out).or_else(|error| {
                // File systems without links: the look above has to do.
                if error.kind() == std::io::ErrorKind::AlreadyExists {
                    Err(error)
                } else {
                    std::fs::rename(&self.path, out)
                }
            })
        });
        placed.map_err(|error| failed(out, &error))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Gone already when it was renamed.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn failed(out: &Path, error: &std::io::Error) -> Failure {
    tracing::warn!(%error, "a file could not be written");
    not_written(out)
}
