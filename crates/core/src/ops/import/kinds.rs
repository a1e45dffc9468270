//! What each kind of import does with the records; the rest is the same for all.
//!
//! To add a kind: its table and rule in `crate::import`, an implementation of
//! [`Importing`] here, an arm in [`of_kind!`], and its word in the table `import`.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use uuid::Uuid;

use crate::access::{Permission, Place as Where, Reach};
use crate::error::{Code, OpError, Problem};
use crate::id::{ClassId, ImportId, PupilId, SchoolId};
use crate::import::ImportKind;
use crate::import::check::PupilEntry;
use crate::import::classes::{self, ClassEntry};
use crate::import::new_pupils;
use crate::ops::class::grade_name;
use crate::ports::{
    Cipher, ClassRecord, Entering, FoundPupil, IndexOf, NewPupilRecord, PupilProgress, SealedAt,
    UnitOfWork,
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
    /// By what an entry is looked up.
    fn key(entry: &Self::Entry, cipher: &dyn Cipher) -> Self::Key;
    /// For each key the problem of what is on record, if anything is.
    async fn on_record(
        uow: &mut dyn UnitOfWork,
        reach: &Reach,
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

#[async_trait]
impl Importing for NewPupils {
    type Entry = PupilEntry;
    type Key = [u8; 16];
    type Ready = NewPupilRecord;

    fn kind() -> &'static ImportKind<PupilEntry> {
        &new_pupils::KIND
    }

    fn permission() -> Permission {
        Permission::EnterPupils
    }

    fn key(entry: &PupilEntry, cipher: &dyn Cipher) -> [u8; 16] {
        cipher.index(IndexOf::Paper, &entry.paper.index_text())
    }

    async fn on_record(
        uow: &mut dyn UnitOfWork,
        reach: &Reach,
        keys: &[[u8; 16]],
    ) -> Result<Vec<Option<Problem>>, OpError> {
        let found = uow.find_papers(keys).await?;
        let found: HashMap<[u8; 16], FoundPupil> = found
            .into_iter()
            .map(|stored| (stored.index, stored))
            .collect();
        Ok(keys
            .iter()
            .map(|key| found.get(key).map(|stored| on_record(stored, reach)))
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
            paper_sealed: seal("pupil", "paper", entry.paper.number())?,
            paper_index: Self::key(&entry, cipher),
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
                    place: format!("{} {} 班", grade_name(pupil.grade), pupil.class_number),
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

/// The problem of a child on record: where, if the person may see it (IMP-8).
pub(crate) fn on_record(stored: &FoundPupil, reach: &Reach) -> Problem {
    let place = Where::School(stored.district.clone(), stored.school_id);
    let deleted = stored.status == "deleted";
    if !reach.covers(&place) {
        return Problem::new(Code::PupilDuplicate)
            .message("该学生已在其他学校登记，请联系区级管理员。");
    }
    let at = format!(
        "{} {} {} 班",
        stored.school_name,
        grade_name(stored.grade),
        stored.class_number
    );
    if deleted {
        Problem::new(Code::PupilDeleted).message(format!(
            "该学生曾在{at}登记，后被删除，请恢复原记录，不要重复录入。"
        ))
    } else {
        Problem::new(Code::PupilDuplicate)
            .message(format!("该学生已登记在{at}，请从文件中删除这一行。"))
    }
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

    fn key(_: &ClassEntry, _: &dyn Cipher) {}

    async fn on_record(
        _: &mut dyn UnitOfWork,
        _: &Reach,
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
                name: class_name(&class),
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

fn class_name(class: &ClassRecord) -> String {
    format!("{} {} 班", grade_name(class.grade), class.number)
}
