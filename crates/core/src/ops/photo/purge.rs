//! Forgets what nobody needs any more: photos kept long enough in the recycle folder,
//! previews that nobody decided on, and files that no row needs (清理照片).

use std::collections::HashSet;
use std::time::Duration;

use crate::audit;
use crate::context::AuditNote;
use crate::domain::time::Timestamp;
use crate::error::{Code, OpError};
use crate::id::PhotoId;
use crate::ports::{PhotoAddress, PhotoRecord, Ports};
use crate::settings::Settings;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Days that a preview waits for a decision.
const PREVIEW_DAYS: i64 = 7;
/// Rows, and files, of one transaction.
const AT_ONCE: u32 = 500;
/// A file whose row is still being written is younger: no preview takes so long.
const FILE_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Does all of it.
///
/// # Errors
/// Those of the store and of the photo store.
pub(crate) async fn purge_expired(ports: &Ports, now: Timestamp) -> Result<(), OpError> {
    forget_recycled(ports, now).await?;
    forget_previews(ports, now).await?;
    match clear_files(ports, FILE_AGE).await {
        // A host without a folder has nothing in it.
        Err(error) if error.has(Code::PhotoNoFolder) => Ok(()),
        done => done.map(drop),
    }
}

/// Rows go before files: a file without a row is cleared away at the next turn, a row
/// without a file would be a photo that nobody can see.
async fn forget_recycled(ports: &Ports, now: Timestamp) -> Result<(), OpError> {
    let mut read = ports.store.read().await?;
    let districts = read.districts().await?;
    read.rollback().await?;
    for district in districts {
        loop {
            let mut uow = ports.store.write().await?;
            let days = Settings::district(&mut *uow, &district.code)
                .await?
                .photo_days;
            let before = now.ms() - i64::from(days) * DAY_MS;
            let due: Vec<PhotoRecord> =
                uow.photos_to_purge(&district.code, before, AT_ONCE).await?;
            if due.is_empty() {
                uow.rollback().await?;
                break;
            }
            let ids: Vec<PhotoId> = due.iter().map(|photo| photo.facts.id).collect();
            uow.delete_photos(&ids).await?;
            let note = AuditNote::district(
                district.code.clone(),
                format!("按保留期限清理回收站里的照片：{} 张", due.len()),
            )
            .about(due.iter().map(|photo| photo.pupil_id.0));
            uow.append_audit(&audit::entry(
                None,
                "local",
                "photo.purge",
                now,
                "done",
                note,
            ))
            .await?;
            uow.commit().await?;
        }
    }
    Ok(())
}

async fn forget_previews(ports: &Ports, now: Timestamp) -> Result<(), OpError> {
    loop {
        let mut uow = ports.store.write().await?;
        let before = now.ms() - PREVIEW_DAYS * DAY_MS;
        // Each may have thousands of files.
        let due = uow.photo_batches_to_purge(before, 1).await?;
        for batch in &due {
            uow.delete_photo_batch(batch.id).await?;
        }
        uow.commit().await?;
        if due.is_empty() {
            return Ok(());
        }
    }
}

/// Deletes files that were put at least so long ago and that no row needs; how many.
/// It holds the lock that takers hold while they make rows, so that a file is either
/// needed by a row that is seen here, or found missing by the one who makes the row.
pub(crate) async fn clear_files(ports: &Ports, age: Duration) -> Result<usize, OpError> {
    let old = ports.photos.older_than(age).await?;
    let mut cleared = 0;
    for chunk in old.chunks(AT_ONCE as usize) {
        let mut uow = ports.store.write().await?;
        uow.lock_photo_files().await?;
        let needed: HashSet<PhotoAddress> = uow.needed_photos(chunk).await?.into_iter().collect();
        let gone: Vec<PhotoAddress> = chunk
            .iter()
            .copied()
            .filter(|address| !needed.contains(address))
            .collect();
        ports.photos.delete(&gone).await?;
        uow.commit().await?;
        cleared += gone.len();
    }
    Ok(cleared)
}
