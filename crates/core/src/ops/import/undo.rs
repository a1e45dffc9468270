//! Takes a committed import back (撤销导入), IMP-9: its records are gone as if they
//! had never been entered, and can be imported again. Those that have moved on
//! stay, and only if the person says so.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::ImportSummary;
use super::held::Written;
use super::kinds::{Importing, of_kind};
use super::staging::{self, Tally};
use crate::context::Job;
use crate::domain::application::ImportState;
use crate::error::{Code, OpError, Problem};
use crate::id::ImportId;
use crate::import::stored::{Fate, RowIndex};
use crate::ops::touches;

/// Names that the refusal lists.
const LISTED: usize = 5;

/// Which import, and what to do about records that have moved on.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UndoImportRequest {
    /// Import.
    pub import_id: ImportId,
    /// Takes the others back and leaves those that have moved on.
    #[ts(optional)]
    pub keep_held: Option<bool>,
}

/// What became of it.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UndoImportResponse {
    /// The import after it.
    pub summary: ImportSummary,
    /// Records taken back.
    #[ts(type = "number")]
    pub undone: i64,
    /// Records left because they have moved on.
    #[ts(type = "number")]
    pub held: usize,
}

touches!(UndoImportRequest, self => Touched::Import(self.import_id));

/// # Errors
/// `import.unknown`; `import.closed` when nothing of it is on record; `import.held` when records
/// have moved on and the request does not say to leave them: nothing is taken back then.
pub async fn run(job: &mut Job, request: UndoImportRequest) -> Result<UndoImportResponse, OpError> {
    let kind = super::kind_of_id(job, request.import_id).await?;
    of_kind!(kind, K => undo::<K>(job, &request).await)
}

async fn undo<K: Importing>(
    job: &mut Job,
    request: &UndoImportRequest,
) -> Result<UndoImportResponse, OpError> {
    let cipher = job.ports.cipher.clone();
    let mut uow = job.ports.store.write().await?;
    // No commit of the same children may run between the look and the taking back.
    uow.lock_commits().await?;
    let mut import = uow
        .import(request.import_id)
        .await?
        .ok_or(Code::ImportUnknown)?;
    super::require_kind::<K>(&job.actor, &import.district, import.school_id)?;
    if import.rows_committed == 0 || import.purged_at.is_some() {
        return Err(Problem::new(Code::ImportClosed)
            .message("这次导入没有可以撤销的内容。")
            .into());
    }
    let Written { all, held } = Written::look::<K>(&mut *uow, &*cipher, &import).await?;
    if !held.is_empty() && (!request.keep_held.unwrap_or(false) || held.len() == all.len()) {
        let names: Vec<String> = held
            .iter()
            .take(LISTED)
            .map(|(row, held)| format!("第 {row} 行 {}（{}）", held.name, held.reasons.join("，")))
            .collect();
        let more = if held.len() > LISTED { "等" } else { "" };
        return Err(Problem::new(Code::ImportHeld)
            .message(format!(
                "有 {} 行已有后续办理，不能撤销：{}{more}。其余 {} 行可以只撤销这部分。",
                held.len(),
                names.join("、"),
                all.len() - held.len()
            ))
            .into());
    }
    let kept: HashSet<Uuid> = held.iter().map(|(_, held)| held.id).collect();
    let gone: Vec<Uuid> = all
        .iter()
        .map(|(_, id)| *id)
        .filter(|id| !kept.contains(id))
        .collect();
    let undone = K::remove(&mut *uow, &gone).await?;
    if usize::try_from(undone).ok() != Some(gone.len()) {
        // A class got its first pupil in this instant; on the next try it is held.
        return Err(Code::Busy.into());
    }

    let gone: HashSet<Uuid> = gone.into_iter().collect();
    let mut index = RowIndex::default();
    let mut tally = Tally::default();
    for number in 0..staging::index(&mut *uow, import.id).await?.blocks() {
        let mut rows = staging::block(&mut *uow, &*cipher, import.id, number).await?;
        let mut dirty = false;
        for row in &mut rows {
            if matches!(row.fate, Fate::Written(id) if gone.contains(&id)) {
                row.fate = Fate::Undone;
                dirty = true;
            }
            if row.fate == Fate::Open {
                tally.note(row.row.row, &row.problems);
            }
            index.push(row.row.row, row.state());
        }
        if dirty {
            staging::put_block(&mut *uow, &*cipher, import.id, number, &rows).await?;
        }
    }
    staging::put_counts(&mut *uow, &mut import, &K::kind().table, &index, tally).await?;
    import.state = ImportState::Undone.as_str().to_owned();
    import.undone_at = Some(job.now.ms());
    uow.update_import(&import).await?;
    let left = if held.is_empty() {
        String::new()
    } else {
        format!("，保留已有后续办理的 {} 行", held.len())
    };
    let summary = format!("撤销导入{}{left}：{}", K::counted(undone), import.file_name);
    let note = super::note(&import, summary)
        .with(serde_json::json!({ "import": import.id, "records": gone, "kept": kept }));
    let answer = UndoImportResponse {
        summary: ImportSummary::new(import)?,
        undone,
        held: held.len(),
    };
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}
