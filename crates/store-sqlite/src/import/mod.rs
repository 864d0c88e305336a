//! Imports: everything that was read merged in, all of it or nothing.
//!
//! Two threads: `prepare` walks the states, merges each with what is held, estimates and encodes; `write` runs SQLite.
//! A bounded channel of batches joins them. The write lock is taken first, so what `prepare` reads on a connection of
//! its own cannot change under it.

mod batch;
mod prepare;
mod write;

use std::panic::resume_unwind;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use domain::{CreatorKey, CreatorState};
use rusqlite::{Connection, TransactionBehavior};
use store::{ImportOutcome, ImportRequest, ImportStore, StoreError};

use crate::SqliteStore;
use crate::error::from_sqlite;
use crate::import::prepare::Prepare;
use crate::import::write::Writer;

/// Batches on their way: enough that neither thread waits for a hiccup of the other.
const BATCHES_IN_FLIGHT: usize = 4;

impl ImportStore for SqliteStore {
    fn import(&self, request: ImportRequest<'_>) -> Result<ImportOutcome, StoreError> {
        self.pool.write_here(|connection| self.import_on(connection, request))
    }
}

impl SqliteStore {
    fn import_on(&self, connection: &mut Connection, request: ImportRequest<'_>) -> Result<ImportOutcome, StoreError> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(from_sqlite)?;
        let outcome = self.fill(&transaction, request)?;
        transaction.commit().map_err(from_sqlite)?;
        Ok(outcome)
    }

    fn fill(&self, connection: &Connection, request: ImportRequest<'_>) -> Result<ImportOutcome, StoreError> {
        let ImportRequest { states, snapshots, now, progress } = request;
        let held = if write::holds_creators(connection)? { Some(self.pool.open_reader()?) } else { None };
        let prepare = Prepare { held, snapshots, now };
        let outcome = pipeline(states, prepare, Writer::new(connection, progress)?)?;
        if outcome.changed > 0 || outcome.snapshots_added > 0 {
            write::grow_generation(connection)?;
        }
        Ok(outcome)
    }
}

type States<'a> = &'a mut (dyn Iterator<Item = (CreatorKey, CreatorState)> + Send);

/// Runs both threads to the end. A panic of either goes on in the caller, and the transaction rolls back.
fn pipeline(states: States<'_>, prepare: Prepare<'_>, mut writer: Writer<'_>) -> Result<ImportOutcome, StoreError> {
    let (full_sender, full) = sync_channel(BATCHES_IN_FLIGHT);
    let (empty_sender, empty) = channel();
    thread::scope(|scope| {
        let preparing = scope.spawn(move || prepare.run(states, &full_sender, &empty));
        // Ends when `prepare` is done, and drops the receiver on an error, which ends `prepare`.
        let written = writer.run(full, &empty_sender);
        match preparing.join() {
            Ok(prepared) => written.and(prepared).map(|()| writer.outcome()),
            Err(panic) => resume_unwind(panic),
        }
    })
}
