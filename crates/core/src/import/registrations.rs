//! Import of 注册报到: primary leavers with resident IDs and the class they come to (IMP-2, STU-3).

use uuid::Uuid;

use super::check::{paper, person_name};
use super::row::{Column, RowReader};
use super::snapshot::{Snapshot, SnapshotClass};
use super::table::Entry;
use super::{Checked, ImportKind, ImportTable, grade_class};
use crate::domain::class::{self, ClassNo};
use crate::domain::grade::GradeNo;
use crate::domain::leaver::FIRST_JUNIOR_GRADE;
use crate::domain::name::PersonName;
use crate::domain::paper::Paper;
use crate::error::{Code, Problem};

mod at {
    pub(super) const NAME: usize = 0;
    pub(super) const PAPER_KIND: usize = 1;
    pub(super) const PAPER_NUMBER: usize = 2;
    pub(super) const GRADE: usize = 3;
    pub(super) const CLASS: usize = 4;
}

const COLUMNS: &[Column] = &[
    Column {
        key: "name",
        heading: "姓名",
        required: Some(Code::PupilNameMissing),
        old_headings: &["学生姓名"],
        entry: |_| Entry::General,
        note: "与证件上的姓名一致，2–50 个字。与小学登记的姓名不同时会提醒，由区里审核。",
        width: 14,
    },
    Column {
        key: "paperKind",
        heading: "证件类型",
        required: None,
        old_headings: &["证件种类"],
        entry: |_| Entry::OneOf(vec!["居民身份证".to_owned()]),
        note: "可以不填，表示居民身份证。持其他证件的学生请在注册报到页面单个登记。",
        width: 14,
    },
    Column {
        key: "paperNumber",
        heading: "证件号码",
        required: Some(Code::PaperMissing),
        old_headings: &["身份证", "身份证号", "身份证号码", "证件号", "学生身份证号"],
        entry: |_| Entry::Text,
        note: "18 位居民身份证号码，按它查找小学的记录。单元格已设为文本，请不要改成数字，也不要用公式。",
        width: 22,
    },
    Column {
        old_headings: &["年级名称", "所在年级", "就读年级"],
        entry: |_| Entry::Whole { min: 7, max: 9 },
        note: "填数字 7-9（七年级填 7），不要写“七年级”或“初一”。",
        ..grade_class::GRADE
    },
    Column {
        key: "class",
        heading: "班级序号",
        required: Some(Code::RowClassInvalid),
        old_headings: &["班级", "班级名称", "所在班级", "就读班级", "班号"],
        entry: |_| Entry::Whole { min: 1, max: 99 },
        note: "填班级序号的数字（3 班填 3），不要写“3班”。本校的班级序号见“填写说明”。",
        width: 10,
    },
];

/// The import of 注册报到.
pub static KIND: ImportKind<RegistrationEntry> = ImportKind {
    table: ImportTable {
        name: "注册报到",
        columns: COLUMNS,
        identity_column: at::PAPER_NUMBER,
        identity: "证件号码",
        rules,
        class_line,
        no_classes: "本校还没有班级。请先在班级管理中新建七年级的班级，再下载模板。",
        examples: |_| Vec::new(),
    },
    check,
};

/// A leaver as a right row describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct RegistrationEntry {
    /// Name as the new school writes it.
    pub name: PersonName,
    /// Resident ID.
    pub paper: Paper,
    /// Grade, 7–9.
    pub grade: GradeNo,
    /// Class.
    pub class_id: Uuid,
}

fn check(row: &mut RowReader<'_>, snapshot: &Snapshot) -> Checked<RegistrationEntry> {
    let name = person_name(row, at::NAME, None);
    let paper = paper(row, (at::PAPER_KIND, at::PAPER_NUMBER), snapshot);
    let (grade, stored) = grade_class::grade_of(row, at::GRADE, snapshot);
    let junior = grade.filter(|grade| i64::from(grade.get()) >= FIRST_JUNIOR_GRADE);
    if let (Some(grade), Some(_), None) = (grade, stored, junior) {
        row.report(
            at::GRADE,
            Problem::new(Code::RegistrationGrade).message(format!(
                "注册报到的年级请填 7-9，这里填的是{}。",
                grade.zh()
            )),
        );
    }
    let number = grade_class::class(row, at::CLASS, junior.zip(stored));
    let class_id = match (junior.zip(stored), number) {
        (Some((grade, stored)), Some(number)) => {
            grade_class::find(row, at::CLASS, grade, stored, number)
        }
        (_, _) => None,
    };
    let identity = paper.as_ref().map(Paper::index_text);
    let entry = match (name, paper, junior, class_id) {
        (Some(name), Some(paper), Some(grade), Some(class_id)) => Some(RegistrationEntry {
            name,
            paper,
            grade,
            class_id,
        }),
        (_, _, _, _) => None,
    };
    Checked { entry, identity }
}

fn rules(snapshot: &Snapshot) -> Vec<String> {
    let sevenths = GradeNo::ALL
        .into_iter()
        .find(|grade| i64::from(grade.get()) == FIRST_JUNIOR_GRADE)
        .and_then(|grade| snapshot.grade(grade))
        .map(|grade| {
            class::list_zh(
                grade
                    .classes
                    .iter()
                    .filter(|class| class.open)
                    .filter_map(|class| ClassNo::new(class.number).ok()),
            )
        })
        .filter(|list| !list.is_empty());
    let classes = match sevenths {
        Some(list) => format!("七年级的班级序号有 {list}，见下面的班级。"),
        None => "七年级还没有班级，请先在班级管理中新建。".to_owned(),
    };
    vec![
        format!("本模板只用于{}的注册报到。{classes}", snapshot.school_name),
        format!(
            "一个文件最多 {} 行，一行一名小学毕业生；超过的请分成几个文件。",
            snapshot.row_limit
        ),
        "只收居民身份证，按证件号码查找小学的记录；持其他证件的学生请单个登记。".to_owned(),
        "年级填 7-9，班级填序号，都不写名称；班级要先在班级管理中建好。".to_owned(),
        "请在“注册报到”工作表中填写，不要改动标题，不要合并单元格。".to_owned(),
        "上传后先核对，确认之前不会写入任何数据；区里审核通过后，学生才转到本校。".to_owned(),
    ]
}

/// `七年级 3班（启航） 序号是 3`.
fn class_line(grade: GradeNo, number: ClassNo, class: Option<&SnapshotClass>) -> String {
    let nickname = class
        .and_then(|class| class.nickname.as_ref())
        .map_or_else(String::new, |nickname| format!("（{nickname}）"));
    format!(
        "{} {}{nickname} 序号是 {}",
        grade.zh(),
        number.zh(),
        number.get()
    )
}
