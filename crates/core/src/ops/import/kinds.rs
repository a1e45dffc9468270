//! What each kind of import does with the records; the rest is the same for all.
//!
//! To add a kind: its table and rule in `crate::import`, an implementation of
//! [`Importing`] here, an arm in [`of_kind!`], and its word in the table `import`.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use uuid::Uuid;

use crate::access::{Actor, Permission, Reach};
use crate::domain::application::ApplicationKind;
use crate::domain::leaver::FIRST_JUNIOR_GRADE;
use crate::error::{Code, OpError, Problem};
use crate::id::{ApplicationId, ClassId, ImportId, PupilId, SchoolId};
use crate::import::ImportKind;
use crate::import::check::PupilEntry;
use crate::import::classes::{self, ClassEntry};
use crate::import::duplicates::{Fingerprint, fingerprint};
use crate::import::new_pupils;
use crate::import::registrations::{self, RegistrationEntry};
use crate::import::snapshot::Snapshot;
use crate::ops::class::class_name;
use crate::ops::pupil::on_record::{Asking, near_on_record, on_record};
use crate::ops::registration;
use crate::ports::{
    Cipher, ClassRecord, Entering, FoundPupil, ImportRecord, IndexOf, MovableRecord, NewMoveRecord,
    NewPupilRecord, PupilProgress, SealedAt, UnitOfWork,
};

/// Runs an expression with the type of a kind.
macro_rules! of_kind {
    ($kind:expr, $k:ident => $body:expr) => {
        match $kind {
            $crate::domain::application::ImportOf::NewPupils => {
                type $k = $crate::ops::import::kinds::NewPupils;
                $body
            }
            $crate::domain::application::ImportOf::Classes => {
                type $k = $crate::ops::import::kinds::Classes;
                $body
            }
            $crate::domain::application::ImportOf::Registrations => {
                type $k = $crate::ops::import::kinds::Registrations;
                $body
            }
        }
    };
}
pub(crate) use of_kind;

/// Where and how a commit writes.
pub(crate) struct Writing {
    pub(crate) district: String,
    pub(crate) school: SchoolId,
    pub(crate) school_year: i64,
    pub(crate) import: ImportId,
    pub(crate) submit: bool,
    pub(crate) now: i64,
}

/// Who asks what is on record, and for which school.
pub(crate) struct Beholder {
    /// Where the person may see pupils.
    reach: Reach,
    import: ImportId,
    school: SchoolId,
    school_year: i64,
    /// The school has junior grades, so that primary leavers come to it.
    takes_leavers: bool,
}

impl Beholder {
    pub(crate) fn new(import: &ImportRecord, snapshot: &Snapshot, actor: &Actor) -> Self {
        Self {
            reach: actor.reach(Permission::ReadPupils),
            import: import.id,
            school: import.school_id,
            school_year: import.school_year,
            takes_leavers: snapshot
                .grade_numbers()
                .iter()
                .any(|grade| i64::from(grade.get()) >= FIRST_JUNIOR_GRADE),
        }
    }
}

impl Beholder {
    /// For what is said of a child on record.
    const fn asking(&self) -> Asking<'_> {
        Asking {
            reach: &self.reach,
            junior_year: if self.takes_leavers {
                Some(self.school_year)
            } else {
                None
            },
            in_file: true,
        }
    }
}

/// A record that an undo must leave alone.
pub(crate) struct HeldRecord {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) place: String,
    pub(crate) reasons: Vec<String>,
}

/// A kind of import on the records' side.
#[async_trait]
pub(crate) trait Importing: Send + Sync + 'static {
    /// What a right row says.
    type Entry: Send + Sync + 'static;
    /// By what it is looked up.
    type Key: Copy + Send + Sync + 'static;
    /// The entry made ready for the store.
    type Ready: Send + Sync + 'static;

    /// Table and rule.
    fn kind() -> &'static ImportKind<Self::Entry>;
    /// Permission that a person needs at the school.
    fn permission() -> Permission;
    /// By what a row is looked up, from what it is about; `entry` when the row is right.
    fn key(subject: &str, entry: Option<&Self::Entry>, cipher: &dyn Cipher) -> Self::Key;
    /// For each key the problem of what is on record, if anything is; a warning stops no commit.
    async fn on_record(
        uow: &mut dyn UnitOfWork,
        beholder: &Beholder,
        keys: &[Self::Key],
    ) -> Result<Vec<Option<Problem>>, OpError>;
    /// Seals what is sealed and takes an id.
    fn ready(
        entry: Self::Entry,
        writing: &Writing,
        cipher: &dyn Cipher,
    ) -> Result<Self::Ready, OpError>;
    /// Writes in one go; for each its id, or none when another was first.
    async fn write(
        uow: &mut dyn UnitOfWork,
        writing: &Writing,
        ready: Vec<Self::Ready>,
    ) -> Result<Vec<Option<Uuid>>, OpError>;
    /// The problem of a row for which another was first, when a look does not show it.
    fn lost() -> Problem;
    /// Those of the written records that have moved on.
    async fn held(uow: &mut dyn UnitOfWork, ids: &[Uuid]) -> Result<Vec<HeldRecord>, OpError>;
    /// Takes records back; none of them has moved on.
    async fn remove(uow: &mut dyn UnitOfWork, ids: &[Uuid]) -> Result<i64, OpError>;
    /// What was written, for the audit log: 新生 12 名.
    fn counted(number: i64) -> String;
}

/// 新生信息.
pub(crate) struct NewPupils;

/// By what a new pupil is looked up.
#[derive(Clone, Copy)]
pub(crate) struct NewPupilKey {
    paper: [u8; 16],
    /// What near matches have in common with it, once the row is right.
    near: Option<NearKey>,
}

/// Hash of a guardian's phone, and fingerprint of name and birth date.
type NearKey = ([u8; 16], Fingerprint);

#[async_trait]
impl Importing for NewPupils {
    type Entry = PupilEntry;
    type Key = NewPupilKey;
    type Ready = NewPupilRecord;

    fn kind() -> &'static ImportKind<PupilEntry> {
        &new_pupils::KIND
    }

    fn permission() -> Permission {
        Permission::EnterPupils
    }

    fn key(subject: &str, entry: Option<&PupilEntry>, cipher: &dyn Cipher) -> NewPupilKey {
        let near = entry.and_then(|entry| {
            let phone = cipher.index(IndexOf::Phone, entry.guardian_phone.as_ref()?.as_str());
            let born = entry.paper.birth_date()?.format("%Y-%m-%d").to_string();
            Some((phone, fingerprint([entry.name.as_str(), &born])))
        });
        NewPupilKey {
            paper: cipher.index(IndexOf::Paper, subject),
            near,
        }
    }

    async fn on_record(
        uow: &mut dyn UnitOfWork,
        beholder: &Beholder,
        keys: &[NewPupilKey],
    ) -> Result<Vec<Option<Problem>>, OpError> {
        let papers: Vec<[u8; 16]> = keys.iter().map(|key| key.paper).collect();
        let found = uow.find_papers(&papers).await?;
        let found: HashMap<[u8; 16], FoundPupil> = found
            .into_iter()
            .map(|stored| (stored.index, stored))
            .collect();
        // A child that is on record itself is refused: who is near it does not matter.
        let new = keys.iter().filter(|key| !found.contains_key(&key.paper));
        let near = near_children(uow, beholder.import, new.filter_map(|key| key.near)).await?;
        Ok(keys
            .iter()
            .map(|key| match (found.get(&key.paper), key.near) {
                (Some(stored), _) => Some(on_record(stored, beholder.asking())),
                (None, Some(child)) => near_on_record(near.get(&child)?, &beholder.reach),
                (None, None) => None,
            })
            .collect())
    }

    fn ready(
        entry: PupilEntry,
        writing: &Writing,
        cipher: &dyn Cipher,
    ) -> Result<NewPupilRecord, OpError> {
        let id = PupilId(crate::id::new());
        let seal = |table, column, clear: &str| {
            let row = id.0;
            cipher.seal(SealedAt { table, column, row }, clear.as_bytes())
        };
        let number = entry.student_number.as_ref().map(|number| number.as_str());
        let phone = entry.guardian_phone.as_ref().map(|phone| phone.as_str());
        Ok(NewPupilRecord {
            id,
            district: writing.district.clone(),
            school_id: writing.school,
            class_id: ClassId(entry.class_id),
            grade: i64::from(entry.grade.get()),
            name: entry.name.as_str().to_owned(),
            gender: entry.gender.map(|gender| gender.as_str().to_owned()),
            birth_date: entry
                .paper
                .birth_date()
                .map(|date| date.format("%Y-%m-%d").to_string()),
            paper_kind: entry.paper.kind().as_str().to_owned(),
            nationality: None,
            paper_sealed: seal("pupil", "paper", entry.paper.number())?,
            paper_index: cipher.index(IndexOf::Paper, &entry.paper.index_text()),
            student_number_sealed: number
                .map(|text| seal("pupil", "student_number", text))
                .transpose()?,
            student_number_index: number.map(|text| cipher.index(IndexOf::StudentNumber, text)),
            address_sealed: entry
                .address
                .as_ref()
                .map(|address| seal("pupil", "address", address.as_str()))
                .transpose()?,
            guardian_relation: entry
                .guardian_relation
                .map(|relation| relation.as_str().to_owned()),
            guardian_name: entry
                .guardian_name
                .as_ref()
                .map(|name| name.as_str().to_owned()),
            guardian_phone_sealed: phone
                .map(|text| seal("guardian", "phone", text))
                .transpose()?,
            guardian_phone_index: phone.map(|text| cipher.index(IndexOf::Phone, text)),
        })
    }

    async fn write(
        uow: &mut dyn UnitOfWork,
        writing: &Writing,
        ready: Vec<NewPupilRecord>,
    ) -> Result<Vec<Option<Uuid>>, OpError> {
        let how = Entering {
            channel: "import",
            import: Some(writing.import),
            submit: writing.submit,
            now: writing.now,
        };
        let entered = uow.insert_pupils(&ready, how).await?;
        let entered: HashSet<PupilId> = entered.into_iter().collect();
        Ok(ready
            .iter()
            .map(|pupil| entered.contains(&pupil.id).then_some(pupil.id.0))
            .collect())
    }

    fn lost() -> Problem {
        Problem::new(Code::PupilDuplicate)
    }

    async fn held(uow: &mut dyn UnitOfWork, ids: &[Uuid]) -> Result<Vec<HeldRecord>, OpError> {
        let ids: Vec<PupilId> = ids.iter().copied().map(PupilId).collect();
        let progress = uow.pupil_progress(&ids).await?;
        Ok(progress
            .into_iter()
            .filter_map(|pupil| {
                let reasons = moved_on(&pupil);
                (!reasons.is_empty()).then(|| HeldRecord {
                    id: pupil.id.0,
                    place: class_name(pupil.grade, pupil.class_number),
                    name: pupil.name,
                    reasons,
                })
            })
            .collect())
    }

    async fn remove(uow: &mut dyn UnitOfWork, ids: &[Uuid]) -> Result<i64, OpError> {
        let ids: Vec<PupilId> = ids.iter().copied().map(PupilId).collect();
        uow.delete_pupils(&ids).await
    }

    fn counted(number: i64) -> String {
        format!("新生 {number} 名")
    }
}

/// Children on record that are near these. Those that the import itself brought are left out:
/// of two rows that are near each other the commit would say more than the preview.
async fn near_children(
    uow: &mut dyn UnitOfWork,
    import: ImportId,
    children: impl Iterator<Item = NearKey> + Send,
) -> Result<HashMap<NearKey, Vec<FoundPupil>>, OpError> {
    let mut near: HashMap<NearKey, Vec<FoundPupil>> =
        children.map(|child| (child, Vec::new())).collect();
    let phones: Vec<[u8; 16]> = near.keys().map(|(phone, _)| *phone).collect();
    for other in uow.children_by_phone(&phones).await? {
        let Some(born) = &other.birth_date else {
            continue;
        };
        let child = (other.phone, fingerprint([other.name.as_str(), born]));
        if let Some(all) = near.get_mut(&child)
            && other.import != Some(import)
            && !all.contains(&other.found)
        {
            all.push(other.found);
        }
    }
    Ok(near)
}

/// What a pupil has that an undo would lose (IMP-9); empty when nothing.
fn moved_on(pupil: &PupilProgress) -> Vec<String> {
    let mut reasons = Vec::new();
    match pupil.application_state.as_deref() {
        Some("approved") => reasons.push("区里已审核通过".to_owned()),
        Some("returned") => reasons.push("区里已退回".to_owned()),
        Some(_) | None => {}
    }
    if pupil.orders > 0 {
        reasons.push(format!("有 {} 张制卡订单", pupil.orders));
    }
    if pupil.version > 1 {
        reasons.push("信息已更正".to_owned());
    }
    if pupil.enrolments > 1 {
        reasons.push("已转班或转学".to_owned());
    }
    if pupil.status != "pending" && reasons.is_empty() {
        reasons.push("学生状态已变化".to_owned());
    }
    reasons
}

/// 批量建班.
pub(crate) struct Classes;

#[async_trait]
impl Importing for Classes {
    type Entry = ClassEntry;
    // The school's classes are in the snapshot: the rule itself sees those there are.
    type Key = ();
    type Ready = ClassEntry;

    fn kind() -> &'static ImportKind<ClassEntry> {
        &classes::KIND
    }

    fn permission() -> Permission {
        Permission::ManageClasses
    }

    fn key(_: &str, _: Option<&ClassEntry>, _: &dyn Cipher) {}

    async fn on_record(
        _: &mut dyn UnitOfWork,
        _: &Beholder,
        keys: &[()],
    ) -> Result<Vec<Option<Problem>>, OpError> {
        Ok(keys.iter().map(|()| None).collect())
    }

    fn ready(entry: ClassEntry, _: &Writing, _: &dyn Cipher) -> Result<ClassEntry, OpError> {
        Ok(entry)
    }

    async fn write(
        uow: &mut dyn UnitOfWork,
        writing: &Writing,
        ready: Vec<ClassEntry>,
    ) -> Result<Vec<Option<Uuid>>, OpError> {
        let grades = uow.grades(&[writing.school]).await?;
        let mut wanted = Vec::with_capacity(ready.len());
        for entry in ready {
            let number = i64::from(entry.grade.get());
            let grade = grades
                .iter()
                .find(|grade| grade.number == number)
                .ok_or(Code::GradeUnknown)?;
            wanted.push(ClassRecord {
                id: ClassId(crate::id::new()),
                school_id: writing.school,
                district: writing.district.clone(),
                grade_id: grade.id,
                grade: number,
                school_year: writing.school_year,
                number: i64::from(entry.number.get()),
                nickname: entry.nickname.map(|text| text.as_str().to_owned()),
                remark: entry.remark.map(|text| text.as_str().to_owned()),
                open: true,
                pupils: 0,
                version: 1,
            });
        }
        let created = uow.insert_classes(&wanted, writing.now).await?;
        Ok(wanted
            .iter()
            .map(|class| created.contains(&class.id).then_some(class.id.0))
            .collect())
    }

    fn lost() -> Problem {
        Problem::new(Code::ClassNumberTaken)
            .message("这个班刚被其他人建好了，请换一个序号或删去这一行。")
    }

    async fn held(uow: &mut dyn UnitOfWork, ids: &[Uuid]) -> Result<Vec<HeldRecord>, OpError> {
        let ids: Vec<ClassId> = ids.iter().copied().map(ClassId).collect();
        let classes = uow.classes_by_ids(&ids).await?;
        Ok(classes
            .into_iter()
            .filter(|class| class.pupils > 0)
            .map(|class| HeldRecord {
                id: class.id.0,
                name: class_name(class.grade, class.number),
                place: String::new(),
                reasons: vec![format!("已有 {} 名学生", class.pupils)],
            })
            .collect())
    }

    async fn remove(uow: &mut dyn UnitOfWork, ids: &[Uuid]) -> Result<i64, OpError> {
        let ids: Vec<ClassId> = ids.iter().copied().map(ClassId).collect();
        let mut removed = 0;
        for class in uow.classes_by_ids(&ids).await? {
            removed += i64::from(uow.delete_class(class.id, class.version).await?);
        }
        Ok(removed)
    }

    fn counted(number: i64) -> String {
        format!("班级 {number} 个")
    }
}

/// 注册报到.
pub(crate) struct Registrations;

/// By what a leaver is looked up.
#[derive(Clone, Copy)]
pub(crate) struct LeaverKey {
    paper: [u8; 16],
    /// Fingerprint of the name, once the row is right.
    name: Option<Fingerprint>,
}

/// A registration before its child is looked up.
pub(crate) struct ReadyRegistration {
    paper: [u8; 16],
    class: ClassId,
    grade: i64,
    name: String,
}

#[async_trait]
impl Importing for Registrations {
    type Entry = RegistrationEntry;
    type Key = LeaverKey;
    type Ready = ReadyRegistration;

    fn kind() -> &'static ImportKind<RegistrationEntry> {
        &registrations::KIND
    }

    fn permission() -> Permission {
        Permission::EnterPupils
    }

    fn key(subject: &str, entry: Option<&RegistrationEntry>, cipher: &dyn Cipher) -> LeaverKey {
        LeaverKey {
            paper: cipher.index(IndexOf::Paper, subject),
            name: entry.map(|entry| fingerprint([entry.name.as_str()])),
        }
    }

    async fn on_record(
        uow: &mut dyn UnitOfWork,
        beholder: &Beholder,
        keys: &[LeaverKey],
    ) -> Result<Vec<Option<Problem>>, OpError> {
        let found = leavers(uow, keys.iter().map(|key| key.paper)).await?;
        Ok(keys
            .iter()
            .map(|key| {
                let stored = found.get(&key.paper);
                registration::refusal(
                    stored,
                    beholder.school,
                    beholder.school_year,
                    &beholder.reach,
                )
                .or_else(|| {
                    let stated = key.name?;
                    (stated != fingerprint([&stored?.name])).then(registration::other_name)
                })
            })
            .collect())
    }

    fn ready(
        entry: RegistrationEntry,
        _: &Writing,
        cipher: &dyn Cipher,
    ) -> Result<ReadyRegistration, OpError> {
        Ok(ReadyRegistration {
            paper: cipher.index(IndexOf::Paper, &entry.paper.index_text()),
            class: ClassId(entry.class_id),
            grade: i64::from(entry.grade.get()),
            name: entry.name.as_str().to_owned(),
        })
    }

    async fn write(
        uow: &mut dyn UnitOfWork,
        writing: &Writing,
        ready: Vec<ReadyRegistration>,
    ) -> Result<Vec<Option<Uuid>>, OpError> {
        let found = leavers(uow, ready.iter().map(|one| one.paper)).await?;
        // A child that went between the look and here is told by the next look.
        let wanted: Vec<Option<NewMoveRecord>> = ready
            .into_iter()
            .map(|one| {
                let stored = found.get(&one.paper)?;
                Some(NewMoveRecord {
                    id: ApplicationId(crate::id::new()),
                    kind: ApplicationKind::Registration.as_str(),
                    pupil_id: stored.id,
                    district: writing.district.clone(),
                    school_id: writing.school,
                    class_id: one.class,
                    grade: one.grade,
                    from_district: stored.district.clone(),
                    from_school_id: stored.school_id,
                    from_class_id: stored.class_id,
                    stated_name: Some(one.name),
                    reason: None,
                })
            })
            .collect();
        let new: Vec<NewMoveRecord> = wanted.iter().flatten().cloned().collect();
        let how = Entering {
            channel: "import",
            import: Some(writing.import),
            submit: writing.submit,
            now: writing.now,
        };
        let made: HashSet<ApplicationId> = uow.insert_moves(&new, how).await?.into_iter().collect();
        Ok(wanted
            .iter()
            .map(|record| {
                let id = record.as_ref()?.id;
                made.contains(&id).then_some(id.0)
            })
            .collect())
    }

    fn lost() -> Problem {
        Problem::new(Code::RegistrationTaken)
    }

    async fn held(uow: &mut dyn UnitOfWork, ids: &[Uuid]) -> Result<Vec<HeldRecord>, OpError> {
        let ids: Vec<ApplicationId> = ids.iter().copied().map(ApplicationId).collect();
        let records = uow.moves_by_ids(&ids).await?;
        Ok(records
            .into_iter()
            .filter_map(|record| {
                let reason = match record.state.as_str() {
                    "approved" => "区里已审核通过",
                    "returned" => "区里已退回",
                    _ => return None,
                };
                Some(HeldRecord {
                    id: record.id.0,
                    name: record.stated_name.unwrap_or(record.pupil_name),
                    place: class_name(record.grade, record.class_number),
                    reasons: vec![reason.to_owned()],
                })
            })
            .collect())
    }

    async fn remove(uow: &mut dyn UnitOfWork, ids: &[Uuid]) -> Result<i64, OpError> {
        let ids: Vec<ApplicationId> = ids.iter().copied().map(ApplicationId).collect();
        // Those that were withdrawn one by one are gone already.
        let there = uow.moves_by_ids(&ids).await?.len();
        let removed = uow.delete_moves(&ids).await?;
        Ok(removed + i64::try_from(ids.len() - there).unwrap_or_default())
    }

    fn counted(number: i64) -> String {
        format!("注册报到 {number} 名")
    }
}

/// Children on record by the keyed hash of their paper.
async fn leavers(
    uow: &mut dyn UnitOfWork,
    papers: impl Iterator<Item = [u8; 16]> + Send,
) -> Result<HashMap<[u8; 16], MovableRecord>, OpError> {
    let papers: Vec<[u8; 16]> = papers.collect();
    let found = uow.movable(&papers).await?;
    Ok(found
        .into_iter()
        .map(|record| (record.index, record))
        .collect())
}
