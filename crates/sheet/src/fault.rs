//! The problems of files, with the words people are told.

use ekatong_core::error::{Code, Problem};

/// Why a file is not read. Boxed: a problem is large, and every step through
/// a part may return one.
pub(crate) type Fault = Box<Problem>;

/// What to do with every file that is not read.
const SAVE_AS: &str = "请另存为 .xlsx 后再导入";

/// A file of another kind than the ones that are read; `what` names it.
pub(crate) fn kind(what: &str) -> Fault {
    Box::new(Problem::new(Code::FileKind).message(format!("{what}，{SAVE_AS}")))
}

/// A part of the file that cannot be read; `what` names it.
pub(crate) fn damaged(what: &str) -> Fault {
    Box::new(Problem::new(Code::FileDamaged).message(format!(
        "文件已损坏（{what}），请用 Excel 或 WPS 打开检查，另存为 .xlsx 后再导入"
    )))
}

/// Bytes that belong to none of the encodings a .csv may have.
pub(crate) fn encoding() -> Fault {
    Box::new(Problem::new(Code::FileDamaged).message(
        "文件的文字编码既不是 UTF-8，也不是 GB18030，请用 Excel 或 WPS 打开检查，另存为 .xlsx 后再导入",
    ))
}

/// A NUL, which no text holds.
pub(crate) fn nul() -> Fault {
    Box::new(Problem::new(Code::FileDamaged).message(
        "文件中有空字符（NUL），不是正常的 .csv 文本，请用 Excel 或 WPS 打开检查，另存为 .xlsx 后再导入",
    ))
}

/// A password is needed to open the file.
pub(crate) fn encrypted() -> Fault {
    Box::new(Problem::new(Code::FileEncrypted).message("文件设有打开密码，请去掉密码后再导入"))
}

/// A document type or entity declaration.
pub(crate) fn declaration() -> Fault {
    Box::new(Problem::new(Code::FileUnsafe).message(
        "文件内含 DTD 或实体声明，不予读取；请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入",
    ))
}

/// The file itself is over its limit.
pub(crate) fn packed(bytes: u64, limit: u64) -> Fault {
    Box::new(Problem::new(Code::FileTooLarge).message(format!(
        "文件大小 {}，超过上限 {}，请分成几个文件导入",
        megabytes(bytes),
        megabytes(limit)
    )))
}

/// The file's parts are over their limit. Reading stops there, so `bytes` is
/// how much was seen, not how much there is.
pub(crate) fn unpacked(bytes: u64, limit: u64) -> Fault {
    Box::new(Problem::new(Code::FileTooLarge).message(format!(
        "文件展开后至少 {}，超过上限 {}，请删去多余的内容或分成几个文件导入",
        megabytes(bytes),
        megabytes(limit)
    )))
}

/// Megabytes of 10^6, one decimal, rounded up: a file just over its limit must
/// not be shown as being equal to it.
fn megabytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    if tenths.is_multiple_of(10) {
        format!("{} MB", tenths / 10)
    } else {
        format!("{}.{} MB", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::megabytes;

    #[test]
    fn sizes_are_rounded_up() {
        for (bytes, text) in [
            (10_000_000, "10 MB"),
            (10_000_001, "10.1 MB"),
            (64_050_000, "64.1 MB"),
            (0, "0 MB"),
        ] {
            assert_eq!(megabytes(bytes), text);
        }
    }
}
