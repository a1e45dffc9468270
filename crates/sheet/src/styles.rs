//! Which cell styles show a number as a date or time.

use std::collections::HashMap;

use crate::fault::Fault;
use crate::package::{Node, Xml, attributes, local, unescaped};

/// For each cell style: true when it shows dates or times.
#[derive(Default)]
pub(crate) struct Styles {
    dates: Vec<bool>,
}

impl Styles {
    /// # Errors
    /// `file.damaged`, `file.unsafe`, `file.too_large`.
    pub(crate) fn read(xml: &mut Xml<'_>) -> Result<Self, Fault> {
        let mut custom: HashMap<u32, bool> = HashMap::new();
        let mut dates = Vec::new();
        // Differential formats hold `numFmt` too, and named styles hold `xf`:
        // only those inside their own lists count.
        let mut list = String::new();
        let mut depth = 0_u32;
        loop {
            match xml.next()? {
                Node::Open(tag) => {
                    depth = depth.saturating_add(1);
                    let name = local(&tag);
                    if depth == 2 {
                        name.clone_into(&mut list);
                    }
                    let number = |key| {
                        attributes(&tag)
                            .find(|a| a.0 == key)?
                            .1
                            .trim()
                            .parse::<u32>()
                            .ok()
                    };
                    match (list.as_str(), name) {
                        ("numFmts", "numFmt") => {
                            let code = attributes(&tag).find(|a| a.0 == "formatCode");
                            if let (Some(id), Some((_, code))) = (number("numFmtId"), code) {
                                custom.insert(id, shows_date(&unescaped(code)));
                            }
                        }
                        ("cellXfs", "xf") if depth == 3 => {
                            let id = number("numFmtId").unwrap_or(0);
                            let date = custom
                                .get(&id)
                                .copied()
                                .unwrap_or_else(|| built_in_date(id));
                            dates.push(date);
                        }
                        _ => {}
                    }
                }
                Node::Close => depth = depth.saturating_sub(1),
                Node::Text(_) | Node::Other => {}
                Node::End if depth > 0 => return Err(xml.damaged()),
                Node::End => return Ok(Self { dates }),
            }
        }
    }

    /// True when cells of this style show dates or times.
    pub(crate) fn is_date(&self, style: usize) -> bool {
        self.dates.get(style).copied().unwrap_or(false)
    }
}

/// Built-in formats (ECMA-376 part 1, 18.8.30), with those that Chinese and
/// Japanese Excel adds: 27–36 and 50–58.
pub(crate) const fn built_in_date(id: u32) -> bool {
    matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// True when a format code shows a date or time: a day, month, year, hour,
/// minute or second outside quotes, escapes and brackets, or an elapsed time
/// such as `[h]`. Only the first section, the one of positive numbers, counts.
pub(crate) fn shows_date(code: &str) -> bool {
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                chars.by_ref().find(|c| *c == '"');
            }
            '\\' | '_' | '*' => {
                chars.next();
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                let elapsed = inside.to_ascii_lowercase();
                if !elapsed.is_empty()
                    && ["h", "m", "s"]
                        .iter()
                        .any(|u| elapsed.replace(u, "").is_empty())
                {
                    return true;
                }
            }
            ';' => return false,
            // `General` holds an e, which is also the year of an era.
            'G' | 'g' if chars.as_str().to_ascii_lowercase().starts_with("eneral") => {
                chars.by_ref().take(6).for_each(drop);
            }
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' | 'S' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::shows_date;

    #[test]
    fn format_codes_are_told_apart() {
        for (code, date) in [
            ("yyyy-mm-dd", true),
            ("yyyy\"年\"m\"月\"d\"日\"", true),
            ("[$-804]yyyy\"年\"m\"月\";@", true),
            ("[h]:mm:ss", true),
            ("[ss]", true),
            ("h:mm AM/PM", true),
            ("General", false),
            ("General\"岁\"", false),
            ("@", false),
            ("0.00_);[Red](0.00)", false),
            ("0\"days\"", false),
            ("\\d0", false),
            ("#,##0 [$kr-41D]", false),
            ("0;[Red]d", false),
            ("0.00E+00", false),
            ("\"unclosed", false),
            ("[", false),
        ] {
            assert_eq!(shows_date(code), date, "{code}");
        }
    }
}
