//! Districts (区县).

use super::{county, text};
use crate::error::{Code, Problem};

/// Code of a district: 6 digits beginning with a province's prefix. The table of
/// districts is configured, since a development zone has no official code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DistrictCode(String);

impl DistrictCode {
    /// Reads 6 digits.
    ///
    /// # Errors
    /// `district.code_invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let code = text::code(raw);
        let fits = code.len() == 6
            && code.bytes().all(|b| b.is_ascii_digit())
            && code.get(..2).is_some_and(county::is_province);
        if !fits {
            return Err(Problem::new(Code::DistrictCodeInvalid));
        }
        Ok(Self(code))
    }

    /// The 6 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Name of a district, 2–40 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistrictName(String);

impl DistrictName {
    /// Cleans the name.
    ///
    /// # Errors
    /// `name.invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        Ok(Self(text::organisation_name(raw, 40, "区县名称")?))
    }

    /// The name.
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
    fn codes() {
        for (raw, want) in [
            ("320508", true),
            (" ３２０５０８ ", true),
            ("320571", true),
            ("000508", false),
            ("32050", false),
            ("3205081", false),
            ("32050A", false),
            ("", false),
        ] {
            assert_eq!(DistrictCode::parse(raw).is_ok(), want, "{raw:?}");
        }
        assert_eq!(DistrictName::parse(" 姑苏区 ").unwrap().as_str(), "姑苏区");
        assert_eq!(
            DistrictName::parse("区").unwrap_err().code,
            Code::NameInvalid
        );
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>()) {
            if let Ok(code) = DistrictCode::parse(&raw) {
                prop_assert_eq!(DistrictCode::parse(code.as_str()).unwrap(), code);
            }
            if let Ok(name) = DistrictName::parse(&raw) {
                prop_assert_eq!(DistrictName::parse(name.as_str()).unwrap(), name);
            }
        }
    }
}
