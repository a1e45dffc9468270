//! Photos: rows of pictures, batches and their items, on both engines.

use ekatong_core::error::Code;
use ekatong_core::id::{PhotoBatchId, PhotoId, PupilId};
use ekatong_core::ports::{
    NewPhotoRecord, PhotoAddress, PhotoBatchRecord, PhotoFacts, PhotoItemRecord, UnitOfWork,
};
use uuid::Uuid;

use crate::both;
use crate::place::{NOW, Place, World, enter, id, pupil, refused};

both!(
    one_photo_a_pupil_and_one_pupil_a_photo,
    photos_go_to_the_recycle_folder_and_back,
    a_batch_keeps_what_was_looked_at,
    ranges_are_checked
);

fn facts(address: u128) -> PhotoFacts {
    PhotoFacts {
        id: PhotoId(Uuid::now_v7()),
        address: PhotoAddress(Uuid::from_u128(address)),
        size: 20_000,
        width: 358,
        height: 441,
        created_at: NOW,
    }
}

fn new(world: &World, pupil: PupilId, address: u128) -> NewPhotoRecord {
    NewPhotoRecord {
        pupil_id: pupil,
        facts: facts(address),
        account_id: world.account.id,
    }
}

async fn pupils(place: &Place, world: &World) -> Vec<PupilId> {
    let all: Vec<_> = ["乙", "甲", "丙"]
        .iter()
        .enumerate()
        .map(|(n, name)| pupil(place, world, 0, name, &n.to_string()))
        .collect();
    enter(place, &all).await
}

async fn one_photo_a_pupil_and_one_pupil_a_photo(place: Place) {
    let world = World::make(&place).await;
    let pupils = pupils(&place, &world).await;
    let school = world.schools[0].id;
    let mut w = place.write().await;
    let first = new(&world, pupils[0], 1);
    w.insert_photos(&[first.clone(), new(&world, pupils[1], 2)])
        .await
        .unwrap();
    w.commit().await.unwrap();
    let mut w = place.write().await;
    let again = w.insert_photos(&[new(&world, pupils[0], 3)]).await;
    assert!(refused(&again, Code::PhotoChanged), "{again:?}");
    w.rollback().await.unwrap();
    let mut w = place.write().await;
    let same = w.insert_photos(&[new(&world, pupils[2], 2)]).await;
    assert!(refused(&same, Code::PhotoSameImage), "{same:?}");
    w.rollback().await.unwrap();

    let mut w = place.write().await;
    assert_eq!(
        w.current_photos(&pupils[..1]).await.unwrap(),
        [(pupils[0], first.facts)]
    );
    let at = w
        .photos_at(&[first.facts.address, PhotoAddress(Uuid::from_u128(9))])
        .await
        .unwrap();
    assert_eq!(at.len(), 1);
    assert_eq!(
        (at[0].pupil_id, at[0].pupil_name.as_str()),
        (pupils[0], "乙")
    );
    assert_eq!((at[0].school_id, at[0].recycled_at), (school, None));
    w.rollback().await.unwrap();

    // In the order of names, page by page, with the photo or without.
    let mut w = place.write().await;
    let all = w.photo_pupils(school, false, None, 2).await.unwrap();
    let names: Vec<&str> = all.iter().map(|pupil| pupil.name.as_str()).collect();
    assert_eq!(names, ["丙", "乙"]);
    assert_eq!((all[0].photo, all[1].photo), (None, Some(first.facts)));
    let after = Some((all[1].name.clone(), all[1].id));
    let rest = w.photo_pupils(school, false, after, 2).await.unwrap();
    assert_eq!(rest.len(), 1);
    let missing = w.photo_pupils(school, true, None, 9).await.unwrap();
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].id, pupils[2]);
    w.rollback().await.unwrap();

    // Taking a pupil off the record takes the photos along.
    let mut w = place.write().await;
    w.delete_pupils(&pupils[..1]).await.unwrap();
    w.commit().await.unwrap();
    let mut w = place.write().await;
    assert_eq!(w.photo(first.facts.id).await.unwrap(), None);
    w.rollback().await.unwrap();
}

async fn photos_go_to_the_recycle_folder_and_back(place: Place) {
    let world = World::make(&place).await;
    let pupils = pupils(&place, &world).await;
    let (school, by) = (world.schools[0].id, world.account.id);
    let photo = new(&world, pupils[0], 1);
    let mut w = place.write().await;
    w.lock_photo_files().await.unwrap();
    w.insert_photos(std::slice::from_ref(&photo)).await.unwrap();
    let done = w
        .recycle_photos(&[photo.facts.id], by, "拍错了人", NOW + 5)
        .await;
    assert_eq!(done.unwrap(), 1);
    // Once is enough.
    let done = w
        .recycle_photos(&[photo.facts.id], by, "再一次", NOW + 6)
        .await;
    assert_eq!(done.unwrap(), 0);
    w.commit().await.unwrap();

    let mut w = place.write().await;
    let bin = w.recycled_photos(school, None, 9).await.unwrap();
    assert_eq!(bin.len(), 1);
    assert_eq!(bin[0].recycled_at, Some(NOW + 5));
    assert_eq!(bin[0].reason.as_deref(), Some("拍错了人"));
    assert_eq!(bin[0].recycled_by.as_deref(), Some("admin 老师"));
    let after = Some((NOW + 5, photo.facts.id));
    assert_eq!(w.recycled_photos(school, after, 9).await.unwrap(), []);
    let other = world.schools[1].id;
    assert_eq!(w.recycled_photos(other, None, 9).await.unwrap(), []);
    let district = world.schools[0].district.as_str();
    assert_eq!(w.photos_to_purge(district, NOW + 5, 9).await.unwrap(), []);
    assert_eq!(w.photos_to_purge("320505", NOW + 9, 9).await.unwrap(), []);
    let due = w.photos_to_purge(district, NOW + 6, 9).await.unwrap();
    assert_eq!(due, bin);
    w.restore_photo(photo.facts.id).await.unwrap();
    // A current one is not forgotten by the purge.
    w.delete_photos(&[photo.facts.id]).await.unwrap();
    let now = w.photo(photo.facts.id).await.unwrap().unwrap();
    assert_eq!((now.recycled_at, now.reason), (None, None));
    w.recycle_photos(&[photo.facts.id], by, "转学", NOW)
        .await
        .unwrap();
    w.delete_photos(&[photo.facts.id]).await.unwrap();
    assert_eq!(w.photo(photo.facts.id).await.unwrap(), None);
    w.commit().await.unwrap();
}

async fn needed(w: &mut dyn UnitOfWork, addresses: &[u128]) -> Vec<u128> {
    let asked: Vec<PhotoAddress> = addresses
        .iter()
        .map(|address| PhotoAddress(Uuid::from_u128(*address)))
        .collect();
    let mut found: Vec<u128> = w
        .needed_photos(&asked)
        .await
        .unwrap()
        .into_iter()
        .map(|address| address.0.as_u128())
        .collect();
    found.sort_unstable();
    found
}

async fn a_batch_keeps_what_was_looked_at(place: Place) {
    let world = World::make(&place).await;
    let pupils = pupils(&place, &world).await;
    let mut batch = PhotoBatchRecord {
        id: id(),
        district: world.schools[0].district.clone(),
        school_id: world.schools[0].id,
        source: "九月照片".into(),
        state: "open".into(),
        account_id: world.account.id,
        created_at: NOW,
        imported_at: None,
    };
    let item = |number: i64, state: &str, address: Option<u128>| PhotoItemRecord {
        number,
        name_sealed: vec![7; 40],
        pupil_id: address.map(|_| pupils[0]),
        state: state.into(),
        facts: address.map(facts),
        current: None,
        problems: "[]".into(),
    };
    let items = [
        item(1, "new", Some(11)),
        item(2, "bad", None),
        item(3, "differs", Some(12)),
        item(4, "new", Some(13)),
    ];
    let mut w = place.write().await;
    w.insert_photo_batch(&batch).await.unwrap();
    w.insert_photo_items(batch.id, &items).await.unwrap();
    w.insert_photos(&[new(&world, pupils[1], 14)])
        .await
        .unwrap();
    w.commit().await.unwrap();

    let mut w = place.write().await;
    assert_eq!(w.photo_batch(batch.id).await.unwrap(), Some(batch.clone()));
    assert_eq!(
        w.photo_batch(PhotoBatchId(Uuid::now_v7())).await.unwrap(),
        None
    );
    assert_eq!(w.photo_items(batch.id, None, 0, 9).await.unwrap(), items);
    assert_eq!(
        w.photo_items(batch.id, Some("new"), 1, 9).await.unwrap(),
        items[3..]
    );
    let counts = w.photo_item_counts(batch.id).await.unwrap();
    assert_eq!(
        counts,
        [("bad".into(), 1), ("differs".into(), 1), ("new".into(), 2)]
    );
    // What a photo or an item needs, and nothing else.
    assert_eq!(needed(&mut *w, &[10, 11, 12, 14]).await, [11, 12, 14]);
    w.set_photo_items(batch.id, &[1, 4], "imported")
        .await
        .unwrap();
    batch.state = "imported".into();
    batch.imported_at = Some(NOW + 1);
    w.update_photo_batch(&batch).await.unwrap();
    w.commit().await.unwrap();

    let mut w = place.write().await;
    assert_eq!(
        w.photo_items(batch.id, Some("imported"), 0, 9)
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(w.photo_batches_to_purge(NOW, 9).await.unwrap(), []);
    assert_eq!(
        w.photo_batches_to_purge(NOW + 1, 9).await.unwrap(),
        [batch.clone()]
    );
    w.delete_photo_batch(batch.id).await.unwrap();
    assert_eq!(needed(&mut *w, &[11, 12, 14]).await, [14]);
    w.commit().await.unwrap();
}

async fn ranges_are_checked(place: Place) {
    let world = World::make(&place).await;
    let pupils = pupils(&place, &world).await;
    let mut w = place.write().await;
    w.insert_photos(&[new(&world, pupils[0], 1)]).await.unwrap();
    w.commit().await.unwrap();
    for change in [
        "size = 1024",
        "width = 0",
        "height = 65536",
        "state = 'gone'",
        "state = 'recycled'",
        "recycled_at = 1",
        "reason = ''",
    ] {
        let refused = place.raw(&format!("UPDATE photo SET {change}")).await;
        let check = refused.as_ref().is_err_and(|e| {
            e.as_database_error()
                .is_some_and(|e| e.is_check_violation())
        });
        assert!(check, "{change}: {refused:?}");
    }
}
