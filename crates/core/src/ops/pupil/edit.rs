//! A correction of a pupil's record, with a reason (更正学生资料), STU-8.
//!
//! The record as it was is kept sealed, so that the page shows it as of any day; the
//! audit entry holds every old and new value, sealed. What may be corrected by whom
//! stands in [`crate::domain::correction`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;
use uuid::Uuid;

use super::record::{Guardian, Record};
use crate::access::{Permission, Place};
use crate::context::{AuditNote, Cx};
use crate::domain::address::Address;
use crate::domain::application::{ApplicationState, PupilStatus};
use crate::domain::correction::RecordPart;
use crate::domain::gender::Gender;
use crate::domain::name::PersonName;
use crate::domain::paper::{Paper, PaperKind, may_be_birth};
use crate::domain::phone::{ContactPhone, mask_phone};
use crate::domain::relation::Relation;
use crate::domain::student_number::StudentNumber;
use crate::domain::time::Day;
use crate::error::{Code, OpError, Problem};
use crate::id::PupilId;
use crate::ops::touches;
use crate::ports::{IndexOf, PupilRow, PupilVersionRow, SealedAt};

/// Guardians of a pupil at most.
pub(super) const GUARDIANS: usize = 8;

/// What is to be corrected; what is absent stays as it is.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EditPupilRequest {
    /// Pupil.
    pub id: PupilId,
    /// Version the person saw.
    #[ts(type = "number")]
    pub version: i64,
    /// Why; 1–200 characters.
    pub reason: String,
    /// 姓名.
    #[ts(optional)]
    pub name: Option<String>,
    /// 性别.
    #[ts(optional)]
    pub gender: Option<String>,
    /// 出生日期, for papers that do not say it.
    #[ts(optional)]
    pub birth_date: Option<String>,
    /// 证件类型; with `paperNumber`.
    #[ts(optional)]
    pub paper_kind: Option<String>,
    /// 国籍 of a passport; with `paperNumber`.
    #[ts(optional)]
    pub nationality: Option<String>,
    /// 证件号码.
    #[ts(optional)]
    pub paper_number: Option<String>,
    /// 学籍号; blank removes it.
    #[ts(optional)]
    pub student_number: Option<String>,
    /// 家庭住址; blank removes it.
    #[ts(optional)]
    pub address: Option<String>,
    /// All guardians as they shall be.
    #[ts(optional)]
    pub guardians: Option<Vec<GuardianInput>>,
}

/// A guardian as it shall be.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuardianInput {
    /// One of the pupil's; a new one without.
    #[ts(optional)]
    pub id: Option<String>,
    /// 家长姓名.
    pub name: String,
    /// 家长关系, a name or code of GB/T 4761.
    #[ts(optional)]
    pub relation: Option<String>,
    /// 家长手机; absent keeps it, blank removes it.
    #[ts(optional)]
    pub phone: Option<String>,
}

touches!(EditPupilRequest, self => Touched::Pupils(vec![self.id]));

/// What was corrected.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditPupilResponse {
    /// Pupil.
    pub id: PupilId,
    /// Version from now on.
    #[ts(type = "number")]
    pub version: i64,
    /// Parts that differ from before; none when all was so already.
    pub corrected: Vec<RecordPart>,
    /// Warnings about what was written.
    pub problems: Vec<Problem>,
}

/// # Errors
/// `reason.required`, `pupil.unknown`, `pupil.part_locked`, `version.conflict` for each part
/// that is no longer as the person saw it, `pupil.duplicate`, and those of the fields.
pub async fn run(cx: &mut Cx, request: EditPupilRequest) -> Result<EditPupilResponse, OpError> {
    let reason = super::reason(&request.reason)?;
    let mut row = cx
        .uow
        .pupil_row(request.id)
        .await?
        .ok_or(Code::PupilUnknown)?;
    let cipher = cx.ports.cipher.clone();
    let guardians = cx.uow.guardians_of(row.id).await?;
    let before = Record::open(&row, &guardians, &*cipher)?;
    let (after, paper, warnings) = wanted(&before, &request, cx.today())?;
    let parts = before.differing(&after);
    let unchanged = EditPupilResponse {
        id: row.id,
        version: row.version,
        corrected: Vec::new(),
        problems: Vec::new(),
    };
    if parts.is_empty() {
        cx.note(
            AuditNote::school(row.district, row.school_id, "更正学生资料：没有改动")
                .about([row.id.0]),
        );
        return Ok(unchanged);
    }
    allowed(cx, &row, &parts)?;
    if request.version != row.version {
        let problems: Vec<Problem> = parts
            .iter()
            .map(|part| conflict(*part, &before, &after))
            .collect();
        return Err(problems.into());
    }

    let by = cx.actor()?.account;
    let id = crate::id::new();
    let fields: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
    cx.uow
        .insert_version(&PupilVersionRow {
            id,
            pupil_id: row.id,
            version: row.version,
            until_at: cx.now.ms(),
            account_id: by,
            by: String::new(),
            reason: reason.clone(),
            fields: json!(fields).to_string(),
            sealed: before.seal(id, &*cipher)?,
        })
        .await?;
    row.version += 1;
    if let Some(paper) = &paper {
        // A look first, for words that say where the other is; the key decides.
        let index = cipher.index(IndexOf::Paper, &paper.index_text());
        let found = cx.uow.find_papers(&[index]).await?;
        if let Some(other) = found.iter().find(|found| found.id != row.id) {
            let school = cx.uow.school(row.school_id).await?;
            let school = school.ok_or(Code::SchoolUnknown)?;
            let asking = super::form::asking(&school, cx.reach());
            return Err(super::on_record::on_record(other, asking)
                .field("paperNumber")
                .into());
        }
        row.paper_index = index;
    }
    after.put(&mut row, &*cipher)?;
    cx.uow.correct_pupil(&row).await?;
    if parts.contains(&RecordPart::Guardians) {
        let rows = after
            .guardians
            .iter()
            .map(|guardian| guardian.row(&*cipher))
            .collect::<Result<Vec<_>, _>>()?;
        cx.uow.put_guardians(row.id, &rows).await?;
    }

    let names: Vec<&str> = parts.iter().map(|part| part.zh()).collect();
    let values = serde_json::to_vec(&json!({ "before": before, "after": after }))
        .map_err(|source| OpError::internal("writing an audit entry", source))?;
    let at = SealedAt {
        table: "audit_entry",
        column: "detail",
        row: row.id.0,
    };
    let note = AuditNote::school(
        row.district,
        row.school_id,
        format!("更正一名学生的{}（原因：{reason}）", names.join("、")),
    )
    .with(json!({
        "pupil": row.id,
        "version": row.version,
        "fields": fields,
        "reason": reason,
        "sealed": hex::encode(cipher.seal(at, &values)?),
    }))
    .about([row.id.0]);
    cx.note(note);
    Ok(EditPupilResponse {
        version: row.version,
        corrected: parts,
        problems: warnings,
        ..unchanged
    })
}

/// The record as it shall be, the paper if it was given, and warnings.
fn wanted(
    before: &Record,
    request: &EditPupilRequest,
    today: chrono::NaiveDate,
) -> Result<(Record, Option<Paper>, Vec<Problem>), OpError> {
    let mut after = before.clone();
    let mut problems = Vec::new();
    if let Some(name) = &request.name {
        match PersonName::parse(name) {
            Ok(parsed) => after.name = parsed.value.as_str().to_owned(),
            Err(problem) => problems.push(problem.field("name")),
        }
    }
    let paper = paper(before, request, today, &mut problems);
    if let Some(paper) = &paper {
        paper.kind().as_str().clone_into(&mut after.paper_kind);
        paper.number().clone_into(&mut after.paper);
        after.nationality = paper.nationality().map(str::to_owned);
        if let Some(born) = paper.birth_date() {
            after.birth_date = Some(born.format("%Y-%m-%d").to_string());
        }
        if let (Some(gender), None) = (paper.gender(), &request.gender) {
            after.gender = Some(gender.as_str().to_owned());
        }
    }
    if let Some(gender) = &request.gender {
        match Gender::parse(gender) {
            Ok(gender) => after.gender = Some(gender.as_str().to_owned()),
            Err(problem) => problems.push(problem.field("gender")),
        }
    }
    if let Some(born) = &request.birth_date {
        match Day::parse(born) {
            Ok(day) if may_be_birth(day.date(), today) => {
                let stated = match &paper {
                    Some(paper) => paper.birth_date(),
                    None => stated_birth(before, today),
                };
                if stated.is_some_and(|stated| stated != day.date()) {
                    problems.push(
                        Problem::new(Code::PaperDate)
                            .field("birthDate")
                            .message("出生日期由证件号码得出，请更正证件号码。"),
                    );
                }
                after.birth_date = Some(day.to_string());
            }
            Ok(_) => problems.push(
                Problem::new(Code::PaperDateRange)
                    .field("birthDate")
                    .message("出生日期应在 1900 年以后、今天以前，请核对。"),
            ),
            Err(_) => problems.push(Problem::new(Code::BirthDateInvalid).field("birthDate")),
        }
    }
    if let Some(number) = &request.student_number {
        if number.trim().is_empty() {
            after.student_number = None;
        } else {
            match StudentNumber::parse(number) {
                Ok(number) => after.student_number = Some(number.as_str().to_owned()),
                Err(problem) => problems.push(problem.field("studentNumber")),
            }
        }
    }
    if let Some(address) = &request.address {
        if address.trim().is_empty() {
            after.address = None;
        } else {
            match Address::parse(address) {
                Ok(address) => after.address = Some(address.as_str().to_owned()),
                Err(problem) => problems.push(problem.field("address")),
            }
        }
    }
    if let Some(guardians) = &request.guardians {
        after.guardians = self::guardians(before, guardians, &mut problems);
    }
    if problems.iter().any(Problem::is_error) {
        return Err(problems.into());
    }
    if let Some(stated) = paper.as_ref().and_then(Paper::gender)
        && after.gender.as_deref() != Some(stated.as_str())
    {
        problems.push(Problem::new(Code::GenderMismatch).field("gender").warning());
    }
    Ok((after, paper, problems))
}

/// Birth date that the number on record states: not all papers do.
fn stated_birth(record: &Record, today: chrono::NaiveDate) -> Option<chrono::NaiveDate> {
    let kind = PaperKind::from_stored(&record.paper_kind)?;
    let parsed = Paper::parse(kind, &record.paper, record.nationality.as_deref(), today).ok()?;
    parsed.value.birth_date()
}

fn paper(
    before: &Record,
    request: &EditPupilRequest,
    today: chrono::NaiveDate,
    problems: &mut Vec<Problem>,
) -> Option<Paper> {
    let Some(number) = &request.paper_number else {
        if request.paper_kind.is_some() || request.nationality.is_some() {
            problems.push(Problem::new(Code::PaperMissing).field("paperNumber"));
        }
        return None;
    };
    let kind = match request.paper_kind.as_deref() {
        Some(kind) => PaperKind::parse(kind).map_err(|problem| problem.field("paperKind")),
        None => PaperKind::from_stored(&before.paper_kind)
            .ok_or_else(|| Problem::new(Code::PaperKindUnknown).field("paperKind")),
    };
    let kind = kind.map_err(|problem| problems.push(problem)).ok()?;
    let nationality = request
        .nationality
        .as_deref()
        .or(before.nationality.as_deref())
        .filter(|_| kind == PaperKind::Passport);
    match Paper::parse(kind, number, nationality, today) {
        Ok(parsed) => {
            problems.extend(
                parsed
                    .problems
                    .into_iter()
                    .map(|problem| problem.field("paperNumber")),
            );
            Some(parsed.value)
        }
        Err(refused) => {
            problems.extend(
                refused
                    .into_iter()
                    .map(|problem| problem.field("paperNumber")),
            );
            None
        }
    }
}

fn guardians(
    before: &Record,
    wanted: &[GuardianInput],
    problems: &mut Vec<Problem>,
) -> Vec<Guardian> {
    if wanted.len() > GUARDIANS {
        problems.push(
            Problem::new(Code::TextTooLong)
                .field("guardians")
                .message(format!("一名学生最多登记 {GUARDIANS} 位家长。")),
        );
    }
    let mut out = Vec::new();
    for (at, input) in wanted.iter().enumerate() {
        let field = |name: &str| format!("guardians.{at}.{name}");
        let id = input.id.as_deref().map(Uuid::parse_str);
        let known = match id {
            None => None,
            Some(id) => {
                let known = id
                    .ok()
                    .and_then(|id| before.guardians.iter().find(|guardian| guardian.id == id));
                if known.is_none() {
                    problems.push(Problem::new(Code::NotFound).field(field("id")));
                }
                known
            }
        };
        let name = PersonName::parse(&input.name)
            .map_err(|problem| {
                let problem = if problem.code == Code::PupilNameMissing {
                    Problem::new(Code::GuardianNameMissing)
                } else {
                    problem
                };
                problems.push(problem.field(field("name")));
            })
            .ok();
        let relation = match input.relation.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(text) => Relation::parse(text)
                .map_err(|problem| problems.push(problem.field(field("relation"))))
                .ok(),
        };
        let phone = match input.phone.as_deref().map(str::trim) {
            None => known.and_then(|known| known.phone.clone()),
            Some("") => None,
            Some(text) => match ContactPhone::parse(text) {
                Ok(phone) => {
                    problems.extend(phone.problems.into_iter().map(|p| p.field(field("phone"))));
                    Some(phone.value.as_str().to_owned())
                }
                Err(problem) => {
                    problems.push(problem.field(field("phone")));
                    None
                }
            },
        };
        if let Some(name) = name {
            out.push(Guardian {
                id: known.map_or_else(crate::id::new, |known| known.id),
                relation: relation.map(|relation| relation.as_str().to_owned()),
                name: name.value.as_str().to_owned(),
                phone,
                paper_kind: known.and_then(|known| known.paper_kind.clone()),
                nationality: known.and_then(|known| known.nationality.clone()),
                paper: known.and_then(|known| known.paper.clone()),
                bank_card: known.and_then(|known| known.bank_card.clone()),
            });
        }
    }
    out
}

/// # Errors
/// `pupil.part_locked` for each part that is the district's to correct.
fn allowed(cx: &Cx, row: &PupilRow, parts: &[RecordPart]) -> Result<(), OpError> {
    let by_district = cx
        .actor()?
        .reach(Permission::EnterPupils)
        .covers(&Place::District(row.district.clone()));
    let status = PupilStatus::from_stored(&row.status)
        .ok_or_else(|| OpError::internal("reading a pupil", "unknown status"))?;
    let application = row
        .application_state
        .as_deref()
        .and_then(ApplicationState::from_stored);
    let problems: Vec<Problem> = parts
        .iter()
        .filter(|part| !part.correctable(status, application, by_district))
        .map(|part| {
            Problem::new(Code::PupilPartLocked)
                .field(part.as_str())
                .message(if status == PupilStatus::Deleted {
                    "该学生已删除，请先恢复再更正。".to_owned()
                } else {
                    format!("申请提交后，{}由区里更正，请联系区级管理员。", part.zh())
                })
        })
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.into())
    }
}

/// Both values of a part that another person has changed meanwhile, masked.
pub(super) fn conflict(part: RecordPart, stored: &Record, mine: &Record) -> Problem {
    let shown = |record: &Record| -> String {
        let text = match part {
            RecordPart::Name => Some(record.name.clone()),
            RecordPart::Gender => record
                .gender
                .as_deref()
                .and_then(Gender::from_stored)
                .map(|gender| gender.zh().to_owned()),
            RecordPart::BirthDate => {
                super::birth_year(record.birth_date.as_deref()).map(|year| format!("{year} 年"))
            }
            RecordPart::Paper => Some(record.paper_masked()),
            RecordPart::StudentNumber => record.student_number_masked(),
            RecordPart::Address => record.address.as_ref().map(|_| "已登记".to_owned()),
            RecordPart::Guardians => Some(
                record
                    .guardians
                    .iter()
                    .map(|guardian| {
                        let phone = guardian
                            .phone
                            .as_deref()
                            .map_or_else(String::new, mask_phone);
                        format!("{} {phone}", guardian.name).trim_end().to_owned()
                    })
                    .collect::<Vec<_>>()
                    .join("、"),
            ),
        };
        text.filter(|text| !text.is_empty())
            .unwrap_or_else(|| "（空）".to_owned())
    };
    Problem::new(Code::VersionConflict)
        .field(part.as_str())
        .message(format!(
            "{}已被他人修改：现在是“{}”，您填的是“{}”。请核对后再保存。",
            part.zh(),
            shown(stored),
            shown(mine)
        ))
}
