//! The template of a file of entries or of terminals' records (下载临时增效模板).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use super::import::{ExtensionFile, snapshot};
use super::the_district;
use crate::access::Permission;
use crate::context::{AuditNote, Job};
use crate::error::OpError;
use crate::import::{extensions, guide, terminal_records};
pub use crate::ops::page::StagedFile;
use crate::ops::touches;

/// Which template.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExtensionTemplateRequest {
    /// What the rows become; entries by default.
    #[ts(optional)]
    pub kind: Option<ExtensionFile>,
    /// District code; may be left out by who has one district only.
    #[ts(optional)]
    pub district: Option<String>,
}

touches!(ExtensionTemplateRequest, self => match &self.district {
    Some(code) => Touched::District(code.clone()),
    None => Touched::Filtered,
});

/// # Errors
/// `district.unknown`.
pub async fn run(job: &mut Job, request: ExtensionTemplateRequest) -> Result<StagedFile, OpError> {
    let kind = request.kind.unwrap_or_default();
    let mut uow = job.ports.store.read().await?;
    let reach = job.actor.reach(Permission::ManageExtensions);
    let district = the_district(&mut *uow, &reach, request.district.as_deref()).await?;
    let snapshot = snapshot(&mut *uow, &district, kind, job.today()).await?;
    uow.rollback().await?;
    let template = match kind {
        ExtensionFile::Entries => {
            guide::template_without_classes(&extensions::KIND.table, &snapshot)
        }
        ExtensionFile::Records => {
            guide::template_without_classes(&terminal_records::KIND.table, &snapshot)
        }
    };
    let bytes = job.ports.workbooks.template(&template)?;
    let file_name = format!("{}导入模板-{}.xlsx", kind.zh(), district.name);
    let cipher = job.ports.cipher.clone();
    let mut uow = job.ports.store.write().await?;
    let account = job.actor.account;
    let blob_id =
        crate::blobs::write(&mut *uow, &*cipher, account, &file_name, &bytes, job.now).await?;
    let answer = StagedFile { blob_id, file_name };
    let note = AuditNote::district(district.code, format!("下载{}导入模板", kind.zh()));
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}
