//! What exists: domain types with private fields and one `parse` each.
