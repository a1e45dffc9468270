//! Imports, the blocks of their rows, and what an undo asks of pupils.

use ekatong_core::error::Code;
use ekatong_core::id::{BlobId, ImportId};
use ekatong_core::ports::{Entering, ImportFilter, ImportRecord, PupilFilter};

use crate::both;
use crate::place::{NOW, Place, World, enter, id, order, pupil, refused};

both!(
    an_import_is_kept_changed_and_dropped,
    imports_are_listed_newest_first,
    blocks_and_index_are_replaced_and_forgotten,
    a_new_correction_drops_those_after_it,
    imports_kept_too_long_are_found,
    pupils_of_an_import_are_entered_and_taken_back,
    pupils_that_moved_on_are_not_deleted,
);

const DAY: i64 = 24 * 60 * 60 * 1000;

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
        blob_id: None,
        state: "reading".into(),
        sheet: String::new(),
        heading_row: 0,
        columns: "[]".into(),
        snapshot: "{}".into(),
        rules_version: 1,
        rows_total: 0,
        rows_valid: 0,
        rows_error: 0,
        rows_warning: 0,
        rows_problem: 0,
        rows_duplicate: 0,
        rows_committed: 0,
        rows_undone: 0,
        file_problems: "[]".into(),
        groups: "[]".into(),
        edit_at: 0,
        edit_last: 0,
        created_by: world.account.id,
        created_by_login: world.account.login.clone(),
        created_at: NOW,
        committed_at: None,
        submitted_at: None,
        undone_at: None,
        purged_at: None,
    }
}

async fn an_import_is_kept_changed_and_dropped(place: Place) {
    let world = World::make(&place).await;
    let mut record = import(&world, 0);
    let mut w = place.write().await;
    w.insert_import(&record).await.unwrap();
    assert_eq!(w.import(record.id).await.unwrap(), Some(record.clone()));
    record.blob_id = Some(id::<BlobId>());
    record.state = "preview".into();
    record.sheet = "Sheet1".into();
    record.heading_row = 2;
    record.columns = "[2]".into();
    record.snapshot = "[5]".into();
    record.rules_version = 8;
    record.rows_total = 16;
    record.rows_valid = 14;
    record.rows_error = 2;
    record.rows_warning = 1;
    record.rows_problem = 3;
    record.rows_duplicate = 5;
    record.rows_committed = 7;
    record.rows_undone = 6;
    record.file_problems = "[3]".into();
    record.groups = "[4]".into();
    record.edit_at = 9;
    record.edit_last = 10;
    record.committed_at = Some(NOW + 1);
    record.submitted_at = Some(NOW + 2);
    record.undone_at = Some(NOW + 3);
    record.purged_at = Some(NOW + 4);
    w.update_import(&record).await.unwrap();
    assert_eq!(w.import(record.id).await.unwrap(), Some(record.clone()));
    w.delete_import(record.id).await.unwrap();
    let left = w.import(record.id).await.unwrap();
    assert!(left.is_some(), "only while read");
    let reading = import(&world, 1);
    w.insert_import(&reading).await.unwrap();
    w.put_blocks(reading.id, &[(0, vec![1])]).await.unwrap();
    w.delete_import(reading.id).await.unwrap();
    assert_eq!(w.import(reading.id).await.unwrap(), None);
    assert_eq!(w.block(reading.id, 0).await.unwrap(), None);
    w.commit().await.unwrap();
}

async fn imports_are_listed_newest_first(place: Place) {
    let world = World::make(&place).await;
    let mut all: Vec<_> = [0, 1, 2, 0].map(|s| import(&world, s)).into();
    all[1].state = "preview".into();
    all[3].kind = "classes".into();
    let mut w = place.write().await;
    for i in &all {
        w.insert_import(i).await.unwrap();
        w.update_import(i).await.unwrap();
    }
    w.commit().await.unwrap();
    let mut r = place.read().await;
    let every = ImportFilter::default();
    let newest = r.imports(&every, None, 3).await.unwrap();
    let expected: Vec<_> = all.iter().rev().cloned().collect();
    assert_eq!(newest, expected[..3]);
    let rest = r.imports(&every, Some(newest[2].id), 3).await.unwrap();
    assert_eq!(rest, expected[3..]);
    let district = Some("320508".to_owned());
    for (filter, want) in [
        (
            ImportFilter {
                school: Some(world.schools[0].id),
                ..ImportFilter::default()
            },
            vec![3, 0],
        ),
        (
            ImportFilter {
                district: district.clone(),
                ..ImportFilter::default()
            },
            vec![3, 1, 0],
        ),
        (
            ImportFilter {
                district: district.clone(),
                state: Some("preview".into()),
                ..ImportFilter::default()
            },
            vec![1],
        ),
        (
            ImportFilter {
                kind: Some("new_pupils".into()),
                ..ImportFilter::default()
            },
            vec![2, 1, 0],
        ),
        (
            ImportFilter {
                district,
                school: Some(world.schools[2].id),
                ..ImportFilter::default()
            },
            vec![],
        ),
    ] {
        let want: Vec<_> = want.into_iter().map(|i: usize| all[i].clone()).collect();
        assert_eq!(
            r.imports(&filter, None, 9).await.unwrap(),
            want,
            "{filter:?}"
        );
    }
}

async fn blocks_and_index_are_replaced_and_forgotten(place: Place) {
    let world = World::make(&place).await;
    let record = import(&world, 0);
    let mut w = place.write().await;
    w.insert_import(&record).await.unwrap();
    assert_eq!(w.row_index(record.id).await.unwrap(), None);
    let blocks = [(0, vec![1, 1]), (1, vec![2])];
    w.put_blocks(record.id, &blocks).await.unwrap();
    w.put_blocks(record.id, &[(1, vec![3])]).await.unwrap();
    w.put_row_index(record.id, &[7]).await.unwrap();
    w.put_row_index(record.id, &[8]).await.unwrap();
    w.commit().await.unwrap();
    let mut w = place.write().await;
    assert_eq!(w.block(record.id, 0).await.unwrap(), Some(vec![1, 1]));
    assert_eq!(w.block(record.id, 1).await.unwrap(), Some(vec![3]));
    assert_eq!(w.block(record.id, 2).await.unwrap(), None);
    assert_eq!(w.row_index(record.id).await.unwrap(), Some(vec![8]));
    w.put_edit(record.id, 1, &[4]).await.unwrap();
    w.delete_rows(record.id).await.unwrap();
    assert_eq!(w.block(record.id, 0).await.unwrap(), None);
    assert_eq!(w.row_index(record.id).await.unwrap(), None);
    assert_eq!(w.edit(record.id, 1).await.unwrap(), None);
    w.commit().await.unwrap();
}

async fn a_new_correction_drops_those_after_it(place: Place) {
    let world = World::make(&place).await;
    let record = import(&world, 0);
    let mut w = place.write().await;
    w.insert_import(&record).await.unwrap();
    for number in 1_u8..=3 {
        w.put_edit(record.id, i64::from(number), &[number])
            .await
            .unwrap();
    }
    w.put_edit(record.id, 2, &[9]).await.unwrap();
    assert_eq!(w.edit(record.id, 1).await.unwrap(), Some(vec![1]));
    assert_eq!(w.edit(record.id, 2).await.unwrap(), Some(vec![9]));
    assert_eq!(w.edit(record.id, 3).await.unwrap(), None);
    w.delete_edits(record.id).await.unwrap();
    assert_eq!(w.edit(record.id, 1).await.unwrap(), None);
    w.commit().await.unwrap();
}

async fn imports_kept_too_long_are_found(place: Place) {
    let world = World::make(&place).await;
    let mut w = place.write().await;
    let mut all = Vec::new();
    for (school, age, state) in [
        (0, 3, "committed"),
        (0, 2, "preview"),
        (0, 3, "reading"),
        (2, 3, "preview"),
        (1, 1, "preview"),
    ] {
        let record = ImportRecord {
            created_at: NOW - age * DAY,
            state: state.into(),
            ..import(&world, school)
        };
        w.insert_import(&record).await.unwrap();
        w.update_import(&record).await.unwrap();
        all.push(record);
    }
    let due = w.imports_to_purge("320508", NOW - DAY, 9).await.unwrap();
    assert_eq!(due, all[..2], "oldest first, not of others, not while read");
    let one = w.imports_to_purge("320508", NOW - DAY, 1).await.unwrap();
    assert_eq!(one, all[..1]);
    all[0].purged_at = Some(NOW);
    w.update_import(&all[0]).await.unwrap();
    let due = w.imports_to_purge("320508", NOW - DAY, 9).await.unwrap();
    assert_eq!(due, all[1..2]);
    w.commit().await.unwrap();
}

/// Three pupils of one import.
async fn entered(place: &Place, world: &World) -> (ImportRecord, Vec<ekatong_core::id::PupilId>) {
    let record = import(world, 0);
    let how = Entering {
        channel: "import",
        import: Some(record.id),
        submit: true,
        now: NOW + 5,
    };
    let pupils: Vec<_> = ["甲", "乙", "丙"]
        .iter()
        .map(|name| pupil(place, world, 0, name, name))
        .collect();
    let mut w = place.write().await;
    w.insert_import(&record).await.unwrap();
    let ids = w.insert_pupils(&pupils, how).await.unwrap();
    w.commit().await.unwrap();
    (record, ids)
}

async fn pupils_of_an_import_are_entered_and_taken_back(place: Place) {
    let world = World::make(&place).await;
    let (record, ids) = entered(&place, &world).await;
    let mut w = place.write().await;
    let filter = PupilFilter {
        import: Some(record.id),
        ..PupilFilter::default()
    };
    let pupils = w.pupils(&filter, None, 9).await.unwrap();
    assert_eq!(pupils.len(), 3);
    assert_eq!(pupils[0].application_state.as_deref(), Some("submitted"));
    assert_eq!(pupils[0].submitted_at, Some(NOW + 5));
    let progress = w.pupil_progress(&ids).await.unwrap();
    assert_eq!(progress.len(), 3);
    for one in &progress {
        assert_eq!((one.grade, one.class_number, one.orders), (7, 1, 0));
        assert_eq!((one.version, one.enrolments), (1, 1));
        assert_eq!(one.application_state.as_deref(), Some("submitted"));
        assert_eq!(one.status, "pending");
    }
    assert_eq!(w.delete_pupils(&ids[..2]).await.unwrap(), 2);
    assert_eq!(w.delete_pupils(&ids[..2]).await.unwrap(), 0);
    w.commit().await.unwrap();
    for table in ["pupil", "guardian", "application", "enrolment"] {
        let left = place
            .raw_number(&format!("SELECT COUNT(*) FROM {table}"))
            .await;
        assert_eq!(left, 1, "{table}");
    }
    // The same children can be entered again.
    let again: Vec<_> = ["甲", "乙"]
        .iter()
        .map(|name| pupil(&place, &world, 0, name, name))
        .collect();
    assert_eq!(enter(&place, &again).await.len(), 2);
}

async fn pupils_that_moved_on_are_not_deleted(place: Place) {
    let world = World::make(&place).await;
    let (_, ids) = entered(&place, &world).await;
    let mut w = place.write().await;
    w.insert_orders(&[order(ids[1])], world.account.id, NOW)
        .await
        .unwrap();
    w.commit().await.unwrap();
    let mut w = place.write().await;
    let progress = w.pupil_progress(&ids).await.unwrap();
    let orders: Vec<i64> = ids
        .iter()
        .map(|id| progress.iter().find(|one| one.id == *id).unwrap().orders)
        .collect();
    assert_eq!(orders, [0, 1, 0]);
    // Whoever asks for it in spite of the look is stopped by the keys.
    let deleted = w.delete_pupils(&ids).await;
    assert!(
        deleted.is_err() && !refused(&deleted, Code::PupilUnknown),
        "{deleted:?}"
    );
    w.rollback().await.unwrap();
    assert_eq!(place.raw_number("SELECT COUNT(*) FROM pupil").await, 3);
}
