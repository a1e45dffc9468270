//! Where a school belongs, by whom is asked (CARD-8).
//!
//! The one place that is asked what is right when districts and schools do not match: the
//! school's own record. Another source, as the upstream platform, is asked here, too.

use std::collections::HashMap;

use crate::error::OpError;
use crate::id::SchoolId;
use crate::ports::UnitOfWork;

/// What is right about a school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Master {
    /// Code of its district.
    pub(super) district: String,
    /// Name of its district.
    pub(super) district_name: String,
    /// Its name.
    pub(super) name: String,
}

/// The records of these schools.
///
/// # Errors
/// Those of the store.
pub(super) async fn master(
    uow: &mut dyn UnitOfWork,
    schools: &[SchoolId],
) -> Result<HashMap<SchoolId, Master>, OpError> {
    let records = uow.schools_by_ids(schools).await?;
    Ok(records
        .into_iter()
        .map(|school| {
            let master = Master {
                district: school.district,
                district_name: school.district_name,
                name: school.name,
            };
            (school.id, master)
        })
        .collect())
}
