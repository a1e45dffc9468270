//! 证件号诊断: for numbers that a spreadsheet damaged, what they can be and which
//! children on record they fit. A person picks; nothing is filled in.
//!
//! The answer holds full numbers of pupils on record, so that each one is in the
//! audit log.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::staging;
use crate::access::{Place, Reach};
use crate::context::Cx;
use crate::domain::application::PupilStatus;
use crate::domain::gender::Gender;
use crate::domain::name::PersonName;
use crate::domain::paper::ResidentId;
use crate::domain::student_number::StudentNumber;
use crate::error::{Code, OpError};
use crate::id::{ImportId, PupilId, SchoolId};
use crate::import::doctor::{Damaged, Lead, Proposal, propose};
use crate::import::new_pupils::KIND;
use crate::import::row::TableCell;
use crate::import::stored::{Fate, StoredRow};
use crate::ops::class::grade_name;
use crate::ops::page::{COUNT_CAP, CappedCount, limit};
use crate::ops::pupil::open_text;
use crate::ops::touches;
use crate::ports::{Cipher, Namesake, SealedAt, UnitOfWork};

/// Numbers that are listed; of more than these no person picks one.
const LISTED: usize = 20;
/// Namesakes born on days that fit that are compared.
const NAMESAKES: u32 = 500;

/// Which rows.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DoctorImportRequest {
    /// Import.
    pub import_id: ImportId,
    /// Only this row, as Excel shows it.
    #[ts(optional)]
    pub row: Option<u32>,
    /// Only rows after this one.
    #[ts(optional)]
    pub after: Option<u32>,
    /// Rows, 1–500; 50 when absent.
    #[ts(optional)]
    pub limit: Option<u32>,
}

/// Who knows the child of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DoctorSource {
    /// Our own records.
    Stored,
}

/// A child that the row may mean.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoctorProposal {
    /// Who knows it.
    pub source: DoctorSource,
    /// Its full number.
    pub number: String,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Name.
    pub name: String,
    /// School.
    pub school_id: SchoolId,
    /// Name of the school.
    pub school_name: String,
    /// True for the school of the import.
    pub same_school: bool,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// 班级序号.
    #[ts(type = "number")]
    pub class_number: i64,
    /// Status of the pupil.
    #[ts(as = "PupilStatus")]
    pub status: String,
    /// Its name.
    pub status_name: String,
    /// True when the row states the other gender.
    pub gender_differs: bool,
}

/// A damaged number.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoctorRow {
    /// Row as Excel shows it.
    pub row: u32,
    /// What the cell of the number shows.
    pub cell: String,
    /// Name in the row, as written.
    pub name: String,
    /// Leading digits that are certain; empty when nothing can be said.
    pub known: String,
    /// How many numbers are possible.
    pub possible: CappedCount,
    /// These numbers when they are 20 or fewer, else none.
    pub candidates: Vec<String>,
    /// The number in the row's own 学籍号, when it fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub from_student_number: Option<String>,
    /// Children on record that fit, by number.
    pub proposals: Vec<DoctorProposal>,
    /// True when one that fits is on record where the person may not look.
    pub elsewhere: bool,
    /// What to do.
    pub message: String,
}

/// Damaged numbers of an import.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoctorImportResponse {
    /// Rows of all pages.
    #[ts(type = "number")]
    pub total: usize,
    /// Rows of this page, rising.
    pub rows: Vec<DoctorRow>,
    /// `after` of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<u32>,
}

touches!(DoctorImportRequest, self => Touched::Import(self.import_id));

/// # Errors
/// `import.unknown`, `forbidden`.
pub async fn run(
    cx: &mut Cx,
    request: DoctorImportRequest,
) -> Result<DoctorImportResponse, OpError> {
    let import = cx
        .uow
        .import(request.import_id)
        .await?
        .ok_or(Code::ImportUnknown)?;
    let today = cx.today();
    let cipher = cx.ports.cipher.clone();
    let found = staging::rows_with(&mut *cx.uow, &*cipher, &import, &|problems| {
        problems.iter().any(|problem| is_suspect(problem.code))
    })
    .await?;
    let sick: Vec<Patient> = found
        .into_iter()
        .filter(|row| row.fate == Fate::Open)
        .filter(|row| request.row.is_none_or(|wanted| wanted == row.row.row))
        .filter_map(|row| Patient::look(&row, today))
        .collect();
    let total = sick.len();
    let mut waiting = sick
        .into_iter()
        .skip_while(|patient| request.after.is_some_and(|after| patient.row <= after));
    let page: Vec<Patient> = waiting
        .by_ref()
        .take(limit(request.limit) as usize)
        .collect();
    let next = waiting.next().and(page.last()).map(|patient| patient.row);

    let reach = cx.reach().clone();
    let mut rows = Vec::with_capacity(page.len());
    for patient in page {
        let (proposal, crowded) =
            on_record(&mut *cx.uow, &*cipher, &reach, &patient, today).await?;
        rows.push(patient.answer(proposal, crowded, import.school_id));
    }
    let opened: Vec<PupilId> = rows
        .iter()
        .flat_map(|row: &DoctorRow| row.proposals.iter().map(|proposal| proposal.pupil_id))
        .collect();
    let summary = format!("证件号诊断：{}，{} 行", import.file_name, rows.len());
    cx.note(
        super::note(&import, summary)
            .with(serde_json::json!({ "import": import.id, "pupils": opened })),
    );
    Ok(DoctorImportResponse { total, rows, next })
}

/// True for problems that a damaged number has. A cut number most often fails its
/// check digit, and is told from a mistyped one by its cell.
const fn is_suspect(code: Code) -> bool {
    matches!(
        code,
        Code::PaperPrecision | Code::PaperTrailingZeros | Code::PaperCheck
    )
}

/// What a row says of its child.
struct Patient {
    row: u32,
    cell: String,
    written: String,
    name: Option<PersonName>,
    gender: Option<Gender>,
    damaged: Option<Damaged>,
    /// Number in its 学籍号, which is a text and keeps all digits.
    from_student_number: Option<ResidentId>,
}

impl Patient {
    /// None for a row whose number is wrong for another reason.
    fn look(row: &StoredRow, today: chrono::NaiveDate) -> Option<Self> {
        let number = cell(row, "paperNumber")?;
        let gender = Gender::parse(&text(row, "gender")).ok();
        let damaged = number
            .value
            .as_ref()
            .and_then(|value| Damaged::of(value, gender, today));
        let certain = row
            .problems
            .iter()
            .any(|problem| problem.code == Code::PaperPrecision);
        if damaged.is_none() && !certain {
            return None;
        }
        let written = text(row, "name");
        let from_student_number = StudentNumber::parse(&text(row, "studentNumber"))
            .ok()
            .and_then(|number| ResidentId::parse(number.as_str().strip_prefix('G')?, today).ok())
            .map(|parsed| parsed.value)
            .filter(|number| damaged.as_ref().is_some_and(|damaged| damaged.fits(number)));
        Some(Self {
            row: row.row.row,
            cell: number.text().into_owned(),
            name: PersonName::parse(&written).ok().map(|parsed| parsed.value),
            written,
            gender,
            damaged,
            from_student_number,
        })
    }

    fn answer(
        self,
        found: Proposal<DoctorSource, Namesake>,
        crowded: bool,
        school: SchoolId,
    ) -> DoctorRow {
        let (mut counted, mut candidates) = (0, Vec::new());
        if let Some(damaged) = &self.damaged {
            for number in damaged.candidates().take(COUNT_CAP as usize + 1) {
                counted += 1;
                if candidates.len() <= LISTED {
                    candidates.push(number.as_str().to_owned());
                }
            }
        }
        if candidates.len() > LISTED {
            candidates.clear();
        }
        let possible = CappedCount::from_counted(counted);
        let proposals: Vec<DoctorProposal> = found
            .matches
            .into_iter()
            .filter_map(|lead| {
                let gender_differs = self
                    .gender
                    .is_some_and(|gender| gender != lead.number.gender());
                let pupil = lead.place?;
                Some(DoctorProposal {
                    source: lead.source,
                    number: lead.number.as_str().to_owned(),
                    pupil_id: pupil.id,
                    name: lead.name,
                    same_school: pupil.school_id == school,
                    school_id: pupil.school_id,
                    school_name: pupil.school_name,
                    grade_name: grade_name(pupil.grade),
                    class_number: pupil.class_number,
                    status_name: PupilStatus::from_stored(&pupil.status)
                        .map_or("", PupilStatus::zh)
                        .to_owned(),
                    status: pupil.status,
                    gender_differs,
                })
            })
            .collect();
        let message = self.message(&proposals, found.elsewhere, crowded, possible, &candidates);
        DoctorRow {
            row: self.row,
            cell: self.cell,
            name: self.written,
            known: self
                .damaged
                .as_ref()
                .map(Damaged::known)
                .unwrap_or_default(),
            possible,
            candidates,
            from_student_number: self
                .from_student_number
                .map(|number| number.as_str().to_owned()),
            proposals,
            elsewhere: found.elsewhere,
            message,
        }
    }

    /// What a person does with the row.
    fn message(
        &self,
        proposals: &[DoctorProposal],
        elsewhere: bool,
        crowded: bool,
        possible: CappedCount,
        candidates: &[String],
    ) -> String {
        if self.damaged.is_none() {
            return "从这个单元格推算不出 18 位号码，请对照证件重新输入完整号码。".to_owned();
        }
        let mut parts = Vec::new();
        if self.from_student_number.is_some() {
            parts.push("这一行学籍号中的号码能对上，请对照证件核对后选用。".to_owned());
        }
        match proposals {
            [] if self.name.is_none() => {
                parts.push("姓名未填或有误，改好姓名后才能与已登记的学生比对。".to_owned());
            }
            [] if elsewhere || crowded => {}
            [] => parts.push("没有找到能对上的已登记学生。".to_owned()),
            [only] => {
                parts.push(format!(
                    "与{}{} {} 班的同名学生相符，请对照证件核对后再选用；是同一人时不必重复导入，可以删除这一行。",
                    if only.same_school { "本校" } else { &only.school_name },
                    only.grade_name,
                    only.class_number
                ));
            }
            several => parts.push(format!(
                "有 {} 名同名学生的号码都能对上，请对照证件选择。",
                several.len()
            )),
        }
        if proposals.iter().any(|proposal| proposal.gender_differs) {
            parts.push("登记的性别与表中填的不同，请一并核对。".to_owned());
        }
        if elsewhere {
            parts.push("其他学校有可能是同一名学生的记录，请联系区级管理员。".to_owned());
        }
        if crowded {
            parts.push("同名学生太多，没有全部比对。".to_owned());
        }
        if proposals.is_empty() && self.from_student_number.is_none() {
            parts.push(match (possible.count, candidates) {
                (0, _) => "按填写的性别没有可能的号码，请核对性别，并对照证件重新输入完整号码。"
                    .to_owned(),
                (count, []) => format!(
                    "可能的号码有 {count}{} 个，请对照证件重新输入完整号码。",
                    if possible.more { " 多" } else { "" }
                ),
                (count, _) => format!("可能的号码只有 {count} 个，请对照证件选择或重新输入。"),
            });
        }
        parts.concat()
    }
}

/// Children on record that the row may mean, and whether there were too many
/// namesakes to compare them all.
async fn on_record(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    reach: &Reach,
    patient: &Patient,
    today: chrono::NaiveDate,
) -> Result<(Proposal<DoctorSource, Namesake>, bool), OpError> {
    let (Some(damaged), Some(name)) = (&patient.damaged, &patient.name) else {
        let nothing = Proposal {
            matches: Vec::new(),
            elsewhere: false,
        };
        return Ok((nothing, false));
    };
    let (first, last) = damaged.births();
    let [first, last] = [first, last].map(|day| day.format("%Y-%m-%d").to_string());
    let mut found = uow
        .namesakes(name.as_str(), (&first, &last), NAMESAKES + 1)
        .await?;
    let crowded = found.len() > NAMESAKES as usize;
    found.truncate(NAMESAKES as usize);
    let mut leads = Vec::with_capacity(found.len());
    for pupil in found {
        let at = SealedAt {
            table: "pupil",
            column: "paper",
            row: pupil.id.0,
        };
        let clear = open_text(cipher, at, &pupil.paper_sealed)?;
        let Ok(number) = ResidentId::parse(&clear, today) else {
            continue;
        };
        let place = Place::School(pupil.district.clone(), pupil.school_id);
        leads.push(Lead {
            source: DoctorSource::Stored,
            name: name.as_str().to_owned(),
            number: number.value,
            place: reach.covers(&place).then_some(pupil),
        });
    }
    Ok((propose(damaged, name.as_str(), leads), crowded))
}

fn cell<'a>(row: &'a StoredRow, key: &str) -> Option<&'a TableCell> {
    row.row.cells.get(KIND.table.column(key)?)
}

fn text(row: &StoredRow, key: &str) -> String {
    cell(row, key)
        .map(TableCell::text)
        .unwrap_or_default()
        .into_owned()
}
