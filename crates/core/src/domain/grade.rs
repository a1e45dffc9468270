//! Grades (rules §2). Our numbers are our own: other systems number the same
//! grades differently, so a grade integer never crosses a system unconverted.

use super::text;
use crate::error::{Code, Problem};

/// Number of a grade, 1–9 (10–12 are reserved for senior grades).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GradeNo(u8);

impl GradeNo {
    /// Every grade, 1 to 9.
    pub const ALL: [Self; 9] = [
        Self(1),
        Self(2),
        Self(3),
        Self(4),
        Self(5),
        Self(6),
        Self(7),
        Self(8),
        Self(9),
    ];

    /// Takes a number 1–9.
    ///
    /// # Errors
    /// `grade.invalid`.
    pub fn new(number: impl Into<i64>) -> Result<Self, Problem> {
        match u8::try_from(number.into()) {
            Ok(number @ 1..=9) => Ok(Self(number)),
            Ok(_) | Err(_) => Err(Problem::new(Code::GradeInvalid)),
        }
    }

    /// Reads `7`, `７`, `07` or `7.0`; words like 七年级 are refused.
    ///
    /// # Errors
    /// `grade.invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        Self::new(text::whole_number(raw).unwrap_or(0))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// 一年级 … 九年级.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self.0 {
            1 => "一年级",
            2 => "二年级",
            3 => "三年级",
            4 => "四年级",
            5 => "五年级",
            6 => "六年级",
            7 => "七年级",
            8 => "八年级",
            _ => "九年级",
        }
    }

    /// True for the last grades of the primary and the junior school (6 and 9).
    #[must_use]
    pub const fn is_graduating(self) -> bool {
        matches!(self.0, 6 | 9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_names() {
        for (raw, want) in [
            ("7", Some(7)),
            ("７", Some(7)),
            ("7.0", Some(7)),
            ("07", Some(7)),
            ("七年级", None),
            ("初一", None),
            ("0", None),
            ("10", None),
            ("7.5", None),
            ("", None),
        ] {
            let got = GradeNo::parse(raw).ok().map(GradeNo::get);
            assert_eq!(got, want, "{raw:?}");
        }
        let names: Vec<_> = GradeNo::ALL.into_iter().map(GradeNo::zh).collect();
        assert_eq!(
            names.join(" "),
            "一年级 二年级 三年级 四年级 五年级 六年级 七年级 八年级 九年级"
        );
        let graduating: Vec<_> = GradeNo::ALL
            .into_iter()
            .filter(|g| g.is_graduating())
            .map(GradeNo::get)
            .collect();
        assert_eq!(graduating, [6, 9]);
        assert_eq!(GradeNo::new(-1).unwrap_err().code, Code::GradeInvalid);
    }

    proptest! {
        #[test]
        fn never_panics(raw in any::<String>(), number in any::<i64>()) {
            if let Ok(grade) = GradeNo::parse(&raw) {
                prop_assert_eq!(GradeNo::parse(&grade.get().to_string()).unwrap(), grade);
            }
            let _ = GradeNo::new(number);
        }
    }
}
