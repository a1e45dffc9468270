//! Temporary validity extensions (临时增效): which entry leaves the list on which day, and why (CARD-6).

use std::fmt;

use chrono::{Datelike, Months, NaiveDate};

use super::application::PupilStatus;

/// Days for which a cleaning can be undone.
pub const UNDO_DAYS: i64 = 30;

words! {
    /// When entries leave the list: each district chooses (CARD-6).
    pub enum ExtensionPolicy {
        /// 1 September those graduated from grade 9, 1 October those whose status is not normal.
        Calendar = "calendar", "按日历";
        /// Each entry one month after it was made.
        Age = "age", "按月";
    }
}

words! {
    /// How an entry came into the list.
    pub enum ExtensionSource {
        /// One by one.
        Hand = "hand", "手工添加";
        /// From a file.
        Import = "import", "导入";
    }
}

words! {
    /// Why an entry leaves the list.
    pub enum LeaveReason {
        /// Its own last day has come.
        Expired = "expired", "到期";
        /// Graduated from grade 9, since 1 September.
        Graduated = "graduated", "初三毕业";
        /// The status is not normal, since 1 October.
        NotNormal = "not_normal", "状态不正常";
        /// A month has passed.
        MonthPassed = "month_passed", "已满一个月";
    }
}

/// What the rules look at in an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtensionFacts {
    /// Day from which the rules count, in Asia/Shanghai: that of its making.
    pub since: NaiveDate,
    /// Day on which the schedule looked the last time; none for a person who cleans. For the
    /// schedule a status counts on a 1 October after it: whoever leaves school in December
    /// stays until a person cleans, or the next 1 October.
    pub looked: Option<NaiveDate>,
    /// A day of its own on which it leaves, if it has one.
    pub expires_on: Option<NaiveDate>,
    /// First calendar year of the school year in which the pupil left grade 9, from the
    /// enrolment history.
    pub left_grade_9: Option<i32>,
    /// Whether the district calls the pupil's status normal.
    pub normal: bool,
}

/// A day on which an entry leaves, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaving {
    /// First day on which it is no longer in the list.
    pub day: NaiveDate,
    /// Why.
    pub reason: LeaveReason,
}

impl fmt::Display for Leaving {
    /// `2026-09-01 起：初三毕业`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} 起：{}",
            self.day.format("%Y-%m-%d"),
            self.reason.zh()
        )
    }
}

/// Whether a status is normal in a district that calls `abnormal` ones not so. A primary
/// leaver who is registered at a junior school is at school, whatever the old school did.
#[must_use]
pub fn is_normal(status: PupilStatus, registered: bool, abnormal: &[PupilStatus]) -> bool {
    !abnormal.contains(&status) || (registered && status == PupilStatus::Graduated)
}

/// When and why an entry leaves, as things are now; none while nothing says so.
///
/// A day that lies on or before `since` has passed without it: an entry made in
/// September for a graduate of July stays until the next 1 September.
#[must_use]
pub fn leaving(policy: ExtensionPolicy, facts: &ExtensionFacts) -> Option<Leaving> {
    let own = facts.expires_on.filter(|day| *day > facts.since);
    let by_policy = match policy {
        ExtensionPolicy::Calendar => {
            let graduated = facts.left_grade_9.and_then(|year| {
                // The school year 2025-2026 ends before 1 September 2026, however late the
                // school records it.
                let first = NaiveDate::from_ymd_opt(year + 1, 9, 1)?;
                let next = after(facts.since, 9)?;
                Some((first.max(next), LeaveReason::Graduated))
            });
            let from = facts.looked.map_or(facts.since, |day| day.max(facts.since));
            let abnormal = (!facts.normal)
                .then(|| Some((after(from, 10)?, LeaveReason::NotNormal)))
                .flatten();
            [graduated, abnormal]
        }
        ExtensionPolicy::Age => {
            let month = facts.since.checked_add_months(Months::new(1));
            [month.map(|day| (day, LeaveReason::MonthPassed)), None]
        }
    };
    own.map(|day| (day, LeaveReason::Expired))
        .into_iter()
        .chain(by_policy.into_iter().flatten())
        .min_by_key(|(day, _)| *day)
        .map(|(day, reason)| Leaving { day, reason })
}

/// The first of a month that comes after a day.
fn after(day: NaiveDate, month: u32) -> Option<NaiveDate> {
    let this = NaiveDate::from_ymd_opt(day.year(), month, 1)?;
    if this > day {
        Some(this)
    } else {
        NaiveDate::from_ymd_opt(day.year() + 1, month, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn facts(since: &str) -> ExtensionFacts {
        ExtensionFacts {
            since: day(since),
            looked: None,
            expires_on: None,
            left_grade_9: None,
            normal: true,
        }
    }

    fn said(policy: ExtensionPolicy, facts: &ExtensionFacts) -> String {
        leaving(policy, facts).map_or_else(String::new, |leaving| leaving.to_string())
    }

    #[test]
    fn by_the_calendar() {
        for (since, left, normal, want) in [
            // Graduates leave on the 1 September that follows their last year.
            ("2026-07-10", Some(2025), true, "2026-09-01 起：初三毕业"),
            ("2025-03-01", Some(2025), true, "2026-09-01 起：初三毕业"),
            ("2026-08-31", Some(2025), true, "2026-09-01 起：初三毕业"),
            // Made on the day itself or after it: somebody wanted it in spite of the day.
            ("2026-09-01", Some(2025), true, "2027-09-01 起：初三毕业"),
            ("2026-12-31", Some(2020), true, "2027-09-01 起：初三毕业"),
            // Status on 1 October.
            ("2026-09-01", None, false, "2026-10-01 起：状态不正常"),
            ("2026-09-30", None, false, "2026-10-01 起：状态不正常"),
            ("2026-10-01", None, false, "2027-10-01 起：状态不正常"),
            // Both: the earlier day counts.
            ("2026-05-01", Some(2025), false, "2026-09-01 起：初三毕业"),
            ("2026-09-02", Some(2025), false, "2026-10-01 起：状态不正常"),
            ("2026-05-01", None, true, ""),
        ] {
            let facts = ExtensionFacts {
                left_grade_9: left,
                normal,
                ..facts(since)
            };
            assert_eq!(
                said(ExtensionPolicy::Calendar, &facts),
                want,
                "{since} {left:?}"
            );
        }
    }

    #[test]
    fn by_age() {
        for (since, want) in [
            ("2026-09-15", "2026-10-15"),
            ("2026-01-31", "2026-02-28"),
            ("2028-01-31", "2028-02-29"),
            ("2028-01-29", "2028-02-29"),
            ("2028-02-29", "2028-03-29"),
            ("2026-08-31", "2026-09-30"),
            ("2026-12-31", "2027-01-31"),
            ("2026-02-28", "2026-03-28"),
        ] {
            // Neither graduation nor status counts here.
            let facts = ExtensionFacts {
                left_grade_9: Some(2020),
                normal: false,
                ..facts(since)
            };
            assert_eq!(
                said(ExtensionPolicy::Age, &facts),
                format!("{want} 起：已满一个月")
            );
        }
    }

    #[test]
    fn a_last_day_of_its_own_counts_under_both() {
        for (policy, expires, want) in [
            (
                ExtensionPolicy::Calendar,
                "2026-05-20",
                "2026-05-20 起：到期",
            ),
            (ExtensionPolicy::Age, "2026-05-20", "2026-05-20 起：到期"),
            (
                ExtensionPolicy::Age,
                "2026-07-01",
                "2026-06-01 起：已满一个月",
            ),
            // Passed before the entry counts from.
            (ExtensionPolicy::Calendar, "2026-05-01", ""),
        ] {
            let facts = ExtensionFacts {
                expires_on: Some(day(expires)),
                ..facts("2026-05-01")
            };
            assert_eq!(said(policy, &facts), want);
        }
    }

    #[test]
    fn days_are_those_of_shanghai() {
        // 2026-08-31 23:59:59.999 and 2026-09-01 00:00 in Shanghai are both 31 August in UTC.
        for (ms, want) in [
            (1_788_191_999_999, "2026-09-01 起：初三毕业"),
            (1_788_192_000_000, "2027-09-01 起：初三毕业"),
        ] {
            let facts = ExtensionFacts {
                since: Timestamp::from_ms(ms).date(),
                left_grade_9: Some(2025),
                ..facts("2026-01-01")
            };
            assert_eq!(said(ExtensionPolicy::Calendar, &facts), want);
        }
    }

    #[test]
    fn registered_leavers_are_normal() {
        use PupilStatus as S;
        let abnormal = [S::Suspended, S::Left, S::Graduated, S::Deleted];
        for (status, registered, want) in [
            (S::Enrolled, false, true),
            (S::Pending, false, true),
            (S::Graduated, false, false),
            (S::Graduated, true, true),
            (S::Left, true, false),
            (S::Suspended, false, false),
        ] {
            assert_eq!(is_normal(status, registered, &abnormal), want, "{status:?}");
        }
        assert!(is_normal(S::Suspended, false, &[S::Left]));
    }

    #[test]
    fn for_the_schedule_a_status_counts_on_the_next_first_of_october() {
        for (looked, left, normal, want) in [
            // Nobody looked since August: 1 October is made up for.
            (None, None, false, "2026-10-01 起：状态不正常"),
            (Some("2026-08-31"), None, false, "2026-10-01 起：状态不正常"),
            (Some("2026-09-30"), None, false, "2026-10-01 起：状态不正常"),
            // Normal on 1 October, not so since December.
            (Some("2026-12-01"), None, false, "2027-10-01 起：状态不正常"),
            // A graduation that the school records late counts as soon as it is there.
            (
                Some("2026-09-05"),
                Some(2025),
                true,
                "2026-09-01 起：初三毕业",
            ),
        ] {
            let facts = ExtensionFacts {
                looked: looked.map(day),
                left_grade_9: left,
                normal,
                ..facts("2026-05-01")
            };
            assert_eq!(said(ExtensionPolicy::Calendar, &facts), want, "{looked:?}");
        }
    }
}
