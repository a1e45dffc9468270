//! Enters one new pupil (新生录入), STU-1: 保存 keeps a draft, 提交 submits it at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

use super::form::{self, PupilForm};
use super::near::NearMatch;
use super::record::Record;
use crate::access::{Permission, Reach};
use crate::context::{AuditNote, Cx};
use crate::domain::application::ApplicationState;
use crate::error::{Code, OpError, Problem};
use crate::id::{ApplicationId, BlobId, PupilId, SchoolId};
use crate::ops::photo::own;
use crate::ops::touches;
use crate::ports::{Entering, IndexOf, NewPupilRecord, PupilRecord, SealedAt};

/// A form, and what is to be done with it.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreatePupilRequest {
    /// School.
    pub school_id: SchoolId,
    /// The form.
    pub form: PupilForm,
    /// Submits to the district as well; else the pupil is a draft.
    #[ts(optional)]
    pub submit: Option<bool>,
    /// Staged photo of the pupil.
    #[ts(optional)]
    pub photo_blob_id: Option<BlobId>,
}

touches!(CreatePupilRequest, self => Touched::School(self.school_id));

/// A new pupil after a save or a submission.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnteredPupil {
    /// Pupil.
    pub id: PupilId,
    /// Version from now on.
    #[ts(type = "number")]
    pub version: i64,
    /// State of the application.
    #[ts(as = "ApplicationState")]
    pub state: String,
    /// Its name.
    pub state_name: String,
    /// First save, by the backend's clock (STU-1); epoch milliseconds.
    #[ts(type = "number")]
    pub first_saved_at: i64,
    /// 提交时间: latest submission.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub submitted_at: Option<i64>,
    /// Ids of the guardians, in the order of the form; those with nothing filled in left out.
    pub guardian_ids: Vec<String>,
    /// Warnings; of a draft also what a submission still needs.
    pub problems: Vec<Problem>,
    /// Children on record that may be the same; the district decides.
    pub near: Vec<NearMatch>,
}

/// The moment is the backend's. A child on record is refused, the unique key decides.
///
/// # Errors
/// `school.unknown`, `pupil.duplicate`, `pupil.leaver`, `pupil.deleted`, and those of the
/// fields and of the photo: all at once.
pub async fn run(cx: &mut Cx, request: CreatePupilRequest) -> Result<EnteredPupil, OpError> {
    let school = cx
        .uow
        .school(request.school_id)
        .await?
        .ok_or(Code::SchoolUnknown)?;
    let submit = request.submit.unwrap_or(false);
    let cipher = cx.ports.cipher.clone();
    let reach = cx.actor()?.reach(Permission::ReadPupils);
    let (now, today) = (cx.now.ms(), cx.today());
    // No class closes between the look and the write.
    cx.uow.lock_classes(school.id, school.school_year).await?;
    let mut reading = form::read(&mut *cx.uow, &school, &request.form, today).await?;
    reading.own_guardians(&[]);
    let found = reading
        .on_record(&mut *cx.uow, &*cipher, &school, &reach, None)
        .await?;
    let place = (school.id, school.district.as_str());
    let blob = request.photo_blob_id;
    let photo = own::of_form(cx, blob, place, None, &mut reading.problems).await?;
    let (complete, problems) = reading.complete(&*cipher, submit, found.duplicate)?;
    let record = &complete.record;
    let id = PupilId(crate::id::new());
    let seal = |column, text: &str| {
        let at = SealedAt {
            table: "pupil",
            column,
            row: id.0,
        };
        cipher.seal(at, text.as_bytes())
    };
    let student_number = record.student_number.as_deref();
    let pupil = NewPupilRecord {
        id,
        district: school.district.clone(),
        school_id: school.id,
        class_id: complete.class,
        grade: complete.grade,
        name: record.name.clone(),
        gender: record.gender.clone(),
        birth_date: record.birth_date.clone(),
        paper_kind: record.paper_kind.clone(),
        nationality: record.nationality.clone(),
        paper_sealed: seal("paper", &record.paper)?,
        paper_index: complete.paper_index,
        student_number_sealed: student_number
            .map(|number| seal("student_number", number))
            .transpose()?,
        student_number_index: student_number
            .map(|number| cipher.index(IndexOf::StudentNumber, number)),
        address_sealed: record
            .address
            .as_deref()
            .map(|address| seal("address", address))
            .transpose()?,
        guardian_relation: None,
        guardian_name: None,
        guardian_phone_sealed: None,
        guardian_phone_index: None,
    };
    let how = Entering {
        channel: "desktop",
        import: None,
        submit,
        now,
    };
    if cx.uow.insert_pupils(&[pupil], how).await?.is_empty() {
        // Another was first between the look and the write: the key decided.
        let other = cx.uow.find_papers(&[complete.paper_index]).await?;
        let problem = other.first().map_or_else(
            || Problem::new(Code::PupilDuplicate),
            |other| super::on_record::on_record(other, form::asking(&school, &reach)),
        );
        return Err(problem.field("paperNumber").into());
    }
    let guardians = record
        .guardians
        .iter()
        .map(|guardian| guardian.row(&*cipher))
        .collect::<Result<Vec<_>, _>>()?;
    cx.uow.put_guardians(id, &guardians).await?;
    let photo = own::keep_of_form(cx, id, blob, photo).await?;
    let what = if submit { "录入并提交" } else { "录入" };
    let with = if photo.is_some() { "，附照片" } else { "" };
    cx.note(
        AuditNote::school(
            school.district,
            school.id,
            format!("{what}一名新生{with}{}", near_note(&found.near)),
        )
        .with(json!({ "pupil": id, "photo": photo.map(|kept| kept.facts.id) }))
        .about([id.0]),
    );
    entered(cx, id, record, problems, found.near, &reach).await
}

/// How the audit log tells near matches.
pub(super) fn near_note(near: &[PupilRecord]) -> String {
    if near.is_empty() {
        String::new()
    } else {
        format!("，另有 {} 名学生疑似重复", near.len())
    }
}

/// The answer to a save or a submission.
pub(super) async fn entered(
    cx: &mut Cx,
    id: PupilId,
    record: &Record,
    problems: Vec<Problem>,
    near: Vec<PupilRecord>,
    reach: &Reach,
) -> Result<EnteredPupil, OpError> {
    let row = cx.uow.pupil_row(id).await?.ok_or(Code::PupilUnknown)?;
    let application = cx
        .uow
        .applications_by_ids(&[ApplicationId(id.0)])
        .await?
        .into_iter()
        .next()
        .ok_or(Code::ApplicationUnknown)?;
    let cipher = cx.ports.cipher.clone();
    Ok(EnteredPupil {
        id,
        version: row.version,
        state_name: ApplicationState::from_stored(&application.state)
            .map_or("", ApplicationState::zh)
            .to_owned(),
        state: application.state,
        first_saved_at: application.first_saved_at,
        submitted_at: application.submitted_at,
        guardian_ids: record
            .guardians
            .iter()
            .map(|guardian| guardian.id.to_string())
            .collect(),
        problems,
        near: near
            .into_iter()
            .map(|pupil| NearMatch::masked(pupil, reach, &*cipher))
            .collect::<Result<_, _>>()?,
    })
}
