//! Corrects cells of a preview (修改导入内容), IMP-7: the rows are checked again at
//! once, and every correction can be taken back.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use super::ImportChange;
use super::kinds::{Importing, of_kind};
use super::staging::{self, Look, Scope};
use crate::context::Cx;
use crate::error::{Code, OpError, Problem};
use crate::id::ImportId;
use crate::import::row::{Column, TableCell};
use crate::import::stored::StoredRow;
use crate::ops::touches;
use crate::ports::{Cipher, ImportRecord, SealedAt, UnitOfWork};

/// Cells that one request may correct: a pasted block.
const CELLS: usize = 20_000;
/// Rows of an answer.
const SHOWN: usize = 200;

/// Which cells, and what they shall hold.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EditImportRequest {
    /// Import.
    pub import_id: ImportId,
    /// Cells; at most 20 000.
    pub edits: Vec<CellEdit>,
}

/// One cell and what it shall hold.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CellEdit {
    /// Row as Excel shows it.
    pub row: u32,
    /// Key of the column.
    pub column: String,
    /// The new text; blank empties the cell.
    pub value: String,
    /// The text that the person saw there: another person's correction is not overwritten.
    #[ts(optional)]
    pub was: Option<String>,
}

touches!(EditImportRequest, self => Touched::Import(self.import_id));

/// # Errors
/// `import.unknown`, `import.closed`; `import.cell_unknown` for a row or column that the file
/// lacks or that is on record already; `version.conflict` when another person changed a cell.
pub async fn run(cx: &mut Cx, request: EditImportRequest) -> Result<ImportChange, OpError> {
    if request.edits.is_empty() {
        return Err(Code::SelectionEmpty.into());
    }
    if request.edits.len() > CELLS {
        return Err(Problem::new(Code::RequestInvalid)
            .field("edits")
            .message(format!(
                "一次最多修改 {CELLS} 个单元格，请分几次粘贴，或改好文件再导入。"
            ))
            .into());
    }
    let import = super::open_import(cx, request.import_id).await?;
    let kind = super::kind_of_record(&import)?;
    of_kind!(kind, K => {
        let table = &K::kind().table;
        let index = staging::index(&mut *cx.uow, import.id).await?;
        let map = staging::map(&import)?;
        let mut wanted: BTreeMap<u32, BTreeMap<usize, CellEdit>> = BTreeMap::new();
        let mut problems = Vec::new();
        for (at, edit) in request.edits.into_iter().enumerate() {
            let column = table.column(&edit.column).filter(|column| map.has(*column));
            let place = index.position(edit.row).zip(column);
            match place {
                Some((position, column)) => {
                    wanted.entry(position).or_default().insert(column, edit);
                }
                None => problems.push(unknown_cell(at)),
            }
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let positions: Vec<u32> = wanted.keys().copied().collect();
        let rows = staging::rows_at(&mut *cx.uow, &*cx.ports.cipher.clone(), import.id, &positions).await?;
        let mut step = Step::default();
        for row in &rows {
            for (column, edit) in wanted.remove(&row.position).into_iter().flatten() {
                if !row.state().is_open() {
                    problems.push(Problem::new(Code::ImportCellUnknown).message(format!(
                        "第 {} 行已经导入，不能在这里修改。", row.row.row
                    )));
                    continue;
                }
                let Some(cell) = row.row.cells.get(column) else { continue };
                if edit.was.is_some_and(|was| was != cell.text()) {
                    problems.push(Problem::new(Code::VersionConflict).message(format!(
                        "第 {} 行的“{}”刚被其他人改过，没有覆盖。请看过新的内容再改。",
                        row.row.row,
                        table.columns.get(column).map(Column::name).unwrap_or_default()
                    )));
                    continue;
                }
                step.push(CellChange::to(row, column, TableCell::typed(edit.value.trim())));
            }
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        apply::<K>(cx, import, step, "修改导入内容").await
    })
}

fn unknown_cell(at: usize) -> Problem {
    Problem::new(Code::ImportCellUnknown).field(format!("edits.{at}"))
}

/// The correction of one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct CellChange {
    position: u32,
    column: u8,
    before: (TableCell, bool),
    after: (TableCell, bool),
}

impl CellChange {
    /// The change that brings a cell of a row to `cell`.
    pub(super) fn to(row: &StoredRow, column: usize, cell: TableCell) -> Self {
        let column_u8 = u8::try_from(column).unwrap_or(u8::MAX);
        Self {
            position: row.position,
            column: column_u8,
            before: (
                row.row.cells.get(column).cloned().unwrap_or_default(),
                row.edited.contains(&column_u8),
            ),
            after: (cell, true),
        }
    }

    fn changes(&self) -> bool {
        self.before.0 != self.after.0
    }
}

/// One step of correction: the cells that one action changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Step {
    changes: Vec<CellChange>,
}

impl Step {
    /// Adds a cell, unless it holds that already.
    pub(super) fn push(&mut self, change: CellChange) {
        if change.changes() {
            self.changes.push(change);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.changes.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The step that takes this one back.
    pub(super) fn reversed(mut self) -> Self {
        for change in &mut self.changes {
            std::mem::swap(&mut change.before, &mut change.after);
        }
        self
    }

    fn by_position(&self) -> Changes<'_> {
        let mut rows: BTreeMap<u32, Vec<&CellChange>> = BTreeMap::new();
        for change in &self.changes {
            rows.entry(change.position).or_default().push(change);
        }
        Changes { rows }
    }

    /// Applies the step to the rows.
    pub(super) async fn revise<K: Importing>(
        &self,
        uow: &mut dyn UnitOfWork,
        cipher: &dyn Cipher,
        import: &mut ImportRecord,
        look: &Look,
    ) -> Result<(), OpError> {
        let changes = self.by_position();
        let mut change = |row: &mut StoredRow| changes.apply(row);
        staging::revise::<K>(uow, cipher, import, look, Scope::Changed, &mut change).await
    }

    /// Keeps the step behind those that hold now; what was taken back before is forgotten.
    pub(super) async fn keep(
        &self,
        uow: &mut dyn UnitOfWork,
        cipher: &dyn Cipher,
        import: &mut ImportRecord,
    ) -> Result<(), OpError> {
        let fault = |source: postcard::Error| OpError::internal("packing a correction", source);
        let number = import.edit_at + 1;
        let clear = postcard::to_stdvec(&(number, self)).map_err(fault)?;
        let packed = lz4_flex::compress_prepend_size(&clear);
        let sealed = cipher.seal(step_place(import.id), &packed)?;
        uow.put_edit(import.id, number, &sealed).await?;
        import.edit_at = number;
        import.edit_last = number;
        Ok(())
    }

    /// A step that was kept.
    pub(super) async fn kept(
        uow: &mut dyn UnitOfWork,
        cipher: &dyn Cipher,
        import: ImportId,
        number: i64,
    ) -> Result<Self, OpError> {
        let fault = |source: String| OpError::internal("reading a correction", source);
        let sealed = uow
            .edit(import, number)
            .await?
            .ok_or_else(|| fault("it is missing".to_owned()))?;
        let packed = cipher.open(step_place(import), &sealed)?;
        let clear =
            lz4_flex::decompress_size_prepended(&packed).map_err(|e| fault(e.to_string()))?;
        let (of, step): (i64, Self) =
            postcard::from_bytes(&clear).map_err(|e| fault(e.to_string()))?;
        if of == number {
            Ok(step)
        } else {
            Err(fault("a correction is out of place".to_owned()))
        }
    }
}

const fn step_place(import: ImportId) -> SealedAt {
    SealedAt {
        table: "import_edit",
        column: "sealed",
        row: import.0,
    }
}

/// The changes of a step by row.
struct Changes<'a> {
    rows: BTreeMap<u32, Vec<&'a CellChange>>,
}

impl Changes<'_> {
    /// Applies what concerns a row; true when something did.
    pub(super) fn apply(&self, row: &mut StoredRow) -> bool {
        let Some(changes) = self.rows.get(&row.position) else {
            return false;
        };
        for change in changes {
            if let Some(cell) = row.row.cells.get_mut(usize::from(change.column)) {
                *cell = change.after.0.clone();
            }
            row.edited.retain(|column| *column != change.column);
            if change.after.1 {
                row.edited.push(change.column);
            }
        }
        row.edited.sort_unstable();
        true
    }
}

/// Applies a new step, keeps it, and answers with what changed.
pub(super) async fn apply<K: Importing>(
    cx: &mut Cx,
    mut import: ImportRecord,
    step: Step,
    what: &str,
) -> Result<ImportChange, OpError> {
    let cipher = cx.ports.cipher.clone();
    if !step.is_empty() {
        revise::<K>(cx, &mut import, &step).await?;
        step.keep(&mut *cx.uow, &*cipher, &mut import).await?;
        cx.uow.update_import(&import).await?;
    }
    answer(cx, import, &step, what).await
}

/// Applies a step to the rows as the school is now.
pub(super) async fn revise<K: Importing>(
    cx: &mut Cx,
    import: &mut ImportRecord,
    step: &Step,
) -> Result<(), OpError> {
    let cipher = cx.ports.cipher.clone();
    let today = cx.today();
    let actor = cx.actor()?.clone();
    let look = Look::now(&mut *cx.uow, import, &actor, today).await?;
    step.revise::<K>(&mut *cx.uow, &*cipher, import, &look)
        .await
}

/// Notes the change and answers with counts, groups and the first of the rows.
pub(super) async fn answer(
    cx: &mut Cx,
    import: ImportRecord,
    step: &Step,
    what: &str,
) -> Result<ImportChange, OpError> {
    let cipher = cx.ports.cipher.clone();
    let mut positions: Vec<u32> = step.changes.iter().map(|change| change.position).collect();
    positions.sort_unstable();
    positions.dedup();
    let rows = positions.len();
    positions.truncate(SHOWN);
    let shown = staging::rows_at(&mut *cx.uow, &*cipher, import.id, &positions).await?;
    let summary = format!(
        "{what}：{}，{rows} 行 {} 个单元格",
        import.file_name,
        step.len()
    );
    cx.note(super::note(&import, summary));
    ImportChange::new(import, shown, step.len())
}
