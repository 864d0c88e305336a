//! The ledger's log at its full length from the start. A commit behind the end of a file changes the file's length too, which a journaling
//! file system writes for itself: on ext4 that is half of what such a commit takes. And it goes on until the log is first moved to the file,
//! for a team that buys a thousand answers a day some days after each start.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};
use store::StoreError;

use crate::connection::Holds;
use crate::error::{from_sqlite, other};
use crate::room;

/// Of the log and of each frame in it, before the frame's page: <https://www.sqlite.org/fileformat2.html#walformat>.
const LOG_HEADER_BYTES: u64 = 32;
const FRAME_HEADER_BYTES: u64 = 24;

/// Makes the log as long as it becomes before its pages are moved to the file. What is added is zeros, which SQLite takes for no frames; what
/// the log holds stays.
///
/// # Errors
/// [`StoreError::NoRoom`] where the disk has no room for it, [`StoreError::Busy`] where another process kept the file locked; the log is as
/// long as it was then.
pub(crate) fn lengthen(connection: &mut Connection, log: &Path, holds: Holds) -> Result<(), StoreError> {
    let page_bytes: u64 = connection.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(from_sqlite)?;
    let bytes = LOG_HEADER_BYTES + u64::from(holds.log_pages()) * (FRAME_HEADER_BYTES + page_bytes);
    // Nobody else adds to the log meanwhile, and nobody reads behind its end.
    let nobody_writes = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(from_sqlite)?;
    let mut log = OpenOptions::new().write(true).open(log).map_err(other)?;
    let before = log.metadata().map_err(other)?.len();
    if let Err(error) = add_zeros(&mut log, before, bytes) {
        log.set_len(before).map_err(other)?;
        return Err(room::no_room(&error).unwrap_or_else(|| other(error)));
    }
    nobody_writes.rollback().map_err(from_sqlite)
}

fn add_zeros(log: &mut File, from: u64, to: u64) -> io::Result<()> {
    log.seek(SeekFrom::Start(from))?;
    let missing = to.saturating_sub(from);
    io::copy(&mut io::repeat(0).take(missing), log)?;
    if missing > 0 { log.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::*;
    use crate::connection::{create_file, open_writer};

    fn log_of(path: &Path) -> PathBuf {
        path.with_extension("db-wal")
    }

    fn length(path: &Path) -> u64 {
        std::fs::metadata(log_of(path)).expect("a log").len()
    }

    fn write(connection: &Connection, number: u32) {
        connection.execute("INSERT INTO some VALUES (?1, zeroblob(5000))", [number]).expect("written");
    }

    fn numbers(path: &Path) -> Vec<u32> {
        let connection = Connection::open(path).expect("a connection");
        let mut statement = connection.prepare("SELECT number FROM some ORDER BY number").expect("compiled");
        let numbers = statement.query_map([], |row| row.get(0)).expect("read");
        numbers.collect::<Result<_, _>>().expect("numbers")
    }

    /// What a machine that stops now has on its disk, opened anew.
    fn after_a_stop(path: &Path, directory: &Path, name: &str) -> Vec<u32> {
        let copy = directory.join(name);
        std::fs::copy(path, &copy).expect("a copy");
        std::fs::copy(log_of(path), log_of(&copy)).expect("a copy");
        numbers(&copy)
    }

    #[test]
    fn a_long_log_holds_what_it_held_and_what_comes_and_grows_no_more() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("ledger.db");
        create_file(&path).expect("a file");
        let open = || open_writer(&path, Holds::Ledger, Duration::from_secs(5)).expect("a connection");
        let mut writer = open();
        // Before there is anything in the log.
        lengthen(&mut writer, &log_of(&path), Holds::Ledger).expect("room");
        let long = length(&path);
        assert_eq!(long, 32 + 8_000 * (24 + 2_048));
        writer.execute_batch("CREATE TABLE some (number INTEGER, content BLOB)").expect("a table");
        write(&writer, 1);
        assert_eq!(after_a_stop(&path, directory.path(), "first.db"), [1]);
        // Behind frames that are held nowhere else, while another connection adds some.
        std::fs::OpenOptions::new().write(true).open(log_of(&path)).and_then(|log| log.set_len(40_000)).expect("cut");
        let other = open();
        write(&other, 2);
        lengthen(&mut writer, &log_of(&path), Holds::Ledger).expect("room");
        assert_eq!(after_a_stop(&path, directory.path(), "second.db"), [1, 2]);
        for number in 3..100 {
            write(if number % 2 == 0 { &writer } else { &other }, number);
            assert_eq!(length(&path), long, "{number}");
        }
        assert_eq!(after_a_stop(&path, directory.path(), "third.db"), (1..100).collect::<Vec<u32>>());
        lengthen(&mut writer, &log_of(&path), Holds::Ledger).expect("nothing to do");
        assert_eq!((length(&path), numbers(&path).len()), (long, 99));
    }

    #[test]
    fn a_log_is_left_as_it_is_while_somebody_writes() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("ledger.db");
        create_file(&path).expect("a file");
        let open = |wait| open_writer(&path, Holds::Ledger, wait).expect("a connection");
        let (mut writer, other) = (open(Duration::ZERO), open(Duration::ZERO));
        other.execute_batch("CREATE TABLE some (number INTEGER); BEGIN IMMEDIATE").expect("begun");
        let before = length(&path);
        let refused = lengthen(&mut writer, &log_of(&path), Holds::Ledger);
        assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
        assert_eq!(length(&path), before);
    }
}
