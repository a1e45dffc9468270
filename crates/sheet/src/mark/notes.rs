//! Notes on cells: the part of the comments and the drawing that shows them.

use std::collections::BTreeMap;

use ekatong_core::import::row::letter;
use memchr::memmem;
use quick_xml::escape::escape;

use super::part::{Element, Part};
use crate::fault::Fault;
use crate::text::{reference, stored};

/// Author of our notes: by it they are known again.
const AUTHOR: &str = "错误核对";
/// What parts our text from that of a person's own note on the same cell.
const MARK: &str = "【错误原因】";
/// Numbers of shapes come in blocks of this many.
const BLOCK: u32 = 1024;

const COMMENTS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <comments xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
    <authors/><commentList/></comments>";

const DRAWING: &str = "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" \
    xmlns:o=\"urn:schemas-microsoft-com:office:office\" \
    xmlns:x=\"urn:schemas-microsoft-com:office:excel\"></xml>";

/// Cell from 0: row, column.
pub(super) type Place = (u32, u32);

/// A note that is to be made.
pub(super) struct Note {
    pub(super) place: Place,
    pub(super) text: String,
}

/// The notes that the sheet has.
pub(super) struct Comments {
    part: Part,
    authors: Element,
    list: Element,
}

/// The changed notes, and which cells' shapes come and go.
pub(super) struct Changed {
    pub(super) xml: String,
    pub(super) gone: Vec<Place>,
    pub(super) new: Vec<Place>,
}

impl Comments {
    /// # Errors
    /// `file.damaged`, `file.unsafe` when the part is not what is known.
    pub(super) fn read(text: Option<String>) -> Result<Self, Fault> {
        let part = Part::parse(text.unwrap_or_else(|| COMMENTS.to_owned()), "批注")?;
        let find = |name| {
            part.first(2, name)
                .ok_or_else(|| crate::fault::damaged("批注"))
        };
        Ok(Self {
            authors: find("authors")?,
            list: find("commentList")?,
            part,
        })
    }

    /// Takes our earlier notes off and puts the new ones on.
    pub(super) fn change(mut self, notes: &[Note]) -> Changed {
        let part = &self.part;
        let prefix = part.prefix().to_owned();
        let authors: Vec<String> = part
            .children(&self.authors)
            .map(|author| part.inner(author).to_owned())
            .collect();
        let ours = authors.iter().position(|author| author == AUTHOR);
        let author = ours.unwrap_or(authors.len());
        let mut gone = Vec::new();
        let mut all: BTreeMap<Place, String> = BTreeMap::new();
        // Notes whose cell cannot be read keep their place at the end.
        let mut odd = String::new();
        let mut threads = Vec::new();
        for comment in part.children(&self.list) {
            let place = part.attribute(comment, "ref").and_then(|at| reference(&at));
            let by = part
                .attribute(comment, "authorId")
                .and_then(|id| id.parse::<usize>().ok());
            let Some(place) = place.map(|(column, row)| (row, column)) else {
                odd.push_str(part.whole(comment));
                continue;
            };
            if by.is_some() && by == ours {
                gone.push(place);
                continue;
            }
            // The text of a conversation is kept elsewhere; here stands a copy.
            let thread = by
                .and_then(|by| authors.get(by))
                .is_some_and(|a| a.starts_with("tc="));
            if thread {
                threads.push(place);
            }
            all.insert(place, own_text(part, comment));
        }
        let mut new = Vec::new();
        for note in notes {
            let (row, column) = note.place;
            let text = escape(&*stored(&note.text)).into_owned();
            match all.get_mut(&note.place) {
                Some(_) if threads.contains(&note.place) => {}
                Some(own) => {
                    let run = format!(
                        "<{prefix}r><{prefix}t xml:space=\"preserve\">\n{MARK}{text}</{prefix}t></{prefix}r>"
                    );
                    *own = appended(own, &run);
                }
                None => {
                    new.push(note.place);
                    all.insert(note.place, format!(
                        "<{prefix}comment ref=\"{}{}\" authorId=\"{author}\"><{prefix}text><{prefix}r>\
                         <{prefix}t xml:space=\"preserve\">{text}</{prefix}t></{prefix}r></{prefix}text></{prefix}comment>",
                        letter(column), row + 1,
                    ));
                }
            }
        }
        let mut inner: String = all.into_values().collect();
        inner.push_str(&odd);
        self.part.fill(&self.list, inner);
        if ours.is_none() && !new.is_empty() {
            let name = format!("<{prefix}author>{AUTHOR}</{prefix}author>");
            self.part.edit(&self.authors, &[], &name);
        }
        Changed {
            xml: self.part.finish().unwrap_or_default(),
            gone,
            new,
        }
    }
}

/// True for notes that hold some of ours.
pub(super) fn are_ours(comments: &str) -> bool {
    comments.contains(AUTHOR) || comments.contains(MARK)
}

/// A person's note as XML, without what we added to it before.
fn own_text(part: &Part, comment: &Element) -> String {
    let whole = part.whole(comment);
    let Some(mark) = whole.find(MARK) else {
        return whole.to_owned();
    };
    // What we added goes up to the end of the note's last text, and nobody else
    // writes the mark.
    let prefix = part.prefix();
    let (before, after) = whole.split_at(mark);
    let before = before.strip_suffix('\n').unwrap_or(before);
    let before = before.strip_suffix("&#10;").unwrap_or(before);
    let rest = after
        .find("</")
        .and_then(|end| after.get(end..))
        .unwrap_or_default();
    // A run that held nothing else goes with it.
    let run = format!("<{prefix}r>");
    let end = format!("</{prefix}r>");
    let opened = before.rfind(&run);
    match (opened, rest.find(&end)) {
        (Some(from), Some(to)) if before.ends_with('>') => {
            let kept = before.get(..from).unwrap_or_default();
            let behind = rest.get(to + end.len()..).unwrap_or_default();
            format!("{kept}{behind}")
        }
        _ => format!("{before}{rest}"),
    }
}

/// A note with one more run at its end.
fn appended(comment: &str, run: &str) -> String {
    let Ok(mut part) = Part::parse(comment.to_owned(), "批注") else {
        return comment.to_owned();
    };
    let Some(text) = part.first(2, "text") else {
        return comment.to_owned();
    };
    let prefix = part.prefix().to_owned();
    let mut inner = String::new();
    for child in part.children(&text) {
        match child.name.as_str() {
            // A plain text and runs do not go together.
            "t" => inner.push_str(&format!("<{prefix}r>{}</{prefix}r>", part.whole(child))),
            "r" => inner.push_str(part.whole(child)),
            // Phonetic hints count characters of the text alone.
            _ => {}
        }
    }
    inner.push_str(run);
    part.fill(&text, inner);
    part.finish().unwrap_or_default()
}

/// The block of shape numbers for a drawing: the last of its own when no shape
/// has a number of it, else one that no drawing has.
pub(super) fn block(own: Option<&str>, all: &[String], gone: &[Place]) -> u32 {
    let free = own.and_then(|own| {
        let last = *blocks(own).last()?;
        let kept = without(own, gone);
        let used = memmem::find_iter(kept.as_bytes(), "_x0000_s").any(|at| {
            let number = kept.get(at + "_x0000_s".len()..).unwrap_or_default();
            let digits = number
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(number.len());
            let number = number.get(..digits).and_then(|n| n.parse::<u32>().ok());
            number.is_some_and(|number| number / BLOCK == last)
        });
        (!used).then_some(last)
    });
    free.unwrap_or_else(|| {
        let highest = all.iter().flat_map(|text| blocks(text)).max();
        highest.unwrap_or(0).saturating_add(1)
    })
}

/// Blocks that a drawing has for its shapes.
fn blocks(drawing: &str) -> Vec<u32> {
    let Some(data) = idmap(drawing) else {
        return Vec::new();
    };
    let data = drawing.get(data).unwrap_or_default();
    data.split(',')
        .filter_map(|n| n.trim().parse().ok())
        .collect()
}

/// Where the value of a drawing's `data` of `idmap` stands.
fn idmap(drawing: &str) -> Option<std::ops::Range<usize>> {
    let element = drawing.find("idmap ")?;
    let end = element + drawing.get(element..)?.find('>')?;
    let data = element + drawing.get(element..end)?.find("data=")? + "data=".len();
    let quote = drawing.get(data..)?.chars().next()?;
    let length = drawing.get(data + 1..end)?.find(quote)?;
    Some(data + 1..data + 1 + length)
}

/// The drawing with the shapes of some notes taken out and of others put in.
/// Drawings hold what is no XML (`<br>` in old controls), so they are changed as
/// text.
pub(super) fn drawing(own: Option<&str>, block: u32, changed: &Changed, notes: &[Note]) -> String {
    let mut text = without(own.unwrap_or(DRAWING), &changed.gone);
    if changed.new.is_empty() {
        return text;
    }
    let mut head = String::new();
    match idmap(&text) {
        Some(data) => {
            if !blocks(&text).contains(&block) {
                text.insert_str(data.end, &format!(",{block}"));
            }
        }
        None => head.push_str(&format!(
            "<o:shapelayout v:ext=\"edit\"><o:idmap v:ext=\"edit\" data=\"{block}\"/></o:shapelayout>"
        )),
    }
    if !text.contains("id=\"_x0000_t202\"") {
        head.push_str(
            "<v:shapetype id=\"_x0000_t202\" coordsize=\"21600,21600\" o:spt=\"202\" \
             path=\"m,l,21600r21600,l21600,xe\"><v:stroke joinstyle=\"miter\"/>\
             <v:path gradientshapeok=\"t\" o:connecttype=\"rect\"/></v:shapetype>",
        );
    }
    for (number, (row, column)) in (1..).zip(&changed.new) {
        let note = notes.iter().find(|n| n.place == (*row, *column));
        let lines = note.map_or(2, |note| lines(&note.text));
        let top = row.saturating_sub(1);
        head.push_str(&format!(
            "<v:shape id=\"_x0000_s{}\" type=\"#_x0000_t202\" style=\"position:absolute;\
             margin-left:60pt;margin-top:2pt;width:200pt;height:{}pt;z-index:{number};visibility:hidden\" \
             fillcolor=\"#ffffe1\" o:insetmode=\"auto\"><v:fill color2=\"#ffffe1\"/>\
             <v:shadow on=\"t\" color=\"black\" obscured=\"t\"/><v:path o:connecttype=\"none\"/>\
             <v:textbox style=\"mso-direction-alt:auto\"><div style=\"text-align:left\"></div></v:textbox>\
             <x:ClientData ObjectType=\"Note\"><x:MoveWithCells/><x:SizeWithCells/>\
             <x:Anchor>{}, 15, {top}, 10, {}, 31, {}, 9</x:Anchor><x:AutoFill>False</x:AutoFill>\
             <x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>",
            block * BLOCK + number,
            lines * 14 + 8,
            column + 1,
            column + 4,
            top + lines + 1,
        ));
    }
    // The prefixes that are used, declared where the file lacks them.
    if let Some(root) = text.find("<xml") {
        let tag = text
            .get(root..)
            .and_then(|t| t.split('>').next())
            .unwrap_or_default();
        let missing: String = [
            "v:urn:schemas-microsoft-com:vml",
            "o:urn:schemas-microsoft-com:office:office",
            "x:urn:schemas-microsoft-com:office:excel",
        ]
        .iter()
        .filter_map(|declared| declared.split_once(':'))
        .filter(|(prefix, _)| !tag.contains(&format!("xmlns:{prefix}=")))
        .map(|(prefix, name)| format!(" xmlns:{prefix}=\"{name}\""))
        .collect();
        text.insert_str(root + "<xml".len(), &missing);
    }
    let end = text.rfind("</xml>").unwrap_or(text.len());
    text.insert_str(end, &head);
    text
}

/// True for a drawing that [`drawing`] can change.
pub(super) fn can_change(drawing: &str) -> bool {
    drawing.contains("<xml") && drawing.contains("</xml>")
}

/// The drawing without the shapes of these notes.
fn without(drawing: &str, gone: &[Place]) -> String {
    const OPEN: &str = "<v:shape ";
    const CLOSE: &str = "</v:shape>";
    let mut out = String::with_capacity(drawing.len());
    let mut rest = drawing;
    while !gone.is_empty()
        && let Some(from) = rest.find(OPEN)
        && let Some(to) = rest.get(from..).and_then(|shape| shape.find(CLOSE))
    {
        let to = from + to + CLOSE.len();
        let (before, after) = rest.split_at(to);
        let shape = before.get(from..).unwrap_or_default();
        let value = |name: &str| {
            let (_, text) = shape.split_once(&format!("<x:{name}>"))?;
            text.split('<').next()?.trim().parse::<u32>().ok()
        };
        let place = value("Row").zip(value("Column"));
        let ours = shape.contains("ObjectType=\"Note\"")
            && place.is_some_and(|place| gone.contains(&place));
        out.push_str(if ours {
            before.get(..from).unwrap_or_default()
        } else {
            before
        });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Lines that a note needs: about 16 Chinese characters each.
fn lines(text: &str) -> u32 {
    let lines: usize = text
        .lines()
        .map(|line| line.chars().count().div_ceil(16).max(1))
        .sum();
    u32::try_from(lines).unwrap_or(20).clamp(2, 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(row: u32, column: u32) -> Note {
        Note {
            place: (row, column),
            text: "证件号码<18 位".to_owned(),
        }
    }

    const OWN: &str = "<comments><authors><author>tc=1</author><author>王</author></authors><commentList>\
        <comment ref=\"B2\" authorId=\"1\"><text><t>自己的</t></text></comment>\
        <comment ref=\"C2\" authorId=\"0\"><text><t>对话</t></text></comment></commentList></comments>";

    #[test]
    fn notes_come_and_go_and_a_persons_own_stay() {
        let changed = Comments::read(Some(OWN.to_owned())).unwrap().change(&[
            note(1, 1),
            note(1, 2),
            note(0, 5),
        ]);
        assert_eq!(changed.new, [(0, 5)]);
        assert!(changed.gone.is_empty());
        assert!(changed.xml.contains(
            "<author>错误核对</author></authors><commentList><comment ref=\"F1\" authorId=\"2\">"
        ));
        assert!(changed.xml.contains("<r><t>自己的</t></r><r><t xml:space=\"preserve\">\n【错误原因】证件号码&lt;18 位</t></r>"));
        assert_eq!(changed.xml.matches("证件号码").count(), 2);
        let again = Comments::read(Some(changed.xml.clone())).unwrap().change(&[
            note(1, 1),
            note(1, 2),
            note(0, 5),
        ]);
        assert_eq!(again.xml, changed.xml);
        assert_eq!(again.gone, [(0, 5)]);
        let bare = Comments::read(Some(again.xml)).unwrap().change(&[]);
        assert!(!bare.xml.contains("证件号码"), "{}", bare.xml);
        assert!(bare.xml.contains("自己的") && bare.xml.contains("对话"));
    }

    #[test]
    fn shapes_get_numbers_of_their_own() {
        let changed = |gone: &[Place], new: &[Place]| Changed {
            xml: String::new(),
            gone: gone.to_vec(),
            new: new.to_vec(),
        };
        let own = "<xml xmlns:v=\"a\"><o:shapelayout v:ext=\"edit\"><o:idmap v:ext='edit' data='1,3'/></o:shapelayout>\
            <v:shape id=\"_x0000_s1025\"><br><x:ClientData ObjectType=\"Button\"/></v:shape></xml>";
        let all = vec!["<o:idmap data=\"7\"/>".to_owned(), own.to_owned()];
        // Block 3 is the drawing's own and free.
        assert_eq!(block(Some(own), &all, &[]), 3);
        assert_eq!(block(None, &all, &[]), 8);
        let once = drawing(Some(own), 8, &changed(&[], &[(4, 2)]), &[note(4, 2)]);
        assert!(
            once.contains("data='1,3,8'") && once.contains("_x0000_s8193"),
            "{once}"
        );
        assert!(once.contains("<xml xmlns:o=") && once.contains("<br>"));
        assert_eq!(block(Some(&once), &all, &[(4, 2)]), 8);
        let twice = drawing(
            Some(&once),
            8,
            &changed(&[(4, 2)], &[(4, 2)]),
            &[note(4, 2)],
        );
        assert_eq!(twice.matches("<v:shape ").count(), 2);
        assert_eq!(twice.matches("data='1,3,8'").count(), 1);
        let none = drawing(Some(&twice), 8, &changed(&[(4, 2)], &[]), &[]);
        assert!(!none.contains("_x0000_s8193") && none.contains("_x0000_s1025"));
    }
}
