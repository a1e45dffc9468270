//! Writes the valid rows of a preview (提交导入), IMP-6 and IMP-8.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::ImportSummary;
use super::{ImportColumn, stored_json, to_json};
use crate::access::Permission;
use crate::context::{AuditNote, Job};
use crate::domain::application::ImportState;
use crate::error::{Code, OpError, Place, Problem};
use crate::id::ImportId;
use crate::ops::touches;
use crate::ports::{ImportRecord, UnitOfWork};

/// How often a commit starts anew when another one was faster with one of the children.
const ATTEMPTS: u32 = 3;

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

/// All rows go in one transaction or none do. Committing the same import again changes nothing.
///
/// # Errors
/// `import.unknown`, `import.closed` (discarded or undone), `import.nothing_valid`;
/// `import.has_errors` with mode `all`.
pub async fn run(job: &mut Job, request: CommitImportRequest) -> Result<ImportSummary, OpError> {
    let mut attempt = 1;
    loop {
        match attempt_commit(job, &request).await {
            // The key caught a child that another transaction entered after our look.
            Err(error) if error.has(Code::PupilDuplicate) && attempt < ATTEMPTS => attempt += 1,
            other => return other,
        }
    }
}

async fn attempt_commit(
    job: &mut Job,
    request: &CommitImportRequest,
) -> Result<ImportSummary, OpError> {
    job.checkpoint()?;
    let mut uow = job.ports.store.write().await?;
    let mut import = uow
        .import(request.import_id)
        .await?
        .ok_or(Code::ImportUnknown)?;
    match ImportState::from_stored(&import.state) {
        Some(ImportState::Preview) => {}
        Some(ImportState::Committed | ImportState::Partly) => {
            let note = note(&import, "重复提交导入，没有新的写入");
            let answer = ImportSummary::new(import)?;
            job.finish(uow, note, &answer).await?;
            return Ok(answer);
        }
        Some(ImportState::Reading | ImportState::Undone | ImportState::Discarded) | None => {
            return Err(Code::ImportClosed.into());
        }
    }
    uow.lock_classes(import.school_id, import.school_year)
        .await?;
    recheck(job, &mut *uow, &mut import).await?;
    let refusal = match request.mode {
        CommitMode::All if import.rows_error > 0 => {
            Some(Problem::new(Code::ImportHasErrors).message(format!(
                "还有 {} 行有错误，没有写入任何数据。请改正后再提交，或只提交正确的行。",
                import.rows_error
            )))
        }
        CommitMode::All | CommitMode::Valid if import.rows_valid == 0 => {
            Some(Problem::new(Code::ImportNothingValid))
        }
        CommitMode::All | CommitMode::Valid => None,
    };
    if let Some(problem) = refusal {
        // What the second look found stays visible in the preview.
        uow.commit().await?;
        return Err(problem.into());
    }
    let submit = request.submit.unwrap_or(false);
    let now = job.now.ms();
    import.rows_committed = uow.commit_staged(import.id, submit, now).await?;
    let state = if import.rows_error > 0 {
        ImportState::Partly
    } else {
        ImportState::Committed
    };
    import.state = state.as_str().to_owned();
    import.committed_at = Some(now);
    import.submitted_at = submit.then_some(now);
    uow.update_import(&import).await?;
    let what = if submit { "并提交" } else { "" };
    let note = note(
        &import,
        &format!("导入新生{what} {} 名", import.rows_committed),
    );
    let answer = ImportSummary::new(import)?;
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}

fn note(import: &ImportRecord, what: &str) -> AuditNote {
    AuditNote::school(
        import.district.clone(),
        import.school_id,
        format!("{what}：{}", import.file_name),
    )
    .with(serde_json::json!({ "import": import.id, "rows": import.rows_committed }))
}

/// What changed since the preview: children entered meanwhile, classes closed or gone.
/// Such rows become errors; the difference is reported, nothing is half done.
async fn recheck(
    job: &Job,
    uow: &mut dyn UnitOfWork,
    import: &mut ImportRecord,
) -> Result<(), OpError> {
    let reach = job.actor.reach(Permission::ReadPupils);
    let columns: Vec<ImportColumn> = stored_json(&import.columns)?;
    let place = |row: i64, key: &str| {
        let column = columns.iter().find(|column| column.key == key);
        Place {
            sheet: Some(import.sheet.clone()),
            row: u32::try_from(row).ok(),
            column: column.and_then(|column| column.letter.clone()),
            heading: column.map(|column| column.heading.clone()),
        }
    };
    // By position: a row that has lost both child and class says the first.
    let mut found: BTreeMap<i64, (i64, Problem)> = BTreeMap::new();
    for (position, row, stored) in uow.staged_conflicts(import.id).await? {
        let problem = super::preview::on_record(&stored, &reach).at(place(row, "paperNumber"));
        found.entry(position).or_insert((row, problem));
    }
    for (position, row) in uow.staged_without_class(import.id).await? {
        let problem = Problem::new(Code::ClassClosed)
            .message("核对之后，这个班级被停用或删除了，请换一个班级。")
            .at(place(row, "class"));
        found.entry(position).or_insert((row, problem));
    }
    if found.is_empty() {
        return Ok(());
    }
    let rows: Vec<i64> = found.values().map(|(row, _)| *row).collect();
    let views = uow.staged_by_row(import.id, &rows).await?;
    let mut patches = Vec::with_capacity(views.len());
    for view in views {
        let Some((_, problem)) = found.remove(&view.position) else {
            continue;
        };
        let mut problems: Vec<Problem> = stored_json(&view.problems)?;
        problems.push(problem);
        if view.state == "warning" {
            import.rows_warning -= 1;
        }
        patches.push((view.position, "error".to_owned(), to_json(&problems)?));
    }
    let more = i64::try_from(patches.len()).unwrap_or(i64::MAX);
    uow.patch_rows(import.id, &patches).await?;
    import.rows_error += more;
    import.rows_valid -= more;
    import.rows_problem = uow.number_problem_rows(import.id).await?;
    uow.update_import(import).await
}
