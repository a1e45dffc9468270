//! What a preview says is what a commit does, whatever is in file and records, and
//! whatever happens between the two (IMP-6, IMP-8).
//!
//! The expectation is worked out beside the program: from the rows that the preview
//! shows as right, the classes that are open by now, and the children on record by now.

use std::collections::BTreeSet;

use ekatong_store::Engine;
use ekatong_tests::app::World;
use ekatong_tests::workbook::{Child, child, id_number, new_pupils};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

const PAPER: usize = 3;
const GRADE: usize = 4;
const CLASS: usize = 5;
const PHONE: usize = 9;
/// Children that a case can be about.
const CHILDREN: usize = 8;
/// Classes 1–4 are made, 5 never.
const CLASSES: usize = 5;

/// A row of the file.
#[derive(Debug, Clone)]
struct Row {
    child: usize,
    class: usize,
    fault: Option<Fault>,
}

#[derive(Debug, Clone, Copy)]
enum Fault {
    Name,
    Paper,
    Grade,
    Phone,
}

/// Where a child is before the file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nowhere,
    Here,
    Elsewhere,
    Deleted,
}

/// A correction in the grid.
#[derive(Debug, Clone, Copy)]
enum Edit {
    Class(usize, usize),
    Paper(usize, usize),
    Phone(usize),
}

/// What happens between the look and the commit.
#[derive(Debug, Clone, Copy)]
enum Between {
    Close(usize),
    Reopen(usize),
    Delete(usize),
    EnteredElsewhere(usize),
    EnteredHere(usize),
    OtherImport(usize, usize),
}

#[derive(Debug, Clone)]
struct Case {
    closed: Vec<bool>,
    known: Vec<Known>,
    rows: Vec<Row>,
    edits: Vec<Edit>,
    between: Vec<Between>,
    all: bool,
}

fn case() -> impl Strategy<Value = Case> {
    let fault = prop_oneof![
        24 => Just(None),
        1 => Just(Some(Fault::Name)),
        1 => Just(Some(Fault::Paper)),
        1 => Just(Some(Fault::Grade)),
        1 => Just(Some(Fault::Phone)),
    ];
    let known = prop_oneof![
        16 => Just(Known::Nowhere),
        1 => Just(Known::Here),
        1 => Just(Known::Elsewhere),
        1 => Just(Known::Deleted),
    ];
    let class = prop_oneof![24 => 1..CLASSES, 1 => Just(CLASSES)];
    // Mostly each row has a child of its own.
    let row = (prop::option::weighted(0.15, 0..CHILDREN), class, fault);
    let edit = prop_oneof![
        (0..6_usize, 1..=CLASSES).prop_map(|(row, class)| Edit::Class(row, class)),
        (0..6_usize, 0..CHILDREN).prop_map(|(row, child)| Edit::Paper(row, child)),
        (0..6_usize).prop_map(Edit::Phone),
    ];
    let between = prop_oneof![
        (1..CLASSES).prop_map(Between::Close),
        (1..CLASSES).prop_map(Between::Reopen),
        (1..CLASSES).prop_map(Between::Delete),
        (0..CHILDREN).prop_map(Between::EnteredElsewhere),
        (0..CHILDREN).prop_map(Between::EnteredHere),
        (0..CHILDREN, 0..CHILDREN).prop_map(|(a, b)| Between::OtherImport(a, b)),
    ];
    (
        prop::collection::vec(prop::bool::weighted(0.15), CLASSES - 1),
        prop::collection::vec(known, CHILDREN),
        prop::collection::vec(row, 1..7),
        prop::collection::vec(edit, 0..3),
        prop_oneof![Just(vec![]), prop::collection::vec(between, 1..4)],
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(closed, known, rows, edits, between, all, clean)| {
            // Every other file is right at first, so that only what happens later counts.
            let rows = (0..).zip(rows).map(|(at, (child, class, fault))| Row {
                child: child.filter(|_| !clean).unwrap_or(at),
                class: if clean { class.min(CLASSES - 1) } else { class },
                fault: fault.filter(|_| !clean),
            });
            Case {
                closed: closed.into_iter().map(|closed| closed && !clean).collect(),
                known: if clean {
                    vec![Known::Nowhere; CHILDREN]
                } else {
                    known
                },
                rows: rows.collect(),
                edits: if clean { vec![] } else { edits },
                between,
                all,
            }
        })
}

/// What the cases came to, so that a generator that tries nothing shows.
#[derive(Debug, Default)]
struct Seen {
    cases: usize,
    committed: usize,
    refused: usize,
    written: usize,
    lost: usize,
    /// All rows were right at first, some were not any more, and so none was written.
    taken_back: usize,
}

/// A row as the grid shows it.
#[derive(Debug, Clone)]
struct Shown {
    row: i64,
    state: String,
    number: String,
    class: String,
    /// Codes and columns of its errors.
    errors: BTreeSet<(String, String)>,
}

impl Shown {
    fn is_right(&self) -> bool {
        ["valid", "warning"].contains(&self.state.as_str())
    }
}

struct Run {
    world: World,
    engine: Engine,
    cases: usize,
}

impl Run {
    async fn new(engine: Engine) -> Self {
        Self {
            world: World::new(engine).await,
            engine,
            cases: 0,
        }
    }

    async fn done(&self, op: &str, request: Value) -> Value {
        self.world.test.done(&self.world.admin, op, request).await
    }

    /// The n-th child of this case; no two cases share one.
    fn child(&self, n: usize, class: usize) -> Child {
        child(self.cases * CHILDREN + n, 7, class)
    }

    fn number(&self, n: usize) -> String {
        id_number(self.cases * CHILDREN + n, 7)
    }

    /// A new school with classes 1–4 of grade 7.
    async fn school(&self) -> String {
        let code = format!("31320{:05}", 20_000 + self.cases);
        let request = json!({ "district": "320508", "code": code, "name": format!("第{}中学", self.cases), "kind": "311" });
        let made = self.done("school.create", request).await;
        let school = made["school"]["id"].as_str().unwrap().to_owned();
        self.done("grade.createLadder", json!({ "schoolIds": [school] }))
            .await;
        let grade = self.world.grade(&school, 7).await;
        let numbers: Vec<usize> = (1..CLASSES).collect();
        self.done(
            "class.create",
            json!({ "gradeId": grade, "numbers": numbers }),
        )
        .await;
        school
    }

    async fn enter(&self, school: &str, children: &[Child]) {
        let preview = self
            .world
            .test
            .preview(
                &self.world.admin,
                school,
                "别的.xlsx",
                &new_pupils(children),
            )
            .await
            .unwrap();
        let request = json!({ "importId": preview["id"], "mode": "valid" });
        // What is on record already, or has no class any more, stays out: that is no concern here.
        let _ = self
            .world
            .test
            .call(Some(&self.world.admin), "import.commit", request)
            .await;
    }

    /// There is no operation for it yet.
    async fn mark_deleted(&self, school: &str) {
        let sql = match self.engine {
            Engine::Sqlite => format!(
                "UPDATE pupil SET status = 'deleted' WHERE school_id = x'{}'",
                school.replace('-', "")
            ),
            Engine::Postgres => {
                format!("UPDATE pupil SET status = 'deleted' WHERE school_id = '{school}'")
            }
        };
        let sql = AssertSqlSafe(sql);
        match self.engine {
            Engine::Sqlite => {
                let path = self.world.test.folder.path().join("ekatong.db");
                let mut connection = SqliteConnection::connect(path.to_str().unwrap())
                    .await
                    .unwrap();
                sqlx::query(sql).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Engine::Postgres => {
                let mut connection = PgConnection::connect(self.world.test.postgres_url())
                    .await
                    .unwrap();
                sqlx::query(sql).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    async fn class(&self, school: &str, number: usize, op: &str) {
        let classes = self.world.classes(school).await;
        if let Some(class) = classes
            .iter()
            .find(|class| class["grade"] == 7 && class["number"] == number)
        {
            let request = json!({ "id": class["id"], "version": class["version"] });
            // A class with pupils is not deleted.
            let _ = self
                .world
                .test
                .call(Some(&self.world.admin), op, request)
                .await;
        }
    }

    async fn between(&self, school: &str, what: Between) {
        match what {
            Between::Close(class) => self.class(school, class, "class.close").await,
            Between::Reopen(class) => self.class(school, class, "class.reopen").await,
            Between::Delete(class) => self.class(school, class, "class.delete").await,
            Between::EnteredElsewhere(n) => {
                self.enter(&self.world.foreign, &[self.child(n, 1)]).await
            }
            Between::EnteredHere(n) => self.enter(school, &[self.child(n, 2)]).await,
            Between::OtherImport(a, b) => {
                self.enter(school, &[self.child(a, 1), self.child(b, 4)])
                    .await
            }
        }
    }

    async fn rows(&self, import: &Value) -> Vec<Shown> {
        let request = json!({ "importId": import, "start": 0, "limit": 100 });
        let answer = self.done("import.rows", request).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        answer["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| Shown {
                row: row["row"].as_i64().unwrap(),
                state: text(&row["state"]),
                number: text(&row["cells"][PAPER]),
                class: text(&row["cells"][CLASS]),
                errors: row["problems"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|problem| problem["severity"] == "error")
                    .map(|problem| (text(&problem["code"]), text(&problem["column"])))
                    .collect(),
            })
            .collect()
    }

    /// Where a number is on record: school, class and import if any.
    async fn on_record(&self, number: &str) -> Option<(String, String)> {
        let found = self.done("pupil.find", json!({ "idNumber": number })).await;
        let pupil = found.get("pupil")?;
        Some((
            pupil["schoolId"].as_str()?.to_owned(),
            pupil["classNumber"].to_string(),
        ))
    }

    async fn pupils_of(&self, import: &Value) -> usize {
        let request = json!({ "importId": import, "limit": 500 });
        self.done("pupil.list", request).await["items"]
            .as_array()
            .unwrap()
            .len()
    }

    async fn check(&mut self, case: &Case, seen: &mut Seen) {
        self.cases += 1;
        let school = self.school().await;
        let of = |known: Known, class: usize| -> Vec<Child> {
            (0..CHILDREN)
                .filter(|n| case.known[*n] == known)
                .map(|n| self.child(n, class))
                .collect()
        };
        if case.known.contains(&Known::Deleted) {
            self.enter(&school, &of(Known::Deleted, 1)).await;
            self.mark_deleted(&school).await;
        }
        for (at, known) in [
            (&school, Known::Here),
            (&self.world.foreign, Known::Elsewhere),
        ] {
            if case.known.contains(&known) {
                self.enter(at, &of(known, 1)).await;
            }
        }
        for (class, closed) in (1..).zip(&case.closed) {
            if *closed {
                self.class(&school, class, "class.close").await;
            }
        }

        let file: Vec<Child> = case
            .rows
            .iter()
            .map(|row| {
                let mut cells = self.child(row.child, row.class);
                match row.fault {
                    None => {}
                    Some(Fault::Name) => cells[0].clear(),
                    Some(Fault::Paper) => cells[PAPER] = "320508201402250020".to_owned(),
                    Some(Fault::Grade) => cells[GRADE] = "七年级".to_owned(),
                    Some(Fault::Phone) => cells[PHONE] = "12".to_owned(),
                }
                cells
            })
            .collect();
        let summary = self
            .world
            .test
            .preview(&self.world.admin, &school, "新生.xlsx", &new_pupils(&file))
            .await
            .unwrap();
        let import = &summary["id"];
        for edit in &case.edits {
            let (row, column, value) = match edit {
                Edit::Class(row, class) => (row, "class", class.to_string()),
                Edit::Paper(row, child) => (row, "paperNumber", self.number(*child)),
                Edit::Phone(row) => (row, "guardianPhone", "13900000001".to_owned()),
            };
            if *row < file.len() {
                let edits = json!([{ "row": row + 2, "column": column, "value": value }]);
                self.done("import.edit", json!({ "importId": import, "edits": edits }))
                    .await;
            }
        }
        let shown = self.rows(import).await;
        let summary = self
            .done("import.show", json!({ "importId": import }))
            .await;
        let right: Vec<&Shown> = shown.iter().filter(|row| row.is_right()).collect();
        assert_eq!(
            summary["summary"]["ready"],
            right.len(),
            "{case:#?} {shown:#?}"
        );

        for what in &case.between {
            self.between(&school, *what).await;
        }
        // The world by now.
        let classes = self.world.classes(&school).await;
        let class_of = |number: &str| {
            classes.iter().find(|class| {
                class["grade"] == 7 && class["number"].as_u64() == number.parse().ok()
            })
        };
        let mut writable = Vec::new();
        let mut lost = Vec::new();
        for row in &right {
            let class = class_of(&row.class);
            let taken = self.on_record(&row.number).await;
            match (class, &taken) {
                (Some(class), None) if class["open"] == true => writable.push(*row),
                (class, _) => {
                    let mut why = BTreeSet::new();
                    match class {
                        None => {
                            why.insert(("class.unknown".to_owned(), "F".to_owned()));
                        }
                        Some(class) if class["open"] == false => {
                            why.insert(("class.closed".to_owned(), "F".to_owned()));
                        }
                        // Records are asked about rows that are right by themselves.
                        Some(_) => {
                            why.insert(("pupil.duplicate".to_owned(), "D".to_owned()));
                        }
                    }
                    lost.push((*row, why));
                }
            }
        }
        if case.between.is_empty() {
            assert!(
                lost.is_empty(),
                "the preview called rows right that are not: {lost:#?} {case:#?}"
            );
        }

        let mode = if case.all { "all" } else { "valid" };
        let request = json!({ "importId": import, "mode": mode });
        let answer = self
            .world
            .test
            .call(Some(&self.world.admin), "import.commit", request.clone())
            .await;
        let writes = !writable.is_empty() && (!case.all || writable.len() == shown.len());
        let told = format!("{case:#?}\nshown: {shown:#?}\nanswer: {answer:#?}");
        match &answer {
            Ok(summary) => {
                assert!(writes, "{told}");
                assert_eq!(summary["committed"], writable.len(), "{told}");
            }
            Err(error) => {
                assert!(!writes, "{told}");
                let code = error
                    .problems()
                    .first()
                    .map(|problem| problem.code.as_str());
                let wanted = if case.all {
                    "import.has_errors"
                } else {
                    "import.nothing_valid"
                };
                assert_eq!(code, Some(wanted), "{told}");
            }
        }

        let after = self.rows(import).await;
        assert_eq!(after.len(), shown.len(), "{told}");
        let mut written = 0;
        for (before, after) in shown.iter().zip(&after) {
            let told = format!("{told}\nafter: {after:#?}");
            if writable.iter().any(|row| row.row == before.row) {
                if writes {
                    written += 1;
                    assert_eq!(after.state, "committed", "{told}");
                    let there = self.on_record(&before.number).await;
                    assert_eq!(
                        there,
                        Some((school.clone(), before.class.clone())),
                        "{told}"
                    );
                } else {
                    assert!(after.is_right(), "{told}");
                    assert_eq!(self.on_record(&before.number).await, None, "{told}");
                }
            } else {
                assert_eq!(after.state, "error", "{told}");
                match lost.iter().find(|(row, _)| row.row == before.row) {
                    Some((_, why)) => assert_eq!(&after.errors, why, "{told}"),
                    None => assert_eq!(after.errors, before.errors, "{told}"),
                }
            }
        }
        assert_eq!(self.pupils_of(import).await, written, "{told}");
        // Once more: nothing that was not there before.
        let _ = self
            .world
            .test
            .call(Some(&self.world.admin), "import.commit", request)
            .await;
        assert_eq!(self.pupils_of(import).await, written, "{told}");

        seen.cases += 1;
        seen.committed += usize::from(writes);
        seen.refused += usize::from(!writes);
        seen.written += written;
        seen.lost += lost.len();
        let was_right = right.len() == shown.len();
        let some = !lost.is_empty() && !writable.is_empty();
        seen.taken_back += usize::from(case.all && was_right && some);
    }
}

/// Runs the same cases each time.
fn run(engine: Engine, cases: u32) -> Seen {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let run = std::sync::Mutex::new((runtime.block_on(Run::new(engine)), Seen::default()));
    TestRunner::new_with_rng(config, rng)
        .run(&case(), |case| {
            // A case that failed poisons nothing that the next one uses.
            let mut run = run
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            let (run, seen) = &mut *run;
            runtime.block_on(run.check(&case, seen));
            Ok(())
        })
        .unwrap_or_else(|failed| panic!("{failed}"));
    let (_, seen) = run
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    println!("{engine:?}: {seen:?}");
    seen
}

#[test]
fn what_a_preview_says_is_what_a_commit_does() {
    let seen = run(Engine::Sqlite, 120);
    let enough = seen.committed > 30 && seen.refused > 20 && seen.written > 100;
    assert!(enough && seen.lost > 30 && seen.taken_back > 3, "{seen:?}");
}

#[test]
fn what_a_preview_says_is_what_a_commit_does_on_postgres() {
    let seen = run(Engine::Postgres, 12);
    assert!(seen.committed > 0 && seen.written > 0, "{seen:?}");
}
