//! The rules of `ekatong`. Knows no window, network, database, file or clock.

pub mod domain;
pub mod error;
pub mod id;
pub mod import;
pub mod ports;
