//! Charges for answers before they leave, many in one durable transaction (group commit): while one batch is being written,
//! the next one gathers. One batch at a time, so that charges are in the order in which they came.
//!
//! Each batch also notes, in its transaction, which calls this server has charged and not answered, so that they are known to
//! be in doubt if it dies (docs/money.md, "A server that dies").

use std::sync::{Arc, Mutex, PoisonError};

use domain::CallId;
use store::{MeterStore, Resolved, ServerId, StoreError, Take, Taken};
use tokio::sync::{mpsc, oneshot};

use crate::unanswered::{Owed, Unanswered};

/// How long a hold lasts: longer than an answer of an upstream may take.
pub(crate) const HOLD_MS: u64 = 120_000;

/// The most charges in one transaction.
const BATCH_MAX: usize = 4096;

/// What waits for the next batch.
enum Job {
    Charge(Take, oneshot::Sender<Result<Charged, ChargeError>>),
    Hold(Take, oneshot::Sender<Result<Taken, ChargeError>>),
    Resolve(Resolved, oneshot::Sender<Result<Ended, ChargeError>>),
    Note { is_last: bool, done: oneshot::Sender<Result<(), StoreError>> },
}

/// What became of a charge, durably.
pub(crate) struct Charged {
    pub(crate) taken: Taken,
    /// To be kept until the reply has left.
    pub(crate) owed: Owed,
}

/// What became of a hold, durably.
pub(crate) struct Ended {
    /// False: it had expired, and nothing was charged.
    pub(crate) was_held: bool,
    /// To be kept until the reply has left.
    pub(crate) owed: Owed,
}

/// Why a charge was not made. Nothing was charged, or it is taken back before anything else is charged.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum ChargeError {
    /// The store failed.
    #[error("the charge could not be stored")]
    Store(#[source] Arc<StoreError>),
    /// The server is ending.
    #[error("the server is ending")]
    Ending,
}

/// Takes charges, and waits for them to be durable.
pub(crate) struct Meter {
    jobs: mpsc::UnboundedSender<Job>,
    server: ServerId,
    /// Calls whose answer was given again, and has left.
    again: Mutex<Vec<CallId>>,
}

impl Meter {
    /// A meter whose charges a task of its own writes, as a server of a new number.
    pub(crate) fn new(store: Arc<dyn MeterStore>) -> Self {
        let (sender, jobs) = mpsc::unbounded_channel();
        let server = ServerId(fastrand::i64(1..));
        tokio::spawn(Writer::new(store, server).run(jobs));
        Self { jobs: sender, server, again: Mutex::default() }
    }

    /// The number of this server.
    pub(crate) fn server(&self) -> ServerId {
        self.server
    }

    /// Charges for a call, durably. The charge is made even when nobody waits for it any more.
    pub(crate) fn charge(&self, take: Take) -> impl Future<Output = Result<Charged, ChargeError>> + use<> {
        let (done, decided) = oneshot::channel();
        // What cannot be sent is dropped, and `done` with it.
        let _ = self.jobs.send(Job::Charge(take, done));
        async move { decided.await.map_err(|_| ChargeError::Ending)? }
    }

    /// Sets the price of a call aside, durably. After an error it may be held; then it is given back when the hold expires.
    pub(crate) async fn hold(&self, take: Take) -> Result<Taken, ChargeError> {
        let (done, decided) = oneshot::channel();
        let _ = self.jobs.send(Job::Hold(take, done));
        decided.await.map_err(|_| ChargeError::Ending)?
    }

    /// Resolves a hold, durably. After an error it may be resolved.
    pub(crate) async fn resolve(&self, resolved: Resolved) -> Result<Ended, ChargeError> {
        let (done, decided) = oneshot::channel();
        let _ = self.jobs.send(Job::Resolve(resolved, done));
        decided.await.map_err(|_| ChargeError::Ending)?
    }

    /// Takes back what is to be taken back, and notes what is unanswered; writes nothing where there is nothing to say. The
    /// last time, what is unanswered becomes unknown.
    pub(crate) async fn note(&self, is_last: bool) -> Result<(), StoreError> {
        let (done, noted) = oneshot::channel();
        // A writer that has ended has nothing to note.
        let _ = self.jobs.send(Job::Note { is_last, done });
        noted.await.unwrap_or(Ok(()))
    }

    /// Remembers that the answer of a call was given again, and has left.
    pub(crate) fn answered_again(&self, call: CallId) {
        self.again.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }

    /// The calls remembered so since the last time.
    pub(crate) fn take_answered_again(&self) -> Vec<CallId> {
        std::mem::take(&mut *self.again.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Writes what waits.
struct Writer {
    store: Arc<dyn MeterStore>,
    server: ServerId,
    beat: i64,
    unanswered: Unanswered,
    /// Charges whose transaction failed: it is not known whether they were made, and their callers were told that they
    /// were not.
    in_doubt: Vec<CallId>,
    /// Whether the store may have a note of ours.
    has_note: bool,
}

impl Writer {
    fn new(store: Arc<dyn MeterStore>, server: ServerId) -> Self {
        Self { store, server, beat: 0, unanswered: Unanswered::default(), in_doubt: Vec::new(), has_note: false }
    }

    /// Writes batches until the meter is dropped.
    async fn run(mut self, mut jobs: mpsc::UnboundedReceiver<Job>) {
        let mut batch = Vec::new();
        while jobs.recv_many(&mut batch, BATCH_MAX).await > 0 {
            let (mut takes, mut waiting) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
            let (mut holds, mut resolved, mut notes) = (Vec::new(), Vec::new(), Vec::new());
            for job in batch.drain(..) {
                match job {
                    Job::Charge(take, done) => {
                        takes.push(take);
                        waiting.push(done);
                    }
                    Job::Hold(take, done) => holds.push((take, done)),
                    Job::Resolve(end, done) => resolved.push((end, done)),
                    Job::Note { is_last, done } => notes.push((is_last, done)),
                }
            }
            if !takes.is_empty() {
                self.charge_all(takes, waiting).await;
            }
            if !holds.is_empty() {
                self.hold_all(holds).await;
            }
            if !resolved.is_empty() {
                self.resolve_all(resolved).await;
            }
            for (is_last, done) in notes {
                let _ = done.send(self.note(is_last).await);
            }
        }
    }

    async fn charge_all(&mut self, takes: Vec<Take>, waiting: Vec<oneshot::Sender<Result<Charged, ChargeError>>>) {
        let ids: Vec<CallId> = takes.iter().map(|take| take.id).collect();
        match self.charge(takes, &ids).await {
            Ok(taken) => {
                let owed = self.unanswered.begin(ids);
                for (waiting, (taken, owed)) in waiting.into_iter().zip(taken.into_iter().zip(owed)) {
                    // Where nobody waits any more, nothing is owed.
                    let _ = waiting.send(Ok(Charged { taken, owed }));
                }
            }
            Err(error) => tell_all(waiting, error),
        }
    }

    async fn hold_all(&mut self, holds: Vec<(Take, oneshot::Sender<Result<Taken, ChargeError>>)>) {
        let (takes, waiting): (Vec<Take>, Vec<_>) = holds.into_iter().unzip();
        // The last one's moment: none expires before its time.
        let last_ms = takes.iter().map(|take| take.id.unix_ms()).max().unwrap_or_default();
        match self.store.hold(takes, last_ms.saturating_add(HOLD_MS)).await {
            Ok(taken) => waiting.into_iter().zip(taken).for_each(|(waiting, taken)| drop(waiting.send(Ok(taken)))),
            Err(error) => tell_all(waiting, error),
        }
    }

    async fn resolve_all(&mut self, resolved: Vec<(Resolved, oneshot::Sender<Result<Ended, ChargeError>>)>) {
        let (ends, waiting): (Vec<Resolved>, Vec<_>) = resolved.into_iter().unzip();
        let ids: Vec<CallId> = ends.iter().map(|end| end.id).collect();
        let note = self.next_note();
        self.has_note = true;
        match self.store.resolve_noting(ends, Some(note)).await {
            Ok(outcomes) => {
                // What was not posted is owed nothing: that it is noted until the next batch changes nothing about it.
                let owed = self.unanswered.begin(ids);
                for (waiting, (was_held, owed)) in waiting.into_iter().zip(outcomes.into_iter().zip(owed)) {
                    let _ = waiting.send(Ok(Ended { was_held, owed }));
                }
            }
            Err(error) => tell_all(waiting, error),
        }
    }

    async fn charge(&mut self, takes: Vec<Take>, ids: &[CallId]) -> Result<Vec<Taken>, StoreError> {
        self.clear_doubts().await?;
        let note = self.next_note();
        self.has_note = true;
        // Only these: what was not even tried, since the doubts before it could not be cleared, is in no doubt itself.
        let taken = self.store.charge_noting(takes, Some(note)).await;
        taken.inspect_err(|_| self.in_doubt.extend(ids))
    }

    /// Takes back what may have been charged by a transaction that failed.
    async fn clear_doubts(&mut self) -> Result<(), StoreError> {
        if !self.in_doubt.is_empty() {
            self.store.undo(self.in_doubt.clone()).await?;
            self.in_doubt.clear();
        }
        Ok(())
    }

    async fn note(&mut self, is_last: bool) -> Result<(), StoreError> {
        self.clear_doubts().await?;
        if !self.has_note {
            return Ok(());
        }
        let note = self.next_note();
        let (beat, is_empty) = (note.beat, note.calls.is_empty());
        self.store.note(note).await?;
        self.has_note = !is_empty;
        if is_last && !is_empty {
            self.store.give_up(self.server, beat).await?;
        }
        Ok(())
    }

    fn next_note(&mut self) -> store::Unanswered {
        self.beat += 1;
        store::Unanswered { server: self.server, beat: self.beat, calls: self.unanswered.calls() }
    }
}

/// Tells everybody who waits that the store failed.
fn tell_all<T>(waiting: Vec<oneshot::Sender<Result<T, ChargeError>>>, error: StoreError) {
    let error = ChargeError::Store(Arc::new(error));
    for waiting in waiting {
        let _ = waiting.send(Err(error.clone()));
    }
}
