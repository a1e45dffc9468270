//! The two floors that an import is compared with, each a process of its own.
//!
//! Both read the cells with calamine and insert them with prepared statements of
//! 500 rows in one transaction, without a single check: `plain` into one table
//! without an index, `like` into our tables, with our indexes and our encryption.

use std::collections::HashMap;
use std::io::Cursor;
use std::path::Path;

use calamine::{DataRef, DataType as _, Reader as _, Xlsx};
use ekatong_core::id;
use ekatong_core::ports::{Cipher, IndexOf, SealedAt};
use ekatong_host::{Folder, LocalHost, OpenOptions, Place};
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection};
use uuid::Uuid;

use crate::import::{GRADE, SCHOOL};

const COLUMNS: usize = 11;
const ROWS: usize = 500;

type Row = [String; COLUMNS];

/// Reads the first sheet, below its headings, row by row.
fn read(file: &str, mut visit: impl FnMut(Row)) {
    let bytes = std::fs::read(file).expect("the workbook");
    let mut book = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let sheet = book.sheet_names().first().expect("a sheet").clone();
    let mut cells = book.worksheet_cells_reader(&sheet).expect("its cells");
    let mut row = Row::default();
    let mut at = 0;
    while let Some(cell) = cells.next_cell().expect("a cell") {
        let (line, column) = cell.get_position();
        if line != at {
            if at > 0 {
                visit(std::mem::take(&mut row));
            }
            at = line;
        }
        let text = match cell.get_value() {
            DataRef::String(text) => text.clone(),
            DataRef::SharedString(text) => (*text).to_owned(),
            other => other.as_string().unwrap_or_default(),
        };
        if let Some(slot) = row.get_mut(column as usize) {
            *slot = text;
        }
    }
    if at > 0 {
        visit(row);
    }
}

/// As the store opens the connection that writes.
async fn open(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("cache_size", "-16384")
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
        .connect()
        .await
        .expect("a connection")
}

/// `INSERT INTO … VALUES (?, …), …`.
fn insert(into: &str, columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    format!("INSERT INTO {into} VALUES {}", vec![row; rows].join(", "))
}

async fn write(
    connection: &mut SqliteConnection,
    into: &str,
    columns: usize,
    rows: usize,
    values: SqliteArguments,
) {
    sqlx::query_with(AssertSqlSafe(insert(into, columns, rows)), values)
        .persistent(rows == ROWS)
        .execute(connection)
        .await
        .expect("inserting");
}

/// `FILE DATABASE`.
pub(crate) async fn plain(arguments: &[String]) {
    let [file, database] = arguments else {
        panic!("two arguments")
    };
    let mut connection = open(Path::new(database)).await;
    let columns: Vec<String> = (0..COLUMNS).map(|n| format!("c{n} TEXT")).collect();
    let table = format!("CREATE TABLE plain ({})", columns.join(", "));
    sqlx::raw_sql(AssertSqlSafe(table))
        .execute(&mut connection)
        .await
        .expect("a table");
    sqlx::raw_sql("BEGIN IMMEDIATE")
        .execute(&mut connection)
        .await
        .expect("beginning");
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<Vec<Row>>(2);
    let file = file.clone();
    // One thread reads and one writes: the floor may use both cores, as the product does.
    let reader = tokio::task::spawn_blocking(move || batches(&file, &sender));
    while let Some(batch) = receiver.recv().await {
        let mut values = SqliteArguments::default();
        let rows = batch.len();
        for text in batch.into_iter().flatten() {
            values.add(text).expect("a value");
        }
        write(&mut connection, "plain", COLUMNS, rows, values).await;
    }
    reader.await.expect("reading");
    sqlx::raw_sql("COMMIT")
        .execute(&mut connection)
        .await
        .expect("committing");
    connection.close().await.expect("closing");
}

fn batches(file: &str, sender: &tokio::sync::mpsc::Sender<Vec<Row>>) {
    let mut batch = Vec::with_capacity(ROWS);
    read(file, |row| {
        batch.push(row);
        if batch.len() == ROWS {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(ROWS));
            sender.blocking_send(full).expect("the writing thread");
        }
    });
    if !batch.is_empty() {
        sender.blocking_send(batch).expect("the writing thread");
    }
}

/// A row as our tables hold it.
struct Sealed {
    id: Uuid,
    class: Uuid,
    row: Row,
    paper: Vec<u8>,
    paper_index: [u8; 16],
    student: Vec<u8>,
    student_index: [u8; 16],
    phone: Vec<u8>,
    phone_index: [u8; 16],
    address: Vec<u8>,
}

fn sealed(cipher: &dyn Cipher, classes: &HashMap<String, Uuid>, row: Row) -> Sealed {
    let id = id::new();
    let seal = |table, column, text: &str| {
        cipher
            .seal(
                SealedAt {
                    table,
                    column,
                    row: id,
                },
                text.as_bytes(),
            )
            .expect("sealing")
    };
    Sealed {
        id,
        class: *classes.get(&row[5]).expect("the class"),
        paper: seal("pupil", "paper", &row[3]),
        paper_index: cipher.index(IndexOf::Paper, &row[3]),
        student: seal("pupil", "student_number", &row[6]),
        student_index: cipher.index(IndexOf::StudentNumber, &row[6]),
        phone: seal("guardian", "phone", &row[9]),
        phone_index: cipher.index(IndexOf::Phone, &row[9]),
        address: seal("pupil", "address", &row[10]),
        row,
    }
}

/// `FILE FOLDER`.
pub(crate) async fn like(arguments: &[String]) {
    const NOW: i64 = 1_795_276_800_000;
    let [file, folder] = arguments else {
        panic!("two arguments")
    };
    let folder = Folder::new(folder);
    let host = LocalHost::open(OpenOptions::new(Place::Folder(folder.clone())))
        .await
        .expect("the data folder");
    let cipher = host.app.ports().cipher.clone();
    let mut connection = open(&folder.database()).await;
    let (school, district): (Uuid, String) =
        sqlx::query_as("SELECT id, district FROM school WHERE code = ?")
            .bind(SCHOOL)
            .fetch_one(&mut connection)
            .await
            .expect("the school");
    let classes: HashMap<String, Uuid> = sqlx::query_as(
        "SELECT CAST(number AS TEXT), id FROM class WHERE school_id = ? AND grade = ?",
    )
    .bind(school)
    .bind(GRADE)
    .fetch_all(&mut connection)
    .await
    .expect("its classes")
    .into_iter()
    .collect();
    sqlx::raw_sql("BEGIN IMMEDIATE")
        .execute(&mut connection)
        .await
        .expect("beginning");
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<Vec<Sealed>>(2);
    let file = file.clone();
    let reader = tokio::task::spawn_blocking(move || {
        let mut batch = Vec::with_capacity(ROWS);
        read(&file, |row| {
            batch.push(sealed(&*cipher, &classes, row));
            if batch.len() == ROWS {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(ROWS));
                sender.blocking_send(full).expect("the writing thread");
            }
        });
        if !batch.is_empty() {
            sender.blocking_send(batch).expect("the writing thread");
        }
    });
    while let Some(mut batch) = receiver.recv().await {
        // As the product: from left to right in the widest index.
        batch.sort_by_key(|row| row.paper_index);
        let mut values: [SqliteArguments; 4] = Default::default();
        let [pupils, guardians, enrolments, applications] = &mut values;
        let rows = batch.len();
        for r in batch {
            pupils.add(r.id).expect("a value");
            pupils.add(district.clone()).expect("a value");
            pupils.add(school).expect("a value");
            pupils.add(r.class).expect("a value");
            pupils.add(GRADE).expect("a value");
            let [name, _, _, _, _, _, _, guardian, _, _, _] = r.row;
            pupils.add(name).expect("a value");
            pupils.add("female").expect("a value");
            pupils.add("2013-09-18").expect("a value");
            pupils.add("resident_id").expect("a value");
            pupils.add(r.paper).expect("a value");
            pupils.add(r.paper_index.to_vec()).expect("a value");
            pupils.add(r.student).expect("a value");
            pupils.add(r.student_index.to_vec()).expect("a value");
            pupils.add(r.address).expect("a value");
            pupils.add("pending").expect("a value");
            pupils.add("draft").expect("a value");
            pupils.add(NOW).expect("a value");
            guardians.add(r.id).expect("a value");
            guardians.add(r.id).expect("a value");
            guardians.add("51").expect("a value");
            guardians.add(guardian).expect("a value");
            guardians.add(r.phone).expect("a value");
            guardians.add(r.phone_index.to_vec()).expect("a value");
            enrolments.add(r.id).expect("a value");
            enrolments.add(r.id).expect("a value");
            enrolments.add(r.class).expect("a value");
            enrolments.add(NOW).expect("a value");
            enrolments.add("new").expect("a value");
            applications.add(r.id).expect("a value");
            applications.add(r.id).expect("a value");
            applications.add(district.clone()).expect("a value");
            applications.add(school).expect("a value");
            applications.add(r.class).expect("a value");
            applications.add(GRADE).expect("a value");
            applications.add("new").expect("a value");
            applications.add("draft").expect("a value");
            applications.add("import").expect("a value");
            applications.add(school).expect("a value");
            applications.add(NOW).expect("a value");
        }
        for ((into, columns), values) in [
            (
                "pupil (id, district, school_id, class_id, grade, name, gender, birth_date, paper_kind, \
                 paper_sealed, paper_index, student_number_sealed, student_number_index, address_sealed, \
                 status, application_state, created_at)",
                17,
            ),
            ("guardian (id, pupil_id, relation, name, phone_sealed, phone_index)", 6),
            ("enrolment (id, pupil_id, class_id, begin_at, reason)", 5),
            (
                "application (id, pupil_id, district, school_id, class_id, grade, kind, state, channel, \
                 import_id, first_saved_at)",
                11,
            ),
        ]
        .into_iter()
        .zip(values)
        {
            write(&mut connection, into, columns, rows, values).await;
        }
    }
    reader.await.expect("reading");
    sqlx::raw_sql("COMMIT")
        .execute(&mut connection)
        .await
        .expect("committing");
    connection.close().await.expect("closing");
    host.close().await;
}
