//! Templates that people fill in.

use ekatong_core::import::table::{Entry, Template, TemplateColumn};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationRule, DocProperties, ExcelDateTime, Format, FormatAlign,
    FormatBorder, Formula, Note, Workbook, Worksheet, XlsxError,
};

/// Longest title of a validation message, in characters (Excel's own limit).
const TITLE: usize = 32;
/// Longest validation message, and longest list that can stand in the
/// validation itself.
const MESSAGE: usize = 255;
/// Sheet that holds longer lists; hidden.
const LISTS: &str = "选项";
/// Number of the built-in format that keeps text as it is typed (`@`).
pub(crate) const TEXT: u8 = 49;
/// Paper size number of A4.
const A4: u8 = 9;

/// Bytes of a template; the same template gives the same bytes.
pub(crate) fn write(template: &Template) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&properties()?);
    let mut lists = Vec::new();
    let sheet = book.add_worksheet().set_name(&template.sheet)?;
    columns(sheet, template, &mut lists)?;
    print_setup(sheet, 0)?;
    sheet.set_freeze_panes(1, 0)?;
    notes(
        book.add_worksheet().set_name(&template.notes_sheet)?,
        template,
    )?;
    if !lists.is_empty() {
        let sheet = book.add_worksheet().set_name(LISTS)?;
        for (column, words) in (0..).zip(lists) {
            for (row, word) in (0..).zip(words) {
                sheet.write_string(row, column, word)?;
            }
        }
        sheet.set_hidden(true);
    }
    book.save_to_buffer()
}

/// Properties with a fixed date, so that bytes do not depend on the clock.
pub(crate) fn properties() -> Result<DocProperties, XlsxError> {
    let created = ExcelDateTime::from_ymd(2026, 1, 1)?;
    Ok(DocProperties::new()
        .set_author("ekatong")
        .set_creation_datetime(&created))
}

/// Heading cells of templates and tables.
pub(crate) fn heading() -> Format {
    Format::new()
        .set_bold()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap()
        .set_border(FormatBorder::Thin)
        .set_background_color(Color::RGB(0xE7_ECF3))
}

/// Landscape A4, one page wide, the rows up to the heading on every page.
pub(crate) fn print_setup(sheet: &mut Worksheet, heading_row: u32) -> Result<(), XlsxError> {
    sheet
        .set_landscape()
        .set_paper_size(A4)
        .set_print_fit_to_pages(1, 0)
        .set_footer("&C第 &P 页，共 &N 页")
        .set_repeat_rows(0, heading_row)?;
    Ok(())
}

fn columns<'a>(
    sheet: &mut Worksheet,
    template: &'a Template,
    lists: &mut Vec<&'a [String]>,
) -> Result<(), XlsxError> {
    let optional = heading();
    let required = heading().set_background_color(Color::RGB(0xFC_E4D6));
    // The format of whole columns: cells that do not exist yet have it too, at
    // no cost, and rows added below the validated ones keep their digits.
    let text = Format::new().set_num_format_index(TEXT);
    for (number, column) in (0_u16..).zip(&template.columns) {
        sheet.set_column_width(number, column.width)?;
        if column.entry == Entry::Text {
            sheet.set_column_format(number, &text)?;
        }
        let format = if column.heading.ends_with(['*', '＊']) {
            &required
        } else {
            &optional
        };
        sheet.write_string_with_format(0, number, &column.heading, format)?;
        if !column.note.is_empty() {
            sheet.insert_note(0, number, &note(&column.note))?;
        }
        if let Some(rule) = validation(column, lists)?
            && template.rows > 0
        {
            sheet.add_data_validation(1, number, template.rows, number, &rule)?;
        }
    }
    sheet.set_row_height(0, 24)?;
    Ok(())
}

/// A note large enough for its text: about 18 Chinese characters a line.
pub(crate) fn note(text: &str) -> Note {
    let lines: u32 = text
        .lines()
        .map(|line| {
            u32::try_from(line.chars().count())
                .unwrap_or(u32::MAX)
                .div_ceil(18)
                .max(1)
        })
        .fold(0, u32::saturating_add);
    Note::new(text)
        .set_author("ekatong")
        .add_author_prefix(false)
        .set_width(260)
        .set_height(lines.clamp(2, 20) * 20 + 16)
}

fn validation<'a>(
    column: &'a TemplateColumn,
    lists: &mut Vec<&'a [String]>,
) -> Result<Option<DataValidation>, XlsxError> {
    let (rule, error) = match &column.entry {
        Entry::General | Entry::Text => return Ok(None),
        Entry::Whole { min, max } => (
            DataValidation::new().allow_whole_number(DataValidationRule::Between(*min, *max)),
            format!("请填 {min} 到 {max} 的整数"),
        ),
        Entry::OneOf(words) => {
            let shown = words.iter().map(String::as_str).collect::<Vec<_>>();
            let joined = shown.join(",");
            let rule = DataValidation::new();
            // A comma parts the words of a list, so a word must not hold one.
            let rule =
                if joined.chars().count() <= MESSAGE && !words.iter().any(|w| w.contains(',')) {
                    rule.allow_list_strings(&shown)?
                } else {
                    lists.push(words);
                    let letter = letter(lists.len());
                    let range = format!("={LISTS}!${letter}$1:${letter}${}", words.len());
                    rule.allow_list_formula(Formula::new(range))
                };
            (rule, format!("请从列表中选择：{}", shown.join("、")))
        }
    };
    let title = column.heading.trim_end_matches(['*', '＊']);
    let rule = rule
        .set_error_title(cut(&format!("{title}填写有误"), TITLE))?
        .set_error_message(cut(&error, MESSAGE))?
        .set_input_title(cut(title, TITLE))?;
    let rule = if column.note.is_empty() {
        rule.set_input_message(cut(&error, MESSAGE))?
    } else {
        rule.set_input_message(cut(&column.note, MESSAGE))?
    };
    Ok(Some(rule))
}

/// Letters of the column with this number, from 1.
fn letter(number: usize) -> String {
    let mut letters = String::new();
    let mut left = number;
    while left > 0 {
        let digit = u8::try_from((left - 1) % 26).unwrap_or(0);
        letters.insert(0, char::from(b'A' + digit));
        left = (left - 1) / 26;
    }
    letters
}

/// At most `most` characters, the last one an ellipsis when some were cut.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

fn notes(sheet: &mut Worksheet, template: &Template) -> Result<(), XlsxError> {
    let title = Format::new()
        .set_bold()
        .set_font_size(12)
        .set_align(FormatAlign::VerticalCenter);
    let line = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.set_column_width(0, 100)?;
    let mut row = 0;
    for (heading, lines) in &template.notes {
        if row > 0 {
            row += 1;
        }
        sheet.write_string_with_format(row, 0, heading, &title)?;
        row += 1;
        for text in lines {
            sheet.write_string_with_format(row, 0, text, &line)?;
            row += 1;
        }
    }
    sheet
        .set_paper_size(A4)
        .set_print_fit_to_pages(1, 0)
        .set_footer("&C第 &P 页，共 &N 页");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{cut, letter};

    #[test]
    fn letters_are_those_of_excel() {
        for (number, letters) in [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")] {
            assert_eq!(letter(number), letters);
        }
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(cut("年级", 3), "年级");
        assert_eq!(cut("年级班级", 3), "年级…");
    }
}
