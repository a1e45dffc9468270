//! The clock of the machine, and one that tests set.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use ekatong_core::ports::Clock;

/// The machine's clock, which never goes back: a wrong battery must not write
/// today's orders into last year.
#[derive(Debug)]
pub struct SystemClock {
    latest: AtomicI64,
    warned: AtomicBool,
}

/// The clock is behind by this much before it is worth a warning: clocks are set
/// right by the network all the time.
const WORTH_A_WARNING_MS: i64 = 60_000;

impl SystemClock {
    /// A clock that is never earlier than `floor`, the last stored moment in UTC epoch milliseconds.
    #[must_use]
    pub const fn new(floor: i64) -> Self {
        Self {
            latest: AtomicI64::new(floor),
            warned: AtomicBool::new(false),
        }
    }

    /// How many milliseconds the machine's clock is behind the last stored moment; 0 when it is not.
    #[must_use]
    pub fn behind_ms(&self) -> i64 {
        (self.latest.load(Ordering::SeqCst) - machine_ms()).max(0)
    }
}

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let machine = machine_ms();
        let before = self.latest.fetch_max(machine, Ordering::SeqCst);
        if before - machine > WORTH_A_WARNING_MS && !self.warned.swap(true, Ordering::SeqCst) {
            tracing::warn!(
                behind_ms = before - machine,
                "the machine's clock is behind the last stored moment"
            );
        }
        before.max(machine)
    }
}

/// UTC epoch milliseconds of the machine; before 1970 counts as 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "the only place that asks the machine for the time"
)]
fn machine_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or(0)
}

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// Stands at this moment, UTC epoch milliseconds.
    #[must_use]
    pub const fn new(now_ms: i64) -> Self {
        Self(AtomicI64::new(now_ms))
    }

    /// Moves it; it may go back, as tests want to see what happens then.
    pub fn set(&self, now_ms: i64) {
        self.0.store(now_ms, Ordering::SeqCst);
    }

    /// Moves it forward.
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_never_before_the_last_stored_moment() {
        let far = machine_ms() + 3_600_000;
        let clock = SystemClock::new(far);
        assert_eq!(clock.now_ms(), far);
        assert!(clock.behind_ms() > 3_000_000);
        assert!(SystemClock::new(0).now_ms() > 1_700_000_000_000);
    }

    #[test]
    fn moments_never_fall() {
        let clock = SystemClock::new(0);
        let mut last = 0;
        for _ in 0..1000 {
            let now = clock.now_ms();
            assert!(now >= last);
            last = now;
        }
    }
}
