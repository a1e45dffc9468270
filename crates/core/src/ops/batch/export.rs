//! The package of a batch for the bureau (导出制卡批次), CARD-4 and CARD-5.
//!
//! The first export checks every order, opens every photo, checks the files just produced,
//! keeps the package and hands it over. Each later one gives the same bytes, whatever has
//! become of the photos since.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use super::BatchView;
use super::package::{Package, PackageWriter};
use super::{all_lines, in_state, nothing_ready, release, state_of, template_of};
use crate::context::Job;
use crate::domain::batch::BatchState;
use crate::error::{Code, OpError, Problem};
use crate::id::{BatchId, BlobId, OrderId};
use crate::ops::order::check::{OrderFault, subjects};
use crate::ops::photo::readable;
use crate::ops::touches;
use crate::ports::{BatchRecord, PhotoFacts, ProductionRecord};
use crate::production::check::{Fault, Mend, faults};
use crate::production::file::{Line, Lines};

/// Photos that are held at once.
const AT_ONCE: usize = 32;

/// Which batch.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportBatchRequest {
    /// Batch.
    pub id: BatchId,
}

touches!(ExportBatchRequest, self => Touched::Batch(self.id));

/// The package.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportBatchResponse {
    /// Id of the staged file.
    pub blob_id: BlobId,
    /// Name to save it under.
    pub file_name: String,
    /// The batch.
    pub batch: BatchView,
    /// What was taken out of the batch because it no longer passes the checks.
    pub faults: Vec<OrderFault>,
}

/// # Errors
/// `batch.state` for a batch that was given up; `batch.nothing_ready` when no order passes
/// any more; `batch.file_small`, `batch.file_wrong`.
pub async fn run(
    job: &mut Job,
    request: ExportBatchRequest,
) -> Result<ExportBatchResponse, OpError> {
    let mut uow = job.ports.store.read().await?;
    let batch = uow.batch(request.id).await?.ok_or(Code::BatchUnknown)?;
    uow.rollback().await?;
    match state_of(&batch)? {
        BatchState::HandedOver | BatchState::Closed => again(job, batch).await,
        BatchState::Open => hand_over(job, batch).await,
        BatchState::Discarded => Err(Problem::new(Code::BatchState)
            .message("这个批次已放弃，不能导出。请用这些订单重新建立批次。")
            .into()),
    }
}

/// The same bytes once more.
async fn again(job: &mut Job, batch: BatchRecord) -> Result<ExportBatchResponse, OpError> {
    let id = batch.package_id.ok_or(Code::BlobUnknown)?;
    let blob_id = copy(job, &batch, id).await?;
    let answer = ExportBatchResponse {
        blob_id,
        file_name: batch.package_name.clone().unwrap_or_default(),
        batch: BatchView::new(&batch),
        faults: Vec::new(),
    };
    let note = super::note(&batch, format!("再次导出制卡批次 {}", batch.batch_no));
    let uow = job.ports.store.write().await?;
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}

/// A copy of a package for the person, proved to be what is handed over.
///
/// # Errors
/// An internal fault when it is not.
async fn copy(job: &Job, batch: &BatchRecord, package: BlobId) -> Result<BlobId, OpError> {
    let staged = crate::blobs::copy_kept(&job.ports, job.actor.account, package, job.now).await?;
    if batch.package_sha256 == Some(staged.sha256) {
        Ok(staged.id)
    } else {
        Err(OpError::internal(
            "reading a kept package",
            "its SHA-256 is not the one that was handed over",
        ))
    }
}

/// An order on its way into the package.
struct Candidate {
    record: ProductionRecord,
    line: Line,
    photo: PhotoFacts,
}

async fn hand_over(job: &mut Job, batch: BatchRecord) -> Result<ExportBatchResponse, OpError> {
    let template = template_of(&batch)?;
    let today = job.today();
    let mut uow = job.ports.store.read().await?;
    let lines = all_lines(&mut *uow, batch.id, None).await?;
    let numbers: HashMap<OrderId, i64> = lines
        .iter()
        .map(|line| (line.order_id, line.number))
        .collect();
    let ids: Vec<OrderId> = lines.iter().map(|line| line.order_id).collect();
    let subjects = subjects(&mut *uow, &job.ports, &ids).await?;
    uow.rollback().await?;

    let mut candidates = Vec::with_capacity(subjects.len());
    let mut found = Vec::new();
    let mut lines = Lines::new(&template, &batch.batch_no);
    for (record, mut subject) in subjects {
        // This batch is not another one.
        subject.batch_no = subject.batch_no.filter(|no| *no != batch.batch_no);
        let number = numbers.get(&record.order_id).copied().unwrap_or_default();
        let mut wrong = faults(&subject, today);
        if let (true, Ok(photo)) = (wrong.is_empty(), &subject.photo) {
            match lines.line(&subject, number) {
                Ok(line) => {
                    candidates.push(Candidate {
                        record,
                        line,
                        photo: *photo,
                    });
                    continue;
                }
                Err(of_line) => wrong = of_line,
            }
        }
        found.extend(
            wrong
                .into_iter()
                .map(|fault| OrderFault::new(&record, fault)),
        );
    }
    job.checkpoint()?;
    let mut writer = PackageWriter::begin(job, &batch).await?;
    let mut rows = Vec::with_capacity(candidates.len());
    let total = u64::try_from(candidates.len()).unwrap_or(u64::MAX);
    for some in candidates.chunks(AT_ONCE) {
        job.checkpoint()?;
        let photos: Vec<PhotoFacts> = some.iter().map(|candidate| candidate.photo).collect();
        let photos = readable(&job.ports, &photos).await?;
        for (candidate, photo) in some.iter().zip(photos) {
            match photo {
                Ok(photo) => {
                    if let Some(name) = &candidate.line.photo {
                        writer.photo(name, &photo).await?;
                    }
                    rows.push(candidate.line.cells.clone());
                }
                Err(problem) => {
                    let mend = Mend::Photo;
                    found.push(OrderFault::new(&candidate.record, Fault { problem, mend }));
                }
            }
            job.progress.report(
                u64::try_from(rows.len() + found.len())
                    .unwrap_or(0)
                    .min(total),
                total,
            );
        }
    }
    if rows.is_empty() {
        return Err(nothing_ready(&found).into());
    }
    let ready = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let package = writer.finish(template, rows).await?;
    job.checkpoint()?;
    keep(job, &batch, package, ready, found).await
}

/// Takes out what no longer passes, keeps the package and closes the batch to changes.
async fn keep(
    job: &mut Job,
    seen: &BatchRecord,
    package: Package,
    ready: i64,
    found: Vec<OrderFault>,
) -> Result<ExportBatchResponse, OpError> {
    let (by, now) = (job.actor.account, job.now.ms());
    let mut sealed = seen.clone();
    sealed.package_sha256 = Some(package.sha256);
    let blob_id = copy(job, &sealed, package.id).await?;
    let mut uow = job.ports.store.write().await?;
    let mut batch = in_state(&mut *uow, seen.id, BatchState::Open, "移交").await?;
    if batch.version != seen.version {
        return Err(Code::VersionConflict.into());
    }
    let mut reasons: HashMap<OrderId, String> = HashMap::new();
    for fault in &found {
        reasons
            .entry(fault.order_id)
            .or_insert_with(|| fault.problem.message.chars().take(200).collect());
    }
    let out: Vec<OrderId> = reasons.keys().copied().collect();
    if !out.is_empty() {
        release(&mut *uow, batch.id, &out, &reasons, by, now).await?;
    }
    // Without a term: the batch holds its id.
    uow.keep_blob(package.id, i64::MAX).await?;
    batch.state = BatchState::HandedOver.as_str().to_owned();
    batch.ordered = ready;
    batch.handed_over_at = Some(now);
    batch.handed_over_by = Some(by);
    batch.package_id = Some(package.id);
    batch.package_name = Some(package.name.clone());
    batch.package_sha256 = Some(package.sha256);
    batch.package_files = serde_json::to_string(&package.files)
        .map_err(|source| OpError::internal("keeping a manifest", source))?;
    uow.update_batch(&batch).await?;
    batch.version += 1;
    let answer = ExportBatchResponse {
        blob_id,
        file_name: package.name,
        batch: BatchView::new(&batch),
        faults: found,
    };
    let note = super::note(
        &batch,
        format!(
            "移交制卡批次 {}：{} 张订单，移出 {} 张",
            batch.batch_no,
            batch.ordered,
            out.len()
        ),
    );
    job.finish(uow, note, &answer).await?;
    Ok(answer)
}
