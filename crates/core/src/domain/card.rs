//! Numbers of cards (rules §5).

use super::text;
use crate::error::{Code, Problem};

/// E卡通号, 卡序列号 or 市民卡卡号: letters and digits, compared without case.
///
/// The text as it came is kept beside the normalised one: readers disagree on
/// byte order and base, and only the raw text shows later which one wrote it.
/// It is never converted between hexadecimal and decimal.
#[derive(Debug, Clone, Eq)]
pub struct CardNo {
    number: String,
    raw: String,
}

impl CardNo {
    /// Reads 1–32 letters and digits; white space is dropped.
    ///
    /// # Errors
    /// `card.number_invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let number = text::code(raw);
        let fits =
            (1..=32).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric());
        if !fits {
            return Err(Problem::new(Code::CardNumberInvalid));
        }
        Ok(Self {
            number,
            raw: raw.to_owned(),
        })
    }

    /// The number in upper case, as it is searched and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.number
    }

    /// The text as it came.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

impl PartialEq for CardNo {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_does_not_count() {
        let card = CardNo::parse(" 04a1b2c3 ").unwrap();
        assert_eq!(card.as_str(), "04A1B2C3");
        assert_eq!(card.raw(), " 04a1b2c3 ");
        assert_eq!(card, CardNo::parse("04A1B2C3").unwrap());
        for raw in ["", " ", "04-A1", "卡号", &"9".repeat(33)] {
            assert_eq!(
                CardNo::parse(raw).unwrap_err().code,
                Code::CardNumberInvalid
            );
        }
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>()) {
            if let Ok(card) = CardNo::parse(&raw) {
                prop_assert_eq!(CardNo::parse(card.as_str()).unwrap(), card);
            }
        }
    }
}
