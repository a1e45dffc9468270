//! What exists: domain types with private fields and one `parse` each.
//!
//! One file a noun. Forms and imports call the same `parse`; a value of one of
//! these types is right by construction, so nothing behind it checks again.
//! None of them derives `Deserialize`: raw input cannot slip past `parse`.
//! To add a noun: a file with the type, its `parse`, and the table of inputs
//! beside it.

#[macro_use]
pub(crate) mod words;

pub mod address;
pub mod application;
pub mod bank_card;
pub mod batch;
pub mod card;
pub mod class;
pub mod correction;
mod county;
pub mod district;
pub mod enrolment;
pub mod extension;
pub mod gender;
pub mod grade;
pub mod leaver;
pub mod login;
pub mod masked;
pub mod name;
pub mod order;
pub mod paper;
pub mod phone;
pub mod photo;
pub mod relation;
pub mod school;
pub mod search;
pub mod student_number;
pub mod text;
pub mod time;
pub mod year;

use crate::error::Problem;

/// A value that was accepted, with the notes and warnings met on the way; none
/// of the problems is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed<T> {
    /// The accepted, normalised value.
    pub value: T,
    /// Notes and warnings, in the order they were met.
    pub problems: Vec<Problem>,
}

impl<T> Parsed<T> {
    /// A value nothing is to be said about.
    #[must_use]
    pub const fn clean(value: T) -> Self {
        Self {
            value,
            problems: Vec::new(),
        }
    }

    /// Takes the value and appends the notes and warnings to a list.
    pub fn collect_into(self, problems: &mut Vec<Problem>) -> T {
        problems.extend(self.problems);
        self.value
    }
}
