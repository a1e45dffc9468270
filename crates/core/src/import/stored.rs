//! What is kept of a file's rows, for any kind of import: blocks of rows, and an
//! index that tells where the problems are.
//!
//! The cells are the truth. Problems and entries follow from them by the rules,
//! so a correction, a later look and a commit are the same check once more.
//! Blocks are small enough to open one for a page of the grid, and packed
//! ([`pack`]) before they are sealed.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::duplicates::Fingerprint;
use super::row::{TableCell, TableRow};
use crate::error::{Code, OpError, Problem, Severity};

/// Rows of a block.
pub const BLOCK: u32 = 250;
/// First byte of a packed block, so that a later form can be told from this one.
const FORM: u8 = 1;

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowState {
    /// Can be committed.
    Valid,
    /// Can be committed; a person should look.
    Warning,
    /// Cannot be committed.
    Error,
    /// On record.
    Committed,
    /// Was on record and was taken back.
    Undone,
}

impl RowState {
    /// The word in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Committed => "committed",
            Self::Undone => "undone",
        }
    }

    /// True when a commit takes the row.
    #[must_use]
    pub const fn is_ready(self) -> bool {
        matches!(self, Self::Valid | Self::Warning)
    }

    /// True when a person has something to look at.
    #[must_use]
    pub const fn has_problem(self) -> bool {
        matches!(self, Self::Warning | Self::Error)
    }

    /// True while the row may still change.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Valid | Self::Warning | Self::Error)
    }

    const fn code(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Warning => 1,
            Self::Error => 2,
            Self::Committed => 3,
            Self::Undone => 4,
        }
    }

    const fn of_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Valid,
            1 => Self::Warning,
            2 => Self::Error,
            3 => Self::Committed,
            4 => Self::Undone,
            _ => return None,
        })
    }
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// Nothing yet.
    Open,
    /// It is this record now.
    Written(Uuid),
    /// It was a record and was taken back.
    Undone,
}

/// A row as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRow {
    /// Place in the import, from 0 without gaps.
    pub position: u32,
    /// The row.
    pub row: TableRow,
    /// Indices of the columns that a person corrected, rising.
    pub edited: Vec<u8>,
    /// Its problems.
    pub problems: Vec<Problem>,
    /// Fingerprint of what it is about.
    pub identity: Option<Fingerprint>,
    /// Fingerprint of all its cells.
    pub content: Fingerprint,
    /// What became of it.
    pub fate: Fate,
}

impl StoredRow {
    /// Where the row stands.
    #[must_use]
    pub fn state(&self) -> RowState {
        match self.fate {
            Fate::Written(_) => RowState::Committed,
            Fate::Undone => RowState::Undone,
            Fate::Open => match self.problems.iter().map(|p| p.severity).max() {
                Some(Severity::Error) => RowState::Error,
                Some(Severity::Warning) => RowState::Warning,
                Some(Severity::Note) | None => RowState::Valid,
            },
        }
    }

    /// Block that holds it.
    #[must_use]
    pub const fn block(&self) -> u32 {
        self.position / BLOCK
    }
}

/// True for problems that only all rows together show.
#[must_use]
pub const fn is_between_rows(code: Code) -> bool {
    matches!(code, Code::RowRepeated | Code::RowConflict)
}

/// True for problems of a child that is on record where the row would put it: a duplicate.
#[must_use]
pub const fn is_twice(code: Code) -> bool {
    matches!(
        code,
        Code::PupilDuplicate
            | Code::PupilDeleted
            | Code::PupilLeaver
            | Code::RegistrationTaken
            | Code::RegistrationHere
    )
}

/// A row inside a packed block. Problems are JSON because theirs is a form with
/// flattened parts, which a form without names cannot hold.
#[derive(Serialize, Deserialize)]
struct Packed {
    row: u32,
    cells: Vec<TableCell>,
    edited: Vec<u8>,
    problems: String,
    identity: Option<Fingerprint>,
    content: Fingerprint,
    fate: Fate,
}

fn broken(source: impl std::fmt::Display) -> OpError {
    OpError::internal("reading a block of staged rows", source.to_string())
}

/// Packs the rows of a block.
///
/// # Errors
/// An internal fault only.
pub fn pack(rows: &[StoredRow]) -> Result<Vec<u8>, OpError> {
    let fault = |source: String| OpError::internal("packing staged rows", source);
    let packed = rows
        .iter()
        .map(|row| {
            let problems = if row.problems.is_empty() {
                String::new()
            } else {
                serde_json::to_string(&row.problems).map_err(|e| fault(e.to_string()))?
            };
            Ok(Packed {
                row: row.row.row,
                cells: row.row.cells.clone(),
                edited: row.edited.clone(),
                problems,
                identity: row.identity,
                content: row.content,
                fate: row.fate,
            })
        })
        .collect::<Result<Vec<_>, OpError>>()?;
    let clear = postcard::to_stdvec(&packed).map_err(|e| fault(e.to_string()))?;
    let mut bytes = vec![FORM];
    bytes.extend(lz4_flex::compress_prepend_size(&clear));
    Ok(bytes)
}

/// The rows of block `number`.
///
/// # Errors
/// An internal fault when the bytes are not those of [`pack`].
pub fn unpack(number: u32, bytes: &[u8]) -> Result<Vec<StoredRow>, OpError> {
    let packed = match bytes.split_first() {
        Some((&FORM, packed)) => packed,
        Some(_) | None => return Err(broken("an unknown form")),
    };
    let clear = lz4_flex::decompress_size_prepended(packed).map_err(broken)?;
    let rows: Vec<Packed> = postcard::from_bytes(&clear).map_err(broken)?;
    (number * BLOCK..)
        .zip(rows)
        .map(|(position, row)| {
            let problems = if row.problems.is_empty() {
                Vec::new()
            } else {
                serde_json::from_str(&row.problems).map_err(broken)?
            };
            Ok(StoredRow {
                position,
                row: TableRow {
                    row: row.row,
                    cells: row.cells,
                },
                edited: row.edited,
                problems,
                identity: row.identity,
                content: row.content,
                fate: row.fate,
            })
        })
        .collect()
}

/// Row numbers and states of all rows, by position: five bytes a row, so that
/// the grid finds a row, or the next problem, without opening blocks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowIndex {
    rows: Vec<(u32, RowState)>,
}

impl RowIndex {
    /// Adds the next row; numbers rise.
    pub fn push(&mut self, row: u32, state: RowState) {
        self.rows.push((row, state));
    }

    /// Changes the state of a row.
    pub fn set(&mut self, position: u32, state: RowState) {
        let slot = usize::try_from(position)
            .ok()
            .and_then(|at| self.rows.get_mut(at));
        if let Some(slot) = slot {
            slot.1 = state;
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// True without rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Number of blocks that hold the rows.
    #[must_use]
    pub fn blocks(&self) -> u32 {
        self.len().div_ceil(BLOCK)
    }

    /// State of a row.
    #[must_use]
    pub fn state(&self, position: u32) -> Option<RowState> {
        let at = usize::try_from(position).ok()?;
        self.rows.get(at).map(|(_, state)| *state)
    }

    /// Position of a row number as Excel shows it.
    #[must_use]
    pub fn position(&self, row: u32) -> Option<u32> {
        let at = self.rows.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        u32::try_from(at).ok()
    }

    /// How many rows are in a state that fits.
    #[must_use]
    pub fn count(&self, fits: impl Fn(RowState) -> bool) -> i64 {
        let number = self.rows.iter().filter(|(_, state)| fits(*state)).count();
        i64::try_from(number).unwrap_or(i64::MAX)
    }

    /// Positions of the rows with problems, rising.
    pub fn problems(&self) -> impl DoubleEndedIterator<Item = u32> {
        (0_u32..self.len()).filter(|position| {
            self.state(*position)
                .is_some_and(|state| state.has_problem())
        })
    }

    /// The first row with problems after a row number, or the last before it.
    #[must_use]
    pub fn next_problem(&self, row: u32, backwards: bool) -> Option<u32> {
        let split = self.rows.partition_point(|(number, _)| {
            if backwards {
                *number < row
            } else {
                *number <= row
            }
        });
        let split = u32::try_from(split).ok()?;
        let bad = |position: &u32| self.state(*position).is_some_and(RowState::has_problem);
        if backwards {
            (0..split).rev().find(bad)
        } else {
            (split..self.len()).find(bad)
        }
    }

    /// The bytes that are stored.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let mut clear = Vec::with_capacity(self.rows.len() * 5);
        for (row, state) in &self.rows {
            clear.extend_from_slice(&row.to_le_bytes());
            clear.push(state.code());
        }
        lz4_flex::compress_prepend_size(&clear)
    }

    /// The index of stored bytes.
    ///
    /// # Errors
    /// An internal fault when the bytes are not those of [`RowIndex::pack`].
    pub fn unpack(bytes: &[u8]) -> Result<Self, OpError> {
        let clear = lz4_flex::decompress_size_prepended(bytes).map_err(broken)?;
        let (rows, rest) = clear.as_chunks::<5>();
        if !rest.is_empty() {
            return Err(broken("an index of an odd length"));
        }
        let rows = rows
            .iter()
            .map(|[a, b, c, d, state]| {
                let state = RowState::of_code(*state).ok_or_else(|| broken("an unknown state"))?;
                Ok((u32::from_le_bytes([*a, *b, *c, *d]), state))
            })
            .collect::<Result<_, OpError>>()?;
        Ok(Self { rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::cells::CellValue;

    fn row(position: u32) -> StoredRow {
        StoredRow {
            position,
            row: TableRow {
                row: position * 2 + 3,
                cells: vec![
                    TableCell::typed("林知夏"),
                    TableCell {
                        value: Some(CellValue::Number(3.205_082_013_091_89e17)),
                        formula: true,
                        merged: false,
                    },
                    TableCell::default(),
                ],
            },
            edited: vec![0],
            problems: vec![Problem::new(Code::PaperPrecision)],
            identity: Some([7; 16]),
            content: [9; 16],
            fate: Fate::Written(Uuid::from_u128(5)),
        }
    }

    #[test]
    fn blocks_are_read_back() {
        let rows: Vec<StoredRow> = (BLOCK..BLOCK + 3).map(row).collect();
        let bytes = pack(&rows).unwrap();
        assert_eq!(unpack(1, &bytes).unwrap(), rows);
        assert!(unpack(1, &bytes[1..]).is_err());
        assert!(unpack(1, &[]).is_err());
    }

    #[test]
    fn the_state_of_a_row_is_that_of_its_worst_problem() {
        let mut one = row(0);
        assert_eq!(one.state(), RowState::Committed);
        one.fate = Fate::Open;
        assert_eq!(one.state(), RowState::Error);
        one.problems = vec![
            Problem::new(Code::GenderDerived).note(),
            Problem::new(Code::AgeOff).warning(),
        ];
        assert_eq!(one.state(), RowState::Warning);
        one.problems.pop();
        assert_eq!(one.state(), RowState::Valid);
        one.fate = Fate::Undone;
        assert_eq!(one.state(), RowState::Undone);
    }

    #[test]
    fn the_index_finds_rows_and_problems() {
        let mut index = RowIndex::default();
        for (row, state) in [
            (3, RowState::Valid),
            (5, RowState::Error),
            (6, RowState::Committed),
            (9, RowState::Warning),
        ] {
            index.push(row, state);
        }
        assert_eq!((index.position(6), index.position(4)), (Some(2), None));
        assert_eq!(index.problems().collect::<Vec<_>>(), [1, 3]);
        for (row, backwards, want) in [
            (0, false, Some(1)),
            (5, false, Some(3)),
            (9, false, None),
            (9, true, Some(1)),
            (5, true, None),
            (100, true, Some(3)),
        ] {
            assert_eq!(index.next_problem(row, backwards), want, "{row}");
        }
        index.set(3, RowState::Valid);
        assert_eq!(index.count(RowState::is_ready), 2);
        assert_eq!(RowIndex::unpack(&index.pack()).unwrap(), index);
    }
}
