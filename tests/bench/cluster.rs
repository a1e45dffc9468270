//! A PostgreSQL of the benchmarks' own, whose databases are kept from run to run.
//!
//! Debian's programs, a folder beside the other generated data, a free port on
//! loopback, the settings a new cluster has; only making the data does without
//! `fsync`. `EKATONG_TEST_POSTGRES` names a running server instead.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// A running server; stopped with this value.
pub(crate) struct Cluster {
    base: String,
    maintenance: String,
    server: Option<Child>,
}

impl Cluster {
    /// Starts the server, making it first if need be.
    ///
    /// # Panics
    /// When PostgreSQL is missing or its user may not enter the folder.
    pub(crate) async fn start(data: &Path) -> Self {
        if let Some(url) = std::env::var("EKATONG_TEST_POSTGRES")
            .ok()
            .filter(|url| !url.is_empty())
        {
            let (base, maintenance) = url
                .rsplit_once('/')
                .expect("an address ending in a database");
            return Self {
                base: format!("{base}/"),
                maintenance: maintenance.to_owned(),
                server: None,
            };
        }
        let folder = data.join("postgres");
        let programs = programs();
        let as_root = std::fs::metadata("/proc/self")
            .expect("reading /proc")
            .uid()
            == 0;
        std::fs::create_dir_all(&folder).expect("a folder for the cluster");
        if as_root {
            let owned = Command::new("chown").arg("postgres:").arg(&folder).status();
            assert!(
                owned.is_ok_and(|status| status.success()),
                "there is no user postgres"
            );
        }
        let program = |name: &str| {
            let mut command = if as_root {
                let mut command = Command::new("setpriv");
                command
                    .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
                    .arg(programs.join(name));
                command
            } else {
                Command::new(programs.join(name))
            };
            command
                .current_dir("/")
                .stdin(Stdio::null())
                .stdout(Stdio::null());
            command
        };
        let cluster = folder.join("data");
        if !cluster.join("PG_VERSION").exists() {
            let made = program("initdb")
                .arg("-D")
                .arg(&cluster)
                .args([
                    "-U",
                    "ekatong",
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                ])
                .status();
            assert!(
                made.is_ok_and(|status| status.success()),
                "initdb fails in {}: may the user postgres enter it?",
                folder.display()
            );
        }
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let log = std::fs::File::create(folder.join("postgres.log")).expect("a log");
        let server = program("postgres")
            .arg("-D")
            .arg(&cluster)
            .args(["-p", &port.to_string()])
            .args([
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
            ])
            .args(["-c", "fsync=off", "-c", "max_wal_size=8GB"])
            .stderr(log)
            .spawn()
            .expect("starting PostgreSQL");
        let this = Self {
            base: format!("postgres://ekatong@127.0.0.1:{port}/"),
            maintenance: "postgres".to_owned(),
            server: Some(server),
        };
        let until = Instant::now() + Duration::from_secs(60);
        while PgConnection::connect(&this.url(&this.maintenance))
            .await
            .is_err()
        {
            assert!(
                Instant::now() < until,
                "PostgreSQL does not start: {}",
                folder.display()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        this
    }

    /// Address of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("{}{database}", self.base)
    }

    /// Whether a database is there.
    pub(crate) async fn has(&self, database: &str) -> bool {
        let mut connection = self.connect().await;
        let found = sqlx::query("SELECT 1 FROM pg_database WHERE datname = $1")
            .bind(database)
            .fetch_optional(&mut connection)
            .await
            .expect("looking for a database");
        found.is_some()
    }

    /// Runs SQL outside any database of the benchmarks.
    pub(crate) async fn run(&self, sql: &str) {
        let mut connection = self.connect().await;
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url(&self.maintenance))
            .await
            .expect("the benchmarks' PostgreSQL refuses a connection")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            // `setpriv` became the server, so this is its process.
            let id = i32::try_from(server.id())
                .ok()
                .and_then(rustix::process::Pid::from_raw);
            if let Some(id) = id {
                rustix::process::kill_process(id, rustix::process::Signal::INT).ok();
            }
            server.wait().ok();
        }
    }
}

fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL is not installed: run `make system-packages`");
    versions
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("bin"))
        .filter(|folder| folder.join("initdb").exists())
        .max()
        .expect("a PostgreSQL server")
}
