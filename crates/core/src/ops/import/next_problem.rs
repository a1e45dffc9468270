//! The next row with a problem (查找问题行), for F8.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::stored_json;
use crate::context::Cx;
use crate::error::{OpError, Problem, Severity};
use crate::id::ImportId;
use crate::ops::touches;

/// From which row on.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NextProblemRequest {
    /// Import.
    pub import_id: ImportId,
    /// Row as Excel shows it; 0 for the start.
    #[ts(type = "number")]
    pub after_row: i64,
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
    #[ts(optional, type = "number")]
    pub row: Option<i64>,
    /// Its position in the filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub index: Option<i64>,
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
    let found = cx
        .uow
        .next_problem_row(request.import_id, request.after_row, backwards)
        .await?;
    let Some(row) = found else {
        return Ok(NextProblemResponse {
            row: None,
            index: None,
            column: None,
        });
    };
    let problems: Vec<Problem> = stored_json(&row.problems)?;
    let index = if request.only_problems.unwrap_or(false) {
        row.problem_position
    } else {
        Some(row.position)
    };
    let column = problems
        .into_iter()
        .filter(|problem| problem.severity != Severity::Note)
        .find_map(|problem| problem.place.column);
    Ok(NextProblemResponse {
        row: Some(row.row_number),
        index,
        column,
    })
}
