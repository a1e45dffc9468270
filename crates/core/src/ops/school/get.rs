//! One school (查看学校).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::SchoolView;
use crate::context::Cx;
use crate::error::{Code, OpError};
use crate::id::SchoolId;
use crate::ops::touches;

/// Which school.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetSchoolRequest {
    /// School.
    pub id: SchoolId,
}

touches!(GetSchoolRequest, self => Touched::School(self.id));

/// # Errors
/// `school.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: GetSchoolRequest) -> Result<SchoolView, OpError> {
    SchoolView::new(
        cx.uow
            .school(request.id)
            .await?
            .ok_or(Code::SchoolUnknown)?,
    )
}
