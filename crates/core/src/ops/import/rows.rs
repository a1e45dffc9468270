//! Staged rows for the grid (查看导入行): a window of them, never all.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ImportRowView, staging, window};
use crate::context::Cx;
use crate::error::{Code, OpError};
use crate::id::ImportId;
use crate::import::stored::RowState;
use crate::ops::page::limit;
use crate::ops::touches;

/// Which rows.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportRowsRequest {
    /// Import.
    pub import_id: ImportId,
    /// First position, from 0.
    pub start: u32,
    /// Rows, 1–500.
    pub limit: u32,
    /// Only rows with problems; positions then count these only.
    #[ts(optional)]
    pub only_problems: Option<bool>,
}

/// A window of rows.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportRowsResponse {
    /// Rows of the whole filter.
    #[ts(type = "number")]
    pub total: i64,
    /// Rows of the window.
    pub rows: Vec<ImportRowView>,
}

touches!(ImportRowsRequest, self => Touched::Import(self.import_id));

/// # Errors
/// `import.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: ImportRowsRequest) -> Result<ImportRowsResponse, OpError> {
    let import = cx
        .uow
        .import(request.import_id)
        .await?
        .ok_or(Code::ImportUnknown)?;
    let only = request.only_problems.unwrap_or(false);
    // Empty when the rows were forgotten by retention.
    let index = staging::index(&mut *cx.uow, import.id).await?;
    let total = if only {
        index.count(RowState::has_problem)
    } else {
        i64::from(index.len())
    };
    let positions = window(&index, only, request.start, limit(Some(request.limit)));
    let cipher = cx.ports.cipher.clone();
    let rows = staging::rows_at(&mut *cx.uow, &*cipher, import.id, &positions).await?;
    let rows = (request.start..)
        .zip(rows)
        .map(|(index, row)| ImportRowView::new(index, row))
        .collect();
    Ok(ImportRowsResponse { total, rows })
}
