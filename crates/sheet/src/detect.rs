//! What a file is: its content decides, and its extension must not contradict it.
//!
//! To read another container: give its extension an arm in [`check`] and let
//! [`crate::Sheets`] open it.

use std::io::Cursor;

use ekatong_core::import::cells::{Container, FileLimits};
use memchr::memmem;
use zip::ZipArchive;

use crate::fault::{self, Fault};

/// First bytes of an OLE compound file: .xls, .et, and encrypted .xlsx.
const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Central directory headers a workbook never comes near to. A forged archive
/// could hold a million of them, and the directory is read as a whole.
const MANY_ENTRIES: usize = 20_000;

/// What the bytes are, whatever the name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Xlsx,
    Xlsm,
    Xlsb,
    Ods,
    OtherZip,
    BrokenZip,
    EncryptedOle,
    Xls,
    OtherOle,
    BrokenOle,
    Pdf,
    Html,
    Xml,
    Rtf,
    Text,
    Unknown,
}

impl Content {
    /// What people call it.
    const fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "Excel 工作簿（.xlsx）",
            Self::Xlsm => "带宏的 Excel 工作簿（.xlsm）",
            Self::Xlsb => "二进制工作簿（.xlsb）",
            Self::Ods => "OpenDocument 表格（.ods）",
            Self::OtherZip | Self::BrokenZip => "压缩包或其他文档",
            Self::EncryptedOle => "加密的工作簿",
            Self::Xls => "旧版 Excel 97-2003 工作簿（.xls）",
            Self::OtherOle | Self::BrokenOle => "旧版 Office 文档",
            Self::Pdf => "PDF 文档",
            Self::Html => "网页（HTML）",
            Self::Xml => "XML 文档",
            Self::Rtf => "RTF 文档",
            Self::Text => "文本（如 .csv）",
            Self::Unknown => "无法识别的文件",
        }
    }
}

/// What the file is opened as; refuses what is none of the containers that are read.
///
/// # Errors
/// `file.damaged`, `file.too_large`, `file.kind`, `file.encrypted`.
pub(crate) fn check(bytes: &[u8], file_name: &str, limits: FileLimits) -> Result<Container, Fault> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > limits.packed {
        return Err(fault::packed(size, limits.packed));
    }
    let extension = extension(file_name);
    let expected = match extension.as_str() {
        "xlsx" => Content::Xlsx,
        "xlsm" => Content::Xlsm,
        "xls" => Content::Xls,
        "csv" => Content::Text,
        "xlsb" => return Err(fault::kind("不支持二进制工作簿（.xlsb）")),
        "ods" => return Err(fault::kind("不支持 OpenDocument 表格（.ods）")),
        "et" => return Err(fault::kind("不支持 WPS 的 .et 表格")),
        "txt" => return Err(fault::kind("不支持文本文件（.txt）")),
        "pdf" => return Err(fault::kind("不支持 PDF 文档（.pdf）")),
        "" => return Err(fault::kind("文件名没有扩展名")),
        // The extension is the person's own text: it is not repeated at length.
        other if other.chars().count() <= 8 => {
            return Err(fault::kind(&format!("不支持 .{other} 文件")));
        }
        _ => return Err(fault::kind("不支持这种文件")),
    };
    if bytes.is_empty() {
        return Err(fault::damaged("文件是空的"));
    }
    let content = content(bytes);
    if content == Content::EncryptedOle {
        return Err(fault::encrypted());
    }
    if content == Content::BrokenZip && matches!(expected, Content::Xlsx | Content::Xlsm) {
        return Err(fault::damaged("压缩结构不完整"));
    }
    if content == Content::BrokenOle && expected == Content::Xls {
        return Err(fault::damaged("文件结构不完整"));
    }
    match (expected, content) {
        // An .xlsm need not hold macros.
        (Content::Xlsx, Content::Xlsx) | (Content::Xlsm, Content::Xlsx | Content::Xlsm) => {
            Ok(Container::Xlsx)
        }
        (Content::Xls, Content::Xls) => Ok(Container::Xls),
        // What has no mark of its own may still be text, in some encoding; its
        // reader looks at all of it and says what is wrong.
        (Content::Text, Content::Text | Content::Unknown) => Ok(Container::Csv),
        (_, _) => Err(fault::kind(&format!(
            "扩展名是 .{extension}，内容却是：{}",
            content.name()
        ))),
    }
}

/// The extension in lower case; empty when the name has none.
pub(crate) fn extension(file_name: &str) -> String {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.rsplit_once('.')
        .map(|(_, extension)| extension.trim().to_lowercase())
        .unwrap_or_default()
}

fn content(bytes: &[u8]) -> Content {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zip_content(bytes);
    }
    if bytes.starts_with(OLE) {
        return ole_content(bytes);
    }
    let start = start_of_text(bytes);
    if start.starts_with("%PDF-") {
        Content::Pdf
    } else if start.starts_with("{\\rtf") {
        Content::Rtf
    } else if is_html(&start) {
        Content::Html
    } else if start.starts_with("<?xml") {
        Content::Xml
    } else if is_text(bytes) {
        Content::Text
    } else {
        Content::Unknown
    }
}

/// The first characters in lower case, without a byte order mark and blanks.
fn start_of_text(bytes: &[u8]) -> String {
    let head = bytes.get(..1024).unwrap_or(bytes);
    let head = match head {
        // UTF-16: dropping the zero bytes is enough to know tags by.
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
            head.iter().skip(2).copied().filter(|b| *b != 0).collect()
        }
        _ => head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).to_vec(),
    };
    let text = String::from_utf8_lossy(&head);
    let lower = text.trim_start().to_ascii_lowercase();
    // PDF is the one format here whose mark is in capitals.
    match lower.strip_prefix("%pdf-") {
        Some(rest) => format!("%PDF-{rest}"),
        None => lower,
    }
}

fn is_html(start: &str) -> bool {
    [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<table",
        "<meta",
        "<style",
    ]
    .iter()
    .any(|tag| start.starts_with(tag))
        || start.contains("<html")
        || start.contains("schemas-microsoft-com:office:excel\"") && start.contains("<table")
}

/// Text has no control characters but blanks; UTF-16 shows by its mark.
fn is_text(bytes: &[u8]) -> bool {
    let head = bytes.get(..4096).unwrap_or(bytes);
    matches!(head, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..])
        || head
            .iter()
            .all(|b| *b >= 0x20 || matches!(b, b'\t' | b'\r' | b'\n'))
}

fn ole_content(bytes: &[u8]) -> Content {
    // Names of streams stand in the directory as UTF-16; which of them exist is
    // all that is asked, so the sector chains need not be followed.
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memmem::find(bytes, &wide).is_some()
    };
    if has("EncryptedPackage") {
        Content::EncryptedOle
    } else if has("Workbook") || has("Book") {
        Content::Xls
    } else if has("WordDocument") || has("PowerPoint Document") {
        Content::OtherOle
    } else {
        Content::BrokenOle
    }
}

fn zip_content(bytes: &[u8]) -> Content {
    if memmem::find_iter(bytes, b"PK\x01\x02")
        .take(MANY_ENTRIES)
        .count()
        == MANY_ENTRIES
    {
        return Content::OtherZip;
    }
    let Ok(archive) = ZipArchive::new(Cursor::new(bytes)) else {
        return Content::BrokenZip;
    };
    let mut content = Content::OtherZip;
    for name in archive.file_names().flatten() {
        let name = name.replace('\\', "/").to_ascii_lowercase();
        match name.trim_start_matches('/') {
            "xl/workbook.bin" => return Content::Xlsb,
            "xl/vbaproject.bin" => return Content::Xlsm,
            "content.xml" => return Content::Ods,
            "xl/workbook.xml" => content = Content::Xlsx,
            // The workbook may stand elsewhere; only its relationships tell.
            "_rels/.rels" if content == Content::OtherZip => content = Content::Xlsx,
            other if other.starts_with("word/") || other.starts_with("ppt/") => {
                return Content::OtherZip;
            }
            _ => {}
        }
    }
    content
}
