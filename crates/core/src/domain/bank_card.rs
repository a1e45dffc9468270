//! Bank card of a guardian (STU-7): personal data, kept encrypted.

use super::{Parsed, text};
use crate::error::{Code, Problem};

/// Number of a bank card, 12–19 digits (ISO/IEC 7812 allows up to 19).
#[derive(Clone, PartialEq, Eq)]
pub struct BankCard(String);

redacted_debug!(BankCard);

impl BankCard {
    /// Reads a number; spaces and hyphens are dropped.
    ///
    /// A wrong check digit is a warning only: accounts without a card have numbers of the
    /// same length and none.
    ///
    /// # Errors
    /// `bank_card.invalid`. Warning: `bank_card.check`.
    pub fn parse(raw: &str) -> Result<Parsed<Self>, Problem> {
        let number = text::code_without_hyphens(raw);
        if !(12..=19).contains(&number.len()) || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Problem::new(Code::BankCardInvalid));
        }
        let problems = if luhn(&number) {
            Vec::new()
        } else {
            vec![Problem::new(Code::BankCardCheck).warning()]
        };
        Ok(Parsed {
            value: Self(number),
            problems,
        })
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The check of ISO/IEC 7812-1: from the right every second digit counts double, its digits
/// added up, and the sum ends in 0.
fn luhn(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit.saturating_sub(b'0'));
            match (at % 2, digit * 2) {
                (0, _) => digit,
                (_, double) if double > 9 => double - 9,
                (_, double) => double,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Masks a stored number: the last four digits stay.
#[must_use]
pub fn mask_bank_card(number: &str) -> String {
    let length = number.chars().count();
    number
        .chars()
        .enumerate()
        .map(|(at, c)| {
            if at + 4 >= length && length > 8 {
                c
            } else {
                '*'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accepted_warned_and_refused() {
        for (raw, want, warned) in [
            ("6222 0212 3456 7894", "6222021234567894", false),
            (
                "６２２２０２１２３４５６７８９４",
                "6222021234567894",
                false,
            ),
            ("6222021234567895", "6222021234567895", true),
            ("622202123456", "622202123456", true),
        ] {
            let parsed = BankCard::parse(raw).unwrap();
            assert_eq!(parsed.value.as_str(), want, "{raw}");
            let codes: Vec<Code> = parsed.problems.iter().map(|p| p.code).collect();
            assert_eq!(codes == [Code::BankCardCheck], warned, "{raw} {codes:?}");
            assert_eq!(format!("{:?}", parsed.value), "BankCard(…)");
        }
        for raw in [
            "",
            "62220212345",
            "62220212345678901234",
            "6222O21234567894",
        ] {
            let problem = BankCard::parse(raw).unwrap_err();
            assert_eq!(problem.code, Code::BankCardInvalid, "{raw}");
        }
        assert_eq!(mask_bank_card("6222021234567894"), "************7894");
        assert_eq!(mask_bank_card("1234"), "****");
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>(), near in "[0-9 -]{12,22}") {
            for raw in [raw, near] {
                if let Ok(card) = BankCard::parse(&raw) {
                    let again = BankCard::parse(card.value.as_str()).unwrap();
                    prop_assert_eq!(again.value, card.value);
                }
                let _ = mask_bank_card(&raw);
            }
        }
    }
}
