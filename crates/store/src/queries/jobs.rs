//! Leases of the jobs that run by themselves.

use async_trait::async_trait;
use ekatong_core::ports::{Jobs, Stored, TakenLease};
use uuid::Uuid;

use super::{Sql, Tx, each, maybe};

#[async_trait]
impl Jobs for Tx {
    async fn districts_without(&mut self, job: &str, day: &str) -> Stored<Vec<String>> {
        const DOING: &str = "looking for jobs to run";
        let sql = Sql::new(
            "SELECT d.code FROM district d LEFT JOIN job_lease j ON j.job = $1 \
             AND j.district = d.code WHERE j.last_day IS NULL OR j.last_day < $2 ORDER BY d.code",
        )
        .arg(job)
        .arg(day);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| c.take())
    }

    async fn take_lease(
        &mut self,
        job: &str,
        district: &str,
        holder: Uuid,
        day: &str,
        (now, until): (i64, i64),
    ) -> Stored<Option<TakenLease>> {
        const DOING: &str = "taking the lease of a job";
        let sql = Sql::new(
            "INSERT INTO job_lease (job, district, holder, held_until) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (job, district) DO UPDATE SET holder = excluded.holder, \
             held_until = excluded.held_until WHERE job_lease.held_until <= $5 \
             AND (job_lease.last_day IS NULL OR job_lease.last_day < $6) RETURNING last_day",
        )
        .arg(job)
        .arg(district)
        .arg(holder)
        .arg(until)
        .arg(now)
        .arg(day);
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, |c| {
            Ok(TakenLease {
                last_day: c.take()?,
            })
        })
    }

    async fn end_lease(
        &mut self,
        job: &str,
        district: &str,
        holder: Uuid,
        day: &str,
    ) -> Stored<bool> {
        let sql = Sql::new(
            "UPDATE job_lease SET held_until = 0, last_day = $4 \
             WHERE job = $1 AND district = $2 AND holder = $3 AND held_until > 0",
        )
        .arg(job)
        .arg(district)
        .arg(holder)
        .arg(day);
        Ok(self.run(sql, "ending the lease of a job").await? == 1)
    }
}
