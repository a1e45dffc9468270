//! Shared strings, kept in one buffer: a million strings of their own would
//! need three times the memory.

use crate::fault::Fault;
use crate::package::{Node, Xml, attributes, local};
use crate::text::unescape;

/// All shared strings of a workbook.
#[derive(Default)]
pub(crate) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// # Errors
    /// `file.damaged`, `file.unsafe`, `file.too_large`.
    pub(crate) fn read(xml: &mut Xml<'_>) -> Result<Self, Fault> {
        let mut strings = Self::default();
        let mut piece = String::new();
        let mut depth = 0_u32;
        loop {
            match xml.next()? {
                Node::Open(tag) if local(&tag) == "si" => {
                    rich_text(xml, &mut strings.text, &mut piece)?;
                    let end = u32::try_from(strings.text.len()).map_err(|_| xml.damaged())?;
                    strings.ends.push(end);
                }
                Node::Open(_) => depth = depth.saturating_add(1),
                Node::Close => depth = depth.saturating_sub(1),
                Node::Text(_) | Node::Other => {}
                // A part cut short would leave strings out unseen.
                Node::End if depth > 0 => return Err(xml.damaged()),
                Node::End => return Ok(strings),
            }
        }
    }

    /// Adds a string; none when all of them are longer than an index can tell.
    pub(crate) fn push(&mut self, text: impl Iterator<Item = char>) -> Option<()> {
        self.text.extend(text);
        self.ends.push(u32::try_from(self.text.len()).ok()?);
        Some(())
    }

    /// Bytes of all strings.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// The string with this number.
    pub(crate) fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)?;
        let start = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text
            .get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }
}

/// Appends the text of an `si` or `is` that was just opened, and passes its
/// end: all runs joined, phonetic hints (`rPh`) left out. `piece` is scratch.
///
/// # Errors
/// `file.damaged`, `file.unsafe`, `file.too_large`.
pub(crate) fn rich_text(
    xml: &mut Xml<'_>,
    out: &mut String,
    piece: &mut String,
) -> Result<(), Fault> {
    let mut depth = 0_u32;
    loop {
        match xml.next()? {
            Node::Open(tag) => match local(&tag) {
                "t" => {
                    let preserve = attributes(&tag).any(|a| a == ("xml:space", "preserve"));
                    piece.clear();
                    xml.text(piece)?;
                    let kept = if preserve {
                        piece.as_str()
                    } else {
                        // XML's own blanks only: an ideographic space is text.
                        piece.trim_matches([' ', '\t', '\r', '\n'])
                    };
                    out.push_str(&unescape(kept));
                }
                "rPh" => xml.skip()?,
                _ => depth = depth.saturating_add(1),
            },
            Node::Close if depth == 0 => return Ok(()),
            Node::Close => depth -= 1,
            Node::Text(_) | Node::Other => {}
            Node::End => return Err(xml.damaged()),
        }
    }
}
