//! What a host does by itself, every few seconds and before it ends.

use crate::audit;
use crate::domain::time::Timestamp;
use crate::error::OpError;
use crate::ops::import::purge;
use crate::ports::Ports;

/// Note of the day of the last purge.
const PURGED_ON: &str = "purged_on";

/// Seals what is unsealed in the audit log and, once a day, forgets what is older than
/// the retention settings: audit entries, and files and rows of imports.
///
/// # Errors
/// Those of the store.
pub async fn maintain(ports: &Ports) -> Result<(), OpError> {
    audit::seal_pending(ports).await?;
    let now = Timestamp::from_ms(ports.clock.now_ms());
    let today = now.day().to_string();
    let mut read = ports.store.read().await?;
    let last = read.meta(PURGED_ON).await?;
    read.rollback().await?;
    if last.as_deref() == Some(today.as_str()) {
        return Ok(());
    }
    audit::purge_expired(ports, None, now).await?;
    purge::purge_expired(ports, now).await?;
    let mut uow = ports.store.write().await?;
    uow.put_meta(PURGED_ON, &today).await?;
    uow.commit().await?;
    // The entries of the purges themselves.
    audit::seal_pending(ports).await?;
    Ok(())
}
