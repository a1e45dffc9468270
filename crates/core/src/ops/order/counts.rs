//! Orders by state (统计制卡订单): exact for a range, district, school and grade; with a class,
//! a text or a second date counted up to 1000 each.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{LOOK, OrderFilter};
use crate::context::Cx;
use crate::domain::order::OrderState;
use crate::domain::time::DayRange;
use crate::error::OpError;
use crate::ops::page::{COUNT_CAP, CappedCount};
use crate::ops::touches;
use crate::ports::{OrderQuery, TotalQuery, UnitOfWork};

/// Filter; its state is ignored.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CountOrdersRequest {
    /// Filter.
    #[serde(default)]
    pub filter: OrderFilter,
}

/// Orders in one state.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StateCount {
    /// State.
    #[ts(as = "OrderState")]
    pub state: String,
    /// Its name.
    pub name: String,
    /// How many.
    pub count: CappedCount,
}

/// Counts of the states that occur in the program so far.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CountOrdersResponse {
    /// By state, in the order of an order's life.
    pub states: Vec<StateCount>,
    /// Of all states.
    pub total: CappedCount,
}

touches!(CountOrdersRequest, self => Touched::Filtered);

/// # Errors
/// Those of `order.list`.
pub async fn run(cx: &mut Cx, request: CountOrdersRequest) -> Result<CountOrdersResponse, OpError> {
    let filter = OrderFilter {
        state: None,
        ..request.filter
    };
    let today = cx.today();
    let cipher = cx.ports.cipher.clone();
    let reach = cx.reach().clone();
    let queries = super::queries(&mut *cx.uow, &*cipher, &reach, &filter, today).await?;
    let days = DayRange::parse(
        filter.confirmed_from.as_deref(),
        filter.confirmed_to.as_deref(),
    )?;
    let mut counts: BTreeMap<OrderState, CappedCount> = BTreeMap::new();
    for query in &queries {
        for (state, count) in of_query(&mut *cx.uow, query, days).await? {
            let sum = counts.entry(state).or_default();
            *sum = sum.plus(count);
        }
    }
    let mut total = CappedCount::default();
    let mut states = Vec::new();
    for state in OrderState::ALL {
        let count = counts.get(&state).copied().unwrap_or_default();
        total = total.plus(count);
        states.push(StateCount {
            state: state.as_str().to_owned(),
            name: state.zh().to_owned(),
            count,
        });
    }
    Ok(CountOrdersResponse { states, total })
}

/// Orders of one scope by state: from the kept totals where these can tell, however many
/// they are; else counted up to the cap.
async fn of_query(
    uow: &mut dyn UnitOfWork,
    query: &OrderQuery,
    days: DayRange,
) -> Result<Vec<(OrderState, CappedCount)>, OpError> {
    let narrower = query.class.is_some()
        || query.class_number.is_some()
        || query.pupils.is_some()
        || query.other.is_some();
    if !narrower && (query.grade.is_none() || query.school.is_some()) {
        let totals = TotalQuery {
            district: query.district.clone(),
            school: query.school,
            grade: query.grade,
            days,
        };
        let totals = uow.order_totals(&totals).await?;
        return Ok(totals
            .into_iter()
            .filter_map(|(state, count)| {
                let more = false;
                Some((
                    OrderState::from_stored(&state)?,
                    CappedCount { count, more },
                ))
            })
            .collect());
    }
    let mut counts = Vec::with_capacity(OrderState::ALL.len());
    for state in OrderState::ALL {
        let query = OrderQuery {
            state: Some(state.as_str().to_owned()),
            ..query.clone()
        };
        let (counted, more) = uow.count_orders(&query, COUNT_CAP + 1, LOOK).await?;
        let count = CappedCount::from_counted(counted);
        let more = more || count.more;
        counts.push((state, CappedCount { more, ..count }));
    }
    Ok(counts)
}
