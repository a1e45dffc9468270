//! Children who change schools, whatever the kind: 注册报到 and 转入 share how they are
//! shown, listed and, once the district approves (`ops::review`), carried out.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::access::{Place, Reach};
use crate::context::Cx;
use crate::domain::application::{
    ApplicationKind, ApplicationState, PupilStatus, PupilStep, transfer_state,
};
use crate::domain::paper::{Paper, PaperKind};
use crate::error::{Code, OpError, Problem};
use crate::id::{ApplicationId, ClassId, PupilId, SchoolId};
use crate::ops::class::{class_name, grade_name, numbered};
use crate::ops::page::{
    COUNT_CAP, CappedCount, ListScope, asked_scopes, decode_cursor, limit, next,
};
use crate::ops::pupil::masked_paper;
use crate::ports::{
    Arrival, Cipher, ClassRecord, IndexOf, MovableRecord, MoveFilter, MoveRecord, SchoolRecord,
    UnitOfWork,
};

/// Which side of a move a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MoveSide {
    /// Children who come.
    #[default]
    In,
    /// Children who go.
    Out,
}

/// A registration or a transfer as shown.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MoveView {
    /// Id.
    pub id: ApplicationId,
    /// `registration`, `transfer_in`.
    #[ts(as = "ApplicationKind")]
    pub kind: String,
    /// Its name.
    pub kind_name: String,
    /// State.
    #[ts(as = "ApplicationState")]
    pub state: String,
    /// Its name; a transfer has words of its own.
    pub state_name: String,
    /// Grows with each step.
    #[ts(type = "number")]
    pub version: i64,
    /// Pupil, once the person may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub pupil_id: Option<PupilId>,
    /// Name: as on record where the person may see the pupil; else as the new school wrote it, or masked.
    pub name: String,
    /// The name on record, when it differs from the one that the new school wrote and the person may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub recorded_name: Option<String>,
    /// True when the two names differ.
    pub name_differs: bool,
    /// Masked number of the paper; empty where the person may not know it yet.
    pub paper_masked: String,
    /// District that it comes to.
    pub district: String,
    /// School that it comes to.
    pub school_id: SchoolId,
    /// Name of that school.
    pub school_name: String,
    /// Grade number there.
    #[ts(type = "number")]
    pub grade: i64,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// 班级序号 there.
    #[ts(type = "number")]
    pub class_number: i64,
    /// School that it comes from.
    pub from_school_id: SchoolId,
    /// Name of that school.
    pub from_school_name: String,
    /// Class that it comes from: 六年级 2 班.
    pub from_class: String,
    /// Why the new school asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<String>,
    /// First save; epoch milliseconds, like the others.
    #[ts(type = "number")]
    pub first_saved_at: i64,
    /// Latest submission; for a transfer the moment of the release.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub submitted_at: Option<i64>,
    /// 区审核通过时间.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub approved_at: Option<i64>,
    /// Why it was returned or refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub returned_reason: Option<String>,
}

impl MoveView {
    /// As a person with this reach may see it.
    ///
    /// # Errors
    /// An internal fault when a sealed value does not open.
    pub fn new(record: MoveRecord, reach: &Reach, cipher: &dyn Cipher) -> Result<Self, OpError> {
        let state = ApplicationState::from_stored(&record.state)
            .ok_or_else(|| OpError::internal("reading an application", "unknown state"))?;
        let kind = ApplicationKind::from_stored(&record.kind)
            .ok_or_else(|| OpError::internal("reading an application", "unknown kind"))?;
        let released = matches!(
            state,
            ApplicationState::Submitted | ApplicationState::Approved
        );
        let arrived = record.pupil_school_id == record.school_id;
        let at_home = Place::School(record.from_district.clone(), record.from_school_id);
        let may_see = arrived || reach.covers(&at_home);
        // The junior school wrote the number itself; of a transfer it learns it with the release.
        let may_see_number = may_see
            || match kind {
                ApplicationKind::New | ApplicationKind::Registration => true,
                ApplicationKind::TransferIn => released,
            };
        let differs = record
            .stated_name
            .as_deref()
            .is_some_and(|stated| stated != record.pupil_name);
        let name = match &record.stated_name {
            Some(stated) => stated.clone(),
            None if may_see_number => record.pupil_name.clone(),
            None => mask_name(&record.pupil_name),
        };
        Ok(Self {
            paper_masked: if may_see_number {
                masked_paper(
                    cipher,
                    record.pupil_id,
                    &record.paper_kind,
                    &record.paper_sealed,
                )?
            } else {
                String::new()
            },
            state_name: match kind {
                ApplicationKind::New | ApplicationKind::Registration => state.zh(),
                ApplicationKind::TransferIn => transfer_state(state),
            }
            .to_owned(),
            id: record.id,
            kind_name: kind.zh().to_owned(),
            kind: record.kind,
            state: record.state,
            version: record.version,
            pupil_id: may_see.then_some(record.pupil_id),
            name,
            recorded_name: (differs && may_see).then_some(record.pupil_name),
            name_differs: differs,
            district: record.district,
            school_id: record.school_id,
            school_name: record.school_name,
            grade: record.grade,
            grade_name: grade_name(record.grade),
            class_number: record.class_number,
            from_school_id: record.from_school_id,
            from_school_name: record.from_school_name,
            from_class: class_name(record.from_grade, record.from_class_number),
            reason: record.reason,
            first_saved_at: record.first_saved_at,
            submitted_at: record.submitted_at,
            approved_at: record.approved_at,
            returned_reason: record.returned_reason,
        })
    }
}

/// `王**`: enough for a school to know its child, too little to learn another's.
fn mask_name(name: &str) -> String {
    name.chars()
        .enumerate()
        .map(|(at, c)| if at == 0 { c } else { '*' })
        .collect()
}

/// A page of registrations or transfers, newest first.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListMovesResponse {
    /// Registrations or transfers.
    pub items: Vec<MoveView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
    /// How many fit, counted up to 1000.
    pub count: CappedCount,
}

/// What a list of either kind is asked for.
pub(crate) struct Listing {
    pub(crate) kind: ApplicationKind,
    pub(crate) side: MoveSide,
    pub(crate) district: Option<String>,
    pub(crate) school: Option<SchoolId>,
    pub(crate) filter: MoveFilter,
    pub(crate) after: Option<String>,
    pub(crate) limit: Option<u32>,
}

/// A page of what comes to, or goes from, the schools within the person's reach.
pub(crate) async fn list(cx: &mut Cx, listing: Listing) -> Result<ListMovesResponse, OpError> {
    let limit = limit(listing.limit);
    let (reach, district) = (cx.reach().clone(), listing.district.as_deref());
    let (scopes, _) = asked_scopes(&mut *cx.uow, &reach, district, listing.school).await?;
    let before: Option<ApplicationId> = decode_cursor(listing.after.as_deref())?;
    let mut records = Vec::new();
    let mut count = CappedCount {
        count: 0,
        more: false,
    };
    let several = scopes.len() > 1;
    for scope in scopes {
        let mut filter = MoveFilter {
            kind: listing.kind.as_str().to_owned(),
            ..listing.filter.clone()
        };
        match (scope, listing.side) {
            (ListScope::City, _) => {}
            (ListScope::District(code), MoveSide::In) => filter.to_district = Some(code),
            (ListScope::District(code), MoveSide::Out) => filter.from_district = Some(code),
            (ListScope::School(id), MoveSide::In) => filter.to_school = Some(id),
            (ListScope::School(id), MoveSide::Out) => filter.from_school = Some(id),
        }
        records.extend(cx.uow.moves(&filter, before, limit).await?);
        count = count.plus(CappedCount::from_counted(
            cx.uow.count_moves(&filter, COUNT_CAP + 1).await?,
        ));
    }
    if several {
        records.sort_by_key(|record| std::cmp::Reverse(record.id));
        records.truncate(limit as usize);
    }
    let next = next(&records, limit, |record| record.id);
    let cipher = cx.ports.cipher.clone();
    let items = records
        .into_iter()
        .map(|record| MoveView::new(record, &reach, &*cipher))
        .collect::<Result<_, _>>()?;
    Ok(ListMovesResponse { items, next, count })
}

/// The view of one application after a step.
pub(crate) async fn view(cx: &mut Cx, id: ApplicationId) -> Result<MoveView, OpError> {
    let record = cx.uow.moves_by_ids(&[id]).await?.into_iter().next();
    let reach = cx.reach().clone();
    MoveView::new(
        record.ok_or(Code::MoveUnknown)?,
        &reach,
        &*cx.ports.cipher.clone(),
    )
}

/// `平江中学 七年级 3 班`.
pub(crate) fn whereabouts(found: &MovableRecord) -> String {
    format!(
        "{} {}",
        found.school_name,
        class_name(found.grade, found.class_number)
    )
}

/// The school that a child is on its way to, as a person with this reach may know it; none
/// while it is on no way.
pub(crate) fn on_the_way_to(found: &MovableRecord, reach: &Reach) -> Option<String> {
    let to = Place::School(found.moving_district.clone()?, found.moving_to?);
    let name = found.moving_to_name.as_deref()?;
    Some(
        if reach.covers(&to) {
            name
        } else {
            "其他学校"
        }
        .to_owned(),
    )
}

/// The class of a school that a child is to come to.
///
/// # Errors
/// `class.unknown`, `class.closed`.
pub(crate) async fn class_of(
    uow: &mut dyn UnitOfWork,
    school: &SchoolRecord,
    grade: i64,
    number: i64,
) -> Result<ClassRecord, OpError> {
    let class = numbered(uow, school, grade, number)
        .await?
        .ok_or_else(|| Problem::new(Code::ClassUnknown).field("classNumber"))?;
    if class.open {
        Ok(class)
    } else {
        Err(Problem::new(Code::ClassClosed).field("classNumber").into())
    }
}

/// A child by its paper, of every kind; without a kind the number says which it can be.
///
/// # Errors
/// `paper.*` when the number can be of no kind of paper.
pub(crate) async fn found(
    cx: &mut Cx,
    kind: Option<&str>,
    number: &str,
    nationality: Option<&str>,
) -> Result<Option<MovableRecord>, OpError> {
    let today = cx.today();
    let named = kind.is_some();
    let kinds = match kind {
        Some(kind) => {
            vec![PaperKind::parse(kind).map_err(|problem| problem.field("paperKind"))?]
        }
        None => PaperKind::ALL.to_vec(),
    };
    let mut indexes = Vec::new();
    let mut refused: Option<Vec<Problem>> = None;
    for kind in kinds {
        match Paper::parse(kind, number, nationality, today) {
            Ok(parsed) => indexes.push(
                cx.ports
                    .cipher
                    .index(IndexOf::Paper, &parsed.value.index_text()),
            ),
            // Without a kind the resident number's fault is the one worth telling.
            Err(problems) if named || kind == PaperKind::ResidentId => refused = Some(problems),
            Err(_) => {}
        }
    }
    let found = cx.uow.movable(&indexes).await?.into_iter().next();
    let meant_resident = number.trim().len() >= 15;
    match (found, refused) {
        (None, Some(problems)) if indexes.is_empty() || meant_resident => Err(problems
            .into_iter()
            .map(|problem| problem.field("paperNumber"))
            .collect::<Vec<_>>()
            .into()),
        (found, _) => Ok(found),
    }
}

/// Carries out approved moves in the transaction of their review: the old enrolment ends, of a
/// leaver with the outcome 小学毕业, the new one begins, and the pupil follows. The card is not
/// looked at (STU-4). The caller has locked the records, checked their state and takes the
/// step of the applications itself. Gives those that cannot be carried out, and why.
///
/// # Errors
/// Those of the store.
pub(crate) async fn arrive(
    uow: &mut dyn UnitOfWork,
    records: &[MoveRecord],
    now: i64,
) -> Result<Vec<(ApplicationId, Problem)>, OpError> {
    let mut held = Vec::new();
    let mut groups: HashMap<(ClassId, ApplicationKind), (Arrival, Vec<PupilId>)> = HashMap::new();
    for record in records {
        let kind = ApplicationKind::from_stored(&record.kind)
            .ok_or_else(|| OpError::internal("approving an application", "unknown kind"))?;
        let status = match status_there(record, kind)? {
            Ok(status) => status,
            Err(problem) => {
                held.push((record.id, problem));
                continue;
            }
        };
        let (reason, outcome) = match kind {
            ApplicationKind::New => continue,
            ApplicationKind::Registration => ("registration", Some("primary_graduated")),
            ApplicationKind::TransferIn => ("transfer_in", None),
        };
        let (_, pupils) = groups.entry((record.class_id, kind)).or_insert_with(|| {
            let arrival = Arrival {
                district: record.district.clone(),
                school_id: record.school_id,
                class_id: record.class_id,
                grade: record.grade,
                status: status.as_str(),
                reason,
                outcome,
                now,
            };
            (arrival, Vec::new())
        });
        pupils.push(record.pupil_id);
    }
    for (to, pupils) in groups.into_values() {
        uow.close_entries(&pupils, now).await?;
        uow.move_pupils(&pupils, &to).await?;
    }
    Ok(held)
}

/// The status of a child once it has arrived, or why it cannot arrive.
fn status_there(
    record: &MoveRecord,
    kind: ApplicationKind,
) -> Result<Result<PupilStatus, Problem>, OpError> {
    let status = PupilStatus::from_stored(&record.pupil_status)
        .ok_or_else(|| OpError::internal("approving an application", "unknown status"))?;
    if status == PupilStatus::Deleted {
        return Ok(Err(
            Problem::new(Code::PupilStatus).message("该学生的记录已被删除，请退回这份申请。")
        ));
    }
    if record.pupil_school_id != record.from_school_id {
        return Ok(Err(
            Problem::new(Code::PupilStatus).message("该学生已不在原来的学校，请退回这份申请。")
        ));
    }
    if !record.class_open {
        return Ok(Err(Problem::new(Code::ClassClosed).message(format!(
            "{}已关闭，请退回这份申请，由学校改选班级。",
            class_name(record.grade, record.class_number)
        ))));
    }
    let step = match kind {
        ApplicationKind::New => PupilStep::Approve,
        ApplicationKind::Registration => PupilStep::Register,
        ApplicationKind::TransferIn => PupilStep::Arrive,
    };
    Ok(status.after(step))
}

#[cfg(test)]
mod tests {
    use super::mask_name;

    #[test]
    fn a_masked_name_keeps_its_first_character() {
        assert_eq!(mask_name("王梓涵"), "王**");
        assert_eq!(mask_name("𠮷"), "𠮷");
        assert_eq!(mask_name(""), "");
    }
}
