//! Corrects orders whose district or school does not fit (更正订单的区县和学校), CARD-8.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use super::mismatches::{ListMismatchesRequest, Looked, found, looked_at};
use super::{PROBLEM_LIMIT, STEP_LIMIT};
use crate::access::{Permission, forbidden};
use crate::context::Cx;
use crate::domain::order::OrderStep;
use crate::error::{Code, OpError, Problem};
use crate::id::{OrderId, SchoolId};
pub use crate::ops::pupil::StepResult;
use crate::ops::pupil::{SubjectProblem, note_of, reason};
use crate::ops::touches;
use crate::ports::{MismatchQuery, OrderPlaceRecord, PupilPlaceRecord};

/// Some orders, or all that do not fit, and why.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CorrectOrdersRequest {
    /// These.
    #[ts(optional)]
    pub ids: Option<Vec<OrderId>>,
    /// True for all that do not fit, within `district` and `schoolId`.
    #[ts(optional)]
    pub all: Option<bool>,
    /// With `all`: of this district.
    #[ts(optional)]
    pub district: Option<String>,
    /// With `all`: of this school.
    #[ts(optional)]
    pub school_id: Option<SchoolId>,
    /// Why.
    pub reason: String,
}

// The order's own place may be the wrong one: who may is asked below.
touches!(CorrectOrdersRequest, self => Touched::Filtered);

/// The order, the pupil's record and an application on its way get the place that the
/// school's record says. What can not be corrected is listed.
///
/// # Errors
/// `reason.required`, `selection.empty`, `order.unknown`, `forbidden`, `school.unknown`.
pub async fn run(cx: &mut Cx, request: CorrectOrdersRequest) -> Result<StepResult, OpError> {
    let why = reason(&request.reason)?;
    let reach = cx.reach().clone();
    let mut problems = Vec::new();
    let records = match (request.ids, request.all) {
        (Some(ids), _) if !ids.is_empty() => {
            // Locked before their places are compared.
            let orders = cx.uow.orders_by_ids(&ids).await?;
            let query = MismatchQuery {
                ids: Some(ids.clone()),
                ..MismatchQuery::default()
            };
            let records = cx.uow.order_mismatches(&query, None, STEP_LIMIT).await?;
            if orders.is_empty() {
                return Err(Code::OrderUnknown.into());
            }
            for order in orders {
                if records.iter().any(|record| record.id == order.id) {
                    continue;
                }
                let place = crate::access::Place::School(order.district, order.school_id);
                if !reach.covers(&place) {
                    return Err(forbidden(Permission::CorrectOrders));
                }
                problems.push(SubjectProblem {
                    problem: Problem::new(Code::OrderFits),
                    subject_id: Some(order.id.to_string()),
                    subject_name: Some(order.pupil_name),
                });
            }
            records
        }
        (None, Some(true)) => {
            let within = ListMismatchesRequest {
                district: request.district,
                school_id: request.school_id,
                ..ListMismatchesRequest::default()
            };
            let records = found(&mut *cx.uow, &reach, &within, None, STEP_LIMIT).await?;
            let ids: Vec<OrderId> = records.iter().map(|record| record.id).collect();
            cx.uow.orders_by_ids(&ids).await?;
            let query = MismatchQuery {
                ids: Some(ids),
                ..MismatchQuery::default()
            };
            // Once more, now that nobody else changes them.
            cx.uow.order_mismatches(&query, None, STEP_LIMIT).await?
        }
        _ => return Err(Code::SelectionEmpty.into()),
    };
    let all = looked_at(&mut *cx.uow, records).await?;
    if !all
        .iter()
        .all(|order| order.places().iter().any(|place| reach.covers(place)))
    {
        return Err(forbidden(Permission::CorrectOrders));
    }
    let mut right = Vec::with_capacity(all.len());
    for order in &all {
        match order.obstacle() {
            None => right.push(order),
            Some(problem) if problems.len() < PROBLEM_LIMIT => problems.push(SubjectProblem {
                problem,
                subject_id: Some(order.record.id.to_string()),
                subject_name: Some(order.record.pupil_name.clone()),
            }),
            Some(_) => {}
        }
    }
    let by = cx.actor()?.account;
    let orders: Vec<OrderPlaceRecord> = right.iter().map(|order| order_place(order)).collect();
    let step = OrderStep::Correct.as_str();
    cx.uow
        .place_orders(&orders, (step, &why), by, cx.now.ms())
        .await?;
    let pupils: Vec<PupilPlaceRecord> = right.iter().filter_map(|o| pupil_place(o)).collect();
    cx.uow.place_pupils(&pupils).await?;
    let applications: Vec<_> = right
        .iter()
        .filter_map(|order| {
            let (id, _, school) = order.record.application.as_ref()?;
            Some((*id, order.district_of(*school).to_owned()))
        })
        .collect();
    cx.uow.place_applications(&applications).await?;

    let before: HashMap<OrderId, _> = right
        .iter()
        .map(|order| {
            (
                order.record.id,
                (&order.record.district, order.record.school_id),
            )
        })
        .collect();
    let changes: Vec<_> = orders
        .iter()
        .map(|place| {
            serde_json::json!({
                "order": place.id, "from": before.get(&place.id),
                "to": (&place.district, place.school_id),
            })
        })
        .collect();
    let places = orders
        .iter()
        .map(|place| (place.district.as_str(), place.school_id));
    let summary = format!("{}：{} 张订单", OrderStep::Correct.zh(), orders.len());
    cx.note(
        note_of(places, summary)
            .with(serde_json::json!({ "orders": changes, "reason": why }))
            .about(right.iter().map(|order| order.record.pupil_id.0)),
    );
    Ok(StepResult {
        done: i64::try_from(orders.len()).unwrap_or(i64::MAX),
        problems,
    })
}

/// The order's right place. Class and enrolment are those of the day of the request
/// (model.md) as long as they are of the right school.
fn order_place(order: &Looked) -> OrderPlaceRecord {
    let record = &order.record;
    let school = order.right_school();
    let moved = record
        .present
        .filter(|_| record.school_id != school || record.class_school_id != school);
    OrderPlaceRecord {
        id: record.id,
        district: order.district_of(school).to_owned(),
        school_id: school,
        class_id: moved.map_or(record.class_id, |present| present.class_id),
        grade: moved.map_or(record.grade, |present| present.grade),
        enrolment_id: moved.map_or(record.enrolment_id, |present| present.enrolment_id),
    }
}

/// The right place of the pupil's record, when that is wrong, too.
fn pupil_place(order: &Looked) -> Option<PupilPlaceRecord> {
    let record = &order.record;
    let present = record.present;
    let school = present.map_or(record.pupil_school_id, |present| present.school_id);
    let district = order.district_of(school);
    if record.pupil_school_id == school && record.pupil_district == district {
        return None;
    }
    Some(PupilPlaceRecord {
        id: record.pupil_id,
        district: district.to_owned(),
        school_id: school,
        class_id: present.map_or(record.pupil_class_id, |present| present.class_id),
        grade: present.map_or(record.pupil_grade, |present| present.grade),
    })
}
