//! What the first school has done with its photos and cards, so that no page is empty for who
//! looks around: done by the demo's own accounts, through the operations that people use.

use ekatong_core::access::Role;
use ekatong_core::dispatch::{App, Call};
use ekatong_core::error::{Code, OpError};
use ekatong_core::id::SchoolId;
use serde_json::{Value, json};

use super::{DemoAccount, portrait};

/// Orders of the batch that came back, of which the last could not be made.
const MADE: usize = 6;
/// Orders of the batch that is still open.
const OPEN: usize = 6;
/// Pupils that have a photo beside those of the batches.
const PHOTOS: usize = 15;
/// Pupils whose card holds for a while without a check.
const EXTENDED: usize = 3;

/// One of the accounts, signed in.
struct Person<'a> {
    app: &'a App,
    token: String,
}

impl<'a> Person<'a> {
    async fn of(app: &'a App, accounts: &[DemoAccount], role: Role) -> Result<Self, OpError> {
        let account = accounts
            .iter()
            .find(|account| account.role == role.as_str())
            .ok_or_else(|| OpError::internal("playing the demo", "a role has no account"))?;
        let request = json!({ "login": account.login, "password": account.password });
        let answer = app
            .dispatch(Call::local("session.signIn", request, None))
            .await?;
        Ok(Self {
            app,
            token: text(&answer, "token"),
        })
    }

    async fn does(&self, op: &str, request: Value) -> Result<Value, OpError> {
        self.app
            .dispatch(Call::local(op, request, Some(self.token.clone())))
            .await
    }

    async fn stages(&self, name: &str, bytes: &[u8]) -> Result<String, OpError> {
        let blob = self.app.stage(Some(&self.token), name, bytes).await?;
        Ok(blob.to_string())
    }

    async fn leaves(self) -> Result<(), OpError> {
        self.does("session.signOut", json!({})).await.map(drop)
    }
}

fn text(value: &Value, key: &str) -> String {
    let text = value.get(key).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

fn ids<'v>(all: impl Iterator<Item = &'v &'v Value>) -> Vec<String> {
    all.map(|one| text(one, "id")).collect()
}

fn items(answer: &Value) -> &[Value] {
    let items = answer.get("items").and_then(Value::as_array);
    items.map_or(&[], Vec::as_slice)
}

/// # Errors
/// Those of the operations: the scene is written for what `fill` makes.
pub(super) async fn play(
    app: &App,
    accounts: &[DemoAccount],
    school: SchoolId,
    seed: u64,
) -> Result<(), OpError> {
    let staff = Person::of(app, accounts, Role::SchoolStaff).await?;
    let office = Person::of(app, accounts, Role::CardOffice).await?;
    let confirmed = json!({ "filter": { "schoolId": school, "state": "confirmed" }, "limit": 100 });
    let list = office.does("order.list", confirmed).await?;
    // A replacement wants the old card, of which a new district has none.
    let orders: Vec<&Value> = items(&list)
        .iter()
        .filter(|order| text(order, "kind") == "new")
        .take(MADE + OPEN)
        .collect();
    // A small school has few: some of them are for the open batch all the same.
    let (made, open) = orders.split_at(MADE.min(orders.len() * 2 / 3));
    let missing = json!({ "schoolId": school, "missing": true, "limit": 100 });
    let without = staff.does("photo.list", missing).await?;
    let ordered: Vec<String> = orders.iter().map(|order| text(order, "pupilId")).collect();
    let others = items(&without)
        .iter()
        .filter_map(|item| Some(text(item.get("pupil")?, "id")))
        .filter(|pupil| !ordered.contains(pupil));
    let pupils: Vec<String> = ordered.iter().cloned().chain(others.take(PHOTOS)).collect();
    let seen = photos(&staff, &pupils, seed).await?;
    if seen && !made.is_empty() {
        let batch = batch(&office, made).await?;
        come_back(&office, &batch).await?;
        let delivered = ids(made.iter().take(made.len() / 2));
        staff
            .does("order.deliver", json!({ "ids": delivered }))
            .await?;
    }
    if seen && !open.is_empty() {
        batch(&office, open).await?;
    }
    if !ordered.is_empty() {
        let extended: Vec<String> = ordered.iter().take(EXTENDED).cloned().collect();
        let request = json!({ "pupilIds": extended, "reason": "读卡机升级期间先行放行" });
        office.does("extension.add", request).await?;
    }
    staff.leaves().await?;
    office.leaves().await
}

/// Gives each of these pupils a photo; false where there is no folder for photos, and so no
/// batch either: no card is made without a photo.
async fn photos(staff: &Person<'_>, pupils: &[String], seed: u64) -> Result<bool, OpError> {
    for (number, pupil) in (0_u64..).zip(pupils) {
        let photo = portrait::jpeg(seed.wrapping_add(number))?;
        let blob = staff.stages("照片.jpg", &photo).await?;
        let request = json!({ "pupilId": pupil, "blobId": blob });
        match staff.does("photo.replace", request).await {
            Err(error) if error.has(Code::PhotoNoFolder) => return Ok(false),
            kept => drop(kept?),
        }
    }
    Ok(true)
}

/// Puts orders into a batch; its id.
async fn batch(office: &Person<'_>, orders: &[&Value]) -> Result<String, OpError> {
    let request = json!({ "ids": ids(orders.iter()) });
    let made = office.does("batch.create", request).await?;
    Ok(made
        .get("batch")
        .map(|batch| text(batch, "id"))
        .unwrap_or_default())
}

/// Hands a batch over, and takes what came back: cards for all but the last line.
async fn come_back(office: &Person<'_>, batch: &str) -> Result<(), OpError> {
    office.does("batch.export", json!({ "id": batch })).await?;
    let lines = office.does("batch.lines", json!({ "id": batch })).await?;
    let lines = items(&lines);
    let mut file = String::from("制卡编号,卡号,制卡结果,失败原因\r\n");
    for (number, line) in (1..).zip(lines) {
        let no = text(line, "lineNo");
        let row = if number == lines.len() && lines.len() > 1 {
            format!("{no},,失败,芯片写入失败\r\n")
        } else {
            format!("{no},E{:010},成功,\r\n", 2_608_000_000 + number)
        };
        file.push_str(&row);
    }
    let blob = office.stages("制卡结果.csv", file.as_bytes()).await?;
    let request = json!({ "id": batch, "blobId": blob, "fileName": "制卡结果.csv" });
    office.does("batch.return", request).await.map(drop)
}
