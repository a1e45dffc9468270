//! Packs of photos: a zip, or one photo by itself. Names in a pack are never used as
//! paths, so that `../` and absolute ones are only odd names.

use std::io::{Cursor, Read as _};
use std::sync::Arc;

use ekatong_core::error::{Code, OpError, Problem};
use ekatong_core::photo::{FILE_MAX, FILES_MAX, PACK_MAX, PackedFile, PhotoPack, UNPACKED_MAX};
use encoding_rs::GB18030;
use zip::ZipArchive;

const ZIP_START: &[u8] = b"PK";

type Archive = ZipArchive<Cursor<Arc<[u8]>>>;

/// See [`ekatong_core::photo::Pictures::open`].
pub(crate) fn open(file_name: &str, bytes: Vec<u8>) -> Result<Box<dyn PhotoPack>, OpError> {
    if bytes.len() as u64 > PACK_MAX {
        return Err(Problem::new(Code::FileTooLarge)
            .message(format!(
                "一次最多上传 {} MB 的照片，请分成几次。",
                PACK_MAX / 1024 / 1024
            ))
            .into());
    }
    if !bytes.starts_with(ZIP_START) {
        return Ok(Box::new(Single {
            path: file_name.to_owned(),
            bytes,
        }));
    }
    let mut archive = ZipArchive::new(Cursor::new(Arc::from(bytes))).map_err(|error| {
        tracing::debug!(%error, "a zip does not open");
        Problem::new(Code::FileDamaged)
            .message("压缩包已损坏或不完整，请重新压缩，或直接选择照片所在的文件夹。")
    })?;
    let mut files = Vec::new();
    let mut claimed: u64 = 0;
    for number in 0..archive.len() {
        // The entry as it is listed; nothing is unpacked yet.
        let Ok(file) = archive.by_index_raw(number) else {
            files.push((number, String::new()));
            continue;
        };
        let path = name_of(file.name_raw());
        if file.is_dir() || is_left_over(&path) {
            continue;
        }
        claimed = claimed.saturating_add(file.size());
        files.push((number, path));
    }
    if files.len() > FILES_MAX {
        return Err(Problem::new(Code::FileTooLarge)
            .message(format!("一次最多导入 {FILES_MAX} 张照片，请分成几次。"))
            .into());
    }
    if claimed > UNPACKED_MAX {
        return Err(Problem::new(Code::FileTooLarge)
            .message(format!(
                "压缩包展开后超过 {} MB，请分成几个压缩包，或直接选择照片所在的文件夹。",
                UNPACKED_MAX / 1024 / 1024
            ))
            .into());
    }
    Ok(Box::new(Zip { archive, files }))
}

/// A name as people see it: UTF-8, else what Windows writes in China.
#[must_use]
pub fn name_of(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => GB18030.decode_without_bom_handling(raw).0.into_owned(),
    }
}

/// What systems leave in folders without being asked.
#[must_use]
pub fn is_left_over(path: &str) -> bool {
    let mut parts = path.split(['/', '\\']);
    let last = parts.clone().next_back().unwrap_or_default();
    last.is_empty()
        || last.starts_with('.')
        || last.eq_ignore_ascii_case("thumbs.db")
        || last.eq_ignore_ascii_case("desktop.ini")
        || parts.any(|part| part == "__MACOSX")
}

struct Single {
    path: String,
    bytes: Vec<u8>,
}

impl PhotoPack for Single {
    fn count(&self) -> usize {
        1
    }

    fn file(&self, _number: usize) -> PackedFile {
        PackedFile {
            path: self.path.clone(),
            bytes: Ok(self.bytes.clone()),
        }
    }
}

struct Zip {
    archive: Archive,
    /// Number in the archive, and name.
    files: Vec<(usize, String)>,
}

impl PhotoPack for Zip {
    fn count(&self) -> usize {
        self.files.len()
    }

    fn file(&self, number: usize) -> PackedFile {
        let Some((number, path)) = self.files.get(number) else {
            return PackedFile {
                path: String::new(),
                bytes: Err(Problem::new(Code::PhotoDamaged)),
            };
        };
        // The list of entries is shared between the copies; only the place of reading is its own.
        let mut archive = self.archive.clone();
        PackedFile {
            path: path.clone(),
            bytes: unpack(&mut archive, *number),
        }
    }
}

fn unpack(archive: &mut Archive, number: usize) -> Result<Vec<u8>, Problem> {
    let damaged = |why: &str| {
        Problem::new(Code::PhotoDamaged).message(format!(
            "压缩包里的这个文件{why}，请直接选择照片所在的文件夹。"
        ))
    };
    let listed = archive
        .by_index_raw(number)
        .map_err(|_| damaged("读不出来"))?;
    if listed.encrypted() {
        return Err(damaged("设有密码"));
    }
    if listed.is_symlink() {
        return Err(damaged("只是一个链接，不是照片"));
    }
    let claimed = listed.size();
    drop(listed);
    let file = archive.by_index(number).map_err(|_| damaged("读不出来"))?;
    // What it claims makes no room; one byte more shows a file that claims too little.
    let mut bytes = Vec::new();
    file.take(claimed.min(FILE_MAX) + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| damaged("已损坏"))?;
    if bytes.len() as u64 > claimed {
        return Err(damaged("比它声明的大"));
    }
    Ok(bytes)
}
