//! Operations through the one door, on both engines.

mod accounts;
mod audit;
mod classes;
mod idempotency;
mod imports;
mod orders;
mod permissions;
mod schools;
