//! Cell styles with the marks' colours, made from the cells' own.

use std::collections::HashMap;

use ekatong_core::error::Severity;

use super::colour;
use super::part::{Element, Part, attribute, retagged, start};
use crate::fault::{self, Fault};
use crate::package::attributes;

/// Styles at most (Excel's own limit is 65 490); beyond it cells stay uncoloured.
const MANY: usize = 64_000;

/// The least a workbook without styles needs.
const NONE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
    <fonts count=\"1\"><font><sz val=\"11\"/><name val=\"宋体\"/></font></fonts>\
    <fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>\
    <fill><patternFill patternType=\"gray125\"/></fill></fills>\
    <borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
    <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
    <cellXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/></cellXfs>\
    </styleSheet>";

/// What is behind a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Fill {
    /// What the base has.
    Own,
    /// Nothing.
    Clear,
    /// The colour of a severity.
    Of(Severity),
}

/// How a cell's text is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// As the base says.
    Own,
    /// Number format text: long numbers and leading zeros stay.
    Text,
    /// Text over several lines, for reasons.
    Lines,
}

/// A cell style: one of the workbook with some things other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Look {
    /// Number of the style it is made from.
    pub(super) base: usize,
    pub(super) fill: Fill,
    pub(super) kind: Kind,
}

impl Look {
    /// A style as it is.
    pub(super) const fn own(base: usize) -> Self {
        Self {
            base,
            fill: Fill::Own,
            kind: Kind::Own,
        }
    }
}

#[derive(Debug, Clone)]
struct Xf {
    tag: String,
    inner: String,
}

impl Xf {
    /// Attributes by name, since their order says nothing, and what is inside.
    fn content(&self) -> Content {
        let mut all: Vec<(String, String)> = attributes(&start(&self.tag))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        all.sort_unstable();
        (all, self.inner.clone())
    }
}

type Content = (Vec<(String, String)>, String);

/// A list of the part and what it holds.
struct List {
    element: Element,
    items: Vec<String>,
    /// Items that the part has already.
    known: usize,
}

impl List {
    fn read(part: &Part, name: &str) -> Result<Self, Fault> {
        let element = part.first(2, name).ok_or_else(|| fault::damaged("样式"))?;
        let items: Vec<String> = part
            .children(&element)
            .map(|item| part.whole(item).to_owned())
            .collect();
        Ok(Self {
            element,
            known: items.len(),
            items,
        })
    }

    /// Number of an item, added when the list lacks it.
    fn number(&mut self, item: String) -> usize {
        if let Some(at) = self.items.iter().position(|known| *known == item) {
            return at;
        }
        self.items.push(item);
        self.items.len() - 1
    }

    fn write(&self, part: &mut Part) {
        let added = self.items.get(self.known..).unwrap_or_default().concat();
        if !added.is_empty() {
            let count = self.items.len().to_string();
            part.edit(&self.element, &[("count", &count)], &added);
        }
    }
}

/// The styles of a workbook.
pub(super) struct Styles {
    part: Part,
    fonts: List,
    fills: List,
    xfs: Vec<Xf>,
    /// The list of styles itself; its items stand in `xfs`.
    list: Element,
    /// Styles that the part has already.
    known: usize,
    /// Number of each style by what it is.
    by_content: HashMap<Content, usize>,
    /// Numbers of styles that were made.
    made: HashMap<Look, usize>,
    /// Which styles are marks of an earlier time, and what was under them.
    earlier: HashMap<usize, Look>,
}

impl Styles {
    /// # Errors
    /// `file.damaged`, `file.unsafe` when the part is not what is known.
    pub(super) fn read(text: Option<String>) -> Result<Self, Fault> {
        let part = Part::parse(text.unwrap_or_else(|| NONE.to_owned()), "样式")?;
        let list = part
            .first(2, "cellXfs")
            .ok_or_else(|| fault::damaged("样式"))?;
        let xfs: Vec<Xf> = part
            .children(&list)
            .map(|xf| Xf {
                tag: part.tag(xf).trim_end().to_owned(),
                inner: part.inner(xf).to_owned(),
            })
            .collect();
        let mut by_content = HashMap::new();
        for (number, xf) in xfs.iter().enumerate() {
            by_content.entry(xf.content()).or_insert(number);
        }
        let mut styles = Self {
            by_content,
            fonts: List::read(&part, "fonts")?,
            fills: List::read(&part, "fills")?,
            part,
            known: xfs.len(),
            xfs,
            list,
            made: HashMap::new(),
            earlier: HashMap::new(),
        };
        styles.find_earlier();
        Ok(styles)
    }

    /// The style under an earlier mark; any other one as it is.
    pub(super) fn under(&self, style: usize) -> Look {
        self.earlier
            .get(&style)
            .copied()
            .unwrap_or(Look::own(style))
    }

    /// Number of a style, made when the workbook lacks it.
    pub(super) fn number(&mut self, look: Look) -> usize {
        if look == Look::own(look.base) {
            return look.base;
        }
        if let Some(number) = self.made.get(&look) {
            return *number;
        }
        let xf = self.shape(look);
        let content = xf.content();
        let number = match self.by_content.get(&content) {
            Some(number) => *number,
            None if self.xfs.len() >= MANY => return look.base,
            None => {
                self.xfs.push(xf);
                let number = self.xfs.len() - 1;
                self.by_content.insert(content, number);
                number
            }
        };
        self.made.insert(look, number);
        number
    }

    /// The changed part; none when nothing was added to it.
    pub(super) fn finish(&mut self) -> Option<String> {
        self.fonts.write(&mut self.part);
        self.fills.write(&mut self.part);
        let mut added = String::new();
        for Xf { tag, inner } in self.xfs.get(self.known..).unwrap_or_default() {
            if inner.is_empty() {
                added.push_str(&format!("<{tag}/>"));
            } else {
                let name = tag.split_ascii_whitespace().next().unwrap_or_default();
                added.push_str(&format!("<{tag}>{inner}</{name}>"));
            }
        }
        if !added.is_empty() {
            let count = self.xfs.len().to_string();
            self.part.edit(&self.list, &[("count", &count)], &added);
        }
        self.part.finish()
    }

    /// The style as XML; its fill and font are made when the workbook lacks them.
    fn shape(&mut self, look: Look) -> Xf {
        let base = self.xfs.get(look.base).or_else(|| self.xfs.first());
        let mut xf = base.cloned().unwrap_or_else(|| Xf {
            tag: format!(
                "{}xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"",
                self.part.prefix()
            ),
            inner: String::new(),
        });
        let fill = match look.fill {
            Fill::Own => None,
            Fill::Clear => Some(0),
            Fill::Of(severity) => {
                colour(severity).map(|rgb| self.fills.number(fill(rgb, self.part.prefix())))
            }
        };
        if let Some(fill) = fill {
            let fill = fill.to_string();
            xf.tag = retagged(&xf.tag, &[("fillId", &fill), ("applyFill", "1")], &[]);
        }
        if matches!(look.fill, Fill::Of(_))
            && let Some(dark) = font(&xf.tag)
                .and_then(|font| self.fonts.items.get(font))
                .and_then(|font| darkened(font))
        {
            let dark = self.fonts.number(dark).to_string();
            xf.tag = retagged(&xf.tag, &[("fontId", &dark), ("applyFont", "1")], &[]);
        }
        if look.kind != Kind::Own {
            let text = [("numFmtId", "49"), ("applyNumberFormat", "1")];
            xf.tag = retagged(&xf.tag, &text, &[]);
        }
        if look.kind == Kind::Lines {
            xf.tag = retagged(&xf.tag, &[("applyAlignment", "1")], &[]);
            let prefix = self.part.prefix();
            xf.inner = format!("<{prefix}alignment vertical=\"top\" wrapText=\"1\"/>");
        }
        xf
    }

    /// Finds the styles with our colours. What was under one is the style that is
    /// like it in all else; should there be several, one without a fill.
    fn find_earlier(&mut self) {
        let colours = [Severity::Error, Severity::Warning]
            .into_iter()
            .filter_map(|severity| Some(format!("FGCOLOR RGB=\"FF{:06X}\"", colour(severity)?)));
        let marks: Vec<String> = colours.collect();
        let marked: Vec<bool> = self
            .fills
            .items
            .iter()
            .map(|fill| {
                let fill = fill.to_ascii_uppercase();
                marks.iter().any(|mark| fill.contains(mark))
            })
            .collect();
        if !marked.contains(&true) {
            return;
        }
        let fonts = self.fonts.items.iter();
        let dark: Vec<String> = fonts
            .map(|font| darkened(font).unwrap_or_else(|| font.clone()))
            .collect();
        let is_marked = |xf: &Xf| {
            let fill = number(&xf.tag, "fillId").unwrap_or(0);
            marked.get(fill).copied().unwrap_or(false)
        };
        let mut own: HashMap<(Content, String), Vec<usize>> = HashMap::new();
        let mut ours = Vec::new();
        for (at, xf) in self.xfs.iter().enumerate() {
            if is_marked(xf) {
                ours.push(at);
            } else {
                own.entry(likeness(xf, &dark)).or_default().push(at);
            }
        }
        for at in ours {
            let Some(xf) = self.xfs.get(at) else { continue };
            let like = own.get(&likeness(xf, &self.fonts.items));
            let bare = |at: &&usize| {
                let xf = self.xfs.get(**at);
                xf.is_some_and(|xf| number(&xf.tag, "fillId").unwrap_or(0) == 0)
            };
            let base = like.and_then(|like| like.iter().find(bare).or_else(|| like.first()));
            let look = base.map_or(
                Look {
                    base: at,
                    fill: Fill::Clear,
                    kind: Kind::Own,
                },
                |base| Look::own(*base),
            );
            self.earlier.insert(at, look);
        }
    }
}

/// What two styles share that differ by a mark only: all but the fill, and fonts
/// as they are under a mark.
fn likeness(xf: &Xf, fonts: &[String]) -> (Content, String) {
    let mut content = xf.content();
    // Programs write the `apply…` of a style as they like.
    content.0.retain(|(key, _)| {
        !matches!(key.as_str(), "fillId" | "fontId") && !key.starts_with("apply")
    });
    let font = font(&xf.tag).and_then(|font| fonts.get(font)).cloned();
    (content, font.unwrap_or_default())
}

fn number(tag: &str, key: &str) -> Option<usize> {
    attribute(tag, key)?.trim().parse().ok()
}

fn font(tag: &str) -> Option<usize> {
    number(tag, "fontId")
}

fn fill(rgb: u32, prefix: &str) -> String {
    format!(
        "<{prefix}fill><{prefix}patternFill patternType=\"solid\"><{prefix}fgColor rgb=\"FF{rgb:06X}\"/>\
         <{prefix}bgColor indexed=\"64\"/></{prefix}patternFill></{prefix}fill>"
    )
}

/// The font in black, when it is too light to be read on our colours.
fn darkened(font: &str) -> Option<String> {
    let part = Part::parse(font.to_owned(), "样式").ok()?;
    let colour = part.first(2, "color")?;
    let value = |key| part.attribute(&colour, key);
    let rgb = value("rgb").and_then(|rgb| u32::from_str_radix(rgb.get(2..)?, 16).ok());
    let light = match rgb {
        // Weights of ITU-R BT.601 by which a colour seems light.
        Some(rgb) => {
            let [_, red, green, blue] = rgb.to_be_bytes().map(u32::from);
            red * 299 + green * 587 + blue * 114 > 140_000
        }
        // The theme's two light colours; white of the palette.
        None => {
            matches!(value("theme").as_deref(), Some("0" | "2"))
                || matches!(value("indexed").as_deref(), Some("1" | "9"))
        }
    };
    if !light {
        return None;
    }
    let prefix = part.prefix();
    let black = format!("<{prefix}color rgb=\"FF000000\"/>");
    Some(
        part.whole(&part.first(1, "font")?)
            .replacen(part.whole(&colour), &black, 1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(base: usize) -> Look {
        Look {
            base,
            fill: Fill::Of(Severity::Error),
            kind: Kind::Own,
        }
    }

    #[test]
    fn marks_are_made_once_and_known_again() {
        let two = NONE.replace(
            "</cellXfs>",
            "<xf numFmtId=\"14\" fontId=\"0\" fillId=\"1\" borderId=\"0\" xfId=\"0\"><alignment/></xf></cellXfs>",
        );
        let mut styles = Styles::read(Some(two)).unwrap();
        assert_eq!(styles.number(marked(0)), 2);
        assert_eq!(styles.number(marked(1)), 3);
        assert_eq!(styles.number(marked(0)), 2);
        let first = styles.finish().unwrap();
        let mut again = Styles::read(Some(first)).unwrap();
        assert_eq!(again.under(2), Look::own(0));
        assert_eq!(again.under(3), Look::own(1));
        assert_eq!(again.under(1), Look::own(1));
        assert_eq!(again.number(marked(1)), 3);
        assert!(again.finish().is_none());
    }

    #[test]
    fn light_text_turns_black() {
        let font = |colour: &str| format!("<font><b/><color {colour}/></font>");
        for light in [
            "rgb=\"FFFFFFFF\"",
            "theme=\"0\"",
            "indexed=\"9\"",
            "rgb=\"FFFFFF00\"",
        ] {
            assert_eq!(
                darkened(&font(light)).unwrap(),
                font("rgb=\"FF000000\""),
                "{light}"
            );
        }
        for dark in [
            "rgb=\"FF9C0006\"",
            "theme=\"1\"",
            "indexed=\"8\"",
            "auto=\"1\"",
        ] {
            assert_eq!(darkened(&font(dark)), None, "{dark}");
        }
        assert_eq!(darkened("<font><sz val=\"11\"/></font>"), None);
    }
}
