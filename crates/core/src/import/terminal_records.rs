//! Import of 增效记录: what the terminals wrote when they extended cards (CARD-7).

use super::row::{Column, RowReader};
use super::snapshot::Snapshot;
use super::table::Entry;
use super::{Checked, ImportKind, ImportTable};
use crate::domain::card::CardNo;
use crate::domain::time::{Timestamp, parse_moment};
use crate::error::{Code, Problem};

mod at {
    pub(super) const CARD_NO: usize = 0;
    pub(super) const EXTENDED_AT: usize = 1;
    pub(super) const TERMINAL: usize = 2;
}

const COLUMNS: &[Column] = &[
    Column {
        key: "cardNo",
        heading: "卡号",
        required: Some(Code::CardNumberInvalid),
        old_headings: &["卡序列号", "E卡通号", "卡片序列号"],
        entry: |_| Entry::Text,
        note: "终端记录的卡号，只有字母和数字，不分大小写。单元格已设为文本。",
        width: 24,
    },
    Column {
        key: "extendedAt",
        heading: "增效时间",
        required: Some(Code::DateRangeInvalid),
        old_headings: &["时间", "增效日期"],
        entry: |_| Entry::Text,
        note: "写成 2026-09-01 08:30:15 这样；只有日期的按当天零点。",
        width: 22,
    },
    Column {
        key: "terminal",
        heading: "终端",
        required: None,
        old_headings: &["终端号", "设备", "设备号"],
        entry: |_| Entry::Text,
        note: "终端的编号或名称，最多 50 个字，可以不填。",
        width: 18,
    },
];

/// The import of 增效记录.
pub static KIND: ImportKind<TerminalEntry> = ImportKind {
    table: ImportTable {
        name: "增效记录",
        columns: COLUMNS,
        identity_column: at::CARD_NO,
        identity: "卡号",
        rules,
        class_line: |_, _, _| String::new(),
        no_classes: "本模板不按班级填写。",
        examples: |_| Vec::new(),
    },
    check,
};

/// A record as a right row describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct TerminalEntry {
    /// Card number.
    pub card_no: CardNo,
    /// When.
    pub extended_at: Timestamp,
    /// Terminal; empty when the row does not say.
    pub terminal: String,
}

fn check(row: &mut RowReader<'_>, _: &Snapshot) -> Checked<TerminalEntry> {
    // A number of more digits than a workbook keeps as a number has lost its last ones.
    let card_no = row.text(at::CARD_NO).and_then(|raw| {
        let lossy = row.is_number(at::CARD_NO) && raw.len() > 15;
        let card = if lossy {
            Err(Problem::new(Code::CardNumberInvalid).message(
                "卡号存成了数字，后面的位数已丢失，请将单元格设为文本格式，再重新导出或输入。",
            ))
        } else {
            CardNo::parse(&raw)
        };
        row.take(at::CARD_NO, card)
    });
    let extended_at = row.shown(at::EXTENDED_AT).and_then(|raw| {
        let moment = parse_moment(&raw).ok_or_else(|| {
            Problem::new(Code::DateRangeInvalid)
                .message("增效时间不正确，请写成 2026-09-01 08:30:15 这样。")
        });
        row.take(at::EXTENDED_AT, moment)
    });
    let terminal = row.shown(at::TERMINAL).map(|raw| {
        let terminal = raw.trim().to_owned();
        let fits = if terminal.chars().count() <= 50 {
            Ok(terminal)
        } else {
            Err(Problem::new(Code::TextTooLong).message("终端最多 50 个字。"))
        };
        row.take(at::TERMINAL, fits)
    });
    let entry = match (card_no, extended_at, terminal) {
        (Some(card_no), Some(extended_at), None) => Some((card_no, extended_at, String::new())),
        (Some(card_no), Some(extended_at), Some(Some(terminal))) => {
            Some((card_no, extended_at, terminal))
        }
        (_, _, _) => None,
    };
    Checked {
        entry: entry.map(|(card_no, extended_at, terminal)| TerminalEntry {
            card_no,
            extended_at,
            terminal,
        }),
        // A card is extended many times, and terminals write some records twice: the
        // unique key tells those apart, and no row is wrong because of another.
        identity: None,
    }
}

fn rules(snapshot: &Snapshot) -> Vec<String> {
    vec![
        format!("一行一次增效，一个文件最多 {} 行。", snapshot.row_limit),
        "卡号不分大小写；同一卡号、时间、终端的记录只保存一次，重复读入没有影响。".to_owned(),
        "请在“增效记录”工作表中填写，不要改动标题，不要合并单元格。".to_owned(),
        "上传后先核对，确认之前不会写入任何数据。".to_owned(),
    ]
}
