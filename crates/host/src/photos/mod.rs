//! The folder of photos beside the database, and folders of photos that people hand over.
//!
//! [`PhotoFolder`] keeps each photo as `photos/ab/cdef….photo`, named by the keyed hash of
//! its bytes and sealed. [`bundles`] makes packs of what a person chose; nothing of it is
//! unpacked to disk, so that names in a zip cannot lead anywhere.

mod bundles;
mod folder;

pub use bundles::{Bundle, Bundles, bundles};
pub use folder::PhotoFolder;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ekatong_core::error::{Code, OpError};
use ekatong_core::ports::{PhotoAddress, PhotoStore, Stored};

use crate::place::Place;

/// Names the folder of photos where the database is a server: all programs that use the
/// database must name the same one.
pub const PHOTOS: &str = "EKATONG_PHOTOS";

/// The photo store of a place.
pub(crate) fn store(place: &Place) -> Arc<dyn PhotoStore> {
    let named = std::env::var_os(PHOTOS)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from);
    match (place.folder(), named) {
        (Some(folder), _) => Arc::new(PhotoFolder::new(folder.photos())),
        (None, Some(named)) => Arc::new(PhotoFolder::new(named)),
        (None, None) => Arc::new(NoFolder),
    }
}

/// A database on a server, and nobody said where its photos are.
struct NoFolder;

fn refused() -> OpError {
    Code::PhotoNoFolder.into()
}

#[async_trait]
impl PhotoStore for NoFolder {
    async fn put(&self, files: Vec<(PhotoAddress, Vec<u8>)>) -> Stored<()> {
        if files.is_empty() {
            Ok(())
        } else {
            Err(refused())
        }
    }

    async fn get(&self, _address: PhotoAddress) -> Stored<Option<Vec<u8>>> {
        Err(refused())
    }

    async fn missing(&self, addresses: &[PhotoAddress]) -> Stored<Vec<PhotoAddress>> {
        if addresses.is_empty() {
            Ok(Vec::new())
        } else {
            Err(refused())
        }
    }

    async fn older_than(&self, _age: Duration) -> Stored<Vec<PhotoAddress>> {
        Err(refused())
    }

    async fn delete(&self, addresses: &[PhotoAddress]) -> Stored<()> {
        if addresses.is_empty() {
            Ok(())
        } else {
            Err(refused())
        }
    }
}
