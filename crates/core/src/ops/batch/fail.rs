//! Noting by hand that cards could not be made (登记制卡失败): for what the bureau's result
//! file never tells.

use std::collections::{BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::BatchView;
use super::{all_lines, in_state};
use crate::context::Cx;
use crate::domain::batch::{BatchState, LineResult};
use crate::domain::order::OrderStep;
use crate::error::{Code, OpError, Problem};
use crate::id::{BatchId, OrderId};
use crate::ops::order::steps_of;
use crate::ops::pupil::reason;
use crate::ops::touches;
use crate::ports::LineResultRecord;

/// Which lines, and why.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FailLinesRequest {
    /// Batch.
    pub id: BatchId,
    /// Numbers of lines without a result.
    #[ts(type = "number[]")]
    pub numbers: Vec<i64>,
    /// Why: the school and the district read it.
    pub reason: String,
}

touches!(FailLinesRequest, self => Touched::Batch(self.id));

/// # Errors
/// `reason.required`, `selection.empty`, `batch.state`; `result.conflict` when a line has a
/// result, `result.line_unknown` when the batch has no such line.
pub async fn run(cx: &mut Cx, request: FailLinesRequest) -> Result<BatchView, OpError> {
    let why = reason(&request.reason)?;
    let numbers: BTreeSet<i64> = request.numbers.into_iter().collect();
    if numbers.is_empty() {
        return Err(Code::SelectionEmpty.into());
    }
    let (by, now) = super::by(cx)?;
    let mut batch = in_state(
        &mut *cx.uow,
        request.id,
        BatchState::HandedOver,
        "登记制卡失败",
    )
    .await?;
    let lines: HashMap<i64, _> = all_lines(&mut *cx.uow, batch.id, None)
        .await?
        .into_iter()
        .map(|line| (line.number, line))
        .collect();
    let mut orders: Vec<OrderId> = Vec::with_capacity(numbers.len());
    let mut results = Vec::with_capacity(numbers.len());
    for number in numbers {
        let line = lines.get(&number).ok_or_else(|| {
            Problem::new(Code::ResultLineUnknown)
                .field("numbers")
                .message(format!("本批次没有第 {number} 号订单，请刷新后重选。"))
        })?;
        if LineResult::from_stored(&line.result) != Some(LineResult::Waiting) {
            return Err(Problem::new(Code::ResultConflict)
                .field("numbers")
                .message(format!(
                    "第 {number} 号订单（{}）已有制卡结果，请刷新后重选。",
                    line.pupil_name
                ))
                .into());
        }
        orders.push(line.order_id);
        results.push(LineResultRecord {
            number,
            result: LineResult::Failed.as_str().to_owned(),
            reason: Some(why.clone()),
            card_id: None,
        });
    }
    let records = cx.uow.orders_by_ids(&orders).await?;
    let steps = steps_of(&records, OrderStep::Fail, |_| Some(why.clone()))?;
    cx.uow.step_orders(&steps, by, now).await?;
    cx.uow.settle_batch_lines(batch.id, &results, now).await?;
    batch.failed += i64::try_from(results.len()).unwrap_or(i64::MAX);
    cx.uow.update_batch(&batch).await?;
    batch.version += 1;
    cx.note(
        super::note(
            &batch,
            format!(
                "登记制卡失败：批次 {}，{} 张（{why}）",
                batch.batch_no,
                results.len()
            ),
        )
        .about(records.iter().map(|order| order.pupil_id.0)),
    );
    Ok(BatchView::new(&batch))
}
