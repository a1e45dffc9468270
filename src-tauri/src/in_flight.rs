//! Closing the window waits until nothing is being written.
//!
//! A window that closes while an import is being committed would leave the person
//! not knowing whether the pupils are in. So every command holds a [`Work`] while
//! it runs; a wish to close is kept until the last one is dropped, and new work is
//! refused from then on, so that a page that keeps asking cannot hold the window
//! open.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Default)]
struct Counts {
    running: usize,
    closing: bool,
}

struct Shared {
    counts: Mutex<Counts>,
    close: Box<dyn Fn() + Send + Sync>,
}

impl Shared {
    // The counts are plain numbers, right also after a panic elsewhere.
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts what runs. Clones count together.
#[derive(Clone)]
pub(crate) struct InFlight(Arc<Shared>);

impl InFlight {
    /// `close` is called once, when a wish to close was put off and the last work ended.
    pub(crate) fn new(close: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(Shared {
            counts: Mutex::default(),
            close: Box::new(close),
        }))
    }

    /// Marks the beginning of some work; it ends when the answer is dropped.
    /// `None` when the window is waiting to close.
    pub(crate) fn begin(&self) -> Option<Work> {
        let mut counts = self.0.counts();
        if counts.closing {
            return None;
        }
        counts.running += 1;
        Some(Work(Arc::clone(&self.0)))
    }

    /// True when the window may close now; otherwise it will be told to when the
    /// last work ends.
    pub(crate) fn may_close(&self) -> bool {
        let mut counts = self.0.counts();
        counts.closing = counts.running > 0;
        !counts.closing
    }
}

/// Work that must end before the window closes.
pub(crate) struct Work(Arc<Shared>);

impl Drop for Work {
    fn drop(&mut self) {
        let last = {
            let mut counts = self.0.counts();
            counts.running = counts.running.saturating_sub(1);
            counts.running == 0 && counts.closing
        };
        // Outside the lock: closing asks `may_close` again.
        if last {
            (self.0.close)();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::InFlight;

    fn counted() -> (InFlight, Arc<AtomicUsize>) {
        let closed = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&closed);
        let in_flight = InFlight::new(move || {
            seen.fetch_add(1, Ordering::SeqCst);
        });
        (in_flight, closed)
    }

    #[test]
    fn an_idle_window_closes_at_once() {
        let (in_flight, closed) = counted();
        drop(in_flight.begin());
        assert!(in_flight.may_close());
        assert_eq!(closed.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn closing_waits_for_the_last_work_and_refuses_more() {
        let (in_flight, closed) = counted();
        let first = in_flight.begin();
        let second = in_flight.begin();
        assert!(!in_flight.may_close());
        assert!(in_flight.begin().is_none());
        drop(first);
        assert_eq!(closed.load(Ordering::SeqCst), 0);
        drop(second);
        assert_eq!(closed.load(Ordering::SeqCst), 1);
        assert!(in_flight.may_close());
    }
}
