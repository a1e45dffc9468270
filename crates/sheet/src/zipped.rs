//! A package of files (zip) whose bytes depend on nothing but the files.

use std::io::{Cursor, Write as _};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Bytes of the package. Every entry bears the same moment, the first there is: two
/// packages of the same files must be equal.
pub(crate) fn write(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name.as_str(), options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn the_same_files_give_the_same_bytes() {
        let files = vec![
            ("制卡数据.xlsx".to_owned(), vec![7; 5000]),
            ("清单.txt".to_owned(), b"1".to_vec()),
        ];
        let bytes = write(&files).unwrap();
        assert_eq!(bytes, write(&files).unwrap());
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(archive.len(), 2);
        for (name, content) in files {
            let mut read = Vec::new();
            archive
                .by_name(&name)
                .unwrap()
                .read_to_end(&mut read)
                .unwrap();
            assert_eq!(read, content);
        }
    }
}
