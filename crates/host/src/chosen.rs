//! Files that a person hands over to be imported.

use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::Path;

use ekatong_core::error::{Code, OpError, Problem};
use ekatong_core::import::cells::FileLimits;

/// A file as it was at one moment.
pub struct Chosen {
    /// Last part of its path.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Bytes of a file at most: what the largest row limit allows.
#[must_use]
pub fn largest() -> u64 {
    FileLimits::for_rows(u32::MAX).packed
}

/// Reads a file whole, as it was at one moment.
///
/// # Errors
/// `file.kind` for a folder, `file.unreadable`, `file.too_large` before it is
/// read, `file.changed` when it changed or went away meanwhile.
pub fn read(path: &Path) -> Result<Chosen, OpError> {
    read_and(path, || ())
}

/// Does `meanwhile` when the file is open, so that tests can change it.
fn read_and(path: &Path, meanwhile: impl FnOnce()) -> Result<Chosen, OpError> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let unreadable = |error: std::io::Error| {
        tracing::info!(kind = ?error.kind(), "a chosen file could not be read");
        let kind = error.kind();
        let why = if matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory) {
            "找不到，它可能被移动、改名或删除了，请重新选择"
        } else if kind == ErrorKind::PermissionDenied {
            "没有读取权限，请在文件的属性中允许读取，或复制到别处再选择"
        } else {
            "读不出来，它可能正被别的程序占用，或所在的磁盘、网络已断开，请关闭占用它的程序或复制到本机后再选择"
        };
        refusal(Code::FileUnreadable, format!("文件“{name}”{why}"))
    };
    // A folder opens like a file, and a pipe would be waited for.
    let about = fs::metadata(path).map_err(unreadable)?;
    if about.is_dir() {
        return Err(refusal(
            Code::FileKind,
            format!("“{name}”是文件夹，请选择其中的一个文件"),
        ));
    }
    if !about.is_file() {
        return Err(refusal(
            Code::FileKind,
            format!("“{name}”不是普通文件，请选择磁盘上的一个文件"),
        ));
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let before = file.metadata().map_err(unreadable)?;
    let (size, largest) = (before.len(), largest());
    if size > largest {
        return Err(too_large(&name, size));
    }
    meanwhile();
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    // One byte more shows a file that grew, and an endless one ends.
    (&mut file)
        .take(size + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    // Asked by path: a program that saves writes a new file in its place.
    let after = fs::metadata(path).ok();
    let same = after.is_some_and(|after| moment(&after) == moment(&before));
    if !same || u64::try_from(bytes.len()) != Ok(size) {
        return Err(refusal(
            Code::FileChanged,
            format!("文件“{name}”在读取时被修改、移动或删除了，请先保存并关闭它，再重新选择"),
        ));
    }
    Ok(Chosen { name, bytes })
}

/// The refusal of a file over [`largest`].
#[must_use]
pub fn too_large(name: &str, size: u64) -> OpError {
    let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
    refusal(
        Code::FileTooLarge,
        format!(
            "文件“{name}”有 {} MB，超过上限 {} MB，请删去图片和多余的工作表，或分成几个文件",
            megabytes(size),
            megabytes(largest())
        ),
    )
}

fn refusal(code: Code, message: String) -> OpError {
    Problem::new(code).message(message).into()
}

/// What differs when a file has changed.
#[cfg(unix)]
fn moment(about: &Metadata) -> impl PartialEq + use<> {
    use std::os::unix::fs::MetadataExt;
    (about.len(), about.mtime(), about.mtime_nsec(), about.ino())
}

#[cfg(not(unix))]
fn moment(about: &Metadata) -> impl PartialEq + use<> {
    (about.len(), about.modified().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(result: Result<Chosen, OpError>) -> Problem {
        let Err(error) = result else {
            panic!("it was read");
        };
        error.problems()[0].clone()
    }

    #[test]
    fn a_file_is_read_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("新生.csv");
        fs::write(&path, b"a,b").unwrap();
        let chosen = read(&path).unwrap();
        assert_eq!(
            (chosen.name.as_str(), chosen.bytes.as_slice()),
            ("新生.csv", &b"a,b"[..])
        );
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("名单");
        fs::create_dir(&inside).unwrap();
        let told = problem(read(&inside));
        assert_eq!(told.code, Code::FileKind);
        assert!(told.message.contains("“名单”是文件夹"), "{}", told.message);

        let told = problem(read(&folder.path().join("没有.xlsx")));
        assert_eq!(told.code, Code::FileUnreadable);
        assert!(told.message.contains("找不到"), "{}", told.message);

        let big = folder.path().join("大.xlsx");
        File::create(&big).unwrap().set_len(largest() + 1).unwrap();
        let told = problem(read(&big));
        assert_eq!(told.code, Code::FileTooLarge);
        assert!(
            told.message.contains("65 MB，超过上限 64 MB"),
            "{}",
            told.message
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_not_waited_for() {
        let told = problem(read(Path::new("/dev/null")));
        assert_eq!(told.code, Code::FileKind);
        assert!(told.message.contains("不是普通文件"), "{}", told.message);
    }

    #[test]
    fn a_change_meanwhile_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("新生.csv");
        let other = folder.path().join("别的.csv");
        let changes: [&dyn Fn(); 4] = [
            &|| fs::write(&path, b"a,b,c").unwrap(),
            &|| fs::write(&path, b"").unwrap(),
            &|| fs::remove_file(&path).unwrap(),
            // Saved as most programs do it: the same size, but another file.
            &|| {
                fs::write(&other, b"b,a").unwrap();
                fs::rename(&other, &path).unwrap();
            },
        ];
        for (n, change) in changes.iter().enumerate() {
            fs::write(&path, b"a,b").unwrap();
            let told = problem(read_and(&path, change));
            assert_eq!(told.code, Code::FileChanged, "{n}");
            assert!(told.message.contains("关闭"), "{}", told.message);
        }
    }
}
