//! Merged ranges of a sheet, and which cells they cover.

use std::io::Read;

use ekatong_core::import::cells::MergedRange;
use memchr::{memchr, memmem};

use crate::fault::{self, Fault};
use crate::package::Meter;
use crate::text::reference;

/// A merged range; columns and rows from 0, ends included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Merge {
    pub(crate) top: u32,
    pub(crate) bottom: u32,
    pub(crate) left: u16,
    pub(crate) right: u16,
}

/// Merged ranges of a sheet, by their first row.
#[derive(Default)]
pub(crate) struct Merges(Vec<Merge>);

impl Merges {
    /// Finds all `mergeCell` elements without parsing the rest.
    ///
    /// # Errors
    /// `file.damaged`, `file.unsafe`, `file.too_large`.
    pub(crate) fn search<R: Read>(meter: &mut Meter<R>) -> Result<Self, Fault> {
        const CHUNK: usize = 1 << 16;
        /// Longest tag that is waited for when a chunk ends inside it.
        const TAG: usize = 1024;
        let element = memmem::Finder::new("mergeCell");
        let markup = memmem::Finder::new("<!");
        let mut merges = Vec::new();
        let mut window: Vec<u8> = Vec::with_capacity(CHUNK + TAG);
        let mut chunk = vec![0; CHUNK];
        loop {
            let n = match meter.read(&mut chunk) {
                Ok(n) => n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) => return Err(meter.problem("工作表内容")),
            };
            window.extend_from_slice(chunk.get(..n).unwrap_or_default());
            for found in markup.find_iter(&window) {
                // Comments and CDATA begin with `<!-` and `<![`.
                if matches!(window.get(found + 2), Some(b'A'..=b'Z' | b'a'..=b'z')) {
                    return Err(fault::declaration());
                }
            }
            // What may go on in the next chunk: at least a cut-off name with
            // the byte before it.
            let mut keep = window.len().saturating_sub("<mergeCell".len());
            for found in element.find_iter(&window) {
                let tail = window.get(found..).unwrap_or_default();
                let opens = found.checked_sub(1).and_then(|i| window.get(i));
                match memchr(b'>', tail.get(..TAG).unwrap_or(tail)) {
                    Some(end) => {
                        if matches!(opens, Some(b'<' | b':')) {
                            merges.extend(tail.get(..end).and_then(merge));
                        }
                        keep = keep.max(found + end);
                    }
                    None if tail.len() < TAG => {
                        keep = keep.min(found.saturating_sub(1));
                        break;
                    }
                    None => {}
                }
            }
            if n == 0 {
                break;
            }
            window.drain(..keep.min(window.len()));
        }
        Ok(merges.into())
    }

    /// The ranges as the rules want them.
    pub(crate) fn ranges(&self) -> Vec<MergedRange> {
        self.0
            .iter()
            .map(|merge| MergedRange {
                top: merge.top + 1,
                bottom: merge.bottom + 1,
                left: u32::from(merge.left),
                right: u32::from(merge.right),
            })
            .collect()
    }
}

impl From<Vec<Merge>> for Merges {
    fn from(mut merges: Vec<Merge>) -> Self {
        merges.sort_unstable();
        merges.dedup();
        Self(merges)
    }
}

/// Range of a `mergeCell` element; none for a single cell.
fn merge(tag: &[u8]) -> Option<Merge> {
    let tag = std::str::from_utf8(tag).ok()?;
    // `mergeCells` is the list around them.
    let rest = tag.strip_prefix("mergeCell")?;
    let (_, value) = rest
        .starts_with(char::is_whitespace)
        .then(|| rest.split_once("ref="))??;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (range, _) = value.get(1..)?.split_once(quote)?;
    let (from, to) = range.split_once(':')?;
    let (left, top) = reference(from.trim())?;
    let (right, bottom) = reference(to.trim())?;
    Some(Merge {
        top: top.min(bottom),
        bottom: top.max(bottom),
        left: u16::try_from(left.min(right)).ok()?,
        right: u16::try_from(left.max(right)).ok()?,
    })
}

/// Tells whether cells are merged, asked row after row.
#[derive(Default)]
pub(crate) struct Merged<'a> {
    /// Ranges that begin further down.
    ahead: &'a [Merge],
    /// For each column, the row number (as Excel counts) of the last row that
    /// a range above or here covers. Exact for overlapping ranges too, and its
    /// cost does not depend on how many there are.
    until: Vec<u32>,
}

impl<'a> Merged<'a> {
    pub(crate) fn new(merges: &'a Merges) -> Self {
        Self {
            ahead: &merges.0,
            until: Vec::new(),
        }
    }

    /// True when the cell belongs to a merged range; `row` from 1, rising from
    /// call to call.
    pub(crate) fn holds(&mut self, row: u32, column: u32) -> bool {
        while let Some((merge, rest)) = self.ahead.split_first()
            && merge.top < row
        {
            self.ahead = rest;
            let (left, right) = (usize::from(merge.left), usize::from(merge.right));
            if self.until.len() <= right {
                self.until.resize(right + 1, 0);
            }
            for last in self.until.get_mut(left..=right).unwrap_or_default() {
                *last = (*last).max(merge.bottom + 1);
            }
        }
        let last = usize::try_from(column).ok().and_then(|c| self.until.get(c));
        last.is_some_and(|last| *last >= row)
    }
}
