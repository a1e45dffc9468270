//! From cells to rows and problems; pure, so that the same rules run in every host.

pub mod cells;
pub mod table;
