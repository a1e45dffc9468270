//! Pages by key: cursors, limits, capped counts.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::access::Reach;
use crate::error::{Code, OpError, Problem};
use crate::id::SchoolId;
use crate::ports::{SchoolRecord, UnitOfWork};

/// Rows of a page when the request names none.
const DEFAULT_LIMIT: u32 = 50;
/// Rows of a page at most.
const MAX_LIMIT: u32 = 500;
/// Counts over lists stop here: "1000+".
pub const COUNT_CAP: u32 = 1000;

/// Rows of a page.
#[must_use]
pub fn limit(asked: Option<u32>) -> u32 {
    asked.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
}

/// A count that stops at [`COUNT_CAP`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CappedCount {
    /// Number counted.
    #[ts(type = "number")]
    pub count: i64,
    /// True when there are more.
    pub more: bool,
}

impl CappedCount {
    /// From a count that stopped at `COUNT_CAP + 1`.
    #[must_use]
    pub fn from_counted(counted: i64) -> Self {
        let cap = i64::from(COUNT_CAP);
        Self {
            count: counted.min(cap),
            more: counted > cap,
        }
    }

    /// A sum of two counts.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            more: self.more || other.more,
        }
    }
}

/// Where the page after this one begins: behind its last item; none when it is not full.
#[must_use]
pub fn next<'i, T, K: Serialize>(
    items: &'i [T],
    limit: u32,
    key: impl FnOnce(&'i T) -> K,
) -> Option<String> {
    let last = items.last().filter(|_| items.len() == limit as usize)?;
    encode_cursor(&key(last))
}

/// A cursor as text: opaque to callers, JSON in hexadecimal inside.
#[must_use]
pub fn encode_cursor<T: Serialize>(key: &T) -> Option<String> {
    serde_json::to_vec(key).ok().map(hex::encode)
}

/// Reads a cursor back.
///
/// # Errors
/// `request.invalid` when it is not one of ours.
pub fn decode_cursor<T: DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, OpError> {
    let Some(text) = text else { return Ok(None) };
    let bad = || {
        Problem::new(Code::RequestInvalid)
            .field("after")
            .message("翻页位置已失效，请从第一页重新查询。")
    };
    let bytes = hex::decode(text).map_err(|_| bad())?;
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|_| bad().into())
}

/// One scope that a list can be read from with one index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListScope {
    /// Everything.
    City,
    /// A district.
    District(String),
    /// A school.
    School(SchoolId),
}

impl ListScope {
    /// The district and the school that a filter of this scope names.
    #[must_use]
    pub fn parts(self) -> (Option<String>, Option<SchoolId>) {
        match self {
            Self::City => (None, None),
            Self::District(code) => (Some(code), None),
            Self::School(id) => (None, Some(id)),
        }
    }
}

/// As [`list_scopes`], for a school given by its id; gives the school, too.
///
/// # Errors
/// `school.unknown`; `forbidden` as there.
pub async fn asked_scopes(
    uow: &mut dyn UnitOfWork,
    reach: &Reach,
    district: Option<&str>,
    school: Option<SchoolId>,
) -> Result<(Vec<ListScope>, Option<SchoolRecord>), OpError> {
    let school = match school {
        Some(id) => Some(uow.school(id).await?.ok_or(Code::SchoolUnknown)?),
        None => None,
    };
    let place = school
        .as_ref()
        .map(|school| (school.id, school.district.as_str()));
    Ok((list_scopes(reach, district, place)?, school))
}

/// Narrows a list to the person's reach: the scopes whose union the person asked for and may see.
///
/// # Errors
/// `forbidden` when the request names a district or school outside the reach.
pub fn list_scopes(
    reach: &Reach,
    district: Option<&str>,
    school: Option<(SchoolId, &str)>,
) -> Result<Vec<ListScope>, OpError> {
    let refuse = || OpError::from(Code::Forbidden);
    if let Some((id, school_district)) = school {
        let place = crate::access::Place::School(school_district.to_owned(), id);
        return if reach.covers(&place) {
            Ok(vec![ListScope::School(id)])
        } else {
            Err(refuse())
        };
    }
    match (reach, district) {
        (Reach::City, None) => Ok(vec![ListScope::City]),
        (Reach::City, Some(code)) => Ok(vec![ListScope::District(code.to_owned())]),
        (Reach::Parts { districts, schools }, None) => Ok(districts
            .iter()
            .cloned()
            .map(ListScope::District)
            .chain(schools.iter().map(|(_, id)| ListScope::School(*id)))
            .collect()),
        (Reach::Parts { districts, schools }, Some(code)) => {
            if districts.iter().any(|own| own == code) {
                return Ok(vec![ListScope::District(code.to_owned())]);
            }
            let own: Vec<ListScope> = schools
                .iter()
                .filter(|(own, _)| own == code)
                .map(|(_, id)| ListScope::School(*id))
                .collect();
            if own.is_empty() {
                Err(refuse())
            } else {
                Ok(own)
            }
        }
    }
}

/// A file that was staged for the person to save.
#[derive(Debug, Clone, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StagedFile {
    /// Id of the staged file.
    pub blob_id: crate::id::BlobId,
    /// Name to save it under.
    pub file_name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_a_forged_one_is_refused() {
        let text = encode_cursor(&("王小明", 7)).unwrap();
        assert_eq!(
            decode_cursor::<(String, i64)>(Some(&text)).unwrap(),
            Some(("王小明".to_owned(), 7))
        );
        for forged in ["x", "zz", "7b", "学"] {
            assert!(
                decode_cursor::<(String, i64)>(Some(forged))
                    .unwrap_err()
                    .has(Code::RequestInvalid)
            );
        }
    }
}
