//! Card orders.

use ekatong_core::domain::order::OrderDate;
use ekatong_core::id::{OrderId, PupilId};
use ekatong_core::ports::{
    OrderCursor, OrderQuery, OrderRecord, OrderStepRecord, OtherDate, UnitOfWork,
};

use crate::both;
use crate::place::{NOW, Place, World, enter, id, order, pupil};

both!(
    an_order_is_made_with_the_place_of_its_day,
    a_pupil_has_one_open_order,
    steps_set_state_moment_and_event,
    orders_come_newest_confirmation_first,
    orders_are_filtered_and_counted,
    pupils_are_found_by_the_start_of_their_name,
);

fn step(id: OrderId, step: &str, state: &str, reason: Option<&str>) -> OrderStepRecord {
    OrderStepRecord {
        id,
        step: step.into(),
        state: state.into(),
        reason: reason.map(Into::into),
    }
}

/// Pupils 0 to 11 over the six classes, each with an order.
async fn twelve(place: &Place, world: &World) -> (Vec<PupilId>, Vec<OrderId>) {
    let new: Vec<_> = (0..12)
        .map(|i| pupil(place, world, i % 6, &format!("学生{i}"), &i.to_string()))
        .collect();
    let pupils = enter(place, &new).await;
    let orders: Vec<_> = pupils.iter().map(|p| order(*p)).collect();
    let mut w = place.write().await;
    let made = w
        .insert_orders(&orders, world.account.id, NOW)
        .await
        .unwrap();
    assert_eq!(made, orders.iter().map(|o| o.id).collect::<Vec<_>>());
    w.commit().await.unwrap();
    (pupils, made)
}

/// Confirms the given orders, one millisecond after the other but the last two.
async fn confirm(place: &Place, world: &World, orders: &[OrderId]) {
    let mut w = place.write().await;
    let last = i64::try_from(orders.len()).unwrap() - 2;
    for (order, i) in orders.iter().zip(0..) {
        let steps = [
            step(*order, "approve", "approved", None),
            step(*order, "confirm", "confirmed", None),
        ];
        let at = NOW + 1_000 + i64::min(i, last);
        w.step_orders(&steps, world.account.id, at).await.unwrap();
    }
    w.commit().await.unwrap();
}

async fn an_order_is_made_with_the_place_of_its_day(place: Place) {
    let world = World::make(&place).await;
    let (pupils, orders) = twelve(&place, &world).await;
    let mut r = place.read().await;
    let found = r
        .orders_by_ids(&[orders[3], id(), orders[0]])
        .await
        .unwrap();
    assert_eq!(found.len(), 2);
    let one = &found[0];
    assert_eq!(
        (one.id, one.pupil_id, one.class_id),
        (orders[3], pupils[3], world.classes[3].id)
    );
    assert_eq!(one.district_name, "姑苏区");
    assert_eq!(one.school_name, world.schools[1].name);
    assert_eq!((one.grade, one.class_number), (7, 2));
    assert_eq!(one.pupil_name, "学生3");
    assert_eq!(
        (one.kind.as_str(), one.state.as_str()),
        ("new", "requested")
    );
    assert_eq!(one.requested_at, Some(NOW));
    assert_eq!((one.approved_at, one.confirmed_at), (None, None));
    assert_eq!(one.version, 1);
    let (places, number) = r
        .order_places(&[orders[0], orders[6], orders[4], id()])
        .await
        .unwrap();
    assert_eq!(number, 3);
    assert_eq!(places.len(), 2);
    assert!(r.orders_by_ids(&[]).await.unwrap().is_empty());
}

async fn a_pupil_has_one_open_order(place: Place) {
    let world = World::make(&place).await;
    let (pupils, orders) = twelve(&place, &world).await;
    let mut w = place.write().await;
    let by = world.account.id;
    let again = [order(pupils[0]), order(id())];
    assert!(w.insert_orders(&again, by, NOW).await.unwrap().is_empty());
    w.step_orders(
        &[step(orders[0], "cancel", "cancelled", Some("重复"))],
        by,
        NOW,
    )
    .await
    .unwrap();
    let twice = [order(pupils[0]), order(pupils[0])];
    let made = w.insert_orders(&twice, by, NOW).await.unwrap();
    assert!(made == [twice[0].id] || made == [twice[1].id], "{made:?}");
    w.commit().await.unwrap();
}

async fn steps_set_state_moment_and_event(place: Place) {
    let world = World::make(&place).await;
    let (_, orders) = twelve(&place, &world).await;
    let by = world.account.id;
    let one = orders[0];
    let mut w = place.write().await;
    // Two steps of one order in one call.
    let two = [
        step(one, "approve", "approved", None),
        step(one, "confirm", "confirmed", None),
        step(orders[1], "return", "returned", Some("照片不清")),
    ];
    w.step_orders(&two, by, NOW + 1).await.unwrap();
    let found = w.orders_by_ids(&[one, orders[1]]).await.unwrap();
    assert_eq!(found[0].state, "confirmed");
    assert_eq!(found[0].approved_at, Some(NOW + 1));
    assert_eq!(found[0].confirmed_at, Some(NOW + 1));
    assert_eq!(found[0].version, 3);
    assert_eq!(found[1].returned_at, Some(NOW + 1));
    assert_eq!(found[1].reason.as_deref(), Some("照片不清"));
    let back = step(one, "withdraw", "approved", Some("误操作"));
    w.step_orders(&[back], by, NOW + 2).await.unwrap();
    let found = w.orders_by_ids(&[one]).await.unwrap();
    assert_eq!(found[0].confirmed_at, None);
    assert_eq!(found[0].approved_at, Some(NOW + 1));
    assert_eq!(found[0].reason.as_deref(), Some("误操作"));
    w.step_orders(&[], by, NOW).await.unwrap();
    w.commit().await.unwrap();
    let of_one = format!(
        "SELECT COUNT(*) FROM order_event WHERE order_id = {}",
        place.literal(one.0)
    );
    assert_eq!(place.raw_number(&of_one).await, 4);
    let last = "SELECT COUNT(*) FROM order_event WHERE step = 'withdraw' AND number = 4";
    assert_eq!(place.raw_number(last).await, 1);
}

async fn walk(r: &mut Box<dyn UnitOfWork>, query: &OrderQuery, limit: u32) -> Vec<OrderRecord> {
    let mut all: Vec<OrderRecord> = Vec::new();
    loop {
        let after = all.last().map(|o| OrderCursor {
            confirmed_at: o.confirmed_at,
            id: o.id,
        });
        let page = r.orders(query, after, limit).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

async fn orders_come_newest_confirmation_first(place: Place) {
    let world = World::make(&place).await;
    let (pupils, orders) = twelve(&place, &world).await;
    confirm(&place, &world, &orders[..7]).await;
    let mut r = place.read().await;
    let mut expected: Vec<OrderId> = vec![orders[6], orders[5]];
    expected.extend(orders[..5].iter().rev());
    expected.extend(orders[7..].iter().rev());
    let named = OrderQuery {
        pupils: Some(pupils.clone()),
        ..OrderQuery::default()
    };
    for query in [OrderQuery::default(), named] {
        for limit in [1, 2, 3, 5, 7, 8, 20] {
            let seen: Vec<_> = walk(&mut r, &query, limit)
                .await
                .iter()
                .map(|o| o.id)
                .collect();
            assert_eq!(seen, expected, "{limit} a page");
        }
    }
}

async fn orders_are_filtered_and_counted(place: Place) {
    let world = World::make(&place).await;
    let (pupils, orders) = twelve(&place, &world).await;
    confirm(&place, &world, &orders[..7]).await;
    let mut r = place.read().await;
    let all = walk(&mut r, &OrderQuery::default(), 50).await;
    // Every combination of the parts, against a filter in plain Rust.
    for bits in 0..512_u32 {
        let on = |bit: u32| bits & (1 << bit) != 0;
        let query = OrderQuery {
            confirmed_from: on(0).then_some(NOW + 1_001),
            confirmed_to: on(1).then_some(NOW + 1_004),
            district: on(2).then(|| "320508".to_owned()),
            school: on(3).then_some(world.schools[0].id),
            grade: on(4).then_some(7),
            class: on(5).then_some(world.classes[0].id),
            class_number: on(6).then_some(1),
            state: on(7).then(|| "confirmed".to_owned()),
            pupils: (bits % 3 == 0).then(|| pupils[..8].to_vec()),
            other: on(8).then_some(OtherDate {
                date: OrderDate::Approved,
                from: Some(NOW + 1_002),
                to: (bits % 2 == 0).then_some(NOW + 1_004),
            }),
        };
        let fits = |o: &&OrderRecord| {
            let range = query.confirmed_from.is_some() || query.confirmed_to.is_some();
            let at = o.confirmed_at;
            (!range || at.is_some())
                && query.confirmed_from.is_none_or(|f| at >= Some(f))
                && query.confirmed_to.is_none_or(|t| at < Some(t))
                && query.district.as_ref().is_none_or(|d| *d == o.district)
                && query.school.is_none_or(|s| s == o.school_id)
                && query.grade.is_none_or(|g| g == o.grade)
                && query.class.is_none_or(|c| c == o.class_id)
                && query.class_number.is_none_or(|n| n == o.class_number)
                && query.state.as_ref().is_none_or(|s| *s == o.state)
                && query
                    .pupils
                    .as_ref()
                    .is_none_or(|p| p.contains(&o.pupil_id))
                && query.other.is_none_or(|other| {
                    let at = o.approved_at;
                    at >= other.from && other.to.is_none_or(|to| at < Some(to))
                })
        };
        let expected: Vec<_> = all.iter().filter(fits).cloned().collect();
        assert_eq!(walk(&mut r, &query, 3).await, expected, "{query:?}");
        let number = i64::try_from(expected.len()).unwrap();
        let count = r.count_orders(&query, 50, 50).await.unwrap();
        assert_eq!(count, (number, false), "{query:?}");
        // Looking at two or five at a time finds the same, page after page.
        for look in [2, 5] {
            let mut seen = Vec::new();
            let mut after = None;
            loop {
                let (page, end) = r.orders_within(&query, after, 3, look).await.unwrap();
                assert!(page.len() <= 3);
                if query.is_sparse() {
                    assert!(page.len() <= 2 * look as usize, "{query:?}");
                }
                let last = page.last().map(|o| OrderCursor {
                    confirmed_at: o.confirmed_at,
                    id: o.id,
                });
                after = end.or_else(|| last.filter(|_| page.len() == 3));
                seen.extend(page);
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "{query:?}, {look} at a time");
            let (found, more) = r.count_orders(&query, 50, look).await.unwrap();
            assert!(found == number || (more && found < number), "{query:?}");
        }
    }
    let capped = r.count_orders(&OrderQuery::default(), 5, 50).await;
    assert_eq!(capped.unwrap(), (5, true));
    let none = OrderQuery {
        pupils: Some(vec![]),
        ..OrderQuery::default()
    };
    assert!(r.orders(&none, None, 9).await.unwrap().is_empty());
    assert_eq!(r.count_orders(&none, 9, 9).await.unwrap(), (0, false));
}

async fn pupils_are_found_by_the_start_of_their_name(place: Place) {
    let world = World::make(&place).await;
    let (pupils, _) = twelve(&place, &world).await;
    let mut r = place.read().await;
    let one = r.pupils_named(None, None, "学生1", 9).await.unwrap();
    assert_eq!(one, [pupils[1], pupils[10], pupils[11]]);
    let district = Some("320505");
    let found = r.pupils_named(district, None, "学生", 9).await.unwrap();
    assert_eq!(found.len(), 4);
    let school = Some(world.schools[0].id);
    let found = r
        .pupils_named(Some("320508"), school, "学", 3)
        .await
        .unwrap();
    assert_eq!(found.len(), 3);
    let found = r.pupils_named(district, school, "学", 9).await.unwrap();
    assert!(found.is_empty());
    assert!(r.pupils_named(None, None, "%", 9).await.unwrap().is_empty());
}
