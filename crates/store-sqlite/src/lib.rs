//! The SQLite store: two files in WAL mode, durable commits, migrations.
//!
//! [`SqliteStore`] implements the traits of the `store` crate; the schemas, with their units, are in `migrations/`. Reads run
//! on a few pooled connections and are never blocked by a writer; writers of a file exclude each other, across processes
//! too. An import writes to the creators' file and to no other, so the ledger's writers never wait for one.
//! Every file format decision that is not SQL is in [`codec`].

mod accounts;
mod apart;
mod audit;
mod bulk_insert;
mod checks;
pub mod codec;
mod connection;
mod creators;
mod error;
mod import;
mod long_log;
mod meter;
mod migrate;
mod move_out;
mod pool;
mod profile_row;
mod room;
mod snapshot_row;
mod survey;
mod upstreams;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use store::{SchemaFound, StoreError};

use crate::connection::Holds;
use crate::pool::Pool;

/// How long a writer waits for another one before it gives up with [`StoreError::Busy`].
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// An open database. Any number of them, in any number of processes, may have the same files open.
///
/// Dropping it closes the connections that are not in use; every change was durable when its method returned.
pub struct SqliteStore {
    /// States and snapshots.
    creators: Arc<Pool>,
    /// Accounts, tokens, books, calls, prices, the audit log; what was bought from upstreams and is known of them.
    ledger: Arc<Pool>,
    /// Who makes changes through this store, for the audit log.
    actor: Arc<str>,
}

/// Why a database was not opened, and which of its files is the reason.
#[derive(Debug, thiserror::Error)]
#[error("cannot open {}", file.display())]
pub struct OpenError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    #[source]
    pub cause: StoreError,
}

fn open_creators(path: &Path, ledger_path: &Path, busy_timeout: Duration) -> Result<rusqlite::Connection, StoreError> {
    connection::create_file(path)?;
    let mut creators = connection::open_writer(path, Holds::Creators, busy_timeout)?;
    apart::move_ledger(&mut creators, path, ledger_path, busy_timeout)?;
    migrate::migrate(&mut creators, &migrate::CREATORS)?;
    Ok(creators)
}

fn open_ledger(path: &Path, busy_timeout: Duration) -> Result<rusqlite::Connection, StoreError> {
    connection::create_file(path)?;
    let mut ledger = connection::open_writer(path, Holds::Ledger, busy_timeout)?;
    migrate::migrate(&mut ledger, &migrate::LEDGER)?;
    Ok(ledger)
}

fn look_at(path: &Path, schema: &migrate::Schema) -> Result<SchemaFound, StoreError> {
    let found = match path.exists() {
        true => Some(migrate::look(&connection::open_reader(path, BUSY_TIMEOUT)?, schema)?),
        false => None,
    };
    Ok(SchemaFound { of: path.display().to_string(), found, known: schema.known_version() })
}

impl SqliteStore {
    /// Opens the database whose creators' file is at `path` and whose ledger is beside it ([`SqliteStore::ledger_path`]),
    /// making the files (not their directory) and bringing their schemas up to date as needed.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] when a newer release wrote one, [`StoreError::Corrupt`] when one is none of ours,
    /// [`StoreError::Busy`] when another process kept one locked, [`StoreError::TwoLedgers`] when a creators' file of old
    /// holds a ledger and there is another one beside it, [`StoreError::Database`] otherwise.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with_timeout(path, BUSY_TIMEOUT)
    }

    /// As [`SqliteStore::open`], waiting `busy_timeout` for another writer instead of 5 seconds.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_with_timeout(path: &Path, busy_timeout: Duration) -> Result<Self, StoreError> {
        Self::open_naming(path, busy_timeout).map_err(|error| error.cause)
    }

    /// As [`SqliteStore::open`].
    ///
    /// # Errors
    /// As [`SqliteStore::open`], with the file that it is about.
    pub fn open_file(path: &Path) -> Result<Self, OpenError> {
        Self::open_naming(path, BUSY_TIMEOUT)
    }

    fn open_naming(path: &Path, busy_timeout: Duration) -> Result<Self, OpenError> {
        let ledger_path = Self::ledger_path(path);
        let of = |file: &Path| {
            let file = file.to_owned();
            |cause| OpenError { file, cause }
        };
        let creators = open_creators(path, &ledger_path, busy_timeout).map_err(of(path))?;
        let ledger = open_ledger(&ledger_path, busy_timeout).map_err(of(&ledger_path))?;
        let creators = Pool::new(path.to_owned(), Holds::Creators, busy_timeout, creators);
        let ledger = Pool::new(ledger_path, Holds::Ledger, busy_timeout, ledger);
        Ok(Self { creators, ledger, actor: "unnamed".into() })
    }

    /// The schemas of the files that [`SqliteStore::open`] would open at `path`, without making or changing any.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], with the file that it is about.
    pub fn look(path: &Path) -> Result<[SchemaFound; 2], OpenError> {
        let ledger_path = Self::ledger_path(path);
        let creators = look_at(path, &migrate::CREATORS);
        let ledger = look_at(&ledger_path, &migrate::LEDGER);
        let of = |file: PathBuf| |cause| OpenError { file, cause };
        Ok([creators.map_err(of(path.to_owned()))?, ledger.map_err(of(ledger_path))?])
    }

    /// Where the ledger of a creators' file is: `astrolabe.ledger.db` beside `astrolabe.db`.
    pub fn ledger_path(creators: &Path) -> PathBuf {
        creators.with_extension("ledger.db")
    }

    /// The same store, whose changes the audit log says `actor` made.
    #[must_use]
    pub fn acting_as(self, actor: &str) -> Self {
        Self { actor: actor.into(), ..self }
    }

    /// Writes a copy of both files, as of one moment each, into a directory that has neither; whoever uses them goes on meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Database`] when a copy could not be written, [`StoreError::Corrupt`] when a file cannot be read.
    pub fn back_up(&self, directory: &Path) -> Result<(), StoreError> {
        self.creators.back_up(directory)?;
        self.ledger.back_up(directory)
    }

    /// The versions of the schemas of the open files: the creators' and the ledger's.
    ///
    /// # Errors
    /// [`StoreError::Database`] when a file cannot be read.
    pub fn schema_versions(&self) -> Result<[u32; 2], StoreError> {
        Ok([self.creators.read_here(migrate::version)?, self.ledger.read_here(migrate::version)?])
    }

    /// The newest schema versions this release knows, which [`SqliteStore::open`] brings the files to.
    pub const fn known_schema_versions() -> [u32; 2] {
        [migrate::CREATORS.known_version(), migrate::LEDGER.known_version()]
    }

    /// Closes the store, moving what is in the logs to the files if nobody else has them open. Dropping it does the same
    /// and says nothing when that fails; no change is lost either way.
    ///
    /// # Errors
    /// [`StoreError::Database`] when a log could not be moved.
    pub fn close(self) -> Result<(), StoreError> {
        self.creators.close().and(self.ledger.close())
    }
}
