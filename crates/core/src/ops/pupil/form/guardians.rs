//! The guardians: one or several, each with a paper and a bank card if they have them.

use chrono::NaiveDate;
use uuid::Uuid;

use super::person::PaperTexts;
use super::texts::{GuardianForm, PupilForm, given};
use super::{Reading, Stops};
use crate::domain::bank_card::BankCard;
use crate::domain::name::PersonName;
use crate::domain::phone::ContactPhone;
use crate::domain::relation::Relation;
use crate::error::{Code, Problem};
use crate::ops::pupil::edit::GUARDIANS;
use crate::ops::pupil::record::Guardian;

impl Reading {
    pub(super) fn guardians(&mut self, form: &PupilForm, today: NaiveDate) {
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
}
