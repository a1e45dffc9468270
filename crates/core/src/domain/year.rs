//! School years (学年). A school's current one is stored with the school and
//! never computed from the clock (rules §2).

use std::fmt;

use chrono::{Datelike, NaiveDate};
use unicode_normalization::UnicodeNormalization;

use super::grade::GradeNo;
use super::text;
use crate::error::{Code, Problem};

/// Years by which a child may differ from its grade's age without a warning.
const AGE_TOLERANCE: i32 = 2;

/// A school year, from 1 September to 31 August.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchoolYear(u16);

impl SchoolYear {
    /// Reads `2026-2027` or `2026`; 2000 to 2100.
    ///
    /// # Errors
    /// `school_year.invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let text: String = raw
            .nfkc()
            .filter(|c| !text::is_invisible(*c) && !c.is_whitespace())
            .map(|c| {
                if text::is_hyphen(c) || c == '/' {
                    '-'
                } else {
                    c
                }
            })
            .collect();
        let text = text.strip_suffix("学年").unwrap_or(&text);
        let year = |digits: &str| {
            (digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()))
                .then(|| digits.parse::<u16>().ok())
                .flatten()
                .filter(|year| (2000..=2101).contains(year))
        };
        let start = match text.split_once('-') {
            Some((start, end)) => {
                year(start).filter(|start| year(end).is_some_and(|end| end == start + 1))
            }
            None => year(text),
        };
        start
            .filter(|start| *start <= 2100)
            .map(Self)
            .ok_or_else(|| Problem::new(Code::SchoolYearInvalid))
    }

    /// The calendar year it begins in.
    #[must_use]
    pub const fn start(self) -> u16 {
        self.0
    }

    /// The school year after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Whole years of age on 31 August at the end of this school year.
    #[must_use]
    pub fn age_at_end(self, birth: NaiveDate) -> i32 {
        let year = i32::from(self.0) + 1;
        let had_birthday = (birth.month(), birth.day()) <= (8, 31);
        year - birth.year() - i32::from(!had_birthday)
    }

    /// The age on that day that a pupil of the grade is expected to have: grade + 6.
    #[must_use]
    pub fn expected_age(grade: GradeNo) -> i32 {
        i32::from(grade.get()) + 6
    }

    /// A warning when a birth date is over two years off the grade's age, either way.
    #[must_use]
    pub fn check_age(self, birth: NaiveDate, grade: GradeNo) -> Option<Problem> {
        let (age, expected) = (self.age_at_end(birth), Self::expected_age(grade));
        ((age - expected).abs() > AGE_TOLERANCE).then(|| {
            Problem::new(Code::AgeOff)
                .message(format!(
                    "到 {} 年 8 月 31 日为 {age} 岁，{}通常为 {expected} 岁，相差超过两岁，请核对出生日期和年级。",
                    i32::from(self.0) + 1,
                    grade.zh()
                ))
                .warning()
        })
    }
}

impl fmt::Display for SchoolYear {
    /// `2026-2027`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, u32::from(self.0) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parse_and_show() {
        for raw in [
            "2026-2027",
            "2026",
            "２０２６－２０２７",
            "2026–2027",
            "2026/2027",
            "2026-2027学年",
            " 2026 - 2027 ",
        ] {
            let year = SchoolYear::parse(raw).unwrap();
            assert_eq!(year.to_string(), "2026-2027", "{raw}");
            assert_eq!(year.next().to_string(), "2027-2028");
        }
        for raw in [
            "",
            "2026-2028",
            "2026-2026",
            "26-27",
            "1999",
            "2101",
            "2026-",
            "20260",
        ] {
            assert_eq!(
                SchoolYear::parse(raw).unwrap_err().code,
                Code::SchoolYearInvalid,
                "{raw}"
            );
        }
        assert!(SchoolYear::parse("2100-2101").is_ok());
    }

    #[test]
    fn ages() {
        let year = SchoolYear::parse("2026").unwrap();
        let seven = GradeNo::new(7).unwrap();
        for (date, age, flagged) in [
            ("2013-09-18", 13, false),
            ("2013-09-01", 13, false),
            ("2013-08-31", 14, false),
            ("2014-02-06", 13, false),
            ("2011-09-01", 15, false),
            ("2011-08-31", 16, true),
            ("2016-08-31", 11, false),
            ("2016-09-01", 10, true),
        ] {
            let birth = date.parse().unwrap();
            assert_eq!(year.age_at_end(birth), age, "{date}");
            assert_eq!(year.check_age(birth, seven).is_some(), flagged, "{date}");
        }
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>(), near in "[0-9]{4}[-/–]?[0-9]{0,4}") {
            for raw in [raw, near] {
                if let Ok(year) = SchoolYear::parse(&raw) {
                    prop_assert_eq!(SchoolYear::parse(&year.to_string()).unwrap(), year);
                }
            }
        }
    }
}
