//! Does again what was taken back (重做修改), IMP-7.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::ImportChange;
use super::edit::{Step, answer, revise};
use super::kinds::of_kind;
use crate::context::Cx;
use crate::error::{Code, OpError, Problem};
use crate::id::ImportId;
use crate::ops::touches;

/// Which import.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RedoImportEditRequest {
    /// Import.
    pub import_id: ImportId,
}

touches!(RedoImportEditRequest, self => Touched::Import(self.import_id));

/// # Errors
/// `import.unknown`, `import.closed`; `import.no_edit` when nothing was taken back.
pub async fn run(cx: &mut Cx, request: RedoImportEditRequest) -> Result<ImportChange, OpError> {
    let mut import = super::open_import(cx, request.import_id).await?;
    if import.edit_at == import.edit_last {
        return Err(Problem::new(Code::ImportNoEdit)
            .message("没有可以重做的修改。")
            .into());
    }
    let number = import.edit_at + 1;
    let cipher = cx.ports.cipher.clone();
    let step = Step::kept(&mut *cx.uow, &*cipher, import.id, number).await?;
    of_kind!(super::kind_of_record(&import)?, K => revise::<K>(cx, &mut import, &step).await?);
    import.edit_at = number;
    cx.uow.update_import(&import).await?;
    answer(cx, import, &step, "重做修改").await
}
