//! What the two processes tell each other: frames of a length in four bytes and
//! as many bytes of postcard.

use std::io::{self, Read, Write};

use ekatong_core::import::cells::{
    Container, FileLimits, MergedRange, SheetFacts, SheetInfo, SheetRow,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Bytes of a frame at most. A batch of rows ends far earlier; one row of texts
/// as long as Excel allows may need it.
pub(super) const LARGEST: usize = 16 << 20;

/// Batches that the child may be ahead: it reads one while the rules check the
/// other.
pub(super) const AHEAD: u32 = 2;

/// What the parent wants.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Ask {
    /// The file, first of all; its bytes follow the frame.
    Open {
        file_name: String,
        limits: FileLimits,
        bytes: u64,
    },
    /// The rows of a sheet from its start.
    Rows(u32),
    /// A batch was taken: there is room for another.
    More,
    /// No further rows.
    Enough,
    /// The merged ranges of a sheet.
    Merged(u32),
}

/// What the child answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// The file is open.
    Opened {
        container: Container,
        sheets: Vec<SheetInfo>,
    },
    /// Some rows.
    Rows(Vec<SheetRow>),
    /// There are no further rows.
    Read(SheetFacts),
    /// Merged ranges.
    Merged(Vec<MergedRange>),
    /// Problems as JSON, which their optional parts need.
    Refused(String),
}

/// Sends a frame.
pub(super) fn send(output: &mut impl Write, frame: &impl Serialize) -> io::Result<()> {
    let payload = postcard::to_stdvec(frame).map_err(io::Error::other)?;
    if payload.len() > LARGEST {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    let length = u32::try_from(payload.len()).map_err(io::Error::other)?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(&payload)?;
    output.flush()
}

/// Waits for a frame; none at the end of the other process.
pub(super) fn receive<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?;
    if length > LARGEST {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    let mut payload = vec![0; length];
    input.read_exact(&mut payload)?;
    postcard::from_bytes(&payload)
        .map(Some)
        .map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use ekatong_core::import::cells::{Cell, CellValue};

    #[test]
    fn every_kind_of_cell_passes() {
        let values = [
            CellValue::Text("林知夏𠮷".to_owned()),
            CellValue::Number(-0.1),
            CellValue::Bool(true),
            CellValue::Date(
                NaiveDate::from_ymd_opt(2013, 9, 18)
                    .unwrap()
                    .and_hms_milli_opt(1, 2, 3, 4)
                    .unwrap(),
            ),
            CellValue::Error("#N/A".to_owned()),
            CellValue::FormulaWithoutValue,
        ];
        let row = SheetRow {
            row: 1_048_576,
            hidden: true,
            cells: (0..)
                .zip(values)
                .map(|(column, value)| Cell {
                    column,
                    value,
                    formula: column % 2 == 0,
                    merged: column % 3 == 0,
                })
                .collect(),
        };
        let mut pipe = Vec::new();
        send(&mut pipe, &Answer::Rows(vec![row.clone()])).unwrap();
        send(&mut pipe, &Ask::Enough).unwrap();
        let mut pipe = pipe.as_slice();
        let Some(Answer::Rows(rows)) = receive(&mut pipe).unwrap() else {
            panic!("no rows");
        };
        assert_eq!(rows, [row]);
        assert!(matches!(receive(&mut pipe), Ok(Some(Ask::Enough))));
        assert!(matches!(receive::<Ask>(&mut pipe), Ok(None)));
    }

    #[test]
    fn broken_frames_are_errors() {
        let huge = u32::MAX.to_le_bytes();
        assert!(receive::<Answer>(&mut &huge[..]).is_err());
        assert!(receive::<Answer>(&mut &[9, 0, 0, 0, 1][..]).is_err());
        assert!(receive::<Answer>(&mut &[1, 0, 0, 0, 99][..]).is_err());
        let text = "长".repeat(LARGEST / 3 + 1);
        assert!(send(&mut Vec::new(), &Answer::Refused(text)).is_err());
    }
}
