//! Column templates and production batches.

use async_trait::async_trait;
use ekatong_core::id::{BatchId, OrderId, TemplateId};
use ekatong_core::ports::{
    BatchFilter, BatchLineRecord, BatchRecord, BatchResultRecord, Batches, CardTemplateRecord,
    LineResultRecord, Stored,
};

use super::super::index;
use super::{Cols, ROWS, Sql, Tx, each, maybe};

const BATCH: &str = "SELECT b.id, b.district, d.name, b.batch_no, b.state, b.template, \
    b.template_name, b.ordered, b.made, b.failed, b.created_at, b.created_by, a.display_name, \
    b.handed_over_at, b.handed_over_by, b.closed_at, b.closed_by, b.package_id, b.package_name, \
    b.package_sha256, b.package_files, b.version FROM batch b";

const TEMPLATE: &str =
    "SELECT id, district, name, content, version, updated_at, updated_by FROM card_template";

fn batch(c: &mut Cols<'_>) -> Stored<BatchRecord> {
    Ok(BatchRecord {
        id: c.id()?,
        district: c.take()?,
        district_name: c.take()?,
        batch_no: c.take()?,
        state: c.take()?,
        template: c.take()?,
        template_name: c.take()?,
        ordered: c.take()?,
        made: c.take()?,
        failed: c.take()?,
        created_at: c.take()?,
        created_by: c.id()?,
        created_by_name: c.take()?,
        handed_over_at: c.take()?,
        handed_over_by: c.id_or_none()?,
        closed_at: c.take()?,
        closed_by: c.id_or_none()?,
        package_id: c.id_or_none()?,
        package_name: c.take()?,
        package_sha256: c.fixed_or_none()?,
        package_files: c.take()?,
        version: c.take()?,
    })
}

fn template(c: &mut Cols<'_>) -> Stored<CardTemplateRecord> {
    Ok(CardTemplateRecord {
        id: c.id()?,
        district: c.take()?,
        name: c.take()?,
        content: c.take()?,
        version: c.take()?,
        updated_at: c.take()?,
        updated_by: c.id()?,
    })
}

/// ` AND …` for a filter.
fn fitting(sql: &mut Sql, filter: &BatchFilter) {
    if let Some(district) = &filter.district {
        sql.push(" AND b.district = ").bind(district.as_str());
    }
    if let Some(state) = &filter.state {
        sql.push(" AND b.state = ").bind(state.as_str());
    }
    if let Some(before) = filter.handed_over_before {
        sql.push(" AND b.handed_over_at < ").bind(before);
    }
}

#[async_trait]
impl Batches for Tx {
    async fn card_templates(&mut self, district: &str) -> Stored<Vec<CardTemplateRecord>> {
        const DOING: &str = "reading column templates";
        let mut sql = Sql::new(TEMPLATE);
        sql.push(" WHERE district = ")
            .bind(district)
            .push(" ORDER BY name");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, template)
    }

    async fn card_template(&mut self, id: TemplateId) -> Stored<Option<CardTemplateRecord>> {
        const DOING: &str = "reading a column template";
        let mut sql = Sql::new(TEMPLATE);
        sql.push(" WHERE id = ")
            .bind(id.0)
            .push(&self.lock("card_template"));
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, template)
    }

    async fn put_card_template(&mut self, template: &CardTemplateRecord) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO card_template (id, district, name, content, version, updated_at, \
             updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET \
             name = excluded.name, content = excluded.content, version = excluded.version, \
             updated_at = excluded.updated_at, updated_by = excluded.updated_by",
        )
        .arg(template.id.0)
        .arg(template.district.as_str())
        .arg(template.name.as_str())
        .arg(template.content.as_str())
        .arg(template.version)
        .arg(template.updated_at)
        .arg(template.updated_by.0);
        self.run(sql, "writing a column template").await.map(drop)
    }

    async fn delete_card_template(&mut self, id: TemplateId) -> Stored<()> {
        let sql = Sql::new("DELETE FROM card_template WHERE id = $1").arg(id.0);
        self.run(sql, "forgetting a column template")
            .await
            .map(drop)
    }

    async fn last_batch_no(&mut self, beginning: &str) -> Stored<Option<String>> {
        const DOING: &str = "looking for a batch number";
        // Beginnings end with a hyphen; the dot follows it.
        let end = format!("{}.", beginning.trim_end_matches('-'));
        let sql = Sql::new(
            "SELECT batch_no FROM batch WHERE batch_no >= $1 AND batch_no < $2 \
             ORDER BY batch_no DESC LIMIT 1",
        )
        .arg(beginning)
        .arg(end);
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, |c| c.take())
    }

    async fn insert_batch(&mut self, batch: &BatchRecord, orders: &[OrderId]) -> Stored<()> {
        const DOING: &str = "making a batch";
        let sql = Sql::new(
            "INSERT INTO batch (id, district, batch_no, state, template, template_name, ordered, \
             created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .arg(batch.id.0)
        .arg(batch.district.as_str())
        .arg(batch.batch_no.as_str())
        .arg(batch.state.as_str())
        .arg(batch.template.as_str())
        .arg(batch.template_name.as_str())
        .arg(batch.ordered)
        .arg(batch.created_at)
        .arg(batch.created_by.0);
        self.run(sql, DOING).await?;
        let lines: Vec<(i64, OrderId)> = (1..).zip(orders.iter().copied()).collect();
        for chunk in lines.chunks(ROWS) {
            let mut sql =
                Sql::new("INSERT INTO batch_line (batch_id, number, order_id, result) VALUES ");
            sql.rows(chunk, |f, (number, order)| {
                f.v(batch.id.0).v(*number).v(order.0).v("waiting");
            });
            self.run(sql, DOING).await?;
            let mut sql = Sql::new("UPDATE card_order SET batch_id = ");
            sql.bind(batch.id.0)
                .push(", batch_no = ")
                .bind(batch.batch_no.as_str())
                .push(" WHERE id IN ")
                .list(chunk.iter().map(|(_, order)| order.0));
            self.run(sql, DOING).await?;
        }
        Ok(())
    }

    async fn batches(
        &mut self,
        filter: &BatchFilter,
        before: Option<BatchId>,
        limit: u32,
    ) -> Stored<Vec<BatchRecord>> {
        const DOING: &str = "reading batches";
        let mut sql = Sql::new(BATCH);
        if filter.district.is_some() {
            sql.push(&index("batch_district"));
        }
        sql.push(" CROSS JOIN district d CROSS JOIN account a")
            .push(" WHERE d.code = b.district AND a.id = b.created_by");
        fitting(&mut sql, filter);
        if let Some(before) = before {
            sql.push(" AND b.id < ").bind(before.0);
        }
        sql.push(" ORDER BY b.id DESC").limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, batch)
    }

    async fn count_batches(&mut self, filter: &BatchFilter, cap: u32) -> Stored<i64> {
        let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1 FROM batch b");
        if filter.district.is_some() {
            sql.push(&index("batch_district"));
        }
        sql.push(" WHERE 1 = 1");
        fitting(&mut sql, filter);
        sql.limit(cap).push(") AS n");
        self.number(sql, "counting batches").await
    }

    async fn batch(&mut self, id: BatchId) -> Stored<Option<BatchRecord>> {
        const DOING: &str = "reading a batch";
        let mut sql = Sql::new(BATCH);
        sql.push(" CROSS JOIN district d CROSS JOIN account a")
            .push(" WHERE d.code = b.district AND a.id = b.created_by AND b.id = ")
            .bind(id.0)
            .push(&self.lock("b"));
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, batch)
    }

    async fn update_batch(&mut self, batch: &BatchRecord) -> Stored<()> {
        let sql = Sql::new(
            "UPDATE batch SET state = $1, ordered = $2, made = $3, failed = $4, \
             handed_over_at = $5, handed_over_by = $6, closed_at = $7, closed_by = $8, \
             package_id = $9, package_name = $10, package_sha256 = $11, package_files = $12, \
             version = version + 1 WHERE id = $13",
        )
        .arg(batch.state.as_str())
        .arg(batch.ordered)
        .arg(batch.made)
        .arg(batch.failed)
        .arg(batch.handed_over_at)
        .arg(batch.handed_over_by.map(|id| id.0))
        .arg(batch.closed_at)
        .arg(batch.closed_by.map(|id| id.0))
        .arg(batch.package_id.map(|id| id.0))
        .arg(batch.package_name.as_deref())
        .arg(batch.package_sha256.as_ref().map(<[u8; 32]>::as_slice))
        .arg(batch.package_files.as_str())
        .arg(batch.id.0);
        self.run(sql, "writing a batch").await.map(drop)
    }

    async fn batch_lines(
        &mut self,
        id: BatchId,
        result: Option<&str>,
        after: i64,
        limit: u32,
    ) -> Stored<Vec<BatchLineRecord>> {
        const DOING: &str = "reading lines of a batch";
        let mut sql = Sql::new(
            "SELECT l.number, l.order_id, o.pupil_id, p.name, p.paper_kind, p.paper_sealed, \
             s.name, o.grade, c.number, l.result, l.reason, l.result_at, l.card_id, k.card_no, \
             k.serial_no, k.citizen_no FROM batch_line l CROSS JOIN card_order o \
             CROSS JOIN pupil p CROSS JOIN school s CROSS JOIN class c \
             LEFT JOIN card k ON k.id = l.card_id \
             WHERE o.id = l.order_id AND p.id = o.pupil_id AND s.id = o.school_id \
             AND c.id = o.class_id AND l.batch_id = ",
        );
        sql.bind(id.0);
        if let Some(result) = result {
            sql.push(" AND l.result = ").bind(result);
        }
        sql.push(" AND l.number > ")
            .bind(after)
            .push(" ORDER BY l.number")
            .limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(BatchLineRecord {
                number: c.take()?,
                order_id: c.id()?,
                pupil_id: c.id()?,
                pupil_name: c.take()?,
                paper_kind: c.take()?,
                paper_sealed: c.take()?,
                school_name: c.take()?,
                grade: c.take()?,
                class_number: c.take()?,
                result: c.take()?,
                reason: c.take()?,
                result_at: c.take()?,
                card_id: c.id_or_none()?,
                card_no: c.take()?,
                serial_no: c.take()?,
                citizen_no: c.take()?,
            })
        })
    }

    async fn drop_batch_lines(&mut self, id: BatchId, orders: &[OrderId]) -> Stored<()> {
        const DOING: &str = "taking lines out of a batch";
        for chunk in orders.chunks(ROWS) {
            let mut sql = Sql::new("DELETE FROM batch_line WHERE batch_id = ");
            sql.bind(id.0)
                .push(" AND order_id IN ")
                .list(chunk.iter().map(|order| order.0));
            self.run(sql, DOING).await?;
            let mut sql = Sql::new(
                "UPDATE card_order SET batch_id = NULL, batch_no = NULL WHERE batch_id = ",
            );
            sql.bind(id.0)
                .push(" AND id IN ")
                .list(chunk.iter().map(|order| order.0));
            self.run(sql, DOING).await?;
        }
        Ok(())
    }

    async fn settle_batch_lines(
        &mut self,
        id: BatchId,
        lines: &[LineResultRecord],
        now: i64,
    ) -> Stored<()> {
        const DOING: &str = "noting results of a batch";
        for chunk in lines.chunks(ROWS) {
            let mut sql = Sql::new(
                "UPDATE batch_line SET result = v.column2, reason = v.column3, \
                 card_id = v.column4, result_at = ",
            );
            sql.bind(now)
                .push(" FROM (VALUES ")
                .rows(chunk, |f, line| {
                    f.v(line.number)
                        .v(line.result.as_str())
                        .v(line.reason.as_deref())
                        .v(line.card_id.map(|id| id.0));
                })
                .push(") AS v WHERE batch_line.number = v.column1 AND batch_line.batch_id = ")
                .bind(id.0);
            self.run(sql, DOING).await?;
        }
        Ok(())
    }

    async fn batch_results(&mut self, id: BatchId) -> Stored<Vec<BatchResultRecord>> {
        const DOING: &str = "reading the result files of a batch";
        let sql = Sql::new(
            "SELECT r.file_sha256, r.file_name, r.rows_total, r.rows_made, r.rows_failed, \
             r.rows_error, r.read_at, r.read_by, a.display_name FROM batch_result r \
             CROSS JOIN account a WHERE a.id = r.read_by AND r.batch_id = $1",
        )
        .arg(id.0);
        let rows = self.all(sql, DOING).await?;
        let mut files = each(&rows, DOING, |c| {
            Ok(BatchResultRecord {
                file_sha256: c.fixed()?,
                file_name: c.take()?,
                rows_total: c.take()?,
                rows_made: c.take()?,
                rows_failed: c.take()?,
                rows_error: c.take()?,
                read_at: c.take()?,
                read_by: c.id()?,
                read_by_name: c.take()?,
            })
        })?;
        // A batch has a handful of them.
        files.sort_by_key(|file| (file.read_at, file.file_sha256));
        Ok(files)
    }

    async fn insert_batch_result(&mut self, id: BatchId, file: &BatchResultRecord) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO batch_result (batch_id, file_sha256, file_name, rows_total, rows_made, \
             rows_failed, rows_error, read_at, read_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (batch_id, file_sha256) DO NOTHING",
        )
        .arg(id.0)
        .arg(file.file_sha256.as_slice())
        .arg(file.file_name.as_str())
        .arg(file.rows_total)
        .arg(file.rows_made)
        .arg(file.rows_failed)
        .arg(file.rows_error)
        .arg(file.read_at)
        .arg(file.read_by.0);
        self.run(sql, "noting a result file").await.map(drop)
    }
}
