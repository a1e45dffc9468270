//! Giving up a preview (放弃导入): its rows are forgotten.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::ImportSummary;
use crate::context::{AuditNote, Cx};
use crate::domain::application::ImportState;
use crate::error::{Code, OpError};
use crate::id::ImportId;
use crate::ops::touches;

/// Which import.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiscardImportRequest {
    /// Import.
    pub import_id: ImportId,
}

touches!(DiscardImportRequest, self => Touched::Import(self.import_id));

/// # Errors
/// `import.unknown`; `import.closed` when it was committed.
pub async fn run(cx: &mut Cx, request: DiscardImportRequest) -> Result<ImportSummary, OpError> {
    let mut import = cx
        .uow
        .import(request.import_id)
        .await?
        .ok_or(Code::ImportUnknown)?;
    if ImportState::from_stored(&import.state) != Some(ImportState::Preview) {
        return Err(Code::ImportClosed.into());
    }
    import.state = ImportState::Discarded.as_str().to_owned();
    import.purged_at = Some(cx.now.ms());
    import.edit_at = 0;
    import.edit_last = 0;
    if let Some(blob) = import.blob_id.take() {
        cx.uow.delete_blob(blob).await?;
    }
    cx.uow.update_import(&import).await?;
    cx.uow.delete_rows(import.id).await?;
    cx.note(AuditNote::school(
        import.district.clone(),
        import.school_id,
        format!("放弃导入：{}", import.file_name),
    ));
    ImportSummary::new(import)
}
