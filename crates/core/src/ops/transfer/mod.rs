//! Transfers between schools (转入转出), STU-8: asked for by the new school, released by the
//! old one or a district, between districts by the city, and then approved like any application.

pub mod list;
pub mod refuse;
pub mod release;
pub mod request;
pub mod withdraw;

use crate::access::{Permission, Place, forbidden};
use crate::context::Cx;
use crate::domain::application::{ApplicationKind, ApplicationState, TransferStep};
use crate::error::{Code, OpError};
use crate::id::{ApplicationId, SchoolId};
use crate::ports::MoveRecord;

/// A transfer that the old school decides on, and its state after that. Who reaches only the
/// school itself cannot reopen what was refused: that is arbitration, for its district or
/// the city.
///
/// # Errors
/// `move.unknown` when it is not one of the school's, `application.state`, `forbidden`.
async fn to_decide(
    cx: &mut Cx,
    id: ApplicationId,
    from_school: SchoolId,
    step: TransferStep,
) -> Result<(MoveRecord, ApplicationState), OpError> {
    let record = cx.uow.moves_by_ids(&[id]).await?.into_iter().next();
    let record = record
        .filter(|record| {
            record.kind == ApplicationKind::TransferIn.as_str()
                && record.from_school_id == from_school
        })
        .ok_or(Code::MoveUnknown)?;
    let state = ApplicationState::from_stored(&record.state)
        .ok_or_else(|| OpError::internal("reading an application", "unknown state"))?;
    let after = state.decided(step)?;
    let district = Place::District(record.from_district.clone());
    if state == ApplicationState::Returned && !cx.reach().covers(&district) {
        return Err(forbidden(Permission::ReviewPupils));
    }
    Ok((record, after))
}
