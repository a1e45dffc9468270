//! A package of files (zip) whose bytes depend on nothing but the files, handed out piece
//! by piece: a package of thousands of photos is never held as a whole.

use std::cell::Cell;
use std::io::{Error, ErrorKind, Seek, SeekFrom, Write};

use ekatong_core::error::OpError;
use ekatong_core::import::table::{Packed, Packer};
use zip::result::ZipError;
use zip::write::{PreparedZipFile, SimpleFileOptions};
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A package that is being written.
pub(crate) struct Zip(ZipWriter<Pieces>);

impl Zip {
    pub(crate) fn new() -> Self {
        Self(ZipWriter::new(Pieces::default()))
    }

    /// Prepared first, so that sizes and check sum stand before the bytes of a file: some
    /// programs read a zip from its beginning, and what is handed out can not be changed.
    fn write(&mut self, name: &str, bytes: &[u8], how: Packed) -> Result<Vec<u8>, ZipError> {
        // Every entry bears the same moment, the first there is: two packages of the same
        // files must be equal.
        let options = SimpleFileOptions::default()
            .compression_method(match how {
                Packed::Small => CompressionMethod::Deflated,
                Packed::AsItIs => CompressionMethod::Stored,
            })
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        self.0
            .add_prepared_file(PreparedZipFile::from_data(name, options, bytes)?)?;
        Ok(self.0.get_ref().map(Pieces::take).unwrap_or_default())
    }
}

impl Packer for Zip {
    fn add(&mut self, name: &str, bytes: &[u8], how: Packed) -> Result<Vec<u8>, OpError> {
        self.write(name, bytes, how)
            .map_err(|source| OpError::internal("writing a package", source))
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>, OpError> {
        let pieces = self
            .0
            .finish()
            .map_err(|source| OpError::internal("writing a package", source))?;
        Ok(pieces.take())
    }
}

/// What was written since it was last taken.
#[derive(Default)]
struct Pieces {
    held: Cell<Vec<u8>>,
    written: u64,
}

impl Pieces {
    fn take(&self) -> Vec<u8> {
        self.held.take()
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.held.get_mut().extend_from_slice(bytes);
        self.written += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Seek for Pieces {
    /// The writer asks where it stands, and never goes back: prepared files need no change.
    fn seek(&mut self, place: SeekFrom) -> std::io::Result<u64> {
        match place {
            SeekFrom::Current(0) | SeekFrom::End(0) => Ok(self.written),
            SeekFrom::Start(place) if place == self.written => Ok(place),
            SeekFrom::Start(_) | SeekFrom::Current(_) | SeekFrom::End(_) => {
                Err(Error::from(ErrorKind::Unsupported))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    fn package(files: &[(&str, Vec<u8>, Packed)]) -> Vec<u8> {
        let mut zip = Box::new(Zip::new());
        let mut bytes = Vec::new();
        for (name, content, how) in files {
            let piece = zip.add(name, content, *how).unwrap();
            assert!(!piece.is_empty(), "{name} is handed out at once");
            bytes.extend(piece);
        }
        bytes.extend(zip.finish().unwrap());
        bytes
    }

    #[test]
    fn the_same_files_give_the_same_bytes() {
        let files = [
            ("照片/A.JPG", vec![9; 70_000], Packed::AsItIs),
            ("制卡数据.xlsx", vec![7; 5000], Packed::Small),
            ("清单.txt", b"1".to_vec(), Packed::Small),
        ];
        let bytes = package(&files);
        assert_eq!(bytes, package(&files));
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes.clone())).unwrap();
        assert_eq!(archive.len(), 3);
        for (name, content, _) in &files {
            let mut read = Vec::new();
            archive
                .by_name(name)
                .unwrap()
                .read_to_end(&mut read)
                .unwrap();
            assert_eq!(read, *content);
        }
        // Also by a program that reads it from its beginning.
        let mut stream = Cursor::new(bytes);
        for (name, content, _) in &files {
            let mut file = zip::read::read_zipfile_from_stream(&mut stream)
                .unwrap()
                .unwrap();
            let mut read = Vec::new();
            file.read_to_end(&mut read).unwrap();
            assert_eq!((file.name().unwrap().as_ref(), &read), (*name, content));
        }
    }

    #[test]
    fn a_name_is_given_once() {
        let mut zip = Zip::new();
        zip.add("A.JPG", b"1", Packed::AsItIs).unwrap();
        assert!(zip.add("A.JPG", b"2", Packed::AsItIs).is_err());
    }
}
