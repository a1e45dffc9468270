//! Card orders.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use async_trait::async_trait;
use ekatong_core::domain::order::OrderDate;
use ekatong_core::id::{AccountId, OrderId, PupilId, SchoolId};
use ekatong_core::ports::{
    NewOrderRecord, OrderCursor, OrderQuery, OrderRecord, OrderStepRecord, OrderStepRow, Orders,
    OtherDate, ProductionRecord, Stored,
};

use super::super::index;
use super::pupils::prefix;
use super::{Cols, ROWS, Sql, Tx, each, maybe};

const COLUMNS: &str = "SELECT page.id, page.district, d.name, page.school_id, s.name, \
    page.class_id, page.grade, c.number, page.pupil_id, p.name, p.paper_kind, p.paper_sealed, \
    page.kind, page.state, page.requested_at, page.approved_at, page.confirmed_at, \
    page.returned_at, page.reason, page.request_reason, page.old_card_id, page.batch_id, page.batch_no, page.card_no, page.version FROM ";

/// What stands beside an order in a list; each join finds one row by its key.
const BESIDE: &str = " AS page CROSS JOIN district d CROSS JOIN school s CROSS JOIN class c \
    CROSS JOIN pupil p WHERE d.code = page.district AND s.id = page.school_id \
    AND c.id = page.class_id AND p.id = page.pupil_id";

fn order(c: &mut Cols<'_>) -> Stored<OrderRecord> {
    Ok(OrderRecord {
        id: c.id()?,
        district: c.take()?,
        district_name: c.take()?,
        school_id: c.id()?,
        school_name: c.take()?,
        class_id: c.id()?,
        grade: c.take()?,
        class_number: c.take()?,
        pupil_id: c.id()?,
        pupil_name: c.take()?,
        paper_kind: c.take()?,
        paper_sealed: c.take()?,
        kind: c.take()?,
        state: c.take()?,
        requested_at: c.take()?,
        approved_at: c.take()?,
        confirmed_at: c.take()?,
        returned_at: c.take()?,
        reason: c.take()?,
        request_reason: c.take()?,
        old_card_id: c.id_or_none()?,
        batch_id: c.id_or_none()?,
        batch_no: c.take()?,
        card_no: c.take()?,
        version: c.take()?,
    })
}

/// The column of a second date.
const fn column(date: OrderDate) -> &'static str {
    match date {
        OrderDate::Requested => "o.requested_at",
        OrderDate::Approved => "o.approved_at",
        OrderDate::Returned => "o.returned_at",
    }
}

/// The index that gives the narrowest scope in the order of the list.
fn walk(query: &OrderQuery) -> String {
    index(if query.pupils.is_some() {
        "card_order_pupil"
    } else if query.class.is_some() {
        "card_order_class_confirmed"
    } else if query.school.is_some() && query.state.is_some() {
        "card_order_school_state_confirmed"
    } else if query.school.is_some() {
        "card_order_school_confirmed"
    } else {
        match (query.district.is_some(), query.state.is_some()) {
            (true, true) => "card_order_district_state_confirmed",
            (true, false) => "card_order_district_confirmed",
            (false, true) => "card_order_state_confirmed",
            (false, false) => "card_order_confirmed",
        }
    })
}

/// Which part of the orders is read: the confirmed or the others, behind a place and down
/// to another, that one included.
#[derive(Clone, Copy)]
struct Part {
    is_confirmed: bool,
    after: Option<OrderCursor>,
    end: Option<OrderCursor>,
}

impl Part {
    /// ` AND …`, which the index of [`walk`] answers.
    fn narrow(self, sql: &mut Sql, query: &OrderQuery) {
        if self.is_confirmed {
            sql.push(" AND o.confirmed_at IS NOT NULL");
            confirmed(sql, query);
        } else {
            sql.push(" AND o.confirmed_at IS NULL");
        }
        for (place, sign) in [(self.after, " < "), (self.end, " >= ")] {
            let Some(OrderCursor { confirmed_at, id }) = place else {
                continue;
            };
            match confirmed_at {
                Some(at) => sql
                    .push(" AND (o.confirmed_at, o.id)")
                    .push(sign)
                    .push("(")
                    .bind(at)
                    .push(", ")
                    .bind(id.0)
                    .push(")"),
                None => sql.push(" AND o.id").push(sign).bind(id.0),
            };
        }
    }
}

/// With all confirmation times NULL the first key says nothing, but it lets both engines
/// see that the index has the order asked for.
const NEWEST_FIRST: &str = " ORDER BY o.confirmed_at DESC, o.id DESC";

/// ` AND …` for what the index of [`walk`] holds.
fn scope(sql: &mut Sql, query: &OrderQuery, pupils: Option<&[PupilId]>) {
    if let Some(pupils) = pupils {
        sql.push(" AND o.pupil_id IN ")
            .list(pupils.iter().map(|id| id.0));
    } else if let Some(class) = query.class {
        sql.push(" AND o.class_id = ").bind(class.0);
    } else {
        if let Some(school) = query.school {
            sql.push(" AND o.school_id = ").bind(school.0);
        } else {
            district(sql, query);
        }
        state(sql, query);
    }
}

/// ` AND …` for what it does not hold.
fn rest(sql: &mut Sql, query: &OrderQuery, pupils: Option<&[PupilId]>) {
    if pupils.is_some() || query.class.is_some() {
        state(sql, query);
    }
    if let (true, Some(class)) = (pupils.is_some(), query.class) {
        sql.push(" AND o.class_id = ").bind(class.0);
    }
    if let (true, Some(school)) = (pupils.is_some() || query.class.is_some(), query.school) {
        sql.push(" AND o.school_id = ").bind(school.0);
    }
    if pupils.is_some() || query.class.is_some() || query.school.is_some() {
        district(sql, query);
    }
    if let Some(grade) = query.grade {
        sql.push(" AND o.grade = ").bind(grade);
    }
    if let Some(OtherDate { date, from, to }) = query.other {
        if let Some(from) = from {
            sql.push(" AND ").push(column(date)).push(" >= ").bind(from);
        }
        if let Some(to) = to {
            sql.push(" AND ").push(column(date)).push(" < ").bind(to);
        }
    }
}

fn district(sql: &mut Sql, query: &OrderQuery) {
    if let Some(district) = &query.district {
        sql.push(" AND o.district = ").bind(district.as_str());
    }
}

fn state(sql: &mut Sql, query: &OrderQuery) {
    if let Some(state) = &query.state {
        sql.push(" AND o.state = ").bind(state.as_str());
    }
}

/// `FROM` and `WHERE` of the orders that fit, but for the confirmation time, with no more
/// joins than the query needs.
fn fitting(sql: &mut Sql, query: &OrderQuery, pupils: Option<&[PupilId]>) {
    sql.push(" FROM card_order o").push(&walk(query));
    match query.class_number {
        Some(number) => sql
            .push(" CROSS JOIN class k WHERE k.id = o.class_id AND k.number = ")
            .bind(number),
        None => sql.push(" WHERE 1 = 1"),
    };
    scope(sql, query, pupils);
    rest(sql, query, pupils);
}

/// ` AND …` for the confirmation time.
fn confirmed(sql: &mut Sql, query: &OrderQuery) {
    if let Some(from) = query.confirmed_from {
        sql.push(" AND o.confirmed_at >= ").bind(from);
    }
    if let Some(to) = query.confirmed_to {
        sql.push(" AND o.confirmed_at < ").bind(to);
    }
}

fn has_range(query: &OrderQuery) -> bool {
    query.confirmed_from.is_some() || query.confirmed_to.is_some()
}

/// Keys of the pupils in blocks; one block without keys when there is no such filter.
fn blocks(query: &OrderQuery) -> Vec<Option<Vec<PupilId>>> {
    match &query.pupils {
        None => vec![None],
        Some(pupils) => {
            let unique: Vec<PupilId> = pupils
                .iter()
                .copied()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            unique.chunks(ROWS).map(|c| Some(c.to_vec())).collect()
        }
    }
}

impl Tx {
    /// One page of a part.
    async fn order_page(
        &mut self,
        query: &OrderQuery,
        part: Part,
        limit: u32,
    ) -> Stored<Vec<OrderRecord>> {
        const DOING: &str = "reading orders";
        let mut page = Vec::new();
        for block in blocks(query) {
            // The page is cut before anything is joined to it, so that no plan can
            // fetch more orders than the page has.
            let mut sql = Sql::new(COLUMNS);
            sql.push("(SELECT o.*");
            fitting(&mut sql, query, block.as_deref());
            part.narrow(&mut sql, query);
            sql.push(NEWEST_FIRST)
                .limit(limit)
                .push(")")
                .push(BESIDE)
                // The join promises no order. And a page that is sorted at the end
                // comes at once: row by row, SQLite's thread wakes this one for each.
                .push(" ORDER BY page.confirmed_at DESC, page.id DESC");
            let rows = self.all(sql, DOING).await?;
            page.extend(each(&rows, DOING, order)?);
        }
        // Blocks are merged; the order of ids is the same here and in the engines.
        page.sort_by_key(|o| std::cmp::Reverse((o.confirmed_at, o.id)));
        page.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(page)
    }

    /// Where a look at so many orders of a part ends; none when the part ends before. The
    /// index alone tells.
    async fn end_of_look(
        &mut self,
        query: &OrderQuery,
        part: Part,
        look: u32,
    ) -> Stored<Option<OrderCursor>> {
        const DOING: &str = "looking where a look ended";
        let mut sql = Sql::new("SELECT o.confirmed_at, o.id FROM card_order o");
        sql.push(&walk(query)).push(" WHERE 1 = 1");
        scope(&mut sql, query, None);
        part.narrow(&mut sql, query);
        sql.push(NEWEST_FIRST)
            .limit(1)
            .push(" OFFSET ")
            .push(&look.saturating_sub(1).to_string());
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, |c| {
            Ok(OrderCursor {
                confirmed_at: c.take()?,
                id: c.id()?,
            })
        })
    }

    /// A page over both parts, and where a look ended before it was full.
    async fn orders_of(
        &mut self,
        query: &OrderQuery,
        after: Option<OrderCursor>,
        limit: u32,
        look: Option<u32>,
    ) -> Stored<(Vec<OrderRecord>, Option<OrderCursor>)> {
        let mut page = Vec::new();
        for is_confirmed in [true, false] {
            let behind = after.filter(|a| a.confirmed_at.is_some() == is_confirmed);
            let passed = is_confirmed && after.is_some() && behind.is_none();
            if passed || (!is_confirmed && has_range(query)) {
                continue;
            }
            let mut part = Part {
                is_confirmed,
                after: behind,
                end: None,
            };
            if let Some(look) = look {
                part.end = self.end_of_look(query, part, look).await?;
            }
            // A whole page, of which some is left over: the text of a statement holds
            // its limit, and there should be few texts.
            page.extend(self.order_page(query, part, limit).await?);
            if page.len() >= limit as usize {
                page.truncate(limit as usize);
                break;
            }
            if part.end.is_some() {
                return Ok((page, part.end));
            }
        }
        Ok((page, None))
    }
}

#[async_trait]
impl Orders for Tx {
    async fn orders(
        &mut self,
        query: &OrderQuery,
        after: Option<OrderCursor>,
        limit: u32,
    ) -> Stored<Vec<OrderRecord>> {
        Ok(self.orders_of(query, after, limit, None).await?.0)
    }

    async fn orders_within(
        &mut self,
        query: &OrderQuery,
        after: Option<OrderCursor>,
        limit: u32,
        look: u32,
    ) -> Stored<(Vec<OrderRecord>, Option<OrderCursor>)> {
        let look = query.is_sparse().then_some(look);
        self.orders_of(query, after, limit, look).await
    }

    async fn count_orders(
        &mut self,
        query: &OrderQuery,
        cap: u32,
        look: u32,
    ) -> Stored<(i64, bool)> {
        const DOING: &str = "counting orders";
        let cap = i64::from(cap);
        let mut total = 0;
        if !query.is_sparse() {
            for block in blocks(query) {
                let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1");
                fitting(&mut sql, query, block.as_deref());
                confirmed(&mut sql, query);
                sql.push(" LIMIT ").push(&cap.to_string()).push(") AS n");
                total += self.number(sql, DOING).await?;
            }
            return Ok((total.min(cap), total >= cap));
        }
        let mut more = false;
        for is_confirmed in [true, false] {
            if !is_confirmed && has_range(query) {
                continue;
            }
            let mut part = Part {
                is_confirmed,
                after: None,
                end: None,
            };
            part.end = self.end_of_look(query, part, look).await?;
            more |= part.end.is_some();
            let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1");
            fitting(&mut sql, query, None);
            part.narrow(&mut sql, query);
            sql.push(NEWEST_FIRST);
            sql.push(" LIMIT ").push(&cap.to_string()).push(") AS n");
            total += self.number(sql, DOING).await?;
        }
        Ok((total.min(cap), more || total >= cap))
    }

    async fn orders_by_ids(&mut self, ids: &[OrderId]) -> Stored<Vec<OrderRecord>> {
        const DOING: &str = "reading orders by ids";
        // In the order of the ids, so that two transactions lock in the same order.
        let unique: Vec<OrderId> = ids
            .iter()
            .copied()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let mut found: BTreeMap<OrderId, OrderRecord> = BTreeMap::new();
        for chunk in unique.chunks(ROWS) {
            let mut sql = Sql::new(COLUMNS);
            sql.push("card_order")
                .push(BESIDE)
                .push(" AND page.id IN ")
                .list(chunk.iter().map(|id| id.0))
                .push(" ORDER BY page.id")
                .push(&self.lock("page"));
            let rows = self.all(sql, DOING).await?;
            found.extend(each(&rows, DOING, order)?.into_iter().map(|o| (o.id, o)));
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    async fn open_orders(&mut self, pupils: &[PupilId]) -> Stored<Vec<OrderRecord>> {
        const DOING: &str = "reading open orders of pupils";
        let mut out = Vec::new();
        for chunk in pupils.chunks(ROWS) {
            let mut sql = Sql::new(COLUMNS);
            sql.push("card_order")
                .push(BESIDE)
                .push(
                    " AND page.state IN ('draft','requested','approved','confirmed',\
                     'in_production','failed') AND page.pupil_id IN ",
                )
                .list(chunk.iter().map(|id| id.0))
                .push(" ORDER BY page.id")
                .push(&self.lock("page"));
            let rows = self.all(sql, DOING).await?;
            out.extend(each(&rows, DOING, order)?);
        }
        Ok(out)
    }

    async fn order_places(&mut self, ids: &[OrderId]) -> Stored<(Vec<(String, SchoolId)>, i64)> {
        self.places(
            "SELECT district, school_id, COUNT(*) FROM card_order WHERE id IN ",
            ids.iter().map(|id| id.0),
            "reading the places of orders",
        )
        .await
    }

    async fn insert_orders(
        &mut self,
        orders: &[NewOrderRecord],
        by: AccountId,
        now: i64,
    ) -> Stored<Vec<OrderId>> {
        const DOING: &str = "making orders";
        // In the order of the unique key, as for pupils.
        let mut sorted: Vec<&NewOrderRecord> = orders.iter().collect();
        sorted.sort_by_key(|o| (o.pupil_id, o.id));
        let mut made = HashSet::new();
        for chunk in sorted.chunks(ROWS) {
            let mut sql = Sql::new(
                "INSERT INTO card_order (requested_at, id, district, school_id, class_id, grade, \
                 enrolment_id, pupil_id, kind, state, request_reason, old_card_id) \
                 SELECT CASE WHEN v.column4 = 'request' THEN ",
            );
            sql.bind(now)
                .push(
                    " END, v.column1, p.district, p.school_id, p.class_id, p.grade, e.id, p.id, \
                     v.column3, v.column5, v.column6, v.column7 FROM (VALUES ",
                )
                .rows(chunk, |f, o| {
                    f.v(o.id.0)
                        .v(o.pupil_id.0)
                        .v(o.kind.as_str())
                        .v(o.step.as_str())
                        .v(o.state.as_str())
                        .v(o.reason.as_deref())
                        .v(o.old_card_id.map(|id| id.0));
                })
                .push(
                    ") AS v CROSS JOIN pupil p CROSS JOIN enrolment e WHERE p.id = v.column2 \
                     AND e.pupil_id = p.id AND e.end_at IS NULL \
                     ON CONFLICT DO NOTHING RETURNING id",
                );
            let rows = self.all(sql, DOING).await?;
            let ids: Vec<OrderId> = each(&rows, DOING, |c| c.id())?;
            made.extend(ids);
            let events: Vec<&NewOrderRecord> = chunk
                .iter()
                .copied()
                .filter(|o| made.contains(&o.id))
                .collect();
            if !events.is_empty() {
                let mut sql = Sql::new(
                    "INSERT INTO order_event (order_id, number, step, state, at, account_id, \
                     reason) VALUES ",
                );
                sql.rows(&events, |f, o| {
                    f.v(o.id.0)
                        .v(1_i64)
                        .v(o.step.as_str())
                        .v(o.state.as_str())
                        .v(now)
                        .v(by.0)
                        .v(o.reason.as_deref());
                });
                self.run(sql, DOING).await?;
            }
        }
        Ok(orders
            .iter()
            .map(|o| o.id)
            .filter(|id| made.remove(id))
            .collect())
    }

    async fn step_orders(
        &mut self,
        steps: &[OrderStepRecord],
        by: AccountId,
        now: i64,
    ) -> Stored<()> {
        // An order that takes two steps takes them in two rounds: a statement
        // changes a row once.
        let mut rest: Vec<&OrderStepRecord> = steps.iter().collect();
        while !rest.is_empty() {
            let mut seen = HashSet::new();
            let (round, later): (Vec<_>, Vec<_>) =
                rest.into_iter().partition(|step| seen.insert(step.id));
            for chunk in round.chunks(ROWS) {
                self.step_round(chunk, by, now).await?;
            }
            rest = later;
        }
        Ok(())
    }

    async fn production_records(&mut self, ids: &[OrderId]) -> Stored<Vec<ProductionRecord>> {
        const DOING: &str = "reading orders for production";
        let mut found = HashMap::with_capacity(ids.len());
        for chunk in ids.chunks(ROWS) {
            let mut sql = Sql::new(
                "SELECT o.id, o.state, o.kind, CASE WHEN o.state = 'in_production' THEN \
                 o.batch_no END, o.district, d.name, o.school_id, s.code, s.name, s.district, \
                 o.grade, c.number, p.id, p.name, p.status, p.gender, p.birth_date, \
                 p.paper_kind, p.nationality, p.paper_sealed, p.student_number_sealed, k.card_no \
                 FROM card_order o CROSS JOIN district d CROSS JOIN school s CROSS JOIN class c \
                 CROSS JOIN pupil p LEFT JOIN card k ON k.id = o.old_card_id \
                 WHERE d.code = o.district AND s.id = o.school_id AND c.id = o.class_id \
                 AND p.id = o.pupil_id AND o.id IN ",
            );
            sql.list(chunk.iter().map(|id| id.0));
            let rows = self.all(sql, DOING).await?;
            let records = each(&rows, DOING, |c| {
                Ok(ProductionRecord {
                    order_id: c.id()?,
                    state: c.take()?,
                    kind: c.take()?,
                    batch_no: c.take()?,
                    district: c.take()?,
                    district_name: c.take()?,
                    school_id: c.id()?,
                    school_code: c.take()?,
                    school_name: c.take()?,
                    school_district: c.take()?,
                    grade: c.take()?,
                    class_number: c.take()?,
                    pupil_id: c.id()?,
                    pupil_name: c.take()?,
                    status: c.take()?,
                    gender: c.take()?,
                    birth_date: c.take()?,
                    paper_kind: c.take()?,
                    nationality: c.take()?,
                    paper_sealed: c.take()?,
                    student_number_sealed: c.take()?,
                    old_card_no: c.take()?,
                })
            })?;
            found.extend(records.into_iter().map(|record| (record.order_id, record)));
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    async fn steps_of_order(&mut self, id: OrderId) -> Stored<Vec<OrderStepRow>> {
        self.order_steps("o.id", id.0).await
    }

    async fn pupils_named(
        &mut self,
        district: Option<&str>,
        school: Option<SchoolId>,
        name: &str,
        limit: u32,
    ) -> Stored<Vec<PupilId>> {
        const DOING: &str = "looking for pupils by name";
        let mut sql = Sql::new("SELECT p.id FROM pupil p");
        sql.push(&index(if school.is_some() {
            "pupil_school_name"
        } else if district.is_some() {
            "pupil_district_name"
        } else {
            "pupil_name"
        }))
        .push(" WHERE p.purged_at IS NULL");
        if let Some(school) = school {
            sql.push(" AND p.school_id = ").bind(school.0);
        }
        if let Some(district) = district {
            sql.push(" AND p.district = ").bind(district);
        }
        prefix(&mut sql, "p.name", name);
        sql.push(" ORDER BY p.name, p.id").limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| c.id())
    }
}

impl Tx {
    /// Steps of the orders where a column has this value, orders oldest first.
    pub(super) async fn order_steps(
        &mut self,
        column: &'static str,
        value: uuid::Uuid,
    ) -> Stored<Vec<OrderStepRow>> {
        const DOING: &str = "reading steps of orders";
        let mut sql = Sql::new(
            "SELECT o.id, o.kind, o.card_no, e.step, e.state, e.at, a.display_name, e.reason \
             FROM card_order o CROSS JOIN order_event e CROSS JOIN account a \
             WHERE e.order_id = o.id AND a.id = e.account_id AND ",
        );
        sql.push(column)
            .push(" = ")
            .bind(value)
            .push(" ORDER BY o.id, e.number");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(OrderStepRow {
                order_id: c.id()?,
                kind: c.take()?,
                card_no: c.take()?,
                step: c.take()?,
                state: c.take()?,
                at: c.take()?,
                by: c.take()?,
                reason: c.take()?,
            })
        })
    }

    /// Steps of different orders.
    async fn step_round(
        &mut self,
        steps: &[&OrderStepRecord],
        by: AccountId,
        now: i64,
    ) -> Stored<()> {
        const DOING: &str = "taking steps of orders";
        let mut sql = Sql::new(
            "UPDATE card_order SET version = version + 1, state = v.column3, \
             reason = v.column4, requested_at = CASE WHEN v.column2 = 'request' THEN ",
        );
        sql.bind(now)
            .push(" ELSE requested_at END, approved_at = CASE WHEN v.column2 = 'approve' THEN ")
            .bind(now)
            .push(" ELSE approved_at END, returned_at = CASE WHEN v.column2 = 'return' THEN ")
            .bind(now)
            .push(" ELSE returned_at END, confirmed_at = CASE WHEN v.column2 = 'confirm' THEN ")
            .bind(now)
            .push(
                " WHEN v.column2 IN ('withdraw', 'retry') THEN NULL ELSE confirmed_at END \
                 FROM (VALUES ",
            )
            .rows(steps, |f, s| {
                f.v(s.id.0)
                    .v(s.step.as_str())
                    .v(s.state.as_str())
                    .v(s.reason.as_deref());
            })
            .push(") AS v WHERE card_order.id = v.column1");
        self.run(sql, DOING).await?;

        // The version has just been raised, so it numbers the events without a look at them.
        let mut sql = Sql::new(
            "INSERT INTO order_event (at, account_id, order_id, number, step, state, reason) \
             SELECT ",
        );
        sql.bind(now)
            .push(", ")
            .bind(by.0)
            .push(", o.id, o.version, v.column2, v.column3, v.column4 FROM (VALUES ")
            .rows(steps, |f, s| {
                f.v(s.id.0)
                    .v(s.step.as_str())
                    .v(s.state.as_str())
                    .v(s.reason.as_deref());
            })
            .push(") AS v CROSS JOIN card_order o WHERE o.id = v.column1");
        self.run(sql, DOING).await.map(drop)
    }
}
