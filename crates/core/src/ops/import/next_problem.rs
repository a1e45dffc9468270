//! The next row with a problem (查找问题行), for F8.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::staging;
use crate::context::Cx;
use crate::error::{OpError, Severity};
use crate::id::ImportId;
use crate::ops::touches;

/// From which row on.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NextProblemRequest {
    /// Import.
    pub import_id: ImportId,
    /// Row as Excel shows it; 0 for the start.
    pub after_row: u32,
    /// Backwards.
    #[ts(optional)]
    pub backwards: Option<bool>,
    /// Whether the answer's position counts only rows with problems.
    #[ts(optional)]
    pub only_problems: Option<bool>,
}

/// The place; empty when there is no further one.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NextProblemResponse {
    /// Row as Excel shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub row: Option<u32>,
    /// Its position in the filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub index: Option<u32>,
    /// Letter of the first bad column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub column: Option<String>,
}

touches!(NextProblemRequest, self => Touched::Import(self.import_id));

/// # Errors
/// `import.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: NextProblemRequest) -> Result<NextProblemResponse, OpError> {
    let backwards = request.backwards.unwrap_or(false);
    let index = staging::index(&mut *cx.uow, request.import_id).await?;
    let nothing = NextProblemResponse {
        row: None,
        index: None,
        column: None,
    };
    let Some(position) = index.next_problem(request.after_row, backwards) else {
        return Ok(nothing);
    };
    let cipher = cx.ports.cipher.clone();
    let rows = staging::rows_at(&mut *cx.uow, &*cipher, request.import_id, &[position]).await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(nothing);
    };
    let shown = if request.only_problems.unwrap_or(false) {
        index.problems().position(|other| other == position)
    } else {
        usize::try_from(position).ok()
    };
    let column = row
        .problems
        .into_iter()
        .filter(|problem| problem.severity != Severity::Note)
        .find_map(|problem| problem.place.column);
    Ok(NextProblemResponse {
        row: Some(row.row.row),
        index: shown.and_then(|index| u32::try_from(index).ok()),
        column,
    })
}
