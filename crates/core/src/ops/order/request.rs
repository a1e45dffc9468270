//! Requesting cards (申请制卡), CARD-1.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use crate::context::Cx;
use crate::domain::order::{OrderKind, OrderState};
use crate::error::{Code, OpError, Problem};
use crate::id::{ImportId, OrderId, PupilId, SchoolId};
pub use crate::ops::pupil::StepResult;
use crate::ops::pupil::{SubjectProblem, note_of};
use crate::ops::touches;
use crate::ports::{NewOrderRecord, PupilFilter, PupilRecord};

/// Pupils that one request takes at most.
const LIMIT: u32 = 20_000;

/// Some pupils, or all of a school, of a class, of an import.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestOrdersRequest {
    /// These.
    #[ts(optional)]
    pub pupil_ids: Option<Vec<PupilId>>,
    /// All of this school; with `grade` and `classNumber` all of one class.
    #[ts(optional)]
    pub school_id: Option<SchoolId>,
    /// Grade number.
    #[ts(optional, type = "number")]
    pub grade: Option<i64>,
    /// 班级序号.
    #[ts(optional, type = "number")]
    pub class_number: Option<i64>,
    /// With `schoolId`: only those that this import wrote.
    #[ts(optional)]
    pub import_id: Option<ImportId>,
    /// `new`, `replacement`, `exchange`; new when absent.
    #[ts(optional, as = "Option<OrderKind>")]
    pub kind: Option<String>,
}

touches!(RequestOrdersRequest, self => match (&self.pupil_ids, self.school_id) {
    (Some(ids), _) => Touched::Pupils(ids.clone()),
    (None, Some(school)) => Touched::School(school),
    (None, None) => Touched::Pupils(Vec::new()),
});

/// A pupil with an open order is listed and left alone: the unique key decides. A
/// missing photo only warns.
///
/// # Errors
/// `selection.empty`, `pupil.unknown`, `school.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: RequestOrdersRequest) -> Result<StepResult, OpError> {
    let kind = match request.kind.as_deref() {
        None => OrderKind::New,
        Some(kind) => OrderKind::from_stored(kind).ok_or_else(|| {
            Problem::new(Code::RequestInvalid)
                .field("kind")
                .message("订单种类请选择新办、补办或换卡。")
        })?,
    };
    let pupils = match (request.pupil_ids, request.school_id) {
        (Some(ids), _) => cx.uow.pupils_by_ids(&ids).await?,
        (None, Some(school)) => {
            let filter = PupilFilter {
                school: Some(school),
                grade: request.grade,
                class_number: request.class_number,
                import: request.import_id,
                ..PupilFilter::default()
            };
            cx.uow.pupils(&filter, None, LIMIT).await?
        }
        (None, None) => Vec::new(),
    };
    if pupils.is_empty() {
        return Err(Code::SelectionEmpty.into());
    }
    let orders: Vec<NewOrderRecord> = pupils
        .iter()
        .map(|pupil| NewOrderRecord {
            id: OrderId(crate::id::new()),
            pupil_id: pupil.id,
            kind: kind.as_str().to_owned(),
        })
        .collect();
    let by = cx.actor()?.account;
    let made = cx.uow.insert_orders(&orders, by, cx.now.ms()).await?;
    let made_set: std::collections::HashSet<OrderId> = made.iter().copied().collect();
    let mut problems: Vec<SubjectProblem> = orders
        .iter()
        .zip(&pupils)
        .filter(|(order, _)| !made_set.contains(&order.id))
        .map(|(_, pupil)| open_order(pupil))
        .collect();
    problems.truncate(199);
    if !made.is_empty() {
        problems.push(SubjectProblem {
            problem: Problem::new(Code::PhotoMissing).warning().message(format!(
                "{} 名学生还没有照片。可以先申请，制卡导出前须补齐照片。",
                made.len()
            )),
            subject_id: None,
            subject_name: None,
        });
    }
    let summary = format!("申请制卡：{} 名学生（{}）", made.len(), kind.zh());
    let places = pupils
        .iter()
        .map(|pupil| (pupil.district.as_str(), pupil.school_id));
    let note = note_of(places, summary);
    let with_order = orders
        .iter()
        .filter(|order| made_set.contains(&order.id))
        .map(|order| order.pupil_id.0);
    cx.note(
        note.with(serde_json::json!({ "orders": made }))
            .about(with_order),
    );
    Ok(StepResult {
        done: i64::try_from(made.len()).unwrap_or(i64::MAX),
        problems,
    })
}

fn open_order(pupil: &PupilRecord) -> SubjectProblem {
    let state = pupil
        .order_state
        .as_deref()
        .and_then(OrderState::from_stored)
        .map_or("处理中", OrderState::zh);
    SubjectProblem {
        problem: Problem::new(Code::OrderOpen)
            .message(format!("已有未完成的制卡订单（{state}），没有重复申请。")),
        subject_id: Some(pupil.id.to_string()),
        subject_name: Some(pupil.name.clone()),
    }
}
