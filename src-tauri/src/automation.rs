//! What a driven window keeps for the test that drives it.

use tauri::plugin::TauriPlugin;
use tauri::{Runtime, plugin};

/// Set by whoever drives the window; the web view looks at it as well.
const DRIVEN: &str = "TAURI_WEBVIEW_AUTOMATION";

/// Keeps everything the page complains about, from its first line on: WebKit's
/// driver has no command that reads the console.
const KEEP_COMPLAINTS: &str = r"
    window.__complaints = [];
    const keep = (...parts) => window.__complaints.push(parts.map(String).join(' '));
    const error = console.error;
    console.error = (...parts) => { keep('console.error:', ...parts); error(...parts); };
    window.addEventListener('error', e => keep('error:', e.message, e.filename, e.lineno));
    window.addEventListener('unhandledrejection', e => keep('unhandled:', e.reason));
    document.addEventListener('securitypolicyviolation',
        e => keep('policy:', e.violatedDirective, e.blockedURI, e.sourceFile, e.lineNumber));
";

/// Part of the window only while a test drives it.
pub(crate) fn plugin<R: Runtime>() -> Option<TauriPlugin<R>> {
    std::env::var_os(DRIVEN)?;
    Some(
        plugin::Builder::new("automation")
            .js_init_script(KEEP_COMPLAINTS.to_owned())
            .build(),
    )
}
