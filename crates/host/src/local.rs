//! A host on this machine: from a place to the one door, and back to a closed database.

use std::sync::Arc;
use std::time::Duration;

use ekatong_core::dispatch::App;
use ekatong_core::domain::district::{DistrictCode, DistrictName};
use ekatong_core::domain::login::Login;
use ekatong_core::domain::year::SchoolYear;
use ekatong_core::error::{Code, OpError, Problem};
use ekatong_core::id::{AccountId, AuditId};
use ekatong_core::password;
use ekatong_core::ports::{AccountRecord, AuditRecord, Clock, GrantRecord, Ports, UnitOfWork};
use ekatong_core::settings::PasswordProfile;
use ekatong_core::upkeep::{self, maintain};
use ekatong_photo::Images;
use ekatong_store::keys::{DataKey, RecoveryCode};
use ekatong_store::{Database, Vault, schema_version};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::clock::SystemClock;
use crate::demo::{self, DemoAccount};
use crate::errors::HostError;
use crate::folder::FolderLock;
use crate::keys::{self, Given, KeyStore, Way};
use crate::place::Place;
use crate::{photos, reading};

/// Another program may be changing the schema, which takes as long as a copy of the file.
const WAIT_SHARED: Duration = Duration::from_secs(60);
/// Other windows and commands are asked to close; commands end by themselves soon.
const WAIT_ALONE: Duration = Duration::from_secs(10);
/// Between two looks after what a host does by itself.
const MAINTAIN_EVERY: Duration = Duration::from_secs(5);

pub(crate) const DATABASE_ID: &str = "database_id";
const SCHOOL_YEAR: &str = "school_year";

/// Whether there is data in a place, and whether it opens without a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum HostStateKind {
    /// Nothing yet: [`LocalHost::init`].
    Empty,
    /// Needs passphrase or recovery code: [`LocalHost::open`].
    Locked,
    /// Opens.
    Ready,
}

/// What a host finds in a place, as the pages want it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HostState {
    /// Empty, locked or ready.
    pub state: HostStateKind,
    /// The place for people; without a password.
    pub data_dir: String,
    /// Version of the program.
    pub version: String,
    /// Accounts of a demo.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub demo_accounts: Vec<DemoAccount>,
    /// Where the secret is, or would be, kept.
    pub key_store: KeyStore,
    /// A passphrase has to be asked for: to make the data, or to open it.
    pub needs_passphrase: bool,
}

/// A district of a new place.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InitDistrict {
    /// 6 digits.
    pub code: String,
    /// Name.
    pub name: String,
}

/// What a new place starts with.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InitRequest {
    /// Districts, at least one.
    pub districts: Vec<InitDistrict>,
    /// Login of the first city admin.
    pub login: String,
    /// Name shown; the login when empty.
    #[serde(default)]
    pub display_name: String,
    /// Password of the first city admin.
    pub password: String,
    /// `2026-2027`; the one that the calendar suggests when absent.
    #[serde(default)]
    pub school_year: Option<String>,
    /// Protects the data key where there is no keyring, or instead of it.
    #[serde(default)]
    pub passphrase: Option<String>,
}

/// A new place, opened.
pub struct Initialised {
    /// Shown once; it opens the data when keyring and passphrase are lost.
    pub recovery_code: String,
    /// The open host.
    pub host: LocalHost,
}

/// What opening by the recovery code did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovered {
    /// The keyring of this user opens the data from now on.
    pub keyring: bool,
    /// A new passphrase opens the data from now on.
    pub passphrase: bool,
}

/// How a place is opened.
pub struct OpenOptions {
    /// The place.
    pub place: Place,
    /// A passphrase; that of the environment is the host's to hand over.
    pub passphrase: Option<Zeroizing<String>>,
    /// The recovery code.
    pub recovery: Option<RecoveryCode>,
    /// After a passphrase or a code, let the keyring of this user open the data from now on.
    pub remember: bool,
}

impl OpenOptions {
    /// Opens with the passphrase of the environment or the keyring.
    #[must_use]
    pub fn new(place: Place) -> Self {
        Self {
            place,
            passphrase: keys::passphrase_from_env(),
            recovery: None,
            remember: false,
        }
    }
}

/// An open place.
pub struct LocalHost {
    /// The one door.
    pub app: App,
    /// The machine's clock as the rules see it.
    pub clock: Arc<SystemClock>,
    /// How the data key was opened.
    pub way: Way,
    place: Place,
    database: Database,
    database_id: Uuid,
    key: DataKey,
    maintaining: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
    _lock: Option<FolderLock>,
}

/// A database with the lock that lets it be used.
struct Opened {
    database: Database,
    lock: Option<FolderLock>,
    /// The lock keeps others out.
    alone: bool,
}

/// Opens the database of a place; none when there is no file and none was to be made.
async fn open_database(place: &Place, create: bool) -> Result<Option<Opened>, HostError> {
    let options = ekatong_store::OpenOptions {
        create,
        ..ekatong_store::OpenOptions::default()
    };
    let folder = match place {
        Place::Postgres(address) => {
            let database = ekatong_store::open(address, options).await?;
            return Ok(Some(Opened {
                database,
                lock: None,
                alone: false,
            }));
        }
        Place::Folder(folder) => folder,
    };
    if create {
        folder.prepare()?;
    } else if folder.has_database() {
        folder.check()?;
    } else {
        return Ok(None);
    }
    let path = folder.database();
    if !create {
        let lock = folder.lock_shared(WAIT_SHARED).await?;
        if lock.schema() == Some(schema_version()) {
            let database = ekatong_store::open_sqlite(&path, options).await?;
            return Ok(Some(Opened {
                database,
                lock: Some(lock),
                alone: false,
            }));
        }
    }
    // The schema is made or changed: nobody else may look on.
    let lock = folder.lock_exclusive(WAIT_ALONE).await?;
    if create {
        folder.prepare_database()?;
    }
    let database = ekatong_store::open_sqlite(&path, options).await?;
    lock.note_schema(schema_version())?;
    Ok(Some(Opened {
        database,
        lock: Some(lock),
        alone: true,
    }))
}

impl Opened {
    /// Lets others in once the schema is right and the first entries are written.
    async fn share(&mut self, place: &Place) -> Result<(), HostError> {
        if let Some(folder) = place.folder().filter(|_| self.alone) {
            self.lock = None;
            self.alone = false;
            self.lock = Some(folder.lock_shared(WAIT_SHARED).await?);
        }
        Ok(())
    }

    async fn id(&self) -> Result<Option<Uuid>, HostError> {
        let mut uow = self.database.store().read().await?;
        let id = uow.meta(DATABASE_ID).await?;
        uow.rollback().await?;
        Ok(id.and_then(|text| text.parse().ok()))
    }
}

impl LocalHost {
    /// What a place holds; opens and closes its database.
    ///
    /// # Errors
    /// `folder.*`, `database.*`.
    pub async fn state(place: &Place) -> Result<HostState, HostError> {
        let mut state = HostState {
            state: HostStateKind::Empty,
            data_dir: place.shown(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            demo_accounts: Vec::new(),
            key_store: KeyStore::Keyring,
            needs_passphrase: false,
        };
        if let Some(opened) = open_database(place, false).await? {
            if let Some(id) = opened.id().await? {
                let wraps = opened.database.key_wraps().await?;
                let (key_store, opens) = keys::look(&wraps, id).await?;
                state.state = if opens {
                    HostStateKind::Ready
                } else {
                    HostStateKind::Locked
                };
                state.key_store = key_store;
                state.needs_passphrase = !opens && key_store == KeyStore::Passphrase;
                state.demo_accounts = demo::stored_accounts(place);
            }
            opened.database.close().await;
        }
        if state.state == HostStateKind::Empty {
            let by_env = keys::passphrase_from_env().is_some();
            if by_env || !keys::has_keyring().await? {
                state.key_store = KeyStore::Passphrase;
                state.needs_passphrase = !by_env;
            }
        }
        Ok(state)
    }

    /// Makes a new place with its first city admin, and opens it.
    ///
    /// # Errors
    /// `data.exists`, `key.passphrase_needed`, `key.passphrase_short`, `folder.*`, `database.*`,
    /// and the problems of districts, login, password and school year, all at once.
    pub async fn init(place: &Place, request: InitRequest) -> Result<Initialised, HostError> {
        let now = SystemClock::new(0).now_ms();
        let first = First::parse(&request, now)?;
        let passphrase = request
            .passphrase
            .clone()
            .filter(|text| !text.is_empty())
            .map(Zeroizing::new);
        Self::make(place, passphrase, |mut uow| async move {
            first.write(&mut *uow, now).await?;
            Ok(uow)
        })
        .await
    }

    /// Makes a new place and lets `write` fill it in the transaction that makes it exist.
    pub(crate) async fn make<W: Future<Output = Result<Box<dyn UnitOfWork>, OpError>>>(
        place: &Place,
        passphrase: Option<Zeroizing<String>>,
        // The transaction is handed over and back: a borrowed one would keep the
        // future from moving between threads, which the window's runtime does.
        write: impl FnOnce(Box<dyn UnitOfWork>) -> W,
    ) -> Result<Initialised, HostError> {
        let mut opened = open_database(place, true)
            .await?
            .ok_or_else(|| HostError::NotInitialised(place.shown()))?;
        if opened.id().await?.is_some() {
            opened.database.close().await;
            return Err(HostError::AlreadyInitialised(place.shown()));
        }
        let id = Uuid::now_v7();
        let passphrase = passphrase.or_else(keys::passphrase_from_env);
        let new = keys::generate(id, passphrase.clone(), SystemClock::new(0).now_ms()).await?;
        let made = async {
            // What an init that was cut off left behind opens nothing.
            let left = opened.database.key_wraps().await?;
            let kept = |wrap: &&str| !new.wraps.iter().any(|new| new.id == **wrap);
            let left: Vec<&str> = left
                .iter()
                .map(|wrap| wrap.id.as_str())
                .filter(kept)
                .collect();
            opened.database.change_key_wraps(&new.wraps, &left).await?;
            let mut uow = write(opened.database.store().write().await?).await?;
            uow.put_meta(DATABASE_ID, &id.to_string()).await?;
            upkeep::begin(&mut *uow).await?;
            uow.commit().await
        };
        let made: Result<(), OpError> = made.await;
        if let Err(error) = made {
            if passphrase.is_none() {
                keys::forget(id).await;
            }
            opened.database.close().await;
            return Err(error.into());
        }
        opened.share(place).await?;
        let way = if passphrase.is_some() {
            Way::Passphrase
        } else {
            Way::Keyring
        };
        let host = Self::wire(place.clone(), opened, id, new.key, way).await?;
        Ok(Initialised {
            recovery_code: new.recovery.show(),
            host,
        })
    }

    /// Opens a place.
    ///
    /// # Errors
    /// `data.missing`, `key.*`, `folder.*`, `database.*`.
    pub async fn open(options: OpenOptions) -> Result<Self, HostError> {
        let OpenOptions {
            place,
            passphrase,
            recovery,
            remember,
        } = options;
        let (opened, id) = Self::open_made(&place).await?;
        let wraps = opened.database.key_wraps().await?;
        let unlocked = keys::unlock(
            &wraps,
            id,
            Given {
                passphrase,
                recovery,
            },
        )
        .await;
        let (key, way) = match unlocked {
            Ok(unlocked) => unlocked,
            Err(error) => {
                opened.database.close().await;
                return Err(error);
            }
        };
        let host = Self::wire(place, opened, id, key, way).await?;
        if remember && way != Way::Keyring {
            keys::remember(&host.database, &wraps, id, &host.key, host.clock.now_ms()).await?;
        }
        Ok(host)
    }

    /// Opens a place by its recovery code, and lets the keyring of this user, or
    /// a new passphrase where there is none, open it from now on.
    ///
    /// # Errors
    /// As [`Self::open`]; `key.passphrase_needed` when there is neither keyring nor passphrase.
    pub async fn recover(
        place: Place,
        code: &str,
        passphrase: Option<Zeroizing<String>>,
    ) -> Result<(Self, Recovered), HostError> {
        let code = RecoveryCode::parse(code)?;
        let host = Self::open(OpenOptions {
            place,
            passphrase: None,
            recovery: Some(code),
            remember: false,
        })
        .await?;
        let now = host.clock.now_ms();
        let recovered = async {
            if let Some(passphrase) = passphrase {
                keys::set_passphrase(&host.database, &host.key, passphrase, now).await?;
                return Ok(Recovered {
                    keyring: false,
                    passphrase: true,
                });
            }
            let wraps = host.database.key_wraps().await?;
            if !keys::remember(&host.database, &wraps, host.database_id, &host.key, now).await? {
                return Err(HostError::PassphraseNeeded);
            }
            Ok(Recovered {
                keyring: true,
                passphrase: false,
            })
        };
        match recovered.await {
            Ok(recovered) => {
                let by = if recovered.passphrase {
                    "新口令"
                } else {
                    "密钥环"
                };
                host.note(
                    "key.recover",
                    None,
                    &format!("用恢复码打开数据，以后由{by}打开"),
                )
                .await?;
                Ok((host, recovered))
            }
            Err(error) => {
                host.close().await;
                Err(error)
            }
        }
    }

    /// Wraps the data key anew and gives the new recovery code; the old one opens
    /// nothing any more, nor do the keyrings of other users. `by` is who asked.
    ///
    /// # Errors
    /// `key.passphrase_needed`, `key.passphrase_short`.
    pub async fn rewrap(
        &self,
        passphrase: Option<Zeroizing<String>>,
        by: (AccountId, String),
    ) -> Result<String, HostError> {
        let now = self.clock.now_ms();
        let code =
            keys::rewrap(&self.database, self.database_id, &self.key, passphrase, now).await?;
        self.note("key.rewrap", Some(by), "重新封装数据密钥，换发恢复码")
            .await?;
        Ok(code.show())
    }

    async fn open_made(place: &Place) -> Result<(Opened, Uuid), HostError> {
        let missing = || HostError::NotInitialised(place.shown());
        let mut opened = open_database(place, false).await?.ok_or_else(missing)?;
        opened.share(place).await?;
        match opened.id().await? {
            Some(id) => Ok((opened, id)),
            None => {
                opened.database.close().await;
                Err(missing())
            }
        }
    }

    async fn wire(
        place: Place,
        opened: Opened,
        id: Uuid,
        key: DataKey,
        way: Way,
    ) -> Result<Self, HostError> {
        let store = opened.database.store();
        let mut uow = store.read().await?;
        let floor = uow.last_moment().await?;
        uow.rollback().await?;
        let clock = Arc::new(SystemClock::new(floor));
        let vault = Vault::new(&key).map_err(HostError::Key)?;
        let ports = Ports {
            store,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            cipher: Arc::new(vault),
            workbooks: reading::workbooks(),
            pictures: Arc::new(Images),
            photos: photos::store(&place),
        };
        Ok(Self {
            app: App::new(ports),
            clock,
            way,
            place,
            database: opened.database,
            database_id: id,
            key,
            maintaining: None,
            _lock: opened.lock,
        })
    }

    /// The place.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// The database, for copies.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Id of the database.
    #[must_use]
    pub const fn database_id(&self) -> Uuid {
        self.database_id
    }

    /// Seals the audit log every few seconds and forgets once a day what was kept long
    /// enough, for hosts that stay. To be called inside a tokio runtime.
    pub fn start_maintaining(&mut self) {
        let ports = self.app.ports().clone();
        let (stop, mut stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = &mut stopped => return,
                    () = tokio::time::sleep(MAINTAIN_EVERY) => {}
                }
                if let Err(error) = maintain(&ports).await {
                    tracing::warn!(%error, "the upkeep of the data failed; it is tried again");
                }
            }
        });
        self.maintaining = Some((stop, task));
    }

    /// Seals the audit log, forgets what was kept long enough if nobody did today, empties
    /// SQLite's log, closes the database and lets go of the folder.
    pub async fn close(mut self) {
        if let Some((stop, task)) = self.maintaining.take() {
            // A task that ended by itself hears nothing and is waited for no longer.
            let _ = stop.send(());
            let _ = task.await;
        }
        if let Err(error) = maintain(self.app.ports()).await {
            tracing::warn!(%error, "the upkeep of the data failed; the next start does it");
        }
        if let Err(error) = self.database.checkpoint().await {
            tracing::debug!(%error, "SQLite's log stays: another program reads");
        }
        self.database.close().await;
    }

    /// Writes an audit entry of the host's own.
    async fn note(
        &self,
        op: &str,
        by: Option<(AccountId, String)>,
        summary: &str,
    ) -> Result<(), HostError> {
        let mut uow = self.app.ports().store.write().await?;
        let (account, login) = by.unzip();
        uow.append_audit(&audit_entry(
            op,
            account,
            login,
            self.clock.now_ms(),
            summary,
            &json!({}),
        ))
        .await?;
        Ok(uow.commit().await?)
    }
}

/// An entry of the city's chain, of an action on this machine.
pub(crate) fn audit_entry(
    op: &str,
    account: Option<AccountId>,
    login: Option<String>,
    at: i64,
    summary: &str,
    detail: &serde_json::Value,
) -> AuditRecord {
    AuditRecord {
        subjects: Vec::new(),
        id: AuditId(Uuid::now_v7()),
        at,
        account_id: account,
        login,
        address: "local".to_owned(),
        op: op.to_owned(),
        outcome: "done".to_owned(),
        district: String::new(),
        school_id: None,
        summary: summary.to_owned(),
        detail: detail.to_string(),
        seq: None,
        hash: None,
    }
}

/// The first entries of a new place, checked.
pub(crate) struct First {
    districts: Vec<(DistrictCode, DistrictName)>,
    login: Login,
    display_name: String,
    password_hash: String,
    school_year: SchoolYear,
}

impl First {
    fn parse(request: &InitRequest, now: i64) -> Result<Self, OpError> {
        let mut problems = Vec::new();
        let mut districts: Vec<(DistrictCode, DistrictName)> = Vec::new();
        if request.districts.is_empty() {
            problems.push(
                Problem::new(Code::DistrictUnknown)
                    .field("districts")
                    .message("请至少填写一个区县。"),
            );
        }
        for (number, district) in request.districts.iter().enumerate() {
            let field = |name| format!("districts.{number}.{name}");
            match (
                DistrictCode::parse(&district.code),
                DistrictName::parse(&district.name),
            ) {
                (Ok(code), Ok(_))
                    if districts
                        .iter()
                        .any(|(other, _)| other.as_str() == code.as_str()) =>
                {
                    problems.push(Problem::new(Code::DistrictTaken).field(field("code")));
                }
                (Ok(code), Ok(name)) => districts.push((code, name)),
                (code, name) => {
                    problems.extend(code.err().map(|problem| problem.field(field("code"))));
                    problems.extend(name.err().map(|problem| problem.field(field("name"))));
                }
            }
        }
        let login = Login::parse(&request.login)
            .map_err(|problem| problems.push(problem.field("login")))
            .ok();
        let mut display_name = request.display_name.trim().to_owned();
        if display_name.is_empty() {
            request.login.trim().clone_into(&mut display_name);
        }
        if display_name.chars().count() > 40 {
            problems.push(Problem::new(Code::NameInvalid).field("displayName"));
        }
        // A new place has the default profile.
        problems.extend(password::judge(
            &request.password,
            request.login.trim(),
            PasswordProfile::Dengbao,
        ));
        let school_year = match &request.school_year {
            Some(text) => SchoolYear::parse(text)
                .map_err(|problem| problems.push(problem.field("schoolYear")))
                .ok(),
            None => Some(usual_year(now)?),
        };
        match (login, school_year) {
            (Some(login), Some(school_year)) if problems.is_empty() => Ok(Self {
                districts,
                login,
                display_name,
                password_hash: password::hash(&request.password)?,
                school_year,
            }),
            (_, _) => Err(problems.into()),
        }
    }

    async fn write(&self, uow: &mut dyn UnitOfWork, now: i64) -> Result<(), OpError> {
        write_districts(
            uow,
            self.districts
                .iter()
                .map(|(code, name)| (code.as_str(), name.as_str())),
            self.school_year,
            now,
        )
        .await?;
        let account = AccountRecord {
            id: AccountId(Uuid::now_v7()),
            login: self.login.as_str().to_owned(),
            display_name: self.display_name.clone(),
            password_hash: self.password_hash.clone(),
            password_changed_at: now,
            must_change: false,
            disabled: false,
            failures: 0,
            locked_until: None,
            last_sign_in_at: None,
            created_at: now,
            version: 1,
        };
        let city = GrantRecord {
            role: "city_admin".to_owned(),
            district: None,
            district_name: None,
            school_id: None,
            school_name: None,
        };
        write_account(uow, &account, &[city]).await?;
        let detail = json!({ "districts": self.districts.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>() });
        let summary = format!(
            "建立数据：{} 个区县，首位市级管理员 {}",
            self.districts.len(),
            account.login
        );
        let entry = audit_entry(
            "host.init",
            Some(account.id),
            Some(account.login.clone()),
            now,
            &summary,
            &detail,
        );
        uow.append_audit(&entry).await
    }
}

/// Writes the districts and the usual school year of a new place.
pub(crate) async fn write_districts<'a>(
    uow: &mut dyn UnitOfWork,
    districts: impl Iterator<Item = (&'a str, &'a str)>,
    school_year: SchoolYear,
    now: i64,
) -> Result<(), OpError> {
    for (code, name) in districts {
        uow.insert_district(code, name, now).await?;
    }
    uow.put_meta(SCHOOL_YEAR, &school_year.to_string()).await
}

/// Writes an account with its grants and the history of its password.
pub(crate) async fn write_account(
    uow: &mut dyn UnitOfWork,
    account: &AccountRecord,
    grants: &[GrantRecord],
) -> Result<(), OpError> {
    uow.insert_account(account).await?;
    uow.push_password(account.id, &account.password_hash, account.created_at)
        .await?;
    uow.put_grants(account.id, grants).await
}

/// The school year that the calendar suggests: a new one from August on. Only the
/// first value; every school keeps its own from then on.
pub(crate) fn usual_year(now_ms: i64) -> Result<SchoolYear, OpError> {
    use chrono::Datelike as _;
    let date = ekatong_core::domain::time::Timestamp::from_ms(now_ms).date();
    let start = if date.month() >= 8 {
        date.year()
    } else {
        date.year() - 1
    };
    SchoolYear::parse(&format!("{start}-{}", start + 1)).map_err(OpError::from)
}
