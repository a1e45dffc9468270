//! What the pages may ask of the host.
//!
//! `call` is the one door to the operations; the others are what only a desktop
//! can do: its state, its dialogs, its files. To add one: a function here, its
//! name in [`handler`]. No rule belongs here: the operations decide.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ekatong_core::error::{Code, OpError, Problem};
use ekatong_core::id::BlobId;
use ekatong_host::{HostError, HostState, InitRequest};
use serde::Serialize;
use serde_json::Value;
use tauri::ipc::Invoke;
use tauri::{AppHandle, State, Wry};
use uuid::Uuid;

use crate::backend::Backend;
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
        pick_photos,
        pick_photo,
        stage_photos,
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
            OpError::Internal { doing, source } => {
                let trace_id = Uuid::now_v7().to_string();
                tracing::error!(trace_id, doing, source, "an operation broke");
                Self::Internal {
                    internal: true,
                    trace_id,
                }
            }
        }
    }
}

impl From<HostError> for CallError {
    fn from(error: HostError) -> Self {
        if let HostError::Op(error) = error {
            return error.into();
        }
        tracing::warn!(code = error.code(), %error, "the host could not do its part");
        let problem = Problem::new(Code::HostRefused).message(error.message());
        Self::Rejected {
            problems: vec![problem],
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
    pub(crate) blob_id: BlobId,
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

/// Runs one operation. `key` makes a second try the same as the first, and names
/// the call for [`cancel`].
#[tauri::command]
async fn call(
    app: AppHandle,
    op: String,
    payload: Value,
    key: Option<String>,
    in_flight: State<'_, InFlight>,
    backend: State<'_, Backend>,
) -> Answer<Value> {
    let _work = begin(&in_flight)?;
    Ok(backend.call(app, op, payload, key).await?)
}

/// Cancels the call with this key; one that has ended is no fault.
#[tauri::command]
async fn cancel(key: String, backend: State<'_, Backend>) -> Answer<()> {
    backend.cancel(&key);
    Ok(())
}

/// Whether there is data, and whether it can be opened.
#[tauri::command]
async fn host_state(
    app: AppHandle,
    in_flight: State<'_, InFlight>,
    backend: State<'_, Backend>,
) -> Answer<HostState> {
    let _work = begin(&in_flight)?;
    Ok(backend.state(&app).await?)
}

/// The recovery code of new data, shown once.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    recovery_code: String,
}

/// Makes a new data folder; answers the recovery code, once.
#[tauri::command]
async fn host_init(
    app: AppHandle,
    init: InitRequest,
    in_flight: State<'_, InFlight>,
    backend: State<'_, Backend>,
) -> Answer<Made> {
    let _work = begin(&in_flight)?;
    let recovery_code = backend.init(&app, init).await?;
    Ok(Made { recovery_code })
}

/// Opens the data folder with a passphrase or the recovery code.
#[tauri::command]
async fn host_unlock(
    app: AppHandle,
    passphrase: Option<String>,
    recovery_code: Option<String>,
    in_flight: State<'_, InFlight>,
    backend: State<'_, Backend>,
) -> Answer<()> {
    let _work = begin(&in_flight)?;
    Ok(backend.unlock(&app, passphrase, recovery_code).await?)
}

/// Lets the person choose a workbook and takes it over; nothing when they did not.
#[tauri::command]
async fn pick_workbook(app: AppHandle, backend: State<'_, Backend>) -> Answer<Option<Staged>> {
    match files::ask_for_workbook(app).await? {
        Some(path) => files::stage_file(&backend, path).await.map(Some),
        None => Ok(None),
    }
}

/// Takes over a file dropped on the window.
#[tauri::command]
async fn stage_path(path: String, backend: State<'_, Backend>) -> Answer<Staged> {
    files::stage_file(&backend, path.into()).await
}

/// Photos taken over by the host, in as many packs as they need.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StagedPhotos {
    /// Ids of the packs, for the operation's request.
    pub(crate) blob_ids: Vec<BlobId>,
    /// Name of the folder or file.
    pub(crate) source: String,
}

/// Lets the person choose a folder of photos, or files, and takes them over.
#[tauri::command]
async fn pick_photos(
    app: AppHandle,
    folder: bool,
    in_flight: State<'_, InFlight>,
    backend: State<'_, Backend>,
) -> Answer<Option<StagedPhotos>> {
    let _work = begin(&in_flight)?;
    let paths = files::ask_for_photos(app, folder).await?;
    if paths.is_empty() {
        return Ok(None);
    }
    files::stage_photos(&backend, paths).await.map(Some)
}

/// Lets the person choose one photo and takes it over; nothing when they did not.
#[tauri::command]
async fn pick_photo(app: AppHandle, backend: State<'_, Backend>) -> Answer<Option<Staged>> {
    match files::ask_for_photo(app).await? {
        Some(path) => files::stage_file(&backend, path).await.map(Some),
        None => Ok(None),
    }
}

/// Takes over photos dropped on the window: folders, zips, single ones.
#[tauri::command]
async fn stage_photos(
    paths: Vec<String>,
    in_flight: State<'_, InFlight>,
    backend: State<'_, Backend>,
) -> Answer<StagedPhotos> {
    let _work = begin(&in_flight)?;
    files::stage_photos(&backend, paths.into_iter().map(Into::into).collect()).await
}

/// Takes over a file the page has read itself.
#[tauri::command]
async fn stage_bytes(
    file_name: String,
    base64: String,
    backend: State<'_, Backend>,
) -> Answer<Staged> {
    let bytes = BASE64
        .decode(base64)
        .map_err(|_| CallError::from(Code::RequestInvalid))?;
    files::stage(&backend, &file_name, bytes).await
}

/// Writes a blob where the person says; nothing when they did not.
#[tauri::command]
async fn save_blob(
    app: AppHandle,
    blob_id: BlobId,
    file_name: String,
    in_flight: State<'_, InFlight>,
    backend: State<'_, Backend>,
) -> Answer<Option<Saved>> {
    let _work = begin(&in_flight)?;
    match files::ask_where_to_save(app, &file_name).await? {
        Some(path) => files::write_blob(&backend, blob_id, path).await.map(Some),
        None => Ok(None),
    }
}
