//! Column templates (制卡模板): how a bureau wants its production file, and how it writes
//! its result file. Bureaus differ, so they are data that the card office edits.
//!
//! Two samples are shipped; a district copies and changes them. A batch keeps the template
//! as it was when it was made.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::words::words;
use crate::error::{Code, Problem};
use crate::import::row::canonical;

/// Columns of one file at most.
const COLUMNS: usize = 60;
/// Entries of one code table at most.
const CODES: usize = 200;
/// Characters of a heading, a fixed text, a code.
const LENGTH: usize = 40;

words! {
    /// What a column of a production file holds.
    pub enum Source {
        /// Number of the line in the batch.
        Sequence = "sequence", "序号";
        /// Batch and line: by it the result file names the order.
        LineNo = "lineNo", "制卡编号";
        /// Number of the batch.
        BatchNo = "batchNo", "批次号";
        /// 姓名.
        Name = "name", "姓名";
        /// 性别.
        Gender = "gender", "性别";
        /// 出生日期.
        BirthDate = "birthDate", "出生日期";
        /// 证件类型.
        PaperKind = "paperKind", "证件类型";
        /// 证件号码.
        Paper = "paper", "证件号码";
        /// 国籍, 3 letters.
        Nationality = "nationality", "国籍";
        /// 学籍号.
        StudentNumber = "studentNumber", "学籍号";
        /// 区县代码.
        District = "district", "区县代码";
        /// 区县.
        DistrictName = "districtName", "区县";
        /// 学校代码.
        SchoolCode = "schoolCode", "学校代码";
        /// 学校.
        SchoolName = "schoolName", "学校";
        /// Grade number.
        Grade = "grade", "年级";
        /// 班级序号.
        ClassNumber = "classNumber", "班级";
        /// 新办, 补办, 换卡.
        OrderKind = "orderKind", "制卡种类";
        /// E卡通号 of the card that is replaced.
        OldCard = "oldCard", "原卡号";
        /// The same text in every row.
        Fixed = "fixed", "固定内容";
    }
}

words! {
    /// Kind of the production file.
    pub enum FileFormat {
        /// Excel workbook.
        Workbook = "xlsx", "工作簿";
        /// Text with commas.
        Csv = "csv", "文本";
    }
}

words! {
    /// Encoding of a text file.
    pub enum Encoding {
        /// UTF-8 with a byte order mark, as Excel wants it.
        Utf8 = "utf-8", "国际编码";
        /// GB18030.
        Gb18030 = "gb18030", "国标编码";
    }
}

words! {
    /// Whether the photos go along in a folder of the package, and what their files are called.
    pub enum PhotoNames {
        /// They do not go along.
        None = "none", "不附照片";
        /// 证件号码.
        Paper = "paper", "证件号码";
        /// 学籍号.
        StudentNumber = "studentNumber", "学籍号";
        /// E卡通号 of the card that is replaced: a new card has none before it is made.
        OldCard = "oldCard", "原卡号";
        /// Batch and line.
        LineNo = "lineNo", "制卡编号";
    }
}

impl PhotoNames {
    /// What the names are made of; none without photos.
    #[must_use]
    pub const fn source(self) -> Option<Source> {
        match self {
            Self::None => None,
            Self::Paper => Some(Source::Paper),
            Self::StudentNumber => Some(Source::StudentNumber),
            Self::OldCard => Some(Source::OldCard),
            Self::LineNo => Some(Source::LineNo),
        }
    }
}

/// Templates that were kept before photos could go along.
fn no_photos() -> String {
    PhotoNames::None.as_str().to_owned()
}

/// One value of a code table: what we call it and what the bureau wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CodePair {
    /// Ours, as people read it: 男, 居民身份证, 补办, 7.
    pub from: String,
    /// The bureau's.
    pub to: String,
}

/// One column of the production file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductionColumn {
    /// Heading.
    pub heading: String,
    /// What it holds, as `Source::as_str`.
    #[ts(as = "Source")]
    pub source: String,
    /// The text of a fixed column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub text: Option<String>,
    /// Code table; empty for our own words.
    #[serde(default)]
    pub codes: Vec<CodePair>,
    /// True when a row may leave it empty.
    #[serde(default)]
    pub may_be_empty: bool,
}

/// Columns and words of the result file; a heading that is absent is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResultColumns {
    /// Heading of 制卡编号; this or `paper` tells which order a row is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub line_no: Option<String>,
    /// Heading of 证件号码.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub paper: Option<String>,
    /// Heading of 姓名: compared with the order's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    /// Heading of E卡通号.
    pub card_no: String,
    /// Heading of 卡序列号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub serial_no: Option<String>,
    /// Heading of 市民卡卡号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub citizen_no: Option<String>,
    /// Heading of the result; without it a row with a card number is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub outcome: Option<String>,
    /// Heading of the reason of a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<String>,
    /// Heading of the day until which the card is valid: its first 增效记录.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub valid_until: Option<String>,
    /// Words that mean made.
    #[serde(default)]
    pub made_words: Vec<String>,
    /// Words that mean failed.
    #[serde(default)]
    pub failed_words: Vec<String>,
}

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TemplateContent {
    /// Kind of the production file, as `FileFormat::as_str`.
    #[ts(as = "FileFormat")]
    pub format: String,
    /// Encoding of a text file, as `Encoding::as_str`.
    #[ts(as = "Encoding")]
    pub encoding: String,
    /// Whether photos go along, and what they are called, as `PhotoNames::as_str`.
    #[serde(default = "no_photos")]
    #[ts(as = "PhotoNames")]
    pub photos: String,
    /// Columns in order.
    pub columns: Vec<ProductionColumn>,
    /// How the result file is read.
    pub result: ResultColumns,
}

impl TemplateContent {
    /// Everything that keeps the template from working.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut wrong = |field: String, message: String| {
            found.push(
                Problem::new(Code::TemplateInvalid)
                    .field(field)
                    .message(message),
            );
        };
        if FileFormat::from_stored(&self.format).is_none() {
            wrong("format".into(), "文件格式请选择工作簿或文本。".into());
        }
        if Encoding::from_stored(&self.encoding).is_none() {
            wrong("encoding".into(), "文件编码请从列表中选择。".into());
        }
        if PhotoNames::from_stored(&self.photos).is_none() {
            wrong(
                "photos".into(),
                "照片请选择不附，或选择用什么作文件名。".into(),
            );
        }
        if self.columns.is_empty() || self.columns.len() > COLUMNS {
            wrong(
                "columns".into(),
                format!(
                    "制卡文件应有 1–{COLUMNS} 列，现在是 {} 列。",
                    self.columns.len()
                ),
            );
        }
        for (number, column) in (1_usize..).zip(&self.columns) {
            column.problems(number, &mut wrong);
        }
        repeated(
            self.columns.iter().map(|column| column.heading.as_str()),
            "制卡文件",
            "columns",
            &mut wrong,
        );
        self.result.problems(&mut wrong);
        found
    }

    /// Kind of the production file.
    #[must_use]
    pub fn file_format(&self) -> FileFormat {
        FileFormat::from_stored(&self.format).unwrap_or(FileFormat::Workbook)
    }

    /// Whether photos go along, and what they are called.
    #[must_use]
    pub fn photo_names(&self) -> PhotoNames {
        PhotoNames::from_stored(&self.photos).unwrap_or(PhotoNames::None)
    }

    /// Encoding of a text file.
    #[must_use]
    pub fn file_encoding(&self) -> Encoding {
        Encoding::from_stored(&self.encoding).unwrap_or(Encoding::Utf8)
    }
}

impl ProductionColumn {
    fn problems(&self, number: usize, wrong: &mut impl FnMut(String, String)) {
        let field = |name: &str| format!("columns.{}.{name}", number - 1);
        if !is_heading(&self.heading) {
            wrong(
                field("heading"),
                format!("第 {number} 列的标题应为 1–{LENGTH} 个字，不能只有符号。"),
            );
        }
        let source = Source::from_stored(&self.source);
        if source.is_none() {
            wrong(field("source"), format!("第 {number} 列请选择内容。"));
        }
        let text = self.text.as_deref().unwrap_or_default();
        if text.chars().count() > LENGTH
            || (source == Some(Source::Fixed) && text.trim().is_empty() && !self.may_be_empty)
        {
            wrong(
                field("text"),
                format!("第 {number} 列的固定内容应为 1–{LENGTH} 个字。"),
            );
        }
        if self.codes.len() > CODES
            || self.codes.iter().any(|pair| {
                pair.from.trim().is_empty()
                    || pair.from.chars().count() > LENGTH
                    || pair.to.chars().count() > LENGTH
            })
        {
            wrong(
                field("codes"),
                format!("第 {number} 列的代码表每行都要有原值，最多 {CODES} 行。"),
            );
        }
        let mut words: Vec<&str> = self.codes.iter().map(|pair| pair.from.trim()).collect();
        words.sort_unstable();
        if words
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if a == b))
        {
            wrong(
                field("codes"),
                format!("第 {number} 列的代码表中有重复的原值，请只保留一个。"),
            );
        }
    }
}

impl ResultColumns {
    /// The headings with the field they stand in.
    fn headings(&self) -> Vec<(&'static str, &str)> {
        let named = [
            ("lineNo", self.line_no.as_deref()),
            ("paper", self.paper.as_deref()),
            ("name", self.name.as_deref()),
            ("cardNo", Some(self.card_no.as_str())),
            ("serialNo", self.serial_no.as_deref()),
            ("citizenNo", self.citizen_no.as_deref()),
            ("outcome", self.outcome.as_deref()),
            ("reason", self.reason.as_deref()),
            ("validUntil", self.valid_until.as_deref()),
        ];
        named
            .into_iter()
            .filter_map(|(field, heading)| Some((field, heading?)))
            .collect()
    }

    fn problems(&self, wrong: &mut impl FnMut(String, String)) {
        for (field, heading) in self.headings() {
            if !is_heading(heading) {
                wrong(
                    format!("result.{field}"),
                    format!("结果文件的标题应为 1–{LENGTH} 个字，不读取的列请留空。"),
                );
            }
        }
        if self.line_no.is_none() && self.paper.is_none() {
            wrong(
                "result.lineNo".into(),
                "结果文件至少要有制卡编号或证件号码中的一列，否则不知道是哪张订单。".into(),
            );
        }
        repeated(
            self.headings().into_iter().map(|(_, heading)| heading),
            "结果文件",
            "result",
            wrong,
        );
        if self.outcome.is_some() && self.made_words.iter().all(|word| word.trim().is_empty()) {
            wrong(
                "result.madeWords".into(),
                "请填写结果列中表示制卡成功的写法。".into(),
            );
        }
        if self
            .made_words
            .iter()
            .any(|word| self.failed_words.contains(word))
        {
            wrong(
                "result.failedWords".into(),
                "同一种写法不能既表示成功又表示失败。".into(),
            );
        }
    }
}

fn is_heading(text: &str) -> bool {
    text.chars().count() <= LENGTH && !canonical(text).is_empty()
}

/// Headings are told apart as files are read: without spaces, brackets and stars.
fn repeated<'h>(
    headings: impl Iterator<Item = &'h str>,
    file: &str,
    field: &str,
    wrong: &mut impl FnMut(String, String),
) {
    let mut all: Vec<(String, &str)> = headings.map(|h| (canonical(h), h)).collect();
    all.sort();
    for pair in all.windows(2) {
        if let [(a, heading), (b, _)] = pair
            && a == b
            && !a.is_empty()
        {
            wrong(
                field.to_owned(),
                format!("{file}有两列的标题都是“{heading}”，请改掉一个。"),
            );
        }
    }
}

fn column(heading: &str, source: Source) -> ProductionColumn {
    ProductionColumn {
        heading: heading.to_owned(),
        source: source.as_str().to_owned(),
        text: None,
        codes: Vec::new(),
        may_be_empty: false,
    }
}

fn coded(heading: &str, source: Source, codes: &[(&str, &str)]) -> ProductionColumn {
    ProductionColumn {
        codes: codes
            .iter()
            .map(|(from, to)| CodePair {
                from: (*from).to_owned(),
                to: (*to).to_owned(),
            })
            .collect(),
        ..column(heading, source)
    }
}

fn optional(column: ProductionColumn) -> ProductionColumn {
    ProductionColumn {
        may_be_empty: true,
        ..column
    }
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The templates that are shipped: name and content. A district's own one of the same
/// name takes its place.
#[must_use]
pub fn samples() -> Vec<(&'static str, TemplateContent)> {
    let heading = |text: &str| Some(text.to_owned());
    vec![
        (
            "工作簿样式",
            TemplateContent {
                format: FileFormat::Workbook.as_str().to_owned(),
                encoding: Encoding::Utf8.as_str().to_owned(),
                photos: PhotoNames::Paper.as_str().to_owned(),
                columns: vec![
                    column("序号", Source::Sequence),
                    column("制卡编号", Source::LineNo),
                    column("姓名", Source::Name),
                    column("性别", Source::Gender),
                    column("证件类型", Source::PaperKind),
                    column("证件号码", Source::Paper),
                    column("区县代码", Source::District),
                    column("学校代码", Source::SchoolCode),
                    column("学校名称", Source::SchoolName),
                    column("年级", Source::Grade),
                    column("班级", Source::ClassNumber),
                    column("制卡种类", Source::OrderKind),
                    optional(column("原卡号", Source::OldCard)),
                ],
                result: ResultColumns {
                    line_no: heading("制卡编号"),
                    paper: None,
                    name: heading("姓名"),
                    card_no: "卡号".to_owned(),
                    serial_no: heading("卡序列号"),
                    citizen_no: heading("市民卡卡号"),
                    outcome: heading("制卡结果"),
                    reason: heading("失败原因"),
                    valid_until: heading("有效期至"),
                    made_words: texts(&["成功", "已制卡"]),
                    failed_words: texts(&["失败", "未制卡"]),
                },
            },
        ),
        (
            "文本样式（国标编码）",
            TemplateContent {
                format: FileFormat::Csv.as_str().to_owned(),
                encoding: Encoding::Gb18030.as_str().to_owned(),
                photos: no_photos(),
                columns: vec![
                    column("批次号", Source::BatchNo),
                    column("序号", Source::Sequence),
                    column("证件号码", Source::Paper),
                    coded(
                        "证件类型代码",
                        Source::PaperKind,
                        &[
                            ("居民身份证", "01"),
                            ("港澳台居民居住证", "02"),
                            ("外国人永久居留身份证", "03"),
                            ("回乡证", "04"),
                            ("台胞证", "05"),
                            ("护照", "06"),
                            ("其他", "99"),
                        ],
                    ),
                    column("姓名", Source::Name),
                    coded("性别代码", Source::Gender, &[("男", "1"), ("女", "2")]),
                    column("区县代码", Source::District),
                    column("学校代码", Source::SchoolCode),
                    column("年级", Source::Grade),
                    column("班级", Source::ClassNumber),
                    coded(
                        "业务类型",
                        Source::OrderKind,
                        &[("新办", "1"), ("补办", "2"), ("换卡", "3")],
                    ),
                ],
                result: ResultColumns {
                    line_no: None,
                    paper: heading("证件号码"),
                    name: heading("姓名"),
                    card_no: "卡号".to_owned(),
                    serial_no: heading("芯片号"),
                    citizen_no: heading("市民卡卡号"),
                    outcome: heading("结果代码"),
                    reason: heading("备注"),
                    valid_until: None,
                    made_words: texts(&["0"]),
                    failed_words: texts(&["1", "2", "9"]),
                },
            },
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> TemplateContent {
        samples().remove(0).1
    }

    #[test]
    fn the_samples_work_and_are_kept_as_they_are() {
        for (name, content) in samples() {
            assert_eq!(content.problems(), [], "{name}");
            let text = serde_json::to_string(&content).unwrap();
            assert_eq!(
                serde_json::from_str::<TemplateContent>(&text).unwrap(),
                content
            );
        }
    }

    #[test]
    fn a_template_from_before_photos_went_along_has_none() {
        let mut old = serde_json::to_value(sample()).unwrap();
        old.as_object_mut().unwrap().remove("photos");
        let read: TemplateContent = serde_json::from_value(old).unwrap();
        assert_eq!(read.photo_names(), PhotoNames::None);
    }

    #[test]
    fn what_cannot_work_is_named() {
        type Change = fn(&mut TemplateContent);
        let cases: [(Change, &str); 15] = [
            (|t| t.format = "pdf".into(), "format"),
            (|t| t.photos = "shoe".into(), "photos"),
            (|t| t.encoding = "big5".into(), "encoding"),
            (|t| t.columns.clear(), "columns"),
            (|t| t.columns[0].heading = " * ".into(), "columns.0.heading"),
            (|t| t.columns[1].source = "shoe".into(), "columns.1.source"),
            (|t| t.columns[0].source = "fixed".into(), "columns.0.text"),
            (|t| t.columns[0].heading = "姓名（全）".into(), "columns"),
            (
                |t| {
                    t.columns[3].codes = vec![CodePair {
                        from: " ".into(),
                        to: "1".into(),
                    }];
                },
                "columns.3.codes",
            ),
            (
                |t| {
                    let pair = CodePair {
                        from: "男".into(),
                        to: "1".into(),
                    };
                    t.columns[3].codes = vec![pair.clone(), pair];
                },
                "columns.3.codes",
            ),
            (|t| t.result.line_no = None, "result.lineNo"),
            (|t| t.result.card_no = String::new(), "result.cardNo"),
            (|t| t.result.serial_no = Some("卡号".into()), "result"),
            (|t| t.result.made_words.clear(), "result.madeWords"),
            (
                |t| t.result.failed_words.push("成功".into()),
                "result.failedWords",
            ),
        ];
        for (change, field) in cases {
            let mut content = sample();
            change(&mut content);
            let found = content.problems();
            assert_eq!(found.len(), 1, "{field}: {found:?}");
            assert_eq!(found[0].code, Code::TemplateInvalid);
            assert_eq!(found[0].field.as_deref(), Some(field));
        }
    }
}
