//! The rules of `ekatong`. Knows no window, network, database, file or clock.
//!
//! Start at [`registry`]: every operation with its permission. [`dispatch`] is
//! the one door to them, [`access`] the table of roles, [`domain`] what exists,
//! [`import`] how a workbook is read, [`production`] what a card bureau is
//! given and gives back, [`ports`] what a host must give.

pub mod access;
pub mod audit;
mod blobs;
pub mod context;
pub mod dispatch;
pub mod domain;
pub mod error;
pub mod id;
pub mod import;
pub mod ops;
pub mod password;
pub mod photo;
pub mod ports;
pub mod production;
pub mod registry;
pub mod schedule;
pub mod settings;
mod touches;
pub mod upkeep;
