//! Accounts, grants, sessions, idempotency keys.

use ekatong_core::error::Code;
use ekatong_core::ports::{AccountFilter, AddressFailures, BlobRecord, GrantRecord, SessionRecord};

use crate::both;
use crate::place::{NOW, Place, World, account, id, refused};

both!(
    accounts_are_found_filtered_and_paged,
    an_account_changes_only_at_its_version,
    grants_are_replaced,
    passwords_are_remembered,
    failures_of_an_address_are_kept,
    sessions_live_and_end,
    a_key_is_claimed_once,
    what_has_ended_is_swept,
);

fn grant(role: &str, district: Option<&str>, world: &World, school: Option<usize>) -> GrantRecord {
    GrantRecord {
        role: role.into(),
        district: district.map(Into::into),
        district_name: district.map(|d| {
            if d == "320508" {
                "姑苏区"
            } else {
                "虎丘区"
            }
            .into()
        }),
        school_id: school.map(|s| world.schools[s].id),
        school_name: school.map(|s| world.schools[s].name.clone()),
    }
}

async fn accounts_are_found_filtered_and_paged(place: Place) {
    let world = World::make(&place).await;
    let mut w = place.write().await;
    let (wang, li, zhao) = (account("wang"), account("li_50"), account("zhao"));
    for a in [&wang, &li, &zhao] {
        w.insert_account(a).await.unwrap();
    }
    w.put_grants(world.account.id, &[grant("city_admin", None, &world, None)])
        .await
        .unwrap();
    let both = [
        grant("school_staff", Some("320508"), &world, Some(0)),
        grant("district_admin", Some("320505"), &world, None),
    ];
    w.put_grants(wang.id, &both).await.unwrap();
    let one = [grant("district_admin", Some("320508"), &world, None)];
    w.put_grants(li.id, &one).await.unwrap();
    w.commit().await.unwrap();

    let mut r = place.read().await;
    let logins = async |r: &mut Box<dyn ekatong_core::ports::UnitOfWork>,
                        f: AccountFilter,
                        after: Option<&str>| {
        let found = r.accounts(&f, after.map(Into::into), 10).await.unwrap();
        found.into_iter().map(|a| a.login).collect::<Vec<_>>()
    };
    let all = AccountFilter::default();
    assert_eq!(
        logins(&mut r, all.clone(), None).await,
        ["admin", "li_50", "wang", "zhao"]
    );
    assert_eq!(logins(&mut r, all, Some("li_50")).await, ["wang", "zhao"]);
    let of = |d: &[&str]| AccountFilter {
        districts: Some(d.iter().map(|d| (*d).to_owned()).collect()),
        ..AccountFilter::default()
    };
    assert_eq!(logins(&mut r, of(&["320508"]), None).await, ["li_50"]);
    assert_eq!(
        logins(&mut r, of(&["320505", "320508"]), None).await,
        ["li_50", "wang"],
        "neither city accounts nor those without a grant"
    );
    assert!(logins(&mut r, of(&[]), None).await.is_empty());
    let role = AccountFilter {
        role: Some("district_admin".into()),
        ..AccountFilter::default()
    };
    assert_eq!(logins(&mut r, role, None).await, ["li_50", "wang"]);
    let text = |t: &str| AccountFilter {
        text: Some(t.into()),
        ..AccountFilter::default()
    };
    assert_eq!(logins(&mut r, text("WAN"), None).await, ["wang"]);
    assert_eq!(logins(&mut r, text("_"), None).await, ["li_50"]);
    assert_eq!(logins(&mut r, text("%"), None).await, [""; 0]);
    assert_eq!(logins(&mut r, text("老师"), None).await.len(), 4);
    assert_eq!(r.count_city_role("city_admin").await.unwrap(), 1);
    assert_eq!(r.count_city_role("district_admin").await.unwrap(), 0);
}

async fn an_account_changes_only_at_its_version(place: Place) {
    let mut a = account("wang");
    let mut w = place.write().await;
    w.insert_account(&a).await.unwrap();
    a.display_name = "王".into();
    a.disabled = true;
    a.must_change = false;
    a.failures = 3;
    a.locked_until = Some(NOW + 1);
    assert!(w.update_account(&a).await.unwrap());
    assert!(!w.update_account(&a).await.unwrap());
    a.version = 2;
    assert_eq!(w.account(a.id).await.unwrap(), Some(a.clone()));
    a.failures = 0;
    a.locked_until = None;
    a.last_sign_in_at = Some(NOW + 2);
    a.password_hash = "new".into();
    w.record_sign_in(&a).await.unwrap();
    assert_eq!(w.account_by_login("wang").await.unwrap(), Some(a.clone()));
    assert_eq!(w.account_by_login("nobody").await.unwrap(), None);
    assert_eq!(w.account(id()).await.unwrap(), None);
    w.commit().await.unwrap();
    let mut r = place.read().await;
    assert_eq!(r.account_by_login("wang").await.unwrap(), Some(a.clone()));
    r.commit().await.unwrap();
    let mut w = place.write().await;
    a.id = id();
    let taken = w.insert_account(&a).await;
    assert!(refused(&taken, Code::LoginTaken), "{taken:?}");
}

async fn grants_are_replaced(place: Place) {
    let world = World::make(&place).await;
    let mut w = place.write().await;
    let who = world.account.id;
    let first = [
        grant("district_admin", Some("320505"), &world, None),
        grant("school_staff", Some("320508"), &world, Some(1)),
        grant("auditor", None, &world, None),
    ];
    w.put_grants(who, &first).await.unwrap();
    let mut kept = w.grants(who).await.unwrap();
    kept.sort_by(|a, b| a.role.cmp(&b.role));
    let mut expected = first.to_vec();
    expected.sort_by(|a, b| a.role.cmp(&b.role));
    assert_eq!(kept, expected);
    w.put_grants(who, &first[..1]).await.unwrap();
    let of = w.grants_of(&[who, id()]).await.unwrap();
    assert_eq!(of, [(who, first[0].clone())]);
    w.put_grants(who, &[]).await.unwrap();
    assert!(w.grants(who).await.unwrap().is_empty());
    assert!(w.grants_of(&[]).await.unwrap().is_empty());
    w.commit().await.unwrap();
}

async fn passwords_are_remembered(place: Place) {
    let world = World::make(&place).await;
    let who = world.account.id;
    let mut w = place.write().await;
    for (i, hash) in ["a", "b", "c"].into_iter().enumerate() {
        // Even within one millisecond.
        w.push_password(who, hash, NOW + i64::from(i > 1))
            .await
            .unwrap();
    }
    assert_eq!(w.password_history(who, 2).await.unwrap(), ["c", "b"]);
    assert_eq!(w.password_history(who, 9).await.unwrap().len(), 3);
    assert!(w.password_history(id(), 9).await.unwrap().is_empty());
    w.commit().await.unwrap();
}

async fn failures_of_an_address_are_kept(place: Place) {
    let mut w = place.write().await;
    let none = w.address_failures("ab").await.unwrap();
    assert_eq!(none, AddressFailures::default());
    let some = AddressFailures {
        failures: 2,
        last_at: NOW,
        locked_until: Some(NOW + 5),
    };
    w.put_address_failures("ab", none).await.unwrap();
    w.put_address_failures("ab", some).await.unwrap();
    assert_eq!(w.address_failures("ab").await.unwrap(), some);
    w.commit().await.unwrap();
}

fn session(world: &World, byte: u8, expires_at: i64) -> SessionRecord {
    SessionRecord {
        token_hash: [byte; 32],
        account_id: world.account.id,
        address: "local".into(),
        created_at: NOW,
        last_seen: NOW,
        expires_at,
    }
}

async fn sessions_live_and_end(place: Place) {
    let world = World::make(&place).await;
    let mut w = place.write().await;
    for byte in 1..=4 {
        w.insert_session(&session(&world, byte, NOW + 9))
            .await
            .unwrap();
    }
    w.touch_session(&[1; 32], NOW + 3).await.unwrap();
    w.touch_session(&[1; 32], NOW + 2).await.unwrap();
    let mut first = session(&world, 1, NOW + 9);
    first.last_seen = NOW + 3;
    assert_eq!(w.session(&[1; 32]).await.unwrap(), Some(first));
    w.delete_session(&[2; 32]).await.unwrap();
    assert_eq!(w.session(&[2; 32]).await.unwrap(), None);
    w.delete_sessions(world.account.id, Some(&[3; 32]))
        .await
        .unwrap();
    assert_eq!(w.session(&[1; 32]).await.unwrap(), None);
    assert!(w.session(&[3; 32]).await.unwrap().is_some());
    w.delete_sessions(world.account.id, None).await.unwrap();
    assert_eq!(w.session(&[3; 32]).await.unwrap(), None);
    w.commit().await.unwrap();
}

async fn a_key_is_claimed_once(place: Place) {
    let world = World::make(&place).await;
    let who = world.account.id;
    let mut w = place.write().await;
    assert_eq!(w.idempotent(who, "class.create", "k").await.unwrap(), None);
    let mut claim = async |op: &str, answer: &str| {
        w.put_idempotent(who, op, "k", &[9; 32], answer, NOW)
            .await
            .unwrap()
    };
    assert!(claim("class.create", "{}").await);
    assert!(!claim("class.create", "other").await);
    assert!(claim("class.update", "{}").await);
    w.commit().await.unwrap();
    let mut r = place.read().await;
    let stored = r.idempotent(who, "class.create", "k").await.unwrap();
    assert_eq!(stored, Some(([9; 32], "{}".to_owned())));
}

async fn what_has_ended_is_swept(place: Place) {
    let world = World::make(&place).await;
    let mut w = place.write().await;
    w.insert_session(&session(&world, 1, NOW)).await.unwrap();
    w.insert_session(&session(&world, 2, NOW + 1))
        .await
        .unwrap();
    let week = 7 * 24 * 3_600_000;
    for (key, at) in [("old", NOW - week - 1), ("new", NOW - week)] {
        w.put_idempotent(world.account.id, "o", key, &[0; 32], "", at)
            .await
            .unwrap();
    }
    let blob = |expires_at| BlobRecord {
        id: id(),
        account_id: world.account.id,
        file_name: "a.xlsx".into(),
        size: 1,
        expires_at,
    };
    let (old, new) = (blob(NOW), blob(NOW + 1));
    for b in [&old, &new] {
        w.insert_blob(b).await.unwrap();
        w.put_chunk(b.id, 0, b"x").await.unwrap();
    }
    w.sweep(NOW).await.unwrap();
    assert!(w.session(&[1; 32]).await.unwrap().is_none());
    assert!(w.session(&[2; 32]).await.unwrap().is_some());
    let who = world.account.id;
    assert!(w.idempotent(who, "o", "old").await.unwrap().is_none());
    assert!(w.idempotent(who, "o", "new").await.unwrap().is_some());
    assert_eq!(w.blob(old.id).await.unwrap(), None);
    assert_eq!(w.chunk(old.id, 0).await.unwrap(), None);
    assert_eq!(w.blob(new.id).await.unwrap(), Some(new.clone()));
    w.commit().await.unwrap();
}
