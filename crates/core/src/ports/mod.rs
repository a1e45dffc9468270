//! What the rules need from outside: storage, clock, cipher, progress.
//!
//! Storage is one [`UnitOfWork`] (a transaction), split by noun so that each
//! file here has its twin in `crates/store/src/queries/`. Every method is one
//! query or one short run of queries; none of them decides anything.

mod accounts;
mod applications;
mod audit;
mod batches;
mod blobs;
mod cards;
mod extensions;
mod imports;
mod jobs;
mod mismatches;
mod moves;
mod names;
mod order_totals;
mod orders;
mod organisation;
mod photos;
mod pupil_file;
mod pupils;

use std::sync::Arc;

use async_trait::async_trait;

pub use accounts::*;
pub use applications::*;
pub use audit::*;
pub use batches::*;
pub use blobs::*;
pub use cards::*;
pub use extensions::*;
pub use imports::*;
pub use jobs::*;
pub use mismatches::*;
pub use moves::*;
pub use names::*;
pub use order_totals::*;
pub use orders::*;
pub use organisation::*;
pub use photos::*;
pub use pupil_file::*;
pub use pupils::*;

use crate::error::OpError;
use crate::import::table::Workbooks;
use crate::photo::Pictures;

/// What a storage call gives. The store turns an engine's violation of a unique
/// key into the problem's code (`class.number_taken`, `pupil.duplicate`, …), a
/// lock wait that took too long into `busy`, and all else into an internal fault.
pub type Stored<T> = Result<T, OpError>;

/// One transaction on the database.
#[async_trait]
pub trait UnitOfWork:
    Organisation
    + Accounts
    + Applications
    + Audit
    + Blobs
    + Pupils
    + Moves
    + PupilFile
    + Names
    + Imports
    + Orders
    + OrderTotals
    + Batches
    + Cards
    + Photos
    + Extensions
    + Jobs
    + Mismatches
    + Send
{
    /// Makes the changes last.
    async fn commit(self: Box<Self>) -> Stored<()>;
    /// Drops the changes.
    async fn rollback(self: Box<Self>) -> Stored<()>;
}

/// The database.
#[async_trait]
pub trait Store: Send + Sync {
    /// A transaction that only reads and sees one state of the data.
    async fn read(&self) -> Stored<Box<dyn UnitOfWork>>;
    /// A transaction that writes. On SQLite it holds the write lock from its start.
    async fn write(&self) -> Stored<Box<dyn UnitOfWork>>;
    /// A number that changes when any process has changed the data.
    async fn data_version(&self) -> Stored<i64>;
}

/// The time, from outside the rules so that tests can set it.
pub trait Clock: Send + Sync {
    /// UTC epoch milliseconds; never earlier than any moment given before.
    fn now_ms(&self) -> i64;
}

/// Where a sealed value stands: it can be opened in that place only.
#[derive(Debug, Clone, Copy)]
pub struct SealedAt {
    /// Table.
    pub table: &'static str,
    /// Column.
    pub column: &'static str,
    /// Id of the row.
    pub row: uuid::Uuid,
}

/// What a keyed hash is taken of: the same text gives different hashes for different uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexOf {
    /// Identity key of a paper, with its kind.
    Paper,
    /// 学籍号.
    StudentNumber,
    /// Phone number.
    Phone,
    /// Bank card.
    BankCard,
    /// An address that signs in.
    Address,
}

/// Encrypts personal fields and finds them again (SEC-2).
pub trait Cipher: Send + Sync {
    /// AES-256-GCM with the place as associated data.
    ///
    /// # Errors
    /// An internal fault when the system gives no random bytes.
    fn seal(&self, at: SealedAt, clear: &[u8]) -> Result<Vec<u8>, OpError>;
    /// The clear bytes.
    ///
    /// # Errors
    /// An internal fault when the bytes were not sealed in this place with this key.
    fn open(&self, at: SealedAt, sealed: &[u8]) -> Result<Vec<u8>, OpError>;
    /// Keyed hash of a *normalised* value, for exact search and unique keys.
    fn index(&self, of: IndexOf, value: &str) -> [u8; 16];
    /// Keyed hash of the bytes of a file: equal files have equal hashes.
    fn content(&self, bytes: &[u8]) -> [u8; 16];
    /// Keyed hash that chains audit entries.
    fn chain(&self, previous: &[u8], entry: &[u8]) -> [u8; 32];
}

/// Hears how far long work is, and tells whether it should stop.
pub trait Progress: Send + Sync {
    /// `done` of `total` steps; `total` 0 when unknown.
    fn report(&self, done: u64, total: u64);
    /// True when the person cancelled.
    fn cancelled(&self) -> bool;
}

/// Progress that nobody hears.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn report(&self, _done: u64, _total: u64) {}

    fn cancelled(&self) -> bool {
        false
    }
}

/// Everything the rules are given by a host.
#[derive(Clone)]
pub struct Ports {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Encryption of personal fields.
    pub cipher: Arc<dyn Cipher>,
    /// Workbooks.
    pub workbooks: Arc<dyn Workbooks>,
    /// Pictures.
    pub pictures: Arc<dyn Pictures>,
    /// The bytes of photos.
    pub photos: Arc<dyn PhotoStore>,
}
