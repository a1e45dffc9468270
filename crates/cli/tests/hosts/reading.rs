//! The process that reads workbooks for the program.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use rust_xlsxwriter::Workbook;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::program::{Done, Program, SCHOOL, SCHOOL_NAME};
use crate::workbook::{row, write};

/// A place with a school, and imports of many rows allowed.
fn place() -> Program {
    let program = Program::sqlite();
    program.init();
    program.add_school(SCHOOL, SCHOOL_NAME, "320508");
    let setting = ["setting", "set", "import.row_limit", "100000"];
    program.json("admin", &setting);
    program
}

fn import(program: &Program, file: &Path) -> Done {
    let file = file.to_str().unwrap();
    program.by(
        "admin",
        &["--json", "import", "new-pupils", file, "--school", SCHOOL],
    )
}

/// A file that takes a while.
fn long_file(program: &Program) -> std::path::PathBuf {
    let path = program.path("很多.csv");
    let heading =
        "姓名,性别,证件类型,证件号码,年级,班级,学籍号,家长姓名,家长关系,家长手机,家庭住址\n";
    let line = row(1, 1).join(",") + "\n";
    std::fs::write(&path, format!("{heading}{}", line.repeat(60_000))).unwrap();
    path
}

/// The processes whose command line and parent fit.
fn processes(fits: impl Fn(&str, u32) -> bool) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(id) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let read =
            |what: &str| std::fs::read_to_string(entry.path().join(what)).unwrap_or_default();
        let parent = field(&read("status"), "PPid:").unwrap_or(0);
        if fits(&read("cmdline"), parent) {
            found.push(id);
        }
    }
    found
}

fn field(status: &str, name: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The import of this file and the process that reads for it.
fn importing(file: &Path) -> Option<(u32, u32)> {
    let file = file.to_str().unwrap();
    let program = *processes(|line, _| line.contains(file)).first()?;
    let reader =
        *processes(|line, parent| parent == program && line.contains("read-workbook")).first()?;
    Some((program, reader))
}

/// Runs the import and does something to it once it reads.
fn interrupted(program: &Program, file: &Path, act: impl Fn(u32, u32)) -> Done {
    thread::scope(|scope| {
        let running = scope.spawn(|| import(program, file));
        loop {
            if let Some((program, reader)) = importing(file) {
                act(program, reader);
                break;
            }
            assert!(
                !running.is_finished(),
                "no process read: {:?}",
                running.join()
            );
            thread::yield_now();
        }
        running.join().unwrap()
    })
}

fn kill(process: u32) {
    let id = Pid::from_raw(i32::try_from(process).unwrap()).unwrap();
    kill_process(id, Signal::KILL).unwrap();
}

fn gone(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    // One that nobody has asked for yet runs no more either.
    status.is_empty() || status.contains("State:\tZ")
}

#[test]
fn a_reader_that_is_killed_is_told_and_nothing_is_written() {
    let program = place();
    let file = long_file(&program);
    let done = interrupted(&program, &file, |_, reader| kill(reader));
    assert_eq!(
        (done.code, done.problem().as_str()),
        (3, "file.damaged"),
        "{done:?}"
    );
    let answer = done.json();
    let message = answer["problems"][0]["message"].as_str().unwrap();
    assert!(message.contains("意外中断，没有写入任何数据"), "{message}");
    assert_eq!(
        program.json("admin", &["import", "list"])["items"],
        json!([])
    );
    // The next one is read as if nothing had been.
    let small = program.path("新生.xlsx");
    write(&small, &[row(1, 1)]);
    assert_eq!(import(&program, &small).json()["rows"], 1);
}

#[test]
fn a_reader_ends_with_the_program() {
    let program = place();
    let file = long_file(&program);
    let reader = std::cell::Cell::new(0);
    interrupted(&program, &file, |program, child| {
        reader.set(child);
        kill(program);
    });
    while !gone(reader.get()) {
        thread::yield_now();
    }
}

#[test]
fn a_bomb_costs_the_program_nothing() {
    let program = place();
    // Under all limits of sizes, and yet more than a reader may hold.
    let file = program.path("炸弹.xlsx");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let long = "a".repeat(32_000);
    for row in 0..6000 {
        sheet.write_string(row, 0, format!("{row}{long}")).unwrap();
    }
    book.save(&file).unwrap();
    assert!(std::fs::metadata(&file).unwrap().len() < 5_000_000);
    let name = file.to_str().unwrap().to_owned();
    let most = thread::scope(|scope| {
        let running = scope.spawn(|| import(&program, &file));
        let mut most = 0;
        while !running.is_finished() {
            for process in
                processes(|line, parent| line.contains(&name) && parent == std::process::id())
            {
                let status =
                    std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
                most = most.max(field(&status, "VmHWM:").unwrap_or(0));
            }
        }
        let done = running.join().unwrap();
        assert_eq!(
            (done.code, done.problem().as_str()),
            (3, "file.too_large"),
            "{done:?}"
        );
        assert!(done.out.contains("内存超过上限 128 MB"), "{done:?}");
        most
    });
    assert!(most > 0, "the program was seen");
    assert!(most < 100 << 10, "the program took {most} kB");
}

#[test]
fn a_reader_without_a_parent_ends() {
    let start = |version: &str| {
        Command::new(env!("CARGO_BIN_EXE_ekatong"))
            .args(["read-workbook", version])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    for (version, ends_well) in [(env!("CARGO_PKG_VERSION"), false), ("0.0.0-other", false)] {
        let mut reader = start(version);
        drop(reader.stdin.take());
        let mut said = Vec::new();
        reader
            .stdout
            .take()
            .unwrap()
            .read_to_end(&mut said)
            .unwrap();
        assert!(said.is_empty());
        assert_eq!(reader.wait().unwrap().success(), ends_well, "{version}");
    }
}

#[test]
fn files_that_cannot_be_read_are_told() {
    let program = place();
    let folder = program.path("名单.xlsx");
    std::fs::create_dir(&folder).unwrap();
    for (path, code, says) in [
        (folder.as_path(), "file.kind", "是文件夹"),
        (Path::new("/nowhere/新生.xlsx"), "file.unreadable", "找不到"),
    ] {
        let done = import(&program, path);
        assert_eq!((done.code, done.problem().as_str()), (3, code), "{done:?}");
        assert!(done.out.contains(says), "{done:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_the_person_may_not_read_is_told() {
    use std::os::unix::fs::PermissionsExt as _;

    use rustix::thread::{CapabilitySet, remove_capability_from_bounding_set};

    let program = place();
    let file = program.path("名单.csv");
    std::fs::write(&file, "姓名\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).unwrap();
    let done = thread::scope(|scope| {
        let unprivileged = scope.spawn(|| {
            // The administrator may read everything, unless a program gives that up
            // for what it starts; others have nothing to give up.
            for right in [CapabilitySet::DAC_OVERRIDE, CapabilitySet::DAC_READ_SEARCH] {
                remove_capability_from_bounding_set(right).ok();
            }
            import(&program, &file)
        });
        unprivileged.join().unwrap()
    });
    assert_eq!(done.code, 3, "{done:?}");
    assert_eq!(done.problem(), "file.unreadable");
    assert!(done.out.contains("没有读取权限"), "{done:?}");
}
