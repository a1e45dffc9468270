//! Orders counted by day and state are kept with every change of an order.

use ekatong_core::domain::order::OrderState;
use ekatong_core::domain::time::{DayRange, Timestamp};
use ekatong_core::id::OrderId;
use ekatong_core::ports::{OrderStepRecord, TotalQuery};
use fastrand::Rng;

use crate::both;
use crate::place::{NOW, Place, World, enter, order, pupil};

both!(
    totals_follow_every_change,
    a_transaction_that_ends_without_commit_leaves_them,
    they_are_read_by_place_and_day,
);

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Rows in which the kept totals and a full count differ.
async fn differences(place: &Place) -> i64 {
    let nil = if place.is_sqlite() {
        "zeroblob(16)"
    } else {
        "'00000000-0000-0000-0000-000000000000'::uuid"
    };
    let day = "coalesce((confirmed_at + 28800000) / 86400000, -1)";
    let counted = format!(
        "SELECT district, {nil} AS school_id, 0 AS grade, {day} AS day, state, COUNT(*) AS orders FROM card_order GROUP BY 1, 2, 3, 4, 5 \
         UNION ALL SELECT '', school_id, 0, {day}, state, COUNT(*) FROM card_order GROUP BY 1, 2, 3, 4, 5 \
         UNION ALL SELECT '', school_id, grade, {day}, state, COUNT(*) FROM card_order GROUP BY 1, 2, 3, 4, 5"
    );
    let kept =
        "SELECT district, school_id, grade, day, state, orders FROM order_total WHERE orders > 0";
    place
        .raw_number(&format!(
            "SELECT (SELECT COUNT(*) FROM (SELECT * FROM ({counted}) AS a EXCEPT {kept}) AS b) \
             + (SELECT COUNT(*) FROM ({kept} EXCEPT SELECT * FROM ({counted}) AS c) AS d)"
        ))
        .await
}

/// Thirty orders over the six classes of the world.
async fn thirty(place: &Place, world: &World) -> Vec<OrderId> {
    let new: Vec<_> = (0..30)
        .map(|i| pupil(place, world, i % 6, &format!("学生{i}"), &i.to_string()))
        .collect();
    let pupils = enter(place, &new).await;
    let orders: Vec<_> = pupils.iter().map(|p| order(*p)).collect();
    let mut w = place.write().await;
    let made = w.insert_orders(&orders, world.account.id, NOW).await;
    w.commit().await.unwrap();
    made.unwrap()
}

/// Some orders take some step, at some time of a hundred days.
fn anything(rng: &mut Rng, orders: &[OrderId]) -> (Vec<OrderStepRecord>, i64) {
    let (step, state) = *rng
        .choice(&[
            ("approve", "approved"),
            ("confirm", "confirmed"),
            ("withdraw", "approved"),
            ("return", "returned"),
        ])
        .unwrap();
    let mut steps = Vec::new();
    for id in orders {
        if rng.u8(..4) == 0 {
            steps.push(OrderStepRecord {
                id: *id,
                step: step.into(),
                state: state.into(),
                reason: (step == "return").then(|| "补件".into()),
            });
        }
    }
    (steps, NOW + rng.i64(0..100) * DAY + rng.i64(0..DAY))
}

async fn totals_follow_every_change(place: Place) {
    let world = World::make(&place).await;
    let orders = thirty(&place, &world).await;
    assert_eq!(differences(&place).await, 0);
    let mut rng = Rng::with_seed(7);
    for _ in 0..40 {
        let (steps, at) = anything(&mut rng, &orders);
        let mut w = place.write().await;
        w.step_orders(&steps, world.account.id, at).await.unwrap();
        w.commit().await.unwrap();
        assert_eq!(differences(&place).await, 0);
    }
    // However an order is changed: by hand, too.
    for sql in [
        "UPDATE card_order SET district = '320505' WHERE state = 'approved'",
        "UPDATE card_order SET grade = 9",
        "UPDATE card_order SET version = version + 1",
    ] {
        place.raw(sql).await.unwrap();
        assert_eq!(differences(&place).await, 0, "{sql}");
    }
    place.raw("DELETE FROM order_event").await.unwrap();
    place.raw("DELETE FROM card_order").await.unwrap();
    assert_eq!(differences(&place).await, 0);
}

async fn a_transaction_that_ends_without_commit_leaves_them(place: Place) {
    let world = World::make(&place).await;
    let orders = thirty(&place, &world).await;
    let mut rng = Rng::with_seed(8);
    for _ in 0..5 {
        let (steps, at) = anything(&mut rng, &orders);
        let mut w = place.write().await;
        w.step_orders(&steps, world.account.id, at).await.unwrap();
        w.rollback().await.unwrap();
        assert_eq!(differences(&place).await, 0);
    }
    let mut r = place.read().await;
    let all = r.order_totals(&TotalQuery::default()).await.unwrap();
    assert_eq!(all, [("requested".to_owned(), 30)]);
}

async fn they_are_read_by_place_and_day(place: Place) {
    let world = World::make(&place).await;
    let orders = thirty(&place, &world).await;
    let mut w = place.write().await;
    for (number, id) in orders.iter().enumerate() {
        let steps = [("approve", "approved"), ("confirm", "confirmed")].map(|(step, state)| {
            OrderStepRecord {
                id: *id,
                step: step.into(),
                state: state.into(),
                reason: None,
            }
        });
        // Ten a day on three days; the last ten are approved only.
        let day = i64::try_from(number / 10).unwrap();
        let taken = if day < 2 { &steps[..] } else { &steps[..1] };
        w.step_orders(taken, world.account.id, NOW + day * DAY)
            .await
            .unwrap();
    }
    w.commit().await.unwrap();
    let first = Timestamp::from_ms(NOW).day();
    let confirmed = OrderState::Confirmed.as_str().to_owned();
    let mut r = place.read().await;
    let city = TotalQuery::default();
    let mut all = r.order_totals(&city).await.unwrap();
    all.sort();
    assert_eq!(all, [("approved".to_owned(), 10), (confirmed.clone(), 20)]);
    let by_day = r.order_totals_by_day(&city).await.unwrap();
    assert_eq!(by_day, [(first.number(), 10), (first.number() + 1, 10)]);
    // A range leaves the unconfirmed out, and its ends are included.
    let range = TotalQuery {
        days: DayRange::between(first, first),
        ..TotalQuery::default()
    };
    assert_eq!(
        r.order_totals(&range).await.unwrap(),
        [(confirmed.clone(), 10)]
    );
    let mut sum = 0;
    for district in ["320508", "320505"] {
        let query = TotalQuery {
            district: Some(district.to_owned()),
            ..range.clone()
        };
        let of_district = r.order_totals(&query).await.unwrap();
        let schools = r.order_totals_by_school(&query, None, 9).await.unwrap();
        let of_schools: i64 = schools.iter().map(|school| school.orders).sum();
        assert_eq!(of_district[0].1, of_schools, "{district}");
        sum += of_schools;
        let one = schools.iter().find(|school| school.orders > 0).unwrap();
        let mut query = TotalQuery {
            school: Some(one.school_id),
            ..range.clone()
        };
        let of_school = r.order_totals(&query).await.unwrap();
        assert_eq!(of_school, [(confirmed.clone(), one.orders)]);
        let mut grades = 0;
        for grade in 1..=9 {
            query.grade = Some(grade);
            let of_grade = r.order_totals(&query).await.unwrap();
            grades += of_grade.iter().map(|(_, orders)| orders).sum::<i64>();
        }
        assert_eq!(grades, one.orders);
    }
    assert_eq!(sum, 10);
    // Schools are paged by their code; those without orders are there, too.
    let all = r.order_totals_by_school(&city, None, 9).await.unwrap();
    let codes: Vec<&str> = all.iter().map(|s| s.school_code.as_str()).collect();
    assert!(codes.is_sorted(), "{codes:?}");
    let after = r.order_totals_by_school(&city, Some(codes[0]), 1).await;
    let next = after.unwrap();
    assert!(next.iter().all(|s| s.school_code.as_str() > codes[0]));
}
