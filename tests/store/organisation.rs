//! Districts, schools, grades, classes, settings.

use ekatong_core::error::Code;
use ekatong_core::id::SchoolId;
use ekatong_core::ports::SchoolFilter;

use crate::both;
use crate::place::{NOW, Place, World, class, enter, grade, id, pupil, refused};

both!(
    districts_are_listed_renamed_and_unique,
    schools_are_found_filtered_and_paged,
    a_school_changes_only_at_its_version,
    grades_are_made_once_changed_and_deleted_while_empty,
    classes_are_made_where_the_number_is_free,
    a_class_changes_only_at_its_version,
    a_class_with_pupils_is_not_deleted,
    settings_and_notes_are_kept,
);

async fn districts_are_listed_renamed_and_unique(place: Place) {
    World::make(&place).await;
    let mut w = place.write().await;
    assert!(w.rename_district("320505", "虎丘").await.unwrap());
    assert!(!w.rename_district("320599", "无").await.unwrap());
    let all = w.districts().await.unwrap();
    let seen: Vec<_> = all
        .iter()
        .map(|d| (d.code.as_str(), d.name.as_str(), d.schools))
        .collect();
    assert_eq!(seen, [("320505", "虎丘", 1), ("320508", "姑苏区", 2)]);
    let again = w.insert_district("320505", "又", NOW).await;
    assert!(refused(&again, Code::DistrictTaken), "{again:?}");
}

async fn schools_are_found_filtered_and_paged(place: Place) {
    let world = World::make(&place).await;
    let mut r = place.read().await;
    let all = r.schools(&SchoolFilter::default(), None, 10).await.unwrap();
    let codes: Vec<_> = all.iter().map(|s| s.code.as_str()).collect();
    assert_eq!(codes, ["3132050501", "3132050801", "3132050802"]);
    assert_eq!(all[1], world.schools[0]);

    let first = r.schools(&SchoolFilter::default(), None, 2).await.unwrap();
    let after = Some((first[1].district.clone(), first[1].code.clone()));
    let rest = r.schools(&SchoolFilter::default(), after, 2).await.unwrap();
    assert_eq!(rest, all[2..]);

    let count = async |r: &mut Box<dyn ekatong_core::ports::UnitOfWork>, f: SchoolFilter| {
        r.schools(&f, None, 10).await.unwrap().len()
    };
    let of = |districts: &[&str]| SchoolFilter {
        districts: Some(districts.iter().map(|d| (*d).to_owned()).collect()),
        ..SchoolFilter::default()
    };
    assert_eq!(count(&mut r, of(&["320508"])).await, 2);
    assert_eq!(count(&mut r, of(&["320508", "320505"])).await, 3);
    assert_eq!(count(&mut r, of(&[])).await, 0);
    let ids = |ids: Vec<SchoolId>| SchoolFilter {
        ids: Some(ids),
        ..SchoolFilter::default()
    };
    assert_eq!(count(&mut r, ids(vec![world.schools[2].id])).await, 1);
    assert_eq!(count(&mut r, ids(vec![])).await, 0);
    let text = |text: &str| SchoolFilter {
        text: Some(text.into()),
        ..SchoolFilter::default()
    };
    assert_eq!(count(&mut r, text("中学")).await, 3);
    assert_eq!(count(&mut r, text("31320508")).await, 2);
    assert_eq!(
        count(&mut r, text("20508")).await,
        0,
        "codes by their start"
    );
    assert_eq!(count(&mut r, text("0%实")).await, 1, "% is a letter");
    assert_eq!(count(&mut r, text("_")).await, 0, "_ is a letter");
    assert_eq!(count(&mut r, text("")).await, 3);

    let school = &world.schools[0];
    assert_eq!(r.school(school.id).await.unwrap().as_ref(), Some(school));
    assert_eq!(r.school(id()).await.unwrap(), None);
    let by_code = r.school_by_code(&school.code).await.unwrap();
    assert_eq!(by_code.as_ref(), Some(school));
    assert_eq!(r.school_by_code("0").await.unwrap(), None);
    let some = r.schools_by_ids(&[school.id, id()]).await.unwrap();
    assert_eq!(some, std::slice::from_ref(school));
    assert!(r.schools_by_ids(&[]).await.unwrap().is_empty());
}

async fn a_school_changes_only_at_its_version(place: Place) {
    let world = World::make(&place).await;
    let mut school = world.schools[0].clone();
    school.name = "第一初级中学".into();
    school.school_year = 2026;
    let mut w = place.write().await;
    assert!(w.update_school(&school).await.unwrap());
    assert!(!w.update_school(&school).await.unwrap(), "the version rose");
    school.version = 2;
    assert_eq!(w.school(school.id).await.unwrap().as_ref(), Some(&school));
    w.commit().await.unwrap();

    let mut w = place.write().await;
    school.code = world.schools[1].code.clone();
    let taken = w.update_school(&school).await;
    assert!(refused(&taken, Code::SchoolCodeTaken), "{taken:?}");
    w.rollback().await.unwrap();
    let mut w = place.write().await;
    school.id = id();
    let taken = w.insert_school(&school, NOW).await;
    assert!(refused(&taken, Code::SchoolCodeTaken), "{taken:?}");
}

async fn grades_are_made_once_changed_and_deleted_while_empty(place: Place) {
    let world = World::make(&place).await;
    let school = world.schools[0].id;
    let mut w = place.write().await;
    w.insert_grades(&[grade(school, 8), grade(school, 7), grade(school, 9)])
        .await
        .unwrap();
    let grades = w.grades(&[school]).await.unwrap();
    let seen: Vec<_> = grades.iter().map(|g| (g.number, g.classes)).collect();
    assert_eq!(seen, [(7, 2), (8, 0), (9, 0)]);
    assert_eq!(grades[0].id, world.grades[0].id, "the first one stays");
    let mut ninth = grades[2].clone();
    assert!(ninth.graduating && ninth.manual_promotion);
    ninth.name = "初三".into();
    ninth.manual_promotion = false;
    w.update_grade(&ninth).await.unwrap();
    assert_eq!(w.grade(ninth.id).await.unwrap(), Some(ninth.clone()));
    assert!(w.delete_grade(ninth.id).await.unwrap());
    assert!(!w.delete_grade(ninth.id).await.unwrap());
    assert!(!w.delete_grade(grades[0].id).await.unwrap(), "has classes");
    assert_eq!(w.grade(ninth.id).await.unwrap(), None);
    let both = w.grades(&[world.schools[1].id, school]).await.unwrap();
    assert_eq!(both.len(), 3);
    assert!(w.grades(&[]).await.unwrap().is_empty());
    w.commit().await.unwrap();
}

async fn classes_are_made_where_the_number_is_free(place: Place) {
    let world = World::make(&place).await;
    let (school, grade) = (&world.schools[0], &world.grades[0]);
    let mut new: Vec<_> = [3, 2, 5, 5].map(|n| class(school, grade, n)).into();
    new[0].nickname = Some("向日葵".into());
    new[0].remark = Some("备注".into());
    let mut w = place.write().await;
    let made = w.insert_classes(&new, NOW).await.unwrap();
    assert_eq!(made.len(), 2);
    assert_eq!(made[0], new[0].id);
    assert!(made[1] == new[2].id || made[1] == new[3].id);
    w.commit().await.unwrap();
    let mut r = place.read().await;
    let all = r.classes(school.id, 2025, None).await.unwrap();
    let numbers: Vec<_> = all.iter().map(|c| c.number).collect();
    assert_eq!(numbers, [1, 2, 3, 5]);
    assert_eq!(all[2], new[0]);
    assert_eq!(r.classes(school.id, 2025, Some(7)).await.unwrap().len(), 4);
    assert_eq!(r.classes(school.id, 2025, Some(8)).await.unwrap().len(), 0);
    assert_eq!(r.classes(school.id, 2026, None).await.unwrap().len(), 0);
    let one = r.class(new[0].id).await.unwrap();
    assert_eq!(one.as_ref(), Some(&new[0]));
    assert_eq!(r.class(id()).await.unwrap(), None);
}

async fn a_class_changes_only_at_its_version(place: Place) {
    let world = World::make(&place).await;
    let mut changed = world.classes[0].clone();
    changed.number = 9;
    changed.open = false;
    changed.nickname = Some("朝阳".into());
    let mut w = place.write().await;
    assert!(w.update_class(&changed).await.unwrap());
    assert!(!w.update_class(&changed).await.unwrap());
    changed.version = 2;
    assert_eq!(w.class(changed.id).await.unwrap(), Some(changed.clone()));
    w.lock_classes(changed.school_id, 2025).await.unwrap();
    w.commit().await.unwrap();
    let mut w = place.write().await;
    changed.number = 2;
    let taken = w.update_class(&changed).await;
    assert!(refused(&taken, Code::ClassNumberTaken), "{taken:?}");
}

async fn a_class_with_pupils_is_not_deleted(place: Place) {
    let world = World::make(&place).await;
    enter(&place, &[pupil(&place, &world, 0, "张三", "1")]).await;
    let mut w = place.write().await;
    let (with, without) = (world.classes[0].id, world.classes[1].id);
    assert_eq!(w.class(with).await.unwrap().map(|c| c.pupils), Some(1));
    assert!(!w.delete_class(with, 1).await.unwrap());
    assert!(!w.delete_class(without, 2).await.unwrap(), "other version");
    assert!(w.delete_class(without, 1).await.unwrap());
    assert!(!w.delete_class(without, 1).await.unwrap());
    w.commit().await.unwrap();
}

async fn settings_and_notes_are_kept(place: Place) {
    let mut w = place.write().await;
    w.put_setting("", "b", "1", NOW).await.unwrap();
    w.put_setting("", "a", "2", NOW).await.unwrap();
    w.put_setting("320508", "a", "3", NOW).await.unwrap();
    w.put_setting("", "b", "4", NOW).await.unwrap();
    let city = w.settings("").await.unwrap();
    let expected = [("a", "2"), ("b", "4")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert_eq!(city, expected);
    assert_eq!(w.settings("320508").await.unwrap().len(), 1);
    assert_eq!(w.meta("demo").await.unwrap(), None);
    w.put_meta("demo", "1").await.unwrap();
    w.put_meta("demo", "2").await.unwrap();
    assert_eq!(w.meta("demo").await.unwrap().as_deref(), Some("2"));
    w.commit().await.unwrap();
}
