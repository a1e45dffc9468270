//! Identity papers (证件), rules §1.

use chrono::{Datelike, NaiveDate};

use super::gender::Gender;
use super::{Parsed, county, text};
use crate::error::{Code, Problem};

words! {
    /// Kind of an identity paper.
    pub enum PaperKind {
        /// GB 11643-1999.
        ResidentId = "resident_id", "居民身份证";
        /// As the resident ID, address 810000, 820000 or 830000.
        HmtResidence = "hmt_residence", "港澳台居民居住证";
        /// New form of 18 digits, old form of 3 letters and 12 digits.
        ForeignPr = "foreign_pr", "外国人永久居留身份证";
        /// 港澳居民来往内地通行证.
        HmPermit = "hm_permit", "回乡证";
        /// 台湾居民来往大陆通行证.
        TwPermit = "tw_permit", "台胞证";
        /// Passport of any country; needs the nationality.
        Passport = "passport", "护照";
        /// Anything else, 1–32 printable ASCII characters.
        Other = "other", "其他";
    }
}

impl PaperKind {
    /// Reads the stable word, the Chinese name or a common other name.
    ///
    /// # Errors
    /// `paper.kind_unknown`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let word = text::plain(raw);
        if let Some(found) = Self::find(&word) {
            return Ok(found);
        }
        match word.as_str() {
            "身份证" | "居民身份证号" | "身份证号" => Ok(Self::ResidentId),
            "港澳台居住证" | "居住证" | "港澳居民居住证" | "台湾居民居住证" => {
                Ok(Self::HmtResidence)
            }
            "外国人永居证" | "永久居留身份证" | "外国人永久居留证" => {
                Ok(Self::ForeignPr)
            }
            "港澳居民来往内地通行证" | "港澳通行证" => Ok(Self::HmPermit),
            "台湾居民来往大陆通行证" | "台湾通行证" => Ok(Self::TwPermit),
            "外国护照" | "中国护照" => Ok(Self::Passport),
            "其他证件" | "其它" | "其它证件" => Ok(Self::Other),
            _ => Err(Problem::new(Code::PaperKindUnknown)),
        }
    }

    /// True for kinds whose number has the form of a resident number: 18 places
    /// with a birth date and a check digit.
    #[must_use]
    pub const fn is_citizen_form(self) -> bool {
        match self {
            Self::ResidentId | Self::HmtResidence | Self::ForeignPr => true,
            Self::HmPermit | Self::TwPermit | Self::Passport | Self::Other => false,
        }
    }
}

/// An identity paper with its normalised number.
#[derive(Clone, PartialEq, Eq)]
pub struct Paper {
    kind: PaperKind,
    number: String,
    nationality: Option<String>,
    birth: Option<NaiveDate>,
    gender: Option<Gender>,
}

impl std::fmt::Debug for Paper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Paper({:?}, …)", self.kind)
    }
}

impl Paper {
    /// Reads a number of a given kind. `today` bounds the birth date. The
    /// nationality (3 letters) is needed for passports and kept for the others.
    ///
    /// # Errors
    /// `paper.missing`, `paper.length`, `paper.old15`, `paper.character`,
    /// `paper.region`, `paper.date`, `paper.date_range`, `paper.check`,
    /// `paper.precision`, `paper.form`, `nationality.invalid`. Notes and warnings:
    /// `normalised`, `paper.lookalike`, `paper.county_unknown`, `paper.trailing_zeros`.
    pub fn parse(
        kind: PaperKind,
        raw_number: &str,
        nationality: Option<&str>,
        today: NaiveDate,
    ) -> Result<Parsed<Self>, Vec<Problem>> {
        let nationality = parse_nationality(kind, nationality);
        let paper = Self::parse_number(kind, raw_number, today);
        match (nationality, paper) {
            (Ok(nationality), Ok(mut paper)) => {
                paper.value.nationality = nationality;
                Ok(paper)
            }
            (nationality, paper) => Err(paper.err().into_iter().chain(nationality.err()).collect()),
        }
    }

    fn parse_number(kind: PaperKind, raw: &str, today: NaiveDate) -> Result<Parsed<Self>, Problem> {
        let form = match kind {
            PaperKind::ResidentId => {
                let id = ResidentId::parse(raw, today)?;
                return Ok(Parsed {
                    value: Self::citizen(kind, id.value.0),
                    problems: id.problems,
                });
            }
            PaperKind::HmtResidence => return Self::citizen_form(kind, raw, today),
            PaperKind::ForeignPr => {
                let number = text::code_without_hyphens(raw);
                if number.starts_with(|c: char| c.is_ascii_digit()) || number.is_empty() {
                    return Self::citizen_form(kind, raw, today);
                }
                is_letters_then_digits(&number, 3, 12)
            }
            PaperKind::HmPermit => {
                let number = text::code_without_hyphens(raw);
                number.strip_prefix(['H', 'M']).is_some_and(|digits| {
                    matches!(digits.len(), 8 | 10) && digits.bytes().all(|b| b.is_ascii_digit())
                })
            }
            PaperKind::TwPermit => {
                let number = text::code_without_hyphens(raw);
                matches!(number.len(), 8 | 10) && number.bytes().all(|b| b.is_ascii_digit())
            }
            PaperKind::Passport => {
                let number = text::code_without_hyphens(raw);
                (5..=17).contains(&number.len())
                    && number
                        .bytes()
                        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            }
            PaperKind::Other => {
                let number = text::code(raw);
                (1..=32).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_graphic())
            }
        };
        // A hyphen may be part of a number whose form we do not know.
        let number = if kind == PaperKind::Other {
            text::code(raw)
        } else {
            text::code_without_hyphens(raw)
        };
        if number.is_empty() {
            return Err(Problem::new(Code::PaperMissing));
        }
        if is_scientific(&number) {
            return Err(Problem::new(Code::PaperPrecision));
        }
        if !form {
            return Err(form_problem(kind));
        }
        let problems = noted(raw, &number).into_iter().collect();
        Ok(Parsed {
            value: Self {
                kind,
                number,
                nationality: None,
                birth: None,
                gender: None,
            },
            problems,
        })
    }

    fn citizen_form(kind: PaperKind, raw: &str, today: NaiveDate) -> Result<Parsed<Self>, Problem> {
        let number = citizen_number(kind, raw, today)?;
        Ok(Parsed {
            value: Self::citizen(kind, number.value),
            problems: number.problems,
        })
    }

    fn citizen(kind: PaperKind, number: CitizenNumber) -> Self {
        Self {
            kind,
            number: number.number,
            nationality: None,
            birth: Some(number.birth),
            gender: Some(number.gender),
        }
    }

    /// Kind.
    #[must_use]
    pub const fn kind(&self) -> PaperKind {
        self.kind
    }

    /// The normalised number, as it is printed on the paper.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// Three upper-case letters; always there for passports.
    #[must_use]
    pub fn nationality(&self) -> Option<&str> {
        self.nationality.as_deref()
    }

    /// What stays the same when the paper is renewed: the number without a
    /// permit's renewal count, a passport's with the nationality before it.
    #[must_use]
    pub fn identity_key(&self) -> String {
        identity_key(self.kind, self.nationality.as_deref(), &self.number)
    }

    /// Kind and identity key in one text: what the keyed index hashes, so that
    /// equal numbers of different kinds stay apart.
    #[must_use]
    pub fn index_text(&self) -> String {
        Self::stored_index_text(self.kind, self.nationality.as_deref(), &self.number)
    }

    /// [`Self::index_text`] of a number that was stored by this type.
    #[must_use]
    pub(crate) fn stored_index_text(
        kind: PaperKind,
        nationality: Option<&str>,
        number: &str,
    ) -> String {
        format!(
            "{}|{}",
            kind.as_str(),
            identity_key(kind, nationality, number)
        )
    }

    /// Birth date that the number states.
    #[must_use]
    pub const fn birth_date(&self) -> Option<NaiveDate> {
        self.birth
    }

    /// Gender that the number states.
    #[must_use]
    pub const fn gender(&self) -> Option<Gender> {
        self.gender
    }

    /// The number with its middle hidden (rules §6).
    #[must_use]
    pub fn masked(&self) -> String {
        mask_number(self.kind, &self.number)
    }
}

fn identity_key(kind: PaperKind, nationality: Option<&str>, number: &str) -> String {
    match kind {
        PaperKind::HmPermit => number.chars().take(9).collect(),
        PaperKind::Passport => format!("{}{number}", nationality.unwrap_or_default()),
        PaperKind::ResidentId
        | PaperKind::HmtResidence
        | PaperKind::ForeignPr
        | PaperKind::TwPermit
        | PaperKind::Other => number.to_owned(),
    }
}

/// True for a day on which a person may have been born (rules §1).
#[must_use]
pub fn may_be_birth(day: NaiveDate, today: NaiveDate) -> bool {
    day.year() >= 1900 && day <= today
}

/// Masks a stored number: of the citizens' form the first 6 and the last 4
/// characters stay, of others the first 2 and the last 2; of a short one nothing.
#[must_use]
pub fn mask_number(kind: PaperKind, number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    let (head, tail) = if kind.is_citizen_form() && chars.len() == 18 {
        (6, 4)
    } else if chars.len() > 4 {
        (2, 2)
    } else {
        (0, 0)
    };
    chars
        .iter()
        .enumerate()
        .map(|(at, c)| {
            if at < head || at + tail >= chars.len() {
                *c
            } else {
                '*'
            }
        })
        .collect()
}

/// Number of a resident identity card (居民身份证), GB 11643-1999.
#[derive(Clone, PartialEq, Eq)]
pub struct ResidentId(CitizenNumber);

redacted_debug!(ResidentId);

impl ResidentId {
    /// Reads an 18-place number.
    ///
    /// # Errors
    /// As [`Paper::parse`]; `paper.form` for a number that belongs to a residence
    /// permit (81–83) or to a foreigner (9).
    pub fn parse(raw: &str, today: NaiveDate) -> Result<Parsed<Self>, Problem> {
        let number = citizen_number(PaperKind::ResidentId, raw, today)?;
        Ok(Parsed {
            value: Self(number.value),
            problems: number.problems,
        })
    }

    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.number
    }

    /// Birth date.
    #[must_use]
    pub const fn birth_date(&self) -> NaiveDate {
        self.0.birth
    }

    /// Gender by the 17th digit: odd is male.
    #[must_use]
    pub const fn gender(&self) -> Gender {
        self.0.gender
    }
}

#[derive(Clone, PartialEq, Eq)]
struct CitizenNumber {
    number: String,
    birth: NaiveDate,
    gender: Gender,
}

/// Check character of GB 11643-1999 for the first 17 digits; nothing when there
/// are not 17 digits.
#[must_use]
pub fn check_character(first17: &str) -> Option<char> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    if first17.len() != 17 {
        return None;
    }
    let mut sum = 0;
    for (c, weight) in first17.chars().zip(WEIGHTS) {
        sum += c.to_digit(10)? * weight;
    }
    "10X98765432".chars().nth(usize::try_from(sum % 11).ok()?)
}

/// True when a resident number may begin with these digits, two at least: not with
/// those of a residence permit, a foreigner or no province at all.
#[must_use]
pub fn is_resident_region(first: &str) -> bool {
    first
        .get(..2)
        .is_some_and(|province| county::is_province(province) && !province.starts_with('8'))
}

/// Reads a number of the citizens' form: address or 9 + region + country, birth
/// date, sequence, check character.
fn citizen_number(
    kind: PaperKind,
    raw: &str,
    today: NaiveDate,
) -> Result<Parsed<CitizenNumber>, Problem> {
    let mut number = text::code(raw);
    if number.is_empty() {
        return Err(Problem::new(Code::PaperMissing));
    }
    if is_scientific(&number) {
        return Err(Problem::new(Code::PaperPrecision));
    }
    number.retain(|c| !text::is_hyphen(c));
    let mut problems = Vec::new();
    if let Some(rest) = number.strip_suffix(is_lookalike) {
        number = format!("{rest}X");
        problems.push(Problem::new(Code::PaperLookalike).warning());
    } else {
        problems.extend(noted(raw, &number));
    }
    check_characters(&number)?;
    let region = number.get(..6).unwrap_or_default();
    let province = if kind == PaperKind::ForeignPr {
        number.get(1..3)
    } else {
        number.get(..2)
    }
    .unwrap_or_default();
    check_kind(kind, &number)?;
    if !county::is_province(province) {
        return Err(Problem::new(Code::PaperRegion));
    }
    let birth = birth_date(number.get(6..14).unwrap_or_default())
        .ok_or_else(|| Problem::new(Code::PaperDate))?;
    if !may_be_birth(birth, today) {
        return Err(Problem::new(Code::PaperDateRange));
    }
    let (first17, check) = number.split_at(17);
    let zeros = number.ends_with("000");
    if check_character(first17).is_none_or(|c| !check.starts_with(c)) {
        let problem = Problem::new(Code::PaperCheck);
        return Err(if zeros {
            problem.message(
                "证件号码的校验位不对，且以 000 结尾，疑似被 Excel 当作数字保存而丢失了末尾几位。请将单元格设为文本格式，再重新输入完整号码。",
            )
        } else {
            problem
        });
    }
    if zeros {
        problems.push(Problem::new(Code::PaperTrailingZeros).warning());
    }
    if kind == PaperKind::ResidentId && county::is_known(region) == Some(false) {
        problems.push(Problem::new(Code::PaperCountyUnknown).note());
    }
    let odd = first17
        .bytes()
        .next_back()
        .is_some_and(|digit| digit % 2 == 1);
    let gender = if odd { Gender::Male } else { Gender::Female };
    Ok(Parsed {
        value: CitizenNumber {
            number,
            birth,
            gender,
        },
        problems,
    })
}

/// 18 places, digits only but for an X at the end. Afterwards the number is ASCII.
fn check_characters(number: &str) -> Result<(), Problem> {
    if number
        .chars()
        .any(|c| matches!(c, '×' | '*' | '✕' | '✖' | '╳' | '⨯'))
    {
        return Err(Problem::new(Code::PaperCharacter)
            .message("证件号码中不能用 × 或 *，末位的 X 请输入大写字母 X。"));
    }
    let count = number.chars().count();
    let body = number.strip_suffix('X').unwrap_or(number);
    if !body.bytes().all(|b| b.is_ascii_digit()) {
        let problem = Problem::new(Code::PaperCharacter);
        return Err(if body.chars().any(|c| c == 'X' || is_lookalike(c)) {
            problem.message("字母 X 只能出现在居民身份证号码的最后一位，请核对。")
        } else {
            problem.message("居民身份证号码只能有数字，末位可以是 X，请核对。")
        });
    }
    match count {
        18 => Ok(()),
        15 => Err(Problem::new(Code::PaperOld15)),
        _ => Err(Problem::new(Code::PaperLength).message(format!(
            "居民身份证号码应为 18 位，现在是 {count} 位，请核对。"
        ))),
    }
}

/// Whether a number's first digits belong to the kind: the same number under two
/// kinds would be two identities of one child.
fn check_kind(kind: PaperKind, number: &str) -> Result<(), Problem> {
    let permit = matches!(number.get(..6), Some("810000" | "820000" | "830000"));
    let belongs = if number.starts_with('9') {
        PaperKind::ForeignPr
    } else if matches!(number.get(..2), Some("81" | "82" | "83")) {
        PaperKind::HmtResidence
    } else {
        PaperKind::ResidentId
    };
    if kind != belongs {
        return Err(Problem::new(Code::PaperForm).message(format!(
            "这是{}的号码，而证件类型是{}，请核对证件类型。",
            belongs.zh(),
            kind.zh()
        )));
    }
    if kind == PaperKind::HmtResidence && !permit {
        return Err(form_problem(kind));
    }
    Ok(())
}

fn birth_date(digits: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(
        digits.get(..4)?.parse().ok()?,
        digits.get(4..6)?.parse().ok()?,
        digits.get(6..)?.parse().ok()?,
    )
}

/// Cyrillic and Greek letters that look like X.
const fn is_lookalike(c: char) -> bool {
    matches!(c, '\u{0425}' | '\u{0445}' | '\u{03A7}' | '\u{03C7}')
}

/// `3.20508E+17`: what Excel shows for a number too long for its column.
fn is_scientific(code: &str) -> bool {
    let Some((mantissa, exponent)) = code.split_once('E') else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(&mantissa.replacen('.', "", 1)) && exponent.strip_prefix('+').is_some_and(digits)
}

fn is_letters_then_digits(number: &str, letters: usize, digits: usize) -> bool {
    number.len() == letters + digits
        && number.bytes().enumerate().all(|(at, b)| {
            if at < letters {
                b.is_ascii_uppercase()
            } else {
                b.is_ascii_digit()
            }
        })
}

/// The note when the number was typed in another form.
fn noted(raw: &str, number: &str) -> Option<Problem> {
    (raw.trim() != number).then(text::normalised)
}

fn form_problem(kind: PaperKind) -> Problem {
    Problem::new(Code::PaperForm).message(match kind {
        PaperKind::ResidentId => "居民身份证号码应为 18 位，末位可以是 X，请核对。",
        PaperKind::HmtResidence => {
            "港澳台居民居住证号码应为 18 位，以 810000、820000 或 830000 开头，请核对。"
        }
        PaperKind::ForeignPr => {
            "外国人永久居留身份证号码应为以 9 开头的 18 位，旧证为 3 个字母和 12 位数字，请核对。"
        }
        PaperKind::HmPermit => "回乡证号码应为字母 H 或 M 加 8 位或 10 位数字，请核对。",
        PaperKind::TwPermit => "台胞证号码应为 8 位或 10 位数字，请核对。",
        PaperKind::Passport => "护照号码应为 5–17 位字母和数字，请核对。",
        PaperKind::Other => "证件号码应为 1–32 位字母、数字和符号，请核对。",
    })
}

fn parse_nationality(kind: PaperKind, raw: Option<&str>) -> Result<Option<String>, Problem> {
    let letters = raw.map(text::code).filter(|letters| !letters.is_empty());
    match letters {
        Some(letters) if letters.len() == 3 && letters.bytes().all(|b| b.is_ascii_uppercase()) => {
            Ok(Some(letters))
        }
        None if kind != PaperKind::Passport => Ok(None),
        Some(_) | None => Err(Problem::new(Code::NationalityInvalid)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Severity;
    use proptest::prelude::*;

    const VECTORS: &str = include_str!("testdata/id-numbers.csv");

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 9, 1).unwrap()
    }

    fn parse(kind: PaperKind, raw: &str) -> Result<Parsed<Paper>, Vec<Problem>> {
        Paper::parse(kind, raw, None, today())
    }

    fn codes(problems: &[Problem]) -> Vec<(Code, Severity)> {
        problems.iter().map(|p| (p.code, p.severity)).collect()
    }

    #[test]
    fn every_vector() {
        let mut seen = 0;
        for line in VECTORS.lines().skip(1) {
            let mut fields = line.splitn(3, ',');
            let (raw, expect) = (fields.next().unwrap(), fields.next().unwrap());
            let kind = match raw.get(..2) {
                Some("81" | "82" | "83") => PaperKind::HmtResidence,
                Some("93") => PaperKind::ForeignPr,
                _ => PaperKind::ResidentId,
            };
            let got = parse(kind, raw);
            let accepted = |want: &[(Code, Severity)]| {
                let parsed = got.as_ref().unwrap_or_else(|p| panic!("{raw}: {p:?}"));
                assert_eq!(codes(&parsed.problems), want, "{raw}");
                assert_eq!(parsed.value.number().len(), 18);
            };
            let refused = |want: Code| {
                let problems = got.as_ref().unwrap_err();
                assert_eq!(codes(problems), [(want, Severity::Error)], "{raw}");
            };
            match expect {
                "valid" | "valid_foreign_permanent_resident" => accepted(&[]),
                "valid_note" => accepted(&[(Code::PaperCountyUnknown, Severity::Note)]),
                "normalised" => accepted(&[(Code::Normalised, Severity::Note)]),
                "normalised_warning" => accepted(&[(Code::PaperLookalike, Severity::Warning)]),
                "invalid_check" => refused(Code::PaperCheck),
                "invalid_date" => refused(Code::PaperDate),
                "invalid_date_future" => refused(Code::PaperDateRange),
                "invalid_region" => refused(Code::PaperRegion),
                "invalid_length" => refused(Code::PaperLength),
                "invalid_old15" => refused(Code::PaperOld15),
                "invalid_precision" => refused(Code::PaperPrecision),
                "invalid_check_precision_hint" => {
                    refused(Code::PaperCheck);
                    assert!(got.as_ref().unwrap_err()[0].message.contains("Excel"));
                }
                other => panic!("unknown expectation {other}"),
            }
            seen += 1;
        }
        assert_eq!(seen, 22);
    }

    #[test]
    fn what_a_number_tells() {
        for (kind, raw, birth, gender) in [
            (
                PaperKind::ResidentId,
                "320508201309189918",
                "2013-09-18",
                Gender::Male,
            ),
            (
                PaperKind::ResidentId,
                "32050520140206992X",
                "2014-02-06",
                Gender::Female,
            ),
            (
                PaperKind::ResidentId,
                "320583201602299948",
                "2016-02-29",
                Gender::Female,
            ),
            (
                PaperKind::ForeignPr,
                "932840201411209921",
                "2014-11-20",
                Gender::Female,
            ),
        ] {
            let paper = parse(kind, raw).unwrap().value;
            assert_eq!(paper.birth_date().unwrap().to_string(), birth);
            assert_eq!(paper.gender(), Some(gender));
            assert_eq!(paper.identity_key(), raw);
        }
        let id = ResidentId::parse("320508201309189918", today())
            .unwrap()
            .value;
        assert_eq!(id.gender(), Gender::Male);
        assert_eq!(id.as_str(), "320508201309189918");
    }

    #[test]
    fn resident_numbers_as_people_type_them() {
        let plain = "320508201309189918";
        for raw in [
            "320508 20130918 9918",
            "320508-20130918-9918",
            "３２０５０８２０１３０９１８９９１８",
            "\u{FEFF}320508201309189918",
            "320508\u{200B}201309189918",
            "320508201309189918\u{A0}",
            "'320508201309189918",
            "320508201309189918\u{3000}\t",
        ] {
            let parsed = parse(PaperKind::ResidentId, raw).unwrap();
            assert_eq!(parsed.value.number(), plain, "{raw:?}");
            // White space around the number alone is not worth a note.
            assert_eq!(parsed.problems.is_empty(), raw.trim() == plain, "{raw:?}");
        }
        for (raw, want) in [
            ("", Code::PaperMissing),
            (" \u{200B}", Code::PaperMissing),
            ("32050520140206992×", Code::PaperCharacter),
            ("32050520140206992*", Code::PaperCharacter),
            ("3205052014020699X2", Code::PaperCharacter),
            ("32050520140206992Ｙ", Code::PaperCharacter),
            ("身份证", Code::PaperCharacter),
            ("3.20508201309190E+17", Code::PaperPrecision),
            ("3E+17", Code::PaperPrecision),
            ("3205082013091899180", Code::PaperLength),
            ("810000201504129919", Code::PaperForm),
            ("932840201411209921", Code::PaperForm),
            ("91328201309189915X", Code::PaperForm),
            ("320508189909189915", Code::PaperDateRange),
        ] {
            let problems = parse(PaperKind::ResidentId, raw).unwrap_err();
            assert_eq!(problems[0].code, want, "{raw}");
        }
        // Greek and Cyrillic, both cases, only at the end and only if the check fits.
        for raw in [
            "32050720140508938х",
            "32050720140508938Χ",
            "32050720140508938χ",
        ] {
            let parsed = parse(PaperKind::ResidentId, raw).unwrap();
            assert_eq!(parsed.value.number(), "32050720140508938X");
            assert_eq!(
                codes(&parsed.problems),
                [(Code::PaperLookalike, Severity::Warning)]
            );
        }
        assert_eq!(
            parse(PaperKind::ResidentId, "32050820130918991Х").unwrap_err()[0].code,
            Code::PaperCheck
        );
    }

    #[test]
    fn zeros_at_the_end_that_pass_the_check_are_a_warning() {
        let raw = (0..1000)
            .map(|n| format!("320508201309{:02}{:02}0", 1 + n % 28, n / 28))
            .find(|first| first.ends_with("00") && check_character(first) == Some('0'))
            .map(|first| format!("{first}0"))
            .unwrap();
        let parsed = parse(PaperKind::ResidentId, &raw).unwrap();
        assert_eq!(
            codes(&parsed.problems),
            [(Code::PaperTrailingZeros, Severity::Warning)]
        );
    }

    #[test]
    fn other_kinds() {
        for (kind, raw, nationality, key) in [
            (PaperKind::HmPermit, "h1234567801", None, Some("H12345678")),
            (PaperKind::HmPermit, "M12345678", None, Some("M12345678")),
            (PaperKind::HmPermit, "H123456789", None, None),
            (PaperKind::HmPermit, "A12345678", None, None),
            (PaperKind::TwPermit, "12345678", None, Some("12345678")),
            (PaperKind::TwPermit, "1234567890", None, Some("1234567890")),
            (PaperKind::TwPermit, "123456789", None, None),
            (
                PaperKind::Passport,
                "e1234567",
                Some("usa"),
                Some("USAE1234567"),
            ),
            (PaperKind::Passport, "E1234567", None, None),
            (PaperKind::Passport, "E123", Some("USA"), None),
            (PaperKind::Passport, "E1234567", Some("US"), None),
            (
                PaperKind::ForeignPr,
                "usa110000000012",
                None,
                Some("USA110000000012"),
            ),
            (PaperKind::ForeignPr, "USA11000000001", None, None),
            (PaperKind::Other, "a-1/b", None, Some("A-1/B")),
            (PaperKind::Other, "证件", None, None),
            (PaperKind::Other, "", None, None),
            (PaperKind::HmtResidence, "320508201309189918", None, None),
        ] {
            let got = Paper::parse(kind, raw, nationality, today());
            let got = got.ok().map(|p| p.value.identity_key());
            assert_eq!(got.as_deref(), key, "{raw}");
        }
        let both = Paper::parse(PaperKind::Passport, "?", Some("1"), today()).unwrap_err();
        assert_eq!(both.len(), 2);
    }

    #[test]
    fn names_of_kinds() {
        for kind in PaperKind::ALL {
            assert_eq!(PaperKind::parse(kind.as_str()).unwrap(), kind);
            assert_eq!(PaperKind::parse(kind.zh()).unwrap(), kind);
        }
        assert_eq!(PaperKind::parse(" 身份证 ").unwrap(), PaperKind::ResidentId);
        assert_eq!(
            PaperKind::parse("学生证").unwrap_err().code,
            Code::PaperKindUnknown
        );
    }

    #[test]
    fn masks_and_debug_hide_the_number() {
        let paper = parse(PaperKind::ResidentId, "320508201309189918")
            .unwrap()
            .value;
        assert_eq!(paper.masked(), "320508********9918");
        assert!(!format!("{paper:?}").contains(|c: char| c.is_ascii_digit()));
        for (number, want) in [("E1234567", "E1****67"), ("1234", "****"), ("", "")] {
            assert_eq!(mask_number(PaperKind::Passport, number), want);
        }
    }

    proptest! {
        #[test]
        fn parses_to_itself(
            raw in any::<String>(),
            near in "[ '0-9XxХ-]{15,20}",
            letters in "[A-Za-z0-9 -]{0,18}",
        ) {
            for raw in [raw, near, letters] {
                for kind in PaperKind::ALL {
                    if let Ok(parsed) = Paper::parse(kind, &raw, Some("CHN"), today()) {
                        prop_assert!(parsed.problems.iter().all(|p| !p.is_error()));
                        let paper = parsed.value;
                        let again = Paper::parse(kind, paper.number(), Some("CHN"), today()).unwrap();
                        prop_assert_eq!(&again.value, &paper);
                        prop_assert!(!again.problems.iter().any(|p| p.code == Code::Normalised));
                        let _ = paper.masked();
                    }
                }
            }
        }

        #[test]
        fn computed_numbers_are_accepted(day in 0_i64..40_000, sequence in 0_u16..1000) {
            let birth = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::TimeDelta::days(day);
            let first = format!("320508{}{sequence:03}", birth.format("%Y%m%d"));
            let number = format!("{first}{}", check_character(&first).unwrap());
            let parsed = parse(PaperKind::ResidentId, &number).unwrap();
            prop_assert_eq!(parsed.value.birth_date(), Some(birth));
            prop_assert_eq!(parsed.value.gender() == Some(Gender::Male), sequence % 2 == 1);
        }
    }
}
