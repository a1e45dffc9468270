//! What stands in a production file: one row an order, by the template's columns, and the
//! name of its photo; and whether the file that came of it holds just that (CARD-4).

use std::collections::HashSet;

use super::Subject;
use super::check::{Fault, Mend};
use super::template::{ProductionColumn, Source, TemplateContent};
use crate::domain::gender::Gender;
use crate::domain::photo::PhotoName;
use crate::error::{Code, OpError, Problem};
use crate::import::cells::{FileLimits, Workbook};
use crate::import::row::Column;
use crate::import::table::{Entry, Table};
use crate::import::{locate_columns, reread};

/// A produced file is larger: what Windows shows as 0 or 1 KB is a file that went wrong.
const SMALLEST: usize = 1024;
/// Width of the columns in characters.
const WIDTH: u16 = 18;

/// How a line of a batch is told outside: `320508-20260901-01-00007`.
#[must_use]
pub fn line_no(batch_no: &str, number: i64) -> String {
    format!("{batch_no}-{number:05}")
}

/// What a package holds of one order.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// Its cells, in the order of the template's columns.
    pub cells: Vec<String>,
    /// Name of its photo's file; none when photos do not go along.
    pub photo: Option<String>,
}

/// The lines of one package, made one after another.
pub struct Lines<'t> {
    template: &'t TemplateContent,
    batch_no: &'t str,
    photos: HashSet<String>,
}

impl<'t> Lines<'t> {
    /// None yet.
    #[must_use]
    pub fn new(template: &'t TemplateContent, batch_no: &'t str) -> Self {
        Self {
            template,
            batch_no,
            photos: HashSet::new(),
        }
    }

    /// The line of an order.
    ///
    /// # Errors
    /// `batch.field_empty`, `batch.code_missing` for each column that has nothing to say;
    /// `batch.photo_name` when its photo can not be told from another's.
    pub fn line(&mut self, subject: &Subject, number: i64) -> Result<Line, Vec<Fault>> {
        let cells = row(self.template, subject, self.batch_no, number);
        let photo = self.photo(subject, number);
        match (cells, photo) {
            (Ok(cells), Ok(photo)) => Ok(Line { cells, photo }),
            (cells, photo) => Err(cells
                .err()
                .into_iter()
                .flatten()
                .chain(photo.err())
                .collect()),
        }
    }

    fn photo(&mut self, subject: &Subject, number: i64) -> Result<Option<String>, Fault> {
        let Some(source) = self.template.photo_names().source() else {
            return Ok(None);
        };
        let stem = value(source, None, subject, self.batch_no, number);
        if stem.is_empty() {
            return Err(Fault {
                problem: Problem::new(Code::BatchFieldEmpty).message(format!(
                    "照片以{}作文件名：{0}未填，请补充，或在模板中换一种文件名。",
                    source.zh()
                )),
                mend: mended(Some(source)),
            });
        }
        let name = format!("{}.JPG", stem.to_ascii_uppercase());
        // The file must bear the number and nothing else, on every system.
        let fits = PhotoName::parse(&name).is_ok_and(|parsed| parsed.as_str() == name);
        let refused = |why: &str| Fault {
            problem: Problem::new(Code::BatchPhotoName).message(format!(
                "这名学生的{}{why}，不能作照片的文件名，请核对，或在模板中换一种文件名。",
                source.zh()
            )),
            mend: Mend::Template,
        };
        // Of our own making; a preview has a word where the batch's number will be.
        if !fits && source != Source::LineNo {
            return Err(refused("中有文件名不能用的字符"));
        }
        if self.photos.insert(name.clone()) {
            Ok(Some(name))
        } else {
            Err(refused("与同批次另一名学生相同"))
        }
    }
}

/// Where an empty value is mended.
const fn mended(source: Option<Source>) -> Mend {
    match source {
        None | Some(Source::OldCard | Source::Fixed) => Mend::Template,
        Some(_) => Mend::Pupil,
    }
}

/// The cells of one order, in the order of the template's columns.
fn row(
    template: &TemplateContent,
    subject: &Subject,
    batch_no: &str,
    number: i64,
) -> Result<Vec<String>, Vec<Fault>> {
    let mut cells = Vec::with_capacity(template.columns.len());
    let mut faults = Vec::new();
    for column in &template.columns {
        match cell(column, subject, batch_no, number) {
            Ok(text) => cells.push(text),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        Ok(cells)
    } else {
        Err(faults)
    }
}

fn cell(
    column: &ProductionColumn,
    subject: &Subject,
    batch_no: &str,
    number: i64,
) -> Result<String, Fault> {
    let source = Source::from_stored(&column.source);
    let text = source.map_or_else(String::new, |source| {
        value(source, column.text.as_ref(), subject, batch_no, number)
    });
    let text = if text.is_empty() || column.codes.is_empty() {
        text
    } else {
        let pair = column.codes.iter().find(|pair| pair.from.trim() == text);
        match pair {
            Some(pair) => pair.to.clone(),
            None => {
                return Err(Fault {
                    // The value may be personal; the column says enough.
                    problem: Problem::new(Code::BatchCodeMissing).message(format!(
                        "“{}”列的代码表中没有这名学生的{}，请在模板中补上。",
                        column.heading,
                        source.map_or("值", Source::zh)
                    )),
                    mend: Mend::Template,
                });
            }
        }
    };
    if text.is_empty() && !column.may_be_empty {
        return Err(Fault {
            problem: Problem::new(Code::BatchFieldEmpty).message(format!(
                "“{}”列没有内容：{}未填，请补充，或在模板中改为可空。",
                column.heading,
                source.map_or("值", Source::zh)
            )),
            mend: mended(source),
        });
    }
    Ok(text)
}

fn value(
    source: Source,
    fixed: Option<&String>,
    subject: &Subject,
    batch_no: &str,
    number: i64,
) -> String {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    match source {
        Source::Sequence => number.to_string(),
        Source::LineNo => line_no(batch_no, number),
        Source::BatchNo => batch_no.to_owned(),
        Source::Name => subject.name.clone(),
        Source::Gender => subject
            .gender
            .as_deref()
            .and_then(Gender::from_stored)
            .map_or_else(String::new, |gender| gender.zh().to_owned()),
        Source::BirthDate => optional(&subject.birth_date),
        Source::PaperKind => subject.paper_kind.zh().to_owned(),
        Source::Paper => subject.paper.clone(),
        Source::Nationality => optional(&subject.nationality),
        Source::StudentNumber => optional(&subject.student_number),
        Source::District => subject.district.clone(),
        Source::DistrictName => subject.district_name.clone(),
        Source::SchoolCode => subject.school_code.clone(),
        Source::SchoolName => subject.school_name.clone(),
        Source::Grade => subject.grade.to_string(),
        Source::ClassNumber => subject.class_number.to_string(),
        Source::OrderKind => subject.kind.zh().to_owned(),
        Source::OldCard => optional(&subject.old_card_no),
        Source::Fixed => fixed.cloned().unwrap_or_default(),
    }
}

/// The table that the rows are written into.
#[must_use]
pub fn table(template: &TemplateContent) -> Table {
    Table {
        sheet: "制卡数据".to_owned(),
        title: String::new(),
        columns: template
            .columns
            .iter()
            .map(|column| (column.heading.clone(), WIDTH))
            .collect(),
    }
}

/// Refuses a file of 0 or 1 KB.
///
/// # Errors
/// `batch.file_small`, naming the file and what to do.
pub fn check_size(name: &str, bytes: &[u8]) -> Result<(), Problem> {
    if bytes.len() > SMALLEST {
        return Ok(());
    }
    Err(Problem::new(Code::BatchFileSmall).message(format!(
        "生成的文件“{name}”只有 {} 字节，不足以交给制卡单位。订单太少时请并入其他批次，或将模板改为工作簿。",
        bytes.len()
    )))
}

/// Reads the produced file back: the same rows, the same cells, none empty that must not be.
///
/// # Errors
/// `batch.file_wrong`; what the workbook gives.
pub fn check_content(
    template: &TemplateContent,
    workbook: &mut dyn Workbook,
    rows: &[Vec<String>],
) -> Result<(), OpError> {
    let columns: Vec<Column<'_>> = template
        .columns
        .iter()
        .map(|column| Column {
            key: "",
            heading: &column.heading,
            required: Some(Code::BatchFieldEmpty),
            old_headings: &[],
            entry: |_| Entry::Text,
            note: "",
            width: WIDTH,
        })
        .collect();
    let located = locate_columns(workbook, &columns)?;
    let limits = FileLimits::for_rows(u32::try_from(rows.len()).unwrap_or(u32::MAX));
    let mut expected = rows.iter();
    let mut wrong = None;
    let mut read = 0_usize;
    let walked = reread(&columns, workbook, &located, limits, &mut |row, _| {
        read += 1;
        let same = expected.next().is_some_and(|cells| *cells == row.texts());
        if !same && wrong.is_none() {
            wrong = Some(row.row);
        }
        Ok(())
    });
    walked?;
    let message = match wrong {
        Some(row) => format!("生成的文件第 {row} 行与订单不一致，没有导出，请联系运维。"),
        None if read != rows.len() => format!(
            "生成的文件有 {read} 行，订单有 {} 张，没有导出，请联系运维。",
            rows.len()
        ),
        None => return Ok(()),
    };
    Err(Problem::new(Code::BatchFileWrong).message(message).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::production::subject;
    use crate::production::template::samples;

    #[test]
    fn a_row_follows_the_columns_and_the_code_tables() {
        let samples = samples();
        let [(_, book), (_, text)] = samples.as_slice() else {
            panic!("two samples");
        };
        let cells = row(book, &subject(), "320508-20260901-01", 7).unwrap();
        assert_eq!(
            cells,
            [
                "7",
                "320508-20260901-01-00007",
                "林知夏",
                "女",
                "护照",
                "E1234567",
                "320508",
                "3132000102",
                "平江中学",
                "7",
                "3",
                "新办",
                ""
            ]
        );
        let cells = row(text, &subject(), "320508-20260901-01", 7).unwrap();
        assert_eq!(
            cells,
            [
                "320508-20260901-01",
                "7",
                "E1234567",
                "06",
                "林知夏",
                "2",
                "320508",
                "3132000102",
                "7",
                "3",
                "1"
            ]
        );
    }

    #[test]
    fn an_empty_field_and_a_missing_code_are_faults_of_the_order() {
        let (_, mut template) = samples().remove(1);
        template.columns[10].codes.remove(0);
        template.columns.push(ProductionColumn {
            heading: "学籍号".to_owned(),
            source: Source::StudentNumber.as_str().to_owned(),
            text: None,
            codes: Vec::new(),
            may_be_empty: false,
        });
        let faults = row(&template, &subject(), "b", 1).unwrap_err();
        let found: Vec<_> = faults.iter().map(|f| (f.problem.code, f.mend)).collect();
        assert_eq!(
            found,
            [
                (Code::BatchCodeMissing, Mend::Template),
                (Code::BatchFieldEmpty, Mend::Pupil)
            ]
        );
        assert!(faults[1].problem.message.contains("学籍号"));
    }

    #[test]
    fn a_photo_is_named_by_what_the_template_says() {
        type Change = fn(&mut Subject);
        type Case = (&'static str, Change, Result<Option<&'static str>, Code>);
        let (_, mut template) = samples().remove(0);
        let keep: Change = |_| {};
        let cases: [Case; 8] = [
            ("none", keep, Ok(None)),
            ("paper", keep, Ok(Some("E1234567.JPG"))),
            ("lineNo", keep, Ok(Some("B-00007.JPG"))),
            (
                "paper",
                |s| s.paper = "11010119900307a".to_owned(),
                Ok(Some("11010119900307A.JPG")),
            ),
            ("studentNumber", keep, Err(Code::BatchFieldEmpty)),
            ("oldCard", keep, Err(Code::BatchFieldEmpty)),
            (
                "oldCard",
                |s| s.old_card_no = Some("2150".to_owned()),
                Ok(Some("2150.JPG")),
            ),
            (
                "paper",
                |s| s.paper = "../A 1".to_owned(),
                Err(Code::BatchPhotoName),
            ),
        ];
        for (photos, change, expected) in cases {
            template.photos = photos.to_owned();
            let mut subject = subject();
            change(&mut subject);
            let line = Lines::new(&template, "b").line(&subject, 7);
            match (line, expected) {
                (Ok(line), Ok(name)) => assert_eq!(line.photo.as_deref(), name),
                (Err(faults), Err(code)) => {
                    let codes: Vec<Code> = faults.iter().map(|f| f.problem.code).collect();
                    assert_eq!(codes, [code], "{photos}");
                    let message = &faults[0].problem.message;
                    assert!(!message.contains(&subject.paper), "{message}");
                }
                (line, expected) => panic!("{photos}: {line:?} is not {expected:?}"),
            }
        }
    }

    #[test]
    fn two_photos_of_one_name_are_a_fault_of_the_second() {
        let (_, template) = samples().remove(0);
        let mut lines = Lines::new(&template, "b");
        assert!(lines.line(&subject(), 1).is_ok());
        let faults = lines.line(&subject(), 2).unwrap_err();
        assert_eq!(faults[0].problem.code, Code::BatchPhotoName);
    }

    #[test]
    fn files_of_0_and_1_kb_are_refused() {
        for (size, fits) in [(0, false), (1024, false), (1025, true)] {
            let checked = check_size("制卡数据.csv", &vec![b'x'; size]);
            assert_eq!(checked.is_ok(), fits, "{size}");
            if let Err(problem) = checked {
                assert_eq!(problem.code, Code::BatchFileSmall);
                assert!(problem.message.contains("制卡数据.csv"));
            }
        }
    }
}
