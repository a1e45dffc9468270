//! Orders counted by day of confirmation and state; kept with every change of an order.

use async_trait::async_trait;

use super::Stored;
use crate::domain::time::DayRange;
use crate::id::SchoolId;

/// Which orders are counted.
#[derive(Debug, Clone, Default)]
pub struct TotalQuery {
    /// Of this district; its absence means the city, or the school.
    pub district: Option<String>,
    /// Of this school.
    pub school: Option<SchoolId>,
    /// Of this grade of the school.
    pub grade: Option<i64>,
    /// Confirmed on these days; without an end also the unconfirmed.
    pub days: DayRange,
}

/// Orders of a school in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolTotal {
    /// School.
    pub school_id: SchoolId,
    /// Its code.
    pub school_code: String,
    /// Its name.
    pub school_name: String,
    /// `OrderState::as_str`; none for a school without orders.
    pub state: Option<String>,
    /// How many.
    pub orders: i64,
}

/// The counts of orders.
#[async_trait]
pub trait OrderTotals {
    /// By state; states without orders are left out.
    async fn order_totals(&mut self, query: &TotalQuery) -> Stored<Vec<(String, i64)>>;
    /// By day since 1970-01-01 in China, rising, all states; only days with confirmations.
    async fn order_totals_by_day(&mut self, query: &TotalQuery) -> Stored<Vec<(i64, i64)>>;
    /// By school and state, in the order of the schools' codes; at most `limit` schools after this code.
    async fn order_totals_by_school(
        &mut self,
        query: &TotalQuery,
        after: Option<&str>,
        limit: u32,
    ) -> Stored<Vec<SchoolTotal>>;
}
