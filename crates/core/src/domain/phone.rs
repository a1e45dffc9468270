//! Phone numbers (rules §4): mobile ones, and those that single entry takes beside them.

use super::{Parsed, text};
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

/// Phone of a guardian as single entry takes it: a mobile number or, with a warning, a
/// landline or a number abroad (`+`, country, number). Bulk import takes mobile numbers only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ContactPhone(String);

redacted_debug!(ContactPhone);

impl ContactPhone {
    /// Reads a number; spaces, hyphens, brackets and the country code 86 are dropped.
    ///
    /// # Errors
    /// `phone.missing`, `phone.invalid`. Warning: `phone.not_mobile`. Note: `normalised`.
    pub fn parse(raw: &str) -> Result<Parsed<Self>, Problem> {
        let refused = match MobileNumber::parse(raw) {
            Ok(mobile) => {
                let problems = if raw.trim() == mobile.as_str() {
                    Vec::new()
                } else {
                    vec![text::normalised()]
                };
                return Ok(Parsed {
                    value: Self(mobile.0),
                    problems,
                });
            }
            Err(problem) => problem,
        };
        let code: String = text::code_without_hyphens(raw)
            .chars()
            .filter(|c| !matches!(c, '(' | ')'))
            .collect();
        let number = landline(&code).or_else(|| abroad(&code)).ok_or(refused)?;
        Ok(Parsed {
            value: Self(number),
            problems: vec![Problem::new(Code::PhoneNotMobile).warning()],
        })
    }

    /// Digits; a number abroad begins with `+`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A landline of China: an area code from 010 to 0999 and 7 or 8 digits more.
fn landline(code: &str) -> Option<String> {
    let home = ["+86", "0086"].iter().find_map(|cc| code.strip_prefix(cc));
    let digits = match home {
        Some(rest) if !rest.starts_with('0') => format!("0{rest}"),
        Some(rest) => rest.to_owned(),
        None => code.to_owned(),
    };
    let area = matches!(digits.as_bytes(), [b'0', b'1'..=b'9', ..]);
    // 01… is Peking's 010 only: what else begins so is a mobile number with a digit too much.
    let peking = !digits.starts_with("01") || digits.starts_with("010");
    (area && peking && (10..=12).contains(&digits.len()) && all_digits(&digits)).then_some(digits)
}

/// A number abroad: `+` or `00`, then 7 to 15 digits that begin with the country (ITU-T E.164).
fn abroad(code: &str) -> Option<String> {
    let rest = code
        .strip_prefix('+')
        .or_else(|| code.strip_prefix("00"))
        .filter(|rest| !rest.starts_with("86"))?;
    let begins = rest.bytes().next().is_some_and(|b| b != b'0');
    (begins && (7..=15).contains(&rest.len()) && all_digits(rest)).then(|| format!("+{rest}"))
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
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

    #[test]
    fn contacts_may_be_landlines_or_abroad() {
        for (raw, want, warned) in [
            ("13812345678", "13812345678", false),
            ("0512-65123456", "051265123456", true),
            ("（0512）65123456", "051265123456", true),
            ("+86 512 65123456", "051265123456", true),
            ("010-6512345", "0106512345", true),
            ("+1 (202) 555-0143", "+12025550143", true),
            ("00 852 2123 4567", "+85221234567", true),
            ("+852 9123 4567", "+85291234567", true),
        ] {
            let parsed = ContactPhone::parse(raw).unwrap();
            assert_eq!(parsed.value.as_str(), want, "{raw}");
            let warning = parsed
                .problems
                .iter()
                .any(|p| p.code == Code::PhoneNotMobile);
            assert_eq!(warning, warned, "{raw}");
        }
        for (raw, want) in [
            ("", Code::PhoneMissing),
            ("65123456", Code::PhoneInvalid),
            ("013812345678", Code::PhoneInvalid),
            ("+86 123", Code::PhoneInvalid),
            ("+0123456789", Code::PhoneInvalid),
            ("+1234567890123456", Code::PhoneInvalid),
            ("请打单位电话", Code::PhoneInvalid),
        ] {
            assert_eq!(ContactPhone::parse(raw).unwrap_err().code, want, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>(), near in "(\\+?86)?1[0-9 -]{9,13}") {
            for raw in [raw, near] {
                if let Ok(number) = MobileNumber::parse(&raw) {
                    prop_assert_eq!(MobileNumber::parse(number.as_str()).unwrap(), number);
                }
                if let Ok(contact) = ContactPhone::parse(&raw) {
                    let again = ContactPhone::parse(contact.value.as_str()).unwrap();
                    prop_assert_eq!(again.value, contact.value);
                }
                let _ = mask_phone(&raw);
            }
        }
    }
}
