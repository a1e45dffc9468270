//! The zip package of an .xlsx: parts by name, metered, as a stream of XML.
//!
//! Nothing a header says about sizes is believed: [`Meter`] counts the bytes
//! that really come out, and stops at the limit.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, BufReader, Cursor, Read};

use memchr::{memchr, memrchr};
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use crate::fault::{self, Fault};

/// Longest run without a tag. One text is held in memory at once, and Excel's
/// longest is 32 767 characters.
const LONGEST_TEXT: u64 = 2_000_000;

/// Largest part that is held whole. Styles of workbooks that were copied together
/// for years reach some megabytes.
const HELD: u64 = 8_000_000;

/// The opened package.
pub(crate) struct Package {
    archive: ZipArchive<Cursor<Vec<u8>>>,
    /// Index of every part by its name in lower case: part names are compared
    /// without regard to case (OPC), and some writers do mix it.
    index: HashMap<String, usize>,
    /// Bytes that the parts may unpack to, all together.
    limit: u64,
    /// Bytes of each part that was read to its end.
    seen: HashMap<usize, u64>,
}

impl Package {
    /// # Errors
    /// `file.damaged`.
    pub(crate) fn open(bytes: Vec<u8>, limit: u64) -> Result<Self, Fault> {
        let archive =
            ZipArchive::new(Cursor::new(bytes)).map_err(|_| fault::damaged("压缩结构不完整"))?;
        let index = archive
            .file_names()
            .enumerate()
            .filter_map(|(i, name)| Some((resolve("", &name.ok()?), i)))
            .collect();
        Ok(Self {
            archive,
            index,
            limit,
            seen: HashMap::new(),
        })
    }

    /// Bytes that the parts may unpack to.
    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// The part with this name, as [`resolve`] made it.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    /// Names of all parts, as [`resolve`] made them.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, usize)> {
        self.index.iter().map(|(name, part)| (name.as_str(), *part))
    }

    /// The archive, for copying parts as they are.
    pub(crate) fn archive(&mut self) -> &mut ZipArchive<Cursor<Vec<u8>>> {
        &mut self.archive
    }

    /// A small part as text, for changing a few places of it.
    ///
    /// # Errors
    /// `file.damaged`, `file.encrypted`, `file.unsafe`, `file.too_large`.
    pub(crate) fn held(&mut self, part: usize, what: &'static str) -> Result<String, Fault> {
        self.scan(part, |meter| {
            let mut text = String::new();
            let read = meter.take(HELD + 1).read_to_string(&mut text);
            match read.map(u64::try_from) {
                Ok(Ok(bytes)) if bytes <= HELD => {}
                Ok(_) => return Err(fault::damaged(what)),
                Err(_) => return Err(meter.problem(what)),
            }
            if text.contains("<!DOCTYPE") || text.contains("<!ENTITY") {
                return Err(fault::declaration());
            }
            Ok(text)
        })
    }

    /// A part as XML for copying: empty elements stay as they are, and an end
    /// must have the name of its start.
    ///
    /// # Errors
    /// `file.damaged`, `file.encrypted`.
    pub(crate) fn raw(&mut self, part: usize, what: &'static str) -> Result<Xml<'_>, Fault> {
        let mut xml = self.xml(part, what)?;
        let config = xml.reader.config_mut();
        config.expand_empty_elements = false;
        config.check_end_names = true;
        Ok(xml)
    }

    /// The unpacked bytes of a part, counted from zero.
    ///
    /// # Errors
    /// `file.damaged`, `file.encrypted`.
    fn bytes(&mut self, part: usize) -> Result<Meter<ZipFile<'_, Cursor<Vec<u8>>>>, Fault> {
        let others: u64 = self
            .seen
            .iter()
            .filter(|(i, _)| **i != part)
            .map(|(_, bytes)| *bytes)
            .sum();
        let left = self.limit.saturating_sub(others);
        let file = self.archive.by_index(part).map_err(|e| {
            if matches!(e, ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) {
                fault::encrypted()
            } else {
                fault::damaged("压缩结构不完整")
            }
        })?;
        Ok(Meter {
            inner: file,
            read: 0,
            left,
            limit: self.limit,
            since_tag: 0,
            problem: None,
        })
    }

    /// Reads a part's bytes to the end, and remembers how many they were.
    ///
    /// # Errors
    /// `file.damaged`, `file.encrypted`, and those of `read`.
    pub(crate) fn scan<T>(
        &mut self,
        part: usize,
        read: impl FnOnce(&mut Meter<ZipFile<'_, Cursor<Vec<u8>>>>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut meter = self.bytes(part)?;
        let result = read(&mut meter)?;
        let bytes = meter.read;
        drop(meter);
        self.seen.insert(part, bytes);
        Ok(result)
    }

    /// Reads a part's XML to the end, and remembers how many bytes it had;
    /// `what` names it in problems.
    ///
    /// # Errors
    /// `file.damaged`, `file.encrypted`, and those of `read`.
    pub(crate) fn walk<T>(
        &mut self,
        part: usize,
        what: &'static str,
        read: impl FnOnce(&mut Xml<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut xml = self.xml(part, what)?;
        let result = read(&mut xml)?;
        let bytes = xml.reader.get_ref().get_ref().read;
        drop(xml);
        self.seen.insert(part, bytes);
        Ok(result)
    }

    /// A part as XML; `what` names it in problems.
    ///
    /// # Errors
    /// `file.damaged`, `file.encrypted`.
    pub(crate) fn xml(&mut self, part: usize, what: &'static str) -> Result<Xml<'_>, Fault> {
        let meter = self.bytes(part)?;
        let mut reader = Reader::from_reader(BufReader::with_capacity(1 << 15, meter));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        // Names of ends are not compared: it costs a tenth of the time, and a
        // part that is cut off or wrongly nested shows by its depth.
        config.check_end_names = false;
        config.check_comments = false;
        Ok(Xml {
            reader,
            buffer: Vec::with_capacity(1024),
            what,
        })
    }
}

/// Name of a part that a relationship in folder `base` points to: absolute or
/// relative, with `.` and `..` resolved, in lower case.
pub(crate) fn resolve(base: &str, target: &str) -> String {
    let target = target.replace('\\', "/").to_lowercase();
    let mut parts: Vec<&str> = Vec::new();
    let base = if target.starts_with('/') { "" } else { base };
    for step in base.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// Counts what is read and stops at a limit.
pub(crate) struct Meter<R> {
    inner: R,
    read: u64,
    left: u64,
    limit: u64,
    since_tag: u64,
    problem: Option<Fault>,
}

impl<R> Meter<R> {
    /// Why reading stopped; damage when it was not the meter that stopped it.
    pub(crate) fn problem(&self, what: &str) -> Fault {
        self.problem.clone().unwrap_or_else(|| fault::damaged(what))
    }

    fn stop(&mut self, problem: Fault) -> io::Error {
        self.problem = Some(problem);
        io::Error::other("over a limit")
    }
}

impl<R: Read> Read for Meter<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        let chunk = buf.get(..n).unwrap_or_default();
        let bytes = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        // UTF-16 would pass unseen by the search for merged cells; no known
        // program writes it.
        if self.read == 0
            && matches!(
                chunk,
                [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, ..] | [_, 0, ..]
            )
        {
            let problem = fault::damaged("编码不是 UTF-8");
            return Err(self.stop(problem));
        }
        self.read = self.read.saturating_add(bytes(n));
        if self.read > self.left {
            let before = self.limit.saturating_sub(self.left);
            let problem = fault::unpacked(before.saturating_add(self.read), self.limit);
            return Err(self.stop(problem));
        }
        self.since_tag = match (memchr(b'<', chunk), memrchr(b'<', chunk)) {
            (Some(first), Some(last))
                if self.since_tag.saturating_add(bytes(first)) <= LONGEST_TEXT =>
            {
                bytes(n - last)
            }
            (None, _) if self.since_tag.saturating_add(bytes(n)) <= LONGEST_TEXT => {
                self.since_tag.saturating_add(bytes(n))
            }
            (Some(_), _) | (None, _) => {
                let problem = fault::damaged("单个文本过长");
                return Err(self.stop(problem));
            }
        };
        Ok(n)
    }
}

/// A step through a part.
pub(crate) enum Node<'b> {
    /// An element begins; an empty one is followed by its end.
    Open(BytesStart<'b>),
    /// An element ends.
    Close,
    /// Text, references resolved.
    Text(Cow<'b, str>),
    /// What is of no interest: comments, instructions.
    Other,
    /// The part ends.
    End,
}

/// What an event that is to be copied means for the way through a part.
pub(crate) enum Shape<'e> {
    /// An element begins; an empty one has no end of its own.
    Open(&'e BytesStart<'e>, bool),
    /// An element ends.
    Close,
    /// The part ends.
    End,
    /// Text and what is of no interest.
    Other,
}

impl<'e> Shape<'e> {
    /// The shape of an event.
    pub(crate) const fn of(event: &'e Event<'_>) -> Self {
        match event {
            Event::Start(tag) => Self::Open(tag, false),
            Event::Empty(tag) => Self::Open(tag, true),
            Event::End(_) => Self::Close,
            Event::Eof => Self::End,
            Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => Self::Other,
        }
    }
}

type Source<'a> = BufReader<Meter<ZipFile<'a, Cursor<Vec<u8>>>>>;

/// A part as a stream of XML. No document type passes, so the only entities
/// are XML's own five.
pub(crate) struct Xml<'a> {
    reader: Reader<Source<'a>>,
    buffer: Vec<u8>,
    what: &'static str,
}

impl Xml<'_> {
    /// The next step.
    ///
    /// # Errors
    /// `file.damaged`, `file.unsafe`, `file.too_large`.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Node<'_>, Fault> {
        self.buffer.clear();
        let Ok(event) = self.reader.read_event_into(&mut self.buffer) else {
            return Err(self.reader.get_ref().get_ref().problem(self.what));
        };
        Ok(match event {
            // Empty elements are expanded by the reader.
            Event::Start(tag) | Event::Empty(tag) => Node::Open(tag),
            Event::End(_) => Node::Close,
            Event::Text(text) => Node::Text(text.xml10_content()),
            Event::CData(text) => Node::Text(text.xml10_content()),
            Event::GeneralRef(entity) => {
                if let Some(text) = resolve_xml_entity(&entity) {
                    Node::Text(text.into())
                } else if let Ok(Some(c)) = entity.resolve_char_ref() {
                    Node::Text(String::from(c).into())
                } else {
                    return Err(fault::damaged(self.what));
                }
            }
            Event::DocType(_) => return Err(fault::declaration()),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => Node::Other,
            Event::Eof => Node::End,
        })
    }

    /// The next step as it stands in the part.
    ///
    /// # Errors
    /// `file.damaged`, `file.unsafe`, `file.too_large`.
    pub(crate) fn event(&mut self) -> Result<Event<'_>, Fault> {
        self.buffer.clear();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::DocType(_)) => Err(fault::declaration()),
            Ok(event) => Ok(event),
            Err(_) => Err(self.reader.get_ref().get_ref().problem(self.what)),
        }
    }

    /// Appends the text of the element that was just opened, and passes its end.
    /// Elements inside are skipped.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub(crate) fn text(&mut self, out: &mut String) -> Result<(), Fault> {
        let mut depth = 0_u32;
        loop {
            match self.next()? {
                Node::Open(_) => depth = depth.saturating_add(1),
                Node::Close if depth == 0 => return Ok(()),
                Node::Close => depth -= 1,
                Node::Text(text) if depth == 0 => out.push_str(&text),
                Node::Text(_) | Node::Other => {}
                Node::End => return Err(self.damaged()),
            }
        }
    }

    /// Passes the end of the element that was just opened.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub(crate) fn skip(&mut self) -> Result<(), Fault> {
        let mut depth = 0_u32;
        loop {
            match self.next()? {
                Node::Open(_) => depth = depth.saturating_add(1),
                Node::Close if depth == 0 => return Ok(()),
                Node::Close => depth -= 1,
                Node::Text(_) | Node::Other => {}
                Node::End => return Err(self.damaged()),
            }
        }
    }

    /// The part is not what it should be.
    pub(crate) fn damaged(&self) -> Fault {
        fault::damaged(self.what)
    }
}

/// Name of an element without its prefix.
#[inline]
pub(crate) fn local<'a>(tag: &'a BytesStart<'_>) -> &'a str {
    let name = tag.name().into_inner();
    match name.bytes().rposition(|b| b == b':') {
        Some(colon) => name.get(colon + 1..).unwrap_or_default(),
        None => name,
    }
}

/// Attributes of an element as they stand, key and value. Keys keep their
/// prefix; an attribute that is not well-formed ends the list.
#[inline]
pub(crate) fn attributes<'a>(tag: &'a BytesStart<'_>) -> impl Iterator<Item = (&'a str, &'a str)> {
    let mut rest = tag.attributes_raw();
    // By bytes, as a sheet has millions of these and they are short.
    let split = |text: &'a str, at: u8| {
        let at = text.bytes().position(|b| b == at)?;
        Some((text.get(..at)?, text.get(at + 1..)?))
    };
    std::iter::from_fn(move || {
        let (key, after) = split(rest, b'=')?;
        let after = after.trim_ascii_start();
        let quote = *after
            .as_bytes()
            .first()
            .filter(|b| matches!(b, b'"' | b'\''))?;
        let (value, after) = split(after.get(1..)?, quote)?;
        rest = after;
        Some((key.trim_ascii(), value))
    })
}

/// An attribute's value with its references resolved.
pub(crate) fn unescaped(value: &str) -> String {
    quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), Cow::into_owned)
}

/// The truth of an attribute of type boolean.
pub(crate) fn truth(value: &str) -> bool {
    matches!(value, "1" | "true" | "on")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_resolved() {
        for (base, target, part) in [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            (
                "xl",
                "/xl/worksheets/Sheet1.xml",
                "xl/worksheets/sheet1.xml",
            ),
            (
                "xl",
                "../xl/worksheets/sheet1.xml",
                "xl/worksheets/sheet1.xml",
            ),
            ("xl", "./worksheets\\sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("", "../../../etc/passwd", "etc/passwd"),
        ] {
            assert_eq!(resolve(base, target), part);
        }
    }

    #[test]
    fn attributes_are_split() {
        let tag = BytesStart::from_content(r#"c r="A1" s='3'  t = "s" bad"#, 1);
        let all: Vec<_> = attributes(&tag).collect();
        assert_eq!(all, [("r", "A1"), ("s", "3"), ("t", "s")]);
    }
}
