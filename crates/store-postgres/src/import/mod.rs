//! Imports: everything that was read merged in, all of it or nothing.
//!
//! Two threads: the caller's walks the states, merges each with what is held, estimates and encodes (`prepare`); the
//! other runs one transaction on a connection and a runtime of its own (`session`), so that an import works wherever it
//! is called from. Jobs go from the one to the other over a bounded channel. The next batch is looked up before the one
//! at hand is prepared, so that neither side waits for the other; that is safe, for no key comes twice.

mod batch;
mod forget;
mod prepare;
mod session;
mod statements;

use std::panic::resume_unwind;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use domain::{AuthorId, CreatorKey};
use store::{Forgotten, ImportOutcome, ImportRequest, ImportStore, StoreError};

use crate::PostgresStore;
use crate::error::other;
use crate::import::batch::{Batch, Held};
use crate::import::prepare::Prepare;
use crate::import::session::Session;

/// Jobs on their way: a batch to write and one to look up, while one of each is being done.
const JOBS_IN_FLIGHT: usize = 2;

/// What the thread that prepares asks of the one that holds the transaction.
enum Job {
    /// Answer with what is held of these creators.
    Look(Vec<CreatorKey>),
    /// Write these rows.
    Write(Batch),
    /// Make it durable: this is what was done.
    Commit(ImportOutcome),
}

/// What is held of the creators that were asked about, in their order.
type Answer = Vec<Held>;

impl ImportStore for PostgresStore {
    /// Blocks this thread, which must not be one that runs async tasks. Imports wait for one another, up to ten minutes.
    fn import(&self, request: ImportRequest<'_>) -> Result<ImportOutcome, StoreError> {
        let (job_sender, jobs) = sync_channel(JOBS_IN_FLIGHT);
        let (answer_sender, answers) = channel();
        thread::scope(|scope| {
            let session = thread::Builder::new().name("import-postgres".into());
            let target = &self.target;
            let session = session.spawn_scoped(scope, move || Session::begin(target)?.run(&jobs, &answer_sender));
            let session = session.map_err(other)?;
            // A panic in here hangs up, and the session then rolls back; so does an error.
            let prepared =
                Prepare::new(job_sender, answers, request.snapshots, request.now).run(request.states, request.progress);
            match session.join() {
                Ok(committed) => committed.and(prepared),
                Err(panic) => resume_unwind(panic),
            }
        })
    }

    /// Blocks as an import does, and waits for one that runs.
    fn forget(&self, author_id: &AuthorId) -> Result<Forgotten, StoreError> {
        // On a thread of its own, for it runs a runtime.
        let forgotten = thread::scope(|scope| scope.spawn(|| forget::forget(&self.target, author_id)).join());
        forgotten.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// The database's own `VACUUM` does that, when nobody can see the rows any more.
    fn wipe_deleted(&self) -> Result<bool, StoreError> {
        Ok(false)
    }
}
