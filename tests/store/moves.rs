//! Applications that move children, and the enrolments that follow.

use ekatong_core::id::{ApplicationId, PupilId};
use ekatong_core::ports::{
    ApplicationMark, ApplicationStepRecord, Arrival, Entering, MoveFilter, MoveStep, NewMoveRecord,
};

use crate::both;
use crate::place::{NOW, Place, World, enter, id, pupil};

both!(
    a_child_is_on_the_way_to_one_place_only,
    applications_are_listed_by_either_side,
    enrolments_are_closed_and_added,
    a_deleted_pupil_is_restored,
);

const HOW: Entering = Entering {
    channel: "desktop",
    import: None,
    submit: false,
    now: NOW,
};

fn application(world: &World, pupil: PupilId, from: usize, to: usize) -> NewMoveRecord {
    let (from, to) = (&world.classes[from], &world.classes[to]);
    NewMoveRecord {
        id: id::<ApplicationId>(),
        kind: "registration",
        pupil_id: pupil,
        district: to.district.clone(),
        school_id: to.school_id,
        class_id: to.id,
        grade: to.grade,
        from_district: from.district.clone(),
        from_school_id: from.school_id,
        from_class_id: from.id,
        stated_name: Some("张三".into()),
        reason: None,
    }
}

async fn a_child_is_on_the_way_to_one_place_only(place: Place) {
    let world = World::make(&place).await;
    let new = pupil(&place, &world, 0, "张三", "1");
    let index = new.paper_index;
    let ids = enter(&place, &[new]).await;
    let mut w = place.write().await;
    let first = application(&world, ids[0], 0, 2);
    let second = application(&world, ids[0], 0, 4);
    let both = [first.clone(), second.clone()];
    assert_eq!(w.insert_moves(&both, HOW).await.unwrap(), [first.id]);
    let found = w.movable(&[index]).await.unwrap();
    assert_eq!(found[0].moving_to, Some(first.school_id));
    assert_eq!(found[0].moving.as_deref(), Some("registration"));
    // Once it is approved, another can begin; an approved one is not taken back.
    let submitted = MoveStep {
        state: "submitted",
        returned_reason: None,
        by: world.account.id,
        now: NOW,
    };
    assert_eq!(w.step_moves(&[first.id], &submitted).await.unwrap(), 1);
    let approved = ApplicationStepRecord {
        id: first.id,
        pupil_id: ids[0],
        state: "approved".into(),
    };
    w.step_applications(
        &[approved],
        &ApplicationMark::Approved,
        world.account.id,
        NOW + 1,
    )
    .await
    .unwrap();
    let entry = w.pupils_by_ids(&ids).await.unwrap().remove(0);
    assert_eq!(
        entry.application_state.as_deref(),
        Some("draft"),
        "the entry as a new pupil has a state of its own"
    );
    assert_eq!(w.delete_moves(&[first.id]).await.unwrap(), 0);
    let again = std::slice::from_ref(&second);
    assert_eq!(w.insert_moves(again, HOW).await.unwrap(), [second.id]);
    assert_eq!(w.moves_of(&ids).await.unwrap()[0].id, second.id);
    assert_eq!(w.delete_moves(&[second.id]).await.unwrap(), 1);
    w.commit().await.unwrap();
}

async fn applications_are_listed_by_either_side(place: Place) {
    let world = World::make(&place).await;
    let new: Vec<_> = (0..3)
        .map(|n| pupil(&place, &world, 0, "张三", &n.to_string()))
        .collect();
    let ids = enter(&place, &new).await;
    let mut w = place.write().await;
    // Two to the second school of the district, one to the other district.
    let made: Vec<_> = ids
        .iter()
        .zip([2, 2, 4])
        .map(|(pupil, to)| application(&world, *pupil, 0, to))
        .collect();
    w.insert_moves(&made, HOW).await.unwrap();
    let of = |change: &dyn Fn(&mut MoveFilter)| {
        let mut filter = MoveFilter {
            kind: "registration".into(),
            ..MoveFilter::default()
        };
        change(&mut filter);
        filter
    };
    let (here, other) = (world.schools[1].id, world.schools[0].id);
    for (filter, want) in [
        (of(&|_| ()), 3),
        (of(&|f| f.to_school = Some(here)), 2),
        (of(&|f| f.from_school = Some(other)), 3),
        (of(&|f| f.to_district = Some("320505".into())), 1),
        (of(&|f| f.from_district = Some("320508".into())), 3),
        (of(&|f| f.from_district = Some("320505".into())), 0),
        (of(&|f| f.state = Some("submitted".into())), 0),
        (of(&|f| f.kind = "transfer_in".into()), 0),
    ] {
        assert_eq!(w.count_moves(&filter, 9).await.unwrap(), want, "{filter:?}");
        let all = w.moves(&filter, None, 9).await.unwrap();
        assert_eq!(i64::try_from(all.len()).unwrap(), want, "{filter:?}");
        if let Some(newest) = all.first() {
            let rest = w.moves(&filter, Some(newest.id), 9).await.unwrap();
            assert_eq!(rest, all[1..], "paged by id, newest first");
        }
    }
    w.rollback().await.unwrap();
}

async fn enrolments_are_closed_and_added(place: Place) {
    let world = World::make(&place).await;
    let ids = enter(&place, &[pupil(&place, &world, 0, "张三", "1")]).await;
    let to = &world.classes[4];
    let arrival = Arrival {
        district: to.district.clone(),
        school_id: to.school_id,
        class_id: to.id,
        grade: to.grade,
        status: "enrolled",
        reason: "registration",
        outcome: Some("primary_graduated"),
        now: NOW + 1,
    };
    let mut w = place.write().await;
    assert_eq!(w.move_pupils(&ids, &arrival).await.unwrap(), 1);
    w.close_entries(&ids, NOW + 1).await.unwrap();
    let moved = w.pupils_by_ids(&ids).await.unwrap().remove(0);
    assert_eq!((moved.school_id, moved.class_id), (to.school_id, to.id));
    assert_eq!(moved.status, "enrolled");
    assert_eq!(moved.application_state.as_deref(), Some("approved"));
    let progress = w.pupil_progress(&ids).await.unwrap().remove(0);
    assert_eq!((progress.enrolments, progress.version), (2, 2));
    w.commit().await.unwrap();
    let open = "SELECT COUNT(*) FROM enrolment WHERE end_at IS NULL AND reason = 'registration'";
    assert_eq!(place.raw_number(open).await, 1);
    let closed = "SELECT COUNT(*) FROM enrolment WHERE end_at IS NOT NULL \
                  AND outcome = 'primary_graduated'";
    assert_eq!(place.raw_number(closed).await, 1);
}

async fn a_deleted_pupil_is_restored(place: Place) {
    let world = World::make(&place).await;
    let ids = enter(&place, &[pupil(&place, &world, 0, "张三", "1")]).await;
    let mut w = place.write().await;
    assert_eq!(w.delete_restorably(&ids, "录错", NOW).await.unwrap(), 1);
    assert_eq!(w.delete_restorably(&ids, "再删", NOW).await.unwrap(), 0);
    let due = w.deleted_before("320508", NOW + 1, 9).await.unwrap();
    assert_eq!(due, [(ids[0], 0)]);
    assert!(w.deleted_before("320508", NOW, 9).await.unwrap().is_empty());
    let gone = w.pupils_by_ids(&ids).await.unwrap().remove(0);
    assert_eq!(gone.deleted_reason.as_deref(), Some("录错"));
    assert_eq!(gone.deleted_status.as_deref(), Some("pending"));
    assert!(w.restore_pupil(ids[0], "pending").await.unwrap());
    let back = w.pupils_by_ids(&ids).await.unwrap().remove(0);
    assert_eq!((back.status.as_str(), back.deleted_at), ("pending", None));
    w.commit().await.unwrap();
}
