//! The data key and the ways to open it (model.md, Keys).
//!
//! One random key seals the personal fields. It is kept only wrapped: once for
//! the keyring or a passphrase, and once for a recovery code that a person
//! writes down. To add a way: a kind here and in the table `key_wrap`.

use std::fmt;

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use argon2::{Algorithm, Argon2, Params, Version};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

/// Form of a wrapped key: version, nonce, sealed bytes.
const FORM: u8 = 1;
const NONCE: usize = 12;
const SALT: usize = 16;

/// Why a key was not wrapped or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The passphrase, keyring key or recovery code is not the one it was wrapped with.
    #[error("the secret does not open this key")]
    WrongSecret,
    /// The secret is of another kind than the wrapped key.
    #[error("the secret is of another kind than the wrapped key")]
    WrongKind,
    /// The wrapped key has a form that this version does not know.
    #[error("the wrapped key has an unknown form")]
    UnknownForm,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    NoRandom,
    /// The passphrase could not be stretched: too little memory.
    #[error("the passphrase could not be stretched")]
    Stretch,
}

/// The key that seals personal fields.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

impl PartialEq for DataKey {
    /// Compares digests, so that the time taken tells nothing about the keys.
    fn eq(&self, other: &Self) -> bool {
        Sha256::digest(self.0.as_slice()) == Sha256::digest(other.0.as_slice())
    }
}

impl Eq for DataKey {}

impl DataKey {
    /// A new random key.
    ///
    /// # Errors
    /// [`KeyError::NoRandom`].
    pub fn generate() -> Result<Self, KeyError> {
        random_key().map(Self)
    }

    /// The key of these bytes: for benchmarks and tests, which want the same one each time.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A key derived for one use.
    pub(crate) fn derive(&self, label: &str) -> Zeroizing<[u8; 32]> {
        mac(self.0.as_slice(), &[b"ekatong/1/", label.as_bytes()])
    }

    /// Wraps the key with a secret. `id` names the way: `recovery`, `passphrase`,
    /// `keyring:…`; `now` is UTC epoch milliseconds.
    ///
    /// # Errors
    /// [`KeyError::NoRandom`], [`KeyError::Stretch`].
    pub fn wrap(&self, id: &str, secret: &Secret<'_>, now: i64) -> Result<WrappedKey, KeyError> {
        let mut salt = vec![0; SALT];
        getrandom::fill(&mut salt).map_err(|_| KeyError::NoRandom)?;
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| KeyError::NoRandom)?;
        let kind = secret.kind();
        let kek = secret.stretch(&salt)?;
        let place = place(kind, id);
        let sealed = cipher(&kek)?
            .encrypt(
                &Nonce::from(nonce),
                Payload {
                    msg: self.0.as_slice(),
                    aad: &place,
                },
            )
            .map_err(|_| KeyError::UnknownForm)?;
        let mut bytes = vec![FORM];
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        Ok(WrappedKey {
            id: id.to_owned(),
            kind,
            salt,
            sealed: bytes,
            created_at: now,
        })
    }
}

/// How a data key is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WrapKind {
    /// A recovery code on paper.
    Recovery,
    /// A passphrase.
    Passphrase,
    /// A random key in the keyring of one person of one machine.
    Keyring,
}

impl WrapKind {
    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::Passphrase => "passphrase",
            Self::Keyring => "keyring",
        }
    }

    /// From how it is stored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Recovery, Self::Passphrase, Self::Keyring]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// What opens a wrapped key.
#[derive(Clone, Copy)]
pub enum Secret<'a> {
    /// 32 random bytes kept in the keyring.
    Keyring(&'a [u8; 32]),
    /// A passphrase, as typed.
    Passphrase(&'a str),
    /// A recovery code.
    Recovery(&'a RecoveryCode),
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret::{}(…)", self.kind().as_str())
    }
}

impl Secret<'_> {
    const fn kind(&self) -> WrapKind {
        match self {
            Self::Keyring(_) => WrapKind::Keyring,
            Self::Passphrase(_) => WrapKind::Passphrase,
            Self::Recovery(_) => WrapKind::Recovery,
        }
    }

    fn stretch(&self, salt: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        match self {
            // Random enough as they are: a keyed hash is all the stretching they need.
            Self::Keyring(key) => Ok(mac(key.as_slice(), &[b"keyring", salt])),
            Self::Recovery(code) => Ok(mac(code.0.as_bytes(), &[b"recovery", salt])),
            // Argon2id with OWASP's parameters: 19 MiB, two passes, one lane.
            Self::Passphrase(text) => {
                let params =
                    Params::new(19 * 1024, 2, 1, Some(32)).map_err(|_| KeyError::Stretch)?;
                let mut key = Zeroizing::new([0; 32]);
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into(text.as_bytes(), salt, key.as_mut_slice())
                    .map_err(|_| KeyError::Stretch)?;
                Ok(key)
            }
        }
    }
}

/// Makes a secret for the keyring.
///
/// # Errors
/// [`KeyError::NoRandom`].
pub fn random_key() -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).map_err(|_| KeyError::NoRandom)?;
    Ok(key)
}

/// A data key wrapped in one way, as the table `key_wrap` holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Name of the way: `recovery`, `passphrase`, `keyring:…`.
    pub id: String,
    /// Kind of the way.
    pub kind: WrapKind,
    /// Salt of the stretching.
    pub salt: Vec<u8>,
    /// The sealed key.
    pub sealed: Vec<u8>,
    /// Wrapped at, UTC epoch milliseconds.
    pub created_at: i64,
}

impl WrappedKey {
    /// Opens the key.
    ///
    /// # Errors
    /// [`KeyError::WrongSecret`] for a wrong passphrase, keyring key or recovery
    /// code; [`KeyError::WrongKind`]; [`KeyError::UnknownForm`]; [`KeyError::Stretch`].
    pub fn unwrap(&self, secret: &Secret<'_>) -> Result<DataKey, KeyError> {
        if secret.kind() != self.kind {
            return Err(KeyError::WrongKind);
        }
        let (&form, rest) = self.sealed.split_first().ok_or(KeyError::UnknownForm)?;
        let (nonce, sealed) = rest
            .split_first_chunk::<NONCE>()
            .ok_or(KeyError::UnknownForm)?;
        if form != FORM {
            return Err(KeyError::UnknownForm);
        }
        let kek = secret.stretch(&self.salt)?;
        let place = place(self.kind, &self.id);
        let clear = cipher(&kek)?
            .decrypt(
                &Nonce::from(*nonce),
                Payload {
                    msg: sealed,
                    aad: &place,
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| KeyError::WrongSecret)?;
        let bytes: [u8; 32] = clear
            .as_slice()
            .try_into()
            .map_err(|_| KeyError::UnknownForm)?;
        Ok(DataKey::from_bytes(bytes))
    }
}

/// A wrapped key opens under its own name only.
fn place(kind: WrapKind, id: &str) -> Vec<u8> {
    [
        b"key_wrap\0",
        kind.as_str().as_bytes(),
        b"\0",
        id.as_bytes(),
    ]
    .concat()
}

fn cipher(key: &Zeroizing<[u8; 32]>) -> Result<Aes256Gcm, KeyError> {
    Aes256Gcm::new_from_slice(key.as_slice()).map_err(|_| KeyError::UnknownForm)
}

/// HMAC-SHA-256 of several parts, each with its length, so that no two lists of
/// parts give the same bytes.
pub(crate) fn mac(key: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut mac = keyed(key);
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// HMAC-SHA-256 ready to be fed.
pub(crate) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // Keys of every length are taken; an empty one would be a fault of this file.
    Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| {
        <Hmac<Sha256> as hmac::KeyInit>::new(&hmac::digest::Key::<Hmac<Sha256>>::default())
    })
}

/// Crockford's letters: none that looks like another.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Random letters: 180 bits.
const RANDOM_LETTERS: usize = 36;
/// Letters that check the others: a slip of the pen is missed once in a million.
const CHECK_LETTERS: usize = 4;
const CODE_LETTERS: usize = RANDOM_LETTERS + CHECK_LETTERS;
const GROUP: usize = 5;

/// Why a text is no recovery code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryCodeError {
    /// It does not have 40 letters and digits.
    #[error("a recovery code has {CODE_LETTERS} letters and digits, this has {found}")]
    Length {
        /// Letters and digits found.
        found: usize,
    },
    /// A character that no code has.
    #[error("character {at} does not belong into a recovery code")]
    Character {
        /// Its place among the letters and digits, from 1.
        at: usize,
    },
    /// A letter is wrong or two are swapped.
    #[error("the check letters do not fit: a letter is wrong")]
    Check,
}

/// A code that opens the data key when keyring and passphrase are lost: eight
/// groups of five, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(Zeroizing<String>);

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

impl RecoveryCode {
    /// A new random code.
    ///
    /// # Errors
    /// [`KeyError::NoRandom`].
    pub fn generate() -> Result<Self, KeyError> {
        let mut random = Zeroizing::new([0_u8; RANDOM_LETTERS]);
        getrandom::fill(random.as_mut_slice()).map_err(|_| KeyError::NoRandom)?;
        let mut code = Zeroizing::new(String::with_capacity(CODE_LETTERS));
        code.extend(random.iter().map(|byte| letter(*byte)));
        let check = check_letters(&code);
        code.push_str(&check);
        Ok(Self(code))
    }

    /// Reads a code as people type it: any case, spaces, hyphens, `O` for `0`, `I` and `L` for `1`.
    ///
    /// # Errors
    /// [`RecoveryCodeError`].
    pub fn parse(text: &str) -> Result<Self, RecoveryCodeError> {
        let mut code = Zeroizing::new(String::with_capacity(CODE_LETTERS));
        for c in text.chars() {
            let c = match c.to_ascii_uppercase() {
                '-' | '－' | '—' | '–' | '_' | '\u{feff}' => continue,
                c if c.is_whitespace() => continue,
                'O' => '0',
                'I' | 'L' => '1',
                c => c,
            };
            if !c.is_ascii() || !LETTERS.iter().any(|l| char::from(*l) == c) {
                return Err(RecoveryCodeError::Character { at: code.len() + 1 });
            }
            code.push(c);
        }
        if code.len() != CODE_LETTERS {
            return Err(RecoveryCodeError::Length { found: code.len() });
        }
        let (random, check) = code.split_at(RANDOM_LETTERS);
        if check_letters(random) != check {
            return Err(RecoveryCodeError::Check);
        }
        Ok(Self(code))
    }

    /// The code for people: `XXXXX-XXXXX-…`.
    #[must_use]
    pub fn show(&self) -> String {
        let mut text = String::with_capacity(CODE_LETTERS + CODE_LETTERS / GROUP);
        for (i, c) in self.0.chars().enumerate() {
            if i > 0 && i % GROUP == 0 {
                text.push('-');
            }
            text.push(c);
        }
        text
    }
}

/// The letter of the lowest five bits.
fn letter(byte: u8) -> char {
    LETTERS
        .get(usize::from(byte & 31))
        .map_or('0', |l| char::from(*l))
}

fn check_letters(random: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(b"ekatong recovery code");
    digest.update(random.as_bytes());
    let mut digest: [u8; 32] = digest.finalize().into();
    let letters = digest
        .iter()
        .take(CHECK_LETTERS)
        .map(|byte| letter(*byte))
        .collect();
    digest.zeroize();
    letters
}
