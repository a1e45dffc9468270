//! What a request touches, so that dispatch can compare it with the person's reach.

use crate::access::Place;
use crate::error::{Code, OpError, Problem};
use crate::id::{
    AccountId, ApplicationId, BatchId, CardId, ClassId, ExtensionRunId, GradeId, ImportId, OrderId,
    PhotoBatchId, PhotoId, PupilId, SchoolId, TemplateId,
};
use crate::ports::UnitOfWork;

/// What a request touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Touched {
    /// Nothing but the person's own session and password.
    Self_,
    /// A list that the operation narrows to the person's reach.
    Filtered,
    /// The whole city.
    City,
    /// A district by its code.
    District(String),
    /// A school.
    School(SchoolId),
    /// Several schools.
    Schools(Vec<SchoolId>),
    /// A grade.
    Grade(GradeId),
    /// A class.
    Class(ClassId),
    /// An import.
    Import(ImportId),
    /// An account: every place it holds a grant in.
    Account(AccountId),
    /// Pupils.
    Pupils(Vec<PupilId>),
    /// Orders.
    Orders(Vec<OrderId>),
    /// A cleaning of temporary validity extensions.
    ExtensionRun(ExtensionRunId),
    /// Applications.
    Applications(Vec<ApplicationId>),
    /// A production batch.
    Batch(BatchId),
    /// A column template.
    Template(TemplateId),
    /// A card: the place of its holder.
    Card(CardId),
    /// A photo.
    Photo(PhotoId),
    /// Photos handed over together.
    PhotoBatch(PhotoBatchId),
}

/// Every request says what it touches.
pub(crate) trait Touches {
    /// What it touches.
    fn touches(&self) -> Touched;
}

/// The places; empty for lists and for one's own matters.
///
/// # Errors
/// `not_found` and its kin when the thing does not exist: the same answer that a
/// person gets for a thing outside their reach of which they must not learn.
pub(crate) async fn places(
    uow: &mut dyn UnitOfWork,
    touched: &Touched,
) -> Result<Vec<Place>, OpError> {
    Ok(match touched {
        Touched::Self_ | Touched::Filtered => Vec::new(),
        Touched::City => vec![Place::City],
        Touched::District(code) => {
            if !uow
                .districts()
                .await?
                .iter()
                .any(|district| &district.code == code)
            {
                return Err(Problem::new(Code::DistrictUnknown).field("district").into());
            }
            vec![Place::District(code.clone())]
        }
        Touched::School(id) => {
            let school = uow.school(*id).await?.ok_or(Code::SchoolUnknown)?;
            vec![Place::School(school.district, school.id)]
        }
        Touched::Schools(ids) => {
            if ids.is_empty() {
                return Err(Code::SelectionEmpty.into());
            }
            let schools = uow.schools_by_ids(ids).await?;
            if schools.len() != distinct(ids) {
                return Err(Code::SchoolUnknown.into());
            }
            schools
                .into_iter()
                .map(|school| Place::School(school.district, school.id))
                .collect()
        }
        Touched::Grade(id) => {
            let grade = uow.grade(*id).await?.ok_or(Code::GradeUnknown)?;
            let school = uow
                .school(grade.school_id)
                .await?
                .ok_or(Code::SchoolUnknown)?;
            vec![Place::School(school.district, school.id)]
        }
        Touched::Class(id) => {
            let class = uow.class(*id).await?.ok_or(Code::ClassUnknown)?;
            vec![Place::School(class.district, class.school_id)]
        }
        Touched::Import(id) => {
            let import = uow.import(*id).await?.ok_or(Code::ImportUnknown)?;
            vec![Place::School(import.district, import.school_id)]
        }
        Touched::Photo(id) => {
            let photo = uow.photo(*id).await?.ok_or(Code::PhotoUnknown)?;
            vec![Place::School(photo.district, photo.school_id)]
        }
        Touched::PhotoBatch(id) => {
            let batch = uow.photo_batch(*id).await?.ok_or(Code::PhotoBatchUnknown)?;
            vec![Place::School(batch.district, batch.school_id)]
        }
        Touched::Account(id) => {
            uow.account(*id).await?.ok_or(Code::NotFound)?;
            let grants = uow.grants(*id).await?;
            grants.iter().map(Place::of_grant).collect()
        }
        Touched::Batch(id) => {
            let batch = uow.batch(*id).await?.ok_or(Code::BatchUnknown)?;
            vec![Place::District(batch.district)]
        }
        Touched::Template(id) => {
            let template = uow.card_template(*id).await?.ok_or(Code::TemplateUnknown)?;
            vec![Place::District(template.district)]
        }
        Touched::Card(id) => {
            let card = uow.card(*id).await?.ok_or(Code::CardUnknown)?;
            vec![Place::School(card.district, card.school_id)]
        }
        Touched::Pupils(ids) => {
            if ids.is_empty() {
                return Err(Code::SelectionEmpty.into());
            }
            let (places, found) = uow.pupil_places(ids).await?;
            if usize::try_from(found).ok() != Some(distinct(ids)) {
                return Err(Code::PupilUnknown.into());
            }
            places
                .into_iter()
                .map(|(district, school)| Place::School(district, school))
                .collect()
        }
        Touched::Applications(ids) => {
            if ids.is_empty() {
                return Err(Code::SelectionEmpty.into());
            }
            let (places, found) = uow.application_places(ids).await?;
            if usize::try_from(found).ok() != Some(distinct(ids)) {
                return Err(Code::ApplicationUnknown.into());
            }
            places
                .into_iter()
                .map(|(district, school)| Place::School(district, school))
                .collect()
        }
        Touched::ExtensionRun(id) => {
            let run = uow
                .extension_run(*id)
                .await?
                .ok_or(Code::ExtensionRunUnknown)?;
            vec![Place::District(run.district)]
        }
        Touched::Orders(ids) => {
            if ids.is_empty() {
                return Err(Code::SelectionEmpty.into());
            }
            let (places, found) = uow.order_places(ids).await?;
            if usize::try_from(found).ok() != Some(distinct(ids)) {
                return Err(Code::OrderUnknown.into());
            }
            places
                .into_iter()
                .map(|(district, school)| Place::School(district, school))
                .collect()
        }
    })
}

fn distinct<T: Ord + Copy>(ids: &[T]) -> usize {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids.len()
}
