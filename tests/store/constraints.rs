//! What the tables refuse, whoever writes to them.

use crate::both;
use crate::place::{Place, World, enter, pupil};

both!(values_out_of_range_are_refused, references_are_kept);

async fn values_out_of_range_are_refused(place: Place) {
    let world = World::make(&place).await;
    enter(&place, &[pupil(&place, &world, 0, "张三", "1")]).await;
    let class = place.literal(world.classes[0].id.0);
    extend(&place, &world).await;
    for (table, change) in [
        ("district", "code = '32050'"),
        ("district", "code = '32050a'"),
        ("district", "name = ''"),
        ("school", "code = '123'"),
        ("school", "kind = '342'"),
        ("school", "school_year = 1999"),
        ("grade", "number = 0"),
        ("grade", "number = 10"),
        ("class", "number = 0"),
        ("class", "number = 100"),
        ("class", "grade = 10"),
        ("class", "nickname = ''"),
        ("class", "nickname = '一二三四五六七八九十一二三'"),
        ("account", "login = 'ab'"),
        ("account", "login = 'Admin'"),
        ("account", "failures = -1"),
        ("pupil", "name = ''"),
        ("pupil", "gender = 'x'"),
        ("pupil", "birth_date = '2013-9-1'"),
        ("pupil", "paper_kind = 'none'"),
        ("pupil", "status = 'none'"),
        ("pupil", "grade = 0"),
        ("guardian", "relation = '5'"),
        ("enrolment", "end_at = begin_at - 1"),
        ("enrolment", "reason = 'none'"),
        ("application", "state = 'submitted'"),
        ("application", "channel = 'fax'"),
        ("application", "grade = 10"),
        ("application", "state = 'approved', submitted_at = 1"),
        ("application", "state = 'returned', submitted_at = 1"),
        ("application", "returned_reason = ''"),
        ("guardian", "paper_kind = 'none'"),
        ("guardian", "nationality = 'US'"),
        ("extension", "reason = ''"),
        ("extension", "source = 'fax'"),
        ("extension", "card_no = 'a1'"),
        ("extension", "left_at = 1"),
        ("extension_record", "card_no = 'a1'"),
        ("job_lease", "last_day = '1'"),
    ] {
        let sql = format!("UPDATE {table} SET {change}");
        let refused = place.raw(&sql).await.unwrap_err();
        let check = refused
            .as_database_error()
            .is_some_and(|e| e.is_check_violation());
        assert!(check, "{sql}: {refused}");
    }
    let account = place.literal(world.account.id.0);
    let id = place.literal(uuid::Uuid::now_v7());
    for (role, district, school) in [
        ("city_admin", "'320508'", "NULL"),
        ("operator", "'320508'", "NULL"),
        ("district_admin", "NULL", "NULL"),
        ("school_staff", "'320508'", "NULL"),
        ("nobody", "NULL", "NULL"),
    ] {
        let sql = format!(
            "INSERT INTO role_grant (id, account_id, role, district, school_id) \
             VALUES ({id}, {account}, '{role}', {district}, {school})"
        );
        assert!(place.raw(&sql).await.is_err(), "{role}");
    }
    let unconfirmed = format!(
        "INSERT INTO card_order (id, district, school_id, class_id, grade, enrolment_id, \
         pupil_id, kind, state) SELECT {id}, p.district, p.school_id, {class}, 7, p.id, p.id, \
         'new', 'confirmed' FROM pupil p"
    );
    let refused = place.raw(&unconfirmed).await.unwrap_err();
    assert!(
        refused
            .as_database_error()
            .is_some_and(|e| e.is_check_violation())
    );
    if place.is_sqlite() {
        // Types and lengths of ids, which PostgreSQL has by itself.
        let sql = "UPDATE grade SET graduating = 2";
        assert!(place.raw(sql).await.is_err());
        let sql = "UPDATE pupil SET paper_index = x'00'";
        assert!(place.raw(sql).await.is_err());
        let sql = "UPDATE pupil SET created_at = 'yesterday'";
        assert!(place.raw(sql).await.is_err(), "STRICT");
    }
}

/// An entry of the list, a record of a terminal and a lease.
async fn extend(place: &Place, world: &World) {
    let (id, by) = (
        place.literal(uuid::Uuid::now_v7()),
        place.literal(world.account.id.0),
    );
    for sql in [
        format!(
            "INSERT INTO extension (id, district, pupil_id, reason, source, made_at, made_by) \
             SELECT id, district, id, '补卡', 'hand', 0, {by} FROM pupil"
        ),
        format!(
            "INSERT INTO extension_record (id, district, card_no, card_raw, extended_at, \
             imported_at, imported_by) VALUES ({id}, '320508', 'A1', 'a1', 0, 0, {by})"
        ),
        format!(
            "INSERT INTO job_lease (job, district, holder, held_until) \
             VALUES ('extension.clean', '320508', {id}, 0)"
        ),
    ] {
        place.raw(&sql).await.unwrap();
    }
}

async fn references_are_kept(place: Place) {
    let world = World::make(&place).await;
    enter(&place, &[pupil(&place, &world, 0, "张三", "1")]).await;
    for sql in [
        "DELETE FROM district",
        "DELETE FROM school",
        "DELETE FROM grade",
        "DELETE FROM class",
        "DELETE FROM pupil",
        "UPDATE school SET district = '999999'",
    ] {
        let refused = place.raw(sql).await.unwrap_err();
        let reference = refused
            .as_database_error()
            .is_some_and(|e| e.is_foreign_key_violation());
        assert!(reference, "{sql}: {refused}");
    }
}
