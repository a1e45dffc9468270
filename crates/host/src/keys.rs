//! The life of the data key on this machine (model.md, Keys).
//!
//! The key itself and its wrapped forms are `ekatong_store::keys`; here is where
//! the secrets come from: the keyring of this user of the system, a passphrase,
//! or the recovery code. A keyring belongs to one user of one machine, so each
//! has a wrapped form of its own; a new one needs passphrase or code once.

use ekatong_store::Database;
use ekatong_store::keys::{
    DataKey, KeyError, RecoveryCode, Secret, WrapKind, WrappedKey, random_key,
};
use serde::Serialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::errors::HostError;

/// Names the passphrase, for machines without a keyring and for scripts.
pub const PASSPHRASE: &str = "EKATONG_PASSPHRASE";

/// Service under which the keyring holds our entries; the user is the id of the database.
const SERVICE: &str = "ekatong";
const RECOVERY: &str = "recovery";
const BY_PASSPHRASE: &str = "passphrase";
/// A passphrase is tried by whoever has the file, so it must not be short.
const SHORTEST: usize = 8;

/// Where the secret that opens the data key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum KeyStore {
    /// In the keyring of this user.
    Keyring,
    /// In a person's memory.
    Passphrase,
}

/// How the data key was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By the keyring, without a question.
    Keyring,
    /// By the passphrase.
    Passphrase,
    /// By the recovery code.
    Recovery,
}

/// A secret text, wiped from memory after use.
pub(crate) type SecretText = Zeroizing<String>;

/// The passphrase of the environment. Where it is set it is used, also when there is a keyring.
#[must_use]
pub fn passphrase_from_env() -> Option<Zeroizing<String>> {
    std::env::var(PASSPHRASE)
        .ok()
        .filter(|text| !text.is_empty())
        .map(Zeroizing::new)
}

/// What opens one wrapped form: its name and a random key.
struct KeyringSecret {
    row: Uuid,
    key: Zeroizing<[u8; 32]>,
}

/// What the keyring says about a database.
enum Found {
    /// There is no keyring, or it does not open.
    NoKeyring,
    /// There is one, without an entry of ours.
    NoEntry,
    /// Our entry.
    Entry(KeyringSecret),
}

impl KeyringSecret {
    fn generate() -> Result<Self, HostError> {
        Ok(Self {
            row: Uuid::now_v7(),
            key: random_key().map_err(HostError::Key)?,
        })
    }

    fn id(&self) -> String {
        format!("keyring:{}", self.row.simple())
    }

    fn bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([self.row.as_bytes().as_slice(), self.key.as_slice()].concat())
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (row, key) = bytes.split_first_chunk::<16>()?;
        let key: [u8; 32] = key.try_into().ok()?;
        Some(Self {
            row: Uuid::from_bytes(*row),
            key: Zeroizing::new(key),
        })
    }
}

/// Runs what waits for the keyring or stretches a passphrase on a thread that may wait.
async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, HostError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        HostError::Op(ekatong_core::error::OpError::internal(
            "working with the data key",
            error,
        ))
    })
}

async fn look_up(database: Uuid) -> Result<Found, HostError> {
    waiting(move || {
        let entry = match keyring::Entry::new(SERVICE, &database.to_string()) {
            Ok(entry) => entry,
            Err(error) => return no_keyring(&error),
        };
        match entry.get_secret().map(Zeroizing::new) {
            Ok(bytes) => KeyringSecret::from_bytes(&bytes).map_or(Found::NoEntry, Found::Entry),
            Err(keyring::Error::NoEntry) => Found::NoEntry,
            Err(error) => no_keyring(&error),
        }
    })
    .await
}

fn no_keyring(error: &keyring::Error) -> Found {
    tracing::debug!(%error, "there is no keyring to use");
    Found::NoKeyring
}

/// False when there is no keyring.
async fn put(database: Uuid, secret: &KeyringSecret) -> Result<bool, HostError> {
    let bytes = secret.bytes();
    waiting(move || {
        let done = keyring::Entry::new(SERVICE, &database.to_string())
            .and_then(|entry| entry.set_secret(&bytes));
        if let Err(error) = &done {
            tracing::info!(%error, "the keyring takes no secret");
        }
        done.is_ok()
    })
    .await
}

/// Forgets the entry of a database that was never made.
pub(crate) async fn forget(database: Uuid) {
    let forgotten = waiting(move || {
        keyring::Entry::new(SERVICE, &database.to_string())
            .and_then(|entry| entry.delete_credential())
    });
    // An entry that stays opens nothing.
    drop(forgotten.await);
}

/// True when this user has a keyring that opens.
pub(crate) async fn has_keyring() -> Result<bool, HostError> {
    // An id that no database has.
    Ok(!matches!(look_up(Uuid::nil()).await?, Found::NoKeyring))
}

fn checked(passphrase: &str) -> Result<(), HostError> {
    if passphrase.chars().count() < SHORTEST {
        Err(HostError::PassphraseShort)
    } else {
        Ok(())
    }
}

async fn wrap_by_passphrase(
    key: &DataKey,
    passphrase: SecretText,
    now: i64,
) -> Result<WrappedKey, HostError> {
    checked(&passphrase)?;
    let key = key.clone();
    waiting(move || key.wrap(BY_PASSPHRASE, &Secret::Passphrase(&passphrase), now))
        .await?
        .map_err(HostError::Key)
}

async fn wrap_by_keyring(
    database: Uuid,
    key: &DataKey,
    now: i64,
) -> Result<Option<WrappedKey>, HostError> {
    let secret = KeyringSecret::generate()?;
    let wrapped = key
        .wrap(&secret.id(), &Secret::Keyring(&secret.key), now)
        .map_err(HostError::Key)?;
    Ok(put(database, &secret).await?.then_some(wrapped))
}

/// A new data key and its wrapped forms.
pub(crate) struct NewKey {
    pub(crate) key: DataKey,
    pub(crate) recovery: RecoveryCode,
    pub(crate) wraps: Vec<WrappedKey>,
}

/// Makes the data key of a new database.
pub(crate) async fn generate(
    database: Uuid,
    passphrase: Option<SecretText>,
    now: i64,
) -> Result<NewKey, HostError> {
    let key = DataKey::generate().map_err(HostError::Key)?;
    let recovery = RecoveryCode::generate().map_err(HostError::Key)?;
    let mut wraps = vec![
        key.wrap(RECOVERY, &Secret::Recovery(&recovery), now)
            .map_err(HostError::Key)?,
    ];
    wraps.push(match passphrase {
        Some(passphrase) => wrap_by_passphrase(&key, passphrase, now).await?,
        None => wrap_by_keyring(database, &key, now)
            .await?
            .ok_or(HostError::PassphraseNeeded)?,
    });
    Ok(NewKey {
        key,
        recovery,
        wraps,
    })
}

/// Secrets that a person gave.
#[derive(Default)]
pub(crate) struct Given {
    pub(crate) passphrase: Option<SecretText>,
    pub(crate) recovery: Option<RecoveryCode>,
}

/// Opens the data key: by what was given, else by the keyring.
///
/// # Errors
/// `key.locked`, `key.wrong_passphrase`, `key.wrong_recovery`, `key.missing`.
pub(crate) async fn unlock(
    wraps: &[WrappedKey],
    database: Uuid,
    given: Given,
) -> Result<(DataKey, Way), HostError> {
    if wraps.is_empty() {
        return Err(HostError::KeyMissing);
    }
    let of_kind = |kind: WrapKind| wraps.iter().find(move |wrap| wrap.kind == kind);
    if let Some(code) = given.recovery {
        let wrap = of_kind(WrapKind::Recovery).ok_or(HostError::KeyMissing)?;
        return match wrap.unwrap(&Secret::Recovery(&code)) {
            Ok(key) => Ok((key, Way::Recovery)),
            Err(KeyError::WrongSecret) => Err(HostError::WrongRecovery),
            Err(error) => Err(HostError::Key(error)),
        };
    }
    if let (Some(passphrase), Some(wrap)) = (given.passphrase, of_kind(WrapKind::Passphrase)) {
        let wrap = wrap.clone();
        return match waiting(move || wrap.unwrap(&Secret::Passphrase(&passphrase))).await? {
            Ok(key) => Ok((key, Way::Passphrase)),
            Err(KeyError::WrongSecret) => Err(HostError::WrongPassphrase),
            Err(error) => Err(HostError::Key(error)),
        };
    }
    if of_kind(WrapKind::Keyring).is_some()
        && let Found::Entry(secret) = look_up(database).await?
        && let Some(wrap) = wraps.iter().find(|wrap| wrap.id == secret.id())
    {
        match wrap.unwrap(&Secret::Keyring(&secret.key)) {
            Ok(key) => return Ok((key, Way::Keyring)),
            Err(error) => tracing::warn!(%error, "the keyring's entry does not open the data key"),
        }
    }
    Err(HostError::Locked {
        passphrase: of_kind(WrapKind::Passphrase).is_some(),
    })
}

/// Adds a form for the keyring of this user; false when there is no keyring.
pub(crate) async fn remember(
    store: &Database,
    wraps: &[WrappedKey],
    database: Uuid,
    key: &DataKey,
    now: i64,
) -> Result<bool, HostError> {
    let old = match look_up(database).await? {
        Found::NoKeyring => return Ok(false),
        Found::NoEntry => None,
        Found::Entry(secret) => wraps
            .iter()
            .find(|wrap| wrap.id == secret.id())
            .map(|wrap| wrap.id.as_str()),
    };
    let Some(wrapped) = wrap_by_keyring(database, key, now).await? else {
        return Ok(false);
    };
    store
        .change_key_wraps(&[wrapped], &old.into_iter().collect::<Vec<_>>())
        .await?;
    Ok(true)
}

/// Sets the passphrase.
pub(crate) async fn set_passphrase(
    store: &Database,
    key: &DataKey,
    passphrase: SecretText,
    now: i64,
) -> Result<(), HostError> {
    let wrapped = wrap_by_passphrase(key, passphrase, now).await?;
    Ok(store.change_key_wraps(&[wrapped], &[]).await?)
}

/// Wraps the key anew: another recovery code, another secret in this user's
/// keyring, another passphrase when one is given. The forms of other users'
/// keyrings go; they need passphrase or code once.
pub(crate) async fn rewrap(
    store: &Database,
    database: Uuid,
    key: &DataKey,
    passphrase: Option<SecretText>,
    now: i64,
) -> Result<RecoveryCode, HostError> {
    let recovery = RecoveryCode::generate().map_err(HostError::Key)?;
    let wraps = store.key_wraps().await?;
    let mut put = vec![
        key.wrap(RECOVERY, &Secret::Recovery(&recovery), now)
            .map_err(HostError::Key)?,
    ];
    let has_passphrase = wraps.iter().any(|wrap| wrap.kind == WrapKind::Passphrase);
    let sets_passphrase = passphrase.is_some();
    if let Some(passphrase) = passphrase {
        put.push(wrap_by_passphrase(key, passphrase, now).await?);
    }
    let mut forgotten = Vec::new();
    if wraps.iter().any(|wrap| wrap.kind == WrapKind::Keyring) {
        match wrap_by_keyring(database, key, now).await? {
            Some(wrapped) => put.push(wrapped),
            // Without a passphrase the forms in keyrings are the only daily way.
            None if !has_passphrase && !sets_passphrase => return Err(HostError::PassphraseNeeded),
            None => {}
        }
        forgotten = wraps
            .iter()
            .filter(|wrap| wrap.kind == WrapKind::Keyring)
            .map(|wrap| wrap.id.as_str())
            .collect();
    }
    store.change_key_wraps(&put, &forgotten).await?;
    Ok(recovery)
}

/// Where the secret of a database is kept, and whether it opens without a question.
pub(crate) async fn look(
    wraps: &[WrappedKey],
    database: Uuid,
) -> Result<(KeyStore, bool), HostError> {
    let has = |kind: WrapKind| wraps.iter().any(|wrap| wrap.kind == kind);
    let passphrase = passphrase_from_env().filter(|_| has(WrapKind::Passphrase));
    let opens = match passphrase {
        Some(text) => unlock(
            wraps,
            database,
            Given {
                passphrase: Some(text),
                recovery: None,
            },
        )
        .await
        .is_ok(),
        None => has(WrapKind::Keyring) && unlock(wraps, database, Given::default()).await.is_ok(),
    };
    Ok((
        if has(WrapKind::Passphrase) {
            KeyStore::Passphrase
        } else {
            KeyStore::Keyring
        },
        opens,
    ))
}
