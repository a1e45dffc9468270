//! The form of a new pupil (新生录入): every kind of paper of rules §1, several guardians.
//!
//! One reading serves the live check, the draft and the submission. Wrong is told at once;
//! what is merely still empty stops a save or a submission only.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::edit::GUARDIANS;
use super::near::{self, Child};
use super::on_record::{Asking, on_record};
use super::record::{Guardian, Record};
use crate::access::Reach;
use crate::domain::address::Address;
use crate::domain::bank_card::BankCard;
use crate::domain::class::{ClassNo, list_zh};
use crate::domain::gender::Gender;
use crate::domain::grade::GradeNo;
use crate::domain::name::PersonName;
use crate::domain::paper::{Paper, PaperKind, may_be_birth};
use crate::domain::phone::ContactPhone;
use crate::domain::relation::Relation;
use crate::domain::school::SchoolKind;
use crate::domain::student_number::StudentNumber;
use crate::domain::time::Day;
use crate::error::{Code, OpError, Problem};
use crate::id::{ClassId, PupilId};
use crate::ops::school::year_of;
use crate::ports::{Cipher, IndexOf, PupilRecord, SchoolRecord, UnitOfWork};

/// A new pupil as the form holds it: texts as typed, any of which may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PupilForm {
    /// 姓名.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    /// 证件类型, a word of `PaperKind` or its name; 居民身份证 when empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub paper_kind: Option<String>,
    /// 国籍 of a passport, 3 letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub nationality: Option<String>,
    /// 证件号码.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub paper_number: Option<String>,
    /// 性别; filled from a resident number when empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub gender: Option<String>,
    /// 出生日期; filled from a resident number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub birth_date: Option<String>,
    /// 年级, 1–9.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub grade: Option<String>,
    /// 班级序号 in the school's current year.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub class: Option<String>,
    /// 学籍号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub student_number: Option<String>,
    /// 家庭住址.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub address: Option<String>,
    /// 家长; those with nothing filled in do not count.
    pub guardians: Vec<GuardianForm>,
}

/// A guardian as the form holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GuardianForm {
    /// One on record; a new one without.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub id: Option<String>,
    /// 家长姓名.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    /// 家长关系, a name or code of GB/T 4761.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub relation: Option<String>,
    /// 家长电话: mobile; a landline or a number abroad with a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub phone: Option<String>,
    /// Kind of the guardian's own paper; 居民身份证 when empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub paper_kind: Option<String>,
    /// 国籍 of a passport.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub nationality: Option<String>,
    /// Number of the guardian's own paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub paper_number: Option<String>,
    /// 银行卡号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub bank_card: Option<String>,
}

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

/// The text of a field, if there is any.
fn given(raw: Option<&String>) -> Option<&str> {
    raw.map(|text| text.trim()).filter(|text| !text.is_empty())
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

    /// Name, paper, gender and birth date.
    fn person(&mut self, form: &PupilForm, today: NaiveDate) {
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
    fn paper(
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

    /// Grade and class: open ones of the school's current year.
    async fn place(
        &mut self,
        uow: &mut dyn UnitOfWork,
        school: &SchoolRecord,
        form: &PupilForm,
    ) -> Result<(), OpError> {
        let (grade, class) = (given(form.grade.as_ref()), given(form.class.as_ref()));
        if grade.is_none() {
            let missing = Problem::new(Code::GradeInvalid).message("年级未填，请选择。");
            self.missing.push((Stops::Save, missing.field("grade")));
        }
        if class.is_none() {
            let missing = Problem::new(Code::ClassInvalid).message("班级未填，请选择。");
            self.missing.push((Stops::Save, missing.field("class")));
        }
        self.grade = grade.and_then(|text| self.take("grade", GradeNo::parse(text)));
        self.class_number = class.and_then(|text| self.take("class", ClassNo::parse(text)));
        let (Some(grade), Some(number)) = (self.grade, self.class_number) else {
            return Ok(());
        };
        let classes = uow
            .classes(school.id, school.school_year, Some(i64::from(grade.get())))
            .await?;
        let found = classes
            .iter()
            .find(|class| class.number == i64::from(number.get()));
        match found {
            Some(class) if class.open => self.class = Some(class.id),
            Some(_) => self
                .problems
                .push(Problem::new(Code::ClassClosed).field("class")),
            None => {
                let open = classes.iter().filter(|class| class.open);
                let open = list_zh(open.filter_map(|class| ClassNo::new(class.number).ok()));
                let there = if open.is_empty() {
                    "还没有班级，请先在班级管理中新建。".to_owned()
                } else {
                    format!("现有 {open} 班。")
                };
                let message = format!("{}没有 {} 班。{there}", grade.zh(), number.get());
                self.problems.push(
                    Problem::new(Code::ClassUnknown)
                        .message(message)
                        .field("class"),
                );
            }
        }
        Ok(())
    }

    /// 学籍号 and address, both optional.
    fn beside(&mut self, form: &PupilForm) {
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

    fn guardians(&mut self, form: &PupilForm, today: NaiveDate) {
        if form.guardians.len() > GUARDIANS {
            let message = format!("一名学生最多登记 {GUARDIANS} 位家长，请删去多余的。");
            self.problems.push(
                Problem::new(Code::TextTooLong)
                    .message(message)
                    .field("guardians"),
            );
        }
        let mut begun = 0;
        for (at, texts) in form.guardians.iter().enumerate() {
            if !texts.is_blank() {
                begun += 1;
                self.guardian(at, texts, today);
            }
        }
        if begun == 0 {
            for (code, field) in [
                (Code::GuardianNameMissing, "name"),
                (Code::RelationMissing, "relation"),
                (Code::PhoneMissing, "phone"),
            ] {
                self.lacks(Stops::Submit, code, &format!("guardians.0.{field}"));
            }
        }
    }

    fn guardian(&mut self, at: usize, texts: &GuardianForm, today: NaiveDate) {
        let prefix = format!("guardians.{at}.");
        let field = |name: &str| format!("{prefix}{name}");
        let name = match given(texts.name.as_ref()) {
            None => {
                self.lacks(Stops::Save, Code::GuardianNameMissing, &field("name"));
                None
            }
            Some(text) => {
                let parsed = PersonName::parse(text).map_err(|mut problem| {
                    problem.message = problem.message.replacen("姓名", "家长姓名", 1);
                    problem
                });
                self.take(&field("name"), parsed).map(|name| name.value)
            }
        };
        let relation = match given(texts.relation.as_ref()) {
            None => {
                self.lacks(Stops::Submit, Code::RelationMissing, &field("relation"));
                None
            }
            Some(text) => self.take(&field("relation"), Relation::parse(text)),
        };
        let phone = match given(texts.phone.as_ref()) {
            None => {
                self.lacks(Stops::Submit, Code::PhoneMissing, &field("phone"));
                None
            }
            Some(text) => self.take(&field("phone"), ContactPhone::parse(text)),
        };
        let paper = PaperTexts {
            kind: given(texts.paper_kind.as_ref()),
            nationality: given(texts.nationality.as_ref()),
            number: given(texts.paper_number.as_ref()),
        };
        let paper = self.paper(&prefix, &paper, Stops::Save, today);
        let card = given(texts.bank_card.as_ref())
            .and_then(|text| self.take(&field("bankCard"), BankCard::parse(text)));
        let mut note = |name: &str, problems: Vec<Problem>| {
            let placed = problems.into_iter().map(|p| p.field(field(name)));
            self.problems.extend(placed);
        };
        let phone = phone.map(|phone| {
            note("phone", phone.problems);
            phone.value
        });
        let card = card.map(|card| {
            note("bankCard", card.problems);
            card.value
        });
        self.guardians.push(Guardian {
            // Those that are not on record get theirs in `own_guardians`.
            id: given(texts.id.as_ref())
                .and_then(|id| Uuid::parse_str(id).ok())
                .unwrap_or_default(),
            relation: relation.map(|relation| relation.as_str().to_owned()),
            name: name.map_or_else(String::new, |name| name.as_str().to_owned()),
            phone: phone.map(|phone| phone.as_str().to_owned()),
            paper_kind: paper.as_ref().map(|paper| paper.kind().as_str().to_owned()),
            nationality: paper
                .as_ref()
                .and_then(|paper| paper.nationality().map(str::to_owned)),
            paper: paper.as_ref().map(|paper| paper.number().to_owned()),
            bank_card: card.map(|card| card.as_str().to_owned()),
        });
    }

    /// Guardians that are not the pupil's own get ids of their own: a form cannot take another
    /// pupil's.
    pub(crate) fn own_guardians(&mut self, known: &[Guardian]) {
        let mut taken: Vec<Uuid> = Vec::new();
        for guardian in &mut self.guardians {
            let own = known.iter().any(|known| known.id == guardian.id);
            if !own || taken.contains(&guardian.id) {
                guardian.id = crate::id::new();
            }
            taken.push(guardian.id);
        }
    }

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

/// A paper as typed.
struct PaperTexts<'a> {
    kind: Option<&'a str>,
    nationality: Option<&'a str>,
    number: Option<&'a str>,
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

impl GuardianForm {
    /// True when nothing was filled in: a kind alone is what the form shows by itself.
    fn is_blank(&self) -> bool {
        [
            &self.name,
            &self.relation,
            &self.phone,
            &self.paper_number,
            &self.bank_card,
        ]
        .into_iter()
        .all(|text| given(text.as_ref()).is_none())
    }
}

impl PupilForm {
    /// The form of a record, for going on with it.
    pub(crate) fn of(record: Record, grade: i64, class: i64) -> Self {
        Self {
            name: Some(record.name),
            paper_kind: Some(record.paper_kind),
            nationality: record.nationality,
            paper_number: Some(record.paper),
            gender: record.gender,
            birth_date: record.birth_date,
            grade: Some(grade.to_string()),
            class: Some(class.to_string()),
            student_number: record.student_number,
            address: record.address,
            guardians: record
                .guardians
                .into_iter()
                .map(|guardian| GuardianForm {
                    id: Some(guardian.id.to_string()),
                    name: Some(guardian.name),
                    relation: guardian.relation,
                    phone: guardian.phone,
                    paper_kind: guardian.paper_kind,
                    nationality: guardian.nationality,
                    paper_number: guardian.paper,
                    bank_card: guardian.bank_card,
                })
                .collect(),
        }
    }
}
