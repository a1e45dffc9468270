//! A PostgreSQL of the tests' own.
//!
//! The first test that asks starts a private cluster (Debian's PostgreSQL, a free
//! port on loopback, a temporary folder); every other test, in this process or in
//! another, uses the same one, each with a database of its own. A watchdog stops
//! and removes the cluster a few seconds after the last process that used it has
//! ended, however it ended: processes hold a shared lock on a file, and the
//! watchdog waits until it can have the file for itself.
//!
//! `EKATONG_TEST_POSTGRES` names a running server instead, by the address of a
//! database from which others may be created.
//!
//! A server that cannot be started fails the test. It is never skipped: half of
//! what the store promises would go unchecked without a word.

use std::fs::{self, File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use uuid::Uuid;

/// Names a running server to use instead of a private one.
const SERVER: &str = "EKATONG_TEST_POSTGRES";

/// A cluster is made and started in about two seconds; a busy machine takes longer.
const START: Duration = Duration::from_secs(90);

/// Where Debian keeps the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Starts the cluster, then waits for its last user. Its arguments: folder, file
/// locked by the users, file locked by this watchdog, folder of the programs,
/// port, and what to put before a program that must not run as root.
const WATCHDOG: &str = r#"
set -u
dir=$1 users=$2 mine=$3 bin=$4 port=$5; shift 5
exec 8<>"$mine"; flock -w 10 -x 8 || exit 0
exec 9<>"$users"
cd /
# A server whose watchdog was killed is watched again; others may be using it.
server=''
if [ -f "$dir/data/postmaster.pid" ]; then
  old=$(head -n 1 "$dir/data/postmaster.pid")
  if tr '\0' ' ' 2>/dev/null <"/proc/$old/cmdline" | grep -qF "$dir"; then server=$old; fi
fi
if [ -z "$server" ]; then
  rm -rf "$dir"
  mkdir -m 700 "$dir"
  head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$dir/password"
  [ $# -eq 0 ] || chown -R postgres: "$dir"
  "$@" "$bin/initdb" -D "$dir/data" -U ekatong --pwfile="$dir/password" --auth=password \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 8>&- 9>&- || { : >"$dir/failed"; exit 1; }
  "$@" "$bin/postgres" -D "$dir/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 \
    -c max_connections=300 -c shared_buffers=128MB -c jit=off -c timezone=UTC -c log_min_messages=warning \
    >"$dir/postgres.log" 2>&1 8>&- 9>&- &
  server=$!
  echo "$port" >"$dir/port.new"; mv "$dir/port.new" "$dir/port"
fi
# Idle three times in a row: between two test programs nobody uses it for a moment.
# Its children must not keep the locks when it is killed.
idle=0
while kill -0 "$server" 2>/dev/null; do
  sleep 2 8>&- 9>&-
  if flock -n -x 9; then
    idle=$((idle + 1))
    [ "$idle" -lt 3 ] || break
    flock -u 9
  else
    idle=0
  fi
done
# A server that ended by itself leaves its log for the test to show.
kill -INT "$server" 2>/dev/null || { : >"$dir/failed"; exit 1; }
wait "$server" 2>/dev/null
while kill -0 "$server" 2>/dev/null; do sleep 0.1; done
rm -rf "$dir"
"#;

/// A server and how to reach it.
struct Server {
    /// Address up to the database's name, with the slash.
    base: String,
    /// What follows the database's name.
    options: String,
    /// Database from which others are created.
    maintenance: String,
    /// Held until the process ends: tells the watchdog that somebody is here.
    _user: Option<File>,
}

impl Server {
    fn url(&self, database: &str) -> String {
        format!("{}{database}{}", self.base, self.options)
    }

    async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url(&self.maintenance))
            .await
            .expect("the tests' PostgreSQL refuses a connection")
    }
}

/// A database of one test; dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    /// Address for `sqlx` and for `--database`.
    pub url: String,
    name: String,
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let name = std::mem::take(&mut self.name);
        // On a thread of its own: a drop cannot wait inside the test's runtime.
        let done = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let server = server();
                let mut connection =
                    PgConnection::connect(&server.url(&server.maintenance)).await?;
                execute(
                    &mut connection,
                    format!(r#"DROP DATABASE IF EXISTS "{name}" WITH (FORCE)"#),
                )
                .await?;
                connection.close().await
            })
        });
        // A server that has gone takes its databases with it.
        drop(done.join());
    }
}

async fn execute(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    connection.execute(AssertSqlSafe(sql)).await.map(drop)
}

/// An empty database for one test.
pub async fn database() -> TestDatabase {
    create("template0").await
}

/// A database for one test, copied from a template that `prepare` fills once for
/// all tests. It gets the address of an empty database. `key` names the template:
/// letters, digits and `_`, and different when `prepare` does something different
/// (a hash of the migrations, for example), as a cluster outlives a short pause
/// between two runs.
///
/// # Panics
/// When the server cannot be started or `prepare` fails.
pub async fn database_from<E: std::fmt::Debug>(
    key: &str,
    prepare: impl AsyncFnOnce(String) -> Result<(), E>,
) -> TestDatabase {
    let template = format!("template_{key}");
    let server = server();
    let mut connection = server.connect().await;
    if !exists(&mut connection, &template).await {
        // One process prepares, the others wait for it.
        execute(&mut connection, "SELECT pg_advisory_lock(7305)".to_owned())
            .await
            .expect("waiting for another test's template");
        if !exists(&mut connection, &template).await {
            let draft = format!("draft_{}", Uuid::now_v7().simple());
            execute(
                &mut connection,
                format!(r#"CREATE DATABASE "{draft}" TEMPLATE template0"#),
            )
            .await
            .expect("creating a template");
            prepare(server.url(&draft))
                .await
                .expect("filling a template");
            for sql in [
                // A pool that is closing may hold its connections for a moment.
                format!(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{draft}'"
                ),
                format!(r#"ALTER DATABASE "{draft}" RENAME TO "{template}""#),
            ] {
                execute(&mut connection, sql)
                    .await
                    .expect("naming a template");
            }
        }
    }
    connection.close().await.ok();
    create(&template).await
}

/// A database for one test that holds what another one holds. Nobody may be
/// connected to that one; the server waits for those who are just leaving.
pub async fn copy_of(database: &TestDatabase) -> TestDatabase {
    create(&database.name).await
}

async fn exists(connection: &mut PgConnection, database: &str) -> bool {
    sqlx::query("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind(database)
        .fetch_optional(connection)
        .await
        .expect("looking for a template")
        .is_some()
}

async fn create(template: &str) -> TestDatabase {
    let name = format!("test_{}", Uuid::now_v7().simple());
    let server = server();
    let mut connection = server.connect().await;
    execute(
        &mut connection,
        format!(r#"CREATE DATABASE "{name}" TEMPLATE "{template}""#),
    )
    .await
    .expect("creating a test's database");
    connection.close().await.ok();
    TestDatabase {
        url: server.url(&name),
        name,
    }
}

fn server() -> &'static Server {
    static SERVER_OF_THIS_PROCESS: OnceLock<Server> = OnceLock::new();
    SERVER_OF_THIS_PROCESS.get_or_init(|| {
        let named = std::env::var(SERVER).ok().filter(|url| !url.is_empty());
        named.map_or_else(private, |url| running(&url))
    })
}

/// A server somebody else runs.
fn running(url: &str) -> Server {
    let (address, options) = match url.find('?') {
        Some(at) => url.split_at(at),
        None => (url, ""),
    };
    let slash = address
        .rfind('/')
        .filter(|at| address.get(..*at).is_some_and(|host| host.contains("//")))
        .unwrap_or_else(|| panic!("{SERVER} must end in the name of a database: {url}"));
    let (base, maintenance) = address.split_at(slash + 1);
    Server {
        base: base.to_owned(),
        options: options.to_owned(),
        maintenance: maintenance.to_owned(),
        _user: None,
    }
}

/// The private server, started unless another process has done so.
fn private() -> Server {
    let uid = fs::metadata("/proc/self").expect("reading /proc").uid();
    // One cluster a person and checkout. Not inside the checkout: root's folders are
    // closed to the user `postgres`.
    let mut checkout = DefaultHasher::new();
    env!("CARGO_MANIFEST_DIR").hash(&mut checkout);
    let checkout = checkout.finish();
    let dir = std::env::temp_dir().join(format!("ekatong-postgres-{uid}-{checkout:016x}"));
    let users = dir.with_extension("users");
    let watchdog = dir.with_extension("watchdog");

    // One process starts it, the others wait here.
    let starting = open(&dir.with_extension("starting"));
    starting.lock().expect("locking the start");
    let user = open(&users);
    // Waits for a watchdog that is just removing the cluster.
    user.lock_shared().expect("locking the cluster");

    if watched(&watchdog) && ready(&dir) {
        return reach(&dir, user);
    }
    let programs = programs();
    for _ in 0..3 {
        // What an earlier start left would be taken for this one's.
        fs::remove_file(dir.join("failed")).ok();
        let mut command = Command::new("setsid");
        command
            .args(["--fork", "bash", "-c", WATCHDOG, "ekatong-postgres"])
            .args([&dir, &users, &watchdog, &programs])
            .arg(free_port().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if uid == 0 {
            command.args([
                "setpriv",
                "--reuid=postgres",
                "--regid=postgres",
                "--clear-groups",
            ]);
        }
        let started = command.status();
        assert!(
            started
                .as_ref()
                .is_ok_and(std::process::ExitStatus::success),
            "the watchdog of the tests' PostgreSQL does not start: {started:?}"
        );
        if answers(&dir) {
            return reach(&dir, user);
        }
    }
    let log = |name| fs::read_to_string(dir.join(name)).unwrap_or_default();
    panic!(
        "the tests' PostgreSQL does not start in {}:\n{}{}",
        dir.display(),
        log("initdb.log"),
        log("postgres.log")
    );
}

fn reach(dir: &Path, user: File) -> Server {
    let read = |name: &str| {
        fs::read_to_string(dir.join(name))
            .unwrap_or_else(|error| panic!("{name} of the tests' PostgreSQL: {error}"))
    };
    let (password, port) = (read("password"), read("port"));
    Server {
        base: format!(
            "postgres://ekatong:{}@127.0.0.1:{}/",
            password.trim(),
            port.trim()
        ),
        options: String::new(),
        maintenance: "postgres".to_owned(),
        _user: Some(user),
    }
}

/// Waits until the server says it is ready. False when it ended, as when another
/// program took the port meanwhile.
fn answers(dir: &Path) -> bool {
    let until = Instant::now() + START;
    while Instant::now() < until {
        if ready(dir) {
            return true;
        }
        if dir.join("failed").exists() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(30));
    }
    false
}

/// True when the server of this folder runs and takes connections.
fn ready(dir: &Path) -> bool {
    // The server writes its process, and later its state, into this file; a killed
    // one leaves the file behind.
    let state = fs::read_to_string(dir.join("data/postmaster.pid")).unwrap_or_default();
    let process = state.lines().next().unwrap_or_default();
    let command = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
    dir.join("port").exists()
        && command.contains(&dir.display().to_string())
        && state.lines().any(|line| line.trim() == "ready")
}

/// True while a watchdog looks after the cluster.
fn watched(watchdog: &Path) -> bool {
    matches!(open(watchdog).try_lock(), Err(TryLockError::WouldBlock))
}

fn open(path: &Path) -> File {
    File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}

/// The folder of the newest PostgreSQL of this machine.
fn programs() -> PathBuf {
    let versions = match fs::read_dir(DEBIAN) {
        Ok(versions) => versions,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            panic!("PostgreSQL is not installed: run `make system-packages`, or set {SERVER}")
        }
        Err(error) => panic!("{DEBIAN}: {error}"),
    };
    versions
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists() && bin.join("postgres").exists())
        .max_by_key(|bin| {
            bin.parent()
                .and_then(Path::file_name)
                .and_then(|version| version.to_str()?.parse::<u32>().ok())
        })
        .unwrap_or_else(|| {
            panic!(
                "no PostgreSQL server under {DEBIAN}: run `make system-packages`, or set {SERVER}"
            )
        })
}
