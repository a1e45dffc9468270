//! The `ekatong` program.

fn main() {}
