//! The form of a new pupil (新生录入): every kind of paper of rules §1, several guardians.
//!
//! One reading serves the live check, the draft and the submission. Wrong is told at once;
//! what is merely still empty stops a save or a submission only.
//!
//! `texts` is what the form holds, `person`, `place` and `guardians` read its parts,
//! `outcome` is what comes of them: the record, what is wrong, who is on record already.

mod guardians;
mod outcome;
mod person;
mod place;
mod texts;

use chrono::NaiveDate;

pub(crate) use outcome::asking;
pub use texts::{GuardianForm, PupilForm};

use super::record::Guardian;
use crate::domain::address::Address;
use crate::domain::class::ClassNo;
use crate::domain::gender::Gender;
use crate::domain::grade::GradeNo;
use crate::domain::name::PersonName;
use crate::domain::paper::Paper;
use crate::domain::student_number::StudentNumber;
use crate::error::{Code, OpError, Problem};
use crate::id::ClassId;
use crate::ops::school::year_of;
use crate::ports::{SchoolRecord, UnitOfWork};

/// What a text that is still empty stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stops {
    /// Nothing can be kept without it.
    Save,
    /// A draft can do without it, a submission cannot.
    Submit,
}

/// What a form says.
pub(crate) struct Reading {
    name: Option<PersonName>,
    paper: Option<Paper>,
    gender: Option<Gender>,
    birth: Option<NaiveDate>,
    student_number: Option<StudentNumber>,
    address: Option<Address>,
    guardians: Vec<Guardian>,
    grade: Option<GradeNo>,
    class_number: Option<ClassNo>,
    class: Option<ClassId>,
    /// Fields that the paper's number filled.
    pub(crate) derived: Vec<String>,
    /// Errors, warnings and notes about what is filled in.
    pub(crate) problems: Vec<Problem>,
    /// What is still empty, and what that stops.
    missing: Vec<(Stops, Problem)>,
}

/// Reads a form for a school.
///
/// # Errors
/// Those of the store.
pub(crate) async fn read(
    uow: &mut dyn UnitOfWork,
    school: &SchoolRecord,
    form: &PupilForm,
    today: NaiveDate,
) -> Result<Reading, OpError> {
    let mut reading = Reading {
        name: None,
        paper: None,
        gender: None,
        birth: None,
        student_number: None,
        address: None,
        guardians: Vec::new(),
        grade: None,
        class_number: None,
        class: None,
        derived: Vec::new(),
        problems: Vec::new(),
        missing: Vec::new(),
    };
    reading.person(form, today);
    reading.place(uow, school, form).await?;
    reading.beside(form);
    reading.guardians(form, today);
    if let (Some(birth), Some(grade)) = (reading.birth, reading.grade) {
        let year = year_of(school.school_year)?;
        reading
            .problems
            .extend(year.check_age(birth, grade).map(|p| p.field("class")));
    }
    Ok(reading)
}

impl Reading {
    fn lacks(&mut self, stops: Stops, code: Code, field: &str) {
        self.missing.push((stops, Problem::new(code).field(field)));
    }

    /// Takes a parsed value, or its problem.
    fn take<T>(&mut self, field: &str, parsed: Result<T, Problem>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problems.push(problem.field(field));
                None
            }
        }
    }
}
