//! Native dialogs, the data folder, and files handed over by the person.
//!
//! A page never learns the content of a folder: it gets the id of what the person
//! chose, and operations never see a path.

use std::path::PathBuf;

use ekatong_core::error::{Code, OpError};
use ekatong_core::id::BlobId;
use ekatong_host::{chosen, photos};
use tauri::AppHandle;
use tauri::async_runtime::spawn_blocking;
use tauri_plugin_dialog::{DialogExt, FilePath};

use crate::backend::Backend;
use crate::commands::{CallError, Saved, Staged, StagedPhotos};

/// Names the data folder, instead of the person's own.
const DATA_DIR: &str = "EKATONG_DATA";

/// Where files are saved without asking: for tests and unattended screens.
const SAVE_DIR: &str = "EKATONG_SAVE_DIR";

/// The data folder named by the environment, if any.
pub(crate) fn chosen_data_dir() -> Option<PathBuf> {
    folder_from(DATA_DIR)
}

fn folder_from(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// Shows the native dialog for a workbook.
pub(crate) async fn ask_for_workbook(app: AppHandle) -> Result<Option<PathBuf>, CallError> {
    in_dialog(move || {
        app.dialog()
            .file()
            .set_title("选择要导入的文件")
            .add_filter("Excel 工作簿或 CSV", &["xlsx", "xls", "xlsm", "csv"])
            .add_filter("所有文件", &["*"])
            .blocking_pick_file()
    })
    .await
}

/// Shows the native dialog for a folder of photos, or for zips and photos.
pub(crate) async fn ask_for_photos(
    app: AppHandle,
    folder: bool,
) -> Result<Vec<PathBuf>, CallError> {
    let ask = move || {
        let dialog = app.dialog().file().set_title("选择照片");
        if folder {
            return dialog.blocking_pick_folder().map(|folder| vec![folder]);
        }
        dialog
            .add_filter("照片或压缩包", &["zip", "jpg", "jpeg", "png"])
            .add_filter("所有文件", &["*"])
            .blocking_pick_files()
    };
    let chosen = spawn_blocking(ask)
        .await
        .map_err(|error| OpError::internal("showing a dialog", error))?;
    let paths: Result<Vec<PathBuf>, _> = chosen
        .unwrap_or_default()
        .into_iter()
        .map(FilePath::into_path)
        .collect();
    Ok(paths.map_err(|error| OpError::internal("reading a dialog's answer", error))?)
}

/// Shows the native dialog for one photo.
pub(crate) async fn ask_for_photo(app: AppHandle) -> Result<Option<PathBuf>, CallError> {
    in_dialog(move || {
        app.dialog()
            .file()
            .set_title("选择照片")
            .add_filter("照片", &["jpg", "jpeg", "png"])
            .add_filter("所有文件", &["*"])
            .blocking_pick_file()
    })
    .await
}

/// Takes over photos pack by pack, so that no more than one is held.
pub(crate) async fn stage_photos(
    backend: &Backend,
    paths: Vec<PathBuf>,
) -> Result<StagedPhotos, CallError> {
    let mut bundles = spawn_blocking(move || photos::bundles(&paths))
        .await
        .map_err(|error| OpError::internal("reading chosen photos", error))??;
    let source = bundles.name.clone();
    let mut blob_ids = Vec::new();
    loop {
        let (next, rest) = spawn_blocking(move || (bundles.next(), bundles))
            .await
            .map_err(|error| OpError::internal("packing chosen photos", error))?;
        let Some(bundle) = next else { break };
        let bundle = bundle?;
        blob_ids.push(backend.stage(&bundle.name, &bundle.bytes).await?);
        bundles = rest;
    }
    Ok(StagedPhotos { blob_ids, source })
}

/// Shows the native dialog for saving, with the name already filled in; a save
/// folder in the environment answers instead.
pub(crate) async fn ask_where_to_save(
    app: AppHandle,
    file_name: &str,
) -> Result<Option<PathBuf>, CallError> {
    let name = plain_name(file_name)?;
    if let Some(folder) = folder_from(SAVE_DIR) {
        return Ok(Some(folder.join(name)));
    }
    in_dialog(move || {
        app.dialog()
            .file()
            .set_title("保存到")
            .set_file_name(name)
            .blocking_save_file()
    })
    .await
}

/// The last part of a name, so that a forged one cannot leave the chosen folder.
fn plain_name(file_name: &str) -> Result<String, CallError> {
    file_name
        .rsplit(['/', '\\'])
        .next()
        .filter(|name| !name.is_empty() && *name != "." && *name != "..")
        .map(str::to_owned)
        .ok_or_else(|| Code::RequestInvalid.into())
}

/// Runs a dialog on a thread of its own: it waits for the person, and a worker of
/// the runtime must not.
async fn in_dialog(
    ask: impl FnOnce() -> Option<FilePath> + Send + 'static,
) -> Result<Option<PathBuf>, CallError> {
    let chosen = spawn_blocking(ask)
        .await
        .map_err(|error| OpError::internal("showing a dialog", error))?;
    let path = chosen
        .map(FilePath::into_path)
        .transpose()
        .map_err(|error| OpError::internal("reading a dialog's answer", error))?;
    Ok(path)
}

/// Takes over a file, read on a thread that may wait for a slow disk.
pub(crate) async fn stage_file(backend: &Backend, path: PathBuf) -> Result<Staged, CallError> {
    let chosen = spawn_blocking(move || chosen::read(&path))
        .await
        .map_err(|error| OpError::internal("reading a chosen file", error))??;
    stage(backend, &chosen.name, chosen.bytes).await
}

/// Takes over the bytes of a file.
pub(crate) async fn stage(
    backend: &Backend,
    file_name: &str,
    bytes: Vec<u8>,
) -> Result<Staged, CallError> {
    let file_name = plain_name(file_name)?;
    let size = bytes.len() as u64;
    if size > chosen::largest() {
        return Err(chosen::too_large(&file_name, size).into());
    }
    let blob_id = backend.stage(&file_name, &bytes).await?;
    Ok(Staged {
        blob_id,
        file_name,
        size,
    })
}

/// Writes a blob to a file: beside it first, so that a full disk leaves no half of it.
pub(crate) async fn write_blob(
    backend: &Backend,
    id: BlobId,
    path: PathBuf,
) -> Result<Saved, CallError> {
    let mut draft = path.clone().into_os_string();
    draft.push(".part");
    let not_written = |_| OpError::from(Code::FileNotWritten);
    let written = async {
        let mut file = std::fs::File::create(&draft).map_err(not_written)?;
        backend.fetch_to(id, &mut file).await?;
        drop(file);
        tokio::fs::rename(&draft, &path).await.map_err(not_written)
    };
    if let Err(error) = written.await {
        // What was not written needs no removal.
        tokio::fs::remove_file(&draft).await.ok();
        return Err(error.into());
    }
    Ok(Saved {
        path: path.display().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn a_name_cannot_leave_its_folder() {
        let name = |given| plain_name(given).ok();
        assert_eq!(name("新生.xlsx").as_deref(), Some("新生.xlsx"));
        assert_eq!(name("../../etc/passwd").as_deref(), Some("passwd"));
        assert_eq!(name(r"C:\temp\a.xlsx").as_deref(), Some("a.xlsx"));
        for empty in ["", "/", "..", "a/..", "."] {
            assert_eq!(name(empty), None, "{empty:?}");
        }
    }
}
