//! Taking everything of another store into an empty schema: what `store::MoveIn` promises.
//!
//! Two threads, as in an import: the caller's reads the other store; a second one runs one transaction on a connection and a runtime
//! of its own (`session`). Rows go from the one to the other over a bounded channel. `cells` writes values as the columns have them.

mod cells;
mod session;

use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;
use std::thread;

use store::{MoveIn, MoveOut, MovedRows, StoreError};

use crate::PostgresStore;
use crate::error::other;
use crate::move_in::session::Session;

/// Loads on their way: enough that neither side waits for the other, and few in memory.
const IN_FLIGHT: usize = 4;

/// What the reading thread sends.
enum Job {
    Write(MovedRows),
    /// That was everything: compare, and make it durable.
    Commit,
}

impl MoveIn for PostgresStore {
    fn move_in(&self, from: &dyn MoveOut, progress: &mut dyn FnMut(u64)) -> Result<(), StoreError> {
        let (jobs, received) = sync_channel(IN_FLIGHT);
        thread::scope(|scope| {
            let session = thread::Builder::new().name("move-postgres".into());
            let session = session.spawn_scoped(scope, move || Session::begin(&self.target)?.run(&received));
            let session = session.map_err(other)?;
            let mut taken = 0;
            let given = from.move_out(&mut |rows| {
                taken += rows.len() as u64;
                jobs.send(Job::Write(rows)).map_err(|_| hung_up())?;
                progress(taken);
                Ok(())
            });
            let given = given.and_then(|()| jobs.send(Job::Commit).map_err(|_| hung_up()));
            // Without a commit the session rolls back.
            drop(jobs);
            match session.join() {
                // Where reading failed, that is the reason, and where the session did, its own.
                Ok(Err(session::Ended::GivenUp)) => given,
                Ok(Err(session::Ended::Failed(error))) => Err(error),
                Ok(Ok(())) => given,
                Err(panic) => resume_unwind(panic),
            }
        })
    }
}

fn hung_up() -> StoreError {
    other("the connection of the move ended")
}
