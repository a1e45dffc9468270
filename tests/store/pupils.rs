//! Pupils.

use ekatong_core::ports::{Cipher, PupilFilter, SealedAt, UnitOfWork};

use crate::both;
use crate::place::{NOW, Place, World, enter, id, order, pupil};

both!(
    a_pupil_is_entered_with_all_that_belongs_to_it,
    pupils_are_filtered_counted_and_paged,
    a_child_on_record_is_left_out,
    papers_are_found_in_bulk,
    namesakes_are_found_by_birth_date,
    applications_are_submitted,
    places_of_pupils_are_found,
);

async fn a_pupil_is_entered_with_all_that_belongs_to_it(place: Place) {
    let world = World::make(&place).await;
    let new = pupil(&place, &world, 1, "张𠮷", "320508201309189918");
    let mut bare = pupil(&place, &world, 1, "无监护人", "320508201309189926");
    bare.guardian_name = None;
    bare.guardian_relation = None;
    bare.guardian_phone_sealed = None;
    bare.guardian_phone_index = None;
    bare.gender = None;
    let ids = enter(&place, &[new.clone(), bare.clone()]).await;
    assert_eq!(ids, [new.id, bare.id]);
    let mut r = place.read().await;
    let found = r.pupils_by_ids(&ids).await.unwrap();
    assert_eq!(found.len(), 2);
    let one = found.iter().find(|p| p.id == new.id).unwrap();
    assert_eq!(one.name, "张𠮷");
    assert_eq!(one.school_name, world.schools[0].name);
    assert_eq!((one.grade, one.class_number), (7, 2));
    assert_eq!(one.status, "pending");
    assert_eq!(one.application_state.as_deref(), Some("draft"));
    assert_eq!(one.first_saved_at, Some(NOW));
    assert_eq!(one.submitted_at, None);
    assert_eq!(one.order_state, None);
    assert_eq!(one.guardian_name.as_deref(), Some("张𠮷父"));
    assert_eq!(one.guardian_id, Some(new.id.0));
    let at = SealedAt {
        table: "guardian",
        column: "phone",
        row: new.id.0,
    };
    let sealed = one.guardian_phone_sealed.as_ref().unwrap();
    assert_eq!(place.vault.open(at, sealed).unwrap(), b"13812345678");
    let other = found.iter().find(|p| p.id == bare.id).unwrap();
    assert_eq!((&other.guardian_name, &other.guardian_id), (&None, &None));
    assert_eq!(other.gender, None);
    assert!(r.pupils_by_ids(&[id()]).await.unwrap().is_empty());
    assert!(r.pupils_by_ids(&[]).await.unwrap().is_empty());
}

async fn pupils_are_filtered_counted_and_paged(place: Place) {
    let world = World::make(&place).await;
    let names = ["王五", "张三", "张三", "张三丰", "李四", "弢"];
    let new: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(i, n)| pupil(&place, &world, i, n, &i.to_string()))
        .collect();
    let ids = enter(&place, &new).await;
    let mut w = place.write().await;
    w.insert_orders(&[order(ids[1])], world.account.id, NOW)
        .await
        .unwrap();
    w.submit_pupils(&ids[..1], NOW).await.unwrap();
    w.commit().await.unwrap();

    let mut r = place.read().await;
    let all = r.pupils(&PupilFilter::default(), None, 9).await.unwrap();
    let mut expected: Vec<_> = new.iter().map(|p| (p.name.clone(), p.id)).collect();
    expected.sort();
    let seen: Vec<_> = all.iter().map(|p| (p.name.clone(), p.id)).collect();
    assert_eq!(seen, expected, "by code points on both engines");
    let mut paged = Vec::new();
    let mut after = None;
    loop {
        let page = r.pupils(&PupilFilter::default(), after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.name.clone(), last.id));
        paged.extend(page);
    }
    assert_eq!(paged, all);
    let requested = all.iter().find(|p| p.id == ids[1]).unwrap();
    assert_eq!(requested.order_state.as_deref(), Some("requested"));

    let count = async |r: &mut Box<dyn UnitOfWork>, f: PupilFilter| {
        let listed = r.pupils(&f, None, 9).await.unwrap().len();
        let counted = r.count_pupils(&f, 9).await.unwrap();
        assert_eq!(i64::try_from(listed).unwrap(), counted, "{f:?}");
        counted
    };
    let with = |change: &dyn Fn(&mut PupilFilter)| {
        let mut f = PupilFilter::default();
        change(&mut f);
        f
    };
    let district = with(&|f| f.district = Some("320508".into()));
    assert_eq!(count(&mut r, district).await, 4);
    let school = with(&|f| f.school = Some(world.schools[2].id));
    assert_eq!(count(&mut r, school.clone()).await, 2);
    let elsewhere = PupilFilter {
        district: Some("320508".into()),
        ..school
    };
    assert_eq!(count(&mut r, elsewhere).await, 0, "both must hold");
    let class = with(&|f| f.class = Some(world.classes[3].id));
    assert_eq!(count(&mut r, class).await, 1);
    assert_eq!(count(&mut r, with(&|f| f.grade = Some(7))).await, 6);
    assert_eq!(count(&mut r, with(&|f| f.grade = Some(8))).await, 0);
    let number = with(&|f| f.class_number = Some(2));
    assert_eq!(count(&mut r, number).await, 3);
    let name = |n: &str| PupilFilter {
        name: Some(n.to_owned()),
        ..PupilFilter::default()
    };
    assert_eq!(count(&mut r, name("张")).await, 3);
    assert_eq!(count(&mut r, name("张三")).await, 3);
    assert_eq!(count(&mut r, name("三")).await, 0);
    assert_eq!(count(&mut r, name("%")).await, 0);
    assert_eq!(count(&mut r, name("")).await, 6);
    let draft = with(&|f| f.application_state = Some("draft".into()));
    assert_eq!(count(&mut r, draft).await, 5);
    assert_eq!(count(&mut r, with(&|f| f.import = Some(id()))).await, 0);
    let capped = r.count_pupils(&PupilFilter::default(), 4).await.unwrap();
    assert_eq!(capped, 4);
    let everything = PupilFilter {
        district: Some("320508".into()),
        school: Some(world.schools[0].id),
        class: Some(world.classes[1].id),
        grade: Some(7),
        class_number: Some(2),
        name: Some("张".into()),
        application_state: Some("draft".into()),
        import: None,
        names: Some(vec!["李四".into(), "张三".into()]),
        classes: Some(vec![world.classes[1].id]),
        ids: Some(ids.clone()),
        deleted: false,
    };
    assert_eq!(count(&mut r, everything).await, 1);
}

async fn a_child_on_record_is_left_out(place: Place) {
    let world = World::make(&place).await;
    let first = pupil(&place, &world, 0, "张三", "7");
    enter(&place, std::slice::from_ref(&first)).await;
    let batch = [
        pupil(&place, &world, 1, "甲", "8"),
        pupil(&place, &world, 1, "张三", "7"),
        pupil(&place, &world, 1, "乙", "9"),
    ];
    let entered = enter(&place, &batch).await;
    assert_eq!(entered, [batch[0].id, batch[2].id]);
    for table in ["pupil", "guardian", "enrolment", "application"] {
        let rows = place
            .raw_number(&format!("SELECT COUNT(*) FROM {table}"))
            .await;
        assert_eq!(rows, 3, "{table}");
    }
}

async fn papers_are_found_in_bulk(place: Place) {
    let world = World::make(&place).await;
    let new: Vec<_> = (0..1_203)
        .map(|i| pupil(&place, &world, i % 6, "张三", &i.to_string()))
        .collect();
    assert_eq!(enter(&place, &new).await.len(), 1_203);
    let mut wanted: Vec<_> = new.iter().step_by(2).map(|p| p.paper_index).collect();
    wanted.push([0; 16]);
    wanted.push(wanted[0]);
    let mut r = place.read().await;
    let mut found = r.find_papers(&wanted).await.unwrap();
    assert_eq!(found.len(), 602);
    found.sort_by_key(|f| f.id);
    let one = &found[3];
    let source = new.iter().find(|p| p.id == one.id).unwrap();
    assert_eq!(one.index, source.paper_index);
    assert_eq!(one.district, source.district);
    assert_eq!(one.school_id, source.school_id);
    assert_eq!((one.grade, one.status.as_str()), (7, "pending"));
    assert!(r.find_papers(&[]).await.unwrap().is_empty());
}

async fn namesakes_are_found_by_birth_date(place: Place) {
    let world = World::make(&place).await;
    let born = |class, name: &str, paper: &str, date: Option<&str>| {
        let mut pupil = pupil(&place, &world, class, name, paper);
        pupil.birth_date = date.map(str::to_owned);
        pupil
    };
    let mut passport = born(0, "张三", "E1234567", Some("2013-09-18"));
    passport.paper_kind = "passport".into();
    let new = [
        born(0, "张三", "320508201309189918", Some("2013-09-18")),
        born(4, "张三", "320508201309189934", Some("2013-09-18")),
        born(1, "张三", "320508201309179939", Some("2013-09-17")),
        born(1, "张三", "320508201309199913", Some("2013-09-19")),
        born(1, "张三丰", "320508201309189950", Some("2013-09-18")),
        born(1, "张", "320508201309189977", Some("2013-09-18")),
        born(1, "张三", "9", None),
        passport,
    ];
    let ids = enter(&place, &new).await;
    let mut r = place.read().await;
    let found = async |r: &mut Box<dyn UnitOfWork>, name: &str, from: &str, to: &str, limit| {
        let found = r.namesakes(name, (from, to), limit).await.unwrap();
        found.into_iter().map(|p| p.id).collect::<Vec<_>>()
    };
    let day = "2013-09-18";
    assert_eq!(found(&mut r, "张三", day, day, 9).await, ids[..2]);
    assert_eq!(found(&mut r, "张三", day, day, 1).await, ids[..1]);
    assert_eq!(found(&mut r, "张三", "2013-09-17", day, 9).await, ids[..3]);
    assert_eq!(
        found(&mut r, "张三", "1900-01-01", "2026-09-01", 9).await,
        ids[..4]
    );
    assert!(found(&mut r, "李四", day, day, 9).await.is_empty());
    assert!(found(&mut r, "%", day, day, 9).await.is_empty());
    let one = r.namesakes("张三", (day, day), 9).await.unwrap().remove(1);
    assert_eq!(one.district, "320505");
    assert_eq!(one.school_id, world.schools[2].id);
    assert_eq!(one.school_name, world.schools[2].name);
    assert_eq!((one.grade, one.class_number), (7, 1));
    assert_eq!(one.status, "pending");
    let at = SealedAt {
        table: "pupil",
        column: "paper",
        row: one.id.0,
    };
    let number = place.vault.open(at, &one.paper_sealed).unwrap();
    assert_eq!(number, b"320508201309189934");
}

async fn applications_are_submitted(place: Place) {
    let world = World::make(&place).await;
    let new: Vec<_> = (0..4)
        .map(|i| pupil(&place, &world, i, "张三", &i.to_string()))
        .collect();
    let ids = enter(&place, &new).await;
    let mut w = place.write().await;
    let mut done = w
        .submit_pupils(&[ids[0], ids[1], ids[1], id()], NOW + 5)
        .await
        .unwrap();
    done.sort_unstable();
    assert_eq!(done, &ids[..2]);
    assert!(
        w.submit_pupils(&ids[..2], NOW + 6)
            .await
            .unwrap()
            .is_empty()
    );
    let filter = PupilFilter {
        district: Some("320508".into()),
        class_number: Some(1),
        ..PupilFilter::default()
    };
    assert_eq!(w.submit_fitting(&filter, NOW + 7).await.unwrap(), 1);
    let rest = PupilFilter::default();
    assert_eq!(w.submit_fitting(&rest, NOW + 8).await.unwrap(), 1);
    assert_eq!(w.submit_fitting(&rest, NOW + 9).await.unwrap(), 0);
    let found = w.pupils(&rest, None, 9).await.unwrap();
    let mut moments: Vec<_> = found.iter().filter_map(|p| p.submitted_at).collect();
    moments.sort_unstable();
    assert_eq!(moments, [NOW + 5, NOW + 5, NOW + 7, NOW + 8]);
    w.commit().await.unwrap();
    // What is kept twice says the same.
    let differing = "SELECT COUNT(*) FROM application a, pupil p \
                     WHERE p.id = a.pupil_id AND p.application_state <> a.state";
    assert_eq!(place.raw_number(differing).await, 0);
}

async fn places_of_pupils_are_found(place: Place) {
    let world = World::make(&place).await;
    let new: Vec<_> = (0..6)
        .map(|i| pupil(&place, &world, i, "张三", &i.to_string()))
        .collect();
    let ids = enter(&place, &new).await;
    let mut r = place.read().await;
    let (places, number) = r
        .pupil_places(&[ids[0], ids[1], ids[1], ids[4], id()])
        .await
        .unwrap();
    assert_eq!(number, 3);
    let expected = [
        ("320505".to_owned(), world.schools[2].id),
        ("320508".to_owned(), world.schools[0].id),
    ];
    assert_eq!(places, expected);
    assert_eq!(r.pupil_places(&[]).await.unwrap(), (vec![], 0));
}
