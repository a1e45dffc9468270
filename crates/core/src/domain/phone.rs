//! Mobile numbers (rules §4).

use super::text;
use crate::error::{Code, Problem};

/// Mobile number: 11 digits, `1[3-9]` first.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MobileNumber(String);

redacted_debug!(MobileNumber);

impl MobileNumber {
    /// Reads a number; spaces, hyphens and the country code 86 are dropped.
    ///
    /// # Errors
    /// `phone.missing`, `phone.invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let code = text::code_without_hyphens(raw);
        if code.is_empty() {
            return Err(Problem::new(Code::PhoneMissing));
        }
        let number = ["+86", "0086", "(+86)", "86"]
            .iter()
            .find_map(|prefix| code.strip_prefix(prefix).filter(|rest| rest.len() == 11))
            .unwrap_or(&code);
        if !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Problem::new(Code::PhoneInvalid)
                .message("手机号码只能有数字，请核对；多个号码只填一个。"));
        }
        if number.len() != 11 {
            return Err(Problem::new(Code::PhoneInvalid).message(format!(
                "手机号码应为 11 位数字，现在是 {} 位，请核对。",
                number.len()
            )));
        }
        if !matches!(number.as_bytes(), [b'1', b'3'..=b'9', ..]) {
            return Err(Problem::new(Code::PhoneInvalid)
                .message("手机号码的开头不对，应以 13 至 19 开头，请核对。"));
        }
        Ok(Self(number.to_owned()))
    }

    /// The 11 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `138****5678` (rules §6).
    #[must_use]
    pub fn masked(&self) -> String {
        mask_phone(&self.0)
    }
}

/// Masks a stored phone: the first three and the last four characters stay; of a
/// short one nothing does.
#[must_use]
pub fn mask_phone(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    match (
        chars.get(..3),
        chars.len().checked_sub(4).and_then(|at| chars.get(at..)),
    ) {
        (Some(first), Some(last)) if chars.len() >= 9 => {
            first.iter().chain(&['*'; 4]).chain(last).collect()
        }
        (_, _) => "*".repeat(chars.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accepted_and_refused() {
        for raw in [
            "13812345678",
            "138 1234 5678",
            "138-1234-5678",
            "+86 13812345678",
            "+86-138-1234-5678",
            "0086 13812345678",
            "8613812345678",
            "１３８１２３４５６７８",
            "'13812345678",
        ] {
            let number = MobileNumber::parse(raw).unwrap();
            assert_eq!(number.as_str(), "13812345678", "{raw}");
            assert_eq!(number.masked(), "138****5678");
            assert_eq!(format!("{number:?}"), "MobileNumber(…)");
        }
        for (raw, want) in [
            ("", Code::PhoneMissing),
            (" ", Code::PhoneMissing),
            ("1381234567", Code::PhoneInvalid),
            ("138123456789", Code::PhoneInvalid),
            ("12812345678", Code::PhoneInvalid),
            ("0512-12345678", Code::PhoneInvalid),
            ("1.38E+10", Code::PhoneInvalid),
            ("13812345678/13912345678", Code::PhoneInvalid),
        ] {
            assert_eq!(MobileNumber::parse(raw).unwrap_err().code, want, "{raw}");
        }
        assert_eq!(mask_phone("12345"), "*****");
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>(), near in "(\\+?86)?1[0-9 -]{9,13}") {
            for raw in [raw, near] {
                if let Ok(number) = MobileNumber::parse(&raw) {
                    prop_assert_eq!(MobileNumber::parse(number.as_str()).unwrap(), number);
                }
                let _ = mask_phone(&raw);
            }
        }
    }
}
