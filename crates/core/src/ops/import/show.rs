//! One import with its problems by kind (查看导入).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ImportSummary, ProblemGroup, stored_json};
use crate::context::Cx;
use crate::error::{Code, OpError};
use crate::id::ImportId;
use crate::ops::touches;
use crate::ports::ImportRecord;

/// Which import.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowImportRequest {
    /// Import.
    pub import_id: ImportId,
}

/// The import.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShowImportResponse {
    /// Counts and file.
    pub summary: ImportSummary,
    /// Problems by kind, most rows first.
    pub groups: Vec<ProblemGroup>,
}

touches!(ShowImportRequest, self => Touched::Import(self.import_id));

/// # Errors
/// `import.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: ShowImportRequest) -> Result<ShowImportResponse, OpError> {
    let import = cx
        .uow
        .import(request.import_id)
        .await?
        .ok_or(Code::ImportUnknown)?;
    ShowImportResponse::new(import)
}

impl ShowImportResponse {
    pub(super) fn new(import: ImportRecord) -> Result<Self, OpError> {
        let groups = stored_json(&import.groups)?;
        Ok(Self {
            summary: ImportSummary::new(import)?,
            groups,
        })
    }
}
