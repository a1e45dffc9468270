//! What keeps orders out of a production file (制卡检查), CARD-4: each problem with its
//! cause and where it is mended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{OrderFilter, STEP_LIMIT};
use crate::access::Place;
use crate::context::Cx;
use crate::domain::order::{OrderKind, OrderState};
use crate::domain::paper::PaperKind;
use crate::error::{Code, OpError, Problem};
use crate::id::{OrderId, PupilId};
use crate::ops::class::grade_name;
use crate::ops::photo::printable;
use crate::ops::pupil::open_text;
use crate::ops::touches;
use crate::ports::{Cipher, PhotoFacts, Ports, ProductionRecord, SealedAt, UnitOfWork};
use crate::production::Subject;
use crate::production::check::{Fault, Mend, faults};

/// Faults that one answer lists.
pub(crate) const FAULT_LIMIT: usize = 500;

/// States whose orders are on their way into a batch.
const WAITING: [OrderState; 3] = [
    OrderState::Requested,
    OrderState::Approved,
    OrderState::Confirmed,
];

/// Some orders, or all that fit a filter.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckOrdersRequest {
    /// These.
    #[ts(optional)]
    pub ids: Option<Vec<OrderId>>,
    /// All that fit; without a state those that are on their way into a batch.
    #[ts(optional)]
    pub filter: Option<OrderFilter>,
}

touches!(CheckOrdersRequest, self => match &self.ids {
    Some(ids) => Touched::Orders(ids.clone()),
    None => Touched::Filtered,
});

/// One fault of one order.
#[derive(Debug, Clone, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderFault {
    /// Cause.
    #[serde(flatten)]
    pub problem: Problem,
    /// Where it is mended.
    #[ts(as = "Mend")]
    pub mend: String,
    /// Name of that.
    pub mend_name: String,
    /// Order.
    pub order_id: OrderId,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Name of the pupil.
    pub pupil_name: String,
    /// Name of the school.
    pub school_name: String,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// 班级序号.
    #[ts(type = "number")]
    pub class_number: i64,
}

impl OrderFault {
    /// A fault of this order.
    pub(crate) fn new(record: &ProductionRecord, fault: Fault) -> Self {
        Self {
            problem: fault.problem,
            mend: fault.mend.as_str().to_owned(),
            mend_name: fault.mend.zh().to_owned(),
            order_id: record.order_id,
            pupil_id: record.pupil_id,
            pupil_name: record.pupil_name.clone(),
            school_name: record.school_name.clone(),
            grade_name: grade_name(record.grade),
            class_number: record.class_number,
        }
    }
}

/// What was found.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckOrdersResponse {
    /// Orders that were checked.
    #[ts(type = "number")]
    pub checked: i64,
    /// Of these, orders with a fault.
    #[ts(type = "number")]
    pub faulty: i64,
    /// Faults, at most 500.
    pub faults: Vec<OrderFault>,
}

/// # Errors
/// `order.unknown`, `forbidden`, `school.unknown`, `date_range.invalid`; `text.too_broad`
/// when more than 20 000 orders fit.
pub async fn run(cx: &mut Cx, request: CheckOrdersRequest) -> Result<CheckOrdersResponse, OpError> {
    let ids = match request.ids {
        Some(ids) => ids,
        None => fitting(cx, request.filter.unwrap_or_default()).await?,
    };
    let today = cx.today();
    let ports = cx.ports.clone();
    let mut answer = CheckOrdersResponse {
        checked: 0,
        faulty: 0,
        faults: Vec::new(),
    };
    for (record, subject) in subjects(&mut *cx.uow, &ports, &ids).await? {
        let place = Place::School(record.district.clone(), record.school_id);
        if !cx.reach().covers(&place) {
            continue;
        }
        answer.checked += 1;
        let found = faults(&subject, today);
        answer.faulty += i64::from(!found.is_empty());
        let room = FAULT_LIMIT.saturating_sub(answer.faults.len());
        answer.faults.extend(
            found
                .into_iter()
                .take(room)
                .map(|fault| OrderFault::new(&record, fault)),
        );
    }
    Ok(answer)
}

async fn fitting(cx: &mut Cx, filter: OrderFilter) -> Result<Vec<OrderId>, OpError> {
    let today = cx.today();
    let cipher = cx.ports.cipher.clone();
    let reach = cx.reach().clone();
    let states: Vec<String> = match &filter.state {
        Some(state) => vec![state.clone()],
        None => WAITING.map(|state| state.as_str().to_owned()).to_vec(),
    };
    let mut ids = Vec::new();
    for mut query in super::queries(&mut *cx.uow, &*cipher, &reach, &filter, today).await? {
        for state in &states {
            query.state = Some(state.clone());
            let orders = cx.uow.orders(&query, None, STEP_LIMIT + 1).await?;
            ids.extend(orders.into_iter().map(|order| order.id));
        }
    }
    if ids.len() > STEP_LIMIT as usize {
        return Err(Problem::new(Code::TextTooBroad)
            .message(format!(
                "符合条件的订单超过 {STEP_LIMIT} 张，请先选择学校或状态，分次检查。"
            ))
            .into());
    }
    Ok(ids)
}

/// Orders with all that a check or a file needs, opened.
///
/// # Errors
/// An internal fault when a sealed value does not open; those of the photo store.
pub(crate) async fn subjects(
    uow: &mut dyn UnitOfWork,
    ports: &Ports,
    ids: &[OrderId],
) -> Result<Vec<(ProductionRecord, Subject)>, OpError> {
    let records = uow.production_records(ids).await?;
    let pupils: Vec<PupilId> = records.iter().map(|record| record.pupil_id).collect();
    let photos = printable(ports, uow, &pupils).await?;
    records
        .into_iter()
        .map(|record| {
            let photo = photos
                .get(&record.pupil_id)
                .cloned()
                .unwrap_or_else(|| Err(Problem::new(Code::PhotoMissing)));
            let subject = subject(&record, photo, &*ports.cipher)?;
            Ok((record, subject))
        })
        .collect()
}

fn subject(
    record: &ProductionRecord,
    photo: Result<PhotoFacts, Problem>,
    cipher: &dyn Cipher,
) -> Result<Subject, OpError> {
    let open = |column, sealed: &[u8]| {
        let at = SealedAt {
            table: "pupil",
            column,
            row: record.pupil_id.0,
        };
        open_text(cipher, at, sealed)
    };
    let unknown = || OpError::internal("reading an order", "unknown word");
    Ok(Subject {
        district: record.district.clone(),
        district_name: record.district_name.clone(),
        school_district: record.school_district.clone(),
        school_code: record.school_code.clone(),
        school_name: record.school_name.clone(),
        grade: record.grade,
        class_number: record.class_number,
        kind: OrderKind::from_stored(&record.kind).ok_or_else(unknown)?,
        name: record.pupil_name.clone(),
        status: record.status.clone(),
        gender: record.gender.clone(),
        birth_date: record.birth_date.clone(),
        paper_kind: PaperKind::from_stored(&record.paper_kind).ok_or_else(unknown)?,
        nationality: record.nationality.clone(),
        paper: open("paper", &record.paper_sealed)?,
        student_number: record
            .student_number_sealed
            .as_ref()
            .map(|sealed| open("student_number", sealed))
            .transpose()?,
        old_card_no: record.old_card_no.clone(),
        batch_no: record.batch_no.clone(),
        photo,
    })
}
