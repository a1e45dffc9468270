//! Orders by confirmation time, newest first (查看制卡订单), CARD-2 and CARD-3.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{LOOK, OrderFilter, OrderView};
use crate::context::Cx;
use crate::error::OpError;
use crate::id::OrderId;
use crate::ops::page::{decode_cursor, encode_cursor, limit, next};
use crate::ops::touches;
use crate::ports::{OrderCursor, OrderQuery, OrderRecord, UnitOfWork};

/// Filter and page.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListOrdersRequest {
    /// Filter.
    #[serde(default)]
    pub filter: OrderFilter,
    /// `next` of the page before.
    #[ts(optional)]
    pub after: Option<String>,
    /// Rows of the page, 1–500; 50 by default.
    #[ts(optional)]
    pub limit: Option<u32>,
}

/// A page.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListOrdersResponse {
    /// Orders: the confirmed ones by confirmation time, newest first, then the others.
    pub items: Vec<OrderView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

touches!(ListOrdersRequest, self => Touched::Filtered);

/// # Errors
/// `date_range.invalid`, `forbidden`, `school.unknown`, `text.too_broad`.
pub async fn run(cx: &mut Cx, request: ListOrdersRequest) -> Result<ListOrdersResponse, OpError> {
    let limit = limit(request.limit);
    let today = cx.today();
    let cipher = cx.ports.cipher.clone();
    let reach = cx.reach().clone();
    let queries = super::queries(&mut *cx.uow, &*cipher, &reach, &request.filter, today).await?;
    let after: Option<(Option<i64>, OrderId)> = decode_cursor(request.after.as_deref())?;
    let after = after.map(|(confirmed_at, id)| OrderCursor { confirmed_at, id });
    let (orders, ended) = look(&mut *cx.uow, &queries, after, limit).await?;
    let next = next(&orders, limit, |order| (order.confirmed_at, order.id))
        .or_else(|| encode_cursor(&ended.map(|at| (at.confirmed_at, at.id))?));
    let actor = cx.actor()?;
    let items = orders
        .into_iter()
        .map(|order| OrderView::new(order, &*cipher, actor))
        .collect::<Result<_, _>>()?;
    Ok(ListOrdersResponse { items, next })
}

/// As [`page`], but where the filter leaves few of many orders it may end before the page is
/// full, and tells where.
async fn look(
    uow: &mut dyn UnitOfWork,
    queries: &[OrderQuery],
    after: Option<OrderCursor>,
    limit: u32,
) -> Result<(Vec<OrderRecord>, Option<OrderCursor>), OpError> {
    let mut orders = Vec::new();
    let mut ended: Option<OrderCursor> = None;
    for query in queries {
        let (found, end) = uow.orders_within(query, after, limit, LOOK).await?;
        orders.extend(found);
        ended = ended.max(end);
    }
    // Behind the newest end some scopes were not looked at.
    orders.retain(|order| ended.is_none_or(|end| cursor(order) >= end));
    merge(&mut orders, queries.len(), limit);
    Ok((orders, ended))
}

const fn cursor(order: &OrderRecord) -> OrderCursor {
    OrderCursor {
        confirmed_at: order.confirmed_at,
        id: order.id,
    }
}

/// A page over several scopes, merged: newest confirmed first, then the unconfirmed.
pub(crate) async fn page(
    uow: &mut dyn UnitOfWork,
    queries: &[OrderQuery],
    after: Option<OrderCursor>,
    limit: u32,
) -> Result<Vec<OrderRecord>, OpError> {
    let mut orders = Vec::new();
    for query in queries {
        orders.extend(uow.orders(query, after, limit).await?);
    }
    merge(&mut orders, queries.len(), limit);
    Ok(orders)
}

fn merge(orders: &mut Vec<OrderRecord>, scopes: usize, limit: u32) {
    if scopes > 1 {
        // `None` sorts before `Some`, so the reverse puts the unconfirmed last.
        orders.sort_by_key(|order| std::cmp::Reverse(cursor(order)));
        orders.dedup_by_key(|order| order.id);
        orders.truncate(limit as usize);
    }
}
