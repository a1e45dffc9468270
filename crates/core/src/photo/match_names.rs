//! Which pupil a file name means: by paper number or 学籍号, whatever the letters' case.

use std::collections::HashMap;

use crate::domain::paper::PaperKind;
use crate::domain::photo::PhotoName;
use crate::error::OpError;
use crate::id::SchoolId;
use crate::ops::pupil::open_text;
use crate::ports::{Cipher, PhotoPupil, SealedAt, UnitOfWork};

/// Pupils read at once.
const PAGE: u32 = 500;

/// What a name is looked up in.
pub(crate) struct Roll {
    pub(crate) pupils: Vec<PhotoPupil>,
    numbers: HashMap<String, Vec<usize>>,
}

/// Whom a name means.
pub(crate) enum Meant {
    Nobody,
    /// A place in [`Roll::pupils`].
    One(usize),
    Several,
}

impl Roll {
    /// All pupils of a school that may need a photo. The numbers are opened here and
    /// forgotten with the roll: a passport's index holds a nationality that no file
    /// name has, so that the index cannot be asked instead.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn read(
        uow: &mut dyn UnitOfWork,
        cipher: &dyn Cipher,
        school: SchoolId,
    ) -> Result<Self, OpError> {
        let mut pupils: Vec<PhotoPupil> = Vec::new();
        loop {
            let after = pupils.last().map(|pupil| (pupil.name.clone(), pupil.id));
            let page = uow.photo_pupils(school, false, after, PAGE).await?;
            let full = page.len() == PAGE as usize;
            pupils.extend(page);
            if !full {
                break;
            }
        }
        let mut numbers: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, pupil) in pupils.iter().enumerate() {
            for number in numbers_of(cipher, pupil)? {
                // A number is compared as a file name would carry it.
                if let Ok(name) = PhotoName::parse(&format!("{number}.JPG")) {
                    let at_number = numbers.entry(name.stem().to_owned()).or_default();
                    if at_number.last() != Some(&at) {
                        at_number.push(at);
                    }
                }
            }
        }
        Ok(Self { pupils, numbers })
    }

    pub(crate) fn meant(&self, name: &PhotoName) -> Meant {
        match self.numbers.get(name.stem()).map(Vec::as_slice) {
            None | Some([]) => Meant::Nobody,
            Some([one]) => Meant::One(*one),
            Some([_, _, ..]) => Meant::Several,
        }
    }
}

/// Paper number and 学籍号. A resident pupil without a 学籍号 on record is found by the
/// usual one, too: `G` and the resident number.
fn numbers_of(cipher: &dyn Cipher, pupil: &PhotoPupil) -> Result<Vec<String>, OpError> {
    let open = |column, sealed: &[u8]| {
        let at = SealedAt {
            table: "pupil",
            column,
            row: pupil.id.0,
        };
        open_text(cipher, at, sealed)
    };
    let paper = open("paper", &pupil.paper_sealed)?;
    let student = match &pupil.student_number_sealed {
        Some(sealed) => Some(open("student_number", sealed)?),
        None if PaperKind::from_stored(&pupil.paper_kind) == Some(PaperKind::ResidentId) => {
            Some(format!("G{paper}"))
        }
        None => None,
    };
    Ok(std::iter::once(paper).chain(student).collect())
}
