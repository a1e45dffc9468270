//! 证件号诊断: what can still be said about a resident number that a spreadsheet
//! treated as a number, and which children on record it may belong to.
//!
//! A spreadsheet keeps such a number as a binary one of 64 bits and about 15 of its
//! 18 digits. Who wrote the file decides what is left; measured with the versions
//! of 2026:
//!
//! | writer | 320508201309189918 becomes |
//! | --- | --- |
//! | Excel, WPS, typed or read from csv | cut to 15 digits: …189000 |
//! | LibreOffice | rounded to 15 digits: …190000 |
//! | openpyxl, XlsxWriter | rounded to 16 digits: …189900 |
//! | the binary number in full | the nearest multiple of 64 (16 … 128 by province): …189888 |
//! | any of them, shown in a narrow column or saved as csv | `3.20508E+17`, 6–15 digits, rounded |
//!
//! Two of three binary numbers in full are nearest to one of 16 digits, and read as that.
//! So a cell does not tell digits, it tells a range that holds the true number. The
//! range here is wide enough for each writer that could have left such a cell.
//!
//! The last character is never X: whoever types an X makes the cell a text, and a
//! text is not rounded.

use std::cmp::Ordering;
use std::iter::zip;

use chrono::{Datelike, NaiveDate};

use super::cells::CellValue;
use crate::domain::gender::Gender;
use crate::domain::paper::{ResidentId, check_character, is_resident_region};
use crate::domain::text;

/// Digits that any spreadsheet keeps.
const KEPT: u32 = 15;
/// Fewer digits than a region has say nothing that helps.
const FEWEST: u32 = 6;
/// What the three digits after them are worth at most.
const CUT: u64 = 999;
const REGION: u64 = 1_000_000_000_000;
const DAY: u64 = 10_000;

/// A resident number of which some digits are lost.
#[derive(Clone, PartialEq, Eq)]
pub struct Damaged {
    /// The least number it can be, inside the region and on or after [`Self::first`].
    low: u64,
    /// The greatest, likewise.
    high: u64,
    first: NaiveDate,
    last: NaiveDate,
    gender: Option<Gender>,
    today: NaiveDate,
}

impl std::fmt::Debug for Damaged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Damaged(…)")
    }
}

impl Damaged {
    /// Reads what is left in a cell: a number, the digits of one ending in `000`,
    /// or `3.20508E+17`. The stated gender narrows the candidates, `today` bounds
    /// the birth date. None when the cell holds nothing of the kind, or too little:
    /// less than a region, or a region or date that cannot be.
    #[must_use]
    pub fn of(cell: &CellValue, gender: Option<Gender>, today: NaiveDate) -> Option<Self> {
        let (low, high) = range(cell)?;
        // Of the regions that a range touches one can hold a birth date at most:
        // it is narrower than the years from the first date to the last are long.
        let (first_region, last_region) = (low / REGION, high / REGION);
        (first_region..=last_region).find_map(|region| {
            is_resident_region(&region.to_string()).then_some(())?;
            let start = region * REGION;
            let first = day_from(low.saturating_sub(start) / DAY)?;
            let last = day_to((high - start).min(REGION - 1) / DAY, today)?;
            (first <= last).then(|| Self {
                low: low.max(start + digits_of(first) * DAY),
                high: high.min(start + digits_of(last) * DAY + (DAY - 1)),
                first,
                last,
                gender,
                today,
            })
        })
    }

    /// The leading digits that are certain, six at least.
    #[must_use]
    pub fn known(&self) -> String {
        let (low, high) = (self.low.to_string(), self.high.to_string());
        zip(low.chars(), high.chars())
            .take_while(|(a, b)| a == b)
            .map(|(digit, _)| digit)
            .collect()
    }

    /// The birth date, when no other is possible.
    #[must_use]
    pub fn birth(&self) -> Option<NaiveDate> {
        (self.first == self.last).then_some(self.first)
    }

    /// The first and the last possible birth date.
    #[must_use]
    pub const fn births(&self) -> (NaiveDate, NaiveDate) {
        (self.first, self.last)
    }

    /// Every number that is possible, rising: right date, check digit and, when it
    /// is stated, gender. Of a cell that holds a number there are 163 at most, 82
    /// with a gender: of 1629 in a row each ten have one right check digit. Of
    /// `3.20508E+17` there are millions, so take no more than are needed.
    pub fn candidates(&self) -> impl Iterator<Item = ResidentId> + '_ {
        let region = self.low / REGION * REGION;
        self.first
            .iter_days()
            .take_while(|day| *day <= self.last)
            .flat_map(move |day| {
                let start = region + digits_of(day) * DAY;
                // Without the check digit.
                self.low.max(start) / 10..=self.high.min(start + DAY - 1) / 10
            })
            .filter(|first| self.gender.is_none_or(|gender| gender == gender_of(*first)))
            .filter_map(|first| {
                let check = check_character(&first.to_string())?.to_digit(10)?;
                let number = first * 10 + u64::from(check);
                self.holds(number)
                    .then(|| ResidentId::parse(&number.to_string(), self.today).ok())?
            })
            .map(|parsed| parsed.value)
    }

    /// True when this number may have stood in the cell. The stated gender is not
    /// asked: it may be what is wrong in the row.
    #[must_use]
    pub fn fits(&self, number: &ResidentId) -> bool {
        // A number with an X does not parse: it never was stored as a number.
        number
            .as_str()
            .parse()
            .is_ok_and(|number| self.holds(number))
    }

    fn holds(&self, number: u64) -> bool {
        (self.low..=self.high).contains(&number)
    }
}

/// The range of 18-digit numbers that may have become this cell.
fn range(cell: &CellValue) -> Option<(u64, u64)> {
    match cell {
        CellValue::Number(number) => {
            let shown = number.to_string();
            let zeros = shown.bytes().rev().take_while(|b| *b == b'0').count();
            let digits = shown.len().checked_sub(zeros)?;
            spread(&shown, u32::try_from(digits).ok()?.max(KEPT))
        }
        CellValue::Text(text) => {
            let code = text::code_without_hyphens(text);
            match code.split_once('E') {
                None if code.ends_with("000") => spread(&code, KEPT),
                None => None,
                Some((mantissa, exponent)) => {
                    // LibreOffice writes E+017.
                    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
                    if exponent.parse() != Ok(17_u8) {
                        return None;
                    }
                    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
                    if whole.len() != 1 {
                        return None;
                    }
                    let digits = format!("{whole}{fraction}");
                    let known = u32::try_from(digits.len()).ok()?;
                    (FEWEST..=18)
                        .contains(&known)
                        .then(|| spread(&format!("{digits:0<18}"), known))?
                }
            }
        }
        CellValue::Bool(_)
        | CellValue::Date(_)
        | CellValue::Error(_)
        | CellValue::FormulaWithoutValue => None,
    }
}

/// The range around 18 digits of which the first `known` are stated.
fn spread(shown: &str, known: u32) -> Option<(u64, u64)> {
    if shown.len() != 18 || !shown.bytes().all(|b| b.is_ascii_digit()) || shown.starts_with('0') {
        return None;
    }
    let binary: f64 = shown.parse().ok()?;
    // Numbers of this size lie 16, 32, 64 or 128 apart in binary.
    let apart: u64 = format!("{:.0}", binary.next_up() - binary).parse().ok()?;
    let (middle, rounded) = if known > KEPT + 1 {
        // The binary number itself: the true one is nearer to it than to the next.
        (format!("{binary:.0}").parse().ok()?, apart / 2)
    } else {
        // Half of the last digit, and half of `apart` both when it was stored and
        // when it was read.
        let last_digit = 10_u64.checked_pow(18_u32.checked_sub(known)?)?;
        (shown.parse::<u64>().ok()?, last_digit / 2 + apart)
    };
    // Three digits that were cut and not rounded only ever made it less, and that
    // before anything was rounded for showing.
    let above = match known.cmp(&KEPT) {
        Ordering::Less => rounded + CUT,
        Ordering::Equal => rounded.max(CUT),
        Ordering::Greater => rounded,
    };
    Some((middle.checked_sub(rounded)?, middle.checked_add(above)?))
}

/// `20130918`.
fn digits_of(day: NaiveDate) -> u64 {
    let year = u64::from(day.year().unsigned_abs());
    year * 10_000 + u64::from(day.month()) * 100 + u64::from(day.day())
}

/// The first day on or after what eight digits say, be it a date or not.
fn day_from(digits: u64) -> Option<NaiveDate> {
    let (year, month, day) = parts(digits)?;
    if year < 1900 {
        return NaiveDate::from_ymd_opt(1900, 1, 1);
    }
    if month > 12 {
        return NaiveDate::from_ymd_opt(year + 1, 1, 1);
    }
    if month < 1 {
        return NaiveDate::from_ymd_opt(year, 1, 1);
    }
    NaiveDate::from_ymd_opt(year, month, day.max(1)).or_else(|| next_month(year, month))
}

/// The last day on or before what eight digits say, from 1900 and up to today.
fn day_to(digits: u64, today: NaiveDate) -> Option<NaiveDate> {
    let (year, month, day) = parts(digits)?;
    let before = |first: Option<NaiveDate>| first.and_then(|first| first.pred_opt());
    let last = if month < 1 {
        before(NaiveDate::from_ymd_opt(year, 1, 1))
    } else if month > 12 {
        NaiveDate::from_ymd_opt(year, 12, 31)
    } else if day < 1 {
        before(NaiveDate::from_ymd_opt(year, month, 1))
    } else {
        NaiveDate::from_ymd_opt(year, month, day).or_else(|| before(next_month(year, month)))
    }?;
    (last.year() >= 1900).then(|| last.min(today))
}

fn parts(digits: u64) -> Option<(i32, u32, u32)> {
    Some((
        i32::try_from(digits / 10_000).ok()?,
        u32::try_from(digits / 100 % 100).ok()?,
        u32::try_from(digits % 100).ok()?,
    ))
}

fn next_month(year: i32, month: u32) -> Option<NaiveDate> {
    if month < 12 {
        NaiveDate::from_ymd_opt(year, month + 1, 1)
    } else {
        NaiveDate::from_ymd_opt(year + 1, 1, 1)
    }
}

/// Gender by the last of 17 digits: odd is male.
const fn gender_of(first: u64) -> Gender {
    if first % 2 == 1 {
        Gender::Male
    } else {
        Gender::Female
    }
}

/// A child that some source knows.
#[derive(Clone, PartialEq, Eq)]
pub struct Lead<S, P> {
    /// Where the record comes from: our own, or a system above us.
    pub source: S,
    /// Name, normalised.
    pub name: String,
    /// Its number.
    pub number: ResidentId,
    /// Which record it is and where; none where the person may not look.
    pub place: Option<P>,
}

impl<S, P> std::fmt::Debug for Lead<S, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lead(…)")
    }
}

/// What the records say about a damaged number. A person picks; nothing is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal<S, P> {
    /// Children of this name whose number may have stood in the cell, by number;
    /// each has a place.
    pub matches: Vec<Lead<S, P>>,
    /// True when there is a further one where the person may not look.
    pub elsewhere: bool,
}

impl<S, P> Proposal<S, P> {
    /// The match, when there is no other.
    #[must_use]
    pub fn only(&self) -> Option<&Lead<S, P>> {
        match self.matches.as_slice() {
            [only] if !self.elsewhere => Some(only),
            _ => None,
        }
    }
}

/// Picks from records those that a row with this name and damaged number may
/// mean. Two sources that know the same number know the same child: the first counts.
#[must_use]
pub fn propose<S, P>(damaged: &Damaged, name: &str, leads: Vec<Lead<S, P>>) -> Proposal<S, P> {
    let (mut matches, hidden): (Vec<_>, Vec<_>) = leads
        .into_iter()
        .filter(|lead| lead.name == name && damaged.fits(&lead.number))
        .partition(|lead| lead.place.is_some());
    matches.sort_by(|a, b| a.number.as_str().cmp(b.number.as_str()));
    matches.dedup_by(|a, b| a.number == b.number);
    let elsewhere = hidden
        .iter()
        .any(|lead| matches.iter().all(|seen| seen.number != lead.number));
    Proposal { matches, elsewhere }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 9, 1).unwrap()
    }

    fn of(cell: &CellValue) -> Option<Damaged> {
        Damaged::of(cell, None, today())
    }

    fn text(text: &str) -> CellValue {
        CellValue::Text(text.to_owned())
    }

    fn number(digits: &str) -> CellValue {
        CellValue::Number(digits.parse().unwrap())
    }

    fn resident(number: &str) -> ResidentId {
        ResidentId::parse(number, today()).unwrap().value
    }

    /// 17 digits with their check digit; none for an X.
    fn whole(first: &str) -> Option<String> {
        let check = check_character(first)?;
        check.is_ascii_digit().then(|| format!("{first}{check}"))
    }

    /// A number rounded to some digits, as a program prints it.
    fn rounded(number: u64, digits: usize) -> String {
        #[expect(clippy::cast_precision_loss, reason = "the loss is what is tested")]
        let binary = number as f64;
        format!("{binary:.*e}", digits - 1)
    }

    /// All that spreadsheets make of a number, in cells that are numbers.
    fn stored(number: u64) -> Vec<CellValue> {
        let [fifteen, sixteen, full] = [15, 16, 17].map(|n| rounded(number, n));
        [(number / 1000 * 1000).to_string(), fifteen, sixteen, full]
            .iter()
            .map(|digits| CellValue::Number(digits.parse().unwrap()))
            .collect()
    }

    /// … and in cells that are texts, with 6 digits or more.
    fn shown(number: u64) -> Vec<CellValue> {
        let cut = number / 1000 * 1000;
        let mut cells = vec![text(&cut.to_string()), text(&format!("'{cut}"))];
        for number in [number, cut] {
            cells.extend((6..=15).map(|digits| text(&rounded(number, digits).replace('e', "E+"))));
        }
        cells
    }

    #[test]
    fn what_is_known_of_a_cell() {
        for (cell, known, births) in [
            // Excel cut three digits; LibreOffice might have rounded up to it.
            (number("320508201309189000"), "32050820130918", "2013-09-18"),
            (text("320508201309189000"), "32050820130918", "2013-09-18"),
            (
                text("３２０５０８２０１３０９１８９０００"),
                "32050820130918",
                "2013-09-18",
            ),
            (text("'320508201309189000"), "32050820130918", "2013-09-18"),
            (text("3.20508201309185E+17"), "32050820130918", "2013-09-18"),
            (
                text("3.20508201309185e+017"),
                "32050820130918",
                "2013-09-18",
            ),
            // The first digit of the sequence is 0: the day before is possible.
            (
                number("320508201309180000"),
                "3205082013091",
                "2013-09-17…2013-09-18",
            ),
            // … unless there is none.
            (
                number("320508200001010000"),
                "320508200001010",
                "2000-01-01",
            ),
            // openpyxl keeps a digit more.
            (
                number("320508201309185600"),
                "320508201309185",
                "2013-09-18",
            ),
            // Only the binary number in full has a 17th digit.
            (
                number("320508201309189950"),
                "3205082013091899",
                "2013-09-18",
            ),
            // Fewer digits, as a narrow column shows them.
            (text("3.20508E+17"), "320508", "1900-01-01…2026-09-01"),
            (text("3.205082E+17"), "320508", "1900-01-01…2026-09-01"),
            (
                text("3.20508201309E+17"),
                "320508201309",
                "2013-09-01…2013-09-30",
            ),
            (
                text("3.205081999E+17"),
                "3205081999",
                "1999-01-01…1999-12-31",
            ),
        ] {
            let damaged = of(&cell).unwrap();
            assert_eq!(damaged.known(), known, "{cell:?}");
            let (first, last) = damaged.births();
            let range = if first == last {
                assert_eq!(damaged.birth(), Some(first));
                first.to_string()
            } else {
                assert_eq!(damaged.birth(), None);
                format!("{first}…{last}")
            };
            assert_eq!(range, births, "{cell:?}");
        }
        assert_eq!(
            format!("{:?}", of(&number("320508201309189000")).unwrap()),
            "Damaged(…)"
        );
    }

    #[test]
    fn other_cells_are_not_damaged_numbers() {
        for cell in [
            text(""),
            text("320508201309189918"),
            text("32050520140206992X"),
            text("32050820130918900"),
            text("320508201309189000X"),
            text("32050813091890000"),
            text("身份证000"),
            text("3.2051E+17"),
            text("3E+17"),
            text("3.20508E+16"),
            text("32.0508E+17"),
            text("3.2050é1E+17"),
            text("3.20508201309189918001E+17"),
            text("E+17"),
            text("000000000000000000"),
            // 99 is no province, 81 is a permit, 20131399 to 20131399 is no day.
            text("990508201309189000"),
            text("810000201309189000"),
            text("320508201313999000"),
            text("320508203009189000"),
            text("320508189909189000"),
            number("7"),
            number("13812345678"),
            number("320508130918990"),
            number("32050820130918990"),
            number("3205082013091899000"),
            number("-320508201309189000"),
            number("0.5"),
            CellValue::Bool(true),
            CellValue::Error("#N/A".to_owned()),
            CellValue::Date(today().into()),
            CellValue::FormulaWithoutValue,
        ] {
            assert_eq!(of(&cell), None, "{cell:?}");
        }
        for wild in [f64::NAN, f64::INFINITY, f64::MIN, f64::MAX] {
            assert_eq!(of(&CellValue::Number(wild)), None);
        }
    }

    #[test]
    fn the_gender_narrows_the_candidates_but_no_record() {
        let cell = number("320508201309189000");
        let count = |gender| {
            let damaged = Damaged::of(&cell, gender, today()).unwrap();
            assert!(
                damaged
                    .candidates()
                    .all(|id| gender.is_none_or(|g| g == id.gender()))
            );
            assert!(damaged.fits(&resident("320508201309189918")));
            damaged.candidates().count()
        };
        let (men, women) = (count(Some(Gender::Male)), count(Some(Gender::Female)));
        assert_eq!(count(None), men + women);
        assert_eq!((men, women), (73, 70));
        // The binary number in full leaves a few.
        let few = of(&number("320508201309189950")).unwrap();
        let few: Vec<String> = few.candidates().map(|id| id.as_str().to_owned()).collect();
        assert!((5..=7).contains(&few.len()), "{}", few.len());
        assert!(few.iter().all(|id| id.starts_with("3205082013091899")));
    }

    #[test]
    fn a_number_with_x_was_never_stored_as_a_number() {
        let with_x = resident("32050520140206992X");
        assert!(!of(&number("320505201402069000")).unwrap().fits(&with_x));
        let damaged = of(&text("3.20505E+17")).unwrap();
        assert!(!damaged.fits(&with_x));
        assert!(
            damaged
                .candidates()
                .take(5000)
                .all(|id| !id.as_str().ends_with('X'))
        );
    }

    #[test]
    fn records_are_proposed() {
        let damaged = of(&number("320508201309189000")).unwrap();
        let lead = |name: &str, id: &str, place| Lead {
            source: (),
            name: name.to_owned(),
            number: resident(id),
            place,
        };
        let right = "320508201309189918";
        let second = whole("32050820130918913")
            .or_else(|| whole("32050820130918915"))
            .unwrap();
        let other_day = whole("32050820130919991")
            .or_else(|| whole("32050820130919993"))
            .unwrap();
        let found = |leads| {
            let proposal = propose(&damaged, "林知夏", leads);
            let places: Vec<u8> = proposal.matches.iter().filter_map(|l| l.place).collect();
            (
                places,
                proposal.only().and_then(|l| l.place),
                proposal.elsewhere,
            )
        };
        assert_eq!(found(vec![]), (vec![], None, false));
        assert_eq!(
            found(vec![
                lead("林知夏", right, Some(1)),
                lead("林知秋", &second, Some(2)),
                lead("林知夏", &other_day, Some(3)),
            ]),
            (vec![1], Some(1), false)
        );
        assert_eq!(
            found(vec![
                lead("林知夏", right, Some(1)),
                lead("林知夏", &second, Some(2))
            ]),
            (vec![2, 1], None, false)
        );
        // The same number from another source is the same child.
        assert_eq!(
            found(vec![
                lead("林知夏", right, Some(1)),
                lead("林知夏", right, Some(2))
            ]),
            (vec![1], Some(1), false)
        );
        assert_eq!(
            found(vec![
                lead("林知夏", right, Some(1)),
                lead("林知夏", right, None)
            ]),
            (vec![1], Some(1), false)
        );
        // Another child where the person may not look leaves it open which it is.
        assert_eq!(
            found(vec![
                lead("林知夏", right, Some(1)),
                lead("林知夏", &second, None)
            ]),
            (vec![1], None, true)
        );
        assert_eq!(
            found(vec![lead("林知夏", right, None)]),
            (vec![], None, true)
        );
        assert_eq!(
            found(vec![lead("林知秋", right, None)]),
            (vec![], None, false)
        );
    }

    proptest! {
        // Each case is 28 cells, some with all their candidates.
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_true_number_is_always_possible(
            province in prop::sample::select(&["11", "15", "32", "44", "54", "65"][..]),
            county in 0_u16..10_000,
            day in 0_i64..46_000,
            sequence in 0_u16..1000,
        ) {
            let birth = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::TimeDelta::days(day);
            let first = format!("{province}{county:04}{}{sequence:03}", birth.format("%Y%m%d"));
            let Some(digits) = whole(&first) else { return Ok(()) };
            let id = resident(&digits);
            let value: u64 = digits.parse().unwrap();
            for cell in stored(value) {
                for gender in [None, Some(id.gender())] {
                    let damaged = Damaged::of(&cell, gender, today());
                    let damaged = damaged.ok_or_else(|| TestCaseError::fail(format!("{cell:?}")))?;
                    let all: Vec<ResidentId> = damaged.candidates().collect();
                    prop_assert!(all.contains(&id), "{:?}", cell);
                    let most = if gender.is_some() { 82 } else { 163 };
                    prop_assert!(all.len() <= most);
                    prop_assert!(all.iter().all(|id| damaged.fits(id)));
                    prop_assert!(all.is_sorted_by_key(|id| id.as_str().to_owned()));
                }
            }
            for cell in stored(value).into_iter().chain(shown(value)) {
                let damaged = of(&cell);
                let damaged = damaged.ok_or_else(|| TestCaseError::fail(format!("{cell:?}")))?;
                prop_assert!(damaged.fits(&id), "{:?}", cell);
                prop_assert!(digits.starts_with(&damaged.known()), "{:?}", cell);
                prop_assert!(damaged.known().len() >= 6, "{:?}", cell);
                let (from, to) = damaged.births();
                prop_assert!(from <= birth && birth <= to, "{:?}", cell);
                // Those that are enumerated are found among the many too.
                prop_assert!(damaged.candidates().take(50).all(|id| damaged.fits(&id)));
            }
        }

        #[test]
        fn no_cell_breaks_it(number in any::<f64>(), whole in 100_000_000_000_000_000_u64..2_000_000_000_000_000_000, raw in "[0-9.eE+ -]{0,24}|[1-6]\\.[0-9]{5,17}E\\+0?17|[1-9][0-9]{14}000") {
            let cells = [CellValue::Number(number), text(&raw), text(&whole.to_string()), CellValue::Number(whole.to_string().parse().unwrap())];
            for cell in cells {
                if let Some(damaged) = of(&cell) {
                    let (first, last) = damaged.births();
                    prop_assert!(first <= last && last <= today());
                    prop_assert!(damaged.candidates().take(30).all(|id| damaged.fits(&id)));
                }
            }
        }
    }
}
