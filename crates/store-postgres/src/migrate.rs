//! Brings a schema to the newest version, in one transaction under a lock, so that any number of replicas may start at
//! once.
//!
//! A migration is a numbered file in `migrations/`, never changed once released; `astrolabe_schema` holds the number of
//! the last one run.

use store::StoreError;
use tokio_postgres::Error;

use crate::connection::Connection;
use crate::error::{column, from_postgres, other};

/// Every migration, the first one first.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_start.sql"),
    include_str!("../migrations/0002_money.sql"),
    include_str!("../migrations/0003_rates.sql"),
    include_str!("../migrations/0004_unanswered.sql"),
    include_str!("../migrations/0005_calls_by_account.sql"),
    include_str!("../migrations/0006_upstreams.sql"),
    include_str!("../migrations/0007_profiles.sql"),
    include_str!("../migrations/0008_reread.sql"),
    include_str!("../migrations/0009_lost_purchases.sql"),
    include_str!("../migrations/0010_token_key.sql"),
    include_str!("../migrations/0011_withdrawals.sql"),
    include_str!("../migrations/0012_holds_of_servers.sql"),
    include_str!("../migrations/0013_what_figures_rest_on.sql"),
    include_str!("../migrations/0014_numbers_of_bought.sql"),
    include_str!("../migrations/0015_ages_of_bought.sql"),
    include_str!("../migrations/0016_index_of_lost_calls.sql"),
];

/// The newest schema this release knows.
pub(crate) const KNOWN_VERSION: u32 = MIGRATIONS.len() as u32;

/// Others wait as long as a migration of a large table may take. Advisory locks are of the whole database: the schema
/// is in the key, so that stores in other schemas do not wait.
const LOCK: &str = "SET LOCAL lock_timeout = '10min';
    SELECT pg_advisory_xact_lock(hashtextextended('astrolabe migration of ' || current_schema(), 0));
    CREATE TABLE IF NOT EXISTS astrolabe_schema (
        one     BOOLEAN NOT NULL PRIMARY KEY DEFAULT TRUE CHECK (one),
        version INTEGER NOT NULL CHECK (version >= 0)
    );
    INSERT INTO astrolabe_schema (version) VALUES (0) ON CONFLICT DO NOTHING";

/// Runs the migrations that have not been run.
///
/// # Errors
/// [`StoreError::NewerSchema`] when a newer release wrote the schema.
pub(crate) async fn migrate(connection: &Connection) -> Result<(), StoreError> {
    run(connection, MIGRATIONS).await
}

/// The version of the schema, where there is one.
///
/// # Errors
/// As [`migrate`].
pub(crate) async fn look(connection: &Connection) -> Result<Option<u32>, StoreError> {
    if !is_made(connection).await? {
        return Ok(None);
    }
    is_newest(connection, MIGRATIONS).await?;
    version(connection).await.map(Some)
}

async fn run(connection: &Connection, migrations: &[&str]) -> Result<(), StoreError> {
    // A role that may not make tables can still serve from a schema that is up to date.
    if is_made(connection).await? && is_newest(connection, migrations).await? {
        return Ok(());
    }
    connection.batch("BEGIN").await.map_err(from_postgres)?;
    let result = run_in_transaction(connection, migrations).await;
    let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
    connection.batch(end).await.map_err(from_postgres).and(result)
}

async fn run_in_transaction(connection: &Connection, migrations: &[&str]) -> Result<(), StoreError> {
    connection.batch(LOCK).await.map_err(from_postgres)?;
    // Looked at again under the lock: another process may have migrated in between.
    if is_newest(connection, migrations).await? {
        return Ok(());
    }
    let found = version(connection).await?;
    apply(connection, &migrations[found as usize..], migrations.len()).await.map_err(from_postgres)
}

async fn apply(connection: &Connection, migrations: &[&str], version: usize) -> Result<(), Error> {
    for migration in migrations {
        connection.batch(migration).await?;
    }
    connection.batch(&format!("UPDATE astrolabe_schema SET version = {version}")).await
}

async fn is_newest(connection: &Connection, migrations: &[&str]) -> Result<bool, StoreError> {
    let (found, known) = (version(connection).await?, migrations.len() as u32);
    if found > known { Err(StoreError::NewerSchema { found, known }) } else { Ok(found == known) }
}

/// Whether the first schema of the search path has tables of ours.
async fn is_made(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT current_schema() IS NOT NULL,
                      to_regclass(quote_ident(current_schema()) || '.astrolabe_schema') IS NOT NULL";
    let rows = connection.query(sql, &[]).await.map_err(from_postgres)?;
    let row = rows.first().ok_or_else(|| other("the server did not answer a question"))?;
    if !column::<bool>(row, 0)? {
        return Err(other("no schema of the search path exists: CREATE SCHEMA first"));
    }
    column(row, 1)
}

async fn version(connection: &Connection) -> Result<u32, StoreError> {
    let rows = connection.query("SELECT version FROM astrolabe_schema", &[]).await.map_err(from_postgres)?;
    let row = rows.first().ok_or_else(|| StoreError::Corrupt("the schema has no version".into()))?;
    column::<i32>(row, 0).map(i32::unsigned_abs)
}
