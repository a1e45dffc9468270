//! Rows of one file that are about the same child (IMP-8).

use sha2::{Digest, Sha256};

use super::row::TableCell;
use crate::domain::text;
use crate::error::{Code, Problem};

/// Row numbers that one message lists.
const LISTED: usize = 8;

/// Shortened SHA-256: 16 bytes are enough to tell the rows of a file apart.
/// Unkeyed, so it is stored inside sealed blocks only.
pub type Fingerprint = [u8; 16];

/// The fingerprint of some texts.
#[must_use]
pub fn fingerprint(parts: impl IntoIterator<Item = impl AsRef<str>>) -> Fingerprint {
    let mut hash = Sha256::new();
    for part in parts {
        add(&mut hash, part.as_ref());
    }
    short(hash)
}

/// The fingerprint of what a row says, however its cells are written.
pub(super) fn fingerprint_of_cells(cells: &[TableCell]) -> Fingerprint {
    let mut hash = Sha256::new();
    let mut code = String::new();
    for cell in cells {
        text::write_code(&mut code, &cell.text());
        add(&mut hash, &code);
    }
    short(hash)
}

fn add(hash: &mut Sha256, part: &str) {
    hash.update(part.as_bytes());
    // Without a mark between them, `ab`, `c` would equal `a`, `bc`.
    hash.update([0xFF]);
}

fn short(hash: Sha256) -> Fingerprint {
    let mut short = [0; 16];
    for (to, from) in short.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    short
}

/// Remembers 36 bytes a row and says at the end which rows repeat or
/// contradict each other.
pub struct FileDuplicates {
    identity: &'static str,
    rows: Vec<(u32, [u8; 16], [u8; 16])>,
}

impl FileDuplicates {
    /// `identity` names what tells rows apart: 证件号码.
    #[must_use]
    pub const fn new(identity: &'static str) -> Self {
        Self {
            identity,
            rows: Vec::new(),
        }
    }

    /// Adds a row: its number as Excel shows it, the fingerprint of the child's
    /// identity (none while the paper is not readable) and that of all its cells.
    pub fn push(&mut self, row: u32, identity: Option<[u8; 16]>, content: [u8; 16]) {
        self.rows.push((row, identity.unwrap_or_default(), content));
    }

    /// The problems by row: `row.repeated` for rows alike in every cell but the
    /// first of them, `row.conflict` for all rows of one child that differ.
    #[must_use]
    pub fn finish(mut self) -> Vec<(u32, Problem)> {
        // Rows without a readable paper can only be compared as a whole.
        self.rows.sort_unstable_by_key(|(row, identity, content)| {
            let unknown = *identity == [0; 16];
            (*identity, if unknown { *content } else { [0; 16] }, *row)
        });
        let mut found = Vec::new();
        let same_child = |a: &(u32, [u8; 16], [u8; 16]), b: &(u32, [u8; 16], [u8; 16])| {
            a.1 == b.1 && (a.1 != [0; 16] || a.2 == b.2)
        };
        for group in self.rows.chunk_by(same_child) {
            let [(first, _, content), others @ ..] = group else {
                continue;
            };
            if others.iter().all(|(_, _, other)| other == content) {
                found.extend(others.iter().map(|(row, _, _)| (*row, repeated(*first))));
            } else {
                let listed = group.iter().map(|(row, _, _)| *row);
                found.extend(group.iter().map(|(row, _, _)| {
                    let others = listed.clone().filter(|other| other != row);
                    (*row, conflict(self.identity, others, group.len() - 1))
                }));
            }
        }
        found.sort_unstable_by_key(|(row, _)| *row);
        found
    }
}

fn repeated(first: u32) -> Problem {
    Problem::new(Code::RowRepeated).message(format!(
        "与第 {first} 行完全相同，只算第 {first} 行，请删去这一行。"
    ))
}

fn conflict(identity: &str, others: impl Iterator<Item = u32>, count: usize) -> Problem {
    let rows = super::list_rows(others.take(LISTED), count);
    Problem::new(Code::RowConflict).message(format!(
        "{identity}与{rows}相同，内容却不同，请核对后只保留正确的一行。"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(rows: &[(u32, Option<&str>, &str)]) -> Vec<(u32, Code, String)> {
        let mut duplicates = FileDuplicates::new("证件号码");
        for (row, identity, content) in rows {
            duplicates.push(
                *row,
                identity.map(|i| fingerprint([i])),
                fingerprint([*content]),
            );
        }
        let found = duplicates.finish();
        found
            .into_iter()
            .map(|(row, p)| (row, p.code, p.message))
            .collect()
    }

    #[test]
    fn rows_alike_count_once() {
        let found = run(&[
            (9, Some("a"), "x"),
            (2, Some("a"), "x"),
            (5, Some("b"), "y"),
            (7, Some("a"), "x"),
        ]);
        let rows: Vec<_> = found.iter().map(|(row, code, _)| (*row, *code)).collect();
        assert_eq!(rows, [(7, Code::RowRepeated), (9, Code::RowRepeated)]);
        assert!(found[0].2.starts_with("与第 2 行完全相同"));
    }

    #[test]
    fn one_child_with_two_contents_is_an_error_everywhere() {
        let found = run(&[
            (2, Some("a"), "x"),
            (3, Some("a"), "y"),
            (4, Some("a"), "x"),
        ]);
        let rows: Vec<_> = found.iter().map(|(row, code, _)| (*row, *code)).collect();
        assert_eq!(
            rows,
            [
                (2, Code::RowConflict),
                (3, Code::RowConflict),
                (4, Code::RowConflict)
            ]
        );
        assert_eq!(
            found[0].2,
            "证件号码与第 3、4 行相同，内容却不同，请核对后只保留正确的一行。"
        );
        assert!(found[1].2.contains("第 2、4 行"));
    }

    #[test]
    fn unreadable_papers_are_compared_as_a_whole() {
        let found = run(&[(2, None, "x"), (3, None, "y"), (4, None, "x")]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0, found[0].1), (4, Code::RowRepeated));
    }

    #[test]
    fn many_rows_of_one_child_are_listed_shortly() {
        let contents: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        let rows: Vec<_> = (2..)
            .zip(&contents)
            .map(|(row, c)| (row, Some("a"), c.as_str()))
            .collect();
        let found = run(&rows);
        assert_eq!(found.len(), 100);
        assert!(found[0].2.contains("等 99 行"));
        assert!(size_of::<(u32, [u8; 16], [u8; 16])>() <= 40);
    }
}
