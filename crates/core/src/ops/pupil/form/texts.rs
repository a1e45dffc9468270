//! What the form holds: texts as typed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ops::pupil::record::Record;

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

/// The text of a field, if there is any.
pub(super) fn given(raw: Option<&String>) -> Option<&str> {
    raw.map(|text| text.trim()).filter(|text| !text.is_empty())
}

impl GuardianForm {
    /// True when nothing was filled in: a kind alone is what the form shows by itself.
    pub(super) fn is_blank(&self) -> bool {
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
