//! What a batch of some orders would hold (预览制卡批次), CARD-4: nothing is written.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::LIMIT;
use crate::access::Permission;
use crate::context::Cx;
use crate::domain::order::OrderStep;
use crate::domain::paper::mask_number;
use crate::error::{Code, OpError, Problem};
use crate::id::OrderId;
use crate::ops::order::check::{FAULT_LIMIT, OrderFault, subjects};
use crate::ops::order::{OrderFilter, chosen, state_of};
use crate::ops::touches;
use crate::ports::ProductionRecord;
use crate::production::Subject;
use crate::production::check::{Fault, Mend, faults};
use crate::production::file::Lines;
use crate::production::template::{Source, TemplateContent};

/// Rows that a preview shows.
const SHOWN: usize = 20;
/// Stands for the number that the batch will get.
const NUMBER: &str = "批次号";

/// Which confirmed orders.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewBatchRequest {
    /// These.
    #[ts(optional)]
    pub ids: Option<Vec<OrderId>>,
    /// All confirmed ones that fit.
    #[ts(optional)]
    pub filter: Option<OrderFilter>,
    /// Name of the template; the district's first when absent.
    #[ts(optional)]
    pub template: Option<String>,
}

touches!(PreviewBatchRequest, self => match &self.ids {
    Some(ids) => Touched::Orders(ids.clone()),
    None => Touched::Filtered,
});

/// What the batch would hold.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewBatchResponse {
    /// District code.
    pub district: String,
    /// Name of the template.
    pub template_name: String,
    /// Orders that would be in it.
    #[ts(type = "number")]
    pub ready: i64,
    /// Orders that stay out.
    #[ts(type = "number")]
    pub left_out: i64,
    /// Why they stay out, at most 500.
    pub faults: Vec<OrderFault>,
    /// Headings of the file.
    pub headings: Vec<String>,
    /// Its first rows, paper numbers masked.
    pub rows: Vec<Vec<String>>,
}

/// Orders that were checked for one batch.
pub(super) struct Assembly {
    pub(super) district: String,
    pub(super) template_name: String,
    pub(super) template: TemplateContent,
    /// Those that passed, in the order of the file: by school, grade, class, name.
    pub(super) ready: Vec<(ProductionRecord, Subject)>,
    pub(super) left_out: i64,
    pub(super) faults: Vec<OrderFault>,
}

/// Checks the orders that a request names against the rules and the template.
///
/// # Errors
/// `selection.empty`, `order.unknown`, `forbidden`, `batch.too_many`, `batch.districts`,
/// `template.unknown`.
pub(super) async fn assemble(
    cx: &mut Cx,
    request: PreviewBatchRequest,
) -> Result<Assembly, OpError> {
    let may = [Permission::ManageBatches];
    let orders = chosen(cx, request.ids, request.filter, OrderStep::Batch, &may).await?;
    if orders.len() > LIMIT {
        return Err(Problem::new(Code::BatchTooMany)
            .message(format!(
                "选中了 {} 张订单，一个批次最多 {LIMIT} 张，请按学校或日期分几个批次。",
                orders.len()
            ))
            .into());
    }
    let districts: BTreeSet<&str> = orders.iter().map(|order| order.district.as_str()).collect();
    let mut districts = districts.into_iter();
    let (Some(district), None) = (districts.next(), districts.next()) else {
        return Err(Code::BatchDistricts.into());
    };
    let district = district.to_owned();
    let (template_name, template) =
        super::template_named(&mut *cx.uow, &district, request.template.as_deref()).await?;
    let today = cx.today();
    let ports = cx.ports.clone();
    let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
    let states: std::collections::HashMap<OrderId, Result<(), Problem>> = orders
        .iter()
        .map(|order| {
            let step = state_of(order)?.after(OrderStep::Batch).map(drop);
            Ok((order.id, step))
        })
        .collect::<Result<_, OpError>>()?;
    let (mut ready, mut left_out, mut listed) = (Vec::new(), 0, Vec::new());
    let mut lines = Lines::new(&template, NUMBER);
    for (number, (record, subject)) in (1..).zip(subjects(&mut *cx.uow, &ports, &ids).await?) {
        let mut found = faults(&subject, today);
        if let (true, Some(Err(problem))) = (found.is_empty(), states.get(&record.order_id)) {
            found.push(Fault {
                problem: problem.clone(),
                mend: Mend::Order,
            });
        }
        if found.is_empty()
            && let Err(faults) = lines.line(&subject, number)
        {
            found = faults;
        }
        if found.is_empty() {
            ready.push((record, subject));
            continue;
        }
        left_out += 1;
        let room = FAULT_LIMIT.saturating_sub(listed.len());
        listed.extend(
            found
                .into_iter()
                .take(room)
                .map(|fault| OrderFault::new(&record, fault)),
        );
    }
    ready.sort_by(|(a, _), (b, _)| {
        let key = |r: &ProductionRecord| (r.school_code.clone(), r.grade, r.class_number);
        key(a)
            .cmp(&key(b))
            .then_with(|| a.pupil_name.cmp(&b.pupil_name))
            .then_with(|| a.order_id.cmp(&b.order_id))
    });
    Ok(Assembly {
        district,
        template_name,
        template,
        ready,
        left_out,
        faults: listed,
    })
}

/// # Errors
/// Those of [`assemble`].
pub async fn run(
    cx: &mut Cx,
    request: PreviewBatchRequest,
) -> Result<PreviewBatchResponse, OpError> {
    let assembly = assemble(cx, request).await?;
    let masked: Vec<bool> = assembly
        .template
        .columns
        .iter()
        .map(|column| {
            matches!(
                Source::from_stored(&column.source),
                Some(Source::Paper | Source::StudentNumber | Source::BirthDate)
            )
        })
        .collect();
    let mut lines = Lines::new(&assembly.template, NUMBER);
    let rows = (1..)
        .zip(assembly.ready.iter().take(SHOWN))
        .filter_map(|(number, (_, subject))| {
            let line = lines.line(subject, number).ok()?;
            let shown = line.cells.into_iter().zip(&masked).map(|(cell, masked)| {
                if *masked {
                    mask_number(subject.paper_kind, &cell)
                } else {
                    cell
                }
            });
            Some(shown.collect())
        })
        .collect();
    Ok(PreviewBatchResponse {
        district: assembly.district,
        template_name: assembly.template_name,
        ready: i64::try_from(assembly.ready.len()).unwrap_or(i64::MAX),
        left_out: assembly.left_out,
        faults: assembly.faults,
        headings: assembly
            .template
            .columns
            .iter()
            .map(|column| column.heading.clone())
            .collect(),
        rows,
    })
}
