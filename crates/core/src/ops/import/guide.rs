//! How to fill the template, with the school's own classes (查看填写说明), IMP-1.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use super::kinds::{Importing, of_kind};
use crate::context::Cx;
use crate::domain::application::ImportOf;
use crate::error::OpError;
use crate::id::SchoolId;
use crate::import::guide;
pub use crate::import::guide::ImportGuide;
use crate::ops::touches;

/// Which school.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportGuideRequest {
    /// School.
    pub school_id: SchoolId,
    /// What the rows become; pupils by default.
    #[ts(optional, as = "Option<ImportOf>")]
    pub kind: Option<String>,
}

touches!(ImportGuideRequest, self => Touched::School(self.school_id));

/// # Errors
/// `school.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: ImportGuideRequest) -> Result<ImportGuide, OpError> {
    let today = cx.today();
    let snapshot = super::snapshot(&mut *cx.uow, request.school_id, today).await?;
    Ok(of_kind!(super::kind_of(request.kind.as_deref())?, K => {
        guide::guide(&K::kind().table, &snapshot)
    }))
}
