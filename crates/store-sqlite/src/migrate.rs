//! Brings the files to the newest schema, each in one transaction.
//!
//! A migration is a numbered file in `migrations/`, never changed once released; `PRAGMA user_version` is the number of
//! the last one run on a file.

use rusqlite::{Connection, TransactionBehavior};
use store::StoreError;

use crate::error::from_sqlite;

/// What a file holds, with every migration of such files, the first one first.
pub(crate) struct Schema {
    migrations: &'static [&'static str],
    /// What `PRAGMA application_id` says of such a file, so that no other file is taken for one.
    application_id: i32,
}

/// The creators' file.
pub(crate) const CREATORS: Schema = Schema {
    migrations: &[
        include_str!("../migrations/creators/0001_start.sql"),
        include_str!("../migrations/creators/0002_money.sql"),
        include_str!("../migrations/creators/0003_ledger_apart.sql"),
        include_str!("../migrations/creators/0004_profiles.sql"),
        include_str!("../migrations/creators/0005_what_figures_rest_on.sql"),
    ],
    // `astr` in ASCII.
    application_id: 0x6173_7472,
};

/// The version of the creators' schema that is the last one with the ledger in it.
pub(crate) const LAST_WITH_LEDGER: u32 = 2;

/// The ledger's file.
pub(crate) const LEDGER: Schema = Schema {
    migrations: &[
        include_str!("../migrations/ledger/0001_start.sql"),
        include_str!("../migrations/ledger/0002_unanswered.sql"),
        include_str!("../migrations/ledger/0003_calls_by_account.sql"),
        include_str!("../migrations/ledger/0004_upstreams.sql"),
        include_str!("../migrations/ledger/0005_reread.sql"),
        include_str!("../migrations/ledger/0006_lost_purchases.sql"),
        include_str!("../migrations/ledger/0007_token_key.sql"),
        include_str!("../migrations/ledger/0008_withdrawals.sql"),
        include_str!("../migrations/ledger/0009_holds_of_servers.sql"),
        include_str!("../migrations/ledger/0010_no_index_of_holds.sql"),
        include_str!("../migrations/ledger/0011_numbers_of_bought.sql"),
        include_str!("../migrations/ledger/0012_ages_of_bought.sql"),
        include_str!("../migrations/ledger/0013_index_of_lost_calls.sql"),
    ],
    // `astl` in ASCII.
    application_id: 0x6173_746c,
};

impl Schema {
    /// The newest version this release knows.
    pub(crate) const fn known_version(&self) -> u32 {
        self.migrations.len() as u32
    }

    /// The same schema as it was at a version.
    pub(crate) fn until(&self, version: u32) -> Self {
        Self { migrations: &self.migrations[..version as usize], application_id: self.application_id }
    }
}

/// Runs the migrations that have not been run.
///
/// # Errors
/// [`StoreError::NewerSchema`] when a newer release wrote the file, [`StoreError::Corrupt`] when another program did.
pub(crate) fn migrate(connection: &mut Connection, schema: &Schema) -> Result<(), StoreError> {
    if is_newest(connection, schema)? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(from_sqlite)?;
    migrate_in(&transaction, schema)?;
    transaction.commit().map_err(from_sqlite)
}

/// As [`migrate`], in a transaction of the caller's that has the write lock.
pub(crate) fn migrate_in(connection: &Connection, schema: &Schema) -> Result<(), StoreError> {
    // Looked at under the lock: another process may have migrated in between.
    if !is_newest(connection, schema)? {
        for migration in &schema.migrations[version(connection)? as usize..] {
            connection.execute_batch(migration).map_err(from_sqlite)?;
        }
        connection.pragma_update(None, "application_id", schema.application_id).map_err(from_sqlite)?;
        connection.pragma_update(None, "user_version", schema.known_version()).map_err(from_sqlite)?;
    }
    Ok(())
}

/// The schema's version.
pub(crate) fn version(connection: &Connection) -> Result<u32, StoreError> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(from_sqlite)
}

/// The version of a file that this release may open.
///
/// # Errors
/// As [`migrate`].
pub(crate) fn look(connection: &Connection, schema: &Schema) -> Result<u32, StoreError> {
    is_newest(connection, schema)?;
    version(connection)
}

fn is_newest(connection: &Connection, schema: &Schema) -> Result<bool, StoreError> {
    let (found, known) = (version(connection)?, schema.known_version());
    // Whose it is comes first: of another file the version tells nothing.
    check_owner(connection, schema, found)?;
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    Ok(found == known)
}

/// Refuses a file that has tables but is not one of these.
fn check_owner(connection: &Connection, schema: &Schema, found: u32) -> Result<(), StoreError> {
    // In this order: whoever makes the file meanwhile gives it tables and its mark at once, so tables are never seen without the mark.
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(from_sqlite)?;
    let application_id: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(from_sqlite)?;
    if application_id == schema.application_id || (application_id == 0 && found == 0 && tables == 0) {
        return Ok(());
    }
    Err(StoreError::Corrupt(
        "the file is another database than it should be: of another program, or another file of Astrolabe's".into(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: i32 = 7;
    const OLD: Schema = Schema { migrations: &["CREATE TABLE a (x INTEGER) STRICT;"], application_id: ID };
    const NEW: Schema = Schema {
        migrations: &[OLD.migrations[0], "ALTER TABLE a ADD COLUMN y INTEGER; INSERT INTO a VALUES (1, 2);"],
        application_id: ID,
    };
    const BROKEN: Schema = Schema {
        migrations: &[OLD.migrations[0], "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1);"],
        application_id: ID,
    };

    #[test]
    fn an_old_schema_is_brought_to_the_newest_and_then_left_alone() {
        let mut connection = Connection::open_in_memory().expect("a database");
        migrate(&mut connection, &OLD).expect("the first release");
        migrate(&mut connection, &NEW).expect("the next release");
        migrate(&mut connection, &NEW).expect("the next release, again");
        assert_eq!(version(&connection).expect("a version"), 2);
        assert_eq!(connection.query_row("SELECT sum(y) FROM a", [], |row| row.get(0)), Ok(2));
    }

    #[test]
    fn a_migration_that_fails_leaves_the_old_schema_whole() {
        let mut connection = Connection::open_in_memory().expect("a database");
        migrate(&mut connection, &OLD).expect("the first release");
        assert!(matches!(migrate(&mut connection, &BROKEN), Err(StoreError::Database(_))));
        assert_eq!(version(&connection).expect("a version"), 1);
        assert!(!connection.table_exists(None, "b").expect("a look at the schema"));
    }

    #[test]
    fn a_newer_schema_and_another_programs_file_are_refused() {
        let mut connection = Connection::open_in_memory().expect("a database");
        migrate(&mut connection, &NEW).expect("the newer release");
        assert!(matches!(migrate(&mut connection, &OLD), Err(StoreError::NewerSchema { found: 2, known: 1 })));

        let mut foreign = Connection::open_in_memory().expect("a database");
        foreign.execute_batch("CREATE TABLE theirs (x)").expect("a table");
        assert!(matches!(migrate(&mut foreign, &NEW), Err(StoreError::Corrupt(_))));
    }
}
