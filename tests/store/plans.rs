//! Every list walks an index: no large table is read from end to end, and nothing larger than a page is sorted.

use ekatong_core::domain::application::ApplicationState;
use ekatong_core::domain::order::OrderDate;
use ekatong_core::id::{OrderId, PupilId};
use ekatong_core::ports::{
    ApplicationQuery, AuditFilter, BatchFilter, CardNumberKind, ExtensionQuery, MoveFilter,
    OrderCursor, OrderQuery, OtherDate, PhotoAddress, PupilFilter,
};
use ekatong_store::Plans;

use crate::both;
use crate::place::{NOW, Place, World};

both!(lists_walk_indexes);

/// 100 000 pupils with orders, and as many audit entries. Of the orders nine
/// tenths are confirmed; the rest waits.
async fn fill(place: &Place, world: &World) {
    // Schools and classes as a district has them, so that one school is a small part.
    let (numbers, blob, uuid, text) = if place.is_sqlite() {
        (
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {last})",
            "unhex(printf('%032x', {x}))",
            "unhex(printf('%032x', {x}))",
            "printf('%05d', {x})",
        )
    } else {
        (
            "WITH n (i) AS (SELECT generate_series(0, {last})::bigint)",
            "decode(lpad(to_hex({x}), 32, '0'), 'hex')",
            "lpad(to_hex({x}), 32, '0')::uuid",
            "lpad(({x})::text, 5, '0')",
        )
    };
    let numbers = |last: u32| numbers.replace("{last}", &last.to_string());
    let uuid = |x: &str| uuid.replace("{x}", x);
    let blob = |x: &str| blob.replace("{x}", x);
    let text = |x: &str| text.replace("{x}", x);
    let account = place.literal(world.account.id.0);
    let yes = if place.is_sqlite() { "1" } else { "TRUE" };
    let statements = [
        format!(
            "{} INSERT INTO school (id, district, code, name, kind, school_year, created_at) \
             SELECT {}, CASE WHEN i % 2 = 0 THEN '320508' ELSE '320505' END, 'S' || {}, '校', \
             '311', 2025, 0 FROM n",
            numbers(99),
            uuid("i + 1000"),
            text("i")
        ),
        format!(
            "{} INSERT INTO grade (id, school_id, number, name, graduating, manual_promotion) \
             SELECT {}, {}, 7, '七', {yes}, {yes} FROM n",
            numbers(99),
            uuid("i + 1000"),
            uuid("i + 1000")
        ),
        format!(
            "{} INSERT INTO class (id, school_id, grade_id, grade, school_year, number, open, \
             created_at) SELECT {}, {}, {}, 7, 2025, i / 100 + 1, {yes}, 0 FROM n",
            numbers(1_999),
            uuid("i + 10000"),
            uuid("i % 100 + 1000"),
            uuid("i % 100 + 1000")
        ),
        format!(
            "{} INSERT INTO pupil (id, district, school_id, class_id, grade, name, paper_kind, \
             paper_sealed, paper_index, status, application_state, created_at) SELECT {}, \
             CASE WHEN i % 2 = 0 THEN '320508' ELSE '320505' END, {}, {}, 7, '生' || {}, \
             'resident_id', {}, {}, 'pending', 'draft', 0 FROM n",
            numbers(99_999),
            uuid("i + 100000"),
            uuid("i % 100 + 1000"),
            uuid("i % 2000 + 10000"),
            text("i * 7919 % 100000"),
            blob("i"),
            blob("i * 7919 % 100000")
        ),
        "INSERT INTO enrolment (id, pupil_id, class_id, begin_at, reason) \
         SELECT id, id, class_id, 0, 'new' FROM pupil"
            .to_owned(),
        "INSERT INTO guardian (id, pupil_id, name, phone_index) \
         SELECT id, id, '长', paper_index FROM pupil"
            .to_owned(),
        format!(
            "INSERT INTO application (id, pupil_id, district, school_id, class_id, grade, kind, \
             state, channel, first_saved_at, submitted_at) \
             SELECT id, id, district, school_id, class_id, grade, 'new', \
             CASE WHEN name < '生00500' THEN 'draft' ELSE 'submitted' END, 'import', \
             0, {NOW} + length(name) FROM pupil"
        ),
        format!(
            "{} INSERT INTO card_order (id, district, school_id, class_id, grade, enrolment_id, \
             pupil_id, kind, state, confirmed_at) SELECT p.id, p.district, p.school_id, \
             p.class_id, 7, p.id, p.id, 'new', \
             CASE WHEN i % 10 = 9 THEN 'requested' WHEN i % 10 < 8 THEN 'delivered' \
             ELSE 'confirmed' END, CASE WHEN i % 10 = 9 THEN NULL ELSE {NOW} + i / 3 END \
             FROM n CROSS JOIN pupil p WHERE p.id = {}",
            numbers(99_999),
            uuid("i + 100000")
        ),
        // Half of the pupils are in the list, and terminals recorded each card twice.
        format!(
            "{} INSERT INTO extension (id, district, pupil_id, reason, source, made_at, made_by) \
             SELECT p.id, p.district, p.id, '补卡', 'hand', i, {account} FROM n CROSS JOIN pupil p \
             WHERE p.id = {}",
            numbers(49_999),
            uuid("i + 100000")
        ),
        format!(
            "{} INSERT INTO extension_record (id, district, card_no, card_raw, extended_at, \
             imported_at, imported_by) SELECT {}, '320508', 'A' || {}, 'a', i, 0, {account} FROM n",
            numbers(99_999),
            uuid("i"),
            text("i / 2")
        ),
        format!(
            "INSERT INTO batch (id, district, batch_no, state, template, template_name, ordered, \
             created_at, created_by) VALUES ({}, '320508', 'B', 'open', '', 'T', 100000, 0, \
             {account})",
            uuid("7")
        ),
        format!(
            "{} INSERT INTO batch_line (batch_id, number, order_id, result, reason) SELECT {}, \
             i + 1, {}, CASE WHEN i % 10 = 0 THEN 'waiting' ELSE 'failed' END, '因' FROM n",
            numbers(99_999),
            uuid("7"),
            uuid("i + 100000")
        ),
        format!(
            "{} INSERT INTO card (id, pupil_id, order_id, card_no, card_raw, serial_no, \
             serial_raw, citizen_no, citizen_raw, state, made_at) SELECT {}, {}, {}, 'E' || i, \
             'e', 'S' || i, 's', 'C' || i, 'c', 'valid', 0 FROM n",
            numbers(99_999),
            uuid("i + 400000"),
            uuid("i + 100000"),
            uuid("i + 100000")
        ),
        format!(
            "{} INSERT INTO card_extension (id, serial_no, serial_raw, source, extended_on, \
             valid_until, recorded_at, recorded_by) SELECT {}, 'S' || i, 's', 'file', \
             '2026-09-01', '2027-08-31', 0, {account} FROM n",
            numbers(99_999),
            uuid("i + 400000")
        ),
        format!(
            "{} INSERT INTO audit_entry (id, at, account_id, login, address, op, outcome, \
             district, summary, detail, seq, hash) SELECT {}, {NOW} + i, {account}, 'u' || i % 50, \
             'local', CASE WHEN i % 2 = 0 THEN 'class.create' ELSE 'pupil.update' END, 'done', \
             CASE WHEN i % 2 = 0 THEN '320508' ELSE '320505' END, '', '', i, NULL FROM n",
            numbers(99_999),
            uuid("i")
        ),
        // A photo of every second pupil, a recycled one of every hundredth, and a batch of all.
        format!(
            "{} INSERT INTO photo (id, pupil_id, address, size, width, height, state, created_at, \
             created_by) SELECT {}, {}, {}, 2000, 358, 441, 'current', {NOW}, {account} FROM n",
            numbers(49_999),
            uuid("i + 300000"),
            uuid("i * 2 + 100000"),
            uuid("i + 500000")
        ),
        format!(
            "{} INSERT INTO photo (id, pupil_id, address, size, width, height, state, created_at, \
             created_by, recycled_at, recycled_by, reason) SELECT {}, {}, {}, 2000, 358, 441, \
             'recycled', {NOW}, {account}, {NOW} + i, {account}, '换' FROM n",
            numbers(999),
            uuid("i + 400000"),
            uuid("i * 100 + 100000"),
            uuid("i + 600000")
        ),
        format!(
            "INSERT INTO photo_batch (id, district, school_id, source, state, account_id, \
             created_at) SELECT {}, '320505', {}, '照片', 'open', {account}, {NOW}",
            uuid("1"),
            uuid("1001")
        ),
        format!(
            "{} INSERT INTO photo_item (batch_id, number, name_sealed, pupil_id, state, photo_id, \
             address, size, width, height, problems) SELECT {}, i + 1, {}, {}, \
             CASE WHEN i % 10 = 0 THEN 'differs' ELSE 'new' END, {}, {}, 2000, 358, 441, '[]' FROM n",
            numbers(19_999),
            uuid("1"),
            blob("i"),
            uuid("i + 100000"),
            uuid("i + 700000"),
            uuid("i + 800000")
        ),
    ];
    for sql in statements {
        place.raw(&sql).await.unwrap();
    }
    if !place.is_sqlite() {
        // SQLite is tested as it is in a young database, without statistics.
        place.raw("VACUUM ANALYZE").await.unwrap();
    }
}

/// Fails on a plan that reads a whole table or sorts.
fn check(what: &str, plans: &Plans) {
    let plans = plans.take();
    assert!(!plans.is_empty());
    plans.into_iter().for_each(|plan| check_plan(what, &plan));
}

/// Rows of a page in these tests.
const PAGE: u32 = 50;

/// Rows that PostgreSQL expects of a step. Where it expects no more than a page it
/// may fetch all of them and sort: that costs no more than a page.
fn rows(line: &str) -> u32 {
    line.split_once("rows=")
        .and_then(|(_, rest)| rest.split(' ').next()?.parse().ok())
        .unwrap_or(u32::MAX)
}

fn check_plan(what: &str, plan: &str) {
    for line in plan.lines() {
        let line = line.trim();
        let walks = line.contains("USING INDEX") || line.contains("USING COVERING INDEX");
        // The page itself, and the one row of a count.
        let small = ["SCAN page", "SCAN n", "SCAN (subquery"]
            .iter()
            .any(|s| line.starts_with(s));
        let large = [
            "card_order",
            "pupil",
            "application",
            "guardian",
            "audit_entry",
            "batch_line",
            "card ",
            "card_extension",
            "photo f",
            "photo_item",
            "extension",
        ];
        let bad = (line.starts_with("SCAN ") && !walks && !small)
            || line.contains("TEMP B-TREE")
            || large
                .iter()
                .any(|t| line.contains(&format!("Seq Scan on {t}")))
            || (line.contains("Sort  (") && rows(line) > PAGE);
        assert!(!bad, "{what}: {line}\n{plan}");
    }
}

/// As [`check`]; a count that most rows fit may read the table up to its cap.
fn check_count(what: &str, plans: &Plans) {
    let plan = plans.take();
    let capped = plan.len() == 1 && plan[0].contains("Limit") && !plan[0].contains("Filter");
    if !capped {
        plan.into_iter().for_each(|plan| check_plan(what, &plan));
    }
}

async fn lists_walk_indexes(place: Place) {
    let world = World::make(&place).await;
    fill(&place, &world).await;
    let (mut r, plans) = place.db.read_with_plans().await.unwrap();
    let some = uuid::Uuid::from_u128;
    let school = Some(some(1_001).into());
    let class = Some(some(10_001).into());
    let district = Some("320505".to_owned());
    let text = |t: &str| Some(t.to_owned());

    let narrow = [
        ("all", OrderQuery::default()),
        (
            "district",
            OrderQuery {
                district: district.clone(),
                ..Default::default()
            },
        ),
        (
            "school",
            OrderQuery {
                school,
                district: district.clone(),
                ..Default::default()
            },
        ),
        (
            "class",
            OrderQuery {
                class,
                school,
                ..Default::default()
            },
        ),
        (
            "state",
            OrderQuery {
                state: text("confirmed"),
                ..Default::default()
            },
        ),
        (
            "waiting",
            OrderQuery {
                state: text("requested"),
                ..Default::default()
            },
        ),
        (
            "district and state",
            OrderQuery {
                district: district.clone(),
                state: text("requested"),
                ..Default::default()
            },
        ),
        (
            "school and state",
            OrderQuery {
                school,
                state: text("delivered"),
                ..Default::default()
            },
        ),
    ];
    for (name, query) in narrow {
        let mut after = None;
        // The first page, one from the middle of the confirmed, one among the waiting.
        for cursor in [
            None,
            Some((Some(NOW + 20_000), u128::MAX)),
            Some((None, 150_000)),
        ] {
            if let Some((confirmed_at, id)) = cursor {
                after = Some(OrderCursor {
                    confirmed_at,
                    id: some(id).into(),
                });
            }
            r.orders(&query, after, PAGE).await.unwrap();
            check(&format!("orders by {name} after {after:?}"), &plans);
        }
        let ranged = OrderQuery {
            confirmed_from: Some(NOW + 1_000),
            confirmed_to: Some(NOW + 9_000),
            ..query.clone()
        };
        r.orders(&ranged, None, PAGE).await.unwrap();
        check(&format!("orders by {name} of some days"), &plans);
        r.count_orders(&query, 1_000, 5_000).await.unwrap();
        check_count(&format!("count of orders by {name}"), &plans);
        // With a part that no index holds a page costs its look, which the index gives.
        let sparse = OrderQuery {
            other: Some(OtherDate {
                date: OrderDate::Requested,
                from: Some(NOW),
                to: None,
            }),
            ..query.clone()
        };
        r.orders_within(&sparse, after, PAGE, 5_000).await.unwrap();
        check(&format!("orders by {name} and another date"), &plans);
        r.count_orders(&sparse, 1_000, 5_000).await.unwrap();
        check_count(
            &format!("count of orders by {name} and another date"),
            &plans,
        );
    }

    let pupils: Vec<PupilId> = (0..20).map(|i| some(100_000 + i * 977).into()).collect();
    let orders: Vec<OrderId> = pupils.iter().map(|p| p.0.into()).collect();
    let batch = some(7).into();
    for result in [None, Some("waiting")] {
        r.batch_lines(batch, result, 50_000, PAGE).await.unwrap();
        check(&format!("lines of a batch, {result:?}"), &plans);
    }
    r.cards_by_number("S777").await.unwrap();
    check("a card by any number", &plans);
    r.numbers_taken(CardNumberKind::Citizen, &["C5".to_owned()])
        .await
        .unwrap();
    check("numbers on cards", &plans);
    r.cards_of(&pupils).await.unwrap();
    check("cards of pupils", &plans);
    r.card_extensions("S777").await.unwrap();
    check("extensions of a card", &plans);
    r.production_records(&orders).await.unwrap();
    check("orders for production", &plans);
    r.steps_of_order(some(100_000).into()).await.unwrap();
    check("steps of an order", &plans);
    for filter in [
        BatchFilter::default(),
        BatchFilter {
            district: district.clone(),
            state: text("open"),
            ..BatchFilter::default()
        },
    ] {
        r.batches(&filter, None, PAGE).await.unwrap();
        check("batches", &plans);
    }

    // PostgreSQL may go through the classes of this number instead, one index each.
    let number = OrderQuery {
        district: district.clone(),
        class_number: Some(2),
        ..Default::default()
    };
    r.orders(&number, None, PAGE).await.unwrap();
    let plan = plans.take().concat();
    assert!(!plan.contains("Seq Scan on card_order"), "{plan}");

    let scopes = [
        ("all", PupilFilter::default()),
        (
            "district",
            PupilFilter {
                district: district.clone(),
                ..Default::default()
            },
        ),
        (
            "school",
            PupilFilter {
                school,
                district: district.clone(),
                ..Default::default()
            },
        ),
        (
            "class",
            PupilFilter {
                class,
                ..Default::default()
            },
        ),
        (
            "deletion",
            PupilFilter {
                school,
                deleted: true,
                ..Default::default()
            },
        ),
        (
            "district and name",
            PupilFilter {
                district: district.clone(),
                name: text("生01"),
                ..Default::default()
            },
        ),
        (
            "district and state",
            PupilFilter {
                district: district.clone(),
                application_state: text("draft"),
                ..Default::default()
            },
        ),
    ];
    for (name, filter) in scopes {
        for after in [None, Some(("生05000".to_owned(), PupilId::from(some(0))))] {
            r.pupils(&filter, after, PAGE).await.unwrap();
            check(&format!("pupils by {name}"), &plans);
        }
        r.count_pupils(&filter, 1_000).await.unwrap();
        check_count(&format!("count of pupils by {name}"), &plans);
    }
    for (name, query) in [
        ("all", ApplicationQuery::default()),
        (
            "district",
            ApplicationQuery {
                district: district.clone(),
                ..Default::default()
            },
        ),
        (
            "school",
            ApplicationQuery {
                school,
                district: district.clone(),
                ..Default::default()
            },
        ),
    ] {
        let waiting = ApplicationQuery {
            kind: text("new"),
            state: text("submitted"),
            ..query
        };
        for after in [None, Some((NOW + 2, some(150_000).into()))] {
            r.applications(&waiting, after, PAGE).await.unwrap();
            check(&format!("applications by {name}"), &plans);
        }
        r.count_applications(&waiting, 1_000).await.unwrap();
        check_count(&format!("count of applications by {name}"), &plans);
    }
    let (to, from) = (school, district.clone());
    for (name, filter) in [
        ("kind", MoveFilter::default()),
        (
            "new school",
            MoveFilter {
                to_school: to,
                ..Default::default()
            },
        ),
        (
            "old school",
            MoveFilter {
                from_school: to,
                ..Default::default()
            },
        ),
        (
            "new district",
            MoveFilter {
                to_district: from.clone(),
                ..Default::default()
            },
        ),
        (
            "old district",
            MoveFilter {
                from_district: from,
                ..Default::default()
            },
        ),
    ] {
        let filter = MoveFilter {
            kind: "registration".to_owned(),
            ..filter
        };
        r.moves(&filter, None, PAGE).await.unwrap();
        check(&format!("moves by {name}"), &plans);
    }
    // What may be one child is found by its guardian's phone.
    r.near_pupils("生01234", "2013-09-18", &[[7; 16]], PAGE)
        .await
        .unwrap();
    check("near matches", &plans);
    r.children_by_phone(&[[7; 16], [8; 16]]).await.unwrap();
    check("near matches of many", &plans);
    r.pupils_with_near(&[PupilId::from(some(100_000))])
        .await
        .unwrap();
    check("pupils with near matches", &plans);
    let suspected = ApplicationQuery {
        district: district.clone(),
        kind: text("new"),
        state: text("submitted"),
        suspected: true,
        ..Default::default()
    };
    r.applications(&suspected, None, PAGE).await.unwrap();
    let plan = plans.take().concat();
    assert!(
        !plan.contains("SCAN g") && !plan.contains("SCAN h"),
        "{plan}"
    );
    for after in [None, Some(some(150_000).into())] {
        for state in [ApplicationState::Draft, ApplicationState::Returned] {
            r.unfinished(some(1_001).into(), state, after, PAGE)
                .await
                .unwrap();
            check("unfinished applications", &plans);
        }
    }
    r.count_unfinished(some(1_001).into(), ApplicationState::Draft, 1_000)
        .await
        .unwrap();
    check("count of unfinished applications", &plans);
    r.pupils_named(Some("320505"), None, "生0123", PAGE)
        .await
        .unwrap();
    check("pupils by name", &plans);

    // The search: names by their tokens, then who bears them.
    r.names_by_token("生0", None, PAGE).await.unwrap();
    check("names by token", &plans);
    r.names_by_token("生0", Some(("生01", "生01")), PAGE)
        .await
        .unwrap();
    check("names by token, next", &plans);
    r.names_borne(Some("生0"), PAGE).await.unwrap();
    let borne = plans.take().concat();
    assert!(!borne.contains("Seq Scan on pupil"), "{borne}");
    for (name, filter) in [
        (
            "names of a district",
            PupilFilter {
                district: district.clone(),
                names: Some((0..16).map(|i| format!("生{i:05}")).collect()),
                ..Default::default()
            },
        ),
        (
            "names",
            PupilFilter {
                names: Some((0..500).map(|i| format!("生{i:05}")).collect()),
                ..Default::default()
            },
        ),
        (
            "ids",
            PupilFilter {
                ids: Some(vec![PupilId::from(some(100_000))]),
                ..Default::default()
            },
        ),
    ] {
        r.pupils(&filter, None, PAGE).await.unwrap();
        let plan = plans.take().concat();
        assert!(
            !plan.contains("Seq Scan on pupil") && !plan.contains("SCAN p\n"),
            "pupils by {name}: {plan}"
        );
    }

    r.namesakes("生01234", ("2013-01-01", "2013-12-31"), PAGE)
        .await
        .unwrap();
    check("namesakes", &plans);

    let indexes: Vec<[u8; 16]> = (0..500_u128).map(|i| (i * 100).to_be_bytes()).collect();
    assert_eq!(r.find_papers(&indexes).await.unwrap().len(), 500);
    // PostgreSQL reads the 100 schools and 2000 classes into memory for 500 children.
    let plan = plans.take().concat();
    assert!(
        !plan.contains("Seq Scan on pupil") && !plan.contains("SCAN p"),
        "{plan}"
    );
    r.find_papers(&indexes[..1]).await.unwrap();
    check("one paper", &plans);

    let school = some(1_001).into();
    let after = Some(("生05000".to_owned(), PupilId::from(some(100_000))));
    for missing in [false, true] {
        r.photo_pupils(school, missing, after.clone(), PAGE)
            .await
            .unwrap();
        check("pupils with photos", &plans);
    }
    let ids: Vec<PupilId> = (0..PAGE)
        .map(|i| some(u128::from(i) + 100_000).into())
        .collect();
    r.current_photos(&ids).await.unwrap();
    check("current photos", &plans);
    let address = PhotoAddress(some(500_007));
    assert_eq!(r.photos_at(&[address]).await.unwrap().len(), 1);
    check("photos at an address", &plans);
    r.photo(some(300_007).into()).await.unwrap();
    check("a photo", &plans);
    r.recycled_photos(school, Some((NOW + 500, some(1).into())), PAGE)
        .await
        .unwrap();
    r.photos_to_purge("320505", NOW + 500, PAGE).await.unwrap();
    r.photo_batches_to_purge(NOW + 1, 1).await.unwrap();
    let recycled = plans.take().concat();
    assert!(
        !recycled.contains("Seq Scan on pupil") && !recycled.contains("SCAN p\n"),
        "{recycled}"
    );
    r.needed_photos(&[address]).await.unwrap();
    check("files that are needed", &plans);
    for state in [None, Some("differs")] {
        r.photo_items(some(1).into(), state, 500, PAGE)
            .await
            .unwrap();
        check("items of a batch", &plans);
    }

    for (name, filter) in [
        ("all", AuditFilter::default()),
        (
            "district",
            AuditFilter {
                districts: Some(vec!["320508".into()]),
                ..Default::default()
            },
        ),
        (
            "account",
            AuditFilter {
                account: Some(world.account.id),
                ..Default::default()
            },
        ),
        (
            "login",
            AuditFilter {
                login: text("u7"),
                ..Default::default()
            },
        ),
        (
            "noun",
            AuditFilter {
                op: text("class"),
                ..Default::default()
            },
        ),
        (
            "days",
            AuditFilter {
                from: Some(NOW + 100),
                to: Some(NOW + 90_000),
                ..Default::default()
            },
        ),
    ] {
        for before in [None, Some((NOW + 50_000, some(50_000).into()))] {
            r.audit_entries(&filter, before, PAGE).await.unwrap();
            check(&format!("audit by {name}"), &plans);
        }
    }
    let extensions = [
        ("all", ExtensionQuery::default()),
        (
            "district",
            ExtensionQuery {
                district: district.clone(),
                ..Default::default()
            },
        ),
        (
            "run",
            ExtensionQuery {
                run: Some(some(7).into()),
                ..Default::default()
            },
        ),
    ];
    for (name, query) in extensions {
        for before in [None, Some(some(150_000).into())] {
            r.extensions(&query, before, PAGE).await.unwrap();
            check(&format!("temporary extensions by {name}"), &plans);
        }
        r.count_extensions(&query, 1_001).await.unwrap();
        let _ = plans.take();
    }
    // The list of a district may be read for one school: here half of all pupils are in it,
    // which is many times more than any has. The pupils never are.
    let query = ExtensionQuery {
        district: district.clone(),
        school: Some(school),
        ..Default::default()
    };
    r.extensions(&query, None, PAGE).await.unwrap();
    let plan = plans.take().concat();
    assert!(!plan.contains("Seq Scan on pupil"), "{plan}");
    r.pupils_in_list(&[some(100_001).into()]).await.unwrap();
    check("whether pupils are in the list", &plans);
    r.terminal_records("A00001", PAGE).await.unwrap();
    check("records of a card", &plans);
    r.districts_without("extension.clean", "2026-09-01")
        .await
        .unwrap();
    let _ = plans.take();

    r.unsealed_chains().await.unwrap();
    r.unsealed("320508", PAGE).await.unwrap();
    r.sealed_entries("320508", None, PAGE).await.unwrap();
    r.sealed_entries("320508", Some(100), PAGE).await.unwrap();
    r.last_moment().await.unwrap();
    let sealing = plans.take().concat();
    assert!(!sealing.contains("Seq Scan on audit_entry"), "{sealing}");
}
