//! National student number (学籍号), rules §1.

use super::paper::Paper;
use super::text;
use crate::error::{Code, Problem};

/// 学籍号, 19 characters: `G` and the resident number of its day, or `J` or `L`
/// and 18 more. Only the form is checked: `J` and `L` have no check digit, and a
/// `G` number keeps an ID number that was corrected since.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct StudentNumber(String);

redacted_debug!(StudentNumber);

impl StudentNumber {
    /// Reads a 学籍号.
    ///
    /// # Errors
    /// `student_number.invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let code = text::code_without_hyphens(raw);
        let invalid = || Problem::new(Code::StudentNumberInvalid);
        if code.chars().count() != 19 {
            return Err(invalid().message(format!(
                "学籍号应为 19 位，现在是 {} 位，请核对。",
                code.chars().count()
            )));
        }
        let fits = match code.as_bytes() {
            [b'G', digits @ .., last] => {
                digits.iter().all(u8::is_ascii_digit) && (last.is_ascii_digit() || *last == b'X')
            }
            [b'J' | b'L', rest @ ..] => rest.iter().all(u8::is_ascii_alphanumeric),
            _ => false,
        };
        if fits { Ok(Self(code)) } else { Err(invalid()) }
    }

    /// The 19 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A warning when a `G` number holds another ID than the paper's.
    #[must_use]
    pub fn compare(&self, paper: &Paper) -> Option<Problem> {
        let id = self.0.strip_prefix('G')?;
        (paper.kind().is_citizen_form() && id != paper.number())
            .then(|| Problem::new(Code::StudentNumberMismatch).warning())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::paper::PaperKind;
    use chrono::NaiveDate;
    use proptest::prelude::*;

    #[test]
    fn form() {
        for (raw, want) in [
            ("G320508201309189918", true),
            ("g32050520140206992x", true),
            ("G 320508 20130918 9918", true),
            ("G320508201309189917", true),
            ("J320508201309180001", true),
            ("L32050820130918000A", true),
            ("320508201309189918", false),
            ("G32050820130918991", false),
            ("G3205082013091899XX", false),
            ("K320508201309189918", false),
            ("", false),
        ] {
            assert_eq!(StudentNumber::parse(raw).is_ok(), want, "{raw}");
        }
    }

    #[test]
    fn compared_with_the_paper() {
        let today = NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
        let paper = Paper::parse(PaperKind::ResidentId, "320508201309189918", None, today)
            .unwrap()
            .value;
        for (raw, want) in [
            ("G320508201309189918", None),
            ("G32050520140206992X", Some(Code::StudentNumberMismatch)),
            ("J320508201309180001", None),
        ] {
            let got = StudentNumber::parse(raw).unwrap().compare(&paper);
            assert_eq!(got.map(|p| p.code), want, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>(), near in "[GJL][0-9X]{17,19}") {
            for raw in [raw, near] {
                if let Ok(number) = StudentNumber::parse(&raw) {
                    prop_assert_eq!(StudentNumber::parse(number.as_str()).unwrap(), number);
                }
            }
        }
    }
}
