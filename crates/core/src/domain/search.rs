//! What people type to find a pupil, and under what a name is found (STU-6).
//!
//! A name is found by any part of it, by its pinyin and by the pinyin's initials,
//! from any of its characters on: 王小明 by 王小, 小明, `wangxiao`, `xiaoming`, `wxm`,
//! `xm`. Each end of these is a token; the start of a token finds the name.

use std::collections::BTreeSet;

use pinyin::ToPinyinMulti as _;
use unicode_normalization::UnicodeNormalization as _;

/// Characters of a token: a longer text is compared with the whole name.
const TOKEN: usize = 24;
/// Ends of a name that are tokens: longer names are of Latin letters, found by their start.
const ENDS: usize = 24;
/// Ways to read one end of a name aloud that are kept, the usual ones first.
const WAYS: usize = 12;

/// What a text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// A class, as `7-3` or 七年级3班.
    Class {
        /// Grade number.
        grade: i64,
        /// 班级序号.
        number: i64,
    },
    /// A number, to be looked up as a whole: of a paper, a 学籍号, a phone.
    Number(String),
    /// Part of a name, or its pinyin; see [`key`].
    Name(String),
}

impl Sought {
    /// Reads what was typed; none for a blank.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text: String = text.nfkc().collect();
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if let Some((grade, number)) = class(text) {
            return Some(Self::Class { grade, number });
        }
        if text.chars().any(|c| c.is_ascii_digit()) {
            return Some(Self::Number(text.to_owned()));
        }
        Some(Self::Name(key(text)))
    }
}

/// `7-3`, `7.3`, 七年级3班, 七(3)班, 7年级3班, 初一3班.
fn class(text: &str) -> Option<(i64, i64)> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let word = [
        "一", "二", "三", "四", "五", "六", "七", "八", "九", "1", "2", "3", "4", "5", "6", "7",
        "8", "9",
    ]
    .iter()
    .zip((1..=9).chain(1..=9))
    .chain(["初一", "初二", "初三"].iter().zip(7..=9))
    .find_map(|(word, grade)| text.strip_prefix(word).map(|rest| (grade, rest)));
    let (grade, rest) = word?;
    let (middle, rest) = match rest.strip_prefix("年级") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let (separated, rest) = match rest.strip_prefix(['-', '.', '(', '—', '–', '、']) {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let (ended, rest) = match rest.strip_suffix('班') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    // 73 alone is no class: something must stand between or behind the two numbers.
    if !(separated || (ended && (middle || !text.starts_with(|c: char| c.is_ascii_digit())))) {
        return None;
    }
    let number: i64 = rest.strip_suffix(')').unwrap_or(rest).parse().ok()?;
    (1..=99).contains(&number).then_some((grade, number))
}

/// What of a text is compared: letters alone, in lower case, `ü` as it is typed.
#[must_use]
pub fn key(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ü' { 'v' } else { c })
        .filter(|c| c.is_alphabetic() || *c == '?')
        .collect()
}

/// The first letters of a key, as many as a token has.
#[must_use]
pub fn start(key: &str) -> String {
    key.chars().take(TOKEN).collect()
}

/// The token under which every name stands: the name itself.
#[must_use]
pub fn head(name: &str) -> String {
    let key = start(&key(name));
    // A name without a letter (`?`-only names are refused) still needs a place.
    if key.is_empty() { start(name) } else { key }
}

/// All tokens of a name, [`head`] among them.
#[must_use]
pub fn tokens(name: &str) -> BTreeSet<String> {
    let mut all = ends(name);
    all = all.iter().map(|end| start(end)).collect();
    all.insert(head(name));
    all
}

/// True when a name is found by a key.
#[must_use]
pub fn finds(key: &str, name: &str) -> bool {
    !key.is_empty() && ends(name).iter().any(|end| end.starts_with(key))
}

/// The ends of a name, of its pinyin and of the initials. A single initial is the
/// start of a syllable already.
fn ends(name: &str) -> BTreeSet<String> {
    let letters: Vec<char> = key(name).chars().collect();
    let mut all = BTreeSet::new();
    for at in 0..letters.len().min(ENDS) {
        all.extend(letters.get(at..).map(|end| end.iter().collect::<String>()));
    }
    // From the last character to the first, each in every way it is read.
    let mut whole: Vec<String> = vec![String::new()];
    let mut initials: Vec<String> = vec![String::new()];
    for (at, letter) in letters.iter().enumerate().rev() {
        let readings = readings(*letter);
        if readings.is_empty() {
            return all;
        }
        whole = before(&readings, &whole);
        let first: Vec<String> = readings
            .iter()
            .filter_map(|reading| reading.chars().next())
            .map(String::from)
            .collect();
        initials = before(&first, &initials);
        if at < ENDS {
            all.extend(whole.iter().cloned());
            all.extend(initials.iter().filter(|end| end.len() > 1).cloned());
        }
    }
    all
}

/// Puts each of the starts before each of the ends, without repetition.
fn before(starts: &[String], ends: &[String]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for end in ends {
        for start in starts {
            let text = format!("{start}{end}");
            if !all.contains(&text) && all.len() < WAYS {
                all.push(text);
            }
        }
    }
    all
}

/// How a character is read, without tones, the usual reading first. A Latin letter
/// reads as itself; none for what is neither.
fn readings(letter: char) -> Vec<String> {
    if letter.is_ascii_lowercase() {
        return vec![letter.to_string()];
    }
    let mut all: Vec<String> = Vec::new();
    for reading in letter.to_pinyin_multi().into_iter().flatten() {
        let plain = reading.plain().replace('ü', "v");
        if !all.contains(&plain) {
            all.push(plain);
        }
    }
    all.truncate(4);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_typed_is_understood() {
        for (text, want) in [
            ("7-3", Some((7, 3))),
            ("7.12", Some((7, 12))),
            (" 七年级3班 ", Some((7, 3))),
            ("七年级 3 班", Some((7, 3))),
            ("七（3）班", Some((7, 3))),
            ("７年级１２班", Some((7, 12))),
            ("七3班", Some((7, 3))),
            ("初一3班", Some((7, 3))),
            ("73", None),
            ("7-0", None),
            ("7-100", None),
            ("13812345678", None),
            ("七班", None),
        ] {
            let got = match Sought::read(text) {
                Some(Sought::Class { grade, number }) => Some((grade, number)),
                _ => None,
            };
            assert_eq!(got, want, "{text}");
        }
        assert_eq!(Sought::read(" \u{3000}"), None);
        assert_eq!(
            Sought::read("138 1234"),
            Some(Sought::Number("138 1234".into()))
        );
        assert_eq!(
            Sought::read("Wang XiaoMing"),
            Some(Sought::Name("wangxiaoming".into()))
        );
    }

    #[test]
    fn a_name_is_found_by_its_parts_its_pinyin_and_the_initials() {
        for (name, found, not) in [
            (
                "王小明",
                vec![
                    "王",
                    "王小",
                    "小明",
                    "明",
                    "wang",
                    "wangxiaom",
                    "xiaoming",
                    "ming",
                    "wxm",
                    "xm",
                    "w",
                    "m",
                ],
                vec!["王明", "wm", "xiaomingx", "angxiao", ""],
            ),
            // Surnames that are read unlike the usual way.
            ("单雄信", vec!["shan", "dan", "sxx", "dxx"], vec!["zhan"]),
            ("曾国藩", vec!["zeng", "ceng"], vec![]),
            ("解缙", vec!["xie", "jie"], vec![]),
            ("仇英", vec!["qiu", "chou"], vec![]),
            ("朴树", vec!["piao", "pu"], vec![]),
            ("尉迟恭", vec!["yuchi", "weichi"], vec![]),
            ("吕布", vec!["lv", "lvbu", "lb"], vec![]),
            (
                "阿卜杜·热合曼",
                vec!["阿卜杜热", "热合曼", "rehe", "rhm"],
                vec![],
            ),
            ("Zoë O'Neil", vec!["zoë", "neil", "zoëoneil"], vec!["x"]),
            ("𠮷野家", vec!["𠮷野", "野家"], vec![]),
        ] {
            for key in found {
                assert!(finds(key, name), "{name} by {key}");
                assert!(
                    tokens(name).iter().any(|token| token.starts_with(key)),
                    "{name} by a token that starts with {key}"
                );
            }
            for key in not {
                assert!(!finds(key, name), "{name} not by {key:?}");
            }
        }
    }

    #[test]
    fn a_name_costs_few_tokens() {
        // Eight, and as many again for each character that is read in two ways.
        assert_eq!(tokens("林小芳").len(), 8);
        assert_eq!(tokens("王小明").len(), 14);
        assert!(tokens("曾乐行").len() < 60);
    }

    proptest! {
        #[test]
        fn every_token_fits_and_finds(name in "[林知夏单乐王a-z ·?]{2,50}") {
            let all = tokens(&name);
            prop_assert!(all.contains(&head(&name)));
            for token in all {
                prop_assert!((1..=TOKEN).contains(&token.chars().count()), "{}", token);
            }
            let _ = Sought::read(&name);
        }

        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = (Sought::read(&text), head(&text), tokens(&text));
        }
    }
}
