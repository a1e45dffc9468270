//! Takes over what problems of one kind suggest (采用建议), IMP-7.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::ImportChange;
use super::edit::{CellChange, Step, apply};
use super::kinds::{Importing, of_kind};
use super::staging;
use crate::context::Cx;
use crate::error::{Code, OpError, Problem};
use crate::id::ImportId;
use crate::import::row::TableCell;
use crate::ops::touches;

/// Which problems.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AcceptSuggestionsRequest {
    /// Import.
    pub import_id: ImportId,
    /// Code of the problems.
    pub code: Code,
    /// Only in the column of this key.
    #[ts(optional)]
    pub column: Option<String>,
    /// Only in this row, as Excel shows it.
    #[ts(optional)]
    pub row: Option<u32>,
}

touches!(AcceptSuggestionsRequest, self => Touched::Import(self.import_id));

/// # Errors
/// `import.unknown`, `import.closed`.
pub async fn run(cx: &mut Cx, request: AcceptSuggestionsRequest) -> Result<ImportChange, OpError> {
    let import = super::open_import(cx, request.import_id).await?;
    let kind = super::kind_of_record(&import)?;
    of_kind!(kind, K => {
        let table = &K::kind().table;
        let wanted = |column: usize| {
            request.column.as_ref().is_none_or(|key| table.column(key) == Some(column))
        };
        let mut step = Step::default();
        let cipher = cx.ports.cipher.clone();
        let code = request.code;
        let of_code = move |problems: &[Problem]| problems.iter().any(|p| p.code == code);
        let rows = staging::rows_with(&mut *cx.uow, &*cipher, &import, &of_code).await?;
        for row in &rows {
            if request.row.is_some_and(|number| number != row.row.row) {
                continue;
            }
            for problem in row.problems.iter().filter(|problem| problem.code == code) {
                if let (Some(column), Some(text)) = (table.column_of(problem), &problem.suggestion)
                    && wanted(column)
                {
                    step.push(CellChange::to(row, column, TableCell::typed(text)));
                }
            }
        }
        apply::<K>(cx, import, step, "采用建议").await
    })
}
