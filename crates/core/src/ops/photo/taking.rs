//! Files of packs become pictures, on all cores and in bounded memory: a part of a pack is
//! examined and sealed while the part before it is put into the store.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

use crate::context::Job;
use crate::domain::photo::PhotoName;
use crate::domain::time::Timestamp;
use crate::error::{Code, OpError, Problem};
use crate::id::{AccountId, BlobId};
use crate::photo::{PACK_MAX, PhotoLimits, PhotoPack, Pictures, stored};
use crate::ports::{Cipher, PhotoAddress, Ports, UnitOfWork};

/// Files examined before they are put into the store: 16 MB of photos, twice that in memory.
const PART: usize = 256;

/// A file that was looked at.
pub(super) struct Taken {
    pub(super) path: String,
    pub(super) name: Option<PhotoName>,
    pub(super) outcome: Outcome,
}

/// What can be made of a file.
pub(super) enum Outcome {
    /// It was not decoded, as nobody bears its name.
    Skipped,
    /// It is in the store.
    Kept {
        address: PhotoAddress,
        size: i64,
        width: i64,
        height: i64,
        problems: Vec<Problem>,
    },
    /// It is not, and why.
    Refused(Problem),
}

struct Examined {
    taken: Taken,
    /// To be put into the store.
    sealed: Option<(PhotoAddress, Vec<u8>)>,
}

/// What the threads share.
struct Work {
    pack: Box<dyn PhotoPack>,
    pictures: Arc<dyn Pictures>,
    cipher: Arc<dyn Cipher>,
    limits: PhotoLimits,
    wanted: Arc<dyn Fn(&PhotoName) -> bool + Send + Sync>,
}

/// Which files of one pack a name is wanted of, and what district limits hold.
pub(super) struct Asked {
    pub(super) limits: PhotoLimits,
    pub(super) wanted: Arc<dyn Fn(&PhotoName) -> bool + Send + Sync>,
}

/// Takes the files of a pack; `done` of `total` packs were taken before.
///
/// # Errors
/// Those of opening the pack and of the photo store; `cancelled`.
pub(super) async fn pack(
    job: &Job,
    file_name: String,
    bytes: Vec<u8>,
    asked: &Asked,
    (done, total): (usize, usize),
) -> Result<Vec<Taken>, OpError> {
    let pictures = job.ports.pictures.clone();
    let opening = {
        let pictures = pictures.clone();
        move || pictures.open(&file_name, bytes)
    };
    let opened = on_thread(opening).await??;
    let count = opened.count();
    let work = Arc::new(Work {
        pack: opened,
        pictures,
        cipher: job.ports.cipher.clone(),
        limits: asked.limits,
        wanted: asked.wanted.clone(),
    });
    let mut taken = Vec::with_capacity(count);
    // While the disk takes one part, the processor looks at the next one.
    let mut files = Vec::new();
    for from in (0..count).step_by(PART) {
        job.checkpoint()?;
        let to = (from + PART).min(count);
        let work = work.clone();
        let (part, kept) = tokio::join!(
            on_thread(move || work.part(from, to)),
            job.ports.photos.put(std::mem::take(&mut files)),
        );
        kept?;
        for examined in part?? {
            files.extend(examined.sealed);
            taken.push(examined.taken);
        }
        // Packs are about equally long; what is told is thousandths of all.
        let share = |part: usize, whole: usize| (part * 1000).checked_div(whole).unwrap_or(0);
        let told = share(done, total) + share(to, count.max(1)) / total.max(1);
        job.progress
            .report(u64::try_from(told).unwrap_or(0).min(1000), 1000);
    }
    job.ports.photos.put(files).await?;
    Ok(taken)
}

/// Runs what takes the processor's time beside what answers people.
pub(super) async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, OpError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|source| OpError::internal("looking at photos", source))
}

impl Work {
    /// Examines some files on all cores; the answers come in the order of the files.
    fn part(&self, from: usize, to: usize) -> Result<Vec<Examined>, OpError> {
        let next = AtomicUsize::new(from);
        let threads = available_parallelism().map_or(1, usize::from);
        let mut all: Vec<(usize, Examined)> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..threads.min(to - from))
                .map(|_| {
                    scope.spawn(|| {
                        let mut mine = Vec::new();
                        loop {
                            let number = next.fetch_add(1, Ordering::Relaxed);
                            if number >= to {
                                return Ok(mine);
                            }
                            mine.push((number, self.one(number)?));
                        }
                    })
                })
                .collect();
            let mut all = Vec::with_capacity(to - from);
            for thread in running {
                let mine: Result<Vec<_>, OpError> = thread.join().unwrap_or_else(|_| {
                    Err(OpError::internal("looking at photos", "a thread panicked"))
                });
                all.extend(mine?);
            }
            Ok::<_, OpError>(all)
        })?;
        all.sort_by_key(|(number, _)| *number);
        Ok(all.into_iter().map(|(_, examined)| examined).collect())
    }

    fn one(&self, number: usize) -> Result<Examined, OpError> {
        let file = self.pack.file(number);
        let refused = |path, name, problem| Examined {
            taken: Taken {
                path,
                name,
                outcome: Outcome::Refused(problem),
            },
            sealed: None,
        };
        let name = match PhotoName::parse(&file.path) {
            Ok(name) => name,
            Err(problem) => return Ok(refused(file.path, None, problem)),
        };
        if !(self.wanted)(&name) {
            return Ok(Examined {
                taken: Taken {
                    path: file.path,
                    name: Some(name),
                    outcome: Outcome::Skipped,
                },
                sealed: None,
            });
        }
        let picture = file
            .bytes
            .and_then(|bytes| self.pictures.examine(name.extension(), &bytes, self.limits));
        let picture = match picture {
            Ok(picture) => picture,
            Err(problem) => return Ok(refused(file.path, Some(name), problem)),
        };
        let (address, sealed) = stored::seal(&*self.cipher, &picture)?;
        let size = super::own::size(&picture)?;
        Ok(Examined {
            taken: Taken {
                path: file.path,
                name: Some(name),
                outcome: Outcome::Kept {
                    address,
                    size,
                    width: i64::from(picture.width),
                    height: i64::from(picture.height),
                    problems: picture.problems,
                },
            },
            sealed: Some((address, sealed)),
        })
    }
}

/// Reads a staged pack of a person, whole: hosts keep them under the limit.
///
/// # Errors
/// `blob.unknown`, `file.too_large`, and those of the store.
pub(super) async fn staged(
    ports: &Ports,
    uow: &mut dyn UnitOfWork,
    (account, blob): (AccountId, BlobId),
    now: Timestamp,
) -> Result<(String, Vec<u8>), OpError> {
    let about = uow.blob(blob).await?.ok_or(Code::BlobUnknown)?;
    if u64::try_from(about.size).is_ok_and(|size| size > PACK_MAX) {
        return Err(Code::FileTooLarge.into());
    }
    crate::blobs::read(uow, &*ports.cipher, account, blob, now).await
}
