//! Column templates of a district (查看制卡模板): its own, then those that are shipped.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::context::Cx;
use crate::error::OpError;
use crate::id::TemplateId;
use crate::ops::touches;
use crate::ports::CardTemplateRecord;
use crate::production::template::{Source, TemplateContent, samples};

/// Which district.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListTemplatesRequest {
    /// District code.
    pub district: String,
}

touches!(ListTemplatesRequest, self => Touched::District(self.district.clone()));

/// A template.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardTemplateView {
    /// Id; none for those that are shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub id: Option<TemplateId>,
    /// Name.
    pub name: String,
    /// Columns, code tables, encoding, result columns.
    pub content: TemplateContent,
    /// Grows with each change; 0 for those that are shipped.
    #[ts(type = "number")]
    pub version: i64,
}

impl CardTemplateView {
    /// From the stored template.
    ///
    /// # Errors
    /// An internal fault when its content is not one of ours.
    pub fn new(record: CardTemplateRecord) -> Result<Self, OpError> {
        Ok(Self {
            id: Some(record.id),
            name: record.name,
            content: serde_json::from_str(&record.content)
                .map_err(|source| OpError::internal("reading a column template", source))?,
            version: record.version,
        })
    }
}

/// What a column can hold, for the editor.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceChoice {
    /// Word.
    #[ts(as = "Source")]
    pub source: String,
    /// Name.
    pub name: String,
}

/// The templates.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListTemplatesResponse {
    /// The district's own by name, then those that are shipped and not replaced by one of
    /// the same name.
    pub items: Vec<CardTemplateView>,
    /// What a column can hold.
    pub sources: Vec<SourceChoice>,
}

/// # Errors
/// `district.unknown`, `forbidden`.
pub async fn run(
    cx: &mut Cx,
    request: ListTemplatesRequest,
) -> Result<ListTemplatesResponse, OpError> {
    let own = cx.uow.card_templates(&request.district).await?;
    let mut items = own
        .into_iter()
        .map(CardTemplateView::new)
        .collect::<Result<Vec<_>, _>>()?;
    for (name, content) in samples() {
        if !items.iter().any(|template| template.name == name) {
            items.push(CardTemplateView {
                id: None,
                name: name.to_owned(),
                content,
                version: 0,
            });
        }
    }
    Ok(ListTemplatesResponse {
        items,
        sources: Source::ALL
            .into_iter()
            .map(|source| SourceChoice {
                source: source.as_str().to_owned(),
                name: source.zh().to_owned(),
            })
            .collect(),
    })
}
