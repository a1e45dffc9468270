//! What the pages may ask of the host.
//!
//! `call` is the one door to the operations; the others are what only a desktop
//! can do: its state, its dialogs, its files. To add one: a function here, its
//! name in [`handler`]. No rule belongs here: the operations decide.

use ekatong_core::error::{Code, OpError, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tauri::ipc::Invoke;
use tauri::{AppHandle, State, Wry};
use uuid::Uuid;

use crate::files;
use crate::in_flight::{InFlight, Work};

/// Every command, under the name the pages use.
pub(crate) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        call,
        cancel,
        host_state,
        host_init,
        host_unlock,
        pick_workbook,
        stage_path,
        stage_bytes,
        save_blob,
    ]
}

/// What a page is told when a command fails.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum CallError {
    /// Things a person can mend.
    Rejected {
        /// What is wrong, in Chinese.
        problems: Vec<Problem>,
    },
    /// Something under the rules broke; the log has it under the same id.
    #[serde(rename_all = "camelCase")]
    Internal {
        /// Always true: what the pages tell the two apart by.
        internal: bool,
        /// Shown to the person as 编号.
        trace_id: String,
    },
}

impl From<OpError> for CallError {
    fn from(error: OpError) -> Self {
        match error {
            OpError::Rejected(problems) => Self::Rejected { problems },
            OpError::Internal { .. } => Self::Internal {
                internal: true,
                trace_id: Uuid::now_v7().to_string(),
            },
        }
    }
}

impl From<Code> for CallError {
    fn from(code: Code) -> Self {
        OpError::from(code).into()
    }
}

type Answer<T> = Result<T, CallError>;

/// Holds the window open until the command has its answer.
fn begin(in_flight: &InFlight) -> Answer<Work> {
    in_flight.begin().ok_or_else(|| Code::Cancelled.into())
}

/// A file taken over by the host; the pages and the operations know it by its id.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Staged {
    /// Id of the blob, for the operation's request.
    pub(crate) blob_id: String,
    /// The file's own name, without its folder.
    pub(crate) file_name: String,
    /// Size in bytes.
    pub(crate) size: u64,
}

/// A file written for the person.
#[derive(Debug, Serialize)]
pub(crate) struct Saved {
    /// Where it is.
    pub(crate) path: String,
}

/// What a new data folder starts with.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "read when the operations are wired in")]
pub(crate) struct HostInit {
    districts: Vec<NewDistrict>,
    login: String,
    display_name: String,
    password: String,
    school_year: String,
    passphrase: Option<String>,
}

/// A district of a new data folder.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "read when the operations are wired in")]
pub(crate) struct NewDistrict {
    code: String,
    name: String,
}

/// Runs one operation. `key` makes a second try the same as the first, and names
/// the call for [`cancel`].
#[tauri::command]
async fn call(
    op: String,
    payload: Value,
    key: Option<String>,
    in_flight: State<'_, InFlight>,
) -> Answer<Value> {
    let _work = begin(&in_flight)?;
    drop((op, payload, key));
    Err(Code::NotFound.into())
}

/// Cancels the call with this key; one that has ended is no fault.
#[tauri::command]
async fn cancel(key: String) -> Answer<()> {
    drop(key);
    Ok(())
}

/// Whether there is data, and whether it can be opened.
#[tauri::command]
async fn host_state() -> Answer<Value> {
    Err(Code::NotFound.into())
}

/// Makes a new data folder; answers the recovery code, once.
#[tauri::command]
async fn host_init(init: HostInit, in_flight: State<'_, InFlight>) -> Answer<Value> {
    let _work = begin(&in_flight)?;
    drop(init);
    Err(Code::NotFound.into())
}

/// Opens the data folder with a passphrase or the recovery code.
#[tauri::command]
async fn host_unlock(passphrase: Option<String>, recovery_code: Option<String>) -> Answer<Value> {
    drop((passphrase, recovery_code));
    Err(Code::NotFound.into())
}

/// Lets the person choose a workbook and takes it over; nothing when they did not.
#[tauri::command]
async fn pick_workbook(app: AppHandle) -> Answer<Option<Staged>> {
    match files::ask_for_workbook(app).await? {
        Some(path) => files::stage_file(&path).map(Some),
        None => Ok(None),
    }
}

/// Takes over a file dropped on the window.
#[tauri::command]
async fn stage_path(path: String) -> Answer<Staged> {
    files::stage_file(path.as_ref())
}

/// Takes over a file the page has read itself.
#[tauri::command]
async fn stage_bytes(file_name: String, base64: String) -> Answer<Staged> {
    drop((file_name, base64));
    Err(Code::NotFound.into())
}

/// Writes a blob where the person says; nothing when they did not.
#[tauri::command]
async fn save_blob(
    app: AppHandle,
    blob_id: String,
    file_name: String,
    in_flight: State<'_, InFlight>,
) -> Answer<Option<Saved>> {
    let _work = begin(&in_flight)?;
    match files::ask_where_to_save(app, &file_name).await? {
        Some(path) => files::write_blob(&blob_id, &path).map(Some),
        None => Ok(None),
    }
}
