//! Near matches (疑似重复): another child of the same name, birth date and guardian's phone,
//! with another number. Nothing is refused for it; the district decides.

use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

use super::{PupilView, guardian_phone, open_paper};
use crate::access::{Place, Reach};
use crate::domain::application::ApplicationState;
use crate::domain::gender::Gender;
use crate::error::OpError;
use crate::id::PupilId;
use crate::ops::class::grade_name;
use crate::ports::{Cipher, IndexOf, PupilRecord, UnitOfWork};

/// Near matches that one answer shows.
const SHOWN: u32 = 10;

/// A child on record that may be the same.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NearMatch {
    /// Pupil, if the person may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub pupil_id: Option<PupilId>,
    /// Name.
    pub name: String,
    /// Gender.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<Gender>")]
    pub gender: Option<String>,
    /// Year of birth; the day is that of the other record, or they would not be near.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub birth_year: Option<i32>,
    /// Name of the kind of paper.
    pub paper_kind_name: String,
    /// Number of the paper: masked, but for a reviewer within whose reach it is.
    pub paper: String,
    /// Name of the first guardian.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub guardian_name: Option<String>,
    /// Phone of that guardian, masked like the paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub guardian_phone: Option<String>,
    /// District, if the person may see it, like what follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub district: Option<String>,
    /// School.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub school_name: Option<String>,
    /// 七年级 3 班.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub class_name: Option<String>,
    /// State of the latest application.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub application_state_name: Option<String>,
    /// First save of it; epoch milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub first_saved_at: Option<i64>,
}

/// The child whose near matches are looked for.
pub(crate) struct Child<'a> {
    pub(crate) name: &'a str,
    /// `2013-09-18`.
    pub(crate) birth_date: &'a str,
    /// Phones of its guardians, normalised.
    pub(crate) phones: Vec<&'a str>,
}

/// Children on record that are near; `except` are the child's own record and its duplicate.
pub(crate) async fn find(
    uow: &mut dyn UnitOfWork,
    cipher: &dyn Cipher,
    child: &Child<'_>,
    except: &[PupilId],
) -> Result<Vec<PupilRecord>, OpError> {
    let phones: Vec<[u8; 16]> = child
        .phones
        .iter()
        .map(|phone| cipher.index(IndexOf::Phone, phone))
        .collect();
    let limit = SHOWN + u32::try_from(except.len()).unwrap_or_default();
    let mut ids = uow
        .near_pupils(child.name, child.birth_date, &phones, limit)
        .await?;
    ids.retain(|id| !except.contains(id));
    uow.pupils_by_ids(&ids).await
}

impl NearMatch {
    /// What a person sees of it: masked, and without place where their reach ends.
    ///
    /// # Errors
    /// An internal fault when a sealed value does not open.
    pub(crate) fn masked(
        pupil: PupilRecord,
        reach: &Reach,
        cipher: &dyn Cipher,
    ) -> Result<Self, OpError> {
        let place = Place::School(pupil.district.clone(), pupil.school_id);
        let seen = reach.covers(&place);
        let class_name = format!("{} {} 班", grade_name(pupil.grade), pupil.class_number);
        let state = pupil
            .application_state
            .as_deref()
            .and_then(ApplicationState::from_stored)
            .map(|state| state.zh().to_owned());
        let view = PupilView::new(pupil, cipher)?;
        Ok(Self {
            pupil_id: seen.then_some(view.id),
            name: view.name,
            gender: view.gender,
            birth_year: view.birth_year,
            paper_kind_name: view.paper_kind_name,
            paper: view.paper_masked,
            guardian_name: view.guardian_name.filter(|_| seen),
            guardian_phone: view.guardian_phone_masked,
            district: seen.then_some(view.district),
            school_name: seen.then_some(view.school_name),
            class_name: seen.then_some(class_name),
            application_state_name: state.filter(|_| seen),
            first_saved_at: view.first_saved_at.filter(|_| seen),
        })
    }

    /// What a reviewer sees of it: not masked within the reach.
    ///
    /// # Errors
    /// As [`Self::masked`].
    pub(crate) fn in_review(
        pupil: PupilRecord,
        reach: &Reach,
        cipher: &dyn Cipher,
    ) -> Result<Self, OpError> {
        let place = Place::School(pupil.district.clone(), pupil.school_id);
        if !reach.covers(&place) {
            return Self::masked(pupil, reach, cipher);
        }
        let paper = open_paper(cipher, pupil.id, &pupil.paper_sealed)?;
        let guardian_phone = guardian_phone(&pupil, cipher)?;
        Ok(Self {
            paper,
            guardian_phone,
            ..Self::masked(pupil, reach, cipher)?
        })
    }
}
