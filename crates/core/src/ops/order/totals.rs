//! Orders of a range of confirmation days added up by state and by school (合计制卡订单), CARD-2.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::context::Cx;
use crate::domain::order::OrderState;
use crate::domain::time::DayRange;
use crate::error::OpError;
use crate::id::SchoolId;
use crate::ops::page::{ListScope, asked_scopes, decode_cursor, limit, next};
use crate::ops::touches;
use crate::ports::TotalQuery;

/// Range, place and page of schools.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderTotalsRequest {
    /// First day of confirmation, `2026-09-01`; without range all orders, also the unconfirmed.
    #[ts(optional)]
    pub confirmed_from: Option<String>,
    /// Last day.
    #[ts(optional)]
    pub confirmed_to: Option<String>,
    /// District code.
    #[ts(optional)]
    pub district: Option<String>,
    /// School.
    #[ts(optional)]
    pub school_id: Option<SchoolId>,
    /// `next` of the page before.
    #[ts(optional)]
    pub after: Option<String>,
    /// Schools of the page, 1–500; 50 by default.
    #[ts(optional)]
    pub limit: Option<u32>,
}

/// How many orders are in one state.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StateTotal {
    /// State.
    #[ts(as = "OrderState")]
    pub state: String,
    /// Its name.
    pub name: String,
    /// Orders; not capped.
    #[ts(type = "number")]
    pub orders: i64,
}

/// The orders of one school.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrdersOfSchool {
    /// School.
    pub school_id: SchoolId,
    /// Its code.
    pub school_code: String,
    /// Its name.
    pub school_name: String,
    /// All of them.
    #[ts(type = "number")]
    pub orders: i64,
    /// By state, in the order of an order's life; empty for a school without orders.
    pub states: Vec<StateTotal>,
}

/// The sums.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderTotalsResponse {
    /// All orders of the range within the reach.
    #[ts(type = "number")]
    pub orders: i64,
    /// By state, in the order of an order's life.
    pub states: Vec<StateTotal>,
    /// By school, in the order of their codes.
    pub items: Vec<OrdersOfSchool>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

touches!(OrderTotalsRequest, self => Touched::Filtered);

/// # Errors
/// `date_range.invalid`, `forbidden`, `school.unknown`.
pub async fn run(cx: &mut Cx, request: OrderTotalsRequest) -> Result<OrderTotalsResponse, OpError> {
    let days = DayRange::parse(
        request.confirmed_from.as_deref(),
        request.confirmed_to.as_deref(),
    )?;
    let limit = limit(request.limit);
    let after: Option<String> = decode_cursor(request.after.as_deref())?;
    let (reach, district) = (cx.reach().clone(), request.district.as_deref());
    let (scopes, _) = asked_scopes(&mut *cx.uow, &reach, district, request.school_id).await?;
    let mut all: BTreeMap<String, i64> = BTreeMap::new();
    let mut schools: BTreeMap<String, OrdersOfSchool> = BTreeMap::new();
    for (district, school) in scopes.into_iter().map(ListScope::parts) {
        let query = TotalQuery {
            district,
            school,
            grade: None,
            days,
        };
        for (state, orders) in cx.uow.order_totals(&query).await? {
            *all.entry(state).or_default() += orders;
        }
        let rows = cx
            .uow
            .order_totals_by_school(&query, after.as_deref(), limit)
            .await?;
        for row in rows {
            let school = schools
                .entry(row.school_code.clone())
                .or_insert_with(|| OrdersOfSchool {
                    school_id: row.school_id,
                    school_code: row.school_code,
                    school_name: row.school_name,
                    orders: 0,
                    states: Vec::new(),
                });
            school.orders += row.orders;
            school
                .states
                .extend(row.state.and_then(|state| total(&state, row.orders)));
        }
    }
    let mut items: Vec<OrdersOfSchool> = schools.into_values().collect();
    items.truncate(limit as usize);
    for item in &mut items {
        item.states
            .sort_by_key(|total| OrderState::from_stored(&total.state));
    }
    let next = next(&items, limit, |school| school.school_code.clone());
    let states = OrderState::ALL
        .into_iter()
        .filter_map(|state| {
            let orders = all.get(state.as_str()).copied()?;
            total(state.as_str(), orders)
        })
        .collect();
    Ok(OrderTotalsResponse {
        orders: all.values().sum(),
        states,
        items,
        next,
    })
}

fn total(state: &str, orders: i64) -> Option<StateTotal> {
    let known = OrderState::from_stored(state)?;
    Some(StateTotal {
        state: known.as_str().to_owned(),
        name: known.zh().to_owned(),
        orders,
    })
}
