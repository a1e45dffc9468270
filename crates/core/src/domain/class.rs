//! Classes: their numbers, single and in lists like `1-8,12`.

use std::collections::BTreeSet;
use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::text;
use crate::error::{Code, Problem};

/// Number of a class within its school, year and grade (班级序号), 1–99: what
/// templates and cards print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassNo(u8);

impl ClassNo {
    /// Takes a number 1–99.
    ///
    /// # Errors
    /// `class.invalid`.
    pub fn new(number: impl Into<i64>) -> Result<Self, Problem> {
        match u8::try_from(number.into()) {
            Ok(number @ 1..=99) => Ok(Self(number)),
            Ok(_) | Err(_) => Err(Problem::new(Code::ClassInvalid)),
        }
    }

    /// Reads `3`, `03` or `3.0`; `3班` is refused.
    ///
    /// # Errors
    /// `class.invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        Self::new(text::whole_number(raw).unwrap_or(0))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// `3班`.
    #[must_use]
    pub fn zh(self) -> String {
        format!("{}班", self.0)
    }
}

/// Different class numbers in rising order, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassNumbers(Vec<ClassNo>);

impl ClassNumbers {
    /// Reads `1-8,12`; also `1–8、12`, full-width digits, 至 and a trailing 班.
    /// A number written twice counts once.
    ///
    /// # Errors
    /// `class.invalid`, `class.numbers_empty`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let text: String = raw
            .nfkc()
            .filter(|c| !text::is_invisible(*c) && *c != '班')
            .collect();
        let mut numbers = BTreeSet::new();
        // Blanks around a range sign belong to the range, all others separate.
        let text = text::collapse(&text)
            .replace(['~', '至', '到', '\u{301C}'], "-")
            .chars()
            .map(|c| if text::is_hyphen(c) { '-' } else { c })
            .collect::<String>()
            .replace(" -", "-")
            .replace("- ", "-");
        let parts = text.split(|c: char| c.is_whitespace() || ",、;，；/".contains(c));
        for part in parts.filter(|p| !p.is_empty()) {
            let number = |raw: &str| {
                ClassNo::parse(raw).map_err(|p| {
                    p.message("班级序号应为 1–99 的整数，可以写成 1-8,12 这样，请核对。")
                        .suggest("1-8,12")
                })
            };
            let (first, last) = match part.split_once('-') {
                Some((first, last)) => (number(first)?, number(last)?),
                None => (number(part)?, number(part)?),
            };
            if last < first {
                return Err(Problem::new(Code::ClassInvalid)
                    .message(format!(
                        "{}-{} 的起止颠倒了，请改成从小到大。",
                        first.get(),
                        last.get()
                    ))
                    .suggest(format!("{}-{}", last.get(), first.get())));
            }
            numbers.extend((first.get()..=last.get()).map(ClassNo));
        }
        Self::from_set(numbers)
    }

    /// Takes a list of numbers; one that stands twice counts once.
    ///
    /// # Errors
    /// `class.invalid` for each number that is none, `class.numbers_empty`; the
    /// problems name the field `numbers`.
    pub fn from_list(numbers: &[u32]) -> Result<Self, Vec<Problem>> {
        let mut set = BTreeSet::new();
        let mut problems = Vec::new();
        for &number in numbers {
            match ClassNo::new(number) {
                Ok(number) => {
                    set.insert(number);
                }
                Err(problem) => problems.push(problem.field("numbers").message(format!(
                    "班级序号应为 1–99 的整数，{number} 不在其中，请核对。"
                ))),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Self::from_set(set).map_err(|problem| vec![problem.field("numbers")])
    }

    fn from_set(set: BTreeSet<ClassNo>) -> Result<Self, Problem> {
        if set.is_empty() {
            return Err(Problem::new(Code::ClassNumbersEmpty));
        }
        Ok(Self(set.into_iter().collect()))
    }

    /// Walks the numbers in rising order.
    pub fn iter(&self) -> impl Iterator<Item = &ClassNo> {
        self.0.iter()
    }

    /// The numbers in rising order.
    #[must_use]
    pub fn as_slice(&self) -> &[ClassNo] {
        &self.0
    }
}

impl fmt::Display for ClassNumbers {
    /// `1–8、12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&list_zh(self.0.iter().copied()))
    }
}

/// Writes class numbers for people: runs of three or more as `1–8`, joined by `、`.
/// The numbers may come in any order.
#[must_use]
pub fn list_zh(numbers: impl IntoIterator<Item = ClassNo>) -> String {
    let mut runs: Vec<(u8, u8)> = Vec::new();
    for ClassNo(number) in numbers.into_iter().collect::<BTreeSet<_>>() {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            Some(_) | None => runs.push((number, number)),
        }
    }
    runs.iter()
        .map(|&(first, last)| match last - first {
            0 => first.to_string(),
            1 => format!("{first}、{last}"),
            _ => format!("{first}–{last}"),
        })
        .collect::<Vec<_>>()
        .join("、")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn single_numbers() {
        for (raw, want) in [
            ("3", Some(3)),
            ("03", Some(3)),
            ("3.0", Some(3)),
            ("９９", Some(99)),
            ("3班", None),
            ("(3)班", None),
            ("0", None),
            ("100", None),
            ("3.5", None),
        ] {
            let got = ClassNo::parse(raw).ok().map(ClassNo::get);
            assert_eq!(got, want, "{raw:?}");
        }
    }

    #[test]
    fn lists() {
        for (raw, want) in [
            ("1-8,12", "1–8、12"),
            ("1–8、12", "1–8、12"),
            ("１－８，１２", "1–8、12"),
            ("3", "3"),
            ("3 1 2", "1–3"),
            ("2,1,2", "1、2"),
            ("1 - 3; 5 至 6 班", "1–3、5、6"),
            ("1-3,2-5", "1–5"),
        ] {
            assert_eq!(ClassNumbers::parse(raw).unwrap().to_string(), want, "{raw}");
        }
        for (raw, want) in [
            ("", Code::ClassNumbersEmpty),
            (",、", Code::ClassNumbersEmpty),
            ("8-1", Code::ClassInvalid),
            ("0-3", Code::ClassInvalid),
            ("1-100", Code::ClassInvalid),
            ("一班", Code::ClassInvalid),
            ("-3", Code::ClassInvalid),
            ("1-2-3", Code::ClassInvalid),
        ] {
            assert_eq!(ClassNumbers::parse(raw).unwrap_err().code, want, "{raw}");
        }
        assert_eq!(
            ClassNumbers::from_list(&[3, 1]).unwrap().to_string(),
            "1、3"
        );
        let refused = ClassNumbers::from_list(&[1, 100, 0]).unwrap_err();
        assert_eq!(refused.len(), 2);
        assert!(refused[0].message.contains("100"));
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>(), near in "[0-9 ,、\\-班]{0,12}") {
            for raw in [raw, near] {
                if let Ok(numbers) = ClassNumbers::parse(&raw) {
                    prop_assert_eq!(ClassNumbers::parse(&numbers.to_string()).unwrap(), numbers);
                }
            }
        }
    }
}
