//! Who the child is: name, paper, gender and birth date, 学籍号 and address.

use chrono::NaiveDate;

use super::texts::{PupilForm, given};
use super::{Reading, Stops};
use crate::domain::address::Address;
use crate::domain::gender::Gender;
use crate::domain::name::PersonName;
use crate::domain::paper::{Paper, PaperKind, may_be_birth};
use crate::domain::student_number::StudentNumber;
use crate::domain::time::Day;
use crate::error::{Code, Problem};

/// A paper as typed.
pub(super) struct PaperTexts<'a> {
    pub(super) kind: Option<&'a str>,
    pub(super) nationality: Option<&'a str>,
    pub(super) number: Option<&'a str>,
}

impl Reading {
    /// Name, paper, gender and birth date.
    pub(super) fn person(&mut self, form: &PupilForm, today: NaiveDate) {
        match given(form.name.as_ref()) {
            None => self.lacks(Stops::Save, Code::PupilNameMissing, "name"),
            Some(text) => {
                if let Some(name) = self.take("name", PersonName::parse(text)) {
                    self.problems
                        .extend(name.problems.into_iter().map(|p| p.field("name")));
                    self.name = Some(name.value);
                }
            }
        }
        let paper = PaperTexts {
            kind: given(form.paper_kind.as_ref()),
            nationality: given(form.nationality.as_ref()),
            number: given(form.paper_number.as_ref()),
        };
        self.paper = self.paper("", &paper, Stops::Save, today);
        self.gender(form);
        self.birth(form, today);
    }

    /// A paper, of the pupil or of a guardian whose fields `prefix` names. Without a number
    /// there is none.
    pub(super) fn paper(
        &mut self,
        prefix: &str,
        texts: &PaperTexts<'_>,
        stops: Stops,
        today: NaiveDate,
    ) -> Option<Paper> {
        let field = |name: &str| format!("{prefix}{name}");
        let kind = match texts.kind {
            None => PaperKind::ResidentId,
            Some(text) => self.take(&field("paperKind"), PaperKind::parse(text))?,
        };
        let passport = kind == PaperKind::Passport;
        let number = match (texts.number, passport, texts.nationality) {
            (Some(number), true, None) => {
                // Its form can be looked at; which passport it is cannot be told yet.
                self.lacks(stops, Code::NationalityInvalid, &field("nationality"));
                let country = Some("ZZZ");
                let refused = Paper::parse(kind, number, country, today).err();
                let refused = refused.into_iter().flatten();
                self.problems
                    .extend(refused.map(|p| p.field(field("paperNumber"))));
                return None;
            }
            (Some(number), _, _) => number,
            (None, _, _) => {
                if prefix.is_empty() {
                    self.lacks(stops, Code::PaperMissing, "paperNumber");
                    if passport && texts.nationality.is_none() {
                        self.lacks(stops, Code::NationalityInvalid, "nationality");
                    }
                }
                return None;
            }
        };
        let nationality = texts.nationality.filter(|_| passport);
        let place = |problem: Problem| {
            let nationality = problem.code == Code::NationalityInvalid;
            problem.field(field(if nationality {
                "nationality"
            } else {
                "paperNumber"
            }))
        };
        match Paper::parse(kind, number, nationality, today) {
            Ok(parsed) => {
                self.problems.extend(parsed.problems.into_iter().map(place));
                Some(parsed.value)
            }
            Err(refused) => {
                self.problems.extend(refused.into_iter().map(place));
                None
            }
        }
    }

    fn gender(&mut self, form: &PupilForm) {
        let stated = self.paper.as_ref().and_then(Paper::gender);
        match (given(form.gender.as_ref()), stated) {
            (None, None) => self.lacks(Stops::Submit, Code::GenderMissing, "gender"),
            (None, Some(_)) => {
                self.derived.push("gender".to_owned());
                self.gender = stated;
            }
            (Some(text), _) => {
                self.gender = self.take("gender", Gender::parse(text));
                match (self.gender, stated) {
                    (Some(gender), Some(stated)) if gender == stated => {
                        self.derived.push("gender".to_owned());
                    }
                    (Some(gender), Some(stated)) => {
                        let message = format!(
                            "性别填的是{}，而证件号码第 17 位表示{}，请核对。",
                            gender.zh(),
                            stated.zh()
                        );
                        let problem = Problem::new(Code::GenderMismatch).message(message);
                        self.problems.push(problem.field("gender").warning());
                    }
                    (_, _) => {}
                }
            }
        }
    }

    fn birth(&mut self, form: &PupilForm, today: NaiveDate) {
        let stated = self.paper.as_ref().and_then(Paper::birth_date);
        let typed = given(form.birth_date.as_ref());
        if let Some(stated) = stated {
            // The number is the paper's word: a date typed before it gives way.
            self.derived.push("birthDate".to_owned());
            self.birth = Some(stated);
            return;
        }
        let Some(text) = typed else {
            self.lacks(Stops::Submit, Code::BirthDateMissing, "birthDate");
            return;
        };
        let day = Day::parse(text).ok().map(Day::date);
        self.birth = day.filter(|day| may_be_birth(*day, today));
        if self.birth.is_none() {
            self.problems
                .push(Problem::new(Code::BirthDateInvalid).field("birthDate"));
        }
    }

    /// 学籍号 and address, both optional.
    pub(super) fn beside(&mut self, form: &PupilForm) {
        if let Some(text) = given(form.student_number.as_ref()) {
            self.student_number = self.take("studentNumber", StudentNumber::parse(text));
            let differs = self
                .student_number
                .as_ref()
                .zip(self.paper.as_ref())
                .and_then(|(number, paper)| number.compare(paper));
            self.problems
                .extend(differs.map(|problem| problem.field("studentNumber")));
        }
        if let Some(text) = given(form.address.as_ref()) {
            self.address = self.take("address", Address::parse(text));
        }
    }
}
