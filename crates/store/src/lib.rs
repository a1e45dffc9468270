//! Storage on SQLite and PostgreSQL from one query source.
