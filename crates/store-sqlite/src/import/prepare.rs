//! The first thread of an import: merges, estimates, encodes.

use std::sync::mpsc::{Receiver, SyncSender};

use domain::{CreatorKey, CreatorState, Snapshot, UnixTime};
use rusqlite::Connection;
use store::{Merged, SnapshotRow, StoreError};

use super::States;
use super::batch::Batch;
use crate::creators::{STATE_SQL, STATE_WITHOUT_PROFILE_SQL, newest_snapshot, read_state};
use crate::error::from_sqlite;

/// What this thread works with.
pub(super) struct Prepare<'a> {
    /// Reads what is held; none when nothing is, which saves every look-up of the first import.
    pub(super) held: Option<Held>,
    /// Makes the snapshots of a merged state.
    pub(super) snapshots: &'a (dyn Fn(&CreatorKey, &CreatorState) -> Vec<Snapshot> + Sync),
    /// When the import runs.
    pub(super) now: UnixTime,
}

/// What was held when the import began.
pub(super) struct Held {
    connection: Connection,
    state_sql: &'static str,
}

impl Held {
    /// # Errors
    /// [`StoreError::Database`] when it cannot be read.
    pub(super) fn new(connection: Connection) -> Result<Self, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM profiles)";
        let has_profiles: bool = connection.query_row(sql, [], |row| row.get(0)).map_err(from_sqlite)?;
        let state_sql = if has_profiles { STATE_SQL.as_str() } else { STATE_WITHOUT_PROFILE_SQL };
        Ok(Self { connection, state_sql })
    }

    fn state(&self, key: &CreatorKey) -> Result<Option<CreatorState>, StoreError> {
        read_state(&self.connection, self.state_sql, key)
    }
}

impl Prepare<'_> {
    /// Prepares every state, until the other side has hung up.
    pub(super) fn run(
        self,
        states: States<'_>,
        full: &SyncSender<Batch>,
        empty: &Receiver<Batch>,
    ) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        for (key, state) in states {
            self.add(&mut batch, key, state)?;
            if batch.is_full() {
                if full.send(batch).is_err() {
                    return Ok(());
                }
                batch = empty.try_recv().unwrap_or_default();
            }
        }
        // An error means that the writer failed; it tells its own.
        let _ = full.send(batch);
        Ok(())
    }

    fn add(&self, batch: &mut Batch, key: CreatorKey, state: CreatorState) -> Result<(), StoreError> {
        let held = self.held_state(&key)?;
        let Merged { state, is_new, is_changed, has_new_profile } = Merged::of(held, state);
        if has_new_profile {
            batch.profiles.push((key.clone(), state.profile.clone()));
        }
        for snapshot in (self.snapshots)(&key, &state) {
            if let Some(row) = self.row_if_changed(&key, snapshot)? {
                batch.snapshots.push(row);
            }
        }
        if is_changed {
            batch.push_state(key, &state, is_new);
        }
        batch.touched += 1;
        Ok(())
    }

    fn held_state(&self, key: &CreatorKey) -> Result<Option<CreatorState>, StoreError> {
        self.held.as_ref().map_or(Ok(None), |held| held.state(key))
    }

    /// The row to add, unless the newest snapshot of the source says the same.
    fn row_if_changed(&self, key: &CreatorKey, snapshot: Snapshot) -> Result<Option<SnapshotRow>, StoreError> {
        debug_assert!(snapshot.author_id == key.author_id && snapshot.platform == key.platform);
        let newest = match &self.held {
            Some(held) => newest_snapshot(&held.connection, key, snapshot.source)?,
            None => None,
        };
        Ok(SnapshotRow::behind(newest.as_ref(), snapshot, self.now))
    }
}
