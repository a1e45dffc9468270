//! Replaces a value in a whole column of a preview (替换整列), IMP-7: 七年级 → 7 for all rows.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::ImportChange;
use super::edit::{CellChange, Step, apply};
use super::kinds::{Importing, of_kind};
use super::staging;
use crate::context::Cx;
use crate::error::{Code, OpError};
use crate::id::ImportId;
use crate::import::row::TableCell;
use crate::ops::touches;

/// Which value of which column, and what stands there instead.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplaceInImportRequest {
    /// Import.
    pub import_id: ImportId,
    /// Key of the column.
    pub column: String,
    /// Text of the cells to be replaced, as the grid shows it; blank for empty cells.
    pub from: String,
    /// What they shall hold.
    pub to: String,
}

touches!(ReplaceInImportRequest, self => Touched::Import(self.import_id));

/// # Errors
/// `import.unknown`, `import.closed`, `import.cell_unknown` for a column that the file lacks.
pub async fn run(cx: &mut Cx, request: ReplaceInImportRequest) -> Result<ImportChange, OpError> {
    let import = super::open_import(cx, request.import_id).await?;
    let kind = super::kind_of_record(&import)?;
    of_kind!(kind, K => {
        let map = staging::map(&import)?;
        let column = K::kind().table
            .column(&request.column)
            .filter(|column| map.has(*column))
            .ok_or(Code::ImportCellUnknown)?;
        let from = request.from.trim();
        let cell = TableCell::typed(request.to.trim());
        let mut step = Step::default();
        let cipher = cx.ports.cipher.clone();
        for number in 0..staging::index(&mut *cx.uow, import.id).await?.blocks() {
            for row in staging::block(&mut *cx.uow, &*cipher, import.id, number).await? {
                let text = row.row.cells.get(column).map(TableCell::text).unwrap_or_default();
                if row.state().is_open() && text.trim() == from {
                    step.push(CellChange::to(&row, column, cell.clone()));
                }
            }
        }
        apply::<K>(cx, import, step, "替换整列").await
    })
}
