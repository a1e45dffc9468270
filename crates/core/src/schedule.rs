//! Jobs that a host runs by itself, once a day and district.
//!
//! A host asks every few seconds ([`crate::upkeep`]). Whoever comes first on a day takes
//! the district's lease; the others see that the day is done, or that it is being done. Days
//! without a running program are made up for once, since a job is told the day on which it ran
//! the last time. A process that dies leaves its lease behind, and the job is taken up again
//! once that has run out. What the job writes and the note that it is done go in one
//! transaction, so that it is never done twice, even when a lease ran out too early.
//!
//! To add a job: an arm in [`Job`] and in [`run`].

use uuid::Uuid;

use crate::audit;
use crate::domain::time::{Timestamp, parse_date};
use crate::error::OpError;
use crate::ops::extension::cleaning::{self, By};
use crate::ports::{DistrictRecord, Ports, UnitOfWork};
use crate::settings::Settings;

/// No job of a district takes this long.
const LEASE_MS: i64 = 10 * 60 * 1000;

/// What is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Job {
    /// 清理临时增效 (CARD-6).
    CleanExtensions,
}

impl Job {
    const ALL: [Self; 1] = [Self::CleanExtensions];

    /// The name of its lease and of its operation in the audit log.
    const fn as_str(self) -> &'static str {
        match self {
            Self::CleanExtensions => "extension.clean",
        }
    }
}

/// Runs what has not been run today.
///
/// # Errors
/// Those of the store.
pub async fn run_due(ports: &Ports, now: Timestamp) -> Result<(), OpError> {
    let today = now.day().to_string();
    for job in Job::ALL {
        let mut read = ports.store.read().await?;
        let due = read.districts_without(job.as_str(), &today).await?;
        let districts = if due.is_empty() {
            Vec::new()
        } else {
            read.districts().await?
        };
        read.rollback().await?;
        for district in districts {
            if due.contains(&district.code) {
                run_for(ports, job, &district, &today, now).await?;
            }
        }
    }
    Ok(())
}

async fn run_for(
    ports: &Ports,
    job: Job,
    district: &DistrictRecord,
    today: &str,
    now: Timestamp,
) -> Result<(), OpError> {
    let (name, holder) = (job.as_str(), crate::id::new());
    let mut uow = ports.store.write().await?;
    let span = (now.ms(), now.ms() + LEASE_MS);
    let taken = uow
        .take_lease(name, &district.code, holder, today, span)
        .await?;
    uow.commit().await?;
    let Some(taken) = taken else { return Ok(()) };
    let last = taken.last_day.as_deref();
    let mut uow = ports.store.write().await?;
    run(&mut *uow, job, district, last, now).await?;
    finish(uow, name, district, holder, today).await
}

/// Keeps the work, if the lease still is one's own.
async fn finish(
    mut uow: Box<dyn UnitOfWork>,
    name: &str,
    district: &DistrictRecord,
    holder: Uuid,
    today: &str,
) -> Result<(), OpError> {
    if uow.end_lease(name, &district.code, holder, today).await? {
        uow.commit().await
    } else {
        tracing::warn!(job = name, "another took the job over");
        uow.rollback().await
    }
}

async fn run(
    uow: &mut dyn UnitOfWork,
    job: Job,
    district: &DistrictRecord,
    last: Option<&str>,
    now: Timestamp,
) -> Result<(), OpError> {
    match job {
        Job::CleanExtensions => clean_extensions(uow, district, last, now).await,
    }
}

/// A district that cleans by hand only has looked all the same: what passed while it did so
/// is not made up for later.
async fn clean_extensions(
    uow: &mut dyn UnitOfWork,
    district: &DistrictRecord,
    last: Option<&str>,
    now: Timestamp,
) -> Result<(), OpError> {
    if !Settings::extensions(uow, &district.code).await?.schedule {
        return Ok(());
    }
    let by = By::Schedule(last.and_then(parse_date));
    let on = now.date();
    let plan = cleaning::plan(uow, &district.code, on, by).await?;
    if let Some((_, note)) = cleaning::carry_out(uow, district, &plan, on, by, now).await? {
        let op = Job::CleanExtensions.as_str();
        let entry = audit::entry(None, "local", op, now, "done", note);
        uow.append_audit(&entry).await?;
    }
    Ok(())
}
