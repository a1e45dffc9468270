//! Masked fields of one pupil in clear, with a reason (查看隐私字段), STU-6, SEC-3.
//!
//! The audit entry is written with the answer: nobody sees a field without it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::record::{self, Guardian, Record};
use crate::context::{AuditNote, Cx};
use crate::domain::masked::MaskedField;
use crate::error::{Code, OpError, Problem};
use crate::id::PupilId;
use crate::ops::touches;

/// How long the window shows what was revealed.
const SHOWN_MS: i64 = 60_000;

/// Which fields, and why.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevealPupilRequest {
    /// Pupil.
    pub id: PupilId,
    /// Fields.
    #[ts(as = "Vec<MaskedField>")]
    pub fields: Vec<String>,
    /// Why; 1–200 characters.
    pub reason: String,
    /// As it was at the end of this day.
    #[ts(optional)]
    pub as_of: Option<String>,
}

touches!(RevealPupilRequest, self => Touched::Pupils(vec![self.id]));

/// The fields asked for that are on record.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RevealPupilResponse {
    /// 证件号码.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub paper: Option<String>,
    /// `2013-09-18`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub birth_date: Option<String>,
    /// 学籍号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub student_number: Option<String>,
    /// 家庭住址.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub address: Option<String>,
    /// Phones of the guardians that have one.
    pub phones: Vec<RevealedPhone>,
    /// Numbers of the papers of the guardians that have one.
    pub guardian_papers: Vec<RevealedNumber>,
    /// Bank cards of the guardians that have one.
    pub bank_cards: Vec<RevealedNumber>,
    /// Until when a window shows it; epoch milliseconds.
    #[ts(type = "number")]
    pub until: i64,
}

/// A guardian's phone.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RevealedPhone {
    /// Guardian.
    pub guardian_id: String,
    /// Phone.
    pub phone: String,
}

/// A guardian's number: of the paper, or of the bank card.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RevealedNumber {
    /// Guardian.
    pub guardian_id: String,
    /// Number.
    pub number: String,
}

/// # Errors
/// `reason.required`, `text.too_long`, `selection.empty`, `request.invalid`, `pupil.unknown`,
/// `pupil.not_yet`, `forbidden`.
pub async fn run(cx: &mut Cx, request: RevealPupilRequest) -> Result<RevealPupilResponse, OpError> {
    let reason = super::reason(&request.reason)?;
    let mut fields = Vec::new();
    for field in &request.fields {
        fields.push(MaskedField::from_stored(field).ok_or_else(|| {
            Problem::new(Code::RequestInvalid)
                .field("fields")
                .message("没有这一项，请从页面上选择。")
        })?);
    }
    fields.sort_unstable();
    fields.dedup();
    if fields.is_empty() {
        return Err(Code::SelectionEmpty.into());
    }
    let row = cx
        .uow
        .pupil_row(request.id)
        .await?
        .ok_or(Code::PupilUnknown)?;
    let moment = record::moment(request.as_of.as_deref(), &row)?;
    let cipher = cx.ports.cipher.clone();
    let versions = cx.uow.versions_of(row.id).await?;
    let record = Record::at(&mut *cx.uow, &*cipher, &row, &versions, moment).await?;
    let asked = |field: MaskedField| fields.contains(&field);
    let names: Vec<&str> = fields.iter().map(|field| field.zh()).collect();
    let note = AuditNote::school(
        row.district,
        row.school_id,
        format!("查看一名学生的{}（原因：{reason}）", names.join("、")),
    )
    .with(serde_json::json!({
        "pupil": row.id,
        "fields": fields.iter().map(|field| field.as_str()).collect::<Vec<_>>(),
        "asOf": request.as_of,
        "reason": reason,
    }))
    .about([row.id.0]);
    cx.note(note);
    let numbers = |field: MaskedField, of: fn(&Guardian) -> Option<&String>| {
        let shown = record.guardians.iter().filter(|_| asked(field));
        shown
            .filter_map(|guardian| {
                Some(RevealedNumber {
                    guardian_id: guardian.id.to_string(),
                    number: of(guardian)?.clone(),
                })
            })
            .collect()
    };
    let guardian_papers = numbers(MaskedField::GuardianPapers, |guardian| {
        guardian.paper.as_ref()
    });
    let bank_cards = numbers(MaskedField::BankCards, |guardian| {
        guardian.bank_card.as_ref()
    });
    Ok(RevealPupilResponse {
        paper: Some(record.paper).filter(|_| asked(MaskedField::Paper)),
        birth_date: record.birth_date.filter(|_| asked(MaskedField::BirthDate)),
        student_number: record
            .student_number
            .filter(|_| asked(MaskedField::StudentNumber)),
        address: record.address.filter(|_| asked(MaskedField::Address)),
        phones: record
            .guardians
            .into_iter()
            .filter(|_| asked(MaskedField::Phones))
            .filter_map(|guardian| {
                Some(RevealedPhone {
                    guardian_id: guardian.id.to_string(),
                    phone: guardian.phone?,
                })
            })
            .collect(),
        guardian_papers,
        bank_cards,
        until: cx.now.ms() + SHOWN_MS,
    })
}
