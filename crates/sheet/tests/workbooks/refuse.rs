//! Files that are refused, and with which words.

use std::io::{Cursor, Read, Write};

use crate::common::{fixture, open, patched, rows};
use ekatong_core::error::{Code, OpError, Problem};
use ekatong_core::import::cells::{CellValue, FileLimits};
use ekatong_core::import::table::Workbooks;
use ekatong_sheet::Sheets;
use zip::ZipWriter;

fn only(error: &OpError) -> &Problem {
    let [problem] = error.problems() else {
        panic!("one problem expected: {error}");
    };
    problem
}

/// The problem of opening the file or reading its first sheet.
fn refused(bytes: Vec<u8>, name: &str) -> Problem {
    let error = match open(bytes, name) {
        Ok(mut book) => match rows(book.as_mut(), 0) {
            Ok(_) => panic!("{name} was read"),
            Err(error) => error,
        },
        Err(error) => error,
    };
    only(&error).clone()
}

/// A committed .xls with the records of its workbook changed.
fn changed_stream(name: &str, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut file = cfb::CompoundFile::open(Cursor::new(fixture(name))).unwrap();
    let mut records = Vec::new();
    file.open_stream("/Workbook")
        .unwrap()
        .read_to_end(&mut records)
        .unwrap();
    change(&mut records);
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream("/Workbook")
        .unwrap()
        .write_all(&records)
        .unwrap();
    file.into_inner().into_inner()
}

/// A record of an .xls.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
}

/// An .xls whose only sheet has these records between its begin and end.
fn sheet_of(records: &[Vec<u8>], strings: &[Vec<u8>]) -> Vec<u8> {
    let begin = |sort: u8| record(0x0809, &[0, 6, sort, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0]);
    let end = record(0x000A, &[]);
    let sheet = |start: usize| {
        let start = u32::try_from(start).unwrap().to_le_bytes();
        record(0x0085, &[&start[..], &[0, 0, 1, 0, b'S']].concat())
    };
    let strings = strings.concat();
    let start = begin(5).len() + sheet(0).len() + strings.len() + end.len();
    let stream = [
        begin(5),
        sheet(start),
        strings,
        end.clone(),
        begin(0x10),
        records.concat(),
        end,
    ]
    .concat();
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream("/Workbook")
        .unwrap()
        .write_all(&stream)
        .unwrap();
    file.into_inner().into_inner()
}

#[test]
fn forged_records_are_damage_or_cost_nothing() {
    let cell = |row: u16, column: u16| {
        let place = [row.to_le_bytes(), column.to_le_bytes()].concat();
        record(0x027E, &[&place[..], &[0, 0, 0x1E, 0, 0, 0]].concat())
    };
    let mul = |first: u16, last: u16, cells: usize| {
        let place = [0_u16.to_le_bytes(), first.to_le_bytes()].concat();
        record(
            0x00BD,
            &[&place[..], &vec![0; cells * 6], &last.to_le_bytes()].concat(),
        )
    };
    for (what, records) in [
        ("column beyond the last", vec![cell(0, 256)]),
        ("too few numbers", vec![mul(0, 200, 2)]),
        ("wrong order", vec![mul(9, 2, 2)]),
        ("short record", vec![record(0x0203, &[0; 9])]),
        ("string that is not there", vec![record(0x00FD, &[0; 10])]),
        (
            "text that is cut off",
            vec![record(0x0204, &[0, 0, 0, 0, 0, 0, 9, 0, 0, b'a'])],
        ),
    ] {
        let problem = refused(sheet_of(&records, &[]), "a.xls");
        assert_eq!(problem.code, Code::FileDamaged, "{what}");
    }
    // Dimensions of all rows and columns, cells in all corners, out of order
    // and twice, and a merged range over everything.
    let records = [
        record(
            0x0200,
            &[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0, 0],
        ),
        cell(65535, 255),
        cell(0, 255),
        cell(0, 0),
        cell(0, 0),
        mul(3, 5, 3),
        record(0x00E5, &[1, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]),
    ];
    let mut book = open(sheet_of(&records, &[]), "a.xls").unwrap();
    let (rows, _) = rows(book.as_mut(), 0).unwrap();
    let places: Vec<_> = rows
        .iter()
        .map(|r| (r.row, r.cells.iter().map(|c| c.column).collect::<Vec<_>>()))
        .collect();
    assert_eq!(places, [(1, vec![0, 3, 4, 5, 255]), (65536, vec![255])]);
    assert!(rows.iter().all(|r| r.cells.iter().all(|c| c.merged)));
}

#[test]
fn old_formulas_tell_whether_they_were_computed() {
    let formula = |column: u8, result: [u8; 8], flags: u8| {
        let head = [0, 0, column, 0, 0, 0];
        record(
            6,
            &[&head[..], &result, &[flags, 0, 0, 0, 0, 0, 0, 0]].concat(),
        )
    };
    let marked = |kind, value| [kind, 0, value, 0, 0, 0, 0xFF, 0xFF];
    let records = [
        formula(0, 2.5_f64.to_le_bytes(), 3),
        formula(1, [0; 8], 0),
        formula(2, [0; 8], 3),
        formula(3, marked(3, 0), 0),
        formula(4, marked(3, 0), 3),
        formula(5, marked(0, 0), 0),
        record(0x04BC, &[0; 8]),
        record(0x0207, &[3, 0, 0, b'a']),
        record(0x003C, &[1, b'b', 0, 0x09, 0x67]),
        formula(6, marked(0, 0), 0),
        formula(7, marked(1, 1), 0),
        formula(8, marked(2, 7), 0),
    ];
    let mut book = open(sheet_of(&records, &[]), "a.xls").unwrap();
    let (rows, _) = rows(book.as_mut(), 0).unwrap();
    let values: Vec<_> = rows[0]
        .cells
        .iter()
        .map(|c| (c.column, c.value.clone()))
        .collect();
    assert_eq!(
        values,
        [
            (0, CellValue::Number(2.5)),
            (1, CellValue::Number(0.0)),
            (2, CellValue::FormulaWithoutValue),
            (4, CellValue::FormulaWithoutValue),
            (5, CellValue::Text("ab有".into())),
            (6, CellValue::FormulaWithoutValue),
            (7, CellValue::Bool(true)),
            (8, CellValue::Error("#DIV/0!".into())),
        ]
    );
    assert!(rows[0].cells.iter().all(|c| c.formula));
}

#[test]
fn old_cells_that_repeat_one_long_text_are_stopped() {
    let text = [&[1, 0, 0, 0, 1, 0, 0, 0, 0x20, 0x1F, 0][..], &[b'a'; 7968]].concat();
    let cells: Vec<_> = (0..20_000_u16)
        .map(|n| {
            let place = [(n / 250).to_le_bytes(), (n % 250).to_le_bytes()].concat();
            record(0x00FD, &[&place[..], &[0; 6]].concat())
        })
        .collect();
    let problem = refused(sheet_of(&cells, &[record(0x00FC, &text)]), "a.xls");
    assert_eq!(problem.code, Code::FileTooLarge);
}

#[test]
fn csv_that_is_no_text_is_told() {
    for (bytes, says) in [
        (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0".to_vec(), "空字符"),
        (b"a,b\r\n1\0,2".to_vec(), "空字符"),
        (b"a,\xFF\xFF\r\n".to_vec(), "编码"),
        (Vec::new(), "空的"),
    ] {
        let problem = refused(bytes, "a.csv");
        assert_eq!(problem.code, Code::FileDamaged);
        assert!(problem.message.contains(says), "{}", problem.message);
    }
}

#[test]
fn other_kinds_are_named_with_what_to_do() {
    let ods = fixture("libreoffice.ods");
    let xls = fixture("libreoffice.xls");
    let xlsx = fixture("openpyxl.xlsx");
    let xlsm = fixture("macro.xlsm");
    let html = b"<html><body><table><tr><td>1</td></tr></table></body></html>".to_vec();
    let csv = "姓名,年级\r\n张三,7\r\n".as_bytes().to_vec();
    let pdf = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let empty_zip = ZipWriter::new(Cursor::new(Vec::new()))
        .finish()
        .unwrap()
        .into_inner();
    for (bytes, name, says) in [
        (&fixture("excel95.xls"), "a.xls", "Excel 5.0/95"),
        (&csv, "a.xls", "扩展名是 .xls，内容却是：文本（如 .csv）"),
        (
            &xls,
            "a.csv",
            "扩展名是 .csv，内容却是：旧版 Excel 97-2003 工作簿（.xls）",
        ),
        (&html, "a.csv", "网页"),
        (&csv, "a.txt", ".txt"),
        (
            &xls,
            "a.xlsx",
            "扩展名是 .xlsx，内容却是：旧版 Excel 97-2003 工作簿（.xls）",
        ),
        (&xls, "a.et", "WPS 的 .et"),
        (&ods, "a.ods", ".ods"),
        (&ods, "a.xlsx", "OpenDocument"),
        (&xlsx, "a.xlsb", ".xlsb"),
        (
            &xlsx,
            "a.xls",
            "扩展名是 .xls，内容却是：Excel 工作簿（.xlsx）",
        ),
        (
            &xlsx,
            "a.csv",
            "扩展名是 .csv，内容却是：Excel 工作簿（.xlsx）",
        ),
        (&xlsx, "a.txt", ".txt"),
        (&xlsx, "a.doc", ".doc"),
        (&xlsx, "学生名单", "没有扩展名"),
        (&xlsx, "a.exceedingly-long", "不支持这种文件"),
        (&xlsm, "a.xlsx", "带宏的"),
        (&html, "a.xls", "网页"),
        (&html, "a.xlsx", "网页"),
        (&csv, "a.xlsx", "文本（如 .csv）"),
        (&pdf, "a.pdf", ".pdf"),
        (&pdf, "a.XLSX", "PDF"),
        (&empty_zip, "a.xlsx", "压缩包"),
        (&vec![1, 2, 3], "a.xlsx", "无法识别"),
    ] {
        let problem = refused(bytes.clone(), name);
        assert_eq!(problem.code, Code::FileKind, "{name}: {}", problem.message);
        assert!(
            problem.message.contains(says),
            "{name}: {}",
            problem.message
        );
        assert!(
            problem.message.contains("请另存为 .xlsx"),
            "{name}: {}",
            problem.message
        );
    }
}

#[test]
fn an_xlsx_may_be_named_xlsm_and_in_capitals() {
    for name in ["学生.XLSX", "a.b.xlsx", "C:\\导入\\a.xlsx", "a.xlsm"] {
        assert!(open(fixture("openpyxl.xlsx"), name).is_ok(), "{name}");
    }
}

#[test]
fn passwords_are_told() {
    // Both ways of .xls to encrypt, RC4 and the older XOR, begin with this record.
    let with_password = |kind: u16| {
        changed_stream("xlwt.xls", |records| {
            let end_of_bof = 4 + usize::from(records[2]);
            let mut pass = vec![0x2F, 0, 4, 0];
            pass.extend(kind.to_le_bytes());
            pass.extend([0x12, 0x34]);
            records.splice(end_of_bof..end_of_bof, pass);
        })
    };
    for (bytes, name) in [
        (fixture("encrypted.xlsx"), "a.xlsx"),
        (fixture("encrypted.xlsx"), "a.xls"),
        (with_password(0), "a.xls"),
        (with_password(1), "a.xls"),
    ] {
        let problem = refused(bytes, name);
        assert_eq!(problem.code, Code::FileEncrypted, "{name}");
        assert!(problem.message.contains("密码"));
    }
}

#[test]
fn damaged_files_are_told() {
    assert_eq!(refused(Vec::new(), "a.xlsx").code, Code::FileDamaged);
    let whole = fixture("openpyxl.xlsx");
    for part in 1..8 {
        let cut = whole[..whole.len() * part / 8].to_vec();
        assert_eq!(refused(cut, "a.xlsx").code, Code::FileDamaged);
    }
    let whole = fixture("libreoffice.xls");
    for part in 1..8 {
        let cut = whole[..whole.len() * part / 8].to_vec();
        assert_eq!(refused(cut, "a.xls").code, Code::FileDamaged, "{part}");
    }
    let problem = refused(fixture("malformed-sheet.xlsx"), "a.xlsx");
    assert_eq!(problem.code, Code::FileDamaged);
    assert_eq!(problem.place.sheet.as_deref(), Some("新生信息"));
}

#[test]
fn sheets_that_excel_would_refuse_are_damaged() {
    for rows in [
        "<row r='2'><c><v>1</v></c></row><row r='2'><c><v>1</v></c></row>",
        "<row r='2'><c><v>1</v></c></row><row r='1'><c><v>1</v></c></row>",
        "<row r='1048577'><c><v>1</v></c></row>",
        "<row r='0'><c><v>1</v></c></row>",
        "<row r='x'><c><v>1</v></c></row>",
        "<row><c r='B1'><v>1</v></c><c r='A1'><v>1</v></c></row>",
        "<row><c r='XFE1'><v>1</v></c></row>",
        "<row><c t='s'><v>99</v></c></row>",
        "<row><c t='s'><v>-1</v></c></row>",
        "<row><c t='b'><v>maybe</v></c></row>",
        "<row><c t='new'><v>1</v></c></row>",
        "<row><c><v>&other;</v></c></row>",
        "<row><c r=\"1></c></row>",
    ] {
        let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
        let bytes = patched(
            "wps.xlsx",
            &[("xl/worksheets/sheet1.xml", sheet.as_bytes())],
        );
        assert_eq!(refused(bytes, "a.xlsx").code, Code::FileDamaged, "{rows}");
    }
}

#[test]
fn declarations_are_unsafe() {
    for name in ["dtd-sheet.xlsx", "dtd-strings.xlsx"] {
        assert_eq!(
            refused(fixture(name), name).code,
            Code::FileUnsafe,
            "{name}"
        );
    }
    let bomb =
        b"<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><x>&b;</x>";
    for part in [
        "_rels/.rels",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
    ] {
        let problem = refused(patched("wps.xlsx", &[(part, bomb)]), "a.xlsx");
        assert_eq!(problem.code, Code::FileUnsafe, "{part}");
    }
}

#[test]
fn sizes_over_the_limits_are_told_with_both_numbers() {
    let limits = FileLimits {
        rows: 500,
        packed: 1000,
        unpacked: 100_000_000,
    };
    let Err(error) = Sheets.open(fixture("openpyxl.xlsx"), "a.xlsx", limits) else {
        panic!("opened");
    };
    let problem = only(&error);
    assert_eq!(problem.code, Code::FileTooLarge);
    assert!(
        problem.message.contains("超过上限 0.1 MB"),
        "{}",
        problem.message
    );
}

#[test]
fn bombs_are_stopped_at_the_limit() {
    let limits = FileLimits {
        rows: 500,
        packed: 1_000_000,
        unpacked: 1_000_000,
    };
    // 4 MB of blanks between tags pack to a few kB.
    let mut sheet = b"<worksheet><sheetData>".to_vec();
    for _ in 0..40 {
        sheet.extend(std::iter::repeat_n(b' ', 100_000));
        sheet.extend(b"<row/>");
    }
    sheet.extend(b"</sheetData></worksheet>");
    for part in [
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/workbook.xml",
        "_rels/.rels",
    ] {
        let bytes = patched("wps.xlsx", &[(part, &sheet)]);
        assert!(bytes.len() < 100_000);
        let error = match Sheets.open(bytes, "a.xlsx", limits) {
            Ok(mut book) => rows(book.as_mut(), 0).unwrap_err(),
            Err(error) => error,
        };
        let problem = only(&error);
        assert_eq!(
            problem.code,
            Code::FileTooLarge,
            "{part}: {}",
            problem.message
        );
        assert!(
            problem.message.contains("至少 1.1 MB，超过上限 1 MB"),
            "{}",
            problem.message
        );
    }
    // One endless text would have to be held whole.
    let long = vec![b'a'; 3_000_000];
    let problem = refused(
        patched("wps.xlsx", &[("xl/sharedStrings.xml", &long)]),
        "a.xlsx",
    );
    assert_eq!(problem.code, Code::FileDamaged);
}

#[test]
fn sizes_in_headers_are_not_believed() {
    // The central directory says that the sheet unpacks to 16 bytes.
    let mut sheet = b"<worksheet><sheetData>".to_vec();
    for _ in 0..40 {
        sheet.extend(std::iter::repeat_n(b' ', 100_000));
        sheet.extend(b"<row/>");
    }
    let real = u32::try_from(sheet.len()).unwrap().to_le_bytes();
    let mut bytes = patched("wps.xlsx", &[("xl/worksheets/sheet1.xml", &sheet)]);
    while let Some(at) = bytes.windows(4).position(|w| w == real) {
        bytes[at..at + 4].copy_from_slice(&16_u32.to_le_bytes());
    }
    let limits = FileLimits {
        rows: 500,
        packed: 1_000_000,
        unpacked: 1_000_000,
    };
    let error = match Sheets.open(bytes, "a.xlsx", limits) {
        Ok(mut book) => rows(book.as_mut(), 0).unwrap_err(),
        Err(error) => error,
    };
    assert!(
        error.has(Code::FileTooLarge) || error.has(Code::FileDamaged),
        "{error}"
    );
}

#[test]
fn cells_that_repeat_one_long_text_are_stopped() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "长".repeat(300_000));
    let cells = "<row>".to_owned() + &"<c t='s'><v>0</v></c>".repeat(1000) + "</row>";
    let sheet = format!("<worksheet><sheetData>{cells}</sheetData></worksheet>");
    let parts: [(&str, &[u8]); 2] = [
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    assert_eq!(
        refused(patched("wps.xlsx", &parts), "a.xlsx").code,
        Code::FileTooLarge
    );
}

#[test]
fn many_merged_ranges_are_exact_and_quick() {
    // Overlapping ranges, which Excel never writes.
    let merges: String = (0..50_000)
        .map(|n| format!("<mergeCell ref=\"C{}:XFD{}\"/>", n + 1, n + 2))
        .collect();
    let sheet = format!(
        "<worksheet><sheetData><row r='1'><c r='B1'><v>1</v></c><c r='C1'><v>1</v></c></row>\
         <row r='40000'><c r='A40000'><v>1</v></c><c r='Z40000'><v>1</v></c></row>\
         <row r='50002'><c r='C50002'><v>1</v></c></row></sheetData><mergeCells>{merges}</mergeCells></worksheet>"
    );
    let bytes = patched(
        "wps.xlsx",
        &[("xl/worksheets/sheet1.xml", sheet.as_bytes())],
    );
    let mut book = open(bytes, "a.xlsx").unwrap();
    let (rows, _) = rows(book.as_mut(), 0).unwrap();
    let merged: Vec<_> = rows
        .iter()
        .flat_map(|r| r.cells.iter().map(|c| c.merged))
        .collect();
    assert_eq!(merged, [false, true, false, true, false]);
}
