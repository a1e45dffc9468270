//! Many at once: what the keys, locks and versions promise.

use std::collections::HashMap;
use std::sync::Arc;

use ekatong_core::error::{Code, OpError};
use ekatong_core::ports::{ChainEnd, Store};
use tokio::task::JoinSet;

use crate::both;
use crate::place::{DESKTOP, NOW, Place, World, class, enter, order, pupil};

both!(
    two_hundred_create_the_classes_of_one_grade,
    fifty_enter_the_same_child,
    fifty_request_a_card_for_one_pupil,
    one_of_many_changes_a_version,
    no_failure_count_is_lost,
    no_link_of_a_chain_is_lost,
    opposite_orders_do_not_deadlock,
    a_closing_class_waits_for_an_entry,
);

/// The pools of two processes.
async fn two(place: &Place) -> [Arc<dyn Store>; 2] {
    [place.store(), place.second().await.store()]
}

async fn two_hundred_create_the_classes_of_one_grade(place: Place) {
    let world = World::make(&place).await;
    let stores = two(&place).await;
    let (school, grade) = (&world.schools[0], &world.grades[0]);
    let mut tasks = JoinSet::new();
    for i in 0..200_usize {
        let store = Arc::clone(&stores[i % 2]);
        // Everybody wants everything from a different number on.
        let wanted: Vec<_> = (0..99)
            .map(|n| class(school, grade, i64::try_from((n + i) % 99 + 1).unwrap()))
            .take(5)
            .collect();
        tasks.spawn(async move {
            let mut w = store.write().await?;
            let made = w.insert_classes(&wanted, NOW).await?;
            w.commit().await?;
            Ok::<_, OpError>(made)
        });
    }
    let mut made = Vec::new();
    while let Some(done) = tasks.join_next().await {
        made.extend(done.unwrap().unwrap());
    }
    assert_eq!(made.len(), 97, "two of the 99 were there");
    let mut r = place.read().await;
    let classes = r.classes(school.id, 2025, None).await.unwrap();
    let mut numbers = HashMap::new();
    for c in &classes {
        *numbers.entry(c.number).or_insert(0) += 1;
        assert!((1..=99).contains(&c.number));
    }
    assert_eq!((classes.len(), numbers.len()), (99, 99));
    assert!(made.iter().all(|id| classes.iter().any(|c| c.id == *id)));
    drop(r);

    // Renumbering to a number that is taken is refused to every one of many.
    let mut tasks = JoinSet::new();
    for (i, mut c) in classes.into_iter().skip(1).take(50).enumerate() {
        let store = Arc::clone(&stores[i % 2]);
        c.number = 1;
        tasks.spawn(async move {
            let mut w = store.write().await?;
            let changed = w.update_class(&c).await?;
            w.commit().await?;
            Ok::<_, OpError>(changed)
        });
    }
    while let Some(done) = tasks.join_next().await {
        let refused = done.unwrap().unwrap_err();
        assert!(refused.has(Code::ClassNumberTaken), "{refused}");
    }
}

async fn fifty_enter_the_same_child(place: Place) {
    let world = World::make(&place).await;
    let stores = two(&place).await;
    let mut tasks = JoinSet::new();
    for i in 0..50 {
        let store = Arc::clone(&stores[i % 2]);
        let new = pupil(&place, &world, i % 6, "张三", "320508201309189918");
        tasks.spawn(async move {
            let mut w = store.write().await?;
            let entered = w.insert_pupils(&[new], DESKTOP).await?;
            w.commit().await?;
            Ok::<_, OpError>(entered.len())
        });
    }
    let mut entered = 0;
    while let Some(done) = tasks.join_next().await {
        entered += done.unwrap().unwrap();
    }
    assert_eq!(
        entered, 1,
        "the other 49 are told that the child is on record"
    );
    for table in ["pupil", "guardian", "enrolment", "application"] {
        let rows = place
            .raw_number(&format!("SELECT COUNT(*) FROM {table}"))
            .await;
        assert_eq!(rows, 1, "{table}");
    }
}

async fn fifty_request_a_card_for_one_pupil(place: Place) {
    let world = World::make(&place).await;
    let stores = two(&place).await;
    let ids = enter(&place, &[pupil(&place, &world, 0, "张三", "1")]).await;
    let mut tasks = JoinSet::new();
    for i in 0..50 {
        let store = Arc::clone(&stores[i % 2]);
        let (new, by) = (order(ids[0]), world.account.id);
        tasks.spawn(async move {
            let mut w = store.write().await?;
            let made = w.insert_orders(&[new], by, NOW).await?;
            w.commit().await?;
            Ok::<_, OpError>(made.len())
        });
    }
    let mut made = 0;
    while let Some(done) = tasks.join_next().await {
        made += done.unwrap().unwrap();
    }
    assert_eq!(made, 1);
    assert_eq!(place.raw_number("SELECT COUNT(*) FROM card_order").await, 1);
    assert_eq!(
        place.raw_number("SELECT COUNT(*) FROM order_event").await,
        1
    );
}

async fn one_of_many_changes_a_version(place: Place) {
    let world = World::make(&place).await;
    let stores = two(&place).await;
    let mut tasks = JoinSet::new();
    for i in 0..40_u8 {
        let store = Arc::clone(&stores[usize::from(i % 2)]);
        let mut school = world.schools[0].clone();
        school.name = format!("第{i}中学");
        tasks.spawn(async move {
            let mut w = store.write().await?;
            let changed = w.update_school(&school).await?;
            w.commit().await?;
            Ok::<_, OpError>(changed)
        });
    }
    let mut changed = 0;
    while let Some(done) = tasks.join_next().await {
        changed += usize::from(done.unwrap().unwrap());
    }
    assert_eq!(changed, 1);
    let mut r = place.read().await;
    let school = r.school(world.schools[0].id).await.unwrap().unwrap();
    assert_eq!(school.version, 2);
}

/// Read, count up, write: without the lock updates are lost.
async fn no_failure_count_is_lost(place: Place) {
    World::make(&place).await;
    let stores = two(&place).await;
    let mut tasks = JoinSet::new();
    for i in 0..60 {
        let store = Arc::clone(&stores[i % 2]);
        tasks.spawn(async move {
            let mut w = store.write().await?;
            let mut account = w.account_by_login("admin").await?.unwrap();
            tokio::task::yield_now().await;
            account.failures += 1;
            w.record_sign_in(&account).await?;
            w.commit().await
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    let mut r = place.read().await;
    let account = r.account_by_login("admin").await.unwrap().unwrap();
    assert_eq!(account.failures, 60);
}

async fn no_link_of_a_chain_is_lost(place: Place) {
    let stores = two(&place).await;
    let mut tasks = JoinSet::new();
    for i in 0..40 {
        let store = Arc::clone(&stores[i % 2]);
        tasks.spawn(async move {
            let mut w = store.write().await?;
            // The first of them makes the chain, the others wait for it.
            let seq = w.lock_chain("320508").await?.map_or(0, |end| end.seq);
            let end = ChainEnd {
                seq: seq + 1,
                hash: [1; 32],
            };
            w.put_chain("320508", end).await?;
            w.commit().await
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    let mut r = place.read().await;
    let end = r.chain_end("320508").await.unwrap().unwrap();
    assert_eq!(end.seq, 40);
}

/// Two lists of the same children, one the reverse of the other.
async fn opposite_orders_do_not_deadlock(place: Place) {
    let world = World::make(&place).await;
    let stores = two(&place).await;
    let mut tasks = JoinSet::new();
    for i in 0..8 {
        let store = Arc::clone(&stores[i % 2]);
        let mut new: Vec<_> = (0..60)
            .map(|n| pupil(&place, &world, 0, "张三", &n.to_string()))
            .collect();
        if i % 2 == 1 {
            new.reverse();
        }
        let by = world.account.id;
        tasks.spawn(async move {
            let mut w = store.write().await?;
            let entered = w.insert_pupils(&new, DESKTOP).await?;
            let orders: Vec<_> = entered.iter().map(|p| order(*p)).collect();
            let ids = w.insert_orders(&orders, by, NOW).await?;
            w.orders_by_ids(&ids).await?;
            w.commit().await?;
            Ok::<_, OpError>(entered.len())
        });
    }
    let mut entered = 0;
    while let Some(done) = tasks.join_next().await {
        entered += done.unwrap().unwrap();
    }
    assert_eq!(entered, 60);
}

/// A class is deleted while a pupil enters it: one of the two gives way.
async fn a_closing_class_waits_for_an_entry(place: Place) {
    let world = World::make(&place).await;
    let stores = two(&place).await;
    let class = &world.classes[0];
    let mut w = stores[0].write().await.unwrap();
    w.lock_classes(class.school_id, 2025).await.unwrap();
    let (id, version) = (class.id, class.version);
    let other = Arc::clone(&stores[1]);
    let deleting = tokio::spawn(async move {
        let mut w = other.write().await?;
        let deleted = w.delete_class(id, version).await?;
        w.commit().await?;
        Ok::<_, OpError>(deleted)
    });
    let new = pupil(&place, &world, 0, "张三", "1");
    assert_eq!(w.insert_pupils(&[new], DESKTOP).await.unwrap().len(), 1);
    assert!(!deleting.is_finished());
    w.commit().await.unwrap();
    assert!(
        !deleting.await.unwrap().unwrap(),
        "the class has a pupil now"
    );
}
