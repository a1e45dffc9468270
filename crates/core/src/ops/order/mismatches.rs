//! Orders whose district or school does not fit (区县学校核对), CARD-8: open orders that
//! disagree with the school's record or with where the pupil is enrolled now.

use std::collections::{BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::master::{Master, master};
use crate::access::{Place, Reach};
use crate::context::Cx;
use crate::domain::application::PupilStatus;
use crate::domain::order::OrderState;
use crate::domain::words::words;
use crate::error::{Code, OpError, Problem};
use crate::id::{OrderId, PupilId, SchoolId};
use crate::ops::class::grade_name;
use crate::ops::page::{asked_scopes, decode_cursor, limit, next};
use crate::ops::touches;
use crate::ports::{MismatchQuery, MismatchRecord, UnitOfWork};

words! {
    /// What does not fit.
    pub enum MismatchCause {
        /// The order's district is not that of its school.
        OrderDistrict = "order_district", "订单的区县不对";
        /// The pupil is enrolled at another school.
        OrderSchool = "order_school", "学生已在别的学校";
        /// The order's class is of another school.
        OrderClass = "order_class", "订单的班级不对";
        /// The district of the pupil's record is not that of its school.
        PupilDistrict = "pupil_district", "学生资料的区县不对";
        /// The school of the pupil's record is not that of the class.
        PupilSchool = "pupil_school", "学生资料的学校不对";
        /// An application on its way names another district than its school's.
        ApplicationDistrict = "application_district", "待办申请的区县不对";
    }
}

/// Which orders.
#[derive(Debug, Clone, Default, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListMismatchesRequest {
    /// District code.
    #[ts(optional)]
    pub district: Option<String>,
    /// School.
    #[ts(optional)]
    pub school_id: Option<SchoolId>,
    /// `next` of the page before.
    #[ts(optional)]
    pub after: Option<String>,
    /// Rows, at most 500.
    #[ts(optional)]
    pub limit: Option<u32>,
}

touches!(ListMismatchesRequest, self => Touched::Filtered);

/// One thing that does not fit.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MismatchFault {
    /// What.
    #[ts(as = "MismatchCause")]
    pub cause: String,
    /// Its name.
    pub cause_name: String,
    /// Where, and what stands against it.
    pub message: String,
}

/// A district and a school.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlaceView {
    /// District code.
    pub district: String,
    /// Its name.
    pub district_name: String,
    /// School.
    pub school_id: SchoolId,
    /// Its name.
    pub school_name: String,
}

/// An order that does not fit.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MismatchView {
    /// Order.
    pub id: OrderId,
    /// Pupil.
    pub pupil_id: PupilId,
    /// Name.
    pub pupil_name: String,
    /// 一年级 … 九年级.
    pub grade_name: String,
    /// 班级序号.
    #[ts(type = "number")]
    pub class_number: i64,
    /// State.
    #[ts(as = "OrderState")]
    pub state: String,
    /// Its name.
    pub state_name: String,
    /// The place that the order has.
    pub place: PlaceView,
    /// The place that it gets.
    pub right: PlaceView,
    /// Everything that does not fit.
    pub faults: Vec<MismatchFault>,
    /// Why it is not corrected here, and what to do instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub obstacle: Option<String>,
}

/// A page.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListMismatchesResponse {
    /// Orders, by pupil.
    pub items: Vec<MismatchView>,
    /// For the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

/// # Errors
/// `forbidden`, `school.unknown`, `request.invalid`.
pub async fn run(
    cx: &mut Cx,
    request: ListMismatchesRequest,
) -> Result<ListMismatchesResponse, OpError> {
    let limit = limit(request.limit);
    let after: Option<PupilId> = decode_cursor(request.after.as_deref())?;
    let reach = cx.reach().clone();
    let found = found(&mut *cx.uow, &reach, &request, after, limit).await?;
    let items = looked_at(&mut *cx.uow, found).await?;
    Ok(ListMismatchesResponse {
        next: next(&items, limit, |item| item.record.pupil_id),
        items: items.iter().map(Looked::view).collect(),
    })
}

/// Orders within the reach that do not fit, by pupil.
pub(super) async fn found(
    uow: &mut dyn UnitOfWork,
    reach: &Reach,
    request: &ListMismatchesRequest,
    after: Option<PupilId>,
    limit: u32,
) -> Result<Vec<MismatchRecord>, OpError> {
    let (scopes, _) =
        asked_scopes(uow, reach, request.district.as_deref(), request.school_id).await?;
    let mut found: Vec<MismatchRecord> = Vec::new();
    for scope in scopes {
        let (district, school) = scope.parts();
        let query = MismatchQuery {
            district,
            school,
            ids: None,
        };
        found.extend(uow.order_mismatches(&query, after, limit).await?);
    }
    // An order between two districts is told to both of them, and once to whoever has both.
    found.sort_by_key(|record| record.pupil_id);
    found.dedup_by_key(|record| record.id);
    found.truncate(limit as usize);
    Ok(found)
}

/// An order with the records that say what is right.
pub(super) struct Looked {
    pub(super) record: MismatchRecord,
    schools: HashMap<SchoolId, Master>,
    districts: HashMap<String, String>,
}

/// Puts the schools' records beside orders.
pub(super) async fn looked_at(
    uow: &mut dyn UnitOfWork,
    records: Vec<MismatchRecord>,
) -> Result<Vec<Looked>, OpError> {
    let ids: BTreeSet<SchoolId> = records.iter().flat_map(schools_of).collect();
    let schools = master(uow, &ids.into_iter().collect::<Vec<_>>()).await?;
    let districts: HashMap<String, String> = uow
        .districts()
        .await?
        .into_iter()
        .map(|district| (district.code, district.name))
        .collect();
    Ok(records
        .into_iter()
        .map(|record| Looked {
            schools: schools_of(&record)
                .filter_map(|id| Some((id, schools.get(&id)?.clone())))
                .collect(),
            districts: districts.clone(),
            record,
        })
        .collect())
}

fn schools_of(record: &MismatchRecord) -> impl Iterator<Item = SchoolId> + use<> {
    [
        Some(record.school_id),
        Some(record.class_school_id),
        Some(record.pupil_school_id),
        record.present.map(|present| present.school_id),
        record.application.as_ref().map(|(_, _, school)| *school),
    ]
    .into_iter()
    .flatten()
}

impl Looked {
    /// Name of a district; its code when it is not ours.
    fn district_name(&self, code: &str) -> String {
        self.districts
            .get(code)
            .cloned()
            .unwrap_or_else(|| code.to_owned())
    }

    fn school_name(&self, school: SchoolId) -> &str {
        self.schools
            .get(&school)
            .map_or("", |master| master.name.as_str())
    }

    /// District that a school belongs to.
    pub(super) fn district_of(&self, school: SchoolId) -> &str {
        self.schools
            .get(&school)
            .map_or("", |master| master.district.as_str())
    }

    /// School that the order belongs to: where the pupil is enrolled, else its own.
    pub(super) fn right_school(&self) -> SchoolId {
        self.record
            .present
            .map_or(self.record.school_id, |present| present.school_id)
    }

    /// Places whose offices see the order and may correct it: that of the order, that of
    /// its school, that of the pupil.
    pub(super) fn places(&self) -> [Place; 3] {
        let at = |school: SchoolId| Place::School(self.district_of(school).to_owned(), school);
        let record = &self.record;
        [
            Place::School(record.district.clone(), record.school_id),
            at(record.school_id),
            at(self.right_school()),
        ]
    }

    /// Everything that does not fit.
    pub(super) fn faults(&self) -> Vec<MismatchFault> {
        let record = &self.record;
        let mut faults = Vec::new();
        let mut add = |cause: MismatchCause, message: String| {
            faults.push(MismatchFault {
                cause: cause.as_str().to_owned(),
                cause_name: cause.zh().to_owned(),
                message,
            });
        };
        let district = |what: &str, code: &str, school: SchoolId| {
            format!(
                "{what}的区县是{}，{}登记在{}。",
                self.district_name(code),
                self.school_name(school),
                self.district_name(self.district_of(school))
            )
        };
        if record.district != self.district_of(record.school_id) {
            let message = district("订单", &record.district, record.school_id);
            add(MismatchCause::OrderDistrict, message);
        }
        if let Some(present) = record.present
            && present.school_id != record.school_id
        {
            let message = format!(
                "订单的学校是{}，学生现在就读于{}。",
                self.school_name(record.school_id),
                self.school_name(present.school_id)
            );
            add(MismatchCause::OrderSchool, message);
        }
        if record.class_school_id != record.school_id {
            let message = format!(
                "订单的学校是{}，订单的班级属于{}。",
                self.school_name(record.school_id),
                self.school_name(record.class_school_id)
            );
            add(MismatchCause::OrderClass, message);
        }
        if record.pupil_district != self.district_of(record.pupil_school_id) {
            let message = district("学生资料", &record.pupil_district, record.pupil_school_id);
            add(MismatchCause::PupilDistrict, message);
        }
        if let Some(present) = record.present
            && present.school_id != record.pupil_school_id
        {
            let message = format!(
                "学生资料的学校是{}，所在的班级属于{}。",
                self.school_name(record.pupil_school_id),
                self.school_name(present.school_id)
            );
            add(MismatchCause::PupilSchool, message);
        }
        if let Some((_, code, school)) = &record.application {
            let message = district("待办申请", code, *school);
            add(MismatchCause::ApplicationDistrict, message);
        }
        faults
    }

    /// Why the order is not corrected here.
    pub(super) fn obstacle(&self) -> Option<Problem> {
        let record = &self.record;
        if record.state == OrderState::InProduction.as_str() {
            let batch = record.batch_no.as_deref().unwrap_or_default();
            return Some(Problem::new(Code::OrderInBatch).message(format!(
                "已在批次 {batch} 中，请先放弃那个批次，或读入它的结果文件。"
            )));
        }
        if record.present.is_none() && record.class_school_id != record.school_id {
            let status = PupilStatus::from_stored(&record.status).map_or("", PupilStatus::zh);
            return Some(Problem::new(Code::PupilStatus).message(format!(
                "该学生现在是“{status}”，不知道应归哪个班级，请作废这张订单。"
            )));
        }
        None
    }

    fn place(&self, district: &str, school: SchoolId) -> PlaceView {
        PlaceView {
            district: district.to_owned(),
            district_name: self.district_name(district),
            school_id: school,
            school_name: self.school_name(school).to_owned(),
        }
    }

    fn view(&self) -> MismatchView {
        let record = &self.record;
        let right = self.right_school();
        MismatchView {
            id: record.id,
            pupil_id: record.pupil_id,
            pupil_name: record.pupil_name.clone(),
            grade_name: grade_name(record.grade),
            class_number: record.class_number,
            state_name: OrderState::from_stored(&record.state)
                .map_or("", OrderState::zh)
                .to_owned(),
            state: record.state.clone(),
            place: self.place(&record.district, record.school_id),
            right: self.place(self.district_of(right), right),
            faults: self.faults(),
            obstacle: self.obstacle().map(|problem| problem.message),
        }
    }
}
