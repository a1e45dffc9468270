//! Workbook bytes to cells, and templates and tables to bytes.
