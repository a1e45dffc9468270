//! Place accuracy of the import of new pupils: known faults are planted in random
//! files together with traps that look odd and are right. Every fault must be
//! found with its sheet, row, column, heading, code and severity, and nothing
//! else: notes are compared as well.
//!
//! `table` is a table and the files it can be written to, `people` makes up the
//! children, `kinds` is the catalogue of what can be planted in a row, `plan` and
//! `refused` make files. None of them uses the product's code: it is called only
//! here, through the one door.
//!
//! A failure names the seed. `EKATONG_IMPORT_SEED=17 cargo test -p ekatong-tests
//! --test import` makes that file alone and leaves it in the target folder;
//! `EKATONG_IMPORT_FILES=5000` makes more of them.

mod kinds;
mod people;
mod plan;
mod refused;
mod table;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use ekatong_core::error::OpError;
use ekatong_store::Engine;
use ekatong_tests::app::World;
use ekatong_tests::workbook::id_number;
use fastrand::Rng;
use serde_json::{Value, json};

use kinds::KINDS;
use people::School;
use plan::{Case, OnRecord, Person, Planner, Problem, Size};
use table::{Container, Encoding};

/// Files of the run on SQLite: 300 workbooks and 100 csv.
const FILES: u64 = 400;
/// Files that are refused as a whole.
const REFUSED: u64 = 48;
/// How often each kind is planted at least in a full run.
const AT_LEAST: usize = 10;
/// What files can be.
const CONTAINERS: [Container; 4] = [
    Container::Xlsx,
    Container::Csv(Encoding::Utf8),
    Container::Csv(Encoding::Utf8Mark),
    Container::Csv(Encoding::Gb18030),
];

/// A district with the schools and children that the files speak of.
struct Field {
    world: World,
    schools: [School; 2],
    record: OnRecord,
    /// Tokens of people who import: of the whole district and of the second school.
    district: String,
    staff: String,
}

impl Field {
    async fn new(engine: Engine) -> Self {
        let world = World::new(engine).await;
        let test = &world.test;
        // Those of n from 0 are deleted before the others come.
        world.pupils(&world.admin, &world.junior, 0, 12).await;
        delete_all_pupils(&world, engine).await;
        world.pupils(&world.admin, &world.junior, 100, 12).await;
        world.pupils(&world.admin, &world.foreign, 200, 12).await;
        // Those that end with 000 have a warning of their own.
        let ids = |first: usize| {
            (first..first + 12)
                .map(|n| id_number(n, 7))
                .filter(|id| !id.ends_with("000"))
                .collect()
        };
        let people = |first: usize| {
            (first..first + 12).map(|n| {
                let row = ekatong_tests::workbook::child(n, 7, 1);
                let number = |from: usize, to: usize| row[3][from..to].parse::<u32>().unwrap();
                Person {
                    name: row[0].clone(),
                    birth: (number(6, 10) as i32, number(10, 12), number(12, 14)),
                    phone: row[9].clone(),
                }
            })
        };
        let record = OnRecord {
            deleted: ids(0),
            here: ids(100),
            elsewhere: ids(200),
            people: people(100).chain(people(200)).collect(),
            gone: people(0).collect(),
        };
        for (school, grade, numbers) in [
            (&world.junior, 7, json!([12])),
            (&world.junior, 8, json!([1, 2, 99])),
            (&world.primary, 1, json!([1, 2, 10])),
            (&world.primary, 2, json!([1])),
            (&world.primary, 6, json!([1, 2, 3, 4, 5])),
        ] {
            let id = world.grade(school, grade).await;
            let request = json!({ "gradeId": id, "numbers": numbers });
            test.done(&world.admin, "class.create", request).await;
        }
        for (school, grade, number) in [(&world.junior, 7, 12), (&world.primary, 6, 5)] {
            let classes = world.classes(school).await;
            let class = classes
                .iter()
                .find(|class| class["grade"] == grade && class["number"] == number)
                .expect("the class");
            let request = json!({ "id": class["id"], "version": class["version"] });
            test.done(&world.admin, "class.close", request).await;
        }
        let none = Vec::new;
        let schools = [
            School {
                id: world.primary.clone(),
                grades: vec![
                    (1, vec![1, 2, 10], none()),
                    (2, vec![1], none()),
                    (3, none(), none()),
                    (4, none(), none()),
                    (5, none(), none()),
                    (6, vec![1, 2, 3, 4], vec![5]),
                ],
            },
            School {
                id: world.junior.clone(),
                grades: vec![
                    (7, vec![1, 2, 3], vec![12]),
                    (8, vec![1, 2, 99], none()),
                    (9, none(), none()),
                ],
            },
        ];
        let request = json!({ "key": "import.row_limit", "value": "500", "district": "320508" });
        test.done(&world.admin, "setting.set", request).await;
        Self {
            district: test.sign_in("district").await,
            staff: test.sign_in("school").await,
            world,
            schools,
            record,
        }
    }

    /// What is said of the rows. Rows with nothing but notes do not count as rows
    /// with problems, so all rows are asked for.
    async fn row_problems(&self, token: &str, import: &str) -> Vec<Value> {
        let mut said = Vec::new();
        let mut start = 0;
        loop {
            let request = json!({ "importId": import, "start": start, "limit": 500 });
            let answer = self.world.test.done(token, "import.rows", request).await;
            let rows = answer["rows"].as_array().expect("rows");
            if rows.is_empty() {
                return said;
            }
            start += rows.len();
            for row in rows {
                let problems = row["problems"].as_array().expect("problems");
                // A problem must not stand with another row than the one it names.
                assert!(problems.iter().all(|problem| problem["row"] == row["row"]));
                said.extend(problems.iter().cloned());
            }
        }
    }

    /// Makes the file of a seed and compares what is said of it.
    async fn check(&self, seed: u64, container: Container, size: Size, tally: &mut Tally) {
        let mut rng = Rng::with_seed(seed);
        let at = rng.usize(..2);
        let school = &self.schools[at];
        let token = if at == 1 && rng.bool() {
            &self.staff
        } else {
            &self.district
        };
        let case = Planner::new(&mut rng, container, school, size).file(&self.record);
        let bytes = case.book.write(container);
        let name = container.file_name();
        keep(seed, name, &bytes);
        let test = &self.world.test;
        let preview = match test.preview(token, &school.id, name, &bytes).await {
            Ok(preview) => preview,
            Err(error) => {
                let reasons = refusal(error);
                return tally.fail(
                    seed,
                    container,
                    &format!("the file was refused: {reasons:?}"),
                );
            }
        };
        let import = preview["id"].as_str().expect("an id");
        let mut said = preview["fileProblems"].as_array().expect("a list").clone();
        said.extend(self.row_problems(token, import).await);
        let counts = ["headingRow", "rows", "valid"].map(|key| preview[key].as_i64().unwrap_or(-1));
        let wanted = [case.heading_row, case.rows, case.valid];
        if counts != wanted {
            let text = format!("heading row, rows and valid rows are {counts:?}, not {wanted:?}");
            tally.fail(seed, container, &text);
        }
        if container.is_workbook() && preview["sheet"] != case.sheet.as_str() {
            tally.fail(
                seed,
                container,
                &format!("sheet {} was read", preview["sheet"]),
            );
        }
        tally.compare(seed, container, &case, &said);
        // Hundreds of staged files would only make the database large.
        let discard = json!({ "importId": import });
        test.done(token, "import.discard", discard).await;
    }
}

/// As deleting does it: there is no operation yet.
async fn delete_all_pupils(world: &World, engine: Engine) {
    let statement = "UPDATE pupil SET status = 'deleted'";
    match engine {
        Engine::Sqlite => {
            let path = world.test.folder.path().join("ekatong.db");
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
            let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
            sqlx::query(statement).execute(&pool).await.unwrap();
            pool.close().await;
        }
        Engine::Postgres => {
            let pool = sqlx::PgPool::connect(world.test.postgres_url())
                .await
                .unwrap();
            sqlx::query(statement).execute(&pool).await.unwrap();
            pool.close().await;
        }
    }
}

/// The one seed that a person asked for.
fn only_seed() -> Option<u64> {
    let text = std::env::var("EKATONG_IMPORT_SEED").ok()?;
    Some(text.parse().expect("EKATONG_IMPORT_SEED is a number"))
}

/// Leaves the file of the one seed to be looked at.
fn keep(seed: u64, name: &str, bytes: &[u8]) {
    if only_seed() == Some(seed) {
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{seed}-{name}"));
        std::fs::write(&path, bytes).expect("a file");
        println!("seed {seed}: {}", path.display());
    }
}

/// A problem of an answer, as the plan writes it.
fn problem(value: &Value) -> Problem {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    Problem {
        sheet: text("sheet"),
        row: value["row"].as_i64(),
        column: text("column"),
        heading: text("heading"),
        code: text("code"),
        severity: text("severity"),
    }
}

fn refusal(error: OpError) -> Vec<Problem> {
    error
        .problems()
        .iter()
        .map(|p| problem(&serde_json::to_value(p).expect("JSON")))
        .collect()
}

/// What was planted and found, and what went wrong.
#[derive(Default)]
struct Tally {
    /// Planted and found by kind; a trap is found when nothing is said of it.
    kinds: BTreeMap<&'static str, (usize, usize)>,
    problems: usize,
    rows: i64,
    failures: Vec<String>,
}

impl Tally {
    fn count(&mut self, kind: &'static str, found: bool) {
        let slot = self.kinds.entry(kind).or_default();
        slot.0 += 1;
        slot.1 += usize::from(found);
    }

    fn fail(&mut self, seed: u64, container: Container, what: &str) {
        self.failures
            .push(format!("seed {seed}, {container:?}: {what}"));
    }

    /// Compares as multisets: a problem that is said twice is one too many.
    fn compare(&mut self, seed: u64, container: Container, case: &Case, said: &[Value]) {
        let mut left: BTreeMap<Problem, usize> = BTreeMap::new();
        for value in said {
            let mut problem = problem(value);
            if !container.is_workbook() {
                problem.sheet = String::new();
            }
            *left.entry(problem).or_default() += 1;
            let message = value["message"].as_str().unwrap_or_default();
            if message.is_empty() || message.contains("枫桥") || has_long_number(message) {
                self.fail(
                    seed,
                    container,
                    &format!("personal data or nothing in: {message}"),
                );
            }
        }
        for expected in &case.expected {
            let found = match left.get_mut(&expected.place) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    true
                }
                _ => false,
            };
            self.count(expected.kind, found);
            if !found {
                let what = format!("not found: {} at {}", expected.kind, shown(&expected.place));
                self.fail(seed, container, &what);
            }
        }
        left.retain(|_, count| *count > 0);
        for problem in left.keys() {
            let planted = problem.row.and_then(|row| case.planted.get(&row));
            let what = format!(
                "false alarm: {}; planted there: {planted:?}",
                shown(problem)
            );
            self.fail(seed, container, &what);
        }
        let disturbed: Vec<Option<i64>> = left.keys().map(|problem| problem.row).collect();
        for (kind, row) in &case.quiet {
            self.count(kind, row.is_none() || !disturbed.contains(row));
        }
        self.problems += case.expected.len();
        self.rows += case.rows;
    }

    fn table(&self) -> String {
        let mut text = String::from("planted   found  kind\n");
        for (kind, (planted, found)) in &self.kinds {
            writeln!(text, "{planted:7} {found:7}  {kind}").expect("text");
        }
        text
    }

    /// Prints the table and fails with the first failures.
    fn finish(&self, name: &str, started: Instant) {
        let took = started.elapsed().as_secs_f64();
        println!("{}", self.table());
        println!(
            "{name}: {} kinds, {} rows, {} problems planted, {} failures, {took:.1} s",
            self.kinds.len(),
            self.rows,
            self.problems,
            self.failures.len()
        );
        let first: Vec<&str> = self.failures.iter().take(25).map(String::as_str).collect();
        assert!(
            first.is_empty(),
            "{} failures; the first:\n{}\nRepeat one with EKATONG_IMPORT_SEED=<seed> cargo test -p ekatong-tests --test import",
            self.failures.len(),
            first.join("\n")
        );
        for (kind, (planted, found)) in &self.kinds {
            assert_eq!(planted, found, "{kind}");
        }
    }
}

fn shown(problem: &Problem) -> String {
    let row = problem
        .row
        .map_or_else(|| "file".to_owned(), |row| format!("row {row}"));
    format!(
        "{row} {} ({}) of {:?}: {} {}",
        problem.column, problem.heading, problem.sheet, problem.severity, problem.code
    )
}

/// True for nine digits in a row: no count is that long, but ID and phone numbers are.
fn has_long_number(text: &str) -> bool {
    let mut run = 0;
    text.chars().any(|c| {
        run = if c.is_ascii_digit() { run + 1 } else { 0 };
        run >= 9
    })
}

/// Rows of the file of a seed, few and many.
fn size(seed: u64) -> Size {
    Size {
        rows: [1, 12, 25, 40, 60, 90][(seed % 6) as usize],
        planted: 70,
        bare: true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_planted_fault_is_found_at_its_place_and_nothing_else() {
    let started = Instant::now();
    let field = Field::new(Engine::Sqlite).await;
    let mut tally = Tally::default();
    let files = std::env::var("EKATONG_IMPORT_FILES")
        .map_or(FILES, |text| text.parse().expect("a number of files"));
    let seeds = match only_seed() {
        Some(seed) => seed..seed + 1,
        None => 0..files,
    };
    for seed in seeds.clone() {
        // Every fourth file is a csv, each encoding in its turn.
        let container = match seed % 4 {
            3 => CONTAINERS[1 + (seed / 4 % 3) as usize],
            _ => Container::Xlsx,
        };
        field.check(seed, container, size(seed), &mut tally).await;
    }
    tally.finish("random files", started);
    if seeds.end - seeds.start >= FILES {
        for kind in KINDS.iter() {
            let planted = tally.kinds.get(kind.name.as_str()).map_or(0, |k| k.0);
            assert!(
                planted >= AT_LEAST,
                "{}: planted {planted} times",
                kind.name
            );
        }
        for (kind, (planted, _)) in &tally.kinds {
            assert!(*planted >= AT_LEAST, "{kind}: planted {planted} times");
        }
        let faults = KINDS.iter().filter(|kind| kind.is_fault()).count();
        assert!(faults >= 40, "{faults} kinds of faults");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_says_the_same() {
    let started = Instant::now();
    let field = Field::new(Engine::Postgres).await;
    let mut tally = Tally::default();
    for seed in 0..12 {
        field
            .check(seed, Container::Xlsx, size(seed), &mut tally)
            .await;
    }
    tally.finish("random files on PostgreSQL", started);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_rows() {
    let started = Instant::now();
    let field = Field::new(Engine::Sqlite).await;
    let request = json!({ "key": "import.row_limit", "value": "100000", "district": "320508" });
    let test = &field.world.test;
    test.done(&field.world.admin, "setting.set", request).await;
    let mut tally = Tally::default();
    // Rows that are repeated or contradicted come on top of these.
    let size = Size {
        rows: 98_000,
        planted: 4,
        bare: false,
    };
    field.check(1, Container::Xlsx, size, &mut tally).await;
    assert!(tally.rows > 98_000, "{} rows", tally.rows);
    tally.finish("one long file", started);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_files_say_why_and_where() {
    let field = Field::new(Engine::Sqlite).await;
    let mut tally = Tally::default();
    let started = Instant::now();
    for seed in 0..REFUSED {
        let mut rng = Rng::with_seed(seed);
        let reason = (seed % refused::REASONS.len() as u64) as usize;
        let school = &field.schools[1];
        let file = refused::file(&mut rng, school, reason);
        let bytes = file.book.write(Container::Xlsx);
        keep(seed, "refused.xlsx", &bytes);
        let answer = field
            .world
            .test
            .preview(&field.staff, &school.id, "新生.xlsx", &bytes)
            .await;
        let said = answer.map_or_else(refusal, |_| Vec::new());
        let found = said == [file.problem.clone()];
        tally.count(file.kind, found);
        if !found {
            let wanted = shown(&file.problem);
            let said: Vec<String> = said.iter().map(shown).collect();
            tally.fail(
                seed,
                Container::Xlsx,
                &format!("{}: {said:?}, not {wanted}", file.kind),
            );
        }
    }
    tally.finish("refused files", started);
}

/// The generator itself: the same seed is the same file, in every container.
#[test]
fn a_seed_is_a_file() {
    let school = School {
        id: String::new(),
        grades: vec![(7, vec![1, 2], vec![3]), (8, Vec::new(), Vec::new())],
    };
    for container in CONTAINERS {
        let bytes = |seed| {
            let mut rng = Rng::with_seed(seed);
            let case =
                Planner::new(&mut rng, container, &school, size(3)).file(&OnRecord::default());
            assert!(case.rows >= 40 && case.valid < case.rows, "{container:?}");
            case.book.write(container)
        };
        assert!(bytes(1) == bytes(1), "{container:?}");
        assert!(bytes(1) != bytes(2), "{container:?}");
    }
}

/// The comparison notices each way in which an answer can be wrong.
#[test]
fn a_wrong_answer_is_noticed() {
    let school = School {
        id: String::new(),
        grades: vec![(7, vec![1, 2], vec![3]), (8, Vec::new(), Vec::new())],
    };
    let mut rng = Rng::with_seed(7);
    let case = Planner::new(&mut rng, Container::Xlsx, &school, size(3)).file(&OnRecord::default());
    let right: Vec<Value> = case
        .expected
        .iter()
        .map(|expected| {
            let place = &expected.place;
            json!({ "sheet": place.sheet, "row": place.row, "column": place.column,
                "heading": place.heading, "code": place.code, "severity": place.severity,
                "message": "请核对。" })
        })
        .collect();
    let failures = |said: &[Value]| {
        let mut tally = Tally::default();
        tally.compare(0, Container::Xlsx, &case, said);
        tally.failures.len()
    };
    assert_eq!(failures(&right), 0);
    for at in 0..right.len() {
        let mut missing = right.clone();
        missing.remove(at);
        assert_eq!(failures(&missing), 1);
        let mut twice = right.clone();
        twice.push(right[at].clone());
        assert_eq!(failures(&twice), 1);
        for (key, wrong) in [
            ("sheet", json!("别的表")),
            ("row", json!(1_000_000)),
            ("column", json!("ZZ")),
            ("heading", json!("备注")),
            ("code", json!("busy")),
            ("severity", json!("fatal")),
        ] {
            let mut other = right.clone();
            other[at][key] = wrong;
            assert_eq!(failures(&other), 2, "{key}: one not found and one too many");
        }
        let mut telling = right.clone();
        telling[at]["message"] = json!("320507201309189918 不对。");
        assert_eq!(failures(&telling), 1);
    }
}

/// A csv has the rows of the table on lines of their own, quoted where needed.
#[test]
fn a_csv_is_written_as_excel_writes_it() {
    use table::{Book, Cell, Quirks, Sheet};
    let mut sheet = Sheet::default();
    for (at, cell) in [
        ((0, 0), Cell::text("姓名")),
        ((0, 1), Cell::text("住址, \"东\"楼")),
        ((2, 0), Cell::Number(7.0)),
        ((2, 1), Cell::text("路\n二单元")),
    ] {
        sheet.cells.insert(at, cell);
    }
    let book = Book {
        sheets: vec![sheet],
        table: 0,
        quirks: Quirks::default(),
    };
    let text = "姓名,\"住址, \"\"东\"\"楼\"\r\n,\r\n7,\"路\n二单元\"\r\n";
    let utf8 = book.write(Container::Csv(Encoding::Utf8));
    assert_eq!(String::from_utf8(utf8.clone()).unwrap(), text);
    let marked = book.write(Container::Csv(Encoding::Utf8Mark));
    assert_eq!(marked, [b"\xEF\xBB\xBF", utf8.as_slice()].concat());
    let gb = book.write(Container::Csv(Encoding::Gb18030));
    assert!(gb.starts_with(b"\xD0\xD5\xC3\xFB,"), "姓名 in GB18030");
}
