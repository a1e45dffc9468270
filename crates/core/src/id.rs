//! Ids: UUIDv7, so that they sort by the moment of their making. JSON strings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

macro_rules! ids {
    ($( $(#[$doc:meta])* $name:ident ),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(#[ts(type = "string")] pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }
    )* };
}

ids! {
    /// A school.
    SchoolId,
    /// A grade of a school.
    GradeId,
    /// A class of a grade in one school year.
    ClassId,
    /// A pupil; also the id of the rows that one entry makes beside the pupil
    /// (guardian, first enrolment, first application): unique within each table.
    PupilId,
    /// An application; of a new pupil the same as the pupil's.
    ApplicationId,
    /// An import.
    ImportId,
    /// A card order.
    OrderId,
    /// A card.
    CardId,
    /// A production batch.
    BatchId,
    /// A column template of production and result files.
    TemplateId,
    /// An entry of the list of temporary validity extensions.
    ExtensionId,
    /// A cleaning of that list.
    ExtensionRunId,
    /// An account.
    AccountId,
    /// An entry of the audit log.
    AuditId,
    /// A staged file.
    BlobId,
    /// A photo.
    PhotoId,
    /// Photos handed over together.
    PhotoBatchId,
}

/// A new id; ids made later sort after those made before.
#[must_use]
pub fn new() -> Uuid {
    Uuid::now_v7()
}
