//! What an undo would leave (查看不能撤销的学生), IMP-9: asked before a person decides.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::kinds::{HeldRecord, Importing, of_kind};
use super::staging;
use crate::context::Cx;
use crate::error::{Code, OpError};
use crate::id::ImportId;
use crate::import::stored::Fate;
use crate::ops::touches;
use crate::ports::{Cipher, ImportRecord, UnitOfWork};

/// Records that an answer lists.
const SHOWN: usize = 200;

/// Which import.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeldImportRequest {
    /// Import.
    pub import_id: ImportId,
}

/// A record that has moved on.
#[derive(Debug, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldView {
    /// Row of the file as Excel shows it.
    pub row: u32,
    /// Name of the pupil or class.
    pub name: String,
    /// `七年级 3 班`; empty for classes.
    #[serde(rename = "where")]
    pub place: String,
    /// What holds it.
    pub reasons: Vec<String>,
}

/// What an undo would do.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldImportResponse {
    /// Records that it takes back.
    #[ts(type = "number")]
    pub free: usize,
    /// Records that have moved on.
    #[ts(type = "number")]
    pub held_total: usize,
    /// The first 200 of these.
    pub held: Vec<HeldView>,
}

touches!(HeldImportRequest, self => Touched::Import(self.import_id));

/// # Errors
/// `import.unknown`, `forbidden`.
pub async fn run(cx: &mut Cx, request: HeldImportRequest) -> Result<HeldImportResponse, OpError> {
    let import = cx
        .uow
        .import(request.import_id)
        .await?
        .ok_or(Code::ImportUnknown)?;
    let cipher = cx.ports.cipher.clone();
    of_kind!(super::kind_of_record(&import)?, K => {
        let Written { all, held } = Written::look::<K>(&mut *cx.uow, &*cipher, &import).await?;
        Ok(HeldImportResponse {
            free: all.len() - held.len(),
            held_total: held.len(),
            held: held.into_iter().take(SHOWN).map(|(row, held)| HeldView {
                row,
                name: held.name,
                place: held.place,
                reasons: held.reasons,
            }).collect(),
        })
    })
}

/// What an import wrote: (row as Excel shows it, record).
pub(super) struct Written {
    pub(super) all: Vec<(u32, Uuid)>,
    /// Those that have moved on.
    pub(super) held: Vec<(u32, HeldRecord)>,
}

impl Written {
    pub(super) async fn look<K: Importing>(
        uow: &mut dyn UnitOfWork,
        cipher: &dyn Cipher,
        import: &ImportRecord,
    ) -> Result<Self, OpError> {
        let mut all = Vec::new();
        for number in 0..staging::index(uow, import.id).await?.blocks() {
            for row in staging::block(uow, cipher, import.id, number).await? {
                if let Fate::Written(id) = row.fate {
                    all.push((row.row.row, id));
                }
            }
        }
        let ids: Vec<Uuid> = all.iter().map(|(_, id)| *id).collect();
        let rows: std::collections::HashMap<Uuid, u32> =
            all.iter().map(|(row, id)| (*id, *row)).collect();
        let mut held: Vec<(u32, HeldRecord)> = K::held(uow, &ids)
            .await?
            .into_iter()
            .map(|record| (rows.get(&record.id).copied().unwrap_or_default(), record))
            .collect();
        held.sort_by_key(|(row, _)| *row);
        Ok(Self { all, held })
    }
}
