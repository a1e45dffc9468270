//! Pupils within one's reach, masked (查看学生).

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{PupilView, seek};
use crate::access::Reach;
use crate::context::Cx;
use crate::error::OpError;
use crate::id::{ImportId, PupilId, SchoolId};
use crate::ops::class::numbered;
use crate::ops::page::{
    COUNT_CAP, CappedCount, ListScope, asked_scopes, decode_cursor, limit, next,
};
use crate::ops::touches;
use crate::ports::{Cipher, PupilFilter, PupilRecord, UnitOfWork};

/// Filter and page.
#[derive(Default, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPupilsRequest {
    /// Only of this district.
    #[ts(optional)]
    pub district: Option<String>,
    /// Only of this school.
    #[ts(optional)]
    pub school_id: Option<SchoolId>,
    /// Only of this grade number.
    #[ts(optional, type = "number")]
    pub grade: Option<i64>,
    /// Only of classes with this number.
    #[ts(optional, type = "number")]
    pub class_number: Option<i64>,
    /// Start of the name.
    #[ts(optional)]
    pub name: Option<String>,
    /// What the search box takes: part of a name or of its pinyin, a whole number (of a
    /// paper, a 学籍号, a guardian's phone), or a class as `7-3`.
    #[ts(optional)]
    pub text: Option<String>,
    /// State of the latest application.
    #[ts(optional, as = "Option<crate::domain::application::ApplicationState>")]
    pub application_state: Option<String>,
    /// Only those that this import wrote.
    #[ts(optional)]
    pub import_id: Option<ImportId>,
    /// The recycle bin: the deleted pupils, and no others.
    #[ts(optional)]
    pub deleted: Option<bool>,
    /// `next` of the page before.
    #[ts(optional)]
    pub after: Option<String>,
    /// Rows of the page, 1–500; 50 by default.
    #[ts(optional)]
    pub limit: Option<u32>,
}

/// A page by name.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListPupilsResponse {
    /// Pupils.
    pub items: Vec<PupilView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
    /// How many fit, counted up to 1000.
    pub count: CappedCount,
}

touches!(ListPupilsRequest, self => Touched::Filtered);

/// # Errors
/// `forbidden` for a district or school outside the reach.
pub async fn run(cx: &mut Cx, request: ListPupilsRequest) -> Result<ListPupilsResponse, OpError> {
    let limit = limit(request.limit);
    let cipher = cx.ports.cipher.clone();
    let (today, reach) = (cx.today(), cx.reach.clone());
    let listed = Listed::new(&mut *cx.uow, &*cipher, &reach, &request, today).await?;
    let after = request.after.as_deref();
    let (pupils, next, found) = listed.page(&mut *cx.uow, after, limit).await?;
    let count = match found {
        Some(count) => count,
        None => {
            let mut count = CappedCount {
                count: 0,
                more: false,
            };
            for filter in &listed.filters {
                let counted = cx.uow.count_pupils(filter, COUNT_CAP + 1).await?;
                count = count.plus(CappedCount::from_counted(counted));
            }
            count
        }
    };
    let items = pupils
        .into_iter()
        .map(|pupil| PupilView::new(pupil, &*cipher))
        .collect::<Result<_, _>>()?;
    Ok(ListPupilsResponse { items, next, count })
}

/// A list as it was asked for: one filter a scope, and part of a name if one was typed.
pub(super) struct Listed {
    pub(super) filters: Vec<PupilFilter>,
    part: Option<String>,
}

impl Listed {
    /// # Errors
    /// `forbidden` for a district or school outside the reach; `school.unknown`.
    pub(super) async fn new(
        uow: &mut dyn UnitOfWork,
        cipher: &dyn Cipher,
        reach: &Reach,
        request: &ListPupilsRequest,
        today: NaiveDate,
    ) -> Result<Self, OpError> {
        let district = request.district.as_deref();
        let (scopes, school) = asked_scopes(uow, reach, district, request.school_id).await?;
        let class = match (&school, request.grade, request.class_number) {
            // A full address of a class is one index; anything less filters along the school's.
            (Some(school), Some(grade), Some(number)) => numbered(uow, school, grade, number)
                .await?
                .map(|class| class.id),
            _ => None,
        };
        let name = request
            .name
            .as_deref()
            .map(str::trim)
            .filter(|name| !name.is_empty());
        let mut filters: Vec<PupilFilter> = scopes
            .into_iter()
            .map(ListScope::parts)
            .map(|(district, school)| PupilFilter {
                district,
                school,
                class,
                grade: request.grade,
                class_number: request.class_number,
                name: name.map(str::to_owned),
                application_state: request.application_state.clone(),
                import: request.import_id,
                deleted: request.deleted.unwrap_or(false),
                ..PupilFilter::default()
            })
            .collect();
        let text = request.text.as_deref();
        let part = seek::narrow(uow, cipher, &mut filters, text, today).await?;
        Ok(Self { filters, part })
    }

    /// A page, where the next one begins, and the count when the page tells it.
    pub(super) async fn page(
        &self,
        uow: &mut dyn UnitOfWork,
        after: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<PupilRecord>, Option<String>, Option<CappedCount>), OpError> {
        if let Some(key) = &self.part {
            let (pupils, next, count) = seek::page(uow, &self.filters, key, after, limit).await?;
            return Ok((pupils, next, Some(count)));
        }
        let after: Option<(String, PupilId)> = decode_cursor(after)?;
        let mut pupils = Vec::new();
        for filter in &self.filters {
            pupils.extend(uow.pupils(filter, after.clone(), limit).await?);
        }
        if self.filters.len() > 1 {
            pupils.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
            pupils.truncate(limit as usize);
        }
        let next = next(&pupils, limit, |pupil| (&pupil.name, pupil.id));
        Ok((pupils, next, None))
    }
}
