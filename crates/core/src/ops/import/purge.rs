//! Forgets files and rows of imports that are kept longer than the district wants
//! (清理导入内容): counts, names and moments stay.

use super::DAY_MS;
use crate::audit;
use crate::domain::time::Timestamp;
use crate::error::OpError;
use crate::ports::{Ports, UnitOfWork};
use crate::settings::Settings;

/// Imports that one transaction forgets.
const AT_ONCE: u32 = 50;

/// Forgets what is due in all districts, with an audit entry for each import; how
/// many imports it were. Nobody asks for it: the retention setting does.
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
            let some = batch(&mut *uow, &district.code, now).await?;
            uow.commit().await?;
            purged += some;
            if some < AT_ONCE as usize {
                break;
            }
        }
    }
    Ok(purged)
}

async fn batch(uow: &mut dyn UnitOfWork, district: &str, now: Timestamp) -> Result<usize, OpError> {
    let days = Settings::district(uow, district).await?.import_days;
    let before = now.ms() - i64::from(days) * DAY_MS;
    let due = uow.imports_to_purge(district, before, AT_ONCE).await?;
    let purged = due.len();
    for mut import in due {
        uow.delete_rows(import.id).await?;
        if let Some(blob) = import.blob_id.take() {
            uow.delete_blob(blob).await?;
        }
        import.purged_at = Some(now.ms());
        import.edit_at = 0;
        import.edit_last = 0;
        uow.update_import(&import).await?;
        let summary = format!(
            "按保留期限清理导入内容：{}，{} 行",
            import.file_name, import.rows_total
        );
        let note = super::note(&import, summary);
        uow.append_audit(&audit::entry(
            None,
            "local",
            "import.purge",
            now,
            "done",
            note,
        ))
        .await?;
    }
    Ok(purged)
}
