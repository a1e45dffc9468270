//! Children who change schools: their applications and enrolments.

use std::collections::{BTreeMap, HashSet};

use async_trait::async_trait;
use ekatong_core::id::{ApplicationId, PupilId};
use ekatong_core::ports::{
    Arrival, Entering, MovableRecord, MoveFilter, MoveRecord, MoveStep, Moves, NewMoveRecord,
    Stored,
};
use uuid::Uuid;

use super::super::index;
use super::{ROWS, Sql, Tx, each};

/// The kinds that move a child, in `application` or a page of it.
const MOVING: &str = ".kind IN ('registration','transfer_in')";
/// Those under way, likewise.
const UNDER_WAY: &str = ".state IN ('draft','submitted','returned')";

const COLUMNS: &str = "SELECT page.id, page.kind, page.state, page.version, p.id, p.name, p.status, \
    p.paper_kind, p.paper_sealed, p.school_id, page.stated_name, page.district, page.school_id, t.name, \
    page.class_id, page.grade, k.number, k.open, page.from_district, page.from_school_id, s.name, \
    page.from_class_id, c.grade, c.number, page.reason, page.first_saved_at, page.submitted_at, \
    page.approved_at, page.returned_reason FROM ";

/// What stands beside an application: a row each, through its key.
const BESIDE: &str = " CROSS JOIN pupil p CROSS JOIN school t CROSS JOIN class k \
    CROSS JOIN school s CROSS JOIN class c WHERE p.id = page.pupil_id AND t.id = page.school_id \
    AND k.id = page.class_id AND s.id = page.from_school_id AND c.id = page.from_class_id";

fn record(c: &mut super::Cols<'_>) -> Stored<MoveRecord> {
    Ok(MoveRecord {
        id: c.id()?,
        kind: c.take()?,
        state: c.take()?,
        version: c.take()?,
        pupil_id: c.id()?,
        pupil_name: c.take()?,
        pupil_status: c.take()?,
        paper_kind: c.take()?,
        paper_sealed: c.take()?,
        pupil_school_id: c.id()?,
        stated_name: c.take()?,
        district: c.take()?,
        school_id: c.id()?,
        school_name: c.take()?,
        class_id: c.id()?,
        grade: c.take()?,
        class_number: c.take()?,
        class_open: c.take()?,
        from_district: c.take()?,
        from_school_id: c.id()?,
        from_school_name: c.take()?,
        from_class_id: c.id()?,
        from_grade: c.take()?,
        from_class_number: c.take()?,
        reason: c.take()?,
        first_saved_at: c.take()?,
        submitted_at: c.take()?,
        approved_at: c.take()?,
        returned_reason: c.take()?,
    })
}

/// `application a` with the index of the narrowest scope, and the filter.
fn fitting(sql: &mut Sql, filter: &MoveFilter) {
    sql.push("application a")
        .push(&index(if filter.import.is_some() {
            "application_import"
        } else if filter.to_school.is_some() {
            "application_to_school"
        } else if filter.from_school.is_some() {
            "application_from_school"
        } else if filter.to_district.is_some() {
            "application_to_district"
        } else if filter.from_district.is_some() {
            "application_from_district"
        } else {
            "application_move"
        }))
        // The condition of the indexes; the kinds in a list would cost the order of one.
        .push(" WHERE a.from_school_id IS NOT NULL")
        .push(" AND a.kind = ")
        .bind(filter.kind.as_str());
    if let Some(import) = filter.import {
        sql.push(" AND a.import_id = ").bind(import.0);
    }
    if let Some(school) = filter.to_school {
        sql.push(" AND a.school_id = ").bind(school.0);
    }
    if let Some(school) = filter.from_school {
        sql.push(" AND a.from_school_id = ").bind(school.0);
    }
    if let Some(district) = &filter.to_district {
        sql.push(" AND a.district = ").bind(district.as_str());
    }
    if let Some(district) = &filter.from_district {
        sql.push(" AND a.from_district = ").bind(district.as_str());
    }
    if let Some(state) = &filter.state {
        sql.push(" AND a.state = ").bind(state.as_str());
    }
}

#[async_trait]
impl Moves for Tx {
    async fn movable(&mut self, indexes: &[[u8; 16]]) -> Stored<Vec<MovableRecord>> {
        const DOING: &str = "looking for children who may move";
        let mut sorted: Vec<&[u8]> = indexes.iter().map(<[u8; 16]>::as_slice).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut out = Vec::new();
        for chunk in sorted.chunks(ROWS) {
            let mut sql = Sql::new(
                "SELECT p.paper_index, p.id, p.name, p.status, p.district, p.school_id, s.name, \
                 p.class_id, p.grade, c.number, c.school_year, a.kind, a.school_id, a.district, t.name \
                 FROM pupil p",
            );
            sql.push(&index("pupil_paper"))
                .push(
                    " CROSS JOIN school s CROSS JOIN class c LEFT JOIN application a \
                     ON a.pupil_id = p.id AND a",
                )
                .push(MOVING)
                .push(" AND a")
                .push(UNDER_WAY)
                .push(
                    " LEFT JOIN school t ON t.id = a.school_id \
                     WHERE s.id = p.school_id AND c.id = p.class_id AND p.paper_index IN ",
                )
                .list(chunk.iter().copied());
            let rows = self.all(sql, DOING).await?;
            out.extend(each(&rows, DOING, |c| {
                Ok(MovableRecord {
                    index: c.fixed()?,
                    id: c.id()?,
                    name: c.take()?,
                    status: c.take()?,
                    district: c.take()?,
                    school_id: c.id()?,
                    school_name: c.take()?,
                    class_id: c.id()?,
                    grade: c.take()?,
                    class_number: c.take()?,
                    school_year: c.take()?,
                    moving: c.take()?,
                    moving_to: c.id_or_none()?,
                    moving_district: c.take()?,
                    moving_to_name: c.take()?,
                })
            })?);
        }
        Ok(out)
    }

    async fn insert_moves(
        &mut self,
        moves: &[NewMoveRecord],
        how: Entering,
    ) -> Stored<Vec<ApplicationId>> {
        const DOING: &str = "making applications that move children";
        // In the order of the unique key, as for pupils.
        let mut sorted: Vec<&NewMoveRecord> = moves.iter().collect();
        sorted.sort_by_key(|m| (m.pupil_id, m.id));
        let state = if how.submit { "submitted" } else { "draft" };
        let mut made = HashSet::new();
        for chunk in sorted.chunks(ROWS) {
            let mut sql = Sql::new(
                "INSERT INTO application (id, pupil_id, school_id, kind, state, channel, import_id, \
                 first_saved_at, submitted_at, district, class_id, grade, from_district, \
                 from_school_id, from_class_id, stated_name, reason) VALUES ",
            );
            sql.rows(chunk, |f, m| {
                f.v(m.id.0)
                    .v(m.pupil_id.0)
                    .v(m.school_id.0)
                    .v(m.kind)
                    .v(state)
                    .v(how.channel)
                    .v(how.import.map(|id| id.0))
                    .v(how.now)
                    .v(how.submit.then_some(how.now))
                    .v(m.district.as_str())
                    .v(m.class_id.0)
                    .v(m.grade)
                    .v(m.from_district.as_str())
                    .v(m.from_school_id.0)
                    .v(m.from_class_id.0)
                    .v(m.stated_name.as_deref())
                    .v(m.reason.as_deref());
            })
            .push(" ON CONFLICT DO NOTHING RETURNING id");
            let rows = self.all(sql, DOING).await?;
            made.extend(each(&rows, DOING, |c| c.id::<ApplicationId>())?);
        }
        Ok(moves
            .iter()
            .map(|m| m.id)
            .filter(|id| made.remove(id))
            .collect())
    }

    async fn moves(
        &mut self,
        filter: &MoveFilter,
        before: Option<ApplicationId>,
        limit: u32,
    ) -> Stored<Vec<MoveRecord>> {
        const DOING: &str = "reading applications that move children";
        let mut sql = Sql::new(COLUMNS);
        sql.push("(SELECT a.* FROM ");
        fitting(&mut sql, filter);
        if let Some(before) = before {
            sql.push(" AND a.id < ").bind(before.0);
        }
        sql.push(" ORDER BY a.id DESC")
            .limit(limit)
            .push(") AS page")
            .push(BESIDE)
            .push(" ORDER BY page.id DESC");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, record)
    }

    async fn count_moves(&mut self, filter: &MoveFilter, cap: u32) -> Stored<i64> {
        let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1 FROM ");
        fitting(&mut sql, filter);
        sql.limit(cap).push(") AS n");
        self.number(sql, "counting applications that move children")
            .await
    }

    async fn moves_by_ids(&mut self, ids: &[ApplicationId]) -> Stored<Vec<MoveRecord>> {
        self.locked_moves("page.id", ids.iter().map(|id| id.0), false)
            .await
    }

    async fn moves_of(&mut self, pupils: &[PupilId]) -> Stored<Vec<MoveRecord>> {
        self.locked_moves("page.pupil_id", pupils.iter().map(|id| id.0), true)
            .await
    }

    async fn step_moves(&mut self, ids: &[ApplicationId], step: &MoveStep) -> Stored<i64> {
        let mut number = 0;
        for chunk in ids.chunks(ROWS) {
            let mut sql = Sql::new("UPDATE application SET version = version + 1, state = ");
            sql.bind(step.state).push(", returned_reason = ");
            sql.bind(step.returned_reason.as_deref());
            match step.state {
                "submitted" => {
                    sql.push(", submitted_at = ").bind(step.now);
                }
                // A request may be refused before it was ever passed on; the state then
                // needs a moment as well.
                "returned" => {
                    sql.push(", submitted_at = COALESCE(submitted_at, ")
                        .bind(step.now)
                        .push("), returned_at = ")
                        .bind(step.now)
                        .push(", returned_by = ")
                        .bind(step.by.0);
                }
                _ => {}
            }
            sql.push(" WHERE id IN ").list(chunk.iter().map(|id| id.0));
            number += self
                .run(sql, "taking a step of applications that move children")
                .await?;
        }
        Ok(number)
    }

    async fn delete_moves(&mut self, ids: &[ApplicationId]) -> Stored<i64> {
        let mut number = 0;
        for chunk in ids.chunks(ROWS) {
            let mut sql = Sql::new(
                "DELETE FROM application WHERE kind IN ('registration','transfer_in') \
                 AND state <> 'approved' AND id IN ",
            );
            sql.list(chunk.iter().map(|id| id.0));
            number += self
                .run(sql, "taking applications that move children back")
                .await?;
        }
        Ok(number)
    }

    async fn move_pupils(&mut self, ids: &[PupilId], to: &Arrival) -> Stored<i64> {
        const DOING: &str = "moving pupils";
        let mut number = 0;
        for chunk in ids.chunks(ROWS) {
            let mut sql = Sql::new("UPDATE enrolment SET end_at = ");
            sql.bind(to.now)
                .push(", outcome = ")
                .bind(to.outcome)
                .push(" WHERE end_at IS NULL AND pupil_id IN ")
                .list(chunk.iter().map(|id| id.0));
            self.run(sql, DOING).await?;
            let mut sql = Sql::new(
                "INSERT INTO enrolment (id, pupil_id, class_id, begin_at, reason) VALUES ",
            );
            sql.rows(chunk, |f, id| {
                f.v(Uuid::now_v7())
                    .v(id.0)
                    .v(to.class_id.0)
                    .v(to.now)
                    .v(to.reason);
            });
            self.run(sql, DOING).await?;
            let mut sql = Sql::new("UPDATE pupil SET version = version + 1, district = ");
            sql.bind(to.district.as_str())
                .push(", school_id = ")
                .bind(to.school_id.0)
                .push(", class_id = ")
                .bind(to.class_id.0)
                .push(", grade = ")
                .bind(to.grade)
                .push(", status = ")
                .bind(to.status)
                .push(" WHERE id IN ")
                .list(chunk.iter().map(|id| id.0));
            number += self.run(sql, DOING).await?;
        }
        Ok(number)
    }

    async fn close_entries(&mut self, ids: &[PupilId], now: i64) -> Stored<()> {
        const DOING: &str = "approving first entries of pupils who move";
        for chunk in ids.chunks(ROWS) {
            let mut sql = Sql::new(
                "UPDATE application SET state = 'approved', version = version + 1, approved_at = ",
            );
            sql.bind(now)
                .push(", submitted_at = COALESCE(submitted_at, ")
                .bind(now)
                .push(") WHERE kind = 'new' AND state <> 'approved' AND pupil_id IN ")
                .list(chunk.iter().map(|id| id.0));
            if self.run(sql, DOING).await? > 0 {
                let mut sql = Sql::new(
                    "UPDATE pupil SET application_state = 'approved' \
                     WHERE application_state IS NOT NULL AND id IN ",
                );
                sql.list(chunk.iter().map(|id| id.0));
                self.run(sql, DOING).await?;
            }
        }
        Ok(())
    }
}

impl Tx {
    /// Applications with one of these keys, in the order of the keys.
    async fn locked_moves(
        &mut self,
        column: &'static str,
        keys: impl Iterator<Item = Uuid>,
        under_way: bool,
    ) -> Stored<Vec<MoveRecord>> {
        const DOING: &str = "reading applications of children who move";
        let keys: Vec<Uuid> = keys.collect();
        let mut found = BTreeMap::new();
        for chunk in keys.chunks(ROWS) {
            let mut sql = Sql::new(COLUMNS);
            sql.push("application AS page")
                .push(BESIDE)
                .push(" AND page")
                .push(MOVING);
            if under_way {
                sql.push(" AND page").push(UNDER_WAY);
            }
            sql.push(" AND ")
                .push(column)
                .push(" IN ")
                .list(chunk.iter().copied())
                .push(" ORDER BY page.id")
                .push(&self.lock("page"));
            let rows = self.all(sql, DOING).await?;
            found.extend(each(&rows, DOING, record)?.into_iter().map(|m| (m.id, m)));
        }
        Ok(found.into_values().collect())
    }
}
