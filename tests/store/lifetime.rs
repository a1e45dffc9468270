//! Transactions, waiting, closing, copies, the data version.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ekatong_core::error::{Code, OpError};
use ekatong_core::ports::AccountRecord;
use ekatong_store::{BackupError, OpenOptions};

use crate::both;
use crate::place::{Home, Place, World, refused};

both!(
    a_dropped_transaction_leaves_nothing,
    a_reader_sees_one_state,
    the_data_version_tells_of_changes,
    a_lock_held_too_long_is_busy,
    faults_carry_no_values,
    a_closed_database_can_be_opened_again,
);

async fn a_dropped_transaction_leaves_nothing(place: Place) {
    let mut w = place.write().await;
    w.put_meta("a", "1").await.unwrap();
    drop(w);
    let mut w = place.write().await;
    assert_eq!(w.meta("a").await.unwrap(), None);
    w.put_meta("a", "2").await.unwrap();
    w.rollback().await.unwrap();
    assert_eq!(place.read().await.meta("a").await.unwrap(), None);
}

async fn a_reader_sees_one_state(place: Place) {
    let mut r = place.read().await;
    assert_eq!(r.meta("a").await.unwrap(), None);
    let mut w = place.write().await;
    w.put_meta("a", "1").await.unwrap();
    w.commit().await.unwrap();
    assert_eq!(
        r.meta("a").await.unwrap(),
        None,
        "as it was at the first look"
    );
    assert!(
        r.put_meta("a", "2").await.is_err(),
        "a reader does not write"
    );
    drop(r);
    let mut r = place.read().await;
    assert_eq!(r.meta("a").await.unwrap().as_deref(), Some("1"));
}

async fn the_data_version_tells_of_changes(place: Place) {
    let (here, there) = (place.store(), place.second().await.store());
    let before = here.data_version().await.unwrap();
    // SQLite does not write what is there already, hence two values.
    for (store, value) in [(Arc::clone(&here), "1"), (there, "2")] {
        let old = here.data_version().await.unwrap();
        let mut w = store.write().await.unwrap();
        w.put_meta("a", value).await.unwrap();
        if place.is_sqlite() {
            // PostgreSQL counts the writers of its other databases as well.
            assert_eq!(here.data_version().await.unwrap(), old, "not committed");
        }
        w.commit().await.unwrap();
        assert_ne!(here.data_version().await.unwrap(), old);
    }
    assert_ne!(here.data_version().await.unwrap(), before);
}

async fn a_lock_held_too_long_is_busy(place: Place) {
    World::make(&place).await;
    let options = OpenOptions {
        wait: Duration::from_millis(300),
        ..OpenOptions::default()
    };
    let impatient = ekatong_store::open(&place.address(), options)
        .await
        .unwrap();
    let mut holder = place.write().await;
    holder.account_by_login("admin").await.unwrap();
    let start = Instant::now();
    let waited = async {
        let mut w = impatient.store().write().await?;
        w.account_by_login("admin").await?;
        Ok::<_, OpError>(())
    }
    .await;
    assert!(refused(&waited, Code::Busy), "{waited:?}");
    assert!(start.elapsed() >= Duration::from_millis(250));
    // Readers do not wait for writers.
    let mut r = impatient.store().read().await.unwrap();
    assert!(r.account_by_login("admin").await.unwrap().is_some());
    holder.commit().await.unwrap();
    let mut w = impatient.store().write().await.unwrap();
    assert!(w.account_by_login("admin").await.unwrap().is_some());
}

async fn faults_carry_no_values(place: Place) {
    let world = World::make(&place).await;
    let mut account = crate::place::account("wang");
    account.display_name = "张三13812345678".repeat(9);
    let mut w = place.write().await;
    let fault = w.insert_account(&account).await.unwrap_err();
    let text = format!("{fault} {fault:?}");
    assert!(text.contains("creating an account"), "{text}");
    assert!(
        !text.contains("13812345678") && !text.contains("张三"),
        "{text}"
    );
    w.rollback().await.unwrap();
    let mut w = place.write().await;
    let fault = w
        .insert_account(&AccountRecord {
            id: world.account.id,
            ..crate::place::account("secret-login")
        })
        .await
        .unwrap_err();
    let text = format!("{fault} {fault:?}");
    assert!(!text.contains("secret-login"), "{text}");
    assert!(!text.contains(&world.account.id.0.to_string()), "{text}");
}

async fn a_closed_database_can_be_opened_again(place: Place) {
    let mut w = place.write().await;
    w.put_meta("a", "1").await.unwrap();
    w.commit().await.unwrap();
    place.db.close().await;
    assert!(place.store().read().await.is_err());
    let again = place.second().await;
    let mut r = again.store().read().await.unwrap();
    assert_eq!(r.meta("a").await.unwrap().as_deref(), Some("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_gone_after_closing() {
    let place = Place::sqlite().await;
    World::make(&place).await;
    place.store().data_version().await.unwrap();
    drop(place.read().await);
    place.db.close().await;
    let Home::Folder(folder) = &place.home else {
        unreachable!("SQLite has a folder");
    };
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|f| f.unwrap().file_name())
        .collect();
    assert_eq!(files, ["ekatong.db"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_whole_and_never_written_over() {
    let place = Place::sqlite().await;
    World::make(&place).await;
    let Home::Folder(folder) = &place.home else {
        unreachable!("SQLite has a folder");
    };
    let target = folder.path().join("副本 copy's.db");
    // A writer is at work and not in the way.
    let mut w = place.write().await;
    w.put_meta("open", "1").await.unwrap();
    place.db.backup_to(&target).await.unwrap();
    w.commit().await.unwrap();
    let again = place.db.backup_to(&target).await;
    assert!(matches!(again, Err(BackupError::Exists(_))), "{again:?}");
    let copy = ekatong_store::open_sqlite(&target, OpenOptions::default())
        .await
        .unwrap();
    let mut r = copy.store().read().await.unwrap();
    assert_eq!(r.districts().await.unwrap().len(), 2);
    assert_eq!(r.meta("open").await.unwrap(), None);
    assert_eq!(copy.copied_to(), None);
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .filter(|f| {
            f.as_ref()
                .unwrap()
                .path()
                .extension()
                .is_some_and(|e| e == "part")
        })
        .collect();
    assert!(left.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_copies_are_for_its_own_tools() {
    let place = Place::postgres().await;
    let refused = place.db.backup_to("/tmp/never".as_ref()).await;
    assert!(matches!(refused, Err(BackupError::Postgres)));
    place.db.checkpoint().await.unwrap();
}
