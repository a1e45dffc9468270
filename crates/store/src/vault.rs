//! Seals personal fields and makes them findable (SEC-2).

use std::fmt;

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use ekatong_core::error::OpError;
use ekatong_core::ports::{Cipher, IndexOf, SealedAt};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::keys::{DataKey, KeyError, keyed};

/// Version of the key that a value was sealed with: its first byte.
const KEY_VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;

/// The opened data key at work. Every use has a key of its own, derived from it.
#[derive(Clone)]
pub struct Vault {
    fields: Aes256Gcm,
    paper: Hmac<Sha256>,
    student_number: Hmac<Sha256>,
    phone: Hmac<Sha256>,
    bank_card: Hmac<Sha256>,
    address: Hmac<Sha256>,
    content: Hmac<Sha256>,
    chain: Hmac<Sha256>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// Puts a data key to work.
    ///
    /// # Errors
    /// [`KeyError::UnknownForm`] when the cipher refuses the key, which it never does.
    pub fn new(key: &DataKey) -> Result<Self, KeyError> {
        let fields = key.derive("fields");
        Ok(Self {
            fields: Aes256Gcm::new_from_slice(fields.as_slice())
                .map_err(|_| KeyError::UnknownForm)?,
            paper: keyed(key.derive("index/paper").as_slice()),
            student_number: keyed(key.derive("index/student_number").as_slice()),
            phone: keyed(key.derive("index/phone").as_slice()),
            bank_card: keyed(key.derive("index/bank_card").as_slice()),
            address: keyed(key.derive("index/address").as_slice()),
            content: keyed(key.derive("index/content").as_slice()),
            chain: keyed(key.derive("chain").as_slice()),
        })
    }
}

/// 16 of the 32 bytes: enough for a keyed hash that nobody outside can try values on.
fn first_half(mac: Hmac<Sha256>) -> [u8; 16] {
    let whole: [u8; 32] = mac.finalize().into_bytes().into();
    let mut first = [0; 16];
    for (to, from) in first.iter_mut().zip(whole) {
        *to = from;
    }
    first
}

/// Table, column and row: a value moved elsewhere does not open.
fn place(at: SealedAt) -> Vec<u8> {
    [
        at.table.as_bytes(),
        b"\0",
        at.column.as_bytes(),
        b"\0",
        at.row.as_bytes(),
    ]
    .concat()
}

impl Cipher for Vault {
    fn seal(&self, at: SealedAt, clear: &[u8]) -> Result<Vec<u8>, OpError> {
        const DOING: &str = "sealing a field";
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|e| OpError::internal(DOING, e))?;
        let sealed = self
            .fields
            .encrypt(
                &Nonce::from(nonce),
                Payload {
                    msg: clear,
                    aad: &place(at),
                },
            )
            .map_err(|_| OpError::internal(DOING, "the cipher refused the value"))?;
        let mut out = Vec::with_capacity(1 + NONCE + clear.len() + TAG);
        out.push(KEY_VERSION);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    fn open(&self, at: SealedAt, sealed: &[u8]) -> Result<Vec<u8>, OpError> {
        const DOING: &str = "opening a sealed field";
        let (&version, rest) = sealed
            .split_first()
            .ok_or_else(|| OpError::internal(DOING, "the value is empty"))?;
        if version != KEY_VERSION {
            return Err(OpError::internal(DOING, "sealed with an unknown key"));
        }
        let (nonce, sealed) = rest
            .split_first_chunk::<NONCE>()
            .ok_or_else(|| OpError::internal(DOING, "the value is too short"))?;
        self.fields
            .decrypt(
                &Nonce::from(*nonce),
                Payload {
                    msg: sealed,
                    aad: &place(at),
                },
            )
            .map_err(|_| OpError::internal(DOING, "altered, moved, or sealed with another key"))
    }

    fn index(&self, of: IndexOf, value: &str) -> [u8; 16] {
        let mut mac = match of {
            IndexOf::Paper => self.paper.clone(),
            IndexOf::StudentNumber => self.student_number.clone(),
            IndexOf::Phone => self.phone.clone(),
            IndexOf::BankCard => self.bank_card.clone(),
            IndexOf::Address => self.address.clone(),
        };
        mac.update(value.as_bytes());
        first_half(mac)
    }

    fn content(&self, bytes: &[u8]) -> [u8; 16] {
        let mut mac = self.content.clone();
        mac.update(bytes);
        first_half(mac)
    }

    fn chain(&self, previous: &[u8], entry: &[u8]) -> [u8; 32] {
        let mut mac = self.chain.clone();
        // The lengths keep the border between the two.
        for part in [previous, entry] {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}
