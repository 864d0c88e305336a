//! The SQLite store: one file, WAL, durable commits, migrations.
