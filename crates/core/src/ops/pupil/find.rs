//! A pupil by the number of a paper (查找学生).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{PupilView, nationality_and_number, paper_indexes};
use crate::access::Place;
use crate::context::Cx;
use crate::domain::paper::{Paper, PaperKind};
use crate::error::OpError;
use crate::ops::touches;

/// A number as written on a paper.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindPupilRequest {
    /// Resident ID number, or another paper's number; a passport as `USA:123456789`.
    pub id_number: String,
}

/// What was found.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindPupilResponse {
    /// The pupil, if the person may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub pupil: Option<PupilView>,
    /// True when the child is on record where the person may not look.
    pub elsewhere: bool,
}

touches!(FindPupilRequest, self => Touched::Filtered);

/// # Errors
/// `paper.*` when the number can be of no kind of paper.
pub async fn run(cx: &mut Cx, request: FindPupilRequest) -> Result<FindPupilResponse, OpError> {
    let today = cx.today();
    let (nationality, number) = nationality_and_number(&request.id_number);
    let indexes = paper_indexes(&*cx.ports.cipher, nationality, number, today);
    let refused = Paper::parse(PaperKind::ResidentId, number, nationality, today)
        .err()
        .unwrap_or_default();
    // Any short text can be an `other` paper; the resident number's fault is worth telling
    // when that is what was meant.
    let meant_resident = number.trim().len() >= 15;
    let found = cx.uow.find_papers(&indexes).await?;
    let Some(found) = found.into_iter().next() else {
        return if meant_resident && !refused.is_empty() {
            Err(refused
                .into_iter()
                .map(|problem| problem.field("idNumber"))
                .collect::<Vec<_>>()
                .into())
        } else {
            Ok(FindPupilResponse {
                pupil: None,
                elsewhere: false,
            })
        };
    };
    let place = Place::School(found.district, found.school_id);
    if !cx.reach().covers(&place) {
        return Ok(FindPupilResponse {
            pupil: None,
            elsewhere: true,
        });
    }
    let record = cx.uow.pupils_by_ids(&[found.id]).await?.into_iter().next();
    let pupil = record
        .map(|record| PupilView::new(record, &*cx.ports.cipher))
        .transpose()?;
    Ok(FindPupilResponse {
        pupil,
        elsewhere: false,
    })
}
