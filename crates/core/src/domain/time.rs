//! Moments and days. China has one time zone without summer time, so +08:00 is
//! fixed and no time-zone database is needed.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, TimeDelta};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use ts_rs::TS;
use unicode_normalization::UnicodeNormalization;

use super::text;
use crate::error::{Code, Problem};

/// Milliseconds that Asia/Shanghai is ahead of UTC.
const SHANGHAI_MS: i64 = 8 * 60 * 60 * 1000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A moment: UTC milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
pub struct Timestamp(#[ts(type = "number")] i64);

impl Timestamp {
    /// From UTC epoch milliseconds.
    #[must_use]
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// UTC epoch milliseconds.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// The calendar date in Asia/Shanghai.
    #[must_use]
    pub fn date(self) -> NaiveDate {
        self.shanghai().date_naive()
    }

    /// The day in Asia/Shanghai.
    #[must_use]
    pub fn day(self) -> Day {
        Day(self.date())
    }

    /// `2026-09-01 14:03` in Asia/Shanghai.
    #[must_use]
    pub fn zh(self) -> String {
        self.shanghai().format("%Y-%m-%d %H:%M").to_string()
    }

    /// A UTC moment whose fields read like the clock in Shanghai.
    fn shanghai(self) -> DateTime<chrono::Utc> {
        DateTime::from_timestamp_millis(self.0.saturating_add(SHANGHAI_MS)).unwrap_or_default()
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "description": "UTC epoch milliseconds" })
    }
}

/// A day in Asia/Shanghai, 1900 to 2200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

impl Day {
    /// From a calendar date.
    #[must_use]
    pub const fn from_date(date: NaiveDate) -> Self {
        Self(date)
    }

    /// Reads `2026-09-01`, `2026/9/1`, `20260901` or `2026年9月1日`.
    ///
    /// # Errors
    /// `date_range.invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        parse_date(raw).map(Self).ok_or_else(|| {
            Problem::new(Code::DateRangeInvalid).message("日期不正确，请写成 2026-09-01 这样。")
        })
    }

    /// The calendar date.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// The day so many days before; unchanged where the calendar ends.
    #[must_use]
    pub fn minus(self, days: i64) -> Self {
        TimeDelta::try_days(days)
            .and_then(|delta| self.0.checked_sub_signed(delta))
            .map_or(self, Self)
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        self.0.checked_add_days(Days::new(1)).map_or(self, Self)
    }

    /// 00:00 in Asia/Shanghai, UTC epoch milliseconds.
    #[must_use]
    pub fn start_ms(self) -> i64 {
        let midnight = self.0.and_time(chrono::NaiveTime::MIN);
        midnight.and_utc().timestamp_millis() - SHANGHAI_MS
    }

    /// Days since 1970-01-01; the moment `ms` lies in day `(ms + 8 h) / 24 h`.
    #[must_use]
    pub fn number(self) -> i64 {
        (self.start_ms() + SHANGHAI_MS).div_euclid(DAY_MS)
    }

    /// The half-open interval [00:00, 00:00 of the day after) in UTC epoch milliseconds.
    #[must_use]
    pub fn bounds_ms(self) -> (i64, i64) {
        let start = self.start_ms();
        (start, start + DAY_MS)
    }
}

impl fmt::Display for Day {
    /// `2026-09-01`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

/// Reads the ways people write a date; years 1900 to 2200.
#[must_use]
pub fn parse_date(raw: &str) -> Option<NaiveDate> {
    let text: String = raw
        .nfkc()
        .filter(|c| !text::is_invisible(*c) && !c.is_whitespace())
        .map(|c| match c {
            '/' | '年' | '月' => '-',
            c if text::is_hyphen(c) => '-',
            c => c,
        })
        .collect();
    let text = text.strip_suffix('日').unwrap_or(&text);
    let compact = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    let (year, month, day) = if compact {
        (text.get(..4)?, text.get(4..6)?, text.get(6..)?)
    } else {
        let mut parts = text.split('-');
        let found = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        found
    };
    let number = |digits: &str, longest: usize| {
        ((1..=longest).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| digits.parse::<u16>().ok())
            .flatten()
    };
    let year = number(year, 4).filter(|year| (1900..=2200).contains(year))?;
    NaiveDate::from_ymd_opt(
        i32::from(year),
        u32::from(number(month, 2)?),
        u32::from(number(day, 2)?),
    )
}

/// Reads a moment in Asia/Shanghai as machines write it: a date as [`parse_date`] reads it,
/// then maybe a time, `8:30`, `08:30:15` or `08:30:15.250`; midnight without one.
#[must_use]
pub fn parse_moment(raw: &str) -> Option<Timestamp> {
    let text: String = raw
        .nfkc()
        .filter(|c| !text::is_invisible(*c))
        .collect::<String>();
    let text = text.trim();
    let (date, time) = text
        .split_once(|c: char| c.is_whitespace() || c == 'T')
        .unwrap_or((text, ""));
    let start = Day(parse_date(date)?).start_ms();
    let time = time.trim();
    if time.is_empty() {
        return Some(Timestamp(start));
    }
    let parsed = ["%H:%M:%S%.f", "%H:%M"]
        .into_iter()
        .find_map(|form| chrono::NaiveTime::parse_from_str(time, form).ok())?;
    let since = parsed.signed_duration_since(chrono::NaiveTime::MIN);
    Some(Timestamp(start + since.num_milliseconds()))
}

/// Days of a query, both ends included; an absent end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayRange {
    from: Option<Day>,
    to: Option<Day>,
}

impl DayRange {
    /// From one day to another.
    #[must_use]
    pub const fn between(from: Day, to: Day) -> Self {
        Self {
            from: Some(from),
            to: Some(to),
        }
    }

    /// Reads both ends; absent or blank is open.
    ///
    /// # Errors
    /// `date_range.invalid` for each end that is no date, and when the last day
    /// lies before the first.
    pub fn parse(from: Option<&str>, to: Option<&str>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut end = |raw: Option<&str>, name: &str| {
            let raw = raw.filter(|raw| !raw.trim().is_empty())?;
            Day::parse(raw)
                .map_err(|p| {
                    problems.push(p.message(format!("{name}日期不正确，请写成 2026-09-01 这样。")));
                })
                .ok()
        };
        let (from, to) = (end(from, "开始"), end(to, "结束"));
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            problems.push(
                Problem::new(Code::DateRangeInvalid)
                    .message(format!("结束日期 {to} 早于开始日期 {from}，请重新选择。")),
            );
        }
        if problems.is_empty() {
            Ok(Self { from, to })
        } else {
            Err(problems)
        }
    }

    /// First day.
    #[must_use]
    pub const fn from(self) -> Option<Day> {
        self.from
    }

    /// Last day.
    #[must_use]
    pub const fn to(self) -> Option<Day> {
        self.to
    }

    /// The half-open interval [first day 00:00, day after the last 00:00) in UTC
    /// epoch milliseconds (CARD-2).
    #[must_use]
    pub fn bounds_ms(self) -> (Option<i64>, Option<i64>) {
        (
            self.from.map(Day::start_ms),
            self.to.map(|day| day.bounds_ms().1),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn moments_read_like_the_clock_in_shanghai() {
        for (ms, want) in [
            (0, "1970-01-01 08:00"),
            (1_788_242_580_000, "2026-09-01 14:03"),
            (1_788_191_999_999, "2026-08-31 23:59"),
            (1_788_192_000_000, "2026-09-01 00:00"),
        ] {
            assert_eq!(Timestamp::from_ms(ms).zh(), want);
        }
        let midnight = Timestamp::from_ms(1_788_192_000_000);
        assert_eq!(midnight.day().to_string(), "2026-09-01");
        assert_eq!(serde_json::to_string(&midnight).unwrap(), "1788192000000");
    }

    #[test]
    fn days() {
        for raw in [
            "2026-09-01",
            "2026-9-1",
            "2026/9/1",
            "20260901",
            "2026年9月1日",
            "２０２６年９月１日",
        ] {
            assert_eq!(Day::parse(raw).unwrap().to_string(), "2026-09-01", "{raw}");
        }
        for raw in [
            "",
            "2026-02-29",
            "2026-13-01",
            "2026-9",
            "9/1/2026",
            "45901",
            "1-2-3-4",
        ] {
            assert_eq!(
                Day::parse(raw).unwrap_err().code,
                Code::DateRangeInvalid,
                "{raw}"
            );
        }
        let day = Day::parse("2026-03-01").unwrap();
        assert_eq!(day.minus(1).to_string(), "2026-02-28");
        assert_eq!(day.minus(1).next(), day);
    }

    #[test]
    fn moments_of_machines() {
        for (raw, want) in [
            ("2026-09-01 14:03:00", Some(1_788_242_580_000)),
            ("2026/9/1 14:03", Some(1_788_242_580_000)),
            ("2026-09-01T14:03:00.000", Some(1_788_242_580_000)),
            (" 20260901  14:03 ", Some(1_788_242_580_000)),
            ("2026-09-01 14：03", Some(1_788_242_580_000)),
            ("2026年9月1日", Some(1_788_192_000_000)),
            ("2026-09-01 24:00", None),
            ("2026-09-01 下午2点", None),
            ("14:03", None),
            ("", None),
        ] {
            assert_eq!(parse_moment(raw).map(Timestamp::ms), want, "{raw}");
        }
    }

    #[test]
    fn ranges_include_both_ends() {
        let range = DayRange::parse(Some("2026-09-01"), Some("2026-09-01")).unwrap();
        let day = 24 * 60 * 60 * 1000;
        let start = 1_788_192_000_000;
        assert_eq!(range.bounds_ms(), (Some(start), Some(start + day)));
        let open = DayRange::parse(None, Some(" ")).unwrap();
        assert_eq!(open.bounds_ms(), (None, None));
        for (from, to, count) in [
            ("2026-09-02", "2026-09-01", 1),
            ("x", "2026-09-01", 1),
            ("x", "y", 2),
        ] {
            let problems = DayRange::parse(Some(from), Some(to)).unwrap_err();
            assert_eq!(problems.len(), count);
            assert_eq!(problems[0].code, Code::DateRangeInvalid);
        }
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>(), near in "[0-9]{1,4}[-/年]?[0-9]{1,2}[-/月]?[0-9]{1,2}日?", ms in any::<i64>()) {
            for raw in [raw, near] {
                if let Ok(day) = Day::parse(&raw) {
                    prop_assert_eq!(Day::parse(&day.to_string()).unwrap(), day);
                    prop_assert_eq!(Timestamp::from_ms(day.start_ms()).day(), day);
                }
            }
            let _ = Timestamp::from_ms(ms).zh();
        }
    }
}
