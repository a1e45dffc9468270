//! Passwords: rules, hashing, comparison (rules §6).

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

use crate::error::{Code, OpError, Problem};
use crate::settings::PasswordProfile;

/// Argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Shortest password, in characters.
const SHORTEST: usize = 10;
/// Longest password, in bytes: hashing must not become a way to keep us busy.
const LONGEST: usize = 256;
/// Passwords that must not come again.
pub const HISTORY: u32 = 5;

/// The most common passwords of at least [`SHORTEST`] characters, lower case; public lists agree on them.
const COMMON: &[&str] = &[
    "1234567890",
    "0123456789",
    "12345678910",
    "0987654321",
    "qwertyuiop",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "password123",
    "password1234",
    "password12",
    "password@123",
    "p@ssw0rd123",
    "p@ssword123",
    "passw0rd123",
    "admin12345",
    "admin123456",
    "admin@12345",
    "administrator",
    "adminadmin",
    "a123456789",
    "aa12345678",
    "abc1234567",
    "abcd123456",
    "abcde12345",
    "qwerty12345",
    "qwerty123456",
    "qwer123456",
    "asdf123456",
    "iloveyou123",
    "welcome123",
    "welcome1234",
    "woaini1314",
    "woaini520",
    "5201314520",
    "1314520520",
    "123456789a",
    "123456789q",
    "q123456789",
    "zxcvbnm123",
    "1qaz@wsx3edc",
    "1qazxsw23edc",
    "test123456",
    "changeme123",
    "letmein123",
    "superman123",
    "huawei@123",
    "huawei12#$",
    "root123456",
    "system123456",
    "1111111111",
    "0000000000",
    "8888888888",
    "6666666666",
    "9999999999",
    "1122334455",
    "1234512345",
];

fn argon2() -> Result<Argon2<'static>, OpError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|source| OpError::internal("setting up password hashing", source.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a password with a fresh salt; PHC text.
///
/// # Errors
/// An internal fault when the system gives no random bytes.
pub fn hash(password: &str) -> Result<String, OpError> {
    Ok(argon2()?
        .hash_password(password.as_bytes())
        .map_err(|source| OpError::internal("hashing a password", source.to_string()))?
        .to_string())
}

/// Compares in constant time.
#[must_use]
pub fn verify(password: &str, stored: &str) -> bool {
    if password.len() > LONGEST {
        return false;
    }
    let (Ok(argon2), Ok(stored)) = (argon2(), PasswordHash::new(stored)) else {
        return false;
    };
    argon2.verify_password(password.as_bytes(), &stored).is_ok()
}

/// Does the work of a comparison for a login that does not exist; false.
#[must_use]
pub fn verify_nobody(password: &str) -> bool {
    static NOBODY: LazyLock<String> =
        LazyLock::new(|| hash("nobody signs in with this").unwrap_or_default());
    // The result is dropped on purpose: only the time matters.
    let _ = verify(password, &NOBODY);
    false
}

/// True when the parameters have risen since the hash was made.
#[must_use]
pub fn needs_rehash(stored: &str) -> bool {
    PasswordHash::new(stored)
        .ok()
        .and_then(|hash| Params::try_from(&hash).ok())
        .is_none_or(|params| params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES)
}

/// Every rule that a new password breaks; empty when it is good.
#[must_use]
pub fn judge(password: &str, login: &str, profile: PasswordProfile) -> Vec<Problem> {
    let mut problems = Vec::new();
    let problem = |code| Problem::new(code).field("password");
    if password.chars().count() < SHORTEST {
        problems.push(problem(Code::PasswordTooShort));
    }
    if password.len() > LONGEST {
        problems.push(problem(Code::TextTooLong).message("密码太长，请不超过 200 个字符。"));
    }
    let classes = [
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    if profile == PasswordProfile::Dengbao && classes.iter().filter(|has| **has).count() < 3 {
        problems.push(problem(Code::PasswordTooSimple));
    }
    let lower = password.to_lowercase();
    if COMMON.contains(&lower.as_str())
        || (login.len() >= 3 && lower.contains(&login.to_lowercase()))
    {
        problems.push(problem(Code::PasswordCommon));
    }
    problems
}

/// A fresh random token in hexadecimal, 256 bits.
///
/// # Errors
/// An internal fault when the system gives no random bytes.
pub fn token() -> Result<String, OpError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)
        .map_err(|source| OpError::internal("drawing a session token", source.to_string()))?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(password: &str, profile: PasswordProfile) -> Vec<Code> {
        judge(password, "zhangwei", profile)
            .into_iter()
            .map(|p| p.code)
            .collect()
    }

    #[test]
    fn passwords_are_judged_by_the_profile() {
        use PasswordProfile::{Dengbao, Owasp};
        for (password, profile, expected) in [
            ("Tree-house7", Dengbao, vec![]),
            ("treehouse77", Dengbao, vec![Code::PasswordTooSimple]),
            ("treehouse77", Owasp, vec![]),
            ("Tree-7", Dengbao, vec![Code::PasswordTooShort]),
            ("Password@123", Dengbao, vec![Code::PasswordCommon]),
            ("Zhangwei-2026", Dengbao, vec![Code::PasswordCommon]),
            ("操场上的梧桐树真高啊7a", Dengbao, vec![]),
        ] {
            assert_eq!(codes(password, profile), expected, "{password}");
        }
    }

    #[test]
    fn a_hash_fits_its_password_only() {
        let stored = hash("Tree-house7").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("Tree-house7", &stored));
        assert!(!verify("Tree-house8", &stored));
        assert!(!needs_rehash(&stored));
        assert!(needs_rehash(
            "$argon2id$v=19$m=4096,t=1,p=1$c29tZXNhbHRzb21l$lbSNgp0Qe3OZpsyXC4jvu6dTS4jWNvnDqLsJVTPtJp4"
        ));
    }
}
