//! How to fill a workbook: the template's second sheet and the import page say
//! the same, for every kind of import (IMP-1).

use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

use super::ImportTable;
use super::snapshot::Snapshot;
use super::table::{Template, TemplateColumn};

/// How to fill the workbook: the import page shows what the template says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportGuide {
    /// Name of the school.
    pub school_name: String,
    /// Data rows that a file may have.
    pub row_limit: u32,
    /// The columns in order.
    pub columns: Vec<TemplateColumnGuide>,
    /// Rules for the file as a whole.
    pub rules: Vec<String>,
    /// The school's open classes by grade and number.
    pub classes: Vec<ClassGuide>,
}

/// How to fill one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateColumnGuide {
    /// Key: `name`, `paperNumber`, ….
    pub key: String,
    /// Heading, without the `*` of required columns.
    pub heading: String,
    /// True when every row must fill it.
    pub required: bool,
    /// How to fill it.
    pub note: String,
}

/// A class and what to write for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClassGuide {
    /// Number of the grade.
    pub grade: u8,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// 班级序号.
    pub number: u8,
    /// 班级昵称.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub nickname: Option<String>,
    /// `七年级 3班 → 年级填 7，班级填 3`.
    pub line: String,
}

/// The texts of the import page.
#[must_use]
pub fn guide(table: &ImportTable, snapshot: &Snapshot) -> ImportGuide {
    ImportGuide {
        school_name: snapshot.school_name.clone(),
        row_limit: snapshot.row_limit,
        columns: table
            .columns
            .iter()
            .map(|column| TemplateColumnGuide {
                key: column.key.to_owned(),
                heading: column.heading.to_owned(),
                required: column.required.is_some(),
                note: column.note.to_owned(),
            })
            .collect(),
        rules: (table.rules)(snapshot),
        classes: snapshot
            .open_classes()
            .into_iter()
            .map(|(grade, number, class)| ClassGuide {
                grade: grade.get(),
                grade_name: grade.zh().to_owned(),
                number: number.get(),
                nickname: class.nickname.clone(),
                line: (table.class_line)(grade, number, None),
            })
            .collect(),
    }
}

/// The template of a kind whose rows name no class.
#[must_use]
pub fn template_without_classes(table: &ImportTable, snapshot: &Snapshot) -> Template {
    filled(table, snapshot, None)
}

/// The template of a school.
#[must_use]
pub fn template(table: &ImportTable, snapshot: &Snapshot) -> Template {
    let classes: Vec<String> = snapshot
        .open_classes()
        .into_iter()
        .map(|(grade, number, class)| (table.class_line)(grade, number, Some(class)))
        .collect();
    let classes = if classes.is_empty() {
        vec![table.no_classes.to_owned()]
    } else {
        classes
    };
    let title = format!(
        "{} {} 学年的班级",
        snapshot.school_name, snapshot.school_year
    );
    filled(table, snapshot, Some((title, classes)))
}

fn filled(
    table: &ImportTable,
    snapshot: &Snapshot,
    classes: Option<(String, Vec<String>)>,
) -> Template {
    let columns = table
        .columns
        .iter()
        .map(|column| format!("{}：{}", column.printed(), column.note))
        .collect();
    let mut notes = vec![
        ("填写规则".to_owned(), (table.rules)(snapshot)),
        ("各列怎样填写（标 * 的必须填）".to_owned(), columns),
    ];
    notes.extend(classes);
    let examples = (table.examples)(snapshot);
    if !examples.is_empty() {
        notes.push(("示例（人物和号码均为虚构）".to_owned(), examples));
    }
    Template {
        sheet: table.name.to_owned(),
        columns: table
            .columns
            .iter()
            .map(|column| TemplateColumn {
                heading: column.printed(),
                entry: (column.entry)(snapshot),
                note: column.note.to_owned(),
                width: column.width,
            })
            .collect(),
        rows: snapshot.row_limit,
        notes_sheet: "填写说明".to_owned(),
        notes,
    }
}
