//! Writing a column template (保存制卡模板). Batches that there are keep theirs.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::templates::CardTemplateView;
use crate::context::{AuditNote, Cx};
use crate::error::{Code, OpError, Problem};
use crate::id::TemplateId;
use crate::ops::touches;
use crate::ports::CardTemplateRecord;
use crate::production::template::TemplateContent;

/// A template, new or changed.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SaveTemplateRequest {
    /// District code.
    pub district: String,
    /// Template that is changed; a new one when absent.
    #[ts(optional)]
    pub id: Option<TemplateId>,
    /// Version that the person saw.
    #[ts(optional, type = "number")]
    pub version: Option<i64>,
    /// Name, 1–50 characters.
    pub name: String,
    /// Columns, code tables, encoding, result columns.
    pub content: TemplateContent,
}

touches!(SaveTemplateRequest, self => Touched::District(self.district.clone()));

/// # Errors
/// `template.invalid` for everything that cannot work; `template.unknown`,
/// `template.name_taken`, `version.conflict`.
pub async fn run(cx: &mut Cx, request: SaveTemplateRequest) -> Result<CardTemplateView, OpError> {
    let name = crate::domain::text::plain(&request.name);
    let mut problems = request.content.problems();
    if !(1..=50).contains(&name.chars().count()) {
        problems.push(
            Problem::new(Code::TemplateInvalid)
                .field("name")
                .message("模板名称应为 1–50 个字。"),
        );
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let (by, now) = super::by(cx)?;
    let version = match request.id {
        None => 1,
        Some(id) => {
            let stored = cx.uow.card_template(id).await?;
            let stored = stored
                .filter(|stored| stored.district == request.district)
                .ok_or(Code::TemplateUnknown)?;
            if request.version != Some(stored.version) {
                return Err(Code::VersionConflict.into());
            }
            stored.version + 1
        }
    };
    let record = CardTemplateRecord {
        id: request.id.unwrap_or_else(|| TemplateId(crate::id::new())),
        district: request.district,
        name,
        content: serde_json::to_string(&request.content)
            .map_err(|source| OpError::internal("keeping a column template", source))?,
        version,
        updated_at: now,
        updated_by: by,
    };
    cx.uow.put_card_template(&record).await?;
    cx.note(AuditNote::district(
        record.district.clone(),
        format!("保存制卡模板“{}”", record.name),
    ));
    CardTemplateView::new(record)
}
