//! A pupil's record in clear, as corrections and looks at the past need it. It is
//! kept sealed and leaves here masked, or revealed field by field.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::open_text;
use crate::domain::correction::RecordPart;
use crate::domain::paper::{PaperKind, mask_number};
use crate::domain::time::{Day, Timestamp};
use crate::error::{Code, OpError, Problem};
use crate::ports::{Cipher, GuardianRow, PupilRow, PupilVersionRow, SealedAt, UnitOfWork};

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
