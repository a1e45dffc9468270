//! What every local host needs: data folder, locks, keys, and the wiring of core, store and sheet.
//!
//! The window and the `ekatong` program both start at [`LocalHost`]; its `app`
//! is the one door to the operations. `folder` knows the files, `keys` the ways
//! to open the data key, `clock` the time, `demo` the sample districts; `chosen`
//! reads the files that people hand over, `reading` opens them as workbooks; `photos` keeps photos and makes packs of folders; `memory`
//! keeps the programs small.

pub mod chosen;
mod clock;
pub mod demo;
mod errors;
mod folder;
mod keys;
mod local;
pub mod logging;
pub mod memory;
pub mod photos;
mod place;
pub mod reading;

pub use clock::{FixedClock, SystemClock};
pub use ekatong_store::keys::RecoveryCode;
pub use errors::{Exit, HostError, exit_of};
pub use folder::{Folder, FolderError, FolderLock};
pub use keys::{KeyStore, PASSPHRASE, Way, passphrase_from_env};
pub use local::{
    HostState, HostStateKind, InitDistrict, InitRequest, Initialised, LocalHost, OpenOptions,
    Recovered,
};
pub use place::{DATA_DIR, DATABASE, Place};
