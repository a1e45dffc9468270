//! Orders by state, counted up to 1000 each (统计制卡订单).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::OrderFilter;
use crate::context::Cx;
use crate::domain::order::OrderState;
use crate::error::OpError;
use crate::ops::page::{COUNT_CAP, CappedCount};
use crate::ops::touches;

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
    let mut states = Vec::new();
    let mut total = CappedCount {
        count: 0,
        more: false,
    };
    for state in OrderState::ALL {
        let mut count = CappedCount {
            count: 0,
            more: false,
        };
        for query in &queries {
            let query = crate::ports::OrderQuery {
                state: Some(state.as_str().to_owned()),
                ..query.clone()
            };
            count = count.plus(CappedCount::from_counted(
                cx.uow.count_orders(&query, COUNT_CAP + 1).await?,
            ));
        }
        total = total.plus(count);
        states.push(StateCount {
            state: state.as_str().to_owned(),
            name: state.zh().to_owned(),
            count,
        });
    }
    Ok(CountOrdersResponse { states, total })
}
