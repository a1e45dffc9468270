//! Sample districts, in which everybody is made up.
//!
//! The same seed makes the same schools, people and orders; only the passwords
//! are new each time, and the dates lie before today. `people` makes the people,
//! `fill` writes them through the same ports as real ones, `scene` does with them what a
//! district does with photos and cards, `portrait` draws the photos.

mod fill;
mod people;
mod portrait;
mod rng;
mod scene;

use std::sync::Arc;

use ekatong_core::access::Role;
use ekatong_core::error::OpError;
use ekatong_core::password;
use ekatong_core::ports::{Clock as _, Progress, UnitOfWork};
use ekatong_core::settings::PasswordProfile;
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use crate::clock::SystemClock;
use crate::errors::HostError;
use crate::folder::write_private;
use crate::local::{LocalHost, OpenOptions, audit_entry, usual_year, write_districts};
use crate::place::Place;

/// Districts of the demo.
pub(crate) const DISTRICTS: [(&str, &str); 6] = [
    ("320508", "姑苏区"),
    ("320505", "虎丘区"),
    ("320506", "吴中区"),
    ("320507", "相城区"),
    ("320509", "吴江区"),
    ("320583", "昆山市"),
];

/// Note of the database that it is a demo: its seed.
const DEMO: &str = "demo";
/// Note of the database that the demo is whole.
const DEMO_WHOLE: &str = "demo_whole";

/// How large a demo is; what is left out is chosen to fit the rest.
#[derive(Debug, Clone, Copy, Default)]
pub struct DemoOptions {
    /// Schools.
    pub schools: Option<u32>,
    /// Pupils.
    pub pupils: Option<u64>,
    /// Orders, at most one a pupil.
    pub orders: Option<u64>,
    /// The same seed makes the same people.
    pub seed: Option<u64>,
}

/// One account of a demo, for whoever tries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DemoAccount {
    /// Login.
    pub login: String,
    /// Role.
    pub role: String,
    /// Its name.
    pub role_name: String,
    /// Password.
    pub password: String,
}

/// What making a demo, or finding one, gave.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Demo {
    /// One account a role.
    pub accounts: Vec<DemoAccount>,
    /// False when the demo was there already.
    pub created: bool,
    /// Shown once, for a demo just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_code: Option<String>,
    /// Districts, schools, pupils, orders of a demo just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<DemoCounts>,
}

/// Size of a demo just made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DemoCounts {
    /// Schools.
    pub schools: u64,
    /// Classes.
    pub classes: u64,
    /// Pupils.
    pub pupils: u64,
    /// Orders.
    pub orders: u64,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    accounts: Vec<DemoAccount>,
}

/// Logins of the demo and the roles they have.
const ACCOUNTS: [(&str, Role); 6] = [
    ("demo_city", Role::CityAdmin),
    ("demo_district", Role::DistrictAdmin),
    ("demo_school", Role::SchoolStaff),
    ("demo_card", Role::CardOffice),
    ("demo_operator", Role::Operator),
    ("demo_audit", Role::Auditor),
];

/// Sizes with nothing left open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) schools: u64,
    pub(crate) pupils: u64,
    pub(crate) orders: u64,
    pub(crate) seed: u64,
}

impl DemoOptions {
    fn size(self) -> Result<Size, HostError> {
        let pupils = self
            .pupils
            .unwrap_or_else(|| self.orders.unwrap_or(0).max(3000));
        let orders = self.orders.unwrap_or(pupils / 4);
        if orders > pupils {
            return Err(HostError::DemoSize(format!(
                "每名学生最多一张订单：{orders} 张订单需要至少 {orders} 名学生，现在是 {pupils} 名。"
            )));
        }
        let schools = self
            .schools
            .map_or_else(|| (pupils / 1200).clamp(12, 4000), u64::from);
        if !(1..=9999).contains(&schools) {
            return Err(HostError::DemoSize("学校数应为 1–9999。".to_owned()));
        }
        Ok(Size {
            schools,
            pupils,
            orders,
            seed: self.seed.unwrap_or(20_260_901),
        })
    }
}

/// Accounts of a demo in a folder; empty when there are none.
#[must_use]
pub(crate) fn stored_accounts(place: &Place) -> Vec<DemoAccount> {
    place
        .folder()
        .and_then(|folder| std::fs::read(folder.demo_accounts()).ok())
        .and_then(|bytes| serde_json::from_slice::<Stored>(&bytes).ok())
        .map(|stored| stored.accounts)
        .unwrap_or_default()
}

fn store_accounts(place: &Place, accounts: &[DemoAccount]) -> Result<(), HostError> {
    let Some(folder) = place.folder() else {
        return Ok(());
    };
    let bytes = serde_json::to_vec_pretty(&json!({ "accounts": accounts }))
        .map_err(|error| OpError::internal("writing the demo's accounts", error))?;
    write_private(&folder.demo_accounts(), &bytes)
        .map_err(|error| HostError::Op(OpError::internal("writing the demo's accounts", error)))
}

/// Makes a demo, or gives the accounts of the one that is there.
///
/// # Errors
/// `demo.real_data` where there is anything else; `demo.size`; those of [`LocalHost::init`].
pub async fn demo(
    place: &Place,
    options: DemoOptions,
    passphrase: Option<Zeroizing<String>>,
    progress: Arc<dyn Progress>,
) -> Result<Demo, HostError> {
    let size = options.size()?;
    let accounts = new_accounts()?;
    let now = SystemClock::new(0).now_ms();
    let year = usual_year(now)?;
    let plan = fill::Plan::new(size, year, now)?;
    let (plan, accounts) = (&plan, &accounts);
    let made = LocalHost::make(place, passphrase.clone(), |mut uow| async move {
        write_districts(&mut *uow, DISTRICTS.into_iter(), year, now).await?;
        uow.put_meta(DEMO, &size.seed.to_string()).await?;
        plan.organisation(&mut *uow).await?;
        plan.accounts(&mut *uow, accounts).await?;
        let summary = format!(
            "建立演示数据：{} 所学校，{} 名学生",
            size.schools, size.pupils
        );
        let detail = json!({ "seed": size.seed });
        uow.append_audit(&audit_entry(
            "host.demo",
            None,
            None,
            now,
            &summary,
            &detail,
        ))
        .await?;
        Ok(uow)
    })
    .await;
    let made = match made {
        Ok(made) => made,
        Err(HostError::AlreadyInitialised(_)) => return existing(place, passphrase).await,
        Err(error) => return Err(error),
    };
    let filled = async {
        let counts = plan.people(&made.host, &*progress).await?;
        if let Some(school) = plan.home() {
            scene::play(&made.host.app, accounts, school, size.seed).await?;
        }
        let mut uow = made.host.app.ports().store.write().await?;
        uow.put_meta(DEMO_WHOLE, "1").await?;
        uow.commit().await?;
        store_accounts(place, accounts)?;
        Ok(counts)
    };
    let filled: Result<DemoCounts, HostError> = filled.await;
    made.host.close().await;
    Ok(Demo {
        accounts: accounts.clone(),
        created: true,
        recovery_code: Some(made.recovery_code),
        counts: Some(filled?),
    })
}

/// The accounts of a demo that is there; on PostgreSQL, where no file keeps them, with new passwords.
async fn existing(place: &Place, passphrase: Option<Zeroizing<String>>) -> Result<Demo, HostError> {
    let mut options = OpenOptions::new(place.clone());
    options.passphrase = passphrase.or(options.passphrase);
    let host = LocalHost::open(options).await?;
    let accounts = existing_accounts(&host).await;
    host.close().await;
    Ok(Demo {
        accounts: accounts?,
        created: false,
        recovery_code: None,
        counts: None,
    })
}

async fn existing_accounts(host: &LocalHost) -> Result<Vec<DemoAccount>, HostError> {
    let mut uow = host.app.ports().store.read().await?;
    let (demo, whole) = (uow.meta(DEMO).await?, uow.meta(DEMO_WHOLE).await?);
    uow.rollback().await?;
    if demo.is_none() {
        return Err(HostError::NotDemo);
    }
    if whole.is_none() {
        return Err(HostError::DemoSize(
            "上次的演示数据没有建完，请删除后重新建立。".to_owned(),
        ));
    }
    let stored = stored_accounts(host.place());
    if !stored.is_empty() {
        return Ok(stored);
    }
    let accounts = new_accounts()?;
    let now = host.clock.now_ms();
    let mut uow = host.app.ports().store.write().await?;
    for account in &accounts {
        reset(&mut *uow, account, now).await?;
    }
    uow.append_audit(&audit_entry(
        "host.demo",
        None,
        None,
        now,
        "换发演示账户的密码",
        &json!({}),
    ))
    .await?;
    uow.commit().await?;
    store_accounts(host.place(), &accounts)?;
    Ok(accounts)
}

async fn reset(uow: &mut dyn UnitOfWork, account: &DemoAccount, now: i64) -> Result<(), OpError> {
    let Some(mut record) = uow.account_by_login(&account.login).await? else {
        return Ok(());
    };
    record.password_hash = password::hash(&account.password)?;
    record.password_changed_at = now;
    record.must_change = false;
    record.failures = 0;
    record.locked_until = None;
    uow.push_password(record.id, &record.password_hash, now)
        .await?;
    uow.update_account(&record).await?;
    Ok(())
}

fn new_accounts() -> Result<Vec<DemoAccount>, HostError> {
    ACCOUNTS
        .into_iter()
        .map(|(login, role)| {
            Ok(DemoAccount {
                login: login.to_owned(),
                role: role.as_str().to_owned(),
                role_name: role.zh().to_owned(),
                password: new_password(login)?,
            })
        })
        .collect()
}

/// A password that no seed tells: a demo may stand on a machine that others reach.
fn new_password(login: &str) -> Result<String, HostError> {
    // None that looks like another.
    const LETTERS: &[u8; 64] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-+=%@#*";
    loop {
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random)
            .map_err(|error| HostError::Op(OpError::internal("drawing a password", error)))?;
        let password: String = random
            .iter()
            .filter_map(|byte| LETTERS.get(usize::from(byte % 64)))
            .map(|letter| char::from(*letter))
            .collect();
        if password::judge(&password, login, PasswordProfile::Dengbao).is_empty() {
            return Ok(password);
        }
    }
}
