//! Applications: what the district reviews.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use ekatong_core::domain::application::{ApplicationKind, ApplicationState};
use ekatong_core::id::{AccountId, ApplicationId, PupilId, SchoolId};
use ekatong_core::ports::{
    ApplicationMark, ApplicationQuery, ApplicationRecord, ApplicationStepRecord, Applications,
    Stored,
};
use uuid::Uuid;

use super::super::index;
use super::pupils::has_near;
use super::{Cols, ROWS, Sql, Tx, each};

const COLUMNS: &str = "SELECT page.id, page.kind, page.state, page.channel, page.district, \
    page.school_id, s.name, page.class_id, page.grade, c.number, page.from_school_id, f.name, \
    p.id, p.name, p.status, p.paper_kind, p.paper_sealed, page.first_saved_at, \
    page.submitted_at, page.approved_at, page.returned_at, page.returned_reason, \
    page.version FROM ";

const BESIDE: &str = " AS page CROSS JOIN pupil p CROSS JOIN school s CROSS JOIN class c \
    LEFT JOIN school f ON f.id = page.from_school_id \
    WHERE p.id = page.pupil_id AND s.id = page.school_id AND c.id = page.class_id";

fn application(c: &mut Cols<'_>) -> Stored<ApplicationRecord> {
    Ok(ApplicationRecord {
        id: c.id()?,
        kind: c.take()?,
        state: c.take()?,
        channel: c.take()?,
        district: c.take()?,
        school_id: c.id()?,
        school_name: c.take()?,
        class_id: c.id()?,
        grade: c.take()?,
        class_number: c.take()?,
        from_school: c.id_or_none()?,
        from_school_name: c.take()?,
        pupil_id: c.id()?,
        pupil_name: c.take()?,
        pupil_status: c.take()?,
        paper_kind: c.take()?,
        paper_sealed: c.take()?,
        first_saved_at: c.take()?,
        submitted_at: c.take()?,
        approved_at: c.take()?,
        returned_at: c.take()?,
        returned_reason: c.take()?,
        version: c.take()?,
    })
}

/// The stretches of the index that a query reads: one a kind and state, because only
/// within one is the index in the order of the list.
fn stretches(query: &ApplicationQuery) -> Vec<(String, String)> {
    let kinds = match &query.kind {
        Some(kind) => vec![kind.clone()],
        None => ApplicationKind::ALL.map(|k| k.as_str().to_owned()).to_vec(),
    };
    let states = match &query.state {
        Some(state) => vec![state.clone()],
        None => ApplicationState::ALL
            .map(|s| s.as_str().to_owned())
            .to_vec(),
    };
    kinds
        .iter()
        .flat_map(|kind| states.iter().map(|state| (kind.clone(), state.clone())))
        .collect()
}

/// `FROM` and `WHERE` of the applications of one stretch that fit.
fn fitting(sql: &mut Sql, query: &ApplicationQuery, stretch: &(String, String)) {
    sql.push(" FROM application a")
        .push(&index(if query.school.is_some() {
            "application_school_review"
        } else if query.district.is_some() {
            "application_district_review"
        } else {
            "application_review"
        }))
        .push(" WHERE a.submitted_at IS NOT NULL AND a.kind = ")
        .bind(stretch.0.as_str())
        .push(" AND a.state = ")
        .bind(stretch.1.as_str());
    if let Some(school) = query.school {
        sql.push(" AND a.school_id = ").bind(school.0);
    }
    if let Some(district) = &query.district {
        sql.push(" AND a.district = ").bind(district.as_str());
    }
    if let Some(by) = query.submitted_by {
        sql.push(" AND a.submitted_at <= ").bind(by);
    }
    if query.suspected {
        sql.push(" AND EXISTS (SELECT 1 FROM pupil p WHERE p.id = a.pupil_id AND ")
            .push(&has_near())
            .push(")");
    }
}

/// `FROM` and `WHERE` of a school's new pupils that are a draft or were returned. The state
/// is text, so that the engines see that the partial index holds them.
fn unfinished(sql: &mut Sql, school: SchoolId, state: ApplicationState) {
    sql.push(" FROM application a")
        .push(&index("application_unfinished"))
        .push(" WHERE a.kind = 'new' AND a.state = '")
        .push(state.as_str())
        .push("' AND a.state IN ('draft', 'returned') AND a.school_id = ")
        .bind(school.0)
        .push(
            " AND EXISTS (SELECT 1 FROM pupil p WHERE p.id = a.pupil_id AND p.status <> 'deleted')",
        );
}

#[async_trait]
impl Applications for Tx {
    async fn applications(
        &mut self,
        query: &ApplicationQuery,
        after: Option<(i64, ApplicationId)>,
        limit: u32,
    ) -> Stored<Vec<ApplicationRecord>> {
        const DOING: &str = "reading applications";
        let mut page = Vec::new();
        for stretch in stretches(query) {
            let mut sql = Sql::new(COLUMNS);
            sql.push("(SELECT a.*");
            fitting(&mut sql, query, &stretch);
            if let Some((submitted, id)) = after {
                sql.push(" AND (a.submitted_at, a.id) > (")
                    .bind(submitted)
                    .push(", ")
                    .bind(id.0)
                    .push(")");
            }
            sql.push(" ORDER BY a.submitted_at, a.id")
                .limit(limit)
                .push(")")
                .push(BESIDE)
                // As for orders: the join promises no order.
                .push(" ORDER BY page.submitted_at, page.id");
            let rows = self.all(sql, DOING).await?;
            page.extend(each(&rows, DOING, application)?);
        }
        page.sort_by_key(|a| (a.submitted_at, a.id));
        page.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(page)
    }

    async fn count_applications(&mut self, query: &ApplicationQuery, cap: u32) -> Stored<i64> {
        let mut total = 0;
        for stretch in stretches(query) {
            let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1");
            fitting(&mut sql, query, &stretch);
            if query.school.is_none() {
                // In the list's order, so that the capped count of the many is a walk along its
                // index; those of one school are few enough to gather.
                sql.push(" ORDER BY a.submitted_at, a.id");
            }
            sql.limit(cap).push(") AS n");
            total += self.number(sql, "counting applications").await?;
        }
        Ok(total.min(i64::from(cap)))
    }

    async fn unfinished(
        &mut self,
        school: SchoolId,
        state: ApplicationState,
        after: Option<ApplicationId>,
        limit: u32,
    ) -> Stored<Vec<ApplicationRecord>> {
        const DOING: &str = "reading unfinished applications";
        let mut sql = Sql::new(COLUMNS);
        sql.push("(SELECT a.*");
        unfinished(&mut sql, school, state);
        if let Some(after) = after {
            sql.push(" AND a.id < ").bind(after.0);
        }
        sql.push(" ORDER BY a.id DESC")
            .limit(limit)
            .push(")")
            .push(BESIDE)
            .push(" ORDER BY page.id DESC");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, application)
    }

    async fn count_unfinished(
        &mut self,
        school: SchoolId,
        state: ApplicationState,
        cap: u32,
    ) -> Stored<i64> {
        let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1");
        unfinished(&mut sql, school, state);
        sql.limit(cap).push(") AS n");
        self.number(sql, "counting unfinished applications").await
    }

    async fn applications_by_ids(
        &mut self,
        ids: &[ApplicationId],
    ) -> Stored<Vec<ApplicationRecord>> {
        const DOING: &str = "reading applications by ids";
        let unique: Vec<Uuid> = ids
            .iter()
            .map(|id| id.0)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let mut found: BTreeMap<ApplicationId, ApplicationRecord> = BTreeMap::new();
        for chunk in unique.chunks(ROWS) {
            if self.writes {
                // The pupil's row goes first, as at a submission: of two that change one child
                // the second waits here and then sees what the first did.
                let mut sql = Sql::new(
                    "SELECT p.id FROM pupil p WHERE p.id IN \
                     (SELECT x.pupil_id FROM application x WHERE x.id IN ",
                );
                sql.list(chunk.iter().copied())
                    .push(") ORDER BY p.id")
                    .push(&self.lock("p"));
                self.all(sql, DOING).await?;
            }
            let mut sql = Sql::new(COLUMNS);
            sql.push("application")
                .push(BESIDE)
                .push(" AND page.id IN ")
                .list(chunk.iter().copied());
            let rows = self.all(sql, DOING).await?;
            found.extend(
                each(&rows, DOING, application)?
                    .into_iter()
                    .map(|a| (a.id, a)),
            );
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    async fn application_places(
        &mut self,
        ids: &[ApplicationId],
    ) -> Stored<(Vec<(String, SchoolId)>, i64)> {
        self.places(
            "SELECT district, school_id, COUNT(*) FROM application WHERE id IN ",
            ids.iter().map(|id| id.0),
            "reading the places of applications",
        )
        .await
    }

    async fn step_applications(
        &mut self,
        steps: &[ApplicationStepRecord],
        mark: &ApplicationMark,
        by: AccountId,
        now: i64,
    ) -> Stored<()> {
        const DOING: &str = "taking steps of applications";
        for chunk in steps.chunks(ROWS) {
            let mut sql = Sql::new("UPDATE application SET version = version + 1, ");
            match mark {
                ApplicationMark::Approved => sql
                    .push("approved_at = ")
                    .bind(now)
                    .push(", approved_by = ")
                    .bind(by.0),
                ApplicationMark::Returned(reason) => sql
                    .push("returned_at = ")
                    .bind(now)
                    .push(", returned_by = ")
                    .bind(by.0)
                    .push(", returned_reason = ")
                    .bind(reason.as_str()),
            };
            sql.push(", state = v.column2 FROM (VALUES ")
                .rows(chunk, |f, s| {
                    f.v(s.id.0).v(s.state.as_str());
                })
                .push(") AS v WHERE application.id = v.column1");
            self.run(sql, DOING).await?;
            // The pupil's row shows the state of its entry as a new pupil.
            let mut sql = Sql::new("UPDATE pupil SET application_state = v.column3 FROM (VALUES ");
            sql.rows(chunk, |f, s| {
                f.v(s.pupil_id.0).v(s.id.0).v(s.state.as_str());
            })
            .push(
                ") AS v WHERE pupil.id = v.column1 AND v.column2 = (SELECT x.id FROM \
                 application x WHERE x.pupil_id = pupil.id AND x.kind = 'new' \
                 ORDER BY x.id DESC LIMIT 1)",
            );
            self.run(sql, DOING).await?;
        }
        Ok(())
    }

    async fn set_pupil_status(&mut self, pupils: &[PupilId], status: &str) -> Stored<()> {
        for chunk in pupils.chunks(ROWS) {
            let mut sql = Sql::new("UPDATE pupil SET status = ");
            sql.bind(status.to_owned())
                .push(" WHERE id IN ")
                .list(chunk.iter().map(|id| id.0));
            self.run(sql, "setting the status of pupils").await?;
        }
        Ok(())
    }
}
