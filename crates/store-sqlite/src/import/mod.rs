//! Imports: everything that was read merged in, all of it or nothing.
//!
//! Two threads: `prepare` walks the states, merges each with what is held, estimates and encodes; `write` runs SQLite.
//! A bounded channel of batches joins them. The write lock is taken first, so what `prepare` reads on a connection of
//! its own cannot change under it.

mod batch;
mod forget;
mod prepare;
mod write;

use std::panic::resume_unwind;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use domain::{AuthorId, CreatorKey, CreatorState};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use store::{Forgotten, ImportOutcome, ImportRequest, ImportStore, StoreError};

use crate::SqliteStore;
use crate::connection::{cut_log, enter_wal, leave_wal};
use crate::error::{from_sqlite, other};
use crate::import::prepare::{Held, Prepare};
use crate::import::write::Writer;

/// Batches on their way: enough that neither thread waits for a hiccup of the other.
const BATCHES_IN_FLIGHT: usize = 4;

impl ImportStore for SqliteStore {
    fn import(&self, request: ImportRequest<'_>) -> Result<ImportOutcome, StoreError> {
        self.creators.write_here(|connection| {
            let outcome = self.import_on(connection, request);
            // A first import may have left it. Fails when somebody has just begun to read, which harms nothing: the
            // next store to open the file enters it.
            let _ = enter_wal(connection);
            // What is imported is durable without it; where somebody reads just now, a server does it later.
            let _ = cut_log(connection);
            outcome
        })
    }

    fn forget(&self, author_id: &AuthorId) -> Result<Forgotten, StoreError> {
        self.forget_creator(author_id)
    }

    fn wipe_deleted(&self) -> Result<bool, StoreError> {
        self.wipe()
    }
}

impl SqliteStore {
    fn import_on(&self, connection: &Connection, request: ImportRequest<'_>) -> Result<ImportOutcome, StoreError> {
        let transaction = match self.begin_first(connection)? {
            Some(transaction) => transaction,
            None => begin(connection, TransactionBehavior::Immediate)?,
        };
        let outcome = self.fill(&transaction, request)?;
        transaction.commit().map_err(from_sqlite)?;
        Ok(outcome)
    }

    /// Begins the first import into an empty database that nobody else has open, if this is one.
    ///
    /// With a log (WAL) every page is written twice: to the log, then to the file. With a rollback journal a page that
    /// is new in the file needs no copy, and in an empty database every page is. Both are equally safe, but a journal
    /// keeps readers out, so this is only done when there are none.
    fn begin_first<'c>(&self, connection: &'c Connection) -> Result<Option<Transaction<'c>>, StoreError> {
        if write::holds_creators(connection)? {
            return Ok(None);
        }
        self.creators.close_idle_readers();
        if leave_wal(connection).is_err() {
            return Ok(None);
        }
        let transaction = begin(connection, TransactionBehavior::Exclusive)?;
        // Looked at again under the lock: another process may have imported in between.
        if !write::holds_creators(&transaction)? {
            return Ok(Some(transaction));
        }
        drop(transaction);
        enter_wal(connection).map_err(from_sqlite)?;
        Ok(None)
    }

    /// A connection that reads what was held when the import began, in one transaction: cheaper than one per look-up.
    fn open_held(&self) -> Result<Held, StoreError> {
        let held = self.creators.open_reader()?;
        held.execute_batch("BEGIN").map_err(from_sqlite)?;
        Held::new(held)
    }

    fn fill(&self, connection: &Connection, request: ImportRequest<'_>) -> Result<ImportOutcome, StoreError> {
        let ImportRequest { states, snapshots, now, progress } = request;
        let held = if write::holds_creators(connection)? { Some(self.open_held()?) } else { None };
        let prepare = Prepare { held, snapshots, now };
        let outcome = pipeline(states, prepare, Writer::new(connection, progress)?)?;
        if outcome.changed > 0 || outcome.snapshots_added > 0 {
            write::grow_generation(connection)?;
        }
        Ok(outcome)
    }
}

fn begin(connection: &Connection, behavior: TransactionBehavior) -> Result<Transaction<'_>, StoreError> {
    Transaction::new_unchecked(connection, behavior).map_err(from_sqlite)
}

type States<'a> = &'a mut (dyn Iterator<Item = (CreatorKey, CreatorState)> + Send);

/// Runs both threads to the end. A panic of either goes on in the caller, and the transaction rolls back.
fn pipeline(states: States<'_>, prepare: Prepare<'_>, mut writer: Writer<'_>) -> Result<ImportOutcome, StoreError> {
    let (full_sender, full) = sync_channel(BATCHES_IN_FLIGHT);
    let (empty_sender, empty) = channel();
    thread::scope(|scope| {
        let preparing = thread::Builder::new().name("import-prepare".into());
        let preparing = preparing.spawn_scoped(scope, move || prepare.run(states, &full_sender, &empty));
        let preparing = preparing.map_err(other)?;
        // Ends when `prepare` is done, and drops the receiver on an error, which ends `prepare`.
        let written = writer.run(full, &empty_sender);
        match preparing.join() {
            Ok(prepared) => written.and(prepared).map(|()| writer.outcome()),
            Err(panic) => resume_unwind(panic),
        }
    })
}
