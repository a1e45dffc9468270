//! Operations through the one door, on both engines.

mod accounts;
mod audit;
mod batches;
mod classes;
mod deletion;
mod doctor;
mod entry;
mod entry_life;
mod entry_near;
mod entry_photo;
mod extensions;
mod idempotency;
mod import_agrees;
mod import_repair;
mod import_undo;
mod imports;
mod order_life;
mod orders;
mod permissions;
mod photos;
mod pupil_page;
mod pupil_search;
mod registrations;
mod review;
mod schools;
mod transfers;
