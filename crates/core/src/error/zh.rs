//! Chinese text of every code.

use super::code::Code;

/// The general text of a code; call sites replace it where they can name the case.
#[must_use]
pub const fn text(_code: Code) -> &'static str {
    ""
}
