//! Saves a draft or a returned application, or submits it (保存新生录入), STU-1.
//!
//! No reason is asked for before the district has approved; the record as it was is kept
//! all the same, so that the page can be shown as of any day.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use ts_rs::TS;

pub use super::create::EnteredPupil;
use super::create::{entered, near_note};
use super::edit::conflict;
use super::form::{self, PupilForm};
use super::open::{state_of, unfinished};
use super::record::Record;
use crate::access::Permission;
use crate::context::{AuditNote, Cx};
use crate::domain::application::{ApplicationState, ApplicationStep};
use crate::error::{Code, OpError, Problem};
use crate::id::{BlobId, PupilId};
use crate::ops::photo::own;
use crate::ops::touches;
use crate::ports::{PupilVersionRow, SealedAt};

/// Which pupil, and how it shall be: what the form leaves empty is empty from then on.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SavePupilRequest {
    /// Pupil.
    pub id: PupilId,
    /// Version the person saw.
    #[ts(type = "number")]
    pub version: i64,
    /// The form.
    pub form: PupilForm,
    /// Submits to the district as well.
    #[ts(optional)]
    pub submit: Option<bool>,
    /// Staged photo of the pupil; without one the photo stays as it is.
    #[ts(optional)]
    pub photo_blob_id: Option<BlobId>,
}

touches!(SavePupilRequest, self => Touched::Pupils(vec![self.id]));

/// The first save stays as it is; a resubmission shows the latest moment.
///
/// # Errors
/// `pupil.unknown`, `application.submitted` and `application.state` once it is the district's,
/// `version.conflict` for each part that is no longer as the person saw it, and those of
/// `pupil.create`.
pub async fn run(cx: &mut Cx, request: SavePupilRequest) -> Result<EnteredPupil, OpError> {
    let (application, mut row) = unfinished(cx, request.id).await?;
    let state = state_of(&application)?;
    let submit = request.submit.unwrap_or(false);
    if submit {
        state.after(ApplicationStep::Submit)?;
    }
    let school = cx
        .uow
        .school(row.school_id)
        .await?
        .ok_or(Code::SchoolUnknown)?;
    let cipher = cx.ports.cipher.clone();
    let reach = cx.actor()?.reach(Permission::ReadPupils);
    let guardians = cx.uow.guardians_of(row.id).await?;
    let before = Record::open(&row, &guardians, &*cipher)?;
    let today = cx.today();
    cx.uow.lock_classes(school.id, school.school_year).await?;
    let mut reading = form::read(&mut *cx.uow, &school, &request.form, today).await?;
    reading.own_guardians(&before.guardians);
    let found = reading
        .on_record(&mut *cx.uow, &*cipher, &school, &reach, Some(row.id))
        .await?;
    let place = (school.id, school.district.as_str());
    let blob = request.photo_blob_id;
    let photo = own::of_form(cx, blob, place, Some(row.id), &mut reading.problems).await?;
    let (complete, problems) = reading.complete(&*cipher, submit, found.duplicate)?;
    let after = &complete.record;
    let parts = before.differing(after);
    if request.version != row.version {
        let mut problems: Vec<Problem> = parts
            .iter()
            .map(|part| conflict(*part, &before, after))
            .collect();
        if problems.is_empty() {
            problems.push(Problem::new(Code::VersionConflict));
        }
        return Err(problems.into());
    }

    let moved = complete.class != application.class_id;
    if !parts.is_empty() {
        let fields: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
        let id = crate::id::new();
        let why = match state {
            ApplicationState::Returned => "退回后修改",
            ApplicationState::Draft | ApplicationState::Submitted | ApplicationState::Approved => {
                "修改草稿"
            }
        };
        cx.uow
            .insert_version(&PupilVersionRow {
                id,
                pupil_id: row.id,
                version: row.version,
                until_at: cx.now.ms(),
                account_id: cx.actor()?.account,
                by: String::new(),
                reason: why.to_owned(),
                fields: json!(fields).to_string(),
                sealed: before.seal(id, &*cipher)?,
            })
            .await?;
    }
    if moved || !parts.is_empty() {
        row.version += 1;
        row.paper_index = complete.paper_index;
        after.put(&mut row, &*cipher)?;
        cx.uow.correct_pupil(&row).await?;
        let rows = after
            .guardians
            .iter()
            .map(|guardian| guardian.row(&*cipher))
            .collect::<Result<Vec<_>, _>>()?;
        cx.uow.put_guardians(row.id, &rows).await?;
    }
    if moved {
        cx.uow
            .move_draft(row.id, complete.class, complete.grade)
            .await?;
    }
    let photo = own::keep_of_form(cx, row.id, blob, photo).await?;
    if submit {
        cx.uow.submit_pupils(&[row.id], cx.now.ms()).await?;
    }

    let values = serde_json::to_vec(&json!({ "before": before, "after": after }))
        .map_err(|source| OpError::internal("writing an audit entry", source))?;
    let at = SealedAt {
        table: "audit_entry",
        column: "detail",
        row: row.id.0,
    };
    let names: Vec<&str> = parts
        .iter()
        .map(|part| part.zh())
        .chain(moved.then_some("班级"))
        .chain(photo.is_some().then_some("照片"))
        .collect();
    let changed = if names.is_empty() {
        "没有改动".to_owned()
    } else {
        format!("修改{}", names.join("、"))
    };
    let what = match (submit, state) {
        (false, _) => "保存新生录入",
        (true, ApplicationState::Returned) => "重新提交新生录入",
        (true, _) => "提交新生录入",
    };
    let note = AuditNote::school(
        row.district.clone(),
        row.school_id,
        format!("{what}：{changed}{}", near_note(&found.near)),
    )
    .with(json!({
        "pupil": row.id,
        "version": row.version,
        "photo": photo.map(|kept| kept.facts.id),
        "sealed": hex::encode(cipher.seal(at, &values)?),
    }))
    .about([row.id.0]);
    cx.note(note);
    entered(cx, row.id, after, problems, found.near, &reach).await
}
