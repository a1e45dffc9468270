//! A small part held as text, with a few places changed and all others left
//! byte for byte.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::fault::{self, Fault};
use crate::package::{attributes, local, unescaped};

/// An element of a part.
#[derive(Debug, Clone)]
pub(super) struct Element {
    /// 1 for the root.
    pub(super) depth: u32,
    /// Name without its prefix.
    pub(super) name: String,
    /// What stands between `<` and `>` (or `/>`) of its start.
    tag: Range<usize>,
    /// What stands between its start and its end; empty at the end of an empty one.
    inner: Range<usize>,
    /// All of it.
    whole: Range<usize>,
}

/// A part and the changes to it.
pub(super) struct Part {
    text: String,
    elements: Vec<Element>,
    changes: Vec<(Range<usize>, String)>,
}

impl Part {
    /// # Errors
    /// `file.damaged`; `what` names the part.
    pub(super) fn parse(mut text: String, what: &'static str) -> Result<Self, Fault> {
        if text.starts_with('\u{FEFF}') {
            text.remove(0);
        }
        let mut elements: Vec<Element> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut reader = Reader::from_str(&text);
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        loop {
            let from = place(reader.buffer_position());
            let event = reader.read_event().map_err(|_| fault::damaged(what))?;
            let to = place(reader.buffer_position());
            match event {
                Event::Start(tag) | Event::Empty(tag) => {
                    let length = tag.name().into_inner().len() + tag.attributes_raw().len();
                    let empty = text.get(..to).is_some_and(|t| t.ends_with("/>"));
                    elements.push(Element {
                        depth: u32::try_from(open.len())
                            .unwrap_or(u32::MAX)
                            .saturating_add(1),
                        name: local(&tag).to_owned(),
                        tag: from + 1..from + 1 + length,
                        inner: to..to,
                        whole: from..to,
                    });
                    if !empty {
                        open.push(elements.len() - 1);
                    }
                }
                Event::End(_) => {
                    let element = open.pop().and_then(|i| elements.get_mut(i));
                    let element = element.ok_or_else(|| fault::damaged(what))?;
                    element.inner.end = from;
                    element.whole.end = to;
                }
                Event::DocType(_) => return Err(fault::declaration()),
                Event::Eof if open.is_empty() && !elements.is_empty() => break,
                Event::Eof => return Err(fault::damaged(what)),
                Event::Text(_)
                | Event::CData(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::GeneralRef(_) => {}
            }
        }
        Ok(Self {
            text,
            elements,
            changes: Vec::new(),
        })
    }

    /// All elements, in the order of their starts.
    pub(super) fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The first element of this depth and name.
    pub(super) fn first(&self, depth: u32, name: &str) -> Option<Element> {
        let mut all = self.elements.iter();
        all.find(|e| e.depth == depth && e.name == name).cloned()
    }

    /// Elements right inside another one.
    pub(super) fn children<'a>(
        &'a self,
        of: &'a Element,
    ) -> impl Iterator<Item = &'a Element> + 'a {
        let from = self
            .elements
            .partition_point(|e| e.whole.start < of.inner.start);
        self.elements
            .iter()
            .skip(from)
            .take_while(|e| e.whole.start < of.inner.end)
            .filter(|e| e.depth == of.depth + 1)
    }

    /// Prefix of the root's name with its colon; empty for none.
    pub(super) fn prefix(&self) -> &str {
        let name = self.elements.first().map_or("", |root| self.tag(root));
        let name = name.split_ascii_whitespace().next().unwrap_or_default();
        name.rfind(':')
            .and_then(|colon| name.get(..=colon))
            .unwrap_or_default()
    }

    /// Name and attributes of an element, without brackets.
    pub(super) fn tag(&self, element: &Element) -> &str {
        self.text.get(element.tag.clone()).unwrap_or_default()
    }

    /// What stands inside an element.
    pub(super) fn inner(&self, element: &Element) -> &str {
        self.text.get(element.inner.clone()).unwrap_or_default()
    }

    /// An element with its start and end.
    pub(super) fn whole(&self, element: &Element) -> &str {
        self.text.get(element.whole.clone()).unwrap_or_default()
    }

    /// An attribute's value, references resolved.
    pub(super) fn attribute(&self, element: &Element, key: &str) -> Option<String> {
        attribute(self.tag(element), key)
    }

    /// Sets attributes of an element and adds XML behind what it holds. At most
    /// once for each element.
    pub(super) fn edit(&mut self, element: &Element, set: &[(&str, &str)], append: &str) {
        let tag = retagged(self.tag(element), set, &[]);
        if element.inner.is_empty() && element.inner.start == element.whole.end {
            let whole = element.whole.clone();
            let name = tag.split_ascii_whitespace().next().unwrap_or_default();
            let xml = if append.is_empty() {
                format!("<{tag}/>")
            } else {
                format!("<{tag}>{append}</{name}>")
            };
            self.changes.push((whole, xml));
            return;
        }
        if !set.is_empty() {
            self.changes.push((element.tag.clone(), tag));
        }
        if !append.is_empty() {
            let end = element.inner.end;
            self.changes.push((end..end, append.to_owned()));
        }
    }

    /// Puts XML in the place of what an element holds.
    pub(super) fn fill(&mut self, element: &Element, inner: String) {
        if element.inner.start == element.whole.end {
            self.edit(element, &[], &inner);
        } else {
            self.changes.push((element.inner.clone(), inner));
        }
    }

    /// Takes an element out.
    pub(super) fn remove(&mut self, element: &Element) {
        self.changes.push((element.whole.clone(), String::new()));
    }

    /// The changed part; none when nothing was changed.
    pub(super) fn finish(&mut self) -> Option<String> {
        if self.changes.is_empty() {
            return None;
        }
        self.changes.sort_by_key(|(range, _)| range.start);
        let mut out = String::with_capacity(self.text.len());
        let mut done = 0;
        for (range, with) in &self.changes {
            out.push_str(self.text.get(done..range.start).unwrap_or_default());
            out.push_str(with);
            done = range.end;
        }
        out.push_str(self.text.get(done..).unwrap_or_default());
        Some(out)
    }
}

/// Name and attributes as the reader takes them.
pub(super) fn start(tag: &str) -> BytesStart<'_> {
    let name = tag
        .find(|c: char| c.is_ascii_whitespace())
        .unwrap_or(tag.len());
    BytesStart::from_content(tag, name)
}

/// An attribute's value, references resolved; `tag` without brackets.
pub(super) fn attribute(tag: &str, key: &str) -> Option<String> {
    let start = start(tag);
    let found = attributes(&start).find(|a| a.0 == key);
    found.map(|(_, value)| unescaped(value))
}

/// A start tag, without brackets, with some attributes set (to values that need
/// no escaping) and some left out.
pub(super) fn retagged(tag: &str, set: &[(&str, &str)], drop: &[&str]) -> String {
    let start = start(tag);
    let mut out = start.name().into_inner().to_owned();
    let mut add = |key: &str, value: &str| {
        // A value may hold the quote that does not close it.
        let quote = if value.contains('"') { '\'' } else { '"' };
        out.push(' ');
        out.push_str(key);
        out.push('=');
        out.push(quote);
        out.push_str(value);
        out.push(quote);
    };
    for (key, value) in attributes(&start) {
        if drop.contains(&key) {
            continue;
        }
        let value = set.iter().find(|s| s.0 == key).map_or(value, |s| s.1);
        add(key, value);
    }
    for (key, value) in set {
        if !attributes(&start).any(|a| a.0 == *key) {
            add(key, value);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changed_places_change() {
        let text = "<?xml version=\"1.0\"?>\n<a  x='1' ><b y=\"&lt;\"/><!-- c --><b>t</b ></a>";
        let mut part = Part::parse(text.to_owned(), "部件").unwrap();
        let b: Vec<Element> = part.elements().iter().skip(1).cloned().collect();
        assert_eq!(part.attribute(&b[0], "y").as_deref(), Some("<"));
        assert_eq!(part.children(&part.first(1, "a").unwrap()).count(), 2);
        part.edit(&b[0], &[("y", "2"), ("z", "3")], "<d/>");
        part.edit(&b[1], &[], "<e/>");
        assert_eq!(
            part.finish().unwrap(),
            "<?xml version=\"1.0\"?>\n<a  x='1' ><b y=\"2\" z=\"3\"><d/></b><!-- c --><b>t<e/></b ></a>"
        );
        assert!(
            Part::parse(text.to_owned(), "部件")
                .unwrap()
                .finish()
                .is_none()
        );
        for bad in ["", "<a>", "<a></b>", "<!DOCTYPE a><a/>", "<a/></a>"] {
            assert!(Part::parse(bad.to_owned(), "部件").is_err(), "{bad}");
        }
    }

    #[test]
    fn values_keep_their_quotes() {
        assert_eq!(
            retagged(
                "f code='\"x\"' a=\"'\" spans=\"1:2\"",
                &[("a", "1")],
                &["spans"]
            ),
            "f code='\"x\"' a=\"1\""
        );
    }
}
