//! Clean-up of what people type or paste, and the short free texts.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfkc_quick};

use crate::error::{Code, Problem};

/// True for characters that show nothing and are no white space: zero-width
/// characters, BOM, direction marks, soft hyphen, variation selectors, fillers.
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{180B}'..='\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// True for texts that no clean-up changes, but for the case of letters: visible ASCII
/// and the common Chinese characters, no white space. Nearly every cell is one, and to
/// see it costs a comparison a character where normal forms cost a look-up in tables.
pub(super) fn is_clean(raw: &str) -> bool {
    raw.chars()
        .all(|c| matches!(c, '!'..='~' | '\u{4E00}'..='\u{9FFF}'))
}

/// Text for people: invisible characters dropped, white space of every kind
/// collapsed to one space and trimmed, NFC. Control characters stay, so that the
/// caller can refuse them.
#[must_use]
pub fn plain(raw: &str) -> String {
    if is_clean(raw) {
        return raw.to_owned();
    }
    // Most others are as they should be too; composing them would take most of the time
    // of checking a file.
    let shown = raw.is_ascii() || !raw.contains(is_invisible);
    if shown && is_nfc_quick(raw.chars()) == IsNormalized::Yes {
        return collapse(raw);
    }
    let composed: String = raw.chars().filter(|c| !is_invisible(*c)).nfc().collect();
    collapse(&composed)
}

/// Collapses every run of white space to one space and trims both ends.
pub(super) fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// A code (paper number, card number, student number): NFKC, ASCII letters in
/// upper case, white space and invisible characters dropped, the leading `'` by
/// which Excel marks text dropped.
#[must_use]
pub fn code(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    write_code(&mut text, raw);
    text
}

/// Writes [`code`] of a text in place of what a buffer held: a file has a million cells.
pub(crate) fn write_code(text: &mut String, raw: &str) {
    text.clear();
    let kept = |c: &char| !is_invisible(*c) && !c.is_whitespace();
    if is_clean(raw) {
        text.push_str(raw);
        text.make_ascii_uppercase();
    } else if raw.is_ascii() || is_nfkc_quick(raw.chars()) == IsNormalized::Yes {
        text.extend(raw.chars().filter(kept).map(|c| c.to_ascii_uppercase()));
    } else {
        text.extend(raw.nfkc().filter(kept).map(|c| c.to_ascii_uppercase()));
    }
    let quotes = text.len()
        - text
            .trim_start_matches(['\'', '\u{2018}', '\u{2019}'])
            .len();
    text.drain(..quotes);
}

/// True for the hyphen and the dashes people type instead of it.
#[must_use]
pub const fn is_hyphen(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}'
    )
}

/// [`code`] without hyphens, for numbers that never hold one.
#[must_use]
pub fn code_without_hyphens(raw: &str) -> String {
    let mut number = code(raw);
    number.retain(|c| !is_hyphen(c));
    number
}

/// The whole number that `7`, `７`, `07` or `7.0` write; nothing for all else.
#[must_use]
pub fn whole_number(raw: &str) -> Option<i64> {
    let text = code(raw);
    let digits = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        Some(_) => return None,
        None => &text,
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// The note on a value that was accepted in another form than it was typed.
pub(crate) fn normalised() -> Problem {
    Problem::new(Code::Normalised).note()
}

/// Free text of 1 to `max` characters; control characters are dropped.
fn limited(raw: &str, max: usize, what: &str) -> Result<String, Problem> {
    let dropped = |c: char| c.is_control() && !c.is_whitespace();
    let text = if raw.contains(dropped) {
        plain(&raw.replace(dropped, ""))
    } else {
        plain(raw)
    };
    let length = text.chars().count();
    if length > max {
        return Err(Problem::new(Code::TextTooLong).message(format!(
            "{what}最多 {max} 个字，现在是 {length} 个，请缩短。"
        )));
    }
    if text.is_empty() {
        return Err(Problem::new(Code::TextEmpty).message(format!("{what}未填，请填写。")));
    }
    Ok(text)
}

/// A name of an organisation: 2 to `max` characters, no control character.
pub(super) fn organisation_name(raw: &str, max: usize, what: &str) -> Result<String, Problem> {
    let text = plain(raw);
    let length = text.chars().count();
    if !(2..=max).contains(&length) || text.chars().any(char::is_control) {
        return Err(
            Problem::new(Code::NameInvalid).message(format!("{what}应为 2–{max} 个字，请修改。"))
        );
    }
    Ok(text)
}

macro_rules! limited_text {
    ($(#[$doc:meta])* $name:ident, $max:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub struct $name(String);

        impl $name {
            /// Characters at most.
            pub const MAX: usize = $max;

            /// Cleans the text.
            ///
            /// # Errors
            /// `text.too_long`, `text.empty`; callers treat a blank optional text as absent.
            pub fn parse(raw: &str) -> Result<Self, Problem> {
                Ok(Self(limited(raw, Self::MAX, $what)?))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

limited_text!(
    /// Nickname of a class (班级昵称), at most 12 characters (ORG-4).
    Nickname, 12, "班级昵称"
);
limited_text!(
    /// Remark (备注), at most 200 characters.
    Remark, 200, "备注"
);

/// Free text of an address; used by [`super::address`].
pub(super) fn address(raw: &str, max: usize) -> Result<String, Problem> {
    limited(raw, max, "家庭住址")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_lose_what_excel_and_people_add() {
        for (raw, want) in [
            ("  12 34 ", "1234"),
            ("\u{FEFF}12\u{200B}34", "1234"),
            ("'1234x", "1234X"),
            ("１２３４ｘ", "1234X"),
            ("12\u{A0}\u{3000}\t\r\n34", "1234"),
            ("Ⅹ", "X"),
        ] {
            assert_eq!(code(raw), want, "{raw:?}");
        }
        assert_eq!(code_without_hyphens("12-3—4－5"), "12345");
    }

    #[test]
    fn whole_numbers() {
        for (raw, want) in [
            ("7", Some(7)),
            ("７", Some(7)),
            ("7.0", Some(7)),
            ("07", Some(7)),
            (" 7 ", Some(7)),
            ("3.5", None),
            ("7.", None),
            ("-7", None),
            ("七", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(whole_number(raw), want, "{raw:?}");
        }
    }

    #[test]
    fn short_texts() {
        assert_eq!(
            Nickname::parse(" \u{3000}").unwrap_err().code,
            Code::TextEmpty
        );
        let twelve = "启明星启明星启明星启明星";
        assert_eq!(Nickname::parse(twelve).unwrap().as_str(), twelve);
        assert_eq!(
            Nickname::parse(&format!("{twelve}𠮷")).unwrap_err().code,
            Code::TextTooLong
        );
        let remark = Remark::parse("一\u{7}行\n二行").unwrap();
        assert_eq!(remark.as_str(), "一行 二行");
    }

    proptest! {
        #[test]
        fn clean_texts_are_told_from_others(raw in "[!-~一-龥]{0,6}|[ -~林知\u{3000}\u{FEFF}Ａ．]{0,6}") {
            let slowly: String = raw.nfkc().collect();
            let changed = slowly.contains(|c: char| c.is_whitespace() || is_invisible(c));
            let upper: String = slowly
                .chars()
                .filter(|c| !is_invisible(*c) && !c.is_whitespace())
                .map(|c| c.to_ascii_uppercase())
                .collect();
            prop_assert_eq!(code(&raw), upper.trim_start_matches('\''));
            if is_clean(&raw) {
                prop_assert!(slowly == raw && !changed);
                prop_assert_eq!(plain(&raw), raw);
            }
        }

        #[test]
        fn clean_up_is_idempotent(raw in any::<String>()) {
            let once = plain(&raw);
            prop_assert_eq!(plain(&once), once);
            if let Ok(text) = Remark::parse(&raw) {
                prop_assert_eq!(Remark::parse(text.as_str()).unwrap(), text);
            }
            let _ = whole_number(&raw);
        }
    }
}
