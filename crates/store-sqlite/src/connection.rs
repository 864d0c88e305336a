//! Opens connections, each with the settings that durability and waiting rest on.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use store::StoreError;

use crate::error::{from_sqlite, other};

/// Which of the two files, each with pages of its own size.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Holds {
    /// A creator's row has 200 to 1,600 bytes: pages of SQLite's default 4 KiB would push the large ones onto pages of their own.
    Creators,
    /// A commit changes a row or two on each of 6 to 11 pages, and the more bytes these have, the longer a sync takes.
    Ledger,
}

impl Holds {
    /// Bytes of a page.
    const fn page_bytes(self) -> u32 {
        match self {
            Self::Creators => 8192,
            Self::Ledger => 2048,
        }
    }

    /// A commit that makes the log longer than so many pages moves them to the file, and takes milliseconds.
    pub(crate) const fn log_pages(self) -> u32 {
        match self {
            Self::Creators => 1_000,
            Self::Ledger => 8_000,
        }
    }
}

/// Memory for pages on a writing connection: what an import is writing at the moment; more measured no faster.
const WRITER_CACHE_KIB: i64 = 4 * 1024;

/// Memory for pages on a reading connection: the upper levels of the trees of a million creators.
const READER_CACHE_KIB: i64 = 8 * 1024;

/// Statements that a connection keeps compiled. Those of a purchase alone are more than rusqlite's default of 16: one after the other, each
/// would be compiled anew every time.
const STATEMENTS_MAX: usize = 128;

/// How long a log may stay. An import makes it longer, and cuts it at its end; where readers were in the way, a server does, or the next
/// import to begin it anew.
pub(crate) const LOG_BYTES_MAX: u32 = 64 * 1024 * 1024;

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
pub(crate) fn open_writer(path: &Path, holds: Holds, busy_timeout: Duration) -> Result<Connection, StoreError> {
    let connection = open(path, busy_timeout).map_err(from_sqlite)?;
    configure_writer(&connection, holds).map_err(from_sqlite)?;
    Ok(connection)
}

fn configure_writer(connection: &Connection, holds: Holds) -> rusqlite::Result<()> {
    // Heeded only while the file is still empty.
    connection.pragma_update(None, "page_size", holds.page_bytes())?;
    connection.pragma_update(None, "wal_autocheckpoint", holds.log_pages())?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES_MAX)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    enter_wal(connection)
}

/// The ordinary mode: readers see the last commit while somebody writes.
pub(crate) fn enter_wal(connection: &Connection) -> rusqlite::Result<()> {
    let patience = connection.pragma_query_value(None, "busy_timeout", |row| row.get(0)).map(Duration::from_millis)?;
    let began = Instant::now();
    // Of several who switch a new file at once SQLite refuses all but one, without waiting as it does otherwise.
    while let Err(error) = connection.pragma_update(None, "journal_mode", "WAL") {
        if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) || began.elapsed() >= patience {
            return Err(error);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    // The log is synced with each commit.
    connection.pragma_update(None, "synchronous", "FULL")
}

/// Whether a commit returns only once it is on disk. Takes about a microsecond.
pub(crate) fn set_synced(connection: &Connection, synced: bool) -> Result<(), StoreError> {
    let sql = if synced { "PRAGMA synchronous = FULL" } else { "PRAGMA synchronous = NORMAL" };
    connection.prepare_cached(sql).and_then(|mut sql| sql.execute([])).map(|_| ()).map_err(from_sqlite)
}

/// Moves the log to the file and cuts it to nothing, unless somebody reads what is in it or writes; waits for nobody.
pub(crate) fn cut_log(connection: &Connection) -> rusqlite::Result<()> {
    let patience = connection.pragma_query_value(None, "busy_timeout", |row| row.get(0)).map(Duration::from_millis)?;
    connection.busy_timeout(Duration::ZERO)?;
    let tried = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    connection.busy_timeout(patience)?;
    tried
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
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_new_file_has_pages_of_the_size_for_what_it_holds() {
        let directory = tempfile::tempdir().expect("a directory");
        for (name, holds, bytes) in [("creators", Holds::Creators, 8192), ("ledger", Holds::Ledger, 2048)] {
            let path = directory.path().join(name);
            create_file(&path).expect("a file");
            let writer = open_writer(&path, holds, Duration::from_secs(5)).expect("a connection");
            writer.execute_batch("CREATE TABLE some (number INTEGER)").expect("a table");
            let page_bytes: u32 = writer.pragma_query_value(None, "page_size", |row| row.get(0)).expect("a size");
            assert_eq!(page_bytes, bytes, "{name}");
        }
    }
    #[test]
    fn statements_stay_compiled_on_every_connection_when_many_others_run_in_between() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a");
        create_file(&path).expect("a file");
        let writer = open_writer(&path, Holds::Ledger, Duration::from_secs(5)).expect("a connection");
        let reader = open_reader(&path, Duration::from_secs(5)).expect("a connection");
        for connection in [writer, reader] {
            let run = |number: usize| {
                let mut statement = connection.prepare_cached(&format!("SELECT {number}")).expect("compiled");
                assert_eq!(statement.query_row([], |row| row.get::<_, usize>(0)), Ok(number));
                statement.get_status(StatementStatus::Run)
            };
            let before = (0..STATEMENTS_MAX).map(run).max();
            assert_eq!((before, (0..STATEMENTS_MAX).map(run).min()), (Some(1), Some(2)));
        }
    }
}
