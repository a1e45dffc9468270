//! What comes of a reading: the record to be kept or all that stops it, the form with what was
//! understood of it, and who is on record already.

use super::texts::PupilForm;
use super::{Reading, Stops};
use crate::access::Reach;
use crate::domain::school::SchoolKind;
use crate::error::{OpError, Problem};
use crate::id::{ClassId, PupilId};
use crate::ops::pupil::near::{self, Child};
use crate::ops::pupil::on_record::{Asking, on_record};
use crate::ops::pupil::record::Record;
use crate::ports::{Cipher, IndexOf, PupilRecord, SchoolRecord, UnitOfWork};

/// A form that can be kept.
pub(crate) struct Complete {
    /// The record as it shall be.
    pub(crate) record: Record,
    /// Key of its paper.
    pub(crate) paper_index: [u8; 16],
    /// Class.
    pub(crate) class: ClassId,
    /// Its grade.
    pub(crate) grade: i64,
}

/// What the records show about a form.
pub(crate) struct OnRecord {
    /// The child is on record: as what, and where if the person may see it.
    pub(crate) duplicate: Option<Problem>,
    /// Children that may be the same.
    pub(crate) near: Vec<PupilRecord>,
}

impl Reading {
    /// What the records show: the child itself, or children that may be the same. `own` is the
    /// record that the form is about, if it is on record.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn on_record(
        &self,
        uow: &mut dyn UnitOfWork,
        cipher: &dyn Cipher,
        school: &SchoolRecord,
        reach: &Reach,
        own: Option<PupilId>,
    ) -> Result<OnRecord, OpError> {
        let mut except: Vec<PupilId> = own.into_iter().collect();
        let mut duplicate = None;
        if let Some(paper) = &self.paper {
            let index = cipher.index(IndexOf::Paper, &paper.index_text());
            let found = uow.find_papers(&[index]).await?;
            let found = found.into_iter().find(|found| Some(found.id) != own);
            if let Some(found) = found {
                let asking = asking(school, reach);
                duplicate = Some(on_record(&found, asking).field("paperNumber"));
                except.push(found.id);
            }
        }
        let birth = self.birth.map(|birth| birth.format("%Y-%m-%d").to_string());
        let near = match (&self.name, &birth) {
            (Some(name), Some(birth_date)) => {
                let child = Child {
                    name: name.as_str(),
                    birth_date,
                    phones: self
                        .guardians
                        .iter()
                        .filter_map(|guardian| guardian.phone.as_deref())
                        .collect(),
                };
                near::find(uow, cipher, &child, &except).await?
            }
            (_, _) => Vec::new(),
        };
        Ok(OnRecord { duplicate, near })
    }

    /// The form as it can be kept, and its warnings: among them what a submission still needs.
    ///
    /// # Errors
    /// Everything that is wrong, and what must not be empty for a draft or a submission;
    /// `duplicate` among them.
    pub(crate) fn complete(
        self,
        cipher: &dyn Cipher,
        submit: bool,
        duplicate: Option<Problem>,
    ) -> Result<(Complete, Vec<Problem>), OpError> {
        let (mut problems, mut later) = (self.problems, Vec::new());
        for (stops, problem) in self.missing {
            if stops == Stops::Save || submit {
                problems.push(problem);
            } else {
                later.push(problem.warning());
            }
        }
        problems.extend(duplicate);
        let (Some(name), Some(paper), Some(grade), Some(class)) =
            (self.name, self.paper, self.grade, self.class)
        else {
            return Err(errors(problems));
        };
        if problems.iter().any(Problem::is_error) {
            return Err(errors(problems));
        }
        problems.extend(later);
        let complete = Complete {
            paper_index: cipher.index(IndexOf::Paper, &paper.index_text()),
            record: Record {
                name: name.as_str().to_owned(),
                gender: self.gender.map(|gender| gender.as_str().to_owned()),
                birth_date: self.birth.map(|birth| birth.format("%Y-%m-%d").to_string()),
                paper_kind: paper.kind().as_str().to_owned(),
                nationality: paper.nationality().map(str::to_owned),
                paper: paper.number().to_owned(),
                student_number: self.student_number.map(|number| number.as_str().to_owned()),
                address: self.address.map(|address| address.as_str().to_owned()),
                guardians: self.guardians,
            },
            class,
            grade: i64::from(grade.get()),
        };
        Ok((complete, problems))
    }

    /// The form with what was understood of it, normalised; what was not stays as typed.
    pub(crate) fn normalised(&self, form: &PupilForm) -> PupilForm {
        let mut form = form.clone();
        let put = |field: &mut Option<String>, value: Option<String>| {
            if value.is_some() {
                *field = value;
            }
        };
        put(
            &mut form.name,
            self.name.as_ref().map(|name| name.as_str().to_owned()),
        );
        if let Some(paper) = &self.paper {
            form.paper_kind = Some(paper.kind().as_str().to_owned());
            form.paper_number = Some(paper.number().to_owned());
            form.nationality = paper.nationality().map(str::to_owned);
        }
        put(
            &mut form.gender,
            self.gender.map(|gender| gender.as_str().to_owned()),
        );
        put(
            &mut form.birth_date,
            self.birth.map(|birth| birth.format("%Y-%m-%d").to_string()),
        );
        put(
            &mut form.student_number,
            self.student_number
                .as_ref()
                .map(|number| number.as_str().to_owned()),
        );
        put(
            &mut form.address,
            self.address
                .as_ref()
                .map(|address| address.as_str().to_owned()),
        );
        let begun = form
            .guardians
            .iter_mut()
            .filter(|guardian| !guardian.is_blank());
        for (texts, read) in begun.zip(&self.guardians) {
            if !read.name.is_empty() {
                texts.name = Some(read.name.clone());
            }
            put(&mut texts.relation, read.relation.clone());
            put(&mut texts.phone, read.phone.clone());
            put(&mut texts.paper_kind, read.paper_kind.clone());
            put(&mut texts.paper_number, read.paper.clone());
            put(&mut texts.nationality, read.nationality.clone());
            put(&mut texts.bank_card, read.bank_card.clone());
        }
        form
    }
}

/// All that stops it. Notes and warnings wait for a form without errors.
fn errors(problems: Vec<Problem>) -> OpError {
    let errors: Vec<Problem> = problems.into_iter().filter(Problem::is_error).collect();
    errors.into()
}

/// Who asks for what is on record, for a form of this school.
pub(crate) fn asking<'a>(school: &SchoolRecord, reach: &'a Reach) -> Asking<'a> {
    let junior = SchoolKind::from_stored(&school.kind)
        .is_some_and(|kind| kind.ladder().iter().any(|grade| grade.number.get() > 6));
    Asking {
        reach,
        junior_year: junior.then_some(school.school_year),
        in_file: false,
    }
}
