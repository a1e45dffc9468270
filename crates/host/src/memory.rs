//! How much freed memory a process keeps.

/// Gives freed memory back to the system. Every program calls this first.
///
/// The C library learns from the largest block that it sees freed: after the 19 MiB
/// of the first password it keeps up to twice as much in each of its heaps, which
/// was a third of an import's peak. With the two limits set it learns nothing.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "the C library has no other way, and no crate wraps it"
)]
pub fn keep_little() {
    /// Bytes from which a block is a mapping of its own, returned when freed.
    const MAPPED_FROM: libc::c_int = 4 << 20;
    /// Free bytes at the end of a heap that are kept.
    const KEPT: libc::c_int = 1 << 20;
    // SAFETY: mallopt takes two numbers by value and only sets parameters under the
    // allocator's own lock; one that it does not accept is ignored.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
    }
}

/// Other C libraries give memory back by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn keep_little() {}
