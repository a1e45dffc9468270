//! The template of a school (下载导入模板), IMP-1.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use super::kinds::{Importing, of_kind};
use crate::context::{AuditNote, Job};
use crate::domain::application::ImportOf;
use crate::error::{Code, OpError};
use crate::id::SchoolId;
use crate::import::guide;
pub use crate::ops::page::StagedFile;
use crate::ops::touches;

/// Which school.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportTemplateRequest {
    /// School.
    pub school_id: SchoolId,
    /// What the rows become; pupils by default.
    #[ts(optional, as = "Option<ImportOf>")]
    pub kind: Option<String>,
}

touches!(ImportTemplateRequest, self => Touched::School(self.school_id));

/// # Errors
/// `school.unknown`, `forbidden`.
pub async fn run(job: &mut Job, request: ImportTemplateRequest) -> Result<StagedFile, OpError> {
    let mut uow = job.ports.store.read().await?;
    let school = uow
        .school(request.school_id)
        .await?
        .ok_or(Code::SchoolUnknown)?;
    let snapshot = super::snapshot(&mut *uow, request.school_id, job.today()).await?;
    uow.rollback().await?;
    let kind = super::kind_of(request.kind.as_deref())?;
    let template = of_kind!(kind, K => guide::template(&K::kind().table, &snapshot));
    let bytes = job.ports.workbooks.template(&template)?;
    let file_name = format!("{}导入模板-{}.xlsx", kind.zh(), safe_name(&school.name));
    let mut uow = job.ports.store.write().await?;
    let cipher = job.ports.cipher.clone();
    let blob_id = crate::blobs::write(
        &mut *uow,
        &*cipher,
        job.actor.account,
        &file_name,
        &bytes,
        job.now,
    )
    .await?;
    let answer = StagedFile { blob_id, file_name };
    job.finish(
        uow,
        AuditNote::school(
            school.district,
            school.id,
            format!("下载{}导入模板", kind.zh()),
        ),
        &answer,
    )
    .await?;
    Ok(answer)
}

/// A school's name without what Windows refuses in file names.
pub(super) fn safe_name(name: &str) -> String {
    name.chars()
        .filter(|c| !r#"<>:"/\|?*"#.contains(*c) && !c.is_control())
        .collect()
}
