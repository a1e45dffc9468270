//! Login names of accounts (账号).

use super::text;
use crate::error::{Code, Problem};

/// Login: 3–32 lower-case ASCII letters, digits and `. _ -`, beginning with a
/// letter or digit, so that a mobile number can be one. Stored in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Login(String);

impl Login {
    /// Reads a login; upper case becomes lower case.
    ///
    /// # Errors
    /// `login.invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let login = text::code(raw).to_ascii_lowercase();
        let fits = (3..=32).contains(&login.len())
            && login.starts_with(|c: char| c.is_ascii_alphanumeric())
            && login
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        // Spaces inside are more likely a mistake than a habit of typing.
        if !fits || text::plain(raw).contains(' ') {
            return Err(Problem::new(Code::LoginInvalid));
        }
        Ok(Self(login))
    }

    /// The login in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accepted_and_refused() {
        for (raw, want) in [
            ("admin", Some("admin")),
            (" Li.Na ", Some("li.na")),
            ("13800000000", Some("13800000000")),
            ("ａｂｃ", Some("abc")),
            ("a-b_c.d", Some("a-b_c.d")),
            ("ab", None),
            ("-abc", None),
            ("李娜娜", None),
            ("li na", None),
            ("", None),
        ] {
            assert_eq!(
                Login::parse(raw).ok().as_ref().map(Login::as_str),
                want,
                "{raw:?}"
            );
        }
        assert!(Login::parse(&"a".repeat(33)).is_err());
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>(), near in "[ A-Za-z0-9._-]{0,34}") {
            for raw in [raw, near] {
                if let Ok(login) = Login::parse(&raw) {
                    prop_assert_eq!(Login::parse(login.as_str()).unwrap(), login);
                }
            }
        }
    }
}
