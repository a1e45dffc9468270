//! Orders counted by day of confirmation and state.

use async_trait::async_trait;
use ekatong_core::ports::{OrderTotals, SchoolTotal, Stored, TotalQuery};
use uuid::Uuid;

use super::{Sql, Tx, each};

/// Day of the unconfirmed.
const UNCONFIRMED: i64 = -1;

/// ` AND …` for the days.
fn days(sql: &mut Sql, query: &TotalQuery) {
    match (query.days.from(), query.days.to()) {
        (None, None) => {}
        (from, to) => {
            // With one end open, the unconfirmed still stand outside, as in the list.
            let from = from.map_or(UNCONFIRMED + 1, |day| day.number());
            sql.push(" AND t.day >= ").bind(from);
            if let Some(to) = to {
                sql.push(" AND t.day <= ").bind(to.number());
            }
        }
    }
}

/// `FROM` and `WHERE` of the rows that are added up.
fn rows(sql: &mut Sql, query: &TotalQuery) {
    match (query.school, &query.district) {
        (Some(school), _) => {
            sql.push(" FROM order_total t WHERE t.district = '' AND t.school_id = ")
                .bind(school.0)
                .push(" AND t.grade = ")
                .bind(query.grade.unwrap_or(0));
        }
        (None, Some(district)) => {
            sql.push(" FROM order_total t WHERE t.grade = 0 AND t.school_id = ")
                .bind(Uuid::nil())
                .push(" AND t.district = ")
                .bind(district.as_str());
        }
        (None, None) => {
            // The rows of all districts, each a walk along the key.
            sql.push(" FROM district d CROSS JOIN order_total t WHERE t.district = d.code AND t.grade = 0 AND t.school_id = ")
                .bind(Uuid::nil());
        }
    }
    days(sql, query);
}

#[async_trait]
impl OrderTotals for Tx {
    async fn order_totals(&mut self, query: &TotalQuery) -> Stored<Vec<(String, i64)>> {
        const DOING: &str = "adding up orders by state";
        let mut sql = Sql::new("SELECT t.state, CAST(SUM(t.orders) AS BIGINT)");
        rows(&mut sql, query);
        sql.push(" GROUP BY t.state HAVING SUM(t.orders) > 0");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| Ok((c.take()?, c.take()?)))
    }

    async fn order_totals_by_day(&mut self, query: &TotalQuery) -> Stored<Vec<(i64, i64)>> {
        const DOING: &str = "adding up orders by day";
        let mut sql = Sql::new("SELECT t.day, CAST(SUM(t.orders) AS BIGINT)");
        rows(&mut sql, query);
        sql.push(" AND t.day > ")
            .bind(UNCONFIRMED)
            .push(" GROUP BY t.day HAVING SUM(t.orders) > 0 ORDER BY t.day");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| Ok((c.take()?, c.take()?)))
    }

    async fn order_totals_by_school(
        &mut self,
        query: &TotalQuery,
        after: Option<&str>,
        limit: u32,
    ) -> Stored<Vec<SchoolTotal>> {
        const DOING: &str = "adding up orders by school";
        let mut sql = Sql::new(
            "SELECT s.id, s.code, s.name, t.state, CAST(COALESCE(SUM(t.orders), 0) AS BIGINT) \
             FROM (SELECT x.id, x.code, x.name FROM school x WHERE 1 = 1",
        );
        if let Some(district) = &query.district {
            sql.push(" AND x.district = ").bind(district.as_str());
        }
        if let Some(school) = query.school {
            sql.push(" AND x.id = ").bind(school.0);
        }
        if let Some(code) = after {
            sql.push(" AND x.code > ").bind(code.to_owned());
        }
        sql.push(" ORDER BY x.code")
            .limit(limit)
            .push(") AS s LEFT JOIN order_total t ON t.district = '' AND t.school_id = s.id AND t.orders > 0 AND t.grade = ")
            .bind(query.grade.unwrap_or(0));
        days(&mut sql, query);
        sql.push(" GROUP BY s.code, s.id, s.name, t.state ORDER BY s.code, t.state");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(SchoolTotal {
                school_id: c.id()?,
                school_code: c.take()?,
                school_name: c.take()?,
                state: c.take()?,
                orders: c.take()?,
            })
        })
    }
}
