//! Imports and their staged rows.

use async_trait::async_trait;
use ekatong_core::id::{ImportId, SchoolId};
use ekatong_core::ports::{
    FoundPupil, ImportRecord, Imports, StagedEntry, StagedRow, StagedRowView, Stored,
};

use super::super::index;
use super::pupils::{FOUND, found};
use super::{Cols, ROWS, Sql, Tx, each, maybe};

const IMPORT: &str = "SELECT i.id, i.kind, i.district, i.school_id, s.name, i.school_year, \
    i.file_name, i.file_sha256, i.state, i.sheet, i.heading_row, i.columns, i.rows_total, \
    i.rows_valid, i.rows_error, i.rows_warning, i.rows_problem, i.rows_duplicate, \
    i.rows_committed, \
    i.file_problems, i.groups, i.created_by, a.login, i.created_at, i.committed_at, \
    i.submitted_at FROM import i";
const IMPORT_JOIN: &str = " CROSS JOIN school s CROSS JOIN account a \
    WHERE s.id = i.school_id AND a.id = i.created_by";

fn import(c: &mut Cols<'_>) -> Stored<ImportRecord> {
    Ok(ImportRecord {
        id: c.id()?,
        kind: c.take()?,
        district: c.take()?,
        school_id: c.id()?,
        school_name: c.take()?,
        school_year: c.take()?,
        file_name: c.take()?,
        file_sha256: c.fixed()?,
        state: c.take()?,
        sheet: c.take()?,
        heading_row: c.take()?,
        columns: c.take()?,
        rows_total: c.take()?,
        rows_valid: c.take()?,
        rows_error: c.take()?,
        rows_warning: c.take()?,
        rows_problem: c.take()?,
        rows_duplicate: c.take()?,
        rows_committed: c.take()?,
        file_problems: c.take()?,
        groups: c.take()?,
        created_by: c.id()?,
        created_by_login: c.take()?,
        created_at: c.take()?,
        committed_at: c.take()?,
        submitted_at: c.take()?,
    })
}

const ROW: &str = "SELECT r.position, r.problem_position, r.row_number, r.state, r.cells_sealed, \
    r.problems FROM import_row r";

fn view(c: &mut Cols<'_>) -> Stored<StagedRowView> {
    Ok(StagedRowView {
        position: c.take()?,
        problem_position: c.take()?,
        row_number: c.take()?,
        state: c.take()?,
        cells_sealed: c.take()?,
        problems: c.take()?,
    })
}

/// Rows that a commit takes.
const COMMITTABLE: &str = " r.state IN ('valid', 'warning') AND r.pupil_id IS NOT NULL \
    AND r.class_id IS NOT NULL";

#[async_trait]
impl Imports for Tx {
    async fn insert_import(&mut self, import: &ImportRecord) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO import (id, kind, district, school_id, school_year, file_name, \
             file_sha256, state, created_by, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .arg(import.id.0)
        .arg(import.kind.as_str())
        .arg(import.district.as_str())
        .arg(import.school_id.0)
        .arg(import.school_year)
        .arg(import.file_name.as_str())
        .arg(import.file_sha256.as_slice())
        .arg("reading")
        .arg(import.created_by.0)
        .arg(import.created_at);
        self.run(sql, "starting an import").await.map(drop)
    }

    async fn import(&mut self, id: ImportId) -> Stored<Option<ImportRecord>> {
        const DOING: &str = "reading an import";
        let mut sql = Sql::new(IMPORT);
        sql.push(IMPORT_JOIN)
            .push(" AND i.id = ")
            .bind(id.0)
            .push(&self.lock("i"));
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, import)
    }

    async fn imports(
        &mut self,
        schools: Option<&[SchoolId]>,
        districts: Option<&[String]>,
        before: Option<ImportId>,
        limit: u32,
    ) -> Stored<Vec<ImportRecord>> {
        const DOING: &str = "reading imports";
        let mut sql = Sql::new(IMPORT);
        if schools.is_some_and(|s| s.len() == 1) {
            sql.push(&index("import_school"));
        } else if schools.is_none() && districts.is_some_and(|d| d.len() == 1) {
            sql.push(&index("import_district"));
        }
        sql.push(IMPORT_JOIN);
        if let Some(schools) = schools {
            sql.push(" AND i.school_id IN ")
                .list(schools.iter().map(|id| id.0));
        }
        if let Some(districts) = districts {
            sql.push(" AND i.district IN ")
                .list(districts.iter().map(String::as_str));
        }
        if let Some(before) = before {
            sql.push(" AND i.id < ").bind(before.0);
        }
        sql.push(" ORDER BY i.id DESC").limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, import)
    }

    async fn update_import(&mut self, import: &ImportRecord) -> Stored<()> {
        let sql = Sql::new(
            "UPDATE import SET state = $1, sheet = $2, heading_row = $3, columns = $4, \
             rows_total = $5, rows_valid = $6, rows_error = $7, rows_warning = $8, \
             rows_problem = $9, rows_duplicate = $10, rows_committed = $11, \
             file_problems = $12, groups = $13, committed_at = $14, submitted_at = $15 \
             WHERE id = $16",
        )
        .arg(import.state.as_str())
        .arg(import.sheet.as_str())
        .arg(import.heading_row)
        .arg(import.columns.as_str())
        .arg(import.rows_total)
        .arg(import.rows_valid)
        .arg(import.rows_error)
        .arg(import.rows_warning)
        .arg(import.rows_problem)
        .arg(import.rows_duplicate)
        .arg(import.rows_committed)
        .arg(import.file_problems.as_str())
        .arg(import.groups.as_str())
        .arg(import.committed_at)
        .arg(import.submitted_at)
        .arg(import.id.0);
        self.run(sql, "changing an import").await.map(drop)
    }

    async fn delete_import(&mut self, id: ImportId) -> Stored<()> {
        let sql = Sql::new("DELETE FROM import WHERE id = $1 AND state = 'reading'").arg(id.0);
        self.run(sql, "dropping an import").await.map(drop)
    }

    async fn delete_staged(&mut self, import: ImportId) -> Stored<()> {
        let sql = Sql::new("DELETE FROM import_row WHERE import_id = $1").arg(import.0);
        self.run(sql, "forgetting staged rows").await.map(drop)
    }

    async fn stage_rows(&mut self, import: ImportId, rows: &[StagedRow]) -> Stored<()> {
        for chunk in rows.chunks(ROWS) {
            let mut sql = Sql::new(
                "INSERT INTO import_row (import_id, position, problem_position, row_number, \
                 state, cells_sealed, problems, pupil_id, class_id, grade, name, gender, \
                 birth_date, paper_kind, paper_sealed, paper_index, student_number_sealed, \
                 student_number_index, address_sealed, guardian_relation, guardian_name, \
                 guardian_phone_sealed, guardian_phone_index) VALUES ",
            );
            sql.rows(chunk, |f, r| {
                f.v(import.0)
                    .v(r.position)
                    .v(r.problem_position)
                    .v(r.row_number)
                    .v(r.state.as_str())
                    .v(r.cells_sealed.as_slice())
                    .v(r.problems.as_str());
                let e: Option<&StagedEntry> = r.entry.as_ref();
                f.v(e.map(|e| e.pupil_id.0))
                    .v(e.map(|e| e.class_id.0))
                    .v(e.map(|e| e.grade))
                    .v(e.map(|e| e.name.as_str()))
                    .v(e.and_then(|e| e.gender.as_deref()))
                    .v(e.and_then(|e| e.birth_date.as_deref()))
                    .v(e.map(|e| e.paper_kind.as_str()))
                    .v(e.map(|e| e.paper_sealed.as_slice()))
                    .v(e.map(|e| e.paper_index.as_slice()))
                    .v(e.and_then(|e| e.student_number_sealed.as_deref()))
                    .v(e.and_then(|e| e.student_number_index.as_ref())
                        .map(<[u8; 16]>::as_slice))
                    .v(e.and_then(|e| e.address_sealed.as_deref()))
                    .v(e.and_then(|e| e.guardian_relation.as_deref()))
                    .v(e.and_then(|e| e.guardian_name.as_deref()))
                    .v(e.and_then(|e| e.guardian_phone_sealed.as_deref()))
                    .v(e.and_then(|e| e.guardian_phone_index.as_ref())
                        .map(<[u8; 16]>::as_slice));
            });
            self.run(sql, "staging rows").await?;
        }
        Ok(())
    }

    async fn staged_by_row(
        &mut self,
        import: ImportId,
        rows: &[i64],
    ) -> Stored<Vec<StagedRowView>> {
        const DOING: &str = "reading staged rows by number";
        let mut out = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(ROWS) {
            let mut sql = Sql::new(ROW);
            sql.push(&index("import_row_number"))
                .push(" WHERE r.import_id = ")
                .bind(import.0)
                .push(" AND r.row_number IN ")
                .list(chunk.iter().copied())
                .push(" ORDER BY r.row_number");
            let found = self.all(sql, DOING).await?;
            out.extend(each(&found, DOING, view)?);
        }
        Ok(out)
    }

    async fn patch_rows(&mut self, import: ImportId, rows: &[(i64, String, String)]) -> Stored<()> {
        for chunk in rows.chunks(ROWS) {
            // `column1` and so on are what both engines call the columns of VALUES.
            let mut sql = Sql::new(
                "UPDATE import_row SET state = v.column2, problems = v.column3, \
                 class_id = CASE WHEN v.column2 = 'error' THEN NULL ELSE class_id END FROM (VALUES ",
            );
            sql.rows(chunk, |f, (position, state, problems)| {
                f.v(*position).v(state.as_str()).v(problems.as_str());
            })
            .push(") AS v WHERE import_row.import_id = ")
            .bind(import.0)
            .push(" AND import_row.position = v.column1");
            self.run(sql, "patching staged rows").await?;
        }
        Ok(())
    }

    async fn number_problem_rows(&mut self, import: ImportId) -> Stored<i64> {
        const DOING: &str = "numbering rows with problems";
        let sql = Sql::new(
            "UPDATE import_row SET problem_position = NULL WHERE import_id = $1 \
             AND problem_position IS NOT NULL AND state NOT IN ('warning', 'error')",
        )
        .arg(import.0);
        self.run(sql, DOING).await?;
        let sql = Sql::new(
            "UPDATE import_row SET problem_position = v.place FROM \
             (SELECT r.position AS position, ROW_NUMBER() OVER (ORDER BY r.position) - 1 AS place \
             FROM import_row r WHERE r.import_id = $1 AND r.state IN ('warning', 'error')) AS v \
             WHERE import_row.import_id = $2 AND import_row.position = v.position \
             AND import_row.problem_position IS DISTINCT FROM v.place",
        )
        .arg(import.0)
        .arg(import.0);
        self.run(sql, DOING).await?;
        let sql = Sql::new(
            "SELECT COUNT(*) FROM import_row WHERE import_id = $1 AND problem_position IS NOT NULL",
        )
        .arg(import.0);
        self.number(sql, DOING).await
    }

    async fn staged_rows(
        &mut self,
        import: ImportId,
        start: i64,
        limit: u32,
        only_problems: bool,
    ) -> Stored<Vec<StagedRowView>> {
        const DOING: &str = "reading staged rows";
        let mut sql = Sql::new(ROW);
        sql.push(" WHERE r.import_id = ").bind(import.0);
        let column = if only_problems {
            "r.problem_position"
        } else {
            "r.position"
        };
        sql.push(" AND ")
            .push(column)
            .push(" >= ")
            .bind(start)
            .push(" ORDER BY ")
            .push(column)
            .limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, view)
    }

    async fn next_problem_row(
        &mut self,
        import: ImportId,
        after_row: i64,
        backwards: bool,
    ) -> Stored<Option<StagedRowView>> {
        const DOING: &str = "looking for the next row with problems";
        let mut sql = Sql::new(ROW);
        sql.push(&index("import_row_problem_number"))
            .push(" WHERE r.problem_position IS NOT NULL AND r.import_id = ")
            .bind(import.0)
            .push(if backwards {
                " AND r.row_number < "
            } else {
                " AND r.row_number > "
            })
            .bind(after_row)
            .push(if backwards {
                " ORDER BY r.row_number DESC LIMIT 1"
            } else {
                " ORDER BY r.row_number LIMIT 1"
            });
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, view)
    }

    async fn staged_conflicts(&mut self, import: ImportId) -> Stored<Vec<(i64, i64, FoundPupil)>> {
        const DOING: &str = "looking for staged children on record";
        let mut sql = Sql::new("SELECT r.position, r.row_number, ");
        sql.push(FOUND)
            .push(" FROM import_row r CROSS JOIN pupil p")
            .push(&index("pupil_paper"))
            .push(
                " CROSS JOIN school s CROSS JOIN class c WHERE p.paper_index = r.paper_index \
                 AND s.id = p.school_id AND c.id = p.class_id AND",
            )
            .push(COMMITTABLE)
            .push(" AND r.import_id = ")
            .bind(import.0)
            .push(" ORDER BY r.position");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| Ok((c.take()?, c.take()?, found(c)?)))
    }

    async fn staged_without_class(&mut self, import: ImportId) -> Stored<Vec<(i64, i64)>> {
        const DOING: &str = "looking for staged rows without a class";
        let mut sql = Sql::new("SELECT r.position, r.row_number FROM import_row r WHERE");
        sql.push(COMMITTABLE)
            .push(
                " AND NOT EXISTS (SELECT 1 FROM class c WHERE c.id = r.class_id AND c.open) \
                 AND r.import_id = ",
            )
            .bind(import.0)
            .push(" ORDER BY r.position");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| Ok((c.take()?, c.take()?)))
    }

    async fn commit_staged(&mut self, import: ImportId, submit: bool, now: i64) -> Stored<i64> {
        const DOING: &str = "committing an import";
        // Each table in the order of its widest index, which is then written from
        // left to right; for pupils it is also the order in which two imports
        // with the same children wait for each other.
        let mut sql = Sql::new(
            "INSERT INTO pupil (created_at, application_state, id, district, school_id, class_id, grade, name, \
             gender, birth_date, paper_kind, paper_sealed, paper_index, student_number_sealed, \
             student_number_index, address_sealed, status) SELECT ",
        );
        let state = if submit { "submitted" } else { "draft" };
        sql.bind(now)
            .push(", ")
            .bind(state)
            .push(
                ", r.pupil_id, i.district, i.school_id, r.class_id, r.grade, r.name, r.gender, \
                 r.birth_date, r.paper_kind, r.paper_sealed, r.paper_index, \
                 r.student_number_sealed, r.student_number_index, r.address_sealed, 'pending' \
                 FROM import i CROSS JOIN import_row r WHERE r.import_id = i.id AND",
            )
            .push(COMMITTABLE)
            .push(" AND i.id = ")
            .bind(import.0)
            .push(" ORDER BY r.paper_index");
        let number = self.run(sql, DOING).await?;

        let mut sql = Sql::new(
            "INSERT INTO guardian (id, pupil_id, relation, name, phone_sealed, phone_index) \
             SELECT r.pupil_id, r.pupil_id, r.guardian_relation, r.guardian_name, \
             r.guardian_phone_sealed, r.guardian_phone_index FROM import_row r WHERE",
        );
        sql.push(COMMITTABLE)
            .push(
                " AND (r.guardian_name IS NOT NULL OR r.guardian_phone_sealed IS NOT NULL) \
                 AND r.import_id = ",
            )
            .bind(import.0)
            .push(" ORDER BY r.guardian_phone_index");
        self.run(sql, DOING).await?;

        let mut sql =
            Sql::new("INSERT INTO enrolment (begin_at, id, pupil_id, class_id, reason) SELECT ");
        sql.bind(now)
            .push(", r.pupil_id, r.pupil_id, r.class_id, 'new' FROM import_row r WHERE")
            .push(COMMITTABLE)
            .push(" AND r.import_id = ")
            .bind(import.0)
            .push(" ORDER BY r.position");
        self.run(sql, DOING).await?;

        let mut sql = Sql::new(
            "INSERT INTO application (first_saved_at, submitted_at, state, id, pupil_id, \
             school_id, kind, channel, import_id) SELECT ",
        );
        sql.bind(now)
            .push(", ")
            .bind(submit.then_some(now))
            .push(", ")
            .bind(state)
            .push(
                ", r.pupil_id, r.pupil_id, i.school_id, 'new', 'import', i.id \
                 FROM import i CROSS JOIN import_row r WHERE r.import_id = i.id AND",
            )
            .push(COMMITTABLE)
            .push(" AND i.id = ")
            .bind(import.0)
            .push(" ORDER BY r.position");
        self.run(sql, DOING).await?;

        let mut sql = Sql::new("UPDATE import_row AS r SET state = 'committed' WHERE");
        sql.push(COMMITTABLE)
            .push(" AND r.import_id = ")
            .bind(import.0);
        self.run(sql, DOING).await?;
        Ok(number)
    }
}
