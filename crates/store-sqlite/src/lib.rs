//! The SQLite store: one file in WAL mode, durable commits, migrations.
//!
//! [`SqliteStore`] implements the traits of the `store` crate; the schema, with its units, is in `migrations/`. Reads run
//! on a few pooled connections and are never blocked by a writer; writers exclude each other, across processes too.
//! Every file format decision that is not SQL is in [`codec`].

mod accounts;
mod audit;
mod bulk_insert;
pub mod codec;
mod connection;
mod creators;
mod error;
mod import;
mod meter;
mod migrate;
mod pool;
mod snapshot_row;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use store::StoreError;

use crate::pool::Pool;

/// How long a writer waits for another one before it gives up with [`StoreError::Busy`].
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// An open database. Any number of them, in any number of processes, may have the same file open.
///
/// Dropping it closes the connections that are not in use; every change was durable when its method returned.
pub struct SqliteStore {
    pool: Arc<Pool>,
    /// Who makes changes through this store, for the audit log.
    actor: Arc<str>,
}

impl SqliteStore {
    /// Opens the database at `path`, making the file (not its directory) and bringing its schema up to date as needed.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] when a newer release wrote it, [`StoreError::Corrupt`] when it is not one of ours,
    /// [`StoreError::Busy`] when another process kept it locked, [`StoreError::Database`] otherwise.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with_timeout(path, BUSY_TIMEOUT)
    }

    /// As [`SqliteStore::open`], waiting `busy_timeout` for another writer instead of 5 seconds.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_with_timeout(path: &Path, busy_timeout: Duration) -> Result<Self, StoreError> {
        connection::create_file(path)?;
        let mut writer = connection::open_writer(path, busy_timeout)?;
        migrate::migrate(&mut writer)?;
        Ok(Self { pool: Pool::new(path.to_owned(), busy_timeout, writer), actor: "unnamed".into() })
    }

    /// The same store, whose changes the audit log says `actor` made.
    #[must_use]
    pub fn acting_as(self, actor: &str) -> Self {
        Self { actor: actor.into(), ..self }
    }

    /// The version of the schema of the open file.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the file cannot be read.
    pub fn schema_version(&self) -> Result<u32, StoreError> {
        self.pool.read_here(migrate::version)
    }

    /// The newest schema version this release knows, which [`SqliteStore::open`] brings a file to.
    pub const fn known_schema_version() -> u32 {
        migrate::KNOWN_VERSION
    }

    /// Closes the store, moving what is in the log to the file if nobody else has it open. Dropping it does the same
    /// and says nothing when that fails; no change is lost either way.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the log could not be moved.
    pub fn close(self) -> Result<(), StoreError> {
        self.pool.close()
    }
}
