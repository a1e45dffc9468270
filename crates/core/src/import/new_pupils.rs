//! Import of new pupils (新生信息): its columns and the texts of its template (IMP-1, IMP-2).

use chrono::Datelike;

use super::check::{self, PupilEntry};
use super::grade_class;
use super::row::Column;
use super::snapshot::{Snapshot, SnapshotClass};
use super::table::Entry;
use super::{ImportKind, ImportTable};
use crate::domain::class::ClassNo;
use crate::domain::grade::GradeNo;
use crate::domain::paper::check_character;
use crate::domain::relation::Relation;
use crate::domain::year::SchoolYear;
use crate::error::Code;

/// Places of the columns in [`COLUMNS`].
pub(super) mod at {
    pub(in super::super) const NAME: usize = 0;
    pub(in super::super) const GENDER: usize = 1;
    pub(in super::super) const PAPER_KIND: usize = 2;
    pub(in super::super) const PAPER_NUMBER: usize = 3;
    pub(in super::super) const GRADE: usize = 4;
    pub(in super::super) const CLASS: usize = 5;
    pub(in super::super) const STUDENT_NUMBER: usize = 6;
    pub(in super::super) const GUARDIAN_NAME: usize = 7;
    pub(in super::super) const GUARDIAN_RELATION: usize = 8;
    pub(in super::super) const GUARDIAN_PHONE: usize = 9;
    pub(in super::super) const ADDRESS: usize = 10;
}

/// The columns in the order of the template.
pub const COLUMNS: &[Column] = &[
    Column {
        key: "name",
        heading: "姓名",
        required: Some(Code::PupilNameMissing),
        old_headings: &["学生姓名", "新生姓名"],
        entry: |_| Entry::General,
        note: "与证件上的姓名一致，2–50 个字。少数民族姓名用间隔号 ·；生僻字请照常输入，不要用问号代替。",
        width: 14,
    },
    Column {
        key: "gender",
        heading: "性别(1男2女)",
        required: None,
        old_headings: &[],
        entry: |_| Entry::OneOf(["1", "2", "男", "女"].map(str::to_owned).to_vec()),
        note: "填 1（男）或 2（女）。不填时按身份证号码填入。",
        width: 14,
    },
    Column {
        key: "paperKind",
        heading: "证件类型",
        required: None,
        old_headings: &["证件种类"],
        entry: |_| Entry::OneOf(vec!["居民身份证".to_owned()]),
        note: "可以不填，表示居民身份证。持其他证件的学生请使用单个录入。",
        width: 14,
    },
    Column {
        key: "paperNumber",
        heading: "证件号码",
        required: Some(Code::PaperMissing),
        old_headings: &[
            "身份证",
            "身份证号",
            "身份证号码",
            "身份证件号",
            "证件号",
            "学生身份证号",
        ],
        entry: |_| Entry::Text,
        note: "18 位居民身份证号码，末位的 X 用大写字母。单元格已设为文本，请不要改成数字，也不要用公式。",
        width: 22,
    },
    Column {
        old_headings: &["年级名称", "所在年级", "就读年级"],
        ..grade_class::GRADE
    },
    Column {
        key: "class",
        heading: "班级",
        required: Some(Code::RowClassInvalid),
        old_headings: &["班级名称", "所在班级", "就读班级", "班别"],
        entry: |_| Entry::Whole { min: 1, max: 99 },
        note: "填班级序号的数字（3 班填 3），不要写“3班”。本校的班级见“填写说明”。",
        width: 8,
    },
    Column {
        key: "studentNumber",
        heading: "学籍号",
        required: None,
        old_headings: &["全国学籍号", "学籍编号", "学籍号码"],
        entry: |_| Entry::Text,
        note: "19 位，以 G、J 或 L 开头。还没有的可以不填。",
        width: 24,
    },
    Column {
        key: "guardianName",
        heading: "家长姓名",
        required: Some(Code::GuardianNameMissing),
        old_headings: &["监护人", "监护人姓名", "家长"],
        entry: |_| Entry::General,
        note: "一位家长的姓名，2–50 个字。",
        width: 14,
    },
    Column {
        key: "guardianRelation",
        heading: "家长关系",
        required: None,
        old_headings: &["关系", "监护人关系", "与学生关系", "家长与学生关系"],
        entry: |_| Entry::OneOf(Relation::ALL.iter().map(|r| r.zh().to_owned()).collect()),
        note: "家长是学生的什么人：父亲、母亲、祖父、祖母、外祖父、外祖母、其他亲属等。可以不填。",
        width: 12,
    },
    Column {
        key: "guardianPhone",
        heading: "家长手机",
        required: Some(Code::PhoneMissing),
        old_headings: &[
            "手机",
            "手机号",
            "手机号码",
            "家长手机号",
            "家长手机号码",
            "家长电话",
            "联系电话",
            "监护人电话",
            "监护人手机",
        ],
        entry: |_| Entry::Text,
        note: "11 位手机号码，只填一个。",
        width: 16,
    },
    Column {
        key: "address",
        heading: "家庭住址",
        required: None,
        old_headings: &["住址", "地址", "家庭地址", "现住址"],
        entry: |_| Entry::General,
        note: "现在居住的地址，最多 200 个字。可以不填。",
        width: 36,
    },
];

/// The import of new pupils.
pub static KIND: ImportKind<PupilEntry> = ImportKind {
    table: ImportTable {
        name: "新生信息",
        columns: COLUMNS,
        identity_column: at::PAPER_NUMBER,
        identity: "证件号码",
        rules,
        class_line,
        no_classes: "本校还没有班级。请先在班级管理中新建班级，再下载模板。",
        examples,
    },
    check: check::check,
};

fn rules(snapshot: &Snapshot) -> Vec<String> {
    vec![
        format!(
            "一个文件最多 {} 行学生，一行一名学生；超过的请分成几个文件。",
            snapshot.row_limit
        ),
        "只收居民身份证。持护照、通行证、居住证等其他证件的学生请使用单个录入。".to_owned(),
        "年级和班级都填数字，不写名称；班级要先在班级管理中建好。".to_owned(),
        "请在“新生信息”工作表中填写，不要改动标题，不要合并单元格。".to_owned(),
        "上传后先核对，确认之前不会写入任何数据；有错误的行会逐一说明位置和改法。".to_owned(),
    ]
}

/// `七年级 3班 → 年级填 7，班级填 3`, with the nickname when a class is given.
fn class_line(grade: GradeNo, number: ClassNo, class: Option<&SnapshotClass>) -> String {
    let nickname = class
        .and_then(|class| class.nickname.as_ref())
        .map_or_else(String::new, |nickname| format!("（{nickname}）"));
    format!(
        "{} {}{nickname} → 年级填 {}，班级填 {}",
        grade.zh(),
        number.zh(),
        grade.get(),
        number.get()
    )
}

/// Two made-up children whose age and class fit the school.
fn examples(snapshot: &Snapshot) -> Vec<String> {
    let Some((grade, class, _)) = snapshot.open_classes().into_iter().next() else {
        return Vec::new();
    };
    let year = SchoolYear::parse(&snapshot.school_year)
        .map_or_else(|_| snapshot.today.year(), |year| i32::from(year.start()));
    let born = year + 1 - SchoolYear::expected_age(grade);
    [
        ("林知夏", "2", "0315986", "林晓岚", "母亲", "13800000001"),
        (
            "阿卜杜·热合曼",
            "1",
            "0520987",
            "热合曼",
            "父亲",
            "13800000002",
        ),
    ]
    .into_iter()
    .filter_map(|(name, gender, tail, guardian, relation, phone)| {
        let first = format!("320508{born:04}{tail}");
        let check = check_character(&first)?;
        let fields = [
            ("姓名", name.to_owned()),
            ("性别", gender.to_owned()),
            ("证件号码", format!("{first}{check}")),
            ("年级", grade.get().to_string()),
            ("班级", class.get().to_string()),
            ("家长姓名", guardian.to_owned()),
            ("家长关系", relation.to_owned()),
            ("家长手机", phone.to_owned()),
        ];
        let texts: Vec<String> = fields
            .iter()
            .map(|(key, value)| format!("{key} {value}"))
            .collect();
        Some(texts.join("，"))
    })
    .collect()
}
