//! The real window, driven through WebDriver: one file for each job.

mod accounts;
mod axe;
mod card_office;
mod closing;
mod district;
mod entry;
mod extensions;
mod first_start;
mod imports;
mod keyboard;
mod moves;
mod oversight;
mod pages;
mod photos;
mod pupils;
mod school;
mod shell;
mod world;
