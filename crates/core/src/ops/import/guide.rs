//! How to fill the template, with the school's own classes (查看填写说明), IMP-1.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use crate::context::Cx;
use crate::error::OpError;
use crate::id::SchoolId;
pub use crate::import::new_pupils::ImportGuide;
use crate::ops::touches;

/// Which school.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportGuideRequest {
    /// School.
    pub school_id: SchoolId,
}

touches!(ImportGuideRequest, self => Touched::School(self.school_id));

/// # Errors
/// `school.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: ImportGuideRequest) -> Result<ImportGuide, OpError> {
    let today = cx.today();
    let snapshot = super::snapshot(&mut *cx.uow, request.school_id, today).await?;
    Ok(crate::import::new_pupils::guide(&snapshot))
}
