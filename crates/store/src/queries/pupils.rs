//! Pupils with their guardians, enrolments and applications.

use std::collections::{BTreeSet, HashSet};

use async_trait::async_trait;
use ekatong_core::error::OpError;
use ekatong_core::id::{ClassId, PupilId, SchoolId};
use ekatong_core::ports::{
    BlankedPupil, Entering, FoundPupil, Names as _, Namesake, NearChild, NewPupilRecord,
    PupilFilter, PupilProgress, PupilRecord, Pupils, Stored,
};
use uuid::Uuid;

use super::super::index;
use super::{Cols, ROWS, Sql, Tx, each, end_of_prefix};

const COLUMNS: &str = "SELECT page.id, page.district, page.school_id, s.name, page.class_id, \
    page.grade, c.number, c.nickname, page.name, page.gender, page.birth_date, page.paper_kind, \
    page.paper_sealed, page.status, a.state, a.first_saved_at, a.submitted_at, o.state, g.name, \
    g.phone_sealed, g.id, page.deleted_at, page.deleted_status, page.deleted_reason, m.kind, \
    m.state, t.name, m.grade, k.number FROM ";

/// What stands beside a pupil in a list. Each join finds one row at most through
/// an index, so that a page costs the page and not the table.
const BESIDE: &str = " AS page CROSS JOIN school s CROSS JOIN class c \
    LEFT JOIN application a ON a.id = (SELECT x.id FROM application x \
        WHERE x.pupil_id = page.id AND x.kind = 'new' ORDER BY x.id DESC LIMIT 1) \
    LEFT JOIN application m ON m.id = (SELECT x.id FROM application x \
        WHERE x.pupil_id = page.id AND x.kind IN ('registration','transfer_in') \
        AND x.state IN ('draft','submitted','returned')) \
    LEFT JOIN school t ON t.id = m.school_id LEFT JOIN class k ON k.id = m.class_id \
    LEFT JOIN card_order o ON o.id = (SELECT x.id FROM card_order x \
        WHERE x.pupil_id = page.id ORDER BY x.id DESC LIMIT 1) \
    LEFT JOIN guardian g ON g.id = (SELECT x.id FROM guardian x \
        WHERE x.pupil_id = page.id ORDER BY x.id LIMIT 1) \
    WHERE s.id = page.school_id AND c.id = page.class_id";

fn pupil(c: &mut Cols<'_>) -> Stored<PupilRecord> {
    Ok(PupilRecord {
        id: c.id()?,
        district: c.take()?,
        school_id: c.id()?,
        school_name: c.take()?,
        class_id: c.id()?,
        grade: c.take()?,
        class_number: c.take()?,
        class_nickname: c.take()?,
        name: c.take()?,
        gender: c.take()?,
        birth_date: c.take()?,
        paper_kind: c.take()?,
        paper_sealed: c.take()?,
        status: c.take()?,
        application_state: c.take()?,
        first_saved_at: c.take()?,
        submitted_at: c.take()?,
        order_state: c.take()?,
        guardian_name: c.take()?,
        guardian_phone_sealed: c.take()?,
        guardian_id: c.take()?,
        deleted_at: c.take()?,
        deleted_status: c.take()?,
        deleted_reason: c.take()?,
        moving: c.take()?,
        moving_state: c.take()?,
        moving_school: c.take()?,
        moving_grade: c.take()?,
        moving_class: c.take()?,
    })
}

/// `pupil p` with the index of the narrowest scope, or through the import that wrote it.
fn source(sql: &mut Sql, filter: &PupilFilter) {
    if filter.import.is_some() {
        sql.push("application i")
            .push(&index("application_import"))
            .push(" CROSS JOIN pupil p");
        return;
    }
    // A few of them are found by their keys, whatever else is asked.
    if filter.ids.is_some() {
        sql.push("pupil p");
        return;
    }
    let of_classes = filter.class.is_some() || filter.classes.is_some();
    sql.push("pupil p").push(&index(if filter.deleted {
        // There are few of them, wherever they were.
        "pupil_deleted_name"
    } else if of_classes {
        "pupil_class_name"
    } else if filter.school.is_some() {
        "pupil_school_name"
    } else if filter.district.is_some() {
        "pupil_district_name"
    } else {
        "pupil_name"
    }));
}

/// ` AND …` for each part of the filter that is there; `($n IS NULL OR …)` is 40 times slower.
fn narrow(sql: &mut Sql, filter: &PupilFilter) {
    sql.push(if filter.deleted {
        " AND p.status = 'deleted' AND p.purged_at IS NULL"
    } else {
        " AND p.status <> 'deleted'"
    });
    if let Some(import) = filter.import {
        sql.push(" AND p.id = i.pupil_id AND i.import_id = ")
            .bind(import.0);
    }
    if let Some(class) = filter.class {
        sql.push(" AND p.class_id = ").bind(class.0);
    }
    if let Some(school) = filter.school {
        sql.push(" AND p.school_id = ").bind(school.0);
    }
    if let Some(district) = &filter.district {
        sql.push(" AND p.district = ").bind(district.as_str());
    }
    if let Some(grade) = filter.grade {
        sql.push(" AND p.grade = ").bind(grade);
    }
    if let Some(number) = filter.class_number {
        sql.push(" AND k.number = ").bind(number);
    }
    if let Some(name) = filter.name.as_deref().filter(|n| !n.is_empty()) {
        prefix(sql, "p.name", name);
    }
    if let Some(names) = &filter.names {
        sql.push(" AND p.name IN ")
            .list(names.iter().map(String::as_str));
    }
    if let Some(classes) = &filter.classes {
        sql.push(" AND p.class_id IN ")
            .list(classes.iter().map(|id| id.0));
    }
    if let Some(ids) = &filter.ids {
        sql.push(" AND p.id IN ").list(ids.iter().map(|id| id.0));
    }
    if let Some(state) = &filter.application_state {
        sql.push(" AND p.application_state = ").bind(state.as_str());
    }
}

/// A prefix as a range, which an index can walk.
pub(super) fn prefix(sql: &mut Sql, column: &'static str, text: &str) {
    sql.push(" AND ")
        .push(column)
        .push(" >= ")
        .bind(text.to_owned());
    if let Some(end) = end_of_prefix(text) {
        sql.push(" AND ").push(column).push(" < ").bind(end);
    }
}

/// `FROM` and `WHERE` of the pupils that fit, with no more joins than the filter needs.
fn fitting(sql: &mut Sql, filter: &PupilFilter) {
    source(sql, filter);
    if filter.class_number.is_some() {
        sql.push(" CROSS JOIN class k");
    }
    sql.push(" WHERE 1 = 1");
    if filter.class_number.is_some() {
        sql.push(" AND k.id = p.class_id");
    }
    narrow(sql, filter);
}

/// Columns of [`found`] for the join of `pupil p`, `school s`, `class c`.
const FOUND: &str = "p.paper_index, p.id, p.district, p.school_id, s.name, p.grade, c.number, c.school_year, p.status";

fn found(c: &mut Cols<'_>) -> Stored<FoundPupil> {
    Ok(FoundPupil {
        index: c.fixed()?,
        id: c.id()?,
        district: c.take()?,
        school_id: c.id()?,
        school_name: c.take()?,
        grade: c.take()?,
        class_number: c.take()?,
        school_year: c.take()?,
        status: c.take()?,
    })
}

fn near_child(c: &mut Cols<'_>) -> Stored<NearChild> {
    Ok(NearChild {
        phone: c.fixed()?,
        name: c.take()?,
        birth_date: c.take()?,
        import: c.id_or_none()?,
        found: found(c)?,
    })
}

impl Tx {
    /// Districts and schools of rows of a table, and how many of the ids exist.
    pub(super) async fn places(
        &mut self,
        select: &'static str,
        ids: impl Iterator<Item = Uuid>,
        doing: &'static str,
    ) -> Stored<(Vec<(String, SchoolId)>, i64)> {
        let ids: Vec<Uuid> = ids.collect::<BTreeSet<_>>().into_iter().collect();
        let mut places = BTreeSet::new();
        let mut number = 0;
        for chunk in ids.chunks(ROWS) {
            let mut sql = Sql::new(select);
            sql.list(chunk.iter().copied())
                .push(" GROUP BY district, school_id");
            let rows = self.all(sql, doing).await?;
            for (district, school, count) in each(&rows, doing, |c| {
                Ok((c.take::<String>()?, c.id::<SchoolId>()?, c.take::<i64>()?))
            })? {
                places.insert((district, school));
                number += count;
            }
        }
        Ok((places.into_iter().collect(), number))
    }
}

#[async_trait]
impl Pupils for Tx {
    async fn pupils(
        &mut self,
        filter: &PupilFilter,
        after: Option<(String, PupilId)>,
        limit: u32,
    ) -> Stored<Vec<PupilRecord>> {
        const DOING: &str = "reading pupils";
        // The page is cut before anything is joined to it, so that no plan can
        // fetch more pupils than the page has.
        let mut sql = Sql::new(COLUMNS);
        sql.push("(SELECT p.* FROM ");
        fitting(&mut sql, filter);
        if let Some((name, id)) = after {
            sql.push(" AND (p.name, p.id) > (")
                .bind(name)
                .push(", ")
                .bind(id.0)
                .push(")");
        }
        sql.push(" ORDER BY p.name, p.id")
            .limit(limit)
            .push(")")
            .push(BESIDE)
            // As for orders: the join promises no order, and a page comes at once.
            .push(" ORDER BY page.name, page.id");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, pupil)
    }

    async fn count_pupils(&mut self, filter: &PupilFilter, cap: u32) -> Stored<i64> {
        let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1 FROM ");
        fitting(&mut sql, filter);
        let few = filter.school.is_some()
            || filter.class.is_some()
            || filter.classes.is_some()
            || filter.names.is_some()
            || filter.name.as_ref().is_some_and(|name| !name.is_empty())
            || filter.ids.is_some()
            || filter.import.is_some();
        if !few {
            // In the list's order, so that the capped count of the many is a walk along its
            // index, not a scan of the table.
            sql.push(" ORDER BY p.name, p.id");
        }
        sql.limit(cap).push(") AS n");
        self.number(sql, "counting pupils").await
    }

    async fn pupils_by_ids(&mut self, ids: &[PupilId]) -> Stored<Vec<PupilRecord>> {
        const DOING: &str = "reading pupils by ids";
        let mut out = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(ROWS) {
            let mut sql = Sql::new(COLUMNS);
            sql.push("pupil")
                .push(BESIDE)
                .push(" AND page.id IN ")
                .list(chunk.iter().map(|id| id.0));
            let rows = self.all(sql, DOING).await?;
            out.extend(each(&rows, DOING, pupil)?);
        }
        Ok(out)
    }

    async fn pupil_places(&mut self, ids: &[PupilId]) -> Stored<(Vec<(String, SchoolId)>, i64)> {
        self.places(
            "SELECT district, school_id, COUNT(*) FROM pupil WHERE id IN ",
            ids.iter().map(|id| id.0),
            "reading the places of pupils",
        )
        .await
    }

    async fn find_papers(&mut self, indexes: &[[u8; 16]]) -> Stored<Vec<FoundPupil>> {
        const DOING: &str = "looking for children on record";
        // Sorted, neighbours in the index are read together.
        let mut sorted: Vec<&[u8]> = indexes.iter().map(<[u8; 16]>::as_slice).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut out = Vec::new();
        for chunk in sorted.chunks(ROWS) {
            let mut sql = Sql::new("SELECT ");
            sql.push(FOUND)
                .push(" FROM pupil p")
                .push(&index("pupil_paper"))
                .push(
                    " CROSS JOIN school s CROSS JOIN class c \
                     WHERE s.id = p.school_id AND c.id = p.class_id AND p.paper_index IN ",
                )
                .list(chunk.iter().copied());
            let rows = self.all(sql, DOING).await?;
            out.extend(each(&rows, DOING, found)?);
        }
        Ok(out)
    }

    async fn pupils_by_hash(
        &mut self,
        student_number: Option<[u8; 16]>,
        guardian_phone: Option<[u8; 16]>,
        limit: u32,
    ) -> Stored<Vec<PupilId>> {
        const DOING: &str = "looking for a number";
        let mut out = Vec::new();
        for (select, hash) in [
            (
                "SELECT p.id FROM pupil p WHERE p.student_number_index = ",
                student_number,
            ),
            (
                "SELECT g.pupil_id FROM guardian g WHERE g.phone_index = ",
                guardian_phone,
            ),
        ] {
            let Some(hash) = hash else { continue };
            let mut sql = Sql::new(select);
            sql.bind(hash.as_slice()).limit(limit);
            let rows = self.all(sql, DOING).await?;
            out.extend(each(&rows, DOING, |c| c.id::<PupilId>())?);
        }
        Ok(out)
    }

    async fn namesakes(
        &mut self,
        name: &str,
        born: (&str, &str),
        limit: u32,
    ) -> Stored<Vec<Namesake>> {
        const DOING: &str = "looking for namesakes";
        // The index on the name alone: a city has some thousand children of its most
        // frequent name, too few for an index that each import would have to feed.
        let mut sql = Sql::new(
            "SELECT p.id, p.district, p.school_id, s.name, p.grade, c.number, p.paper_sealed, \
             p.status FROM pupil p",
        );
        sql.push(&index("pupil_name"))
            .push(
                " CROSS JOIN school s CROSS JOIN class c \
                 WHERE s.id = p.school_id AND c.id = p.class_id \
                 AND p.paper_kind = 'resident_id' AND p.purged_at IS NULL AND p.name = ",
            )
            .bind(name)
            .push(" AND p.birth_date >= ")
            .bind(born.0)
            .push(" AND p.birth_date <= ")
            .bind(born.1)
            .push(" ORDER BY p.id")
            .limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(Namesake {
                id: c.id()?,
                district: c.take()?,
                school_id: c.id()?,
                school_name: c.take()?,
                grade: c.take()?,
                class_number: c.take()?,
                paper_sealed: c.take()?,
                status: c.take()?,
            })
        })
    }

    async fn near_pupils(
        &mut self,
        name: &str,
        birth_date: &str,
        phones: &[[u8; 16]],
        limit: u32,
    ) -> Stored<Vec<PupilId>> {
        const DOING: &str = "looking for near matches";
        if phones.is_empty() {
            return Ok(Vec::new());
        }
        // By the phone: few guardians share one, many children share a name.
        let mut sql = Sql::new("SELECT p.id FROM guardian g");
        sql.push(&index("guardian_phone"))
            .push(" CROSS JOIN pupil p WHERE g.phone_index IN ")
            .list(phones.iter().map(<[u8; 16]>::as_slice))
            .push(" AND p.id = g.pupil_id AND p.name = ")
            .bind(name)
            .push(" AND p.birth_date = ")
            .bind(birth_date)
            .push(" AND p.status <> 'deleted'")
            .limit(limit);
        let rows = self.all(sql, DOING).await?;
        // Once for each guardian whose phone it is.
        let found: BTreeSet<PupilId> = each(&rows, DOING, |c| c.id())?.into_iter().collect();
        Ok(found.into_iter().collect())
    }

    async fn children_by_phone(&mut self, phones: &[[u8; 16]]) -> Stored<Vec<NearChild>> {
        const DOING: &str = "looking for near matches of many";
        let mut sorted: Vec<&[u8]> = phones.iter().map(<[u8; 16]>::as_slice).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut out = Vec::new();
        for chunk in sorted.chunks(ROWS) {
            let mut sql = Sql::new("SELECT g.phone_index, p.name, p.birth_date, a.import_id, ");
            // The application as a new pupil bears the pupil's own id.
            sql.push(FOUND)
                .push(" FROM guardian g")
                .push(&index("guardian_phone"))
                .push(
                    " CROSS JOIN pupil p CROSS JOIN school s CROSS JOIN class c \
                     LEFT JOIN application a ON a.id = p.id \
                     WHERE p.id = g.pupil_id AND s.id = p.school_id AND c.id = p.class_id \
                     AND p.status <> 'deleted' AND g.phone_index IN ",
                )
                .list(chunk.iter().copied());
            let rows = self.all(sql, DOING).await?;
            out.extend(each(&rows, DOING, near_child)?);
        }
        Ok(out)
    }
    async fn pupils_with_near(&mut self, ids: &[PupilId]) -> Stored<Vec<PupilId>> {
        const DOING: &str = "looking which pupils have near matches";
        let mut out = Vec::new();
        for chunk in ids.chunks(ROWS) {
            let mut sql = Sql::new("SELECT p.id FROM pupil p WHERE p.id IN ");
            sql.list(chunk.iter().map(|id| id.0))
                .push(" AND ")
                .push(&has_near());
            let rows = self.all(sql, DOING).await?;
            out.extend(each(&rows, DOING, |c| c.id::<PupilId>())?);
        }
        Ok(out)
    }

    async fn insert_pupils(
        &mut self,
        pupils: &[NewPupilRecord],
        how: Entering,
    ) -> Stored<Vec<PupilId>> {
        const DOING: &str = "entering pupils";
        // In the order of the unique key: two transactions with the same children
        // wait for each other and do not deadlock, and the widest index is
        // written from left to right.
        let mut sorted: Vec<&NewPupilRecord> = pupils.iter().collect();
        sorted.sort_by_key(|p| p.paper_index);
        let mut entered = HashSet::new();
        for chunk in sorted.chunks(ROWS) {
            let mut sql = Sql::new(
                "INSERT INTO pupil (id, district, school_id, class_id, grade, name, gender, \
                 birth_date, paper_kind, nationality, paper_sealed, paper_index, \
                 student_number_sealed, student_number_index, address_sealed, status, application_state, created_at) \
                 VALUES ",
            );
            sql.rows(chunk, |f, p| {
                f.v(p.id.0)
                    .v(p.district.as_str())
                    .v(p.school_id.0)
                    .v(p.class_id.0)
                    .v(p.grade)
                    .v(p.name.as_str())
                    .v(p.gender.as_deref())
                    .v(p.birth_date.as_deref())
                    .v(p.paper_kind.as_str())
                    .v(p.nationality.as_deref())
                    .v(p.paper_sealed.as_slice())
                    .v(p.paper_index.as_slice())
                    .v(p.student_number_sealed.as_deref())
                    .v(p.student_number_index.as_ref().map(<[u8; 16]>::as_slice))
                    .v(p.address_sealed.as_deref())
                    .v("pending")
                    .v(application_state(how))
                    .v(how.now);
            })
            .push(" ON CONFLICT (paper_index) DO NOTHING");
            // Nearly always all of them: asking for the ids costs as much as a look-up each.
            let new = if self.run(sql, DOING).await? == i64::try_from(chunk.len()).unwrap_or(-1) {
                chunk.to_vec()
            } else {
                let mut sql = Sql::new("SELECT id FROM pupil WHERE id IN ");
                sql.list(chunk.iter().map(|p| p.id.0));
                let rows = self.all(sql, DOING).await?;
                let ids: HashSet<PupilId> = each(&rows, DOING, |c| c.id())?.into_iter().collect();
                let there = chunk.iter().copied().filter(|p| ids.contains(&p.id));
                there.collect()
            };
            self.insert_beside(&new, how).await?;
            entered.extend(new.iter().map(|p| p.id));
        }
        Ok(pupils
            .iter()
            .map(|p| p.id)
            .filter(|id| entered.remove(id))
            .collect())
    }

    async fn pupil_progress(&mut self, ids: &[PupilId]) -> Stored<Vec<PupilProgress>> {
        const DOING: &str = "reading what became of pupils";
        let mut out = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(ROWS) {
            if self.writes {
                // The lock goes first: what is counted below does not change after it.
                let mut sql = Sql::new("SELECT p.id FROM pupil p WHERE p.id IN ");
                sql.list(chunk.iter().map(|id| id.0))
                    .push(" ORDER BY p.id")
                    .push(&self.lock("p"));
                self.all(sql, DOING).await?;
            }
            let mut sql = Sql::new(
                "SELECT p.id, p.name, p.grade, c.number, p.application_state, p.status, \
                 p.version, (SELECT COUNT(*) FROM enrolment e WHERE e.pupil_id = p.id), \
                 (SELECT COUNT(*) FROM card_order o WHERE o.pupil_id = p.id) \
                 FROM pupil p CROSS JOIN class c WHERE c.id = p.class_id AND p.id IN ",
            );
            sql.list(chunk.iter().map(|id| id.0)).push(" ORDER BY p.id");
            let rows = self.all(sql, DOING).await?;
            out.extend(each(&rows, DOING, |c| {
                Ok(PupilProgress {
                    id: c.id()?,
                    name: c.take()?,
                    grade: c.take()?,
                    class_number: c.take()?,
                    application_state: c.take()?,
                    status: c.take()?,
                    version: c.take()?,
                    enrolments: c.take()?,
                    orders: c.take()?,
                })
            })?);
        }
        Ok(out)
    }

    async fn delete_pupils(&mut self, ids: &[PupilId]) -> Stored<i64> {
        const DOING: &str = "taking pupils off the record";
        let mut number = 0;
        for chunk in ids.chunks(ROWS) {
            for table in ["application", "enrolment", "guardian"] {
                let mut sql = Sql::new("DELETE FROM ");
                sql.push(table)
                    .push(" WHERE pupil_id IN ")
                    .list(chunk.iter().map(|id| id.0));
                self.run(sql, DOING).await?;
            }
            let mut sql = Sql::new("DELETE FROM pupil WHERE id IN ");
            sql.list(chunk.iter().map(|id| id.0));
            number += self.run(sql, DOING).await?;
        }
        Ok(number)
    }

    async fn move_draft(&mut self, id: PupilId, class: ClassId, grade: i64) -> Stored<()> {
        const DOING: &str = "moving a draft to another class";
        for text in [
            "UPDATE pupil SET class_id = $1, grade = $2 WHERE id = $3",
            "UPDATE application SET class_id = $1, grade = $2 WHERE pupil_id = $3 \
             AND state IN ('draft', 'returned')",
        ] {
            let sql = Sql::new(text).arg(class.0).arg(grade).arg(id.0);
            self.run(sql, DOING).await?;
        }
        let sql =
            Sql::new("UPDATE enrolment SET class_id = $1 WHERE pupil_id = $2 AND end_at IS NULL")
                .arg(class.0)
                .arg(id.0);
        self.run(sql, DOING).await.map(drop)
    }

    async fn submit_pupils(&mut self, ids: &[PupilId], now: i64) -> Stored<Vec<PupilId>> {
        const DOING: &str = "submitting pupils";
        let ids: Vec<Uuid> = ids
            .iter()
            .map(|id| id.0)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let mut out = Vec::new();
        for chunk in ids.chunks(ROWS) {
            let mut sql = Sql::new(SUBMIT);
            sql.push(" AND id IN ")
                .list(chunk.iter().copied())
                .push(" RETURNING id");
            let rows = self.all(sql, DOING).await?;
            out.extend(each(&rows, DOING, |c| c.id::<PupilId>())?);
        }
        self.submit_latest(&out, now).await?;
        Ok(out)
    }

    async fn submit_fitting(&mut self, filter: &PupilFilter, now: i64) -> Stored<i64> {
        const DOING: &str = "submitting pupils that fit";
        let mut sql = Sql::new(SUBMIT);
        sql.push(" AND id IN (SELECT p.id FROM ");
        fitting(&mut sql, filter);
        sql.push(") RETURNING id");
        let rows = self.all(sql, DOING).await?;
        let ids = each(&rows, DOING, |c| c.id::<PupilId>())?;
        self.submit_latest(&ids, now).await?;
        i64::try_from(ids.len()).map_err(|e| OpError::internal(DOING, e))
    }

    async fn delete_restorably(&mut self, ids: &[PupilId], reason: &str, now: i64) -> Stored<i64> {
        const DOING: &str = "deleting pupils";
        let mut number = 0;
        for chunk in ids.chunks(ROWS) {
            let mut sql = Sql::new(
                "UPDATE pupil SET deleted_status = status, status = 'deleted', \
                 version = version + 1, application_state = CASE application_state \
                 WHEN 'submitted' THEN 'draft' ELSE application_state END, deleted_at = ",
            );
            sql.bind(now)
                .push(", deleted_reason = ")
                .bind(reason)
                .push(" WHERE status <> 'deleted' AND id IN ")
                .list(chunk.iter().map(|id| id.0))
                .push(" RETURNING id");
            let rows = self.all(sql, DOING).await?;
            let gone: Vec<PupilId> = each(&rows, DOING, |c| c.id())?;
            if gone.is_empty() {
                continue;
            }
            number += i64::try_from(gone.len()).map_err(|e| OpError::internal(DOING, e))?;
            let mut sql = Sql::new("UPDATE enrolment SET end_at = ");
            sql.bind(now)
                .push(" WHERE end_at IS NULL AND pupil_id IN ")
                .list(gone.iter().map(|id| id.0));
            self.run(sql, DOING).await?;
            let mut sql = Sql::new(
                "UPDATE application SET state = 'draft', version = version + 1 \
                 WHERE kind = 'new' AND state = 'submitted' AND pupil_id IN ",
            );
            sql.list(gone.iter().map(|id| id.0));
            self.run(sql, DOING).await?;
        }
        Ok(number)
    }

    async fn restore_pupil(&mut self, id: PupilId, status: &str) -> Stored<bool> {
        let mut sql = Sql::new(
            "UPDATE pupil SET deleted_at = NULL, deleted_reason = NULL, deleted_status = NULL, \
             version = version + 1, status = ",
        );
        sql.bind(status)
            .push(" WHERE status = 'deleted' AND purged_at IS NULL AND id = ")
            .bind(id.0);
        Ok(self.run(sql, "restoring a pupil").await? > 0)
    }

    async fn deleted_before(
        &mut self,
        district: &str,
        before: i64,
        limit: u32,
    ) -> Stored<Vec<(PupilId, i64)>> {
        const DOING: &str = "looking for pupils deleted long ago";
        let mut sql = Sql::new(
            "SELECT p.id, (SELECT COUNT(*) FROM card_order o WHERE o.pupil_id = p.id) FROM pupil p",
        );
        sql.push(&index("pupil_deleted_at"))
            .push(" WHERE p.status = 'deleted' AND p.purged_at IS NULL AND p.district = ")
            .bind(district)
            .push(" AND p.deleted_at < ")
            .bind(before)
            .push(" ORDER BY p.deleted_at")
            .limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| Ok((c.id()?, c.take()?)))
    }

    async fn blank_pupils(&mut self, pupils: &[BlankedPupil], now: i64) -> Stored<()> {
        const DOING: &str = "purging pupils with orders";
        for chunk in pupils.chunks(ROWS) {
            for table in ["application", "guardian", "pupil_version"] {
                let mut sql = Sql::new("DELETE FROM ");
                sql.push(table)
                    .push(" WHERE pupil_id IN ")
                    .list(chunk.iter().map(|pupil| pupil.id.0));
                self.run(sql, DOING).await?;
            }
            for pupil in chunk {
                let mut sql = Sql::new(
                    "UPDATE pupil SET name = '已清除', gender = NULL, birth_date = NULL, \
                     nationality = NULL, student_number_sealed = NULL, \
                     student_number_index = NULL, address_sealed = NULL, \
                     application_state = NULL, version = version + 1, purged_at = ",
                );
                sql.bind(now)
                    .push(", paper_sealed = ")
                    .bind(pupil.paper_sealed.as_slice())
                    .push(", paper_index = ")
                    .bind(pupil.paper_index.as_slice())
                    .push(" WHERE status = 'deleted' AND id = ")
                    .bind(pupil.id.0);
                self.run(sql, DOING).await?;
            }
        }
        Ok(())
    }
}

const fn application_state(how: Entering) -> &'static str {
    if how.submit { "submitted" } else { "draft" }
}

/// The pupil's row goes first: of two that submit the same child the second waits
/// for it and then finds nothing to submit.
const SUBMIT: &str = "UPDATE pupil SET application_state = 'submitted' \
    WHERE application_state IN ('draft', 'returned') AND status <> 'deleted' \
    AND gender IS NOT NULL AND birth_date IS NOT NULL \
    AND EXISTS (SELECT 1 FROM guardian g WHERE g.pupil_id = pupil.id AND g.phone_index IS NOT NULL)";

/// True for a `pupil p` of whom another record has name, birth date and a guardian's phone.
pub(super) fn has_near() -> String {
    format!(
        "EXISTS (SELECT 1 FROM guardian g{} CROSS JOIN guardian h{} CROSS JOIN pupil q \
         WHERE g.pupil_id = p.id AND h.phone_index = g.phone_index AND h.pupil_id <> p.id \
         AND q.id = h.pupil_id AND q.name = p.name AND q.birth_date = p.birth_date \
         AND q.status <> 'deleted')",
        index("guardian_pupil"),
        index("guardian_phone")
    )
}

impl Tx {
    /// Submits the latest application of each of these pupils.
    async fn submit_latest(&mut self, pupils: &[PupilId], now: i64) -> Stored<()> {
        for chunk in pupils.chunks(ROWS) {
            let mut sql = Sql::new(
                "UPDATE application SET state = 'submitted', version = version + 1, \
                 submitted_at = ",
            );
            sql.bind(now)
                .push(
                    " WHERE id = (SELECT x.id FROM application x \
                     WHERE x.pupil_id = application.pupil_id AND x.kind = 'new' \
                     ORDER BY x.id DESC LIMIT 1) AND pupil_id IN ",
                )
                .list(chunk.iter().map(|id| id.0));
            self.run(sql, "submitting applications").await?;
        }
        Ok(())
    }

    /// Guardian, first enrolment and application of pupils just entered.
    async fn insert_beside(&mut self, pupils: &[&NewPupilRecord], how: Entering) -> Stored<()> {
        let with_guardian: Vec<&NewPupilRecord> = pupils
            .iter()
            .copied()
            .filter(|p| p.guardian_name.is_some() || p.guardian_phone_sealed.is_some())
            .collect();
        if !with_guardian.is_empty() {
            let mut sql = Sql::new(
                "INSERT INTO guardian (id, pupil_id, relation, name, phone_sealed, phone_index) \
                 VALUES ",
            );
            sql.rows(&with_guardian, |f, p| {
                f.v(p.id.0)
                    .v(p.id.0)
                    .v(p.guardian_relation.as_deref())
                    .v(p.guardian_name.as_deref())
                    .v(p.guardian_phone_sealed.as_deref())
                    .v(p.guardian_phone_index.as_ref().map(<[u8; 16]>::as_slice));
            });
            self.run(sql, "entering guardians").await?;
        }
        if pupils.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = pupils.iter().map(|p| p.name.as_str()).collect();
        self.learn_names(&names).await?;
        let mut sql =
            Sql::new("INSERT INTO enrolment (id, pupil_id, class_id, begin_at, reason) VALUES ");
        sql.rows(pupils, |f, p| {
            f.v(p.id.0).v(p.id.0).v(p.class_id.0).v(how.now).v("new");
        });
        self.run(sql, "entering enrolments").await?;
        let mut sql = Sql::new(
            "INSERT INTO application (id, pupil_id, district, school_id, class_id, grade, kind, \
             state, channel, import_id, first_saved_at, submitted_at) VALUES ",
        );
        sql.rows(pupils, |f, p| {
            f.v(p.id.0)
                .v(p.id.0)
                .v(p.district.as_str())
                .v(p.school_id.0)
                .v(p.class_id.0)
                .v(p.grade)
                .v("new")
                .v(application_state(how))
                .v(how.channel)
                .v(how.import.map(|id| id.0))
                .v(how.now)
                .v(how.submit.then_some(how.now));
        });
        self.run(sql, "entering applications").await.map(drop)
    }
}
