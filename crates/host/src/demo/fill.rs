//! Writes the sample districts through the ports that real ones go through.

use ekatong_core::access::Role;
use ekatong_core::domain::order::{OrderKind, OrderState, OrderStep};
use ekatong_core::domain::paper::{Paper, PaperKind};
use ekatong_core::domain::school::SchoolKind;
use ekatong_core::domain::time::Timestamp;
use ekatong_core::domain::year::SchoolYear;
use ekatong_core::error::{Code, OpError};
use ekatong_core::id::{AccountId, ClassId, GradeId, OrderId, PupilId, SchoolId};
use ekatong_core::password;
use ekatong_core::ports::{
    AccountRecord, Cipher, ClassRecord, Entering, GradeRecord, GrantRecord, IndexOf,
    NewOrderRecord, NewPupilRecord, OrderStepRecord, Ports, Progress, SchoolRecord, SealedAt,
    UnitOfWork,
};

use super::people::{self, People};
use super::rng::Rng;
use super::{ACCOUNTS, DISTRICTS, DemoAccount, DemoCounts, Size};
use crate::errors::HostError;
use crate::local::{LocalHost, write_account};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Confirmations lie within so many days before today.
const DAYS_BACK: i64 = 60;
/// Pupils of one statement: the store's own portion.
const PORTION: usize = 500;
/// Pupils who may have a photo: a demo of millions draws no millions.
const PHOTOS: u64 = 2_000;
/// Pupils of one transaction.
const TRANSACTION: usize = 20_000;
/// Pupils of a class.
const CLASS_SIZE: u64 = 42;

/// Kinds of school, so that every district has different ones.
const KINDS: [SchoolKind; 8] = [
    SchoolKind::Junior,
    SchoolKind::Primary,
    SchoolKind::NineYear,
    SchoolKind::Primary,
    SchoolKind::Complete,
    SchoolKind::Primary,
    SchoolKind::TwelveYear,
    SchoolKind::SpecialOther,
];
const WORDS: [&str; 32] = [
    "云杉",
    "青禾",
    "白鹭",
    "望湖",
    "采莲",
    "竹辉",
    "星塘",
    "枫桥",
    "澄阳",
    "鲈乡",
    "亭林",
    "沧浪",
    "平江",
    "金鸡湖",
    "石湖",
    "运河",
    "桃坞",
    "梧桐",
    "香樟",
    "银杏",
    "明志",
    "求真",
    "启航",
    "晨曦",
    "新蕾",
    "博雅",
    "致远",
    "弘毅",
    "立德",
    "文昌",
    "振华",
    "景范",
];

/// Everything but the pupils, drawn before anything is written.
pub(super) struct Plan {
    size: Size,
    year: i32,
    now: i64,
    schools: Vec<SchoolRecord>,
    grades: Vec<GradeRecord>,
    classes: Vec<ClassRecord>,
    accounts: Vec<AccountId>,
}

impl Plan {
    /// # Errors
    /// An internal fault when the tables above do not fit the rules.
    pub(super) fn new(size: Size, school_year: SchoolYear, now: i64) -> Result<Self, OpError> {
        let mut rng = Rng::new(size.seed);
        let year = i32::from(school_year.start());
        let mut plan = Self {
            size,
            year,
            now,
            schools: Vec::new(),
            grades: Vec::new(),
            classes: Vec::new(),
            accounts: ACCOUNTS.iter().map(|_| AccountId(rng.id(now))).collect(),
        };
        for number in 0..size.schools {
            plan.school(&mut rng, number)?;
        }
        let per_grade = size.pupils / (plan.grades.len() as u64).max(1);
        let classes = per_grade.div_ceil(CLASS_SIZE).clamp(2, 60);
        for grade in &plan.grades {
            let Some(school) = plan
                .schools
                .iter()
                .rev()
                .find(|school| school.id == grade.school_id)
            else {
                continue;
            };
            for number in 1..=classes {
                plan.classes.push(ClassRecord {
                    id: ClassId(rng.id(now)),
                    school_id: school.id,
                    district: school.district.clone(),
                    grade_id: grade.id,
                    grade: grade.number,
                    school_year: i64::from(year),
                    number: i64::try_from(number).unwrap_or(1),
                    nickname: None,
                    remark: None,
                    open: true,
                    pupils: 0,
                    version: 1,
                });
            }
        }
        Ok(plan)
    }

    fn school(&mut self, rng: &mut Rng, number: u64) -> Result<(), OpError> {
        let fault = || OpError::internal("planning the demo", "a table of the demo is too short");
        let at = |length: usize| usize::try_from(number % length as u64).unwrap_or(0);
        let kind = *KINDS.get(at(KINDS.len())).ok_or_else(fault)?;
        let (district, district_name) = *DISTRICTS.get(at(DISTRICTS.len())).ok_or_else(fault)?;
        let word = WORDS.get(at(WORDS.len())).ok_or_else(fault)?;
        // The words come round again after a while, and the kinds with them.
        let round = number / WORDS.len() as u64;
        let again = if round == 0 {
            String::new()
        } else {
            format!("第{}", round + 1)
        };
        let suffix = match kind {
            SchoolKind::Primary | SchoolKind::PrimaryPoint | SchoolKind::PrimaryAttached => "小学",
            SchoolKind::Junior | SchoolKind::JuniorAttached => "初级中学",
            SchoolKind::NineYear => "学校",
            SchoolKind::Complete => "中学",
            SchoolKind::TwelveYear => "实验学校",
            SchoolKind::SpecialBlind
            | SchoolKind::SpecialDeaf
            | SchoolKind::SpecialIntellectual
            | SchoolKind::SpecialOther => "启智学校",
        };
        let short = district_name.trim_end_matches(['区', '市']);
        let school = SchoolRecord {
            id: SchoolId(rng.id(self.now)),
            district: district.to_owned(),
            district_name: district_name.to_owned(),
            code: format!(
                "{}3205{:04}",
                kind.code().get(..2).ok_or_else(fault)?,
                number + 1
            ),
            name: format!("{short}{word}{again}{suffix}"),
            kind: kind.code().to_owned(),
            school_year: i64::from(self.year),
            version: 1,
        };
        self.grades
            .extend(kind.ladder().into_iter().map(|grade| GradeRecord {
                id: GradeId(rng.id(self.now)),
                school_id: school.id,
                number: i64::from(grade.number.get()),
                name: grade.name.to_owned(),
                graduating: grade.graduating,
                manual_promotion: grade.manual_promotion,
                classes: 0,
            }));
        self.schools.push(school);
        Ok(())
    }

    /// Writes schools, ladders and classes.
    pub(super) async fn organisation(&self, uow: &mut dyn UnitOfWork) -> Result<(), OpError> {
        for school in &self.schools {
            uow.insert_school(school, self.now).await?;
        }
        for grades in self.grades.chunks(PORTION) {
            uow.insert_grades(grades).await?;
        }
        for classes in self.classes.chunks(PORTION) {
            uow.insert_classes(classes, self.now).await?;
        }
        Ok(())
    }

    /// Writes one account a role: the district's and the school's are those of the
    /// first district and the first school, the others see the whole city.
    pub(super) async fn accounts(
        &self,
        uow: &mut dyn UnitOfWork,
        accounts: &[DemoAccount],
    ) -> Result<(), OpError> {
        let home = self.schools.first();
        for ((account, id), (_, role)) in accounts.iter().zip(&self.accounts).zip(ACCOUNTS) {
            let district = home.filter(|_| matches!(role, Role::DistrictAdmin | Role::SchoolStaff));
            let school = home.filter(|_| role == Role::SchoolStaff);
            let grant = GrantRecord {
                role: role.as_str().to_owned(),
                district: district.map(|school| school.district.clone()),
                district_name: district.map(|school| school.district_name.clone()),
                school_id: school.map(|school| school.id),
                school_name: school.map(|school| school.name.clone()),
            };
            let record = AccountRecord {
                id: *id,
                login: account.login.clone(),
                display_name: format!("演示{}", role.zh()),
                password_hash: password::hash(&account.password)?,
                password_changed_at: self.now,
                must_change: false,
                disabled: false,
                failures: 0,
                locked_until: None,
                last_sign_in_at: None,
                created_at: self.now,
                version: 1,
            };
            write_account(uow, &record, &[grant]).await?;
        }
        Ok(())
    }

    /// Writes pupils and orders; memory holds one transaction's ids and one portion's people.
    pub(super) async fn people(
        &self,
        host: &LocalHost,
        progress: &dyn Progress,
    ) -> Result<DemoCounts, HostError> {
        let mut writing = Writing {
            plan: self,
            rng: Rng::new(self.size.seed ^ 0x0005_EED0_FFEE),
            people: People::new(&mut Rng::new(self.size.seed)),
            host,
            progress,
            counts: DemoCounts {
                schools: self.schools.len() as u64,
                classes: self.classes.len() as u64,
                ..DemoCounts::default()
            },
            planned: 0,
            batches: 0,
            photos: 0,
        };
        let mut pending = Vec::with_capacity(TRANSACTION);
        let classes = (self.classes.len() as u64).max(1);
        for (number, class) in (0_u64..).zip(&self.classes) {
            let share = |number: u64| {
                // Wide, as millions of pupils times thousands of classes are.
                let upto = u128::from(self.size.pupils) * u128::from(number) / u128::from(classes);
                u64::try_from(upto).unwrap_or(u64::MAX)
            };
            for _ in share(number)..share(number + 1) {
                pending.push(class);
                if pending.len() == TRANSACTION {
                    writing.write(&pending).await?;
                    pending.clear();
                }
            }
        }
        writing.write(&pending).await?;
        Ok(writing.counts)
    }

    /// The first school, which is the district's and the school's account's own.
    pub(super) fn home(&self) -> Option<SchoolId> {
        self.schools.first().map(|school| school.id)
    }

    fn account(&self, role: Role) -> Result<AccountId, OpError> {
        ACCOUNTS
            .iter()
            .zip(&self.accounts)
            .find(|((_, own), _)| *own == role)
            .map(|(_, id)| *id)
            .ok_or_else(|| OpError::internal("filling the demo", "a role has no account"))
    }
}

/// What the orders of one batch have in common: they were handled together.
struct Batch {
    requested: i64,
    approved: Option<i64>,
    confirmed: Option<i64>,
    returned: Option<i64>,
}

struct Writing<'a> {
    plan: &'a Plan,
    rng: Rng,
    people: People,
    host: &'a LocalHost,
    progress: &'a dyn Progress,
    counts: DemoCounts,
    /// Pupils looked at, of which every so many gets an order.
    planned: u64,
    batches: u64,
    /// Pupils looked at, of whom most get a photo.
    photos: u64,
}

impl Writing<'_> {
    /// One transaction.
    async fn write(&mut self, places: &[&ClassRecord]) -> Result<(), HostError> {
        let ports = self.host.app.ports().clone();
        let mut uow = ports.store.write().await?;
        for portion in places.chunks(PORTION) {
            if self.progress.cancelled() {
                uow.rollback().await?;
                return Err(OpError::from(Code::Cancelled).into());
            }
            // Entered over two weeks, well before the first order.
            let entered =
                self.plan.now - (DAYS_BACK + 30) * DAY_MS + self.rng.between(0, 14 * DAY_MS);
            let mut records = Vec::with_capacity(portion.len());
            for class in portion {
                records.push(self.pupil(class, entered, &*ports.cipher)?);
            }
            let entering = Entering {
                channel: "import",
                import: None,
                submit: false,
                now: entered,
            };
            let ids = uow.insert_pupils(&records, entering).await?;
            self.counts.pupils += ids.len() as u64;
            let mut submitted = ids.clone();
            submitted.retain(|_| self.rng.percent(85));
            let at = entered + self.rng.between(DAY_MS / 24, 3 * DAY_MS);
            uow.submit_pupils(&submitted, at).await?;
            let ordered: Vec<PupilId> = ids.into_iter().filter(|_| self.has_order()).collect();
            self.orders(&mut *uow, &ordered).await?;
            self.photos(&ports, &mut *uow, &ordered, entered).await?;
            self.progress.report(
                self.counts.pupils + self.counts.orders,
                self.plan.size.pupils + self.plan.size.orders,
            );
        }
        Ok(uow.commit().await?)
    }

    /// Photos of most of the pupils whose card is ordered, up to [`PHOTOS`]: the others show
    /// what keeps an order out of a batch.
    async fn photos(
        &mut self,
        ports: &Ports,
        uow: &mut dyn UnitOfWork,
        pupils: &[PupilId],
        at: i64,
    ) -> Result<(), OpError> {
        let by = self.plan.account(Role::SchoolStaff)?;
        let mut photos = Vec::new();
        for pupil in pupils {
            self.photos += 1;
            if self.photos <= PHOTOS && !self.photos.is_multiple_of(20) {
                photos.push((*pupil, ekatong_photo::made_up(self.photos)?));
            }
        }
        match ekatong_core::photo::keep(ports, uow, photos, by, at).await {
            // A database on a server, and nobody said where its photos are.
            Err(error) if error.has(Code::PhotoNoFolder) => Ok(()),
            kept => kept,
        }
    }

    /// Spreads the orders evenly over the pupils.
    fn has_order(&mut self) -> bool {
        let (orders, pupils) = (
            u128::from(self.plan.size.orders),
            u128::from(self.plan.size.pupils.max(1)),
        );
        let before = orders * u128::from(self.planned) / pupils;
        self.planned += 1;
        orders * u128::from(self.planned) / pupils > before
    }

    fn pupil(
        &mut self,
        class: &ClassRecord,
        entered: i64,
        cipher: &dyn Cipher,
    ) -> Result<NewPupilRecord, OpError> {
        let short = || OpError::internal("filling the demo", "a list of names is empty");
        let rng = &mut self.rng;
        let grade = u8::try_from(class.grade)
            .map_err(|error| OpError::internal("filling the demo", error))?;
        let codes = DISTRICTS.map(|(code, _)| code);
        let child = self
            .people
            .child(rng, &class.district, &codes, self.plan.year, grade)
            .ok_or_else(short)?;
        let today = Timestamp::from_ms(self.plan.now).date();
        let paper = Paper::parse(PaperKind::ResidentId, &child.number, None, today)
            .map_err(OpError::from)?
            .value;
        let (relation, guardian, phone) = people::guardian(rng, &child.name).ok_or_else(short)?;
        let address = if rng.percent(60) {
            let name = DISTRICTS
                .iter()
                .find(|(code, _)| *code == class.district)
                .map_or("", |(_, name)| *name);
            people::address(rng, name)
        } else {
            None
        };
        let student_number = rng.percent(70).then(|| format!("G{}", child.number));
        let id = PupilId(rng.id(entered));
        let seal = |table, column, clear: &str| {
            cipher.seal(
                SealedAt {
                    table,
                    column,
                    row: id.0,
                },
                clear.as_bytes(),
            )
        };
        Ok(NewPupilRecord {
            id,
            district: class.district.clone(),
            school_id: class.school_id,
            class_id: class.id,
            grade: class.grade,
            name: child.name,
            gender: Some(if child.male { "male" } else { "female" }.to_owned()),
            birth_date: Some(child.birth.format("%Y-%m-%d").to_string()),
            paper_kind: paper.kind().as_str().to_owned(),
            nationality: None,
            paper_sealed: seal("pupil", "paper", paper.number())?,
            paper_index: cipher.index(IndexOf::Paper, &paper.index_text()),
            student_number_sealed: student_number
                .as_deref()
                .map(|text| seal("pupil", "student_number", text))
                .transpose()?,
            student_number_index: student_number
                .as_deref()
                .map(|text| cipher.index(IndexOf::StudentNumber, text)),
            address_sealed: address
                .as_deref()
                .map(|text| seal("pupil", "address", text))
                .transpose()?,
            guardian_relation: Some(relation.to_owned()),
            guardian_name: Some(guardian),
            guardian_phone_sealed: Some(seal("guardian", "phone", &phone)?),
            guardian_phone_index: Some(cipher.index(IndexOf::Phone, &phone)),
        })
    }

    /// Orders for these pupils, in batches that were handled together.
    async fn orders(
        &mut self,
        uow: &mut dyn UnitOfWork,
        pupils: &[PupilId],
    ) -> Result<(), OpError> {
        let (district, card) = (
            self.plan.account(Role::DistrictAdmin)?,
            self.plan.account(Role::CardOffice)?,
        );
        let together = usize::try_from((self.plan.size.orders / 4000).clamp(1, 250)).unwrap_or(1);
        for pupils in pupils.chunks(together) {
            let batch = self.batch();
            let orders: Vec<NewOrderRecord> = pupils
                .iter()
                .map(|pupil| {
                    let kind = if self.rng.percent(90) {
                        OrderKind::New
                    } else {
                        OrderKind::Replacement
                    };
                    NewOrderRecord {
                        id: OrderId(self.rng.id(batch.requested)),
                        pupil_id: *pupil,
                        kind: kind.as_str().to_owned(),
                        step: OrderStep::Request.as_str().to_owned(),
                        state: OrderState::Requested.as_str().to_owned(),
                        reason: kind.replaces().then(|| "原卡遗失".to_owned()),
                        old_card_id: None,
                    }
                })
                .collect();
            let made = uow
                .insert_orders(&orders, district, batch.requested)
                .await?;
            self.counts.orders += made.len() as u64;
            let unlike = "照片与本人不符，请更换后重新申请。";
            for (at, step, state, by, reason) in [
                (
                    batch.approved,
                    OrderStep::Approve,
                    OrderState::Approved,
                    district,
                    None,
                ),
                (
                    batch.confirmed,
                    OrderStep::Confirm,
                    OrderState::Confirmed,
                    card,
                    None,
                ),
                (
                    batch.returned,
                    OrderStep::Return,
                    OrderState::Returned,
                    district,
                    Some(unlike),
                ),
            ] {
                let Some(at) = at else { continue };
                let steps: Vec<OrderStepRecord> = made
                    .iter()
                    .map(|id| OrderStepRecord {
                        id: *id,
                        step: step.as_str().to_owned(),
                        state: state.as_str().to_owned(),
                        reason: reason.map(str::to_owned),
                    })
                    .collect();
                uow.step_orders(&steps, by, at).await?;
            }
        }
        Ok(())
    }

    /// Moments of a batch: half of them confirmed, some of those at the very first
    /// or last millisecond of a day.
    fn batch(&mut self) -> Batch {
        let now = self.plan.now;
        self.batches += 1;
        let rng = &mut self.rng;
        let recent = now - rng.between(DAY_MS / 24, 12 * DAY_MS);
        let earlier = recent - rng.between(DAY_MS / 2, 4 * DAY_MS);
        match rng.below(100) {
            0..25 => Batch {
                requested: recent,
                approved: None,
                confirmed: None,
                returned: None,
            },
            25..45 => Batch {
                requested: earlier,
                approved: Some(recent),
                confirmed: None,
                returned: None,
            },
            45..50 => Batch {
                requested: earlier,
                approved: None,
                confirmed: None,
                returned: Some(recent),
            },
            _ => {
                let confirmed = match self.batches % 10 {
                    0 => self.day_start(0),
                    5 => self.day_start(1) - 1,
                    _ => now - self.rng.between(0, DAYS_BACK * DAY_MS),
                };
                let approved = confirmed - self.rng.between(DAY_MS / 24, 3 * DAY_MS);
                let requested = approved - self.rng.between(DAY_MS / 24, 4 * DAY_MS);
                Batch {
                    requested,
                    approved: Some(approved),
                    confirmed: Some(confirmed),
                    returned: None,
                }
            }
        }
    }

    /// Midnight in Asia/Shanghai that begins one of the days before today, or the day after it.
    fn day_start(&mut self, later: i64) -> i64 {
        let back = self.rng.between(1, DAYS_BACK);
        Timestamp::from_ms(self.plan.now)
            .day()
            .minus(back - later)
            .start_ms()
    }
}
