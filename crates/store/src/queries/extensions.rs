//! Temporary validity extensions, their cleanings, and what terminals recorded.

use std::collections::{BTreeMap, HashSet};

use async_trait::async_trait;
use ekatong_core::id::{AccountId, ExtensionId, ExtensionRunId, PupilId};
use ekatong_core::ports::{
    ExtensionQuery, ExtensionRecord, ExtensionRunRecord, Extensions, NewExtensionRecord, Stored,
    TerminalRecord,
};

use super::super::index;
use super::{Cols, ROWS, Sql, Tx, each, maybe};

// Applications are counted: for EXISTS PostgreSQL reads the whole table into a hash.
const COLUMNS: &str = "SELECT e.id, e.district, e.pupil_id, p.name, p.paper_kind, p.paper_sealed, \
    p.school_id, s.name, p.grade, c.number, p.status, e.card_no, e.reason, e.source, e.made_at, \
    m.login, e.expires_on, e.restored_on, \
    (SELECT MAX(k.school_year) FROM enrolment n, class k WHERE n.pupil_id = e.pupil_id \
     AND n.outcome = 'junior_graduated' AND k.id = n.class_id), \
    (SELECT COUNT(*) FROM application a WHERE a.pupil_id = e.pupil_id \
     AND a.kind = 'registration' AND a.state IN ('submitted','approved')) > 0, \
    e.left_reason, e.left_at";

/// What stands beside an entry; each join finds one row by its key.
const BESIDE: &str = " CROSS JOIN pupil p CROSS JOIN school s CROSS JOIN class c \
    CROSS JOIN account m WHERE p.id = e.pupil_id AND s.id = p.school_id AND c.id = p.class_id \
    AND m.id = e.made_by";

fn entry(c: &mut Cols<'_>) -> Stored<ExtensionRecord> {
    Ok(ExtensionRecord {
        id: c.id()?,
        district: c.take()?,
        pupil_id: c.id()?,
        pupil_name: c.take()?,
        paper_kind: c.take()?,
        paper_sealed: c.take()?,
        school_id: c.id()?,
        school_name: c.take()?,
        grade: c.take()?,
        class_number: c.take()?,
        status: c.take()?,
        card_no: c.take()?,
        reason: c.take()?,
        source: c.take()?,
        made_at: c.take()?,
        made_by_login: c.take()?,
        expires_on: c.take()?,
        restored_on: c.take()?,
        left_grade_9: c.take()?,
        registered: c.take()?,
        left_reason: c.take()?,
        left_at: c.take()?,
    })
}

/// ` FROM … WHERE …` of the entries that fit.
fn fitting(sql: &mut Sql, query: &ExtensionQuery) {
    sql.push(" FROM extension e")
        .push(&index(if query.run.is_some() {
            "extension_of_run"
        } else if query.district.is_some() {
            "extension_district"
        } else {
            "extension_all"
        }))
        .push(BESIDE);
    match query.run {
        Some(run) => sql.push(" AND e.run_id = ").bind(run.0),
        None => sql.push(" AND e.run_id IS NULL"),
    };
    if let Some(district) = &query.district {
        sql.push(" AND e.district = ").bind(district.as_str());
    }
    if let Some(school) = query.school {
        sql.push(" AND p.school_id = ").bind(school.0);
    }
    if let Some((pupils, card)) = &query.text {
        sql.push(" AND (e.pupil_id IN ")
            .list(pupils.iter().map(|id| id.0));
        if let Some(card) = card {
            sql.push(" OR e.card_no = ").bind(card.as_str());
        }
        sql.push(")");
    }
}

const RUN_COLUMNS: &str = "SELECT r.id, r.district, d.name, r.on_day, r.policy, r.removed, r.run_at, \
    r.run_by, b.login, r.undone_at, u.login, r.restored FROM extension_run r";

const RUN_BESIDE: &str = " JOIN district d ON d.code = r.district \
    LEFT JOIN account b ON b.id = r.run_by LEFT JOIN account u ON u.id = r.undone_by WHERE 1 = 1";

fn run(c: &mut Cols<'_>) -> Stored<ExtensionRunRecord> {
    Ok(ExtensionRunRecord {
        id: c.id()?,
        district: c.take()?,
        district_name: c.take()?,
        on_day: c.take()?,
        policy: c.take()?,
        removed: c.take()?,
        run_at: c.take()?,
        run_by: c.id_or_none()?,
        run_by_login: c.take()?,
        undone_at: c.take()?,
        undone_by_login: c.take()?,
        restored: c.take()?,
    })
}

#[async_trait]
impl Extensions for Tx {
    async fn extensions(
        &mut self,
        query: &ExtensionQuery,
        before: Option<ExtensionId>,
        limit: u32,
    ) -> Stored<Vec<ExtensionRecord>> {
        const DOING: &str = "reading temporary extensions";
        let mut sql = Sql::new(COLUMNS);
        fitting(&mut sql, query);
        if let Some(before) = before {
            sql.push(" AND e.id < ").bind(before.0);
        }
        let lock = self.lock("e");
        sql.push(" ORDER BY e.id DESC").limit(limit).push(&lock);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, entry)
    }

    async fn extensions_of(&mut self, pupil: PupilId) -> Stored<Vec<ExtensionRecord>> {
        const DOING: &str = "reading temporary extensions of a pupil";
        let mut sql = Sql::new(COLUMNS);
        sql.push(" FROM extension e")
            .push(&index("extension_pupil"))
            .push(BESIDE)
            .push(" AND e.pupil_id = ")
            .bind(pupil.0)
            .push(" ORDER BY e.id");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, entry)
    }

    async fn count_extensions(&mut self, query: &ExtensionQuery, cap: u32) -> Stored<i64> {
        let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1");
        fitting(&mut sql, query);
        sql.limit(cap).push(") AS n");
        self.number(sql, "counting temporary extensions").await
    }

    async fn pupils_in_list(&mut self, pupils: &[PupilId]) -> Stored<Vec<PupilId>> {
        const DOING: &str = "looking for pupils with a temporary extension";
        let mut found = Vec::new();
        for chunk in pupils.chunks(ROWS) {
            let mut sql =
                Sql::new("SELECT pupil_id FROM extension WHERE run_id IS NULL AND pupil_id IN ");
            sql.list(chunk.iter().map(|id| id.0));
            let rows = self.all(sql, DOING).await?;
            found.extend(each(&rows, DOING, |c| c.id::<PupilId>())?);
        }
        Ok(found)
    }

    async fn insert_extensions(
        &mut self,
        entries: &[NewExtensionRecord],
        by: AccountId,
        now: i64,
    ) -> Stored<Vec<ExtensionId>> {
        const DOING: &str = "adding temporary extensions";
        // In the order of the unique key, as for pupils.
        let mut sorted: Vec<&NewExtensionRecord> = entries.iter().collect();
        sorted.sort_by_key(|entry| (entry.pupil_id, entry.id));
        let mut made = HashSet::new();
        for chunk in sorted.chunks(ROWS) {
            let mut sql = Sql::new(
                "INSERT INTO extension (id, district, pupil_id, card_no, reason, source, made_at, \
                 made_by, expires_on) VALUES ",
            );
            sql.rows(chunk, |f, entry| {
                f.v(entry.id.0)
                    .v(entry.district.as_str())
                    .v(entry.pupil_id.0)
                    .v(entry.card_no.as_deref())
                    .v(entry.reason.as_str())
                    .v(entry.source)
                    .v(now)
                    .v(by.0)
                    .v(entry.expires_on.as_deref());
            })
            .push(" ON CONFLICT DO NOTHING RETURNING id");
            let rows = self.all(sql, DOING).await?;
            made.extend(each(&rows, DOING, |c| c.id::<ExtensionId>())?);
        }
        Ok(entries
            .iter()
            .map(|entry| entry.id)
            .filter(|id| made.remove(id))
            .collect())
    }

    async fn take_out(
        &mut self,
        run: &ExtensionRunRecord,
        leaving: &[(ExtensionId, &'static str)],
    ) -> Stored<()> {
        const DOING: &str = "taking temporary extensions out";
        let sql = Sql::new(
            "INSERT INTO extension_run (id, district, on_day, policy, removed, run_at, run_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .arg(run.id.0)
        .arg(run.district.as_str())
        .arg(run.on_day.as_str())
        .arg(run.policy.as_str())
        .arg(run.removed)
        .arg(run.run_at)
        .arg(run.run_by.map(|id| id.0));
        self.run(sql, DOING).await?;
        let mut by_reason: BTreeMap<&str, Vec<ExtensionId>> = BTreeMap::new();
        for (id, reason) in leaving {
            by_reason.entry(reason).or_default().push(*id);
        }
        for (reason, ids) in by_reason {
            for chunk in ids.chunks(ROWS) {
                let mut sql = Sql::new("UPDATE extension SET run_id = ");
                sql.bind(run.id.0)
                    .push(", left_reason = ")
                    .bind(reason)
                    .push(", left_at = ")
                    .bind(run.run_at)
                    .push(" WHERE run_id IS NULL AND id IN ")
                    .list(chunk.iter().map(|id| id.0));
                self.run(sql, DOING).await?;
            }
        }
        Ok(())
    }

    async fn extension_runs(
        &mut self,
        district: Option<&str>,
        before: Option<ExtensionRunId>,
        limit: u32,
    ) -> Stored<Vec<ExtensionRunRecord>> {
        const DOING: &str = "reading cleanings of temporary extensions";
        let mut sql = Sql::new(RUN_COLUMNS);
        sql.push(RUN_BESIDE);
        if let Some(district) = district {
            sql.push(" AND r.district = ").bind(district);
        }
        if let Some(before) = before {
            sql.push(" AND r.id < ").bind(before.0);
        }
        sql.push(" ORDER BY r.id DESC").limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, self::run)
    }

    async fn extension_run(&mut self, id: ExtensionRunId) -> Stored<Option<ExtensionRunRecord>> {
        const DOING: &str = "reading a cleaning of temporary extensions";
        let mut sql = Sql::new(RUN_COLUMNS);
        let lock = self.lock("r");
        sql.push(RUN_BESIDE)
            .push(" AND r.id = ")
            .bind(id.0)
            .push(&lock);
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, self::run)
    }

    async fn undo_extension_run(
        &mut self,
        id: ExtensionRunId,
        on_day: &str,
        by: AccountId,
        now: i64,
    ) -> Stored<i64> {
        const DOING: &str = "undoing a cleaning of temporary extensions";
        let sql = Sql::new(
            "UPDATE extension SET run_id = NULL, left_reason = NULL, left_at = NULL, \
             restored_on = $2 WHERE run_id = $1 AND NOT EXISTS (SELECT 1 FROM extension o \
             WHERE o.pupil_id = extension.pupil_id AND o.run_id IS NULL)",
        )
        .arg(id.0)
        .arg(on_day);
        let restored = self.run(sql, DOING).await?;
        let sql = Sql::new(
            "UPDATE extension_run SET undone_at = $2, undone_by = $3, restored = $4 WHERE id = $1",
        )
        .arg(id.0)
        .arg(now)
        .arg(by.0)
        .arg(restored);
        self.run(sql, DOING).await?;
        Ok(restored)
    }

    async fn insert_terminal_records(
        &mut self,
        records: &[TerminalRecord],
        by: AccountId,
        now: i64,
    ) -> Stored<i64> {
        const DOING: &str = "adding records of terminals";
        // In the order of the unique key, as for pupils.
        let mut sorted: Vec<&TerminalRecord> = records.iter().collect();
        sorted.sort_by(|a, b| {
            (&a.card_no, a.extended_at, &a.terminal).cmp(&(&b.card_no, b.extended_at, &b.terminal))
        });
        let mut made = 0;
        for chunk in sorted.chunks(ROWS) {
            let mut sql = Sql::new(
                "INSERT INTO extension_record (id, district, card_no, card_raw, extended_at, \
                 terminal, imported_at, imported_by) VALUES ",
            );
            sql.rows(chunk, |f, record| {
                f.v(ekatong_core::id::new())
                    .v(record.district.as_str())
                    .v(record.card_no.as_str())
                    .v(record.card_raw.as_str())
                    .v(record.extended_at)
                    .v(record.terminal.as_str())
                    .v(now)
                    .v(by.0);
            })
            .push(" ON CONFLICT DO NOTHING");
            made += self.run(sql, DOING).await?;
        }
        Ok(made)
    }

    async fn terminal_records(&mut self, card: &str, limit: u32) -> Stored<Vec<TerminalRecord>> {
        const DOING: &str = "reading records of terminals";
        let mut sql = Sql::new(
            "SELECT district, card_no, card_raw, extended_at, terminal FROM extension_record \
             WHERE card_no = ",
        );
        sql.bind(card)
            .push(" ORDER BY extended_at DESC, terminal DESC")
            .limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(TerminalRecord {
                district: c.take()?,
                card_no: c.take()?,
                card_raw: c.take()?,
                extended_at: c.take()?,
                terminal: c.take()?,
            })
        })
    }
}
