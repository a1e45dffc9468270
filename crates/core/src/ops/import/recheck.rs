//! Checks all rows of a preview again (重新核对): classes may have been made since,
//! or children have come on record.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::ImportChange;
use super::kinds::of_kind;
use super::staging::{self, Look, Scope};
use crate::context::Cx;
use crate::error::OpError;
use crate::id::ImportId;
use crate::ops::touches;

/// Which import.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecheckImportRequest {
    /// Import.
    pub import_id: ImportId,
}

touches!(RecheckImportRequest, self => Touched::Import(self.import_id));

/// # Errors
/// `import.unknown`, `import.closed`.
pub async fn run(cx: &mut Cx, request: RecheckImportRequest) -> Result<ImportChange, OpError> {
    let mut import = super::open_import(cx, request.import_id).await?;
    let cipher = cx.ports.cipher.clone();
    let today = cx.today();
    let actor = cx.actor()?.clone();
    let look = Look::now(&mut *cx.uow, &import, &actor, today).await?;
    of_kind!(super::kind_of_record(&import)?, K => {
        staging::revise::<K>(&mut *cx.uow, &*cipher, &mut import, &look, Scope::All, &mut |_| false).await?;
    });
    cx.uow.update_import(&import).await?;
    let summary = format!(
        "重新核对：{}，可导入 {} 行，有错误 {} 行",
        import.file_name, import.rows_valid, import.rows_error
    );
    cx.note(super::note(&import, summary));
    ImportChange::new(import, Vec::new(), 0)
}
