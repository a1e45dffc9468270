//! Text as .xlsx stores it.

use std::borrow::Cow;

/// Resolves `_x000D_` and the like, which stand for UTF-16 units that XML
/// cannot hold; `_x005F_` stands for the underscore of a literal `_x000D_`.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find("_x") else {
        return Cow::Borrowed(text);
    };
    let (head, mut rest) = text.split_at(first);
    let mut out = String::with_capacity(text.len());
    out.push_str(head);
    while !rest.is_empty() {
        if let Some((unit, after)) = unit(rest) {
            rest = after;
            if let Some(c) = char::from_u32(u32::from(unit)) {
                out.push(c);
                continue;
            }
            // A character outside the first plane is a pair of escapes.
            let low = self::unit(rest);
            let pair = low.and_then(|(low, after)| {
                let mut decoded = char::decode_utf16([unit, low]);
                Some((decoded.next()?.ok()?, after))
            });
            match pair {
                Some((c, after)) => {
                    out.push(c);
                    rest = after;
                }
                None => out.push(char::REPLACEMENT_CHARACTER),
            }
            continue;
        }
        // No escape here: copy up to where the next one may begin.
        let step = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == '_')
            .map_or(rest.len(), |(at, _)| at);
        let (plain, after) = rest.split_at(step);
        out.push_str(plain);
        rest = after;
    }
    Cow::Owned(out)
}

/// The unit of an escape at the start of the text, and what follows it.
fn unit(text: &str) -> Option<(u16, &str)> {
    let digits = text.strip_prefix("_x")?.get(..4)?;
    let rest = text.get(6..)?.strip_prefix('_')?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    Some((u16::from_str_radix(digits, 16).ok()?, rest))
}

/// The text as it is stored: what XML cannot hold as an escape, and the
/// underscore of what would be read as one too.
pub(crate) fn stored(text: &str) -> Cow<'_, str> {
    let escaped = |at: usize, c: char| match c {
        '_' => text.get(at..).is_some_and(|rest| unit(rest).is_some()),
        '\t' | '\n' => false,
        c => c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}'),
    };
    if !text.char_indices().any(|(at, c)| escaped(at, c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        if escaped(at, c) {
            out.push_str(&format!("_x{:04X}_", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// A cell reference such as `C7` as (column, row), both from 0.
pub(crate) fn reference(text: &str) -> Option<(u32, u32)> {
    let mut column = 0_u32;
    let mut row = 0_u32;
    let mut digits = false;
    for b in text.bytes().filter(|b| *b != b'$') {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' if !digits => {
                column = column * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1;
                if column > COLUMNS {
                    return None;
                }
            }
            b'0'..=b'9' => {
                digits = true;
                row = row * 10 + u32::from(b - b'0');
                if row > ROWS {
                    return None;
                }
            }
            _ => return None,
        }
    }
    Some((column.checked_sub(1)?, row.checked_sub(1)?))
}

/// Columns of a sheet.
pub(crate) const COLUMNS: u32 = 16_384;
/// Rows of a sheet.
pub(crate) const ROWS: u32 = 1_048_576;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved() {
        for (stored, shown) in [
            ("张三", "张三"),
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xD842__xDFB7_", "𠮷"),
            ("_xD842_x", "\u{FFFD}x"),
            ("_x00G0_", "_x00G0_"),
            ("_x", "_x"),
            ("学_x号_x0041_", "学_x号A"),
            ("__x0041_", "_A"),
        ] {
            assert_eq!(unescape(stored), shown, "{stored}");
        }
    }

    #[test]
    fn what_is_stored_is_read_again() {
        for text in [
            "张三",
            "a\rb",
            "_x000D_",
            "__x0041_",
            "\u{1}\u{FFFF}",
            "a\nb\t_x",
            "",
        ] {
            let stored = stored(text);
            assert!(!stored.contains(['\r', '\u{1}', '\u{FFFF}']));
            assert_eq!(unescape(&stored), text);
        }
    }

    #[test]
    fn references_are_read() {
        for (text, place) in [
            ("A1", Some((0, 0))),
            ("$C$7", Some((2, 6))),
            ("XFD1048576", Some((16_383, 1_048_575))),
            ("XFE1", None),
            ("A1048577", None),
            ("A0", None),
            ("A", None),
            ("1", None),
            ("A1A", None),
            ("", None),
            ("ZZZZZZZZZZZZZZ1", None),
        ] {
            assert_eq!(reference(text), place, "{text}");
        }
    }
}
