//! Cards, batches and templates.

use ekatong_core::error::Code;
use ekatong_core::id::{BatchId, BlobId, CardId, OrderId, PupilId, TemplateId};
use ekatong_core::ports::{
    BatchFilter, BatchRecord, BatchResultRecord, BlobRecord, CardExtensionRecord, CardNumberKind,
    CardStepRecord, CardTemplateRecord, LineResultRecord, NewCardRecord, OrderStepRecord,
};

use crate::both;
use crate::place::{NOW, Place, World, enter, id, order, pupil, refused};

both!(
    a_batch_keeps_its_lines_and_its_ledger,
    the_tables_refuse_what_the_rules_forbid,
    a_number_is_on_one_card,
    cards_take_steps,
    extensions_are_kept_once,
    templates_are_named_once_a_district,
);

/// Pupils of the first class with an order each.
async fn ordered(place: &Place, world: &World, count: usize) -> (Vec<PupilId>, Vec<OrderId>) {
    let new: Vec<_> = (0..count)
        .map(|i| pupil(place, world, 0, &format!("学生{i}"), &i.to_string()))
        .collect();
    let pupils = enter(place, &new).await;
    let orders: Vec<_> = pupils.iter().map(|p| order(*p)).collect();
    let mut w = place.write().await;
    let made = w
        .insert_orders(&orders, world.account.id, NOW)
        .await
        .unwrap();
    w.commit().await.unwrap();
    (pupils, made)
}

fn batch(world: &World, number: &str, ordered: i64) -> BatchRecord {
    BatchRecord {
        id: id::<BatchId>(),
        district: "320508".into(),
        district_name: String::new(),
        batch_no: number.into(),
        state: "open".into(),
        template: "{}".into(),
        template_name: "样例".into(),
        ordered,
        made: 0,
        failed: 0,
        created_at: NOW,
        created_by: world.account.id,
        created_by_name: String::new(),
        handed_over_at: None,
        handed_over_by: None,
        closed_at: None,
        closed_by: None,
        package_id: None,
        package_name: None,
        package_sha256: None,
        package_files: "[]".into(),
        version: 1,
    }
}

fn card(pupil: PupilId, order: OrderId, number: &str, serial: Option<&str>) -> NewCardRecord {
    NewCardRecord {
        id: id::<CardId>(),
        pupil_id: pupil,
        order_id: order,
        card_no: number.to_uppercase(),
        card_raw: number.into(),
        serial: serial.map(|serial| (serial.to_uppercase(), serial.to_owned())),
        citizen: None,
    }
}

async fn a_batch_keeps_its_lines_and_its_ledger(place: Place) {
    let world = World::make(&place).await;
    let (pupils, orders) = ordered(&place, &world, 3).await;
    let by = world.account.id;
    let mut w = place.write().await;
    let mut one = batch(&world, "320508-20260901-09", 3);
    w.insert_batch(&one, &orders).await.unwrap();
    let ten = batch(&world, "320508-20260901-10", 0);
    w.insert_batch(&ten, &[]).await.unwrap();
    let other = batch(&world, "320508-202609011-99", 0);
    w.insert_batch(&other, &[]).await.unwrap();
    assert_eq!(
        w.last_batch_no("320508-20260901-")
            .await
            .unwrap()
            .as_deref(),
        Some("320508-20260901-10")
    );
    assert_eq!(w.last_batch_no("320505-20260901-").await.unwrap(), None);
    // One is taken out before the hand-over.
    w.drop_batch_lines(one.id, &orders[1..2]).await.unwrap();
    let lines = w.batch_lines(one.id, None, 0, 10).await.unwrap();
    let numbers: Vec<_> = lines.iter().map(|l| (l.number, l.order_id)).collect();
    assert_eq!(numbers, [(1, orders[0]), (3, orders[2])]);
    let kept = w.orders_by_ids(&orders).await.unwrap();
    assert_eq!(kept[0].batch_no.as_deref(), Some("320508-20260901-09"));
    assert_eq!(
        (kept[1].batch_id, kept[1].batch_no.as_deref()),
        (None, None)
    );

    let blob = BlobRecord {
        id: id::<BlobId>(),
        account_id: by,
        file_name: "包.zip".into(),
        size: 0,
        expires_at: i64::MAX,
    };
    w.insert_blob(&blob).await.unwrap();
    one.state = "handed_over".into();
    one.ordered = 2;
    one.handed_over_at = Some(NOW + 1);
    one.handed_over_by = Some(by);
    one.package_id = Some(blob.id);
    one.package_sha256 = Some([7; 32]);
    w.update_batch(&one).await.unwrap();
    let made = card(pupils[0], orders[0], "e1", Some("0a"));
    w.insert_cards(std::slice::from_ref(&made), by, NOW + 2)
        .await
        .unwrap();
    let results = [
        LineResultRecord {
            number: 1,
            result: "made".into(),
            reason: None,
            card_id: Some(made.id),
        },
        LineResultRecord {
            number: 3,
            result: "failed".into(),
            reason: Some("照片不清".into()),
            card_id: None,
        },
    ];
    w.settle_batch_lines(one.id, &results, NOW + 2)
        .await
        .unwrap();
    let waiting = w.batch_lines(one.id, Some("waiting"), 0, 10).await.unwrap();
    assert!(waiting.is_empty());
    let lines = w.batch_lines(one.id, None, 1, 10).await.unwrap();
    assert_eq!(lines.len(), 1, "after the first");
    assert_eq!(lines[0].reason.as_deref(), Some("照片不清"));
    let made_line = w.batch_lines(one.id, Some("made"), 0, 1).await.unwrap();
    assert_eq!(made_line[0].card_no.as_deref(), Some("E1"));
    assert_eq!(made_line[0].serial_no.as_deref(), Some("0A"));

    let file = BatchResultRecord {
        file_sha256: [1; 32],
        file_name: "结果.xlsx".into(),
        rows_total: 2,
        rows_made: 1,
        rows_failed: 1,
        rows_error: 0,
        read_at: NOW + 2,
        read_by: by,
        read_by_name: String::new(),
    };
    for _ in 0..2 {
        w.insert_batch_result(one.id, &file).await.unwrap();
    }
    let files = w.batch_results(one.id).await.unwrap();
    assert_eq!((files.len(), files[0].rows_made), (1, 1));
    assert_eq!(files[0].read_by_name, world.account.display_name);

    let stored = w.batch(one.id).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.package_sha256), (2, Some([7; 32])));
    assert_eq!(stored.district_name, "姑苏区");
    w.commit().await.unwrap();

    let mut r = place.read().await;
    let all = BatchFilter::default();
    let list = r.batches(&all, None, 2).await.unwrap();
    let ids: Vec<_> = list.iter().map(|b| b.id).collect();
    assert_eq!(ids, [other.id, ten.id], "newest first");
    let rest = r.batches(&all, Some(ten.id), 2).await.unwrap();
    assert_eq!(rest.len(), 1);
    let open = BatchFilter {
        district: Some("320508".into()),
        state: Some("handed_over".into()),
        ..BatchFilter::default()
    };
    assert_eq!(r.batches(&open, None, 10).await.unwrap()[0].id, one.id);
    assert!(r.batch(id()).await.unwrap().is_none());
}

async fn the_tables_refuse_what_the_rules_forbid(place: Place) {
    let world = World::make(&place).await;
    let (pupils, orders) = ordered(&place, &world, 1).await;
    let mut w = place.write().await;
    let one = batch(&world, "B-1", 1);
    w.insert_batch(&one, &orders).await.unwrap();
    let again = w.insert_batch(&batch(&world, "B-1", 0), &[]).await;
    assert!(refused(&again, Code::Busy));
    w.rollback().await.unwrap();
    let mut w = place.write().await;
    w.insert_batch(&one, &orders).await.unwrap();
    let made = card(pupils[0], orders[0], "e1", None);
    w.insert_cards(&[made], world.account.id, NOW)
        .await
        .unwrap();
    w.commit().await.unwrap();
    for change in [
        "batch SET made = 1, failed = 1",
        "batch SET state = 'handed_over'",
        "batch SET state = 'closed', closed_at = 1",
        "batch SET state = 'lost'",
        "batch SET made = -1",
        "batch_line SET result = 'made'",
        "batch_line SET result = 'failed'",
        "batch_line SET number = 0",
        "card SET card_no = 'e1'",
        "card SET card_no = ''",
        "card SET state = 'found'",
    ] {
        let refused = place.raw(&format!("UPDATE {change}")).await.unwrap_err();
        let check = refused
            .as_database_error()
            .is_some_and(|e| e.is_check_violation());
        assert!(check, "{change}: {refused}");
    }
}

async fn a_number_is_on_one_card(place: Place) {
    let world = World::make(&place).await;
    let (pupils, orders) = ordered(&place, &world, 3).await;
    let by = world.account.id;
    let mut w = place.write().await;
    let first = card(pupils[0], orders[0], "e1", Some("0a1"));
    w.insert_cards(std::slice::from_ref(&first), by, NOW)
        .await
        .unwrap();
    w.commit().await.unwrap();
    for (number, serial) in [("E1", "0b"), ("e2", "0A1")] {
        let mut w = place.write().await;
        let twice = card(pupils[1], orders[1], number, Some(serial));
        let made = w.insert_cards(&[twice], by, NOW).await;
        assert!(refused(&made, Code::CardNumberTaken), "{number} {serial}");
        w.rollback().await.unwrap();
    }
    // A pupil has one valid card.
    let mut w = place.write().await;
    let second = card(pupils[0], orders[1], "e3", None);
    let made = w.insert_cards(&[second], by, NOW).await;
    assert!(refused(&made, Code::CardState));
    w.rollback().await.unwrap();

    let mut r = place.read().await;
    for number in ["E1", "0A1"] {
        let found = r.cards_by_number(number).await.unwrap();
        assert_eq!((found.len(), found[0].id), (1, first.id));
        assert_eq!(found[0].serial_raw.as_deref(), Some("0a1"));
    }
    assert!(r.cards_by_number("0a1").await.unwrap().is_empty());
    let asked: Vec<String> = ["E1", "E9", "0A1"].map(str::to_owned).to_vec();
    let taken = r.numbers_taken(CardNumberKind::Card, &asked).await.unwrap();
    assert_eq!(taken, ["E1"]);
    let taken = r
        .numbers_taken(CardNumberKind::Serial, &asked)
        .await
        .unwrap();
    assert_eq!(taken, ["0A1"]);
    let none = r
        .numbers_taken(CardNumberKind::Citizen, &asked)
        .await
        .unwrap();
    assert!(none.is_empty());
    let order = r.orders_by_ids(&orders[..1]).await.unwrap();
    assert_eq!(order[0].card_no.as_deref(), Some("E1"));
}

async fn cards_take_steps(place: Place) {
    let world = World::make(&place).await;
    let (pupils, orders) = ordered(&place, &world, 2).await;
    let by = world.account.id;
    let mut w = place.write().await;
    let cards = [
        card(pupils[0], orders[0], "e1", None),
        card(pupils[1], orders[1], "e2", None),
    ];
    w.insert_cards(&cards, by, NOW).await.unwrap();
    let step = CardStepRecord {
        id: cards[0].id,
        step: "lose".into(),
        state: "lost".into(),
        reason: Some("书包丢失".into()),
    };
    w.step_cards(&[step], by, NOW + 1).await.unwrap();
    w.step_cards(&[], by, NOW + 1).await.unwrap();
    let stored = w.card(cards[0].id).await.unwrap().unwrap();
    assert_eq!((stored.state.as_str(), stored.version), ("lost", 2));
    let events = w.card_events(cards[0].id).await.unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|e| (e.step.as_str(), e.at, e.reason.as_deref()))
        .collect();
    assert_eq!(
        told,
        [("make", NOW, None), ("lose", NOW + 1, Some("书包丢失"))]
    );
    assert_eq!(events[0].by, world.account.display_name);
    let mut found = w.cards_of(&[pupils[1], pupils[0], id()]).await.unwrap();
    found.sort_by(|a, b| a.card_no.cmp(&b.card_no));
    let numbers: Vec<_> = found.iter().map(|c| c.card_no.as_str()).collect();
    assert_eq!(numbers, ["E1", "E2"]);

    // What a production file needs of an order, and the steps of one.
    let records = w
        .production_records(&[orders[1], id(), orders[0]])
        .await
        .unwrap();
    assert_eq!(records.len(), 2);
    assert_eq!(
        (records[0].order_id, records[0].school_district.as_str()),
        (orders[1], "320508")
    );
    let cancel = OrderStepRecord {
        id: orders[0],
        step: "cancel".into(),
        state: "cancelled".into(),
        reason: Some("重复".into()),
    };
    w.step_orders(&[cancel], by, NOW).await.unwrap();
    let steps = w.steps_of_order(orders[0]).await.unwrap();
    let steps: Vec<_> = steps.iter().map(|s| s.step.as_str()).collect();
    assert_eq!(steps, ["request", "cancel"]);
}

async fn extensions_are_kept_once(place: Place) {
    let world = World::make(&place).await;
    let record = |raw: &str, until: &str| CardExtensionRecord {
        id: id(),
        serial_no: raw.to_uppercase(),
        serial_raw: raw.into(),
        source: "file".into(),
        extended_on: "2026-09-01".into(),
        valid_until: until.into(),
        note: None,
        recorded_at: NOW,
        recorded_by: world.account.id,
    };
    let mut w = place.write().await;
    let records = [record("0a", "2027-08-31"), record("0A", "2026-12-31")];
    assert_eq!(w.insert_card_extensions(&records).await.unwrap(), 2);
    let again = [record("0A", "2027-08-31")];
    assert_eq!(w.insert_card_extensions(&again).await.unwrap(), 0);
    let found = w.card_extensions("0A").await.unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|x| (x.serial_raw.as_str(), x.valid_until.as_str()))
        .collect();
    assert_eq!(told, [("0A", "2026-12-31"), ("0a", "2027-08-31")]);
    assert!(w.card_extensions("0B").await.unwrap().is_empty());
}

async fn templates_are_named_once_a_district(place: Place) {
    let world = World::make(&place).await;
    let template = |name: &str| CardTemplateRecord {
        id: id::<TemplateId>(),
        district: "320508".into(),
        name: name.into(),
        content: "{}".into(),
        version: 1,
        updated_at: NOW,
        updated_by: world.account.id,
    };
    let mut w = place.write().await;
    let mut one = template("乙");
    w.put_card_template(&one).await.unwrap();
    w.put_card_template(&template("甲")).await.unwrap();
    one.content = "{ }".into();
    one.version = 2;
    w.put_card_template(&one).await.unwrap();
    assert_eq!(w.card_template(one.id).await.unwrap(), Some(one.clone()));
    let names: Vec<_> = w
        .card_templates("320508")
        .await
        .unwrap()
        .into_iter()
        .map(|t| t.name)
        .collect();
    assert_eq!(names, ["乙", "甲"], "by code points");
    w.commit().await.unwrap();
    let mut w = place.write().await;
    let twice = w.put_card_template(&template("甲")).await;
    assert!(refused(&twice, Code::TemplateNameTaken));
    w.rollback().await.unwrap();
    let mut w = place.write().await;
    w.delete_card_template(one.id).await.unwrap();
    assert!(w.card_template(one.id).await.unwrap().is_none());
    assert!(w.card_templates("320505").await.unwrap().is_empty());
}
