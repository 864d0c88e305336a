//! Charges for answers before they leave, many in one durable transaction (group commit): while one batch is being written,
//! the next one gathers. One batch at a time, so that charges are in the order in which they came.
//!
//! Each batch also notes, in its transaction, which calls this server has charged and not answered, so that they are known to
//! be in doubt if it dies (docs/money.md, "A server that dies").

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{io, thread};

use domain::{CallId, CallState, MicroYuan};
use ledger::Day;
use store::{Batch, Committed, LedgerStore, Part, Resolution, Resolved, ServerId, Spending, StoreError, Take, Taken};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use upstream::BUDGET_MAX;

use crate::keeping::Keeping;
use crate::moment::Moment;
use crate::queue::Queue;
use crate::unanswered::{Owed, Unanswered};
use crate::uncounted::Uncounted;
use crate::writing::Writing;

/// How long a hold lasts: twice as long as an answer of an upstream may take.
const HOLD_MS: u64 = 120_000;
const _: () = assert!(HOLD_MS as u128 >= 2 * BUDGET_MAX.as_millis());

/// The most charges in one transaction, nearly.
const BATCH_MAX: usize = 4096;

/// How long, nearly, what nobody waits for may wait for company: a purchase's next step mostly comes within it.
const GATHER: Duration = Duration::from_millis(2);

/// Who waits for what became of a job.
type Waiting<T> = oneshot::Sender<Result<T, ChargeError>>;

/// What waits for the next batch.
enum Job {
    Charge(Take, Waiting<Charged>),
    Hold(Take, Moment, Waiting<Taken>),
    Resolve(Resolved, Waiting<Result<Ended, InDoubt>>),
    Spend(Spending, Waiting<bool>),
    Keep(Box<Keeping>),
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

/// A hold that is resolved or not: nobody knows.
pub(crate) struct InDoubt {
    pub(crate) error: ChargeError,
    /// To be kept until it is known, and left with the meter where it never is: so the call is noted as unanswered.
    owed: Option<Owed>,
}

impl InDoubt {
    /// It will never be known here whether the call was charged: it stays noted, and is unknown when the server ends.
    pub(crate) fn stays(self) {
        self.owed.into_iter().for_each(std::mem::forget);
    }
}

impl From<ChargeError> for InDoubt {
    fn from(error: ChargeError) -> Self {
        Self { error, owed: None }
    }
}

/// Why a charge was not made. Nothing was charged, or it is taken back before anything else is charged.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum ChargeError {
    /// The store failed.
    #[error("the charge could not be stored")]
    Store(#[source] Arc<StoreError>),
    /// The thread that writes the ledger has ended: with the server, or by a panic.
    #[error("the thread that writes the ledger has ended")]
    Ended,
}

/// Takes charges, and waits for them to be durable.
pub(crate) struct Meter {
    jobs: Arc<Queue<Job>>,
    server: ServerId,
    writing: Arc<Writing>,
    /// Calls whose answer was given again, and has left.
    again: Mutex<Vec<CallId>>,
}

impl Meter {
    /// A meter whose charges a thread of its own writes, as a server of a new number, in the context of this runtime. The thread
    /// ends once the meter is dropped.
    ///
    /// # Errors
    /// When there can be no thread.
    pub(crate) fn new(store: Arc<dyn LedgerStore>) -> io::Result<Self> {
        let jobs = Queue::new();
        let server = ServerId(fastrand::i64(1..));
        let writing = Arc::<Writing>::default();
        let (writer, runtime) = (Writer::new(store, server, writing.clone()), Handle::current());
        let incoming = Incoming(jobs.clone());
        thread::Builder::new().name("meter".into()).spawn(move || {
            let _context = runtime.enter();
            writer.run(&incoming);
        })?;
        Ok(Self { jobs, server, writing, again: Mutex::default() })
    }

    /// The number of this server.
    pub(crate) fn server(&self) -> ServerId {
        self.server
    }

    /// Whether the ledger can be written.
    pub(crate) fn writing(&self) -> &Writing {
        &self.writing
    }

    /// Charges for a call, durably. The charge is made even when nobody waits for it any more.
    pub(crate) fn charge(&self, take: Take) -> impl Future<Output = Result<Charged, ChargeError>> + use<> {
        self.send(|done| Job::Charge(take, done))
    }

    /// Sets the price of a call aside from a moment on, durably. After an error it may be held; then it is given back before anything
    /// else is held.
    pub(crate) fn hold(&self, take: Take, from: Moment) -> impl Future<Output = Result<Taken, ChargeError>> + use<> {
        self.send(move |done| Job::Hold(take, from, done))
    }

    /// Resolves a hold, durably. Sent at once, whether or not anybody waits for it then.
    pub(crate) fn resolve(&self, resolved: Resolved) -> impl Future<Output = Result<Ended, InDoubt>> + use<> {
        let ended = self.send(|done| Job::Resolve(resolved, done));
        async move { ended.await? }
    }

    /// Adds a price to what was spent at an upstream, unless that would be over the budget; tells whether it did. On disk with what
    /// comes after it; without a budget it is added once the store takes it.
    pub(crate) fn reserve(
        &self,
        upstream: &str,
        day: Day,
        price: MicroYuan,
        budget: Option<MicroYuan>,
    ) -> impl Future<Output = Result<bool, ChargeError>> + use<> {
        let reserve = Spending::Reserve { upstream: upstream.to_owned(), day, price, budget };
        self.send(|done| Job::Spend(reserve, done))
    }

    /// Takes a reservation back, once the store takes that. After an error it may be taken back, and is not tried again.
    pub(crate) fn release(
        &self,
        upstream: &str,
        day: Day,
        price: MicroYuan,
    ) -> impl Future<Output = Result<bool, ChargeError>> + use<> {
        let release = Spending::Release { upstream: upstream.to_owned(), day, price };
        self.send(|done| Job::Spend(release, done))
    }

    /// Keeps what was bought; on disk with what comes after it.
    pub(crate) fn keep(&self, keeping: Keeping) {
        // A writer that has ended keeps nothing. Only the next purchase waits for it.
        self.jobs.push_for_later(Job::Keep(Box::new(keeping)), GATHER);
    }

    /// Sends a job at once, whether or not anybody waits for it then.
    fn send<T, J: FnOnce(Waiting<T>) -> Job>(
        &self,
        job: J,
    ) -> impl Future<Output = Result<T, ChargeError>> + use<T, J> {
        let (done, decided) = oneshot::channel();
        // What cannot be sent is dropped, and `done` with it.
        match job(done) {
            // Only counted: nobody waits for it.
            job @ Job::Spend(Spending::Reserve { budget: None, .. }, _) => self.jobs.push_for_later(job, GATHER),
            job => self.jobs.push(job),
        }
        async move { decided.await.map_err(|_| ChargeError::Ended)? }
    }

    /// Tries whether the ledger can be written, where that is in doubt; takes back what is to be taken back, and notes what is
    /// unanswered; writes nothing where there is nothing to say. The last time, what is unanswered becomes unknown.
    ///
    /// # Errors
    /// Also where the writer ended by a panic: nothing can be kept from then on.
    pub(crate) async fn note(&self, is_last: bool) -> Result<(), StoreError> {
        let (done, noted) = oneshot::channel();
        self.jobs.push(Job::Note { is_last, done });
        noted.await.unwrap_or_else(|_| {
            let error = StoreError::Database("the thread that writes it has ended: start the server again".into());
            self.writing.failing(&error);
            Err(error)
        })
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

impl Drop for Meter {
    fn drop(&mut self) {
        self.jobs.close();
    }
}

/// The writer's end of the jobs. Dropped, also by a panic, it leaves nobody waiting.
struct Incoming(Arc<Queue<Job>>);

impl Drop for Incoming {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

/// What waits, sorted by what becomes of it.
#[derive(Default)]
struct Jobs {
    charges: Vec<Take>,
    charging: Vec<Waiting<Charged>>,
    holds: Vec<Take>,
    /// The last one's moment: none expires before its time.
    held_from_ms: u64,
    holding: Vec<Waiting<Taken>>,
    resolved: Vec<Resolved>,
    resolving: Vec<Waiting<Result<Ended, InDoubt>>>,
    spending: Vec<Spending>,
    spent: Vec<Waiting<bool>>,
    keeping: Vec<Keeping>,
    notes: Vec<(bool, oneshot::Sender<Result<(), StoreError>>)>,
}

impl Jobs {
    /// What is to be written next: all that has come. Nothing once the meter is dropped.
    fn gather(incoming: &Queue<Job>) -> Option<Self> {
        let mut jobs = Self::default();
        incoming.take(BATCH_MAX)?.into_iter().for_each(|job| jobs.add(job));
        Some(jobs)
    }

    fn add(&mut self, job: Job) {
        match job {
            Job::Charge(take, done) => {
                self.charges.push(take);
                self.charging.push(done);
            }
            Job::Hold(take, from, done) => {
                self.holds.push(take);
                self.held_from_ms = self.held_from_ms.max(from.unix_ms);
                self.holding.push(done);
            }
            Job::Resolve(end, done) => {
                self.resolved.push(end);
                self.resolving.push(done);
            }
            Job::Spend(spending, done) => {
                self.spending.push(spending);
                self.spent.push(done);
            }
            Job::Keep(keeping) => self.keeping.push(*keeping),
            Job::Note { is_last, done } => self.notes.push((is_last, done)),
        }
    }

    /// Whether there is anything to write but notes.
    fn any(&self) -> bool {
        let Self { charges, holds, resolved, spending, keeping, .. } = self;
        !(charges.is_empty() && holds.is_empty() && resolved.is_empty() && spending.is_empty() && keeping.is_empty())
    }
}

/// Writes what waits.
struct Writer {
    store: Arc<dyn LedgerStore>,
    server: ServerId,
    writing: Arc<Writing>,
    beat: i64,
    unanswered: Unanswered,
    /// Charges whose transaction failed: it is not known whether they were made, and their callers were told that they
    /// were not.
    in_doubt: Vec<CallId>,
    /// Holds of which the same is true: nobody was asked anything for them.
    held_in_doubt: Vec<CallId>,
    uncounted: Uncounted,
    /// Whether the store may have a note of ours.
    has_note: bool,
}

impl Writer {
    fn new(store: Arc<dyn LedgerStore>, server: ServerId, writing: Arc<Writing>) -> Self {
        Self {
            store,
            server,
            writing,
            beat: 0,
            unanswered: Unanswered::default(),
            in_doubt: Vec::new(),
            held_in_doubt: Vec::new(),
            uncounted: Uncounted::default(),
            has_note: false,
        }
    }

    /// Writes batches until the meter is dropped.
    fn run(mut self, incoming: &Incoming) {
        while let Some(mut jobs) = Jobs::gather(&incoming.0) {
            let notes = std::mem::take(&mut jobs.notes);
            // What waits to be counted does so for nobody else: at the latest with the next note.
            if jobs.any() || !(notes.is_empty() || self.uncounted.is_empty()) {
                self.write(jobs, &incoming.0);
            }
            for (is_last, done) in notes {
                if is_last {
                    self.uncounted.give_up();
                }
                let _ = done.send(Handle::current().block_on(self.note(is_last)));
            }
        }
        self.uncounted.give_up();
    }

    fn write(&mut self, mut jobs: Jobs, queue: &Arc<Queue<Job>>) {
        if !(jobs.charges.is_empty() && jobs.holds.is_empty())
            && let Err(error) = Handle::current().block_on(self.clear_doubts())
        {
            self.writing.failed(&error);
            // What is not even tried is in no doubt itself.
            jobs.charges.clear();
            jobs.holds.clear();
            let error = Arc::new(error);
            fail(std::mem::take(&mut jobs.charging), &error);
            fail(std::mem::take(&mut jobs.holding), &error);
        }
        let charged_ids: Vec<CallId> = jobs.charges.iter().map(|take| take.id).collect();
        let held_ids: Vec<CallId> = jobs.holds.iter().map(|take| take.id).collect();
        let ended_ids: Vec<CallId> = jobs.resolved.iter().map(|end| end.id).collect();
        self.has_note |= !charged_ids.is_empty() || !ended_ids.is_empty();
        let again = self.uncounted.take();
        jobs.spent.splice(0..0, again.iter().map(|_| oneshot::channel().0));
        jobs.spending.splice(0..0, again);
        let changes = jobs.spending.clone();
        let batch = Batch {
            charges: jobs.charges,
            holds: jobs.holds,
            holds_expire_at_ms: jobs.held_from_ms.saturating_add(HOLD_MS),
            resolved: jobs.resolved,
            note: self.next_note(),
            spending: jobs.spending,
            bought: jobs.keeping.iter().map(|keeping| keeping.bought.clone()).collect(),
        };
        // The batch's second one.
        self.beat += 1;
        let committed = self.store.commit(batch);
        match committed.error() {
            Some(error) => self.writing.failed(error),
            None if committed.kept_anything() => self.writing.kept(),
            None => {}
        }
        let Committed { charged, held, ended, spent, kept } = committed;
        // Before those who bought it are told: what they ask next is another question.
        self.end_keeping(jobs.keeping, kept, queue);
        match charged {
            Ok(taken) => {
                let owed = self.unanswered.begin(charged_ids);
                // Where nobody waits any more, nothing is owed.
                tell(jobs.charging, taken.into_iter().zip(owed).map(|(taken, owed)| Charged { taken, owed }));
            }
            Err(error) => {
                self.in_doubt.extend(charged_ids);
                fail(jobs.charging, &error);
            }
        }
        match held {
            Ok(taken) => tell(jobs.holding, taken),
            Err(error) => {
                self.held_in_doubt.extend(held_ids);
                fail(jobs.holding, &error);
            }
        }
        match ended {
            Ok(ended) => {
                // What was not posted is owed nothing: that it is noted until the next batch changes nothing about it.
                let owed = self.unanswered.begin(ended_ids);
                tell(jobs.resolving, ended.into_iter().zip(owed).map(|(was_held, owed)| Ok(Ended { was_held, owed })));
            }
            Err(error) => {
                // Any of them may be charged all the same.
                let owed = self.unanswered.begin(ended_ids);
                tell(
                    jobs.resolving,
                    owed.map(|owed| Err(InDoubt { error: ChargeError::Store(error.clone()), owed: Some(owed) })),
                );
            }
        }
        self.end_spending(changes, spent, jobs.spent);
    }

    /// What was not kept is tried again.
    fn end_keeping(&self, keeping: Vec<Keeping>, kept: Vec<Part<()>>, queue: &Arc<Queue<Job>>) {
        for (keeping, kept) in keeping.into_iter().zip(kept) {
            let queue = queue.clone();
            match kept {
                Ok(()) => drop(keeping),
                Err(error) => {
                    keeping.again(error, self.store.clone(), move |keeping| queue.push(Job::Keep(Box::new(keeping))));
                }
            }
        }
    }

    /// What was not counted and is to be is tried again with the next batch; nobody waits for that.
    fn end_spending(&mut self, changes: Vec<Spending>, spent: Vec<Part<bool>>, waiting: Vec<Waiting<bool>>) {
        for ((change, spent), waiting) in changes.into_iter().zip(spent).zip(waiting) {
            let _ = waiting.send(match spent {
                Err(error) if self.uncounted.keep(change, &error) => Ok(true),
                spent => spent.map_err(ChargeError::Store),
            });
        }
    }

    /// Takes back what may have been charged or held by a transaction that failed.
    async fn clear_doubts(&mut self) -> Result<(), StoreError> {
        if self.in_doubt.is_empty() && self.held_in_doubt.is_empty() {
            return Ok(());
        }
        // Also of the holds, which it leaves as they are: it waits for what is being committed, which a hold's end does not.
        self.store.undo([&*self.in_doubt, &self.held_in_doubt].concat()).await?;
        self.in_doubt.clear();
        if !self.held_in_doubt.is_empty() {
            let void = |id: &CallId| Resolved::new(*id, Resolution::Void(CallState::Rejected));
            self.store.resolve_noting(self.held_in_doubt.iter().map(void).collect(), None).await?;
            self.held_in_doubt.clear();
        }
        Ok(())
    }

    async fn note(&mut self, is_last: bool) -> Result<(), StoreError> {
        if self.writing.is_doubted() && !is_last {
            self.store.prove_writable().await.inspect_err(|error| self.writing.failing(error))?;
            self.writing.kept();
        }
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

/// Tells each who waits what became of it.
fn tell<T>(waiting: Vec<Waiting<T>>, outcomes: impl IntoIterator<Item = T>) {
    for (waiting, outcome) in waiting.into_iter().zip(outcomes) {
        let _ = waiting.send(Ok(outcome));
    }
}

/// Tells everybody who waits that the store failed.
fn fail<T>(waiting: Vec<Waiting<T>>, error: &Arc<StoreError>) {
    for waiting in waiting {
        let _ = waiting.send(Err(ChargeError::Store(error.clone())));
    }
}
