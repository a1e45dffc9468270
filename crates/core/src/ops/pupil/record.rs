//! A pupil's record in clear, as corrections and looks at the past need it. It is
//! kept sealed and leaves here masked, or revealed field by field.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::open_text;
use crate::domain::correction::RecordPart;
use crate::domain::paper::{Paper, PaperKind, mask_number};
use crate::domain::time::{Day, Timestamp};
use crate::error::{Code, OpError, Problem};
use crate::ports::{Cipher, GuardianRow, IndexOf, PupilRow, PupilVersionRow, SealedAt, UnitOfWork};

/// What a correction can change. Fields that come later need a default: records of
/// earlier programs are read back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) gender: Option<String>,
    pub(crate) birth_date: Option<String>,
    pub(crate) paper_kind: String,
    pub(crate) nationality: Option<String>,
    pub(crate) paper: String,
    pub(crate) student_number: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) guardians: Vec<Guardian>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Guardian {
    pub(crate) id: Uuid,
    pub(crate) relation: Option<String>,
    pub(crate) name: String,
    pub(crate) phone: Option<String>,
    #[serde(default)]
    pub(crate) paper_kind: Option<String>,
    #[serde(default)]
    pub(crate) nationality: Option<String>,
    #[serde(default)]
    pub(crate) paper: Option<String>,
    #[serde(default)]
    pub(crate) bank_card: Option<String>,
}

impl Guardian {
    /// Sealed, for the store.
    pub(crate) fn row(&self, cipher: &dyn Cipher) -> Result<GuardianRow, OpError> {
        let seal = |column, text: &Option<String>| {
            let at = SealedAt {
                table: "guardian",
                column,
                row: self.id,
            };
            text.as_deref()
                .map(|text| cipher.seal(at, text.as_bytes()))
                .transpose()
        };
        let paper_index = match (&self.paper_kind, &self.paper) {
            (Some(kind), Some(number)) => PaperKind::from_stored(kind)
                .map(|kind| Paper::stored_index_text(kind, self.nationality.as_deref(), number))
                .map(|text| cipher.index(IndexOf::Paper, &text)),
            (_, _) => None,
        };
        Ok(GuardianRow {
            id: self.id,
            relation: self.relation.clone(),
            name: self.name.clone(),
            phone_sealed: seal("phone", &self.phone)?,
            phone_index: self
                .phone
                .as_deref()
                .map(|phone| cipher.index(IndexOf::Phone, phone)),
            paper_kind: self.paper_kind.clone(),
            nationality: self.nationality.clone(),
            paper_sealed: seal("paper", &self.paper)?,
            paper_index,
            bank_card_sealed: seal("bank_card", &self.bank_card)?,
            bank_card_index: self
                .bank_card
                .as_deref()
                .map(|card| cipher.index(IndexOf::BankCard, card)),
        })
    }

    /// The masked number of the guardian's own paper.
    pub(crate) fn paper_masked(&self) -> Option<String> {
        let kind = PaperKind::from_stored(self.paper_kind.as_deref()?)?;
        Some(mask_number(kind, self.paper.as_deref()?))
    }
}

impl Record {
    /// Opens what is stored now.
    ///
    /// # Errors
    /// An internal fault when a sealed value does not open.
    pub(crate) fn open(
        row: &PupilRow,
        guardians: &[GuardianRow],
        cipher: &dyn Cipher,
    ) -> Result<Self, OpError> {
        let open = |table, column, row, sealed: &Option<Vec<u8>>| {
            sealed
                .as_ref()
                .map(|sealed| open_text(cipher, SealedAt { table, column, row }, sealed))
                .transpose()
        };
        let paper = SealedAt {
            table: "pupil",
            column: "paper",
            row: row.id.0,
        };
        Ok(Self {
            name: row.name.clone(),
            gender: row.gender.clone(),
            birth_date: row.birth_date.clone(),
            paper_kind: row.paper_kind.clone(),
            nationality: row.nationality.clone(),
            paper: open_text(cipher, paper, &row.paper_sealed)?,
            student_number: open(
                "pupil",
                "student_number",
                row.id.0,
                &row.student_number_sealed,
            )?,
            address: open("pupil", "address", row.id.0, &row.address_sealed)?,
            guardians: guardians
                .iter()
                .map(|guardian| {
                    Ok(Guardian {
                        id: guardian.id,
                        relation: guardian.relation.clone(),
                        name: guardian.name.clone(),
                        phone: open("guardian", "phone", guardian.id, &guardian.phone_sealed)?,
                        paper_kind: guardian.paper_kind.clone(),
                        nationality: guardian.nationality.clone(),
                        paper: open("guardian", "paper", guardian.id, &guardian.paper_sealed)?,
                        bank_card: open(
                            "guardian",
                            "bank_card",
                            guardian.id,
                            &guardian.bank_card_sealed,
                        )?,
                    })
                })
                .collect::<Result<_, OpError>>()?,
        })
    }

    /// The record as it was at a moment, with its version: the first version that was
    /// corrected after it, or what is stored now.
    pub(crate) async fn at(
        uow: &mut dyn UnitOfWork,
        cipher: &dyn Cipher,
        row: &PupilRow,
        versions: &[PupilVersionRow],
        moment: Option<i64>,
    ) -> Result<Self, OpError> {
        let earlier = moment.and_then(|at| versions.iter().find(|version| version.until_at > at));
        match earlier {
            None => Self::open(row, &uow.guardians_of(row.id).await?, cipher),
            Some(version) => Self::unseal(version, cipher),
        }
    }

    /// Puts the record into the pupil's row, sealed; the guardians and the paper's key are the
    /// caller's.
    pub(crate) fn put(&self, row: &mut PupilRow, cipher: &dyn Cipher) -> Result<(), OpError> {
        let id = row.id.0;
        let seal = |column, text: &str| {
            let at = SealedAt {
                table: "pupil",
                column,
                row: id,
            };
            cipher.seal(at, text.as_bytes())
        };
        row.name.clone_from(&self.name);
        row.gender.clone_from(&self.gender);
        row.birth_date.clone_from(&self.birth_date);
        row.paper_kind.clone_from(&self.paper_kind);
        row.nationality.clone_from(&self.nationality);
        row.paper_sealed = seal("paper", &self.paper)?;
        row.student_number_sealed = self
            .student_number
            .as_deref()
            .map(|number| seal("student_number", number))
            .transpose()?;
        row.student_number_index = self
            .student_number
            .as_deref()
            .map(|number| cipher.index(IndexOf::StudentNumber, number));
        row.address_sealed = self
            .address
            .as_deref()
            .map(|address| seal("address", address))
            .transpose()?;
        Ok(())
    }

    /// Seals the record for a row of `pupil_version`.
    pub(crate) fn seal(&self, row: Uuid, cipher: &dyn Cipher) -> Result<Vec<u8>, OpError> {
        let json = serde_json::to_vec(self)
            .map_err(|source| OpError::internal("writing a version of a pupil", source))?;
        cipher.seal(version_at(row), &json)
    }

    fn unseal(version: &PupilVersionRow, cipher: &dyn Cipher) -> Result<Self, OpError> {
        let clear = cipher.open(version_at(version.id), &version.sealed)?;
        serde_json::from_slice(&clear)
            .map_err(|_| OpError::internal("reading a version of a pupil", "it has another form"))
    }

    /// The masked number of the paper.
    pub(crate) fn paper_masked(&self) -> String {
        PaperKind::from_stored(&self.paper_kind)
            .map_or_else(String::new, |kind| mask_number(kind, &self.paper))
    }

    /// The masked 学籍号: its letter, and the rest as a resident number is masked.
    pub(crate) fn student_number_masked(&self) -> Option<String> {
        let number = self.student_number.as_ref()?;
        let mut letters = number.chars();
        let first = letters.next()?;
        let rest = mask_number(PaperKind::ResidentId, letters.as_str());
        Some(format!("{first}{rest}"))
    }

    /// The parts that differ from another record.
    pub(crate) fn differing(&self, other: &Self) -> Vec<RecordPart> {
        RecordPart::ALL
            .into_iter()
            .filter(|part| match part {
                RecordPart::Name => self.name != other.name,
                RecordPart::Gender => self.gender != other.gender,
                RecordPart::BirthDate => self.birth_date != other.birth_date,
                RecordPart::Paper => {
                    (&self.paper_kind, &self.nationality, &self.paper)
                        != (&other.paper_kind, &other.nationality, &other.paper)
                }
                RecordPart::StudentNumber => self.student_number != other.student_number,
                RecordPart::Address => self.address != other.address,
                RecordPart::Guardians => self.guardians != other.guardians,
            })
            .collect()
    }
}

const fn version_at(row: Uuid) -> SealedAt {
    SealedAt {
        table: "pupil_version",
        column: "record",
        row,
    }
}

/// The end of a day that is asked for, as a moment: its last millisecond.
///
/// # Errors
/// `date_range.invalid`; `pupil.not_yet` when the pupil was entered later.
pub(crate) fn moment(as_of: Option<&str>, row: &PupilRow) -> Result<Option<i64>, OpError> {
    let Some(text) = as_of else { return Ok(None) };
    let day = Day::parse(text).map_err(|problem| problem.field("asOf"))?;
    let moment = day.bounds_ms().1 - 1;
    if moment < row.created_at {
        let entered = Timestamp::from_ms(row.created_at).day();
        return Err(Problem::new(Code::PupilNotYet)
            .field("asOf")
            .message(format!(
                "那一天还没有这名学生的记录，请选择 {entered} 或以后的日期。"
            ))
            .into());
    }
    Ok(Some(moment))
}
