//! Takes the last correction of a preview back (撤销修改), IMP-7.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::ImportChange;
use super::edit::{Step, answer, revise};
use super::kinds::of_kind;
use crate::context::Cx;
use crate::error::{Code, OpError};
use crate::id::ImportId;
use crate::ops::touches;

/// Which import.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UndoImportEditRequest {
    /// Import.
    pub import_id: ImportId,
}

touches!(UndoImportEditRequest, self => Touched::Import(self.import_id));

/// # Errors
/// `import.unknown`, `import.closed`; `import.no_edit` when nothing was corrected.
pub async fn run(cx: &mut Cx, request: UndoImportEditRequest) -> Result<ImportChange, OpError> {
    let mut import = super::open_import(cx, request.import_id).await?;
    if import.edit_at == 0 {
        return Err(Code::ImportNoEdit.into());
    }
    let cipher = cx.ports.cipher.clone();
    let step = Step::kept(&mut *cx.uow, &*cipher, import.id, import.edit_at).await?;
    let step = step.reversed();
    of_kind!(super::kind_of_record(&import)?, K => revise::<K>(cx, &mut import, &step).await?);
    import.edit_at -= 1;
    cx.uow.update_import(&import).await?;
    answer(cx, import, &step, "撤销修改").await
}
