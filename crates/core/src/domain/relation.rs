//! Relation of a guardian to the pupil (家长关系), GB/T 4761.

use super::text;
use crate::error::{Code, Problem};

words! {
    /// Relation of a guardian to the pupil; the stable word is the code of GB/T 4761.
    pub enum Relation {
        /// 51.
        Father = "51", "父亲";
        /// 52.
        Mother = "52", "母亲";
        /// 57.
        Stepfather = "57", "继父或养父";
        /// 58.
        Stepmother = "58", "继母或养母";
        /// 61.
        Grandfather = "61", "祖父";
        /// 62.
        Grandmother = "62", "祖母";
        /// 63.
        MaternalGrandfather = "63", "外祖父";
        /// 64.
        MaternalGrandmother = "64", "外祖母";
        /// 97.
        OtherRelative = "97", "其他亲属";
        /// 99.
        NonRelative = "99", "非亲属";
    }
}

impl Relation {
    /// Code of GB/T 4761, two digits.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.as_str()
    }

    /// Reads a code, a name of the standard or an everyday word (爸爸, 外婆).
    ///
    /// # Errors
    /// `relation.unknown`, listing the names.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let word = text::code(raw);
        if let Some(found) = Self::find(&word) {
            return Ok(found);
        }
        // A code column stored as a number reads `51.0`.
        if let Some(found) = text::whole_number(raw).and_then(|n| Self::from_stored(&n.to_string()))
        {
            return Ok(found);
        }
        match word.as_str() {
            "父" | "爸爸" | "爸" | "父子" | "父女" => Ok(Self::Father),
            "母" | "妈妈" | "妈" | "母子" | "母女" => Ok(Self::Mother),
            "继父" | "养父" => Ok(Self::Stepfather),
            "继母" | "养母" => Ok(Self::Stepmother),
            "爷爷" | "爷" => Ok(Self::Grandfather),
            "奶奶" | "奶" => Ok(Self::Grandmother),
            "外公" | "姥爷" | "姥姥爷" => Ok(Self::MaternalGrandfather),
            "外婆" | "姥姥" => Ok(Self::MaternalGrandmother),
            "亲属" | "亲戚" | "其他" | "其它" | "其它亲属" | "叔叔" | "伯父" | "伯伯" | "姑姑"
            | "姑妈" | "舅舅" | "姨妈" | "阿姨" | "哥哥" | "姐姐" => {
                Ok(Self::OtherRelative)
            }
            "其他非亲属" | "非亲属监护人" => Ok(Self::NonRelative),
            _ => {
                let names: Vec<&str> = Self::ALL.iter().map(|r| r.zh()).collect();
                Err(Problem::new(Code::RelationUnknown)
                    .message(format!("家长关系请填其中之一：{}。", names.join("、"))))
            }
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
            ("父亲", "51"),
            ("爸爸", "51"),
            ("51", "51"),
            ("51.0", "51"),
            ("５２", "52"),
            ("母 亲", "52"),
            ("养父", "57"),
            ("爷爷", "61"),
            ("外婆", "64"),
            ("其他亲属", "97"),
            ("99", "99"),
        ] {
            assert_eq!(Relation::parse(raw).unwrap().as_str(), want, "{raw}");
        }
        for raw in ["", "邻居", "50", "本人"] {
            let problem = Relation::parse(raw).unwrap_err();
            assert_eq!(problem.code, Code::RelationUnknown);
            assert!(problem.message.contains("外祖母"));
        }
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>()) {
            if let Ok(relation) = Relation::parse(&raw) {
                prop_assert_eq!(Relation::parse(relation.as_str()).unwrap(), relation);
                prop_assert_eq!(Relation::parse(relation.zh()).unwrap(), relation);
            }
        }
    }
}
