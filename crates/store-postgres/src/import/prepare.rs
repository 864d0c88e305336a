//! The thread that called: merges, estimates, encodes.

use std::sync::mpsc::{Receiver, SyncSender};

use domain::{CreatorKey, CreatorState, Snapshot, UnixTime};
use store::{ImportOutcome, Merged, SnapshotRow, StoreError};

use super::batch::{Batch, CREATORS_MAX, Held, StateRow};
use super::{Answer, Job};
use crate::error::other;

type States<'a> = &'a mut (dyn Iterator<Item = (CreatorKey, CreatorState)> + Send);
type MakeSnapshots<'a> = &'a (dyn Fn(&CreatorKey, &CreatorState) -> Vec<Snapshot> + Sync);

/// What this thread works with.
pub(super) struct Prepare<'a> {
    jobs: SyncSender<Job>,
    answers: Receiver<Answer>,
    snapshots: MakeSnapshots<'a>,
    now: UnixTime,
    outcome: ImportOutcome,
}

impl<'a> Prepare<'a> {
    pub(super) fn new(
        jobs: SyncSender<Job>,
        answers: Receiver<Answer>,
        snapshots: MakeSnapshots<'a>,
        now: UnixTime,
    ) -> Self {
        Self { jobs, answers, snapshots, now, outcome: ImportOutcome::default() }
    }

    /// Has every state written and the whole committed.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the session has ended, which tells its own reason.
    pub(super) fn run(
        mut self,
        states: States<'_>,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<ImportOutcome, StoreError> {
        let mut current = self.look_up(states)?;
        while !current.is_empty() {
            let next = self.look_up(states)?;
            let held = self.answers.recv().map_err(|_| hung_up())?;
            let batch = self.prepare(current, held);
            self.send(Job::Write(batch))?;
            progress(self.outcome.touched);
            current = next;
        }
        self.send(Job::Commit(self.outcome))?;
        Ok(self.outcome)
    }

    /// Takes the states of the next batch and asks what is held of them.
    fn look_up(&self, states: States<'_>) -> Result<Vec<(CreatorKey, CreatorState)>, StoreError> {
        let read: Vec<_> = states.take(CREATORS_MAX).collect();
        if !read.is_empty() {
            self.send(Job::Look(read.iter().map(|(key, _)| key.clone()).collect()))?;
        }
        Ok(read)
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        self.jobs.send(job).map_err(|_| hung_up())
    }

    fn prepare(&mut self, read: Vec<(CreatorKey, CreatorState)>, held: Vec<Held>) -> Batch {
        let mut batch = Batch::default();
        self.outcome.touched += read.len() as u64;
        for ((key, state), held) in read.into_iter().zip(held) {
            self.add(&mut batch, key, state, held);
        }
        self.outcome.changed += (batch.new_states.len() + batch.changed_states.len()) as u64;
        self.outcome.snapshots_added += batch.snapshots.len() as u64;
        batch
    }

    fn add(&self, batch: &mut Batch, key: CreatorKey, read: CreatorState, held: Held) {
        let Merged { state, is_new, is_changed, has_new_profile } = Merged::of(held.state, read);
        if has_new_profile {
            batch.profiles.push((key.clone(), state.profile.clone()));
        }
        for snapshot in (self.snapshots)(&key, &state) {
            let newest = held.newest.iter().find(|row| row.snapshot.source == snapshot.source);
            batch.snapshots.extend(SnapshotRow::behind(newest, snapshot, self.now));
        }
        if is_changed {
            let rows = if is_new { &mut batch.new_states } else { &mut batch.changed_states };
            rows.push(StateRow::new(key, &state));
        }
    }
}

fn hung_up() -> StoreError {
    other("the import's connection ended")
}
