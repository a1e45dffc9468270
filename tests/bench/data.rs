//! Generated data, kept from run to run: a city with any number of card orders.
//!
//! Ten districts with forty schools of 18 classes each, a quarter as many pupils as
//! orders, one year of confirmations. Every paper number is sealed for its row, so
//! that the pages open. Guardians, applications and the steps of orders are left
//! out: no page of orders reads them.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::time::Instant;

use ekatong_core::access::Role;
use ekatong_core::id::{AccountId, ClassId, GradeId, SchoolId};
use ekatong_core::password;
use ekatong_core::ports::{
    AccountRecord, Cipher as _, ClassRecord, GradeRecord, GrantRecord, IndexOf, SchoolRecord,
    SealedAt,
};
use ekatong_store::keys::DataKey;
use ekatong_store::{Database, Engine, OpenOptions, Vault};
use uuid::Uuid;

use crate::bulk::{Raw, Rows, Value};
use crate::cluster::Cluster;
use crate::measure::mix;
use crate::report::count;

/// Raise it when the data below changes.
const GENERATION: u32 = 2;

pub(crate) const DAY_MS: i64 = 86_400_000;
/// Midnight in Asia/Shanghai before which all orders were confirmed: 2026-11-22.
pub(crate) const END: i64 = 1_795_276_800_000;
/// Days with confirmations.
pub(crate) const DAYS: i64 = 365;
/// Password of the account `bench`, the city's admin.
pub(crate) const PASSWORD: &str = "Wutong-shu-7";

const DISTRICTS: usize = 10;
const SCHOOLS: usize = 40;
const GRADES: [i64; 3] = [7, 8, 9];
const CLASSES: i64 = 6;

pub(crate) const SURNAMES: [&str; 20] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗",
];
pub(crate) const GIVEN: [&str; 40] = [
    "子", "梓", "宇", "浩", "欣", "诗", "雨", "俊", "可", "明", "思", "嘉", "文", "一", "若", "晨",
    "涵", "轩", "怡", "然", "琪", "墨", "桐", "熙", "馨", "远", "源", "宁", "博", "诺", "彤", "瑶",
    "睿", "航", "萱", "泽", "佳", "琳", "阳", "乐",
];

/// Folder name that changes with the schema and with what is generated.
pub(crate) fn key() -> String {
    let mut hasher = DefaultHasher::new();
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    for engine in ["sqlite", "postgres"] {
        let mut files: Vec<_> = std::fs::read_dir(migrations.join(engine))
            .expect("the migrations")
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .collect();
        files.sort();
        for file in files {
            std::fs::read(file).expect("a migration").hash(&mut hasher);
        }
    }
    format!(
        "schema-{}-{:08x}-data-{GENERATION}",
        ekatong_store::schema_version(),
        hasher.finish() >> 32
    )
}

/// The key that everything generated here is sealed with.
pub(crate) fn vault() -> Vault {
    Vault::new(&DataKey::from_bytes([7; 32])).expect("a vault")
}

/// A school with its classes by (grade, number).
pub(crate) struct School {
    pub(crate) id: SchoolId,
    pub(crate) district: String,
    pub(crate) classes: Vec<(i64, i64, ClassId)>,
}

/// The places that orders belong to: the same in every database.
pub(crate) struct City {
    pub(crate) districts: Vec<String>,
    pub(crate) schools: Vec<School>,
}

/// The account `bench`.
pub(crate) fn account_id() -> AccountId {
    AccountId(id(4, 1))
}

fn id(kind: u64, number: u64) -> Uuid {
    let (high, low) = (mix(kind << 48 | number), mix(kind << 56 | number));
    Uuid::from_u64_pair(high & !0xF000 | 0x7000, low >> 2 | 1 << 63)
}

/// An id made at a moment, as UUIDv7 are: ids made later sort later.
fn id_at(moment: i64, number: u64) -> Uuid {
    let time = u64::try_from(moment).expect("a moment after 1970") << 16;
    Uuid::from_u64_pair(
        time | 0x7000 | mix(number) >> 52,
        mix(number + 1) >> 2 | 1 << 63,
    )
}

impl City {
    pub(crate) fn new() -> Self {
        let districts: Vec<String> = (1..=DISTRICTS).map(|n| format!("3205{n:02}")).collect();
        let mut schools = Vec::new();
        let mut classes = 0;
        for number in 0..DISTRICTS * SCHOOLS {
            schools.push(School {
                id: SchoolId(id(1, number as u64)),
                district: districts[number % DISTRICTS].clone(),
                classes: GRADES
                    .iter()
                    .flat_map(|grade| (1..=CLASSES).map(move |number| (*grade, number)))
                    .map(|(grade, number)| {
                        classes += 1;
                        (grade, number, ClassId(id(3, classes)))
                    })
                    .collect(),
            });
        }
        Self { districts, schools }
    }

    /// Writes the places and the account through the store's own functions.
    async fn write(&self, database: &Database) {
        let mut uow = database.store().write().await.expect("a transaction");
        let now = END - DAYS * DAY_MS;
        for code in &self.districts {
            uow.insert_district(code, &format!("第{code}区"), now)
                .await
                .expect("a district");
        }
        let mut grades = 0;
        for (number, school) in self.schools.iter().enumerate() {
            let record = SchoolRecord {
                id: school.id,
                district: school.district.clone(),
                district_name: String::new(),
                code: format!("313205{number:04}"),
                name: format!("第{number}初级中学"),
                kind: "311".to_owned(),
                school_year: 2026,
                version: 1,
            };
            uow.insert_school(&record, now).await.expect("a school");
            let records: Vec<GradeRecord> = GRADES
                .iter()
                .map(|grade| {
                    grades += 1;
                    GradeRecord {
                        id: GradeId(id(2, grades)),
                        school_id: school.id,
                        number: *grade,
                        name: format!("{grade}年级"),
                        graduating: *grade == 9,
                        manual_promotion: *grade == 9,
                        classes: 0,
                    }
                })
                .collect();
            uow.insert_grades(&records).await.expect("grades");
            let classes: Vec<ClassRecord> = school
                .classes
                .iter()
                .map(|(grade, number, id)| ClassRecord {
                    id: *id,
                    school_id: school.id,
                    district: school.district.clone(),
                    grade_id: records
                        .iter()
                        .find(|record| record.number == *grade)
                        .expect("its grade")
                        .id,
                    grade: *grade,
                    school_year: 2026,
                    number: *number,
                    nickname: None,
                    remark: None,
                    open: true,
                    pupils: 0,
                    version: 1,
                })
                .collect();
            uow.insert_classes(&classes, now).await.expect("classes");
        }
        let account = AccountRecord {
            id: account_id(),
            login: "bench".to_owned(),
            display_name: "bench".to_owned(),
            password_hash: password::hash(PASSWORD).expect("a hash"),
            // Else it has expired by the time of the benchmark.
            password_changed_at: END,
            must_change: false,
            disabled: false,
            failures: 0,
            locked_until: None,
            last_sign_in_at: None,
            created_at: now,
            version: 1,
        };
        uow.insert_account(&account).await.expect("an account");
        // The card office confirms, the city's admin sees all else.
        let grants = [Role::CityAdmin, Role::CardOffice].map(|role| GrantRecord {
            role: role.as_str().to_owned(),
            district: None,
            district_name: None,
            school_id: None,
            school_name: None,
        });
        uow.put_grants(account.id, &grants).await.expect("grants");
        uow.commit().await.expect("committing");
    }

    fn class_of(&self, pupil: u64) -> (&School, i64, ClassId) {
        let per_school = GRADES.len() as u64 * CLASSES.unsigned_abs();
        let place = mix(pupil ^ 0xC1A5) % (self.schools.len() as u64 * per_school);
        let school = &self.schools[usize::try_from(place / per_school).expect("a school")];
        let (grade, _, id) = school.classes[usize::try_from(place % per_school).expect("a class")];
        (school, grade, id)
    }
}

fn pupil_id(number: u64) -> Uuid {
    let entered = END - (DAYS + 60) * DAY_MS + i64::try_from(number / 16).expect("a moment");
    id_at(entered, number << 1)
}

/// An order's state and moments: approved, confirmed, returned.
fn steps(n: u64, requested: i64, may_be_open: bool) -> (&'static str, [Option<i64>; 3]) {
    let random = mix(n ^ 0x57A7E);
    let hours = |shift: u32, most: u64| {
        let minutes = 60 + (random >> shift) % (most * 60);
        i64::try_from(minutes).expect("a few days") * 60_000
    };
    let approved = requested + hours(8, 72);
    let confirmed = approved + hours(24, 7 * 24);
    let roll = random % 100;
    match (may_be_open, roll) {
        (true, ..20) => ("requested", [None, None, None]),
        (true, 20..32) => ("approved", [Some(approved), None, None]),
        (true, 32..50) => ("confirmed", [Some(approved), Some(confirmed), None]),
        (true, 50..56) => ("in_production", [Some(approved), Some(confirmed), None]),
        (_, ..60) if !(4..56).contains(&roll) => ("returned", [None, None, Some(approved)]),
        (_, 60..80) => ("produced", [Some(approved), Some(confirmed), None]),
        _ => ("delivered", [Some(approved), Some(confirmed), None]),
    }
}

/// Opens the database of a city with this many orders, making it first if need be.
pub(crate) async fn city(
    engine: Engine,
    folder: &Path,
    cluster: Option<&Cluster>,
    orders: u64,
) -> (City, Database) {
    let city = City::new();
    let name = format!("orders_{orders}");
    let (address, there) = match cluster {
        None => {
            let path = folder.join(format!("{name}.db"));
            (path.display().to_string(), path.exists())
        }
        Some(cluster) => {
            // Databases of other schemas live in other folders, thus in other clusters.
            (cluster.url(&name), cluster.has(&name).await)
        }
    };
    if !there {
        let begun = Instant::now();
        eprintln!("making {} orders in {engine:?} …", count(orders));
        let draft = match cluster {
            None => {
                let path = folder.join(format!("{name}.draft"));
                for file in ["", "-wal", "-shm"] {
                    std::fs::remove_file(format!("{}{file}", path.display())).ok();
                }
                path.display().to_string()
            }
            Some(cluster) => {
                cluster
                    .run("DROP DATABASE IF EXISTS draft WITH (FORCE)")
                    .await;
                cluster.run("CREATE DATABASE draft").await;
                cluster.url("draft")
            }
        };
        let database = open(&draft, true).await;
        city.write(&database).await;
        database.close().await;
        fill(&city, engine, &draft, orders).await;
        match cluster {
            None => std::fs::rename(&draft, &address).expect("naming the database"),
            Some(cluster) => {
                cluster
                    .run(&format!("ALTER DATABASE draft RENAME TO {name}"))
                    .await;
            }
        }
        eprintln!("made in {:.0} s", begun.elapsed().as_secs_f64());
    }
    let database = open(&address, false).await;
    (city, database)
}

async fn open(address: &str, create: bool) -> Database {
    let options = OpenOptions {
        create,
        ..OpenOptions::default()
    };
    ekatong_store::open(address, options)
        .await
        .expect("a database")
}

async fn fill(city: &City, engine: Engine, address: &str, orders: u64) {
    let mut raw = Raw::fast(engine, address).await;
    let mut indexes = Vec::new();
    for table in ["pupil", "enrolment", "card_order", "card"] {
        indexes.extend(raw.drop_indexes(table).await);
    }
    // Rows of a whole database are counted once, at the end.
    let triggers = raw.drop_triggers("card_order").await;
    let pupils = orders / 4;
    pupil_rows(&mut raw, city, pupils).await;
    enrolment_rows(&mut raw, city, pupils).await;
    order_rows(&mut raw, city, orders, pupils).await;
    card_rows(&mut raw, orders, pupils).await;
    eprintln!("making {} indexes …", indexes.len());
    for index in indexes {
        raw.run(&index).await;
    }
    count_orders(&mut raw).await;
    for trigger in triggers {
        raw.run(&trigger).await;
    }
    if engine == Engine::Postgres {
        // Autovacuum does it for whoever waits.
        raw.run("VACUUM ANALYZE").await;
    }
    raw.close().await;
}

async fn count_orders(raw: &mut Raw) {
    let nil = match raw.engine() {
        Engine::Sqlite => "zeroblob(16)",
        Engine::Postgres => "'00000000-0000-0000-0000-000000000000'::uuid",
    };
    let day = "coalesce((confirmed_at + 28800000) / 86400000, -1)";
    for place in [
        format!("district, {nil}, 0"),
        "'', school_id, 0".to_owned(),
        "'', school_id, grade".to_owned(),
    ] {
        raw.run(&format!(
            "INSERT INTO order_total (district, school_id, grade, day, state, orders) \
             SELECT {place}, {day}, state, COUNT(*) FROM card_order GROUP BY 1, 2, 3, 4, 5"
        ))
        .await;
    }
}

async fn pupil_rows(raw: &mut Raw, city: &City, pupils: u64) {
    let vault = vault();
    let mut rows = Rows::into(
        raw,
        "pupil (id, district, school_id, class_id, grade, name, gender, birth_date, paper_kind, \
         paper_sealed, paper_index, status, application_state, created_at)",
    );
    for number in 0..pupils {
        let (school, grade, class) = city.class_of(number);
        let row = pupil_id(number);
        let random = mix(number ^ 0x0A3E);
        let pick = |list: &[&'static str], shift: u32| {
            list[usize::try_from((random >> shift) % list.len() as u64).expect("a name")]
        };
        let name = format!(
            "{}{}{}",
            pick(&SURNAMES, 0),
            pick(&GIVEN, 16),
            pick(&GIVEN, 32)
        );
        let paper = format!("32050820130918{:04}", number % 10_000);
        let at = SealedAt {
            table: "pupil",
            column: "paper",
            row,
        };
        let sealed = vault.seal(at, paper.as_bytes()).expect("sealing");
        let index = vault.index(IndexOf::Paper, &format!("bench {number}"));
        rows.push(&[
            Value::Id(row),
            Value::Text(&school.district),
            Value::Id(school.id.0),
            Value::Id(class.0),
            Value::Int(grade),
            Value::Text(&name),
            Value::Text("female"),
            Value::Text("2013-09-18"),
            Value::Text("resident_id"),
            Value::Bytes(&sealed),
            Value::Bytes(&index),
            Value::Text("enrolled"),
            Value::Text("approved"),
            Value::Int(END - (DAYS + 60) * DAY_MS),
        ])
        .await;
    }
    rows.flush().await;
}

async fn enrolment_rows(raw: &mut Raw, city: &City, pupils: u64) {
    let mut rows = Rows::into(raw, "enrolment (id, pupil_id, class_id, begin_at, reason)");
    for number in 0..pupils {
        let (_, _, class) = city.class_of(number);
        let id = pupil_id(number);
        rows.push(&[
            Value::Id(id),
            Value::Id(id),
            Value::Id(class.0),
            Value::Int(END - (DAYS + 60) * DAY_MS),
            Value::Text("new"),
        ])
        .await;
    }
    rows.flush().await;
}

/// Number of the card of a pupil, by the pupil's first order.
pub(crate) fn card_number(order: u64) -> String {
    format!("E{order:010}")
}

/// A card a pupil.
async fn card_rows(raw: &mut Raw, orders: u64, pupils: u64) {
    let mut rows = Rows::into(
        raw,
        "card (id, pupil_id, order_id, card_no, card_raw, serial_no, serial_raw, state, made_at)",
    );
    for n in 0..pupils {
        let requested = requested(n, orders);
        let id = id_at(requested, n);
        let (number, serial) = (card_number(n), format!("04A{n:011X}"));
        rows.push(&[
            Value::Id(id),
            Value::Id(pupil_id(n * STRIDE % pupils)),
            Value::Id(id),
            Value::Text(&number),
            Value::Text(&number),
            Value::Text(&serial),
            Value::Text(&serial),
            Value::Text("valid"),
            Value::Int(requested),
        ])
        .await;
    }
    rows.flush().await;
}

/// Has no factor in common with a number of pupils.
const STRIDE: u64 = 1_000_003;

/// When an order was asked for: they are spread over the year.
fn requested(n: u64, orders: u64) -> i64 {
    // The last confirmation follows its request within ten days.
    let span = u128::from((DAYS - 11).unsigned_abs() * DAY_MS.unsigned_abs());
    let since = u128::from(n) * span / u128::from(orders);
    END - DAYS * DAY_MS + i64::try_from(since).expect("a year")
}

async fn order_rows(raw: &mut Raw, city: &City, orders: u64, pupils: u64) {
    let mut rows = Rows::into(
        raw,
        "card_order (id, district, school_id, class_id, grade, enrolment_id, pupil_id, kind, state, \
         requested_at, approved_at, confirmed_at, returned_at, reason, version)",
    );
    for n in 0..orders {
        let requested = requested(n, orders);
        // Each pupil once in every quarter; only the last order of a pupil may be open.
        let number = n * STRIDE % pupils;
        let (school, grade, class) = city.class_of(number);
        let pupil = pupil_id(number);
        let (state, [approved, confirmed, returned]) = steps(n, requested, n >= orders - pupils);
        let moment = |at: Option<i64>| at.map_or(Value::Null, Value::Int);
        rows.push(&[
            Value::Id(id_at(requested, n)),
            Value::Text(&school.district),
            Value::Id(school.id.0),
            Value::Id(class.0),
            Value::Int(grade),
            Value::Id(pupil),
            Value::Id(pupil),
            Value::Text(if n < pupils { "new" } else { "replacement" }),
            Value::Text(state),
            Value::Int(requested),
            moment(approved),
            moment(confirmed),
            moment(returned),
            if returned.is_some() {
                Value::Text("照片与本人不符，请更换后重新申请。")
            } else {
                Value::Null
            },
            Value::Int(3),
        ])
        .await;
    }
    rows.flush().await;
}
