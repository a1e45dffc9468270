//! Writes the valid rows of a preview (提交导入), IMP-6 and IMP-8.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::ImportSummary;
use super::kinds::{Importing, Writing, of_kind};
use super::staging::{self, Look, Tally};
use crate::context::{AuditNote, Job};
use crate::domain::application::ImportState;
use crate::error::{Code, OpError, Problem};
use crate::id::ImportId;
use crate::import::stored::{Fate, RowIndex, StoredRow};
use crate::ops::touches;
use crate::ports::{ImportRecord, UnitOfWork};

/// Whether rows with errors may stay behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CommitMode {
    /// Commits the valid rows; the others stay in the preview.
    Valid,
    /// Commits nothing unless every row is valid.
    All,
}

/// Which import, and how.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommitImportRequest {
    /// Import.
    pub import_id: ImportId,
    /// Whether rows with errors may stay behind.
    pub mode: CommitMode,
    /// Submits to the district as well; else the pupils are saved as drafts.
    #[ts(optional)]
    pub submit: Option<bool>,
}

touches!(CommitImportRequest, self => Touched::Import(self.import_id));

/// All rows go in one transaction or none do. Committing the same import again writes what was
/// repaired since, and nothing else.
///
/// # Errors
/// `import.unknown`, `import.closed` (discarded, undone, purged), `import.nothing_valid`;
/// `import.has_errors` with mode `all`; `cancelled`.
pub async fn run(job: &mut Job, request: CommitImportRequest) -> Result<ImportSummary, OpError> {
    job.checkpoint()?;
    let kind = super::kind_of_id(job, request.import_id).await?;
    of_kind!(kind, K => commit::<K>(job, &request).await)
}

async fn commit<K: Importing>(
    job: &mut Job,
    request: &CommitImportRequest,
) -> Result<ImportSummary, OpError> {
    let all = request.mode == CommitMode::All;
    let (mut uow, mut import) = begin::<K>(job, request).await?;
    if ready(&import) == 0 && import.rows_committed > 0 {
        let note = note::<K>(&import, 0, "重复提交导入，没有新的写入");
        let answer = ImportSummary::new(import)?;
        job.finish(uow, note, &answer).await?;
        return Ok(answer);
    }
    let mut writes = !(all && import.rows_error > 0);
    let mut pass = pass::<K>(job, &mut *uow, &mut import, request, writes).await?;
    if all && writes && pass.refused > 0 {
        // Something changed since the preview: nothing may stay of what was written.
        uow.rollback().await?;
        writes = false;
        (uow, import) = begin::<K>(job, request).await?;
        pass = self::pass::<K>(job, &mut *uow, &mut import, request, writes).await?;
    }
    let refusal = if all && import.rows_error > 0 {
        Some(Problem::new(Code::ImportHasErrors).message(format!(
            "还有 {} 行有错误，没有写入任何数据。请改正后再提交，或只提交正确的行。",
            import.rows_error
        )))
    } else if pass.written == 0 {
        Some(Problem::new(Code::ImportNothingValid))
    } else {
        None
    };
    if let Some(problem) = refusal {
        // What the second look found stays visible in the preview.
        uow.update_import(&import).await?;
        uow.commit().await?;
        return Err(problem.into());
    }
    let submit = request.submit.unwrap_or(false);
    let now = job.now.ms();
    let state = if import.rows_error > 0 {
        ImportState::Partly
    } else {
        ImportState::Committed
    };
    import.state = state.as_str().to_owned();
    import.committed_at = Some(now);
    if submit {
        import.submitted_at = Some(now);
    }
    // A correction of a row that is on record cannot be taken back here any more.
    uow.delete_edits(import.id).await?;
    import.edit_at = 0;
    import.edit_last = 0;
    uow.update_import(&import).await?;
    let what = if submit { "导入并提交" } else { "导入" };
    let what = format!("{what}{}", K::counted(pass.written));
    let note = note::<K>(&import, pass.written, &what);
    let answer = ImportSummary::new(import)?;
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}

const fn ready(import: &ImportRecord) -> i64 {
    import.rows_valid - import.rows_committed
}

fn note<K: Importing>(import: &ImportRecord, written: i64, what: &str) -> AuditNote {
    super::note(import, format!("{what}：{}", import.file_name))
        .with(serde_json::json!({ "import": import.id, "rows": written }))
        .about([import.id.0])
}

/// Begins the one transaction of a commit.
async fn begin<K: Importing>(
    job: &Job,
    request: &CommitImportRequest,
) -> Result<(Box<dyn UnitOfWork>, ImportRecord), OpError> {
    let mut uow = job.ports.store.write().await?;
    uow.lock_commits().await?;
    let import = uow
        .import(request.import_id)
        .await?
        .ok_or(Code::ImportUnknown)?;
    super::require_kind::<K>(&job.actor, &import.district, import.school_id)?;
    if ImportState::from_stored(&import.state) != Some(ImportState::Committed) {
        super::require_open(&import)?;
    }
    uow.lock_classes(import.school_id, import.school_year)
        .await?;
    Ok((uow, import))
}

/// What went through one pass over the rows.
#[derive(Debug, Default)]
struct Pass {
    written: i64,
    /// Rows that the preview called right and that cannot be written any more.
    refused: i64,
}

/// Goes over all rows once. Those that the preview called right are checked as
/// the school is now and, if `writes`, written block after block; what is no
/// longer right becomes an error. Rows that the preview called wrong stay so: a
/// commit never writes what the person was not shown as right.
async fn pass<K: Importing>(
    job: &Job,
    uow: &mut dyn UnitOfWork,
    import: &mut ImportRecord,
    request: &CommitImportRequest,
    writes: bool,
) -> Result<Pass, OpError> {
    let cipher = job.ports.cipher.clone();
    let look = Arc::new(Look::now(uow, import, &job.actor, job.today()).await?);
    let writing = Arc::new(Writing {
        district: import.district.clone(),
        school: import.school_id,
        school_year: import.school_year,
        import: import.id,
        submit: request.submit.unwrap_or(false),
        now: job.now.ms(),
    });
    let before = staging::index(uow, import.id).await?;
    let blocks = before.blocks();
    let mut index = RowIndex::default();
    let mut tally = Tally::default();
    let mut done = Pass::default();
    let mut next = prepare::<K>(job, uow, import.id, 0, blocks, &look, &writing).await?;
    for number in 0..blocks {
        job.checkpoint()?;
        let Some(preparing) = next.take() else { break };
        let mut prepared = preparing
            .await
            .map_err(|source| OpError::internal("checking rows again", source))??;
        // While this block is written, a thread prepares the next one.
        next = prepare::<K>(job, uow, import.id, number + 1, blocks, &look, &writing).await?;
        let dirty = settle::<K>(uow, &look, &writing, &mut prepared, writes, &mut done).await?;
        if dirty {
            staging::put_block(uow, &*cipher, import.id, number, &prepared.rows).await?;
        }
        for row in &prepared.rows {
            if row.fate == Fate::Open {
                tally.note(row.row.row, &row.problems);
            }
            index.push(row.row.row, row.state());
        }
        job.progress
            .report(u64::from(index.len()), u64::from(before.len()));
    }
    look.put(import)?;
    staging::put_counts(uow, import, &K::kind().table, &index, tally).await?;
    Ok(done)
}

/// A block checked again, and what of it is ready to be written.
struct Prepared<K: Importing> {
    rows: Vec<StoredRow>,
    /// Place in `rows`, by what it is looked up, and the entry.
    ready: Vec<(usize, K::Key, K::Ready)>,
    refused: i64,
}

type Preparing<K> = tokio::task::JoinHandle<Result<Prepared<K>, OpError>>;

/// Starts to prepare a block on a thread of its own; none behind the last.
async fn prepare<K: Importing>(
    job: &Job,
    uow: &mut dyn UnitOfWork,
    import: ImportId,
    number: u32,
    blocks: u32,
    look: &Arc<Look>,
    writing: &Arc<Writing>,
) -> Result<Option<Preparing<K>>, OpError> {
    if number >= blocks {
        return Ok(None);
    }
    let sealed = uow
        .block(import, i64::from(number))
        .await?
        .ok_or_else(|| OpError::internal("committing an import", "a block is missing"))?;
    let cipher = job.ports.cipher.clone();
    let (look, writing) = (Arc::clone(look), Arc::clone(writing));
    Ok(Some(tokio::task::spawn_blocking(move || {
        let mut prepared = Prepared::<K> {
            rows: staging::open_block(&*cipher, import, number, &sealed)?,
            ready: Vec::new(),
            refused: 0,
        };
        for (at, row) in prepared.rows.iter_mut().enumerate() {
            if !row.state().is_ready() {
                continue;
            }
            match staging::check_again::<K>(row, &look, &*cipher) {
                (Some(entry), Some(key)) => {
                    let ready = K::ready(entry, &writing, &*cipher)?;
                    prepared.ready.push((at, key, ready));
                }
                (_, _) => prepared.refused += 1,
            }
        }
        Ok(prepared)
    })))
}

/// Looks up what is on record by now and writes the others; true when rows changed.
async fn settle<K: Importing>(
    uow: &mut dyn UnitOfWork,
    look: &Look,
    writing: &Writing,
    prepared: &mut Prepared<K>,
    writes: bool,
    done: &mut Pass,
) -> Result<bool, OpError> {
    done.refused += prepared.refused;
    let mut dirty = prepared.refused > 0;
    let ready = std::mem::take(&mut prepared.ready);
    let keys: Vec<K::Key> = ready.iter().map(|(_, key, _)| *key).collect();
    let found = K::on_record(uow, &look.beholder, &keys).await?;
    let mut places = Vec::with_capacity(ready.len());
    let mut free = Vec::with_capacity(ready.len());
    let mut refused: Vec<(usize, Problem)> = Vec::new();
    for ((at, key, entry), problem) in ready.into_iter().zip(found) {
        match problem {
            Some(problem) if problem.is_error() => refused.push((at, problem)),
            warning => {
                if let (Some(problem), Some(row)) = (warning, prepared.rows.get_mut(at)) {
                    let problem = staging::place_on_record::<K>(problem, row.row.row, &look.map);
                    row.problems.push(problem);
                }
                places.push((at, key));
                free.push(entry);
            }
        }
    }
    if writes && !free.is_empty() {
        let written = K::write(uow, writing, free).await?;
        let mut lost = Vec::new();
        for ((at, key), id) in places.into_iter().zip(written) {
            match (id, prepared.rows.get_mut(at)) {
                (Some(id), Some(row)) => {
                    row.fate = Fate::Written(id);
                    done.written += 1;
                    dirty = true;
                }
                (_, _) => lost.push((at, key)),
            }
        }
        if !lost.is_empty() {
            // Another was first between the look and the write: the key decided.
            let keys: Vec<K::Key> = lost.iter().map(|(_, key)| *key).collect();
            let found = K::on_record(uow, &look.beholder, &keys).await?;
            refused.extend(
                lost.into_iter()
                    .zip(found)
                    .map(|((at, _), problem)| (at, problem.unwrap_or_else(K::lost))),
            );
        }
    }
    for (at, problem) in refused {
        if let Some(row) = prepared.rows.get_mut(at) {
            let problem = staging::place_on_record::<K>(problem, row.row.row, &look.map);
            row.problems.push(problem);
            done.refused += 1;
            dirty = true;
        }
    }
    Ok(dirty)
}
