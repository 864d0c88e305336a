//! The upstream source: figures from servers of the same contract, asked with the operator's own paid token.
//!
//! [`Upstreams::ask`] is the one way in. It asks the configured upstreams in order inside one budget of time and tells what
//! came of it as an [`Outcome`]: answered, refused, unusable, unknown (sent, and perhaps billed) or failed. What each
//! failure leads to is the table in `docs/upstream.md`, which `failure.rs` writes as code. What must survive a restart goes
//! through [`SharedState`], what is to be archived to a [`Journal`]. No caller's money is decided here: that is the gateway's and the ledger's.

mod ask;
mod breaker;
mod budget;
mod call;
mod clock;
mod drift;
mod envelope;
mod failing;
mod failure;
mod flight;
mod journal;
mod landed;
mod memory;
mod outcome;
mod room;
mod secret;
mod settings;
mod shape;
mod shared;
mod source;
mod spelling;
mod stats;
mod status;
mod transport;
mod under_way;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::CreatorKey;
use tokio::time::Instant;

use crate::ask::World;
use crate::flight::Flights;
use crate::journal::NoJournal;
use crate::landed::Landed;
use crate::memory::Memory;
use crate::source::Source;
use crate::under_way::UnderWay;

pub use breaker::BreakerState;
pub use clock::{Clock, Dice, system_clock, system_dice};
pub use drift::{Drift, DriftKind};
pub use envelope::read_archived;
pub use failing::LastFailure;
pub use failure::{Billed, Failure, FailureKind};
pub use journal::Journal;
pub use landed::BeingKept;
pub use memory::UNUSABLE_FOR;
pub use outcome::{Answer, Attempt, End, Outcome, Skip, SkipReason};
pub use secret::Secret;
pub use settings::{
    BODY_BYTES_MAX, BUDGET_MAX, BreakerSettings, Settings, SettingsError, UpstreamSettings, is_base_url, known_base_url,
};
pub use shared::{
    BreakerRecord, InMemory, Park, ParkReason, SharedRecord, SharedState, SharedStateError, is_budget_spent,
};
pub use stats::CallCounts;
pub use status::{ToldStatus, UpstreamStatus};
pub use under_way::CallUnderWay;

/// What the source needs from around it.
#[derive(Clone)]
pub struct Surroundings {
    /// What survives a restart and is shared with other processes.
    pub shared: Arc<dyn SharedState>,
    /// Who is told of every question's end.
    pub journal: Arc<dyn Journal>,
    /// The time of day.
    pub clock: Clock,
    /// Chance, for the waits between calls.
    pub dice: Dice,
}

impl Surroundings {
    /// The machine's clock and chance, and nobody told.
    pub fn new(shared: Arc<dyn SharedState>) -> Self {
        Self { shared, journal: Arc::new(NoJournal), clock: system_clock(), dice: system_dice() }
    }
}

/// The configured upstreams. Cheap to clone; clones are the same upstreams.
#[derive(Clone)]
pub struct Upstreams {
    world: Arc<World>,
    flights: Arc<Flights<CreatorKey, Arc<Outcome>>>,
    memory: Arc<Memory>,
    landed: Arc<Landed>,
}

impl std::fmt::Debug for Upstreams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.world.sources.iter().map(|source| &source.name)).finish()
    }
}

impl Upstreams {
    /// The upstreams, in the order in which they are asked.
    ///
    /// # Errors
    /// [`SettingsError`] with the first mistake.
    pub fn new(
        upstreams: Vec<UpstreamSettings>,
        settings: Settings,
        surroundings: Surroundings,
    ) -> Result<Self, SettingsError> {
        settings.check()?;
        let Surroundings { shared, journal, clock, dice } = surroundings;
        let mut sources: Vec<Arc<Source>> = Vec::with_capacity(upstreams.len());
        for upstream in upstreams {
            if sources.iter().any(|source| *source.name == *upstream.name) {
                return Err(SettingsError::SameName { name: upstream.name });
            }
            sources.push(Arc::new(Source::new(upstream, &settings, shared.clone(), clock.clone())?));
        }
        let memory = Arc::new(Memory::new(settings.negative_ttl));
        let world = Arc::new(World { sources, settings, journal, clock, dice, under_way: UnderWay::default() });
        Ok(Self { world, flights: Flights::new(), memory, landed: Arc::default() })
    }

    /// Asks for a creator's figures; ends within the settings' budget. Callers who ask the same at the same time share one
    /// piece of work and its outcome. The work goes on when its callers stop waiting, so whatever must be kept of an outcome
    /// is kept by the [`Journal`], which is told once, and before any caller.
    pub async fn ask(&self, key: CreatorKey) -> Arc<Outcome> {
        self.ask_since(key, Instant::now(), false).await
    }

    /// As [`Upstreams::ask`], for a caller that began at `since`, and looked for an answer elsewhere first: one that came since
    /// then is its answer too. One that wants its answer `anew` is not answered from the memory of refusals.
    pub async fn ask_since(&self, key: CreatorKey, since: Instant, anew: bool) -> Arc<Outcome> {
        if let Some(outcome) = self.memory.get(&key, anew, self.now_ms()) {
            return outcome;
        }
        let (world, memory, landed) = (self.world.clone(), self.memory.clone(), self.landed.clone());
        let work = {
            let key = key.clone();
            move || async move {
                // Here and not before: the work that brought it has left the list by now.
                let remembered = || memory.get(&key, anew, (world.clock)());
                if let Some(outcome) = landed.get(&key, since).or_else(remembered) {
                    return outcome;
                }
                let outcome = ask::run(&world, &key).await;
                memory.put(key.clone(), &outcome, (world.clock)());
                let being_kept = landed.put(key.clone(), &outcome);
                world.journal.record(key, outcome.clone(), being_kept);
                outcome
            }
        };
        let landed = self.flights.join(key, work).await;
        landed.unwrap_or_else(|| Arc::new(ask::lost(&self.world)))
    }

    /// Whether a question is answered from the memory of refusals.
    pub fn is_refused(&self, key: &CreatorKey) -> bool {
        self.memory.refusal(key, self.now_ms()).is_some()
    }

    /// For how much longer nobody is asked about a creator, since an answer was paid for that could not be read, less than
    /// [`UNUSABLE_FOR`] ago. A question fails until then, whoever wants its answer anew.
    pub fn unusable_for(&self, key: &CreatorKey) -> Option<Duration> {
        self.memory.unusable_for(key, self.now_ms())
    }

    fn now_ms(&self) -> u64 {
        (self.world.clock)()
    }

    /// Ends every question that waits before a call (for a place, the end of a rate limit or a backoff), now and from now on: as failed,
    /// with nothing billed or reserved. Calls that are under way go on, and those that need not wait may begin. For an orderly end of
    /// the process, before [`Upstreams::drained`].
    pub fn stop_waiting(&self) {
        self.world.under_way.stop_waiting();
    }

    /// Waits until no question is under way; for an orderly end of the process. What is cut off stays counted as spent.
    pub async fn drained(&self) {
        self.flights.all_landed().await;
    }

    /// Lets no further call begin; gives those that are under way, by what they ask. For an end of the process that does not
    /// wait for them.
    pub fn close(&self) -> HashMap<CreatorKey, CallUnderWay> {
        self.world.under_way.close()
    }

    /// How each upstream is, in order.
    pub async fn status(&self) -> Vec<UpstreamStatus> {
        let mut told = Vec::with_capacity(self.world.sources.len());
        for source in &self.world.sources {
            told.push(source.status().await);
        }
        told
    }

    /// Ends an upstream's parking, for every process that shares its state; tells whether it was parked, or none when no
    /// upstream has the name.
    ///
    /// # Errors
    /// [`SharedStateError`] when it could not be kept; the upstream stays parked then.
    pub async fn unpark(&self, name: &str) -> Result<Option<bool>, SharedStateError> {
        match self.world.sources.iter().find(|source| &*source.name == name) {
            Some(source) => source.unpark().await.map(Some),
            None => Ok(None),
        }
    }
}
