//! Photos in a folder of this machine.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use async_trait::async_trait;
use ekatong_core::error::{Code, OpError};
use ekatong_core::ports::{PhotoAddress, PhotoStore, Stored};
use tokio::task::spawn_blocking;
use uuid::Uuid;

use crate::folder::{Part, private_folder};

/// What a finished file is called; one that is being written ends in `.part`.
const ENDING: &str = "photo";
/// Files from which on they are handed to the disk as one.
#[cfg(target_os = "linux")]
const MANY: usize = 16;

/// Photos as files, in 256 folders by the first two digits of their address.
#[derive(Debug, Clone)]
pub struct PhotoFolder {
    path: PathBuf,
}

impl PhotoFolder {
    /// The folder at this path; it is made when the first photo comes.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where a photo is.
    #[must_use]
    pub fn file(&self, address: PhotoAddress) -> PathBuf {
        let name = address.to_string();
        let (folder, rest) = name.split_at(2);
        self.path.join(folder).join(format!("{rest}.{ENDING}"))
    }

    /// Writes files and makes them last, in two steps: all bytes first, then the names. The
    /// disk takes what belongs together at once, so that syncing one by one finds little left.
    fn write(&self, files: &[(PhotoAddress, Vec<u8>)]) -> io::Result<()> {
        let folders: BTreeSet<PathBuf> = files
            .iter()
            .filter_map(|(address, _)| Some(self.file(*address).parent()?.to_owned()))
            .collect();
        for folder in &folders {
            private_folder(folder)?;
        }
        let parts = on_threads(files, |(address, bytes)| {
            Part::write(&self.file(*address), bytes).map(|part| Mutex::new(Some(part)))
        })?;
        self.settle(files.len())?;
        on_threads(&parts, |part| match part.lock() {
            Ok(mut part) => part.take().map_or(Ok(()), Part::keep),
            Err(_) => Err(io::Error::other("a thread panicked")),
        })?;
        self.settle(files.len())?;
        for folder in folders {
            sync_folder(&folder)?;
        }
        sync_folder(&self.path)
    }

    /// Has the disk begin with all that is to be synced, for more files than a person uploads at
    /// once. It promises nothing: before Linux 5.8 it does not tell of a fault, so that each file
    /// and folder is synced by itself all the same.
    #[cfg(target_os = "linux")]
    fn settle(&self, files: usize) -> io::Result<()> {
        if files < MANY {
            return Ok(());
        }
        Ok(rustix::fs::syncfs(File::open(&self.path)?)?)
    }

    #[cfg(not(target_os = "linux"))]
    const fn settle(&self, _files: usize) -> io::Result<()> {
        Ok(())
    }

    fn list(&self, age: Duration) -> io::Result<Vec<PhotoAddress>> {
        let mut found = Vec::new();
        for folder in entries(&self.path)? {
            let Some(first) = folder
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
            else {
                continue;
            };
            for file in entries(&folder)? {
                // A file that is gone meanwhile was cleared by another program.
                let Ok(about) = fs::symlink_metadata(&file) else {
                    continue;
                };
                // A clock that was set back makes files younger, never older.
                let old = about
                    .modified()
                    .ok()
                    .and_then(|at| at.elapsed().ok())
                    .is_some_and(|elapsed| elapsed >= age);
                if !about.is_file() || !old {
                    continue;
                }
                let stem = file.file_stem().unwrap_or_default().to_string_lossy();
                match file.extension().and_then(|ending| ending.to_str()) {
                    Some(ENDING) => {
                        found.extend(
                            Uuid::try_parse(&format!("{first}{stem}")).map(PhotoAddress::from),
                        );
                    }
                    // What a crash left half written: no address points to it.
                    Some("part") => fs::remove_file(&file)?,
                    Some(_) | None => {}
                }
            }
        }
        Ok(found)
    }
}

/// Does something with each on several threads, as a disk takes several files at once; the
/// answers come in no order.
fn on_threads<T: Sync, R: Send>(
    all: &[T],
    work: impl Fn(&T) -> io::Result<R> + Sync,
) -> io::Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let threads = available_parallelism().map_or(1, usize::from) * 2;
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads.min(all.len()))
            .map(|_| {
                scope.spawn(|| {
                    let mut done = Vec::new();
                    while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                        done.push(work(one)?);
                    }
                    Ok(done)
                })
            })
            .collect();
        let mut all = Vec::new();
        for thread in running {
            let done: io::Result<Vec<R>> = thread
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("a thread panicked")));
            all.extend(done?);
        }
        Ok(all)
    })
}

/// What is in a folder; nothing when there is none, or when it is a file.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

// Elsewhere a folder cannot be opened like a file; its system journals names by itself.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

fn failed(doing: &'static str) -> impl Fn(io::Error) -> OpError {
    move |error| {
        if matches!(
            error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        ) {
            Code::StorageFull.into()
        } else {
            OpError::internal(doing, error)
        }
    }
}

async fn on_thread<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Stored<T> {
    spawn_blocking(work)
        .await
        .map_err(|source| OpError::internal(doing, source))?
        .map_err(failed(doing))
}

#[async_trait]
impl PhotoStore for PhotoFolder {
    async fn put(&self, files: Vec<(PhotoAddress, Vec<u8>)>) -> Stored<()> {
        if files.is_empty() {
            return Ok(());
        }
        let this = self.clone();
        on_thread("keeping photos", move || this.write(&files)).await
    }

    async fn get(&self, address: PhotoAddress) -> Stored<Option<Vec<u8>>> {
        match tokio::fs::read(self.file(address)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("reading a photo")(error)),
        }
    }

    async fn missing(&self, addresses: &[PhotoAddress]) -> Stored<Vec<PhotoAddress>> {
        let (this, addresses) = (self.clone(), addresses.to_vec());
        on_thread("looking for photos", move || {
            let mut missing = Vec::new();
            for address in addresses {
                if !this.file(address).try_exists()? {
                    missing.push(address);
                }
            }
            Ok(missing)
        })
        .await
    }

    async fn older_than(&self, age: Duration) -> Stored<Vec<PhotoAddress>> {
        let this = self.clone();
        on_thread("listing photos", move || this.list(age)).await
    }

    async fn delete(&self, addresses: &[PhotoAddress]) -> Stored<()> {
        let (this, addresses) = (self.clone(), addresses.to_vec());
        on_thread("deleting photos", move || {
            for address in addresses {
                match fs::remove_file(this.file(address)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    Ok(()) | Err(_) => {}
                }
            }
            Ok(())
        })
        .await
    }
}
