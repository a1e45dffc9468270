//! Column templates and production batches.

use async_trait::async_trait;

use super::Stored;
use crate::id::{AccountId, BatchId, BlobId, CardId, OrderId, PupilId, TemplateId};

/// A column template of a district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardTemplateRecord {
    /// Id.
    pub id: TemplateId,
    /// District.
    pub district: String,
    /// Name, unique in the district.
    pub name: String,
    /// JSON.
    pub content: String,
    /// Grows with each change.
    pub version: i64,
    /// Last change.
    pub updated_at: i64,
    /// By whom.
    pub updated_by: AccountId,
}

/// A production batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRecord {
    /// Id.
    pub id: BatchId,
    /// District.
    pub district: String,
    /// Name of the district; ignored when written.
    pub district_name: String,
    /// Batch number, unique.
    pub batch_no: String,
    /// `BatchState::as_str`.
    pub state: String,
    /// Template as it was when the batch was made, JSON.
    pub template: String,
    /// Its name.
    pub template_name: String,
    /// Orders in it.
    pub ordered: i64,
    /// Cards made.
    pub made: i64,
    /// Cards that could not be made.
    pub failed: i64,
    /// When it was made.
    pub created_at: i64,
    /// By whom.
    pub created_by: AccountId,
    /// Their name; ignored when written.
    pub created_by_name: String,
    /// When its package was handed over.
    pub handed_over_at: Option<i64>,
    /// By whom.
    pub handed_over_by: Option<AccountId>,
    /// When it was closed.
    pub closed_at: Option<i64>,
    /// By whom.
    pub closed_by: Option<AccountId>,
    /// The package: kept without a term.
    pub package_id: Option<BlobId>,
    /// Its file name.
    pub package_name: Option<String>,
    /// Its SHA-256.
    pub package_sha256: Option<[u8; 32]>,
    /// Its files, JSON: name, bytes, SHA-256.
    pub package_files: String,
    /// Grows with each change.
    pub version: i64,
}

/// Which batches a list shows.
#[derive(Debug, Clone, Default)]
pub struct BatchFilter {
    /// Only of this district.
    pub district: Option<String>,
    /// Only in this state.
    pub state: Option<String>,
    /// Only those handed over before this moment.
    pub handed_over_before: Option<i64>,
}

/// A line of a batch, with its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchLineRecord {
    /// Number in the batch, from 1.
    pub number: i64,
    /// Order.
    pub order_id: OrderId,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Name of the pupil.
    pub pupil_name: String,
    /// Kind of the pupil's paper.
    pub paper_kind: String,
    /// Sealed in `pupil.paper`.
    pub paper_sealed: Vec<u8>,
    /// Name of the school at the request.
    pub school_name: String,
    /// Grade number at the request.
    pub grade: i64,
    /// 班级序号 at the request.
    pub class_number: i64,
    /// `LineResult::as_str`.
    pub result: String,
    /// Why it failed.
    pub reason: Option<String>,
    /// When the result was read.
    pub result_at: Option<i64>,
    /// Card that was made.
    pub card_id: Option<CardId>,
    /// Its E卡通号.
    pub card_no: Option<String>,
    /// Its 卡序列号, as searched.
    pub serial_no: Option<String>,
    /// Its 市民卡卡号.
    pub citizen_no: Option<String>,
}

/// The result of a line.
#[derive(Debug, Clone)]
pub struct LineResultRecord {
    /// Number in the batch.
    pub number: i64,
    /// `LineResult::as_str`.
    pub result: String,
    /// Why it failed.
    pub reason: Option<String>,
    /// Card that was made.
    pub card_id: Option<CardId>,
}

/// A result file that was read into a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchResultRecord {
    /// SHA-256 of the file.
    pub file_sha256: [u8; 32],
    /// Its name.
    pub file_name: String,
    /// Rows.
    pub rows_total: i64,
    /// Cards made by it.
    pub rows_made: i64,
    /// Failures told by it.
    pub rows_failed: i64,
    /// Rows with errors.
    pub rows_error: i64,
    /// When.
    pub read_at: i64,
    /// By whom.
    pub read_by: AccountId,
    /// Their name; ignored when written.
    pub read_by_name: String,
}

/// Storage of templates and batches.
#[async_trait]
pub trait Batches {
    /// Templates of a district, by name.
    async fn card_templates(&mut self, district: &str) -> Stored<Vec<CardTemplateRecord>>;
    /// One template, locked for the rest of a write transaction.
    async fn card_template(&mut self, id: TemplateId) -> Stored<Option<CardTemplateRecord>>;
    /// Writes a template, new or changed; `template.name_taken`.
    async fn put_card_template(&mut self, template: &CardTemplateRecord) -> Stored<()>;
    /// Forgets a template; batches keep theirs.
    async fn delete_card_template(&mut self, id: TemplateId) -> Stored<()>;

    /// The last batch number with this beginning.
    async fn last_batch_no(&mut self, beginning: &str) -> Stored<Option<String>>;
    /// Makes a batch with a line for each order, numbered from 1 in this order, and
    /// notes the batch with the orders; `busy` when another took its number meanwhile.
    async fn insert_batch(&mut self, batch: &BatchRecord, orders: &[OrderId]) -> Stored<()>;
    /// Batches that fit, counted up to `cap`.
    async fn count_batches(&mut self, filter: &BatchFilter, cap: u32) -> Stored<i64>;
    /// Batches, newest first.
    async fn batches(
        &mut self,
        filter: &BatchFilter,
        before: Option<BatchId>,
        limit: u32,
    ) -> Stored<Vec<BatchRecord>>;
    /// One batch, locked for the rest of a write transaction.
    async fn batch(&mut self, id: BatchId) -> Stored<Option<BatchRecord>>;
    /// Writes state, counts, moments and package.
    async fn update_batch(&mut self, batch: &BatchRecord) -> Stored<()>;
    /// Lines after a number, in their order.
    async fn batch_lines(
        &mut self,
        id: BatchId,
        result: Option<&str>,
        after: i64,
        limit: u32,
    ) -> Stored<Vec<BatchLineRecord>>;
    /// Takes lines out of a batch that is not handed over.
    async fn drop_batch_lines(&mut self, id: BatchId, orders: &[OrderId]) -> Stored<()>;
    /// Notes results of lines.
    async fn settle_batch_lines(
        &mut self,
        id: BatchId,
        lines: &[LineResultRecord],
        now: i64,
    ) -> Stored<()>;
    /// Result files read into a batch, oldest first.
    async fn batch_results(&mut self, id: BatchId) -> Stored<Vec<BatchResultRecord>>;
    /// Notes a result file; once for the same bytes.
    async fn insert_batch_result(&mut self, id: BatchId, file: &BatchResultRecord) -> Stored<()>;
}
