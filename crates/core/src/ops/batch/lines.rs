//! Lines of a batch with their results (查看批次明细).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::context::Cx;
use crate::domain::batch::LineResult;
use crate::error::{Code, OpError, Problem};
use crate::id::{BatchId, CardId, OrderId, PupilId};
use crate::ops::class::grade_name;
use crate::ops::page::{decode_cursor, limit, next};
use crate::ops::pupil::masked_paper;
use crate::ops::touches;
use crate::production::file::line_no;

/// Which lines.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchLinesRequest {
    /// Batch.
    pub id: BatchId,
    /// Only with this result.
    #[ts(optional, as = "Option<LineResult>")]
    pub result: Option<String>,
    /// `next` of the page before.
    #[ts(optional)]
    pub after: Option<String>,
    /// Rows of the page, 1–500; 50 by default.
    #[ts(optional)]
    pub limit: Option<u32>,
}

touches!(BatchLinesRequest, self => Touched::Batch(self.id));

/// A line.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchLineView {
    /// Number in the batch.
    #[ts(type = "number")]
    pub number: i64,
    /// 制卡编号.
    pub line_no: String,
    /// Order.
    pub order_id: OrderId,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Name of the pupil.
    pub pupil_name: String,
    /// Masked number of the paper.
    pub paper_masked: String,
    /// Name of the school.
    pub school_name: String,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// 班级序号.
    #[ts(type = "number")]
    pub class_number: i64,
    /// Result.
    #[ts(as = "LineResult")]
    pub result: String,
    /// Its name.
    pub result_name: String,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<String>,
    /// When the result was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub result_at: Option<i64>,
    /// Card.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub card_id: Option<CardId>,
    /// E卡通号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub card_no: Option<String>,
}

/// A page.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchLinesResponse {
    /// Lines in their order.
    pub items: Vec<BatchLineView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

/// # Errors
/// `batch.unknown`, `forbidden`, `request.invalid`.
pub async fn run(cx: &mut Cx, request: BatchLinesRequest) -> Result<BatchLinesResponse, OpError> {
    let limit = limit(request.limit);
    if let Some(result) = &request.result
        && LineResult::from_stored(result).is_none()
    {
        return Err(Problem::new(Code::RequestInvalid)
            .field("result")
            .message("没有这种制卡结果。")
            .into());
    }
    let batch = cx.uow.batch(request.id).await?.ok_or(Code::BatchUnknown)?;
    let after: Option<i64> = decode_cursor(request.after.as_deref())?;
    let lines = cx
        .uow
        .batch_lines(
            batch.id,
            request.result.as_deref(),
            after.unwrap_or(0),
            limit,
        )
        .await?;
    let next = next(&lines, limit, |line| line.number);
    let cipher = cx.ports.cipher.clone();
    let items = lines
        .into_iter()
        .map(|line| {
            Ok(BatchLineView {
                paper_masked: masked_paper(
                    &*cipher,
                    line.pupil_id,
                    &line.paper_kind,
                    &line.paper_sealed,
                )?,
                number: line.number,
                line_no: line_no(&batch.batch_no, line.number),
                order_id: line.order_id,
                pupil_id: line.pupil_id,
                pupil_name: line.pupil_name,
                school_name: line.school_name,
                grade_name: grade_name(line.grade),
                class_number: line.class_number,
                result_name: LineResult::from_stored(&line.result)
                    .map_or("", LineResult::zh)
                    .to_owned(),
                result: line.result,
                reason: line.reason,
                result_at: line.result_at,
                card_id: line.card_id,
                card_no: line.card_no,
            })
        })
        .collect::<Result<_, OpError>>()?;
    Ok(BatchLinesResponse { items, next })
}
