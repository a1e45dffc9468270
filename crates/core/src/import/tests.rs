//! Tables of cells and the problems they must give (rules §3).
