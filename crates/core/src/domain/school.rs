//! Schools: their code, name and kind (办学类型), and the ladder of grades that
//! follows from the kind (ORG-1, ORG-2; rules §2).

use super::grade::GradeNo;
use super::text;
use crate::error::{Code, Problem};

/// Code of a school: 10 digits, or a provisional one of 4–20 letters and digits
/// that is not all digits, until the national one is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchoolCode(String);

impl SchoolCode {
    /// Reads a code; letters become upper case.
    ///
    /// # Errors
    /// `school.code_invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let code = text::code(raw);
        let digits = !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit());
        let fits = if digits {
            code.len() == 10
        } else {
            (4..=20).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        if fits {
            return Ok(Self(code));
        }
        let problem = Problem::new(Code::SchoolCodeInvalid);
        Err(if digits {
            problem.message(format!(
                "学校代码应为 10 位数字，现在是 {} 位，请核对。",
                code.len()
            ))
        } else {
            problem
        })
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for a provisional code.
    #[must_use]
    pub fn is_provisional(&self) -> bool {
        !self.0.bytes().all(|b| b.is_ascii_digit())
    }
}

/// Name of a school, 2–60 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolName(String);

impl SchoolName {
    /// Cleans the name.
    ///
    /// # Errors
    /// `name.invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        Ok(Self(text::organisation_name(raw, 60, "学校名称")?))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

words! {
    /// Kind of a school (办学类型); the stable word is the national code.
    pub enum SchoolKind {
        /// 211.
        Primary = "211", "小学";
        /// 218.
        PrimaryPoint = "218", "小学教学点";
        /// 219.
        PrimaryAttached = "219", "附设小学班";
        /// 311.
        Junior = "311", "初级中学";
        /// 312.
        NineYear = "312", "九年一贯制学校";
        /// 319.
        JuniorAttached = "319", "附设普通初中班";
        /// 341; its senior grades are not ours.
        Complete = "341", "完全中学";
        /// 345; its senior grades are not ours.
        TwelveYear = "345", "十二年一贯制学校";
        /// 511.
        SpecialBlind = "511", "盲人学校";
        /// 512.
        SpecialDeaf = "512", "聋人学校";
        /// 513.
        SpecialIntellectual = "513", "培智学校";
        /// 514.
        SpecialOther = "514", "其他特教学校";
    }
}

/// One grade of a school's ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LadderGrade {
    /// Number.
    pub number: GradeNo,
    /// 一年级 … 九年级.
    pub name: &'static str,
    /// Grade 6 or 9.
    pub graduating: bool,
    /// Promoted by hand: graduating, or of a special school.
    pub manual_promotion: bool,
}

impl SchoolKind {
    /// Reads a national code or a name; 特殊教育 means 514.
    ///
    /// # Errors
    /// `school.kind_senior` for 342 高级中学, `school.kind_invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let word = text::code(raw);
        if let Some(found) = Self::find(&word) {
            return Ok(found);
        }
        match word.as_str() {
            "初中" => Ok(Self::Junior),
            "九年一贯制" => Ok(Self::NineYear),
            "完中" => Ok(Self::Complete),
            "十二年一贯制" => Ok(Self::TwelveYear),
            "特殊教育" | "特殊教育学校" | "特教学校" => Ok(Self::SpecialOther),
            "342" | "高级中学" | "高中" => Err(Problem::new(Code::SchoolKindSenior)),
            _ => Err(Problem::new(Code::SchoolKindInvalid)),
        }
    }

    /// The national code, three digits.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.as_str()
    }

    /// True for schools of special education.
    #[must_use]
    pub const fn is_special(self) -> bool {
        match self {
            Self::SpecialBlind
            | Self::SpecialDeaf
            | Self::SpecialIntellectual
            | Self::SpecialOther => true,
            Self::Primary
            | Self::PrimaryPoint
            | Self::PrimaryAttached
            | Self::Junior
            | Self::NineYear
            | Self::JuniorAttached
            | Self::Complete
            | Self::TwelveYear => false,
        }
    }

    /// The grades that a school of this kind has, in rising order (ORG-2).
    #[must_use]
    pub fn ladder(self) -> Vec<LadderGrade> {
        let (first, last) = match self {
            Self::Primary | Self::PrimaryPoint | Self::PrimaryAttached => (1, 6),
            Self::Junior | Self::JuniorAttached | Self::Complete => (7, 9),
            Self::NineYear
            | Self::TwelveYear
            | Self::SpecialBlind
            | Self::SpecialDeaf
            | Self::SpecialIntellectual
            | Self::SpecialOther => (1, 9),
        };
        GradeNo::ALL
            .into_iter()
            .filter(|grade| (first..=last).contains(&grade.get()))
            .map(|number| LadderGrade {
                number,
                name: number.zh(),
                graduating: number.is_graduating(),
                manual_promotion: number.is_graduating() || self.is_special(),
            })
            .collect()
    }

    /// A warning when the first two digits of a national code are not those of
    /// the kind; a provisional code says nothing.
    #[must_use]
    pub fn code_fits(self, code: &SchoolCode) -> Option<Problem> {
        if code.is_provisional() {
            return None;
        }
        let (want, got) = (self.code().get(..2)?, code.as_str().get(..2)?);
        (want != got).then(|| {
            Problem::new(Code::SchoolCodeKindMismatch)
                .message(format!(
                    "学校代码以 {got} 开头，而{}的代码通常以 {want} 开头，请核对。",
                    self.zh()
                ))
                .warning()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes() {
        for (raw, want) in [
            ("2132000001", Some(false)),
            (" ２１３２０００００１ ", Some(false)),
            ("NEW01", Some(true)),
            ("new1", Some(true)),
            ("213200001", None),
            ("21320000011", None),
            ("1234", None),
            ("ABC", None),
            ("新校一二", None),
            ("A-123", None),
            ("", None),
        ] {
            let got = SchoolCode::parse(raw).ok().map(|c| c.is_provisional());
            assert_eq!(got, want, "{raw:?}");
        }
        assert_eq!(SchoolCode::parse("new1").unwrap().as_str(), "NEW1");
    }

    #[test]
    fn ladders() {
        for (kind, grades, manual) in [
            ("211", "1 2 3 4 5 6", "6"),
            ("218", "1 2 3 4 5 6", "6"),
            ("219", "1 2 3 4 5 6", "6"),
            ("311", "7 8 9", "9"),
            ("319", "7 8 9", "9"),
            ("341", "7 8 9", "9"),
            ("312", "1 2 3 4 5 6 7 8 9", "6 9"),
            ("345", "1 2 3 4 5 6 7 8 9", "6 9"),
            ("511", "1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8 9"),
            ("514", "1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8 9"),
        ] {
            let ladder = SchoolKind::parse(kind).unwrap().ladder();
            let list = |only: fn(&LadderGrade) -> bool| {
                ladder
                    .iter()
                    .filter(|g| only(g))
                    .map(|g| g.number.get().to_string())
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            assert_eq!(list(|_| true), grades, "{kind}");
            assert_eq!(list(|g| g.manual_promotion), manual, "{kind}");
            assert!(
                ladder
                    .iter()
                    .all(|g| g.graduating == matches!(g.number.get(), 6 | 9))
            );
        }
    }

    #[test]
    fn kinds() {
        for kind in SchoolKind::ALL {
            assert_eq!(SchoolKind::parse(kind.code()).unwrap(), kind);
            assert_eq!(SchoolKind::parse(kind.zh()).unwrap(), kind);
        }
        assert_eq!(
            SchoolKind::parse("九年一贯制").unwrap(),
            SchoolKind::NineYear
        );
        assert_eq!(
            SchoolKind::parse("特殊教育").unwrap(),
            SchoolKind::SpecialOther
        );
        for (raw, want) in [
            ("342", Code::SchoolKindSenior),
            ("高级中学", Code::SchoolKindSenior),
            ("999", Code::SchoolKindInvalid),
            ("", Code::SchoolKindInvalid),
        ] {
            assert_eq!(SchoolKind::parse(raw).unwrap_err().code, want);
        }
    }

    #[test]
    fn code_and_kind() {
        for (kind, code, fits) in [
            ("211", "2132000001", true),
            ("219", "2132000001", true),
            ("211", "3132000001", false),
            ("312", "3132000001", true),
            ("341", "3432000001", true),
            ("514", "5132000001", true),
            ("211", "NEW01", true),
        ] {
            let problem = SchoolKind::parse(kind)
                .unwrap()
                .code_fits(&SchoolCode::parse(code).unwrap());
            assert_eq!(problem.is_none(), fits, "{kind} {code}");
            assert!(!problem.is_some_and(|p| p.is_error()));
        }
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>(), near in "[0-9a-zA-Z ]{0,21}") {
            for raw in [raw, near] {
                if let Ok(code) = SchoolCode::parse(&raw) {
                    prop_assert_eq!(SchoolCode::parse(code.as_str()).unwrap(), code);
                }
                if let Ok(name) = SchoolName::parse(&raw) {
                    prop_assert_eq!(SchoolName::parse(name.as_str()).unwrap(), name);
                }
                let _ = SchoolKind::parse(&raw);
            }
        }
    }
}
