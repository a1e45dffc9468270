//! A data folder for one test, filled through the operations, and the window on it.

use std::path::Path;
use std::sync::Arc;

use ekatong_core::dispatch::Call;
use ekatong_core::ports::{Progress, Quiet};
use ekatong_host::demo::{self, DemoAccount, DemoOptions};
use ekatong_host::{InitDistrict, InitRequest, LocalHost, OpenOptions, PASSPHRASE, Place};
use ekatong_tests::window::{Launch, Window};
use ekatong_tests::workbook::{Child, child, new_pupils};
use serde_json::{Value, json};
use tempfile::TempDir;
use zeroize::Zeroizing;

/// Password of every account here.
pub(crate) const PASSWORD: &str = "Wutong-shu-7";
/// Opens the data: there is no keyring where tests run.
pub(crate) const SECRET: &str = "wutong shu xia";

/// A data folder and, while it is filled, its host.
pub(crate) struct World {
    folder: TempDir,
    host: LocalHost,
    token: String,
}

fn place(folder: &Path) -> Place {
    Place::choose(Some(folder.to_owned()), None).expect("a place")
}

impl World {
    /// Two districts and the city's admin `city`.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("ekatong-")
            .tempdir()
            .expect("a data folder");
        let district = |code: &str, name: &str| InitDistrict {
            code: code.to_owned(),
            name: name.to_owned(),
        };
        let request = InitRequest {
            districts: vec![district("320508", "姑苏区"), district("320505", "虎丘区")],
            login: "city".to_owned(),
            display_name: "顾明".to_owned(),
            password: PASSWORD.to_owned(),
            school_year: Some("2026-2027".to_owned()),
            passphrase: Some(SECRET.to_owned()),
        };
        let made = LocalHost::init(&place(folder.path()), request)
            .await
            .expect("new data");
        let mut world = Self {
            folder,
            host: made.host,
            token: String::new(),
        };
        world.become_("city").await;
        world
    }

    /// From here on the operations are called as this person.
    pub(crate) async fn become_(&mut self, login: &str) {
        let request = json!({ "login": login, "password": PASSWORD });
        let call = Call::local("session.signIn", request, None);
        let answer = self.host.app.dispatch(call).await.expect("signing in");
        self.token = answer["token"].as_str().expect("a token").to_owned();
    }

    /// Runs one operation that must succeed.
    pub(crate) async fn done(&self, op: &str, payload: Value) -> Value {
        let call = Call::local(op, payload, Some(self.token.clone()));
        match self.host.app.dispatch(call).await {
            Ok(answer) => answer,
            Err(error) => panic!("{op}: {error:?}"),
        }
    }

    /// A school of 320508 with its whole ladder; its id.
    pub(crate) async fn school(&self, code: &str, name: &str, kind: &str) -> String {
        let request = json!({ "district": "320508", "code": code, "name": name, "kind": kind });
        let answer = self.done("school.create", request).await;
        let id = answer["school"]["id"].as_str().expect("an id").to_owned();
        self.done("grade.createLadder", json!({ "schoolIds": [id] }))
            .await;
        id
    }

    /// Classes of one grade of a school.
    pub(crate) async fn classes(&self, school: &str, grade: u64, numbers: &[u8]) {
        let grades = self.done("grade.list", json!({ "schoolId": school })).await;
        let grades = grades["items"].as_array().expect("grades");
        let grade = grades
            .iter()
            .find(|each| each["number"] == grade)
            .expect("the grade");
        self.done(
            "class.create",
            json!({ "gradeId": grade["id"], "numbers": numbers }),
        )
        .await;
    }

    /// An account with one role that signs in with [`PASSWORD`] and need not change it.
    pub(crate) async fn account(&self, login: &str, name: &str, grant: Value) {
        let request = json!({
            "login": login, "displayName": name, "password": PASSWORD, "grants": [grant], "forcedChange": false,
        });
        self.done("account.create", request).await;
    }

    /// Pupils of grade 7, put in by an import; its id.
    pub(crate) async fn pupils(&self, school: &str, first: usize, count: usize) -> String {
        let rows: Vec<_> = (first..first + count)
            .map(|n| child(n, 7, 1 + n % 3))
            .collect();
        self.enter(school, &rows).await
    }

    /// Photos of these pupils of grade 7.
    pub(crate) async fn photos(&self, school: &str, first: usize, count: usize) {
        let token = Some(self.token.as_str());
        let pack = ekatong_tests::photos::pack(first, count);
        let blob = self
            .host
            .app
            .stage(token, "照片.zip", &pack)
            .await
            .expect("staging");
        let request = json!({ "schoolId": school, "blobIds": [blob], "source": "照片" });
        let batch = self.done("photo.preview", request).await["id"].clone();
        self.done("photo.import", json!({ "batchId": batch, "take": [] }))
            .await;
    }

    /// Pupils as they stand in the rows of a workbook, put in by an import; its id.
    pub(crate) async fn enter(&self, school: &str, rows: &[Child]) -> String {
        let bytes = new_pupils(rows);
        let token = Some(self.token.as_str());
        let blob = self
            .host
            .app
            .stage(token, "新生.xlsx", &bytes)
            .await
            .expect("staging");
        let request = json!({ "schoolId": school, "blobId": blob, "fileName": "新生.xlsx" });
        let import = self.done("import.preview", request).await["id"].clone();
        self.done(
            "import.commit",
            json!({ "importId": import, "mode": "all" }),
        )
        .await;
        import.as_str().expect("an id").to_owned()
    }

    /// Lets go of the data, so that the window alone has it.
    pub(crate) async fn close(self) -> Data {
        self.host.close().await;
        Data {
            folder: self.folder,
        }
    }
}

/// A data folder that nothing has open.
pub(crate) struct Data {
    folder: TempDir,
}

impl Data {
    /// Runs SQL past the program, for what an older one or a hand would have left.
    pub(crate) async fn raw(&self, sql: &'static str) {
        use sqlx::{Connection as _, Executor as _};
        let path = self.folder.path().join("ekatong.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        let mut connection = sqlx::SqliteConnection::connect_with(&options)
            .await
            .expect("the database");
        connection.execute(sql).await.expect("a statement");
        connection.close().await.expect("closing");
    }

    /// A window on it.
    pub(crate) fn launch(&self) -> Launch {
        Launch::new(self.folder.path()).env(PASSPHRASE, SECRET)
    }

    /// A window on it with this person signed in.
    pub(crate) async fn window(&self, login: &str) -> Window {
        let window = self.launch().open().await;
        sign_in(&window, login, PASSWORD).await;
        window
    }

    /// Opens it again beside no window, as this person.
    pub(crate) async fn reopen(self, login: &str) -> World {
        let options = OpenOptions {
            place: place(self.folder.path()),
            passphrase: Some(Zeroizing::new(SECRET.to_owned())),
            recovery: None,
            remember: false,
        };
        let host = LocalHost::open(options).await.expect("opening the data");
        let mut world = World {
            folder: self.folder,
            host,
            token: String::new(),
        };
        world.become_(login).await;
        world
    }
}

/// A junior school with so many pupils in three classes, its staff `school`, the district's `district`, and `card`.
pub(crate) async fn junior_school(pupils: usize) -> Data {
    let world = World::new().await;
    let school = world.school("3132000101", "平江中学", "311").await;
    world.classes(&school, 7, &[1, 2, 3]).await;
    world.pupils(&school, 0, pupils).await;
    for (login, name, grant) in [
        (
            "school",
            "徐蕾",
            json!({ "role": "school_staff", "district": "320508", "schoolId": school }),
        ),
        (
            "district",
            "周敏",
            json!({ "role": "district_admin", "district": "320508" }),
        ),
        (
            "card",
            "陈默",
            json!({ "role": "card_office", "district": "320508" }),
        ),
    ] {
        world.account(login, name, grant).await;
    }
    world.close().await
}

/// Sample districts as `ekatong demo` makes them, and their accounts.
pub(crate) async fn demo() -> (Data, Vec<DemoAccount>) {
    let folder = tempfile::Builder::new()
        .prefix("ekatong-")
        .tempdir()
        .expect("a data folder");
    let options = DemoOptions {
        schools: Some(14),
        pupils: Some(1500),
        orders: Some(600),
        seed: None,
    };
    let made = demo::demo(
        &place(folder.path()),
        options,
        Some(Zeroizing::new(SECRET.to_owned())),
        Arc::new(Quiet) as Arc<dyn Progress>,
    )
    .await
    .expect("a demo");
    (Data { folder }, made.accounts)
}

/// The selector of a test hook.
pub(crate) fn id(name: &str) -> String {
    format!("[data-testid=\"{name}\"]")
}

/// Signs in and waits for the first page.
pub(crate) async fn sign_in(window: &Window, login: &str, password: &str) {
    window.fill(&id("sign-in-login"), login).await;
    window.fill(&id("sign-in-password"), password).await;
    window.click(&id("sign-in-submit")).await;
    window.find(&id("page-home")).await;
}

/// Signs out and waits for the sign-in page.
pub(crate) async fn sign_out(window: &Window) {
    window.click(&id("person")).await;
    window.click(&id("person-sign-out")).await;
    window.find(&id("sign-in-login")).await;
}

/// Clicks a menu entry and waits for its page.
pub(crate) async fn menu(window: &Window, key: &str) {
    window.click(&id(&format!("menu-{key}"))).await;
    window.find(&id(&format!("page-{key}"))).await;
}

/// The keys of the menu, from top to bottom.
pub(crate) async fn menu_keys(window: &Window) -> Vec<String> {
    let script = "return [...document.querySelectorAll('[data-testid^=menu-]')]
        .map(e => e.dataset.testid.slice(5)).filter(k => k !== 'fold')";
    let keys = window.run(script, vec![]).await;
    serde_json::from_value(keys).expect("a list")
}

/// Opens an address of the pages.
pub(crate) async fn go(window: &Window, hash: &str) {
    window
        .run("location.hash = arguments[0]", vec![hash.into()])
        .await;
}

/// Chooses an entry of a select or a tree by its text.
pub(crate) async fn choose(window: &Window, select: &str, entry: &str) {
    window.click(&id(select)).await;
    let script = "const entry = [...document.querySelectorAll(
            '.ant-select-dropdown:not(.ant-select-dropdown-hidden) :is(.ant-select-item-option-content, .ant-select-tree-title)')]
        .find(e => e.textContent.trim() === arguments[0]);
        if (!entry) return false;
        entry.click();
        return true;";
    window
        .wait_for(format!("{entry} can be chosen"), async || {
            window.run(script, vec![entry.into()]).await == true
        })
        .await;
}
