//! Storage as traits, in whole operations: one method is one transaction, so a caller cannot leave half of one behind.
//!
//! No SQL lives here and no database is named; `store-sqlite` implements the traits, and every implementation passes
//! the suite in `conformance` (feature `conformance`). Called by `gateway` (reads) and by the commands (writes).

mod accounts;
mod batch;
mod checks;
#[cfg(feature = "conformance")]
pub mod conformance;
mod creators;
mod error;
mod hot_item;
mod meter;
mod rates;
mod survey;
mod upstreams;

pub use accounts::AccountStore;
pub use batch::{Batch, Committed, LedgerStore, Part, Spending};
pub use checks::{CheckedStore, Imbalance, Sum};
pub use creators::{CreatorStore, ImportOutcome, ImportRequest, ImportStore, Latest};
pub use error::StoreError;
pub use hot_item::{hot_item_kept, hot_item_of};
pub use meter::{
    AuditEntry, AuditFilter, CallFilter, Caller, Done, MeterStore, Once, Resolution, Resolved, ServerId, Standing,
    Take, Taken, TopUp, ToppedUp, Unanswered, Usage, Withdrawal, Withdrawn,
};
pub use rates::RateStore;
pub use survey::{SurveyMark, SurveyRows, Surveyed, survey_order};
pub use upstreams::{Bought, BoughtFilter, UpstreamRecord, UpstreamStore};

/// Numbers that grow with every change another process may have made; equal numbers mean that nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Generations {
    /// Grows by one with every import that changed a state or a snapshot.
    pub creators: u64,
    /// Grows with every change to an account or a token.
    pub accounts: u64,
    /// The number of the answer that was bought last. Several that are kept at once may become visible in another order.
    pub bought: u64,
    /// Grows by one with every bought answer whose figures were replaced by those read again.
    pub reread: u64,
}
