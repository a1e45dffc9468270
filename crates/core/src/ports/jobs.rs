//! Who runs a job of a district now, and up to which day it has been run.

use async_trait::async_trait;
use uuid::Uuid;

use super::Stored;

/// A lease that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenLease {
    /// Day up to which the job had been run, `2026-09-01`; none when never.
    pub last_day: Option<String>,
}

/// Storage of leases.
#[async_trait]
pub trait Jobs {
    /// Districts in which a job has not been run for this day, whoever holds it.
    async fn districts_without(&mut self, job: &str, day: &str) -> Stored<Vec<String>>;
    /// Takes the lease of a job for a district until a moment, unless another holds it or the
    /// job has been run for this day. One statement: of two that try, one gets it.
    async fn take_lease(
        &mut self,
        job: &str,
        district: &str,
        holder: Uuid,
        day: &str,
        (now, until): (i64, i64),
    ) -> Stored<Option<TakenLease>>;
    /// Notes that the holder has run the job up to this day and lets go; false when the lease
    /// was lost to another meanwhile: nothing of the work may stay then.
    async fn end_lease(
        &mut self,
        job: &str,
        district: &str,
        holder: Uuid,
        day: &str,
    ) -> Stored<bool>;
}
