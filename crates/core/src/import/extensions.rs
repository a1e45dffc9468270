//! Import of 临时增效: pupils by resident ID, with the reason and maybe a last day (CARD-6).

use super::check::{paper, person_name};
use super::row::{Column, RowReader};
use super::snapshot::Snapshot;
use super::table::Entry;
use super::{Checked, ImportKind, ImportTable};
use crate::domain::card::CardNo;
use crate::domain::name::PersonName;
use crate::domain::paper::Paper;
use crate::domain::time::Day;
use crate::error::{Code, Problem};

mod at {
    pub(super) const NAME: usize = 0;
    pub(super) const PAPER_KIND: usize = 1;
    pub(super) const PAPER_NUMBER: usize = 2;
    pub(super) const REASON: usize = 3;
    pub(super) const CARD_NO: usize = 4;
    pub(super) const EXPIRES_ON: usize = 5;
}

/// Index of 姓名.
pub const NAME: usize = at::NAME;
/// Index of 证件号码.
pub const PAPER_NUMBER: usize = at::PAPER_NUMBER;

const COLUMNS: &[Column] = &[
    Column {
        key: "name",
        heading: "姓名",
        required: Some(Code::PupilNameMissing),
        old_headings: &["学生姓名"],
        entry: |_| Entry::General,
        note: "与登记的姓名一致。",
        width: 14,
    },
    Column {
        key: "paperKind",
        heading: "证件类型",
        required: None,
        old_headings: &["证件种类"],
        entry: |_| Entry::OneOf(vec!["居民身份证".to_owned()]),
        note: "可以不填，表示居民身份证。持其他证件的学生请在临时增效页面添加。",
        width: 14,
    },
    Column {
        key: "paperNumber",
        heading: "证件号码",
        required: Some(Code::PaperMissing),
        old_headings: &["身份证", "身份证号", "身份证号码", "证件号"],
        entry: |_| Entry::Text,
        note: "18 位居民身份证号码，按它查找学生。单元格已设为文本，请不要改成数字，也不要用公式。",
        width: 22,
    },
    Column {
        key: "reason",
        heading: "原因",
        required: Some(Code::ReasonRequired),
        old_headings: &["增效原因", "备注"],
        entry: |_| Entry::General,
        note: "为什么临时增效，最多 200 个字。",
        width: 30,
    },
    Column {
        key: "cardNo",
        heading: "卡号",
        required: None,
        old_headings: &["E卡通号"],
        entry: |_| Entry::Text,
        note: "可以不填。只有字母和数字，不分大小写。",
        width: 22,
    },
    Column {
        key: "expiresOn",
        heading: "到期日期",
        required: None,
        old_headings: &["到期", "有效期至"],
        entry: |_| Entry::General,
        note: "可以不填，按本区的设置移出。填了的，到这一天移出名单，写成 2026-12-31 这样。",
        width: 14,
    },
];

/// The import of 临时增效.
pub static KIND: ImportKind<ExtensionEntry> = ImportKind {
    table: ImportTable {
        name: "临时增效",
        columns: COLUMNS,
        identity_column: at::PAPER_NUMBER,
        identity: "证件号码",
        rules,
        class_line: |_, _, _| String::new(),
        no_classes: "本模板不按班级填写。",
        examples: |_| Vec::new(),
    },
    check,
};

/// An entry as a right row describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtensionEntry {
    /// Name of the pupil.
    pub name: PersonName,
    /// Resident ID.
    pub paper: Paper,
    /// Why.
    pub reason: String,
    /// Card number.
    pub card_no: Option<CardNo>,
    /// A last day of its own.
    pub expires_on: Option<Day>,
}

fn check(row: &mut RowReader<'_>, snapshot: &Snapshot) -> Checked<ExtensionEntry> {
    let name = person_name(row, at::NAME, None);
    let paper = paper(row, (at::PAPER_KIND, at::PAPER_NUMBER), snapshot);
    let reason = row.text(at::REASON).and_then(|raw| {
        let reason = raw.trim().to_owned();
        let fits = if reason.chars().count() <= 200 {
            Ok(reason)
        } else {
            Err(Problem::new(Code::TextTooLong).message("原因最多 200 个字。"))
        };
        row.take(at::REASON, fits)
    });
    let card_no = row
        .text(at::CARD_NO)
        .and_then(|raw| row.take(at::CARD_NO, CardNo::parse(&raw)));
    let today = Day::from_date(snapshot.today);
    let expires_on = row.shown(at::EXPIRES_ON).and_then(|raw| {
        let day = Day::parse(&raw).and_then(|day| {
            if day > today {
                Ok(day)
            } else {
                Err(Problem::new(Code::DateRangeInvalid).message(format!(
                    "到期日期 {day} 不晚于今天，请改成以后的日期，或不填。"
                )))
            }
        });
        row.take(at::EXPIRES_ON, day)
    });
    let identity = paper.as_ref().map(Paper::index_text);
    let entry = match (name, paper, reason) {
        (Some(name), Some(paper), Some(reason)) => Some(ExtensionEntry {
            name,
            paper,
            reason,
            card_no,
            expires_on,
        }),
        (_, _, _) => None,
    };
    Checked { entry, identity }
}

fn rules(snapshot: &Snapshot) -> Vec<String> {
    vec![
        format!(
            "本模板用于{}的临时增效，一行一名学生，一个文件最多 {} 行。",
            snapshot.school_name, snapshot.row_limit
        ),
        "学生按证件号码查找，应在本区的学校；只收居民身份证，持其他证件的请在页面添加。".to_owned(),
        "已在名单中的学生不会重复加入。".to_owned(),
        "请在“临时增效”工作表中填写，不要改动标题，不要合并单元格。".to_owned(),
        "上传后先核对，确认之前不会写入任何数据。".to_owned(),
    ]
}
