//! Times, memory, and random numbers that are the same in every run.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Milliseconds with their fraction.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The value below which this share of the values lies.
pub(crate) fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a short list"
    )]
    let at = ((sorted.len().saturating_sub(1)) as f64 * share).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// The middle value.
pub(crate) fn median(values: &[f64]) -> f64 {
    percentile(values, 0.5)
}

/// How busy the machine is: what else runs makes every figure worse.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// `splitmix64`.
pub(crate) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Random numbers.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(1);
        mix(self.0)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let at = usize::try_from(self.below(list.len() as u64)).expect("a place in memory");
        &list[at]
    }
}

/// What a process took, seen from outside.
pub(crate) struct Spent {
    /// From before it was started until it had ended.
    pub(crate) seconds: f64,
    /// Processor time of all its threads: what a busy machine changes least.
    pub(crate) cpu_seconds: f64,
    /// Most memory it had at once, MiB; code and libraries included.
    pub(crate) peak_mib: f64,
    /// What it printed.
    pub(crate) output: String,
}

/// Runs a program to its end.
///
/// # Panics
/// When it does not start or fails.
pub(crate) fn spent(command: &mut Command) -> Spent {
    let name = format!("{command:?}");
    let output = tempfile::NamedTempFile::new().expect("a file for the output");
    let cpu = children_cpu();
    let begun = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(output.reopen().expect("the file for the output"))
        .spawn()
        .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    // The kernel keeps the peak, so the last look before the end is nearly exact.
    let ended = loop {
        if let Some(ended) = child.try_wait().expect("waiting for a program") {
            break ended;
        }
        peak = peak_kib(Path::new(&status)).unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(2));
    };
    let seconds = begun.elapsed().as_secs_f64();
    let cpu_seconds = children_cpu() - cpu;
    let output = std::fs::read_to_string(output.path()).unwrap_or_default();
    assert!(ended.success(), "{name} failed ({ended}): {output}");
    #[expect(clippy::cast_precision_loss, reason = "kilobytes of one process")]
    let peak_mib = peak as f64 / 1024.0;
    Spent {
        seconds,
        cpu_seconds,
        peak_mib,
        output,
    }
}

fn peak_kib(status: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Processor time of the programs that were waited for, to a hundredth of a second.
fn children_cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: f64 = fields
        .split_whitespace()
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}
