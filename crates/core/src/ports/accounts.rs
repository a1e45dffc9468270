//! Accounts, role grants, sessions, idempotency keys.

use async_trait::async_trait;

use super::Stored;
use crate::id::{AccountId, SchoolId};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRecord {
    /// Id.
    pub id: AccountId,
    /// Lower-case login.
    pub login: String,
    /// Name shown.
    pub display_name: String,
    /// Argon2id in PHC form.
    pub password_hash: String,
    /// When the password was set.
    pub password_changed_at: i64,
    /// The password must be changed before anything else.
    pub must_change: bool,
    /// May not sign in.
    pub disabled: bool,
    /// Failed sign-ins since the last good one.
    pub failures: i64,
    /// Locked until this moment.
    pub locked_until: Option<i64>,
    /// Last good sign-in.
    pub last_sign_in_at: Option<i64>,
    /// Made at.
    pub created_at: i64,
    /// Grows with each change by a person.
    pub version: i64,
}

/// A role within a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRecord {
    /// Role, as `Role::as_str`.
    pub role: String,
    /// District; `None` for the whole city.
    pub district: Option<String>,
    /// Name of the district.
    pub district_name: Option<String>,
    /// School.
    pub school_id: Option<SchoolId>,
    /// Name of the school.
    pub school_name: Option<String>,
}

/// A signed-in session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// Account.
    pub account_id: AccountId,
    /// Where from; `local` for this machine.
    pub address: String,
    /// Signed in at.
    pub created_at: i64,
    /// Last use.
    pub last_seen: i64,
    /// Ends at the latest.
    pub expires_at: i64,
}

/// Which accounts a list shows.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Only accounts all of whose grants lie in these districts; `None` for all.
    pub districts: Option<Vec<String>>,
    /// Only accounts with this role.
    pub role: Option<String>,
    /// Part of login or display name.
    pub text: Option<String>,
}

/// Failures of one address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AddressFailures {
    /// Since the last good sign-in or pause.
    pub failures: i64,
    /// Latest.
    pub last_at: i64,
    /// Locked until.
    pub locked_until: Option<i64>,
}

/// Storage of accounts and sessions.
#[async_trait]
pub trait Accounts {
    /// Accounts by login, after a login.
    async fn accounts(
        &mut self,
        filter: &AccountFilter,
        after: Option<String>,
        limit: u32,
    ) -> Stored<Vec<AccountRecord>>;
    /// One account.
    async fn account(&mut self, id: AccountId) -> Stored<Option<AccountRecord>>;
    /// One account by login; locked for the rest of a write transaction.
    async fn account_by_login(&mut self, login: &str) -> Stored<Option<AccountRecord>>;
    /// # Errors
    /// `login.taken`.
    async fn insert_account(&mut self, account: &AccountRecord) -> Stored<()>;
    /// Writes all but id, login and created_at if the version still is
    /// `account.version`, and raises it; false when it is not.
    async fn update_account(&mut self, account: &AccountRecord) -> Stored<bool>;
    /// Writes failures, locked_until, last_sign_in_at and password_hash, whatever the version.
    async fn record_sign_in(&mut self, account: &AccountRecord) -> Stored<()>;
    /// Accounts that may sign in and hold this role for the whole city.
    async fn count_city_role(&mut self, role: &str) -> Stored<i64>;
    /// The last `limit` password hashes, newest first.
    async fn password_history(&mut self, id: AccountId, limit: u32) -> Stored<Vec<String>>;
    /// Adds to the history.
    async fn push_password(&mut self, id: AccountId, hash: &str, now: i64) -> Stored<()>;

    /// Grants of an account.
    async fn grants(&mut self, id: AccountId) -> Stored<Vec<GrantRecord>>;
    /// Grants of several accounts.
    async fn grants_of(&mut self, ids: &[AccountId]) -> Stored<Vec<(AccountId, GrantRecord)>>;
    /// Replaces the grants of an account.
    async fn put_grants(&mut self, id: AccountId, grants: &[GrantRecord]) -> Stored<()>;

    /// Failures of an address, by the keyed hash of it in hexadecimal.
    async fn address_failures(&mut self, address: &str) -> Stored<AddressFailures>;
    /// Writes them.
    async fn put_address_failures(
        &mut self,
        address: &str,
        failures: AddressFailures,
    ) -> Stored<()>;

    /// One session.
    async fn session(&mut self, token_hash: &[u8; 32]) -> Stored<Option<SessionRecord>>;
    /// Signs in.
    async fn insert_session(&mut self, session: &SessionRecord) -> Stored<()>;
    /// Sets the last use.
    async fn touch_session(&mut self, token_hash: &[u8; 32], now: i64) -> Stored<()>;
    /// Ends one session.
    async fn delete_session(&mut self, token_hash: &[u8; 32]) -> Stored<()>;
    /// Ends all sessions of an account but one.
    async fn delete_sessions(&mut self, id: AccountId, but: Option<&[u8; 32]>) -> Stored<()>;
    /// Forgets ended sessions, old idempotency keys and expired blobs.
    async fn sweep(&mut self, now: i64) -> Stored<()>;

    /// The stored answer of a key: (hash of the request, answer).
    async fn idempotent(
        &mut self,
        account: AccountId,
        op: &str,
        key: &str,
    ) -> Stored<Option<([u8; 32], String)>>;
    /// Claims a key; false when another transaction has it.
    async fn put_idempotent(
        &mut self,
        account: AccountId,
        op: &str,
        key: &str,
        body: &[u8; 32],
        answer: &str,
        now: i64,
    ) -> Stored<bool>;
}
