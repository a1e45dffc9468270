//! Imports and their staged rows.

use ekatong_core::error::Code;
use ekatong_core::id::ImportId;
use ekatong_core::ports::{ImportRecord, PupilFilter, StagedEntry, StagedRow};

use crate::both;
use crate::place::{NOW, Place, World, class, enter, id, pupil, refused};

both!(
    an_import_is_kept_changed_and_dropped,
    imports_are_listed_newest_first,
    staged_rows_are_read_by_place_and_number,
    rows_are_patched_and_numbered_anew,
    conflicts_and_missing_classes_show,
    a_commit_copies_inside_the_database,
    a_commit_meets_a_child_entered_meanwhile,
);

pub(crate) fn import(world: &World, school: usize) -> ImportRecord {
    let school = &world.schools[school];
    ImportRecord {
        id: id::<ImportId>(),
        kind: "new_pupils".into(),
        district: school.district.clone(),
        school_id: school.id,
        school_name: school.name.clone(),
        school_year: 2025,
        file_name: "新生.xlsx".into(),
        file_sha256: [5; 32],
        state: "reading".into(),
        sheet: String::new(),
        heading_row: 0,
        columns: "[]".into(),
        rows_total: 0,
        rows_valid: 0,
        rows_error: 0,
        rows_warning: 0,
        rows_problem: 0,
        rows_duplicate: 0,
        rows_committed: 0,
        file_problems: "[]".into(),
        groups: "[]".into(),
        created_by: world.account.id,
        created_by_login: world.account.login.clone(),
        created_at: NOW,
        committed_at: None,
        submitted_at: None,
    }
}

pub(crate) fn row(
    place: &Place,
    world: &World,
    position: i64,
    state: &str,
    class: usize,
    paper: &str,
) -> StagedRow {
    let new = pupil(place, world, class, "张三", paper);
    StagedRow {
        position,
        problem_position: None,
        row_number: position + 3,
        state: state.into(),
        cells_sealed: format!("cells {position}").into_bytes(),
        problems: if state == "valid" { "[]" } else { "[1]" }.into(),
        entry: (state != "error").then_some(StagedEntry {
            pupil_id: new.id,
            class_id: new.class_id,
            grade: new.grade,
            name: new.name,
            gender: new.gender,
            birth_date: new.birth_date,
            paper_kind: new.paper_kind,
            paper_sealed: new.paper_sealed,
            paper_index: new.paper_index,
            student_number_sealed: new.student_number_sealed,
            student_number_index: new.student_number_index,
            address_sealed: None,
            guardian_relation: new.guardian_relation,
            guardian_name: new.guardian_name,
            guardian_phone_sealed: new.guardian_phone_sealed,
            guardian_phone_index: new.guardian_phone_index,
        }),
    }
}

/// Six rows of the first school: 0 valid, 1 error, 2 warning, 3 valid, 4 error, 5 valid.
async fn staged(place: &Place, world: &World) -> (ImportRecord, Vec<StagedRow>) {
    let record = import(world, 0);
    let states = ["valid", "error", "warning", "valid", "error", "valid"];
    let rows: Vec<_> = states
        .iter()
        .zip(0..)
        .map(|(state, i)| row(place, world, i, state, 0, &i.to_string()))
        .collect();
    let mut w = place.write().await;
    w.insert_import(&record).await.unwrap();
    w.stage_rows(record.id, &rows).await.unwrap();
    assert_eq!(w.number_problem_rows(record.id).await.unwrap(), 3);
    w.commit().await.unwrap();
    (record, rows)
}

async fn an_import_is_kept_changed_and_dropped(place: Place) {
    let world = World::make(&place).await;
    let (mut record, rows) = staged(&place, &world).await;
    let mut w = place.write().await;
    assert_eq!(w.import(record.id).await.unwrap(), Some(record.clone()));
    record.state = "preview".into();
    record.sheet = "Sheet1".into();
    record.heading_row = 2;
    record.columns = "[2]".into();
    record.rows_total = 6;
    record.rows_valid = 4;
    record.rows_error = 2;
    record.rows_warning = 1;
    record.rows_problem = 3;
    record.rows_duplicate = 5;
    record.rows_committed = 7;
    record.file_problems = "[3]".into();
    record.groups = "[4]".into();
    record.committed_at = Some(NOW + 1);
    record.submitted_at = Some(NOW + 2);
    w.update_import(&record).await.unwrap();
    assert_eq!(w.import(record.id).await.unwrap(), Some(record.clone()));
    w.delete_import(record.id).await.unwrap();
    assert!(
        w.import(record.id).await.unwrap().is_some(),
        "only while read"
    );
    let reading = import(&world, 1);
    w.insert_import(&reading).await.unwrap();
    w.stage_rows(reading.id, &rows).await.unwrap();
    w.delete_import(reading.id).await.unwrap();
    assert_eq!(w.import(reading.id).await.unwrap(), None);
    let left = w.staged_rows(reading.id, 0, 9, false).await.unwrap();
    assert!(left.is_empty());
    w.delete_staged(record.id).await.unwrap();
    let left = w.staged_rows(record.id, 0, 9, false).await.unwrap();
    assert!(left.is_empty());
    w.commit().await.unwrap();
}

async fn imports_are_listed_newest_first(place: Place) {
    let world = World::make(&place).await;
    let all: Vec<_> = [0, 1, 2, 0].map(|s| import(&world, s)).into();
    let mut w = place.write().await;
    for i in &all {
        w.insert_import(i).await.unwrap();
    }
    w.commit().await.unwrap();
    let mut r = place.read().await;
    let newest = r.imports(None, None, None, 3).await.unwrap();
    let expected: Vec<_> = all.iter().rev().cloned().collect();
    assert_eq!(newest, expected[..3]);
    let rest = r.imports(None, None, Some(newest[2].id), 3).await.unwrap();
    assert_eq!(rest, expected[3..]);
    let school = [world.schools[0].id];
    let of = r.imports(Some(&school), None, None, 9).await.unwrap();
    assert_eq!(of, [all[3].clone(), all[0].clone()]);
    let district = ["320508".to_owned()];
    let of = r.imports(None, Some(&district), None, 9).await.unwrap();
    assert_eq!(of.len(), 3);
    let two = [world.schools[0].id, world.schools[2].id];
    let of = r
        .imports(Some(&two), Some(&district), None, 9)
        .await
        .unwrap();
    assert_eq!(of.len(), 2);
    assert!(
        r.imports(Some(&[]), None, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn staged_rows_are_read_by_place_and_number(place: Place) {
    let world = World::make(&place).await;
    let (import, rows) = staged(&place, &world).await;
    let mut r = place.read().await;
    let page = r.staged_rows(import.id, 2, 3, false).await.unwrap();
    let seen: Vec<_> = page
        .iter()
        .map(|r| {
            (
                r.position,
                r.problem_position,
                r.row_number,
                r.state.as_str(),
            )
        })
        .collect();
    let expected = [
        (2, Some(1), 5, "warning"),
        (3, None, 6, "valid"),
        (4, Some(2), 7, "error"),
    ];
    assert_eq!(seen, expected);
    assert_eq!(page[0].cells_sealed, rows[2].cells_sealed);
    assert_eq!(page[0].problems, "[1]");
    let problems = r.staged_rows(import.id, 1, 9, true).await.unwrap();
    assert_eq!(
        problems.iter().map(|r| r.position).collect::<Vec<_>>(),
        [2, 4]
    );
    let by_row = r.staged_by_row(import.id, &[8, 3, 99]).await.unwrap();
    assert_eq!(
        by_row.iter().map(|r| r.position).collect::<Vec<_>>(),
        [0, 5]
    );
    for (after, backwards, expected) in [
        (0, false, Some(4)),
        (4, false, Some(5)),
        (7, false, None),
        (7, true, Some(5)),
        (4, true, None),
    ] {
        let next = r
            .next_problem_row(import.id, after, backwards)
            .await
            .unwrap();
        assert_eq!(next.map(|r| r.row_number), expected, "{after} {backwards}");
    }
}

async fn rows_are_patched_and_numbered_anew(place: Place) {
    let world = World::make(&place).await;
    let (import, _) = staged(&place, &world).await;
    let mut w = place.write().await;
    let patch = [
        (0, "error".to_owned(), "[9]".to_owned()),
        (2, "valid".to_owned(), "[]".to_owned()),
    ];
    w.patch_rows(import.id, &patch).await.unwrap();
    assert_eq!(w.number_problem_rows(import.id).await.unwrap(), 3);
    let page = w.staged_rows(import.id, 0, 9, false).await.unwrap();
    let seen: Vec<_> = page
        .iter()
        .map(|r| (r.state.as_str(), r.problem_position))
        .collect();
    let expected = [
        ("error", Some(0)),
        ("error", Some(1)),
        ("valid", None),
        ("valid", None),
        ("error", Some(2)),
        ("valid", None),
    ];
    assert_eq!(seen, expected);
    assert_eq!(page[0].problems, "[9]");
    // A row that was an error is not committed, even when it is called valid again.
    let back = [(0, "valid".to_owned(), "[]".to_owned())];
    w.patch_rows(import.id, &back).await.unwrap();
    assert_eq!(w.commit_staged(import.id, false, NOW).await.unwrap(), 3);
    w.commit().await.unwrap();
}

async fn conflicts_and_missing_classes_show(place: Place) {
    let world = World::make(&place).await;
    let (import, _) = staged(&place, &world).await;
    let on_record = pupil(&place, &world, 4, "别校", "2");
    enter(
        &place,
        &[on_record.clone(), pupil(&place, &world, 4, "错行", "1")],
    )
    .await;
    let mut w = place.write().await;
    let conflicts = w.staged_conflicts(import.id).await.unwrap();
    assert_eq!(conflicts.len(), 1);
    let (position, row, found) = &conflicts[0];
    assert_eq!((*position, *row, found.id), (2, 5, on_record.id));
    assert_eq!(found.school_name, world.schools[2].name);
    assert!(w.staged_without_class(import.id).await.unwrap().is_empty());
    let mut closed = world.classes[0].clone();
    closed.open = false;
    assert!(w.update_class(&closed).await.unwrap());
    let without = w.staged_without_class(import.id).await.unwrap();
    assert_eq!(without, [(0, 3), (2, 5), (3, 6), (5, 8)]);
    closed.version = 2;
    assert!(w.delete_class(closed.id, 2).await.unwrap());
    assert_eq!(w.staged_without_class(import.id).await.unwrap().len(), 4);
    w.commit().await.unwrap();
}

async fn a_commit_copies_inside_the_database(place: Place) {
    let world = World::make(&place).await;
    let (import, rows) = staged(&place, &world).await;
    let mut w = place.write().await;
    assert_eq!(w.commit_staged(import.id, true, NOW + 5).await.unwrap(), 4);
    assert_eq!(w.commit_staged(import.id, true, NOW + 6).await.unwrap(), 0);
    w.commit().await.unwrap();
    let mut r = place.read().await;
    let filter = PupilFilter {
        import: Some(import.id),
        ..PupilFilter::default()
    };
    let pupils = r.pupils(&filter, None, 9).await.unwrap();
    assert_eq!(pupils.len(), 4);
    assert_eq!(r.count_pupils(&filter, 9).await.unwrap(), 4);
    let entry = rows[0].entry.clone().unwrap();
    let one = pupils.iter().find(|p| p.id == entry.pupil_id).unwrap();
    assert_eq!(one.paper_sealed, entry.paper_sealed);
    assert_eq!(one.guardian_phone_sealed, entry.guardian_phone_sealed);
    assert_eq!(one.guardian_id, Some(entry.pupil_id.0));
    assert_eq!(one.application_state.as_deref(), Some("submitted"));
    assert_eq!(one.submitted_at, Some(NOW + 5));
    let found = r.find_papers(&[entry.paper_index]).await.unwrap();
    assert_eq!(found[0].id, entry.pupil_id);
    let states: Vec<_> = r.staged_rows(import.id, 0, 9, false).await.unwrap();
    let committed = states.iter().filter(|r| r.state == "committed").count();
    assert_eq!(committed, 4);
    r.commit().await.unwrap();
    let enrolled = "SELECT COUNT(*) FROM enrolment WHERE reason = 'new' AND end_at IS NULL";
    assert_eq!(place.raw_number(enrolled).await, 4);
}

async fn a_commit_meets_a_child_entered_meanwhile(place: Place) {
    let mut world = World::make(&place).await;
    let (import, _) = staged(&place, &world).await;
    world
        .classes
        .push(class(&world.schools[0], &world.grades[0], 3));
    enter(&place, &[pupil(&place, &world, 1, "张三", "3")]).await;
    let mut w = place.write().await;
    let twice = w.commit_staged(import.id, false, NOW).await;
    assert!(refused(&twice, Code::PupilDuplicate), "{twice:?}");
    w.rollback().await.unwrap();
    assert_eq!(place.raw_number("SELECT COUNT(*) FROM pupil").await, 1);
}
