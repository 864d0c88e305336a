//! Rejects of row groups that are decoded in any order, handed on in the order of the rows.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard};

use crate::error::Problem;
use crate::reject::{Reason, Reject};
use crate::session::Rejects;

/// Hands rejects on in the order of their row groups, and remembers why the file failed if it did.
pub(super) struct InOrder<'a> {
    state: Mutex<State<'a>>,
    next_turn: Condvar,
    failed: AtomicBool,
}

struct State<'a> {
    /// The first row group that is not through.
    turn: usize,
    /// The rejects of later ones that are.
    early: BTreeMap<usize, Vec<Reject>>,
    rejects: Rejects<'a>,
    problem: Option<Problem>,
}

impl<'a> InOrder<'a> {
    pub(super) fn new(rejects: Rejects<'a>) -> Self {
        let state = State { turn: 0, early: BTreeMap::new(), rejects, problem: None };
        Self { state: Mutex::new(state), next_turn: Condvar::new(), failed: AtomicBool::new(false) }
    }

    /// Whether the file has failed, so that nobody need go on.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Notes why the file failed; the first one to say so is believed.
    pub(super) fn fail(&self, problem: Problem) {
        let mut state = self.lock();
        state.problem.get_or_insert(problem);
        self.failed.store(true, Ordering::Relaxed);
        self.next_turn.notify_all();
    }

    /// Hands on rejects of a row group that goes on, waiting for its turn. Row groups are begun in order, so the one
    /// whose turn it is never waits, and all others get there.
    pub(super) fn push(&self, group: usize, rejects: &mut Vec<Reject>) -> Result<(), Problem> {
        let mut state = self.lock();
        while state.turn < group && !self.has_failed() {
            state = self.next_turn.wait(state).unwrap_or_else(|poison| poison.into_inner());
        }
        if self.has_failed() {
            rejects.clear();
            return Ok(());
        }
        rejects.drain(..).try_for_each(|reject| state.rejects.push(reject))
    }

    /// Hands on the last rejects of a row group, now or when its turn comes.
    pub(super) fn finish(&self, group: usize, rejects: Vec<Reject>) -> Result<(), Problem> {
        let mut state = self.lock();
        state.early.insert(group, rejects);
        let State { turn, early, rejects, .. } = &mut *state;
        while let Some(ready) = early.remove(turn) {
            ready.into_iter().try_for_each(|reject| rejects.push(reject))?;
            *turn += 1;
        }
        self.next_turn.notify_all();
        Ok(())
    }

    /// The counts of all rejects.
    pub(super) fn into_counts(self) -> Result<BTreeMap<(Reason, &'static str), u64>, Problem> {
        let state = self.state.into_inner().unwrap_or_else(|poison| poison.into_inner());
        state.problem.map_or(Ok(state.rejects.counts), Err)
    }

    /// Wakes all who wait when it is dropped before it is disarmed.
    pub(super) fn guard(&self) -> Guard<'_, 'a> {
        Guard { order: self, armed: true }
    }

    fn lock(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(|poison| poison.into_inner())
    }
}

/// See [`InOrder::guard`].
pub(super) struct Guard<'o, 'a> {
    order: &'o InOrder<'a>,
    armed: bool,
}

impl Guard<'_, '_> {
    pub(super) fn disarm(mut self) {
        self.armed = false;
    }
}

impl Drop for Guard<'_, '_> {
    fn drop(&mut self) {
        if self.armed {
            self.order.fail(super::gave_up());
        }
    }
}
