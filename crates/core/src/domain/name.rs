//! Names of people (姓名).

use unicode_normalization::UnicodeNormalization;

use super::{Parsed, text};
use crate::error::{Code, Problem};

/// Name of a pupil or guardian: 2–50 characters, Chinese (also of the rare
/// planes), Latin letters, space, `-`, `'` and `·` (U+00B7).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName(String);

redacted_debug!(PersonName);

impl PersonName {
    /// Reads a name: trimmed, inner white space collapsed, the dots people type
    /// for `·` unified.
    ///
    /// # Errors
    /// `pupil.name_missing`, `pupil.name_length`, `pupil.name_character`,
    /// `pupil.name_lost` (`?`, U+FFFD or a private-use character: a rare
    /// character was lost on the way). The caller replaces code and text for
    /// guardians.
    pub fn parse(raw: &str) -> Result<Parsed<Self>, Problem> {
        Self::read(raw, false)
    }

    /// Reads a name from a file whose writer may have put `?` for characters
    /// that its encoding lacks (.csv): accepted, with a `pupil.name_lost`
    /// warning, for nobody can write the file without it.
    ///
    /// # Errors
    /// As [`Self::parse`], but for `?`.
    pub fn parse_with_losses(raw: &str) -> Result<Parsed<Self>, Problem> {
        Self::read(raw, true)
    }

    fn read(raw: &str, losses: bool) -> Result<Parsed<Self>, Problem> {
        let name = if text::is_clean(raw) {
            raw.to_owned()
        } else {
            unified(raw)
        };
        if name.is_empty() {
            return Err(Problem::new(Code::PupilNameMissing));
        }
        if name
            .chars()
            .any(|c| c == '\u{FFFD}' || is_private_use(c) || (c == '?' && !losses))
        {
            return Err(Problem::new(Code::PupilNameLost));
        }
        let lost = name.contains('?');
        if name.chars().any(|c| c != '?' && !is_allowed(c)) {
            return Err(Problem::new(Code::PupilNameCharacter));
        }
        if !name.chars().any(char::is_alphabetic) {
            return Err(Problem::new(Code::PupilNameCharacter));
        }
        if !(2..=50).contains(&name.chars().count()) {
            return Err(Problem::new(Code::PupilNameLength));
        }
        let mut problems = Vec::new();
        if lost {
            problems.push(
                Problem::new(Code::PupilNameLost)
                    .message("姓名中有问号，疑似生僻字丢失，请核对；有误请改正后重新导入。")
                    .warning(),
            );
        }
        if name != raw.trim() {
            problems.push(text::normalised());
        }
        Ok(Parsed {
            value: Self(name),
            problems,
        })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name with one form of each character that people write in several.
fn unified(raw: &str) -> String {
    // The full-width stop becomes `·` here, but NFKC would make it `.`.
    let unified: String = raw
        .chars()
        .filter(|c| !text::is_invisible(*c))
        .map(|c| if c == '\u{FF0E}' { '·' } else { c })
        .nfkc()
        .map(|c| match c {
            '•' | '・' | '‧' | '∙' | '⋅' => '·',
            '\u{2018}' | '\u{2019}' => '\'',
            c if text::is_hyphen(c) => '-',
            c => c,
        })
        .collect();
    text::collapse(&unified)
}

const fn is_private_use(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

const fn is_allowed(c: char) -> bool {
    matches!(
        c,
        ' ' | '-' | '\'' | '·'
            | 'A'..='Z' | 'a'..='z'
            | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}'
            | '\u{1E00}'..='\u{1EFF}'
            | '\u{3007}'
            | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
            | '\u{20000}'..='\u{3FFFD}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accepted() {
        for (raw, want, noted) in [
            ("林知夏", "林知夏", false),
            ("  林知夏\u{3000}", "林知夏", false),
            ("林\u{200B}知夏", "林知夏", true),
            ("林\u{3000} 知", "林 知", true),
            ("林\n知", "林 知", true),
            ("𠮷野家", "𠮷野家", false),
            ("𱁬小满", "𱁬小满", false),
            ("阿卜杜·热合曼", "阿卜杜·热合曼", false),
            ("阿卜杜•热合曼", "阿卜杜·热合曼", true),
            ("阿卜杜・热合曼", "阿卜杜·热合曼", true),
            ("阿卜杜．热合曼", "阿卜杜·热合曼", true),
            ("阿卜杜‧热合曼", "阿卜杜·热合曼", true),
            ("Zoë O’Neil-Li", "Zoë O'Neil-Li", true),
            ("Ａｎｎａ", "Anna", true),
            ("⼈\u{2F00}", "人一", true),
        ] {
            let parsed = PersonName::parse(raw).unwrap();
            assert_eq!(parsed.value.as_str(), want, "{raw:?}");
            assert_eq!(!parsed.problems.is_empty(), noted, "{raw:?}");
        }
    }

    #[test]
    fn refused() {
        for (raw, want) in [
            ("", Code::PupilNameMissing),
            (" \u{200B}", Code::PupilNameMissing),
            ("林", Code::PupilNameLength),
            (&"林".repeat(51), Code::PupilNameLength),
            ("林?夏", Code::PupilNameLost),
            ("林？夏", Code::PupilNameLost),
            ("林\u{FFFD}夏", Code::PupilNameLost),
            ("林\u{E863}夏", Code::PupilNameLost),
            ("林2", Code::PupilNameCharacter),
            ("林😀", Code::PupilNameCharacter),
            ("林\u{7}夏", Code::PupilNameCharacter),
            ("林（转学）", Code::PupilNameCharacter),
            ("··", Code::PupilNameCharacter),
        ] {
            assert_eq!(PersonName::parse(raw).unwrap_err().code, want, "{raw:?}");
        }
        let name = PersonName::parse("林知夏").unwrap().value;
        assert_eq!(format!("{name:?}"), "PersonName(…)");
    }

    #[test]
    fn a_lost_character_may_pass() {
        let parsed = PersonName::parse_with_losses("林？夏").unwrap();
        assert_eq!(parsed.value.as_str(), "林?夏");
        assert!(parsed.problems.iter().all(|p| !p.is_error()));
        assert_eq!(parsed.problems[0].code, Code::PupilNameLost);
        assert!(parsed.problems[0].message.contains("问号"));
        assert_eq!(
            PersonName::parse_with_losses("林知夏").unwrap().problems,
            []
        );
        for (raw, want) in [
            ("??", Code::PupilNameCharacter),
            ("林\u{FFFD}夏", Code::PupilNameLost),
            ("林?2", Code::PupilNameCharacter),
            ("?", Code::PupilNameCharacter),
        ] {
            let problem = PersonName::parse_with_losses(raw).unwrap_err();
            assert_eq!(problem.code, want, "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>(), near in "[ \u{3000}林知夏·•．A-z'’-]{0,8}") {
            for raw in [raw, near] {
                if let Ok(parsed) = PersonName::parse(&raw) {
                    let again = PersonName::parse(parsed.value.as_str()).unwrap();
                    prop_assert_eq!(&again.value, &parsed.value);
                    prop_assert!(again.problems.is_empty());
                }
            }
        }
    }
}
