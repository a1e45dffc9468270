//! Home address (家庭住址): personal data, kept encrypted.

use super::text;
use crate::error::Problem;

/// Home address, 1–200 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(String);

redacted_debug!(Address);

impl Address {
    /// Characters at most.
    pub const MAX: usize = 200;

    /// Cleans the text.
    ///
    /// # Errors
    /// `text.too_long`, `text.empty`; callers treat a blank address as absent.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        Ok(Self(text::address(raw, Self::MAX)?))
    }

    /// The address in clear text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;
    use proptest::prelude::*;

    #[test]
    fn length_counts_characters() {
        assert_eq!(Address::parse("  ").unwrap_err().code, Code::TextEmpty);
        assert!(Address::parse(&"路".repeat(200)).is_ok());
        assert_eq!(
            Address::parse(&"路".repeat(201)).unwrap_err().code,
            Code::TextTooLong
        );
        let address = Address::parse("云杉路 8 号").unwrap();
        assert_eq!(format!("{address:?}"), "Address(…)");
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>()) {
            if let Ok(address) = Address::parse(&raw) {
                prop_assert_eq!(Address::parse(address.as_str()).unwrap(), address);
            }
        }
    }
}
