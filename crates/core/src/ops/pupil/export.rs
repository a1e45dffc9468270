//! A list of pupils as a workbook (导出学生名单): masked, or in clear by permission and with a reason.

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use super::list::{ListPupilsRequest, Listed};
use super::{birth_year, guardian_phone, open_paper};
use crate::access::{Permission, Place, Reach, forbidden};
use crate::context::{AuditNote, Job};
use crate::domain::application::{ApplicationState, PupilStatus};
use crate::domain::gender::Gender;
use crate::domain::paper::{PaperKind, mask_number};
use crate::domain::phone::mask_phone;
use crate::domain::time::Timestamp;
use crate::error::OpError;
use crate::ops::class::grade_name;
pub use crate::ops::export::ExportedFile;
use crate::ops::export::{Export, PAGE};
use crate::ops::touches;
use crate::ports::{Cipher, PupilFilter, PupilRecord};

/// Which pupils, and how.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportPupilsRequest {
    /// As `pupil.list`; its page is of no account.
    #[serde(default)]
    pub filter: ListPupilsRequest,
    /// With numbers, dates of birth and phones in clear: for the district and the city.
    #[serde(default)]
    pub unmasked: bool,
    /// Why, when in clear.
    #[ts(optional)]
    pub reason: Option<String>,
}

touches!(ExportPupilsRequest, self => Touched::Filtered);

const COLUMNS: [(&str, u16); 13] = [
    ("学校", 28),
    ("年级", 10),
    ("班级", 8),
    ("姓名", 14),
    ("性别", 8),
    ("出生日期", 14),
    ("证件类型", 16),
    ("证件号码", 22),
    ("学生状态", 10),
    ("申请状态", 14),
    ("提交时间", 18),
    ("家长", 14),
    ("家长手机", 16),
];

/// The first row of the workbook says who exported it and when.
///
/// # Errors
/// Those of `pupil.list`; `forbidden` and `reason.required` in clear; `file.too_many_rows`;
/// `cancelled`.
pub async fn run(job: &mut Job, request: ExportPupilsRequest) -> Result<ExportedFile, OpError> {
    let reach = job.actor.reach(Permission::ReadPupils);
    let cipher = job.ports.cipher.clone();
    let reason = match (request.unmasked, request.reason.as_deref()) {
        (false, _) => None,
        (true, reason) => Some(super::reason(reason.unwrap_or_default())?),
    };
    let mut uow = job.ports.store.read().await?;
    let listed = Listed::new(&mut *uow, &*cipher, &reach, &request.filter, job.today()).await?;
    if request.unmasked {
        let may = job.actor.reach(Permission::ExportPupils);
        if !listed
            .filters
            .iter()
            .all(|filter| covers(&may, &reach, filter))
        {
            return Err(forbidden(Permission::ExportPupils));
        }
    }
    let mut export = Export::start(job, "学生名单", &COLUMNS);
    let mut after: Option<String> = None;
    loop {
        let (page, next, _) = listed.page(&mut *uow, after.as_deref(), PAGE).await?;
        let rows = page
            .into_iter()
            .map(|pupil| row(pupil, request.unmasked, &*cipher))
            .collect::<Result<_, _>>()?;
        export.push(job, rows).await?;
        match next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    uow.rollback().await?;
    let how = match &reason {
        None => "已遮盖".to_owned(),
        Some(reason) => format!("未遮盖，原因：{reason}"),
    };
    let summary = format!("导出学生名单 {} 行（{how}）", export.rows());
    let note = match listed.filters.as_slice() {
        [one] => match &one.district {
            Some(district) => AuditNote::district(district, summary),
            None => AuditNote::city(summary),
        },
        _ => AuditNote::city(summary),
    };
    let note = note.with(serde_json::json!({ "unmasked": request.unmasked, "reason": reason }));
    export.finish_with(job, note).await
}

/// Whether all that a filter can give lies where lists may be exported in clear.
fn covers(may: &Reach, reach: &Reach, filter: &PupilFilter) -> bool {
    match (&filter.district, filter.school) {
        (Some(district), _) => may.covers(&Place::District(district.clone())),
        // The district of a school that was asked for is not at hand: whoever may export all
        // that they read may export it.
        (None, Some(_)) => may == reach,
        (None, None) => may.covers(&Place::City),
    }
}

fn row(pupil: PupilRecord, clear: bool, cipher: &dyn Cipher) -> Result<Vec<String>, OpError> {
    let kind = PaperKind::from_stored(&pupil.paper_kind);
    let number = open_paper(cipher, pupil.id, &pupil.paper_sealed)?;
    let phone = guardian_phone(&pupil, cipher)?.unwrap_or_default();
    let born = if clear {
        pupil.birth_date.unwrap_or_default()
    } else {
        birth_year(pupil.birth_date.as_deref()).map_or_else(String::new, |year| year.to_string())
    };
    Ok(vec![
        pupil.school_name,
        grade_name(pupil.grade),
        pupil.class_number.to_string(),
        pupil.name,
        pupil
            .gender
            .as_deref()
            .and_then(Gender::from_stored)
            .map_or("", Gender::zh)
            .to_owned(),
        born,
        kind.map_or("", PaperKind::zh).to_owned(),
        match kind {
            Some(kind) if !clear => mask_number(kind, &number),
            _ => number,
        },
        PupilStatus::from_stored(&pupil.status)
            .map_or("", PupilStatus::zh)
            .to_owned(),
        pupil
            .application_state
            .as_deref()
            .and_then(ApplicationState::from_stored)
            .map_or("", ApplicationState::zh)
            .to_owned(),
        pupil
            .submitted_at
            .map_or_else(String::new, |at| Timestamp::from_ms(at).zh()),
        pupil.guardian_name.unwrap_or_default(),
        if clear { phone } else { mask_phone(&phone) },
    ])
}
