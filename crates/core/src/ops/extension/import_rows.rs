//! What the rows of the two kinds of files become.

use std::collections::{HashMap, HashSet};

use super::import::{ExtensionImportMode, Read};
use crate::context::Job;
use crate::domain::application::PupilStatus;
use crate::domain::extension::ExtensionSource;
use crate::error::{Code, OpError, Problem};
use crate::id::{ExtensionId, PupilId};
use crate::import::extensions::{self, ExtensionEntry};
use crate::import::row::ColumnMap;
use crate::import::terminal_records::TerminalEntry;
use crate::ports::{
    DistrictRecord, IndexOf, MovableRecord, NewExtensionRecord, TerminalRecord, UnitOfWork,
};

/// What the rows came to.
pub(super) struct Counted {
    pub(super) rows: i64,
    pub(super) added: i64,
    pub(super) unchanged: i64,
    pub(super) errors: i64,
    pub(super) problems: Vec<Problem>,
    /// Pupils that it is about.
    pub(super) subjects: Vec<uuid::Uuid>,
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Refuses what a commit cannot do.
fn permit(mode: ExtensionImportMode, errors: i64, right: usize) -> Result<(), OpError> {
    if mode == ExtensionImportMode::All && errors > 0 {
        return Err(Problem::new(Code::ImportHasErrors)
            .message(format!(
                "{errors} 行有错误，没有写入任何数据。请改正文件后重新选择，或只写入正确的行。"
            ))
            .into());
    }
    if mode != ExtensionImportMode::Preview && right == 0 {
        return Err(Code::ImportNothingValid.into());
    }
    Ok(())
}

/// Adds pupils to the list.
pub(super) async fn entries(
    uow: &mut dyn UnitOfWork,
    job: &Job,
    district: &DistrictRecord,
    read: Read<ExtensionEntry>,
    mode: ExtensionImportMode,
) -> Result<Counted, OpError> {
    let cipher = &job.ports.cipher;
    let Read { rows, map, notes } = read;
    let mut problems = notes;
    let total = rows.len();
    let mut right = Vec::new();
    for row in rows {
        problems.extend(row.problems);
        if let Some(entry) = row.entry {
            let index = cipher.index(IndexOf::Paper, &entry.paper.index_text());
            right.push((row.row.row, index, entry));
        }
    }
    let indexes: Vec<[u8; 16]> = right.iter().map(|(_, index, _)| *index).collect();
    let found = uow.movable(&indexes).await?;
    let found: HashMap<[u8; 16], MovableRecord> = found
        .into_iter()
        .map(|record| (record.index, record))
        .collect();
    let pupils: Vec<PupilId> = found.values().map(|record| record.id).collect();
    let there: HashSet<PupilId> = uow.pupils_in_list(&pupils).await?.into_iter().collect();
    let mut wanted = Vec::new();
    let mut unchanged = 0;
    for (number, index, entry) in right {
        match judged(found.get(&index), &entry, district, &map, number) {
            Err(problem) => problems.push(problem),
            Ok(pupil) if there.contains(&pupil) => {
                unchanged += 1;
                let problem = Problem::new(Code::ExtensionOpen).warning();
                problems.push(at(problem, &map, number, extensions::PAPER_NUMBER));
            }
            Ok(pupil) => wanted.push(NewExtensionRecord {
                id: ExtensionId(crate::id::new()),
                district: district.code.clone(),
                pupil_id: pupil,
                card_no: entry.card_no.map(|card| card.as_str().to_owned()),
                reason: entry.reason,
                source: ExtensionSource::Import.as_str(),
                expires_on: entry.expires_on.map(|day| day.to_string()),
            }),
        }
    }
    let errors = count(total) - count(wanted.len()) - unchanged;
    permit(mode, errors, total - usize::try_from(errors).unwrap_or(0))?;
    let mut added = count(wanted.len());
    if mode != ExtensionImportMode::Preview {
        let made = uow
            .insert_extensions(&wanted, job.actor.account, job.now.ms())
            .await?;
        // Another person was first with the rest: they are in the list all the same.
        unchanged += added - count(made.len());
        added = count(made.len());
    }
    problems.sort_by_key(|problem| problem.place.row);
    Ok(Counted {
        rows: count(total),
        added,
        unchanged,
        errors,
        problems,
        subjects: match mode {
            ExtensionImportMode::Preview => Vec::new(),
            ExtensionImportMode::Valid | ExtensionImportMode::All => {
                wanted.iter().map(|entry| entry.pupil_id.0).collect()
            }
        },
    })
}

/// The pupil of a row, or why there is none.
fn judged(
    found: Option<&MovableRecord>,
    entry: &ExtensionEntry,
    district: &DistrictRecord,
    map: &ColumnMap,
    row: u32,
) -> Result<PupilId, Problem> {
    let Some(found) = found.filter(|found| found.district == district.code) else {
        let problem = Problem::new(Code::PupilUnknown).message(format!(
            "{}没有证件号码是这个的学生，请核对。",
            district.name
        ));
        return Err(at(problem, map, row, extensions::PAPER_NUMBER));
    };
    if found.status == PupilStatus::Deleted.as_str() {
        let problem =
            Problem::new(Code::PupilStatus).message("该学生已被删除，不能加入名单，请删去这一行。");
        return Err(at(problem, map, row, extensions::PAPER_NUMBER));
    }
    if found.name != entry.name.as_str() {
        let problem =
            Problem::new(Code::ExtensionName).message("姓名与登记的不一致，请核对姓名和证件号码。");
        return Err(at(problem, map, row, extensions::NAME));
    }
    Ok(found.id)
}

fn at(problem: Problem, map: &ColumnMap, row: u32, index: usize) -> Problem {
    match extensions::KIND.table.columns.get(index) {
        Some(column) => problem.at(map.place(row, index, column)),
        None => problem,
    }
}

/// Keeps what terminals recorded.
pub(super) async fn records(
    uow: &mut dyn UnitOfWork,
    job: &Job,
    district: &DistrictRecord,
    read: Read<TerminalEntry>,
    mode: ExtensionImportMode,
) -> Result<Counted, OpError> {
    let mut problems = read.notes;
    let total = read.rows.len();
    let mut right = Vec::new();
    for row in read.rows {
        problems.extend(row.problems);
        right.extend(row.entry.map(|entry| TerminalRecord {
            district: district.code.clone(),
            card_no: entry.card_no.as_str().to_owned(),
            card_raw: entry.card_no.raw().trim().chars().take(64).collect(),
            extended_at: entry.extended_at.ms(),
            terminal: entry.terminal,
        }));
    }
    let errors = count(total - right.len());
    permit(mode, errors, right.len())?;
    // How many are new the unique key says; the transaction of a preview is rolled back.
    let added = uow
        .insert_terminal_records(&right, job.actor.account, job.now.ms())
        .await?;
    Ok(Counted {
        rows: count(total),
        added,
        unchanged: count(right.len()) - added,
        errors,
        problems,
        subjects: Vec::new(),
    })
}
