//! The second thread of an import: runs SQLite, inside the transaction its caller began.

use std::sync::mpsc::{Receiver, Sender};

use rusqlite::{Connection, Statement, params};
use store::{ImportOutcome, SNAPSHOT_COLUMN_COUNT, SNAPSHOT_COLUMNS, StoreError};

use super::batch::Batch;
use crate::bulk_insert::BulkInsert;
use crate::error::from_sqlite;
use crate::profile_row;
use crate::snapshot_row::{self, with_text};

const STATE_COLUMNS: &str = "author_id, platform, posts, rate_card, reported";

/// Writes batches and counts what they change.
pub(super) struct Writer<'a> {
    connection: &'a Connection,
    insert_states: BulkInsert<'a>,
    update_state: Statement<'a>,
    write_profile: Statement<'a>,
    insert_snapshots: BulkInsert<'a>,
    progress: &'a mut (dyn FnMut(u64) + Send),
    outcome: ImportOutcome,
    added: u64,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        progress: &'a mut (dyn FnMut(u64) + Send),
    ) -> Result<Self, StoreError> {
        let update_sql =
            "UPDATE creators SET posts = ?3, rate_card = ?4, reported = ?5 WHERE author_id = ?1 AND platform = ?2";
        Ok(Self {
            connection,
            insert_states: BulkInsert::new(connection, "creators", STATE_COLUMNS, 5)?,
            update_state: connection.prepare(update_sql).map_err(from_sqlite)?,
            write_profile: connection.prepare(profile_row::WRITE_SQL).map_err(from_sqlite)?,
            insert_snapshots: BulkInsert::new(connection, "snapshots", SNAPSHOT_COLUMNS, SNAPSHOT_COLUMN_COUNT)?,
            progress,
            outcome: ImportOutcome::default(),
            added: 0,
        })
    }

    /// Writes every batch that comes, and gives it back empty.
    pub(super) fn run(&mut self, full: Receiver<Batch>, empty: &Sender<Batch>) -> Result<(), StoreError> {
        for mut batch in full {
            self.write(&batch)?;
            (self.progress)(self.outcome.touched);
            batch.clear();
            // The other side is gone once it has sent its last batch.
            let _ = empty.send(batch);
        }
        if self.added > 0 {
            let sql = "UPDATE meta SET creator_count = creator_count + ?1";
            self.connection.execute(sql, [self.added as i64]).map_err(from_sqlite)?;
        }
        Ok(())
    }

    /// What was done so far.
    pub(super) fn outcome(&self) -> ImportOutcome {
        self.outcome
    }

    fn write(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.insert_states.insert(&batch.new_states, |binder, row| {
            with_text(&row.key.author_id, |id| binder.bind(id))?;
            binder.bind(row.key.platform.number())?;
            binder.bind(batch.posts(row))?;
            binder.bind(batch.rate_card(row))?;
            binder.bind(batch.reported(row))
        })?;
        for row in &batch.changed_states {
            let blobs = (batch.posts(row), batch.rate_card(row), batch.reported(row));
            with_text(&row.key.author_id, |id| {
                self.update_state.execute(params![id, row.key.platform.number(), blobs.0, blobs.1, blobs.2])
            })
            .map_err(from_sqlite)?;
        }
        for (key, profile) in &batch.profiles {
            profile_row::write(&mut self.write_profile, key, profile)?;
        }
        self.insert_snapshots.insert(&batch.snapshots, snapshot_row::bind)?;
        self.added += batch.new_states.len() as u64;
        self.outcome.touched += batch.touched;
        self.outcome.changed += (batch.new_states.len() + batch.changed_states.len()) as u64;
        self.outcome.snapshots_added += batch.snapshots.len() as u64;
        Ok(())
    }
}

/// Whether the database has any creator.
pub(super) fn holds_creators(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM creators) OR EXISTS (SELECT 1 FROM snapshots)";
    connection.query_row(sql, [], |row| row.get(0)).map_err(from_sqlite)
}

/// Tells the other processes that something changed.
pub(super) fn grow_generation(connection: &Connection) -> Result<(), StoreError> {
    let sql = "UPDATE meta SET creators_generation = creators_generation + 1";
    connection.execute(sql, []).map_err(from_sqlite)?;
    Ok(())
}
