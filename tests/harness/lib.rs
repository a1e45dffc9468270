//! What the tests share.

pub mod app;
pub mod photos;
pub mod postgres;
pub mod window;
pub mod workbook;
