//! The data folder: where it is, who may use it at once, and on which disks it must not lie.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It lies on a network file system, whose locks do not hold.
    #[error("{} lies on a network file system ({kind})", path.display())]
    Network {
        /// The folder.
        path: PathBuf,
        /// Name of the file system.
        kind: &'static str,
    },
    /// Another program keeps it from being changed.
    #[error("{} is in use by another program", .0.display())]
    InUse(PathBuf),
    /// The platform has no data folder for this user.
    #[error("the platform names no data folder for this user")]
    Nowhere,
    /// The file system refused.
    #[error("{doing} failed: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

impl FolderError {
    fn io(doing: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io { doing, source }
    }
}

/// Time between two tries for a lock.
const RETRY: Duration = Duration::from_millis(50);

/// A data folder and the names in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at this path; nothing is made yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The platform's folder for this user: `~/.local/share/ekatong` and its kin.
    ///
    /// # Errors
    /// [`FolderError::Nowhere`].
    pub fn of_platform() -> Result<Self, FolderError> {
        dirs::data_dir()
            .map(|base| Self::new(base.join("ekatong")))
            .ok_or(FolderError::Nowhere)
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The SQLite file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.path.join("ekatong.db")
    }

    /// The photos.
    #[must_use]
    pub fn photos(&self) -> PathBuf {
        self.path.join("photos")
    }

    /// The log files.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.path.join("logs")
    }

    /// The demo's accounts with their passwords.
    #[must_use]
    pub fn demo_accounts(&self) -> PathBuf {
        self.path.join("demo-accounts.json")
    }

    /// True when it holds a database.
    #[must_use]
    pub fn has_database(&self) -> bool {
        self.database().exists()
    }

    /// Makes the folder, readable for its owner only, and checks its disk.
    ///
    /// # Errors
    /// [`FolderError::Network`], [`FolderError::Io`].
    pub fn prepare(&self) -> Result<(), FolderError> {
        private_folder(&self.path).map_err(FolderError::io("making the data folder"))?;
        self.check()
    }

    /// Makes an empty database file readable for its owner only; SQLite gives the
    /// files it makes beside it the same rights.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub fn prepare_database(&self) -> Result<(), FolderError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        private_mode(&mut options);
        match options.open(self.database()) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(FolderError::io("making the database file")(error)),
        }
    }

    /// Checks the disk of a folder that exists.
    ///
    /// # Errors
    /// [`FolderError::Network`], [`FolderError::Io`].
    pub fn check(&self) -> Result<(), FolderError> {
        match network_kind(&self.path)
            .map_err(FolderError::io("looking at the data folder's disk"))?
        {
            Some(kind) => Err(FolderError::Network {
                path: self.path.clone(),
                kind,
            }),
            None => Ok(()),
        }
    }

    /// Locks the folder together with other programs that use it; waits while one changes it.
    ///
    /// # Errors
    /// [`FolderError::InUse`] after `wait`, [`FolderError::Io`].
    pub async fn lock_shared(&self, wait: Duration) -> Result<FolderLock, FolderError> {
        self.lock(wait, File::try_lock_shared).await
    }

    /// Locks the folder for this program alone: to make, migrate or restore a database.
    ///
    /// # Errors
    /// [`FolderError::InUse`] after `wait`, [`FolderError::Io`].
    pub async fn lock_exclusive(&self, wait: Duration) -> Result<FolderLock, FolderError> {
        self.lock(wait, File::try_lock).await
    }

    async fn lock(
        &self,
        wait: Duration,
        lock: impl Fn(&File) -> Result<(), TryLockError>,
    ) -> Result<FolderLock, FolderError> {
        const DOING: &str = "locking the data folder";
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        private_mode(&mut options);
        let file = options
            .open(self.path.join("ekatong.lock"))
            .map_err(FolderError::io(DOING))?;
        let began = Instant::now();
        loop {
            match lock(&file) {
                Ok(()) => return Ok(FolderLock { file }),
                Err(TryLockError::WouldBlock) if began.elapsed() < wait => {
                    tokio::time::sleep(RETRY).await
                }
                Err(TryLockError::WouldBlock) => return Err(FolderError::InUse(self.path.clone())),
                Err(TryLockError::Error(error)) => return Err(FolderError::io(DOING)(error)),
            }
        }
    }
}

/// Holds the folder until it is dropped, also when the program is killed.
///
/// The locked file says which schema the database has, so that only a program
/// that must change it asks for the folder alone.
#[derive(Debug)]
pub struct FolderLock {
    file: File,
}

impl FolderLock {
    /// Schema noted last; none in a new folder.
    #[must_use]
    pub fn schema(&self) -> Option<i64> {
        let mut text = String::new();
        let mut file = &self.file;
        file.rewind().ok()?;
        file.take(32).read_to_string(&mut text).ok()?;
        text.trim().parse().ok()
    }

    /// Notes the schema.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub fn note_schema(&self, version: i64) -> Result<(), FolderError> {
        let mut file = &self.file;
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(format!("{version}\n").as_bytes()))
            .map_err(FolderError::io("noting the schema"))
    }
}

/// Makes a folder and those above it; those made are their owner's alone.
pub(crate) fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Writes a file that its owner alone reads; one of the same name is replaced as a whole.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    Part::ending(path, ".part", bytes)?.keep()
}

/// A file that is written and has not got its name yet: what a crash leaves of it ends in `.part`.
pub(crate) struct Part {
    file: fs::File,
    part: PathBuf,
    path: PathBuf,
}

impl Part {
    /// Writes what shall stand at a path, while others may write the same: each has a part of
    /// its own.
    pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        Self::ending(
            path,
            &format!(".{}.part", uuid::Uuid::now_v7().simple()),
            bytes,
        )
    }

    fn ending(path: &Path, ending: &str, bytes: &[u8]) -> io::Result<Self> {
        let mut part = path.as_os_str().to_owned();
        part.push(ending);
        let part = PathBuf::from(part);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        private_mode(&mut options);
        let mut file = options.open(&part)?;
        file.write_all(bytes)?;
        Ok(Self {
            file,
            part,
            path: path.to_owned(),
        })
    }

    /// Makes the bytes last and gives the file its name, which lasts once its folder is synced.
    pub(crate) fn keep(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.part, &self.path)
    }
}

#[cfg(unix)]
fn private_mode(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

// Elsewhere the folder of the user is the user's own already.
#[cfg(not(unix))]
const fn private_mode(_options: &mut OpenOptions) {}

/// File systems whose locks other machines do not see: (number in `statfs`, name).
#[cfg(target_os = "linux")]
const NETWORK: &[(u32, &str)] = &[
    (0x6969, "NFS"),
    (0x517B, "SMB"),
    (0xFF53_4D42, "CIFS"),
    (0xFE53_4D42, "SMB2"),
    (0x564C, "NCP"),
    (0x5346_414F, "AFS"),
    (0x7375_7245, "Coda"),
    (0x0102_1997, "9P"),
    (0x00C3_6400, "Ceph"),
    (0x0BD0_0BD0, "Lustre"),
];

/// Name of a network file system; none for a disk of this machine.
#[cfg(target_os = "linux")]
fn network_kind(path: &Path) -> io::Result<Option<&'static str>> {
    let kind = rustix::fs::statfs(path)?.f_type;
    // The type is signed or not and wide or not, depending on the processor; the numbers have 32 bits.
    Ok(name_of_kind(
        u32::try_from(i128::from(kind) & 0xFFFF_FFFF).unwrap_or(0),
    ))
}

#[cfg(target_os = "linux")]
fn name_of_kind(kind: u32) -> Option<&'static str> {
    NETWORK
        .iter()
        .find(|(number, _)| *number == kind)
        .map(|(_, name)| *name)
}

/// A path that begins with two backslashes is another machine's.
#[cfg(not(target_os = "linux"))]
fn network_kind(path: &Path) -> io::Result<Option<&'static str>> {
    let whole = fs::canonicalize(path)?;
    let text = whole.to_string_lossy();
    let remote =
        text.starts_with(r"\\?\UNC\") || (text.starts_with(r"\\") && !text.starts_with(r"\\?\"));
    Ok(remote.then_some("SMB"))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn network_disks_are_known_by_number() {
        assert_eq!(name_of_kind(0x6969), Some("NFS"));
        assert_eq!(name_of_kind(0xFF53_4D42), Some("CIFS"));
        assert_eq!(name_of_kind(0xEF53), None, "ext4");
        assert_eq!(network_kind(Path::new("/")).unwrap(), None);
    }

    #[tokio::test]
    async fn a_folder_is_its_owners_alone_and_locks_hold() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::new(temp.path().join("a/b"));
        folder.prepare().unwrap();
        let mode = fs::metadata(folder.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);

        let one = folder.lock_shared(Duration::ZERO).await.unwrap();
        let two = folder.lock_shared(Duration::ZERO).await.unwrap();
        assert!(matches!(
            folder.lock_exclusive(Duration::ZERO).await,
            Err(FolderError::InUse(_))
        ));
        drop((one, two));
        let alone = folder.lock_exclusive(Duration::ZERO).await.unwrap();
        assert_eq!(alone.schema(), None);
        alone.note_schema(12).unwrap();
        alone.note_schema(7).unwrap();
        assert_eq!(alone.schema(), Some(7));
        assert!(matches!(
            folder.lock_shared(Duration::ZERO).await,
            Err(FolderError::InUse(_))
        ));
    }
}
