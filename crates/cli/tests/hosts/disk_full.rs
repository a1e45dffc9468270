//! A disk that is really full: a small file system in memory.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use ekatong_core::dispatch::Call;
use ekatong_core::error::Code;
use ekatong_host::{Folder, LocalHost, OpenOptions, Place};
use ekatong_store::Engine;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::program::{ADMIN, Done, PASSPHRASE, SCHOOL};
use crate::stand::{Beside, OnRecord, Stand, commit, copy_folder, preview, strs};

const ROWS: usize = 2000;
const PUPILS: i64 = 2000;

/// Says that the process has mounts of its own, so that nobody else sees what it mounts.
const OWN_MOUNTS: &str = "EKATONG_TEST_OWN_MOUNTS";

/// A small file system in memory.
struct Disk {
    root: PathBuf,
}

impl Disk {
    fn mount(root: PathBuf) -> Self {
        fs::create_dir_all(&root).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64m,mode=700", "tmpfs"])
            .arg(&root)
            .status()
            .unwrap();
        assert!(mounted.success(), "mounting a file system in memory");
        Self { root }
    }

    /// Leaves so many bytes free.
    fn fill(&self, free: u64) {
        let filler = self.root.join("filler");
        let mut file = File::create(&filler).unwrap();
        let mebibyte = vec![0; 1 << 20];
        while file.write_all(&mebibyte).is_ok() {}
        let length = file.metadata().unwrap().len();
        file.set_len(length - free).unwrap();
    }

    fn free(&self) {
        fs::remove_file(self.root.join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // The folder below it can only be removed without it.
        Command::new("umount")
            .arg("--lazy")
            .arg(&self.root)
            .status()
            .ok();
    }
}

fn refused(done: &Done) {
    assert_eq!(
        (done.code, done.problem().as_str()),
        (3, "storage.full"),
        "{done:?}"
    );
    let message = done.json()["problems"][0]["message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(message, "磁盘空间不足，未写入任何数据，请腾出空间后重试。");
}

#[test]
fn a_full_disk_is_told_and_nothing_is_half_written() {
    // Mounting needs no rights on the machine where a process may have mounts of its own.
    let own: Option<&[&str]> = [&["--mount"][..], &["--map-root-user", "--mount"]]
        .into_iter()
        .find(|own| {
            let tried = Command::new("unshare").args(*own).arg("true").output();
            tried.is_ok_and(|tried| tried.status.success())
        });
    let Some(own) = own else {
        // Some containers let nobody.
        assert!(
            std::env::var_os("CI").is_none(),
            "unshare --mount is not allowed here"
        );
        println!("not checked: unshare --mount is not allowed here");
        return;
    };
    let inside = Command::new("unshare")
        .args(own)
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "--ignored",
            "--nocapture",
            "disk_full::on_a_small_disk",
        ])
        .env(OWN_MOUNTS, "1")
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&inside.stdout),
        String::from_utf8_lossy(&inside.stderr),
    );
    assert!(
        inside.status.success() && out.contains("1 passed"),
        "{out}\n{err}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the test above runs it, with mounts of its own"]
async fn on_a_small_disk() {
    assert!(
        std::env::var_os(OWN_MOUNTS).is_some(),
        "it would mount on everybody's file system"
    );
    let mut stand = Stand::new(Engine::Sqlite).await;
    let import = Uuid::now_v7();
    let file = stand.file("新生.xlsx", 0..ROWS);
    stand.preview(&file, SCHOOL, import, ROWS);
    let other = stand.file("又一批.xlsx", ROWS..2 * ROWS);
    let disk = Disk::mount(stand.program.path("small"));
    let data = disk.root.join("data");
    copy_folder(&stand.program.data(), &data);
    stand.program.set("EKATONG_DATA", data.to_str().unwrap());
    let on_record = async |import| {
        Beside::sqlite(&data.join("ekatong.db"))
            .await
            .on_record(import)
            .await
    };
    let record = |pupils, state: &str| OnRecord {
        pupils,
        state: Some(state.to_owned()),
    };

    let all = commit(import, "all");
    let json_all = [&["--json"], &strs(&all)[..]].concat();
    // From a disk on which the database does not even open to one that takes half of the rows.
    for free in [0, 64 << 10, 300 << 10, 2 << 20] {
        disk.fill(free);
        refused(&stand.program.by("admin", &json_all));
        disk.free();
        assert_eq!(
            on_record(import).await,
            record(0, "preview"),
            "{free} bytes were free"
        );
    }
    // The file is not even staged, or its rows are not.
    let second = Uuid::now_v7();
    let check = preview(&other, SCHOOL, second);
    let json_check = [&["--json"], &strs(&check)[..]].concat();
    for free in [100 << 10, 280 << 10] {
        disk.fill(free);
        refused(&stand.program.by("admin", &json_check));
        disk.free();
        let left = on_record(second).await;
        assert_eq!(left.pupils, 0, "{free} bytes were free");
        assert_ne!(
            left.state.as_deref(),
            Some("preview"),
            "{free} bytes were free"
        );
    }
    // A program that stays open, like the window, goes on when there is space again.
    let third = Uuid::now_v7();
    let batch = stand.file("第三批.xlsx", 2 * ROWS..3 * ROWS);
    let check_third = preview(&batch, SCHOOL, third);
    stand.program.json("admin", &strs(&check_third));
    let host = LocalHost::open(OpenOptions {
        place: Place::Folder(Folder::new(&data)),
        passphrase: Some(PASSPHRASE.to_owned().into()),
        recovery: None,
        remember: false,
    })
    .await
    .unwrap();
    let call = async |op: &str, request: Value, token: Option<String>| {
        host.app.dispatch(Call::local(op, request, token)).await
    };
    let who = json!({ "login": "admin", "password": ADMIN });
    let session = call("session.signIn", who, None).await.unwrap();
    let token = session["token"].as_str().map(str::to_owned);
    let request = json!({ "importId": third, "mode": "all" });
    for free in [300 << 10, 2 << 20] {
        disk.fill(free);
        let error = call("import.commit", request.clone(), token.clone())
            .await
            .unwrap_err();
        assert_eq!(
            error.problems().first().map(|p| p.code),
            Some(Code::StorageFull),
            "{error:?}"
        );
        disk.free();
        assert_eq!(
            on_record(third).await,
            record(0, "preview"),
            "{free} bytes were free"
        );
    }
    let done = call("import.commit", request, token).await.unwrap();
    assert_eq!(done["committed"], PUPILS);
    host.close().await;
    assert_eq!(on_record(third).await, record(PUPILS, "committed"));

    // With space the same commands do what they did not do before.
    stand.program.json("admin", &strs(&all));
    assert_eq!(on_record(import).await, record(PUPILS, "committed"));
    stand.program.json("admin", &strs(&check));
    assert_eq!(on_record(second).await, record(0, "preview"));
    stand.program.json("admin", &strs(&commit(second, "all")));
    assert_eq!(on_record(second).await, record(PUPILS, "committed"));
}
