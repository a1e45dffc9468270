//! The audit log and its chains.

use ekatong_core::id::AuditId;
use ekatong_core::ports::{AuditFilter, AuditRecord, ChainEnd, Checkpoint, Cipher, UnitOfWork};

use crate::both;
use crate::place::{NOW, Place, World, id};

both!(
    entries_are_filtered_and_paged,
    a_chain_is_sealed_and_read_back,
    a_checkpoint_takes_the_place_of_what_it_purges,
    the_last_moment_is_known,
);

fn entry(world: &World, at: i64, op: &str, district: &str) -> AuditRecord {
    AuditRecord {
        subjects: Vec::new(),
        id: id::<AuditId>(),
        at,
        account_id: Some(world.account.id),
        login: Some("admin".into()),
        address: "local".into(),
        op: op.into(),
        outcome: "done".into(),
        district: district.into(),
        school_id: Some(world.schools[0].id),
        summary: "新建班级".into(),
        detail: "{}".into(),
        seq: None,
        hash: None,
    }
}

async fn entries_are_filtered_and_paged(place: Place) {
    let world = World::make(&place).await;
    let mut w = place.write().await;
    let mut stranger = entry(&world, NOW + 4, "session.sign_in", "");
    stranger.account_id = None;
    stranger.login = Some("nobody".into());
    stranger.school_id = None;
    stranger.outcome = "refused".into();
    let all = [
        entry(&world, NOW, "class.create", "320508"),
        entry(&world, NOW, "class.update", "320508"),
        entry(&world, NOW + 2, "school.create", "320505"),
        entry(&world, NOW + 3, "classes.list", "320508"),
        stranger,
    ];
    for e in &all {
        w.append_audit(e).await.unwrap();
    }
    w.commit().await.unwrap();
    let mut r = place.read().await;
    let f = AuditFilter::default();
    let newest = r.audit_entries(&f, None, 3).await.unwrap();
    assert_eq!(newest, [all[4].clone(), all[3].clone(), all[2].clone()]);
    let before = Some((newest[2].at, newest[2].id));
    let rest = r.audit_entries(&f, before, 3).await.unwrap();
    assert_eq!(rest, [all[1].clone(), all[0].clone()]);

    let count = async |r: &mut Box<dyn UnitOfWork>, f: AuditFilter| {
        r.audit_entries(&f, None, 9).await.unwrap().len()
    };
    let of = |d: &[&str]| AuditFilter {
        districts: Some(d.iter().map(|d| (*d).to_owned()).collect()),
        ..AuditFilter::default()
    };
    assert_eq!(count(&mut r, of(&["320508"])).await, 3);
    assert_eq!(count(&mut r, of(&["320508", ""])).await, 4);
    assert_eq!(count(&mut r, of(&[])).await, 0);
    let with = |change: fn(&mut AuditFilter)| {
        let mut f = AuditFilter::default();
        change(&mut f);
        f
    };
    assert_eq!(
        count(&mut r, with(|f| f.op = Some("class".into()))).await,
        2
    );
    let one = with(|f| f.op = Some("class.create".into()));
    assert_eq!(count(&mut r, one).await, 1);
    let nouns = with(|f| f.nouns = Some(vec!["school".into(), "classes".into()]));
    assert_eq!(count(&mut r, nouns).await, 2);
    assert_eq!(count(&mut r, with(|f| f.nouns = Some(vec![]))).await, 0);
    let refused = with(|f| f.outcome = Some("refused".into()));
    assert_eq!(count(&mut r, refused).await, 1);
    let login = with(|f| f.login = Some("admin".into()));
    assert_eq!(count(&mut r, login).await, 4);
    assert_eq!(count(&mut r, with(|f| f.from = Some(NOW + 2))).await, 3);
    assert_eq!(count(&mut r, with(|f| f.to = Some(NOW + 2))).await, 2);
    let mut mine = AuditFilter {
        account: Some(world.account.id),
        ..AuditFilter::default()
    };
    assert_eq!(count(&mut r, mine.clone()).await, 4);
    mine.districts = Some(vec!["320505".into()]);
    assert_eq!(count(&mut r, mine).await, 1);
}

async fn a_chain_is_sealed_and_read_back(place: Place) {
    let world = World::make(&place).await;
    let mut w = place.write().await;
    for i in 0..5 {
        let district = if i == 3 { "" } else { "320508" };
        w.append_audit(&entry(&world, NOW + i, "class.create", district))
            .await
            .unwrap();
    }
    assert_eq!(w.unsealed_chains().await.unwrap(), ["", "320508"]);
    assert_eq!(w.chain_end("320508").await.unwrap(), None);
    assert_eq!(w.lock_chain("320508").await.unwrap(), None);
    assert_eq!(w.lock_chain("320508").await.unwrap(), None);
    assert!(w.chains().await.unwrap().is_empty(), "no end yet");
    let mut end = ChainEnd {
        seq: 0,
        hash: [0; 32],
    };
    let waiting = w.unsealed("320508", 3).await.unwrap();
    assert_eq!(waiting.len(), 3);
    assert!(waiting.is_sorted_by_key(|e| e.id));
    for e in waiting
        .iter()
        .chain(&w.unsealed("320508", 9).await.unwrap()[3..])
    {
        end = ChainEnd {
            seq: end.seq + 1,
            hash: place.vault.chain(&end.hash, e.id.0.as_bytes()),
        };
        w.seal_audit(e.id, end.seq, &end.hash).await.unwrap();
    }
    w.put_chain("320508", end).await.unwrap();
    assert_eq!(w.lock_chain("320508").await.unwrap(), Some(end));
    w.commit().await.unwrap();

    let mut r = place.read().await;
    assert_eq!(r.chain_end("320508").await.unwrap(), Some(end));
    assert_eq!(r.chains().await.unwrap(), ["320508"]);
    assert_eq!(r.unsealed_chains().await.unwrap(), [""]);
    assert!(r.unsealed("320508", 9).await.unwrap().is_empty());
    let sealed = r.sealed_entries("320508", None, 3).await.unwrap();
    let rest = r.sealed_entries("320508", Some(3), 3).await.unwrap();
    let mut hash = [0; 32];
    for (i, e) in sealed.iter().chain(&rest).enumerate() {
        hash = place.vault.chain(&hash, e.id.0.as_bytes());
        assert_eq!(e.seq, i64::try_from(i).ok().map(|i| i + 1));
        assert_eq!(e.hash, Some(hash));
    }
    assert_eq!(hash, end.hash);
    r.commit().await.unwrap();

    // The same place is not given twice, whoever asks.
    let mut w = place.write().await;
    let other = entry(&world, NOW, "class.create", "320508");
    w.append_audit(&other).await.unwrap();
    let twice = w.seal_audit(other.id, 4, &[1; 32]).await;
    assert!(twice.is_err());
}

async fn a_checkpoint_takes_the_place_of_what_it_purges(place: Place) {
    let world = World::make(&place).await;
    let mut w = place.write().await;
    for (seq, district) in [(1, "320508"), (2, "320508"), (3, "320508"), (1, "320505")] {
        let e = entry(&world, NOW + seq, "class.create", district);
        w.append_audit(&e).await.unwrap();
        w.seal_audit(e.id, seq, &[1; 32]).await.unwrap();
    }
    let unsealed = entry(&world, NOW, "class.create", "320508");
    w.append_audit(&unsealed).await.unwrap();
    let checkpoint = |seq, entries| Checkpoint {
        end: ChainEnd { seq, hash: [1; 32] },
        entries,
        before: NOW + 9,
        at: NOW + 10,
        seal: [2; 32],
    };
    assert_eq!(w.purge_audit("320508", &checkpoint(2, 2)).await.unwrap(), 2);
    w.commit().await.unwrap();

    let mut r = place.read().await;
    assert_eq!(r.checkpoints("320508").await.unwrap(), [checkpoint(2, 2)]);
    assert!(r.checkpoints("320505").await.unwrap().is_empty());
    let rest = r.sealed_entries("320508", None, 9).await.unwrap();
    assert_eq!(rest.iter().map(|e| e.seq).collect::<Vec<_>>(), [Some(3)]);
    assert_eq!(r.unsealed("320508", 9).await.unwrap(), [unsealed]);
    let other = r.sealed_entries("320505", None, 9).await.unwrap();
    assert_eq!(other.len(), 1);
    r.commit().await.unwrap();

    // Nothing is purged twice under one number, and none without an entry.
    for bad in [checkpoint(2, 1), checkpoint(3, 0), checkpoint(0, 1)] {
        let mut w = place.write().await;
        assert!(w.purge_audit("320508", &bad).await.is_err(), "{bad:?}");
    }
}

async fn the_last_moment_is_known(place: Place) {
    let world = World::make(&place).await;
    let mut w = place.write().await;
    assert_eq!(w.last_moment().await.unwrap(), 0);
    for at in [NOW + 7, NOW] {
        w.append_audit(&entry(&world, at, "a.b", "")).await.unwrap();
    }
    assert_eq!(w.last_moment().await.unwrap(), NOW + 7);
    w.commit().await.unwrap();
}
