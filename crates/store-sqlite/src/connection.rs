//! Opens connections, each with the settings that durability and waiting rest on.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use store::StoreError;

use crate::error::{from_sqlite, other};

/// Bytes of a page. A creator's row has 200 to 1,600 bytes: pages of SQLite's default 4 KiB would push the large ones
/// onto pages of their own.
const PAGE_BYTES: u32 = 8192;

/// Memory for pages on a writing connection: what an import is writing at the moment; more measured no faster.
const WRITER_CACHE_KIB: i64 = 4 * 1024;

/// Memory for pages on a reading connection: the upper levels of the trees of a million creators.
const READER_CACHE_KIB: i64 = 8 * 1024;

/// What a log that an import made large is cut to once it is empty again.
const LOG_BYTES_MAX: i64 = 64 * 1024 * 1024;

/// Makes the file where there is none, readable by its owner only: it holds the hashes of tokens.
///
/// An existing file is not opened here: closing any descriptor of a file gives up the locks that SQLite's connections
/// of this process hold on it.
pub(crate) fn create_file(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(other(error)),
    }
}

/// A connection that may write. What it commits is on disk when the commit returns.
pub(crate) fn open_writer(path: &Path, busy_timeout: Duration) -> Result<Connection, StoreError> {
    let connection = open(path, busy_timeout).map_err(from_sqlite)?;
    configure_writer(&connection).map_err(from_sqlite)?;
    Ok(connection)
}

fn configure_writer(connection: &Connection) -> rusqlite::Result<()> {
    // Heeded only while the file is still empty.
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES_MAX)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    enter_wal(connection)
}

/// The ordinary mode: readers see the last commit while somebody writes.
pub(crate) fn enter_wal(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // The log is synced with each commit.
    connection.pragma_update(None, "synchronous", "FULL")
}

/// Whether a commit returns only once it is on disk. Takes about a microsecond.
pub(crate) fn set_synced(connection: &Connection, synced: bool) -> Result<(), StoreError> {
    let sql = if synced { "PRAGMA synchronous = FULL" } else { "PRAGMA synchronous = NORMAL" };
    connection.prepare_cached(sql).and_then(|mut sql| sql.execute([])).map(|_| ()).map_err(from_sqlite)
}

/// The mode of a first import, in which every page is written once; fails at once when another connection is open.
pub(crate) fn leave_wal(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    // What commits is the deletion of the journal: EXTRA syncs its directory too.
    connection.pragma_update(None, "synchronous", "EXTRA")
}

/// A connection that reads.
pub(crate) fn open_reader(path: &Path, busy_timeout: Duration) -> Result<Connection, StoreError> {
    let connection = open(path, busy_timeout).map_err(from_sqlite)?;
    // Not opened read-only: the first reader of a file in WAL mode has to make the shared-memory file.
    connection.pragma_update(None, "query_only", true).map_err(from_sqlite)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB).map_err(from_sqlite)?;
    Ok(connection)
}

fn open(path: &Path, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(busy_timeout)?;
    // Plans do not depend on the values bound: without this, SQLite compiles a statement anew whenever one differs.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}
