//! A bar on the terminal, and Ctrl-C as the wish to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ekatong_core::ports::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows progress on standard error when a person sits there.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: ProgressBar,
    cancelled: AtomicBool,
}

impl Bar {
    /// A bar that appears with the first report. To be called inside a tokio runtime.
    pub(crate) fn start() -> Arc<Self> {
        let bar = Arc::new(Self {
            bar: ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5)),
            cancelled: AtomicBool::new(false),
        });
        let hears = Arc::clone(&bar);
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                hears.cancelled.store(true, Ordering::SeqCst);
            }
            // The first asks to stop in good order, the second stops.
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(130);
            }
        });
        bar
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn report(&self, done: u64, total: u64) {
        if total > 0 && self.bar.length() != Some(total) {
            self.bar.set_length(total);
            if let Ok(style) =
                ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} {eta}")
            {
                self.bar.set_style(style);
            }
        } else if total == 0
            && self.bar.position() == 0
            && let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} {elapsed}")
        {
            self.bar.set_style(style);
        }
        self.bar.set_position(done);
    }

    fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }
}
