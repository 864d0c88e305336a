//! Brings a database to the newest schema, in one transaction.
//!
//! A migration is a numbered file in `migrations/`, never changed once released; `PRAGMA user_version` is the number of
//! the last one run.

use rusqlite::{Connection, TransactionBehavior};
use store::StoreError;

use crate::error::from_sqlite;

/// Every migration, the first one first.
const MIGRATIONS: &[&str] =
    &[include_str!("../migrations/0001_start.sql"), include_str!("../migrations/0002_money.sql")];

/// `astr` in ASCII: what `PRAGMA application_id` says of our files, so that another program's are left alone.
const APPLICATION_ID: i32 = 0x6173_7472;

/// The newest schema this release knows.
pub(crate) const KNOWN_VERSION: u32 = MIGRATIONS.len() as u32;

/// Runs the migrations that have not been run.
///
/// # Errors
/// [`StoreError::NewerSchema`] when a newer release wrote the file, [`StoreError::Corrupt`] when another program did.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    run(connection, MIGRATIONS)
}

/// The schema's version.
pub(crate) fn version(connection: &Connection) -> Result<u32, StoreError> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(from_sqlite)
}

fn run(connection: &mut Connection, migrations: &[&str]) -> Result<(), StoreError> {
    if is_newest(connection, migrations)? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(from_sqlite)?;
    // Looked at again under the lock: another process may have migrated in between.
    let found = version(&transaction)?;
    if !is_newest(&transaction, migrations)? {
        for migration in &migrations[found as usize..] {
            transaction.execute_batch(migration).map_err(from_sqlite)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(from_sqlite)?;
        transaction.pragma_update(None, "user_version", migrations.len() as u32).map_err(from_sqlite)?;
    }
    transaction.commit().map_err(from_sqlite)
}

fn is_newest(connection: &Connection, migrations: &[&str]) -> Result<bool, StoreError> {
    let (found, known) = (version(connection)?, migrations.len() as u32);
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    check_owner(connection, found)?;
    Ok(found == known)
}

/// Refuses a file that has tables but is not ours.
fn check_owner(connection: &Connection, found: u32) -> Result<(), StoreError> {
    let application_id: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(from_sqlite)?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(from_sqlite)?;
    if application_id == APPLICATION_ID || (application_id == 0 && found == 0 && tables == 0) {
        return Ok(());
    }
    Err(StoreError::Corrupt("the file is a database of another program".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &[&str] = &["CREATE TABLE a (x INTEGER) STRICT;"];
    const NEW: &[&str] = &[OLD[0], "ALTER TABLE a ADD COLUMN y INTEGER; INSERT INTO a VALUES (1, 2);"];
    const BROKEN: &[&str] = &[OLD[0], "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1);"];

    #[test]
    fn an_old_schema_is_brought_to_the_newest_and_then_left_alone() {
        let mut connection = Connection::open_in_memory().expect("a database");
        run(&mut connection, OLD).expect("the first release");
        run(&mut connection, NEW).expect("the next release");
        run(&mut connection, NEW).expect("the next release, again");
        assert_eq!(version(&connection).expect("a version"), 2);
        assert_eq!(connection.query_row("SELECT sum(y) FROM a", [], |row| row.get(0)), Ok(2));
    }

    #[test]
    fn a_migration_that_fails_leaves_the_old_schema_whole() {
        let mut connection = Connection::open_in_memory().expect("a database");
        run(&mut connection, OLD).expect("the first release");
        assert!(matches!(run(&mut connection, BROKEN), Err(StoreError::Database(_))));
        assert_eq!(version(&connection).expect("a version"), 1);
        assert!(!connection.table_exists(None, "b").expect("a look at the schema"));
    }

    #[test]
    fn a_newer_schema_and_another_programs_file_are_refused() {
        let mut connection = Connection::open_in_memory().expect("a database");
        run(&mut connection, NEW).expect("the newer release");
        assert!(matches!(run(&mut connection, OLD), Err(StoreError::NewerSchema { found: 2, known: 1 })));

        let mut foreign = Connection::open_in_memory().expect("a database");
        foreign.execute_batch("CREATE TABLE theirs (x)").expect("a table");
        assert!(matches!(run(&mut foreign, NEW), Err(StoreError::Corrupt(_))));
    }
}
