//! The live check of a half-filled form of a new pupil (检查新生信息).
//!
//! What is merely still empty is no error here. The texts are personal data: they come in the
//! body and leave no trace.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::form::{self, PupilForm};
use super::near::NearMatch;
use crate::access::Permission;
use crate::context::Cx;
use crate::error::{Code, OpError, Problem};
use crate::id::{PupilId, SchoolId};
use crate::ops::touches;

/// A form, and where the child is to be.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckPupilRequest {
    /// School.
    pub school_id: SchoolId,
    /// The draft that the form is about, once there is one.
    #[ts(optional)]
    pub id: Option<PupilId>,
    /// The form so far.
    pub form: PupilForm,
}

touches!(CheckPupilRequest, self => Touched::School(self.school_id));

/// What is to be said about it.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckPupilResponse {
    /// The form with what was understood of it, normalised and filled from the paper's number.
    pub form: PupilForm,
    /// Fields that the paper's number filled (由证件号得出).
    pub derived: Vec<String>,
    /// What is wrong or deserves a look, each with its field.
    pub problems: Vec<Problem>,
    /// Children on record that may be the same; masked, with the place if it may be seen.
    pub near: Vec<NearMatch>,
}

/// # Errors
/// `school.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: CheckPupilRequest) -> Result<CheckPupilResponse, OpError> {
    let school = cx
        .uow
        .school(request.school_id)
        .await?
        .ok_or(Code::SchoolUnknown)?;
    let cipher = cx.ports.cipher.clone();
    let reach = cx.actor()?.reach(Permission::ReadPupils);
    let today = cx.today();
    let mut reading = form::read(&mut *cx.uow, &school, &request.form, today).await?;
    let found = reading
        .on_record(&mut *cx.uow, &*cipher, &school, &reach, request.id)
        .await?;
    let form = reading.normalised(&request.form);
    let mut problems = std::mem::take(&mut reading.problems);
    problems.extend(found.duplicate);
    Ok(CheckPupilResponse {
        form,
        derived: reading.derived,
        problems,
        near: found
            .near
            .into_iter()
            .map(|pupil| NearMatch::masked(pupil, &reach, &*cipher))
            .collect::<Result<_, _>>()?,
    })
}
