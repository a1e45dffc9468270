//! Packs of what a person chose: a folder, a zip, one photo. A pack is small enough to be
//! staged and taken apart in memory; a folder of ten thousand photos becomes some dozens.

use std::fs::{self, File};
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::vec;

use ekatong_core::error::{Code, OpError, Problem};
use ekatong_core::photo::{FILE_MAX, FILES_MAX, PACK_MAX, UNPACKED_MAX};
use ekatong_photo::{is_left_over, name_of};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Bytes after which a pack is closed; one more file may come on top.
const PACK: u64 = 24 * 1024 * 1024;
/// Unpacked bytes after which a pack is closed.
const UNPACKED: u64 = UNPACKED_MAX / 4;
/// Files of a pack: progress moves, and cancelling is heard.
const FILES: usize = 1_000;
/// Bytes of all that is handed over at once.
const TOTAL_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// A pack to be staged.
pub struct Bundle {
    /// Name for the staged file.
    pub name: String,
    /// A zip, or a photo as it is.
    pub bytes: Vec<u8>,
}

/// The packs of what a person chose, made one after another.
pub struct Bundles {
    source: Source,
    /// Name of the folder or file, for people.
    pub name: String,
    /// Files, as far as they are counted.
    pub files: usize,
    number: usize,
}

enum Source {
    /// As it is, once.
    Whole(Option<Vec<u8>>),
    Folder {
        root: PathBuf,
        files: vec::IntoIter<PathBuf>,
    },
    /// A zip that is too large to be handed over as it is.
    Zip {
        archive: Box<ZipArchive<File>>,
        next: usize,
    },
}

/// Looks at what a person chose; the packs are made when they are asked for. Several files
/// and folders become one heap.
///
/// # Errors
/// `file.unreadable`, `file.kind`, `file.damaged`, `file.too_large`, `file.empty`;
/// `selection.empty` for nothing.
pub fn bundles(paths: &[PathBuf]) -> Result<Bundles, OpError> {
    match paths {
        [] => Err(Code::SelectionEmpty.into()),
        [path] => bundles_of_one(path),
        [first, ..] => {
            let root = first.parent().unwrap_or(first).to_owned();
            let name = "照片".to_owned();
            let mut files = Vec::new();
            for path in paths {
                if fs::metadata(path).map_err(unreadable(&name))?.is_dir() {
                    files.extend(walk(path, &name)?);
                } else {
                    files.push(path.clone());
                }
            }
            if files.len() > FILES_MAX {
                return Err(too_many());
            }
            Ok(Bundles {
                files: files.len(),
                source: Source::Folder {
                    root,
                    files: files.into_iter(),
                },
                name,
                number: 0,
            })
        }
    }
}

fn bundles_of_one(path: &Path) -> Result<Bundles, OpError> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_else(|| "照片".to_owned());
    let about = fs::metadata(path).map_err(unreadable(&name))?;
    let made = |source, files| Bundles {
        source,
        name: name.clone(),
        files,
        number: 0,
    };
    if about.is_dir() {
        let files = walk(path, &name)?;
        let count = files.len();
        let source = Source::Folder {
            root: path.to_owned(),
            files: files.into_iter(),
        };
        return Ok(made(source, count));
    }
    if !about.is_file() {
        return Err(Problem::new(Code::FileKind)
            .message(format!(
                "“{name}”不是普通文件，请选择照片所在的文件夹、压缩包或一张照片。"
            ))
            .into());
    }
    let mut file = File::open(path).map_err(unreadable(&name))?;
    let mut start = [0; 2];
    let is_zip = file.read_exact(&mut start).is_ok() && &start == b"PK";
    if about.len() <= PACK || (!is_zip && about.len() <= PACK_MAX) {
        let bytes = fs::read(path).map_err(unreadable(&name))?;
        return Ok(made(Source::Whole(Some(bytes)), 1));
    }
    if !is_zip {
        return Err(Problem::new(Code::FileTooLarge)
            .message(format!(
                "“{name}”太大了，不会是照片。请选择照片所在的文件夹、压缩包或一张照片。"
            ))
            .into());
    }
    let archive = ZipArchive::new(file).map_err(|error| {
        tracing::debug!(%error, "a zip does not open");
        Problem::new(Code::FileDamaged)
            .message("压缩包已损坏或不完整，请重新压缩，或直接选择照片所在的文件夹。")
    })?;
    let count = archive.len();
    if count > FILES_MAX + FILES_MAX / 10 {
        return Err(too_many());
    }
    if about.len() > TOTAL_MAX {
        return Err(too_large());
    }
    let source = Source::Zip {
        archive: Box::new(archive),
        next: 0,
    };
    Ok(made(source, count))
}

impl Iterator for Bundles {
    type Item = Result<Bundle, OpError>;

    fn next(&mut self) -> Option<Self::Item> {
        let name = self.name.clone();
        self.number += 1;
        let part = || format!("照片-{}.zip", self.number);
        match &mut self.source {
            Source::Whole(bytes) => bytes.take().map(|bytes| Ok(Bundle { name, bytes })),
            Source::Folder { root, files } => {
                if files.len() == 0 {
                    return None;
                }
                Some(of_folder(root, files).map(|bytes| Bundle {
                    name: part(),
                    bytes,
                }))
            }
            Source::Zip { archive, next } => {
                if *next >= archive.len() {
                    return None;
                }
                Some(of_zip(archive, next).map(|bytes| Bundle {
                    name: part(),
                    bytes,
                }))
            }
        }
    }
}

/// A folder's files and those of the folders in it, in order. Links are not followed: they
/// can lead in circles, and out of what the person chose.
fn walk(root: &Path, name: &str) -> Result<Vec<PathBuf>, OpError> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    let mut total: u64 = 0;
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(unreadable(name))? {
            let entry = entry.map_err(unreadable(name))?;
            let path = entry.path();
            let kind = entry.file_type().map_err(unreadable(name))?;
            if is_left_over(&name_in(root, &path)) {
                continue;
            }
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() {
                let size = entry.metadata().map_err(unreadable(name))?.len();
                total = total.saturating_add(size.min(FILE_MAX));
                found.push(path);
            }
            if found.len() > FILES_MAX {
                return Err(too_many());
            }
        }
    }
    if total > TOTAL_MAX {
        return Err(too_large());
    }
    if found.is_empty() {
        return Err(Problem::new(Code::FileEmpty)
            .message(format!(
                "文件夹“{name}”里没有文件，请选择照片所在的文件夹。"
            ))
            .into());
    }
    found.sort();
    Ok(found)
}

/// Path of a file below the folder, as people see it: old zips leave names in the
/// encoding of Chinese Windows, which no text of this machine is.
fn name_in(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        name_of(below.as_os_str().as_bytes())
    }
    #[cfg(not(unix))]
    {
        below.to_string_lossy().into_owned()
    }
}

fn of_folder(root: &Path, files: &mut vec::IntoIter<PathBuf>) -> Result<Vec<u8>, OpError> {
    let mut pack = Pack::new();
    while pack.has_room() {
        let Some(path) = files.next() else { break };
        let name = name_in(root, &path);
        let size = fs::metadata(&path).map_err(unreadable(&name))?.len();
        if size > FILE_MAX {
            pack.oversized(&name)?;
            continue;
        }
        let mut bytes = Vec::new();
        File::open(&path)
            .map_err(unreadable(&name))?
            .take(FILE_MAX + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable(&name))?;
        pack.add(&name, &bytes)?;
    }
    pack.finish()
}

fn of_zip(archive: &mut ZipArchive<File>, next: &mut usize) -> Result<Vec<u8>, OpError> {
    let mut pack = Pack::new();
    while pack.has_room() && *next < archive.len() {
        let file = archive.by_index_raw(*next).map_err(broken)?;
        *next += 1;
        let name = name_of(file.name_raw());
        if file.is_dir() || is_left_over(&name) {
            continue;
        }
        if file.compressed_size() > FILE_MAX || file.size() > FILE_MAX {
            drop(file);
            pack.oversized(&name)?;
            continue;
        }
        pack.packed += file.compressed_size();
        pack.unpacked += file.size();
        pack.files += 1;
        pack.zip
            .raw_copy_file_rename(file, name)
            .map_err(|source| OpError::internal("packing photos", source))?;
    }
    pack.finish()
}

fn broken(error: zip::result::ZipError) -> OpError {
    tracing::debug!(%error, "a file of a zip does not open");
    Problem::new(Code::FileDamaged)
        .message("压缩包已损坏或不完整，请重新压缩，或直接选择照片所在的文件夹。")
        .into()
}

/// A pack that is being written.
struct Pack {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    packed: u64,
    unpacked: u64,
    files: usize,
}

impl Pack {
    fn new() -> Self {
        Self {
            zip: ZipWriter::new(Cursor::new(Vec::new())),
            packed: 0,
            unpacked: 0,
            files: 0,
        }
    }

    const fn has_room(&self) -> bool {
        self.packed < PACK && self.unpacked < UNPACKED && self.files < FILES
    }

    /// Photos are compressed already.
    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), OpError> {
        self.packed += bytes.len() as u64;
        self.write(name, bytes, CompressionMethod::Stored)
    }

    /// A file that is too large to be a photo keeps its place in the list of files: its
    /// stand-in is as large, and costs nothing.
    fn oversized(&mut self, name: &str) -> Result<(), OpError> {
        let size = usize::try_from(FILE_MAX + 1)
            .map_err(|source| OpError::internal("packing photos", source))?;
        self.write(name, &vec![0; size], CompressionMethod::Deflated)
    }

    fn write(&mut self, name: &str, bytes: &[u8], how: CompressionMethod) -> Result<(), OpError> {
        self.unpacked += bytes.len() as u64;
        self.files += 1;
        let options = SimpleFileOptions::default().compression_method(how);
        self.zip
            .start_file(name, options)
            .map_err(|source| OpError::internal("packing photos", source))?;
        self.zip
            .write_all(bytes)
            .map_err(|source| OpError::internal("packing photos", source))
    }

    fn finish(self) -> Result<Vec<u8>, OpError> {
        self.zip
            .finish()
            .map(Cursor::into_inner)
            .map_err(|source| OpError::internal("packing photos", source))
    }
}

fn unreadable(name: &str) -> impl Fn(std::io::Error) -> OpError {
    move |error| {
        tracing::info!(kind = ?error.kind(), "chosen photos could not be read");
        Problem::new(Code::FileUnreadable)
            .message(format!(
                "“{name}”读不出来，请核对位置和读取权限，或复制到本机后再选择。"
            ))
            .into()
    }
}

fn too_many() -> OpError {
    Problem::new(Code::FileTooLarge)
        .message(format!("一次最多导入 {FILES_MAX} 张照片，请分成几次。"))
        .into()
}

fn too_large() -> OpError {
    Problem::new(Code::FileTooLarge)
        .message("照片一共超过 4 GB，请分成几次，或先在看图软件里缩小。")
        .into()
}

#[cfg(test)]
mod tests {
    use ekatong_core::photo::{PhotoLimits, Pictures as _};
    use ekatong_photo::Images;

    use super::*;

    /// Paths and bytes of all packs of what was chosen.
    fn taken(paths: &[PathBuf]) -> (usize, Vec<(String, Vec<u8>)>) {
        let mut files = Vec::new();
        let mut packs = 0;
        for bundle in bundles(paths).unwrap() {
            let bundle = bundle.unwrap();
            packs += 1;
            assert!(bundle.bytes.len() as u64 <= PACK_MAX);
            let pack = Images.open(&bundle.name, bundle.bytes).unwrap();
            for number in 0..pack.count() {
                let file = pack.file(number);
                files.push((file.path, file.bytes.unwrap()));
            }
        }
        (packs, files)
    }

    /// Bytes that do not compress.
    fn noise(seed: u8, size: usize) -> Vec<u8> {
        let mut state = u32::from(seed) + 1;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        std::iter::repeat_with(&mut next).take(size).collect()
    }

    #[test]
    fn a_large_zip_and_a_folder_come_in_several_packs() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("照片");
        std::fs::create_dir_all(folder.join("七年级")).unwrap();
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let files: Vec<(String, Vec<u8>)> = (0..9_u8)
            .map(|n| (format!("七年级/{n}.jpg"), noise(n, 4 * 1024 * 1024)))
            .collect();
        for (name, bytes) in &files {
            std::fs::write(folder.join(name), bytes).unwrap();
            zip.start_file(name, plain).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.start_file("__MACOSX/._0.jpg", plain).unwrap();
        std::fs::write(folder.join("Thumbs.db"), b"x").unwrap();
        let packed = place.path().join("照片.zip");
        std::fs::write(&packed, zip.finish().unwrap().into_inner()).unwrap();
        for path in [&folder, &packed] {
            let (packs, found) = taken(std::slice::from_ref(path));
            assert_eq!(packs, 2, "{}", path.display());
            assert_eq!(found, files, "{}", path.display());
        }
        // Some files out of several folders.
        let (packs, found) = taken(&[folder.join("七年级/3.jpg"), folder.join("七年级/1.jpg")]);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((packs, names), (1, vec!["3.jpg", "1.jpg"]));
    }

    #[test]
    fn a_film_keeps_its_place_and_costs_nothing() {
        let place = tempfile::tempdir().unwrap();
        let film = place.path().join("运动会.jpg");
        File::create(&film)
            .unwrap()
            .set_len(3 * 1024 * 1024 * 1024)
            .unwrap();
        let bundle = bundles(&[place.path().to_owned()])
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        assert!(bundle.bytes.len() < 100_000);
        let pack = Images.open(&bundle.name, bundle.bytes).unwrap();
        let limits = PhotoLimits { max_bytes: 61_440 };
        let bytes = pack.file(0).bytes.unwrap();
        let refused = Images.examine("JPG", &bytes, limits).err().unwrap();
        assert_eq!(refused.code, Code::PhotoTooLarge);
    }

    #[test]
    fn what_is_no_heap_of_photos_is_told() {
        let place = tempfile::tempdir().unwrap();
        let told = |path: &Path| bundles(&[path.to_owned()]).err().unwrap();
        assert!(told(&place.path().join("没有")).has(Code::FileUnreadable));
        assert!(told(place.path()).has(Code::FileEmpty));
        let film = place.path().join("片.mp4");
        File::create(&film).unwrap().set_len(PACK_MAX + 1).unwrap();
        assert!(told(&film).has(Code::FileTooLarge));
        assert!(bundles(&[]).err().unwrap().has(Code::SelectionEmpty));
    }
}
