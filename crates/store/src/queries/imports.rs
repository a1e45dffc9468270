//! Imports, the blocks of their rows, and the steps of their correction.

use async_trait::async_trait;
use ekatong_core::id::ImportId;
use ekatong_core::ports::{ImportFilter, ImportRecord, Imports, Stored};

use super::super::{index, lock_commits};
use super::{Cols, Sql, Tx, each, maybe};

const IMPORT: &str = "SELECT i.id, i.kind, i.district, i.school_id, s.name, i.school_year, \
    i.file_name, i.file_sha256, i.blob_id, i.state, i.sheet, i.heading_row, i.columns, \
    i.snapshot, i.rules_version, i.rows_total, i.rows_valid, i.rows_error, i.rows_warning, \
    i.rows_problem, i.rows_duplicate, i.rows_committed, i.rows_undone, i.file_problems, \
    i.groups, i.edit_at, i.edit_last, i.created_by, a.login, i.created_at, i.committed_at, \
    i.submitted_at, i.undone_at, i.purged_at FROM import i";
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
        blob_id: c.id_or_none()?,
        state: c.take()?,
        sheet: c.take()?,
        heading_row: c.take()?,
        columns: c.take()?,
        snapshot: c.take()?,
        rules_version: c.take()?,
        rows_total: c.take()?,
        rows_valid: c.take()?,
        rows_error: c.take()?,
        rows_warning: c.take()?,
        rows_problem: c.take()?,
        rows_duplicate: c.take()?,
        rows_committed: c.take()?,
        rows_undone: c.take()?,
        file_problems: c.take()?,
        groups: c.take()?,
        edit_at: c.take()?,
        edit_last: c.take()?,
        created_by: c.id()?,
        created_by_login: c.take()?,
        created_at: c.take()?,
        committed_at: c.take()?,
        submitted_at: c.take()?,
        undone_at: c.take()?,
        purged_at: c.take()?,
    })
}

#[async_trait]
impl Imports for Tx {
    async fn insert_import(&mut self, import: &ImportRecord) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO import (id, kind, district, school_id, school_year, file_name, \
             file_sha256, blob_id, snapshot, rules_version, state, created_by, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .arg(import.id.0)
        .arg(import.kind.as_str())
        .arg(import.district.as_str())
        .arg(import.school_id.0)
        .arg(import.school_year)
        .arg(import.file_name.as_str())
        .arg(import.file_sha256.as_slice())
        .arg(import.blob_id.map(|id| id.0))
        .arg(import.snapshot.as_str())
        .arg(import.rules_version)
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
        filter: &ImportFilter,
        before: Option<ImportId>,
        limit: u32,
    ) -> Stored<Vec<ImportRecord>> {
        const DOING: &str = "reading imports";
        let mut sql = Sql::new(IMPORT);
        if filter.school.is_some() {
            sql.push(&index("import_school"));
        } else if filter.district.is_some() {
            sql.push(&index("import_district"));
        }
        sql.push(IMPORT_JOIN);
        if let Some(school) = filter.school {
            sql.push(" AND i.school_id = ").bind(school.0);
        }
        if let Some(district) = &filter.district {
            sql.push(" AND i.district = ").bind(district.as_str());
        }
        if let Some(state) = &filter.state {
            sql.push(" AND i.state = ").bind(state.as_str());
        }
        if let Some(kind) = &filter.kind {
            sql.push(" AND i.kind = ").bind(kind.as_str());
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
            "UPDATE import SET blob_id = $1, state = $2, sheet = $3, heading_row = $4, \
             columns = $5, snapshot = $6, rules_version = $7, rows_total = $8, \
             rows_valid = $9, rows_error = $10, rows_warning = $11, rows_problem = $12, \
             rows_duplicate = $13, rows_committed = $14, rows_undone = $15, \
             file_problems = $16, groups = $17, edit_at = $18, edit_last = $19, \
             committed_at = $20, submitted_at = $21, undone_at = $22, purged_at = $23 \
             WHERE id = $24",
        )
        .arg(import.blob_id.map(|id| id.0))
        .arg(import.state.as_str())
        .arg(import.sheet.as_str())
        .arg(import.heading_row)
        .arg(import.columns.as_str())
        .arg(import.snapshot.as_str())
        .arg(import.rules_version)
        .arg(import.rows_total)
        .arg(import.rows_valid)
        .arg(import.rows_error)
        .arg(import.rows_warning)
        .arg(import.rows_problem)
        .arg(import.rows_duplicate)
        .arg(import.rows_committed)
        .arg(import.rows_undone)
        .arg(import.file_problems.as_str())
        .arg(import.groups.as_str())
        .arg(import.edit_at)
        .arg(import.edit_last)
        .arg(import.committed_at)
        .arg(import.submitted_at)
        .arg(import.undone_at)
        .arg(import.purged_at)
        .arg(import.id.0);
        self.run(sql, "changing an import").await.map(drop)
    }

    async fn delete_import(&mut self, id: ImportId) -> Stored<()> {
        let sql = Sql::new("DELETE FROM import WHERE id = $1 AND state = 'reading'").arg(id.0);
        self.run(sql, "dropping an import").await.map(drop)
    }

    async fn delete_rows(&mut self, import: ImportId) -> Stored<()> {
        const DOING: &str = "forgetting staged rows";
        let sql = Sql::new("DELETE FROM import_block WHERE import_id = $1").arg(import.0);
        self.run(sql, DOING).await?;
        let sql = Sql::new("DELETE FROM import_index WHERE import_id = $1").arg(import.0);
        self.run(sql, DOING).await?;
        self.delete_edits(import).await
    }

    async fn put_blocks(&mut self, import: ImportId, blocks: &[(i64, Vec<u8>)]) -> Stored<()> {
        for (number, sealed) in blocks {
            let sql = Sql::new(
                "INSERT INTO import_block (import_id, number, sealed) VALUES ($1, $2, $3) \
                 ON CONFLICT (import_id, number) DO UPDATE SET sealed = excluded.sealed",
            )
            .arg(import.0)
            .arg(*number)
            .arg(sealed.as_slice());
            self.run(sql, "staging a block").await?;
        }
        Ok(())
    }

    async fn block(&mut self, import: ImportId, number: i64) -> Stored<Option<Vec<u8>>> {
        const DOING: &str = "reading a block";
        let sql = Sql::new("SELECT sealed FROM import_block WHERE import_id = $1 AND number = $2")
            .arg(import.0)
            .arg(number);
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, |c| c.take())
    }

    async fn put_row_index(&mut self, import: ImportId, packed: &[u8]) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO import_index (import_id, packed) VALUES ($1, $2) \
             ON CONFLICT (import_id) DO UPDATE SET packed = excluded.packed",
        )
        .arg(import.0)
        .arg(packed);
        self.run(sql, "staging an index of rows").await.map(drop)
    }

    async fn row_index(&mut self, import: ImportId) -> Stored<Option<Vec<u8>>> {
        const DOING: &str = "reading an index of rows";
        let sql = Sql::new("SELECT packed FROM import_index WHERE import_id = $1").arg(import.0);
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, |c| c.take())
    }

    async fn put_edit(&mut self, import: ImportId, number: i64, sealed: &[u8]) -> Stored<()> {
        const DOING: &str = "keeping a correction";
        let sql = Sql::new("DELETE FROM import_edit WHERE import_id = $1 AND number >= $2")
            .arg(import.0)
            .arg(number);
        self.run(sql, DOING).await?;
        let sql =
            Sql::new("INSERT INTO import_edit (import_id, number, sealed) VALUES ($1, $2, $3)")
                .arg(import.0)
                .arg(number)
                .arg(sealed);
        self.run(sql, DOING).await.map(drop)
    }

    async fn edit(&mut self, import: ImportId, number: i64) -> Stored<Option<Vec<u8>>> {
        const DOING: &str = "reading a correction";
        let sql = Sql::new("SELECT sealed FROM import_edit WHERE import_id = $1 AND number = $2")
            .arg(import.0)
            .arg(number);
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, |c| c.take())
    }

    async fn delete_edits(&mut self, import: ImportId) -> Stored<()> {
        let sql = Sql::new("DELETE FROM import_edit WHERE import_id = $1").arg(import.0);
        self.run(sql, "forgetting corrections").await.map(drop)
    }

    async fn imports_to_purge(
        &mut self,
        district: &str,
        before: i64,
        limit: u32,
    ) -> Stored<Vec<ImportRecord>> {
        const DOING: &str = "looking for imports kept too long";
        let mut sql = Sql::new(IMPORT);
        sql.push(&index("import_kept"))
            .push(IMPORT_JOIN)
            .push(" AND i.purged_at IS NULL AND i.state <> 'reading' AND i.district = ")
            .bind(district)
            .push(" AND i.created_at < ")
            .bind(before)
            .push(" ORDER BY i.created_at")
            .limit(limit)
            .push(&self.lock("i"));
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, import)
    }

    async fn lock_commits(&mut self) -> Stored<()> {
        match lock_commits() {
            None => Ok(()),
            Some(text) => self
                .all(Sql::new(text), "waiting for commits")
                .await
                .map(drop),
        }
    }
}
