//! What was typed into the one search box, turned into pages of pupils (STU-6).
//!
//! A class, a number and part of a name are told apart by their form. Numbers are
//! found as a whole through their keyed hashes. Of a name any part will do: the names
//! that have it come first, in batches, then who bears them within the scope; at a
//! single school the names are few enough to be looked through.

use serde::{Deserialize, Serialize};

use super::{nationality_and_number, paper_indexes};
use crate::domain::phone::ContactPhone;
use crate::domain::search::{self, Sought};
use crate::domain::student_number::StudentNumber;
use crate::error::OpError;
use crate::id::{PupilId, SchoolId};
use crate::ops::page::{CappedCount, decode_cursor, encode_cursor};
use crate::ports::{Cipher, IndexOf, PupilFilter, PupilRecord, UnitOfWork};

/// Names asked for at first: a name that many bear fills the page by itself.
const FIRST: u32 = 16;
/// Names asked for at once at most.
const MOST: u32 = 500;
/// Names after which a page ends although it is not full; the next one goes on.
const PATIENCE: u32 = 10_000;
/// Pupils of one number: guardians have several children.
const SAME_NUMBER: u32 = 50;

/// Narrows filters by a class or a number; a part of a name is given back.
///
/// # Errors
/// Those of the store.
pub(super) async fn narrow(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    filters: &mut [PupilFilter],
    text: Option<&str>,
    today: chrono::NaiveDate,
) -> Result<Option<String>, OpError> {
    match text.and_then(Sought::read) {
        None => Ok(None),
        Some(Sought::Name(key)) => Ok(Some(key)),
        Some(Sought::Class { grade, number }) => {
            for filter in filters {
                let district = filter.district.as_deref();
                filter.classes = Some(
                    uow.classes_numbered(district, filter.school, grade, number)
                        .await?,
                );
            }
            Ok(None)
        }
        Some(Sought::Number(number)) => {
            let ids = by_number(uow, cipher, &number, today).await?;
            for filter in filters {
                filter.ids = Some(ids.clone());
            }
            Ok(None)
        }
    }
}

/// Pupils to whom a whole number belongs; the caller narrows them to the reach.
async fn by_number(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    text: &str,
    today: chrono::NaiveDate,
) -> Result<Vec<PupilId>, OpError> {
    let (nationality, number) = nationality_and_number(text);
    let papers = paper_indexes(cipher, nationality, number, today);
    let found = uow.find_papers(&papers).await?;
    let mut ids: Vec<PupilId> = found.into_iter().map(|found| found.id).collect();
    let student_number = StudentNumber::parse(text)
        .ok()
        .map(|number| cipher.index(IndexOf::StudentNumber, number.as_str()));
    let phone = ContactPhone::parse(text)
        .ok()
        .map(|phone| cipher.index(IndexOf::Phone, phone.value.as_str()));
    ids.extend(
        uow.pupils_by_hash(student_number, phone, SAME_NUMBER)
            .await?,
    );
    Ok(ids)
}

/// Where a page ended: in which scope, behind which token and name, how many names
/// were asked for, and the last pupil of those names.
#[derive(Serialize, Deserialize)]
struct At {
    scope: usize,
    from: Option<(String, String)>,
    size: u32,
    after: Option<(String, PupilId)>,
}

/// A page of pupils whose name has this key in it, by what was found and then by name.
///
/// # Errors
/// `request.invalid` for a cursor that is not ours.
pub(super) async fn page(
    uow: &mut dyn UnitOfWork,
    filters: &[PupilFilter],
    key: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<(Vec<PupilRecord>, Option<String>, CappedCount), OpError> {
    let mut at = decode_cursor(after)?.unwrap_or(At {
        scope: 0,
        from: None,
        size: FIRST,
        after: None,
    });
    let mut found: Vec<PupilRecord> = Vec::new();
    let mut looked = 0;
    while let Some(filter) = filters.get(at.scope)
        && looked < PATIENCE
    {
        let want = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(limit));
        if want == 0 {
            break;
        }
        let (names, from) = names(uow, filter.school, key, &at).await?;
        looked += at.size;
        let pupils = if names.is_empty() {
            Vec::new()
        } else {
            let filter = PupilFilter {
                names: Some(names),
                ..filter.clone()
            };
            uow.pupils(&filter, at.after.take(), want).await?
        };
        let full = pupils.len() == want as usize;
        found.extend(pupils);
        if full {
            at.after = found.last().map(|pupil| (pupil.name.clone(), pupil.id));
        } else if from.is_some() {
            at.from = from;
            at.size = (at.size * 4).min(MOST);
        } else {
            at = At {
                scope: at.scope + 1,
                from: None,
                size: FIRST,
                after: None,
            };
        }
    }
    let next = if at.scope < filters.len() {
        encode_cursor(&at)
    } else {
        None
    };
    let count = CappedCount {
        count: i64::try_from(found.len()).unwrap_or(i64::MAX),
        more: next.is_some(),
    };
    Ok((found, next, count))
}

/// The next names that have the key in them, and where those after them begin.
async fn names(
    uow: &mut dyn UnitOfWork,
    school: Option<SchoolId>,
    key: &str,
    at: &At,
) -> Result<(Vec<String>, Option<(String, String)>), OpError> {
    if key.is_empty() {
        return Ok((Vec::new(), None));
    }
    if let Some(school) = school {
        let names = uow.names_of_school(school).await?;
        let mut names = names
            .into_iter()
            .filter(|name| at.from.as_ref().is_none_or(|(_, last)| name > last))
            .filter(|name| search::finds(key, name));
        let batch: Vec<String> = names.by_ref().take(at.size as usize).collect();
        let from = names
            .next()
            .and_then(|_| batch.last())
            .map(|last| (String::new(), last.clone()));
        return Ok((batch, from));
    }
    let start = search::start(key);
    let after = at
        .from
        .as_ref()
        .map(|(token, name)| (token.as_str(), name.as_str()));
    let found = uow.names_by_token(&start, after, at.size).await?;
    let from = found
        .last()
        .filter(|_| found.len() == at.size as usize)
        .cloned();
    let names = found
        .into_iter()
        // A name with the key in it twice stands under two tokens: the first counts.
        .filter(|(token, name)| {
            search::tokens(name)
                .range(start.clone()..)
                .next()
                .is_none_or(|first| first == token)
        })
        .map(|(_, name)| name)
        .filter(|name| key == start || search::finds(key, name))
        .collect();
    Ok((names, from))
}
