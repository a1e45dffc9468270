//! The desktop host: one window, one door to the operations.
//!
//! - [`app`]: how the window starts, is found again, and closes;
//! - [`automation`]: what a test that drives the window needs;
//! - [`backend`]: the opened data, the session, the running calls;
//! - [`commands`]: what the pages may ask of the host;
//! - [`files`]: native dialogs and files handed over by the person;
//! - [`in_flight`]: why closing waits for what is being written.

mod app;
mod automation;
mod backend;
mod commands;
mod files;
mod in_flight;

pub use app::run;
