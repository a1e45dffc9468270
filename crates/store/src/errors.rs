//! Turns what an engine says into what the rules say.
//!
//! A unique key decides, not a look before it: the violation becomes the
//! problem's code here. To map another key, add a line to [`KEYS`].

use ekatong_core::error::{Code, OpError};
use ekatong_core::ports::Stored;

/// Unique keys that people run into: name of the index (PostgreSQL), the columns
/// as SQLite writes them, and the code.
// SQLite names no constraint, so the column in its message decides the code.
const KEYS: &[(&str, &str, Code)] = &[
    ("class_number", "class.number", Code::ClassNumberTaken),
    ("pupil_paper", "pupil.paper_index", Code::PupilDuplicate),
    ("school_code", "school.code", Code::SchoolCodeTaken),
    ("district_pkey", "district.code", Code::DistrictTaken),
    ("account_login", "account.login", Code::LoginTaken),
    ("photo_one_pupil", "photo.address", Code::PhotoSameImage),
    ("photo_current", "photo.pupil_id", Code::PhotoChanged),
    ("card_order_open", "card_order.pupil_id", Code::OrderOpen),
    ("card_number", "card.card_no", Code::CardNumberTaken),
    ("card_serial", "card.serial_no", Code::CardNumberTaken),
    ("card_citizen", "card.citizen_no", Code::CardNumberTaken),
    ("card_valid", "card.pupil_id", Code::CardState),
    (
        "card_template_name",
        "card_template.name",
        Code::TemplateNameTaken,
    ),
    // Another batch of the district took the number of the day in the same instant.
    ("batch_number", "batch.batch_no", Code::Busy),
];

/// SQLite: `SQLITE_BUSY` and `SQLITE_LOCKED`, whatever the extended code.
const SQLITE_WAITED: [i64; 2] = [5, 6];
/// SQLite: `SQLITE_FULL`.
const SQLITE_FULL: i64 = 13;
/// SQLite: `SQLITE_IOERR_SHMSIZE`; the index of the log could not grow, for want of space.
const SQLITE_SHM_FULL: i64 = 4874;
/// PostgreSQL: serialization failure, deadlock, lock not available, too many connections.
const POSTGRES_WAITED: [&str; 4] = ["40001", "40P01", "55P03", "53300"];
/// PostgreSQL: disk full.
const POSTGRES_FULL: &str = "53100";
/// PostgreSQL: classes of codes whose message can quote a value (data exceptions).
const POSTGRES_QUOTES: &str = "22";

/// What is left of an engine's error: nothing that was bound to a statement.
#[derive(Debug, thiserror::Error)]
#[error("database error {code}: {text}")]
struct EngineFault {
    code: String,
    text: String,
}

/// Adds what was being done to an engine's result and maps its error.
pub(crate) trait Doing<T> {
    /// `doing` is English, for the log.
    fn doing(self, doing: &'static str) -> Stored<T>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, doing: &'static str) -> Stored<T> {
        self.map_err(|error| map(doing, &error))
    }
}

/// The rules' error for an engine's error.
pub(crate) fn map(doing: &'static str, error: &sqlx::Error) -> OpError {
    if let sqlx::Error::PoolTimedOut = error {
        return Code::Busy.into();
    }
    let Some(engine) = error.as_database_error() else {
        return OpError::internal(doing, without_values(error));
    };
    let code = engine.code().unwrap_or_default().into_owned();
    if engine.is_unique_violation() {
        let known = KEYS
            .iter()
            .find(|(index, columns, _)| match engine.constraint() {
                Some(constraint) => constraint == *index,
                None => names_column(engine.message(), columns),
            });
        if let Some((_, _, known)) = known {
            return (*known).into();
        }
    }
    let sqlite = sqlite_code(&code);
    let waited = match sqlite {
        Some(number) => SQLITE_WAITED.contains(&(number & 0xff)),
        None => POSTGRES_WAITED.contains(&code.as_str()),
    };
    if waited {
        return Code::Busy.into();
    }
    if is_full(error) {
        return Code::StorageFull.into();
    }
    let text = if sqlite.is_none() && code.starts_with(POSTGRES_QUOTES) {
        "a value does not fit".to_owned()
    } else {
        match engine.constraint() {
            Some(constraint) => format!("constraint {constraint} violated"),
            None => engine.message().to_owned(),
        }
    };
    OpError::internal(doing, EngineFault { code, text })
}

/// SQLite's number, none for a code of PostgreSQL.
fn sqlite_code(code: &str) -> Option<i64> {
    // PostgreSQL's codes have five characters; SQLite's are numbers below 10 000.
    if code.len() == 5 {
        None
    } else {
        code.parse().ok()
    }
}

/// True when the engine found no space on its disk.
pub(crate) fn is_full(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|engine| engine.code());
    code.is_some_and(|code| match sqlite_code(&code) {
        Some(number) => number & 0xff == SQLITE_FULL || number == SQLITE_SHM_FULL,
        None => code == POSTGRES_FULL,
    })
}

/// True when SQLite's message lists this column, as in
/// `UNIQUE constraint failed: class.grade, class.number`.
fn names_column(message: &str, column: &str) -> bool {
    message
        .rsplit_once(": ")
        .is_some_and(|(_, columns)| columns.split(", ").any(|c| c == column))
}

/// Errors from outside the engine, without anything that was bound.
fn without_values(error: &sqlx::Error) -> EngineFault {
    let text = if let sqlx::Error::ColumnDecode { index, .. } = error {
        format!("column {index} does not decode")
    } else if matches!(error, sqlx::Error::Decode(_) | sqlx::Error::Encode(_)) {
        "a value does not decode or encode".to_owned()
    } else {
        error.to_string()
    };
    EngineFault {
        code: "client".to_owned(),
        text,
    }
}
