//! What waits, how it goes, what happened (首页).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::access::{Permission, Reach};
use crate::context::Cx;
use crate::domain::application::{ApplicationKind, ApplicationState};
use crate::domain::batch::BatchState;
use crate::domain::order::OrderState;
use crate::domain::time::{Day, DayRange};
use crate::error::OpError;
use crate::ops::import::ImportSummary;
use crate::ops::order::LOOK;
use crate::ops::page::{COUNT_CAP, CappedCount, ListScope, list_scopes};
use crate::ops::touches;
use crate::ports::{
    ApplicationQuery, BatchFilter, OrderQuery, PupilFilter, SchoolFilter, TotalQuery,
};

/// Days of the chart.
const DAYS: i64 = 14;
/// Schools whose ladders are looked at.
const LADDER_SCHOOLS: u32 = 500;

/// No input.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HomeSummaryRequest {}

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TodoKey {
    /// Schools whose ladder is incomplete or wrong.
    LaddersIncomplete,
    /// Previews that were neither committed nor discarded.
    ImportsInPreview,
    /// Drafts that one's schools have to submit.
    PupilsToSubmit,
    /// Applications that the district sent back to one's schools.
    PupilsReturned,
    /// Applications of new pupils that wait for the district.
    PupilsToReview,
    /// Returned orders of the school.
    OrdersReturned,
    /// Orders to be approved by the district.
    OrdersToApprove,
    /// Orders to be confirmed by the card office.
    OrdersToConfirm,
    /// Confirmed orders that wait for a batch.
    OrdersToBatch,
    /// Batches whose package waits to be exported.
    BatchesToExport,
    /// Batches at the bureau for longer than the district allows.
    BatchesOverdue,
}

/// A waiting item.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TodoItem {
    /// What waits.
    pub key: TodoKey,
    /// How many.
    pub count: CappedCount,
}

/// The four steps of an empty system; true when done.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetupSteps {
    /// A school exists.
    pub schools: bool,
    /// All ladders are complete.
    pub ladders: bool,
    /// A class exists.
    pub classes: bool,
    /// A pupil exists.
    pub pupils: bool,
}

/// Orders confirmed on one day.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DayCount {
    /// `2026-09-01`.
    pub day: String,
    /// How many.
    #[ts(type = "number")]
    pub count: i64,
}

/// The start page.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HomeSummaryResponse {
    /// What waits, for this person's work.
    pub todos: Vec<TodoItem>,
    /// The first steps, for those who manage classes, until all are done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub setup: Option<SetupSteps>,
    /// Latest imports within the reach.
    pub recent_imports: Vec<ImportSummary>,
    /// The last 14 days; empty for those who see no orders.
    pub confirmed_per_day: Vec<DayCount>,
}

touches!(HomeSummaryRequest, self => Touched::Self_);

/// # Errors
/// Those of the store.
pub async fn run(cx: &mut Cx, _: HomeSummaryRequest) -> Result<HomeSummaryResponse, OpError> {
    let actor = cx.actor()?.clone();
    let held = actor.permissions();
    let holds = |permission: Permission| held.contains(&permission);
    let mut answer = HomeSummaryResponse {
        todos: vec![],
        setup: None,
        recent_imports: vec![],
        confirmed_per_day: vec![],
    };

    if holds(Permission::ManageClasses) {
        let incomplete = incomplete_ladders(cx, &actor.reach(Permission::ManageClasses)).await?;
        let ladders_complete = incomplete == 0;
        if holds(Permission::ManageSchools) {
            push(
                &mut answer.todos,
                TodoKey::LaddersIncomplete,
                CappedCount {
                    count: incomplete,
                    more: false,
                },
            );
        }
        let scopes = list_scopes(&actor.reach(Permission::ManageClasses), None, None)?;
        let mut steps = SetupSteps {
            schools: false,
            ladders: ladders_complete,
            classes: false,
            pupils: false,
        };
        for scope in &scopes {
            let filter = school_filter(scope);
            let schools = cx.uow.schools(&filter, None, LADDER_SCHOOLS).await?;
            steps.schools |= !schools.is_empty();
            let ids: Vec<_> = schools.iter().map(|school| school.id).collect();
            steps.classes |= cx
                .uow
                .grades(&ids)
                .await?
                .iter()
                .any(|grade| grade.classes > 0);
            steps.pupils |= cx.uow.count_pupils(&pupil_filter(scope), 1).await? > 0;
        }
        steps.ladders &= steps.schools;
        if !(steps.schools && steps.ladders && steps.classes && steps.pupils) {
            answer.setup = Some(steps);
        }
    }
    if holds(Permission::EnterPupils) {
        // A draft is its school's to finish; the district waits for what is submitted.
        let scopes = list_scopes(&actor.reach(Permission::EnterPupils), None, None)?;
        for (key, state) in [
            (TodoKey::PupilsReturned, ApplicationState::Returned),
            (TodoKey::PupilsToSubmit, ApplicationState::Draft),
        ] {
            let mut count = NONE;
            for scope in &scopes {
                if let ListScope::School(school) = scope {
                    let cap = COUNT_CAP + 1;
                    let counted = cx.uow.count_unfinished(*school, state, cap).await?;
                    count = count.plus(CappedCount::from_counted(counted));
                }
            }
            push(&mut answer.todos, key, count);
        }
        let imports = crate::ops::import::list::within(
            cx,
            &actor.reach(Permission::EnterPupils),
            None,
            crate::ports::ImportFilter::default(),
            None,
            20,
        )
        .await?;
        let waiting = imports
            .iter()
            .filter(|import| import.state == "preview")
            .count();
        let waiting = CappedCount {
            count: i64::try_from(waiting).unwrap_or_default(),
            more: false,
        };
        push(&mut answer.todos, TodoKey::ImportsInPreview, waiting);
        answer.recent_imports = imports
            .into_iter()
            .take(5)
            .map(ImportSummary::new)
            .collect::<Result<_, _>>()?;
    }
    if holds(Permission::ReviewPupils) {
        let mut count = NONE;
        for scope in list_scopes(&actor.reach(Permission::ReviewPupils), None, None)? {
            let (district, school) = scope.parts();
            let query = ApplicationQuery {
                district,
                school,
                kind: Some(ApplicationKind::New.as_str().to_owned()),
                state: Some(ApplicationState::Submitted.as_str().to_owned()),
                ..ApplicationQuery::default()
            };
            let counted = cx.uow.count_applications(&query, COUNT_CAP + 1).await?;
            count = count.plus(CappedCount::from_counted(counted));
        }
        push(&mut answer.todos, TodoKey::PupilsToReview, count);
    }
    for (permission, key, state) in [
        (
            Permission::RequestOrders,
            TodoKey::OrdersReturned,
            OrderState::Returned,
        ),
        (
            Permission::ReviewOrders,
            TodoKey::OrdersToApprove,
            OrderState::Requested,
        ),
        (
            Permission::ConfirmOrders,
            TodoKey::OrdersToConfirm,
            OrderState::Approved,
        ),
        (
            Permission::ManageBatches,
            TodoKey::OrdersToBatch,
            OrderState::Confirmed,
        ),
    ] {
        if holds(permission) {
            let mut count = NONE;
            for query in order_queries(&actor.reach(permission))? {
                let query = OrderQuery {
                    state: Some(state.as_str().to_owned()),
                    ..query
                };
                let (counted, _) = cx.uow.count_orders(&query, COUNT_CAP + 1, LOOK).await?;
                count = count.plus(CappedCount::from_counted(counted));
            }
            push(&mut answer.todos, key, count);
        }
    }
    if holds(Permission::ManageBatches) {
        let scopes = list_scopes(&actor.reach(Permission::ManageBatches), None, None)?;
        let open: Vec<BatchFilter> = scopes
            .iter()
            .map(|scope| BatchFilter {
                district: scope.clone().parts().0,
                state: Some(BatchState::Open.as_str().to_owned()),
                handed_over_before: None,
            })
            .collect();
        let overdue = crate::ops::batch::overdue(&mut *cx.uow, scopes, cx.now).await?;
        for (key, filters) in [
            (TodoKey::BatchesToExport, open),
            (TodoKey::BatchesOverdue, overdue),
        ] {
            let mut count = NONE;
            for filter in filters {
                let counted = cx.uow.count_batches(&filter, COUNT_CAP + 1).await?;
                count = count.plus(CappedCount::from_counted(counted));
            }
            push(&mut answer.todos, key, count);
        }
    }
    if holds(Permission::ReadOrders) {
        let today = Day::from_date(cx.today());
        let days: Vec<Day> = (0..DAYS).rev().map(|ago| today.minus(ago)).collect();
        let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
        for (district, school) in list_scopes(&actor.reach(Permission::ReadOrders), None, None)?
            .into_iter()
            .map(ListScope::parts)
        {
            let query = TotalQuery {
                district,
                school,
                grade: None,
                days: DayRange::between(today.minus(DAYS - 1), today),
            };
            for (day, orders) in cx.uow.order_totals_by_day(&query).await? {
                *counts.entry(day).or_default() += orders;
            }
        }
        answer.confirmed_per_day = days
            .iter()
            .map(|day| DayCount {
                day: day.to_string(),
                count: counts.get(&day.number()).copied().unwrap_or_default(),
            })
            .collect();
    }
    Ok(answer)
}

const NONE: CappedCount = CappedCount {
    count: 0,
    more: false,
};

fn push(todos: &mut Vec<TodoItem>, key: TodoKey, count: CappedCount) {
    if count.count > 0 {
        todos.push(TodoItem { key, count });
    }
}

fn school_filter(scope: &ListScope) -> SchoolFilter {
    match scope {
        ListScope::City => SchoolFilter::default(),
        ListScope::District(code) => SchoolFilter {
            districts: Some(vec![code.clone()]),
            ..SchoolFilter::default()
        },
        ListScope::School(id) => SchoolFilter {
            ids: Some(vec![*id]),
            ..SchoolFilter::default()
        },
    }
}

fn pupil_filter(scope: &ListScope) -> PupilFilter {
    let (district, school) = scope.clone().parts();
    PupilFilter {
        district,
        school,
        ..PupilFilter::default()
    }
}

fn order_queries(reach: &Reach) -> Result<Vec<OrderQuery>, OpError> {
    Ok(list_scopes(reach, None, None)?
        .into_iter()
        .map(ListScope::parts)
        .map(|(district, school)| OrderQuery {
            district,
            school,
            ..OrderQuery::default()
        })
        .collect())
}

async fn incomplete_ladders(cx: &mut Cx, reach: &Reach) -> Result<i64, OpError> {
    let mut schools_with_changes = Vec::new();
    for scope in list_scopes(reach, None, None)? {
        let schools = cx
            .uow
            .schools(&school_filter(&scope), None, LADDER_SCHOOLS)
            .await?;
        let plan = crate::ops::grade::plan(cx, &schools).await?;
        schools_with_changes.extend(plan.changes.into_iter().map(|change| change.school_id));
    }
    schools_with_changes.sort_unstable();
    schools_with_changes.dedup();
    Ok(i64::try_from(schools_with_changes.len()).unwrap_or(i64::MAX))
}
