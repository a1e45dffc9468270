//! Runs the program in a place of its own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use ekatong_tests::postgres::{self, TestDatabase};
use serde_json::Value;
use tempfile::TempDir;

/// Code of the school of most tests, and its name.
pub(crate) const SCHOOL: &str = "3132050001";
pub(crate) const SCHOOL_NAME: &str = "姑苏云杉初级中学";
/// Password of the first city admin.
pub(crate) const ADMIN: &str = "Tree-house7x";
/// Password of all others.
pub(crate) const OTHERS: &str = "Paper-boat8y";

/// Passphrase of a place without a keyring.
pub(crate) const PASSPHRASE: &str = "correct horse battery";

/// A place and how the program is run in it.
pub(crate) struct Program {
    temp: TempDir,
    database: Option<TestDatabase>,
    keyring: Option<PathBuf>,
    env: Vec<(String, String)>,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Program {
    /// In a folder, with a passphrase and without a keyring.
    pub(crate) fn sqlite() -> Self {
        Self {
            temp: TempDir::new().unwrap(),
            database: None,
            keyring: None,
            env: Vec::new(),
        }
        .with("EKATONG_PASSPHRASE", PASSPHRASE)
    }

    /// On PostgreSQL, else the same.
    pub(crate) async fn postgres() -> Self {
        Self {
            database: Some(postgres::database().await),
            ..Self::sqlite()
        }
    }

    /// In a folder, with the keyring of a user whose home is a folder of this name.
    pub(crate) fn keyring(user: &str) -> Self {
        let mut program = Self {
            temp: TempDir::new().unwrap(),
            database: None,
            keyring: None,
            env: Vec::new(),
        };
        program.be(Some(user));
        program
    }

    /// The database on PostgreSQL, if it is there.
    pub(crate) fn database(&self) -> Option<&TestDatabase> {
        self.database.as_ref()
    }

    /// Goes on with another database on PostgreSQL.
    pub(crate) fn use_database(&mut self, database: TestDatabase) {
        self.database = Some(database);
    }

    /// Becomes another user of the system, or one without a keyring.
    pub(crate) fn be(&mut self, user: Option<&str>) {
        self.keyring = user.map(|user| self.path(user));
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.env.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn unset(&mut self, name: &str) {
        self.env.retain(|(own, _)| own != name);
    }

    /// A path in the test's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Runs as nobody in particular.
    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        self.go(&[], arguments, "")
    }

    /// Runs as somebody; `admin` has a password of its own.
    pub(crate) fn by(&self, login: &str, arguments: &[&str]) -> Done {
        let password = if login == "admin" { ADMIN } else { OTHERS };
        self.run_as(Some((login, password)), arguments, "")
    }

    /// Runs as somebody with a password, with something on standard input.
    pub(crate) fn run_as(
        &self,
        who: Option<(&str, &str)>,
        arguments: &[&str],
        input: &str,
    ) -> Done {
        match who {
            Some((login, password)) => self.go(
                &[("EKATONG_PASSWORD", password)],
                &[&["--as", login], arguments].concat(),
                input,
            ),
            None => self.go(&[], arguments, input),
        }
    }

    /// Runs with a password in the environment and nobody named.
    pub(crate) fn run_with_password(&self, password: &str, arguments: &[&str]) -> Done {
        self.go(&[("EKATONG_PASSWORD", password)], arguments, "")
    }

    /// Runs as the admin with somebody's first password in `FIRST`.
    pub(crate) fn with_first_password(&self, first: &str, arguments: &[&str]) -> Done {
        let arguments = [&["--as", "admin"], arguments].concat();
        self.go(
            &[("EKATONG_PASSWORD", ADMIN), ("FIRST", first)],
            &arguments,
            "",
        )
    }

    /// Runs with JSON, which must succeed.
    pub(crate) fn json(&self, login: &str, arguments: &[&str]) -> Value {
        let done = self.by(login, &[&["--json"], arguments].concat());
        assert_eq!(done.code, 0, "{arguments:?}: {done:?}");
        done.json()
    }

    /// Starts as the admin, with its answer to be read and nothing on standard input.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(
            &[("EKATONG_PASSWORD", ADMIN)],
            &[&["--json", "--as", "admin"], arguments].concat(),
        )
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts")
    }

    fn go(&self, environment: &[(&str, &str)], arguments: &[&str], input: &str) -> Done {
        let mut child = self
            .command(environment, arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
        Done::from(child.wait_with_output().unwrap())
    }

    fn command(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_ekatong");
        let mut command = match &self.keyring {
            None => Command::new(program),
            Some(_) => {
                let mut command = Command::new("dbus-run-session");
                command.args([
                    "--",
                    "bash",
                    "-c",
                    "printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec \"$@\"",
                    "_",
                    program,
                ]);
                command
            }
        };
        for (name, _) in std::env::vars() {
            if name.starts_with("EKATONG_") || name.starts_with("RUST_") || name.starts_with("PG") {
                command.env_remove(name);
            }
        }
        command
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env("EKATONG_DATA", self.data());
        let home = self.keyring.clone().unwrap_or_else(|| self.path("nobody"));
        std::fs::create_dir_all(&home).unwrap();
        command
            .env("HOME", &home)
            .env("XDG_DATA_HOME", home.join("share"))
            .env("XDG_RUNTIME_DIR", &home);
        if let Some(database) = &self.database {
            command
                .env("EKATONG_DATABASE", &database.url)
                .env_remove("EKATONG_DATA");
        }
        command
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .envs(environment.iter().copied())
            .args(arguments);
        command
    }

    /// Makes the place with two districts; the recovery code.
    pub(crate) fn init(&self) -> String {
        let arguments = [
            "init",
            "--json",
            "--district",
            "320508=姑苏区",
            "--district",
            "320505=虎丘区",
            "--admin",
            "admin",
            "--school-year",
            "2026-2027",
        ];
        let done = self.run_with_password(ADMIN, &arguments);
        assert_eq!(done.code, 0, "{done:?}");
        done.json()["recoveryCode"].as_str().unwrap().to_owned()
    }

    /// Adds a junior school.
    pub(crate) fn add_school(&self, code: &str, name: &str, district: &str) -> Value {
        let command = [
            "school",
            "add",
            code,
            name,
            "--kind",
            "311",
            "--district",
            district,
        ];
        self.json("admin", &command)
    }

    /// Adds a school's ladder, and classes of its seventh grade.
    pub(crate) fn add_classes(&self, school: &str, numbers: &str) {
        self.json("admin", &["grade", "ladder", "--school", school]);
        let command = [
            "class",
            "add",
            "--school",
            school,
            "--grade",
            "7",
            "--numbers",
            numbers,
        ];
        self.json("admin", &command);
    }

    /// Adds an account without a forced change.
    pub(crate) fn add_user(&self, login: &str, arguments: &[&str]) {
        let done = self.with_first_password(
            OTHERS,
            &[
                &["user", "add", login],
                arguments,
                &["--initial-password-env", "FIRST", "--no-forced-change"],
            ]
            .concat(),
        );
        assert_eq!(done.code, 0, "{login}: {done:?}");
    }
}

impl Done {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Code of the first problem of a JSON answer.
    pub(crate) fn problem(&self) -> String {
        self.json()["problems"][0]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Every file below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all
}

/// Ids of what a list holds.
pub(crate) fn ids(list: &Value) -> Vec<String> {
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}
