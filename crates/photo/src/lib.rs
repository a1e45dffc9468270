//! Photo files to checked, small pictures without metadata; packs of photos.
//!
//! `picture` decodes and checks one file and makes of it what is kept, `jpeg` walks a
//! JPEG's segments without decoding it, `flat` measures whether there is anything to
//! see, `pack` takes zips apart. All of it is safe Rust on
//! bytes in memory; what a file claims is compared with the limits of `ekatong_core::photo`
//! before anything is made room for.

mod flat;
mod jpeg;
mod made_up;
mod pack;
mod picture;

use ekatong_core::error::{OpError, Problem};
use ekatong_core::photo::{PhotoLimits, PhotoPack, Picture, Pictures};
pub use made_up::made_up;
pub use pack::{is_left_over, name_of};

/// Pictures by the `image` crate: JPEG and PNG.
#[derive(Debug, Clone, Copy, Default)]
pub struct Images;

impl Pictures for Images {
    fn open(&self, file_name: &str, bytes: Vec<u8>) -> Result<Box<dyn PhotoPack>, OpError> {
        pack::open(file_name, bytes)
    }

    fn examine(
        &self,
        extension: &str,
        bytes: &[u8],
        limits: PhotoLimits,
    ) -> Result<Picture, Problem> {
        picture::examine(extension, bytes, limits)
    }

    fn decode(&self, bytes: &[u8]) -> Result<(), Problem> {
        picture::readable(bytes)
    }
}
