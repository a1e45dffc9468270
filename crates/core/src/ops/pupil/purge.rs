//! Forgets pupils that have been in the recycle bin longer than the district wants
//! (清除已删除的学生), STU-8.

use crate::audit;
use crate::context::AuditNote;
use crate::domain::time::Timestamp;
use crate::error::OpError;
use crate::id::PupilId;
use crate::ports::{BlankedPupil, IndexOf, Ports, SealedAt, UnitOfWork};
use crate::settings::Settings;

/// Pupils that one transaction forgets.
const AT_ONCE: u32 = 200;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Forgets what is due in all districts, with an audit entry for each batch; how many pupils
/// it were. Pupils with card orders keep a row without a word of who they were, because
/// orders and batches count cards that were really made.
///
/// # Errors
/// Those of the store.
pub async fn purge_expired(ports: &Ports, now: Timestamp) -> Result<usize, OpError> {
    let mut read = ports.store.read().await?;
    let districts = read.districts().await?;
    read.rollback().await?;
    let mut purged = 0;
    for district in districts {
        loop {
            let mut uow = ports.store.write().await?;
            let some = batch(ports, &mut *uow, &district.code, now).await?;
            uow.commit().await?;
            purged += some;
            if some < AT_ONCE as usize {
                break;
            }
        }
    }
    Ok(purged)
}

async fn batch(
    ports: &Ports,
    uow: &mut dyn UnitOfWork,
    district: &str,
    now: Timestamp,
) -> Result<usize, OpError> {
    let days = Settings::district(uow, district).await?.deleted_days;
    let before = now.ms() - i64::from(days) * DAY_MS;
    let due = uow.deleted_before(district, before, AT_ONCE).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let free: Vec<PupilId> = due
        .iter()
        .filter(|(_, orders)| *orders == 0)
        .map(|(id, _)| *id)
        .collect();
    uow.delete_pupils(&free).await?;
    let mut blanked = Vec::new();
    for (id, _) in due.iter().filter(|(_, orders)| *orders > 0) {
        let at = SealedAt {
            table: "pupil",
            column: "paper",
            row: id.0,
        };
        blanked.push(BlankedPupil {
            id: *id,
            paper_sealed: ports.cipher.seal(at, b"")?,
            // The id is no number, so its hash stands in no child's way.
            paper_index: ports.cipher.index(IndexOf::Paper, &format!("purged\0{id}")),
        });
    }
    uow.blank_pupils(&blanked, now.ms()).await?;
    let summary = format!("按保留期限清除已删除的学生：{} 名", due.len());
    let ids: Vec<PupilId> = due.iter().map(|(id, _)| *id).collect();
    let note = AuditNote::district(district, summary).with(serde_json::json!({ "pupils": ids }));
    uow.append_audit(&audit::entry(
        None,
        "local",
        "pupil.purge",
        now,
        "done",
        note,
    ))
    .await?;
    Ok(due.len())
}
