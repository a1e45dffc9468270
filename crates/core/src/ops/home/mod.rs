//! The start page (首页): what must I do today?

pub mod summary;
