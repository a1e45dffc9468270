//! How the window starts, is found again by a second start, and closes.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use tauri::{AppHandle, Context, Emitter, Manager, RunEvent, Runtime, Window, WindowEvent};
use tauri_plugin_window_state::StateFlags;

use crate::backend::Backend;
use crate::in_flight::InFlight;
use crate::{automation, commands, files};

/// Label of the only window; the same as in `tauri.conf.json`.
const MAIN: &str = "main";

/// Told to the pages when a wish to close was put off, so that they can say why
/// the window is still there.
const CLOSING: &str = "closing";

/// Opens the window and stays until it is closed. The context holds the pages.
pub fn run(context: Context) -> ExitCode {
    ekatong_host::memory::keep_little();
    if let Some(end) = ekatong_host::reading::serve_if_asked() {
        return end;
    }
    let data_dir = files::chosen_data_dir();
    let mut builder = tauri::Builder::default()
        // First, so that a second start leaves before it opens anything.
        .plugin(
            tauri_plugin_single_instance::Builder::new()
                .dbus_id(instance_id(data_dir.as_deref()))
                .callback(|app, _arguments, _folder| bring_forward(app))
                .build(),
        )
        .plugin(tauri_plugin_dialog::init())
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
                .build(),
        );
    if let Some(plugin) = automation::plugin() {
        builder = builder.plugin(plugin);
    }
    let app = builder
        .setup(move |app| {
            let backend = Backend::new(data_dir);
            // Without a place there is no log either; the pages say what is wrong with it.
            if let Ok(place) = backend.place() {
                ekatong_host::logging::start(place.folder());
            }
            app.manage(backend);
            let handle = app.handle().clone();
            app.manage(InFlight::new(move || close(&handle)));
            Ok(())
        })
        .on_window_event(on_window_event)
        .invoke_handler(commands::handler())
        .build(context);
    match app {
        // `run` would end the process itself and lose the exit code.
        Ok(app) => {
            let code = app.run_return(|app, event| {
                if let (RunEvent::Exit, Some(backend)) = (event, app.try_state::<Backend>()) {
                    tauri::async_runtime::block_on(backend.close());
                }
            });
            ExitCode::from(u8::from(code != 0))
        }
        Err(error) => {
            // Before there is a window there is nowhere else to say it.
            writeln!(std::io::stderr(), "the window does not open: {error}").ok();
            ExitCode::FAILURE
        }
    }
}

fn on_window_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    if let WindowEvent::CloseRequested { api, .. } = event
        && let Some(in_flight) = window.try_state::<InFlight>()
        && !in_flight.may_close()
    {
        api.prevent_close();
        // Nobody listening is no fault: the window closes all the same.
        window.emit(CLOSING, ()).ok();
    }
}

/// Asks the window to close, which saves its size and place on the way.
fn close<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(MAIN) {
        // It fails only when the window has gone already.
        window.close().ok();
    }
}

/// Shows the window that is open already, instead of a second one.
fn bring_forward<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(MAIN) {
        // Window managers may refuse any of these; none is worth a fault.
        window.unminimize().ok();
        window.show().ok();
        window.set_focus().ok();
    }
}

/// Name under which a second start finds the first: one for each data folder, so
/// that the demo and the real district can be open side by side.
fn instance_id(data_dir: Option<&Path>) -> String {
    match data_dir {
        None => "cn.ekatong.console".to_owned(),
        Some(folder) => {
            let mut hasher = DefaultHasher::new();
            folder.hash(&mut hasher);
            format!("cn.ekatong.console.d{:016x}", hasher.finish())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::instance_id;

    #[test]
    fn each_data_folder_has_its_own_instance() {
        let demo = instance_id(Some(Path::new("/tmp/demo")));
        assert_eq!(demo, instance_id(Some(Path::new("/tmp/demo"))));
        assert_ne!(demo, instance_id(Some(Path::new("/tmp/other"))));
        assert_ne!(demo, instance_id(None));
    }
}
