//! Opens a kept import (打开导入记录): its rows are not masked, so each opening is
//! in the audit log.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::show::ShowImportResponse;
use crate::context::Cx;
use crate::error::{Code, OpError};
use crate::id::ImportId;
use crate::ops::touches;

/// Which import.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenImportRequest {
    /// Import.
    pub import_id: ImportId,
}

touches!(OpenImportRequest, self => Touched::Import(self.import_id));

/// # Errors
/// `import.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: OpenImportRequest) -> Result<ShowImportResponse, OpError> {
    let import = cx
        .uow
        .import(request.import_id)
        .await?
        .ok_or(Code::ImportUnknown)?;
    let summary = format!(
        "打开导入记录：{}，{} 行",
        import.file_name, import.rows_total
    );
    cx.note(super::note(&import, summary));
    ShowImportResponse::new(import)
}
