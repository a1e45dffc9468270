//! What a host does by itself, every few seconds and before it ends.

use crate::audit;
use crate::domain::time::Timestamp;
use crate::error::OpError;
use crate::ops::{import, photo, pupil};
use crate::ports::{Ports, UnitOfWork};
use crate::schedule;

/// Note of the day of the last purge.
const PURGED_ON: &str = "purged_on";

/// Note of the last name of an older database that was made known to the search;
/// [`ALL_KNOWN`] once all are. Names entered since are made known as they are entered.
const NAMES_KNOWN: &str = "names_known";
/// Follows every name: none has a letter of the last private plane.
const ALL_KNOWN: &str = "\u{10ffff}";
/// Names in one transaction: others may write in between.
const NAMES: u32 = 1_000;
/// Transactions a call: a million pupils of an older database take some minutes of
/// calls, and no command waits for all of them.
const TURNS: usize = 20;

/// Seals what is unsealed in the audit log and, once a day, forgets what is older than
/// the retention settings: audit entries, files and rows of imports, deleted pupils,
/// recycled photos. Runs the jobs that have not been run today ([`schedule`]).
/// Makes the names of a database older than the search known to it, a part each time.
///
/// # Errors
/// Those of the store.
pub async fn maintain(ports: &Ports) -> Result<(), OpError> {
    audit::seal_pending(ports).await?;
    know_names(ports).await?;
    let now = Timestamp::from_ms(ports.clock.now_ms());
    schedule::run_due(ports, now).await?;
    let today = now.day().to_string();
    let mut read = ports.store.read().await?;
    let last = read.meta(PURGED_ON).await?;
    read.rollback().await?;
    if last.as_deref() == Some(today.as_str()) {
        return Ok(());
    }
    audit::purge_expired(ports, None, now).await?;
    import::purge::purge_expired(ports, now).await?;
    pupil::purge::purge_expired(ports, now).await?;
    // After the pupils: the files of those who are gone are cleared away at once.
    photo::purge::purge_expired(ports, now).await?;
    let mut uow = ports.store.write().await?;
    uow.put_meta(PURGED_ON, &today).await?;
    uow.commit().await?;
    // The entries of the purges themselves.
    audit::seal_pending(ports).await?;
    Ok(())
}

/// Notes of a new database: no name in it is older than the search.
///
/// # Errors
/// Those of the store.
pub async fn begin(uow: &mut dyn UnitOfWork) -> Result<(), OpError> {
    uow.put_meta(NAMES_KNOWN, ALL_KNOWN).await
}

async fn know_names(ports: &Ports) -> Result<(), OpError> {
    for _ in 0..TURNS {
        let mut read = ports.store.read().await?;
        let known = read.meta(NAMES_KNOWN).await?;
        if known.as_deref() == Some(ALL_KNOWN) {
            return read.rollback().await;
        }
        let names = read.names_borne(known.as_deref(), NAMES).await?;
        read.rollback().await?;
        let last = match names.last() {
            Some(last) if names.len() == NAMES as usize => last.clone(),
            Some(_) | None => ALL_KNOWN.to_owned(),
        };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut uow = ports.store.write().await?;
        uow.learn_names(&names).await?;
        uow.put_meta(NAMES_KNOWN, &last).await?;
        uow.commit().await?;
    }
    Ok(())
}
