//! Forgetting a column template of the district (删除制卡模板). Batches keep theirs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::context::{AuditNote, Cx};
use crate::error::{Code, OpError};
use crate::id::TemplateId;
use crate::ops::touches;

/// Which template.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteTemplateRequest {
    /// Template.
    pub id: TemplateId,
}

touches!(DeleteTemplateRequest, self => Touched::Template(self.id));

/// What was forgotten.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteTemplateResponse {
    /// Its name.
    pub name: String,
}

/// # Errors
/// `template.unknown`, `forbidden`.
pub async fn run(
    cx: &mut Cx,
    request: DeleteTemplateRequest,
) -> Result<DeleteTemplateResponse, OpError> {
    let stored = cx.uow.card_template(request.id).await?;
    let template = stored.ok_or(Code::TemplateUnknown)?;
    cx.uow.delete_card_template(template.id).await?;
    cx.note(AuditNote::district(
        template.district,
        format!("删除制卡模板“{}”", template.name),
    ));
    Ok(DeleteTemplateResponse {
        name: template.name,
    })
}
