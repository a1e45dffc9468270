//! Gender (GB/T 2261.1). Of its codes 0 未知 and 9 未说明 are not accepted: a card
//! order needs 1 or 2.

use super::text;
use crate::error::{Code, Problem};

words! {
    /// Gender of a pupil.
    pub enum Gender {
        /// GB/T 2261.1 code 1.
        Male = "male", "男";
        /// GB/T 2261.1 code 2.
        Female = "female", "女";
    }
}

impl Gender {
    /// Reads `1`, `2`, 男, 女 (also full-width and `1.0`) or the stable word.
    ///
    /// # Errors
    /// `gender.invalid`; with what to write for 男性, M and the like.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let word = text::plain(raw);
        if let Some(found) = Self::find(&word) {
            return Ok(found);
        }
        match text::whole_number(raw) {
            Some(1) => return Ok(Self::Male),
            Some(2) => return Ok(Self::Female),
            Some(_) | None => {}
        }
        let problem = Problem::new(Code::GenderInvalid);
        Err(match text::code(raw).as_str() {
            "男性" | "男生" | "男孩" | "M" | "MALE" => {
                problem.message("性别请填 1（男）。").suggest("1")
            }
            "女性" | "女生" | "女孩" | "F" | "FEMALE" => {
                problem.message("性别请填 2（女）。").suggest("2")
            }
            _ => problem,
        })
    }

    /// Code of GB/T 2261.1, 1 or 2.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Male => 1,
            Self::Female => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accepted_and_refused() {
        for (raw, want) in [
            ("1", Gender::Male),
            ("２", Gender::Female),
            ("1.0", Gender::Male),
            (" 男 ", Gender::Male),
            ("女", Gender::Female),
            ("female", Gender::Female),
        ] {
            assert_eq!(Gender::parse(raw).unwrap(), want, "{raw:?}");
        }
        for (raw, suggestion) in [
            ("男性", Some("1")),
            ("M", Some("1")),
            ("f", Some("2")),
            ("0", None),
            ("9", None),
            ("", None),
        ] {
            let problem = Gender::parse(raw).unwrap_err();
            assert_eq!(problem.code, Code::GenderInvalid);
            assert_eq!(problem.suggestion.as_deref(), suggestion, "{raw:?}");
        }
        assert_eq!(Gender::Male.code(), 1);
        assert_eq!(Gender::Female.code(), 2);
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>()) {
            if let Ok(gender) = Gender::parse(&raw) {
                prop_assert_eq!(Gender::parse(gender.as_str()).unwrap(), gender);
            }
        }
    }
}
