//! The audit log.

use async_trait::async_trait;
use ekatong_core::id::AuditId;
use ekatong_core::ports::{Audit, AuditFilter, AuditRecord, ChainEnd, Checkpoint, Stored};
use uuid::Uuid;

use super::super::index;
use super::{Cols, ROWS, Sql, Tx, each, maybe};

const ENTRY: &str = "SELECT e.id, e.at, e.account_id, e.login, e.address, e.op, e.outcome, \
                     e.district, e.school_id, e.summary, e.detail, e.seq, e.hash \
                     FROM audit_entry e";

/// The hash of a chain's row before its first entry is sealed.
const NO_HASH: [u8; 32] = [0; 32];

fn entry(c: &mut Cols<'_>) -> Stored<AuditRecord> {
    Ok(AuditRecord {
        id: c.id()?,
        at: c.take()?,
        account_id: c.id_or_none()?,
        login: c.take()?,
        address: c.take()?,
        op: c.take()?,
        outcome: c.take()?,
        district: c.take()?,
        school_id: c.id_or_none()?,
        summary: c.take()?,
        detail: c.take()?,
        seq: c.take()?,
        hash: c.fixed_or_none()?,
        subjects: Vec::new(),
    })
}

/// `noun.` to before `noun/`: the operations of a noun as a range (`/` follows `.`).
fn of_noun(sql: &mut Sql, noun: &str) {
    sql.push("(e.op = ")
        .bind(noun)
        .push(" OR (e.op >= ")
        .bind(format!("{noun}."))
        .push(" AND e.op < ")
        .bind(format!("{noun}/"))
        .push("))");
}

fn filtered(filter: &AuditFilter, before: Option<(i64, AuditId)>) -> Sql {
    let mut sql = Sql::new(ENTRY);
    let one_district = filter.districts.as_ref().is_some_and(|d| d.len() == 1);
    sql.push(&index(if filter.account.is_some() {
        "audit_entry_account_at"
    } else if one_district {
        "audit_entry_district_at"
    } else if filter.login.is_some() {
        "audit_entry_login_at"
    } else {
        "audit_entry_at"
    }));
    // The first bound of `at` is always there, so that the rest can start with AND.
    sql.push(" WHERE e.at >= ")
        .bind(filter.from.unwrap_or(i64::MIN));
    if let Some(to) = filter.to {
        sql.push(" AND e.at < ").bind(to);
    }
    if let Some(districts) = &filter.districts {
        match districts.as_slice() {
            [one] => sql.push(" AND e.district = ").bind(one.as_str()),
            many => sql
                .push(" AND e.district IN ")
                .list(many.iter().map(String::as_str)),
        };
    }
    if let Some(account) = filter.account {
        sql.push(" AND e.account_id = ").bind(account.0);
    }
    if let Some(login) = &filter.login {
        sql.push(" AND e.login = ").bind(login.as_str());
    }
    if let Some(op) = &filter.op {
        if op.contains('.') {
            sql.push(" AND e.op = ").bind(op.as_str());
        } else {
            sql.push(" AND ");
            of_noun(&mut sql, op);
        }
    }
    if let Some(outcome) = &filter.outcome {
        sql.push(" AND e.outcome = ").bind(outcome.as_str());
    }
    if let Some(nouns) = &filter.nouns {
        sql.push(" AND (1 = 0");
        for noun in nouns {
            sql.push(" OR ");
            of_noun(&mut sql, noun);
        }
        sql.push(")");
    }
    if let Some((at, id)) = before {
        sql.push(" AND (e.at, e.id) < (")
            .bind(at)
            .push(", ")
            .bind(id.0)
            .push(")");
    }
    sql
}

#[async_trait]
impl Audit for Tx {
    async fn append_audit(&mut self, entry: &AuditRecord) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO audit_entry (id, at, account_id, login, address, op, outcome, district, \
             school_id, summary, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .arg(entry.id.0)
        .arg(entry.at)
        .arg(entry.account_id.map(|a| a.0))
        .arg(entry.login.as_deref())
        .arg(entry.address.as_str())
        .arg(entry.op.as_str())
        .arg(entry.outcome.as_str())
        .arg(entry.district.as_str())
        .arg(entry.school_id.map(|s| s.0))
        .arg(entry.summary.as_str())
        .arg(entry.detail.as_str());
        self.run(sql, "adding to the audit log").await?;
        for chunk in entry.subjects.chunks(ROWS) {
            let mut sql = Sql::new("INSERT INTO audit_subject (subject, audit_id) VALUES ");
            sql.rows(chunk, |f, subject| {
                f.v(*subject).v(entry.id.0);
            });
            self.run(sql, "noting what an audit entry is about").await?;
        }
        Ok(())
    }

    async fn audit_about(&mut self, subjects: &[Uuid], limit: u32) -> Stored<Vec<AuditRecord>> {
        const DOING: &str = "reading the audit log of a subject";
        // The ids first: they sort by their moment, and few of the entries are wanted.
        let mut sql =
            Sql::new("SELECT DISTINCT s.audit_id FROM audit_subject s WHERE s.subject IN ");
        sql.list(subjects.iter().copied())
            .push(" ORDER BY s.audit_id DESC")
            .limit(limit);
        let rows = self.all(sql, DOING).await?;
        let ids = each(&rows, DOING, |c| c.take::<Uuid>())?;
        let mut sql = Sql::new(ENTRY);
        sql.push(" WHERE e.id IN ")
            .list(ids)
            .push(" ORDER BY e.id DESC");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, entry)
    }

    async fn audit_entries(
        &mut self,
        filter: &AuditFilter,
        before: Option<(i64, AuditId)>,
        limit: u32,
    ) -> Stored<Vec<AuditRecord>> {
        const DOING: &str = "reading the audit log";
        let mut sql = filtered(filter, before);
        sql.push(" ORDER BY e.at DESC, e.id DESC").limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, entry)
    }

    async fn unsealed_chains(&mut self) -> Stored<Vec<String>> {
        const DOING: &str = "looking for unsealed entries";
        let sql = Sql::new(
            "SELECT DISTINCT district FROM audit_entry WHERE seq IS NULL ORDER BY district",
        );
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| c.take())
    }

    async fn lock_chain(&mut self, district: &str) -> Stored<Option<ChainEnd>> {
        const DOING: &str = "locking a chain";
        let sql = Sql::new(
            "INSERT INTO audit_chain (district, seq, hash) VALUES ($1, 0, $2) \
             ON CONFLICT (district) DO NOTHING",
        )
        .arg(district)
        .arg(NO_HASH.as_slice());
        self.run(sql, DOING).await?;
        let mut sql = Sql::new("SELECT c.seq, c.hash FROM audit_chain c WHERE c.district = ");
        sql.bind(district).push(&self.lock("c"));
        let row = self.first(sql, DOING).await?;
        Ok(end(maybe(row, DOING, chain)?))
    }

    async fn unsealed(&mut self, district: &str, limit: u32) -> Stored<Vec<AuditRecord>> {
        const DOING: &str = "reading unsealed entries";
        let mut sql = Sql::new(ENTRY);
        sql.push(" WHERE e.seq IS NULL AND e.district = ")
            .bind(district)
            .push(" ORDER BY e.id")
            .limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, entry)
    }

    async fn seal_audit(&mut self, id: AuditId, seq: i64, hash: &[u8; 32]) -> Stored<()> {
        let sql = Sql::new("UPDATE audit_entry SET seq = $1, hash = $2 WHERE id = $3")
            .arg(seq)
            .arg(hash.as_slice())
            .arg(id.0);
        self.run(sql, "sealing an audit entry").await.map(drop)
    }

    async fn put_chain(&mut self, district: &str, end: ChainEnd) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO audit_chain (district, seq, hash) VALUES ($1, $2, $3) \
             ON CONFLICT (district) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
        )
        .arg(district)
        .arg(end.seq)
        .arg(end.hash.as_slice());
        self.run(sql, "writing the end of a chain").await.map(drop)
    }

    async fn chain_end(&mut self, district: &str) -> Stored<Option<ChainEnd>> {
        const DOING: &str = "reading the end of a chain";
        let sql = Sql::new("SELECT seq, hash FROM audit_chain WHERE district = $1").arg(district);
        let row = self.first(sql, DOING).await?;
        Ok(end(maybe(row, DOING, chain)?))
    }

    async fn chains(&mut self) -> Stored<Vec<String>> {
        const DOING: &str = "reading the chains";
        let sql = Sql::new("SELECT district FROM audit_chain WHERE seq > 0 ORDER BY district");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| c.take())
    }

    async fn sealed_entries(
        &mut self,
        district: &str,
        after: Option<i64>,
        limit: u32,
    ) -> Stored<Vec<AuditRecord>> {
        const DOING: &str = "reading sealed entries";
        let mut sql = Sql::new(ENTRY);
        sql.push(" WHERE e.district = ").bind(district);
        match after {
            Some(after) => sql.push(" AND e.seq > ").bind(after),
            None => sql.push(" AND e.seq IS NOT NULL"),
        };
        sql.push(" ORDER BY e.seq").limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, entry)
    }

    async fn checkpoints(&mut self, district: &str) -> Stored<Vec<Checkpoint>> {
        const DOING: &str = "reading the checkpoints of a chain";
        let sql = Sql::new(
            "SELECT seq, hash, entries, before, at, seal FROM audit_checkpoint \
             WHERE district = $1 ORDER BY seq",
        )
        .arg(district);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(Checkpoint {
                end: chain(c)?,
                entries: c.take()?,
                before: c.take()?,
                at: c.take()?,
                seal: c.fixed()?,
            })
        })
    }

    async fn purge_audit(&mut self, district: &str, checkpoint: &Checkpoint) -> Stored<i64> {
        let sql = Sql::new(
            "INSERT INTO audit_checkpoint (district, seq, hash, entries, before, at, seal) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .arg(district)
        .arg(checkpoint.end.seq)
        .arg(checkpoint.end.hash.as_slice())
        .arg(checkpoint.entries)
        .arg(checkpoint.before)
        .arg(checkpoint.at)
        .arg(checkpoint.seal.as_slice());
        self.run(sql, "writing a checkpoint").await?;
        let sql = Sql::new("DELETE FROM audit_entry WHERE district = $1 AND seq <= $2")
            .arg(district)
            .arg(checkpoint.end.seq);
        self.run(sql, "purging the audit log").await
    }

    async fn last_moment(&mut self) -> Stored<i64> {
        let sql = Sql::new("SELECT COALESCE(MAX(at), 0) FROM audit_entry");
        self.number(sql, "reading the last moment").await
    }
}

fn chain(c: &mut Cols<'_>) -> Stored<ChainEnd> {
    Ok(ChainEnd {
        seq: c.take()?,
        hash: c.fixed()?,
    })
}

/// A chain without a sealed entry has no end yet, though it has a row to lock.
fn end(found: Option<ChainEnd>) -> Option<ChainEnd> {
    found.filter(|end| end.seq > 0)
}
